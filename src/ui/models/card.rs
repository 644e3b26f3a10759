//! A model's card, or two beside each other with their differences marked; and what can be done with a model. Not for
//! what the lines say (`state::models::words`).

use egui::{Label, RichText, Ui, vec2};

use super::drafts;
use crate::domain::card::{ModelCard, Task};
use crate::engine::lab::report::KnownModel;
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::models::words::{self, Line, Section};
use crate::state::models::{self, EvaluationForm, ModelKey, ModelsAction, Page};
use crate::ui::theme::{self, GRID, Palette};
use crate::ui::widgets::{self, KeyButton, Look};

/// Widest card in points: longer lines are hard to read.
const WIDEST: f32 = 760.0;
/// Width of the lines' names in points.
const NAME_WIDTH: f32 = 190.0;
/// Characters of a sha256 that are shown; the whole one is copied.
const SHORT_SHA256: usize = 12;

/// Draws the selected model, beside another where two are compared.
pub fn cards_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let view = &state.models_view;
    let Some(model) = view.selected() else {
        widgets::quiet(ui, "Choose a model at the left.");
        return;
    };
    compare_ui(ui, state, model, actions);
    let Some(other) = view.compared() else {
        ui.scope(|ui| {
            ui.set_max_width(ui.available_width().min(WIDEST));
            model_ui(ui, state, model, None, actions);
        });
        return;
    };
    ui.columns(2, |columns| {
        model_ui(&mut columns[0], state, model, Some(other), actions);
        model_ui(&mut columns[1], state, other, Some(model), actions);
    });
}

/// The models that this one can be compared with: those of its task that have a card.
fn compare_ui(ui: &mut Ui, state: &AppState, model: &KnownModel, actions: &mut Vec<Action>) {
    let view = &state.models_view;
    if let Some(other) = view.compared() {
        let words = format!("{} beside {}; lines that differ are marked ≠.", words::title(model), words::title(other));
        let (_, end) = widgets::row(
            ui,
            |ui| widgets::quiet(ui, words),
            |ui| KeyButton::new("Stop comparing").look(Look::Quiet).small().show(ui),
        );
        if end.clicked() {
            actions.push(ModelsAction::Compare(None).into());
        }
        return;
    }
    let own = ModelKey::of(model);
    let others = view.known().iter().filter(|m| m.card.is_some() && m.task == model.task && ModelKey::of(m) != own);
    let others: Vec<&KnownModel> = others.collect();
    if model.card.is_none() || others.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        widgets::quiet(ui, "Compare with");
        for other in others {
            let label = format!("{} ({})", words::title(other), words::origin(other));
            if KeyButton::new(&label).look(Look::Quiet).small().show(ui).clicked() {
                actions.push(ModelsAction::Compare(ModelKey::of(other)).into());
            }
        }
    });
}

fn model_ui(ui: &mut Ui, state: &AppState, model: &KnownModel, other: Option<&KnownModel>, actions: &mut Vec<Action>) {
    ui.label(RichText::new(words::title(model)).size(theme::ANSWER));
    widgets::quiet(ui, words::origin(model));
    if let Some(trouble) = &model.trouble {
        widgets::warning(ui, trouble.clone());
    }
    use_ui(ui, state, model, actions);
    let Some(card) = &model.card else {
        if model.trouble.is_none() {
            widgets::warning(
                ui,
                "No card lies beside these weights: what they were trained on, how their input is made and how well they do is not known.",
            );
        }
        return;
    };
    sha256_ui(ui, card);
    let against = other.and_then(|other| other.card.as_deref());
    for section in words::sections(card) {
        section_ui(ui, &section, against);
    }
    if let Some(weights) = &model.weights {
        if other.is_none() {
            widgets::rule(ui);
            describe_ui(ui, card, weights, actions);
            export_ui(ui, weights, actions);
        }
    } else {
        widgets::quiet(ui, "This card is part of the program and stays as it is.");
    }
}

fn use_ui(ui: &mut Ui, state: &AppState, model: &KnownModel, actions: &mut Vec<Action>) {
    let (Some(task), Some(key), None) = (model.task, ModelKey::of(model), &model.trouble) else { return };
    let asking = state.models_view.asking.as_ref().filter(|asking| asking.key == key);
    if asking.is_some() {
        widgets::warning(
            ui,
            "Read scans with weights of which nothing is known? Input and threshold are guessed, and findings will say so.",
        );
    }
    ui.horizontal_wrapped(|ui| {
        if asking.is_some() {
            for (label, action) in
                [("Use without a card", ModelsAction::UseCardless), ("Don't use it", ModelsAction::LeaveCardless)]
            {
                if KeyButton::new(label).show(ui).clicked() {
                    actions.push(action.into());
                }
            }
            return;
        }
        let label = match task {
            Task::Classifier => "Use as classifier",
            Task::Segmenter => "Use as segmenter",
        };
        if models::is_in_use(state, model) {
            widgets::small(ui, format!("In use: scans are read with this {}.", words::task_word(task)));
        } else if KeyButton::new(label).show(ui).clicked() {
            actions.push(ModelsAction::Use(key.clone()).into());
        }
        if KeyButton::new("Evaluate…").show(ui).clicked() {
            let form = form_for(state, task, key);
            actions.extend([ModelsAction::SetForm(Box::new(form)).into(), ModelsAction::Show(Page::Evaluation).into()]);
        }
    });
}

