//! What the reader decided about a finding, kept beside it. Not for the finding itself, and not for saving (`io::reviews`).

use serde::{Deserialize, Serialize};

use super::finding::{Finding, ModelStamp};

/// The reader's verdict on one slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Agrees with the outline, or, on an empty slice, that there is nothing.
    Agree,
    /// Not tumor: the flag and its outline do not count.
    NotTumor,
    /// Tumor, but the outline is wrong.
    OutlineWrong,
    /// Tumor that the model missed.
    Missed,
    /// The reader can't judge.
    CantJudge,
}

impl Verdict {
    /// The words on screen and in exports.
    pub fn label(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::NotTumor => "not tumor",
            Self::OutlineWrong => "tumor, outline wrong",
            Self::Missed => "missed by the model",
            Self::CantJudge => "can't judge",
        }
    }
}

/// One slice's decision, with the mask as it was drawn at that moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SliceReview {
    /// The verdict.
    pub verdict: Verdict,
    /// Seconds since 1970 (UTC) when it was made.
    pub at_secs: u64,
    /// Area of the outline that the reader saw, in pixels; `None` where there was no outline yet.
    pub outline_area_px: Option<usize>,
    /// Run lengths of that outline, row-major, starting with a run of zeros; `None` as above.
    pub outline_runs: Option<Vec<u32>>,
    /// The reader's words.
    #[serde(default)]
    pub note: String,
}

/// What the reader says of the whole scan before seeing the model's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReaderCall {
    /// Something is abnormal.
    Abnormal,
    /// Nothing abnormal was seen.
    NothingSeen,
}

impl ReaderCall {
    /// The words on screen and in exports.
    pub fn label(self) -> &'static str {
        match self {
            Self::Abnormal => "abnormal",
            Self::NothingSeen => "nothing seen",
        }
    }
}

/// Who looked first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadingOrder {
    /// The model's answer was on screen from the start.
    #[default]
    ModelFirst,
    /// The reader's call was recorded before the model's answer was shown.
    ReaderFirst,
}

/// Both calls of a reading in which the reader looked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindCall {
    /// The reader's.
    pub reader: ReaderCall,
    /// Seconds since 1970 (UTC) when it was recorded.
    pub at_secs: u64,
    /// The model's: whether it flags any slice; `None` until its answer is complete.
    pub model_flags: Option<bool>,
}

/// To which finding a review belongs; a newer result never inherits it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewKey {
    /// sha256 of the scan's pixels.
    pub pixels_sha256: String,
    /// The models with their thresholds.
    pub models: Vec<ModelStamp>,
}

impl ReviewKey {
    /// The key of `finding`.
    pub fn of(finding: &Finding) -> Self {
        Self { pixels_sha256: finding.pixels_sha256.clone(), models: finding.models.clone() }
    }
}

/// All decisions on one finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// What it belongs to.
    pub key: ReviewKey,
    /// The reviewer's initials.
    pub reviewer: String,
    /// One entry a slice, `None` while undecided.
    pub slices: Vec<Option<SliceReview>>,
    /// Which slices were on screen.
    pub viewed: Vec<bool>,
    /// Who looked first.
    #[serde(default)]
    pub order: ReadingOrder,
    /// Both calls, where the reader looked first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<BlindCall>,
}

impl Review {
    /// An untouched review of `finding`.
    pub fn new(finding: &Finding, reviewer: &str) -> Self {
        let n = finding.slices.len();
        Self {
            key: ReviewKey::of(finding),
            reviewer: reviewer.to_owned(),
            slices: vec![None; n],
            viewed: vec![false; n],
            order: ReadingOrder::ModelFirst,
            call: None,
        }
    }

    /// Whether any decision was made.
    pub fn is_empty(&self) -> bool {
        self.slices.iter().all(Option::is_none)
    }
}
