//! A DenseNet block at reading: one buffer that every layer appends its channels to, and the norm in front of each 1×1
//! convolution done tile by tile on the way into its product. Not for training (`nn::densenet` composes that).
//!
//! Layer by layer, the plain form copies all channels so far twice: once to append, once to normalize. Over the 58 layers
//! of DenseNet-121 that is more memory traffic than all of its weights.
#![allow(unsafe_code)]

use candle_core::{Result, Tensor, bail};
use rayon::prelude::*;

use super::conv::Fused;
use super::memory::{Matrix, Output, Shared, View, at_least, matmul, tensor_of, with_scratch};
use super::norm::write_affine;

/// Tasks that a product is split into where its shape allows, whatever the machine.
const TASKS: usize = 16;
/// Pixels of a tile: a multiple of the widest kernel's columns, and few enough for a core's cache.
const PIXEL_STEP: usize = 48;
const MOST_PIXELS: usize = 384;
/// Fewest output channels of a task.
const LEAST_OUTPUTS: usize = 32;

/// The parameters of one layer, its second norm folded into `reduce`.
#[derive(Clone, Copy, Debug)]
pub struct DenseLayerParts<'a> {
    /// The first norm as factor and offset a channel, `[C]` each.
    pub scale: &'a Tensor,
    /// See `scale`.
    pub shift: &'a Tensor,
    /// The 1×1 convolution, `[K, C, 1, 1]`, and its bias `[K]`.
    pub reduce: &'a Tensor,
    /// See `reduce`.
    pub reduce_bias: &'a Tensor,
    /// The 3×3 convolution, `[G, K, 3, 3]`.
    pub grow: &'a Fused,
}

/// `x`, then the new channels of every layer, each of which saw all before it.
///
/// *Shape*: `[B, C, H, W]` to `[B, C + layers · G, H, W]`, f32 on the CPU; the result has no gradient.
/// *Errors*: parts that do not fit the channels before them, a size of zero.
pub fn dense_block(x: &Tensor, layers: &[DenseLayerParts]) -> Result<Tensor> {
    let &[batch, inputs, height, width] = x.dims() else { bail!("dense block: expected [B, C, H, W], found {x:?}") };
    if x.dims().contains(&0) {
        bail!("dense block: no size may be zero, found {:?}", x.dims());
    }
    let pixels = height * width;
    let channels =
        inputs + layers.iter().map(|layer| layer.grow.weight().dims().first().copied().unwrap_or(0)).sum::<usize>();
    let mut output = Output::new(batch * channels * pixels);
    let buffer = Buffer { target: output.shared(), batch, channels, height, width };
    let x = x.contiguous()?;
    // SAFETY: the buffer holds `channels` of each image, at least `inputs`.
    unsafe { buffer.append(View::of(&x).values()?, 0, inputs) };
    let mut known = inputs;
    for layer in layers {
        let new = layer.run(&buffer, known)?;
        let count = layer.grow.weight().dim(0)?;
        // SAFETY: as above; the sum over all layers was taken for the buffer's size.
        unsafe { buffer.append(&new, known, count) };
        known += count;
    }
    // SAFETY: the input and every layer's channels have been written, which is all.
    tensor_of(unsafe { output.finish() }, (batch, channels, height, width))
}

/// The block's growing output.
struct Buffer {
    target: Shared,
    batch: usize,
    channels: usize,
    height: usize,
    width: usize,
}

impl Buffer {
    fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Puts `values` (`[B, count, H, W]`) at channel `first` of each image.
    ///
    /// # Safety
    /// The buffer is alive, nobody else touches it, and `first + count` is at most its channels.
    unsafe fn append(&self, values: &[f32], first: usize, count: usize) {
        let len = count * self.pixels();
        let place = |image: usize| (image * self.channels + first) * self.pixels();
        values.par_chunks(len.max(1)).enumerate().for_each(|(image, source)| {
            // SAFETY: the caller's promise; the images are disjoint.
            unsafe { self.target.slice(place(image)..place(image) + source.len()) }.write_copy_of_slice(source);
        });
    }
}

