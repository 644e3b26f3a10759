//! A failure in the reader's words. Not for logging, and never with patient details.

use std::path::PathBuf;

/// What failed, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What failed: "Could not open the file".
    pub what: String,
    /// The causes, outermost first: what was found against what was expected.
    pub why: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// The file or folder that it concerns.
    pub path: Option<PathBuf>,
    /// True where the program is at fault (a panic).
    pub is_bug: bool,
}
