//! The letters at the picture's edges and the scale bar under it, where the file knows them. Not for the words at the
//! corners (`corners`) and not for working them out (`state::placed`).

use egui::{Align2, FontId, Painter, Rect, Stroke, Ui, pos2};

use super::corners::shadowed;
use super::picture::Shown;
use super::theme::{self, Palette};
use crate::state::placed;

/// Distance from the canvas' edge in points.
const MARGIN: f32 = 12.0;
/// Size of the letters in points.
const LETTER: f32 = 16.0;
/// The scale bar takes at most this share of the canvas' width.
const MOST_SHARE: f32 = 0.25;
/// The scale bar takes at most so many points.
const MOST_POINTS: f32 = 160.0;
/// Height of the bar's ends in points.
const END: f32 = 8.0;
/// Below the bar there is room for the research-use line while the picture is alone, in points.
const LINE: f32 = 16.0;

/// Draws both.
pub fn paint(ui: &Ui, painter: &Painter, rect: Rect, shown: &Shown) {
    let Some(geometry) = shown.scan.about.geometry.as_ref() else { return };
    let view = &shown.state.view;
    let letters = view.upright.edge_letters(geometry);
    let inner = rect.shrink(MARGIN);
    let ink = Palette::of(ui).canvas_text;
    let below = if shown.state.layout.is_picture_alone { LINE } else { 0.0 };
    let bar_y = inner.bottom() - below;
    letters_ui(ui, painter, rect, &letters, below + 2.0 * LINE);
    let most = (rect.width() * MOST_SHARE).min(MOST_POINTS);
    let zoom = view.zoom(shown.scan.rows, shown.scan.cols);
    let Some(bar) = placed::scale_bar(geometry, zoom, most) else { return };
    let (start, end) = (inner.center().x - bar.points / 2.0, inner.center().x + bar.points / 2.0);
    for (color, width) in [(theme::finding::EDGE, 3.5), (ink, 1.5)] {
        let stroke = Stroke::new(width, color);
        painter.hline(start..=end, bar_y, stroke);
        for x in [start, end] {
            painter.vline(x, bar_y - END..=bar_y, stroke);
        }
    }
    shadowed(painter, pos2(inner.center().x, bar_y - 3.0), Align2::CENTER_BOTTOM, &bar.label, (theme::small(), ink));
}

/// The letters `[left, right, top, bottom]` at the edges of a pane; the lowest one stands `lift` points higher.
pub fn letters_ui(ui: &Ui, painter: &Painter, rect: Rect, letters: &[String; 4], lift: f32) {
    let inner = rect.shrink(MARGIN);
    let ink = Palette::of(ui).canvas_text;
    let [left, right, top, bottom] = letters;
    let places = [
        (left, Align2::LEFT_CENTER, inner.left_center()),
        (right, Align2::RIGHT_CENTER, inner.right_center()),
        (top, Align2::CENTER_TOP, inner.center_top()),
        (bottom, Align2::CENTER_BOTTOM, pos2(inner.center().x, inner.bottom() - lift)),
    ];
    for (letter, align, at) in places {
        shadowed(painter, at, align, letter, (FontId::proportional(LETTER), ink));
    }
}
