//! The reader's figures on the picture: drawing, moving, words, removing; each step can be taken back. Not for what they
//! come to (`domain::measurement`) and not for writing files.

use crate::domain::diameters;
use crate::domain::measurement::{Figure, Measurement, Point};
use crate::engine::command::Command;

use super::screen::Popup;
use super::study::{Saved, ScanState, StudyId};
use super::tool::{Draft, MeasureAction, Tool};
use super::undo::{MeasureStep, Step};
use super::{AppState, looking};

/// A figure smaller than this in pixels is a click and no figure.
const LEAST_PX: f64 = 1.0;

/// Does what the reader's hand did.
pub(super) fn update(state: &mut AppState, action: MeasureAction, now_secs: u64) -> Vec<Command> {
    match action {
        MeasureAction::Choose(tool) => {
            state.draft = None;
            state.tool = tool;
            Vec::new()
        }
        MeasureAction::Press(at) => {
            press(state, at);
            Vec::new()
        }
        MeasureAction::Grab { id, point, at } => {
            grab(state, id, point, at);
            Vec::new()
        }
        MeasureAction::Drag(at) => {
            drag(state, at);
            Vec::new()
        }
        MeasureAction::Release => release(state, now_secs),
        MeasureAction::Drop => {
            state.draft = None;
            Vec::new()
        }
        MeasureAction::SetText { id, text } => set_text(state, id, text.trim()),
        MeasureAction::AddDiameters { slice, points } => {
            looking::go_slice(state, slice);
            add(state, Figure::Diameters(points), now_secs)
        }
        MeasureAction::Remove(id) => remove(state, id),
        MeasureAction::RemoveSelected => match state.selected {
            Some(id) => remove(state, id),
            None => Vec::new(),
        },
    }
}

fn press(state: &mut AppState, at: Point) {
    state.selected = None;
    if let Some(draft) = state.draft.as_mut().filter(|d| d.awaits_second_arm) {
        draft.figure = draft.figure.with_point(2, at);
        draft.held = Some(2);
        return;
    }
    let tool = state.tool;
    state.draft = tool.figure(at, at).map(|figure| Draft {
        id: None,
        figure,
        // An angle's first arm: both ends follow the hand until it is drawn.
        held: Some(usize::from(tool != Tool::Angle)),
        at,
        awaits_second_arm: false,
    });
}

fn grab(state: &mut AppState, id: u64, point: Option<usize>, at: Point) {
    let Some(scan) = state.scan_state() else { return };
    let Some(found) = scan.measurements.iter().find(|m| m.id == id) else { return };
    let draft = Draft { id: Some(id), figure: found.figure, held: point, at, awaits_second_arm: false };
    state.draft = Some(draft);
    state.selected = Some(id);
}

fn drag(state: &mut AppState, at: Point) {
    let geometry = state.geometry().copied();
    let Some(draft) = state.draft.as_mut() else { return };
    if !at.iter().all(|x| x.is_finite()) {
        return;
    }
    draft.figure = match (draft.held, draft.figure) {
        (Some(point), Figure::Diameters(points)) => {
            Figure::Diameters(diameters::with_point(points, point, at, geometry.as_ref()))
        }
        (Some(point), _) => draft.figure.with_point(point, at),
        (None, _) => draft.figure.moved([at[0] - draft.at[0], at[1] - draft.at[1]]),
    };
    let is_first_arm = draft.id.is_none() && draft.held == Some(0) && matches!(draft.figure, Figure::Angle(_));
    if is_first_arm {
        draft.figure = draft.figure.with_point(2, at);
    }
    draft.at = at;
}

fn release(state: &mut AppState, now_secs: u64) -> Vec<Command> {
    let Some(mut draft) = state.draft.take() else { return Vec::new() };
    let points = draft.figure.points();
    let arm = |a: usize, b: usize| (points[a][0] - points[b][0]).hypot(points[a][1] - points[b][1]);
    let is_click = arm(0, 1) < LEAST_PX;
    if let (None, Figure::Angle(_), false) = (draft.id, draft.figure, is_click) {
        if !draft.awaits_second_arm {
            draft.awaits_second_arm = true;
            draft.held = Some(2);
            state.draft = Some(draft);
            return Vec::new();
        }
        if arm(2, 1) < LEAST_PX {
            return Vec::new();
        }
    }
    let Some(scan) = state.scan_state() else { return Vec::new() };
    let before = draft.id.and_then(|id| scan.measurements.iter().find(|m| m.id == id)).cloned();
    let after = match &before {
        Some(before) if before.figure == draft.figure => return Vec::new(),
        Some(before) => Measurement { figure: draft.figure, ..before.clone() },
        None if is_click => return Vec::new(),
        None => new(scan, draft.figure, now_secs),
    };
    state.selected = Some(after.id);
    if before.is_none() && matches!(after.figure, Figure::Arrow(_)) {
        state.layout.popup = Some(Popup::Words(after.id));
    }
    commit(state, before, Some(after))
}

