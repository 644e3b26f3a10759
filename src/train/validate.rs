//! One pass over the validation slices: loss and the metric that the curves show. Not for the figures of the cards
//! (`evaluate`), which are taken in scan pixels as the reader sees them.

use std::sync::Arc;

use super::batch::{Batch, Loader, Plan};
use super::config::TrainConfig;
use super::error::TrainError;
use super::learner::Learner;
use super::split::{Part, Split};
use super::store::Store;
use crate::domain::card::Task;

/// What one validation found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Validation {
    /// Mean loss over the slices.
    pub loss: f32,
    /// Soft Dice's part of it, where it has one.
    pub dice_loss: Option<f32>,
    /// Mean Dice per patient volume at threshold 0.5 in model space, or the AUC over slices.
    pub metric: f32,
}

/// Name of the metric in `log.csv`.
pub fn metric_name(task: Task) -> &'static str {
    match task {
        Task::Classifier => "auc",
        Task::Segmenter => "volume_dice",
    }
}

/// One batch of the validation, as a listener hears it.
pub struct Heard<'a> {
    /// The batch.
    pub batch: &'a Batch,
    /// The net's answers: one a slice, or a map a slice.
    pub logits: &'a [f32],
    /// Batches done.
    pub done: usize,
    /// Batches in all.
    pub total: usize,
}

/// Validates the kept weights on the whole validation part; `None` where `listener` said no after a batch.
pub fn validate(
    config: &TrainConfig,
    learner: &Learner,
    store: &Arc<Store>,
    split: &Split,
    listener: &mut dyn FnMut(&Heard<'_>) -> Result<bool, TrainError>,
) -> Result<Option<Validation>, TrainError> {
    let plan = Plan {
        order: split.items(store.dataset(), Part::Val),
        batch_size: config.batch_size,
        drop_last: false,
        size: config.input.size,
        crop: config.input.crop,
        augment: None,
        seed: config.seed,
        epoch: 0,
    };
    let net = learner.inference_net(config)?;
    let task = config.architecture.task();
    let mut overlaps = vec![(0f64, 0f64); store.dataset().patients.len()];
    let (mut scores, mut labels) = (Vec::new(), Vec::new());
    let (mut loss_sum, mut dice_sum, mut count) = (0f64, None, 0usize);
    let total = plan.batches();
    for (index, batch) in Loader::start(store, plan, config.loader_threads).enumerate() {
        let batch = batch?;
        let (loss, dice, logits) = learner.validate(config, &net, &batch)?;
        if !listener(&Heard { batch: &batch, logits: &logits, done: index + 1, total })? {
            return Ok(None);
        }
        loss_sum += f64::from(loss) * batch.items.len() as f64;
        if let Some(dice) = dice {
            *dice_sum.get_or_insert(0f64) += f64::from(dice) * batch.items.len() as f64;
        }
        count += batch.items.len();
        match task {
            Task::Classifier => {
                scores.extend(logits.iter().map(|&v| f64::from(v)));
                labels.extend(batch.labels.iter().map(|&l| l > 0.5));
            }
            Task::Segmenter => {
                let pixels = batch.size * batch.size;
                for (i, &item) in batch.items.iter().enumerate() {
                    let range = i * pixels..(i + 1) * pixels;
                    let (both, sum) = &mut overlaps[store.dataset().items[item].patient];
                    for (&logit, &truth) in logits[range.clone()].iter().zip(&batch.masks[range]) {
                        let (inside, truth) = (logit >= 0.0, truth > 0.5);
                        *both += f64::from(u8::from(inside && truth));
                        *sum += f64::from(u8::from(inside)) + f64::from(u8::from(truth));
                    }
                }
            }
        }
    }
    let metric = match task {
        Task::Classifier => crate::domain::metrics::roc_auc(&scores, &labels).unwrap_or(f64::NAN),
        Task::Segmenter => {
            let dice = split.patients(Part::Val).into_iter().map(|p| overlaps[p]).filter(|o| o.1 > 0.0);
            let dice: Vec<f64> = dice.map(|(both, sum)| 2.0 * both / sum).collect();
            dice.iter().sum::<f64>() / dice.len().max(1) as f64
        }
    };
    let mean = |sum: f64| (sum / count.max(1) as f64) as f32;
    Ok(Some(Validation { loss: mean(loss_sum), dice_loss: dice_sum.map(mean), metric: metric as f32 }))
}
