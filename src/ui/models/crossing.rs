//! Cross-validation: how many folds, what runs, the table. Not for one evaluation (`evaluation`).

use egui::{Grid, Label, RichText, Ui};

use crate::state::AppState;
use crate::state::action::Action;
use crate::state::models::ModelsAction;
use crate::state::models::crossing::{self, FOLDS, Running};
use crate::train::folds::{BY_SLICE, CrossValidation};
use crate::ui::theme::{self, GRID};
use crate::ui::widgets::{self, KeyButton, Look};

/// Draws form or work, and the last result.
pub fn crossing_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let view = &state.models_view.crossing;
    match &view.running {
        Some(running) => running_ui(ui, running, actions),
        None => form_ui(ui, state, actions),
    }
    if let Some(result) = &view.result {
        widgets::rule(ui);
        table_ui(ui, result);
    }
}

fn form_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let view = &state.models_view.crossing;
    let config = crossing::config(state);
    widgets::small(
        ui,
        "One training a fold: each patient is tested once, by a net that has not seen them. Takes as many trainings as \
         there are folds; stopped, it goes on with the same settings.",
    );
    if let Ok(config) = &config {
        let name = config.data.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let net = config.architecture.label();
        widgets::quiet(ui, format!("{net}, {} epochs at most, on {name}: as set in the Train view", config.epochs));
    }
    ui.horizontal(|ui| {
        widgets::quiet_line(ui, "Folds");
        for folds in FOLDS {
            let number = folds.to_string();
            let button = KeyButton::new(&number).look(Look::Bare).small().selected(view.folds == folds);
            if button.name(&format!("{folds} folds")).show(ui).clicked() {
                actions.push(ModelsAction::SetFolds(folds, view.by_slice).into());
            }
        }
    });
    ui.horizontal(|ui| {
        let label = "The same net once more, split by slice: shows how much too good that looks";
        if widgets::switch_ui(ui, view.by_slice, label) {
            actions.push(ModelsAction::SetFolds(view.folds, !view.by_slice).into());
        }
        widgets::small(ui, label);
    });
    ui.horizontal(|ui| {
        let missing = config.err();
        let start = KeyButton::new("Start cross-validation").enabled(missing.is_none()).show(ui);
        if start.clicked() && missing.is_none() {
            actions.push(ModelsAction::CrossValidate.into());
        }
        if let Some(missing) = missing {
            widgets::quiet(ui, format!("First {missing}."));
        }
    });
}

fn running_ui(ui: &mut Ui, running: &Running, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let is_enabled = !running.is_stopping;
        if KeyButton::new("Stop cross-validation").enabled(is_enabled).show(ui).clicked() && is_enabled {
            actions.push(ModelsAction::StopCrossing.into());
        }
        if running.progress.total > 0 {
            let share = running.progress.done as f32 / running.progress.total as f32;
            widgets::progress_ui(ui, share, "Cross-validation");
        }
        widgets::small(ui, running.words());
    });
}

/// A row a figure, a column a fold; the split by slice apart, with what it is.
fn table_ui(ui: &mut Ui, result: &CrossValidation) {
    let folds = result.folds.len();
    ui.label(RichText::new(format!("{}, {folds} folds by patient", result.net)).size(theme::ANSWER));
    let cell = |words: String| Label::new(RichText::new(words).font(theme::small())).extend();
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
    egui::ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| {
        Grid::new("folds").num_columns(folds + 3).spacing([2.0 * GRID, 2.0]).min_row_height(18.0).show(ui, |ui| {
            let titles = result.folds.iter().map(|fold| format!("Fold {}", fold.name));
            let by_slice = result.by_slice.as_ref().map(|_| "By slice".to_owned());
            let head = std::iter::once(String::new()).chain(titles).chain(["Mean ± SD".to_owned()]).chain(by_slice);
            head.for_each(|words| drop(ui.add(cell(words))));
            ui.end_row();
            for row in result.rows() {
                ui.add(cell(row.name));
                row.folds.into_iter().for_each(|value| drop(ui.add(cell(number(value)))));
                ui.add(cell(format!("{} ± {}", number(row.mean), number(row.deviation))));
                if result.by_slice.is_some() {
                    ui.add(cell(number(row.by_slice)));
                }
                ui.end_row();
            }
        });
    });
    widgets::quiet(
        ui,
        "Each fold: tested on its patients, thresholds and epoch chosen on the next fold's, trained on the rest.",
    );
    if result.by_slice.is_some() {
        widgets::warning(ui, format!("By slice: {BY_SLICE}. Shown to tell how large that is; never to be quoted."));
    }
}
