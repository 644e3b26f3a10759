//! PNG, JPEG, BMP and WebP through the `image` crate. Not for TIFF, whose pages and float forms `image` does not read.

use std::io::Cursor;
use std::path::Path;

use image::error::{ImageError, LimitErrorKind};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::{Kind, Page, check_size, planes_of};
use crate::domain::scan::Samples;
use crate::io::error::IoError;
use crate::io::limits;

/// The one picture in `bytes`.
pub fn decode(bytes: &[u8], kind: Kind, path: &Path) -> Result<Page, IoError> {
    let format = match kind {
        Kind::Png => ImageFormat::Png,
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Bmp => ImageFormat::Bmp,
        Kind::WebP => ImageFormat::WebP,
        Kind::Tiff => {
            return Err(IoError::UnsupportedForm { kind: "TIFF", form: "this reader".into(), path: path.into() });
        }
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(decoder_limits());
    let decoder = reader.into_decoder().map_err(|e| named(e, kind, path))?;
    let (cols, rows) = decoder.dimensions();
    check_size(cols, rows, u64::from(decoder.color_type().bytes_per_pixel()), path)?;
    let picture = DynamicImage::from_decoder(decoder).map_err(|e| named(e, kind, path))?;
    let (rows, cols) = (rows as usize, cols as usize);
    let has_alpha = picture.color().has_alpha();
    let stride = usize::from(picture.color().channel_count());
    let channels = match picture {
        DynamicImage::ImageLuma8(p) => planes_of(p.into_raw(), stride, rows, cols, Samples::U8),
        DynamicImage::ImageLumaA8(p) => planes_of(p.into_raw(), stride, rows, cols, Samples::U8),
        DynamicImage::ImageRgb8(p) => planes_of(p.into_raw(), stride, rows, cols, Samples::U8),
        DynamicImage::ImageRgba8(p) => planes_of(p.into_raw(), stride, rows, cols, Samples::U8),
        DynamicImage::ImageLuma16(p) => planes_of(p.into_raw(), stride, rows, cols, Samples::U16),
        DynamicImage::ImageLumaA16(p) => planes_of(p.into_raw(), stride, rows, cols, Samples::U16),
        DynamicImage::ImageRgb16(p) => planes_of(p.into_raw(), stride, rows, cols, Samples::U16),
        DynamicImage::ImageRgba16(p) => planes_of(p.into_raw(), stride, rows, cols, Samples::U16),
        other => {
            let form = format!("{:?} pixels", other.color());
            return Err(IoError::UnsupportedForm { kind: kind.label(), form, path: path.to_owned() });
        }
    };
    let warnings = if has_alpha { vec![super::ALPHA_WARNING.to_owned()] } else { Vec::new() };
    Ok(Page { rows, cols, channels, kind, warnings })
}

fn decoder_limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(limits::MAX_SIDE_PX);
    limits.max_image_height = Some(limits::MAX_SIDE_PX);
    limits.max_alloc = Some(limits::MAX_DECODED_BYTES);
    limits
}

/// The `image` crate's error in this room's words.
fn named(error: ImageError, kind: Kind, path: &Path) -> IoError {
    let (label, path) = (kind.label(), path.to_owned());
    match error {
        ImageError::Unsupported(e) => IoError::UnsupportedForm { kind: label, form: e.to_string(), path },
        ImageError::Limits(e) if e.kind() == LimitErrorKind::DimensionError => IoError::TooLarge {
            what: "or more pixels on one side",
            found: u64::from(limits::MAX_SIDE_PX) + 1,
            limit: limits::MAX_SIDE_PX.into(),
            path,
        },
        ImageError::Limits(_) => IoError::TooLarge {
            what: "or more bytes to decode one picture",
            found: limits::MAX_DECODED_BYTES + 1,
            limit: limits::MAX_DECODED_BYTES,
            path,
        },
        ImageError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            IoError::Damaged { kind: label, reason: "the file ends too soon".into(), path }
        }
        other => IoError::Damaged { kind: label, reason: other.to_string(), path },
    }
}
