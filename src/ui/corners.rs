//! The words at the picture's corners: slice, position, sequence, window, zoom, value under the pointer, warnings. Not for
//! letters and scale (`bearings`), panels, or making the words (`state::labels`).

use egui::{Align, Align2, Color32, FontId, Painter, Pos2, Rect, Ui, pos2, vec2};

use super::bearings;
use super::picture::Shown;
use super::theme::{self, Palette};
use super::transform::UiFromImage;
use crate::state::training::watching;
use crate::state::words::RESEARCH_USE;
use crate::state::work::Opening;
use crate::state::{labels, placed};

/// Distance from the canvas' edge in points.
const MARGIN: f32 = 12.0;
/// Height of a line in points.
const LINE: f32 = 16.0;

type Lines = Vec<(String, Color32)>;

/// Draws all corners; `pointer` is over the picture or nowhere.
pub fn paint(ui: &Ui, painter: &Painter, rect: Rect, shown: &Shown, place: &UiFromImage, pointer: Option<Pos2>) {
    let palette = Palette::of(ui);
    let ink = palette.canvas_text;
    let corner = |align: Align2, texts: &Lines| {
        let at = align.pos_in_rect(&rect.shrink(MARGIN));
        lines(painter, at, align, texts);
    };
    corner(Align2::LEFT_TOP, &left_top(shown, ink));

    let mut right_top = vec![(orientation(shown).to_owned(), ink)];
    if shown.state.settings.neurological && shown.scan.about.geometry.is_some() {
        right_top.push((placed::NEUROLOGICAL.to_owned(), palette.canvas_warning));
    }
    right_top.extend(warnings(shown).into_iter().map(|w| (w, palette.canvas_warning)));
    right_top.extend(labels::patient_lines(shown.state).into_iter().map(|line| (line, ink)));
    corner(Align2::RIGHT_TOP, &right_top);

    let spacing = shown.scan.about.geometry.as_ref().map(placed::spacing);
    let left_bottom = [spacing, labels::window_corner(shown.known), labels::zoom_corner(shown.state)];
    corner(Align2::LEFT_BOTTOM, &left_bottom.into_iter().flatten().map(|t| (t, ink)).collect());
    bearings::paint(ui, painter, rect, shown);

    let pixel = pointer.and_then(|p| place.pixel_at(p, shown.scan.rows, shown.scan.cols));
    if let Some((value, model)) = pixel.and_then(|(row, col)| labels::pointer_corner(shown.state, row, col)) {
        let texts = std::iter::once(value).chain(model).map(|t| (t, ink)).collect();
        corner(Align2::RIGHT_BOTTOM, &texts);
    }
    if shown.state.layout.is_picture_alone {
        corner(Align2::CENTER_BOTTOM, &vec![(RESEARCH_USE.to_owned(), ink)]);
    }
}

fn left_top(shown: &Shown, ink: Color32) -> Lines {
    let about = &shown.scan.about;
    let position = about.geometry.map(|g| placed::position(&g, shown.known.slice));
    let sequence = shown.scan.sequences.get(shown.known.sequence).map(|s| s.label().to_owned());
    let description = Some(about.description.clone()).filter(|d| !d.is_empty() && Some(d) != sequence.as_ref());
    let lines = [Some(labels::slice_corner(shown.known)), position, sequence, description];
    lines.into_iter().flatten().map(|t| (t, ink)).collect()
}

/// The plane where it is known.
fn orientation(shown: &Shown) -> &'static str {
    shown.scan.about.geometry.map_or(placed::ORIENTATION_UNKNOWN, |g| g.plane().label())
}

/// What must be known as long as it lasts.
fn warnings(shown: &Shown) -> Vec<String> {
    let mut warnings: Vec<String> = labels::other_models_line(shown.state).into_iter().collect();
    warnings.extend(watching::words(shown.state).filter(|_| shown.state.overlay.is_visible()));
    let is_override = shown.known.finding.as_ref().is_some_and(|f| f.is_override);
    let said = [
        (is_override && !shown.known.is_covered, "Outside what the model has seen"),
        (!shown.state.overlay.is_visible(), "Overlay hidden"),
        (shown.known.is_covered, "Model covered: you look first"),
        (matches!(shown.state.opening, Opening::Running { .. }), "Opening another study"),
    ];
    warnings.extend(said.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words.to_owned()));
    warnings
}

/// Lines of small text with a dark shadow, so that they read over bright pixels too.
fn lines(painter: &Painter, at: Pos2, align: Align2, texts: &Lines) {
    let grows_up = align.y() == Align::Max;
    let last = texts.len().saturating_sub(1);
    for (index, (text, ink)) in texts.iter().enumerate() {
        let steps = if grows_up { -((last - index) as f32) } else { index as f32 };
        let at = pos2(at.x, at.y + steps * LINE);
        shadowed(painter, at, align, text, (theme::small(), *ink));
    }
}

/// Text with a dark shadow; answers with the rectangle that it takes.
pub fn shadowed(painter: &Painter, at: Pos2, align: Align2, text: &str, (font, ink): (FontId, Color32)) -> Rect {
    let shadow = Color32::from_black_alpha(160);
    let galley = painter.layout_no_wrap(text.to_owned(), font, ink);
    let place = align.anchor_size(at, galley.size());
    for step in [vec2(1.0, 0.0), vec2(-1.0, 0.0), vec2(0.0, 1.0), vec2(0.0, -1.0)] {
        painter.galley_with_override_text_color(place.min + step, galley.clone(), shadow);
    }
    painter.galley(place.min, galley, ink);
    place
}
