//! Pictures of the best, median and worst patient: scan, true mask and answered mask side by side. Not for the window's
//! drawing (`ui`) or for writing files (`cli`).

use super::answers::{Both, PatientAnswer};
use super::dataset::Dataset;
use super::error::TrainError;
use super::evaluate::{KnownScan, Nets, known_scans};
use crate::domain::mask::Mask;
use crate::nn::input::{Prepared, SequenceStats};

/// A color picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panels {
    /// Height in pixels.
    pub rows: usize,
    /// Width in pixels.
    pub cols: usize,
    /// *Shape*: `[rows, cols, 3]`.
    pub rgb: Vec<u8>,
}

/// One chosen patient.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// "best", "median" or "worst".
    pub rank: &'static str,
    /// Index into the data set's patients.
    pub patient: usize,
    /// Volume Dice that it was ranked by.
    pub dice: f64,
    /// Name of the slice shown: the one with the largest true mask.
    pub slice: String,
    /// Scan | true mask | answered mask.
    pub panels: Panels,
}

/// Pictures smaller than this are enlarged by whole pixels.
const WANTED_SIDE_PX: usize = 512;
const GAP_PX: usize = 8;
/// The 99th percentile is fat; a little room above it keeps its structure.
const WHITE_ABOVE_HIGH: f32 = 1.15;
/// Sky blue for the truth and orange for the answer: they differ in lightness and for every kind of color vision.
///
/// *Source*: Okabe and Ito 2008.
const TRUTH_COLOR: [u8; 3] = [86, 180, 233];
const ANSWER_COLOR: [u8; 3] = [230, 159, 0];
/// Share of the color inside a mask; its edge is drawn in full.
const FILL: f32 = 0.35;
/// FLAIR, on which the masks were drawn.
const SHOWN_CHANNEL: usize = 1;

/// Best, median and worst patient by volume Dice: as a user gets it where `is_staged`, else every slice outlined.
pub fn examples(
    dataset: &Dataset,
    answers: &[PatientAnswer],
    thresholds: &Both,
    is_staged: bool,
    nets: &dyn Nets,
) -> Result<Vec<Example>, TrainError> {
    let dice = |p: &PatientAnswer| {
        let overlap = if is_staged { p.staged_overlap(thresholds) } else { p.overlap(thresholds.mask) };
        overlap.and_then(|o| o.dice())
    };
    let mut ranked: Vec<(f64, &PatientAnswer)> = answers.iter().filter_map(|p| Some((dice(p)?, p))).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.patient.cmp(&b.1.patient)));
    let mut found = Vec::new();
    for (rank, index) in [("best", 0), ("median", ranked.len() / 2), ("worst", ranked.len().saturating_sub(1))] {
        let Some((dice, answer)) = ranked.get(index) else { continue };
        found.extend(example(dataset, answer, thresholds, is_staged, nets)?.map(|(slice, panels)| Example {
            rank,
            patient: answer.patient,
            dice: *dice,
            slice,
            panels,
        }));
    }
    Ok(found)
}

/// The slice with the largest true mask, drawn.
fn example(
    dataset: &Dataset,
    answer: &PatientAnswer,
    thresholds: &Both,
    is_staged: bool,
    nets: &dyn Nets,
) -> Result<Option<(String, Panels)>, TrainError> {
    let Some(shown) = answer.slices.iter().max_by_key(|s| s.truth_px) else { return Ok(None) };
    let is_outlined = !is_staged || shown.score.is_some_and(|score| score >= thresholds.score);
    for known in known_scans(dataset, answer.patient, &mut Vec::new()) {
        let Some(index) = known.items.iter().position(|&item| item == shown.item) else { continue };
        let Some(truth) = &known.truths[index] else { continue };
        let prepared = nets.prepare(&known.scan);
        let mask = if is_outlined {
            nets.outline(&known.scan, &prepared, index)?.mask(thresholds.mask)
        } else {
            Mask::empty(truth.rows, truth.cols)
        };
        return Ok(Some((known.scan.slices[index].name.clone(), panels(&known, &prepared, index, truth, &mask))));
    }
    Ok(None)
}

fn panels(known: &KnownScan, prepared: &Prepared, index: usize, truth: &Mask, answer: &Mask) -> Panels {
    let planes = &known.scan.slices[index].planes;
    let channel = SHOWN_CHANNEL.min(planes.len() - 1);
    let (plane, stats) = (&planes[channel], &prepared.stats[SHOWN_CHANNEL]);
    let gray: Vec<u8> = (0..plane.rows * plane.cols).map(|i| shade(stats, plane.samples.get(i))).collect();
    let (rows, cols) = (plane.rows, plane.cols);
    let zoom = (WANTED_SIDE_PX / rows.max(cols).max(1)).max(1);
    let (height, width) = (rows * zoom, 3 * cols * zoom + 2 * GAP_PX);
    let mut rgb = vec![0u8; height * width * 3];
    for (panel, overlay) in [None, Some((truth, TRUTH_COLOR)), Some((answer, ANSWER_COLOR))].into_iter().enumerate() {
        let left = panel * (cols * zoom + GAP_PX);
        for y in 0..height {
            for x in 0..cols * zoom {
                let (row, col) = (y / zoom, x / zoom);
                let mut color = [gray[row * cols + col]; 3];
                if let Some((mask, paint)) = overlay
                    && mask.get(row, col)
                {
                    color = painted(color, paint, if is_edge(mask, row, col) { 1.0 } else { FILL });
                }
                let at = (y * width + left + x) * 3;
                rgb[at..at + 3].copy_from_slice(&color);
            }
        }
    }
    Panels { rows: height, cols: width, rgb }
}

fn shade(stats: &SequenceStats, value: f32) -> u8 {
    let range = ((stats.high - stats.low) * WHITE_ABOVE_HIGH).max(f32::MIN_POSITIVE);
    ((value - stats.low) / range * 255.0).round().clamp(0.0, 255.0) as u8
}

fn painted(under: [u8; 3], paint: [u8; 3], share: f32) -> [u8; 3] {
    [0, 1, 2].map(|c| (f32::from(under[c]) * (1.0 - share) + f32::from(paint[c]) * share).round() as u8)
}

fn is_edge(mask: &Mask, row: usize, col: usize) -> bool {
    let inside = |r: Option<usize>, c: Option<usize>| r.zip(c).is_some_and(|(r, c)| mask.get(r, c));
    !(inside(row.checked_sub(1), Some(col))
        && inside(Some(row + 1), Some(col))
        && inside(Some(row), col.checked_sub(1))
        && inside(Some(row), Some(col + 1)))
}
