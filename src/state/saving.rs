//! Reviews on their way to the disk and back. Not for writing files (`io::reviews`).

use crate::domain::measurement::Measurement;
use crate::domain::review::{ReadingOrder, Review, ReviewKey};
use crate::engine::command::{Command, JobId};

use super::study::{Saved, ScanState, StudyId};
use super::{AppState, measuring};

/// Saves one review of a scan.
pub(super) fn save(state: &mut AppState, id: StudyId, scan_index: usize, key: &ReviewKey) -> Vec<Command> {
    let reviewer = state.settings.reviewer.clone();
    let job = state.inner.jobs.mint();
    let Some(scan) = state.scan_mut(id, scan_index) else { return Vec::new() };
    let Some(place) = scan.reviews.iter().position(|r| r.key == *key) else { return Vec::new() };
    let mut review = scan.reviews[place].clone();
    sign(&mut review, scan, &reviewer);
    scan.reviews[place] = review.clone();
    scan.saved = Saved::Saving(job);
    vec![Command::SaveReview { job, review: Box::new(review) }]
}

/// Initials, order and both calls, as they stand now.
pub(super) fn sign(review: &mut Review, scan: &ScanState, reviewer: &str) {
    reviewer.clone_into(&mut review.reviewer);
    if scan.call.is_some() {
        review.call = scan.call;
        review.order = ReadingOrder::ReaderFirst;
    }
}

/// A review is on disk. The job of an older save no longer counts.
pub(super) fn saved(state: &mut AppState, job: JobId, now_secs: u64) {
    for scan in state.studies.iter_mut().flat_map(|s| &mut s.scans).filter(|s| s.saved == Saved::Saving(job)) {
        scan.saved = Saved::At(now_secs);
    }
}

/// A review could not be saved: the decisions stay in memory and the next decision tries again.
pub(super) fn save_failed(state: &mut AppState, job: JobId) {
    for scan in state.studies.iter_mut().flat_map(|s| &mut s.scans).filter(|s| s.saved == Saved::Saving(job)) {
        scan.saved = Saved::Failed;
    }
}

/// Earlier reviews of these pixels: one of the same result goes on where it was, all others lie beside it.
pub(super) fn loaded(
    state: &mut AppState,
    job: JobId,
    reviews: Vec<Review>,
    measurements: Vec<Measurement>,
) -> Vec<Command> {
    let found = state
        .studies
        .iter()
        .find_map(|s| s.scans.iter().position(|scan| scan.reviews_job == Some(job)).map(|scan| (s.id, scan)));
    let Some((id, scan_index)) = found else { return Vec::new() };
    let Some(scan) = state.scan_mut(id, scan_index) else { return Vec::new() };
    scan.reviews_job = None;
    let Some(pixels) = scan.finding.as_ref().map(|f| f.pixels_sha256.clone()) else { return Vec::new() };
    let count = scan.counts.len();
    for review in reviews.into_iter().filter(|r| r.key.pixels_sha256 == pixels && r.slices.len() == count) {
        match scan.reviews.iter_mut().find(|r| r.key == review.key) {
            Some(here) => merge(here, &review),
            None => scan.reviews.push(review),
        }
    }
    // Who has reviewed this very result before has seen the model's answer: covering it again would pretend otherwise.
    let thresholds = state.study(id).and_then(|s| s.scans.get(scan_index)).map(|s| state.thresholds_of(s));
    let commands = measuring::loaded(state, id, scan_index, measurements);
    let Some((scan, thresholds)) = state.scan_mut(id, scan_index).zip(thresholds) else { return commands };
    let known = scan.review(thresholds).map(|r| (r.call, r.call.is_some() || !r.is_empty()));
    if let Some((call, was_reviewed)) = known {
        scan.call = scan.call.or(call);
        scan.is_covered &= !was_reviewed;
    }
    commands
}

/// What was decided since the scan was opened goes before what is on disk.
fn merge(here: &mut Review, on_disk: &Review) {
    for (mine, theirs) in here.slices.iter_mut().zip(&on_disk.slices) {
        if mine.is_none() {
            mine.clone_from(theirs);
        }
    }
    if here.call.is_none() {
        (here.call, here.order) = (on_disk.call, on_disk.order);
    }
    for (mine, &theirs) in here.viewed.iter_mut().zip(&on_disk.viewed) {
        *mine |= theirs;
    }
}
