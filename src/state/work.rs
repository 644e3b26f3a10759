//! What is being worked on: job names, opening, loading the nets, exporting, and the line that says so. Not for doing it
//! (`engine`).

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::command::{JobId, ModelChoice, Pick};
use crate::engine::event::LoadedModels;
use crate::engine::failure::Failure;

/// Mints job names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Jobs {
    last: u64,
}

impl Jobs {
    /// A name that was never used before.
    pub fn mint(&mut self) -> JobId {
        self.last += 1;
        JobId(self.last)
    }
}

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// What runs: "Reading", "Scoring slice".
    pub what: &'static str,
    /// Steps done.
    pub done: usize,
    /// Steps in all; 0 where unknown.
    pub total: usize,
}

/// Where opening stands. While it runs, earlier studies stay on screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Opening {
    /// Nothing is open and nothing is on its way.
    #[default]
    Nothing,
    /// Files are being read.
    Running {
        /// The only job whose answer counts.
        job: JobId,
        /// What was asked for.
        paths: Vec<PathBuf>,
        /// How far.
        progress: Progress,
    },
    /// At least one study is open.
    Open,
}

/// The nets.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Models {
    /// Not asked for yet.
    #[default]
    NotLoaded,
    /// On their way.
    Loading {
        /// Job.
        job: JobId,
    },
    /// Ready.
    Ready(Arc<LoadedModels>),
    /// They could not be loaded.
    Failed(Failure),
}

impl Models {
    /// The loaded nets.
    pub fn ready(&self) -> Option<&LoadedModels> {
        match self {
            Self::Ready(models) => Some(models),
            Self::NotLoaded | Self::Loading { .. } | Self::Failed(_) => None,
        }
    }
}

/// Which nets to load, and where they stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelState {
    /// What was asked for.
    pub choice: ModelChoice,
    /// Where they stand.
    pub models: Models,
}

/// The thresholds that the reader moved; `None` means the card's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moved {
    /// The classifier's.
    pub classifier: Option<f32>,
    /// The mask's.
    pub mask: Option<f32>,
}

/// Where the export stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Export {
    /// Nothing asked for.
    #[default]
    Idle,
    /// Files are being written.
    Running {
        /// Job.
        job: JobId,
        /// How far.
        progress: Progress,
        /// Where to.
        folder: PathBuf,
    },
    /// Written.
    Done {
        /// Seconds since 1970 (UTC).
        at_secs: u64,
        /// The folder that holds `findings.json`.
        folder: PathBuf,
        /// Files written.
        files: usize,
    },
    /// It failed; a notice says why.
    Failed,
}

/// A dialog that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenDialog {
    /// Job.
    pub job: JobId,
    /// What it asks for.
    pub pick: Pick,
}

/// What runs now, for the status bar.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusLine {
    /// "Analyzing slice 9 of 32".
    pub text: String,
    /// Share done, 0–1; `None` where unknown.
    pub fraction: Option<f32>,
    /// The job that *Cancel* stops; `None` where it cannot be stopped.
    pub cancel: Option<JobId>,
}
