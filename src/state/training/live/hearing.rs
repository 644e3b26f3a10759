//! What the trainings of this session say of themselves. Not for steering them.

use std::path::Path;

use super::{Phase, moment, point};
use crate::domain::card::Task;
use crate::domain::history::LossHistory;
use crate::engine::command::{Command, JobId};
use crate::engine::failure::Failure;
use crate::engine::lab::order::Control;
use crate::engine::lab::report::Chosen;
use crate::state::AppState;
use crate::state::notice::About;
use crate::state::training::{Ask, Closing, runs};
use crate::train::event::TrainEvent;

pub fn created(state: &mut AppState, job: JobId, folder: &Path) -> Vec<Command> {
    if let Some(live) = state.training.live_mut(job) {
        live.folder = Some(folder.to_owned());
    }
    runs::list(state)
}

pub fn paused(state: &mut AppState, job: JobId, is_paused: bool) -> Vec<Command> {
    if let Some(live) = state.training.live_mut(job).filter(|live| live.phase.is_under_way()) {
        live.phase = if is_paused { Phase::Paused } else { Phase::Training };
        if live.wish == Some(Control::Pause) {
            live.wish = None;
        }
    }
    Vec::new()
}

pub fn memory(state: &mut AppState, job: JobId, bytes: u64) -> Vec<Command> {
    if let Some(live) = state.training.live_mut(job) {
        live.memory_bytes = Some(bytes);
    }
    Vec::new()
}

/// The thresholds are chosen, or not. Who reads with these weights reads with their thresholds from now on.
pub fn thresholds(state: &mut AppState, job: JobId, chosen: Option<&Chosen>) -> Vec<Command> {
    let Some(live) = state.training.live_mut(job) else { return Vec::new() };
    live.choosing = None;
    live.chosen = chosen.cloned();
    let (Some(folder), Some(chosen)) = (live.folder.clone(), chosen) else { return Vec::new() };
    let weights = Some(folder.join(runs::BEST_WEIGHTS));
    let used = match chosen.task {
        Task::Classifier => &state.model.choice.classifier,
        Task::Segmenter => &state.model.choice.segmenter,
    };
    if *used == weights { crate::state::analyzing::load_models(state) } else { Vec::new() }
}

/// Takes in one event of the loop.
pub fn heard(state: &mut AppState, job: JobId, event: &TrainEvent) -> Vec<Command> {
    let smoothing = state.training.plot.smoothing;
    let Some(live) = state.training.live_mut(job) else { return Vec::new() };
    match event {
        TrainEvent::Started { run, epochs, steps_per_epoch, first_epoch, device, warnings } => {
            live.folder = Some(run.clone());
            (live.epochs, live.epoch) = (*epochs, *first_epoch);
            live.device.clone_from(device);
            live.warnings.clone_from(warnings);
            if live.history.steps_per_epoch() != *steps_per_epoch {
                live.history = LossHistory::new(*steps_per_epoch);
            }
            live.history.set_smoothing(smoothing);
            live.phase = Phase::Training;
            // A run that was interrupted is so no more.
            runs::list(state)
        }
        TrainEvent::Step { epoch, step, loss, mean_loss, slices_per_sec } => {
            let batch = live.config.as_ref().map(|c| c.batch_size);
            let secs = batch.map(|batch| ((step + 1) * batch) as f32 / slices_per_sec.max(1e-6));
            let at = epoch * live.history.steps_per_epoch() + step;
            live.history.push_step(at as u32, *loss, secs);
            (live.epoch, live.steps_done) = (*epoch, step + 1);
            (live.mean_loss, live.slices_per_sec) = (Some(*mean_loss), Some(*slices_per_sec));
            live.phase = Phase::Training;
            Vec::new()
        }
        TrainEvent::Validating { epoch, done, total } => {
            live.epoch = *epoch;
            live.phase = Phase::Validating(*done, *total);
            Vec::new()
        }
        TrainEvent::Marked { step, mark } => {
            live.history.push_moment(*step, moment(*mark));
            Vec::new()
        }
        TrainEvent::EpochEnded(record) => {
            live.history.push_epoch(point(record));
            live.metric_name.clone_from(&record.metric_name);
            live.ended_here += 1;
            live.phase = Phase::Training;
            let folder = live.folder.clone();
            runs::epoch_ended(state, folder, record.epoch)
        }
        TrainEvent::Ended { reason, .. } => {
            live.phase = Phase::Ended(*reason);
            over(state, job)
        }
    }
}

/// The training is over, however: what it was asked for is done, the list changes, and the window closes where it shall.
fn over(state: &mut AppState, job: JobId) -> Vec<Command> {
    if let Some(live) = state.training.live_mut(job) {
        live.wish = None;
    }
    if state.training.ask == Some(Ask::Discard(job)) || state.training.ask == Some(Ask::Close) {
        state.training.ask = None;
    }
    if state.training.closes == Closing::AfterTraining {
        state.training.closes = Closing::Now;
    }
    runs::list(state)
}

pub fn trashed(state: &mut AppState, job: JobId) -> Vec<Command> {
    let Some(live) = state.training.live_mut(job) else { return Vec::new() };
    live.phase = Phase::Discarded;
    over(state, job)
}

pub fn ended_early(state: &mut AppState, job: JobId, failure: Option<&Failure>) -> Vec<Command> {
    if let Some(failure) = failure {
        state.notices.add_failure(About::Training, failure);
    }
    let Some(live) = state.training.live_mut(job) else { return Vec::new() };
    if let Phase::Ended(_) = live.phase {
        // The training itself is over and kept: only what came after it failed.
        live.choosing = None;
        return Vec::new();
    }
    live.phase = failure.map_or(Phase::Withdrawn, |f| Phase::Failed(f.clone()));
    over(state, job)
}
