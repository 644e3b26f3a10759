//! Refuses settings that make no sense, each by the name of its option. Not for what is merely unwise (`settings_help` has
//! the sane ranges).

use super::{Schedule, TrainConfig};
use crate::domain::card::{Architecture, Task};
use crate::train::augment::AugmentSettings;
use crate::train::error::TrainError;

/// More threads than this only wait for each other.
const MAX_LOADER_THREADS: usize = 64;
/// Larger turns than a full one mean nothing.
const MAX_ROTATION_DEGREES: f64 = 180.0;
/// Widths of the U-Net that fit in memory with everything else.
const MAX_WIDTH: usize = 256;

type Checked = Result<(), TrainError>;

fn refuse(field: &'static str, reason: impl Into<String>) -> Checked {
    Err(TrainError::Config { field, reason: reason.into() })
}

/// `value` is in `low..=high`, and so a number.
fn within(field: &'static str, value: f64, low: f64, high: f64) -> Checked {
    if value >= low && value <= high { Ok(()) } else { refuse(field, format!("{value}, expected {low} to {high}")) }
}

impl TrainConfig {
    /// Refuses settings that make no sense, each by name.
    pub fn check(&self) -> Result<(), TrainError> {
        self.check_net()?;
        self.check_course()?;
        self.check_loss()?;
        self.check_head_first()?;
        self.augment.as_ref().map_or(Ok(()), check_augment)
    }

    fn check_net(&self) -> Checked {
        if let Architecture::UNet { width } = self.architecture
            && !(1..=MAX_WIDTH).contains(&width)
        {
            return refuse("width", format!("{width}, expected 16, 32 or 64"));
        }
        if self.input.size == 0 || !self.input.size.is_multiple_of(32) || self.input.size > 1024 {
            return refuse("size", format!("{}, expected a multiple of 32 up to 1024", self.input.size));
        }
        if self.input.channels != 3 {
            return refuse("channels", format!("{}, this program feeds 3", self.input.channels));
        }
        if self.batch_size == 0 || self.batch_size > 512 {
            return refuse("batch", format!("{}, expected 1 to 512", self.batch_size));
        }
        if !(1..=MAX_LOADER_THREADS).contains(&self.loader_threads) {
            return refuse("loader-threads", format!("{}, expected 1 to {MAX_LOADER_THREADS}", self.loader_threads));
        }
        let total: f64 = self.shares.iter().sum();
        if self.split_file.is_none() && !(total.is_finite() && total > 0.0 && self.shares.iter().all(|&s| s >= 0.0)) {
            return refuse("shares", format!("{:?}, expected three of 0 or more that sum to something", self.shares));
        }
        Ok(())
    }

    fn check_course(&self) -> Checked {
        if self.epochs == 0 {
            return refuse("epochs", "0, expected at least 1");
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= 1.0) {
            return refuse("learning-rate", format!("{}, expected above 0 and at most 1", self.learning_rate));
        }
        if let Schedule::Plateau { factor, .. } = self.schedule
            && !(factor > 0.0 && factor < 1.0)
        {
            return refuse("plateau-factor", format!("{factor}, expected between 0 and 1"));
        }
        if !(self.warmup_epochs >= 0.0 && self.warmup_epochs.is_finite()) {
            return refuse("warmup", format!("{}, expected 0 or more epochs", self.warmup_epochs));
        }
        if self.patience == Some(0) {
            return refuse("patience", "0, expected at least 1");
        }
        Ok(())
    }

    fn check_loss(&self) -> Checked {
        if !(self.weight_decay >= 0.0 && self.weight_decay < 1.0) {
            return refuse("weight-decay", format!("{}, expected 0 to below 1", self.weight_decay));
        }
        if let Some(decay) = self.average_decay.filter(|d| !(*d > 0.0 && *d < 1.0)) {
            return refuse("average", format!("{decay}, expected above 0 and below 1, or none"));
        }
        if let Some(norm) = self.max_gradient_norm.filter(|n| !(*n > 0.0 && n.is_finite())) {
            return refuse("clip", format!("{norm}, expected above 0, or none"));
        }
        if !(self.coarse_mask_weight >= 0.0 && self.coarse_mask_weight.is_finite()) {
            return refuse("coarse-masks", format!("{}, expected 0 or more", self.coarse_mask_weight));
        }
        if !(self.coarse_positive_weight > 0.0 && self.coarse_positive_weight.is_finite()) {
            return refuse("coarse-positive-weight", format!("{}, expected above 0", self.coarse_positive_weight));
        }
        Ok(())
    }

    fn check_head_first(&self) -> Checked {
        let field = "head-first";
        if !(self.head_first_epochs >= 0.0 && self.head_first_epochs.is_finite()) {
            return refuse(field, format!("{}, expected 0 or more epochs", self.head_first_epochs));
        }
        if self.head_first_epochs == 0.0 {
            return Ok(());
        }
        if self.architecture.task() != Task::Classifier {
            return refuse(field, "a segmenter has no head of its own; leave it at 0");
        }
        if self.start_from.is_none() {
            return refuse(field, "it makes sense only with weights to start from (--from)");
        }
        Ok(())
    }
}

fn check_augment(augment: &AugmentSettings) -> Checked {
    for (field, value, highest) in [
        ("flip-left-right", augment.flip_left_right, 1.0),
        ("flip-up-down", augment.flip_up_down, 1.0),
        ("rotation", augment.rotation_degrees, MAX_ROTATION_DEGREES),
        // At 1 a picture could shrink to nothing, or its contrast to none.
        ("scale", augment.scale, 0.9),
        ("shift", augment.shift, 1.0),
        ("gain", augment.gain, 1.0),
        ("offset", augment.offset, 10.0),
        ("gamma", augment.gamma, 10.0),
        ("replace-t1", augment.replace_t1, 1.0),
        ("replace-t1-post", augment.replace_t1_post, 1.0),
    ] {
        // As the text of the single-precision number, so that 0.1 is not said as 0.10000000149.
        let value = value.to_string().parse().unwrap_or(f64::NAN);
        within(field, value, 0.0, highest)?;
    }
    Ok(())
}
