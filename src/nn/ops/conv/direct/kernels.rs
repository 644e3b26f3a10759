//! The vector code of the direct 3×3 convolution. Not for deciding what runs or in which order (`direct`).
#![allow(unsafe_code)]

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
    /// One value an output channel, or null.
    pub bias: *const f32,
    /// Negative values become zero.
    pub relu: bool,
}

/// What a gradient tile reads and adds to.
pub(super) struct GradientTile {
    /// Output rows.
    pub rows: usize,
    /// Output columns, a multiple of 16.
    pub width: usize,
    /// Packed input of one channel, at the row that the kernel's row sees.
    pub input: *const f32,
    /// From one packed row to the next.
    pub input_stride: usize,
    /// Gradient of the first output channel, at the first row.
    pub gradient: *const f32,
    /// From one output channel to the next.
    pub gradient_stride: usize,
    /// Three values, one a horizontal kernel position.
    pub sum: *mut f32,
    /// From one output channel to the next.
    pub sum_stride: usize,
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

/// Runs one gradient tile.
///
/// # Safety
/// As for [`forward`]; four output channels with AVX2, eight with AVX-512.
pub(super) unsafe fn gradient(vector: Vector, tile: &GradientTile) {
    // SAFETY: the caller's promise.
    unsafe {
        match vector {
            Vector::Avx2 => gradient_avx2(tile),
            Vector::Avx512 => gradient_avx512(tile),
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
            _mm256_storeu_ps(target, _mm256_max_ps(floor, sum[0]));
            _mm256_storeu_ps(target.add(8), _mm256_max_ps(floor, sum[1]));
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
                _mm512_storeu_ps(target.add(16 * index), _mm512_max_ps(floor, value));
            }
        }
    }
}

#[target_feature(enable = "avx2,fma")]
unsafe fn gradient_avx2(tile: &GradientTile) {
    // SAFETY: the caller of `gradient` answers for the addresses.
    unsafe {
        let mut sums = [[_mm256_setzero_ps(); 3]; 4];
        for row in 0..tile.rows {
            let (input, slope) = (tile.input.add(row * tile.input_stride), tile.gradient.add(row * tile.width));
            for column in (0..tile.width).step_by(8) {
                let pixels = [0, 1, 2].map(|tap| _mm256_loadu_ps(input.add(column + tap)));
                for (output, sum) in sums.iter_mut().enumerate() {
                    let slope = _mm256_loadu_ps(slope.add(output * tile.gradient_stride + column));
                    for (value, &pixel) in sum.iter_mut().zip(&pixels) {
                        *value = _mm256_fmadd_ps(slope, pixel, *value);
                    }
                }
            }
        }
        for (output, sum) in sums.iter().enumerate() {
            for (tap, &value) in sum.iter().enumerate() {
                let half = _mm_add_ps(_mm256_castps256_ps128(value), _mm256_extractf128_ps(value, 1));
                let half = _mm_add_ps(half, _mm_movehl_ps(half, half));
                let half = _mm_add_ss(half, _mm_shuffle_ps(half, half, 1));
                *tile.sum.add(output * tile.sum_stride + tap) += _mm_cvtss_f32(half);
            }
        }
    }
}

#[target_feature(enable = "avx512f")]
unsafe fn gradient_avx512(tile: &GradientTile) {
    // SAFETY: the caller of `gradient` answers for the addresses.
    unsafe {
        let mut sums = [[_mm512_setzero_ps(); 3]; 8];
        for row in 0..tile.rows {
            let (input, slope) = (tile.input.add(row * tile.input_stride), tile.gradient.add(row * tile.width));
            for column in (0..tile.width).step_by(16) {
                let pixels = [0, 1, 2].map(|tap| _mm512_loadu_ps(input.add(column + tap)));
                for (output, sum) in sums.iter_mut().enumerate() {
                    let slope = _mm512_loadu_ps(slope.add(output * tile.gradient_stride + column));
                    for (value, &pixel) in sum.iter_mut().zip(&pixels) {
                        *value = _mm512_fmadd_ps(slope, pixel, *value);
                    }
                }
            }
        }
        for (output, sum) in sums.iter().enumerate() {
            for (tap, &value) in sum.iter().enumerate() {
                *tile.sum.add(output * tile.sum_stride + tap) += _mm512_reduce_add_ps(value);
            }
        }
    }
}
