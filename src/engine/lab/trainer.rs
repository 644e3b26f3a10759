//! The job that trains: a new run or an earlier one taken up again, steered while it runs. Not for the loop (`train`).

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::awake::Awake;
use super::order::Control;
use super::report::LabReport;
use super::steering::{Lab, Steering};
use super::watching::Watcher;
use crate::engine::cancel::CancelToken;
use crate::engine::command::JobId;
use crate::engine::event::Event;
use crate::engine::failure::Failure;
use crate::engine::outbox::{Job, Outbox, Stop};
use crate::engine::tools::Tools;
use crate::io::home::Home;
use crate::io::{memory, runs};
use crate::nn::ops::{Asking, ask_between_layers};
use crate::train::config::TrainConfig;
use crate::train::epoch_net::EpochNet;
use crate::train::error::TrainError;
use crate::train::event::TrainEvent;
use crate::train::finish;
use crate::train::observer::{Flow, Observer};
use crate::train::run::Run;

/// At most 20 steps a second are told: more than that nobody sees, and each costs a frame.
const STEP_INTERVAL: Duration = Duration::from_millis(50);

/// How often the memory is told.
const MEMORY_INTERVAL: Duration = Duration::from_secs(1);

/// Trains a new run among this computer's.
pub fn start(lab: &Arc<Lab>, tools: &Tools, job: &mut Job, config: &TrainConfig) -> Result<(), Stop> {
    let steered = Steered::new(lab, job.id);
    let home = tools.home()?;
    config.check().map_err(|e| Failure::of_training("The training cannot start", &e))?;
    let date = chrono::Local::now().format("%Y-%m-%d").to_string();
    let folder = runs::new_folder(&home, &date, &net_word(config)).map_err(|e| Failure::from(&e))?;
    let run = Run::create(config.clone(), &folder, &mut |done, total| survey(&steered, job, done, total));
    if run.is_err() {
        runs::remove_if_empty(&folder);
    }
    let run = run.map_err(|e| ended_early("The training cannot start", &e))?;
    job.emit(Event::Lab { job: job.id, report: LabReport::RunCreated(folder.clone()) });
    train(&steered, &home, job, run)
}

/// Goes on with an earlier run.
pub fn resume(lab: &Arc<Lab>, tools: &Tools, job: &mut Job, folder: &Path) -> Result<(), Stop> {
    let steered = Steered::new(lab, job.id);
    let home = tools.home()?;
    let run = Run::resume(folder, None, &mut |done, total| survey(&steered, job, done, total));
    let run = run.map_err(|e| ended_early("The run cannot go on", &e))?;
    runs::register(&home, folder).map_err(|e| Failure::from(&e))?;
    train(&steered, &home, job, run)
}

fn train(steered: &Steered<'_>, home: &Home, job: &mut Job, run: Run) -> Result<(), Stop> {
    // A training asks for the same blocks step after step.
    crate::nn::ops::keep_freed_memory();
    if !steered.lab.is_inline {
        crate::nn::ops::lower_this_threads_priority();
    }
    let _awake = Awake::while_training();
    let _asking = let_reading_go_first(steered, job);
    let folder = run.folder().to_owned();
    let mut relay = Relay {
        job: job.id,
        outbox: job.outbox().clone(),
        token: job.token().clone(),
        lab: steered.lab,
        steering: Arc::clone(&steered.steering),
        last_step: None,
        watcher: Watcher::default(),
        last_memory: None,
    };
    let result = run.train(&mut [&mut relay]);
    if steered.steering.is_discarded() {
        let place = runs::trash(home, &folder).map_err(|e| Failure::from(&e))?;
        job.emit(Event::Lab { job: job.id, report: LabReport::Trashed(place) });
        return Ok(());
    }
    result.map_err(|e| ended_early("The training stopped", &e))?;
    choose_thresholds(steered, job, &folder)
}

/// The training is over and told; now its thresholds, on the validation part. Canceled, the card keeps what it has.
fn choose_thresholds(steered: &Steered<'_>, job: &mut Job, folder: &Path) -> Result<(), Stop> {
    let token = job.token().clone();
    let chosen = finish::choose_thresholds(folder, &mut |done, total| {
        job.progress("Choosing the threshold", done, total);
        steered.lab.give_way(&|| token.is_canceled());
        !token.is_canceled()
    });
    let chosen = match chosen {
        Err(TrainError::Stopped) => None,
        other => other.map_err(|e| ended_early("The training is over; its thresholds were not chosen", &e))?,
    };
    job.emit(Event::Lab { job: job.id, report: LabReport::Thresholds(chosen) });
    Ok(())
}

