//! Adam with decoupled weight decay (AdamW) whose moments have names and can be saved, so that a resumed training goes
//! on as if it had never stopped. Not for learning-rate schedules (`train`).
//!
//! *Source*: `torch.optim.AdamW`; clipping as `torch.nn.utils.clip_grad_norm_`.

use std::collections::BTreeMap;
use std::sync::Mutex;

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, InplaceOp2, Layout, Result, Tensor, Var, bail};
use rayon::prelude::*;

use super::memory::{View, f32_slice, tensor_of};
use super::vectorized::vectorized;

/// Values of one task and of one partial sum.
const CHUNK: usize = 16_384;
/// Added to the norm before dividing, as PyTorch does.
const CLIP_EPS: f64 = 1e-6;

/// Adam's constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamSettings {
    /// Decay of the mean gradient.
    pub beta1: f64,
    /// Decay of the mean squared gradient.
    pub beta2: f64,
    /// Added to the denominator.
    pub eps: f64,
    /// Share of the learning rate by which each weight shrinks; 0 is plain Adam.
    pub weight_decay: f64,
}

impl Default for AdamSettings {
    /// PyTorch's constants, without weight decay.
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0 }
    }
}

/// The optimizer: variables in the order of their names, each with its two moments.
pub struct Adam {
    settings: AdamSettings,
    entries: Vec<Entry>,
    step_count: usize,
}

struct Entry {
    name: String,
    var: Var,
    moments: Moments,
    /// Steps in which it had no gradient: PyTorch counts each variable's own.
    missed: usize,
}

/// Mean gradient and mean squared gradient, where the variable lives.
enum Moments {
    Host { first: Vec<f32>, second: Vec<f32> },
    Device { first: Tensor, second: Tensor },
}

impl Adam {
    /// An optimizer with moments of zero. *Errors*: a variable that is not contiguous f32.
    pub fn new(vars: BTreeMap<String, Var>, settings: AdamSettings) -> Result<Self> {
        let entries = vars
            .into_iter()
            .map(|(name, var)| {
                if var.dtype() != candle_core::DType::F32 || !var.is_contiguous() {
                    bail!("Adam: variable {name} is not contiguous f32");
                }
                let moments = if var.device().is_cpu() {
                    Moments::Host { first: vec![0.0; var.elem_count()], second: vec![0.0; var.elem_count()] }
                } else {
                    Moments::Device { first: var.zeros_like()?, second: var.zeros_like()? }
                };
                Ok(Entry { name, var, moments, missed: 0 })
            })
            .collect::<Result<_>>()?;
        Ok(Self { settings, entries, step_count: 0 })
    }

    /// One step against `gradients`, first scaled so that their global norm is at most `max_norm` where that is given;
    /// a variable without a gradient keeps its value, as in PyTorch. Returns the norm before scaling: where it is not
    /// finite nothing has been changed, and the caller stops or skips.
    pub fn step(&mut self, gradients: &GradStore, learning_rate: f64, max_norm: Option<f64>) -> Result<f64> {
        let gradients = self.entries.iter().map(|entry| gradients.get(&entry.var).map(Tensor::contiguous).transpose());
        let gradients = gradients.collect::<Result<Vec<_>>>()?;
        let squares = gradients.par_iter().map(|gradient| gradient.as_ref().map_or(Ok(0.0), sum_of_squares));
        let norm = squares.collect::<Result<Vec<f64>>>()?.iter().sum::<f64>().sqrt();
        if !norm.is_finite() {
            return Ok(norm);
        }
        self.step_count += 1;
        let scale = max_norm.map_or(1.0, |max_norm| (max_norm / (norm + CLIP_EPS)).min(1.0));
        let (settings, count) = (self.settings, self.step_count);
        self.entries.par_iter_mut().zip(&gradients).try_for_each(|(entry, gradient)| {
            let Some(gradient) = gradient else {
                entry.missed += 1;
                return Ok(());
            };
            let update = Update::new(settings, count - entry.missed.min(count - 1), learning_rate, scale);
            entry.step(gradient, update)
        })?;
        Ok(norm)
    }

