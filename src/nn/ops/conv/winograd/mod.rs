//! 3×3, stride 1, padding 1 by Winograd's F(4×4, 3×3): a quarter of the products, for two linear maps around them. Not for
//! other shapes, nor where a tile's maps cost more than they save (`direct` and `forward` have those).
//!
//! Tiles are taken a few rows at a time, so that their 36 values a channel stay in the cache between the maps and the
//! products. Against f64 the answers are off by about 1e-6 of the largest one: the maps add and subtract values some tens of
//! times as large.
#![allow(unsafe_code)]

mod product;
mod transform;

use rayon::prelude::*;

use super::super::cpu::{Vectors, vectors};
use super::super::memory::{Output, Shared, shared_of, with_scratch};
use super::geometry::Geometry;
use product::{LANES, Product};
use transform::{KERNELS, OutputRow, TAPS, TILE, VALUES};

/// With fewer channels on either side the maps cost more than the products that they save.
const LEAST_CHANNELS: usize = 16;
/// Share of the pixels of all tiles that must lie within the picture.
const LEAST_FILL: f64 = 0.7;
/// Tiles of a block below which reading the transformed kernels takes longer than multiplying with the plain ones.
const LEAST_TILES: usize = 32;
/// Tiles that are taken at once, where a row of them has not more.
const MOST_TILES: usize = 64;
/// Tasks below which a call is split within its blocks.
const LEAST_TASKS: usize = 8;
/// Tasks of a map within one block.
const TASKS: usize = 16;

/// Kernels, transformed and packed: `[36, blocks of outputs, C, outputs of the block]`.
#[derive(Clone, Debug)]
pub(in super::super) struct Kernels {
    channels: usize,
    outputs: usize,
    vectors: Vectors,
    blocks: Vec<(usize, usize)>,
    values: Vec<f32>,
}

impl Kernels {
    /// Transforms `weight`, `[O, C, 3, 3]`.
    pub fn new(weight: &[f32], outputs: usize, channels: usize) -> Self {
        let vectors = vectors();
        let blocks = product::blocks(vectors, outputs);
        let mut values = Output::new(VALUES * outputs * channels);
        let target = values.shared();
        blocks.par_iter().for_each(|&(first, count)| {
            let (mut kernels, mut turned) = ([[0.0; KERNELS]; TAPS], [[0.0; KERNELS]; VALUES]);
            for channel in 0..channels {
                for output in 0..count {
                    let start = ((first + output) * channels + channel) * TAPS;
                    for (lanes, &tap) in kernels.iter_mut().zip(&weight[start..start + TAPS]) {
                        lanes[output] = f64::from(tap);
                    }
                }
                transform::of_kernels(&kernels, &mut turned);
                for (index, values) in turned.iter().enumerate() {
                    let place = (index * outputs + first) * channels + channel * count;
                    // SAFETY: each block writes its own outputs of all channels and values; together they are all.
                    unsafe { target.slice(place..place + count) }.write_copy_of_slice(&values[..count]);
                }
            }
        });
        // SAFETY: as above.
        Self { channels, outputs, vectors, blocks, values: unsafe { values.finish() } }
    }

    /// Whether these are kernels for `geometry`.
    fn fit(&self, geometry: &Geometry) -> bool {
        (self.channels, self.outputs) == (geometry.channels, geometry.outputs)
    }

    /// The kernels of value `index` for the outputs from `first` on.
    fn at(&self, index: usize, first: usize) -> *const f32 {
        self.values[(index * self.outputs + first) * self.channels..].as_ptr()
    }
}

/// Whether this way is the fastest one for `geometry`.
pub(in super::super) fn pays(geometry: &Geometry) -> bool {
    let is_same = (geometry.kernel_height, geometry.kernel_width, geometry.stride, geometry.padding) == (3, 3, 1, 1);
    let plan = Plan::new(geometry);
    let tiles = plan.block_rows * plan.cols;
    let is_filled = geometry.pixels() as f64 >= LEAST_FILL * (plan.tile_rows * plan.cols * TILE * TILE) as f64
        && tiles as f64 >= LEAST_FILL * tiles.next_multiple_of(LANES) as f64;
    is_same && is_filled && tiles >= LEAST_TILES && geometry.channels.min(geometry.outputs) >= LEAST_CHANNELS
}

