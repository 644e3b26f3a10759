//! The trainings of this session: waiting, under way, ended; what they were asked for and when they will be done. Not for
//! runs of earlier days (`runs`).

mod hearing;

use std::path::PathBuf;

use crate::domain::history::{EpochPoint, LossHistory, Moment};
use crate::engine::command::{Command, JobId};
use crate::engine::failure::Failure;
use crate::engine::lab::order::{Control, LabOrder};
use crate::engine::lab::report::{Chosen, Mark};
use crate::state::AppState;
use crate::state::notice::About;
use crate::state::work::Progress;
use crate::train::config::TrainConfig;
use crate::train::event::{EndReason, EpochRecord};

use super::{Ask, CloseAnswer, Closing, Trial};

pub(super) use hearing::{created, ended_early, heard, memory, paused, thresholds, trashed};

/// Epochs whose mean duration tells when the rest will be done.
const ETA_EPOCHS: usize = 3;

/// Where a training stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// In line behind another.
    Waiting,
    /// The data is being read.
    Preparing(Progress),
    /// Steps are made.
    Training,
    /// An epoch is validated: batches done, in all.
    Validating(usize, usize),
    /// Paused.
    Paused,
    /// Over.
    Ended(EndReason),
    /// In the trash.
    Discarded,
    /// It failed.
    Failed(Failure),
    /// Taken out of the line, or stopped before its first step.
    Withdrawn,
}

impl Phase {
    /// It has begun and has not ended.
    pub fn is_under_way(&self) -> bool {
        match self {
            Self::Preparing(_) | Self::Training | Self::Validating(..) | Self::Paused => true,
            Self::Waiting | Self::Ended(_) | Self::Discarded | Self::Failed(_) | Self::Withdrawn => false,
        }
    }
}

/// One training of this session.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// Its job.
    pub job: JobId,
    /// Its settings; `None` where an earlier run was taken up and is not listed.
    pub config: Option<Box<TrainConfig>>,
    /// Its folder, once there is one.
    pub folder: Option<PathBuf>,
    /// Where it stands.
    pub phase: Phase,
    /// What it was asked for and has not done yet.
    pub wish: Option<Control>,
    /// Epochs planned.
    pub epochs: usize,
    /// The epoch under way, from 0.
    pub epoch: usize,
    /// Steps done in it.
    pub steps_done: usize,
    /// Running mean of the loss in it.
    pub mean_loss: Option<f32>,
    /// Slices a second.
    pub slices_per_sec: Option<f32>,
    /// How far the choice of its thresholds is, after its end.
    pub choosing: Option<Progress>,
    /// What was chosen.
    pub chosen: Option<Chosen>,
    /// Bytes that the program holds.
    pub memory_bytes: Option<u64>,
    /// Name of the device.
    pub device: String,
    /// What must be known of its data.
    pub warnings: Vec<String>,
    /// Name of the metric.
    pub metric_name: String,
    /// Its course.
    pub history: LossHistory,
    /// Epochs that ended in this session: only their durations tell when the rest will be done.
    ended_here: usize,
    /// It was taken up again, and what it did before has not been read yet.
    lacks_past: bool,
}

impl Live {
    fn new(job: JobId, config: Option<Box<TrainConfig>>, folder: Option<PathBuf>, phase: Phase) -> Self {
        Self {
            job,
            epochs: config.as_ref().map_or(0, |c| c.epochs),
            config,
            folder,
            phase,
            wish: None,
            epoch: 0,
            steps_done: 0,
            mean_loss: None,
            slices_per_sec: None,
            choosing: None,
            chosen: None,
            memory_bytes: None,
            device: String::new(),
            warnings: Vec::new(),
            metric_name: String::new(),
            history: LossHistory::default(),
            ended_here: 0,
            lacks_past: false,
        }
    }

    /// What the run did before it was taken up again; steps of this session may have come already.
    pub(super) fn take_past(&mut self, past: &LossHistory) {
        if !std::mem::take(&mut self.lacks_past) {
            return;
        }
        let new = std::mem::replace(&mut self.history, past.clone());
        self.history.go_on_with(&new);
    }

    /// The net's name.
    pub fn title(&self) -> String {
        self.config.as_ref().map_or_else(|| "Training".to_owned(), |c| c.architecture.label())
    }

    /// Seconds to the planned end; `None` before an epoch of this session has shown how long one takes.
    pub fn eta_secs(&self) -> Option<f64> {
        if self.ended_here == 0 || !self.phase.is_under_way() {
            return None;
        }
        let recent = self.ended_here.min(ETA_EPOCHS);
        let secs = self.history.epochs().iter().rev().take(recent).map(|e| f64::from(e.secs)).sum::<f64>();
        let an_epoch = secs / recent as f64;
        let left = self.epochs.saturating_sub(self.history.epochs().last().map_or(0, |e| e.epoch + 1));
        let within =
            if self.epoch_is_open() { self.steps_done as f64 / self.history.steps_per_epoch() as f64 } else { 0.0 };
        Some((left as f64 - within.min(1.0)).max(0.0) * an_epoch)
    }

    /// The epoch under way has not been validated yet.
    fn epoch_is_open(&self) -> bool {
        self.history.epochs().last().is_none_or(|e| e.epoch < self.epoch)
    }
}

/// Two trial steps with the first net of the form.
pub(super) fn try_steps(state: &mut AppState) -> Vec<Command> {
    let mut commands = super::forget_trial(state);
    let (configs, troubles) = state.training.form.configs(state.training.data.request.as_ref());
    if let (Some(config), true) = (configs.into_iter().next(), troubles.is_empty()) {
        let job = state.inner.jobs.mint();
        state.training.trial = Trial::Running(job);
        commands.push(Command::Lab { job, order: LabOrder::Try(Box::new(config)) });
    }
    commands
}