    /// Steps taken.
    pub fn step_count(&self) -> usize {
        self.step_count
    }

    /// Mean gradient and mean squared gradient by variable name, copied.
    pub fn moments(&self) -> Result<BTreeMap<String, (Tensor, Tensor)>> {
        self.entries
            .iter()
            .map(|entry| {
                let pair = match &entry.moments {
                    Moments::Host { first, second } => {
                        (tensor_of(first.clone(), entry.var.dims())?, tensor_of(second.clone(), entry.var.dims())?)
                    }
                    Moments::Device { first, second } => (first.clone(), second.clone()),
                };
                Ok((entry.name.clone(), pair))
            })
            .collect()
    }

    /// Takes up moments and step count of an earlier optimizer. *Errors*: a variable without moments, another shape; then
    /// nothing has been changed.
    pub fn load_moments(&mut self, moments: &BTreeMap<String, (Tensor, Tensor)>, step_count: usize) -> Result<()> {
        let loaded = self.entries.iter().map(|entry| entry.load(moments)).collect::<Result<Vec<_>>>()?;
        for (entry, moments) in self.entries.iter_mut().zip(loaded) {
            entry.moments = moments;
        }
        self.step_count = step_count;
        Ok(())
    }

    /// Says of the variables that `is_late` names that they had no gradient in the first `steps` steps, for an optimizer
    /// that takes up an earlier one's.
    pub fn set_missed(&mut self, is_late: impl Fn(&str) -> bool, steps: usize) {
        for entry in self.entries.iter_mut().filter(|entry| is_late(&entry.name)) {
            entry.missed = steps;
        }
    }
}

impl Entry {
    fn load(&self, moments: &BTreeMap<String, (Tensor, Tensor)>) -> Result<Moments> {
        let Some((first, second)) = moments.get(&self.name) else {
            bail!("Adam: there are no moments for variable {}", self.name)
        };
        if first.dims() != self.var.dims() || second.dims() != self.var.dims() {
            bail!(
                "Adam: variable {} is {:?}, its moments are {:?} and {:?}",
                self.name,
                self.var.dims(),
                first.dims(),
                second.dims()
            );
        }
        let flat = |tensor: &Tensor| tensor.flatten_all()?.to_vec1::<f32>();
        Ok(if self.var.device().is_cpu() {
            Moments::Host { first: flat(first)?, second: flat(second)? }
        } else {
            let device = self.var.device();
            Moments::Device { first: first.to_device(device)?, second: second.to_device(device)? }
        })
    }

    fn step(&mut self, gradient: &Tensor, update: Update) -> Result<()> {
        if gradient.dims() != self.var.dims() {
            bail!("Adam: variable {} is {:?}, its gradient {:?}", self.name, self.var.dims(), gradient.dims());
        }
        match &mut self.moments {
            Moments::Host { first, second } => {
                let operation = HostStep { update, moments: Mutex::new((first, second)) };
                self.var.inplace_op2(gradient, &operation)
            }
            Moments::Device { first, second } => {
                let gradient = (gradient * update.scale)?;
                let (beta1, beta2) = (update.settings.beta1, update.settings.beta2);
                *first = ((&*first * beta1)? + (&gradient * (1.0 - beta1))?)?;
                *second = ((&*second * beta2)? + (gradient.sqr()? * (1.0 - beta2))?)?;
                let divisor = ((second.sqrt()? / update.second_correction_root)? + update.settings.eps)?;
                let kept = (self.var.as_tensor() * update.keep)?;
                let step = ((&*first / divisor)? * update.step_size)?;
                self.var.set(&(kept - step)?.detach())
            }
        }
    }
}

