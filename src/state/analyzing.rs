//! The nets' reading of scans: starting it, its answers, thresholds, models. Not for running nets (`engine`, `nn`).

use std::sync::Arc;

use crate::domain::finding::{Finding, ModelStamp, SliceFinding};
use crate::domain::gate::GateVerdict;
use crate::domain::mask::ProbabilityMap;
use crate::engine::command::{AnalyzeOptions, Command, JobId};
use crate::engine::event::LoadedModels;
use crate::engine::failure::Failure;

use super::action::AnalysisAction;
use super::counts::SliceCounts;
use super::notice::{About, Level};
use super::study::{Analysis, ScanState, StudyId};
use super::work::{Export, Models, Moved, Opening, Progress};
use super::{AppState, reviewing};

/// Does what the user asked of the nets.
pub(super) fn update(state: &mut AppState, action: AnalysisAction) -> Vec<Command> {
    match action {
        AnalysisAction::AnalyzeAnyway => {
            if let Some(scan) = state.current_scan_mut() {
                scan.is_override = true;
            }
            start_current(state)
        }
        AnalysisAction::Retry => start_current(state),
        AnalysisAction::OutlineSlice => outline_slice(state),
        AnalysisAction::SetThreshold(threshold) => {
            move_thresholds(state, |moved| moved.classifier = usable(threshold).or(moved.classifier))
        }
        AnalysisAction::SetMaskThreshold(threshold) => {
            move_thresholds(state, |moved| moved.mask = usable(threshold).or(moved.mask))
        }
        AnalysisAction::ResetThreshold => move_thresholds(state, |moved| moved.classifier = None),
        AnalysisAction::ResetMaskThreshold => move_thresholds(state, |moved| moved.mask = None),
        AnalysisAction::ReloadModels => load_models(state),
    }
}

/// Thresholds lie between 0 and 1 and never flag everything or nothing by their ends alone.
fn usable(threshold: f32) -> Option<f32> {
    threshold.is_finite().then(|| threshold.clamp(0.01, 0.99))
}

/// A moved threshold makes another result: reviews of the old one stay with it.
fn move_thresholds(state: &mut AppState, change: impl Fn(&mut Moved)) -> Vec<Command> {
    change(&mut state.moved);
    if let Some(thresholds) = state.thresholds() {
        let moved = &mut state.moved;
        moved.classifier = moved.classifier.filter(|&t| t != thresholds.card_classifier);
        moved.mask = moved.mask.filter(|&t| t != thresholds.card_mask);
    }
    reviewing::mark_seen(state);
    Vec::new()
}

/// Orders the nets.
pub(super) fn load_models(state: &mut AppState) -> Vec<Command> {
    state.notices.clear(About::Models);
    let job = state.inner.jobs.mint();
    state.model.models = Models::Loading { job };
    vec![Command::LoadModels { job, choice: state.model.choice.clone() }]
}

/// The nets are there. The engine also loads them by itself with a first analysis, so any job may bring them.
pub(super) fn models_loaded(state: &mut AppState, job: JobId, models: Arc<LoadedModels>) -> Vec<Command> {
    let is_awaited = match &state.model.models {
        Models::Loading { job: current } => *current == job,
        Models::NotLoaded | Models::Failed(_) => true,
        Models::Ready(_) => false,
    };
    if !is_awaited {
        return Vec::new();
    }
    state.notices.clear(About::Models);
    state.model.models = Models::Ready(models);
    ensure(state)
}

/// Starts the analysis of the scan on screen where it was not started yet.
pub(super) fn ensure(state: &mut AppState) -> Vec<Command> {
    match state.scan_state() {
        Some(scan) if scan.analysis == Analysis::NotStarted => start_current(state),
        Some(_) | None => Vec::new(),
    }
}

/// Starts the analysis of the scan on screen; what runs for another scan gives way and starts again when that is shown.
fn start_current(state: &mut AppState) -> Vec<Command> {
    if state.model.models.ready().is_none() {
        return Vec::new();
    }
    let Some((study, _, scan)) = state.current_scan() else { return Vec::new() };
    let (id, scan_index, pixels) = (study.id, study.scan, Arc::clone(&study.study));
    let options = AnalyzeOptions {
        threshold: state.moved.classifier,
        mask_threshold: state.moved.mask,
        is_override: scan.is_override,
        first_slice: scan.slice,
        outline_all: true,
    };
    for other in state.studies.iter_mut().flat_map(|s| &mut s.scans).filter(|s| s.analysis.is_running()) {
        other.analysis = Analysis::NotStarted;
        other.job = None;
    }
    state.notices.clear(About::Analysis(id, scan_index));
    let job = state.inner.jobs.mint();
    state.inner.latest_analysis = Some(job);
    if let Some(scan) = state.scan_mut(id, scan_index) {
        let progress = Progress { what: "Preparing", done: 0, total: 0 };
        scan.analysis = Analysis::Running { job, progress, is_canceling: false };
        scan.job = Some(job);
    }
    vec![Command::Analyze { job, study: pixels, scan: scan_index, options }]
}

