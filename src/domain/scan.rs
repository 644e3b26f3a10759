//! A brain scan as it was read: studies, scans, slices and their pixels. Not for decoding (`io`), display (`window`,
//! `ui`) or the nets' input (`nn::input`).

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::geometry::Geometry;

/// The stored gray values of one plane, in the depth that the file had.
#[derive(Clone, Debug, PartialEq)]
pub enum Samples {
    /// 8-bit values.
    U8(Vec<u8>),
    /// 16-bit values.
    U16(Vec<u16>),
    /// Signed 16-bit values.
    I16(Vec<i16>),
    /// 32-bit floating-point values; never NaN or infinite (`io` refuses or replaces those).
    F32(Vec<f32>),
}

impl Samples {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(v) => v.len(),
            Self::U16(v) => v.len(),
            Self::I16(v) => v.len(),
            Self::F32(v) => v.len(),
        }
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at `index`, as stored. Panics past the end, as indexing does.
    pub fn get(&self, index: usize) -> f32 {
        match self {
            Self::U8(v) => f32::from(v[index]),
            Self::U16(v) => f32::from(v[index]),
            Self::I16(v) => f32::from(v[index]),
            Self::F32(v) => v[index],
        }
    }

    /// All values as `f32`, exact for every depth.
    pub fn to_f32(&self) -> Vec<f32> {
        match self {
            Self::U8(v) => v.iter().map(|&x| f32::from(x)).collect(),
            Self::U16(v) => v.iter().map(|&x| f32::from(x)).collect(),
            Self::I16(v) => v.iter().map(|&x| f32::from(x)).collect(),
            Self::F32(v) => v.clone(),
        }
    }

    /// The lowest value; `None` where there is none.
    pub fn lowest(&self) -> Option<f32> {
        match self {
            Self::U8(v) => v.iter().min().map(|&x| f32::from(x)),
            Self::U16(v) => v.iter().min().map(|&x| f32::from(x)),
            Self::I16(v) => v.iter().min().map(|&x| f32::from(x)),
            Self::F32(v) => v.iter().copied().min_by(f32::total_cmp),
        }
    }

    /// Bytes that the values take in memory.
    pub fn bytes(&self) -> usize {
        match self {
            Self::U8(v) => v.len(),
            Self::U16(v) => v.len() * 2,
            Self::I16(v) => v.len() * 2,
            Self::F32(v) => v.len() * 4,
        }
    }

    /// Bits per value as stored, for the corner text and `info`.
    pub fn bits(&self) -> u32 {
        match self {
            Self::U8(_) => 8,
            Self::U16(_) | Self::I16(_) => 16,
            Self::F32(_) => 32,
        }
    }
}

/// One gray picture: one sequence of one slice.
///
/// *Shape*: `samples` is row-major `[rows, cols]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Height in pixels.
    pub rows: usize,
    /// Width in pixels.
    pub cols: usize,
    /// The values, row-major.
    pub samples: Samples,
}

impl Plane {
    /// The stored value at `(row, col)`, or `None` outside.
    pub fn value(&self, row: usize, col: usize) -> Option<f32> {
        (row < self.rows && col < self.cols).then(|| self.samples.get(row * self.cols + col))
    }
}

/// Which MR sequence a plane shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sequence {
    /// T1-weighted before contrast.
    T1,
    /// Fluid-attenuated inversion recovery.
    Flair,
    /// T1-weighted after contrast.
    T1Post,
    /// T2-weighted. The nets don't take it; it is shown.
    T2,
    /// One gray picture of a sequence that the file does not name.
    Unknown,
}

impl Sequence {
    /// The three sequences in the order in which the nets and the LGG set take them.
    pub const NET_ORDER: [Self; 3] = [Self::T1, Self::Flair, Self::T1Post];

    /// The name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::T1 => "T1",
            Self::Flair => "FLAIR",
            Self::T1Post => "T1 post",
            Self::T2 => "T2",
            Self::Unknown => "Unknown sequence",
        }
    }
}

