//! The job that opens files and folders. Not for decoding (`io::open`).

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use super::command::SAMPLE_PATH;
use super::event::Event;
use super::failure::Failure;
use super::outbox::{Job, Stop};
use crate::domain::assembly::{AssemblyError, Roles};
use crate::domain::scan::Study;
use crate::io::error::IoError;
use crate::io::open::Opened;
use crate::io::{limits, open, sample, volumes};

/// What the loader keeps between jobs: which studies are still open somewhere, to hold them to the shared ceiling.
#[derive(Default)]
pub struct Loader {
    opened: Vec<Weak<Study>>,
}

impl Loader {
    /// Bytes of all studies that somebody still holds.
    fn open_bytes(&mut self) -> u64 {
        self.opened.retain(|study| study.strong_count() > 0);
        self.opened.iter().filter_map(Weak::upgrade).map(|study| study.bytes() as u64).sum()
    }
}

/// Opens `paths` as studies; [`SAMPLE_PATH`] stands for the bundled sample.
pub fn run(loader: &mut Loader, job: &mut Job, paths: &[PathBuf]) -> Result<(), Stop> {
    let (samples, files): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.iter().cloned().partition(|path| path == Path::new(SAMPLE_PATH));
    let mut opened = Opened::default();
    if !samples.is_empty() {
        opened.studies.push(sample::open().map_err(|e| Failure::from(&e))?);
    }
    if samples.is_empty() || !files.is_empty() {
        // One more study always opens: the state then closes the oldest with a notice, so that at most one study's
        // bytes lie above the ceiling for a moment.
        let others = loader.open_bytes().min(limits::MAX_OPEN_BYTES - limits::MAX_STUDY_BYTES);
        let more = read(job, &files, others)?;
        opened.studies.extend(more.studies);
        opened.failures.extend(more.failures);
    }
    let studies: Vec<Arc<Study>> = opened.studies.into_iter().map(Arc::new).collect();
    loader.opened.extend(studies.iter().map(Arc::downgrade));
    let failures = opened.failures.iter().map(|(_, error)| Failure::from(error)).collect();
    job.emit(Event::Opened { job: job.id, studies, failures });
    Ok(())
}

/// Puts the series of `study` together for the nets in other `roles`.
pub fn assemble(loader: &mut Loader, job: &mut Job, study: &Study, roles: &Roles) -> Result<(), Stop> {
    job.progress("Putting the series together", 0, 0);
    let token = job.token().clone();
    let mut on_step = || if token.is_canceled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let study = volumes::reassemble(study, roles, &mut on_step).map_err(|error| match error {
        AssemblyError::Stopped => Stop::Canceled,
        AssemblyError::NoFlair => {
            Stop::Failed(Failure::new("The series could not be put together", &error.to_string()))
        }
    })?;
    let study = Arc::new(study);
    loader.opened.push(Arc::downgrade(&study));
    job.emit(Event::Opened { job: job.id, studies: vec![study], failures: Vec::new() });
    Ok(())
}

fn read(job: &mut Job, files: &[PathBuf], open_bytes: u64) -> Result<Opened, Stop> {
    let mut on_step = |done, total| {
        job.progress("Reading", done, total);
        if job.is_canceled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    open::open_beside(files, open_bytes, &mut on_step).map_err(|error| match error {
        IoError::Canceled => Stop::Canceled,
        other => Stop::Failed(Failure::from(&other)),
    })
}