/// One step's numbers, the same for every variable.
#[derive(Clone, Copy)]
struct Update {
    settings: AdamSettings,
    /// Factor of the gradients, from clipping.
    scale: f64,
    /// What weight decay leaves of a weight.
    keep: f64,
    /// Learning rate over the first moment's bias correction.
    step_size: f64,
    /// Square root of the second moment's bias correction.
    second_correction_root: f64,
}

impl Update {
    fn new(settings: AdamSettings, step_count: usize, learning_rate: f64, scale: f64) -> Self {
        let exponent = step_count as f64;
        Self {
            settings,
            scale,
            keep: 1.0 - learning_rate * settings.weight_decay,
            step_size: learning_rate / (1.0 - settings.beta1.powf(exponent)),
            second_correction_root: (1.0 - settings.beta2.powf(exponent)).sqrt(),
        }
    }
}

vectorized! {
    /// Steps some values in one pass over the memory.
    fn step_values(update: Update, values: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32]) {
        let (scale, keep, step_size) = (update.scale as f32, update.keep as f32, update.step_size as f32);
        let (fresh1, beta2) = ((1.0 - update.settings.beta1) as f32, update.settings.beta2 as f32);
        let (fresh2, eps) = ((1.0 - update.settings.beta2) as f32, update.settings.eps as f32);
        let root = update.second_correction_root as f32;
        let moments = first.iter_mut().zip(second.iter_mut());
        for ((value, &gradient), (first, second)) in values.iter_mut().zip(gradient).zip(moments) {
            let gradient = gradient * scale;
            *first += (gradient - *first) * fresh1;
            *second = *second * beta2 + gradient * gradient * fresh2;
            *value = *value * keep - step_size * (*first / (second.sqrt() / root + eps));
        }
    }
}

/// The step of one variable on the CPU; the moments stand behind a lock only because candle hands out `&self`.
struct HostStep<'a> {
    update: Update,
    moments: Mutex<(&'a mut Vec<f32>, &'a mut Vec<f32>)>,
}

impl InplaceOp2 for HostStep<'_> {
    fn name(&self) -> &'static str {
        "adam-step"
    }

    fn cpu_fwd(&self, var: &mut CpuStorage, layout: &Layout, gradient: &CpuStorage, other: &Layout) -> Result<()> {
        let gradient = f32_slice(gradient, other)?;
        let (CpuStorage::F32(values), Some((start, end))) = (var, layout.contiguous_offsets()) else {
            bail!("Adam: a contiguous f32 variable is needed")
        };
        let Some(values) = values.get_mut(start..end).filter(|values| values.len() == gradient.len()) else {
            bail!("Adam: variable and gradient differ in size")
        };
        let Ok(mut moments) = self.moments.lock() else { bail!("Adam: an earlier step broke off") };
        let (first, second) = &mut *moments;
        values
            .par_chunks_mut(CHUNK)
            .zip(gradient.par_chunks(CHUNK))
            .zip(first.par_chunks_mut(CHUNK))
            .zip(second.par_chunks_mut(CHUNK))
            .for_each(|(((values, gradient), first), second)| {
                step_values(self.update, values, gradient, first, second);
            });
        Ok(())
    }
}

/// Sum of the squares of a gradient's values, in f64.
fn sum_of_squares(gradient: &Tensor) -> Result<f64> {
    if !gradient.device().is_cpu() {
        return Ok(gradient.sqr()?.sum_all()?.to_scalar::<f32>()? as f64);
    }
    let view = View::of(gradient);
    let parts: Vec<f64> = view
        .values()?
        .par_chunks(CHUNK)
        .map(|chunk| {
            let mut sums = [0f64; 8];
            for values in chunk.chunks(8) {
                for (sum, &value) in sums.iter_mut().zip(values) {
                    *sum += value as f64 * value as f64;
                }
            }
            sums.iter().sum()
        })
        .collect();
    Ok(parts.iter().sum())
}
