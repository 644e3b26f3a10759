//! The form of `findings.json`: what a results folder says, in names that stay. Not for writing it (`export`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::gate::GateVerdict;
use crate::domain::review::{BlindCall, ReadingOrder};

/// Said on screen and in every export.
pub const RESEARCH_USE: &str = "Research use only. Not for diagnosis.";

/// How Dice is meant here.
pub const DICE_DEFINITION: &str = "2 × overlap / (model + reference) in pixels, over all slices that have a reference mask; \
    the model's mask counts on slices that it flags; tumor slices: the mean over slices whose reference is not empty; \
    slices where both are empty are not counted";

/// A whole results folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingsFile {
    /// [`RESEARCH_USE`].
    pub notice: String,
    /// What wrote this.
    pub program: Program,
    /// By task: `classifier`, `segmenter`.
    pub models: BTreeMap<String, Model>,
    /// What was read.
    pub study: StudyInfo,
    /// How well the model agrees with reference masks; `null` where none came along.
    pub reference: Option<Reference>,
    /// One entry a slice, scan by scan.
    pub slices: Vec<SliceEntry>,
    /// What the reader measured.
    #[serde(default)]
    pub measurements: Vec<MeasurementEntry>,
    /// What the reader decided; `null` where nobody did.
    pub review: Option<ReviewInfo>,
}

/// What wrote the results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// "glioview".
    pub name: String,
    /// Version.
    pub version: String,
    /// The commit it was built from.
    pub commit: String,
}

/// Which weights gave the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Name.
    pub name: String,
    /// Version.
    pub version: u32,
    /// sha256 of the weights.
    pub sha256: String,
    /// The threshold in use.
    pub threshold: f64,
    /// The threshold in the model card.
    pub card_threshold: f64,
    /// Whether the user moved it away from the card's.
    pub threshold_moved: bool,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyInfo {
    /// Name on screen.
    pub title: String,
    /// True for the bundled sample.
    pub synthetic: bool,
    /// The scans with results.
    pub scans: Vec<ScanInfo>,
    /// What was odd about the files.
    pub warnings: Vec<String>,
}

/// One scan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScanInfo {
    /// Index that [`SliceEntry::scan`] names.
    pub scan: usize,
    /// Name on screen.
    pub title: String,
    /// Kind of file.
    pub kind: String,
    /// Height in pixels.
    pub rows: usize,
    /// Width in pixels.
    pub cols: usize,
    /// Sequences by name.
    pub sequences: Vec<String>,
    /// Number of slices.
    pub slices: usize,
    /// From row to row, column to column and slice to slice in millimeters; `null` where the file does not say.
    pub spacing_mm: Option<[f64; 3]>,
    /// Where columns, rows and slices lead in the patient: "LPS"; `null` where the file does not say.
    pub orientation: Option<String>,
    /// Pixels inside of all masks that count.
    pub mask_volume_px: usize,
    /// Milliliters inside of all masks that count; `null` where the file knows no spacing.
    pub mask_volume_ml: Option<f64>,
    /// The volume's span as the mask threshold goes from 0.7 to 0.3; no confidence interval.
    pub mask_volume_span: VolumeSpan,
    /// The longest diameter of a counted mask within a slice, and its perpendicular; `null` where no mask counts.
    pub diameters: Option<MeasurementEntry>,
    /// sha256 of the pixels.
    pub pixels_sha256: String,
    /// Whether the nets know this kind of picture.
    pub gate: GateVerdict,
    /// Why not, in words.
    pub gate_reasons: Vec<String>,
    /// True where the reader had it analyzed in spite of the gate.
    pub gate_overridden: bool,
    /// What was odd about the stack.
    pub warnings: Vec<String>,
}

/// The volume's span as the mask threshold moves over the slices that count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VolumeSpan {
    /// The thresholds.
    pub mask_thresholds: [f64; 2],
    /// Pixels inside at each.
    pub volume_px: [usize; 2],
    /// Milliliters inside at each; `null` where the file knows no spacing.
    pub volume_ml: Option<[f64; 2]>,
}

/// Agreement with reference masks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Over the volume; `null` where model and reference are both empty.
    pub dice: Option<f64>,
    /// Mean over the slices whose reference is not empty.
    pub dice_tumor_slices: Option<f64>,
    /// Slices with a reference mask.
    pub slices: usize,
    /// Slices whose reference is not empty.
    pub tumor_slices: usize,
    /// [`DICE_DEFINITION`].
    pub definition: String,
}

