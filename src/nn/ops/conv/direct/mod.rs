//! 3×3, stride 1, padding 1 without unfolding, on x86-64 with AVX2 or AVX-512 (found at run time): what is packed, in
//! which order tiles run. Not for the vector code (`kernels`) nor for other shapes (`forward` unfolds them).
//!
//! Against unfolding, on two AVX-512 cores: see `tests/bench`.
#![allow(unsafe_code)]

mod kernels;

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::super::cpu::{self, Vectors};
use super::super::memory::{Output, Shared, with_scratch};
use super::backward::{add_up, parts_for};
use super::geometry::Geometry;
use kernels::{ForwardTile, GradientTile};

/// Pixels of the narrowest forward tile: one AVX-512 vector or two of AVX2. Rows are packed up to a multiple of it.
const TILE: usize = 16;
/// Zero columns added to each packed row beyond that: one at the left, the rest at the right.
const ROW_MARGIN: usize = 16;
/// Tasks that a call is split into where its shape allows, whatever the machine.
const TASKS: usize = 16;
/// Values beyond the packed input that the last vector may read.
const TAIL: usize = 64;
/// Output pixels that a task computes channel block by channel block, so that their input stays in the cache.
const FORWARD_PIXELS: usize = 1024;
/// Output pixels between two additions to a weight gradient.
const GRADIENT_PIXELS: usize = 512;

/// The vector instructions that a call uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vector {
    /// Eight values, with fused multiply and add.
    Avx2,
    /// Sixteen values.
    Avx512,
}

impl Vector {
    /// The best that this machine has, where the forward pass gains from it: rows must fill three quarters of their
    /// vectors. What lies beyond a row is computed and not stored.
    pub fn for_forward(geometry: &Geometry) -> Option<Self> {
        let is_filled = 4 * geometry.width >= 3 * geometry.width.next_multiple_of(TILE);
        Self::found().filter(|_| is_same_3x3(geometry) && geometry.outputs >= 4 && is_filled)
    }

    /// The same for the weight's gradient, whose vectors run over output channels.
    pub fn for_weight_gradient(geometry: &Geometry) -> Option<Self> {
        Self::found().filter(|vector| is_same_3x3(geometry) && geometry.outputs.is_multiple_of(vector.lanes()))
    }

    fn found() -> Option<Self> {
        match cpu::vectors() {
            Vectors::Avx512 => Some(Self::Avx512),
            Vectors::Avx2 => Some(Self::Avx2),
            Vectors::Portable => None,
        }
    }

    /// Pixels (in vectors) of one forward tile.
    fn tile_vectors(self, width: usize) -> usize {
        match self {
            Self::Avx2 => 2,
            Self::Avx512 if width.div_ceil(TILE).is_multiple_of(3) => 3,
            Self::Avx512 if width.div_ceil(TILE).is_multiple_of(2) => 2,
            Self::Avx512 => 1,
        }
    }

    /// Values of one vector.
    fn lanes(self) -> usize {
        match self {
            Self::Avx2 => 8,
            Self::Avx512 => 16,
        }
    }

    /// Vectors of output channels and most input channels of one gradient tile.
    fn gradient_tile(self, outputs: usize) -> (usize, usize) {
        match self {
            Self::Avx2 => (1, 4),
            Self::Avx512 if outputs.is_multiple_of(32) => (2, 4),
            Self::Avx512 => (1, 8),
        }
    }

    /// Splits `outputs` channels into blocks that a forward tile takes at once: (first, count).
    fn blocks(self, outputs: usize) -> Vec<(usize, usize)> {
        let mut blocks = Vec::new();
        let mut first = 0;
        while first < outputs {
            let left = outputs - first;
            let count = match self {
                Self::Avx512 if left >= 8 => 8,
                Self::Avx2 if left == 6 || left >= 10 => 6,
                _ if left >= 4 => 4,
                _ => 1,
            };
            blocks.push((first, count));
            first += count;
        }
        blocks
    }
}

fn is_same_3x3(geometry: &Geometry) -> bool {
    (geometry.kernel_height, geometry.kernel_width) == (3, 3) && (geometry.stride, geometry.padding) == (1, 1)
}

/// Values of one packed row.
fn row_len(geometry: &Geometry) -> usize {
    geometry.width.next_multiple_of(TILE) + ROW_MARGIN
}

fn fill_zero(values: &mut [MaybeUninit<f32>]) {
    for value in values {
        value.write(0.0);
    }
}

