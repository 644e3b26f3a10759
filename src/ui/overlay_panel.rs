//! The Overlay section: what is drawn over the picture, and how. Not for drawing it (`picture`).

use egui::{Color32, RichText, Role, Sense, Ui, WidgetInfo, vec2};

use super::colormap;
use super::theme::{self, GRID, Palette};
use super::widgets::{self, KeyButton, Look};
use crate::state::AppState;
use crate::state::action::{Action, AnalysisAction, OverlayAction};
use crate::state::layers::{self, Line};
use crate::state::screen::OutlineColor;
use crate::state::training::{TrainingAction, watching};
use crate::state::{allowed, text};

/// Draws the section.
pub fn overlay_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let overlay = &state.overlay;
    widgets::section_title(ui, "Overlay");
    widgets::row(
        ui,
        |ui| {
            ui.label("Show");
            let palette = Palette::of(ui);
            ui.label(RichText::new("M, hold H to hide").font(theme::small()).color(palette.quiet));
        },
        |ui| {
            if widgets::switch_ui(ui, overlay.is_shown, "Show overlay") {
                actions.push(Action::Overlay(OverlayAction::ToggleShown));
            }
        },
    );
    opacity_row(ui, state, actions);
    threshold_row(ui, state, actions);
    last_row(ui, state, actions);
    training_row(ui, state, actions);
    if overlay.has_heat_map {
        heat_rows(ui, state, actions);
        legend_ui(ui, overlay.heat_map_from, state.thresholds().map(|t| t.mask));
    }
    layers_ui(ui, state);
}

/// The outline of a segmenter in training, there for as long as it trains.
fn training_row(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    if !watching::is_possible(state) && watching::on_screen(state).is_none() {
        return;
    }
    let is_on = !state.training.watching.is_off;
    let ((), is_switched) = widgets::row(
        ui,
        |ui| {
            ui.label("Training");
            widgets::quiet_line(ui, "latest epoch, dotted");
        },
        |ui| widgets::switch_ui(ui, is_on, "Show the training's outline"),
    );
    if is_switched {
        actions.push(Action::Training(TrainingAction::ShowOnScan(!is_on)));
    }
}

/// Outline and fill side by side.
fn opacity_row(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let overlay = &state.overlay;
    ui.horizontal(|ui| {
        let half = ui.available_width() / 2.0;
        let slider = |ui: &mut Ui, words: &str, value: f32, label: &str, width: f32| {
            ui.label(words);
            let used = ui.painter().layout_no_wrap(words.to_owned(), theme::text(), Color32::WHITE).size().x;
            ui.scope(|ui| {
                ui.set_max_width((width - used - 4.0 * GRID).max(48.0));
                widgets::slider_ui(ui, value, label)
            })
            .inner
        };
        if let Some(moved) = slider(ui, "Outline", overlay.contour, "Outline opacity", half + GRID) {
            actions.push(Action::Overlay(OverlayAction::SetContour(moved)));
        }
        ui.add_space(GRID);
        if let Some(moved) = slider(ui, "Fill", overlay.fill, "Fill opacity", half) {
            actions.push(Action::Overlay(OverlayAction::SetFill(moved)));
        }
    });
}

/// Heat map at the left, the outline's color at the right.
fn last_row(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let (has_switched, chosen) = widgets::row(
        ui,
        |ui| {
            ui.label("Heat map");
            widgets::switch_ui(ui, state.overlay.has_heat_map, "Heat map")
        },
        |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let colors = OutlineColor::ALL.into_iter().rev();
            let chosen = colors.filter(|&color| swatch_ui(ui, color, state.overlay.color == color)).last();
            ui.label("Color");
            chosen
        },
    );
    if has_switched {
        actions.push(Action::Overlay(OverlayAction::ToggleHeatMap));
    }
    actions.extend(chosen.map(|color| Action::Overlay(OverlayAction::SetColor(color))));
}

fn swatch_ui(ui: &mut Ui, color: OutlineColor, is_chosen: bool) -> bool {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(24.0, 22.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, color.label()));
    let [r, g, b] = color.rgb();
    let chip = egui::Rect::from_center_size(rect.center(), vec2(16.0, 10.0));
    ui.painter().rect_filled(chip, 2.0, Color32::from_rgb(r, g, b));
    if is_chosen || response.hovered() || response.has_focus() {
        let ink = if is_chosen || response.has_focus() { palette.selection } else { palette.quiet };
        let stroke = egui::Stroke::new(1.0, ink);
        ui.painter().rect_stroke(rect.shrink(1.0), 3.0, stroke, egui::StrokeKind::Inside);
    }
    response.on_hover_text(color.label()).clicked()
}

