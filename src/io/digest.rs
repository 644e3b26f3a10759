//! The sha256 by which a scan's pixels are known again, wherever the files lie. Not for files' own checksums.

use sha2::{Digest, Sha256};

use crate::domain::scan::{Samples, Scan};

/// Changes with the form of what is hashed, so that digests of two forms never meet.
const FORM: &[u8] = b"glioview pixels 1";

/// sha256 over a scan's sizes, sequences and pixels, lowercase hex. Names, folders and masks do not count.
pub fn of_scan(scan: &Scan) -> String {
    let mut hasher = Sha256::new();
    hasher.update(FORM);
    for number in [scan.rows, scan.cols, scan.sequences.len(), scan.slices.len()] {
        hasher.update((number as u64).to_le_bytes());
    }
    for sequence in &scan.sequences {
        hasher.update(sequence.label());
        hasher.update([0]);
    }
    for plane in scan.slices.iter().flat_map(|s| &s.planes) {
        hasher.update(plane.samples.bits().to_le_bytes());
        match &plane.samples {
            Samples::U8(values) => hasher.update(values),
            Samples::U16(values) => update_chunked(&mut hasher, values, u16::to_le_bytes),
            Samples::I16(values) => update_chunked(&mut hasher, values, i16::to_le_bytes),
            Samples::F32(values) => update_chunked(&mut hasher, values, |v| v.to_bits().to_le_bytes()),
        }
    }
    hex(&hasher.finalize())
}

/// sha256 of `bytes`, lowercase hex.
pub fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Hashes values little-endian, a block at a time rather than with one call a value.
fn update_chunked<T: Copy, const N: usize>(hasher: &mut Sha256, values: &[T], to_bytes: fn(T) -> [u8; N]) {
    const BLOCK: usize = 4096;
    let mut buffer = Vec::with_capacity(BLOCK * N);
    for block in values.chunks(BLOCK) {
        buffer.clear();
        buffer.extend(block.iter().flat_map(|&v| to_bytes(v)));
        hasher.update(&buffer);
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|n| char::from(DIGITS[usize::from(n)])).collect()
}
