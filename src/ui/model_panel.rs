//! The Model section and the window with the model cards in full. Not for reading cards (`nn`).

use egui::{Label, RichText, ScrollArea, Ui};

use super::notices;
use super::theme::{self, GRID, Palette};
use super::widgets::{self, KeyButton, Look};
use crate::domain::card::{ModelCard, PartFigures};
use crate::state::AppState;
use crate::state::action::{Action, AnalysisAction, AppAction};
use crate::state::labels;
use crate::state::notice::About;
use crate::state::screen::Popup;
use crate::state::work::Models;

/// Draws the section.
pub fn model_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let has_cards = state.model.models.ready().is_some();
    let ((), details) = widgets::row(
        ui,
        |ui| widgets::section_title(ui, "Model"),
        |ui| has_cards.then(|| KeyButton::new("Details…").look(Look::Quiet).small().show(ui)),
    );
    if details.is_some_and(|d| d.clicked()) {
        actions.push(Action::App(AppAction::Popup(Popup::ModelDetails)));
    }
    match &state.model.models {
        Models::Ready(_) => {
            for (index, line) in labels::model_lines(state).into_iter().enumerate() {
                if index == 0 {
                    ui.add(Label::new(line).wrap());
                } else {
                    widgets::quiet(ui, line);
                }
            }
        }
        Models::Loading { .. } => {
            widgets::quiet(ui, "Loading…");
        }
        Models::NotLoaded => {
            widgets::quiet(ui, "Not loaded yet");
        }
        Models::Failed(failure) => {
            let palette = Palette::of(ui);
            ui.add(Label::new(RichText::new(&failure.what).color(palette.error)).wrap());
            if KeyButton::new("Load again").show(ui).clicked() {
                actions.push(Action::Analysis(AnalysisAction::ReloadModels));
            }
        }
    }
    notices::notices_ui(ui, state, About::Models, actions);
}

/// Both cards in full.
pub fn details_ui(ui: &mut Ui, state: &AppState) {
    let Some(models) = state.model.models.ready() else { return };
    ScrollArea::vertical().auto_shrink([false, true]).show(ui, |ui| {
        widgets::quiet(ui, format!("Runs on {}", models.device));
        for card in [&models.classifier, &models.segmenter] {
            card_ui(ui, card);
        }
    });
}

fn card_ui(ui: &mut Ui, card: &ModelCard) {
    widgets::rule(ui);
    ui.label(RichText::new(card.title()).size(theme::ANSWER));
    widgets::quiet(ui, format!("{} · trained {} · answers: {}", card.architecture.label(), card.date, card.target));
    entry_ui(ui, "Intended use", &card.intended_use);
    entry_ui(ui, "Data", &card.data);
    entry_ui(ui, "Terms", &card.terms);
    let parts: Vec<String> = card.split.iter().map(|(part, ids)| format!("{part}: {} patients", ids.len())).collect();
    entry_ui(ui, "Split by patient", &parts.join(" · "));
    let crop = if card.input.crop == crate::domain::card::Crop::Head { "cropped to the head" } else { "whole slice" };
    let mirror = if card.input.mirror { ", mirrored answers averaged" } else { "" };
    let input = format!(
        "{0} × {0} pixels, {1} sequences, each sequence scaled by its own percentiles, {crop}{mirror}",
        card.input.size, card.input.channels
    );
    entry_ui(ui, "Input", &input);
    entry_ui(ui, "Thresholds, chosen on validation", &thresholds(card));
    let record = &card.training;
    let training = format!(
        "{} epochs, best {} (from {}), seed {}",
        record.epochs,
        record.best_epoch + 1,
        record.started_from,
        record.seed
    );
    entry_ui(ui, "Training", &training);
    for note in &record.notes {
        widgets::warning(ui, note.clone());
    }
    for (name, part) in [("Test", &card.test), ("Validation", &card.val)] {
        if let Some(part) = part {
            part_ui(ui, name, part, &card.title());
        }
    }
    ui.add_space(GRID);
    widgets::section_title(ui, "What the data cannot show");
    for limit in &card.limits {
        widgets::small(ui, format!("– {limit}"));
    }
    entry_ui(ui, "sha256 of the weights", &card.sha256);
}

fn thresholds(card: &ModelCard) -> String {
    let t = &card.thresholds;
    let band = t.band_low.zip(t.band_high).map(|(low, high)| format!(" · uncertain {low:.2}–{high:.2}"));
    format!("{:.2}{}", t.threshold, band.unwrap_or_default())
}

fn entry_ui(ui: &mut Ui, name: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    ui.add_space(GRID / 2.0);
    widgets::quiet(ui, name);
    widgets::small(ui, value);
}

fn part_ui(ui: &mut Ui, name: &str, part: &PartFigures, salt: &str) {
    ui.add_space(GRID);
    let over = format!("{name}: {} patients, {} slices, {} with tumor", part.patients, part.slices, part.tumor_slices);
    widgets::section_title(ui, &over);
    if let Some(counts) = part.counts {
        let line = format!(
            "Flagged {} of {} tumor slices and {} of {} others",
            counts.true_positive,
            counts.true_positive + counts.false_negative,
            counts.false_positive,
            counts.false_positive + counts.true_negative
        );
        widgets::small(ui, line);
    }
    egui::Grid::new((name, salt)).num_columns(3).spacing([16.0, 2.0]).show(ui, |ui| {
        for figure in &part.figures {
            let interval = figure.interval.map(|[low, high]| format!("{low:.3}–{high:.3}")).unwrap_or_default();
            // A grid's cells take their width from the words: they must not wrap.
            let cell = |words: &str| Label::new(RichText::new(words).font(theme::small())).extend();
            ui.add(cell(&figure.name)).on_hover_text(&figure.definition);
            ui.add(cell(&format!("{:.3}", figure.value))).on_hover_text(&figure.over);
            ui.add(cell(&interval));
            ui.end_row();
        }
    });
}
