//! Areas and overlaps of one slice's map at every threshold, counted once, so that a slider costs nothing. Not for the
//! masks themselves (`domain::mask`).

use crate::domain::mask::{Mask, ProbabilityMap};

/// How many pixels of a map are at or above each of its 256 values, in all and inside the reference mask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceCounts {
    at_least: Vec<u32>,
    at_least_in_reference: Vec<u32>,
    /// Pixels of the reference mask; `None` where there is no reference.
    pub reference_px: Option<usize>,
}

impl SliceCounts {
    /// Counts `map`, against `reference` where there is one of the same size.
    pub fn of(map: &ProbabilityMap, reference: Option<&Mask>) -> Self {
        let reference = reference.filter(|r| (r.rows, r.cols) == (map.rows, map.cols));
        let mut at_least = vec![0u32; 256];
        let mut inside = vec![0u32; 256];
        for (i, &byte) in map.bytes.iter().enumerate() {
            at_least[usize::from(byte)] += 1;
            if reference.is_some_and(|r| r.bits[i]) {
                inside[usize::from(byte)] += 1;
            }
        }
        for value in (0..255).rev() {
            at_least[value] += at_least[value + 1];
            inside[value] += inside[value + 1];
        }
        Self { at_least, at_least_in_reference: inside, reference_px: reference.map(Mask::area_px) }
    }

    /// Pixels of the outline at `threshold`, the same as `ProbabilityMap::mask(threshold).area_px()`.
    pub fn area_px(&self, threshold: f32) -> usize {
        self.at_least[limit(threshold)] as usize
    }

    /// Pixels that outline and reference share.
    pub fn overlap_px(&self, threshold: f32) -> usize {
        self.at_least_in_reference[limit(threshold)] as usize
    }
}

/// The least byte that is inside, as [`ProbabilityMap::mask`] has it.
fn limit(threshold: f32) -> usize {
    usize::from((threshold.clamp(0.0, 1.0) * 255.0).ceil().max(1.0) as u8)
}
