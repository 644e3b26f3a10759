//! The Train view: data, settings, curves, examples, runs. Not for the Models view.

use egui::Ui;

use crate::state::AppState;
use crate::state::action::Action;

/// Draws the Train view.
pub fn training_ui(ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) {
    ui.label("Train");
}
