//! The vector code of the direct 3×3 convolution. Not for deciding what runs or in which order (`direct`).
#![allow(unsafe_code)]
// Two dozen intrinsics, whose names say where they come from.
#![allow(clippy::wildcard_imports)]

use std::arch::x86_64::*;

use super::Vector;

/// What a forward tile reads and writes.
pub(super) struct ForwardTile {
    /// Input channels.
    pub channels: usize,
    /// Packed values of one row of one channel.
    pub row_len: usize,
    /// Packed input at the tile's first row (one above the output's), channel 0, first column (one to the left).
    pub input: *const f32,
    /// `[C, 9, outputs]`.
    pub weight: *const f32,
    /// First output value.
    pub output: *mut f32,
    /// From one output channel to the next.
    pub output_stride: usize,
    /// Pixels that are stored, where fewer than the tile has.
    pub pixels: usize,
    /// One value an output channel, or null.
    pub bias: *const f32,
    /// Negative values become zero.
    pub relu: bool,
}

/// What a gradient tile reads and adds to.
pub(super) struct GradientTile {
    /// Output rows.
    pub rows: usize,
    /// Output columns.
    pub width: usize,
    /// Packed input of the first channel, at the row that the kernel's row sees.
    pub input: *const f32,
    /// From one packed row to the next.
    pub row_stride: usize,
    /// From one packed channel to the next.
    pub channel_stride: usize,
    /// `[rows · width, outputs of a tile]`.
    pub gradient: *const f32,
    /// Sum of the first channel at the kernel row's first column: one vector block of outputs.
    pub sum: *mut f32,
    /// From one kernel column to the next.
    pub tap_stride: usize,
}

/// Runs one forward tile of `vectors` vectors by `outputs` channels.
///
/// # Safety
/// The machine has `vector`; the tile's addresses cover what its fields say.
pub(super) unsafe fn forward(vector: Vector, vectors: usize, outputs: usize, tile: &ForwardTile) {
    // SAFETY: the caller's promise.
    unsafe {
        match (vector, vectors, outputs) {
            (Vector::Avx2, _, 6) => forward_avx2::<6>(tile),
            (Vector::Avx2, _, 4) => forward_avx2::<4>(tile),
            (Vector::Avx2, ..) => forward_avx2::<1>(tile),
            (Vector::Avx512, 3, 8) => forward_avx512::<3, 8>(tile),
            (Vector::Avx512, 3, 4) => forward_avx512::<3, 4>(tile),
            (Vector::Avx512, 3, _) => forward_avx512::<3, 1>(tile),
            (Vector::Avx512, 2, 8) => forward_avx512::<2, 8>(tile),
            (Vector::Avx512, 2, 4) => forward_avx512::<2, 4>(tile),
            (Vector::Avx512, 2, _) => forward_avx512::<2, 1>(tile),
            (Vector::Avx512, _, 8) => forward_avx512::<1, 8>(tile),
            (Vector::Avx512, _, 4) => forward_avx512::<1, 4>(tile),
            (Vector::Avx512, ..) => forward_avx512::<1, 1>(tile),
        }
    }
}

/// Runs one gradient tile of `channels` input channels and `vectors` vectors of outputs.
///
/// # Safety
/// As for [`forward`].
pub(super) unsafe fn gradient(vector: Vector, vectors: usize, channels: usize, tile: &GradientTile) {
    // SAFETY: the caller's promise.
    unsafe {
        match (vector, vectors, channels) {
            (Vector::Avx2, _, 4) => gradient_avx2::<4>(tile),
            (Vector::Avx2, _, 2) => gradient_avx2::<2>(tile),
            (Vector::Avx2, ..) => gradient_avx2::<1>(tile),
            (Vector::Avx512, 2, 4) => gradient_avx512::<2, 4>(tile),
            (Vector::Avx512, 2, 2) => gradient_avx512::<2, 2>(tile),
            (Vector::Avx512, 2, _) => gradient_avx512::<2, 1>(tile),
            (Vector::Avx512, _, 8) => gradient_avx512::<1, 8>(tile),
            (Vector::Avx512, _, 4) => gradient_avx512::<1, 4>(tile),
            (Vector::Avx512, _, 2) => gradient_avx512::<1, 2>(tile),
            (Vector::Avx512, ..) => gradient_avx512::<1, 1>(tile),
        }
    }
}

