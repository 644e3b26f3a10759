//! TIFF through the `tiff` crate's own iteration: every page, all integer and float depths. Not for other formats.

use std::io::Cursor;
use std::path::Path;

use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::{PhotometricInterpretation, Tag};
use tiff::{ColorType, TiffError};

use super::{ALPHA_WARNING, Kind, Page, check_size, tiff_palette, tiff_samples};
use crate::io::error::IoError;
use crate::io::limits;

type TiffDecoder = Decoder<Cursor<Vec<u8>>>;

/// Every page in `bytes`. Where a later page is damaged, the ones before it are kept and the last of them says so.
pub fn decode(bytes: Vec<u8>, path: &Path) -> Result<Vec<Page>, IoError> {
    check_embedded_jpeg(&bytes, path)?;
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(|e| named(e, path))?.with_limits(decoder_limits());
    let mut pages: Vec<Page> = Vec::new();
    let mut total_bytes = 0;
    for index in 0.. {
        if index >= limits::MAX_PAGES {
            let limit = limits::MAX_PAGES as u64;
            return Err(IoError::TooLarge {
                what: "or more pages in one file",
                found: limit + 1,
                limit,
                path: path.to_owned(),
            });
        }
        let page = if index == 0 { Ok(()) } else { decoder.next_image().map_err(|e| named(e, path)) };
        match page.and_then(|()| decode_page(&mut decoder, index, path)) {
            Ok(Some(page)) => {
                total_bytes += page.bytes();
                if total_bytes > limits::MAX_STUDY_BYTES {
                    let (what, limit) = ("bytes of pixels in one study", limits::MAX_STUDY_BYTES);
                    return Err(IoError::TooLarge { what, found: total_bytes, limit, path: path.to_owned() });
                }
                pages.push(page);
            }
            Ok(None) => {}
            Err(error) => match pages.last_mut() {
                Some(last) => {
                    let reason = error.words().why;
                    last.warnings.push(format!("Page {} and the pages after it were not read: {reason}", index + 1));
                    return Ok(pages);
                }
                None => return Err(error),
            },
        }
        if !decoder.more_images() {
            break;
        }
    }
    if pages.is_empty() {
        return Err(IoError::Damaged { kind: "TIFF", reason: "no page with a picture".into(), path: path.to_owned() });
    }
    Ok(pages)
}

/// Whether the first directory is the last.
pub fn has_one_page(bytes: Vec<u8>) -> bool {
    Decoder::new(Cursor::new(bytes)).is_ok_and(|decoder| !decoder.with_limits(decoder_limits()).more_images())
}

fn decoder_limits() -> Limits {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = limits::MAX_DECODED_BYTES as usize;
    limits.intermediate_buffer_size = limits::MAX_DECODED_BYTES as usize;
    limits
}

/// One page; `None` for previews and transparency masks, which are no slices.
fn decode_page(decoder: &mut TiffDecoder, index: usize, path: &Path) -> Result<Option<Page>, IoError> {
    let fail = |e| named(e, path);
    // NewSubfileType: bit 0 marks a reduced version of another page, bit 2 its transparency mask (TIFF 6.0, section 8).
    let subfile = decoder.find_tag_unsigned::<u32>(Tag::NewSubfileType).map_err(fail)?.unwrap_or(0);
    if subfile & 0b101 != 0 && (index > 0 || decoder.more_images()) {
        return Ok(None);
    }
    let (cols, rows) = decoder.dimensions().map_err(fail)?;
    let bits = decoder.find_tag_unsigned_vec::<u16>(Tag::BitsPerSample).map_err(fail)?.unwrap_or_else(|| vec![1]);
    let samples = decoder.find_tag_unsigned::<u16>(Tag::SamplesPerPixel).map_err(fail)?.unwrap_or(1);
    let widest = u64::from(bits.iter().copied().max().unwrap_or(1)).div_ceil(8);
    check_size(cols, rows, widest * u64::from(samples), path)?;
    let photometric = decoder.find_tag_unsigned::<u16>(Tag::PhotometricInterpretation).map_err(fail)?;
    let is_palette = photometric == Some(PhotometricInterpretation::RGBPalette.to_u16());
    let color_map = if is_palette { Some(declare_gray(decoder, index, path)?) } else { None };
    let mut page = decode_pixels(decoder, color_map.as_deref(), rows as usize, cols as usize, path)?;
    tiff_samples::replace_non_finite(&mut page, path)?;
    Ok(Some(page))
}

/// Turns a palette page into a gray one in memory and returns its color map.
fn declare_gray(decoder: &mut TiffDecoder, index: usize, path: &Path) -> Result<Vec<u16>, IoError> {
    let map = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(|e| named(e, path))?;
    let offset = decoder.ifd_pointer().map_or(0, |p| p.0);
    if !tiff_palette::declare_gray(decoder.inner().get_mut(), offset) {
        return Err(unsupported("a palette", path));
    }
    decoder.seek_to_image(index).map_err(|e| named(e, path))?;
    Ok(map)
}

