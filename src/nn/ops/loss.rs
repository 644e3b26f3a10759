//! The losses that both nets train on, from logits. Not for weighing them against each other (`nn::loss`) nor for
//! metrics (`domain::metrics`).

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::memory::{View, f32_slice, tensor_of};

/// Values of one partial sum, whatever the number of threads.
const CHUNK: usize = 16_384;

/// Binary cross-entropy of each logit with its target in 0–1: `max(z, 0) − z·t + ln(1 + exp(−|z|))`, finite for every
/// finite logit. Differentiable in the logits; take the mean for the usual loss.
///
/// *Shape*: any, both the same; the result has it too.
/// *Errors*: different shapes, nothing at all.
/// *Source*: `torch.nn.functional.binary_cross_entropy_with_logits(reduction="none")`.
pub fn bce_with_logits(logits: &Tensor, target: &Tensor) -> Result<Tensor> {
    check("cross-entropy", logits.dims(), target.dims())?;
    let target = target.detach().contiguous()?;
    if logits.device().is_cpu() {
        return logits.contiguous()?.apply_op2(&target, CrossEntropy);
    }
    let value = {
        let z = logits.detach();
        ((z.relu()? - (&z * &target)?)? + (z.abs()?.neg()?.exp()? + 1.0)?.log()?)?
    };
    // candle would differentiate the kinks of |z| and max(z, 0) at zero, where every new head starts, as zero. The
    // right gradient is put there by a term that is zero itself.
    let slope = (candle_nn::ops::sigmoid(&logits.detach())? - &target)?;
    let term = (logits * slope)?;
    value + (&term - term.detach())?
}

/// Soft Dice loss of the whole batch: `1 − (2·Σp·t + s) / (Σp + Σt + s)` with `p = sigmoid(z)`. Differentiable in the
/// logits.
///
/// *Shape*: any, both the same; the result is a scalar.
/// *Errors*: different shapes, nothing at all.
pub fn soft_dice(logits: &Tensor, target: &Tensor, smooth: f64) -> Result<Tensor> {
    check("soft Dice", logits.dims(), target.dims())?;
    let target = target.detach().contiguous()?;
    if logits.device().is_cpu() {
        return logits.contiguous()?.apply_op2(&target, SoftDice { smooth });
    }
    let p = candle_nn::ops::sigmoid(logits)?;
    let overlap = ((&p * &target)?.sum_all()? * 2.0)?;
    let total = (p.sum_all()? + target.sum_all()?)?;
    ((overlap + smooth)? / (total + smooth)?)?.affine(-1.0, 1.0)
}

fn check(name: &str, logits: &[usize], target: &[usize]) -> Result<()> {
    if logits != target {
        bail!("{name}: the logits are {logits:?}, the target {target:?}");
    }
    if logits.contains(&0) {
        bail!("{name}: there is nothing to compare in {logits:?}");
    }
    Ok(())
}

fn sigmoid(z: f32) -> f32 {
    1.0 / (1.0 + (-z).exp())
}

struct CrossEntropy;

impl CustomOp2 for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(
        &self,
        logits: &CpuStorage,
        layout: &Layout,
        target: &CpuStorage,
        target_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (logits, target) = (f32_slice(logits, layout)?, f32_slice(target, target_layout)?);
        let values = logits
            .par_iter()
            .zip(target)
            .with_min_len(CHUNK)
            .map(|(&z, &t)| super::memory::at_least(0.0, z) - z * t + (-z.abs()).exp().ln_1p())
            .collect();
        Ok((CpuStorage::F32(values), layout.shape().clone()))
    }

    fn bwd(
        &self,
        logits: &Tensor,
        target: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let (z, t, back) = (View::of(logits), View::of(target), View::of(&gradient));
        let (z, t, back) = (z.values()?, t.values()?, back.values()?);
        let slope = z
            .par_iter()
            .zip(t)
            .zip(back)
            .with_min_len(CHUNK)
            .map(|((&z, &t), &back)| back * (sigmoid(z) - t))
            .collect();
        Ok((Some(tensor_of(slope, logits.dims())?), None))
    }
}

struct SoftDice {
    smooth: f64,
}

impl SoftDice {
    /// `2·Σp·t + s` and `Σp + Σt + s`.
    fn sums(&self, logits: &[f32], target: &[f32]) -> [f64; 2] {
        let parts: Vec<[f64; 2]> = logits
            .par_chunks(CHUNK)
            .zip(target.par_chunks(CHUNK))
            .map(|(logits, target)| {
                let mut sums = [0.0; 2];
                for (&z, &t) in logits.iter().zip(target) {
                    let p = sigmoid(z);
                    sums[0] += (2.0 * p * t) as f64;
                    sums[1] += (p + t) as f64;
                }
                sums
            })
            .collect();
        parts.iter().fold([self.smooth; 2], |sum, part| [sum[0] + part[0], sum[1] + part[1]])
    }
}

impl CustomOp2 for SoftDice {
    fn name(&self) -> &'static str {
        "soft-dice"
    }

    fn cpu_fwd(
        &self,
        logits: &CpuStorage,
        layout: &Layout,
        target: &CpuStorage,
        target_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let [overlap, total] = self.sums(f32_slice(logits, layout)?, f32_slice(target, target_layout)?);
        Ok((CpuStorage::F32(vec![(1.0 - overlap / total) as f32]), ().into()))
    }

    fn bwd(
        &self,
        logits: &Tensor,
        target: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let back = gradient.to_scalar::<f32>()? as f64;
        let (z, t) = (View::of(logits), View::of(target));
        let (z, t) = (z.values()?, t.values()?);
        let [overlap, total] = self.sums(z, t);
        let (for_all, for_target) = ((back * overlap / (total * total)) as f32, (-2.0 * back / total) as f32);
        let slope = z
            .par_iter()
            .zip(t)
            .with_min_len(CHUNK)
            .map(|(&z, &t)| {
                let p = sigmoid(z);
                (for_all + for_target * t) * p * (1.0 - p)
            })
            .collect();
        Ok((Some(tensor_of(slope, logits.dims())?), None))
    }
}
