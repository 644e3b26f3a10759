//! From decoded values to one gray plane: the stored bits, their sign, palettes and colors. Not for decoding (`codec`), and
//! not for rescaling or windows, which come after (`gray`).

use super::codec::{Decoded, Raw};
use super::form::{Form, Photometric};
use super::tags;
use super::values::View;
use crate::domain::scan::{Plane, Samples};

/// Share of red, green and blue in a gray value.
///
/// *Source*: ITU-R BT.601, which PS3.3 C.7.6.3.1.2 takes for YBR_FULL.
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];
/// Whole numbers beyond this are not exact in 32-bit floating point.
const EXACT: i64 = 1 << 24;

/// One frame as a gray plane, and what was odd about it.
pub fn plane(decoded: Decoded, form: &Form, palette: Option<&Palette>) -> (Plane, Option<&'static str>) {
    let (samples, warning) = match decoded.photometric {
        Photometric::Monochrome1 | Photometric::Monochrome2 => gray(decoded.raw, form),
        Photometric::Palette => match palette {
            Some(palette) => (palette.gray(&decoded.raw, form), Some("The colors of its palette are shown in gray.")),
            None => (gray(decoded.raw, form).0, Some("Its palette cannot be read: its indices are shown.")),
        },
        Photometric::Rgb | Photometric::YbrJpeg2000 => {
            (color(&decoded, form, |[r, g, b]| LUMA[0] * r + LUMA[1] * g + LUMA[2] * b), Some(COLOR))
        }
        // The luminance is the gray value.
        Photometric::YbrFull => (color(&decoded, form, |[y, _, _]| y), Some(COLOR)),
        Photometric::YbrFull422 => (luminance_422(&decoded.raw, form), Some(COLOR)),
    };
    (Plane { rows: form.rows, cols: form.cols, samples }, warning)
}

const COLOR: &str = "A color picture, shown in gray.";

/// The stored bits as numbers: what lies above and below them belongs to something else (PS3.5 8.1.1).
fn gray(raw: Raw, form: &Form) -> (Samples, Option<&'static str>) {
    let shift = form.high_bit + 1 - form.bits_stored;
    let is_whole = shift == 0 && form.bits_stored == form.bits_allocated;
    match raw {
        Raw::U8(values) if !form.is_signed && is_whole => (Samples::U8(values), None),
        Raw::U8(values) if !form.is_signed => {
            let mask = low_bits(form.bits_stored) as u8;
            (Samples::U8(values.into_iter().map(|v| v >> shift & mask).collect()), None)
        }
        Raw::U8(values) => (Samples::I16(values.into_iter().map(|v| signed(v.into(), form) as i16).collect()), None),
        Raw::U16(values) if !form.is_signed && is_whole => (Samples::U16(values), None),
        Raw::U16(values) if !form.is_signed => {
            let mask = low_bits(form.bits_stored) as u16;
            (Samples::U16(values.into_iter().map(|v| v >> shift & mask).collect()), None)
        }
        Raw::U16(values) if is_whole => (Samples::I16(values.into_iter().map(u16::cast_signed).collect()), None),
        Raw::U16(values) => (Samples::I16(values.into_iter().map(|v| signed(v.into(), form) as i16).collect()), None),
        Raw::U32(values) => {
            let number = |v: u32| if form.is_signed { signed(v, form) } else { (v >> shift).into() };
            let mask = i64::from(low_bits(form.bits_stored));
            let number = move |v: u32| if form.is_signed { number(v) } else { number(v) & mask };
            let is_exact = values.iter().all(|&v| number(v).abs() <= EXACT);
            let warning = (!is_exact).then_some("Its 32-bit values are rounded to 24 bits.");
            (Samples::F32(values.into_iter().map(|v| number(v) as f32).collect()), warning)
        }
        Raw::F32(values) => finite(values),
    }
}

fn low_bits(count: u32) -> u32 {
    if count >= 32 { u32::MAX } else { (1 << count) - 1 }
}

fn signed(value: u32, form: &Form) -> i64 {
    let value = value >> (form.high_bit + 1 - form.bits_stored) & low_bits(form.bits_stored);
    let is_negative = value >> (form.bits_stored - 1) & 1 == 1;
    i64::from(value) - if is_negative { 1i64 << form.bits_stored } else { 0 }
}

