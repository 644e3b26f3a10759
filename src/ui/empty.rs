//! The canvas while nothing is open, and the target while files hang over the window. Not for opening them.

use egui::{Align2, Color32, FontId, Painter, Rect, RichText, Stroke, StrokeKind, Ui, UiBuilder, vec2};

use super::notices;
use super::theme::{self, GRID, Palette};
use super::widgets::{self, KeyButton, Look};
use crate::engine::command::Pick;
use crate::state::AppState;
use crate::state::action::{Action, FileAction};
use crate::state::labels;
use crate::state::notice::About;
use crate::state::screen::MainView;
use crate::state::work::Opening;

/// The kinds that open, as `io` reads them.
const KINDS: &str = "DICOM (folder or ZIP), NIfTI; PNG, JPEG, TIFF, BMP, WebP as a stack";
/// Recent files that the empty canvas lists.
const RECENT: usize = 6;

/// Draws the large target.
pub fn empty_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, palette.canvas);
    let target =
        Rect::from_center_size(rect.center() - vec2(0.0, 24.0), vec2(480.0_f32.min(rect.width() - 32.0), 232.0));
    dashed_frame(ui.painter(), target, palette.canvas_quiet);
    // Over black in both themes.
    let mut inside = ui.new_child(UiBuilder::new().max_rect(target.shrink(24.0)));
    inside.visuals_mut().override_text_color = Some(palette.canvas_text);
    inside.vertical_centered(|ui| target_ui(ui, state, &palette, actions));

    let below = Rect::from_min_max(
        target.left_bottom() + vec2(0.0, 16.0),
        rect.max - vec2(rect.right() - target.right(), 16.0),
    );
    let mut list = ui.new_child(UiBuilder::new().max_rect(below));
    list.visuals_mut().override_text_color = Some(palette.canvas_text);
    if let Some(line) = labels::other_models_line(state) {
        // The canvas is black in both themes.
        list.scope(|ui| {
            *ui.visuals_mut() = ui.ctx().style_of(egui::Theme::Dark).visuals.clone();
            widgets::warning(ui, line);
        });
    }
    notices::notices_ui(&mut list, state, About::Opening, actions);
    notices::notices_ui(&mut list, state, About::App, actions);
    recent_ui(&mut list, state, RECENT, actions);
    ui.advance_cursor_after_rect(rect);
}

fn target_ui(ui: &mut Ui, state: &AppState, palette: &Palette, actions: &mut Vec<Action>) {
    ui.add_space(GRID);
    if let Opening::Running { .. } = state.opening {
        ui.label(RichText::new("Opening…").size(theme::ANSWER));
        return;
    }
    ui.label(RichText::new("Drop a brain MRI here").size(theme::ANSWER));
    ui.add_space(GRID / 2.0);
    ui.label(RichText::new(KINDS).font(theme::small()).color(palette.canvas_quiet));
    ui.add_space(GRID * 2.0);
    let buttons = [
        ("Open files…", Action::File(FileAction::Pick(Pick::Files))),
        ("Open folder…", Action::File(FileAction::Pick(Pick::Folder))),
        ("Try the sample", Action::File(FileAction::OpenSample)),
    ];
    let mut dark = ui.new_child(UiBuilder::new().max_rect(ui.available_rect_before_wrap()));
    *dark.visuals_mut() = ui.ctx().style_of(egui::Theme::Dark).visuals.clone();
    dark.vertical_centered(|ui| {
        for (label, action) in buttons {
            if KeyButton::new(label).min_size(vec2(200.0, 30.0)).show(ui).clicked() {
                actions.push(action);
            }
            ui.add_space(4.0);
        }
    });
}

/// The recent files by name; the folder is in the hint.
pub fn recent_ui(ui: &mut Ui, state: &AppState, at_most: usize, actions: &mut Vec<Action>) {
    if state.settings.recent.is_empty() {
        return;
    }
    widgets::section_title(ui, "Recent");
    for (index, path) in state.settings.recent.iter().take(at_most).enumerate() {
        let name = labels::recent_name(path);
        let response = KeyButton::new(&name).look(Look::Quiet).show(ui);
        if response.on_hover_text(path.display().to_string()).clicked() {
            actions.push(Action::File(FileAction::OpenRecent(index)));
        }
    }
}

/// While files hang over the window: what would open, over everything else.
pub fn drag_target_ui(ui: &Ui, state: &AppState) {
    let Some(words) = labels::drag_hover_line(&state.layout.drag_hover) else { return };
    let words = if state.layout.view == MainView::Train { "Choose as training data".to_owned() } else { words };
    let palette = Palette::of(ui);
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drag target"));
    let painter = ui.ctx().layer_painter(layer);
    let rect = ui.ctx().content_rect();
    painter.rect_filled(rect, 0.0, Color32::from_black_alpha(170));
    let target = Rect::from_center_size(rect.center(), vec2(480.0_f32.min(rect.width() - 32.0), 160.0));
    painter.rect_filled(target, 8.0, Palette::DARK.line);
    painter.rect_stroke(target, 8.0, Stroke::new(2.0, palette.canvas_text), StrokeKind::Inside);
    let center = target.center();
    painter.text(center, Align2::CENTER_CENTER, words, FontId::proportional(theme::ANSWER), palette.canvas_text);
}

fn dashed_frame(painter: &Painter, rect: Rect, color: Color32) {
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    painter.extend(egui::Shape::dashed_line(&corners, Stroke::new(1.0, color), 6.0, 6.0));
}
