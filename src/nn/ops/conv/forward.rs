//! The convolution's forward product: windows unfolded tile by tile, a matrix product straight into NCHW, and the
//! epilogue while the tile is in the cache. Not for gradients.
#![allow(unsafe_code)]

use rayon::prelude::*;

use super::super::memory::{Matrix, Output, Shared, at_least, matmul, with_scratch};
#[cfg(target_arch = "x86_64")]
use super::direct;
use super::geometry::Geometry;
use super::winograd;

/// Tasks that a call is split into where its shape allows: enough for the cores of a workstation, whatever the machine.
const TASKS: usize = 16;
/// Output pixels of one pointwise task.
const POINTWISE_PIXELS: usize = 512;
/// Fewest output channels of a task: below it packing costs more than the product.
const LEAST_OUTPUTS: usize = 32;
/// Pixels of the smallest task of a deep level, and the step to the next larger one.
const LEAST_PIXELS: usize = 48;

/// What is done to each output value: `bias`, then `residual` added, then negative values made zero.
#[derive(Clone, Copy, Default)]
pub(in super::super) struct Epilogue<'a> {
    /// One value an output channel.
    pub bias: Option<&'a [f32]>,
    /// As large as the output.
    pub residual: Option<&'a [f32]>,
    /// ReLU at the end.
    pub relu: bool,
}

impl Epilogue<'_> {
    /// Applies itself to `pixels` of channels `outputs` of image `image`.
    ///
    /// # Safety
    /// These output values have been written and are this thread's alone.
    unsafe fn apply(
        &self,
        geometry: &Geometry,
        target: Shared,
        image: usize,
        outputs: std::ops::Range<usize>,
        pixels: std::ops::Range<usize>,
    ) {
        if self.bias.is_none() && self.residual.is_none() && !self.relu {
            return;
        }
        let floor = if self.relu { 0.0 } else { f32::NEG_INFINITY };
        for output in outputs {
            let base = (image * geometry.outputs + output) * geometry.out_pixels();
            let bias = self.bias.map_or(0.0, |bias| bias[output]);
            // SAFETY: the caller's promise.
            let values = unsafe { std::slice::from_raw_parts_mut(target.at(base + pixels.start), pixels.len()) };
            if let Some(residual) = self.residual {
                for (value, &other) in values.iter_mut().zip(&residual[base + pixels.start..base + pixels.end]) {
                    *value = at_least(floor, *value + bias + other);
                }
            } else {
                for value in values {
                    *value = at_least(floor, *value + bias);
                }
            }
        }
    }
}

