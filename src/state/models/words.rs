//! A card in lines, and where two cards differ. Not for drawing them (`ui`).

use crate::domain::card::{Counts, Crop, ModelCard, PartFigures, Task};
use crate::engine::lab::report::KnownModel;
use crate::state::text;

/// A section of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its title.
    pub title: &'static str,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is: "Data", "ROC AUC". Lines of two cards with one name are compared.
    pub name: String,
    /// What stands there.
    pub value: String,
    /// Definition and count, on hover.
    pub meaning: String,
    /// To be drawn in the warning color.
    pub is_warning: bool,
}

impl Line {
    fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), meaning: String::new(), is_warning: false }
    }

    fn warning(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { is_warning: true, ..Self::new(name, value) }
    }
}

/// Name on screen: the card's title, else the file's name.
pub fn title(model: &KnownModel) -> String {
    if let Some(card) = &model.card {
        return card.title();
    }
    let name = model.weights.as_ref().and_then(|path| path.file_stem());
    name.map_or_else(|| "Unnamed".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// "classifier · comes with the program": what it answers and where it is from.
pub fn origin(model: &KnownModel) -> String {
    let task = model.task.map_or("unknown task", task_word);
    let place = match (&model.weights, &model.run) {
        (None, _) => "comes with the program".to_owned(),
        (_, Some(run)) => {
            let name = run.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
            format!("run {name}")
        }
        (Some(_), None) => "imported".to_owned(),
    };
    format!("{task} · {place}")
}

/// "classifier".
pub fn task_word(task: Task) -> &'static str {
    match task {
        Task::Classifier => "classifier",
        Task::Segmenter => "segmenter",
    }
}

/// The one figure of the list: of the test part, else of validation, saying which.
pub fn headline(card: &ModelCard) -> String {
    let wanted = match card.task {
        Task::Classifier => "ROC AUC",
        Task::Segmenter => "Volume Dice, mean",
    };
    let found = |part: &Option<PartFigures>, name: &str| {
        part.as_ref().and_then(|p| p.value(wanted)).map(|value| format!("{wanted} {value:.3} ({name})"))
    };
    found(&card.test, "test").or_else(|| found(&card.val, "val")).unwrap_or_else(|| "not evaluated".to_owned())
}

/// All sections of a card, always in the same order.
pub fn sections(card: &ModelCard) -> Vec<Section> {
    let section = |title, lines| Section { title, lines };
    let mut sections = vec![
        section("What it is for", purpose(card)),
        section("What it was trained on", data(card)),
        section("How it sees and decides", input(card)),
    ];
    sections.push(section("Test figures", part(card.test.as_ref(), "Not measured on a test part.")));
    sections.push(section("Validation figures", part(card.val.as_ref(), "Not measured on validation.")));
    let limits = card.limits.iter().enumerate().map(|(i, limit)| Line::new(format!("{}", i + 1), limit)).collect();
    sections.push(section("What the data cannot show", limits));
    sections.push(section("History", history(card)));
    sections.retain(|s| !s.lines.is_empty());
    sections
}

fn purpose(card: &ModelCard) -> Vec<Line> {
    let mut lines = vec![
        Line::new("Intended use", &card.intended_use),
        Line::new("Answers", format!("{}: {}", task_word(card.task), card.target)),
        Line::new("Terms", &card.terms),
    ];
    lines.extend(card.notes.iter().enumerate().map(|(i, note)| Line::new(format!("Note {}", i + 1), note)));
    lines
}

fn data(card: &ModelCard) -> Vec<Line> {
    let count = |part: &str| card.split.get(part).map_or(0, Vec::len);
    let split =
        ["train", "val", "test"].map(|part| format!("{part} {}", text::counted(count(part), "patient", "patients")));
    vec![Line::new("Data", &card.data), Line::new("Split by patient", split.join(" · "))]
}

fn input(card: &ModelCard) -> Vec<Line> {
    let crop = if card.input.crop == Crop::Head { "cropped to the head" } else { "whole slice" };
    let mirror = if card.input.mirror { ", answers of both mirror images averaged" } else { "" };
    let input = format!("{0} × {0} pixels, {1} sequences, {crop}{mirror}", card.input.size, card.input.channels);
    let thresholds = &card.thresholds;
    let band = thresholds.band_low.zip(thresholds.band_high);
    let band = band.map_or_else(String::new, |(low, high)| format!(", uncertain {low:.3} to {high:.3}"));
    vec![
        Line::new("Net", card.architecture.label()),
        Line::new("Input", input),
        Line::new("Threshold", format!("{:.3}{band}", thresholds.threshold)),
    ]
}

fn part(part: Option<&PartFigures>, without: &str) -> Vec<Line> {
    let Some(part) = part else { return vec![Line::new("Measured", without)] };
    let over = format!("{} patients, {} slices, {} with tumor", part.patients, part.slices, part.tumor_slices);
    let mut lines = vec![Line::new("Over", over)];
    lines.extend(part.counts.map(|counts| Line::new("Counts", counts_line(&counts))));
    lines.extend(part.figures.iter().map(|figure| Line {
        meaning: format!("{}; over {}; interval: 95 %, bootstrap over patients", figure.definition, figure.over),
        ..Line::new(&figure.name, figure_value(figure.value, figure.interval))
    }));
    lines
}

/// "Flagged 133 of 137 tumor slices and 22 of 281 others".
pub fn counts_line(counts: &Counts) -> String {
    format!(
        "Flagged {} of {} tumor slices and {} of {} others",
        counts.true_positive,
        counts.true_positive + counts.false_negative,
        counts.false_positive,
        counts.false_positive + counts.true_negative
    )
}

/// "0.931 (0.871 to 0.964)".
pub fn figure_value(value: f64, interval: Option<[f64; 2]>) -> String {
    let interval = interval.map_or_else(String::new, |[low, high]| format!(" ({low:.3} to {high:.3})"));
    format!("{value:.3}{interval}")
}

fn history(card: &ModelCard) -> Vec<Line> {
    let record = &card.training;
    let mut lines = vec![
        Line::new("Trained", &card.date),
        Line::new("Epochs", format!("{}, the best is {}", record.epochs, record.best_epoch)),
        Line::new("Started from", &record.started_from),
        Line::new("Seed", record.seed.to_string()),
    ];
    let note = |(i, note): (usize, &String)| {
        let name = format!("Of the training {}", i + 1);
        let is_grave = note.starts_with("LEAK") || note.starts_with("never validated");
        if is_grave { Line::warning(name, note) } else { Line::new(name, note) }
    };
    lines.extend(record.notes.iter().enumerate().map(note));
    lines
}

/// Whether the line called `name` in the section called `title` says something else on the other card, or is not there.
pub fn differs(other: &ModelCard, title: &str, line: &Line) -> bool {
    let sections = sections(other);
    let same = sections.iter().filter(|s| s.title == title).flat_map(|s| &s.lines);
    !same.into_iter().any(|l| l.name == line.name && l.value == line.value)
}
