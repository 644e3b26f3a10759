//! The net being trained with its optimizer and averaged weights. Not for data or for deciding when to stop (`run`).

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::Tensor;

use super::batch::Batch;
use super::checkpoint::CheckpointTensors;
use super::config::TrainConfig;
use super::error::TrainError;
use super::objective::{self, Targets};
use crate::nn::densenet::DenseNet121;
use crate::nn::device;
use crate::nn::layers::Purpose;
use crate::nn::net::Net;
use crate::nn::ops::adam::{Adam, AdamSettings};
use crate::nn::params::{Parameters, is_buffer};
use crate::nn::weights::{self, Tensors};

/// Adam's usual constants, PyTorch's defaults.
const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const ADAM_EPS: f64 = 1e-8;
/// The last layers, which are new where another task's or ImageNet's weights are the start.
const HEADS: [&str; 3] = ["classifier.", "fc.", DenseNet121::COARSE_HEADS];

/// Whether `config` computes on the processor.
pub fn is_on_cpu(config: &TrainConfig) -> Result<bool, TrainError> {
    Ok(device::open(config.device)?.device.is_cpu())
}

fn is_head(name: &str) -> bool {
    HEADS.iter().any(|head| name.starts_with(head))
}

/// A net in training.
pub struct Learner {
    parameters: Parameters,
    net: Net,
    adam: Adam,
    averaged: Option<Tensors>,
    steps_done: usize,
    /// Of these, steps in which the heads learned alone: the first ones of the run.
    head_steps: usize,
    device: device::OpenDevice,
}

/// One step's outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepOutcome {
    /// Loss before the step.
    pub loss: f32,
    /// Soft Dice's part of it, where it has one.
    pub dice_loss: Option<f32>,
    /// Norm of all gradients before clipping.
    pub gradient_norm: f64,
}

impl Learner {
    /// A net from the seed, from `config.start_from`, or from a checkpoint.
    pub fn new(config: &TrainConfig, checkpoint: Option<&CheckpointTensors>) -> Result<Self, TrainError> {
        let device = device::open(config.device)?;
        let parameters = match (checkpoint, &config.start_from) {
            (Some(checkpoint), _) => Parameters::from_tensors(&checkpoint.weights, config.seed, &device.device)?,
            (None, Some(path)) => {
                let tensors = starting_tensors(config, path)?;
                Parameters::from_tensors(&tensors, config.seed, &device.device)?
            }
            (None, None) => Parameters::from_seed(config.seed, &device.device),
        };
        let net = Net::new(
            config.architecture,
            config.input.channels,
            &parameters.builder(),
            Purpose::Training,
            config.has_coarse_heads(),
        )?;
        let settings = AdamSettings { beta1: BETA1, beta2: BETA2, eps: ADAM_EPS, weight_decay: config.weight_decay };
        let mut adam = Adam::new(parameters.trainable(), settings)?;
        let (mut steps_done, mut head_steps) = (0, 0);
        if let Some(checkpoint) = checkpoint {
            // The step count goes with the moments: bias correction depends on it.
            steps_done = checkpoint.steps_done;
            adam.load_moments(&checkpoint.moments(), steps_done)?;
            head_steps = checkpoint.head_steps;
            adam.set_missed(|name| !is_head(name), head_steps);
        }
        let averaged = match (config.average_decay, checkpoint) {
            (None, _) => None,
            (Some(_), Some(c)) if !c.averaged.is_empty() => Some(c.averaged.clone()),
            (Some(_), _) => Some(parameters.snapshot()?),
        };
        Ok(Self { parameters, net, adam, averaged, steps_done, head_steps, device })
    }

    /// Name of the device.
    pub fn device_label(&self) -> &str {
        &self.device.label
    }

    /// The device.
    pub fn device(&self) -> &device::OpenDevice {
        &self.device
    }

    /// Optimizer steps done, over resumed runs too.
    pub fn steps_done(&self) -> usize {
        self.steps_done
    }

    /// Of these, steps in which the heads learned alone.
    pub fn head_steps(&self) -> usize {
        self.head_steps
    }

