//! The job that saves the settings. Not for their file (`io::settings`).

use super::failure::Failure;
use super::outbox::Stop;
use super::tools::Tools;
use crate::io::settings::{self, Settings};

/// Saves the settings. Nothing is reported where that works: nobody waits for it.
pub fn save(tools: &Tools, settings: &Settings) -> Result<(), Stop> {
    let home = tools.home()?;
    settings::save(&home, settings).map_err(|e| Failure::from(&e).into())
}