/// A figure on the slice on screen.
fn new(scan: &ScanState, figure: Figure, now_secs: u64) -> Measurement {
    Measurement {
        id: new_id(&scan.measurements, now_secs),
        slice: scan.slice,
        sequence: scan.sequence,
        figure,
        text: String::new(),
        at_secs: now_secs,
    }
}

fn add(state: &mut AppState, figure: Figure, now_secs: u64) -> Vec<Command> {
    let Some(after) = state.scan_state().map(|scan| new(scan, figure, now_secs)) else { return Vec::new() };
    state.selected = Some(after.id);
    commit(state, None, Some(after))
}

/// Names that no two sessions give twice: the second, and a running number in its low bits.
fn new_id(existing: &[Measurement], now_secs: u64) -> u64 {
    let first = now_secs << 16;
    existing.iter().map(|m| m.id + 1).max().unwrap_or(0).max(first)
}

fn set_text(state: &mut AppState, id: u64, text: &str) -> Vec<Command> {
    if state.layout.popup == Some(Popup::Words(id)) {
        state.layout.popup = None;
    }
    let Some(before) = find(state, id).filter(|m| m.text != text) else { return Vec::new() };
    let after = Measurement { text: text.to_owned(), ..before.clone() };
    commit(state, Some(before), Some(after))
}

fn remove(state: &mut AppState, id: u64) -> Vec<Command> {
    state.draft = None;
    let Some(before) = find(state, id) else { return Vec::new() };
    commit(state, Some(before), None)
}

fn find(state: &AppState, id: u64) -> Option<Measurement> {
    state.scan_state()?.measurements.iter().find(|m| m.id == id).cloned()
}

/// Makes a step on the scan on screen, so that it can be taken back, and saves.
fn commit(state: &mut AppState, before: Option<Measurement>, after: Option<Measurement>) -> Vec<Command> {
    let Some((study, _, _)) = state.current_scan() else { return Vec::new() };
    let step = MeasureStep { study: study.id, scan: study.scan, before, after };
    let commands = apply(state, &step, true);
    state.undo.push(Step::Measured(Box::new(step)));
    commands
}

/// Puts one side of a step in place: what is after it, or, to take it back, what was before.
pub(super) fn apply(state: &mut AppState, step: &MeasureStep, is_forward: bool) -> Vec<Command> {
    let (old, new) = if is_forward { (&step.before, &step.after) } else { (&step.after, &step.before) };
    let Some(scan) = state.scan_mut(step.study, step.scan) else { return Vec::new() };
    if let Some(old) = old {
        scan.measurements.retain(|m| m.id != old.id);
    }
    scan.measurements.extend(new.clone());
    scan.measurements.sort_by_key(|m| m.id);
    if state.selected.is_some_and(|id| new.as_ref().is_none_or(|m| m.id != id)) {
        state.selected = None;
    }
    save(state, step.study, step.scan)
}

/// Saves the figures of a scan, once those of earlier sessions are there; until then they wait.
pub(super) fn save(state: &mut AppState, id: StudyId, scan_index: usize) -> Vec<Command> {
    let job = state.inner.jobs.mint();
    let Some(scan) = state.scan_mut(id, scan_index) else { return Vec::new() };
    let Some(pixels_sha256) = scan.finding.as_ref().map(|f| f.pixels_sha256.clone()) else { return Vec::new() };
    if !scan.has_loaded_measurements {
        return Vec::new();
    }
    scan.saved = Saved::Saving(job);
    vec![Command::SaveMeasurements { job, pixels_sha256, measurements: scan.measurements.clone() }]
}

/// Figures of earlier sessions are there: they join the ones drawn since, which are saved with them.
pub(super) fn loaded(state: &mut AppState, id: StudyId, scan_index: usize, earlier: Vec<Measurement>) -> Vec<Command> {
    let Some(scan) = state.scan_mut(id, scan_index) else { return Vec::new() };
    let (slices, sequences) = (scan.counts.len(), scan.windows.len());
    let is_first = !scan.has_loaded_measurements;
    scan.has_loaded_measurements = true;
    if !is_first {
        return Vec::new();
    }
    let drawn_since = !scan.measurements.is_empty();
    let fits = |m: &Measurement| m.slice < slices && m.sequence < sequences;
    let known: Vec<u64> = scan.measurements.iter().map(|m| m.id).collect();
    scan.measurements.extend(earlier.into_iter().filter(|m| fits(m) && !known.contains(&m.id)));
    scan.measurements.sort_by_key(|m| m.id);
    if drawn_since { save(state, id, scan_index) } else { Vec::new() }
}