    /// Forward, backward, clipped step, average. A loss or gradient that is not a number changes nothing.
    /// `position` is where the step ends, in epochs into the run.
    pub fn step(
        &mut self,
        config: &TrainConfig,
        batch: &Batch,
        position: f64,
        learning_rate: f64,
    ) -> Result<StepOutcome, TrainError> {
        let targets = Targets::new(batch, &self.device.device)?;
        let is_head_first = config.is_head_first_at(position);
        let output = if is_head_first {
            self.net.forward_frozen(&targets.images)?
        } else {
            self.net.forward_all(&targets.images)?
        };
        let loss = objective::loss(config, &output, &targets)?;
        let (value, dice_loss) = (loss.total.to_scalar::<f32>()?, loss.dice_value()?);
        if !value.is_finite() {
            return Ok(StepOutcome { loss: value, dice_loss, gradient_norm: f64::NAN });
        }
        let gradients = loss.total.backward()?;
        let gradient_norm = self.adam.step(&gradients, learning_rate, config.max_gradient_norm)?;
        self.steps_done += 1;
        self.head_steps += usize::from(is_head_first);
        self.average(config)?;
        Ok(StepOutcome { loss: value, dice_loss, gradient_norm })
    }

    /// Moves the averaged weights; at first faster, so that the random start is forgotten soon.
    fn average(&mut self, config: &TrainConfig) -> Result<(), TrainError> {
        let (Some(decay), Some(averaged)) = (config.average_decay, &mut self.averaged) else { return Ok(()) };
        let steps = self.steps_done as f64;
        let decay = decay.min((1.0 + steps) / (10.0 + steps));
        for (name, var) in self.parameters.all() {
            if let Some(mean) = averaged.get_mut(&name) {
                *mean = ((&*mean * decay)? + (var.as_tensor().detach() * (1.0 - decay))?)?;
            }
        }
        Ok(())
    }

    /// The weights to validate and keep: averaged where an average is kept; without the throw-away heads.
    pub fn kept_tensors(&self) -> Result<Tensors, TrainError> {
        let tensors = match &self.averaged {
            Some(averaged) => averaged.clone(),
            None => self.parameters.snapshot()?,
        };
        Ok(tensors.into_iter().filter(|(name, _)| !name.starts_with(DenseNet121::COARSE_HEADS)).collect())
    }

    /// The kept weights as a net for inference.
    pub fn inference_net(&self, config: &TrainConfig) -> Result<Net, TrainError> {
        let tensors = self.kept_tensors()?;
        Ok(weights::build(&tensors, config.architecture, config.input.channels, &self.device.device)?)
    }

    /// Loss, Dice's part of it, and logits of one validation batch.
    pub fn validate(
        &self,
        config: &TrainConfig,
        net: &Net,
        batch: &Batch,
    ) -> Result<(f32, Option<f32>, Vec<f32>), TrainError> {
        let targets = Targets::new(batch, &self.device.device)?;
        let output = net.forward_all(&targets.images)?;
        let loss = objective::loss(config, &output, &targets)?;
        Ok((loss.total.to_scalar::<f32>()?, loss.dice_value()?, output.logits.flatten_all()?.to_vec1::<f32>()?))
    }

    /// Everything that an exact resume needs.
    pub fn checkpoint(&self) -> Result<CheckpointTensors, TrainError> {
        let (mut first_moments, mut second_moments) = (BTreeMap::new(), BTreeMap::new());
        for (name, (first, second)) in self.adam.moments()? {
            first_moments.insert(name.clone(), first);
            second_moments.insert(name, second);
        }
        Ok(CheckpointTensors {
            weights: self.parameters.snapshot()?,
            averaged: self.averaged.clone().unwrap_or_default(),
            first_moments,
            second_moments,
            steps_done: self.steps_done,
            head_steps: self.head_steps,
        })
    }
}

/// Weights to start from: all that fit the net by name and shape; a head for another number of classes is left new.
///
/// *Errors*: nothing fits, or something other than a head is missing or misshapen.
fn starting_tensors(config: &TrainConfig, path: &Path) -> Result<BTreeMap<String, Tensor>, TrainError> {
    let mut tensors = weights::tensors_from_bytes(&weights::read_file(path)?, path)?;
    let expected = weights::expected_shapes(config.architecture, config.input.channels)?;
    tensors.retain(|name, t| !(is_head(name) && expected.get(name).is_none_or(|shape| shape != t.dims())));
    let missing = |name: &&String| !tensors.contains_key(*name) && !is_head(name);
    let problems: Vec<String> = expected
        .keys()
        .filter(missing)
        .map(|name| format!("{name} is missing"))
        .chain(tensors.iter().filter_map(|(name, t)| match expected.get(name) {
            None => Some(format!("{name} is not part of it")),
            Some(shape) if shape != t.dims() => Some(format!("{name} has shape {:?}, expected {shape:?}", t.dims())),
            Some(_) => None,
        }))
        .take(8)
        .collect();
    if !problems.is_empty() {
        let net = config.architecture.label();
        return Err(crate::nn::error::NnError::Keys { net, problems, path: path.to_owned() }.into());
    }
    debug_assert!(tensors.keys().any(|name| is_buffer(name)));
    Ok(tensors)
}
