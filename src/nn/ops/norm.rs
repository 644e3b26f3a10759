//! Batch normalization over the batch for training, fused with the ReLU that follows, and the affine form that it
//! takes at reading. Not for running statistics: the layer that owns them updates them from what is returned here.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;
use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp3, D, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::memory::{Output, View, at_least, f32_slice, tensor_of};
use super::turn::between_layers;
use super::vectorized::vectorized;

/// Values that are summed in f32 before they join a sum in f64: 64 in each lane.
const CHUNK: usize = 4096;
/// Independent partial sums of one chunk. Sixteen would be enough for the processor; with so few the compiler unrolls
/// the loop over them and makes no vector code of it.
const LANES: usize = 64;

/// What batch normalization gives back in training.
pub struct BatchNormOutput {
    /// The normalized, scaled and shifted input, `[B, C, H, W]`.
    pub y: Tensor,
    /// Mean of the batch, `[C]`, without gradient.
    pub mean: Tensor,
    /// Variance of the batch with n − 1 in the denominator, `[C]`, without gradient: what PyTorch's running variance
    /// takes in (the normalization itself divides by n).
    pub var_unbiased: Tensor,
}

/// Normalizes each channel by the batch's own mean and variance, then `gamma · x + beta`, then a ReLU where asked for.
/// Differentiable in x, gamma and beta.
///
/// *Shape*: x `[B, C, H, W]`, gamma and beta `[C]`.
/// *Errors*: a size of zero; one value a channel, which has no variance.
/// *Source*: `torch.nn.functional.batch_norm(training=True)`.
pub fn batch_norm_train(x: &Tensor, gamma: &Tensor, beta: &Tensor, eps: f64, relu: bool) -> Result<BatchNormOutput> {
    between_layers();
    let sizes = Sizes::new(x.dims(), gamma.dims(), beta.dims())?;
    if sizes.batch * sizes.pixels < 2 {
        bail!("batch norm: one value a channel has no variance (input {:?})", x.dims());
    }
    if !x.device().is_cpu() {
        return composed(x, gamma, beta, eps, relu);
    }
    let x = x.contiguous()?;
    let statistics = {
        let view = View::of(&x);
        Arc::new(Statistics::of(view.values()?, sizes, eps))
    };
    let count = (sizes.batch * sizes.pixels) as f64;
    let var_unbiased = statistics.var.iter().map(|var| (var * count / (count - 1.0)) as f32).collect();
    let mean = tensor_of(statistics.mean.clone(), sizes.channels)?;
    let y = x.apply_op3(&gamma.contiguous()?, &beta.contiguous()?, BatchNorm { statistics, relu })?;
    Ok(BatchNormOutput { y, mean, var_unbiased: tensor_of(var_unbiased, sizes.channels)? })
}

/// `max(scale · x + shift, 0)` channel by channel: batch normalization and ReLU at reading. The result has no gradient.
///
/// *Shape*: x `[B, C, H, W]`, scale and shift `[C]`. *Errors*: sizes that do not fit, a size of zero.
pub fn affine_relu(x: &Tensor, scale: &Tensor, shift: &Tensor) -> Result<Tensor> {
    let sizes = Sizes::new(x.dims(), scale.dims(), shift.dims())?;
    if !x.device().is_cpu() {
        let scaled = x.broadcast_mul(&scale.reshape((1, (), 1, 1))?)?;
        return Ok(scaled.broadcast_add(&shift.reshape((1, (), 1, 1))?)?.relu()?.detach());
    }
    let (x, scale, shift) = (x.contiguous()?, scale.contiguous()?, shift.contiguous()?);
    let (input, scale, shift) = (View::of(&x), View::of(&scale), View::of(&shift));
    let (input, scale, shift) = (input.values()?, scale.values()?, shift.values()?);
    let mut y = Output::new(input.len());
    y.uninit().par_chunks_mut(sizes.pixels).zip(input.par_chunks(sizes.pixels)).enumerate().with_min_len(8).for_each(
        |(index, (target, source))| {
            let (scale, shift) = (scale[index % sizes.channels], shift[index % sizes.channels]);
            write_affine(target, source, scale, shift, 0.0);
        },
    );
    // SAFETY: the chunks cover the whole input, and the output is as long.
    tensor_of(unsafe { y.finish() }, x.dims())
}

/// Batch, channels and pixels of one input.
#[derive(Clone, Copy)]
struct Sizes {
    batch: usize,
    channels: usize,
    pixels: usize,
}

impl Sizes {
    fn new(input: &[usize], gamma: &[usize], beta: &[usize]) -> Result<Self> {
        let &[batch, channels, height, width] = input else {
            bail!("normalization: expected [B, C, H, W], found {input:?}")
        };
        if input.contains(&0) {
            bail!("normalization: no size may be zero, found {input:?}");
        }
        if gamma != [channels] || beta != [channels] {
            bail!("normalization: expected {channels} factors and offsets, found {gamma:?} and {beta:?}");
        }
        Ok(Self { batch, channels, pixels: height * width })
    }

