//! The Models view: every model known, its card, its evaluation. Not for training.

use egui::Ui;

use crate::state::AppState;
use crate::state::action::Action;

/// Draws the Models view.
pub fn models_ui(ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) {
    ui.label("Models");
}