/// Turns `[outputs, pixels]` (planes `plane` apart) into `[pixels, outputs]`. `outputs` is a multiple of four.
///
/// # Safety
/// The addresses cover what the sizes say; `target` overlaps nothing.
pub(super) unsafe fn transpose(source: *const f32, plane: usize, outputs: usize, pixels: usize, target: *mut f32) {
    // SAFETY: the caller's promise.
    unsafe {
        let whole = pixels / 4 * 4;
        for output in (0..outputs).step_by(4) {
            let lines = [0, 1, 2, 3].map(|offset| source.add((output + offset) * plane));
            for pixel in (0..whole).step_by(4) {
                let mut rows = lines.map(|line| _mm_loadu_ps(line.add(pixel)));
                let [a, b, c, d] = &mut rows;
                _MM_TRANSPOSE4_PS(a, b, c, d);
                for (offset, row) in rows.into_iter().enumerate() {
                    _mm_storeu_ps(target.add((pixel + offset) * outputs + output), row);
                }
            }
            for pixel in whole..pixels {
                for (offset, line) in lines.into_iter().enumerate() {
                    *target.add(pixel * outputs + output + offset) = *line.add(pixel);
                }
            }
        }
    }
}

#[target_feature(enable = "avx2,fma")]
unsafe fn forward_avx2<const OUTPUTS: usize>(tile: &ForwardTile) {
    // SAFETY: the caller of `forward` answers for the addresses.
    unsafe {
        let mut sums = [[_mm256_setzero_ps(); 2]; OUTPUTS];
        if !tile.bias.is_null() {
            for (output, sum) in sums.iter_mut().enumerate() {
                *sum = [_mm256_set1_ps(*tile.bias.add(output)); 2];
            }
        }
        let mut weight = tile.weight;
        for channel in 0..tile.channels {
            for tap_y in 0..3 {
                let row = tile.input.add((tap_y * tile.channels + channel) * tile.row_len);
                for tap_x in 0..3 {
                    let pixels = [_mm256_loadu_ps(row.add(tap_x)), _mm256_loadu_ps(row.add(tap_x + 8))];
                    for (output, sum) in sums.iter_mut().enumerate() {
                        let factor = _mm256_set1_ps(*weight.add(output));
                        sum[0] = _mm256_fmadd_ps(factor, pixels[0], sum[0]);
                        sum[1] = _mm256_fmadd_ps(factor, pixels[1], sum[1]);
                    }
                    weight = weight.add(OUTPUTS);
                }
            }
        }
        // In this order the maximum lets a NaN pass.
        let floor = _mm256_set1_ps(if tile.relu { 0.0 } else { f32::NEG_INFINITY });
        for (output, sum) in sums.iter().enumerate() {
            let target = tile.output.add(output * tile.output_stride);
            let values = sum.map(|value| _mm256_max_ps(floor, value));
            if tile.pixels >= 16 {
                _mm256_storeu_ps(target, values[0]);
                _mm256_storeu_ps(target.add(8), values[1]);
            } else {
                let mut line = [0.0f32; 16];
                _mm256_storeu_ps(line.as_mut_ptr(), values[0]);
                _mm256_storeu_ps(line.as_mut_ptr().add(8), values[1]);
                std::ptr::copy_nonoverlapping(line.as_ptr(), target, tile.pixels);
            }
        }
    }
}

