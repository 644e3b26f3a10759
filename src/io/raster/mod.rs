//! Raster pictures: from untrusted bytes to gray planes in the depth that the file had. Not for what the planes mean
//! (`series`), and not for finding files (`open`).

mod common;
mod kind;
mod tiff_pages;
mod tiff_palette;
mod tiff_samples;

use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

pub use kind::{HEAD_BYTES, Kind, recognize};

use super::error::IoError;
use super::limits;
use crate::domain::scan::{Plane, Samples};

/// One picture of a file: a page of a multi-page TIFF, or all that the others hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Height in pixels.
    pub rows: usize,
    /// Width in pixels.
    pub cols: usize,
    /// One plane for gray, three for color (red, green, blue), all of this size. Alpha is dropped.
    pub channels: Vec<Plane>,
    /// Kind of file.
    pub kind: Kind,
    /// What was odd, in words for the reader.
    pub warnings: Vec<String>,
}

impl Page {
    /// Whether the file holds three channels, equal or not.
    pub fn is_color(&self) -> bool {
        self.channels.len() == 3
    }

    /// Bytes of pixel data in memory.
    pub fn bytes(&self) -> u64 {
        self.channels.iter().map(|p| p.samples.bytes() as u64).sum()
    }
}

/// Said of every picture with an alpha channel.
const ALPHA_WARNING: &str = "The alpha channel (transparency) is ignored.";

/// Reads every picture in the file at `path`.
pub fn decode(path: &Path) -> Result<Vec<Page>, IoError> {
    decode_owned(read_bytes(path)?, path)
}

/// Reads every picture in `bytes`; `name` stands for the path in errors.
pub fn decode_bytes(bytes: &[u8], name: &str) -> Result<Vec<Page>, IoError> {
    decode_owned(bytes.to_vec(), Path::new(name))
}

/// The kind of the file at `path`, from its first bytes alone.
pub fn sniff(path: &Path) -> Result<Kind, IoError> {
    recognize(&head(path)?, path)
}

/// The first bytes of the file at `path`, as many as any kind is recognized by.
pub fn head(path: &Path) -> Result<Vec<u8>, IoError> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let file = File::open(path).map_err(|e| IoError::read(&e, path))?;
    file.take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|e| IoError::read(&e, path))?;
    Ok(head)
}

/// Whether the TIFF at `path` names a single page, by its directories and without decoding pixels; false where they cannot
/// be read.
pub fn has_one_page(path: &Path) -> bool {
    let Ok(bytes) = read_bytes(path) else { return false };
    catch_unwind(AssertUnwindSafe(|| tiff_pages::has_one_page(bytes))).unwrap_or(false)
}

/// The whole file, unless it is too large or not a picture.
fn read_bytes(path: &Path) -> Result<Vec<u8>, IoError> {
    let file = File::open(path).map_err(|e| IoError::read(&e, path))?;
    let size = file.metadata().map_err(|e| IoError::read(&e, path))?.len();
    let too_large = |found| IoError::TooLarge {
        what: "bytes in one file",
        found,
        limit: limits::MAX_FILE_BYTES,
        path: path.to_owned(),
    };
    if size > limits::MAX_FILE_BYTES {
        return Err(too_large(size));
    }
    let mut bytes = Vec::with_capacity(HEAD_BYTES.max(size as usize));
    let mut file = file.take(limits::MAX_FILE_BYTES + 1);
    file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut bytes).map_err(|e| IoError::read(&e, path))?;
    // A foreign file is refused on its first bytes, before the rest is read.
    recognize(&bytes, path)?;
    file.read_to_end(&mut bytes).map_err(|e| IoError::read(&e, path))?;
    // A device or a file that grew: its size was not what the system said.
    if bytes.len() as u64 > limits::MAX_FILE_BYTES {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

fn decode_owned(bytes: Vec<u8>, path: &Path) -> Result<Vec<Page>, IoError> {
    let kind = recognize(&bytes[..bytes.len().min(HEAD_BYTES)], path)?;
    // Decoders of several authors meet bytes of unknown ones: a panic there costs this file alone.
    let decoded = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Tiff => tiff_pages::decode(bytes, path),
        Kind::Png | Kind::Jpeg | Kind::Bmp | Kind::WebP => common::decode(&bytes, kind, path).map(|page| vec![page]),
    }));
    decoded.unwrap_or_else(|_| Err(IoError::DecoderPanicked { kind: kind.label(), path: path.to_owned() }))
}

/// Refuses sizes over the limits, before anything is allocated for them.
fn check_size(cols: u32, rows: u32, bytes_per_pixel: u64, path: &Path) -> Result<(), IoError> {
    let too_large = |what, found, limit| Err(IoError::TooLarge { what, found, limit, path: path.to_owned() });
    let pixels = u64::from(cols) * u64::from(rows);
    if cols.max(rows) > limits::MAX_SIDE_PX {
        return too_large("pixels on one side", cols.max(rows).into(), limits::MAX_SIDE_PX.into());
    }
    if pixels > limits::MAX_PIXELS_PER_PICTURE {
        return too_large("pixels in one picture", pixels, limits::MAX_PIXELS_PER_PICTURE);
    }
    let bytes = pixels * bytes_per_pixel;
    if bytes > limits::MAX_DECODED_BYTES {
        return too_large("bytes in one decoded picture", bytes, limits::MAX_DECODED_BYTES);
    }
    Ok(())
}

/// Channel `channel` of interleaved `data` with `stride` values a pixel.
fn channel_of<T: Copy>(data: &[T], stride: usize, channel: usize) -> Vec<T> {
    data.iter().skip(channel).step_by(stride).copied().collect()
}

/// The gray or three color planes of interleaved `data` with `stride` values a pixel (1, 2, 3 or 4; the second of two
/// and the fourth of four are alpha and dropped).
fn planes_of<T: Copy>(
    data: Vec<T>,
    stride: usize,
    rows: usize,
    cols: usize,
    wrap: fn(Vec<T>) -> Samples,
) -> Vec<Plane> {
    if stride == 1 {
        return vec![Plane { rows, cols, samples: wrap(data) }];
    }
    let count = if stride >= 3 { 3 } else { 1 };
    (0..count).map(|c| Plane { rows, cols, samples: wrap(channel_of(&data, stride, c)) }).collect()
}
