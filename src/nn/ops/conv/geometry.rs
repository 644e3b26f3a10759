//! The sizes of one convolution, checked once, and the unfolding of its windows into columns. Not for products.
#![allow(unsafe_code)]

use candle_core::{Result, bail};

use super::super::memory::Shared;

/// Values that one tile of unfolded windows may hold: half a mebibyte, so that it stays in the second-level cache.
const TILE_VALUES: usize = 131_072;

/// The sizes of one convolution.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Geometry {
    pub batch: usize,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub outputs: usize,
    pub kernel_height: usize,
    pub kernel_width: usize,
    pub stride: usize,
    pub padding: usize,
    pub out_height: usize,
    pub out_width: usize,
}

impl Geometry {
    /// Checks that an input `[B, C, H, W]` and a weight `[O, C, kh, kw]` fit each other.
    ///
    /// *Errors*: other ranks, a size of zero, different channels, a kernel larger than the padded input.
    pub fn new(input: &[usize], weight: &[usize], stride: usize, padding: usize) -> Result<Self> {
        let (&[batch, channels, height, width], &[outputs, weight_channels, kernel_height, kernel_width]) =
            (input, weight)
        else {
            bail!("convolution: expected [B, C, H, W] and [O, C, kh, kw], found {input:?} and {weight:?}")
        };
        if input.contains(&0) || weight.contains(&0) || stride == 0 {
            bail!("convolution: no size may be zero: input {input:?}, weight {weight:?}, stride {stride}");
        }
        if channels != weight_channels {
            bail!("convolution: the input has {channels} channels, the weight expects {weight_channels}");
        }
        let (padded_height, padded_width) = (height + 2 * padding, width + 2 * padding);
        if kernel_height > padded_height || kernel_width > padded_width {
            bail!(
                "convolution: the kernel {kernel_height}×{kernel_width} is larger than the padded input \
                 {padded_height}×{padded_width}"
            );
        }
        let out_height = (padded_height - kernel_height) / stride + 1;
        let out_width = (padded_width - kernel_width) / stride + 1;
        Ok(Self {
            batch,
            channels,
            height,
            width,
            outputs,
            kernel_height,
            kernel_width,
            stride,
            padding,
            out_height,
            out_width,
        })
    }

    /// Values of one window: the inner size of the matrix product.
    pub fn depth(&self) -> usize {
        self.channels * self.taps()
    }

    /// Positions of the kernel.
    pub fn taps(&self) -> usize {
        self.kernel_height * self.kernel_width
    }

    /// Pixels of one input channel.
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Pixels of one output channel.
    pub fn out_pixels(&self) -> usize {
        self.out_height * self.out_width
    }

    /// Values of the input.
    pub fn input_len(&self) -> usize {
        self.batch * self.channels * self.pixels()
    }

    /// Values of the output.
    pub fn output_len(&self) -> usize {
        self.batch * self.outputs * self.out_pixels()
    }

    /// Values of the weight.
    pub fn weight_len(&self) -> usize {
        self.outputs * self.depth()
    }

    /// True where each output pixel sees just its own input pixel: the input is the matrix already.
    pub fn is_pointwise(&self) -> bool {
        self.taps() == 1 && self.stride == 1 && self.padding == 0
    }

    /// Output rows whose windows are unfolded together: by the shape alone.
    pub fn rows_per_tile(&self) -> usize {
        let pixels = (TILE_VALUES / self.depth()).clamp(96, 1024);
        (pixels / self.out_width).clamp(1, self.out_height)
    }

    /// Refuses slices of other lengths than these sizes ask for.
    pub fn check(&self, input: usize, weight: usize, output: usize) -> Result<()> {
        if input != self.input_len() || weight != self.weight_len() || output != self.output_len() {
            bail!("convolution: the buffers do not have the sizes of {self:?}");
        }
        Ok(())
    }