impl DenseLayerParts<'_> {
    /// The layer's new channels, from the first `known` of the buffer.
    fn run(&self, buffer: &Buffer, known: usize) -> Result<Vec<f32>> {
        let &[width, depth, 1, 1] = self.reduce.dims() else {
            bail!("dense layer: expected a 1×1 convolution, found {:?}", self.reduce.dims())
        };
        if depth != known || self.scale.dims() != [known] || self.shift.dims() != [known] {
            bail!("dense layer: {known} channels come in, the layer takes {depth}");
        }
        if self.reduce_bias.dims() != [width] {
            bail!("dense layer: expected {width} bias values, found {:?}", self.reduce_bias.dims());
        }
        let (scale, shift) = (View::of(self.scale), View::of(self.shift));
        let (reduce, bias) = (View::of(self.reduce), View::of(self.reduce_bias));
        let product = Product {
            scale: scale.values()?,
            shift: shift.values()?,
            weight: reduce.values()?,
            bias: bias.values()?,
            depth,
            outputs: width,
        };
        let middle = product.run(buffer);
        self.grow.forward_slice(&middle, &[buffer.batch, width, buffer.height, buffer.width], false)
    }
}

/// `relu(weight · relu(scale · x + shift) + bias)`.
struct Product<'a> {
    scale: &'a [f32],
    shift: &'a [f32],
    weight: &'a [f32],
    bias: &'a [f32],
    depth: usize,
    outputs: usize,
}

impl Product<'_> {
    /// Over all pixels of all images, from the buffer's first `depth` channels, which have been written.
    fn run(&self, buffer: &Buffer) -> Vec<f32> {
        let (pixels, depth) = (buffer.pixels(), self.depth);
        let tile = pixels.div_ceil(TASKS).next_multiple_of(PIXEL_STEP).min(MOST_PIXELS).min(pixels);
        let tiles = pixels.div_ceil(tile);
        let wanted = TASKS.div_ceil(buffer.batch * tiles).clamp(1, self.outputs.div_ceil(LEAST_OUTPUTS));
        let block = self.outputs.div_ceil(wanted).next_multiple_of(16);
        let blocks = self.outputs.div_ceil(block);
        let mut output = Output::new(buffer.batch * self.outputs * pixels);
        let target = output.shared();
        (0..buffer.batch * tiles * blocks).into_par_iter().for_each(|task| {
            let (image, tile_index, block_index) = (task / (tiles * blocks), task / blocks % tiles, task % blocks);
            let (first, end) = (tile_index * tile, ((tile_index + 1) * tile).min(pixels));
            let outputs = block_index * block..((block_index + 1) * block).min(self.outputs);
            let size = end - first;
            with_scratch(depth * size, |columns| {
                for (channel, row) in columns.chunks_exact_mut(size).enumerate() {
                    let start = (image * buffer.channels + channel) * pixels + first;
                    // SAFETY: the first `depth` channels of each image have been written and nobody writes them now;
                    // `row` is initialized memory of this thread, seen as memory that need not be.
                    unsafe {
                        let source = std::slice::from_raw_parts(buffer.target.at(start).cast_const(), size);
                        let row = std::slice::from_raw_parts_mut(row.as_mut_ptr().cast(), size);
                        write_affine(row, source, self.scale[channel], self.shift[channel], 0.0);
                    }
                }
                let left =
                    Matrix { start: self.weight[outputs.start * depth..].as_ptr(), row_stride: depth, col_stride: 1 };
                let right = Matrix { start: columns.as_ptr(), row_stride: size, col_stride: 1 };
                // SAFETY: the sizes were checked against the slices; each task owns its pixels of its channels.
                unsafe {
                    let place = target.at((image * self.outputs + outputs.start) * pixels + first);
                    matmul([outputs.len(), size, depth], place, pixels, false, left, right);
                    for (index, output) in outputs.enumerate() {
                        let line = std::slice::from_raw_parts_mut(place.add(index * pixels), size);
                        let bias = self.bias[output];
                        line.iter_mut().for_each(|value| *value = at_least(0.0, *value + bias));
                    }
                }
            });
        });
        // SAFETY: the tasks cover all pixels of all channels of all images.
        unsafe { output.finish() }
    }
}