/// How a picture is cut into tiles and blocks of tiles.
#[derive(Clone, Copy)]
struct Plan {
    /// Rows of tiles.
    tile_rows: usize,
    /// Tiles a row.
    cols: usize,
    /// Rows of tiles in a block.
    block_rows: usize,
    /// Blocks of a picture.
    blocks: usize,
}

impl Plan {
    fn new(geometry: &Geometry) -> Self {
        let (tile_rows, cols) = (geometry.out_height.div_ceil(TILE), geometry.out_width.div_ceil(TILE));
        let block_rows = (MOST_TILES / cols).clamp(1, tile_rows);
        Self { tile_rows, cols, block_rows, blocks: tile_rows.div_ceil(block_rows) }
    }

    /// The rows of tiles of block `index`, and its lanes.
    fn block(&self, index: usize) -> (std::ops::Range<usize>, usize) {
        let first = index * self.block_rows;
        let rows = first..(first + self.block_rows).min(self.tile_rows);
        let lanes = (rows.len() * self.cols).next_multiple_of(LANES);
        (rows, lanes)
    }
}

/// One call: what every part of it sees.
struct Call<'a> {
    geometry: &'a Geometry,
    kernels: &'a Kernels,
    plan: Plan,
    input: &'a [f32],
    bias: Option<&'a [f32]>,
    floor: f32,
    target: Shared,
}

/// The convolution, with bias and ReLU where asked for. The slices have been checked against `geometry`.
pub(in super::super) fn forward(
    geometry: &Geometry,
    input: &[f32],
    kernels: &Kernels,
    bias: Option<&[f32]>,
    relu: bool,
) -> Vec<f32> {
    assert!(kernels.fit(geometry), "kernels of another convolution");
    let plan = Plan::new(geometry);
    let mut output = Output::new(geometry.output_len());
    let floor = if relu { 0.0 } else { f32::NEG_INFINITY };
    let call = Call { geometry, kernels, plan, input, bias, floor, target: output.shared() };
    let tasks = geometry.batch * plan.blocks;
    if tasks >= LEAST_TASKS {
        (0..tasks).into_par_iter().for_each(|task| call.whole_block(task / plan.blocks, task % plan.blocks));
    } else {
        (0..tasks).for_each(|task| call.split_block(task / plan.blocks, task % plan.blocks));
    }
    // SAFETY: the blocks of all images cover all rows of all output channels.
    unsafe { output.finish() }
}

