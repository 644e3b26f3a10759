//! From NIfTI's stored values to planes: every type, either byte order. Not for finding the bytes (`source`).

use super::affine::Order;
use crate::domain::scan::{Plane, Samples};

/// Largest integer up to which every integer is an exact `f32`.
const MAX_EXACT_F32: f64 = 16_777_216.0;

/// A type of values that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Unsigned 8 bit.
    U8,
    /// Signed 8 bit.
    I8,
    /// Unsigned 16 bit.
    U16,
    /// Signed 16 bit.
    I16,
    /// Unsigned 32 bit.
    U32,
    /// Signed 32 bit.
    I32,
    /// Unsigned 64 bit.
    U64,
    /// Signed 64 bit.
    I64,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// Two 32-bit floats; the magnitude is shown.
    C64,
    /// Two 64-bit floats; the magnitude is shown.
    C128,
    /// Red, green, blue in 8 bits each; the brightness is shown.
    Rgb,
    /// The same with an alpha that is dropped.
    Rgba,
}

impl Kind {
    /// The type of a header's code.
    ///
    /// *Errors*: the form's name where it is not read.
    pub fn of(datatype: i32) -> Result<Self, String> {
        Ok(match datatype {
            2 => Self::U8,
            256 => Self::I8,
            512 => Self::U16,
            4 => Self::I16,
            768 => Self::U32,
            8 => Self::I32,
            1280 => Self::U64,
            1024 => Self::I64,
            16 => Self::F32,
            64 => Self::F64,
            32 => Self::C64,
            1792 => Self::C128,
            128 => Self::Rgb,
            2304 => Self::Rgba,
            1 => return Err("one bit a value".to_owned()),
            1536 | 2048 => return Err("128-bit floating-point values".to_owned()),
            other => return Err(format!("values of type {other}")),
        })
    }

    /// Bytes a value takes in the file.
    pub fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::Rgb => 3,
            Self::U32 | Self::I32 | Self::F32 | Self::Rgba => 4,
            Self::U64 | Self::I64 | Self::F64 | Self::C64 => 8,
            Self::C128 => 16,
        }
    }

    /// Most bytes that a value takes in memory.
    pub fn kept_bytes(self) -> usize {
        match self {
            Self::U8 | Self::Rgb | Self::Rgba => 1,
            Self::I8 | Self::U16 | Self::I16 => 2,
            _ => 4,
        }
    }

    /// Whether the file's slope and intercept say nothing of it.
    pub fn is_color(self) -> bool {
        matches!(self, Self::Rgb | Self::Rgba)
    }

    /// What is said of it to the reader.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Self::Rgb | Self::Rgba => Some("A color volume: its brightness is shown, in gray."),
            Self::C64 | Self::C128 => Some("Complex values: their magnitude is shown."),
            Self::F64 => Some("64-bit floating-point values are rounded to 32 bits."),
            _ => None,
        }
    }
}

/// What was seen of all values so far.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    lowest: f64,
    highest: f64,
    /// Wide integers beyond what a 32-bit float holds.
    is_rounded: bool,
    not_finite: u64,
}

impl Default for Seen {
    fn default() -> Self {
        Self { lowest: f64::INFINITY, highest: f64::NEG_INFINITY, is_rounded: false, not_finite: 0 }
    }
}

/// Turns stored slices into planes.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// The values' type.
    pub kind: Kind,
    /// High byte first.
    pub is_big_endian: bool,
    /// How slices are turned.
    pub order: Order,
    /// Stored `[j, i]` sizes.
    pub stored: [usize; 2],
}

/// The numbers of N bytes each in `$bytes`, through `$from`, in the file's byte order.
macro_rules! number {
    ($reader:expr, $bytes:expr, $type:ty) => {{
        let big = $reader.is_big_endian;
        $reader.turn($bytes, size_of::<$type>(), |b| {
            let raw = b.try_into().unwrap_or_default();
            if big { <$type>::from_be_bytes(raw) } else { <$type>::from_le_bytes(raw) }
        })
    }};
}