fn threshold_row(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let Some(thresholds) = state.thresholds() else { return };
    let is_moved = allowed::mask_threshold_moved(state).is_ok();
    let words = format!("Mask threshold {}", text::threshold(thresholds.mask));
    widgets::row(
        ui,
        |ui| {
            ui.label(words);
        },
        |ui| {
            if let Some(moved) = widgets::slider_ui(ui, thresholds.mask, "Mask threshold") {
                // A threshold of 0 would outline the whole picture.
                let moved = moved.clamp(0.01, 0.99);
                actions.push(Action::Analysis(AnalysisAction::SetMaskThreshold(moved)));
            }
        },
    );
    if is_moved {
        widgets::row(
            ui,
            |ui| {
                widgets::quiet(ui, format!("card {}", text::threshold(thresholds.card_mask)));
            },
            |ui| {
                let reset = KeyButton::new("Reset mask threshold").look(Look::Quiet).small().show(ui);
                if reset.clicked() {
                    actions.push(Action::Analysis(AnalysisAction::ResetMaskThreshold));
                }
            },
        );
    }
}

/// From which probability on the heat map shows, and how opaque it is.
fn heat_rows(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let overlay = &state.overlay;
    let rows = [
        (format!("From {}", text::threshold(overlay.heat_map_from)), overlay.heat_map_from, "Heat map from"),
        ("Opacity".to_owned(), overlay.heat_map_opacity, "Heat map opacity"),
    ];
    for (index, (words, value, label)) in rows.into_iter().enumerate() {
        let (_, moved) = widgets::row(ui, |ui| ui.label(words), |ui| widgets::slider_ui(ui, value, label));
        actions.extend(moved.map(|value| {
            Action::Overlay(match index {
                0 => OverlayAction::SetHeatMapFrom(value),
                _ => OverlayAction::SetHeatMapOpacity(value),
            })
        }));
    }
}

/// What is drawn now, by line and name, where it is more than one thing.
fn layers_ui(ui: &mut Ui, state: &AppState) {
    let layers = layers::drawn(state);
    if layers.len() < 2 {
        return;
    }
    for layer in layers {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(24.0, 14.0), Sense::hover());
            let ends = [rect.left_center(), rect.right_center()];
            let color = match layer.line {
                Line::Model | Line::Rejected => {
                    let [r, g, b] = state.overlay.color.rgb();
                    let chosen = Color32::from_rgb(r, g, b);
                    if layer.line == Line::Rejected { theme::finding::REJECTED } else { chosen }
                }
                Line::Reference => theme::finding::REFERENCE,
                Line::Training => theme::finding::TRAINING,
            };
            let stroke = egui::Stroke::new(1.5, color);
            if layer.line == Line::Model {
                ui.painter().line_segment(ends, stroke);
            } else {
                ui.painter().extend(egui::Shape::dashed_line(&ends, stroke, 5.0, 3.0));
            }
            widgets::small(ui, layer.name);
        });
    }
}

/// The fixed scale 0–1 with the threshold marked.
fn legend_ui(ui: &mut Ui, from: f32, threshold: Option<f32>) {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Heat map scale from 0 to 1"));
    let bar = egui::Rect::from_min_size(rect.min, vec2(rect.width(), 8.0));
    let steps = 64;
    for step in 0..steps {
        let share = step as f32 / steps as f32;
        let part = egui::Rect::from_min_size(
            bar.min + vec2(bar.width() * share, 0.0),
            vec2(bar.width() / steps as f32 + 0.5, bar.height()),
        );
        let color = if share < from { palette.line } else { colormap::opaque(share) };
        ui.painter().rect_filled(part, 0.0, color);
    }
    if let Some(threshold) = threshold {
        let x = bar.left() + bar.width() * threshold;
        let range = egui::Rangef::new(bar.top() - 1.0, bar.bottom() + 2.0);
        ui.painter().vline(x, range, egui::Stroke::new(2.0, palette.selection));
    }
    let below = bar.bottom() + 2.0;
    let ends = [(bar.left(), egui::Align2::LEFT_TOP, "0"), (bar.right(), egui::Align2::RIGHT_TOP, "1")];
    for (x, align, words) in ends {
        ui.painter().text(egui::pos2(x, below), align, words, theme::small(), palette.quiet);
    }
    ui.add_space(GRID / 2.0);
}
