//! When each action is possible, and else why not in a few words. Not for doing it (`update`).

use crate::domain::gate::GateVerdict;

use super::AppState;
use super::screen::{MainView, Popup};
use super::study::{Analysis, ScanState};
use super::table::Allowed;
use super::work::{Export, Models};

fn when(condition: bool, else_why: &'static str) -> Allowed {
    if condition { Ok(()) } else { Err(else_why) }
}

fn scan_is(state: &AppState, why: &'static str, condition: impl Fn(&ScanState) -> bool) -> Allowed {
    let scan = state.scan_state().ok_or("Nothing is open")?;
    when(condition(scan), why)
}

/// Always.
pub fn always(_: &AppState) -> Allowed {
    Ok(())
}

/// The Read view is on screen.
pub fn in_read(state: &AppState) -> Allowed {
    when(state.layout.view == MainView::Read, "Go to Read first")
}

/// A scan is on screen.
pub fn has_scan(state: &AppState) -> Allowed {
    in_read(state)?;
    scan_is(state, "", |_| true)
}

/// The file says where the slices lie.
pub fn has_geometry(state: &AppState) -> Allowed {
    let (_, scan, _) = state.current_scan().ok_or("Nothing is open")?;
    when(scan.about.geometry.is_some(), "The file does not say where the slices lie")
}

/// The file says who the patient is.
pub fn has_patient(state: &AppState) -> Allowed {
    let study = state.current_study().ok_or("Nothing is open")?;
    when(!study.study.patient.is_empty(), "The file does not say who the patient is")
}

/// The scan has more than one sequence.
pub fn has_sequences(state: &AppState) -> Allowed {
    let (_, scan, _) = state.current_scan().ok_or("Nothing is open")?;
    when(scan.sequences.len() > 1, "This scan has one sequence")
}

/// The nets have begun to answer, and the answer is not covered.
pub fn has_finding(state: &AppState) -> Allowed {
    scan_is(state, "The model's answer is covered until your call", |s| !s.is_covered)?;
    scan_is(state, "Not analyzed yet", |s| s.finding.as_ref().is_some_and(|f| has_reading(s, f)))
}

fn has_reading(scan: &ScanState, finding: &crate::domain::finding::Finding) -> bool {
    let is_refused = matches!(finding.gate, GateVerdict::Unknown(_)) && !finding.is_override;
    !is_refused && !matches!(scan.analysis, Analysis::Refused(_))
}

/// At least one slice is flagged.
pub fn has_flags(state: &AppState) -> Allowed {
    has_finding(state)?;
    scan_is(state, "No slice is flagged", |s| {
        let threshold = state.thresholds_of(s).classifier;
        s.finding.as_ref().is_some_and(|f| f.flagged_count(threshold) > 0)
    })
}

/// At least one slice has an outline.
pub fn has_outline(state: &AppState) -> Allowed {
    has_finding(state)?;
    scan_is(state, "No slice has an outline", |s| {
        let threshold = state.thresholds_of(s).mask;
        (0..s.counts.len()).any(|slice| s.area_px(slice, threshold).is_some_and(|a| a > 0))
    })
}

/// A reference mask came along.
pub fn has_reference(state: &AppState) -> Allowed {
    let (_, scan, _) = state.current_scan().ok_or("Nothing is open")?;
    when(scan.reference.iter().any(Option::is_some), "No reference mask came along")
}

/// The reference mask is shown, and so its difference can be.
pub fn shows_reference(state: &AppState) -> Allowed {
    has_reference(state)?;
    when(state.overlay.shows_reference, "Show the reference mask first")
}

/// A verdict can be given.
pub fn review(state: &AppState) -> Allowed {
    has_finding(state)
}

/// The reader can agree with what is on this slice.
pub fn agree(state: &AppState) -> Allowed {
    review(state)?;
    scan_is(state, "Outline pending on this slice", |s| {
        let is_flagged = s.is_flagged(s.slice, state.thresholds_of(s).classifier);
        !(is_flagged && s.is_pending(s.slice))
    })
}

/// The model says something on this slice: a flag or an outline.
pub fn has_answer_here(state: &AppState) -> Allowed {
    review(state)?;
    scan_is(state, "The model marks nothing on this slice", |s| {
        let thresholds = state.thresholds_of(s);
        s.is_flagged(s.slice, thresholds.classifier) || s.area_px(s.slice, thresholds.mask).is_some_and(|a| a > 0)
    })
}