fn decode_pixels(
    decoder: &mut TiffDecoder,
    color_map: Option<&[u16]>,
    rows: usize,
    cols: usize,
    path: &Path,
) -> Result<Page, IoError> {
    let color = decoder.colortype().map_err(|e| named(e, path))?;
    let expected = match color {
        ColorType::Gray(_) => 1,
        ColorType::GrayA(_) | ColorType::Multiband { num_samples: 2, .. } => 2,
        ColorType::RGB(_) => 3,
        ColorType::RGBA(_) => 4,
        other => return Err(unsupported(&color_words(other), path)),
    };
    let mut buffer = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut buffer).map_err(|e| named(e, path))?;
    let mut warnings = Vec::new();
    if expected % 2 == 0 {
        warnings.push(ALPHA_WARNING.to_owned());
    }
    let bits = color.bit_depth();
    let is_planar = layout.planes > 1;
    if let (DecodingResult::U8(packed), 1..8) = (&mut buffer, bits) {
        if expected != 1 {
            return Err(unsupported(&format!("{bits}-bit color"), path));
        }
        *packed = tiff_samples::unpack(packed, bits, rows, cols, color_map.is_none());
    } else if ![8, 16, 32, 64].contains(&bits) {
        return Err(unsupported(&format!("{bits} bits per sample"), path));
    }
    let found = tiff_samples::count(&buffer);
    if !found.is_multiple_of((rows * cols).max(1)) || found < rows * cols * expected.min(3) {
        let reason = format!("found {found} samples, expected {}", rows * cols * expected);
        return Err(IoError::Damaged { kind: "TIFF", reason, path: path.to_owned() });
    }
    let channels = match (color_map, buffer) {
        (Some(map), DecodingResult::U8(indices)) => tiff_palette::look_up(&indices, map, rows, cols),
        (Some(_), _) => return Err(unsupported("a palette of more than 256 colors", path)),
        (None, buffer) => {
            let stride = if is_planar {
                tiff_samples::Order::Planar
            } else {
                tiff_samples::Order::Interleaved(found / (rows * cols).max(1))
            };
            tiff_samples::planes(buffer, rows, cols, expected, stride, &mut warnings)
                .map_err(|form| unsupported(form, path))?
        }
    };
    Ok(Page { rows, cols, channels, kind: Kind::Tiff, warnings })
}

/// Refuses a JPEG stream inside the file that announces more pixels than a picture may have: its decoder sizes its buffer
/// by that, whatever the page says.
///
/// *Source*: ITU T.81, B.2.2: marker FFC0–FFC2, length 8 + 3 × components, precision, height, width, components.
fn check_embedded_jpeg(bytes: &[u8], path: &Path) -> Result<(), IoError> {
    for frame in bytes.windows(10).filter(|w| w[0] == 0xFF && (0xC0..=0xC2).contains(&w[1]) && w[2] == 0) {
        let is_frame = (1..=4).contains(&frame[9]) && frame[3] == 8 + 3 * frame[9] && [8, 12].contains(&frame[4]);
        let pixels =
            u64::from(u16::from_be_bytes([frame[5], frame[6]])) * u64::from(u16::from_be_bytes([frame[7], frame[8]]));
        if is_frame && pixels > limits::MAX_PIXELS_PER_PICTURE {
            let (what, limit) = ("pixels in one embedded JPEG", limits::MAX_PIXELS_PER_PICTURE);
            return Err(IoError::TooLarge { what, found: pixels, limit, path: path.to_owned() });
        }
    }
    Ok(())
}

fn color_words(color: ColorType) -> String {
    match color {
        ColorType::CMYK(_) | ColorType::CMYKA(_) => "CMYK color".into(),
        ColorType::YCbCr(_) => "YCbCr color".into(),
        ColorType::Lab(_) => "Lab color".into(),
        ColorType::Multiband { num_samples, .. } => format!("{num_samples} bands"),
        other => format!("{other:?} pixels"),
    }
}

fn unsupported(form: &str, path: &Path) -> IoError {
    IoError::UnsupportedForm { kind: "TIFF", form: form.to_owned(), path: path.to_owned() }
}

/// The `tiff` crate's error in this room's words.
fn named(error: TiffError, path: &Path) -> IoError {
    let (kind, path) = ("TIFF", path.to_owned());
    match error {
        TiffError::UnsupportedError(e) => IoError::UnsupportedForm { kind, form: e.to_string(), path },
        TiffError::LimitsExceeded | TiffError::IntSizeError => IoError::TooLarge {
            what: "or more bytes to decode one picture",
            found: limits::MAX_DECODED_BYTES + 1,
            limit: limits::MAX_DECODED_BYTES,
            path,
        },
        TiffError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            IoError::Damaged { kind, reason: "the file ends too soon".into(), path }
        }
        other => IoError::Damaged { kind, reason: other.to_string(), path },
    }
}