/// Outlines the slice on screen now, or starts the analysis there where the engine no longer has this scan at hand.
fn outline_slice(state: &mut AppState) -> Vec<Command> {
    let latest = state.inner.latest_analysis;
    let Some(scan) = state.current_scan_mut() else { return Vec::new() };
    let slice = scan.slice;
    if !scan.own_outlines.contains(&slice) {
        scan.own_outlines.push(slice);
    }
    match scan.job.filter(|_| scan.job == latest) {
        Some(job) => {
            if scan.asked_outlines.contains(&slice) {
                return Vec::new();
            }
            scan.asked_outlines.push(slice);
            vec![Command::OutlineSlice { job, slice }]
        }
        None => start_current(state),
    }
}

/// Asks a job to stop.
pub(super) fn cancel(state: &mut AppState, job: JobId) -> Vec<Command> {
    let is_opening = matches!(&state.opening, Opening::Running { job: current, .. } if *current == job);
    let is_exporting = matches!(&state.export, Export::Running { job: current, .. } if *current == job);
    let mut is_known = is_opening || is_exporting;
    for scan in state.studies.iter_mut().flat_map(|s| &mut s.scans) {
        if let Analysis::Running { job: current, is_canceling, .. } = &mut scan.analysis
            && *current == job
        {
            *is_canceling = true;
            is_known = true;
        }
    }
    if is_known { vec![Command::Cancel { job }] } else { Vec::new() }
}

/// Where a job's scan lies, while its answers count.
pub(super) fn place_of(state: &AppState, job: JobId) -> Option<(StudyId, usize)> {
    state.studies.iter().find_map(|s| s.scans.iter().position(|scan| scan.accepts(job)).map(|scan| (s.id, scan)))
}

fn scan_of(state: &mut AppState, job: JobId) -> Option<&mut ScanState> {
    state.studies.iter_mut().flat_map(|s| &mut s.scans).find(|s| s.accepts(job))
}

/// The analysis begins: the finding starts, with what the same nets said of the same pixels before.
pub(super) fn started(
    state: &mut AppState,
    job: JobId,
    gate: GateVerdict,
    pixels_sha256: String,
    models: Vec<ModelStamp>,
) -> Vec<Command> {
    let reviews_job = state.inner.jobs.mint();
    let Some(scan) = scan_of(state, job) else { return Vec::new() };
    let count = scan.counts.len();
    let before = scan.finding.take().filter(|f| f.pixels_sha256 == pixels_sha256 && has_same_nets(&f.models, &models));
    let mut slices = before.map(|f| f.slices).unwrap_or_default();
    slices.resize(count, SliceFinding::default());
    for (slice, counts) in slices.iter_mut().zip(&mut scan.counts) {
        slice.warnings.clear();
        if slice.map.is_none() {
            *counts = None;
        }
    }
    if let (GateVerdict::Unknown(reasons), false) = (&gate, scan.is_override) {
        scan.analysis = Analysis::Refused(reasons.clone());
    }
    let is_override = scan.is_override && gate != GateVerdict::Known;
    scan.finding = Some(Finding { pixels_sha256: pixels_sha256.clone(), models, gate, is_override, slices });
    scan.asked_outlines.clear();
    scan.reviews_job = Some(reviews_job);
    reviewing::mark_seen(state);
    vec![Command::LoadReviews { job: reviews_job, pixels_sha256 }]
}

fn has_same_nets(before: &[ModelStamp], now: &[ModelStamp]) -> bool {
    before.len() == now.len() && before.iter().zip(now).all(|(a, b)| a.task == b.task && a.sha256 == b.sha256)
}

/// One slice has a score.
pub(super) fn scored(state: &mut AppState, job: JobId, slice: usize, score: f32) {
    let finding = scan_of(state, job).and_then(|s| s.finding.as_mut());
    if let Some(found) = finding.and_then(|f| f.slices.get_mut(slice)) {
        found.score = Some(score);
    }
}