/// One slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SliceEntry {
    /// The picture, relative to what was opened; ends in the file's own name.
    pub path: String,
    /// Page in a multi-page file, from 1; `null` elsewhere.
    pub page: Option<usize>,
    /// Which scan of the study.
    pub scan: usize,
    /// Position in its scan, from 0.
    pub index: usize,
    /// The model score, 0 to 1; `null` where the classifier did not answer.
    pub probability: Option<f64>,
    /// Whether the score is at or above the classifier's threshold.
    pub positive: bool,
    /// The mask's path relative to this file, or `null`.
    pub mask: Option<String>,
    /// The overlay's path relative to this file, or `null`.
    pub overlay: Option<String>,
    /// Pixels inside the mask.
    pub area_px: usize,
    /// Area of the mask in square millimeters; `null` where the file knows no spacing.
    pub area_mm2: Option<f64>,
    /// What was odd, from reading and from the nets.
    pub warnings: Vec<String>,
}

/// One measurement of the reader. A number's unit stands in its name; numbers that a kind does not have are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MeasurementEntry {
    /// Which scan of the study.
    pub scan: usize,
    /// Position of the slice in its scan, from 0.
    pub index: usize,
    /// The sequence whose values count.
    pub sequence: String,
    /// "distance", "angle", "ellipse", "rectangle", "arrow", "diameters".
    pub kind: String,
    /// The points as `[x, y]` in pixels; the center of the first pixel is `[0.5, 0.5]`.
    pub points_px: Vec<[f64; 2]>,
    /// The points in the patient, LPS; left out where the file does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points_lps_mm: Option<Vec<[f64; 3]>>,
    /// Length, where the file knows the spacing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length_mm: Option<f64>,
    /// Length, where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length_px: Option<f64>,
    /// Of diameters: the perpendicular one, where the file knows the spacing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub perpendicular_mm: Option<f64>,
    /// Of diameters: the perpendicular one, where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub perpendicular_px: Option<f64>,
    /// Of diameters: their product, where the file knows the spacing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_mm2: Option<f64>,
    /// Of diameters: their product, where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_px2: Option<f64>,
    /// The angle at the second point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub angle_degrees: Option<f64>,
    /// Area of the pixels inside, where the file knows the spacing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_mm2: Option<f64>,
    /// Pixels inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_px: Option<usize>,
    /// Mean of the values inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// Their standard deviation (n − 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sd: Option<f64>,
    /// The least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The reader's words.
    pub text: String,
    /// When, in UTC.
    pub at: String,
}

/// What the reader decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewInfo {
    /// Initials.
    pub reviewer: String,
    /// One entry a reviewed scan.
    pub scans: Vec<ScanReview>,
}

/// The decisions on one scan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScanReview {
    /// Which scan of the study.
    pub scan: usize,
    /// Whether these decisions were made on exactly this result; otherwise on an earlier one.
    pub decided_on_this_result: bool,
    /// Who looked first.
    pub order: ReadingOrder,
    /// Both calls, where the reader looked first.
    pub call: Option<BlindCall>,
    /// How many slices were on screen.
    pub viewed: usize,
    /// One entry a slice that was viewed or decided.
    pub slices: Vec<SliceDecision>,
}

/// The decision on one slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SliceDecision {
    /// Position in its scan, from 0.
    pub index: usize,
    /// Whether it was on screen.
    pub viewed: bool,
    /// The verdict in words; `null` while undecided.
    pub verdict: Option<String>,
    /// When, in UTC: `2026-01-31T14:02:00Z`.
    pub at: Option<String>,
    /// Area of the outline that the reader saw, in pixels.
    pub outline_area_px: Option<usize>,
    /// The same in square millimeters; `null` where the file knows no spacing.
    pub outline_area_mm2: Option<f64>,
    /// That outline's run lengths, row-major, starting with zeros.
    pub outline_runs: Option<Vec<u32>>,
    /// The reader's words.
    pub note: String,
}

/// A score or threshold with the digits that its 32 bits hold: 0.31, not 0.3100000023841858.
pub fn short(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

/// A length, area or volume with three digits behind the point.
pub fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// `2026-01-31T14:02:00Z` from seconds since 1970.
///
/// *Source*: Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
pub fn utc(secs: u64) -> String {
    let (days, rest) = (secs / 86_400, secs % 86_400);
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
