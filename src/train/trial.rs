//! A few steps before the training, to know what it will take: time, memory, and what would fit. Not for training.

use std::time::Instant;

use super::batch::Batch;
use super::config::TrainConfig;
use super::dataset::{Dataset, Progress};
use super::error::TrainError;
use super::inspect::{Question, split_of};
use super::learner::Learner;
use super::split::{Part, PartCounts};
use super::store::DEFAULT_CEILING_BYTES;
use crate::domain::random::Random;
use crate::io::memory;

/// Slices of the first step, whose memory tells what a whole batch would take: batch norm needs two.
const FIRST_SLICES: usize = 2;
/// Share of the available memory that a training may take: the window and reading need some.
const USABLE_SHARE: f64 = 0.85;
/// Smaller inputs that are proposed where no batch fits.
const SMALLER_SIZES: [usize; 4] = [224, 160, 128, 96];
/// Far too small to change anything.
const LEARNING_RATE: f64 = 1e-9;
const BYTES_PER_GB: f64 = 1e9;

/// What the steps took.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Name of the device.
    pub device: String,
    /// Seconds a step: the second one's, or drawn up from a smaller one where a whole batch does not fit.
    pub secs_per_step: f32,
    /// Steps an epoch.
    pub steps_per_epoch: usize,
    /// Seconds an epoch with its validation.
    pub secs_per_epoch: f32,
    /// Most memory that the process will hold, decoded pictures counted in; `None` off the CPU or where the system does
    /// not say.
    pub peak_bytes: Option<u64>,
    /// Memory that could still be taken before; `None` as above.
    pub available_bytes: Option<u64>,
    /// What would fit, where this does not.
    pub suggestion: Option<String>,
}

/// Reads the data's list, builds the net and takes two steps on made-up slices of the right shape; where those would not
/// fit into memory, says so without taking them. `progress` may stop it between steps.
///
/// *Errors*: what a training itself would refuse; [`TrainError::Stopped`].
pub fn try_out(config: &TrainConfig, progress: Progress<'_>) -> Result<Trial, TrainError> {
    try_out_within(config, memory::available_bytes(), progress)
}

/// As [`try_out`], on a machine with `available_bytes` left.
pub fn try_out_within(
    config: &TrainConfig,
    available_bytes: Option<u64>,
    progress: Progress<'_>,
) -> Result<Trial, TrainError> {
    config.check()?;
    let split_file = config.split_file.as_deref();
    let question = Question { data: &config.data, split_file, shares: config.shares, seed: config.seed };
    let (dataset, split) = split_of(&question, progress)?;
    if let Some(refusal) = split.refusal(&dataset, config.architecture.task()) {
        return Err(refusal);
    }
    let mut steps = Steps { config, progress, done: 0 };
    let is_cpu = super::learner::is_on_cpu(config)?;
    let available_bytes = available_bytes.filter(|_| is_cpu);
    memory::forget_peak();
    let before = memory::resident_bytes();
    let mut learner = Learner::new(config, None)?;
    let built = memory::resident_bytes();
    let first = FIRST_SLICES.min(config.batch_size);
    // The first pass also sets up what later ones find: only the second is timed.
    steps.take(&mut learner, first)?;
    let first_secs = steps.take(&mut learner, first)?;
    let need = match (before, built, memory::peak_bytes()) {
        (Some(before), Some(built), Some(peak)) if is_cpu => Some(Need {
            held: before,
            fixed: built.saturating_sub(before) + picture_bytes(&dataset),
            per_slice: peak.saturating_sub(built) / first as u64,
        }),
        _ => None,
    };
    let suggestion = need.zip(available_bytes).and_then(|(need, left)| need.suggestion(config, left));
    let batch = config.batch_size;
    let secs_per_step = if batch == first || suggestion.is_some() {
        first_secs * batch as f32 / first as f32
    } else {
        steps.take(&mut learner, batch)?;
        steps.take(&mut learner, batch)?
    };
    let checked = if suggestion.is_some() { first } else { batch };
    let validation_secs = steps.validate(&learner, checked)? * batch as f32 / checked as f32;
    let counts = |part| split.counts(&dataset, part);
    let steps_per_epoch = training_steps(config, counts(Part::Train));
    let validation_steps = counts(Part::Val).slices.div_ceil(batch);
    Ok(Trial {
        device: learner.device_label().to_owned(),
        secs_per_step,
        steps_per_epoch,
        secs_per_epoch: secs_per_step * steps_per_epoch as f32 + validation_secs * validation_steps as f32,
        peak_bytes: need.map(|need| need.total(batch, 1.0)),
        available_bytes,
        suggestion,
    })
}

