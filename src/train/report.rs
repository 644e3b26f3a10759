//! What an evaluation found, as JSON and as a readable table. Not for computing figures (`figures`) or printing (`cli`).

use std::fmt::Write;

use serde::Serialize;

use super::answers::{Both, PatientAnswer};
use super::breakdown::{Curves, InstitutionLine, institution_of};
use super::dataset::Dataset;
use super::gallery::Example;
use crate::domain::card::{Figure, PartFigures, Task};
use crate::domain::finding::ModelStamp;

/// The line that every result carries.
pub const RESEARCH_USE: &str = "Research use only. Not for diagnosis.";

/// One evaluation, as `evaluation.json` keeps it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Program and version.
    pub program: String,
    /// [`RESEARCH_USE`].
    pub notice: String,
    /// Name of the data's folder or table.
    pub data: String,
    /// "train", "val", "test" or "all".
    pub part: String,
    /// The nets with the thresholds in use.
    pub models: Vec<ModelStamp>,
    /// The classifier's figures, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classifier: Option<PartFigures>,
    /// The segmenter's figures, every slice outlined, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segmenter: Option<PartFigures>,
    /// The result as a user gets it, where both were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub two_stage: Option<PartFigures>,
    /// The classifier's curves, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curves: Option<Curves>,
    /// Institution by institution.
    pub institutions: Vec<InstitutionLine>,
    /// Patient by patient.
    pub patients: Vec<PatientLine>,
    /// The pictures drawn, best to worst.
    pub pictures: Vec<PictureLine>,
    /// What must be known.
    pub warnings: Vec<String>,
}

/// One patient's result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PatientLine {
    /// Name, as the data has it.
    pub patient: String,
    /// Slices.
    pub slices: usize,
    /// Slices with tumor.
    pub tumor_slices: usize,
    /// Flagged slices, where the classifier was asked.
    pub flagged_slices: Option<usize>,
    /// Volume Dice with every slice outlined.
    pub dice: Option<f64>,
    /// Volume Dice as a user gets it.
    pub two_stage_dice: Option<f64>,
    /// HD95 in pixels with every slice outlined; `None` where one of the two volumes is empty.
    pub hd95: Option<f64>,
    /// Institution in the patient's name.
    pub institution: String,
}

/// One picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PictureLine {
    /// File beside the JSON.
    pub file: String,
    /// "best", "median" or "worst".
    pub rank: String,
    /// Patient.
    pub patient: String,
    /// Slice shown: the one with the largest true mask.
    pub slice: String,
    /// Volume Dice that the patient was ranked by.
    pub dice: f64,
}

impl PatientLine {
    /// The line of one patient.
    pub fn of(dataset: &Dataset, answer: &PatientAnswer, thresholds: &Both) -> Self {
        let scores: Vec<f64> = answer.slices.iter().filter_map(|s| s.score).collect();
        Self {
            patient: dataset.patients[answer.patient].clone(),
            slices: answer.slices.len(),
            tumor_slices: answer.slices.iter().filter(|s| s.has_tumor).count(),
            flagged_slices: (!scores.is_empty()).then(|| scores.iter().filter(|&&s| s >= thresholds.score).count()),
            dice: answer.overlap(thresholds.mask).and_then(|o| o.dice()),
            two_stage_dice: answer.staged_overlap(thresholds).and_then(|o| o.dice()),
            hd95: answer.hd95(thresholds.mask),
            institution: institution_of(&dataset.patients[answer.patient]),
        }
    }
}

impl PictureLine {
    /// The line of one example.
    pub fn of(dataset: &Dataset, example: &Example) -> Self {
        Self {
            file: format!("{}.png", example.rank),
            rank: example.rank.to_owned(),
            patient: dataset.patients[example.patient].clone(),
            slice: example.slice.clone(),
            dice: example.dice,
        }
    }
}

