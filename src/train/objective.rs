//! The losses that are trained on, put together from `nn::ops::loss`. Not for figures that people read (`domain::metrics`).

use candle_core::{Device, Result, Tensor};

use super::batch::Batch;
use super::config::{SegmenterLoss, TrainConfig};
use crate::domain::card::Task;
use crate::nn::net::NetOutput;
use crate::nn::ops::loss::{bce_with_logits, soft_dice};
use crate::nn::ops::pool::avg_pool2x2;

/// Keeps soft Dice finite on empty masks; one pixel.
const DICE_SMOOTH: f64 = 1.0;

/// One batch on the device.
#[derive(Debug)]
pub struct Targets {
    /// `[B, 3, S, S]`.
    pub images: Tensor,
    /// `[B, 1, S, S]`.
    pub masks: Tensor,
    /// `[B]`, 1 where the mask is known.
    pub mask_known: Tensor,
    /// `[B, 1]`.
    pub labels: Tensor,
}

impl Targets {
    /// Moves `batch` to `device`.
    pub fn new(batch: &Batch, device: &Device) -> Result<Self> {
        let (count, size) = (batch.items.len(), batch.size);
        Ok(Self {
            images: Tensor::from_slice(&batch.images, (count, 3, size, size), device)?,
            masks: Tensor::from_slice(&batch.masks, (count, 1, size, size), device)?,
            mask_known: Tensor::from_slice(&batch.mask_known, count, device)?,
            labels: Tensor::from_slice(&batch.labels, (count, 1), device)?,
        })
    }
}

/// A loss with the part of it that can be told apart, both scalars.
#[derive(Debug)]
pub struct Loss {
    /// What is trained on.
    pub total: Tensor,
    /// Soft Dice's part; the rest is cross-entropy. `None` where the loss has no such part.
    pub dice: Option<Tensor>,
}

impl Loss {
    fn whole(total: Tensor) -> Self {
        Self { total, dice: None }
    }

    /// The value of Dice's part.
    pub fn dice_value(&self) -> Result<Option<f32>> {
        self.dice.as_ref().map(Tensor::to_scalar::<f32>).transpose()
    }
}

/// The loss of one batch. The coarse heads count only where the net answered them, so not in validation.
pub fn loss(config: &TrainConfig, output: &NetOutput, targets: &Targets) -> Result<Loss> {
    match config.architecture.task() {
        Task::Segmenter => {
            let bce = bce_with_logits(&output.logits, &targets.masks)?.mean_all()?;
            match config.segmenter_loss {
                SegmenterLoss::Bce => Ok(Loss::whole(bce)),
                SegmenterLoss::BceDice => {
                    let dice = soft_dice(&output.logits, &targets.masks, DICE_SMOOTH)?;
                    Ok(Loss { total: (bce + &dice)?, dice: Some(dice) })
                }
            }
        }
        Task::Classifier => {
            let mut total = bce_with_logits(&output.logits, &targets.labels)?.mean_all()?;
            for coarse in &output.coarse_masks {
                let part = coarse_loss(coarse, targets, config.coarse_positive_weight)?;
                total = (total + (part * config.coarse_mask_weight)?)?;
            }
            Ok(Loss::whole(total))
        }
    }
}

/// Cross-entropy against the mask averaged down to the head's grid, tumor weighted; slices without a mask left out.
fn coarse_loss(coarse: &Tensor, targets: &Targets, positive_weight: f64) -> Result<Tensor> {
    let (count, _, side, _) = coarse.dims4()?;
    let mut share = targets.masks.clone();
    while share.dim(2)? > side {
        share = avg_pool2x2(&share)?;
    }
    let share = share.detach();
    // With soft targets: weight · t · log σ(z) + (1 − t) · log σ(−z), as torch's `pos_weight`, is the plain cross-entropy
    // weighted by 1 + (weight − 1) · t only for t of 0 or 1; the two parts are summed here instead.
    let ones = share.ones_like()?;
    let positive = (bce_with_logits(coarse, &ones)? * &share)?;
    let negative = (bce_with_logits(coarse, &share.zeros_like()?)? * (ones - &share)?)?;
    let each = ((positive * positive_weight)? + negative)?;
    let known = targets.mask_known.reshape((count, 1, 1, 1))?;
    let pixels = (side * side) as f64;
    let known_count = f64::from(targets.mask_known.sum_all()?.to_scalar::<f32>()?).max(1.0);
    each.broadcast_mul(&known)?.sum_all()? / (known_count * pixels)
}