/// The evaluation of this model alone.
fn form_for(state: &AppState, task: Task, key: ModelKey) -> EvaluationForm {
    let mut form = EvaluationForm { classifier: None, segmenter: None, ..state.models_view.form.clone() };
    match task {
        Task::Classifier => form.classifier = Some(key),
        Task::Segmenter => form.segmenter = Some(key),
    }
    form
}

fn sha256_ui(ui: &mut Ui, card: &ModelCard) {
    ui.horizontal(|ui| {
        let short = card.sha256.get(..SHORT_SHA256).unwrap_or(&card.sha256);
        widgets::quiet(ui, format!("sha256 {short}…")).on_hover_text(&card.sha256);
        if KeyButton::new("Copy sha256").look(Look::Quiet).small().show(ui).clicked() {
            ui.ctx().copy_text(card.sha256.clone());
        }
    });
}

fn section_ui(ui: &mut Ui, section: &Section, against: Option<&ModelCard>) {
    widgets::rule(ui);
    widgets::section_title(ui, section.title);
    for line in &section.lines {
        let is_different = against.is_some_and(|card| words::differs(card, section.title, line));
        line_ui(ui, line, is_different);
    }
}

fn line_ui(ui: &mut Ui, line: &Line, is_different: bool) {
    let palette = Palette::of(ui);
    ui.horizontal_top(|ui| {
        let small = |words: &str| RichText::new(words).font(theme::small());
        let width = NAME_WIDTH.min(ui.available_width() * 0.4);
        let mark = if is_different { "≠ " } else { "" };
        let ink = if is_different { palette.selection } else { palette.quiet };
        ui.allocate_ui(vec2(width, 16.0), |ui| {
            ui.set_min_width(width);
            let name = ui.add(Label::new(small(&format!("{mark}{}", line.name)).color(ink)).wrap());
            if !line.meaning.is_empty() {
                name.on_hover_text(&line.meaning);
            }
        });
        let ink = match (line.is_warning, is_different) {
            (true, _) => palette.warning,
            (false, true) => palette.selection,
            (false, false) => palette.text,
        };
        let value = ui.add(Label::new(small(&line.value).color(ink)).wrap());
        if !line.meaning.is_empty() {
            value.on_hover_text(&line.meaning);
        }
    });
}

/// The words that a person may change.
fn describe_ui(ui: &mut Ui, card: &ModelCard, weights: &std::path::Path, actions: &mut Vec<Action>) {
    widgets::section_title(ui, "Your words on this card");
    let notes = card.notes.join("\n");
    // A card that was written anew starts its fields anew.
    let key = |field: &'static str, first: &str| (field, weights.to_owned(), first.to_owned());
    let (name, _) = drafts::line_ui(ui, key("name", &card.name), "Name", &card.name);
    let intended_use = drafts::lines_ui(ui, key("use", &card.intended_use), "Intended use", &card.intended_use);
    let typed = drafts::lines_ui(ui, key("notes", &notes), "Notes, one a line", &notes);
    let is_changed = name != card.name || intended_use != card.intended_use || typed != notes;
    if KeyButton::new("Save on the card").small().enabled(is_changed).show(ui).clicked() && is_changed {
        let weights = weights.to_owned();
        actions.push(ModelsAction::Describe { weights, name, intended_use, notes: typed }.into());
    }
}

fn export_ui(ui: &mut Ui, weights: &std::path::Path, actions: &mut Vec<Action>) {
    ui.add_space(GRID);
    widgets::section_title(ui, "Hand on as one file");
    widgets::quiet(ui, "Weights and card in one safetensors file, which Import takes in on another computer.");
    let (file, _) = drafts::line_ui(ui, ("export", weights.to_owned()), "File to write", "");
    let is_ready = !file.trim().is_empty();
    ui.horizontal(|ui| {
        if KeyButton::new("Export model").small().enabled(is_ready).show(ui).clicked() && is_ready {
            actions.push(ModelsAction::Export { weights: weights.to_owned(), file }.into());
        }
        if KeyButton::new("Export to…").look(Look::Quiet).small().show(ui).clicked() {
            actions.push(ModelsAction::PickExport(weights.to_owned()).into());
        }
    });
}
