//! The reader's own call before the model is shown. Not for verdicts on slices (`reviewing`).

use crate::domain::review::{BlindCall, ReaderCall};
use crate::engine::command::Command;

use super::study::Analysis;
use super::{AppState, reviewing, saving, update};

pub(super) fn record_call(state: &mut AppState, reader: ReaderCall, at_secs: u64) -> Vec<Command> {
    let threshold = state.thresholds();
    if let Some(scan) = state.current_scan_mut() {
        let flags = scan.finding.as_ref().filter(|_| matches!(scan.analysis, Analysis::Done { .. }));
        let model_flags = flags.zip(threshold).map(|(f, t)| f.flagged_count(t.classifier) > 0);
        scan.call = Some(BlindCall { reader, at_secs, model_flags });
    }
    reviewing::ask_initials(state)
}

pub(super) fn show_model(state: &mut AppState) -> Vec<Command> {
    if let Some(scan) = state.current_scan_mut() {
        scan.is_covered = false;
    }
    reviewing::mark_seen(state);
    save_call(state)
}

/// The call is saved as soon as there is a result that it belongs to.
fn save_call(state: &mut AppState) -> Vec<Command> {
    let Some((study, _, scan)) = state.current_scan() else { return Vec::new() };
    let (id, scan_index, thresholds) = (study.id, study.scan, state.thresholds_of(scan));
    match scan.call.and(scan.review(thresholds)).map(|r| r.key.clone()) {
        Some(key) => saving::save(state, id, scan_index, &key),
        None => Vec::new(),
    }
}

/// The order holds for scans that nobody has looked at yet; switched off, it uncovers everything.
pub(super) fn set_reader_first(state: &mut AppState, is_first: bool) -> Vec<Command> {
    state.settings.reader_first = is_first;
    for scan in state.studies.iter_mut().flat_map(|s| &mut s.scans) {
        let is_untouched = scan.seen.iter().all(|&seen| !seen);
        scan.is_covered = is_first && (scan.is_covered || is_untouched);
    }
    reviewing::mark_seen(state);
    update::save_settings(state)
}
