//! The job that writes results. Not for their form (`io::export`).

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::command::ExportItem;
use super::event::Event;
use super::failure::Failure;
use super::outbox::{Job, Stop};
use crate::domain::scan::Study;
use crate::io::error::IoError;
use crate::io::export::{ScanResults, StudyResults, write};

/// What to write, and where.
pub struct Request<'a> {
    /// The study.
    pub study: &'a Study,
    /// Its scans with their findings.
    pub items: &'a [ExportItem],
    /// Masks of slices that are not flagged count too.
    pub outline_all: bool,
    /// The folder.
    pub folder: &'a Path,
}

/// Writes the results of one study.
pub fn run(job: &mut Job, request: &Request<'_>) -> Result<(), Stop> {
    let scans = request.items.iter().map(|item| ScanResults {
        scan: item.scan,
        finding: &item.finding,
        review: item.review.as_ref(),
        asked: &item.asked,
        measurements: &item.measurements,
    });
    let results = StudyResults { study: request.study, scans: scans.collect(), outline_all: request.outline_all };
    let mut on_slice = |done, total| {
        job.progress("Writing", done, total);
        if job.is_canceled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let written = write(&[results], request.folder, &mut on_slice).map_err(|error| match error {
        IoError::Canceled => Stop::Canceled,
        other => Stop::Failed(Failure::from(&other)),
    })?;
    let folder = written.folders.first().map_or_else(|| request.folder.to_owned(), PathBuf::clone);
    job.emit(Event::Exported { job: job.id, folder, files: written.files });
    Ok(())
}
