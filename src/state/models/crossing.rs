//! Cross-validation in the Models view: how many folds, work under way, result. Its net and settings are the Train view's.
//! Not for training the folds (`engine`).

use std::sync::Arc;

use crate::engine::command::{Command, JobId};
use crate::engine::lab::order::{CrossRequest, LabOrder};
use crate::engine::lab::report::{CrossNow, CrossValidation};
use crate::state::AppState;
use crate::state::training::words::loss;
use crate::state::work::Progress;
use crate::train::config::TrainConfig;
use crate::train::folds::LEAST_FOLDS;

use super::Page;

/// Folds that can be chosen.
pub const FOLDS: std::ops::RangeInclusive<usize> = LEAST_FOLDS..=10;

/// Cross-validation as the view knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// Folds.
    pub folds: usize,
    /// The same net once on a split by slice, too.
    pub by_slice: bool,
    /// What runs.
    pub running: Option<Running>,
    /// The last result.
    pub result: Option<Arc<CrossValidation>>,
}

impl Default for Crossing {
    fn default() -> Self {
        Self { folds: 5, by_slice: true, running: None, result: None }
    }
}

/// A cross-validation under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// Job.
    pub job: JobId,
    /// "Fold 2 of 5".
    pub stage: String,
    /// Its latest epoch in words.
    pub epoch: String,
    /// How far the slices of this stage are.
    pub progress: Progress,
    /// It was asked to stop.
    pub is_stopping: bool,
}

impl Running {
    /// "Fold 2 of 5 · epoch 3 of 20: validation loss 0.210".
    pub fn words(&self) -> String {
        if self.is_stopping {
            return "Stopping; finished folds are kept, and the same settings go on with them".to_owned();
        }
        if self.epoch.is_empty() { self.stage.clone() } else { format!("{} · {}", self.stage, self.epoch) }
    }
}

/// The settings that would be trained with: those of the Train view's first net; else what is missing there.
pub fn config(state: &AppState) -> Result<TrainConfig, &'static str> {
    if state.training.data.report().is_none() {
        return Err("choose the data in the Train view");
    }
    let (configs, troubles) = state.training.form.configs(state.training.data.request.as_ref());
    if !troubles.is_empty() {
        return Err("mend the settings in the Train view");
    }
    configs.into_iter().next().ok_or("choose a net in the Train view")
}

pub(super) fn start(state: &mut AppState) -> Vec<Command> {
    let (Ok(config), None) = (config(state), &state.models_view.crossing.running) else { return Vec::new() };
    let job = state.inner.jobs.mint();
    let view = &mut state.models_view;
    (view.said, view.page) = (None, Page::Crossing);
    let progress = Progress { what: "Slices", done: 0, total: 0 };
    let stage = "Waiting for the trainer".to_owned();
    view.crossing.running = Some(Running { job, stage, epoch: String::new(), progress, is_stopping: false });
    let request = CrossRequest { config, folds: view.crossing.folds, by_slice: view.crossing.by_slice };
    vec![Command::Lab { job, order: LabOrder::CrossValidate(Box::new(request)) }]
}

pub(super) fn stop(state: &mut AppState) -> Vec<Command> {
    let Some(running) = &mut state.models_view.crossing.running else { return Vec::new() };
    running.is_stopping = true;
    vec![Command::Cancel { job: running.job }]
}

impl Crossing {
    /// Whether `job` is the one under way.
    pub(super) fn is(&self, job: JobId) -> bool {
        self.running.as_ref().is_some_and(|running| running.job == job)
    }

    pub(super) fn hear(&mut self, job: JobId, now: &CrossNow) {
        let Some(running) = self.running.as_mut().filter(|running| running.job == job) else { return };
        match now {
            CrossNow::Stage(stage) => {
                running.stage.clone_from(stage);
                running.epoch.clear();
            }
            CrossNow::Epoch(record) => {
                running.epoch = format!("epoch {}: validation loss {}", record.epoch + 1, loss(record.val_loss));
            }
        }
    }

    pub(super) fn done(&mut self, job: JobId, result: &Arc<CrossValidation>) {
        if self.is(job) {
            self.running = None;
            self.result = Some(Arc::clone(result));
        }
    }
}