#[target_feature(enable = "avx512f")]
unsafe fn forward_avx512<const VECTORS: usize, const OUTPUTS: usize>(tile: &ForwardTile) {
    // SAFETY: the caller of `forward` answers for the addresses.
    unsafe {
        let mut sums = [[_mm512_setzero_ps(); VECTORS]; OUTPUTS];
        if !tile.bias.is_null() {
            for (output, sum) in sums.iter_mut().enumerate() {
                *sum = [_mm512_set1_ps(*tile.bias.add(output)); VECTORS];
            }
        }
        let mut weight = tile.weight;
        for channel in 0..tile.channels {
            for tap_y in 0..3 {
                let row = tile.input.add((tap_y * tile.channels + channel) * tile.row_len);
                for tap_x in 0..3 {
                    let mut pixels = [_mm512_setzero_ps(); VECTORS];
                    for (index, value) in pixels.iter_mut().enumerate() {
                        *value = _mm512_loadu_ps(row.add(tap_x + 16 * index));
                    }
                    for (output, sum) in sums.iter_mut().enumerate() {
                        let factor = _mm512_set1_ps(*weight.add(output));
                        for (value, &pixel) in sum.iter_mut().zip(&pixels) {
                            *value = _mm512_fmadd_ps(factor, pixel, *value);
                        }
                    }
                    weight = weight.add(OUTPUTS);
                }
            }
        }
        // In this order the maximum lets a NaN pass.
        let floor = _mm512_set1_ps(if tile.relu { 0.0 } else { f32::NEG_INFINITY });
        for (output, sum) in sums.iter().enumerate() {
            let target = tile.output.add(output * tile.output_stride);
            for (index, &value) in sum.iter().enumerate() {
                let value = _mm512_max_ps(floor, value);
                let left = tile.pixels.saturating_sub(16 * index);
                if left >= 16 {
                    _mm512_storeu_ps(target.add(16 * index), value);
                } else {
                    // No store at all where nothing is left: the mask is empty.
                    _mm512_mask_storeu_ps(target.wrapping_add(16 * index), (1u16 << left) - 1, value);
                }
            }
        }
    }
}

#[target_feature(enable = "avx2,fma")]
unsafe fn gradient_avx2<const CHANNELS: usize>(tile: &GradientTile) {
    // SAFETY: the caller of `gradient` answers for the addresses.
    unsafe {
        let mut sums = [[_mm256_setzero_ps(); 3]; CHANNELS];
        for row in 0..tile.rows {
            let input = tile.input.add(row * tile.row_stride);
            let slopes = tile.gradient.add(row * tile.width * 8);
            for column in 0..tile.width {
                let slope = _mm256_loadu_ps(slopes.add(column * 8));
                for (channel, sum) in sums.iter_mut().enumerate() {
                    let pixel = input.add(channel * tile.channel_stride + column);
                    for (tap, value) in sum.iter_mut().enumerate() {
                        *value = _mm256_fmadd_ps(_mm256_set1_ps(*pixel.add(tap)), slope, *value);
                    }
                }
            }
        }
        for (channel, sum) in sums.iter().enumerate() {
            for (tap, &value) in sum.iter().enumerate() {
                let target = tile.sum.add((channel * 9 + tap) * tile.tap_stride);
                _mm256_storeu_ps(target, _mm256_add_ps(_mm256_loadu_ps(target), value));
            }
        }
    }
}

#[target_feature(enable = "avx512f")]
unsafe fn gradient_avx512<const VECTORS: usize, const CHANNELS: usize>(tile: &GradientTile) {
    // SAFETY: the caller of `gradient` answers for the addresses.
    unsafe {
        let mut sums = [[[_mm512_setzero_ps(); VECTORS]; 3]; CHANNELS];
        for row in 0..tile.rows {
            let input = tile.input.add(row * tile.row_stride);
            let slopes = tile.gradient.add(row * tile.width * 16 * VECTORS);
            for column in 0..tile.width {
                let mut slope = [_mm512_setzero_ps(); VECTORS];
                for (index, value) in slope.iter_mut().enumerate() {
                    *value = _mm512_loadu_ps(slopes.add((column * VECTORS + index) * 16));
                }
                for (channel, sum) in sums.iter_mut().enumerate() {
                    let pixel = input.add(channel * tile.channel_stride + column);
                    for (tap, values) in sum.iter_mut().enumerate() {
                        let factor = _mm512_set1_ps(*pixel.add(tap));
                        for (value, &slope) in values.iter_mut().zip(&slope) {
                            *value = _mm512_fmadd_ps(factor, slope, *value);
                        }
                    }
                }
            }
        }
        for (channel, sum) in sums.iter().enumerate() {
            for (tap, values) in sum.iter().enumerate() {
                let target = tile.sum.add((channel * 9 + tap) * tile.tap_stride);
                for (index, &value) in values.iter().enumerate() {
                    let target = target.add(index * 16);
                    _mm512_storeu_ps(target, _mm512_add_ps(_mm512_loadu_ps(target), value));
                }
            }
        }
    }
}
