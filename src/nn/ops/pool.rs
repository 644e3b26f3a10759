//! Pooling: the maximum of any window, the mean of 2×2 blocks and of whole planes. Not for unpooling.
//!
//! candle's own `max_pool2d` has no padding and, where kernel and stride differ, no right gradient.
#![allow(unsafe_code)]

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::memory::{Output, View, f32_slice, tensor_of};

/// Planes of one task, so that a task is worth its start.
const PLANES: usize = 4;

/// The largest value of each window. In the gradient the first maximum of a window (row by row) takes it all, as in
/// PyTorch. Padding is −∞; at most half the kernel.
///
/// *Shape*: `[B, C, H, W]` to `[B, C, (H + 2·padding − kernel) / stride + 1, …]`.
/// *Errors*: a size of zero, padding above half the kernel, a kernel larger than the padded input.
/// *Source*: `torch.nn.functional.max_pool2d`.
pub fn max_pool2d(x: &Tensor, kernel: usize, stride: usize, padding: usize) -> Result<Tensor> {
    let pool = MaxPool { kernel, stride, padding };
    pool.planes(x.dims())?;
    if !x.device().is_cpu() {
        return pool.composed(x);
    }
    x.contiguous()?.apply_op1(pool)
}

/// The mean of each 2×2 block; an odd last row or column is left out, as in PyTorch. Differentiable.
///
/// *Shape*: `[B, C, H, W]` to `[B, C, H / 2, W / 2]`. *Errors*: a side below 2, a size of zero.
pub fn avg_pool2x2(x: &Tensor) -> Result<Tensor> {
    Planes::new(x.dims())?.halved()?;
    if x.device().is_cpu() { x.contiguous()?.apply_op1(MeanPool) } else { x.avg_pool2d(2) }
}

/// The mean of each plane. Differentiable.
///
/// *Shape*: `[B, C, H, W]` to `[B, C]`. *Errors*: a size of zero.
pub fn global_avg_pool(x: &Tensor) -> Result<Tensor> {
    Planes::new(x.dims())?;
    if x.device().is_cpu() { x.contiguous()?.apply_op1(GlobalMean) } else { x.mean((2, 3)) }
}

/// The planes of an input.
#[derive(Clone, Copy)]
struct Planes {
    batch: usize,
    channels: usize,
    height: usize,
    width: usize,
}

impl Planes {
    fn new(dims: &[usize]) -> Result<Self> {
        let &[batch, channels, height, width] = dims else { bail!("pooling: expected [B, C, H, W], found {dims:?}") };
        if dims.contains(&0) {
            bail!("pooling: no size may be zero, found {dims:?}");
        }
        Ok(Self { batch, channels, height, width })
    }

    fn halved(self) -> Result<Self> {
        if self.height < 2 || self.width < 2 {
            bail!("pooling: 2×2 blocks do not fit into {}×{}", self.height, self.width);
        }
        Ok(Self { height: self.height / 2, width: self.width / 2, ..self })
    }

    fn pixels(self) -> usize {
        self.height * self.width
    }

    fn len(self) -> usize {
        self.batch * self.channels * self.pixels()
    }

    fn shape(self) -> Shape {
        (self.batch, self.channels, self.height, self.width).into()
    }
}

/// A window's size and steps.
#[derive(Clone, Copy)]
struct MaxPool {
    kernel: usize,
    stride: usize,
    padding: usize,
}

impl MaxPool {
    /// The planes before and after.
    fn planes(self, dims: &[usize]) -> Result<(Planes, Planes)> {
        let planes = Planes::new(dims)?;
        let Self { kernel, stride, padding } = self;
        if kernel == 0 || stride == 0 || padding > kernel / 2 {
            bail!("max pooling: kernel {kernel}, stride {stride}, padding {padding} (at most half the kernel)");
        }
        let (height, width) = (planes.height + 2 * padding, planes.width + 2 * padding);
        if kernel > height || kernel > width {
            bail!("max pooling: the kernel {kernel} is larger than the padded input {height}×{width}");
        }
        let (height, width) = ((height - kernel) / stride + 1, (width - kernel) / stride + 1);
        Ok((planes, Planes { height, width, ..planes }))
    }

    /// The part of the input that output position `place` sees along an axis of `size`.
    fn window(self, place: usize, size: usize) -> std::ops::Range<usize> {
        let start = place * self.stride;
        start.saturating_sub(self.padding)..(start + self.kernel).saturating_sub(self.padding).min(size)
    }

