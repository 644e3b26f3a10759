//! An evaluation's result: threshold, counts, curves, figures, institutions, patients. Not for the form (`form`) or for
//! drawing curves (`plots`).

use egui::{Grid, Label, RichText, Ui};

use super::{form, patients, plots};
use crate::domain::card::{Counts, Figure, PartFigures};
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::models::words;
use crate::state::models::{Measured, ModelsAction};
use crate::ui::theme::{self, GRID};
use crate::ui::widgets::{self, KeyButton, Look};

/// Draws form and result.
pub fn evaluation_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    form::form_ui(ui, state, actions);
    let Some(measured) = &state.models_view.measured else { return };
    let evaluation = &measured.report.evaluation;
    widgets::rule(ui);
    let models: Vec<String> = evaluation.models.iter().map(|m| format!("{} v{}", m.name, m.version)).collect();
    ui.label(RichText::new(models.join(" and ")).size(theme::ANSWER));
    let patients = evaluation.patients.len();
    let part = match evaluation.part.as_str() {
        "all" => "everybody".to_owned(),
        part => format!("part \"{part}\""),
    };
    widgets::quiet(ui, format!("{patients} patients, {part} of {}", evaluation.data));
    for warning in &evaluation.warnings {
        widgets::warning(ui, warning.clone());
    }
    if measured.at.is_some() {
        classifier_ui(ui, measured, actions);
    }
    for (title, part) in [
        ("Segmenter, every slice outlined", &evaluation.segmenter),
        ("Two-stage, as a reader gets it", &evaluation.two_stage),
    ] {
        if let Some(part) = part {
            part_ui(ui, title, part);
        }
    }
    mask_ui(ui, measured, actions);
    patients::patients_ui(ui, measured, actions);
    institutions_ui(ui, measured);
}

/// The mask threshold as a handle on every patient's Dice, and what both moved thresholds come to.
fn mask_ui(ui: &mut Ui, measured: &Measured, actions: &mut Vec<Action>) {
    if measured.has_masks() {
        ui.horizontal(|ui| {
            ui.label(format!("Mask threshold {:.2}", measured.mask));
            if let Some(moved) = widgets::slider_ui(ui, measured.mask, "Mask threshold of the evaluation") {
                actions.push(ModelsAction::MoveMask(moved).into());
            }
            if measured.is_mask_moved() {
                widgets::quiet_line(ui, &format!("evaluated at {:.2}", measured.report.mask_threshold));
                let reset = KeyButton::new("Reset").look(Look::Quiet).small().name("Reset mask threshold");
                if reset.show(ui).clicked() {
                    actions.push(ModelsAction::ResetMask.into());
                }
            }
        });
    }
    let is_staged = measured.report.evaluation.two_stage.is_some();
    let is_moved = measured.is_mask_moved() || (measured.is_moved() && is_staged);
    if let Some(mean) = measured.mean_dice().filter(|_| is_moved) {
        let kind = if is_staged { "two-stage volume Dice" } else { "volume Dice" };
        let words = format!(
            "At the moved threshold the mean {kind} is {mean:.3}; the figures above, and HD95, are at the card's."
        );
        widgets::warning(ui, words);
    }
}

fn classifier_ui(ui: &mut Ui, measured: &Measured, actions: &mut Vec<Action>) {
    let Some(at) = &measured.at else { return };
    widgets::rule(ui);
    widgets::section_title(ui, "Classifier");
    ui.horizontal(|ui| {
        // Three digits always: the number keeps its width.
        ui.label(format!("Threshold {:.3}", at.threshold));
        if let Some(moved) = widgets::slider_ui(ui, at.threshold as f32, "Classifier threshold") {
            actions.push(ModelsAction::MoveThreshold(f64::from(moved)).into());
        }
        if measured.is_moved() {
            widgets::quiet(ui, format!("evaluated at {:.3}", measured.report.threshold));
            if KeyButton::new("Reset").look(Look::Quiet).small().show(ui).clicked() {
                actions.push(ModelsAction::ResetThreshold.into());
            }
        }
    });
    // As wide as three beside each other allow.
    let side = plots::side(ui, 3);
    ui.horizontal_top(|ui| {
        plots::roc_ui(ui, side, measured, actions);
        plots::precision_recall_ui(ui, side, measured, actions);
        plots::reliability_ui(ui, side, measured);
    });
    ui.horizontal_top(|ui| {
        confusion_ui(ui, &at.counts);
        ui.add_space(3.0 * GRID);
        // What sums up all thresholds stays where it is while the threshold moves.
        let of_curves = measured.report.evaluation.classifier.iter().flat_map(|part| &part.figures);
        let of_curves = of_curves.filter(|figure| !at.figures.iter().any(|f| f.name == figure.name));
        ui.vertical(|ui| figures_ui(ui, "classifier figures", at.figures.iter().chain(of_curves)));
    });
}

/// The four counts.
fn confusion_ui(ui: &mut Ui, counts: &Counts) {
    Grid::new("confusion").num_columns(3).spacing([24.0, 4.0]).show(ui, |ui| {
        for row in [
            [String::new(), "flagged".to_owned(), "not flagged".to_owned()],
            ["tumor".to_owned(), counts.true_positive.to_string(), counts.false_negative.to_string()],
            ["no tumor".to_owned(), counts.false_positive.to_string(), counts.true_negative.to_string()],
        ] {
            for words in row {
                ui.add(Label::new(words).extend());
            }
            ui.end_row();
        }
    });
}

fn part_ui(ui: &mut Ui, title: &str, part: &PartFigures) {
    widgets::rule(ui);
    widgets::section_title(ui, title);
    figures_ui(ui, title, part.figures.iter());
}

fn figures_ui<'a>(ui: &mut Ui, salt: &str, figures: impl Iterator<Item = &'a Figure>) {
    Grid::new(salt).num_columns(2).spacing([16.0, 2.0]).min_row_height(18.0).show(ui, |ui| {
        for figure in figures {
            let cell = |words: String| Label::new(RichText::new(words).font(theme::small())).extend();
            let meaning = format!("{}; over {}", figure.definition, figure.over);
            ui.add(cell(figure.name.clone())).on_hover_text(&meaning);
            ui.add(cell(words::figure_value(figure.value, figure.interval))).on_hover_text(&meaning);
            ui.end_row();
        }
    });
}

fn institutions_ui(ui: &mut Ui, measured: &Measured) {
    let lines = &measured.report.evaluation.institutions;
    if lines.len() < 2 {
        return;
    }
    widgets::rule(ui);
    widgets::section_title(ui, "By institution, at the threshold of the evaluation");
    Grid::new("institutions").num_columns(8).spacing([16.0, 2.0]).min_row_height(18.0).show(ui, |ui| {
        let cell = |words: String| Label::new(RichText::new(words).font(theme::small())).extend();
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
        for title in ["", "Patients", "Slices", "ROC AUC", "Recall", "Specificity", "Dice", "HD95 px"] {
            ui.add(cell(title.to_owned()));
        }
        ui.end_row();
        for line in lines {
            let distance = line.hd95.map_or_else(|| "–".to_owned(), |v| format!("{v:.1}"));
            let counts = [line.institution.clone(), line.patients.to_string(), line.slices.to_string()];
            let figures = [line.auc, line.recall, line.specificity, line.two_stage_dice.or(line.dice)].map(number);
            for words in counts.into_iter().chain(figures).chain([distance]) {
                ui.add(cell(words));
            }
            ui.end_row();
        }
    });
}
