//! Small trainings, alone and in an engine with a home of its own. Not a test itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use glioview::engine::Engine;
use glioview::engine::command::{Command, JobId};
use glioview::engine::event::Event;
use glioview::engine::lab::order::{Control, LabOrder};
use glioview::engine::lab::report::{LabReport, RunSummary};
use glioview::engine::tools::Tools;
use glioview::io::home::Home;
use glioview::train::config::TrainConfig;
use glioview::train::error::TrainError;
use glioview::train::event::{EndReason, EpochRecord, TrainEvent};
use glioview::train::observer::{Flow, Observer};
use glioview::train::run::Run;
use tempfile::TempDir;

use crate::engine_kit::{FakeNets, events_until, fake_tools, no_waker};
use crate::training::{TINY_UNET, config, data_set};

/// Data, a home, and room for runs.
pub struct Place {
    folder: TempDir,
    home: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        data_set(&folder.path().join("scans"));
        Self { home: folder.path().join("home"), folder }
    }

    /// As [`Place::new`], with the home of another one.
    pub fn with_home(home: PathBuf) -> Self {
        Self { home, ..Self::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn home(&self) -> Home {
        Home::at(&self.home)
    }

    pub fn config(&self, epochs: usize) -> TrainConfig {
        TrainConfig { epochs, patience: None, ..config(&self.path("scans"), TINY_UNET) }
    }

    pub fn tools(&self, nets: FakeNets) -> Tools {
        Tools { home: Some(self.home()), ..fake_tools(nets) }
    }

    pub fn engine(&self) -> Engine {
        Engine::start_with(no_waker(), self.tools(FakeNets::default()))
    }

    pub fn inline(&self) -> Engine {
        Engine::inline_with(self.tools(FakeNets::default()))
    }

    /// A run without an engine.
    pub fn train(&self, config: TrainConfig, name: &str, observer: &mut dyn Observer) -> Result<EndReason, TrainError> {
        Run::create(config, &self.path(name), &mut |_, _| true)?.train(&mut [observer])
    }

    /// Validation losses of an uninterrupted run.
    pub fn reference(&self, epochs: usize) -> Vec<f32> {
        let mut ear = Scripted::listening();
        self.train(self.config(epochs), &format!("reference-{epochs}"), &mut ear).unwrap();
        ear.val_losses()
    }
}

/// Goes on with a run without an engine.
pub fn resume(folder: &Path, observer: &mut dyn Observer) -> Result<EndReason, TrainError> {
    Run::resume(folder, None, &mut |_, _| true)?.train(&mut [observer])
}

/// Keeps what it hears and answers as a function says.
pub struct Scripted<'a> {
    pub events: Vec<TrainEvent>,
    pub rests: usize,
    answer: Box<dyn FnMut(&TrainEvent) -> Result<Flow, TrainError> + 'a>,
}

impl<'a> Scripted<'a> {
    pub fn new(answer: impl FnMut(&TrainEvent) -> Result<Flow, TrainError> + 'a) -> Self {
        Self { events: Vec::new(), rests: 0, answer: Box::new(answer) }
    }

    pub fn listening() -> Self {
        Self::new(|_| Ok(Flow::Continue))
    }

    /// Says `flow` at every event that `is_meant` likes.
    pub fn saying(flow: Flow, is_meant: impl Fn(&TrainEvent) -> bool + 'a) -> Self {
        Self::new(move |event| Ok(if is_meant(event) { flow } else { Flow::Continue }))
    }

    pub fn epochs(&self) -> Vec<EpochRecord> {
        epochs(self.events.iter())
    }

    pub fn val_losses(&self) -> Vec<f32> {
        self.epochs().iter().map(|r| r.val_loss).collect()
    }
}

impl Observer for Scripted<'_> {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        self.events.push(event.clone());
        (self.answer)(event)
    }

    fn rest(&mut self) -> Flow {
        self.rests += 1;
        Flow::Continue
    }
}

fn epochs<'a>(events: impl Iterator<Item = &'a TrainEvent>) -> Vec<EpochRecord> {
    events.filter_map(|e| if let TrainEvent::EpochEnded(record) = e { Some(record.clone()) } else { None }).collect()
}

/// Whether `event` is this step of this epoch, both from 0.
pub fn is_step(event: &TrainEvent, wanted_epoch: usize, wanted_step: usize) -> bool {
    matches!(event, TrainEvent::Step { epoch, step, .. } if (*epoch, *step) == (wanted_epoch, wanted_step))
}

pub fn lab(job: u64, order: LabOrder) -> Command {
    Command::Lab { job: JobId(job), order }
}

pub fn start(job: u64, config: TrainConfig) -> Command {
    lab(job, LabOrder::Start(Box::new(config)))
}

pub fn control(job: u64, control: Control) -> Command {
    lab(job, LabOrder::Control(control))
}

/// What the lab reports of `job`.
pub fn reports(events: &[Event], job: u64) -> Vec<&LabReport> {
    events
        .iter()
        .filter_map(|e| match e {
            Event::Lab { job: of, report } if *of == JobId(job) => Some(report),
            _ => None,
        })
        .collect()
}

/// What the loop says in `job`.
pub fn training(events: &[Event], job: u64) -> Vec<&TrainEvent> {
    reports(events, job)
        .into_iter()
        .filter_map(|r| if let LabReport::Training(e) = r { Some(e) } else { None })
        .collect()
}

pub fn val_losses(events: &[Event], job: u64) -> Vec<f32> {
    epochs(training(events, job).into_iter()).iter().map(|r| r.val_loss).collect()
}

pub fn is_report(job: u64, is_meant: impl Fn(&LabReport) -> bool) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Lab { job: of, report } if *of == JobId(job) && is_meant(report))
}

pub fn is_training(job: u64, is_meant: impl Fn(&TrainEvent) -> bool) -> impl Fn(&Event) -> bool {
    is_report(job, move |report| matches!(report, LabReport::Training(event) if is_meant(event)))
}

pub fn is_ended(job: u64) -> impl Fn(&Event) -> bool {
    is_training(job, |event| matches!(event, TrainEvent::Ended { .. }))
}

pub fn is_paused(job: u64) -> impl Fn(&Event) -> bool {
    is_report(job, |report| matches!(report, LabReport::Paused(true)))
}

/// The reason in the last event of `job`.
pub fn end_reason(events: &[Event], job: u64) -> Option<EndReason> {
    training(events, job)
        .into_iter()
        .find_map(|e| if let TrainEvent::Ended { reason, .. } = e { Some(*reason) } else { None })
}

/// Where the run of `job` was made.
pub fn created(events: &[Event], job: u64) -> PathBuf {
    let folder = |r: &&LabReport| if let LabReport::RunCreated(folder) = r { Some(folder.clone()) } else { None };
    reports(events, job).iter().find_map(folder).expect("the run was made")
}

/// The list of runs as an engine at `home` gives it.
pub fn list(place: &Place) -> Vec<RunSummary> {
    let engine = place.inline();
    engine.send(lab(900, LabOrder::ListRuns));
    let events = engine.drain(Duration::from_secs(5));
    let runs = |r: &&LabReport| if let LabReport::Runs(runs) = r { Some(runs.to_vec()) } else { None };
    reports(&events, 900).iter().find_map(runs).unwrap_or_else(|| panic!("no list: {events:?}"))
}

/// Trains in place and returns the folder.
pub fn trained_inline(place: &Place, epochs: usize) -> PathBuf {
    let engine = place.inline();
    engine.send(start(1, place.config(epochs)));
    let events = events_until(&engine, is_ended(1));
    created(&events, 1)
}