impl Reader {
    /// The shown plane of one stored slice's `bytes`, which are as many as the slice needs.
    pub fn plane(&self, bytes: &[u8], seen: &mut Seen) -> Plane {
        let [rows, cols] = self.order.shown_size(self.stored);
        let samples = match self.kind {
            Kind::U8 => Samples::U8(self.turn(bytes, 1, |b| b[0])),
            Kind::I8 => Samples::I16(self.turn(bytes, 1, |b| i16::from(b[0].cast_signed()))),
            Kind::U16 => Samples::U16(number!(self, bytes, u16)),
            Kind::I16 => Samples::I16(number!(self, bytes, i16)),
            Kind::U32 => wide(number!(self, bytes, u32), |v| v as f64, seen),
            Kind::I32 => wide(number!(self, bytes, i32), |v| v as f64, seen),
            Kind::U64 => wide(number!(self, bytes, u64), |v| v as f64, seen),
            Kind::I64 => wide(number!(self, bytes, i64), |v| v as f64, seen),
            Kind::F32 => floats(number!(self, bytes, f32), seen),
            Kind::F64 => floats(number!(self, bytes, f64).into_iter().map(|v: f64| v as f32).collect(), seen),
            Kind::C64 => floats(self.magnitudes(bytes, 4), seen),
            Kind::C128 => floats(self.magnitudes(bytes, 8), seen),
            Kind::Rgb | Kind::Rgba => Samples::U8(self.turn(bytes, self.kind.bytes(), brightness)),
        };
        Plane { rows, cols, samples }
    }

    /// Values of `width` bytes in the order shown.
    fn turn<T>(&self, bytes: &[u8], width: usize, read: impl Fn(&[u8]) -> T) -> Vec<T> {
        let [rows, cols] = self.order.shown_size(self.stored);
        let mut out = Vec::with_capacity(rows * cols);
        for row in 0..rows {
            for col in 0..cols {
                let at = self.order.stored_index(self.stored, row, col) * width;
                out.push(read(&bytes[at..at + width]));
            }
        }
        out
    }

    fn magnitudes(&self, bytes: &[u8], width: usize) -> Vec<f32> {
        let part = |b: &[u8]| {
            let mut raw = [0; 8];
            raw[..width].copy_from_slice(b);
            if self.is_big_endian {
                raw[..width].reverse();
            }
            match width {
                4 => f64::from(f32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]])),
                _ => f64::from_le_bytes(raw),
            }
        };
        self.turn(bytes, 2 * width, |b| part(&b[..width]).hypot(part(&b[width..])) as f32)
    }
}

/// Luma of red, green and blue.
///
/// *Source*: ITU-R BT.601.
fn brightness(rgb: &[u8]) -> u8 {
    let [r, g, b] = [rgb[0], rgb[1], rgb[2]].map(f32::from);
    (0.299 * r + 0.587 * g + 0.114 * b).round() as u8
}

fn wide<T: Copy>(values: Vec<T>, to_f64: fn(T) -> f64, seen: &mut Seen) -> Samples {
    let as_float = |value: T| {
        let value = to_f64(value);
        seen.lowest = seen.lowest.min(value);
        seen.highest = seen.highest.max(value);
        seen.is_rounded |= value.abs() > MAX_EXACT_F32;
        value as f32
    };
    Samples::F32(values.into_iter().map(as_float).collect())
}

fn floats(values: Vec<f32>, seen: &mut Seen) -> Samples {
    for &value in &values {
        if value.is_finite() {
            seen.lowest = seen.lowest.min(f64::from(value));
        } else {
            seen.not_finite += 1;
        }
    }
    Samples::F32(values)
}

/// Brings all planes to the form that is kept: wide integers that fit go into 16 bits, what is no number becomes the
/// lowest one.
///
/// *Errors*: nothing, where no value is a number.
pub fn settle(planes: &mut [Plane], kind: Kind, seen: Seen, warnings: &mut Vec<String>) -> Option<()> {
    let (is_unsigned, is_signed) = match kind {
        Kind::U32 | Kind::I32 | Kind::U64 | Kind::I64 => (
            seen.lowest >= 0.0 && seen.highest <= f64::from(u16::MAX),
            seen.lowest >= f64::from(i16::MIN) && seen.highest <= f64::from(i16::MAX),
        ),
        _ => (false, false),
    };
    for plane in planes.iter_mut() {
        let Samples::F32(values) = &mut plane.samples else { continue };
        if is_unsigned {
            plane.samples = Samples::U16(values.iter().map(|&v| v as u16).collect());
        } else if is_signed {
            plane.samples = Samples::I16(values.iter().map(|&v| v as i16).collect());
        } else if seen.not_finite > 0 {
            let lowest = seen.lowest.is_finite().then_some(seen.lowest as f32)?;
            values.iter_mut().filter(|v| !v.is_finite()).for_each(|v| *v = lowest);
        }
    }
    if seen.not_finite > 0 {
        let count = seen.not_finite;
        warnings.push(format!("{count} values were no numbers (NaN or infinite) and are shown as the lowest one."));
    }
    if seen.is_rounded {
        warnings.push("Values over 16,777,216 are rounded to 24 bits.".to_owned());
    }
    Some(())
}
