//! From the `tiff` crate's buffers to planes of the three depths that are kept. Not for reading pages.

use std::path::Path;

use tiff::decoder::DecodingResult;

use super::{Page, planes_of};
use crate::domain::scan::{Plane, Samples};
use crate::io::error::IoError;

/// How a buffer orders its samples.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// Pixel by pixel, with this many samples each.
    Interleaved(usize),
    /// Channel by channel.
    Planar,
}

/// Largest integer up to which every integer is an exact `f32`.
const MAX_EXACT_F32: f64 = 16_777_216.0;

/// How many samples `buffer` holds.
pub fn count(buffer: &DecodingResult) -> usize {
    match buffer {
        DecodingResult::U8(v) => v.len(),
        DecodingResult::U16(v) => v.len(),
        DecodingResult::U32(v) => v.len(),
        DecodingResult::U64(v) => v.len(),
        DecodingResult::F16(v) => v.len(),
        DecodingResult::F32(v) => v.len(),
        DecodingResult::F64(v) => v.len(),
        DecodingResult::I8(v) => v.len(),
        DecodingResult::I16(v) => v.len(),
        DecodingResult::I32(v) => v.len(),
        DecodingResult::I64(v) => v.len(),
    }
}

/// One byte a pixel from rows of `bits`-wide samples (1, 2 or 4), each row starting at a byte. `is_gray` spreads the
/// values over 0–255; indices into a palette stay as they are.
///
/// *Source*: TIFF 6.0, section 3 (FillOrder 1: the first pixel in the high bits).
pub fn unpack(packed: &[u8], bits: u8, rows: usize, cols: usize, is_gray: bool) -> Vec<u8> {
    let (bits, per_byte) = (usize::from(bits), 8 / usize::from(bits.max(1)));
    let row_bytes = (cols * bits).div_ceil(8);
    let top = (1u16 << bits) - 1;
    let scale = if is_gray { 255 / top } else { 1 };
    let pixel = |row: usize, col: usize| {
        let byte = packed.get(row * row_bytes + col / per_byte.max(1)).copied().unwrap_or(0);
        let shift = 8 - bits - (col % per_byte.max(1)) * bits;
        ((u16::from(byte) >> shift & top) * scale) as u8
    };
    (0..rows).flat_map(|row| (0..cols).map(move |col| (row, col))).map(|(row, col)| pixel(row, col)).collect()
}

/// The planes of `buffer`, which has `expected` samples a pixel: 1, 2 (with alpha), 3 or 4 (with alpha).
///
/// *Errors*: the form's name where no depth here holds it.
pub fn planes(
    buffer: DecodingResult,
    rows: usize,
    cols: usize,
    expected: usize,
    order: Order,
    warnings: &mut Vec<String>,
) -> Result<Vec<Plane>, &'static str> {
    let size = Size { rows, cols, expected, order };
    let exact_as_float = |values: Vec<f64>, warnings: &mut Vec<String>| {
        if values.iter().any(|v| v.abs() > MAX_EXACT_F32) {
            warnings.push("Values over 16,777,216 are rounded to 24 bits.".to_owned());
        }
        size.split(values.into_iter().map(|v| v as f32).collect(), Samples::F32)
    };
    Ok(match buffer {
        DecodingResult::U8(v) => size.split(v, Samples::U8),
        DecodingResult::U16(v) => size.split(v, Samples::U16),
        DecodingResult::F32(v) => size.split(v, Samples::F32),
        DecodingResult::I8(v) => size.split(v.into_iter().map(f32::from).collect(), Samples::F32),
        DecodingResult::I16(v) => size.split(v.into_iter().map(f32::from).collect(), Samples::F32),
        DecodingResult::F16(v) => size.split(v.into_iter().map(f32::from).collect(), Samples::F32),
        DecodingResult::U32(v) => exact_as_float(v.into_iter().map(f64::from).collect(), warnings),
        DecodingResult::I32(v) => exact_as_float(v.into_iter().map(f64::from).collect(), warnings),
        DecodingResult::F64(v) => {
            warnings.push("64-bit floating-point values are rounded to 32 bits.".to_owned());
            size.split(v.into_iter().map(|x| x as f32).collect(), Samples::F32)
        }
        DecodingResult::U64(_) | DecodingResult::I64(_) => return Err("64-bit integers"),
    })
}

/// What is needed to take channels out of a buffer.
#[derive(Clone, Copy)]
struct Size {
    rows: usize,
    cols: usize,
    expected: usize,
    order: Order,
}

impl Size {
    fn split<T: Copy>(self, data: Vec<T>, wrap: fn(Vec<T>) -> Samples) -> Vec<Plane> {
        let Self { rows, cols, expected, order } = self;
        let (pixels, channels) = (rows * cols, if expected >= 3 { 3 } else { 1 });
        match order {
            // Extra samples beyond the expected ones were already counted into the stride.
            Order::Interleaved(stride) if stride <= 4 => planes_of(data, stride, rows, cols, wrap),
            Order::Interleaved(stride) => (0..channels)
                .map(|c| Plane { rows, cols, samples: wrap(super::channel_of(&data, stride, c)) })
                .collect(),
            Order::Planar => (0..channels)
                .map(|c| Plane { rows, cols, samples: wrap(data[c * pixels..(c + 1) * pixels].to_vec()) })
                .collect(),
        }
    }
}

/// Puts the lowest finite value of a plane where it holds NaN or infinity, and says so; a picture without any number
/// is refused.
pub fn replace_non_finite(page: &mut Page, path: &Path) -> Result<(), IoError> {
    let mut replaced = 0;
    for plane in &mut page.channels {
        let Samples::F32(values) = &mut plane.samples else { continue };
        let lowest = values.iter().copied().filter(|v| v.is_finite()).fold(f32::INFINITY, f32::min);
        if lowest == f32::INFINITY && !values.is_empty() {
            return Err(IoError::NoFiniteValue { path: path.to_owned() });
        }
        for value in values.iter_mut().filter(|v| !v.is_finite()) {
            *value = lowest;
            replaced += 1;
        }
    }
    if replaced > 0 {
        page.warnings
            .push(format!("{replaced} values were no numbers (NaN or infinite) and are shown as the lowest one."));
    }
    Ok(())
}
