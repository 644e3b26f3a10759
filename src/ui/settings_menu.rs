//! The menu with the settings that last: theme, scale, reading order, what a verdict and a drag do. Not for saving them.

use egui::{Popup, PopupCloseBehavior, Ui};

use super::theme::GRID;
use super::widgets::{self, KeyButton, Look};
use crate::io::settings::ThemeChoice;
use crate::state::AppState;
use crate::state::action::{Action, AppAction, ReviewAction};

/// The steps of the scale.
const SCALES: [f32; 5] = [1.0, 1.2, 1.4, 1.7, 2.0];

/// Draws the button, and the menu while it is open.
pub fn settings_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let button = KeyButton::new("Settings").look(Look::Bare).show(ui);
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        ui.set_width(288.0);
        theme_ui(ui, state, actions);
        scale_ui(ui, state, actions);
        ui.add_space(GRID / 2.0);
        let settings = &state.settings;
        let switches = [
            (
                "Go on after a verdict",
                settings.review_advances,
                Action::Review(ReviewAction::SetAdvances(!settings.review_advances)),
            ),
            (
                "I look first, then the model",
                settings.reader_first,
                Action::Review(ReviewAction::SetReaderFirst(!settings.reader_first)),
            ),
            (
                "Invert the window drag",
                settings.window_drag_inverted,
                Action::App(AppAction::SetDragInverted(!settings.window_drag_inverted)),
            ),
        ];
        for (words, is_on, action) in switches {
            let (_, has_switched) = widgets::row(ui, |ui| ui.label(words), |ui| widgets::switch_ui(ui, is_on, words));
            if has_switched {
                actions.push(action);
            }
        }
    });
}

fn theme_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        for (words, theme) in [("Dark", ThemeChoice::Dark), ("Light", ThemeChoice::Light)] {
            let is_chosen = state.settings.theme == theme;
            if KeyButton::new(words).look(Look::Bare).selected(is_chosen).show(ui).clicked() && !is_chosen {
                actions.push(Action::App(AppAction::SetTheme(theme)));
            }
        }
    });
}

fn scale_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for step in SCALES {
            let words = format!("{:.0} %", step * 100.0);
            let is_chosen = (state.settings.ui_scale - step).abs() < 0.01;
            if KeyButton::new(&words).look(Look::Bare).small().selected(is_chosen).show(ui).clicked() {
                actions.push(Action::App(AppAction::SetScale(step)));
            }
        }
    });
}
