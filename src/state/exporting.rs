//! What goes into an export, and where it stands. Not for writing it (`io::export`).

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::finding::Finding;
use crate::domain::review::Review;
use crate::engine::command::{Command, ExportItem, JobId};

use super::notice::{About, Level};
use super::study::ScanState;
use super::work::{Export, Progress};
use super::{AppState, allowed, opening};

/// Exports into a folder that was typed.
pub(super) fn export_text(state: &mut AppState, text: &str) -> Vec<Command> {
    if let Some(folder) = opening::paths_of_text(text).into_iter().next() {
        return export(state, folder);
    }
    let words = "Give the folder to export into.".to_owned();
    state.notices.add(Level::Warning, About::Export, words, Vec::new());
    Vec::new()
}

/// Orders the export of the study on screen into `folder`.
pub(super) fn export(state: &mut AppState, folder: PathBuf) -> Vec<Command> {
    state.layout.popup = None;
    state.notices.clear(About::Export);
    if let Err(why) = allowed::export(state) {
        state.notices.add(Level::Warning, About::Export, format!("{why}."), Vec::new());
        return Vec::new();
    }
    let Some(study) = state.current_study() else { return Vec::new() };
    let items: Vec<ExportItem> = study
        .scans
        .iter()
        .enumerate()
        .filter_map(|(scan, known)| {
            let finding = finding_in_use(state, known)?;
            let asked = known.own_outlines.clone();
            let measurements = known.measurements.clone();
            Some(ExportItem {
                scan,
                finding: Arc::new(finding),
                review: review_to_keep(state, known),
                measurements,
                asked,
            })
        })
        .collect();
    let is_incomplete = study.scans.iter().any(|s| s.analysis.is_running());
    let study = Arc::clone(&study.study);
    let job = state.inner.jobs.mint();
    if is_incomplete {
        let words = "The analysis still runs: the export holds what is there now.".to_owned();
        state.notices.add(Level::Warning, About::Export, words, Vec::new());
    }
    let progress = Progress { what: "Writing", done: 0, total: 0 };
    state.export = Export::Running { job, progress, folder: folder.clone() };
    // The same files as the terminal's: masks count where the slice is flagged, or was asked to be outlined.
    vec![Command::Export { job, study, items, outline_all: false, folder }]
}

/// The finding of a scan with the thresholds that are in use now, as exports and reviews name them.
pub fn finding_in_use(state: &AppState, scan: &ScanState) -> Option<Finding> {
    let thresholds = state.thresholds_of(scan);
    let mut finding = scan.finding.clone()?;
    for model in &mut finding.models {
        model.threshold = thresholds.of(model.task);
    }
    Some(finding)
}

/// The review of the result on screen, where there is a decision or a call in it.
fn review_to_keep(state: &AppState, scan: &ScanState) -> Option<Review> {
    let review = scan.review(state.thresholds_of(scan)).cloned();
    let mut review = match (review, scan.call) {
        (Some(review), _) => review,
        (None, Some(_)) => Review::new(&finding_in_use(state, scan)?, &state.settings.reviewer),
        (None, None) => return None,
    };
    super::saving::sign(&mut review, scan, &state.settings.reviewer);
    (!review.is_empty() || review.call.is_some()).then_some(review)
}

/// Results are written.
pub(super) fn exported(state: &mut AppState, job: JobId, folder: PathBuf, files: usize, now_secs: u64) {
    if matches!(&state.export, Export::Running { job: current, .. } if *current == job) {
        state.export = Export::Done { at_secs: now_secs, folder, files };
    }
}
