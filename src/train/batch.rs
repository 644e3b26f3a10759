//! Slices in the order of an epoch, made into batches ahead of the net by threads of their own. Not for tensors (the
//! loop makes them) or for what a slice goes through (`augment`).

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::augment::{AugmentSettings, Augmentation};
use super::error::TrainError;
use super::split::{Part, Split};
use super::store::Store;
use crate::domain::card::Crop;
use crate::domain::random::Random;

/// Some slices as the net takes them.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// *Shape*: `[B, 3, size, size]`, normalized.
    pub images: Vec<f32>,
    /// *Shape*: `[B, 1, size, size]`, 0 or 1; all 0 where the mask is not known.
    pub masks: Vec<f32>,
    /// *Shape*: `[B]`, 1 where the mask is known (a tumor-free slice has a known, empty one), else 0.
    pub mask_known: Vec<f32>,
    /// *Shape*: `[B]`, 1 with tumor, 0 without.
    pub labels: Vec<f32>,
    /// Index into the data set's items, `B` of them.
    pub items: Vec<usize>,
    /// Side of the square input in pixels.
    pub size: usize,
}

/// What to make batches of.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Items in order; [`epoch_order`] makes it for training, [`Split::items`] for validation.
    pub order: Vec<usize>,
    /// Slices a batch; the last one may be smaller.
    pub batch_size: usize,
    /// Leave a smaller last batch out, so that batch norm never sees a batch of one.
    pub drop_last: bool,
    /// Side of the square input in pixels.
    pub size: usize,
    /// Which part of the slice the net sees.
    pub crop: Crop,
    /// Random changes, `None` outside training.
    pub augment: Option<AugmentSettings>,
    /// Seed of the run.
    pub seed: u64,
    /// Epoch, from 0.
    pub epoch: usize,
}

impl Plan {
    /// How many batches it gives.
    pub fn batches(&self) -> usize {
        let size = self.batch_size.max(1);
        if self.drop_last && self.order.len() >= size {
            self.order.len() / size
        } else {
            self.order.len().div_ceil(size)
        }
    }

    fn items(&self, batch: usize) -> &[usize] {
        let size = self.batch_size.max(1);
        &self.order[batch * size..((batch + 1) * size).min(self.order.len())]
    }
}

/// The slices of one training epoch, shuffled: all of the part, or, `balanced`, all with tumor and as many without,
/// others in every epoch.
pub fn epoch_order(store: &Store, split: &Split, part: Part, seed: u64, epoch: usize, balanced: bool) -> Vec<usize> {
    let dataset = store.dataset();
    let mut random = Random::stream(seed, "epoch order", epoch as u64);
    let mut order = split.items(dataset, part);
    if balanced {
        let (positive, mut negative): (Vec<usize>, Vec<usize>) =
            order.into_iter().partition(|&i| dataset.items[i].label);
        random.shuffle(&mut negative);
        // Nothing to balance where one side is missing.
        let keep = if positive.is_empty() { negative.len() } else { negative.len().min(positive.len()) };
        negative.truncate(keep);
        order = positive;
        order.extend(negative);
    }
    random.shuffle(&mut order);
    order
}

/// Makes one batch. The content depends on plan and index alone, never on threads.
pub fn make_batch(store: &Store, plan: &Plan, index: usize) -> Result<Batch, TrainError> {
    let items = plan.items(index);
    let pixels = plan.size * plan.size;
    let mut batch = Batch {
        images: Vec::with_capacity(items.len() * 3 * pixels),
        masks: Vec::with_capacity(items.len() * pixels),
        mask_known: Vec::with_capacity(items.len()),
        labels: Vec::with_capacity(items.len()),
        items: items.to_vec(),
        size: plan.size,
    };
    for &item in items {
        let augmentation = match &plan.augment {
            None => Augmentation::NONE,
            Some(settings) => {
                // One stream for each slice of each epoch: order and batch size change nothing.
                let index = ((plan.epoch as u64) << 32) | item as u64;
                Augmentation::draw(settings, &mut Random::stream(plan.seed, "augment", index))
            }
        };
        let picture = store.picture(item)?;
        let prepared = store.prepared(item);
        let field = prepared.field(plan.crop, picture.plane(0).rows, picture.plane(0).cols);
        batch.images.extend(augmentation.image(&picture, prepared, &field, plan.size));
        let source = &store.dataset().items[item];
        batch.labels.push(f32::from(u8::from(source.label)));
        // Without a mask, only a tumor-free slice has a known one: empty. Neither needs a second decoding.
        let mask = if source.mask.is_some() { store.mask(item)? } else { None };
        batch.mask_known.push(f32::from(u8::from(mask.is_some() || !source.label)));
        match mask {
            Some(mask) => batch.masks.extend(augmentation.mask(&mask, &field, plan.size)),
            None => batch.masks.resize(batch.masks.len() + pixels, 0.0),
        }
    }
    Ok(batch)
}

/// Batches that wait for each worker; with two workers, four batches of 8 at 256² take 32 MiB.
const BATCHES_AHEAD: usize = 2;

/// Makes the batches of a plan ahead of time, in order. Dropping it ends its threads.
pub struct Loader {
    receivers: Vec<Receiver<Result<Batch, TrainError>>>,
    workers: Vec<JoinHandle<()>>,
    next: usize,
    batches: usize,
}

impl Loader {
    /// Starts `workers` threads (at least one). They inherit the trainer's own lower priority where the system passes it
    /// on, and sleep while enough batches wait.
    pub fn start(store: &Arc<Store>, plan: Plan, workers: usize) -> Self {
        let workers = workers.clamp(1, plan.batches().max(1));
        let (batches, plan) = (plan.batches(), Arc::new(plan));
        let mut loader = Self { receivers: Vec::new(), workers: Vec::new(), next: 0, batches };
        for worker in 0..workers {
            let (sender, receiver) = sync_channel(BATCHES_AHEAD);
            let (store, plan) = (store.clone(), plan.clone());
            let body = move || work(&store, &plan, worker, workers, &sender);
            // Where the system has no thread left, the channel is closed and `next` makes the batch's absence an error.
            if let Ok(handle) = std::thread::Builder::new().name(format!("batch-{worker}")).spawn(body) {
                loader.workers.push(handle);
            }
            loader.receivers.push(receiver);
        }
        loader
    }
}

/// Every worker makes each n-th batch; so the order is the plan's whatever the threads do.
fn work(store: &Store, plan: &Plan, first: usize, step: usize, sender: &SyncSender<Result<Batch, TrainError>>) {
    for index in (first..plan.batches()).step_by(step) {
        let batch = make_batch(store, plan, index);
        let failed = batch.is_err();
        if sender.send(batch).is_err() || failed {
            return;
        }
    }
}

impl Iterator for Loader {
    type Item = Result<Batch, TrainError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.batches {
            return None;
        }
        let from = self.next % self.receivers.len();
        self.next += 1;
        Some(self.receivers[from].recv().unwrap_or_else(|_| {
            self.next = self.batches;
            Err(TrainError::Data { reason: "a loading thread ended early".into(), path: std::path::PathBuf::new() })
        }))
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        // A worker that finds its channel closed ends after the batch in hand.
        self.receivers.clear();
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}
