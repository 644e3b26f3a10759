//! A decoder for JPEG-LS, lossless and near-lossless, in all interleave modes. Not for encoding, and not for the point
//! transform or for mapping tables, which DICOM does not use.
//!
//! *Source*: ITU-T T.87 (ISO/IEC 14495-1). No pure-Rust decoder with a license that fits was to be had.

use super::codec::Raw;
use super::form::Form;
use super::jpeg_ls_scan::{Parameters, Scan};

/// What the frame header says.
struct Frame {
    precision: u32,
    rows: usize,
    cols: usize,
    channels: usize,
}

/// Decodes one frame.
pub fn decode(bytes: &[u8], form: &Form) -> Result<Raw, String> {
    let mut at = 2;
    let mut frame: Option<Frame> = None;
    let mut preset = [0u16; 5];
    let mut restart = 0usize;
    let mut planes: Vec<Vec<u16>> = Vec::new();
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return Err("JPEG-LS: it does not begin as a picture does".into());
    }
    while let Some(marker) = next_marker(bytes, &mut at) {
        if marker == 0xD9 {
            break;
        }
        let length = bytes.get(at..at + 2).map_or(0, |two| usize::from(u16::from_be_bytes([two[0], two[1]])));
        let segment = bytes.get(at + 2..at + length.max(2)).ok_or("JPEG-LS: a segment is cut short")?;
        at += length.max(2);
        match marker {
            0xF7 => frame = Some(frame_header(segment, form)?),
            0xF8 => read_preset(segment, &mut preset)?,
            0xDD => restart = segment.iter().take(4).fold(0, |sum, &byte| sum << 8 | usize::from(byte)),
            0xDA => {
                let frame = frame.as_ref().ok_or("JPEG-LS: a scan before its frame")?;
                let (scan, interleave) = scan_header(segment, frame, preset, restart)?;
                let used = scan.decode(&bytes[at..], interleave, &mut planes)?;
                at += used;
                if planes.len() >= frame.channels {
                    break;
                }
            }
            _ => {}
        }
    }
    let frame = frame.ok_or("JPEG-LS: no frame in it")?;
    if planes.len() != frame.channels {
        return Err(format!("JPEG-LS: {} of {} channels are there", planes.len(), frame.channels));
    }
    let values = || (0..form.pixels()).flat_map(|i| planes.iter().map(move |plane| plane[i]));
    Ok(if frame.precision <= 8 && form.bits_allocated <= 8 {
        Raw::U8(values().map(|v| v as u8).collect())
    } else if planes.len() == 1 {
        Raw::U16(planes.swap_remove(0))
    } else {
        Raw::U16(values().collect())
    })
}

/// The next marker from `at` on, which then stands behind it.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        let pair = bytes.get(*at..*at + 2)?;
        if pair[0] == 0xFF && pair[1] != 0xFF && pair[1] >= 0x80 {
            *at += 2;
            return Some(pair[1]);
        }
        *at += 1;
    }
}

fn frame_header(segment: &[u8], form: &Form) -> Result<Frame, String> {
    let [precision, r1, r0, c1, c0, channels, ..] = *segment else {
        return Err("JPEG-LS: its frame header is cut short".into());
    };
    let rows = usize::from(u16::from_be_bytes([r1, r0]));
    let cols = usize::from(u16::from_be_bytes([c1, c0]));
    let frame = Frame { precision: precision.into(), rows, cols, channels: channels.into() };
    if (frame.rows, frame.cols, frame.channels) != (form.rows, form.cols, form.channels) {
        return Err(format!(
            "the coded picture has {cols} × {rows} px and {channels} channels, its header says {} × {} and {}",
            form.cols, form.rows, form.channels
        ));
    }
    if !(2..=16).contains(&frame.precision) {
        return Err(format!("JPEG-LS: {precision} bits a value are not allowed"));
    }
    Ok(frame)
}

/// LSE with preset coding parameters (T.87 C.2.4.1.1): MAXVAL, T1, T2, T3, RESET.
fn read_preset(segment: &[u8], preset: &mut [u16; 5]) -> Result<(), String> {
    match segment {
        [1, values @ ..] if values.len() >= 10 => {
            *preset = std::array::from_fn(|i| u16::from_be_bytes([values[2 * i], values[2 * i + 1]]));
            Ok(())
        }
        [1, ..] => Err("JPEG-LS: its preset parameters are cut short".into()),
        _ => Err("JPEG-LS: mapping tables and large sizes are not read".into()),
    }
}

/// How the channels of a scan lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interleave {
    /// One channel.
    None,
    /// A line of each in turn.
    Line(usize),
    /// A value of each in turn.
    Sample(usize),
}

fn scan_header(segment: &[u8], frame: &Frame, preset: [u16; 5], restart: usize) -> Result<(Scan, Interleave), String> {
    let count = usize::from(*segment.first().ok_or("JPEG-LS: its scan header is cut short")?);
    let tail = segment.get(1 + 2 * count..4 + 2 * count).ok_or("JPEG-LS: its scan header is cut short")?;
    let interleave = match (tail[1], count) {
        (0, 1) => Interleave::None,
        (1, 1..) if count == frame.channels => Interleave::Line(count),
        (2, 1..) if count == frame.channels => Interleave::Sample(count),
        (mode, _) => return Err(format!("JPEG-LS: interleave mode {mode} with {count} channels is not allowed")),
    };
    if restart != 0 {
        return Err("JPEG-LS: restart intervals are not read".into());
    }
    let near = i32::from(tail[0]);
    let parameters = Parameters::new(frame.precision, near, preset)?;
    Ok((Scan::new(frame.rows, frame.cols, parameters), interleave))
}
