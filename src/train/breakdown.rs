//! An evaluation taken apart: curves over all thresholds, and the figures institution by institution. Not for the figures
//! over all patients (`figures`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::answers::{Both, PatientAnswer};
use super::dataset::Dataset;
use super::split::institution;
use crate::domain::metrics::curves::{CurvePoint, ReliabilityBin, precision_recall, reliability, roc, thinned};
use crate::domain::metrics::{counts_at, mean, median, roc_auc};

/// Bins of the reliability diagram.
pub const BINS: usize = 10;
/// Points of a curve that are kept: more than a screen or a page shows.
const MOST_POINTS: usize = 1000;

/// The classifier's curves.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Curves {
    /// Recall over false alarms.
    pub roc: Vec<CurvePoint>,
    /// Precision over recall.
    pub precision_recall: Vec<CurvePoint>,
    /// Share with tumor by score.
    pub reliability: Vec<ReliabilityBin>,
}

impl Curves {
    /// The curves of slices, each with its score and its truth.
    pub fn of(scores: &[f64], truths: &[bool]) -> Self {
        let mut curves = Self {
            roc: thinned(&roc(scores, truths), MOST_POINTS),
            precision_recall: thinned(&precision_recall(scores, truths), MOST_POINTS),
            reliability: reliability(scores, truths, BINS),
        };
        if let Some(first) = curves.roc.first_mut() {
            // JSON knows no infinity: above every score is enough.
            first.threshold = 1.0_f64.next_up();
        }
        curves
    }
}

/// One institution's figures; `None` where there is nothing to compute one over.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InstitutionLine {
    /// Its code in the patients' names; "unnamed" where they have none.
    pub institution: String,
    /// Patients.
    pub patients: usize,
    /// Slices.
    pub slices: usize,
    /// Slices with tumor.
    pub tumor_slices: usize,
    /// ROC AUC of the classifier.
    pub auc: Option<f64>,
    /// Its recall at the threshold in use.
    pub recall: Option<f64>,
    /// Its specificity there.
    pub specificity: Option<f64>,
    /// Mean volume Dice, every slice outlined.
    pub dice: Option<f64>,
    /// Mean volume Dice as a user gets it.
    pub two_stage_dice: Option<f64>,
    /// Median HD95 in pixels, every slice outlined.
    pub hd95: Option<f64>,
}

/// The institution of a patient's name, or "unnamed".
pub fn institution_of(patient: &str) -> String {
    institution(patient).unwrap_or("unnamed").to_owned()
}

/// All institutions by name.
pub fn by_institution(dataset: &Dataset, answers: &[PatientAnswer], both: &Both) -> Vec<InstitutionLine> {
    let mut groups: BTreeMap<String, Vec<&PatientAnswer>> = BTreeMap::new();
    for answer in answers {
        groups.entry(institution_of(&dataset.patients[answer.patient])).or_default().push(answer);
    }
    groups.into_iter().map(|(institution, answers)| line(institution, &answers, both)).collect()
}

fn line(institution: String, answers: &[&PatientAnswer], both: &Both) -> InstitutionLine {
    let slices = || answers.iter().flat_map(|p| &p.slices);
    let (scores, truths): (Vec<f64>, Vec<bool>) =
        slices().filter_map(|s| s.score.map(|score| (score, s.has_tumor))).unzip();
    let counts = counts_at(&scores, &truths, both.score);
    let all =
        |of: &dyn Fn(&PatientAnswer) -> Option<f64>| -> Vec<f64> { answers.iter().filter_map(|p| of(p)).collect() };
    InstitutionLine {
        institution,
        patients: answers.len(),
        slices: slices().count(),
        tumor_slices: slices().filter(|s| s.has_tumor).count(),
        auc: roc_auc(&scores, &truths),
        recall: counts.recall(),
        specificity: counts.specificity(),
        dice: mean(&all(&|p| p.overlap(both.mask)?.dice())),
        two_stage_dice: mean(&all(&|p| p.staged_overlap(both)?.dice())),
        hd95: median(&all(&|p| p.hd95(both.mask))),
    }
}
