//! The latest epoch's outline on the scan in Read: asked for while a segmenter is in training, and gone with the training
//! or the scan. Not a finding: no score, no review, no export knows of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::live::Phase;
use crate::domain::card::Task;
use crate::domain::mask::ProbabilityMap;
use crate::engine::command::{Command, JobId};
use crate::engine::lab::order::{LabOrder, Watched};
use crate::engine::lab::report::EpochOutline;
use crate::state::AppState;
use crate::state::screen::MainView;
use crate::state::study::{Analysis, StudyId};

/// Where a training's outline is drawn: a pixel at or above it is inside. The threshold is chosen after the training.
pub const THRESHOLD: f32 = 0.5;

/// What the training under way makes of the scan on screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watching {
    /// The reader does not want to see it.
    pub is_off: bool,
    /// The slice that was asked for last.
    asked: Option<Place>,
    /// What one epoch has said of one scan.
    seen: Option<Seen>,
}

/// A slice on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    study: StudyId,
    scan: usize,
    slice: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct Seen {
    job: JobId,
    epoch: usize,
    study: StudyId,
    scan: usize,
    slices: BTreeMap<usize, Result<Arc<ProbabilityMap>, String>>,
}

/// The outline on screen.
#[derive(Clone, Copy, Debug)]
pub struct OnScan<'a> {
    /// The training.
    pub job: JobId,
    /// The epoch, from 0.
    pub epoch: usize,
    /// The map of the slice on screen, or why there is none.
    pub map: Result<&'a Arc<ProbabilityMap>, &'a str>,
}

impl Watching {
    /// What there is to draw on this slice.
    pub fn on(&self, study: StudyId, scan: usize, slice: usize) -> Option<OnScan<'_>> {
        let seen = self.seen.as_ref().filter(|seen| (seen.study, seen.scan) == (study, scan) && !self.is_off)?;
        let map = seen.slices.get(&slice)?.as_ref().map_err(String::as_str);
        Some(OnScan { job: seen.job, epoch: seen.epoch, map })
    }
}

/// A segmenter is in training, or waits for it: its outline can be switched on and off.
pub fn is_possible(state: &AppState) -> bool {
    let is_segmenter = |task: Task| task == Task::Segmenter;
    state.training.line.iter().any(|live| {
        let is_open = live.phase.is_under_way() || live.phase == Phase::Waiting;
        is_open && live.config.as_ref().is_none_or(|config| is_segmenter(config.architecture.task()))
    })
}

/// The outline on the slice on screen.
pub fn on_screen(state: &AppState) -> Option<OnScan<'_>> {
    let (study, _, known) = state.current_scan()?;
    if known.is_covered {
        return None;
    }
    state.training.watching.on(study.id, study.scan, known.slice)
}

/// "Training, epoch 12", for as long as its outline is on screen.
pub fn words(state: &AppState) -> Option<String> {
    on_screen(state).map(|on| match on.map {
        Ok(_) => format!("Dotted: training, epoch {}, not a finding", on.epoch + 1),
        Err(why) => format!("Training, epoch {}: no outline, {why}", on.epoch + 1),
    })
}

pub(super) fn show(state: &mut AppState, is_shown: bool) -> Vec<Command> {
    state.training.watching.is_off = !is_shown;
    Vec::new()
}

/// After whatever happened: forgets what is over or out of sight, and tells the engine where the reader looks now.
pub fn follow(state: &mut AppState) -> Vec<Command> {
    if state.training.line.is_empty() {
        return Vec::new();
    }
    forget(state);
    let wanted = wanted(state);
    if state.training.watching.asked == wanted {
        return Vec::new();
    }
    state.training.watching.asked = wanted;
    let watched = wanted.and_then(|place| {
        let study = Arc::clone(&state.study(place.study)?.study);
        Some(Watched { study, scan: place.scan, slice: place.slice })
    });
    let job = state.inner.jobs.mint();
    vec![Command::Lab { job, order: LabOrder::Watch(watched) }]
}

/// Where the reader looks, while it can be outlined: in Read, uncovered, and the kind of picture that the nets know.
fn wanted(state: &AppState) -> Option<Place> {
    if state.training.watching.is_off || state.layout.view != MainView::Read || !is_possible(state) {
        return None;
    }
    let (study, _, known) = state.current_scan()?;
    let is_unknown = matches!(known.analysis, Analysis::Refused(_)) && !known.is_override;
    let place = Place { study: study.id, scan: study.scan, slice: known.slice };
    (!known.is_covered && !is_unknown).then_some(place)
}

fn forget(state: &mut AppState) {
    let Some(seen) = &state.training.watching.seen else { return };
    let is_on_screen = state.current_study().is_some_and(|study| (study.id, study.scan) == (seen.study, seen.scan));
    let live = state.training.line.iter().find(|live| live.job == seen.job);
    let is_kept = live.is_some_and(|live| live.phase.is_under_way() || matches!(live.phase, Phase::Ended(_)));
    if !is_on_screen || !is_kept {
        state.training.watching.seen = None;
    }
}

/// Takes in an outline where its scan is still on screen; a new epoch's word replaces all of the one before.
pub(super) fn outlined(state: &mut AppState, job: JobId, outline: &EpochOutline) -> Vec<Command> {
    let is_under_way = state.training.line.iter().any(|live| live.job == job && live.phase.is_under_way());
    let Some(study) = state.current_study() else { return Vec::new() };
    let watched = &outline.watched;
    if !is_under_way || !Arc::ptr_eq(&study.study, &watched.study) || study.scan != watched.scan {
        return Vec::new();
    }
    let (study, scan, epoch) = (study.id, study.scan, outline.epoch);
    let kept = state.training.watching.seen.take();
    let kept = kept.filter(|seen| (seen.job, seen.epoch, seen.study, seen.scan) == (job, epoch, study, scan));
    let mut seen = kept.unwrap_or(Seen { job, epoch, study, scan, slices: BTreeMap::new() });
    let map = outline.map.as_ref().map(Arc::clone).map_err(|failure| failure.why.join(": "));
    seen.slices.insert(watched.slice, map);
    state.training.watching.seen = Some(seen);
    Vec::new()
}