impl Evaluation {
    /// The table for people.
    pub fn table(&self) -> String {
        let mut text = format!("{} on the part \"{}\" of {}\n", self.program, self.part, self.data);
        let sections = [
            (Some(Task::Classifier), "Classifier", &self.classifier),
            (Some(Task::Segmenter), "Segmenter, every slice outlined", &self.segmenter),
            (None, "Two-stage, as a user gets it: only flagged slices are outlined", &self.two_stage),
        ];
        let mut meanings: Vec<&Figure> = Vec::new();
        for (task, title, part) in sections {
            let Some(part) = part else { continue };
            let _ = write!(text, "\n{title}");
            if let Some(model) = self.models.iter().find(|m| Some(m.task) == task) {
                let _ = write!(text, ": {} v{}, threshold {:.4}", model.name, model.version, model.threshold);
            }
            text.push('\n');
            section(&mut text, part);
            meanings.extend(&part.figures);
        }
        self.reliability_table(&mut text);
        self.institutions_table(&mut text);
        self.patients_table(&mut text);
        text.push_str("\nDefinitions (intervals: 95 %, bootstrap over patients)\n");
        for figure in meanings {
            let _ = writeln!(text, "  {}: {}; over {}", figure.name, figure.definition, figure.over);
        }
        for warning in &self.warnings {
            let _ = writeln!(text, "Note: {warning}");
        }
        let _ = writeln!(text, "{}", self.notice);
        text
    }

    fn reliability_table(&self, text: &mut String) {
        let Some(curves) = &self.curves else { return };
        text.push_str("\n  Reliability: share of slices with tumor by model score (not calibrated)\n");
        let _ = writeln!(text, "  {:>9}  {:>6}  {:>10}  {:>10}", "score", "slices", "mean score", "with tumor");
        for bin in curves.reliability.iter().filter(|bin| bin.count > 0) {
            let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
            let (mean, share) = (number(bin.mean_score), number(bin.positive_share));
            let _ = writeln!(text, "  {:.1} – {:.1}  {:>6}  {mean:>10}  {share:>10}", bin.low, bin.high, bin.count);
        }
    }

    fn institutions_table(&self, text: &mut String) {
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
        let _ = writeln!(
            text,
            "\n  {:11}  {:>8}  {:>6}  {:>5}  {:>6}  {:>6}  {:>11}  {:>6}  {:>9}  {:>7}",
            "Institution",
            "patients",
            "slices",
            "tumor",
            "AUC",
            "recall",
            "specificity",
            "Dice",
            "two-stage",
            "HD95 px"
        );
        for line in &self.institutions {
            let _ = writeln!(
                text,
                "  {:11}  {:>8}  {:>6}  {:>5}  {:>6}  {:>6}  {:>11}  {:>6}  {:>9}  {:>7}",
                line.institution,
                line.patients,
                line.slices,
                line.tumor_slices,
                number(line.auc),
                number(line.recall),
                number(line.specificity),
                number(line.dice),
                number(line.two_stage_dice),
                line.hd95.map_or_else(|| "–".to_owned(), |v| format!("{v:.1}"))
            );
        }
    }

    fn patients_table(&self, text: &mut String) {
        let width = self.patients.iter().map(|p| p.patient.chars().count()).max().unwrap_or(0).max("Patient".len());
        let _ = writeln!(
            text,
            "\n  {:width$}  {:>6}  {:>5}  {:>7}  {:>6}  {:>9}  {:>7}",
            "Patient", "slices", "tumor", "flagged", "Dice", "two-stage", "HD95 px"
        );
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
        for line in &self.patients {
            let flagged = line.flagged_slices.map_or_else(|| "–".to_owned(), |n| n.to_string());
            let _ = writeln!(
                text,
                "  {:width$}  {:>6}  {:>5}  {flagged:>7}  {:>6}  {:>9}  {:>7}",
                line.patient,
                line.slices,
                line.tumor_slices,
                number(line.dice),
                number(line.two_stage_dice),
                line.hd95.map_or_else(|| "–".to_owned(), |v| format!("{v:.1}"))
            );
        }
    }
}

fn section(text: &mut String, part: &PartFigures) {
    let _ = writeln!(text, "  {} patients, {} slices, {} with tumor", part.patients, part.slices, part.tumor_slices);
    let width = part.figures.iter().map(|f| f.name.chars().count()).max().unwrap_or(0);
    for figure in &part.figures {
        let interval = figure.interval.map_or_else(String::new, |[low, high]| format!("  {low:.3} to {high:.3}"));
        let _ = writeln!(text, "  {:width$}  {:.3}{interval}", figure.name, figure.value);
    }
    if let Some(counts) = &part.counts {
        let _ = writeln!(text, "  {:10}  {:>8}  {:>11}", "", "flagged", "not flagged");
        let _ = writeln!(text, "  {:10}  {:>8}  {:>11}", "tumor", counts.true_positive, counts.false_negative);
        let _ = writeln!(text, "  {:10}  {:>8}  {:>11}", "no tumor", counts.false_positive, counts.true_negative);
    }
}
