//! Run-length decoding of one frame. Not for anything else.

use super::codec::Raw;
use super::form::Form;

/// Bytes of the header: a count and 15 offsets.
const HEADER_BYTES: usize = 64;

/// Decodes one frame, whose bytes lie in planes of their own, the most significant first.
///
/// *Source*: DICOM PS3.5 G.
pub fn decode(bytes: &[u8], form: &Form) -> Result<Raw, String> {
    let word = |at: usize| {
        let piece = bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes([piece[0], piece[1], piece[2], piece[3]]) as usize)
    };
    let width = (form.bits_allocated as usize).div_ceil(8);
    let expected = form.channels * width;
    let segments = word(0).ok_or("RLE: its header is cut short")?;
    if segments != expected {
        return Err(format!("RLE: {segments} segments, {expected} are expected"));
    }
    let pixels = form.pixels();
    let mut values = vec![0u32; pixels * form.channels];
    for segment in 0..segments {
        let start = word(4 + 4 * segment).filter(|&at| at >= HEADER_BYTES && at <= bytes.len());
        let start = start.ok_or("RLE: a segment begins outside of its frame")?;
        let next = if segment + 1 < segments { word(8 + 4 * segment) } else { None };
        let end = next.filter(|&end| end >= start && end <= bytes.len()).unwrap_or(bytes.len());
        let plane = unpack(&bytes[start..end], pixels)?;
        let (channel, shift) = (segment / width, 8 * (width - 1 - segment % width));
        for (value, &byte) in values.iter_mut().skip(channel).step_by(form.channels).zip(&plane) {
            *value |= u32::from(byte) << shift;
        }
    }
    Ok(match width {
        1 => Raw::U8(values.into_iter().map(|v| v as u8).collect()),
        2 => Raw::U16(values.into_iter().map(|v| v as u16).collect()),
        _ => Raw::U32(values),
    })
}

/// One segment in PackBits form (PS3.5 G.3.2).
fn unpack(bytes: &[u8], pixels: usize) -> Result<Vec<u8>, String> {
    let mut plane = Vec::with_capacity(pixels);
    let mut at = 0;
    while plane.len() < pixels {
        let Some(&code) = bytes.get(at) else {
            return Err(format!("RLE: a segment ends after {} of {pixels} bytes", plane.len()));
        };
        at += 1;
        let code = code.cast_signed();
        if code >= 0 {
            let count = usize::from(code.cast_unsigned()) + 1;
            let end = (at + count).min(bytes.len());
            plane.extend_from_slice(&bytes[at..end]);
            at += count;
        } else if code != i8::MIN {
            let count = usize::from(code.unsigned_abs()) + 1;
            let byte = bytes.get(at).copied().ok_or("RLE: a run has no value")?;
            plane.extend(std::iter::repeat_n(byte, count));
            at += 1;
        }
    }
    plane.truncate(pixels);
    Ok(plane)
}