/// An analysis that is asked for in the middle of a step is served between two layers of it, and not after it. A training
/// that shall stop waits for nobody.
fn let_reading_go_first(steered: &Steered<'_>, job: &Job) -> Asking {
    let (lab, steering, token) = (Arc::clone(steered.lab), Arc::clone(&steered.steering), job.token().clone());
    let is_over = move || token.is_canceled() || steering.flow() == Flow::Stop;
    ask_between_layers(move || lab.give_way(&is_over))
}

/// Between two slices of the survey: how far it is; false where it shall stop.
fn survey(steered: &Steered<'_>, job: &mut Job, done: usize, total: usize) -> bool {
    job.progress("Looking at the data", done, total);
    let token = job.token().clone();
    steered.lab.give_way(&|| token.is_canceled() || steered.steering.flow() == Flow::Stop);
    if steered.steering.flow() == Flow::Pause {
        let told = |is_paused| job.emit(Event::Lab { job: job.id, report: LabReport::Paused(is_paused) });
        told(true);
        steered.rest(job.token());
        told(false);
    }
    !job.is_canceled() && steered.steering.flow() != Flow::Stop
}

fn ended_early(what: &str, error: &TrainError) -> Stop {
    match error {
        TrainError::Stopped => Stop::Canceled,
        other => Stop::Failed(Failure::of_training(what, other)),
    }
}

/// The net in a folder's name.
fn net_word(config: &TrainConfig) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    config.architecture.label().chars().map(kept).collect::<String>().replace("--", "-")
}

/// The training's steering, forgotten in the end however that comes.
struct Steered<'a> {
    lab: &'a Arc<Lab>,
    job: JobId,
    steering: Arc<Steering>,
}

impl<'a> Steered<'a> {
    fn new(lab: &'a Arc<Lab>, job: JobId) -> Self {
        Self { lab, job, steering: lab.steering(job) }
    }

    fn rest(&self, token: &CancelToken) {
        rest(self.lab, &self.steering, token);
    }
}

impl Drop for Steered<'_> {
    fn drop(&mut self) {
        self.lab.forget(self.job);
    }
}

/// Run inline, nobody could end the pause: it ends by itself.
fn rest(lab: &Lab, steering: &Steering, token: &CancelToken) {
    if lab.is_inline {
        steering.tell(Control::GoOn);
    }
    steering.rest(token);
}

/// Passes the loop's events on to the window, and the window's orders to the loop.
struct Relay<'a> {
    job: JobId,
    outbox: Outbox,
    token: CancelToken,
    lab: &'a Lab,
    steering: Arc<Steering>,
    last_step: Option<Instant>,
    watcher: Watcher,
    last_memory: Option<Instant>,
}

impl Relay<'_> {
    fn report(&self, report: LabReport) {
        self.outbox.emit(Event::Lab { job: self.job, report });
    }

    /// Whether this event is told: single steps are thinned, everything else is not.
    fn is_told(&mut self, event: &TrainEvent) -> bool {
        let is_frequent = match event {
            TrainEvent::Step { .. } => true,
            TrainEvent::Validating { done, total, .. } => done < total,
            TrainEvent::Started { .. }
            | TrainEvent::Marked { .. }
            | TrainEvent::EpochEnded(_)
            | TrainEvent::Ended { .. } => false,
        };
        let now = Instant::now();
        if is_frequent && self.last_step.is_some_and(|last| now.duration_since(last) < STEP_INTERVAL) {
            return false;
        }
        if is_frequent {
            self.last_step = Some(now);
        }
        true
    }

    /// Outlines the slice on screen, once an epoch.
    fn look(&mut self) {
        if let Some(outline) = self.watcher.look(self.lab.watched()) {
            self.report(LabReport::EpochOutline(outline));
        }
    }

    /// Once a second, how much memory is held.
    fn tell_memory(&mut self) {
        let now = Instant::now();
        if self.last_memory.is_some_and(|last| now.duration_since(last) < MEMORY_INTERVAL) {
            return;
        }
        self.last_memory = Some(now);
        if let Some(bytes) = memory::resident_bytes() {
            self.report(LabReport::Memory(bytes));
        }
    }

    fn flow(&self) -> Flow {
        if self.token.is_canceled() { Flow::Stop } else { self.steering.flow() }
    }
}

impl Observer for Relay<'_> {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        if self.is_told(event) {
            self.report(LabReport::Training(event.clone()));
        }
        self.tell_memory();
        self.look();
        self.lab.give_way(&|| self.flow() == Flow::Stop);
        Ok(self.flow())
    }

    fn rest(&mut self) -> Flow {
        self.report(LabReport::Paused(true));
        rest(self.lab, &self.steering, &self.token);
        self.report(LabReport::Paused(false));
        self.flow()
    }

    fn wants_net(&self) -> bool {
        true
    }

    fn take_net(&mut self, net: &Arc<EpochNet>) {
        self.watcher.take(net);
        self.look();
    }
}
