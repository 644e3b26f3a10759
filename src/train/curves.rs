//! What an evaluation shows in the window beyond the figures of a card: every slice's answer, so that a moved threshold
//! moves all numbers, and where each patient's pictures lie. Not for the figures at the card's threshold (`figures`).

use std::path::PathBuf;
use std::sync::Arc;

use super::answers::{Both, Overlap, PatientAnswer};
use super::dataset::Dataset;
use super::figures::{BOOTSTRAP_SEED, RATIOS, REPEATS};
use super::report::Evaluation;
use crate::domain::card::{Counts, Figure};
use crate::domain::metrics::{counts_at, patient_bootstrap_all};

/// One evaluation with its curves.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationReport {
    /// Figures, curves, patients, warnings, at the thresholds in use.
    pub evaluation: Evaluation,
    /// Every slice's answer, patient by patient in the order of [`Evaluation::patients`].
    pub slices: Vec<SliceResult>,
    /// The classifier's threshold in use.
    pub threshold: f64,
    /// The segmenter's threshold in use.
    pub mask_threshold: f32,
    /// The nets' answers, in the order of [`Evaluation::patients`]: what a moved mask threshold needs.
    pub answers: Arc<Vec<PatientAnswer>>,
    /// What opens each patient in Read: a folder of its own, else its pictures.
    pub sources: Vec<Vec<PathBuf>>,
    /// Folder or CSV that was measured on.
    pub data: PathBuf,
    /// Weights that were measured, where they are files: classifier, segmenter.
    pub weights: [Option<PathBuf>; 2],
    /// Thresholds and figures were written into the cards of these weights.
    pub written: Vec<PathBuf>,
}

/// One slice's answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SliceResult {
    /// Index into [`Evaluation::patients`].
    pub patient: usize,
    /// Whether the slice has a tumor.
    pub has_tumor: bool,
    /// The classifier's score, where it was asked.
    pub score: Option<f64>,
    /// The outline against the truth, where the segmenter was asked.
    pub overlap: Option<Overlap>,
}

/// The classifier at one threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct AtThreshold {
    /// The threshold.
    pub threshold: f64,
    /// The four counts.
    pub counts: Counts,
    /// Accuracy beside the base rate, precision, recall, specificity, F1, each with its interval.
    pub figures: Vec<Figure>,
    /// Volume Dice of each patient as a user gets it, in the order of [`Evaluation::patients`]; empty without both nets.
    pub two_stage_dice: Vec<Option<f64>>,
}

impl EvaluationReport {
    /// All slices of `answers`, in order.
    pub fn slices_of(answers: &[PatientAnswer], both: &Both) -> Vec<SliceResult> {
        let of_patient = |(patient, answer): (usize, &PatientAnswer)| -> Vec<SliceResult> {
            let result = |s: &super::answers::SliceAnswer| SliceResult {
                patient,
                has_tumor: s.has_tumor,
                score: s.score,
                overlap: s.overlap(both.mask),
            };
            answer.slices.iter().map(result).collect()
        };
        answers.iter().enumerate().flat_map(of_patient).collect()
    }

    /// What opens each patient: its folder where no other patient has pictures in it, else the pictures themselves.
    pub fn sources_of(dataset: &Dataset, answers: &[PatientAnswer]) -> Vec<Vec<PathBuf>> {
        let folder = |item: usize| dataset.items[item].image.parent();
        let source = |answer: &PatientAnswer| -> Vec<PathBuf> {
            let items = dataset.slices_of(answer.patient);
            let own = items.first().and_then(|&first| folder(first)).filter(|own| {
                let is_inside = |item: usize| folder(item) == Some(*own);
                let is_own = |item: usize| dataset.items[item].patient == answer.patient;
                (0..dataset.items.len()).all(|item| is_inside(item) == is_own(item))
            });
            if let Some(folder) = own {
                return vec![folder.to_owned()];
            }
            let mut images: Vec<PathBuf> = items.iter().map(|&i| dataset.items[i].image.clone()).collect();
            images.dedup();
            images
        };
        answers.iter().map(source).collect()
    }

    /// Scores and truths of all slices that were scored.
    pub fn scores(&self) -> (Vec<f64>, Vec<bool>) {
        self.slices.iter().filter_map(|s| s.score.map(|score| (score, s.has_tumor))).unzip()
    }

    /// All that follows from the classifier's threshold. `None` where no classifier was asked.
    pub fn at(&self, threshold: f64) -> Option<AtThreshold> {
        let part = self.evaluation.classifier.as_ref()?;
        let (scores, truths) = self.scores();
        let by_patient: Vec<Counts> =
            (0..self.evaluation.patients.len()).map(|p| self.counts_of(p, threshold)).collect();
        let over = |drawn: &[usize]| drawn.iter().fold(Counts::default(), |sum, &p| sum.plus(by_patient[p]));
        let intervals = patient_bootstrap_all(by_patient.len(), REPEATS, BOOTSTRAP_SEED, |drawn| {
            let counts = over(drawn);
            RATIOS.map(|(_, ratio)| ratio(&counts))
        });
        let counts = counts_at(&scores, &truths, threshold);
        let over = format!("{} slices of {} patients, {} with tumor", part.slices, part.patients, part.tumor_slices);
        let figures = RATIOS.into_iter().zip(intervals).filter_map(|(((name, definition), ratio), interval)| {
            let (name, definition, over) = (name.to_owned(), definition.to_owned(), over.clone());
            Some(Figure { name, value: ratio(&counts)?, interval, over, definition })
        });
        Some(AtThreshold { threshold, counts, figures: figures.collect(), two_stage_dice: self.two_stage(threshold) })
    }

    /// Volume Dice of each patient at other thresholds: as a user gets it where both nets were asked, else every slice
    /// outlined.
    pub fn dices(&self, both: &Both) -> Vec<Option<f64>> {
        let is_staged = self.evaluation.two_stage.is_some();
        let overlap = |p: &PatientAnswer| if is_staged { p.staged_overlap(both) } else { p.overlap(both.mask) };
        self.answers.iter().map(|patient| overlap(patient).and_then(|o| o.dice())).collect()
    }

    fn of_patient(&self, patient: usize) -> impl Iterator<Item = &SliceResult> {
        // The slices stand patient by patient.
        let first = self.slices.partition_point(|s| s.patient < patient);
        self.slices[first..].iter().take_while(move |s| s.patient == patient)
    }

    fn counts_of(&self, patient: usize, threshold: f64) -> Counts {
        let (scores, truths): (Vec<f64>, Vec<bool>) =
            self.of_patient(patient).filter_map(|s| s.score.map(|score| (score, s.has_tumor))).unzip();
        counts_at(&scores, &truths, threshold)
    }

    fn two_stage(&self, threshold: f64) -> Vec<Option<f64>> {
        if self.evaluation.two_stage.is_none() {
            return Vec::new();
        }
        let staged = |s: &SliceResult| {
            let overlap = s.overlap?;
            Some(if s.score? >= threshold { overlap } else { Overlap { both: 0, answer: 0, ..overlap } })
        };
        let dice = |patient| self.of_patient(patient).filter_map(staged).reduce(Overlap::plus).and_then(|o| o.dice());
        (0..self.evaluation.patients.len()).map(dice).collect()
    }
}
