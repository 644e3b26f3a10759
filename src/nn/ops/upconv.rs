//! The 2×2 transposed convolution with stride 2 that doubles a picture's sides: one matrix product, then each pixel's
//! four answers laid out as a block. Not for other kernels or strides, which our nets do not have.
//!
//! *Source*: `torch.nn.functional.conv_transpose2d(stride=2)`.
#![allow(unsafe_code)]

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::conv;
use super::memory::{Matrix, Output, Shared, View, f32_slice, matmul, tensor_of, with_scratch};
use super::turn::between_layers;

/// Input pixels of one task.
const TILE_PIXELS: usize = 512;

/// The transposed convolution of `x`, differentiable in all three.
///
/// *Shape*: x `[B, Cin, H, W]`, weight `[Cin, Cout, 2, 2]`, bias `[Cout]`, result `[B, Cout, 2·H, 2·W]`.
/// *Errors*: a size of zero, channels that do not fit, another kernel.
pub fn conv_transpose2x2(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    between_layers();
    Sizes::new(x.dims(), weight.dims(), bias.dims())?;
    if !x.device().is_cpu() {
        return x.conv_transpose2d(weight, 0, 0, 2, 1)?.broadcast_add(&bias.reshape((1, (), 1, 1))?);
    }
    x.contiguous()?.apply_op3(&weight.contiguous()?, &bias.contiguous()?, Upconvolution)
}

#[derive(Clone, Copy)]
struct Sizes {
    batch: usize,
    channels: usize,
    height: usize,
    width: usize,
    outputs: usize,
}

impl Sizes {
    fn new(input: &[usize], weight: &[usize], bias: &[usize]) -> Result<Self> {
        let (&[batch, channels, height, width], &[weight_channels, outputs, 2, 2]) = (input, weight) else {
            bail!("transposed convolution: expected [B, C, H, W] and [C, O, 2, 2], found {input:?} and {weight:?}")
        };
        if input.contains(&0) || outputs == 0 {
            bail!("transposed convolution: no size may be zero: input {input:?}, weight {weight:?}");
        }
        if channels != weight_channels || bias != [outputs] {
            bail!("transposed convolution: input {input:?}, weight {weight:?} and bias {bias:?} do not fit");
        }
        Ok(Self { batch, channels, height, width, outputs })
    }

    fn output_len(self) -> usize {
        self.batch * self.outputs * 4 * self.height * self.width
    }
}

struct Upconvolution;

impl CustomOp3 for Upconvolution {
    fn name(&self) -> &'static str {
        "transposed-convolution"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let sizes = Sizes::new(layout.dims(), weight_layout.dims(), bias_layout.dims())?;
        let (input, weight) = (f32_slice(input, layout)?, f32_slice(weight, weight_layout)?);
        let bias = f32_slice(bias, bias_layout)?;
        let mut output = Output::new(sizes.output_len());
        let target = output.shared();
        let rows = (TILE_PIXELS / sizes.width).clamp(1, sizes.height);
        let tiles = sizes.height.div_ceil(rows);
        (0..sizes.batch * tiles).into_par_iter().for_each(|task| {
            let (image, first) = (task / tiles, task % tiles * rows);
            let rows = first..(first + rows).min(sizes.height);
            let (pixels, start) = (rows.len() * sizes.width, rows.start * sizes.width);
            let plane = sizes.height * sizes.width;
            with_scratch(4 * sizes.outputs * pixels, |answers| {
                let source = &input[image * sizes.channels * plane + start..];
                let left = Matrix { start: weight.as_ptr(), row_stride: 1, col_stride: 4 * sizes.outputs };
                let right = Matrix { start: source.as_ptr(), row_stride: plane, col_stride: 1 };
                let shape = [4 * sizes.outputs, pixels, sizes.channels];
                // SAFETY: `Sizes` were checked against both slices; `answers` is this thread's own.
                unsafe { matmul(shape, answers.as_mut_ptr(), pixels, false, left, right) };
                // SAFETY: each task owns its rows of its image.
                unsafe { lay_out(sizes, answers, bias, image, rows, target) };
            });
        });
        // SAFETY: the tasks cover all rows of all images, and each wrote all its output channels.
        let values = unsafe { output.finish() };
        Ok((CpuStorage::F32(values), (sizes.batch, sizes.outputs, 2 * sizes.height, 2 * sizes.width).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let sizes = Sizes::new(x.dims(), weight.dims(), bias.dims())?;
        let gradient = gradient.contiguous()?;
        // Seen from the output, this is a plain convolution whose weight is [Cin, Cout, 2, 2]: its forward pass gives
        // the input's gradient, its weight's gradient ours, with input and gradient in exchanged roles.
        let for_x = conv::conv2d(&gradient, &weight.detach(), 2, 0)?;
        let geometry = conv::Geometry::new(gradient.dims(), weight.dims(), 2, 0)?;
        let (x, slope) = (View::of(x), View::of(&gradient));
        let (input, slope) = (x.values()?, slope.values()?);
        geometry.check(slope.len(), geometry.weight_len(), input.len())?;
        let for_weight = tensor_of(conv::weight_gradient(&geometry, slope, input), weight.dims())?;
        let plane = 4 * sizes.height * sizes.width;
        let sums: Vec<f64> =
            slope.par_chunks(plane).map(|plane| plane.iter().map(|&value| value as f64).sum()).collect();
        let for_bias = (0..sizes.outputs)
            .map(|output| sums.iter().skip(output).step_by(sizes.outputs).sum::<f64>() as f32)
            .collect();
        Ok((Some(for_x), Some(for_weight), Some(tensor_of(for_bias, sizes.outputs)?)))
    }
}

/// Writes the four answers of each pixel of `rows` as 2×2 blocks.
///
/// # Safety
/// `target` is the whole output, and the output rows of `rows` of image `image` are this thread's alone.
unsafe fn lay_out(
    sizes: Sizes,
    answers: &[f32],
    bias: &[f32],
    image: usize,
    rows: std::ops::Range<usize>,
    target: Shared,
) {
    let (width, pixels) = (sizes.width, rows.len() * sizes.width);
    for (output, &bias) in bias.iter().enumerate() {
        for half in 0..2 {
            let left = &answers[(output * 4 + half * 2) * pixels..][..pixels];
            let right = &answers[(output * 4 + half * 2 + 1) * pixels..][..pixels];
            for (index, (left, right)) in left.chunks_exact(width).zip(right.chunks_exact(width)).enumerate() {
                let row = (image * sizes.outputs + output) * 2 * sizes.height + 2 * (rows.start + index) + half;
                // SAFETY: the caller's promise.
                let line = unsafe { target.slice(row * 2 * width..(row + 1) * 2 * width) };
                for (pair, (&left, &right)) in line.chunks_exact_mut(2).zip(left.iter().zip(right)) {
                    pair[0].write(left + bias);
                    pair[1].write(right + bias);
                }
            }
        }
    }
}
