//! The evaluation in the Models view: form, work under way, result with its threshold. Not for measuring (`engine`).

use std::sync::Arc;

use crate::domain::card::Task;
use crate::domain::metrics::curves::CurvePoint;
use crate::engine::command::{Command, JobId};
use crate::engine::lab::order::{EvaluateRequest, LabOrder, NetChoice};
use crate::state::AppState;
use crate::state::work::Progress;
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
    /// Patients by Dice, worst first: place in the evaluation's list. Those without a Dice are left out.
    pub by_dice: Vec<usize>,
}

impl Measured {
    /// A fresh result at its own threshold.
    pub fn new(report: Arc<EvaluationReport>) -> Self {
        let at = report.at(report.threshold);
        let mut measured = Self { report, at, by_dice: Vec::new() };
        measured.sort();
        measured
    }

    /// The Dice that a patient is shown by: as a user gets it where both nets were asked, else every slice outlined.
    pub fn dice(&self, place: usize) -> Option<f64> {
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
        measured.sort();
    }
}
