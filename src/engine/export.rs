//! The job that writes results. Not for their form (`io::export`).

use std::path::Path;
use std::sync::Arc;

use super::command::ExportItem;
use super::failure::Failure;
use super::outbox::{Job, Stop};
use crate::domain::scan::Study;

/// Writes `items` of `study` into `folder`.
pub fn run(_job: &mut Job, _study: &Arc<Study>, _items: &[ExportItem], _folder: &Path) -> Result<(), Stop> {
    Err(Failure::new("Could not export the results", "not built yet").into())
}