    /// Where each image holds `channel`.
    fn planes(self, channel: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
        (0..self.batch).map(move |image| {
            let start = (image * self.channels + channel) * self.pixels;
            start..start + self.pixels
        })
    }
}

/// The batch's statistics, channel by channel.
struct Statistics {
    mean: Vec<f32>,
    /// With n in the denominator.
    var: Vec<f64>,
    /// `1 / sqrt(var + eps)`.
    inverse_std: Vec<f32>,
}

impl Statistics {
    fn of(input: &[f32], sizes: Sizes, eps: f64) -> Self {
        let count = (sizes.batch * sizes.pixels) as f64;
        let moments: Vec<(f64, f64)> = (0..sizes.channels)
            .into_par_iter()
            .map(|channel| {
                // Sums around a value of the channel itself: a mean far from zero would eat the digits of the squares.
                let origin = input[channel * sizes.pixels];
                let (mut sum, mut squares) = (0.0, 0.0);
                for plane in sizes.planes(channel) {
                    for chunk in input[plane].chunks(CHUNK) {
                        let part = sums_around(origin, chunk);
                        sum += part[0];
                        squares += part[1];
                    }
                }
                let shift = sum / count;
                (origin as f64 + shift, (squares / count - shift * shift).max(0.0))
            })
            .collect();
        Self {
            mean: moments.iter().map(|&(mean, _)| mean as f32).collect(),
            inverse_std: moments.iter().map(|&(_, var)| (1.0 / (var + eps).sqrt()) as f32).collect(),
            var: moments.into_iter().map(|(_, var)| var).collect(),
        }
    }
}

vectorized! {
    /// Sum and sum of squares of `values - origin`.
    fn sums_around(origin: f32, values: &[f32]) -> [f64; 2] {
        let (mut sums, mut squares) = ([0f32; LANES], [0f32; LANES]);
        for chunk in values.chunks(LANES) {
            for ((sum, square), &value) in sums.iter_mut().zip(squares.iter_mut()).zip(chunk) {
                let offset = value - origin;
                *sum += offset;
                *square += offset * offset;
            }
        }
        [total(&sums), total(&squares)]
    }
}

vectorized! {
    /// Writes `max(scale · pixel + shift, floor)`.
    pub(super) fn write_affine(target: &mut [MaybeUninit<f32>], source: &[f32], scale: f32, shift: f32, floor: f32) {
        for (value, &pixel) in target.iter_mut().zip(source) {
            value.write(at_least(floor, pixel * scale + shift));
        }
    }
}

fn total(lanes: &[f32]) -> f64 {
    lanes.iter().map(|&lane| lane as f64).sum()
}

/// `value` where `seen` is above `threshold`, else zero. A mask and no branch: a branch would keep the loop from becoming
/// vector code.
#[inline(always)]
fn where_above(threshold: f32, seen: f32, value: f32) -> f32 {
    f32::from_bits(value.to_bits() & 0u32.wrapping_sub(u32::from(seen > threshold)))
}

vectorized! {
    /// Sum of the gradient and of gradient times distance from the mean, where `seen` is above `threshold`: the output
    /// above zero where a ReLU follows, anything above −∞ where none does.
    fn gradient_sums(pixels: &[f32], seen: &[f32], back: &[f32], threshold: f32, mean: f32) -> [f64; 2] {
        let (mut plain, mut weighted) = ([0f32; LANES], [0f32; LANES]);
        for ((pixels, seen), back) in pixels.chunks(LANES).zip(seen.chunks(LANES)).zip(back.chunks(LANES)) {
            let sums = plain.iter_mut().zip(weighted.iter_mut());
            for (((sum, product), &pixel), (&seen, &back)) in sums.zip(pixels).zip(seen.iter().zip(back)) {
                let back = where_above(threshold, seen, back);
                *sum += back;
                *product += back * (pixel - mean);
            }
        }
        [total(&plain), total(&weighted)]
    }
}

vectorized! {
    /// Writes the input's gradient of one plane.
    fn write_gradient(target: &mut [MaybeUninit<f32>], pixels: &[f32], seen: &[f32], back: &[f32], slope: Slope) {
        let Slope { threshold, mean, factor, level, tilt } = slope;
        for (((value, &pixel), &seen), &back) in target.iter_mut().zip(pixels).zip(seen).zip(back) {
            let back = where_above(threshold, seen, back);
            value.write(factor * (back - level - (pixel - mean) * tilt));
        }
    }
}

/// What the input's gradient of one channel is made with.
#[derive(Clone, Copy)]
struct Slope {
    /// Gradients pass where the output is above it.
    threshold: f32,
    mean: f32,
    /// gamma over the standard deviation.
    factor: f32,
    /// Mean of the gradients.
    level: f32,
    /// How far a gradient is pulled back for each unit of distance from the mean.
    tilt: f32,
}

/// Batch norm as candle's graph knows it, after its statistics have been taken.
struct BatchNorm {
    statistics: Arc<Statistics>,
    relu: bool,
}

