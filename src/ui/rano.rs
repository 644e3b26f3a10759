//! The finding's diameters in the Finding panel and on the picture, measured a few slices a frame. Not for measuring one
//! slice (`domain::diameters`) or the words (`state::rano`).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Color32, Label, Painter, RichText, Shape, Stroke, Ui, pos2};

use super::desk::Desk;
use super::picture::Shown;
use super::theme::{self, Palette, finding};
use super::transform::UiFromImage;
use super::widgets::{self, KeyButton, Look};
use crate::domain::diameters::{self, Diameters};
use crate::state::AppState;
use crate::state::action::{Action, GoAction};
use crate::state::rano::{self, Rano};
use crate::state::tool::MeasureAction;

/// So long at most is measured in one frame; the rest waits for the next ones.
const BUDGET: Duration = Duration::from_millis(3);
/// So many slices are remembered; then all are measured anew.
const KEEP: usize = 1024;

/// Diameters that were measured before, by the map's address, its scan and slice, and the threshold.
#[derive(Default)]
pub struct Cache {
    known: HashMap<(usize, u64, usize, u32), Option<Diameters>>,
}

/// Where the measuring stands.
enum Measured {
    /// All slices that count; `None` where none has an outline.
    All(Option<Rano>),
    /// Some are still to be measured.
    Partly,
}

fn measure(state: &AppState, cache: &mut Cache) -> Measured {
    let Some(shown) = Shown::of(state) else { return Measured::All(None) };
    let started = Instant::now();
    let threshold = shown.mask_threshold();
    let geometry = shown.scan.about.geometry.as_ref();
    let mut all = Vec::new();
    if cache.known.len() >= KEEP {
        cache.known.clear();
    }
    for (slice, map) in rano::counted(state) {
        let key = (Arc::as_ptr(map) as usize, shown.scan_key(), slice, threshold.to_bits());
        let known = cache.known.get(&key).copied();
        if known.is_none() && started.elapsed() > BUDGET {
            return Measured::Partly;
        }
        let found = known.unwrap_or_else(|| diameters::of_mask(&map.mask(threshold), geometry));
        cache.known.insert(key, found);
        all.extend(found.map(|d| (slice, d)));
    }
    Measured::All(rano::longest(all.into_iter()))
}

/// The rows in the Finding panel.
pub fn rano_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    desk.rano = None;
    match measure(state, &mut desk.diameters) {
        Measured::Partly => {
            widgets::quiet(ui, "Measuring the diameters…");
            ui.ctx().request_repaint();
        }
        Measured::All(None) => {}
        Measured::All(Some(found)) => {
            desk.rano = Some(found);
            found_ui(ui, &found, actions);
        }
    }
    if let Some(span) = rano::volume_span(state) {
        let hint = "From the mask threshold 0.7 to 0.3, over the slices that count; no confidence interval";
        widgets::quiet(ui, span).on_hover_text(hint);
    }
}

fn found_ui(ui: &mut Ui, found: &Rano, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let hint = "The outline's longest diameter within a slice and the longest perpendicular to it, edge to edge; their \
                product (RANO)";
    let words = rano::diameters(&found.diameters);
    widgets::row(
        ui,
        |ui| {
            ui.label("Diameters").on_hover_text(hint);
        },
        |ui| {
            ui.add(Label::new(words).extend());
        },
    );
    widgets::row(
        ui,
        |ui| {
            let words = format!("product {}, slice {}", rano::product(&found.diameters), found.slice + 1);
            ui.add(Label::new(RichText::new(words).font(theme::small()).color(palette.quiet)).extend());
        },
        |ui| {
            let points = found.diameters.points;
            let draw = KeyButton::new("Draw").name("Draw the diameters").look(Look::Quiet).small().show(ui);
            if draw.on_hover_text("As a measurement whose ends can be dragged").clicked() {
                actions.push(Action::Measure(MeasureAction::AddDiameters { slice: found.slice, points }));
            }
            let show = KeyButton::new("Show").name("Show the diameters").look(Look::Quiet).small().show(ui);
            if show.on_hover_text(format!("Show slice {}", found.slice + 1)).clicked() {
                actions.push(Action::Go(GoAction::Slice(found.slice)));
            }
        },
    );
}

/// Thin dashed lines on the slice of the longest diameter, in the outline's color.
pub fn paint(painter: &Painter, shown: &Shown, place: &UiFromImage, desk: &Desk) {
    let Some(found) = desk.rano.filter(|r| r.slice == shown.known.slice) else { return };
    let [r, g, b] = shown.state.overlay.color.rgb();
    let points = found.diameters.points.map(|p| place.point(pos2(p[0] as f32, p[1] as f32)));
    for ends in [[points[0], points[1]], [points[2], points[3]]] {
        painter.add(Shape::line_segment(ends, Stroke::new(2.5, finding::EDGE)));
        painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, Color32::from_rgb(r, g, b)), 4.0, 3.0));
    }
}
