//! Which masks are drawn over the picture now, by line and name. Not for drawing them (`ui`).

use crate::domain::review::Verdict;

use super::training::watching;
use super::{AppState, allowed, words};

/// The line that a mask is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Solid, in the chosen color.
    Model,
    /// Thin gray dashes: rejected by the reader.
    Rejected,
    /// Dashed green.
    Reference,
    /// The running training's.
    Training,
}

/// One mask on screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Its line.
    pub line: Line,
    /// Its name.
    pub name: String,
}

/// The masks that are drawn on the slice on screen, the model's first.
pub fn drawn(state: &AppState) -> Vec<Layer> {
    let Some((_, pixels, scan)) = state.current_scan() else { return Vec::new() };
    if !state.overlay.is_visible() {
        return Vec::new();
    }
    let mut layers = Vec::new();
    let threshold = state.thresholds_of(scan);
    if allowed::has_finding(state).is_ok() && scan.area_px(scan.slice, threshold.mask).is_some_and(|a| a > 0) {
        let is_rejected = scan.decision(scan.slice, threshold).is_some_and(|d| d.verdict == Verdict::NotTumor);
        let (line, name) = if is_rejected {
            (Line::Rejected, "Model, rejected by you".to_owned())
        } else {
            (Line::Model, format!("Model: {}", words::target(state)))
        };
        layers.push(Layer { line, name });
    }
    if state.overlay.shows_reference && pixels.reference.get(scan.slice).is_some_and(Option::is_some) {
        layers.push(Layer { line: Line::Reference, name: "Reference mask".to_owned() });
    }
    if let Some(words) = watching::words(state) {
        layers.push(Layer { line: Line::Training, name: words });
    }
    layers
}
