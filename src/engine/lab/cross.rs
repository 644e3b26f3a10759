//! The job that cross-validates: one training a fold, and where asked for one on a split by slice. Not for the folds
//! (`train::folds`).

use std::sync::Arc;

use super::awake::Awake;
use super::order::CrossRequest;
use super::report::{CrossNow, LabReport};
use super::steering::Lab;
use crate::engine::cancel::CancelToken;
use crate::engine::command::JobId;
use crate::engine::event::Event;
use crate::engine::failure::Failure;
use crate::engine::outbox::{Job, Outbox, Stop};
use crate::engine::tools::Tools;
use crate::nn::ops::ask_between_layers;
use crate::nn::weights;
use crate::train::error::TrainError;
use crate::train::event::TrainEvent;
use crate::train::folds::{FoldPlan, cross_validate};
use crate::train::observer::{Flow, Observer};

const WHAT: &str = "The cross-validation stopped";
/// Hex digits of a folder's name: two different settings share one practically never.
const NAME_DIGITS: usize = 12;

/// Trains and tests every fold that is not finished yet; the same request goes on where it was stopped.
pub fn run(lab: &Arc<Lab>, tools: &Tools, job: &mut Job, request: &CrossRequest) -> Result<(), Stop> {
    crate::nn::ops::keep_freed_memory();
    if !lab.is_inline {
        crate::nn::ops::lower_this_threads_priority();
    }
    let _awake = Awake::while_training();
    let token = job.token().clone();
    let _asking = ask_between_layers({
        let (lab, token) = (Arc::clone(lab), token.clone());
        move || lab.give_way(&|| token.is_canceled())
    });
    // Named by its settings, so that the same ones find their finished folds.
    let settings = serde_json::to_vec(&(&request.config, request.folds)).unwrap_or_default();
    let name: String = weights::sha256_hex(&settings).chars().take(NAME_DIGITS).collect();
    let plan = FoldPlan {
        config: request.config.clone(),
        folds: request.folds,
        out: tools.home()?.cross_folder().join(name),
        by_slice: request.by_slice,
    };
    let relay = Relay { job: job.id, outbox: job.outbox().clone(), lab: Arc::clone(lab), token };
    let mut ear = relay.clone();
    let mut progress = |done: usize, total: usize| {
        job.progress("Slices", done, total);
        relay.lab.give_way(&|| relay.token.is_canceled());
        !relay.token.is_canceled()
    };
    let result =
        cross_validate(&plan, &mut |stage| relay.tell(CrossNow::Stage(stage.to_owned())), &mut progress, &mut ear);
    let found = result.map_err(|error| match error {
        TrainError::Stopped => Stop::Canceled,
        other => Stop::Failed(Failure::of_training(WHAT, &other)),
    })?;
    job.emit(Event::Lab { job: job.id, report: LabReport::CrossValidated(Arc::new(found)) });
    Ok(())
}

/// Passes on what the loop of a fold says.
#[derive(Clone)]
struct Relay {
    job: JobId,
    outbox: Outbox,
    lab: Arc<Lab>,
    token: CancelToken,
}

impl Relay {
    fn tell(&self, now: CrossNow) {
        self.outbox.emit(Event::Lab { job: self.job, report: LabReport::Crossing(now) });
    }
}

impl Observer for Relay {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        match event {
            TrainEvent::EpochEnded(record) => self.tell(CrossNow::Epoch(record.clone())),
            TrainEvent::Started { .. }
            | TrainEvent::Step { .. }
            | TrainEvent::Validating { .. }
            | TrainEvent::Marked { .. }
            | TrainEvent::Ended { .. } => {}
        }
        self.lab.give_way(&|| self.token.is_canceled());
        Ok(if self.token.is_canceled() { Flow::Stop } else { Flow::Continue })
    }
}
