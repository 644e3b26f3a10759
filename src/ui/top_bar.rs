//! The bar at the top: open, recent, device, search, keys. Not for tools that no milestone has reached.

use egui::{Align, Layout, Ui};

use super::theme::Palette;
use super::widgets::{KeyButton, Look};
use crate::engine::command::Pick;
use crate::io::settings::ThemeChoice;
use crate::state::AppState;
use crate::state::action::{Action, AppAction, FileAction};
use crate::state::screen::Popup;
use crate::state::table;
use crate::state::work::Models;

/// Below this width in points the bar leaves out the keys and the device.
const NARROW: f32 = 800.0;

/// Draws the bar.
pub fn top_bar_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let is_narrow = ui.available_width() < NARROW;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = if is_narrow { 0.0 } else { 4.0 };
        bar_button(ui, state, "Open…", "", Action::File(FileAction::Pick(Pick::Files)), actions);
        bar_button(ui, state, "Folder…", "", Action::File(FileAction::Pick(Pick::Folder)), actions);
        if !state.settings.recent.is_empty() {
            bar_button(ui, state, "Recent", "", Action::App(AppAction::Popup(Popup::Recent)), actions);
        }
        let export_keys = keys(ExportOrSearch::Export);
        if state.current_study().is_some() {
            separator(ui);
            bar_button(
                ui,
                state,
                "Export…",
                if is_narrow { "" } else { &export_keys },
                Action::File(FileAction::Export),
                actions,
            );
        }
        let right = Layout::right_to_left(Align::Center);
        ui.with_layout(right, |ui| right_ui(ui, state, is_narrow, actions));
    });
}

fn right_ui(ui: &mut Ui, state: &AppState, is_narrow: bool, actions: &mut Vec<Action>) {
    bar_button(ui, state, "Keys", "?", Action::App(AppAction::Popup(Popup::KeySheet)), actions);
    let search = Action::App(AppAction::Popup(Popup::Palette));
    let search_keys = keys(ExportOrSearch::Search);
    bar_button(ui, state, "Search", if is_narrow { "" } else { &search_keys }, search, actions);
    scale_ui(ui, state, actions);
    let other = if state.settings.theme == ThemeChoice::Dark { "Light" } else { "Dark" };
    bar_button(ui, state, other, "", Action::App(AppAction::ToggleTheme), actions);
    // The device is in the model cards too.
    if is_narrow && !matches!(state.model.models, Models::Failed(_)) {
        return;
    }
    let palette = Palette::of(ui);
    let device = match &state.model.models {
        Models::Ready(models) => models.device.as_str(),
        Models::Loading { .. } => "Loading the model",
        Models::NotLoaded => "",
        Models::Failed(_) => "No model",
    };
    let ink = if matches!(state.model.models, Models::Failed(_)) { palette.error } else { palette.quiet };
    ui.add_space(4.0);
    ui.add(egui::Label::new(egui::RichText::new(device).color(ink)).truncate());
}

fn scale_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let percent = format!("{:.0} %", state.settings.ui_scale * 100.0);
    let button = KeyButton::new(&percent).look(Look::Bare).show(ui).on_hover_text("Scale of everything on screen");
    egui::Popup::menu(&button).show(|ui| {
        for step in [1.0_f32, 1.25, 1.5, 1.75, 2.0] {
            let label = format!("Scale {:.0} %", step * 100.0);
            let is_chosen = (state.settings.ui_scale - step).abs() < 0.01;
            if KeyButton::new(&label).look(Look::Bare).selected(is_chosen).show(ui).clicked() {
                actions.push(Action::App(AppAction::SetScale(step)));
            }
        }
    });
}

enum ExportOrSearch {
    Export,
    Search,
}

fn keys(what: ExportOrSearch) -> String {
    let action = match what {
        ExportOrSearch::Export => Action::File(FileAction::Export),
        ExportOrSearch::Search => Action::App(AppAction::Popup(Popup::Palette)),
    };
    table::entry(&action).map(|e| e.keys_label(cfg!(target_os = "macos"))).unwrap_or_default()
}

fn bar_button(ui: &mut Ui, state: &AppState, label: &str, key: &str, action: Action, actions: &mut Vec<Action>) {
    let allowed = table::entry(&action).map_or(Ok(()), |e| (e.allowed)(state));
    let response = KeyButton::new(label).key(key).look(Look::Bare).enabled(allowed.is_ok()).show(ui);
    let response = match allowed {
        Err(why) if !why.is_empty() => response.on_hover_text(why),
        _ => response,
    };
    if response.clicked() {
        actions.push(action);
    }
}

fn separator(ui: &mut Ui) {
    let palette = Palette::of(ui);
    ui.add_space(4.0);
    let (rect, _) = ui.allocate_exact_size(egui::vec2(1.0, 20.0), egui::Sense::hover());
    ui.painter().rect_filled(rect, 0.0, palette.line);
    ui.add_space(4.0);
}
