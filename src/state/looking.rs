//! Which slice, sequence and scan is on screen, and how: gray window, zoom, overlay. Not for drawing it (`ui`).

use crate::domain::scan::Samples;
use crate::domain::window::{Presets, Window};
use crate::engine::command::Command;

use super::action::{GoAction, OverlayAction, ViewAction, WindowAction};
use super::screen::WindowPreset;
use super::study::{ScanState, StudyId, WindowState};
use super::{AppState, analyzing, gray, panes, placed, reviewing, strip};

/// Change of the window's width per point of a drag: 140 points double it.
const WIDTH_PER_POINT: f32 = 0.005;
/// Change of the center per point of a drag, as a share of the width.
const CENTER_PER_POINT: f32 = 0.004;

/// Shows a scan and starts its analysis.
pub(super) fn show(state: &mut AppState, id: StudyId, scan: usize) -> Vec<Command> {
    let before = state.current_scan().map(|(study, scan, _)| (study.id, study.scan, scan.rows, scan.cols));
    state.inner.shown += 1;
    let shown_at = state.inner.shown;
    let Some(study) = state.study_mut(id).filter(|s| scan < s.scans.len()) else { return Vec::new() };
    study.scan = scan;
    study.shown_at = shown_at;
    state.current = Some(id);
    if before.map(|b| (b.0, b.1)) != Some((id, scan)) {
        state.view.reset();
        (state.draft, state.selected) = (None, None);
        panes::reset_views(state);
        state.view.upright = placed::upright(state);
        state.overlay.shows_reference = false;
        state.overlay.shows_difference = false;
        if before.map(|b| b.0) != Some(id) && !matches!(state.export, super::work::Export::Running { .. }) {
            state.export = super::work::Export::Idle;
        }
    }
    ensure_window(state);
    reviewing::mark_seen(state);
    analyzing::ensure(state)
}

/// Goes to another slice, sequence or scan.
pub(super) fn go(state: &mut AppState, action: GoAction) -> Vec<Command> {
    if let GoAction::Scan(id, scan) = action {
        return show(state, id, scan);
    }
    let Some((_, pixels, scan)) = state.current_scan() else { return Vec::new() };
    let is_upside_down = strip::is_upside_down(pixels);
    let thresholds = state.thresholds_of(scan);
    let (at, last) = (scan.slice, scan.counts.len().saturating_sub(1));
    // Keys and wheel go along the strip, on which the superior slice is on top where that is known.
    let top = if is_upside_down { last } else { 0 };
    let to_next = |is_down: bool| {
        let runs = scan.finding.as_ref().map(|f| f.flagged_runs(thresholds.classifier)).unwrap_or_default();
        match (is_upside_down, is_down) {
            (false, true) => runs.iter().map(|r| r.0).find(|&first| first > at),
            (false, false) => runs.iter().rev().map(|r| r.0).find(|&first| first < at),
            (true, true) => runs.iter().rev().map(|r| r.1).find(|&first| first < at),
            (true, false) => runs.iter().map(|r| r.1).find(|&first| first > at),
        }
    };
    let to = match action {
        GoAction::Slice(slice) => Some(slice.min(last)),
        GoAction::By(by) => {
            let by = if is_upside_down { -by } else { by };
            Some(at.saturating_add_signed(by as isize).min(last))
        }
        GoAction::First => Some(top),
        GoAction::Last => Some(last - top),
        GoAction::NextFinding => to_next(true),
        GoAction::PreviousFinding => to_next(false),
        GoAction::Widest => widest(scan, thresholds.mask).map(|(slice, _)| slice),
        GoAction::NextUnreviewed => reviewing::next_unreviewed(scan, thresholds, at),
        GoAction::Sequence(sequence) => return go_sequence(state, sequence as isize),
        GoAction::SequenceBy(by) => return go_sequence(state, scan.sequence as isize + by as isize),
        GoAction::Scan(..) => None,
    };
    if let Some(to) = to {
        go_slice(state, to);
    } else if action == GoAction::NextUnreviewed {
        reviewing::tell_all_reviewed(state);
    }
    Vec::new()
}

/// Puts a slice on screen and remembers that it was seen.
pub(super) fn go_slice(state: &mut AppState, slice: usize) {
    if state.scan_state().is_some_and(|scan| scan.slice != slice) {
        (state.draft, state.selected) = (None, None);
    }
    if let Some(scan) = state.current_scan_mut() {
        scan.slice = slice.min(scan.counts.len().saturating_sub(1));
    }
    reviewing::mark_seen(state);
}

fn go_sequence(state: &mut AppState, sequence: isize) -> Vec<Command> {
    if let Some(scan) = state.current_scan_mut() {
        let last = scan.windows.len().saturating_sub(1);
        scan.sequence = usize::try_from(sequence).unwrap_or(0).min(last);
    }
    ensure_window(state);
    Vec::new()
}

