//! The convolution's gradients: of the weight as output gradient times unfolded windows, of the input as a convolution
//! with turned weights or, where the stride skips, as a product folded back. Not for the forward pass.
#![allow(unsafe_code)]

use rayon::prelude::*;

use super::super::memory::{Matrix, matmul, shared_of, with_scratch};
#[cfg(target_arch = "x86_64")]
use super::direct;
use super::forward::{Epilogue, forward};
use super::geometry::Geometry;

/// Partial sums of a weight gradient: their number is part of the result, so it never comes from the machine.
const PARTS: usize = 8;
/// Values that all partial sums together may hold (128 MiB): the deepest layers take fewer parts.
const PARTS_VALUES: usize = 32 * 1024 * 1024;
/// Input channels of one task of the folded product.
const FOLD_CHANNELS: usize = 32;

/// How many partial sums `tasks` pieces of work are gathered into, each as large as the weight: by the shape alone.
pub(super) fn parts_for(geometry: &Geometry, tasks: usize) -> usize {
    PARTS.min(PARTS_VALUES / geometry.weight_len()).clamp(1, tasks)
}

/// Adds up partial sums in their order.
pub(super) fn add_up(parts: Vec<Vec<f32>>) -> Vec<f32> {
    const CHUNK: usize = 16_384;
    let mut parts = parts.into_iter();
    let mut sum = parts.next().unwrap_or_default();
    let rest: Vec<_> = parts.collect();
    sum.par_chunks_mut(CHUNK).enumerate().for_each(|(index, chunk)| {
        for part in &rest {
            for (value, &other) in chunk.iter_mut().zip(&part[index * CHUNK..]) {
                *value += other;
            }
        }
    });
    sum
}

/// The gradient of the weight, `[O, C, kh, kw]`. The slices have been checked against `geometry`.
pub(in super::super) fn weight_gradient(geometry: &Geometry, input: &[f32], gradient: &[f32]) -> Vec<f32> {
    #[cfg(target_arch = "x86_64")]
    if let Some(vector) = direct::Vector::for_weight_gradient(geometry) {
        return direct::weight_gradient(vector, geometry, input, gradient);
    }
    let rows = geometry.rows_per_tile();
    let tiles = geometry.out_height.div_ceil(rows);
    let tasks = geometry.batch * tiles;
    let parts = parts_for(geometry, tasks);
    let sums = (0..parts)
        .into_par_iter()
        .map(|part| {
            let mut sum = vec![0.0; geometry.weight_len()];
            for task in part * tasks / parts..(part + 1) * tasks / parts {
                let first = task % tiles * rows;
                let rows = first..(first + rows).min(geometry.out_height);
                add_weight_gradient(geometry, input, gradient, task / tiles, rows, &mut sum);
            }
            sum
        })
        .collect();
    add_up(sums)
}

/// Adds what output rows `rows` of image `image` say of the weight.
fn add_weight_gradient(
    geometry: &Geometry,
    input: &[f32],
    gradient: &[f32],
    image: usize,
    rows: std::ops::Range<usize>,
    sum: &mut [f32],
) {
    let (depth, pixels) = (geometry.depth(), geometry.out_pixels());
    let (start, size) = (rows.start * geometry.out_width, rows.len() * geometry.out_width);
    let image_len = geometry.channels * geometry.pixels();
    let source = &input[image * image_len..][..image_len];
    let left = Matrix {
        start: gradient[image * geometry.outputs * pixels + start..].as_ptr(),
        row_stride: pixels,
        col_stride: 1,
    };
    let shape = [geometry.outputs, depth, size];
    if geometry.is_pointwise() {
        let right = Matrix { start: source[start..].as_ptr(), row_stride: 1, col_stride: pixels };
        // SAFETY: the geometry was checked against the buffers; `sum` is as large as the weight and this task's own.
        unsafe { matmul(shape, sum.as_mut_ptr(), depth, true, left, right) };
        return;
    }
    with_scratch(depth * size, |columns| {
        geometry.unfold(source, rows, 0..geometry.channels, columns);
        let right = Matrix { start: columns.as_ptr(), row_stride: 1, col_stride: size };
        // SAFETY: as above.
        unsafe { matmul(shape, sum.as_mut_ptr(), depth, true, left, right) };
    });
}

/// The gradient of the input, `[B, C, H, W]`. The slices have been checked against `geometry`.
pub(in super::super) fn input_gradient(geometry: &Geometry, weight: &[f32], gradient: &[f32]) -> Vec<f32> {
    let is_square = geometry.kernel_height == geometry.kernel_width;
    if geometry.stride == 1 && is_square && geometry.kernel_height > geometry.padding {
        return turned(geometry, weight, gradient);
    }
    let (depth, pixels, taps) = (geometry.depth(), geometry.out_pixels(), geometry.taps());
    let mut result = vec![0.0; geometry.input_len()];
    let target = shared_of(&mut result);
    let rows = geometry.rows_per_tile();
    let blocks = geometry.channels.div_ceil(FOLD_CHANNELS);
    (0..geometry.batch * blocks).into_par_iter().for_each(|task| {
        let (image, block) = (task / blocks, task % blocks);
        let channels = block * FOLD_CHANNELS..((block + 1) * FOLD_CHANNELS).min(geometry.channels);
        for first in (0..geometry.out_height).step_by(rows) {
            let rows = first..(first + rows).min(geometry.out_height);
            let size = rows.len() * geometry.out_width;
            let start = image * geometry.outputs * pixels + first * geometry.out_width;
            with_scratch(channels.len() * taps * size, |columns| {
                let left = Matrix { start: weight[channels.start * taps..].as_ptr(), row_stride: 1, col_stride: depth };
                let right = Matrix { start: gradient[start..].as_ptr(), row_stride: pixels, col_stride: 1 };
                let shape = [channels.len() * taps, size, geometry.outputs];
                // SAFETY: the geometry was checked against the buffers; `columns` is this thread's own, and the task
                // owns its channels of its image.
                unsafe {
                    matmul(shape, columns.as_mut_ptr(), size, false, left, right);
                    let image = target.from(image * geometry.channels * geometry.pixels());
                    geometry.fold(columns, rows, channels.clone(), image);
                }
            });
        }
    });
    result
}

/// Stride 1: the gradient is the convolution of the output's gradient with the kernel turned by half a turn.
fn turned(geometry: &Geometry, weight: &[f32], gradient: &[f32]) -> Vec<f32> {
    let taps = geometry.taps();
    let mut turned = vec![0.0; weight.len()];
    turned.par_chunks_mut(geometry.outputs * taps).enumerate().for_each(|(channel, block)| {
        for (output, kernel) in block.chunks_exact_mut(taps).enumerate() {
            let source = &weight[(output * geometry.channels + channel) * taps..][..taps];
            for (value, &original) in kernel.iter_mut().zip(source.iter().rev()) {
                *value = original;
            }
        }
    });
    let swapped = Geometry {
        channels: geometry.outputs,
        outputs: geometry.channels,
        height: geometry.out_height,
        width: geometry.out_width,
        out_height: geometry.height,
        out_width: geometry.width,
        padding: geometry.kernel_height - 1 - geometry.padding,
        ..*geometry
    };
    forward(&swapped, gradient, &turned, Epilogue::default())
}
