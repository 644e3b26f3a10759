//! What can go wrong between files and the program, in words: what failed, what was found against what was expected, what
//! to do, the path last. Not for showing it (`engine::failure` carries it on).

use std::fmt;
use std::path::{Path, PathBuf};

/// Errors of opening, saving and exporting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IoError {
    /// The system would not read the file or folder.
    Read {
        /// What the system said.
        reason: String,
        /// The file or folder.
        path: PathBuf,
    },
    /// The file has no bytes.
    EmptyFile {
        /// The file.
        path: PathBuf,
    },
    /// No kind of picture that is known.
    UnknownKind {
        /// What the file begins with.
        found: String,
        /// The file.
        path: PathBuf,
    },
    /// A kind of file that is recognized but not read.
    NotReadYet {
        /// "DICOM", "NIfTI" …
        kind: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// A known kind in a form that no decoder here reads.
    UnsupportedForm {
        /// "TIFF", "PNG" …
        kind: &'static str,
        /// The form, by name.
        form: String,
        /// The file.
        path: PathBuf,
    },
    /// The bytes contradict the format, or end too soon.
    Damaged {
        /// "TIFF", "PNG" …
        kind: &'static str,
        /// What the decoder found.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The decoder panicked.
    DecoderPanicked {
        /// "TIFF", "PNG" …
        kind: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Over one of `io::limits`.
    TooLarge {
        /// What is counted: "pixels in one picture".
        what: &'static str,
        /// How many there are.
        found: u64,
        /// How many are allowed.
        limit: u64,
        /// The file or folder.
        path: PathBuf,
    },
    /// A floating-point picture without a single number in it.
    NoFiniteValue {
        /// The file.
        path: PathBuf,
    },
    /// No path was given.
    NothingToOpen,
    /// A folder or a drop without a readable picture.
    NoPictures {
        /// How many files were looked at.
        files: usize,
        /// The folder, or the first of the files.
        path: PathBuf,
    },
    /// The user asked to stop.
    Canceled,
    /// The system would not write.
    Write {
        /// What the system said.
        reason: String,
        /// The file or folder.
        path: PathBuf,
    },
    /// No space is left on the disk.
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// A settings or review file is not what this program writes.
    Json {
        /// What is wrong with it.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// Results that do not belong to the scan they come with.
    Mismatch {
        /// Which numbers disagree.
        reason: String,
        /// The folder that would have been written.
        path: PathBuf,
    },
    /// The machine names no folder for this program's data.
    NoHome,
}

/// The parts of an error's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words<'a> {
    /// What failed.
    pub what: &'static str,
    /// What was found against what was expected.
    pub why: String,
    /// What to do.
    pub hint: &'static str,
    /// The file or folder that it concerns.
    pub path: Option<&'a Path>,
}

const HINT_KINDS: &str = "DICOM, ZIP of DICOM, NIfTI, PNG, JPEG, TIFF, BMP and WebP files can be opened";
const HINT_CONVERT: &str = "save it as 8- or 16-bit gray or RGB and open that";
const HINT_CONVERT_VOLUME: &str = "save it as 16-bit integers or 32-bit floats in NIfTI-1 or NIfTI-2 and open that";
const HINT_EXPORT: &str = "let the archive export it uncompressed (Explicit VR Little Endian) and open that";
const HINT_UNPACK: &str = "unpack it and open the folder";

impl IoError {
    /// The system's refusal to read `path`.
    pub fn read(error: &std::io::Error, path: &Path) -> Self {
        Self::Read { reason: system_words(error), path: path.to_owned() }
    }

    /// The system's refusal to write `path`; a full disk has its own words.
    pub fn write(error: &std::io::Error, path: &Path) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { path: path.to_owned() }
            }
            _ => Self::Write { reason: system_words(error), path: path.to_owned() },
        }
    }

    /// The parts of the text, for a notice that shows them apart.
    pub fn words(&self) -> Words<'_> {
        let (what, why, hint) = match self {
            Self::DecoderPanicked { .. }
            | Self::NoFiniteValue { .. }
            | Self::UnknownKind { .. }
            | Self::NotReadYet { .. }
            | Self::UnsupportedForm { .. }
            | Self::Damaged { .. } => self.picture_words(),
            _ => self.other_words(),
        };
        Words { what, why, hint, path: self.path() }
    }

    fn picture_words(&self) -> (&'static str, String, &'static str) {
        const WHAT: &str = "The picture could not be opened";
        match self {
            Self::UnknownKind { found, .. } => {
                (WHAT, format!("no known kind of picture, it begins with {found}"), HINT_KINDS)
            }
            Self::NotReadYet { kind, .. } => (WHAT, format!("{kind}: not read yet by this version"), HINT_KINDS),
            Self::UnsupportedForm { kind, form, .. } => {
                let hint = match *kind {
                    "NIfTI" => HINT_CONVERT_VOLUME,
                    "DICOM" => HINT_EXPORT,
                    "ZIP" => HINT_UNPACK,
                    _ => HINT_CONVERT,
                };
                (WHAT, format!("{kind} with {form}, which is not read"), hint)
            }
            Self::Damaged { kind, reason, .. } => (
                WHAT,
                format!("the {kind} file is damaged or cut short: {reason}"),
                "copy it again from where it came from",
            ),
            Self::DecoderPanicked { kind, .. } => (
                WHAT,
                format!("the {kind} decoder stopped on bytes that it did not expect"),
                "copy the file again from where it came from; other files are not affected",
            ),
            _ => (
                WHAT,
                "none of its values is a number (all are NaN or infinite)".into(),
                "export it again from where it came from",
            ),
        }
    }

    fn other_words(&self) -> (&'static str, String, &'static str) {
        match self {
            Self::Read { reason, .. } => (
                "The file or folder could not be read",
                reason.clone(),
                "check that it is there and that you may read it",
            ),
            Self::EmptyFile { .. } => (
                "The file could not be opened",
                "found 0 bytes, expected a picture".into(),
                "copy it again from where it came from",
            ),
            Self::TooLarge { what, found, limit, .. } => (
                "This is too large to open",
                format!("found {found} {what}, at most {limit} are opened"),
                "open a part of it, or a smaller version",
            ),
            Self::NothingToOpen => ("Nothing was opened", "no file or folder was named".into(), HINT_KINDS),
            Self::NoPictures { files, .. } => {
                ("Nothing was opened", format!("found no picture among {files} files"), HINT_KINDS)
            }
            Self::Canceled => ("Stopped", "canceled before it was complete".into(), "start it again to have the whole"),
            Self::Write { reason, .. } => (
                "Could not write",
                format!("{reason}; earlier results are untouched"),
                "choose a folder that you may write to",
            ),
            Self::DiskFull { .. } => (
                "Could not write",
                "no space is left on the disk; earlier results are untouched".into(),
                "free some space or choose another folder",
            ),
            Self::Json { reason, .. } => (
                "A file of this program's own could not be used",
                reason.clone(),
                "it was kept aside; the program goes on without it",
            ),
            Self::Mismatch { reason, .. } => {
                ("The results do not belong to this scan", reason.clone(), "analyze the scan again and export then")
            }
            _ => (
                "No place to keep settings and reviews",
                "the system names no home folder".into(),
                "set GLIOVIEW_HOME to a folder that you may write to",
            ),
        }
    }

    /// The file or folder that it concerns.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Read { path, .. }
            | Self::EmptyFile { path }
            | Self::UnknownKind { path, .. }
            | Self::NotReadYet { path, .. }
            | Self::UnsupportedForm { path, .. }
            | Self::Damaged { path, .. }
            | Self::DecoderPanicked { path, .. }
            | Self::TooLarge { path, .. }
            | Self::NoFiniteValue { path }
            | Self::NoPictures { path, .. }
            | Self::Write { path, .. }
            | Self::DiskFull { path }
            | Self::Json { path, .. }
            | Self::Mismatch { path, .. } => Some(path),
            Self::NothingToOpen | Self::Canceled | Self::NoHome => None,
        }
    }
}

impl fmt::Display for IoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.words();
        write!(f, "{}: {}; {}", words.what, words.why, words.hint)?;
        words.path.map_or(Ok(()), |path| write!(f, ": {}", path.display()))
    }
}

/// The system's message without its number: "No such file or directory".
fn system_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}
