//! Taking decisions back and making them again, with a return to their slice. Not for making them (`reviewing`).

use crate::domain::review::{ReviewKey, SliceReview};
use crate::engine::command::Command;

use super::study::StudyId;
use super::{AppState, looking, saving};

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

/// Decisions that can be taken back and made again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Undo {
    done: Vec<Decision>,
    undone: Vec<Decision>,
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

    /// A new decision; what was taken back can't be made again after it.
    pub(super) fn push(&mut self, decision: Decision) {
        self.done.push(decision);
        self.undone.clear();
    }

    /// The last decision was made together with the one before it.
    pub(super) fn join_last(&mut self) {
        if let Some(last) = self.done.last_mut() {
            last.joins_previous = true;
        }
    }

    /// A study is closed: its decisions can no longer be taken back.
    pub(super) fn forget(&mut self, study: StudyId) {
        self.done.retain(|d| d.study != study);
        self.undone.retain(|d| d.study != study);
    }
}

/// Takes the last decision back and returns to its slice.
pub(super) fn undo(state: &mut AppState) -> Vec<Command> {
    let mut commands = Vec::new();
    while let Some(decision) = state.undo.done.pop() {
        let goes_on = decision.joins_previous;
        commands.extend(apply(state, &decision, |change| &change.before));
        state.undo.undone.push(decision);
        if !goes_on {
            break;
        }
    }
    commands
}

/// Makes the last decision again that was taken back.
pub(super) fn redo(state: &mut AppState) -> Vec<Command> {
    let mut commands = Vec::new();
    while let Some(decision) = state.undo.undone.pop() {
        commands.extend(apply(state, &decision, |change| &change.after));
        state.undo.done.push(decision);
        if !state.undo.undone.last().is_some_and(|next| next.joins_previous) {
            break;
        }
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