/// Values that are no numbers become the smallest that is one.
fn finite(mut values: Vec<f32>) -> (Samples, Option<&'static str>) {
    let lowest = values.iter().copied().filter(|v| v.is_finite()).reduce(f32::min).unwrap_or(0.0);
    let mut is_odd = false;
    for value in values.iter_mut().filter(|v| !v.is_finite()) {
        (*value, is_odd) = (lowest, true);
    }
    (Samples::F32(values), is_odd.then_some("Values that are no numbers are shown as the smallest one."))
}

fn value(raw: &Raw, index: usize) -> f32 {
    match raw {
        Raw::U8(v) => v[index].into(),
        Raw::U16(v) => v[index].into(),
        Raw::U32(v) => v[index] as f32,
        Raw::F32(v) => v[index],
    }
}

fn color(decoded: &Decoded, form: &Form, luma: impl Fn([f32; 3]) -> f32) -> Samples {
    let pixels = form.pixels();
    let at = |pixel: usize, channel: usize| {
        value(&decoded.raw, if decoded.is_planar { channel * pixels + pixel } else { 3 * pixel + channel })
    };
    let values = (0..pixels).map(|i| luma([at(i, 0), at(i, 1), at(i, 2)]).round());
    depth(values, &decoded.raw)
}

/// Two luminances, then the differences that both share (PS3.3 C.7.6.3.1.2).
fn luminance_422(raw: &Raw, form: &Form) -> Samples {
    let values = (0..form.pixels()).map(|i| value(raw, (i / 2 * 4 + i % 2).min(raw.len() - 1)));
    depth(values, raw)
}

fn depth(values: impl Iterator<Item = f32>, raw: &Raw) -> Samples {
    match raw {
        Raw::U8(_) => Samples::U8(values.map(|v| v as u8).collect()),
        Raw::U16(_) => Samples::U16(values.map(|v| v as u16).collect()),
        Raw::U32(_) | Raw::F32(_) => Samples::F32(values.collect()),
    }
}

/// A table from indices to gray values of 16 bits.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    first: i64,
    grays: Vec<u16>,
}

impl Palette {
    /// The palette of a file; `None` where it is missing, segmented or contradicts itself.
    ///
    /// *Source*: PS3.3 C.7.6.3.1.5 and .6.
    pub fn read(view: View<'_>) -> Option<Self> {
        let descriptor = view.numbers(tags::PALETTE_RED);
        let [count, first, bits] = *descriptor.as_slice() else { return None };
        let is_signed = view.count(tags::PIXEL_REPRESENTATION) == Some(1);
        let first = if is_signed { i64::from((first as i64 as u16).cast_signed()) } else { first as i64 };
        let count = if count == 0.0 { 1 << 16 } else { count as usize };
        let table = |tag| -> Option<Vec<u32>> {
            let raw = view.raw(tag)?;
            // Eight-bit entries come as bytes, and some writers pad each to a word.
            let values: Vec<u32> = if bits == 8.0 && raw.len() < 2 * count {
                raw.iter().map(|&b| u32::from(b) * 257).collect()
            } else {
                let word = |two: &[u8]| {
                    if view.set.is_big_endian {
                        u16::from_be_bytes([two[0], two[1]])
                    } else {
                        u16::from_le_bytes([two[0], two[1]])
                    }
                };
                let scale = if bits == 8.0 { 257 } else { 1 };
                raw.chunks_exact(2).map(|two| u32::from(word(two)) * scale).collect()
            };
            (values.len() >= count).then_some(values)
        };
        let [red, green, blue] = [tags::PALETTE_RED_DATA, tags::PALETTE_GREEN_DATA, tags::PALETTE_BLUE_DATA].map(table);
        let (red, green, blue) = (red?, green?, blue?);
        let gray = |i: usize| LUMA[0] * red[i] as f32 + LUMA[1] * green[i] as f32 + LUMA[2] * blue[i] as f32;
        Some(Self { first, grays: (0..count).map(|i| gray(i).round().min(65535.0) as u16).collect() })
    }

    fn gray(&self, raw: &Raw, form: &Form) -> Samples {
        let last = self.grays.len().saturating_sub(1) as i64;
        let index = |v: u32| {
            let value = if form.is_signed { signed(v, form) } else { i64::from(v & low_bits(form.bits_stored)) };
            self.grays.get((value - self.first).clamp(0, last) as usize).copied().unwrap_or(0)
        };
        Samples::U16(match raw {
            Raw::U8(v) => v.iter().map(|&v| index(v.into())).collect(),
            Raw::U16(v) => v.iter().map(|&v| index(v.into())).collect(),
            Raw::U32(v) => v.iter().map(|&v| index(v)).collect(),
            Raw::F32(v) => v.iter().map(|&v| index(v as u32)).collect(),
        })
    }
}
