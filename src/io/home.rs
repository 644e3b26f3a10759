//! Where this program keeps its own files. Not for the user's pictures and results.

use std::path::{Path, PathBuf};

use super::error::IoError;

/// Names a folder that holds settings and reviews instead of the system's places: for portable use and for tests.
pub const HOME_VARIABLE: &str = "GLIOVIEW_HOME";

/// The program's own folders; they need not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// Settings and recent files.
    pub config: PathBuf,
    /// Reviews, runs, trash.
    pub data: PathBuf,
}

impl Home {
    /// The folder in [`HOME_VARIABLE`], else the system's places.
    pub fn find() -> Result<Self, IoError> {
        if let Some(folder) = std::env::var_os(HOME_VARIABLE).filter(|f| !f.is_empty()) {
            return Ok(Self::at(Path::new(&folder)));
        }
        let dirs = directories::ProjectDirs::from("", "", "glioview").ok_or(IoError::NoHome)?;
        Ok(Self { config: dirs.config_dir().to_owned(), data: dirs.data_dir().to_owned() })
    }

    /// Both inside of `folder`.
    pub fn at(folder: &Path) -> Self {
        Self { config: folder.join("config"), data: folder.join("data") }
    }

    /// Where the settings lie.
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("settings.json")
    }

    /// Where imported models lie.
    pub fn models_folder(&self) -> PathBuf {
        self.data.join("models")
    }

    /// Where the reviews lie.
    pub fn reviews_folder(&self) -> PathBuf {
        self.data.join("reviews")
    }

    /// Where runs made in the window lie.
    pub fn runs_folder(&self) -> PathBuf {
        self.data.join("runs")
    }

    /// The list of runs that lie elsewhere.
    pub fn runs_file(&self) -> PathBuf {
        self.data.join("runs.json")
    }

    /// Where the folds of cross-validations lie, a folder for each set of settings.
    pub fn cross_folder(&self) -> PathBuf {
        self.data.join("cross-validations")
    }

    /// Where discarded runs lie.
    pub fn trash_folder(&self) -> PathBuf {
        self.data.join("trash")
    }
}

/// Moves a file of ours that cannot be read out of the way, so that it is neither lost nor met again, and returns why.
pub(super) fn keep_aside(path: &Path, reason: &str) -> IoError {
    let aside = (0..1000)
        .map(|n| path.with_extension(if n == 0 { "unreadable".to_owned() } else { format!("unreadable{n}") }))
        .find(|p| !p.exists())
        .unwrap_or_else(|| path.with_extension("unreadable"));
    if let Err(error) = std::fs::rename(path, &aside) {
        return IoError::Json {
            reason: format!("{reason}, and it could not be moved aside ({error})"),
            path: path.to_owned(),
        };
    }
    IoError::Json { reason: reason.to_owned(), path: aside }
}

/// The text of a file of ours; `None` where there is none.
pub(super) fn read_text(path: &Path) -> Result<Option<String>, IoError> {
    let size = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(IoError::read(&error, path)),
    };
    if size > super::limits::MAX_JSON_BYTES {
        let limit = super::limits::MAX_JSON_BYTES;
        return Err(keep_aside(path, &format!("found {size} bytes, expected at most {limit}")));
    }
    match std::fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(keep_aside(path, "found bytes that are no text")),
        },
        Err(error) => Err(IoError::read(&error, path)),
    }
}
