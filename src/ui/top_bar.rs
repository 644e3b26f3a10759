//! The bar at the top: open, recent, views, tools, export, device, settings, search, keys. Not for what a tool looks like
//! (`tool_bar`).

use egui::{Align, Label, Layout, RichText, Ui};

use super::layout_menu;
use super::settings_menu;
use super::theme::Palette;
use super::tool_bar;
use super::widgets::{KeyButton, Look};
use crate::engine::command::Pick;
use crate::state::AppState;
use crate::state::action::{Action, AppAction, FileAction};
use crate::state::screen::{MainView, Popup};
use crate::state::table;
use crate::state::work::Models;

/// Below this width in points the bar leaves out the keys and the device.
const NARROW: f32 = 1180.0;
/// Below this width it leaves out what the palette and the keys have too.
const VERY_NARROW: f32 = 900.0;

/// The parts of the program, in the order of their keys.
const VIEWS: [(&str, MainView); 3] =
    [("Read", MainView::Read), ("Train", MainView::Train), ("Models", MainView::Models)];

/// Draws the bar.
pub fn top_bar_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let is_narrow = ui.available_width() < NARROW;
    let is_very_narrow = ui.available_width() < VERY_NARROW;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = if is_narrow { 0.0 } else { 4.0 };
        button(ui, state, "Open…", false, Action::File(FileAction::Pick(Pick::Files)), actions);
        if !is_very_narrow {
            folder_ui(ui, state, actions);
        }
        separator(ui);
        for (label, view) in VIEWS {
            view_button(ui, state, label, view, actions);
        }
        if state.current_study().is_some() && state.layout.view == MainView::Read {
            separator(ui);
            tool_bar::tool_bar_ui(ui, state, actions);
            layout_menu::layout_ui(ui, state, actions);
            ui.spacing_mut().item_spacing.x = if is_narrow { 0.0 } else { 4.0 };
            separator(ui);
            button(ui, state, "Export…", !is_narrow, Action::File(FileAction::Export), actions);
        }
        let right = Layout::right_to_left(Align::Center);
        ui.with_layout(right, |ui| right_ui(ui, state, is_narrow, actions));
    });
}

fn folder_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    button(ui, state, "Folder…", false, Action::File(FileAction::Pick(Pick::Folder)), actions);
    if !state.settings.recent.is_empty() {
        button(ui, state, "Recent", false, Action::App(AppAction::Popup(Popup::Recent)), actions);
    }
}

fn right_ui(ui: &mut Ui, state: &AppState, is_narrow: bool, actions: &mut Vec<Action>) {
    button(ui, state, "Keys", true, Action::App(AppAction::Popup(Popup::KeySheet)), actions);
    button(ui, state, "Search", !is_narrow, Action::App(AppAction::Popup(Popup::Palette)), actions);
    settings_menu::settings_ui(ui, state, actions);
    // The device is in the model cards too.
    if is_narrow && !matches!(state.model.models, Models::Failed(_)) {
        return;
    }
    let palette = Palette::of(ui);
    let (device, ink) = match &state.model.models {
        Models::Ready(models) => (models.device.as_str(), palette.quiet),
        Models::Loading { .. } => ("Loading the model", palette.quiet),
        Models::NotLoaded => ("", palette.quiet),
        Models::Failed(_) => ("No model", palette.error),
    };
    ui.add_space(4.0);
    ui.add(Label::new(RichText::new(device).color(ink)).truncate());
}

/// A button of the action's row in the table, with its key where there is room.
fn button(ui: &mut Ui, state: &AppState, label: &str, has_key: bool, action: Action, actions: &mut Vec<Action>) {
    let entry = table::entry(&action);
    let allowed = entry.map_or(Ok(()), |e| e.possible(state));
    let keys = entry.filter(|_| has_key).map(|e| e.keys_label(cfg!(target_os = "macos"))).unwrap_or_default();
    let response = KeyButton::new(label).key(&keys).look(Look::Bare).enabled(allowed.is_ok()).show(ui);
    let response = match allowed {
        Err(why) if !why.is_empty() => response.on_hover_text(why),
        _ => response,
    };
    if response.clicked() {
        actions.push(action);
    }
}

fn view_button(ui: &mut Ui, state: &AppState, label: &str, view: MainView, actions: &mut Vec<Action>) {
    let action = Action::App(AppAction::ShowView(view));
    let is_shown = state.layout.view == view;
    let keys = table::entry(&action).map(|e| e.keys_label(cfg!(target_os = "macos"))).unwrap_or_default();
    let response = KeyButton::new(label).look(Look::Bare).selected(is_shown).show(ui).on_hover_text(keys);
    if response.clicked() && !is_shown {
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