/// The slice with the largest outline and its area in pixels; the first of equals.
pub fn widest(scan: &ScanState, mask_threshold: f32) -> Option<(usize, usize)> {
    let areas = (0..scan.counts.len()).filter_map(|i| scan.area_px(i, mask_threshold).map(|area| (i, area)));
    areas.filter(|&(_, area)| area > 0).max_by_key(|&(slice, area)| (area, std::cmp::Reverse(slice)))
}

/// Measures the window of the sequence on screen where that was not done yet.
fn ensure_window(state: &mut AppState) {
    if state.scan_state().is_some_and(|s| s.window().is_none()) {
        set_preset(state, WindowPreset::Head);
    }
}

fn set_preset(state: &mut AppState, preset: WindowPreset) {
    let Some((_, pixels, scan)) = state.current_scan() else { return };
    let sequence = scan.sequence;
    let measured = scan.presets.get(sequence).copied().flatten().or_else(|| Presets::measure(pixels, sequence));
    let Some(scan) = state.current_scan_mut() else { return };
    if let (Some(measured), Some(entry)) = (measured, scan.windows.get_mut(sequence)) {
        *entry = Some(WindowState { window: gray::of(&measured, preset), preset: Some(preset) });
        scan.presets[sequence] = Some(measured);
    }
}

/// Changes the gray window of the sequence on screen.
pub(super) fn window(state: &mut AppState, action: WindowAction) {
    let is_inverted = state.settings.window_drag_inverted;
    let least = least_width(state);
    let Some(now) = state.scan_state().and_then(ScanState::window) else { return };
    let moved = match action {
        WindowAction::Preset(preset) => return set_preset(state, preset),
        WindowAction::Set(window) => window,
        WindowAction::Drag { right, up } => {
            let sign = if is_inverted { -1.0 } else { 1.0 };
            let width = now.window.width * (sign * right * WIDTH_PER_POINT).exp();
            Window { center: now.window.center - sign * up * CENTER_PER_POINT * now.window.width, width }
        }
    };
    if !moved.center.is_finite() || !moved.width.is_finite() {
        return;
    }
    let window = Window { center: moved.center, width: moved.width.max(least) };
    if let Some(scan) = state.current_scan_mut() {
        let sequence = scan.sequence;
        if let Some(entry) = scan.windows.get_mut(sequence) {
            *entry = Some(WindowState { window, preset: None });
        }
    }
}

/// Integers can't be told apart below a width of one; floating-point values have no such step.
fn least_width(state: &AppState) -> f32 {
    let plane = state.current_study().and_then(|s| s.current_slice()).and_then(|s| s.planes.first());
    match plane.map(|p| &p.samples) {
        Some(Samples::F32(_)) => f32::MIN_POSITIVE,
        Some(Samples::U8(_) | Samples::U16(_) | Samples::I16(_)) | None => 1.0,
    }
}

/// Zooms and pans.
pub(super) fn view(state: &mut AppState, action: ViewAction) {
    let (rows, cols) = state.current_scan().map_or((1, 1), |(_, scan, _)| (scan.rows, scan.cols));
    match action {
        ViewAction::Sized(canvas) => {
            if canvas.iter().all(|side| side.is_finite() && *side >= 1.0) {
                state.view.canvas = canvas;
            }
        }
        ViewAction::Zoom { factor, at_px } => state.view.zoom_at(factor, at_px, rows, cols),
        ViewAction::Pan(by) => state.view.pan(by, rows, cols),
        ViewAction::Reset => {
            state.view.reset();
            panes::reset_views(state);
        }
        ViewAction::ToggleRealPixels => state.view.wants_real_pixels = !state.view.wants_real_pixels,
    }
}

/// Changes what is drawn over the picture.
pub(super) fn overlay(state: &mut AppState, action: OverlayAction) {
    let overlay = &mut state.overlay;
    match action {
        OverlayAction::ToggleShown => overlay.is_shown = !overlay.is_shown,
        OverlayAction::HoldHidden(is_held) => overlay.is_held_hidden = is_held,
        OverlayAction::SetContour(opacity) => overlay.contour = opacity.clamp(0.0, 1.0),
        OverlayAction::SetFill(opacity) => overlay.fill = opacity.clamp(0.0, 1.0),
        OverlayAction::SetColor(color) => overlay.color = color,
        OverlayAction::ToggleHeatMap => overlay.has_heat_map = !overlay.has_heat_map,
        OverlayAction::SetHeatMapFrom(from) => overlay.heat_map_from = from.clamp(0.01, 0.99),
        OverlayAction::SetHeatMapOpacity(opacity) => overlay.heat_map_opacity = opacity.clamp(0.0, 1.0),
        OverlayAction::HoldFlicker(is_held) => overlay.is_flickering = is_held,
        OverlayAction::ToggleReference => {
            overlay.shows_reference = !overlay.shows_reference;
            overlay.shows_difference &= overlay.shows_reference;
        }
        OverlayAction::ToggleDifference => overlay.shows_difference = !overlay.shows_difference,
    }
}
