//! How the curves are looked at: axis, scale, smoothing, zoom. Not for the curves (`domain::history`) or for drawing.

use crate::domain::history::XAxis;
use crate::engine::command::Command;
use crate::state::AppState;

/// How the curves are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlotView {
    /// What stands along the bottom.
    pub axis: XAxis,
    /// Losses by powers of ten.
    pub is_log: bool,
    /// Cross-entropy and Dice of the loss drawn apart, where it has both.
    pub has_parts: bool,
    /// How much the smoothed curve remembers, 0 for none.
    pub smoothing: f32,
    /// The range of x on screen; `None` follows the training.
    pub zoom: Option<(f64, f64)>,
}

impl Default for PlotView {
    fn default() -> Self {
        Self { axis: XAxis::Epoch, is_log: false, has_parts: false, smoothing: 0.6, zoom: None }
    }
}

pub(super) fn set_axis(state: &mut AppState, axis: XAxis) -> Vec<Command> {
    // A range in epochs says nothing in minutes.
    state.training.plot = PlotView { axis, zoom: None, ..state.training.plot };
    Vec::new()
}

pub(super) fn set_log(state: &mut AppState, is_log: bool) -> Vec<Command> {
    state.training.plot.is_log = is_log;
    Vec::new()
}

pub(super) fn set_parts(state: &mut AppState, has_parts: bool) -> Vec<Command> {
    state.training.plot.has_parts = has_parts;
    Vec::new()
}

pub(super) fn set_smoothing(state: &mut AppState, weight: f32) -> Vec<Command> {
    if !weight.is_finite() {
        return Vec::new();
    }
    let weight = weight.clamp(0.0, 0.99);
    state.training.plot.smoothing = weight;
    state.training.line.iter_mut().for_each(|live| live.history.set_smoothing(weight));
    state.training.runs.shown.iter_mut().for_each(|shown| shown.history.set_smoothing(weight));
    Vec::new()
}

pub(super) fn zoom(state: &mut AppState, range: Option<(f64, f64)>) -> Vec<Command> {
    let is_usable = |(from, to): &(f64, f64)| from.is_finite() && to.is_finite() && from < to;
    state.training.plot.zoom = range.filter(is_usable);
    Vec::new()
}
