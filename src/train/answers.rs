//! What the nets answered on patients whose truth is known, small enough to keep for a whole data set, and the overlaps
//! that follow at any threshold. Not for asking the nets (`evaluate`) or for the figures (`figures`).

use super::kept::{self, KeptMap};
use crate::domain::mask::{Mask, ProbabilityMap};
use crate::domain::metrics::surface::hd95_of;
use crate::domain::metrics::{dice, intersection_over_union, mean};

/// Pixels of one slice counted by the byte of their probability: all that overlaps at a moved threshold need; and the map
/// itself, small, for distances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapCounts {
    /// Pixels in the true mask, by byte.
    inside: [u32; 256],
    /// All pixels, by byte.
    all: [u32; 256],
    /// Map and truth.
    kept: KeptMap,
}

impl MapCounts {
    /// Counts a map against the true mask of the same size.
    pub fn of(map: &ProbabilityMap, truth: &Mask) -> Self {
        let mut counts = Self { inside: [0; 256], all: [0; 256], kept: KeptMap::of(map, truth) };
        for (&byte, &is_inside) in map.bytes.iter().zip(&truth.bits) {
            counts.all[usize::from(byte)] += 1;
            counts.inside[usize::from(byte)] += u32::from(is_inside);
        }
        counts
    }
}

/// Pixels in both masks, in the true one, in the answered one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// In both.
    pub both: u64,
    /// In the true mask.
    pub truth: u64,
    /// In the answered mask.
    pub answer: u64,
}

impl Overlap {
    /// Dice; `None` where both masks are empty.
    pub fn dice(&self) -> Option<f64> {
        dice(self.both, self.truth, self.answer)
    }

    /// Intersection over union; `None` where both masks are empty.
    pub fn iou(&self) -> Option<f64> {
        intersection_over_union(self.both, self.truth, self.answer)
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { both: self.both + other.both, truth: self.truth + other.truth, answer: self.answer + other.answer }
    }
}

/// The answers on one slice.
#[derive(Clone, Debug, PartialEq)]
pub struct SliceAnswer {
    /// Index into the data set's items.
    pub item: usize,
    /// Whether the slice has a tumor.
    pub has_tumor: bool,
    /// Pixels of the true mask; 0 where it is not known.
    pub truth_px: u64,
    /// The classifier's score, where it was asked.
    pub score: Option<f64>,
    /// The segmenter's map, counted, where it was asked and the truth is known.
    pub map: Option<Box<MapCounts>>,
}

impl SliceAnswer {
    /// The outline at `mask_threshold` against the truth. `None` without a map.
    pub fn overlap(&self, mask_threshold: f32) -> Option<Overlap> {
        let map = self.map.as_ref()?;
        let first = usize::from(ProbabilityMap::lowest_inside(mask_threshold));
        let sum = |counts: &[u32]| counts.iter().map(|&n| u64::from(n)).sum();
        Some(Overlap { both: sum(&map.inside[first..]), truth: self.truth_px, answer: sum(&map.all[first..]) })
    }

    /// As [`SliceAnswer::overlap`], but nothing is outlined where the classifier did not flag the slice.
    pub fn staged_overlap(&self, thresholds: &Both) -> Option<Overlap> {
        let overlap = self.overlap(thresholds.mask)?;
        let is_flagged = self.score? >= thresholds.score;
        Some(if is_flagged { overlap } else { Overlap { both: 0, answer: 0, ..overlap } })
    }
}

/// The two thresholds in use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Both {
    /// Classifier: at or above is flagged.
    pub score: f64,
    /// Segmenter: at or above is inside.
    pub mask: f32,
}

/// The answers on one patient.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientAnswer {
    /// Index into the data set's patients.
    pub patient: usize,
    /// Slices in order.
    pub slices: Vec<SliceAnswer>,
}

impl PatientAnswer {
    /// The volume's overlap: all slices together, each outlined.
    pub fn overlap(&self, mask_threshold: f32) -> Option<Overlap> {
        sum(self.slices.iter().map(|s| s.overlap(mask_threshold)))
    }

    /// The volume's overlap as the reader gets it: only flagged slices are outlined.
    pub fn staged_overlap(&self, thresholds: &Both) -> Option<Overlap> {
        sum(self.slices.iter().map(|s| s.staged_overlap(thresholds)))
    }

    /// HD95 of the volume in pixels, every slice outlined. `None` without maps or where one of the two masks is empty.
    pub fn hd95(&self, mask_threshold: f32) -> Option<f64> {
        let kept: Vec<_> = self.slices.iter().filter_map(|s| Some((&s.map.as_ref()?.kept, true))).collect();
        kept::distances(&kept, mask_threshold).and_then(|distances| hd95_of(&distances))
    }

    /// HD95 of the volume as the reader gets it: only flagged slices are outlined.
    pub fn staged_hd95(&self, thresholds: &Both) -> Option<f64> {
        let staged = |s: &SliceAnswer| s.score.map(|score| score >= thresholds.score);
        let kept = self.slices.iter().map(|s| Some((&s.map.as_ref()?.kept, staged(s)?)));
        kept::distances(&kept.flatten().collect::<Vec<_>>(), thresholds.mask).and_then(|d| hd95_of(&d))
    }
}

/// `None` where no slice has an overlap; slices of unknown truth are left out.
fn sum(overlaps: impl Iterator<Item = Option<Overlap>>) -> Option<Overlap> {
    overlaps.flatten().reduce(Overlap::plus)
}

/// The mask threshold with the best mean volume Dice over `patients`, halfway between two bytes, and that Dice.
pub fn best_mask_threshold(patients: &[PatientAnswer]) -> Option<(f32, f64)> {
    let mut best: Option<(f32, f64)> = None;
    for byte in 1..=255u8 {
        // Halfway below the byte, so that rounding never moves the limit to its neighbor.
        let threshold = (f32::from(byte) - 0.5) / 255.0;
        let dices: Vec<f64> = patients.iter().filter_map(|p| p.overlap(threshold)).filter_map(|o| o.dice()).collect();
        let Some(found) = mean(&dices) else { continue };
        if best.is_none_or(|(_, dice)| found > dice) {
            best = Some((threshold, found));
        }
    }
    best
}