/// One slice: one plane per sequence of its scan.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// File name (with ` p3` behind it for page 3 of a stack): shown and exported, carries no folder.
    pub name: String,
    /// The file it came from.
    pub path: PathBuf,
    /// Page in a multi-page file, from 0.
    pub page: Option<usize>,
    /// One plane per entry of [`Scan::sequences`], all of the scan's size.
    pub planes: Vec<Plane>,
    /// What was odd about this slice, in words for the reader.
    pub warnings: Vec<String>,
}

/// A stack of equally sized slices that are read together.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// Name on screen.
    pub title: String,
    /// Kind of file, as recognized by content: "TIFF", "PNG" …
    pub kind: String,
    /// Height of every slice in pixels.
    pub rows: usize,
    /// Width of every slice in pixels.
    pub cols: usize,
    /// The sequences, in the order of [`Slice::planes`]: three, or one unknown.
    pub sequences: Vec<Sequence>,
    /// The slices in reading order.
    pub slices: Vec<Slice>,
    /// Reference masks by slice, as long as `slices`, or empty where none came along.
    pub reference: Vec<Option<crate::domain::mask::Mask>>,
    /// What was odd about the stack, in words for the reader.
    pub warnings: Vec<String>,
    /// Where it lies in the patient and what else the file says; all empty for plain pictures.
    pub about: About,
}

/// What a medical file says about a stack beside its pixels. Nothing here identifies the patient.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Where the slices lie in the patient; `None` where the file does not say.
    pub geometry: Option<Geometry>,
    /// Letters for the directions in which the file itself stores columns, rows and slices, where they are shown in another
    /// order than that: "LAS". Empty where they are shown as stored.
    pub stored_axes: String,
    /// Titles of the series that a stack for the nets was put together from, in the nets' order; a missing one is `None`.
    /// Empty for every other scan.
    pub made_of: Vec<Option<String>>,
    /// Stacks with equal values lie in one coordinate system; `None` where the file does not say.
    pub frame_of_reference: Option<String>,
    /// The file's own words for the series: "Ax FLAIR".
    pub description: String,
    /// Name of the transfer syntax or of the file's form: "JPEG 2000, lossless", "NIfTI-2, gzip".
    pub encoding: String,
    /// From stored to measured values; the identity where the file does not say.
    pub rescale: Rescale,
    /// The windows that the file names, in measured values.
    pub windows: Vec<FileWindow>,
    /// Whether the smallest value is white (MONOCHROME1).
    pub is_inverted: bool,
    /// Stored values from the first to the second stand for no tissue: drawn black, left out of every statistic.
    pub padding: Option<[f32; 2]>,
    /// Curves that the file names instead of windows, by its own words for them.
    pub tables: Vec<ShadeTable>,
    /// How the series was acquired.
    pub acquisition: Acquisition,
    /// Stacks with equal values come from one patient; says nothing about who that is. `None` where the file does not say.
    pub patient_key: Option<u64>,
}

/// How a series was acquired, as far as its file says: what the sequence is told by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Acquisition {
    /// "MR", "CT", "SEG" …; empty where the file does not say.
    pub modality: String,
    /// The file's own word for the part of the body, in capitals: "HEAD", "BRAIN"; empty where it does not say.
    pub body_part: String,
    /// The protocol's name.
    pub protocol: String,
    /// The scanning sequence and its variants: "SE\\IR".
    pub scanning_sequence: String,
    /// The manufacturer's name for the sequence: "*tfl3d1".
    pub sequence_name: String,
    /// What the pictures are: "ORIGINAL\\PRIMARY\\M".
    pub image_type: String,
    /// The contrast agent; empty where none was given or the file does not say.
    pub contrast_agent: String,
    /// TR.
    pub repetition_ms: Option<f64>,
    /// TE.
    pub echo_ms: Option<f64>,
    /// TI.
    pub inversion_ms: Option<f64>,
    /// Number of the series in its study.
    pub series_number: Option<i64>,
    /// UID of the transfer syntax; empty for what is not DICOM, or where files of several syntaxes make one stack.
    pub transfer_syntax: String,
    /// UID of the series; stays inside of the program.
    pub series_uid: Option<String>,
}