/// Steps of one epoch, as `batch::epoch_order` and `Plan` count them.
fn training_steps(config: &TrainConfig, counts: PartCounts) -> usize {
    let others = counts.slices - counts.tumor_slices;
    let is_balanced = config.is_balanced && counts.tumor_slices > 0;
    let slices = if is_balanced { counts.tumor_slices + others.min(counts.tumor_slices) } else { counts.slices };
    if slices >= config.batch_size { slices / config.batch_size } else { 1 }
}

/// Bytes of decoded pictures that a training keeps, from the masks' sizes: three channels of 8 bits.
fn picture_bytes(dataset: &Dataset) -> u64 {
    let sizes: Vec<u64> =
        dataset.items.iter().filter_map(|item| item.mask_size).map(|[r, c]| (3 * r * c) as u64).collect();
    let mean = sizes.iter().sum::<u64>() / (sizes.len() as u64).max(1);
    (mean * dataset.items.len() as u64).min(DEFAULT_CEILING_BYTES as u64)
}

/// Memory of a training.
#[derive(Clone, Copy)]
struct Need {
    /// Held by the process before.
    held: u64,
    /// Net, optimizer and pictures.
    fixed: u64,
    /// For each slice of a batch.
    per_slice: u64,
}

impl Need {
    /// More than is held already, with `share` of the pixels.
    fn more(self, batch: usize, share: f64) -> u64 {
        self.fixed + (self.per_slice as f64 * batch as f64 * share) as u64
    }

    fn total(self, batch: usize, share: f64) -> u64 {
        self.held + self.more(batch, share)
    }

    /// What would fit into `left` bytes; `None` where the whole batch does.
    fn suggestion(self, config: &TrainConfig, left: u64) -> Option<String> {
        let usable = (left as f64 * USABLE_SHARE) as u64;
        let fits = |batch: usize, share: f64| self.more(batch, share) <= usable;
        if fits(config.batch_size, 1.0) {
            return None;
        }
        let in_gb = |bytes: u64| bytes as f64 / BYTES_PER_GB;
        let smaller = (FIRST_SLICES..config.batch_size).rev().find(|&batch| fits(batch, 1.0));
        if let Some(batch) = smaller {
            return Some(format!("batch {batch} would take about {:.1} GB", in_gb(self.total(batch, 1.0))));
        }
        let share = |size: usize| (size as f64 / config.input.size as f64).powi(2);
        let sizes = SMALLER_SIZES.into_iter().filter(|&size| size < config.input.size);
        let size = sizes.into_iter().find(|&size| fits(FIRST_SLICES, share(size)));
        Some(match size {
            Some(size) => format!(
                "batch {FIRST_SLICES} with an input of {size} px would take about {:.1} GB",
                in_gb(self.total(FIRST_SLICES, share(size)))
            ),
            None => format!("not even batch {FIRST_SLICES} at a smaller input fits into {:.1} GB", in_gb(left)),
        })
    }
}

/// Steps of a trial, each after a look whether to stop.
struct Steps<'a, 'p> {
    config: &'a TrainConfig,
    progress: Progress<'p>,
    done: usize,
}

/// Two small steps, two whole ones, one validation.
const ALL_STEPS: usize = 5;

impl Steps<'_, '_> {
    fn take(&mut self, learner: &mut Learner, slices: usize) -> Result<f32, TrainError> {
        self.look()?;
        let batch = made_up(slices, self.config.input.size);
        let clock = Instant::now();
        learner.step(self.config, &batch, f64::MAX, LEARNING_RATE)?;
        Ok(clock.elapsed().as_secs_f32())
    }

    fn validate(&mut self, learner: &Learner, slices: usize) -> Result<f32, TrainError> {
        self.look()?;
        let net = learner.inference_net(self.config)?;
        let batch = made_up(slices, self.config.input.size);
        let clock = Instant::now();
        learner.validate(self.config, &net, &batch)?;
        Ok(clock.elapsed().as_secs_f32())
    }

    fn look(&mut self) -> Result<(), TrainError> {
        self.done += 1;
        if (self.progress)(self.done, ALL_STEPS) { Ok(()) } else { Err(TrainError::Stopped) }
    }
}

/// Slices of noise, every other one with a square mask.
fn made_up(slices: usize, size: usize) -> Batch {
    let mut random = Random::stream(0, "trial", slices as u64);
    let images = (0..slices * 3 * size * size).map(|_| random.between(-1.0, 1.0)).collect();
    let has_tumor = |slice: usize| slice.is_multiple_of(2);
    let is_inside = |i: usize| (size / 4..size / 2).contains(&(i / size)) && (size / 4..size / 2).contains(&(i % size));
    let pixels = |slice: usize| (0..size * size).map(move |i| f32::from(u8::from(has_tumor(slice) && is_inside(i))));
    Batch {
        images,
        masks: (0..slices).flat_map(pixels).collect(),
        mask_known: vec![1.0; slices],
        labels: (0..slices).map(|slice| f32::from(u8::from(has_tumor(slice)))).collect(),
        items: (0..slices).collect(),
        size,
    }
}