/// The input with a frame of zeros, rows outside, channels inside: `[B, H + 2, C, W + margin]`, and a tail.
fn pack_input(geometry: &Geometry, input: &[f32]) -> Vec<f32> {
    let (row_len, rows) = (row_len(geometry), geometry.height + 2);
    let len = geometry.batch * rows * geometry.channels * row_len;
    let mut packed = Output::new(len + TAIL);
    let target = packed.shared();
    (0..geometry.batch * rows).into_par_iter().for_each(|index| {
        let (image, row) = (index / rows, index % rows);
        let first = index * geometry.channels * row_len;
        // SAFETY: each index owns its own row of all channels.
        let line = unsafe { target.slice(first..first + geometry.channels * row_len) };
        for (channel, line) in line.chunks_exact_mut(row_len).enumerate() {
            if row == 0 || row == rows - 1 {
                fill_zero(line);
                continue;
            }
            let start = ((image * geometry.channels + channel) * geometry.height + row - 1) * geometry.width;
            line[0].write(0.0);
            for (value, &pixel) in line[1..].iter_mut().zip(&input[start..start + geometry.width]) {
                value.write(pixel);
            }
            fill_zero(&mut line[1 + geometry.width..]);
        }
    });
    // SAFETY: the tail lies within the buffer and belongs to nobody else.
    fill_zero(unsafe { target.slice(len..len + TAIL) });
    // SAFETY: every row of every image and the tail have been written.
    unsafe { packed.finish() }
}

/// The weight of each channel block as `[C, 9, block]`, block after block.
fn pack_weight(geometry: &Geometry, weight: &[f32], blocks: &[(usize, usize)]) -> Vec<f32> {
    let depth = geometry.depth();
    let mut packed = Output::new(weight.len());
    let target = packed.shared();
    blocks.par_iter().for_each(|&(first, count)| {
        // SAFETY: the blocks are disjoint and cover all outputs, hence the whole buffer.
        let target = unsafe { target.slice(first * depth..(first + count) * depth) };
        for (index, values) in target.chunks_exact_mut(count).enumerate() {
            for (offset, value) in values.iter_mut().enumerate() {
                value.write(weight[(first + offset) * depth + index]);
            }
        }
    });
    // SAFETY: as above.
    unsafe { packed.finish() }
}

/// The convolution, with bias and ReLU where asked for.
pub(super) fn forward(
    vector: Vector,
    geometry: &Geometry,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    relu: bool,
) -> Vec<f32> {
    let packed_input = pack_input(geometry, input);
    let blocks = vector.blocks(geometry.outputs);
    let packed_weight = pack_weight(geometry, weight, &blocks);
    let mut output = Output::new(geometry.output_len());
    let target = output.shared();
    let rows = (FORWARD_PIXELS / geometry.width).clamp(1, 8).min(geometry.height);
    let tiles = geometry.height.div_ceil(rows);
    let groups = TASKS.div_ceil(geometry.batch * tiles).min(blocks.len());
    let group_len = blocks.len().div_ceil(groups);
    let groups = blocks.len().div_ceil(group_len);
    (0..geometry.batch * tiles * groups).into_par_iter().for_each(|task| {
        let (image, first, group) = (task / (tiles * groups), task / groups % tiles * rows, task % groups);
        let rows = first..(first + rows).min(geometry.height);
        let blocks = &blocks[group * group_len..((group + 1) * group_len).min(blocks.len())];
        for &(output, count) in blocks {
            let weight = &packed_weight[output * geometry.depth()..(output + count) * geometry.depth()];
            let bias = bias.map(|bias| &bias[output..output + count]);
            for row in rows.clone() {
                forward_row(vector, geometry, &packed_input, weight, target, [image, output, count, row], bias, relu);
            }
        }
    });
    // SAFETY: each task wrote its rows of its channels, and the tasks cover all rows of all channels of all images.
    unsafe { output.finish() }
}

