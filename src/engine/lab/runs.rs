//! The jobs on runs that are over or under way: list, read, label, trash. Not for training (`trainer`) or for drawing
//! curves (`curves`).

use std::path::Path;
use std::sync::Arc;

use super::order::RunLabel;
use super::report::{LabReport, RunRecord, RunStatus, RunSummary};
use crate::engine::event::Event;
use crate::engine::failure::Failure;
use crate::engine::outbox::{Job, Stop};
use crate::engine::tools::Tools;
use crate::io::runs;
use crate::train::checkpoint::RunFolder;
use crate::train::checkpoint::record::RunOverview;
use crate::train::error::TrainError;
use crate::train::event::EndReason;
use crate::train::examples;
use crate::train::observer::steps::{read_marks, read_steps};
use crate::train::validate::metric_name;

/// Lists all runs, newest first.
pub fn list(tools: &Tools, job: &Job) -> Result<(), Stop> {
    let folders = runs::folders(&tools.home()?).map_err(|e| Failure::from(&e))?;
    let mut found = Vec::new();
    for folder in folders {
        job.check()?;
        found.push(summary(&folder));
    }
    found.sort_by(|a, b| b.begun_secs.cmp(&a.begun_secs).then_with(|| b.folder.cmp(&a.folder)));
    report(job, LabReport::Runs(Arc::new(found)));
    Ok(())
}

/// Reads one run in full.
pub fn read(job: &Job, folder: &Path) -> Result<(), Stop> {
    let record = record(folder).map_err(|e| failed(&e))?;
    report(job, LabReport::RunRead(Arc::new(record)));
    Ok(())
}

/// Reads the pictures of one epoch.
pub fn read_examples(job: &Job, folder: &Path, epoch: usize) -> Result<(), Stop> {
    let sheet = RunFolder::open(folder).and_then(|folder| examples::read(&folder, epoch));
    let failed = |e: &TrainError| Failure::of_training("The example pictures could not be read", e);
    report(job, LabReport::Examples(Arc::new(sheet.map_err(|e| failed(&e))?)));
    Ok(())
}

/// Writes name, note and tags, and lists all runs.
pub fn label(tools: &Tools, job: &Job, folder: &Path, label: &RunLabel) -> Result<(), Stop> {
    let written = RunFolder::open(folder).and_then(|folder| folder.write_label(label));
    written.map_err(|e| Failure::of_training("The run's name and notes could not be saved", &e))?;
    list(tools, job)
}

/// Moves a run to the trash, and lists the others.
pub fn trash(tools: &Tools, job: &Job, folder: &Path) -> Result<(), Stop> {
    let run = RunFolder::open(folder).map_err(|e| failed(&e))?;
    if run.is_locked() {
        let failure = Failure::new("The run was not moved to the trash", "it is in training now");
        return Err(failure.with_hint("Stop or discard the training first.").into());
    }
    let place = runs::trash(&tools.home()?, folder).map_err(|e| Failure::from(&e))?;
    report(job, LabReport::Trashed(place));
    list(tools, job)
}

/// One run in full.
pub fn record(folder: &Path) -> Result<RunRecord, TrainError> {
    let folder = RunFolder::open(folder)?;
    let RunOverview { config, state, .. } = folder.overview()?;
    Ok(RunRecord {
        folder: folder.path().to_owned(),
        config: Box::new(config),
        steps_per_epoch: state.steps_done.checked_div(state.epochs_done),
        epochs: state.history,
        steps: read_steps(&folder),
        marks: read_marks(&folder),
        example_epochs: folder.example_epochs(),
    })
}

/// One line of the list.
pub fn summary(folder: &Path) -> RunSummary {
    match RunFolder::open(folder).and_then(|run| run.overview()) {
        Ok(overview) => readable(folder, overview),
        Err(error) => RunSummary {
            folder: folder.to_owned(),
            label: RunLabel::default(),
            config: None,
            status: RunStatus::Unreadable,
            epochs_done: 0,
            best: None,
            metric_name: String::new(),
            metric_curve: Vec::new(),
            secs: 0.0,
            begun_secs: 0,
            has_weights: false,
            trouble: Some(failed(&error).why.join(": ")),
        },
    }
}

fn readable(folder: &Path, run: RunOverview) -> RunSummary {
    let history = &run.state.history;
    let best = run.state.best_epoch.and_then(|epoch| history.iter().find(|r| r.epoch == epoch));
    RunSummary {
        folder: folder.to_owned(),
        status: status(&run),
        epochs_done: run.state.epochs_done,
        best: best.map(|r| (r.epoch, r.val_loss, r.metric)),
        metric_name: metric_name(run.config.architecture.task()).to_owned(),
        metric_curve: history.iter().map(|r| r.metric).collect(),
        secs: history.iter().map(|r| r.secs).sum(),
        begun_secs: run.begun_secs,
        has_weights: run.has_weights,
        trouble: run.info.as_ref().and_then(|info| info.trouble.clone()),
        label: run.label,
        config: Some(Box::new(run.config)),
    }
}

/// A run of the first version does not say how it ended: where it has all its epochs it did as planned.
fn status(run: &RunOverview) -> RunStatus {
    if run.is_locked {
        return RunStatus::Running;
    }
    match run.info.as_ref().map(|info| info.ended) {
        Some(Some(EndReason::Finished | EndReason::EarlyStopped)) => RunStatus::Finished,
        Some(Some(EndReason::Stopped)) => RunStatus::Stopped,
        Some(Some(EndReason::NotANumber)) => RunStatus::NotANumber,
        None if run.state.epochs_done >= run.config.epochs => RunStatus::Finished,
        Some(None) | None => RunStatus::Interrupted,
    }
}

fn failed(error: &TrainError) -> Failure {
    Failure::of_training("The run could not be read", error)
}

fn report(job: &Job, report: LabReport) {
    job.emit(Event::Lab { job: job.id, report });
}