/// Starts each net of the form, one after the other, behind what is in line already. A leaking split is asked about once.
pub(super) fn start(state: &mut AppState, allows_leak: bool) -> Vec<Command> {
    let Some(report) = state.training.data.report() else { return Vec::new() };
    if report.is_leaking && !allows_leak {
        state.training.ask = Some(Ask::Leak);
        return Vec::new();
    }
    let (configs, troubles) = state.training.form.configs(state.training.data.request.as_ref());
    if !troubles.is_empty() || !report_allows(state) {
        return Vec::new();
    }
    let mut commands = super::forget_trial(state);
    for config in configs {
        let job = enter(state, Some(Box::new(config.clone())), None);
        commands.push(Command::Lab { job, order: LabOrder::Start(Box::new(config)) });
    }
    commands
}

/// Nothing that the data lacks forbids to train on it.
fn report_allows(state: &AppState) -> bool {
    super::words::missing(state).is_none()
}

/// Goes on with an interrupted run, behind what is in line already.
pub(super) fn resume(state: &mut AppState, folder: PathBuf) -> Vec<Command> {
    let is_waiting = |live: &Live| live.phase == Phase::Waiting || live.phase.is_under_way();
    if state.training.line.iter().any(|live| live.folder.as_ref() == Some(&folder) && is_waiting(live)) {
        return Vec::new();
    }
    let config = state.training.runs.summary(&folder).and_then(|s| s.config.clone());
    let job = enter(state, config, Some(folder.clone()));
    if let Some(live) = state.training.live_mut(job) {
        live.lacks_past = true;
    }
    let mut commands = vec![Command::Lab { job, order: LabOrder::Resume(folder.clone()) }];
    // Its earlier epochs come from its folder.
    commands.extend(super::order(state, LabOrder::ReadRun(folder)).1);
    commands
}

fn enter(state: &mut AppState, config: Option<Box<TrainConfig>>, folder: Option<PathBuf>) -> JobId {
    let job = state.inner.jobs.mint();
    state.training.line.push(Live::new(job, config, folder, Phase::Waiting));
    // What is in training is what one wants to see.
    state.training.runs.shown.clear();
    state.training.plot.zoom = None;
    state.notices.clear(About::Training);
    job
}

/// Tells the training under way; what was asked for stays on screen until it is so.
fn control(state: &mut AppState, control: Control) -> Vec<Command> {
    let Some(job) = state.training.running().map(|live| live.job) else { return Vec::new() };
    if let Some(live) = state.training.live_mut(job) {
        live.wish = if control == Control::GoOn { None } else { Some(control) };
    }
    vec![Command::Lab { job, order: LabOrder::Control(control) }]
}

pub(super) fn pause_or_go_on(state: &mut AppState) -> Vec<Command> {
    let Some(live) = state.training.running() else { return Vec::new() };
    let rests = live.phase == Phase::Paused || live.wish == Some(Control::Pause);
    control(state, if rests { Control::GoOn } else { Control::Pause })
}

pub(super) fn stop(state: &mut AppState) -> Vec<Command> {
    control(state, Control::Stop)
}

pub(super) fn discard(state: &mut AppState, job: JobId) -> Vec<Command> {
    if state.training.running().is_none_or(|live| live.job != job) {
        return Vec::new();
    }
    control(state, Control::Discard)
}

pub(super) fn withdraw(state: &mut AppState, job: JobId) -> Vec<Command> {
    let is_waiting = state.training.line.iter().any(|l| l.job == job && l.phase == Phase::Waiting);
    if is_waiting { vec![Command::Cancel { job }] } else { Vec::new() }
}

/// The window shall close: at once where nothing is in training, else the user is asked.
pub(super) fn close_asked(state: &mut AppState) -> Vec<Command> {
    if state.training.running().is_none() {
        state.training.closes = Closing::Now;
    } else {
        state.training.ask = Some(Ask::Close);
    }
    Vec::new()
}

pub(super) fn close(state: &mut AppState, answer: CloseAnswer) -> Vec<Command> {
    state.training.ask = None;
    if answer == CloseAnswer::Stay {
        state.training.closes = Closing::No;
        return Vec::new();
    }
    state.training.closes = if state.training.running().is_some() { Closing::AfterTraining } else { Closing::Now };
    // What waits in line does not begin any more.
    let waiting = state.training.line.iter().filter(|live| live.phase == Phase::Waiting);
    let mut commands: Vec<Command> = waiting.map(|live| Command::Cancel { job: live.job }).collect();
    commands.extend(match answer {
        CloseAnswer::StopAndKeep => control(state, Control::Stop),
        CloseAnswer::FinishEpoch => control(state, Control::StopAfterEpoch),
        CloseAnswer::Discard => control(state, Control::Discard),
        CloseAnswer::Stay => Vec::new(),
    });
    commands
}

/// A mark of the loop as the history has it.
pub(super) fn moment(mark: Mark) -> Moment {
    match mark {
        Mark::Paused => Moment::Paused,
        Mark::WentOn => Moment::WentOn,
        Mark::Resumed => Moment::Resumed,
        Mark::RateDropped => Moment::RateDropped,
    }
}

/// An epoch of the loop as the history has it.
pub(super) fn point(record: &EpochRecord) -> EpochPoint {
    EpochPoint {
        epoch: record.epoch,
        train_loss: record.train_loss,
        val_loss: record.val_loss,
        metric: record.metric,
        learning_rate: record.learning_rate,
        secs: record.secs,
        dice_losses: record.dice_losses,
    }
}