    /// The output columns `first..end` whose input column `x · stride + tap - padding` lies inside the input.
    fn columns_inside(&self, tap: usize) -> (usize, usize) {
        let first = self.padding.saturating_sub(tap).div_ceil(self.stride).min(self.out_width);
        let reach = (self.width + self.padding).saturating_sub(tap);
        let end = reach.div_ceil(self.stride).min(self.out_width).max(first);
        (first, end)
    }

    /// The input row that output row `row` sees at vertical kernel position `tap`, if it lies inside.
    fn input_row(&self, row: usize, tap: usize) -> Option<usize> {
        (row * self.stride + tap).checked_sub(self.padding).filter(|&y| y < self.height)
    }

    /// Unfolds output rows `rows` of one image, channels `channels`: `columns[channels · taps, rows · out_width]`.
    ///
    /// # Panics
    /// Where `columns` or `image` (`[C, H, W]`) is too short.
    pub fn unfold(
        &self,
        image: &[f32],
        rows: std::ops::Range<usize>,
        channels: std::ops::Range<usize>,
        columns: &mut [f32],
    ) {
        let tile = rows.len() * self.out_width;
        let mut target = columns[..channels.len() * self.taps() * tile].chunks_exact_mut(tile);
        for plane in image[channels.start * self.pixels()..channels.end * self.pixels()].chunks_exact(self.pixels()) {
            for tap_y in 0..self.kernel_height {
                for tap_x in 0..self.kernel_width {
                    let Some(line) = target.next() else { return };
                    self.unfold_tap(plane, rows.clone(), [tap_y, tap_x], line);
                }
            }
        }
    }

    fn unfold_tap(&self, plane: &[f32], rows: std::ops::Range<usize>, [tap_y, tap_x]: [usize; 2], line: &mut [f32]) {
        let (first, end) = self.columns_inside(tap_x);
        for (row, target) in rows.zip(line.chunks_exact_mut(self.out_width)) {
            let Some(y) = self.input_row(row, tap_y) else {
                target.fill(0.0);
                continue;
            };
            let source = &plane[y * self.width..][..self.width];
            target[..first].fill(0.0);
            target[end..].fill(0.0);
            if first == end {
                continue;
            }
            let source = &source[first * self.stride + tap_x - self.padding..];
            if self.stride == 1 {
                target[first..end].copy_from_slice(&source[..end - first]);
            } else {
                for (value, &seen) in target[first..end].iter_mut().zip(source.iter().step_by(self.stride)) {
                    *value = seen;
                }
            }
        }
    }

    /// The inverse of [`Self::unfold`]: adds each column value to the input pixel that it came from. `columns` holds
    /// the channels `channels` only.
    ///
    /// # Safety
    /// `image` is the address of one whole `[C, H, W]` image, and no other thread touches these channels of it.
    pub unsafe fn fold(
        &self,
        columns: &[f32],
        rows: std::ops::Range<usize>,
        channels: std::ops::Range<usize>,
        image: Shared,
    ) {
        let tile = rows.len() * self.out_width;
        let mut source = columns[..channels.len() * self.taps() * tile].chunks_exact(tile);
        for channel in channels {
            // SAFETY: one channel of the image, which is this thread's alone.
            let plane = unsafe { std::slice::from_raw_parts_mut(image.at(channel * self.pixels()), self.pixels()) };
            for tap_y in 0..self.kernel_height {
                for tap_x in 0..self.kernel_width {
                    let Some(line) = source.next() else { return };
                    let (first, end) = self.columns_inside(tap_x);
                    for (row, values) in rows.clone().zip(line.chunks_exact(self.out_width)) {
                        let Some(y) = self.input_row(row, tap_y) else { continue };
                        if first == end {
                            continue;
                        }
                        let start = y * self.width + first * self.stride + tap_x - self.padding;
                        let target = plane[start..(y + 1) * self.width].iter_mut().step_by(self.stride);
                        for (value, &back) in target.zip(&values[first..end]) {
                            *value += back;
                        }
                    }
                }
            }
        }
    }
}
