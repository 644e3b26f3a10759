//! Agreeing with a whole study at once: every series of it, or nothing. Not for single verdicts (`reviewing`).

use crate::domain::review::Verdict;
use crate::engine::command::Command;

use super::notice::{About, Level};
use super::study::{ScanState, StudyId};
use super::undo::Change;
use super::{AppState, reviewing, text};

/// What stands against agreeing with one series.
struct Refusal {
    words: String,
    first_slice: usize,
}

/// Agrees with every slice of the study that has no verdict yet, only when all its series are analyzed and viewed.
pub(super) fn agree_all(state: &mut AppState, now_secs: u64) -> Vec<Command> {
    let Some((study, _, _)) = state.current_scan() else { return Vec::new() };
    let (id, shown) = (study.id, study.scan);
    // The series on screen is looked at first: what is missing there is the nearest.
    let order: Vec<usize> = std::iter::once(shown).chain((0..study.scans.len()).filter(|&s| s != shown)).collect();
    let refused = order.iter().find_map(|&scan| Some((scan, refusal(state, &study.scans[scan])?)));
    if let Some((scan, refusal)) = refused {
        let words =
            if scan == shown { refusal.words } else { format!("{}: {}", study.study.scans[scan].title, refusal.words) };
        state.notices.add_show(About::Review, words, Some(refusal.first_slice), (scan != shown).then_some((id, scan)));
        return Vec::new();
    }
    let mut commands = Vec::new();
    let mut is_joined = false;
    for scan in order {
        let (more, has_changed) = agree_series(state, id, scan, now_secs);
        commands.extend(more);
        if has_changed && is_joined {
            state.undo.join_last();
        }
        is_joined |= has_changed;
    }
    if !is_joined {
        let words = "Every slice has a verdict.".to_owned();
        state.notices.add(Level::Info, About::Review, words, Vec::new());
        return Vec::new();
    }
    commands.extend(reviewing::ask_initials(state));
    commands
}

fn refusal(state: &AppState, scan: &ScanState) -> Option<Refusal> {
    let thresholds = state.thresholds_of(scan);
    let slices_where = |condition: &dyn Fn(usize) -> bool| {
        (0..scan.counts.len()).filter(|&slice| condition(slice)).collect::<Vec<_>>()
    };
    let not_answered = slices_where(&|slice| scan.score(slice).is_none() || scan.is_pending(slice));
    let not_viewed = slices_where(&|slice| !scan.is_viewed(slice, thresholds));
    let (words, first) = match (not_answered.first(), not_viewed.first()) {
        (Some(&first), _) => (format!("Not analyzed yet: {}", text::slice_list(&not_answered)), first),
        (None, Some(&first)) => (format!("Not viewed: {}", text::slice_list(&not_viewed)), first),
        (None, None) => return None,
    };
    Some(Refusal { words, first_slice: first })
}

/// Agrees with one series; true where something was left to agree with.
fn agree_series(state: &mut AppState, id: StudyId, scan_index: usize, now_secs: u64) -> (Vec<Command>, bool) {
    let Some(scan) = state.study(id).and_then(|s| s.scans.get(scan_index)) else { return (Vec::new(), false) };
    // Taking it back leaves each series at the slice where the reader has it.
    let (thresholds, at_slice) = (state.thresholds_of(scan), scan.slice);
    let undecided = (0..scan.counts.len()).filter(|&slice| scan.decision(slice, thresholds).is_none());
    let agree = |slice| {
        let after = reviewing::slice_review(scan, slice, Verdict::Agree, thresholds, now_secs);
        Change { slice, before: None, after: Some(after) }
    };
    let changes: Vec<Change> = undecided.map(agree).collect();
    if changes.is_empty() {
        return (Vec::new(), false);
    }
    (reviewing::commit(state, id, scan_index, thresholds, at_slice, changes), true)
}