#[allow(clippy::too_many_arguments)]
fn forward_row(
    vector: Vector,
    geometry: &Geometry,
    packed_input: &[f32],
    weight: &[f32],
    target: Shared,
    [image, output, count, row]: [usize; 4],
    bias: Option<&[f32]>,
    relu: bool,
) {
    let row_len = row_len(geometry);
    let vectors = vector.tile_vectors(geometry.width);
    let source = (image * (geometry.height + 2) + row) * geometry.channels * row_len;
    let place = (image * geometry.outputs + output) * geometry.pixels() + row * geometry.width;
    for column in (0..geometry.width).step_by(vectors * vector.lanes()) {
        // SAFETY: the tile reads three packed rows from `source` on and at most `TAIL` values more, and writes what is
        // left of a row that is this task's alone, at most `vectors` vectors, in `count` channels; `vector` was detected.
        unsafe {
            let tile = ForwardTile {
                channels: geometry.channels,
                row_len,
                input: packed_input.as_ptr().add(source + column),
                weight: weight.as_ptr(),
                output: target.at(place + column),
                output_stride: geometry.pixels(),
                pixels: geometry.width - column,
                bias: bias.map_or(std::ptr::null(), <[f32]>::as_ptr),
                relu,
            };
            kernels::forward(vector, vectors, count, &tile);
        }
    }
}

/// The gradient of the weight: for each pixel, its input values times the vector of its outputs' gradients.
pub(super) fn weight_gradient(vector: Vector, geometry: &Geometry, input: &[f32], gradient: &[f32]) -> Vec<f32> {
    let packed = pack_input(geometry, input);
    let rows = (GRADIENT_PIXELS / geometry.width).clamp(1, geometry.height);
    let tiles = geometry.height.div_ceil(rows);
    let tasks = geometry.batch * tiles;
    let parts = parts_for(geometry, tasks);
    let sums = (0..parts)
        .into_par_iter()
        .map(|part| {
            let mut sum = vec![0.0; geometry.weight_len()];
            for task in part * tasks / parts..(part + 1) * tasks / parts {
                let first = task % tiles * rows;
                let rows = first..(first + rows).min(geometry.height);
                add_weight_gradient(vector, geometry, &packed, gradient, task / tiles, rows, &mut sum);
            }
            sum
        })
        .collect();
    // The sums are [C, 9, O], the weight is [O, C, 9].
    let (sum, depth) = (add_up(sums), geometry.depth());
    let mut result = vec![0.0; sum.len()];
    result.par_chunks_mut(depth).enumerate().for_each(|(output, kernel)| {
        for (value, &summed) in kernel.iter_mut().zip(sum[output..].iter().step_by(geometry.outputs)) {
            *value = summed;
        }
    });
    result
}

/// Adds what output rows `rows` of image `image` say of the weight to `sum`, `[C, 9, O]`.
fn add_weight_gradient(
    vector: Vector,
    geometry: &Geometry,
    packed: &[f32],
    gradient: &[f32],
    image: usize,
    rows: std::ops::Range<usize>,
    sum: &mut [f32],
) {
    let (row_len, pixels) = (row_len(geometry), rows.len() * geometry.width);
    let (vectors, most_channels) = vector.gradient_tile(geometry.outputs);
    let block = vectors * vector.lanes();
    with_scratch(pixels * block, |turned| {
        for output in (0..geometry.outputs).step_by(block) {
            let start = (image * geometry.outputs + output) * geometry.pixels() + rows.start * geometry.width;
            let last = start + (block - 1) * geometry.pixels() + pixels;
            let slopes = &gradient[start..last];
            // SAFETY: `slopes` reaches from the first plane's first pixel to the last plane's last, `turned` is as large.
            unsafe { kernels::transpose(slopes.as_ptr(), geometry.pixels(), block, pixels, turned.as_mut_ptr()) };
            for tap_y in 0..3 {
                let row = image * (geometry.height + 2) + rows.start + tap_y;
                let mut channel = 0;
                while channel < geometry.channels {
                    let count = largest_power_of_two(geometry.channels - channel).min(most_channels);
                    let target = &mut sum[(channel * 9 + tap_y * 3) * geometry.outputs + output..];
                    // SAFETY: the tile reads `rows` packed rows of `count` channels, two values beyond each row's
                    // pixels, which the margin holds, and all of `turned`; it adds to three vector blocks a channel,
                    // the last of which lies within `sum`; `vector` was detected.
                    unsafe {
                        let tile = GradientTile {
                            rows: rows.len(),
                            width: geometry.width,
                            input: packed.as_ptr().add((row * geometry.channels + channel) * row_len),
                            row_stride: geometry.channels * row_len,
                            channel_stride: row_len,
                            gradient: turned.as_ptr(),
                            sum: target.as_mut_ptr(),
                            tap_stride: geometry.outputs,
                        };
                        kernels::gradient(vector, vectors, count, &tile);
                    }
                    channel += count;
                }
            }
        }
    });
}

fn largest_power_of_two(count: usize) -> usize {
    1 << count.ilog2()
}