    /// Value and place of the first maximum of a window; a NaN counts as the largest.
    fn first_maximum(self, plane: &[f32], planes: Planes, row: usize, column: usize) -> (f32, usize) {
        let columns = self.window(column, planes.width);
        let rows = self.window(row, planes.height);
        let mut place = rows.start * planes.width + columns.start;
        let mut largest = f32::NEG_INFINITY;
        for y in rows {
            let start = y * planes.width + columns.start;
            for (offset, &value) in plane[start..start + columns.len()].iter().enumerate() {
                if value > largest || value.is_nan() {
                    (largest, place) = (value, start + offset);
                }
            }
        }
        (largest, place)
    }

    /// True for the U-Net's pooling, which needs no bounds.
    fn is_halving(self) -> bool {
        (self.kernel, self.stride, self.padding) == (2, 2, 0)
    }

    /// From candle's own operations: shifted copies, compared one after the other.
    fn composed(self, x: &Tensor) -> Result<Tensor> {
        let (planes, out) = self.planes(x.dims())?;
        let mut padded = x.clone();
        if self.padding > 0 {
            let frame = |height, width| {
                Tensor::full(f32::NEG_INFINITY, (planes.batch, planes.channels, height, width), x.device())
            };
            let side = frame(planes.height, self.padding)?;
            padded = Tensor::cat(&[&side, &padded, &side], 3)?;
            let edge = frame(self.padding, planes.width + 2 * self.padding)?;
            padded = Tensor::cat(&[&edge, &padded, &edge], 2)?;
        }
        let places = |tap: usize, count: usize| {
            let indices: Vec<u32> = (0..count).map(|place| (place * self.stride + tap) as u32).collect();
            Tensor::from_vec(indices, count, x.device())
        };
        let mut largest: Option<Tensor> = None;
        for tap_y in 0..self.kernel {
            let rows = padded.index_select(&places(tap_y, out.height)?, 2)?;
            for tap_x in 0..self.kernel {
                let seen = rows.index_select(&places(tap_x, out.width)?, 3)?;
                largest = Some(match largest {
                    Some(largest) => seen.gt(&largest)?.where_cond(&seen, &largest)?,
                    None => seen,
                });
            }
        }
        largest.map_or_else(|| bail!("max pooling: no kernel"), Ok)
    }
}

impl CustomOp1 for MaxPool {
    fn name(&self) -> &'static str {
        "max-pool"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (planes, out) = self.planes(layout.dims())?;
        let input = f32_slice(storage, layout)?;
        let mut output = Output::new(out.len());
        let targets = output.uninit().par_chunks_mut(out.pixels());
        targets.zip(input.par_chunks(planes.pixels())).with_min_len(PLANES).for_each(|(target, plane)| {
            for (row, target) in target.chunks_exact_mut(out.width).enumerate() {
                if self.is_halving() {
                    let (upper, lower) = plane[2 * row * planes.width..].split_at(planes.width);
                    let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
                    for (value, (upper, lower)) in target.iter_mut().zip(pairs) {
                        value.write(larger(larger(upper[0], upper[1]), larger(lower[0], lower[1])));
                    }
                } else {
                    for (column, value) in target.iter_mut().enumerate() {
                        value.write(self.first_maximum(plane, planes, row, column).0);
                    }
                }
            }
        });
        // SAFETY: the chunks are the planes, each row of which has been written whole.
        Ok((CpuStorage::F32(unsafe { output.finish() }), out.shape()))
    }

    fn bwd(&self, x: &Tensor, _result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (planes, out) = self.planes(x.dims())?;
        let gradient = gradient.contiguous()?;
        let (x, gradient) = (View::of(x), View::of(&gradient));
        let (input, gradient) = (x.values()?, gradient.values()?);
        let mut result = vec![0.0; planes.len()];
        result
            .par_chunks_mut(planes.pixels())
            .zip(input.par_chunks(planes.pixels()))
            .zip(gradient.par_chunks(out.pixels()))
            .with_min_len(PLANES)
            .for_each(|((target, plane), gradient)| {
                if self.is_halving() {
                    return send_back(planes, out, target, plane, gradient);
                }
                for row in 0..out.height {
                    for column in 0..out.width {
                        let (_, place) = self.first_maximum(plane, planes, row, column);
                        target[place] += gradient[row * out.width + column];
                    }
                }
            });
        Ok(Some(tensor_of(result, planes.shape())?))
    }
}

