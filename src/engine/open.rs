//! The job that opens files and folders. Not for decoding (`io::open`).

use std::path::PathBuf;

use super::failure::Failure;
use super::outbox::{Job, Stop};

/// Opens `paths` as studies.
pub fn run(_job: &mut Job, _paths: &[PathBuf]) -> Result<(), Stop> {
    Err(Failure::new("Could not open the files", "not built yet").into())
}
