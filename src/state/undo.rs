//! Taking decisions back and making them again, with a return to their slice. Not for making them (`reviewing`).

use crate::domain::measurement::Measurement;
use crate::domain::review::{ReviewKey, SliceReview};
use crate::engine::command::Command;

use super::study::StudyId;
use super::{AppState, looking, measuring, saving};

/// What one slice had before a decision and has after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The slice, from 0.
    pub slice: usize,
    /// Before.
    pub before: Option<SliceReview>,
    /// After.
    pub after: Option<SliceReview>,
}

/// One decision as it can be taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The study.
    pub study: StudyId,
    /// Index of the scan.
    pub scan: usize,
    /// The review of which result.
    pub key: ReviewKey,
    /// The slice that was on screen.
    pub at_slice: usize,
    /// What changed.
    pub changes: Vec<Change>,
    /// Made together with the one before it, and taken back with it.
    pub joins_previous: bool,
}

/// A measurement that was made, changed or removed.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureStep {
    /// The study.
    pub study: StudyId,
    /// Index of the scan.
    pub scan: usize,
    /// Before; `None` where it was made.
    pub before: Option<Measurement>,
    /// After; `None` where it was removed.
    pub after: Option<Measurement>,
}

/// One step of the reader.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A decision.
    Decided(Decision),
    /// A measurement.
    Measured(Box<MeasureStep>),
}

impl Step {
    fn study(&self) -> StudyId {
        match self {
            Self::Decided(decision) => decision.study,
            Self::Measured(step) => step.study,
        }
    }

    fn joins_previous(&self) -> bool {
        matches!(self, Self::Decided(decision) if decision.joins_previous)
    }
}

/// Steps that can be taken back and made again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Undo {
    done: Vec<Step>,
    undone: Vec<Step>,
}

impl Undo {
    /// Whether there is one to take back.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is one to make again.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// A new step; what was taken back can't be made again after it.
    pub(super) fn push(&mut self, step: Step) {
        self.done.push(step);
        self.undone.clear();
    }

    /// The last decision was made together with the one before it.
    pub(super) fn join_last(&mut self) {
        if let Some(Step::Decided(last)) = self.done.last_mut() {
            last.joins_previous = true;
        }
    }

    /// A study is closed: its decisions can no longer be taken back.
    pub(super) fn forget(&mut self, study: StudyId) {
        self.done.retain(|step| step.study() != study);
        self.undone.retain(|step| step.study() != study);
    }
}

/// Takes the last decision back and returns to its slice.
pub(super) fn undo(state: &mut AppState) -> Vec<Command> {
    let mut commands = Vec::new();
    while let Some(step) = state.undo.done.pop() {
        let goes_on = step.joins_previous();
        commands.extend(match &step {
            Step::Decided(decision) => apply(state, decision, |change| &change.before),
            Step::Measured(measured) => apply_measured(state, measured, false),
        });
        state.undo.undone.push(step);
        if !goes_on {
            break;
        }
    }
    commands
}

/// Makes the last decision again that was taken back.
pub(super) fn redo(state: &mut AppState) -> Vec<Command> {
    let mut commands = Vec::new();
    // Of decisions made together the first is of the series that was on screen, and that is where the reader stays.
    let first = match state.undo.undone.last() {
        Some(Step::Decided(decision)) => Some((decision.study, decision.scan, decision.at_slice)),
        Some(Step::Measured(_)) | None => None,
    };
    while let Some(step) = state.undo.undone.pop() {
        commands.extend(match &step {
            Step::Decided(decision) => apply(state, decision, |change| &change.after),
            Step::Measured(measured) => apply_measured(state, measured, true),
        });
        state.undo.done.push(step);
        if !state.undo.undone.last().is_some_and(Step::joins_previous) {
            break;
        }
    }
    if let Some((study, scan, slice)) = first
        && state.current_study().is_some_and(|s| s.id == study && s.scan != scan)
    {
        commands.extend(looking::show(state, study, scan));
        looking::go_slice(state, slice);
    }
    commands
}

/// Puts a measurement back or forward, and shows the slice where it lies.
fn apply_measured(state: &mut AppState, step: &MeasureStep, is_forward: bool) -> Vec<Command> {
    let mut commands = measuring::apply(state, step, is_forward);
    let is_shown = state.current_study().is_some_and(|s| s.id == step.study && s.scan == step.scan);
    if !is_shown {
        commands.extend(looking::show(state, step.study, step.scan));
    }
    if let Some(slice) = step.after.as_ref().or(step.before.as_ref()).map(|m| m.slice) {
        looking::go_slice(state, slice);
    }
    commands
}

fn apply(state: &mut AppState, decision: &Decision, side: impl Fn(&Change) -> &Option<SliceReview>) -> Vec<Command> {
    let scan = state.scan_mut(decision.study, decision.scan);
    if let Some(review) = scan.and_then(|s| s.reviews.iter_mut().find(|r| r.key == decision.key)) {
        for change in &decision.changes {
            if let Some(entry) = review.slices.get_mut(change.slice) {
                entry.clone_from(side(change));
            }
        }
    }
    let is_shown = state.current_study().is_some_and(|s| s.id == decision.study && s.scan == decision.scan);
    let mut commands = Vec::new();
    if !is_shown {
        commands.extend(looking::show(state, decision.study, decision.scan));
    }
    looking::go_slice(state, decision.at_slice);
    commands.extend(saving::save(state, decision.study, decision.scan, &decision.key));
    commands
}
