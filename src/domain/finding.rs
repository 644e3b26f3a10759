//! What the nets said about a scan: scores, maps, regions. Never edited; what the reader decides is a `review`. Not for
//! running the nets (`engine`, `nn`).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::card::Task;
use super::gate::GateVerdict;
use super::mask::{Mask, ProbabilityMap};

/// Which weights gave an answer, as every export states it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelStamp {
    /// What it answers.
    pub task: Task,
    /// Name on screen.
    pub name: String,
    /// Version.
    pub version: u32,
    /// sha256 of the weights file.
    pub sha256: String,
    /// The threshold in use.
    pub threshold: f32,
    /// The threshold in the card, to be named where it was moved.
    pub card_threshold: f32,
}

/// The nets' answer for one slice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SliceFinding {
    /// The classifier's score, 0–1; `None` until it has answered.
    pub score: Option<f32>,
    /// The U-Net's map; `None` while the outline is pending.
    pub map: Option<Arc<ProbabilityMap>>,
    /// What went wrong with this slice, in words.
    pub warnings: Vec<String>,
}

impl SliceFinding {
    /// Whether the classifier flags the slice at `threshold`.
    pub fn is_flagged(&self, threshold: f32) -> bool {
        self.score.is_some_and(|s| s >= threshold)
    }

    /// The outline at `mask_threshold`, where the map is there.
    pub fn mask(&self, mask_threshold: f32) -> Option<Mask> {
        self.map.as_ref().map(|m| m.mask(mask_threshold))
    }
}

/// The nets' answer for one scan.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// sha256 over the scan's pixels and sizes, hex.
    pub pixels_sha256: String,
    /// Classifier and segmenter with the thresholds in use when it was made.
    pub models: Vec<ModelStamp>,
    /// Whether this is a picture that the nets know.
    pub gate: GateVerdict,
    /// True where the reader asked for an analysis in spite of the gate.
    pub is_override: bool,
    /// One entry a slice.
    pub slices: Vec<SliceFinding>,
}

impl Finding {
    /// Flagged runs of slices: `(first, last)` both included, in order. A run of length one stands alone.
    pub fn flagged_runs(&self, threshold: f32) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (i, _) in self.slices.iter().enumerate().filter(|(_, s)| s.is_flagged(threshold)) {
            match runs.last_mut() {
                Some(run) if run.1 + 1 == i => run.1 = i,
                _ => runs.push((i, i)),
            }
        }
        runs
    }

    /// Number of flagged slices.
    pub fn flagged_count(&self, threshold: f32) -> usize {
        self.slices.iter().filter(|s| s.is_flagged(threshold)).count()
    }

    /// The slice with the highest score, with that score.
    pub fn highest(&self) -> Option<(usize, f32)> {
        let scored = self.slices.iter().enumerate().filter_map(|(i, s)| s.score.map(|v| (i, v)));
        scored.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }

    /// The stamp of the model for `task`.
    pub fn model(&self, task: Task) -> Option<&ModelStamp> {
        self.models.iter().find(|m| m.task == task)
    }
}
