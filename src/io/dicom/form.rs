//! How a file's pixels are laid out: sizes, bits, photometric interpretation, each held to what is sensible before anything
//! is allocated. Not for decoding them (`codec`, `pixels`).

use std::path::Path;

use super::file::KIND;
use super::tags;
use super::values::View;
use crate::io::error::IoError;
use crate::io::limits;

/// What the values of the pixels mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Photometric {
    /// The smallest value is white.
    Monochrome1,
    /// The smallest value is black.
    Monochrome2,
    /// Indices into a table of colors.
    Palette,
    /// Red, green, blue.
    Rgb,
    /// Luminance and two differences of color, full range.
    YbrFull,
    /// The same with half as many differences.
    YbrFull422,
    /// As JPEG 2000 makes it from red, green, blue; its decoder undoes it.
    YbrJpeg2000,
}

/// The layout of one file's frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Height.
    pub rows: usize,
    /// Width.
    pub cols: usize,
    /// Frames in the file.
    pub frames: usize,
    /// Values a pixel: 1 or 3.
    pub channels: usize,
    /// Bits that a value takes in the file: 1, 8, 16, 32 or 64.
    pub bits_allocated: u32,
    /// Bits that mean something.
    pub bits_stored: u32,
    /// The highest of them.
    pub high_bit: u32,
    /// Two's complement.
    pub is_signed: bool,
    /// Floating-point values.
    pub is_float: bool,
    /// Channels one after the other, not interleaved.
    pub is_planar: bool,
    /// What the values mean.
    pub photometric: Photometric,
}

impl Form {
    /// Reads the layout.
    ///
    /// *Errors*: no picture at all, sizes over the limits, and forms that nothing here reads, by name.
    pub fn read(view: View<'_>, path: &Path) -> Result<Self, IoError> {
        let (rows, cols) = (count(view, tags::ROWS, "Rows", path)?, count(view, tags::COLUMNS, "Columns", path)?);
        let frames = view.count(tags::NUMBER_OF_FRAMES).unwrap_or(1).max(1);
        let is_float = view.set.get(tags::FLOAT_PIXEL_DATA).is_some();
        let is_double = view.set.get(tags::DOUBLE_PIXEL_DATA).is_some();
        let channels = view.count(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
        let allocated = match (is_float, is_double) {
            (true, _) => 32,
            (_, true) => 64,
            _ => view.count(tags::BITS_ALLOCATED).unwrap_or(16),
        };
        let stored = view.count(tags::BITS_STORED).unwrap_or(allocated);
        let high = view.count(tags::HIGH_BIT).unwrap_or(stored.saturating_sub(1));
        let photometric = photometric(view, channels, path)?;
        let unsupported = |form: String| Err(IoError::UnsupportedForm { kind: KIND, form, path: path.to_owned() });
        if ![1, 3].contains(&channels) {
            return unsupported(format!("{channels} values a pixel"));
        }
        if ![1, 8, 16, 32, 64].contains(&allocated) || (allocated == 1 && channels > 1) {
            return unsupported(format!("{allocated} bits a value"));
        }
        if stored == 0 || stored > allocated || high >= allocated || high + 1 < stored {
            return unsupported(format!(
                "{stored} of {allocated} bits stored up to bit {high}, which contradict one another"
            ));
        }
        let form = Self {
            rows: rows as usize,
            cols: cols as usize,
            frames: frames.min(u64::from(u32::MAX)) as usize,
            channels: channels as usize,
            bits_allocated: allocated as u32,
            bits_stored: stored as u32,
            high_bit: high as u32,
            is_signed: view.count(tags::PIXEL_REPRESENTATION) == Some(1),
            is_float: is_float || is_double,
            is_planar: channels > 1 && view.count(tags::PLANAR_CONFIGURATION) == Some(1),
            photometric,
        };
        form.check_limits(frames, path)?;
        Ok(form)
    }

    fn check_limits(&self, frames: u64, path: &Path) -> Result<(), IoError> {
        let too_large = |what, found, limit: u64| Err(IoError::TooLarge { what, found, limit, path: path.to_owned() });
        let (side, pixels) = (self.rows.max(self.cols) as u64, self.pixels() as u64);
        if side > u64::from(limits::MAX_SIDE_PX) {
            return too_large("pixels on one side", side, limits::MAX_SIDE_PX.into());
        }
        if pixels > limits::MAX_PIXELS_PER_PICTURE {
            return too_large("pixels in one picture", pixels, limits::MAX_PIXELS_PER_PICTURE);
        }
        if frames > limits::MAX_FRAMES {
            return too_large("frames in one file", frames, limits::MAX_FRAMES);
        }
        Ok(())
    }

    /// Pixels of one frame.
    pub fn pixels(&self) -> usize {
        self.rows * self.cols
    }

    /// Bytes of one frame as plain values; one-bit frames are not whole bytes and are counted in bits elsewhere.
    pub fn frame_bytes(&self) -> usize {
        let values = self.pixels() * self.stored_channels_halves() / 2;
        values * (self.bits_allocated as usize).div_ceil(8)
    }

    /// Values a pixel, times two: YBR_FULL_422 stores two for each pixel.
    fn stored_channels_halves(&self) -> usize {
        if self.photometric == Photometric::YbrFull422 { 4 } else { 2 * self.channels }
    }
}

fn count(view: View<'_>, tag: super::elements::Tag, name: &str, path: &Path) -> Result<u64, IoError> {
    match view.count(tag) {
        Some(0) | None => Err(IoError::Damaged {
            kind: KIND,
            reason: format!("it says no size of its picture ({name} is missing or 0)"),
            path: path.to_owned(),
        }),
        Some(count) => Ok(count),
    }
}

fn photometric(view: View<'_>, channels: u64, path: &Path) -> Result<Photometric, IoError> {
    let named = view.text(tags::PHOTOMETRIC).unwrap_or_default();
    let found = match named.as_str() {
        "MONOCHROME1" => Photometric::Monochrome1,
        "PALETTE COLOR" => Photometric::Palette,
        "RGB" => Photometric::Rgb,
        "YBR_FULL" => Photometric::YbrFull,
        "YBR_FULL_422" => Photometric::YbrFull422,
        "YBR_ICT" | "YBR_RCT" => Photometric::YbrJpeg2000,
        // A required attribute, missing in some old files: told from the number of values.
        "" if channels == 3 => Photometric::Rgb,
        "MONOCHROME2" | "" => Photometric::Monochrome2,
        other => {
            let other: String = other.chars().filter(char::is_ascii_graphic).take(24).collect();
            let form = format!("the photometric interpretation {other}");
            return Err(IoError::UnsupportedForm { kind: KIND, form, path: path.to_owned() });
        }
    };
    let is_gray = matches!(found, Photometric::Monochrome1 | Photometric::Monochrome2 | Photometric::Palette);
    if is_gray == (channels == 1) {
        Ok(found)
    } else {
        let form = format!("{channels} values a pixel in {named}");
        Err(IoError::UnsupportedForm { kind: KIND, form, path: path.to_owned() })
    }
}