/// The convolution of `input` with `weight`. The slices have been checked against `geometry`.
pub(in super::super) fn forward(geometry: &Geometry, input: &[f32], weight: &[f32], epilogue: Epilogue) -> Vec<f32> {
    if epilogue.residual.is_none() && winograd::pays(geometry) {
        let kernels = winograd::Kernels::new(weight, geometry.outputs, geometry.channels);
        return winograd::forward(geometry, input, &kernels, epilogue.bias, epilogue.relu);
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(vector) = direct::Vector::for_forward(geometry).filter(|_| epilogue.residual.is_none()) {
        return direct::forward(vector, geometry, input, weight, epilogue.bias, epilogue.relu);
    }
    let mut output = Output::new(geometry.output_len());
    let target = output.shared();
    let tiles = geometry.out_height.div_ceil(geometry.rows_per_tile());
    if geometry.is_pointwise() {
        pointwise(geometry, input, weight, epilogue, target);
    } else if geometry.batch * tiles >= TASKS / 2 {
        tiled(geometry, input, weight, epilogue, target);
    } else {
        whole(geometry, input, weight, epilogue, target);
    }
    // SAFETY: each of the three paths has written every output value.
    unsafe { output.finish() }
}

/// Output channels of a task, so that `others` parts times the channel blocks come to [`TASKS`] where that is sensible.
fn outputs_per_task(geometry: &Geometry, others: usize) -> usize {
    let blocks = TASKS.div_ceil(others).clamp(1, geometry.outputs.div_ceil(LEAST_OUTPUTS));
    geometry.outputs.div_ceil(blocks).next_multiple_of(16)
}

/// 1×1, stride 1: the input is the matrix.
fn pointwise(geometry: &Geometry, input: &[f32], weight: &[f32], epilogue: Epilogue, target: Shared) {
    let (pixels, depth) = (geometry.out_pixels(), geometry.depth());
    let tile = if pixels >= 2 * POINTWISE_PIXELS { POINTWISE_PIXELS } else { pixels };
    let tiles = pixels.div_ceil(tile);
    let block = outputs_per_task(geometry, geometry.batch * tiles);
    let blocks = geometry.outputs.div_ceil(block);
    (0..geometry.batch * tiles * blocks).into_par_iter().for_each(|task| {
        let (image, tile_index, block_index) = (task / (tiles * blocks), task / blocks % tiles, task % blocks);
        let (first, end) = (tile_index * tile, ((tile_index + 1) * tile).min(pixels));
        let outputs = block_index * block..((block_index + 1) * block).min(geometry.outputs);
        let left = Matrix { start: weight[outputs.start * depth..].as_ptr(), row_stride: depth, col_stride: 1 };
        let right = Matrix {
            start: input[image * geometry.channels * pixels + first..].as_ptr(),
            row_stride: pixels,
            col_stride: 1,
        };
        // SAFETY: the geometry was checked against the buffers, and each task owns its pixels of its channels.
        unsafe {
            let place = target.at((image * geometry.outputs + outputs.start) * pixels + first);
            matmul([outputs.len(), end - first, depth], place, pixels, false, left, right);
            epilogue.apply(geometry, target, image, outputs, first..end);
        }
    });
}

/// Many tiles: each task unfolds its rows and multiplies.
fn tiled(geometry: &Geometry, input: &[f32], weight: &[f32], epilogue: Epilogue, target: Shared) {
    let (depth, rows) = (geometry.depth(), geometry.rows_per_tile());
    let tiles = geometry.out_height.div_ceil(rows);
    let image_len = geometry.channels * geometry.pixels();
    (0..geometry.batch * tiles).into_par_iter().for_each(|task| {
        let (image, tile_index) = (task / tiles, task % tiles);
        let (first, end) = (tile_index * rows, ((tile_index + 1) * rows).min(geometry.out_height));
        let (start, size) = (first * geometry.out_width, (end - first) * geometry.out_width);
        with_scratch(depth * size, |columns| {
            geometry.unfold(&input[image * image_len..][..image_len], first..end, 0..geometry.channels, columns);
            let left = Matrix { start: weight.as_ptr(), row_stride: depth, col_stride: 1 };
            let right = Matrix { start: columns.as_ptr(), row_stride: size, col_stride: 1 };
            // SAFETY: the geometry was checked against the buffers, and each task owns its rows of its image.
            unsafe {
                let place = target.at(image * geometry.outputs * geometry.out_pixels() + start);
                matmul([geometry.outputs, size, depth], place, geometry.out_pixels(), false, left, right);
            }
        });
        // SAFETY: as above; the values have just been written.
        unsafe { epilogue.apply(geometry, target, image, 0..geometry.outputs, start..start + size) };
    });
}

/// Few tiles (deep levels, one image): all threads unfold the image, then each multiplies for its output channels and
/// its pixels.
fn whole(geometry: &Geometry, input: &[f32], weight: &[f32], epilogue: Epilogue, target: Shared) {
    let (depth, pixels, taps) = (geometry.depth(), geometry.out_pixels(), geometry.taps());
    let image_len = geometry.channels * geometry.pixels();
    let channel_block = geometry.channels.div_ceil(TASKS);
    let block = outputs_per_task(geometry, 1);
    let blocks = geometry.outputs.div_ceil(block);
    let tile = pixels.div_ceil((TASKS / blocks).max(1)).next_multiple_of(LEAST_PIXELS);
    let tiles = pixels.div_ceil(tile);
    let mut columns = vec![0.0; depth * pixels];
    for image in 0..geometry.batch {
        let source = &input[image * image_len..][..image_len];
        columns.par_chunks_mut(channel_block * taps * pixels).enumerate().for_each(|(index, part)| {
            let first = index * channel_block;
            let channels = first..(first + channel_block).min(geometry.channels);
            geometry.unfold(source, 0..geometry.out_height, channels, part);
        });
        let unfolded = columns.as_slice();
        (0..blocks * tiles).into_par_iter().for_each(|task| {
            let (index, first) = (task / tiles, task % tiles * tile);
            let outputs = index * block..((index + 1) * block).min(geometry.outputs);
            let end = (first + tile).min(pixels);
            let left = Matrix { start: weight[outputs.start * depth..].as_ptr(), row_stride: depth, col_stride: 1 };
            let right = Matrix { start: unfolded[first..].as_ptr(), row_stride: pixels, col_stride: 1 };
            // SAFETY: the geometry was checked against the buffers, and each task owns its pixels of its channels.
            unsafe {
                let place = target.at((image * geometry.outputs + outputs.start) * pixels + first);
                matmul([outputs.len(), end - first, depth], place, pixels, false, left, right);
                epilogue.apply(geometry, target, image, outputs, first..end);
            }
        });
    }
}
