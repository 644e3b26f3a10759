//! The list of the reader's measurements in the study panel. Not for drawing them on the picture (`measuring`).

use egui::{Label, RichText, Ui};

use super::theme::{self, GRID, Palette};
use super::widgets::{self, KeyButton, Look};
use crate::state::AppState;
use crate::state::action::{Action, AppAction, GoAction};
use crate::state::figures;
use crate::state::screen::Popup;
use crate::state::tool::MeasureAction;

/// Draws the list, where there is anything to list.
pub fn measurements_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let Some((_, scan, known)) = state.current_scan() else { return };
    if known.measurements.is_empty() {
        return;
    }
    ui.add_space(GRID);
    widgets::section_title(ui, "Measurements");
    let palette = Palette::of(ui);
    for measurement in &known.measurements {
        let is_selected = state.selected == Some(measurement.id);
        let ink = if is_selected { palette.selection } else { palette.text };
        let words = RichText::new(figures::summary(measurement, scan)).font(theme::small()).color(ink);
        ui.add(Label::new(words).wrap());
        ui.horizontal_wrapped(|ui| {
            let slice = format!("Slice {}", measurement.slice + 1);
            if small_button(ui, &slice, &format!("Show {}", measurement.figure.label())) {
                actions.push(Action::Go(GoAction::Slice(measurement.slice)));
            }
            if small_button(ui, "Words", &format!("Words of {}", measurement.figure.label())) {
                actions.push(Action::App(AppAction::Popup(Popup::Words(measurement.id))));
            }
            if small_button(ui, "Remove", &format!("Remove {}", measurement.figure.label())) {
                actions.push(Action::Measure(MeasureAction::Remove(measurement.id)));
            }
        });
    }
    if known.finding.is_none() {
        widgets::quiet(ui, "Kept until the study is closed; saved once the model has begun to read it.");
    }
}

fn small_button(ui: &mut Ui, label: &str, name: &str) -> bool {
    KeyButton::new(label).name(name).look(Look::Quiet).small().show(ui).clicked()
}
