//! Palette TIFF, which the `tiff` crate does not read: the page is declared gray in memory, decoded to its indices, and
//! looked up here. Not for any other form.

use super::planes_of;
use crate::domain::scan::{Plane, Samples};

/// Tag 262, PhotometricInterpretation. *Source*: TIFF 6.0, section 3.
const PHOTOMETRIC_TAG: u16 = 262;
const BLACK_IS_ZERO: u16 = 1;

/// Declares the page whose directory lies at `ifd_offset` to be gray. Returns whether it was found.
pub fn declare_gray(bytes: &mut [u8], ifd_offset: u64) -> bool {
    let Some(at) = photometric_value_offset(bytes, ifd_offset) else { return false };
    let value = if bytes.starts_with(b"II") { BLACK_IS_ZERO.to_le_bytes() } else { BLACK_IS_ZERO.to_be_bytes() };
    match bytes.get_mut(at..at + 2) {
        Some(slot) => {
            slot.copy_from_slice(&value);
            true
        }
        None => false,
    }
}

/// Where the value of the photometric tag lies. *Source*: TIFF 6.0, section 2; BigTIFF for 8-byte offsets.
fn photometric_value_offset(bytes: &[u8], ifd_offset: u64) -> Option<usize> {
    let is_little = bytes.starts_with(b"II");
    let number = |at: usize, len: usize| -> Option<u64> {
        let raw = bytes.get(at..at.checked_add(len)?)?;
        let fold = |n: u64, b: &u8| n << 8 | u64::from(*b);
        Some(if is_little { raw.iter().rev().fold(0, fold) } else { raw.iter().fold(0, fold) })
    };
    let is_big = number(2, 2)? == 43;
    let (count_len, entry_len, value_at) = if is_big { (8, 20, 12) } else { (2, 12, 8) };
    let start = usize::try_from(ifd_offset).ok()?;
    // No directory has more entries than the file has room for.
    let count = number(start, count_len)?.min(bytes.len() as u64 / entry_len as u64) as usize;
    (0..count)
        .map(|i| start + count_len + i * entry_len)
        .find(|&at| number(at, 2) == Some(PHOTOMETRIC_TAG.into()))
        .map(|at| at + value_at)
}

/// The three color planes of `indices` through a TIFF color map: all reds, then all greens, then all blues, 16 bits each.
/// Indices past the map are black. Maps whose entries all fit 8 bits give 8-bit planes.
///
/// *Source*: TIFF 6.0, section 5, ColorMap.
pub fn look_up(indices: &[u8], map: &[u16], rows: usize, cols: usize) -> Vec<Plane> {
    let size = map.len() / 3;
    // 8-bit colors are written as c × 257 or c × 256; some writers leave them at c.
    let is_bytes = map.iter().all(|&v| v % 257 == 0) || map.iter().all(|&v| v % 256 == 0);
    let is_small = map.iter().all(|&v| v < 256);
    let entry = |index: u8, c: usize| {
        map.get(c * size + usize::from(index)).copied().filter(|_| usize::from(index) < size).unwrap_or(0)
    };
    let colors = |c: usize| indices.iter().map(move |&i| entry(i, c));
    (0..3)
        .flat_map(|c| match (is_small, is_bytes) {
            (true, _) => planes_of(colors(c).map(|v| v as u8).collect(), 1, rows, cols, Samples::U8),
            (false, true) => planes_of(colors(c).map(|v| (v >> 8) as u8).collect(), 1, rows, cols, Samples::U8),
            (false, false) => planes_of(colors(c).collect(), 1, rows, cols, Samples::U16),
        })
        .collect()
}