impl CustomOp3 for BatchNorm {
    fn name(&self) -> &'static str {
        "batch-norm"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        layout: &Layout,
        gamma: &CpuStorage,
        gamma_layout: &Layout,
        beta: &CpuStorage,
        beta_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let sizes = Sizes::new(layout.dims(), gamma_layout.dims(), beta_layout.dims())?;
        let input = f32_slice(input, layout)?;
        let (gamma, beta) = (f32_slice(gamma, gamma_layout)?, f32_slice(beta, beta_layout)?);
        let floor = if self.relu { 0.0 } else { f32::NEG_INFINITY };
        let mut output = Output::new(input.len());
        let target = output.shared();
        (0..sizes.channels).into_par_iter().for_each(|channel| {
            let scale = self.statistics.inverse_std[channel] * gamma[channel];
            let shift = beta[channel] - self.statistics.mean[channel] * scale;
            for plane in sizes.planes(channel) {
                // SAFETY: the planes of all channels and images are disjoint and cover the output.
                let values = unsafe { target.slice(plane.clone()) };
                write_affine(values, &input[plane], scale, shift, floor);
            }
        });
        // SAFETY: every plane has been written.
        Ok((CpuStorage::F32(unsafe { output.finish() }), layout.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        gamma: &Tensor,
        beta: &Tensor,
        y: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        between_layers();
        let gradient = gradient.contiguous()?;
        let sizes = Sizes::new(x.dims(), gamma.dims(), beta.dims())?;
        let (x_view, gamma, y, gradient) = (View::of(x), View::of(gamma), View::of(y), View::of(&gradient));
        let (input, gamma, y, gradient) = (x_view.values()?, gamma.values()?, y.values()?, gradient.values()?);
        let threshold = if self.relu { 0.0 } else { f32::NEG_INFINITY };
        let mut output = Output::new(input.len());
        let target = output.shared();
        let sums: Vec<[f32; 2]> = (0..sizes.channels)
            .into_par_iter()
            .map(|channel| {
                let (mean, inverse_std) = (self.statistics.mean[channel], self.statistics.inverse_std[channel]);
                let (mut sum, mut products) = (0.0, 0.0);
                for plane in sizes.planes(channel) {
                    for start in plane.clone().step_by(CHUNK) {
                        let chunk = start..(start + CHUNK).min(plane.end);
                        let (pixels, seen) = (&input[chunk.clone()], &y[chunk.clone()]);
                        let part = gradient_sums(pixels, seen, &gradient[chunk], threshold, mean);
                        sum += part[0];
                        products += part[1];
                    }
                }
                let (for_beta, for_gamma) = (sum as f32, products as f32 * inverse_std);
                let count = (sizes.batch * sizes.pixels) as f32;
                let slope = Slope {
                    threshold,
                    mean,
                    factor: gamma[channel] * inverse_std,
                    level: for_beta / count,
                    tilt: for_gamma * inverse_std / count,
                };
                for plane in sizes.planes(channel) {
                    // SAFETY: the planes of all channels and images are disjoint and cover the output.
                    let values = unsafe { target.slice(plane.clone()) };
                    write_gradient(values, &input[plane.clone()], &y[plane.clone()], &gradient[plane], slope);
                }
                [for_gamma, for_beta]
            })
            .collect();
        // SAFETY: every plane has been written.
        let for_x = tensor_of(unsafe { output.finish() }, x.dims())?;
        let for_gamma = tensor_of(sums.iter().map(|sum| sum[0]).collect(), sizes.channels)?;
        let for_beta = tensor_of(sums.iter().map(|sum| sum[1]).collect(), sizes.channels)?;
        Ok((Some(for_x), Some(for_gamma), Some(for_beta)))
    }
}

/// The same from candle's own operations, for devices other than the CPU.
fn composed(x: &Tensor, gamma: &Tensor, beta: &Tensor, eps: f64, relu: bool) -> Result<BatchNormOutput> {
    let (batch, channels, height, width) = x.dims4()?;
    let count = (batch * height * width) as f64;
    let by_channel = x.transpose(0, 1)?.flatten_from(1)?;
    let mean = by_channel.mean_keepdim(D::Minus1)?;
    let centered = by_channel.broadcast_sub(&mean)?;
    let var = centered.sqr()?.mean_keepdim(D::Minus1)?;
    let normalized = centered.broadcast_div(&(&var + eps)?.sqrt()?)?;
    let normalized = normalized.reshape((channels, batch, height, width))?.transpose(0, 1)?.contiguous()?;
    let y = normalized.broadcast_mul(&gamma.reshape((1, (), 1, 1))?)?.broadcast_add(&beta.reshape((1, (), 1, 1))?)?;
    let var_unbiased = (var.detach().flatten_all()? * (count / (count - 1.0)))?;
    let y = if relu { y.relu()? } else { y };
    Ok(BatchNormOutput { y, mean: mean.detach().flatten_all()?, var_unbiased })
}
