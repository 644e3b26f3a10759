//! The reader's decisions: verdicts, going on, the whole scan, the reader's own call, saving. Not for writing files
//! (`io::reviews`), taking back (`undo`) or drawing the buttons.

use crate::domain::card::Task;
use crate::domain::finding::Finding;
use crate::domain::mask::Mask;
use crate::domain::review::{Review, ReviewKey, SliceReview, Verdict};
use crate::engine::command::Command;

use super::action::ReviewAction;
use super::notice::{About, Level};
use super::screen::Popup;
use super::study::{Analysis, ScanState, StudyId};
use super::undo::{Change, Decision, Step};
use super::{AppState, Thresholds, agreeing, allowed, looking, reader_first, saving, undo, update};

/// Does what the reader decided.
pub(super) fn update(state: &mut AppState, action: ReviewAction, now_secs: u64) -> Vec<Command> {
    match action {
        ReviewAction::Decide(verdict) => decide(state, verdict, now_secs),
        ReviewAction::AgreeAll => agreeing::agree_all(state, now_secs),
        ReviewAction::Note { slice, text } => note(state, slice, &text),
        ReviewAction::Undo => undo::undo(state),
        ReviewAction::Redo => undo::redo(state),
        ReviewAction::SetInitials(initials) => set_initials(state, &initials),
        ReviewAction::RecordCall(call) => reader_first::record_call(state, call, now_secs),
        ReviewAction::ShowModel => reader_first::show_model(state),
        ReviewAction::SetAdvances(advances) => {
            state.settings.review_advances = advances;
            update::save_settings(state)
        }
        ReviewAction::SetReaderFirst(is_first) => reader_first::set_reader_first(state, is_first),
    }
}

impl ScanState {
    /// The review of the result on screen: same pixels, same nets, these thresholds.
    pub fn review(&self, thresholds: Thresholds) -> Option<&Review> {
        let finding = self.finding.as_ref()?;
        self.reviews.iter().find(|r| is_of(&r.key, finding, thresholds))
    }

    /// Reviews of other results of these pixels, in which something was decided, oldest first.
    pub fn earlier_reviews(&self, thresholds: Thresholds) -> impl Iterator<Item = &Review> {
        let finding = self.finding.as_ref();
        let is_current = move |r: &Review| finding.is_some_and(|f| is_of(&r.key, f, thresholds));
        self.reviews.iter().filter(move |r| !r.is_empty() && !is_current(r))
    }

    /// The decision on a slice of the result on screen.
    pub fn decision(&self, slice: usize, thresholds: Thresholds) -> Option<&SliceReview> {
        self.review(thresholds)?.slices.get(slice)?.as_ref()
    }

    /// The latest decision on a slice that was made on an earlier result.
    pub fn earlier_decision(&self, slice: usize, thresholds: Thresholds) -> Option<&SliceReview> {
        let earlier = self.earlier_reviews(thresholds).filter_map(|r| r.slices.get(slice)?.as_ref());
        earlier.max_by_key(|decision| decision.at_secs)
    }

    /// Whether a slice was on screen with the result on screen.
    pub fn is_viewed(&self, slice: usize, thresholds: Thresholds) -> bool {
        self.review(thresholds).is_some_and(|r| r.viewed.get(slice).copied().unwrap_or(false))
    }

    pub(super) fn review_mut(&mut self, thresholds: Thresholds) -> Option<&mut Review> {
        let finding = self.finding.as_ref()?;
        if let Some(place) = self.reviews.iter().position(|r| is_of(&r.key, finding, thresholds)) {
            return self.reviews.get_mut(place);
        }
        let mut review = Review::new(finding, "");
        for model in &mut review.key.models {
            model.threshold = thresholds.of(model.task);
        }
        self.reviews.push(review);
        self.reviews.last_mut()
    }
}

impl Thresholds {
    /// The threshold in use for a task.
    pub fn of(&self, task: Task) -> f32 {
        match task {
            Task::Classifier => self.classifier,
            Task::Segmenter => self.mask,
        }
    }
}

/// Whether a review's key names this finding at these thresholds.
fn is_of(key: &ReviewKey, finding: &Finding, thresholds: Thresholds) -> bool {
    key.pixels_sha256 == finding.pixels_sha256
        && key.models.len() == finding.models.len()
        && key.models.iter().zip(&finding.models).all(|(decided, now)| {
            decided.task == now.task && decided.sha256 == now.sha256 && decided.threshold == thresholds.of(now.task)
        })
}

/// Remembers that the slice on screen was seen, and, while the model is not covered, viewed with its result.
pub(super) fn mark_seen(state: &mut AppState) {
    let Some(thresholds) = state.thresholds() else { return };
    let Some(scan) = state.current_scan_mut() else { return };
    let slice = scan.slice;
    if let Some(seen) = scan.seen.get_mut(slice) {
        *seen = true;
    }
    if scan.is_covered || matches!(scan.analysis, Analysis::Refused(_)) {
        return;
    }
    // A slider leaves a result at each of its steps: those where only one slice was looked at are forgotten.
    let finding = scan.finding.as_ref();
    scan.reviews.retain(|r| {
        !r.is_empty()
            || r.viewed.iter().filter(|&&v| v).count() > 1
            || finding.is_some_and(|f| is_of(&r.key, f, thresholds))
    });
    if let Some(viewed) = scan.review_mut(thresholds).and_then(|r| r.viewed.get_mut(slice)) {
        *viewed = true;
    }
}

/// Takes the viewed mark back: something came to the slice that was not there when it was viewed.
pub(super) fn mark_not_viewed(scan: &mut ScanState, thresholds: Thresholds, slice: usize) {
    if scan.review(thresholds).is_some()
        && let Some(viewed) = scan.review_mut(thresholds).and_then(|r| r.viewed.get_mut(slice))
    {
        *viewed = false;
    }
}