/// One slice has a map. An outline that comes to a slice that was viewed without it must be viewed again.
pub(super) fn outlined(state: &mut AppState, job: JobId, slice: usize, map: Arc<ProbabilityMap>) {
    let Some((id, scan_index)) = place_of(state, job) else { return };
    let Some(study) = state.study(id) else { return };
    let pixels = Arc::clone(&study.study);
    let is_on_screen = state.current == Some(id) && study.scan == scan_index;
    let scan_pixels = pixels.scans.get(scan_index).filter(|s| (s.rows, s.cols) == (map.rows, map.cols));
    let Some(thresholds) = study.scans.get(scan_index).map(|s| state.thresholds_of(s)) else { return };
    let (Some(scan_pixels), Some(scan)) = (scan_pixels, state.scan_mut(id, scan_index)) else { return };
    let reference = scan_pixels.reference.get(slice).and_then(Option::as_ref);
    let counts = SliceCounts::of(&map, reference);
    let has_outline = counts.area_px(thresholds.mask) > 0;
    if let Some(found) = scan.finding.as_mut().and_then(|f| f.slices.get_mut(slice)) {
        found.map = Some(map);
        scan.counts[slice] = Some(Box::new(counts));
    }
    scan.asked_outlines.retain(|&s| s != slice);
    if has_outline && !(is_on_screen && scan.slice == slice) {
        reviewing::mark_not_viewed(scan, thresholds, slice);
    }
}

/// One slice could not be read by the nets; the others go on. One notice for all of them.
pub(super) fn slice_failed(state: &mut AppState, job: JobId, slice: usize, failure: &Failure) {
    let Some((id, scan_index)) = place_of(state, job) else { return };
    let why = failure.why.first().map_or_else(|| failure.what.clone(), |why| format!("{}: {why}", failure.what));
    if let Some(scan) = state.scan_mut(id, scan_index) {
        scan.asked_outlines.retain(|&s| s != slice);
        if let Some(found) = scan.finding.as_mut().and_then(|f| f.slices.get_mut(slice)) {
            found.warnings.push(why.clone());
        }
    }
    let about = About::Analysis(id, scan_index);
    let line = format!("Slice {}: {why}", slice + 1);
    if let Some(notice) = state.notices.all.iter_mut().find(|n| n.about == about && n.level == Level::Warning) {
        notice.details.push(line);
        "The model could not read some slices.".clone_into(&mut notice.text);
        return;
    }
    let text = format!("The model could not read slice {}.", slice + 1);
    let notice = state.notices.add(Level::Warning, about, text, vec![line]);
    if let Some(notice) = state.notices.all.iter_mut().find(|n| n.id == notice) {
        notice.show_slice = Some(slice);
    }
}

/// The analysis is complete.
pub(super) fn analyzed(state: &mut AppState, job: JobId, secs: f32) {
    let Some((id, scan_index)) = place_of(state, job) else { return };
    let Some(threshold) = state.study(id).and_then(|s| s.scans.get(scan_index)).map(|s| state.thresholds_of(s)) else {
        return;
    };
    if let Some(scan) = state.scan_mut(id, scan_index).filter(|s| s.analysis.is_running()) {
        scan.analysis = Analysis::Done { secs };
        let flags = scan.finding.as_ref().map(|f| f.flagged_count(threshold.classifier) > 0);
        if let Some(call) = &mut scan.call {
            call.model_flags = call.model_flags.or(flags);
        }
    }
}

/// The analysis was stopped: by the reader it stays so, by something more urgent it starts again when it is shown.
pub(super) fn canceled(state: &mut AppState, job: JobId) {
    let Some(scan) = scan_of(state, job) else { return };
    if let Analysis::Running { is_canceling, .. } = scan.analysis {
        scan.analysis = if is_canceling { Analysis::Canceled } else { Analysis::NotStarted };
    }
}

/// The analysis failed.
pub(super) fn failed(state: &mut AppState, job: JobId, failure: Failure) {
    let Some((id, scan_index)) = place_of(state, job) else { return };
    state.notices.add_failure(About::Analysis(id, scan_index), &failure);
    if let Some(scan) = state.scan_mut(id, scan_index).filter(|s| s.analysis.is_running()) {
        scan.analysis = Analysis::Failed(failure);
    }
}
