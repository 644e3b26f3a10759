//! The evaluation's form: which models, which data, which part; and the work under way. Not for the result (`evaluation`).

use egui::{Align, ComboBox, Layout, Response, Ui, vec2};

use super::drafts;
use crate::domain::card::Task;
use crate::engine::command::ModelsPick;
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::models::{Evaluating, EvaluationForm, ModelKey, ModelsAction, Whose, words};
use crate::train::split::Part;
use crate::ui::theme::GRID;
use crate::ui::widgets::{self, KeyButton, Look};

/// Widest field in points.
const WIDEST: f32 = 560.0;
/// Width of the lines' names in points.
const NAME_WIDTH: f32 = 72.0;

/// Draws the form, or what runs.
pub fn form_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let view = &state.models_view;
    if let Some(evaluating) = &view.evaluating {
        return running_ui(ui, evaluating, actions);
    }
    let mut form = view.form.clone();
    ui.scope(|ui| {
        ui.set_max_width(ui.available_width().min(WIDEST));
        choose_ui(ui, state, Task::Classifier, "Classifier", &mut form.classifier);
        choose_ui(ui, state, Task::Segmenter, "Segmenter", &mut form.segmenter);
        let data = "Data: folder or table";
        let [folder, table] = drafts::path_ui(ui, data, &mut form.data, ["Data folder…", "Table (CSV)…"]);
        let split = "Split: a split.csv; if empty, the one beside the data, else the lists on the model's card";
        let [split] = drafts::path_ui(ui, split, &mut form.split_file, ["Split…"]);
        let clicked =
            [(folder, ModelsPick::DataFolder), (table, ModelsPick::DataTable), (split, ModelsPick::SplitFile)];
        actions.extend(clicked.into_iter().filter(|(is, _)| *is).map(|(_, pick)| ModelsAction::Pick(pick).into()));
    });
    whose_ui(ui, &mut form.whose);
    if form.can_write_cards() {
        ui.horizontal(|ui| {
            let label = if form.whose == Whose::Part(Part::Val) {
                "Choose thresholds and write them, with the figures, on the model's card"
            } else {
                "Write the figures on the model's card"
            };
            if widgets::switch_ui(ui, form.writes_cards, label) {
                form.writes_cards = !form.writes_cards;
            }
            widgets::small(ui, label);
        });
    }
    start_ui(ui, &form, actions);
    if form != view.form {
        // Before the start, which is done with the form as the state has it.
        actions.insert(0, ModelsAction::SetForm(Box::new(form)).into());
    }
}

fn start_ui(ui: &mut Ui, form: &EvaluationForm, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let missing = form.missing();
        if KeyButton::new("Start evaluation").enabled(missing.is_none()).show(ui).clicked() && missing.is_none() {
            actions.push(ModelsAction::Evaluate.into());
        }
        if let Some(missing) = missing {
            widgets::quiet(ui, format!("First {missing}."));
        }
    });
}

fn running_ui(ui: &mut Ui, evaluating: &Evaluating, actions: &mut Vec<Action>) {
    let progress = &evaluating.progress;
    ui.horizontal(|ui| {
        // The button first: it stays where it is while the numbers change.
        let is_enabled = !evaluating.is_stopping;
        if KeyButton::new("Stop evaluation").enabled(is_enabled).show(ui).clicked() && is_enabled {
            actions.push(ModelsAction::StopEvaluation.into());
        }
        if progress.total > 0 {
            widgets::progress_ui(ui, progress.done as f32 / progress.total as f32, "Evaluation");
        }
        let words = match (evaluating.is_stopping, progress.total) {
            (true, _) => "Stopping after this slice".to_owned(),
            (false, 0) => progress.what.to_owned(),
            (false, total) => format!("{} {} of {total}", progress.what, progress.done),
        };
        widgets::small(ui, words);
    });
}

/// What a line of the form is called, with what is chosen beginning at the same place in every line.
fn name_ui(ui: &mut Ui, label: &str) -> Response {
    let size = vec2(NAME_WIDTH, ui.spacing().interact_size.y);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(NAME_WIDTH);
        widgets::quiet_line(ui, label)
    })
    .inner
}

fn choose_ui(ui: &mut Ui, state: &AppState, task: Task, label: &str, chosen: &mut Option<ModelKey>) {
    let view = &state.models_view;
    let name = |key: &Option<ModelKey>| match key.as_ref() {
        None => "not measured".to_owned(),
        Some(key) => view.find(key).map_or_else(
            || format!("the {} that comes with the program", words::task_word(task)),
            |model| format!("{} ({})", words::title(model), words::origin(model)),
        ),
    };
    ui.horizontal(|ui| {
        let title = name_ui(ui, label);
        let width = ui.available_width();
        let box_ui = ComboBox::from_id_salt(label).width(width).truncate().selected_text(name(chosen));
        let choice = box_ui.show_ui(ui, |ui| {
            let known = view.known().iter().filter(|m| m.task == Some(task) && m.trouble.is_none());
            let keys = known.filter_map(ModelKey::of).map(Some);
            for key in std::iter::once(None).chain(keys) {
                let words = name(&key);
                ui.selectable_value(chosen, key, words);
            }
        });
        choice.response.labelled_by(title.id);
    });
}

fn whose_ui(ui: &mut Ui, whose: &mut Whose) {
    ui.add_space(GRID / 2.0);
    ui.horizontal(|ui| {
        name_ui(ui, "Patients");
        for (choice, label) in [
            (Whose::Part(Part::Test), "Test part"),
            (Whose::Part(Part::Val), "Validation part"),
            (Whose::Part(Part::Train), "Training part"),
            (Whose::Everybody, "Everybody in the data"),
        ] {
            if KeyButton::new(label).look(Look::Bare).small().selected(*whose == choice).show(ui).clicked() {
                *whose = choice;
            }
        }
    });
}