/// The gradient of the U-Net's pooling for one plane: the first maximum of each 2×2 block takes it.
fn send_back(planes: Planes, out: Planes, target: &mut [f32], plane: &[f32], gradient: &[f32]) {
    let width = planes.width;
    for (row, gradient) in gradient.chunks_exact(out.width).enumerate() {
        let block = 2 * row * width..2 * (row + 1) * width;
        let (upper, lower) = plane[block.clone()].split_at(width);
        let (target_upper, target_lower) = target[block].split_at_mut(width);
        let values = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        let targets = target_upper.chunks_exact_mut(2).zip(target_lower.chunks_exact_mut(2));
        for (((upper, lower), (target_upper, target_lower)), &back) in values.zip(targets).zip(gradient) {
            let largest = larger(larger(upper[0], upper[1]), larger(lower[0], lower[1]));
            let is_largest = |value: f32| value == largest || value.is_nan();
            // Each takes it only where none before it has.
            let first = is_largest(upper[0]);
            let second = !first && is_largest(upper[1]);
            let third = !first && !second && is_largest(lower[0]);
            let fourth = !first && !second && !third;
            target_upper[0] = if first { back } else { 0.0 };
            target_upper[1] = if second { back } else { 0.0 };
            target_lower[0] = if third { back } else { 0.0 };
            target_lower[1] = if fourth { back } else { 0.0 };
        }
    }
}

/// The larger of two values; a NaN counts as the largest.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b || a.is_nan() { a } else { b }
}

/// The mean of 2×2 blocks.
struct MeanPool;

impl CustomOp1 for MeanPool {
    fn name(&self) -> &'static str {
        "mean-pool"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let planes = Planes::new(layout.dims())?;
        let out = planes.halved()?;
        let input = f32_slice(storage, layout)?;
        let mut output = Output::new(out.len());
        let targets = output.uninit().par_chunks_mut(out.pixels());
        targets.zip(input.par_chunks(planes.pixels())).with_min_len(PLANES).for_each(|(target, plane)| {
            for (row, target) in target.chunks_exact_mut(out.width).enumerate() {
                let (upper, lower) = plane[2 * row * planes.width..].split_at(planes.width);
                let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
                for (value, (upper, lower)) in target.iter_mut().zip(pairs) {
                    value.write((upper[0] + upper[1] + lower[0] + lower[1]) * 0.25);
                }
            }
        });
        // SAFETY: the chunks are the planes, each row of which has been written whole.
        Ok((CpuStorage::F32(unsafe { output.finish() }), out.shape()))
    }

    fn bwd(&self, x: &Tensor, _result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let planes = Planes::new(x.dims())?;
        let out = planes.halved()?;
        let gradient = gradient.contiguous()?;
        let gradient = View::of(&gradient);
        let mut result = vec![0.0; planes.len()];
        let targets = result.par_chunks_mut(planes.pixels());
        targets.zip(gradient.values()?.par_chunks(out.pixels())).with_min_len(PLANES).for_each(|(target, gradient)| {
            for (row, target) in target.chunks_exact_mut(planes.width).enumerate().take(2 * out.height) {
                let source = &gradient[row / 2 * out.width..][..out.width];
                for (pair, &back) in target.chunks_exact_mut(2).zip(source) {
                    pair.fill(back * 0.25);
                }
            }
        });
        Ok(Some(tensor_of(result, planes.shape())?))
    }
}

/// The mean of whole planes.
struct GlobalMean;

impl CustomOp1 for GlobalMean {
    fn name(&self) -> &'static str {
        "global-mean"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let planes = Planes::new(layout.dims())?;
        let input = f32_slice(storage, layout)?;
        let means = input
            .par_chunks(planes.pixels())
            .map(|plane| (plane.iter().map(|&value| value as f64).sum::<f64>() / planes.pixels() as f64) as f32)
            .collect();
        Ok((CpuStorage::F32(means), (planes.batch, planes.channels).into()))
    }

    fn bwd(&self, x: &Tensor, _result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let planes = Planes::new(x.dims())?;
        let gradient = gradient.contiguous()?;
        let gradient = View::of(&gradient);
        let mut result = vec![0.0; planes.len()];
        let targets = result.par_chunks_mut(planes.pixels());
        targets.zip(gradient.values()?.par_iter()).with_min_len(PLANES).for_each(|(target, &back)| {
            target.fill(back / planes.pixels() as f32);
        });
        Ok(Some(tensor_of(result, planes.shape())?))
    }
}