impl Call<'_> {
    /// A block on this thread alone.
    fn whole_block(&self, image: usize, block: usize) {
        let (rows, lanes) = self.plan.block(block);
        let (channels, outputs) = (self.geometry.channels, self.geometry.outputs);
        let maps = transform::input_scratch(self.plan.cols).max(transform::output_scratch(self.plan.cols));
        with_scratch(VALUES * (channels + outputs) * lanes + maps, |scratch| {
            let (tiles, rest) = scratch.split_at_mut(VALUES * channels * lanes);
            let (sums, maps) = rest.split_at_mut(VALUES * outputs * lanes);
            let (tiles, sums) = (shared_of(tiles), shared_of(sums));
            for channel in 0..channels {
                // SAFETY: the scratch is this thread's own and as large as the maps say.
                unsafe { self.map_input(image, channel, rows.clone(), lanes, maps, tiles) };
            }
            for index in 0..VALUES {
                // SAFETY: as above; all tiles have been written.
                unsafe { self.multiply(index, &self.kernels.blocks, lanes, tiles, sums) };
            }
            for output in 0..outputs {
                // SAFETY: as above; all sums have been written, and the block owns its rows of its image.
                unsafe { self.map_output(image, output, rows.clone(), lanes, maps, sums) };
            }
        });
    }

    /// A block on all threads, map after map.
    fn split_block(&self, image: usize, block: usize) {
        let (rows, lanes) = self.plan.block(block);
        let (channels, outputs) = (self.geometry.channels, self.geometry.outputs);
        let maps = transform::input_scratch(self.plan.cols).max(transform::output_scratch(self.plan.cols));
        let each = |count: usize, work: &(dyn Fn(usize, &mut [f32]) + Sync)| {
            let part = count.div_ceil(TASKS);
            (0..count.div_ceil(part)).into_par_iter().for_each(|task| {
                with_scratch(maps, |maps| {
                    (task * part..((task + 1) * part).min(count)).for_each(|index| work(index, maps));
                });
            });
        };
        with_scratch(VALUES * (channels + outputs) * lanes, |scratch| {
            let (tiles, sums) = scratch.split_at_mut(VALUES * channels * lanes);
            let (tiles, sums) = (shared_of(tiles), shared_of(sums));
            // SAFETY: each channel is one task's, and `tiles` is as large as the map says.
            each(channels, &|channel, maps| unsafe {
                self.map_input(image, channel, rows.clone(), lanes, maps, tiles);
            });
            let blocks = &self.kernels.blocks;
            (0..VALUES).into_par_iter().for_each(|index| {
                // SAFETY: all tiles have been written, and the sums of a value are one task's.
                unsafe { self.multiply(index, blocks, lanes, tiles, sums) };
            });
            // SAFETY: all sums have been written, and each output channel is one task's.
            each(outputs, &|output, maps| unsafe { self.map_output(image, output, rows.clone(), lanes, maps, sums) });
        });
    }

    /// # Safety
    /// `tiles` holds `[36, C, lanes]`, and channel `channel` of it is this thread's alone.
    unsafe fn map_input(
        &self,
        image: usize,
        channel: usize,
        rows: std::ops::Range<usize>,
        lanes: usize,
        maps: &mut [f32],
        tiles: Shared,
    ) {
        let (geometry, cols) = (self.geometry, self.plan.cols);
        let plane = &self.input[(image * geometry.channels + channel) * geometry.pixels()..][..geometry.pixels()];
        for (index, row) in rows.enumerate() {
            // SAFETY: the caller's promise; a block's rows of tiles fit into its lanes.
            unsafe {
                let place = tiles.from(channel * lanes + index * cols);
                transform::input_row(geometry, plane, row, cols, maps, place, geometry.channels * lanes);
            }
        }
    }

    /// # Safety
    /// `tiles` holds `[36, C, lanes]`, written; `sums` holds `[36, O, lanes]`, whose value `index` is this thread's alone.
    unsafe fn multiply(&self, index: usize, blocks: &[(usize, usize)], lanes: usize, tiles: Shared, sums: Shared) {
        let (channels, outputs) = (self.geometry.channels, self.geometry.outputs);
        for &(first, count) in blocks {
            // SAFETY: the caller's promise; the kernels were packed for these blocks and this machine.
            unsafe {
                let product = Product {
                    channels,
                    lanes,
                    kernel: self.kernels.at(index, first),
                    tiles: tiles.at(index * channels * lanes),
                    sums: sums.at((index * outputs + first) * lanes),
                };
                product::run(self.kernels.vectors, count, &product);
            }
        }
    }

    /// # Safety
    /// `sums` holds `[36, O, lanes]`, written; these rows of this output channel are this thread's alone.
    unsafe fn map_output(
        &self,
        image: usize,
        output: usize,
        rows: std::ops::Range<usize>,
        lanes: usize,
        maps: &mut [f32],
        sums: Shared,
    ) {
        let (geometry, cols) = (self.geometry, self.plan.cols);
        for (index, row) in rows.enumerate() {
            // SAFETY: the caller's promise.
            unsafe {
                let row = OutputRow {
                    source: sums.at(output * lanes + index * cols),
                    value_stride: geometry.outputs * lanes,
                    cols,
                    first_y: row * TILE,
                    bias: self.bias.map_or(0.0, |bias| bias[output]),
                    floor: self.floor,
                };
                let plane = self.target.from((image * geometry.outputs + output) * geometry.out_pixels());
                transform::output_row(geometry, &row, maps, plane);
            }
        }
    }
}
