//! Is this the kind of picture that the nets know? Cheap fixed checks before any net runs. Not a net, and not a
//! diagnosis of file errors (`io`).

use serde::{Deserialize, Serialize};

use super::gate_measure::{Figures, measure};
use super::geometry::AnatomicalPlane;
use super::scan::{Scan, Sequence, Slice};

/// Why a scan is not the kind of picture that the nets know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateReason {
    /// A color photo or drawing.
    Color,
    /// One constant value.
    Constant,
    /// No dark background around the head.
    NoDarkBackground,
    /// Nothing of a head's size and shape.
    NotHeadShaped,
    /// One gray picture of a sequence that the file does not name.
    OneUnknownSequence,
    /// One sequence alone that is known not to be FLAIR.
    OtherSequence,
    /// Slices that are not axial.
    NotAxial,
    /// The file says that it is no MR.
    NoMr,
    /// The file names another part of the body than the head.
    NoHead,
}

/// The answer of the checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateVerdict {
    /// The nets may read it.
    Known,
    /// Not the kind of picture that the nets know.
    Unknown(Vec<GateReason>),
}

impl GateReason {
    /// The words behind "Not the kind of picture this model knows: ".
    pub fn words(self) -> &'static str {
        match self {
            Self::Color => "a color photo or drawing",
            Self::Constant => "one constant value",
            Self::NoDarkBackground => "no dark background around the head",
            Self::NotHeadShaped => "nothing of a head's size and shape",
            Self::OneUnknownSequence => "one gray picture of a sequence that the file does not name",
            Self::OtherSequence => "one sequence alone that is not FLAIR",
            Self::NotAxial => "slices that are not axial",
            Self::NoMr => "a file that says it is no MR",
            Self::NoHead => "a file that names another part of the body than the head",
        }
    }
}

/// At most so many slices are looked at, spread evenly over the scan.
const MAX_SLICES: usize = 24;

// The bounds. Measured with `cargo test gate_bounds -- --ignored --nocapture` on the single slices of the LGG set's
// training part (2224); the quantiles beside each bound are theirs. Nearly black slices from beyond the head make up the
// far ends. Of the 473 validation slices, opened one by one, 5 are refused, and no patient as a whole.

/// Corners brighter than this share of the 99th percentile are no dark background. 95 % of slices: below 0.153, 99.5 %:
/// below 0.341.
const MAX_CORNER: f32 = 0.35;
/// Fine detail that all pairs of channels share to this degree comes from one sensor. The highest of all slices: 0.842.
const MAX_DETAIL_CORRELATION: f32 = 0.93;
/// A bright part with more than this share without detail is drawn. The highest of all slices: 0.636.
const MAX_FLAT: f32 = 0.9;
/// Share of the picture that a head covers. 98 % of slices: 0.020 to 0.732, the highest of all: 0.856.
const HEAD: std::ops::RangeInclusive<f32> = 0.03..=0.92;
/// How much of the bright part is the head. 99 % of slices: above 0.447.
const MIN_HEAD_OF_FOREGROUND: f32 = 0.4;
/// How much of its box a head fills. 99 % of slices: above 0.462.
const MIN_FILL: f32 = 0.4;
/// Height over width of a head. 99 % of slices: 0.690 to 1.615.
const ASPECT: std::ops::RangeInclusive<f32> = 0.6..=1.9;
/// A slice whose brightest parts are below this share of the scale is nearly black, as series have beyond the head: there
/// is nothing on it whose shape could be judged. 1 % of training slices are below 0.035.
const NEARLY_BLACK: f32 = 0.04;

/// What parts of the head are called in the list of PS3.16 annex L and by scanners.
const HEAD_WORDS: [&str; 5] = ["HEAD", "BRAIN", "SKULL", "NEURO", "CEREB"];

/// Whether `scan` is the kind of picture that the nets know. A reason counts where more than half of the slices have it.
pub fn check(scan: &Scan) -> GateVerdict {
    let step = scan.slices.len().div_ceil(MAX_SLICES).max(1);
    let figures: Vec<Figures> = scan.slices.iter().step_by(step).map(|s: &Slice| measure(&s.planes)).collect();
    let most = |is_so: fn(&Figures) -> bool| 2 * figures.iter().filter(|f| is_so(f)).count() > figures.len();
    let mut reasons = Vec::new();
    if most(|f| f.range <= 0.0) {
        reasons.push(GateReason::Constant);
    } else {
        if most(|f| f.detail_correlation > MAX_DETAIL_CORRELATION || f.flat > MAX_FLAT) {
            reasons.push(GateReason::Color);
        }
        if most(|f| f.corner > MAX_CORNER && f.peak > NEARLY_BLACK) {
            reasons.push(GateReason::NoDarkBackground);
        } else if most(|f| !is_head_shaped(f)) {
            reasons.push(GateReason::NotHeadShaped);
        }
    }
    match scan.sequences.as_slice() {
        [Sequence::Unknown] => reasons.push(GateReason::OneUnknownSequence),
        [Sequence::T1 | Sequence::T1Post | Sequence::T2] => reasons.push(GateReason::OtherSequence),
        _ => {}
    }
    if scan.about.geometry.is_some_and(|g| g.plane() != AnatomicalPlane::Axial) {
        reasons.push(GateReason::NotAxial);
    }
    // What the file does not say counts for nothing.
    let acquisition = &scan.about.acquisition;
    if !["", "MR"].contains(&acquisition.modality.as_str()) {
        reasons.push(GateReason::NoMr);
    }
    if !acquisition.body_part.is_empty() && !HEAD_WORDS.iter().any(|word| acquisition.body_part.contains(word)) {
        reasons.push(GateReason::NoHead);
    }
    if reasons.is_empty() { GateVerdict::Known } else { GateVerdict::Unknown(reasons) }
}

fn is_head_shaped(f: &Figures) -> bool {
    f.peak <= NEARLY_BLACK
        || HEAD.contains(&f.head)
            && f.head_of_foreground >= MIN_HEAD_OF_FOREGROUND
            && f.fill >= MIN_FILL
            && ASPECT.contains(&f.aspect)
}
