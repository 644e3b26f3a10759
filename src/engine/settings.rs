//! The job that saves the settings. Not for their file (`io::settings`).

use super::failure::Failure;
use super::outbox::Stop;
use crate::io::settings::Settings;

/// Saves the settings.
pub fn save(_settings: &Settings) -> Result<(), Stop> {
    Err(Failure::new("Could not save the settings", "not built yet").into())
}
