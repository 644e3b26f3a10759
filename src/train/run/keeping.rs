//! What a run keeps: each epoch's checkpoint, the best weights with their card, what must be known of its data. Not for the
//! loop itself.

use super::Run;
use crate::nn::weights;
use crate::train::card;
use crate::train::checkpoint::json;
use crate::train::config::Schedule;
use crate::train::error::TrainError;
use crate::train::event::{EndReason, EpochRecord};
use crate::train::leaks::Leaks;
use crate::train::learner::Learner;
use crate::train::split::Split;
use crate::train::store::Store;

impl Run {
    /// Records one finished epoch: best weights with their card, last checkpoint, state.
    pub(super) fn keep(&mut self, learner: &Learner, record: EpochRecord) -> Result<(), TrainError> {
        let epoch = record.epoch;
        if record.is_best {
            self.state.best_epoch = Some(epoch);
            self.state.best_val_loss = Some(record.val_loss);
        }
        let is_best = record.is_best;
        self.state.history.push(record);
        self.state.epochs_done = epoch + 1;
        self.state.steps_done = learner.steps_done();
        self.state.head_steps = learner.head_steps();
        self.state.drops = self.drops();
        if is_best {
            self.write_best(learner)?;
        }
        self.folder.write_last(&self.state, &learner.checkpoint()?)
    }

    /// Drops of the rate on a plateau, counted anew from the history, so that a resumed run counts the same.
    fn drops(&self) -> usize {
        let Schedule::Plateau { patience, .. } = self.config.schedule else { return 0 };
        let (mut drops, mut since) = (0, 0);
        for record in &self.state.history {
            since = if record.is_best { 0 } else { since + 1 };
            if since > patience {
                drops += 1;
                since = 0;
            }
        }
        drops
    }

    fn write_best(&self, learner: &Learner) -> Result<(), TrainError> {
        let bytes = weights::to_bytes(&learner.kept_tensors()?, false)?;
        let card = card::of_run(&self.config, &self.state, &self.split, &self.store, &weights::sha256_hex(&bytes));
        self.folder.write("best.safetensors", &bytes)?;
        self.folder.write("best.json", &json(&card, self.folder.path())?)
    }

    /// Stopped in the middle: the best is kept; before the first validation the current weights are, marked so.
    pub(super) fn stopped(&mut self, learner: &Learner) -> Result<EndReason, TrainError> {
        if self.state.best_epoch.is_none() {
            self.state.notes.push(card::NEVER_VALIDATED.to_owned());
            self.write_best(learner)?;
        }
        Ok(EndReason::Stopped)
    }
}

/// Leaks of the split, for cards and figures.
pub(super) fn leak_notes(store: &Store, split: &Split) -> Vec<String> {
    let found = Leaks::find(store.dataset(), split, store.prints(), store.looks(), &mut || true);
    found.notes(store.dataset(), split)
}
