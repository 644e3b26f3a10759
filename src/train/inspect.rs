//! Looks at a data set before a second is spent on training: counts, split, warnings. Not for training on it.

use std::path::PathBuf;

use super::split::{Part, PartCounts};

/// What a data set is.
#[derive(Clone, Debug, PartialEq)]
pub struct DataReport {
    /// Folder or CSV that was read.
    pub data: PathBuf,
    /// Patients.
    pub patients: usize,
    /// Slices.
    pub slices: usize,
    /// Slices with tumor.
    pub tumor_slices: usize,
    /// Every tumor slice has a mask, as a segmenter needs it.
    pub has_all_masks: bool,
    /// `[rows, cols]` with the number of slices, most frequent first.
    pub sizes: Vec<([usize; 2], usize)>,
    /// Sequences a picture (channels that differ), with the number of slices.
    pub sequences: Vec<(usize, usize)>,
    /// Institution codes with the number of patients.
    pub institutions: Vec<(String, usize)>,
    /// The parts with their counts, in the order of [`Part::ALL`].
    pub parts: Vec<(Part, PartCounts)>,
    /// Slices to show: a spread over patients, with their masks.
    pub examples: Vec<ExampleSlice>,
    /// What must be known, in plain words, each with the slices to show.
    pub warnings: Vec<DataWarning>,
    /// What forbids to train on it, a sentence each: one patient, a part without tumor. Empty where it can begin.
    pub problems: Vec<String>,
    /// Accuracy of always answering "no tumor" on the validation part.
    pub constant_accuracy: Option<f64>,
    /// True where the same patient or picture stands in two parts.
    pub is_leaking: bool,
}

/// A slice by its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceFile {
    /// Name on screen.
    pub name: String,
    /// The picture.
    pub image: PathBuf,
    /// Page in it.
    pub page: Option<usize>,
}

/// A slice with a small picture.
#[derive(Clone, Debug, PartialEq)]
pub struct ExampleSlice {
    /// Where it is.
    pub file: SliceFile,
    /// Side of the squares below in pixels.
    pub size: usize,
    /// Gray values of the FLAIR, row by row.
    pub gray: Vec<u8>,
    /// True mask, 0 or 1; empty where there is none.
    pub truth: Vec<u8>,
    /// Has tumor.
    pub label: bool,
    /// Its part.
    pub part: Part,
}

/// One thing that must be known.
#[derive(Clone, Debug, PartialEq)]
pub struct DataWarning {
    /// A sentence.
    pub text: String,
    /// A leak: figures of a training on this would be too good.
    pub is_leak: bool,
    /// What it concerns, at most [`MAX_SHOWN`].
    pub show: Vec<SliceFile>,
}

/// Slices that a warning's "Show" lists.
pub const MAX_SHOWN: usize = 24;
