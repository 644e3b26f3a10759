//! A failure in the reader's words. Not for logging, and never with patient details.

use std::any::Any;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::io::error::IoError;
use crate::nn::error::NnError;

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

impl Failure {
    /// `what` failed because of `why`.
    pub fn new(what: &str, why: &str) -> Self {
        Self { what: what.to_owned(), why: vec![why.to_owned()], hint: None, path: None, is_bug: false }
    }

    /// The same with what to do.
    #[must_use]
    pub fn with_hint(self, hint: &str) -> Self {
        Self { hint: Some(hint.to_owned()), ..self }
    }

    /// A job ended by a panic.
    pub fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        Self {
            what: "The program made a mistake; this job was stopped".to_owned(),
            why: vec![text.unwrap_or_else(|| "a panic without words".to_owned())],
            hint: Some("Everything else goes on. Try it again; if it happens again, please report it.".to_owned()),
            path: None,
            is_bug: true,
        }
    }

    /// `what` failed in the nets' room.
    pub fn of_nets(what: &str, error: &NnError) -> Self {
        let path = nets_path(error);
        Self {
            what: what.to_owned(),
            why: vec![without_path(&error.to_string(), path)],
            hint: nets_hint(error).map(str::to_owned),
            path: path.map(Path::to_owned),
            is_bug: false,
        }
    }
}

impl From<&IoError> for Failure {
    fn from(error: &IoError) -> Self {
        let words = error.words();
        Self {
            what: words.what.to_owned(),
            why: vec![words.why],
            hint: Some(words.hint.to_owned()),
            path: words.path.map(Path::to_owned),
            is_bug: false,
        }
    }
}

impl fmt::Display for Failure {
    /// One line: what, why, hint, and the path last.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for why in &self.why {
            write!(f, ": {why}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        self.path.as_ref().map_or(Ok(()), |path| write!(f, ": {}", path.display()))
    }
}

/// The file that an error concerns, where it has one.
fn nets_path(error: &NnError) -> Option<&Path> {
    match error {
        NnError::Read { path, .. }
        | NnError::Format { path, .. }
        | NnError::Keys { path, .. }
        | NnError::MissingCard { path, .. }
        | NnError::Card { path, .. }
        | NnError::Sha256 { path, .. } => Some(path),
        NnError::Device { .. } | NnError::Input(_) | NnError::Compute(_) => None,
    }
}

/// What to do about it.
fn nets_hint(error: &NnError) -> Option<&'static str> {
    match error {
        NnError::Device { .. } => Some("choose another device, or auto"),
        NnError::Read { .. } => Some("check that the file is there and that you may read it"),
        NnError::Format { .. } => Some("take a .safetensors file as this program or PyTorch's safetensors writes it"),
        NnError::Keys { .. } => Some("take weights of the net that the card names"),
        NnError::Card { .. } => Some("take the card that came with the weights"),
        NnError::Sha256 { .. } => Some("fetch the weights and their card again, together"),
        // What to do is in the text already, or nothing can be done by the reader.
        NnError::MissingCard { .. } | NnError::Input(_) | NnError::Compute(_) => None,
    }
}

/// The text of an error without the path at its end, which a failure carries by itself.
fn without_path(text: &str, path: Option<&Path>) -> String {
    let end = path.map(|p| format!(": {}", p.display()));
    end.and_then(|end| text.strip_suffix(end.as_str())).unwrap_or(text).to_owned()
}