/// From measured values to shades by a table.
///
/// *Source*: DICOM PS3.3 C.11.2.1.1, VOI LUT.
#[derive(Clone, Debug, PartialEq)]
pub struct ShadeTable {
    /// The file's own word for it, or empty.
    pub name: String,
    /// The measured value of the table's first entry; values below take the first entry, values beyond the last the last.
    pub first: f64,
    /// Shades from black, 0, to white, 1.
    pub shades: Vec<f32>,
}

/// From stored to measured values: `slope * stored + intercept`.
///
/// *Source*: DICOM PS3.3 C.11.1.1.2; NIfTI-1 `scl_slope`, `scl_inter`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rescale {
    /// Factor; never 0.
    pub slope: f64,
    /// Summand.
    pub intercept: f64,
}

impl Default for Rescale {
    fn default() -> Self {
        Self { slope: 1.0, intercept: 0.0 }
    }
}

impl Rescale {
    /// The measured value of `stored`.
    pub fn measured(self, stored: f32) -> f64 {
        self.slope * f64::from(stored) + self.intercept
    }
}

/// How a window maps values to shades.
///
/// *Source*: DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WindowFunction {
    /// LINEAR: for integer values, with half a step at each end.
    #[default]
    Linear,
    /// LINEAR_EXACT: for continuous values.
    LinearExact,
    /// SIGMOID: soft at both ends.
    Sigmoid,
}

/// One window that a file names.
#[derive(Clone, Debug, PartialEq)]
pub struct FileWindow {
    /// The file's own word for it, or empty.
    pub name: String,
    /// The value in the middle, in measured values.
    pub center: f64,
    /// From black to white, in measured values; more than 0.
    pub width: f64,
    /// How values become shades.
    pub function: WindowFunction,
}

impl Scan {
    /// Index of the sequence to show first: FLAIR where there is one.
    pub fn first_shown_sequence(&self) -> usize {
        self.sequences.iter().position(|&s| s == Sequence::Flair).unwrap_or(0)
    }

    /// Whether the three sequences that the nets know are all there.
    pub fn has_net_sequences(&self) -> bool {
        self.sequences == Sequence::NET_ORDER
    }

    /// Bytes of pixel data in memory.
    pub fn bytes(&self) -> usize {
        let planes = self.slices.iter().flat_map(|s| &s.planes);
        planes.map(|p| p.samples.bytes()).sum::<usize>()
            + self.reference.iter().flatten().map(|m| m.bits.len()).sum::<usize>()
    }
}

/// What one drop, dialog or argument opened: one patient's scans.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Name on screen: the folder's or file's own name.
    pub title: String,
    /// The scans in order; at least one, each with at least one slice.
    pub scans: Vec<Scan>,
    /// True for the bundled sample, which is drawn and not a patient.
    pub synthetic: bool,
    /// The file or folder to reopen it by.
    pub source: PathBuf,
    /// Files that could not be read and other oddities, in words for the reader.
    pub warnings: Vec<String>,
    /// Who it is, for the screen alone and only on demand; empty for plain pictures.
    pub patient: Patient,
}

/// Who a study is of. Shown only on demand, never written, logged or exported: it prints as nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Patient {
    /// Name, as people write it: "Doe, Jane".
    pub name: String,
    /// The hospital's number.
    pub id: String,
    /// Birth date as the file has it: "19700131".
    pub birth_date: String,
    /// "F", "M", "O" or empty.
    pub sex: String,
    /// Date of the study: "20240131".
    pub study_date: String,
}

impl Patient {
    /// Whether the file says nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl std::fmt::Debug for Patient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_empty() { "Patient(unknown)" } else { "Patient(hidden)" })
    }
}

impl Study {
    /// Bytes of pixel data in memory.
    pub fn bytes(&self) -> usize {
        self.scans.iter().map(Scan::bytes).sum()
    }

    /// Number of slices over all scans.
    pub fn slice_count(&self) -> usize {
        self.scans.iter().map(|s| s.slices.len()).sum()
    }
}
