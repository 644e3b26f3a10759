//! The evaluation in the Models view: form, work under way, result with its threshold. Not for measuring (`engine`).

use std::sync::Arc;

use crate::domain::card::Task;
use crate::domain::metrics::curves::CurvePoint;
use crate::engine::command::{Command, JobId};
use crate::engine::lab::order::{EvaluateRequest, LabOrder, NetChoice};
use crate::state::AppState;
use crate::state::work::Progress;
use crate::train::answers::Both;
use crate::train::curves::{AtThreshold, EvaluationReport};
use crate::train::split::Part;

use super::{ModelKey, Page, first_path};

/// What to evaluate on what. Paths are text until the evaluation starts.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationForm {
    /// The classifier; `None` for none.
    pub classifier: Option<ModelKey>,
    /// The segmenter; `None` for none.
    pub segmenter: Option<ModelKey>,
    /// Folder or table.
    pub data: String,
    /// `split.csv`; empty for the one beside the data, else the lists in the model's card.
    pub split_file: String,
    /// The part; everybody where `None`.
    pub whose: Whose,
    /// Write thresholds (validation) and figures into the cards of models that are files.
    pub writes_cards: bool,
}

/// On which patients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One part of the split.
    Part(Part),
    /// Everybody in the data.
    Everybody,
}

impl Default for EvaluationForm {
    fn default() -> Self {
        Self {
            classifier: Some(ModelKey::Shipped(Task::Classifier)),
            segmenter: Some(ModelKey::Shipped(Task::Segmenter)),
            data: String::new(),
            split_file: String::new(),
            whose: Whose::Part(Part::Test),
            writes_cards: true,
        }
    }
}

impl EvaluationForm {
    /// What is missing before it can start.
    pub fn missing(&self) -> Option<&'static str> {
        if self.classifier.is_none() && self.segmenter.is_none() {
            Some("choose a model")
        } else if first_path(&self.data).is_none() {
            Some("give a folder or a table")
        } else {
            None
        }
    }

    /// Whether a card could be written: a model of one's own, on validation or test.
    pub fn can_write_cards(&self) -> bool {
        let is_file = |key: &Option<ModelKey>| matches!(key, Some(ModelKey::File(_)));
        (is_file(&self.classifier) || is_file(&self.segmenter))
            && matches!(self.whose, Whose::Part(Part::Val | Part::Test))
    }
}

/// An evaluation under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluating {
    /// Job.
    pub job: JobId,
    /// How far.
    pub progress: Progress,
    /// It was asked to stop.
    pub is_stopping: bool,
}

/// A result on screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The evaluation.
    pub report: Arc<EvaluationReport>,
    /// All that follows from the classifier's threshold as it stands now; `None` without a classifier.
    pub at: Option<AtThreshold>,
    /// The mask threshold as it stands now.
    pub mask: f32,
    /// Each patient's Dice where the mask threshold was moved.
    moved_dices: Option<Vec<Option<f64>>>,
    /// Patients by Dice, worst first: place in the evaluation's list. Those without a Dice are left out.
    pub by_dice: Vec<usize>,
}

impl Measured {
    /// A fresh result at its own threshold.
    pub fn new(report: Arc<EvaluationReport>) -> Self {
        let (at, mask) = (report.at(report.threshold), report.mask_threshold);
        let mut measured = Self { report, at, mask, moved_dices: None, by_dice: Vec::new() };
        measured.sort();
        measured
    }

    /// The Dice that a patient is shown by: as a user gets it where both nets were asked, else every slice outlined.
    pub fn dice(&self, place: usize) -> Option<f64> {
        if let Some(dices) = &self.moved_dices {
            return dices.get(place).copied().flatten();
        }
        let staged = self.at.as_ref().map(|at| &at.two_stage_dice).filter(|dices| !dices.is_empty());
        match staged {
            Some(dices) => dices.get(place).copied().flatten(),
            None => self.report.evaluation.patients.get(place)?.dice,
        }
    }

    /// Whether the threshold was moved away from the one that the evaluation was done at.
    pub fn is_moved(&self) -> bool {
        self.at.as_ref().is_some_and(|at| at.threshold != self.report.threshold)
    }

    /// Whether there are outlines whose threshold can be moved.
    pub fn has_masks(&self) -> bool {
        self.report.evaluation.segmenter.is_some() && !self.report.answers.is_empty()
    }

    /// Whether the mask threshold was moved away from the one that the evaluation was done at.
    pub fn is_mask_moved(&self) -> bool {
        self.mask != self.report.mask_threshold
    }

