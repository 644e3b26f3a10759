//! What can go wrong in the nets' room. Not for showing it (`engine::failure` carries it on).

use std::path::PathBuf;

/// Errors of weights, cards, devices and nets.
#[derive(Debug, thiserror::Error)]
pub enum NnError {
    /// The device asked for is not in this build or not in this machine.
    #[error("{device} is not available: {reason}")]
    Device {
        /// "CUDA" or "Metal".
        device: &'static str,
        /// Not built in, or not found.
        reason: String,
    },
    /// The weights file could not be read.
    #[error("the weights could not be read: {reason}: {}", path.display())]
    Read {
        /// What the system said.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The file is no safetensors file, or a damaged one.
    #[error("not a usable safetensors file: {reason}: {}", path.display())]
    Format {
        /// What is wrong with it.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// Keys are missing, left over or of the wrong shape.
    #[error("these weights do not fit {net}: {}: {}", problems.join("; "), path.display())]
    Keys {
        /// The net that was expected.
        net: String,
        /// Each problem by key name.
        problems: Vec<String>,
        /// The file.
        path: PathBuf,
    },
    /// There is no card beside the weights.
    #[error("no model card beside the weights (looked for {}); give --allow-missing-card to take them without: {}", card.display(), path.display())]
    MissingCard {
        /// Where it was looked for.
        card: PathBuf,
        /// The weights.
        path: PathBuf,
    },
    /// The card cannot be used.
    #[error("the model card cannot be used: {reason}: {}", path.display())]
    Card {
        /// What is wrong with it.
        reason: String,
        /// The card.
        path: PathBuf,
    },
    /// The card belongs to another file.
    #[error("the weights are not the ones that the card describes: sha256 is {found}, the card says {expected}: {}", path.display())]
    Sha256 {
        /// Of the file.
        found: String,
        /// In the card.
        expected: String,
        /// The weights.
        path: PathBuf,
    },
    /// A picture does not fit the net.
    #[error("this picture does not fit the net: {0}")]
    Input(String),
    /// candle failed.
    #[error("the computation failed: {0}")]
    Compute(#[from] candle_core::Error),
}
