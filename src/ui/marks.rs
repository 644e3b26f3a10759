//! The small marks of the slice strip, drawn as lines so that they are crisp at any scale. Not for text.

use egui::{Color32, Painter, Pos2, Shape, Stroke, pos2};

/// What the reader did with a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Agreed.
    Check,
    /// Not tumor.
    Cross,
    /// Tumor, outline wrong: a pencil's stroke.
    Pencil,
    /// Missed by the model.
    Plus,
    /// Can't judge.
    Question,
    /// Looked at, not decided.
    Dot,
}

/// Half the size of a mark in points.
pub const MARK_RADIUS: f32 = 3.5;

/// Draws `mark` around `center`.
pub fn paint(painter: &Painter, center: Pos2, mark: Mark, color: Color32) {
    let r = MARK_RADIUS;
    let stroke = Stroke::new(1.5, color);
    let at = |x: f32, y: f32| pos2(center.x + x * r, center.y + y * r);
    match mark {
        Mark::Check => {
            painter.add(Shape::line(vec![at(-1.0, 0.05), at(-0.3, 0.8), at(1.0, -0.8)], stroke));
        }
        Mark::Cross => {
            painter.line_segment([at(-0.8, -0.8), at(0.8, 0.8)], stroke);
            painter.line_segment([at(-0.8, 0.8), at(0.8, -0.8)], stroke);
        }
        Mark::Pencil => {
            painter.line_segment([at(-0.6, 0.6), at(0.8, -0.8)], Stroke::new(2.5, color));
            painter.line_segment([at(-1.0, 1.0), at(-0.6, 0.6)], Stroke::new(1.0, color));
        }
        Mark::Plus => {
            painter.line_segment([at(-1.0, 0.0), at(1.0, 0.0)], stroke);
            painter.line_segment([at(0.0, -1.0), at(0.0, 1.0)], stroke);
        }
        Mark::Question => {
            let hook = vec![at(-0.6, -0.5), at(0.0, -1.0), at(0.6, -0.5), at(0.0, 0.1), at(0.0, 0.4)];
            painter.add(Shape::line(hook, stroke));
            painter.circle_filled(at(0.0, 1.0), 0.9, color);
        }
        Mark::Dot => {
            painter.circle_filled(center, 1.5, color);
        }
    }
}