/// The next flagged slice without a verdict after `at`, from the start again where there is none behind.
pub fn next_unreviewed(scan: &ScanState, thresholds: Thresholds, at: usize) -> Option<usize> {
    let count = scan.counts.len();
    let order = (at + 1..count).chain(0..count.min(at + 1));
    let review = scan.review(thresholds);
    let mut open = order.filter(|&slice| {
        let is_decided = review.and_then(|r| r.slices.get(slice)).is_some_and(Option::is_some);
        scan.is_flagged(slice, thresholds.classifier) && !is_decided
    });
    open.next()
}

/// Says that nothing is left, where something was flagged at all.
pub(super) fn tell_all_reviewed(state: &mut AppState) {
    if allowed::has_flags(state).is_ok() {
        let words = "All flagged slices are reviewed.".to_owned();
        state.notices.add(Level::Info, About::Review, words, Vec::new());
    }
}

/// A verdict with the outline as it is drawn now.
pub(super) fn slice_review(
    scan: &ScanState,
    slice: usize,
    verdict: Verdict,
    thresholds: Thresholds,
    at_secs: u64,
) -> SliceReview {
    let found = scan.finding.as_ref().and_then(|f| f.slices.get(slice));
    let mask = found.and_then(|s| s.mask(thresholds.mask));
    let before = scan.decision(slice, thresholds);
    SliceReview {
        verdict,
        at_secs,
        outline_area_px: mask.as_ref().map(Mask::area_px),
        outline_runs: mask.as_ref().map(runs_of),
        note: before.map(|b| b.note.clone()).unwrap_or_default(),
    }
}

/// Run lengths of a mask, row-major, starting with a run of zeros.
pub fn runs_of(mask: &Mask) -> Vec<u32> {
    let mut runs = vec![0u32];
    let mut is_inside = false;
    for &bit in &mask.bits {
        if bit != is_inside {
            runs.push(0);
            is_inside = bit;
        }
        if let Some(run) = runs.last_mut() {
            *run += 1;
        }
    }
    runs
}

fn decide(state: &mut AppState, verdict: Verdict, now_secs: u64) -> Vec<Command> {
    let Some((study, _, scan)) = state.current_scan() else { return Vec::new() };
    let thresholds = state.thresholds_of(scan);
    let (id, scan_index, slice) = (study.id, study.scan, scan.slice);
    let after = slice_review(scan, slice, verdict, thresholds, now_secs);
    let changes = vec![Change { slice, before: scan.decision(slice, thresholds).cloned(), after: Some(after) }];
    let mut commands = commit(state, id, scan_index, thresholds, slice, changes);
    if state.settings.review_advances {
        let next = state.scan_state().and_then(|s| next_unreviewed(s, thresholds, slice));
        match next {
            Some(next) => looking::go_slice(state, next),
            None => tell_all_reviewed(state),
        }
    }
    commands.extend(ask_initials(state));
    commands
}

/// Puts changes into the review of a scan, makes them undoable, saves.
pub(super) fn commit(
    state: &mut AppState,
    id: StudyId,
    scan_index: usize,
    thresholds: Thresholds,
    at_slice: usize,
    changes: Vec<Change>,
) -> Vec<Command> {
    state.notices.all.retain(|n| n.about != About::Review || n.level == Level::Error);
    let Some(review) = state.scan_mut(id, scan_index).and_then(|s| s.review_mut(thresholds)) else {
        return Vec::new();
    };
    for change in &changes {
        if let Some(entry) = review.slices.get_mut(change.slice) {
            entry.clone_from(&change.after);
        }
    }
    let key = review.key.clone();
    state.undo.push(Step::Decided(Decision {
        study: id,
        scan: scan_index,
        key: key.clone(),
        at_slice,
        changes,
        joins_previous: false,
    }));
    saving::save(state, id, scan_index, &key)
}

pub(super) fn ask_initials(state: &mut AppState) -> Vec<Command> {
    if state.settings.reviewer.is_empty() && !state.inner.has_asked_initials {
        state.inner.has_asked_initials = true;
        state.layout.popup = Some(Popup::Initials);
    }
    Vec::new()
}

fn set_initials(state: &mut AppState, initials: &str) -> Vec<Command> {
    if state.layout.popup == Some(Popup::Initials) {
        state.layout.popup = None;
    }
    state.inner.has_asked_initials = true;
    initials.trim().clone_into(&mut state.settings.reviewer);
    let mut commands = update::save_settings(state);
    let current = state.current_scan().and_then(|(study, _, scan)| {
        let review = scan.review(state.thresholds_of(scan)).filter(|r| !r.is_empty())?;
        Some((study.id, study.scan, review.key.clone()))
    });
    if let Some((id, scan, key)) = current {
        commands.extend(saving::save(state, id, scan, &key));
    }
    commands
}

/// A note stands beside a verdict.
fn note(state: &mut AppState, slice: usize, text: &str) -> Vec<Command> {
    let Some((study, _, scan)) = state.current_scan() else { return Vec::new() };
    let thresholds = state.thresholds_of(scan);
    let (id, scan_index) = (study.id, study.scan);
    let before = scan.decision(slice, thresholds).cloned();
    if slice >= scan.counts.len() || before.as_ref().map_or("", |b| &b.note) == text {
        return Vec::new();
    }
    let Some(mut after) = before.clone() else {
        let words = "A note stands beside a verdict: decide on the slice first.".to_owned();
        state.notices.add(Level::Info, About::Review, words, Vec::new());
        return Vec::new();
    };
    text.clone_into(&mut after.note);
    commit(state, id, scan_index, thresholds, slice, vec![Change { slice, before, after: Some(after) }])
}
