//! The weights that lie inside the program, so that it reads scans wherever it is put. Not for files (`weights`).

use std::path::Path;

use candle_core::Device;

use super::error::NnError;
use super::weights::{self, LoadedNet};
use crate::domain::card::{ModelCard, Task};

/// Task, file name, card, weights. `build.rs` lists what lies in `weights/`.
type Shipped = (&'static str, &'static str, &'static [u8], &'static [u8]);
const SHIPPED: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/shipped_weights.rs"));

fn entry(task: Task) -> Result<&'static Shipped, NnError> {
    let name = match task {
        Task::Classifier => "classifier",
        Task::Segmenter => "segmenter",
    };
    SHIPPED.iter().find(|s| s.0 == name).ok_or_else(|| NnError::Read {
        reason: format!("this build holds no {name} weights; name a file with --{name}"),
        path: Path::new("weights").to_owned(),
    })
}

/// The card of the net that ships for `task`.
pub fn card(task: Task) -> Result<ModelCard, NnError> {
    let (_, name, card, _) = entry(task)?;
    weights::card_from_bytes(card, Path::new(name))
}

/// Loads the net that ships for `task`, with the same checks as a file.
pub fn load(task: Task, device: &Device) -> Result<LoadedNet, NnError> {
    let (_, name, _, bytes) = entry(task)?;
    weights::load_bytes(bytes, card(task)?, Path::new(name), device)
}
