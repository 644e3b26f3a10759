//! What can go wrong in the training room. Not for showing it (`engine::failure`, `cli` carry it on).

use std::path::PathBuf;

use crate::io::error::IoError;
use crate::nn::error::NnError;

/// Errors of data sets, splits, settings, runs and checkpoints.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The data cannot be used.
    #[error("the data cannot be used: {reason}: {}", path.display())]
    Data {
        /// What was found against what was expected.
        reason: String,
        /// The file or folder.
        path: PathBuf,
    },
    /// The split does not fit the data.
    #[error("the split cannot be used: {0}")]
    Split(String),
    /// A setting makes no sense.
    #[error("the setting {field} cannot be used: {reason}")]
    Config {
        /// Name of the setting, as in `config.json`.
        field: &'static str,
        /// What was found against what was expected.
        reason: String,
    },
    /// A checkpoint or run folder cannot be gone on from.
    #[error("the checkpoint cannot be used: {reason}: {}", path.display())]
    Checkpoint {
        /// What is wrong with it.
        reason: String,
        /// The file or folder.
        path: PathBuf,
    },
    /// A result could not be written; earlier ones are untouched.
    #[error("could not write: {reason}: {}", path.display())]
    Write {
        /// What the system said.
        reason: String,
        /// The file or folder.
        path: PathBuf,
    },
    /// The user asked to stop before there was a result.
    #[error("stopped before it was complete")]
    Stopped,
    /// The loss was not a number.
    #[error(
        "the loss was not a number in epoch {epoch}, step {step}; the best checkpoint so far is kept (try a smaller learning rate)"
    )]
    NotANumber {
        /// Epoch, counted from 1 as shown.
        epoch: usize,
        /// Step of this epoch, counted from 1 as shown.
        step: usize,
    },
    /// A picture could not be opened, or a result not written.
    #[error(transparent)]
    Io(#[from] IoError),
    /// A net or its weights failed.
    #[error(transparent)]
    Nn(#[from] NnError),
    /// candle failed.
    #[error("the computation failed: {0}")]
    Compute(#[from] candle_core::Error),
}