/// The model has missed something on this slice: it is not both flagged and outlined.
pub fn missed(state: &AppState) -> Allowed {
    review(state)?;
    scan_is(state, "The model marks this slice: agree, not tumor, or outline wrong", |s| {
        let thresholds = state.thresholds_of(s);
        !(s.is_flagged(s.slice, thresholds.classifier) && s.area_px(s.slice, thresholds.mask).is_none_or(|a| a > 0))
    })
}

/// There is a decision to take back.
pub fn undo(state: &AppState) -> Allowed {
    when(state.undo.can_undo(), "Nothing to take back")
}

/// There is a decision to make again.
pub fn redo(state: &AppState) -> Allowed {
    when(state.undo.can_redo(), "Nothing was taken back")
}

/// Reader first: the call can be recorded.
pub fn record_call(state: &AppState) -> Allowed {
    scan_is(state, "The model is on screen already", |s| s.is_covered)?;
    scan_is(state, "Look at every slice first", |s| s.seen.iter().all(|&seen| seen))
}

/// Reader first: the model can be shown.
pub fn show_model(state: &AppState) -> Allowed {
    scan_is(state, "The model is on screen already", |s| s.is_covered)?;
    scan_is(state, "Record your call first: abnormal or nothing seen", |s| s.call.is_some())
}

/// The slice on screen can be outlined now.
pub fn outline_slice(state: &AppState) -> Allowed {
    has_finding(state)?;
    when(state.model.models.ready().is_some(), "The model is not loaded")?;
    scan_is(state, "This slice is outlined already", |s| s.is_pending(s.slice))
}

/// The gate refused, and the reader may go on.
pub fn analyze_anyway(state: &AppState) -> Allowed {
    when(state.model.models.ready().is_some(), "The model is not loaded")?;
    scan_is(state, "Nothing was refused", |s| matches!(s.analysis, Analysis::Refused(_)))
}

/// The analysis was stopped or failed.
pub fn retry(state: &AppState) -> Allowed {
    when(state.model.models.ready().is_some(), "The model is not loaded")?;
    scan_is(state, "Nothing to do again", |s| matches!(s.analysis, Analysis::Canceled | Analysis::Failed(_)))
}

/// The classifier's threshold was moved.
pub fn threshold_moved(state: &AppState) -> Allowed {
    when(state.moved.classifier.is_some(), "It is the card's")
}

/// The mask's threshold was moved.
pub fn mask_threshold_moved(state: &AppState) -> Allowed {
    when(state.moved.mask.is_some(), "It is the card's")
}

/// The nets could not be loaded, or their loading was stopped.
pub fn reload(state: &AppState) -> Allowed {
    when(matches!(state.model.models, Models::Failed(_) | Models::NotLoaded), "The model is loaded or on its way")
}

/// The nets are loaded.
pub fn has_models(state: &AppState) -> Allowed {
    when(state.model.models.ready().is_some(), "The model is not loaded")
}

/// There are recent files.
pub fn has_recent(state: &AppState) -> Allowed {
    when(!state.settings.recent.is_empty(), "No recent files")
}

/// Results can be exported.
pub fn export(state: &AppState) -> Allowed {
    has_scan(state)?;
    when(!matches!(state.export, Export::Running { .. }), "An export is running")?;
    let study = state.current_study().ok_or("Nothing is open")?;
    when(study.scans.iter().all(|s| !s.is_covered), "The model's answer is covered until your call")?;
    when(study.scans.iter().any(|s| s.finding.is_some()), "Not analyzed yet")
}

/// A measurement is selected.
pub fn has_selected(state: &AppState) -> Allowed {
    when(state.selected.is_some(), "No measurement is selected")
}

/// Something lies over the window.
pub fn escape(state: &AppState) -> Allowed {
    let has_tool = state.draft.is_some() || state.tool != super::tool::Tool::Window;
    let is_open = state.layout.popup.is_some() || state.layout.is_picture_alone || has_tool;
    when(is_open || matches!(state.layout.popup, Some(Popup::Palette)), "Nothing to close")
}