    /// The mean of what the patients are shown by.
    pub fn mean_dice(&self) -> Option<f64> {
        let dices: Vec<f64> = self.by_dice.iter().filter_map(|&place| self.dice(place)).collect();
        crate::domain::metrics::mean(&dices)
    }

    /// All that follows from the thresholds as they stand.
    fn follow(&mut self) {
        let score = self.at.as_ref().map_or(self.report.threshold, |at| at.threshold);
        let both = Both { score, mask: self.mask };
        self.moved_dices = self.is_mask_moved().then(|| self.report.dices(&both));
        self.sort();
    }

    /// The points on both curves where the threshold stands: ROC, then precision-recall.
    pub fn handles(&self) -> [Option<[f64; 2]>; 2] {
        let Some(at) = &self.at else { return [None, None] };
        let recall = at.counts.recall();
        let alarms = at.counts.specificity().map(|s| 1.0 - s);
        [alarms.zip(recall).map(|(x, y)| [x, y]), recall.zip(at.counts.precision()).map(|(x, y)| [x, y])]
    }

    fn sort(&mut self) {
        let mut places: Vec<(usize, f64)> =
            (0..self.report.evaluation.patients.len()).filter_map(|p| Some((p, self.dice(p)?))).collect();
        places.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        self.by_dice = places.into_iter().map(|(place, _)| place).collect();
    }
}

/// The threshold of the curve's point that is nearest to `(x, y)`: where a click on the curve leads.
pub fn nearest_threshold(curve: &[CurvePoint], [x, y]: [f64; 2]) -> Option<f64> {
    let distance = |p: &CurvePoint| (p.x - x).powi(2) + (p.y - y).powi(2);
    let nearest = curve.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    Some(nearest.threshold)
}

/// Starts the evaluation of the form.
pub(super) fn start(state: &mut AppState) -> Vec<Command> {
    let view = &state.models_view;
    let form = &view.form;
    let (None, None, Some(data)) = (form.missing(), &view.evaluating, first_path(&form.data)) else {
        return Vec::new();
    };
    let is_cardless =
        |key: &Option<ModelKey>| key.as_ref().and_then(|key| view.find(key)).is_some_and(|model| model.card.is_none());
    let choice = |key: &Option<ModelKey>| match key {
        None => NetChoice::None,
        Some(ModelKey::Shipped(_)) => NetChoice::Shipped,
        Some(ModelKey::File(path)) => NetChoice::File(path.clone()),
    };
    let request = EvaluateRequest {
        classifier: choice(&form.classifier),
        segmenter: choice(&form.segmenter),
        data,
        split_file: first_path(&form.split_file),
        part: match form.whose {
            Whose::Part(part) => Some(part),
            Whose::Everybody => None,
        },
        allow_missing_card: is_cardless(&form.classifier) || is_cardless(&form.segmenter),
        writes_cards: form.writes_cards && form.can_write_cards(),
        device: state.model.choice.device,
    };
    let job = state.inner.jobs.mint();
    let view = &mut state.models_view;
    view.said = None;
    view.page = Page::Evaluation;
    let progress = Progress { what: "Waiting for the trainer", done: 0, total: 0 };
    view.evaluating = Some(Evaluating { job, progress, is_stopping: false });
    vec![Command::Lab { job, order: LabOrder::Evaluate(Box::new(request)) }]
}

/// Asks the evaluation to stop.
pub(super) fn stop(state: &mut AppState) -> Vec<Command> {
    let Some(evaluating) = &mut state.models_view.evaluating else { return Vec::new() };
    evaluating.is_stopping = true;
    vec![Command::Cancel { job: evaluating.job }]
}

/// Moves the threshold of the result on screen; `None` goes back to its own.
pub(super) fn move_threshold(state: &mut AppState, threshold: Option<f64>) {
    let Some(measured) = &mut state.models_view.measured else { return };
    let threshold = threshold.filter(|t| t.is_finite()).map_or(measured.report.threshold, |t| t.clamp(0.0, 1.0));
    if measured.at.as_ref().is_some_and(|at| at.threshold != threshold) {
        measured.at = measured.report.at(threshold);
        measured.follow();
    }
}

/// Moves the mask threshold of the result on screen; `None` goes back to its own.
pub(super) fn move_mask(state: &mut AppState, threshold: Option<f32>) {
    let Some(measured) = &mut state.models_view.measured else { return };
    if !measured.has_masks() {
        return;
    }
    // A threshold of 0 would outline the whole picture.
    let moved = threshold.filter(|t| t.is_finite()).map(|t| t.clamp(0.01, 0.99));
    measured.mask = moved.unwrap_or(measured.report.mask_threshold);
    measured.follow();
}
