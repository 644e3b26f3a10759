//! The words in a plot, so placed that none lies over another. Not for lines and points (`curves`).

use egui::{Color32, Galley, Pos2, Rect, Ui, pos2};
use egui_plot::{PlotPoint, PlotTransform};
use std::sync::Arc;

use crate::state::training::words;
use crate::ui::theme::{self, Palette};

/// Air between a point and its words, in points.
const GAP: f32 = 5.0;

/// Words waiting for their places.
#[derive(Default)]
pub struct Labels {
    all: Vec<Label>,
}

struct Label {
    at: [f64; 2],
    words: String,
    color: Color32,
    /// It belongs to the end of a curve: beside it rather than over it.
    is_end: bool,
}

impl Labels {
    /// Words at a point.
    pub fn at(&mut self, at: [f64; 2], words: &str, color: Color32) {
        self.all.push(Label { at, words: words.to_owned(), color, is_end: false });
    }

    /// The name and the newest value at the end of a curve.
    pub fn end(&mut self, curve: &[[f64; 2]], color: Color32, name: &str, is_log: bool) {
        if let Some(&at) = curve.last() {
            let value = if is_log { 10f64.powf(at[1]) } else { at[1] };
            let words = format!("{name} {}", words::loss(value as f32));
            self.all.push(Label { at, words, color, is_end: true });
        }
    }

    /// Puts each where it is free: ends of curves first, beside the point, above or below it.
    pub fn paint(mut self, ui: &Ui, transform: &PlotTransform) {
        self.all.sort_by_key(|label| !label.is_end);
        let frame = *transform.frame();
        let mut taken: Vec<Rect> = Vec::new();
        for label in self.all {
            let point = transform.position_from_point(&PlotPoint::new(label.at[0], label.at[1]));
            if !frame.expand(1.0).contains(point) {
                continue;
            }
            let galley = ui.painter().layout_no_wrap(label.words, theme::small(), label.color);
            let rect = place(point, &galley, label.is_end, frame, &taken);
            taken.push(rect);
            // A curve that runs behind the words does not strike them through.
            ui.painter().rect_filled(rect, 2.0, Palette::of(ui).ground.gamma_multiply(0.75));
            ui.painter().galley(rect.min, galley, label.color);
        }
    }
}

fn place(point: Pos2, galley: &Arc<Galley>, is_end: bool, frame: Rect, taken: &[Rect]) -> Rect {
    let size = galley.size();
    let (right, left) = (point.x + GAP, point.x - GAP - size.x);
    let (above, middle, below) = (point.y - size.y - 2.0, point.y - size.y / 2.0, point.y + 2.0);
    let places = if is_end {
        [(right, middle), (right, above), (right, below), (left, above), (left, below)]
    } else {
        [(right, above), (left, above), (right, below), (left, below), (left, middle)]
    };
    let fits = |rect: &Rect| frame.contains_rect(*rect) && !taken.iter().any(|other| other.intersects(*rect));
    let rects = places.map(|(x, y)| Rect::from_min_size(pos2(x, y), size));
    if let Some(free) = rects.iter().find(|rect| fits(rect)) {
        return *free;
    }
    // Crowded: the nearest free line above or below, inside the frame.
    let x = if right + size.x <= frame.right() { right } else { left.max(frame.left()) };
    let lines = (0..40).map(|i| {
        let by = (i / 2 + 1) as f32 * size.y / 2.0;
        Rect::from_min_size(pos2(x, middle + if i % 2 == 0 { -by } else { by }), size)
    });
    lines.into_iter().find(fits).unwrap_or(rects[0])
}
