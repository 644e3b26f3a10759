//! The small matrix products between the transforms: kernels `[C, block]` packed once, tiles `[C, lanes]`, sums
//! `[outputs, lanes]`. Not for choosing what runs (`winograd`).
#![allow(unsafe_code)]
// A dozen intrinsics, whose names say where they come from.
#![allow(clippy::wildcard_imports)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use super::super::super::cpu::Vectors;

/// Lanes of the narrowest tile; lanes come in multiples of it.
pub(super) const LANES: usize = 16;

/// One product: `sums[o, t] = Σ over c of kernel[c, o] · tiles[c, t]`.
#[derive(Clone, Copy)]
pub(super) struct Product {
    /// C.
    pub channels: usize,
    /// Lanes, a multiple of [`LANES`]; also the distance from one channel to the next and from one output to the next.
    pub lanes: usize,
    /// `[C, outputs of the block]`.
    pub kernel: *const f32,
    /// `[C, lanes]`.
    pub tiles: *const f32,
    /// `[outputs of the block, lanes]`.
    pub sums: *mut f32,
}

/// Splits `outputs` into blocks that a product takes at once: (first, count).
pub(super) fn blocks(vectors: Vectors, outputs: usize) -> Vec<(usize, usize)> {
    let mut blocks = Vec::new();
    let mut first = 0;
    while first < outputs {
        let left = outputs - first;
        let count = match vectors {
            Vectors::Avx512 if left >= 8 => 8,
            Vectors::Avx2 if left == 6 || left >= 10 => 6,
            _ if left >= 4 => 4,
            _ => 1,
        };
        blocks.push((first, count));
        first += count;
    }
    blocks
}

/// Runs a product for a block of `outputs` channels, as [`blocks`] cut them for the same `vectors`.
///
/// # Safety
/// The machine has `vectors`; the addresses cover what their fields say, and nobody else touches the sums.
pub(super) unsafe fn run(vectors: Vectors, outputs: usize, product: &Product) {
    let mut lane = 0;
    while lane < product.lanes {
        let left = (product.lanes - lane) / LANES;
        // SAFETY: the caller's promise, for `wide · LANES` lanes from `lane` on.
        unsafe {
            let at = Product { tiles: product.tiles.add(lane), sums: product.sums.add(lane), ..*product };
            let wide = match vectors {
                #[cfg(target_arch = "x86_64")]
                Vectors::Avx512 => {
                    // Four left are two and two: three and one would leave the last one waiting for its sums.
                    let wide = if left == 4 { 2 } else { left.min(3) };
                    avx512(wide, outputs, &at);
                    wide
                }
                #[cfg(target_arch = "x86_64")]
                Vectors::Avx2 => {
                    match outputs {
                        6 => avx2_tile::<6>(&at),
                        4 => avx2_tile::<4>(&at),
                        _ => avx2_tile::<1>(&at),
                    }
                    1
                }
                _ => {
                    if outputs == 4 {
                        portable_tile::<4>(&at);
                    } else {
                        portable_tile::<1>(&at);
                    }
                    1
                }
            };
            lane += wide * LANES;
        }
    }
}

#[cfg(target_arch = "x86_64")]
unsafe fn avx512(wide: usize, outputs: usize, product: &Product) {
    // SAFETY: the caller of `run` answers for the machine and the addresses.
    unsafe {
        match (wide, outputs) {
            (3, 8) => avx512_tile::<3, 8>(product),
            (3, 4) => avx512_tile::<3, 4>(product),
            (3, _) => avx512_tile::<3, 1>(product),
            (2, 8) => avx512_tile::<2, 8>(product),
            (2, 4) => avx512_tile::<2, 4>(product),
            (2, _) => avx512_tile::<2, 1>(product),
            (_, 8) => avx512_tile::<1, 8>(product),
            (_, 4) => avx512_tile::<1, 4>(product),
            (..) => avx512_tile::<1, 1>(product),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512_tile<const WIDE: usize, const OUTPUTS: usize>(product: &Product) {
    // SAFETY: the caller of `run` answers for the addresses.
    unsafe {
        let mut sums = [[_mm512_setzero_ps(); WIDE]; OUTPUTS];
        let (mut kernel, mut tiles) = (product.kernel, product.tiles);
        for _ in 0..product.channels {
            let mut values = [_mm512_setzero_ps(); WIDE];
            for (index, value) in values.iter_mut().enumerate() {
                *value = _mm512_loadu_ps(tiles.add(16 * index));
            }
            for (output, sum) in sums.iter_mut().enumerate() {
                let factor = _mm512_set1_ps(*kernel.add(output));
                for (sum, &value) in sum.iter_mut().zip(&values) {
                    *sum = _mm512_fmadd_ps(factor, value, *sum);
                }
            }
            kernel = kernel.add(OUTPUTS);
            tiles = tiles.add(product.lanes);
        }
        for (output, sum) in sums.iter().enumerate() {
            for (index, &value) in sum.iter().enumerate() {
                _mm512_storeu_ps(product.sums.add(output * product.lanes + 16 * index), value);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2_tile<const OUTPUTS: usize>(product: &Product) {
    // SAFETY: the caller of `run` answers for the addresses.
    unsafe {
        let mut sums = [[_mm256_setzero_ps(); 2]; OUTPUTS];
        let (mut kernel, mut tiles) = (product.kernel, product.tiles);
        for _ in 0..product.channels {
            let values = [_mm256_loadu_ps(tiles), _mm256_loadu_ps(tiles.add(8))];
            for (output, sum) in sums.iter_mut().enumerate() {
                let factor = _mm256_set1_ps(*kernel.add(output));
                sum[0] = _mm256_fmadd_ps(factor, values[0], sum[0]);
                sum[1] = _mm256_fmadd_ps(factor, values[1], sum[1]);
            }
            kernel = kernel.add(OUTPUTS);
            tiles = tiles.add(product.lanes);
        }
        for (output, sum) in sums.iter().enumerate() {
            let target = product.sums.add(output * product.lanes);
            _mm256_storeu_ps(target, sum[0]);
            _mm256_storeu_ps(target.add(8), sum[1]);
        }
    }
}

/// The same in plain loops over arrays, which every compiler target makes vector code of.
unsafe fn portable_tile<const OUTPUTS: usize>(product: &Product) {
    let mut sums = [[0f32; LANES]; OUTPUTS];
    for channel in 0..product.channels {
        // SAFETY: the caller of `run` answers for the addresses.
        let (values, factors) = unsafe {
            let values = &*product.tiles.add(channel * product.lanes).cast::<[f32; LANES]>();
            (values, &*product.kernel.add(channel * OUTPUTS).cast::<[f32; OUTPUTS]>())
        };
        for (sum, &factor) in sums.iter_mut().zip(factors) {
            for (sum, &value) in sum.iter_mut().zip(values) {
                *sum += factor * value;
            }
        }
    }
    for (output, sum) in sums.iter().enumerate() {
        // SAFETY: as above.
        unsafe { product.sums.add(output * product.lanes).cast::<[f32; LANES]>().write(*sum) };
    }
}
