//! From the coded bytes of one frame to plain values: which decoder, and what each is held to. Not for what the values mean
//! (`pixels`); decoders of several authors meet untrusted bytes here, so the caller keeps a panic boundary around.

use std::io::Read;

use jpeg_decoder::{ColorTransform, PixelFormat};

use super::form::{Form, Photometric};
use super::syntax::Coding;
use super::{jpeg_extended, jpeg_ls, rle};

/// The values of one frame as they were coded, interleaved or plane by plane, without sign.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    /// Up to 8 bits.
    U8(Vec<u8>),
    /// Up to 16 bits.
    U16(Vec<u16>),
    /// 32 bits.
    U32(Vec<u32>),
    /// Floating-point values.
    F32(Vec<f32>),
}

impl Raw {
    /// How many values.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(v) => v.len(),
            Self::U16(v) => v.len(),
            Self::U32(v) => v.len(),
            Self::F32(v) => v.len(),
        }
    }
}

/// One decoded frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The values.
    pub raw: Raw,
    /// Channels one after the other.
    pub is_planar: bool,
    /// What they mean now: decoders of color undo its coding.
    pub photometric: Photometric,
}

/// How plain values lie in a file.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// Largest byte first.
    pub is_big_endian: bool,
    /// Eight-bit values in 16-bit words (OW), which big endian turns round.
    pub is_words: bool,
    /// Bits of the first byte that belong to the frame before, for one-bit values.
    pub first_bit: usize,
}

/// Decodes one frame.
///
/// *Errors*: in words, without the file's name.
pub fn decode(bytes: &[u8], form: &Form, coding: Coding, order: Order) -> Result<Decoded, String> {
    let as_is = |raw| Decoded { raw, is_planar: false, photometric: form.photometric };
    let decoded = match coding {
        Coding::Native => Decoded { is_planar: form.is_planar, ..as_is(native(bytes, form, order)?) },
        Coding::Rle => as_is(rle::decode(bytes, form)?),
        Coding::Jpeg | Coding::JpegExtended => jpeg(bytes, form)?,
        Coding::JpegLs => as_is(jpeg_ls::decode(bytes, form)?),
        Coding::Jpeg2000 => jpeg_2000(bytes, form)?,
        Coding::JpegXl => jpeg_xl(bytes, form)?,
        Coding::DeflatedFrames => {
            let mut inflated = Vec::new();
            let limit = (form.pixels() * form.channels * 8 + 8) as u64;
            let mut reader = flate2::read::DeflateDecoder::new(bytes).take(limit);
            reader.read_to_end(&mut inflated).map_err(|e| format!("a frame does not inflate ({})", e.kind()))?;
            Decoded { is_planar: form.is_planar, ..as_is(native(&inflated, form, order)?) }
        }
        Coding::NotRead => return Err("its transfer syntax is not read".into()),
    };
    let halves = if decoded.photometric == Photometric::YbrFull422 { 4 } else { 2 * form.channels };
    let expected = form.pixels() * halves / 2;
    if decoded.raw.len() == expected {
        Ok(decoded)
    } else {
        Err(format!("a frame decodes to {} values, {expected} are expected", decoded.raw.len()))
    }
}

fn native(bytes: &[u8], form: &Form, order: Order) -> Result<Raw, String> {
    if form.bits_allocated == 1 {
        let bits = (order.first_bit..order.first_bit + form.pixels())
            .map(|bit| bytes.get(bit / 8).map_or(0, |byte| byte >> (bit % 8) & 1));
        return Ok(Raw::U8(bits.collect()));
    }
    let size = form.frame_bytes();
    let bytes = bytes.get(..size).ok_or_else(|| format!("a frame has {} of {size} bytes", bytes.len()))?;
    let big = order.is_big_endian;
    Ok(match (form.bits_allocated, form.is_float) {
        (8, _) if big && order.is_words => Raw::U8((0..size).map(|i| bytes[(i ^ 1).min(size - 1)]).collect()),
        (8, _) => Raw::U8(bytes.to_vec()),
        (16, _) if big => Raw::U16(bytes.chunks_exact(2).map(|b| u16::from_be_bytes([b[0], b[1]])).collect()),
        (16, _) => Raw::U16(bytes.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect()),
        (32, true) => Raw::F32(pieces(bytes, big).map(f32::from_le_bytes).collect()),
        (32, false) => Raw::U32(pieces(bytes, big).map(u32::from_le_bytes).collect()),
        (64, true) => Raw::F32(pieces(bytes, big).map(|b| f64::from_le_bytes(b) as f32).collect()),
        (bits, _) => return Err(format!("plain values of {bits} bits are not read")),
    })
}

fn pieces<const N: usize>(bytes: &[u8], is_big_endian: bool) -> impl Iterator<Item = [u8; N]> {
    bytes.chunks_exact(N).map(move |piece| {
        let mut bytes: [u8; N] = std::array::from_fn(|i| piece[i]);
        if is_big_endian {
            bytes.reverse();
        }
        bytes
    })
}

/// Refuses a coded picture of another size than the file's header says: the header is what memory was checked against.
fn same_size(found: [usize; 3], form: &Form) -> Result<(), String> {
    let [rows, cols, channels] = found;
    if (rows, cols, channels) == (form.rows, form.cols, form.channels) {
        return Ok(());
    }
    Err(format!(
        "the coded picture has {cols} × {rows} px and {channels} channels, its header says {} × {} and {}",
        form.cols, form.rows, form.channels
    ))
}

/// JPEG of any process, told by its own header: what it says counts, not the transfer syntax.
fn jpeg(bytes: &[u8], form: &Form) -> Result<Decoded, String> {
    let header = jpeg_extended::frame_header(bytes).ok_or("it holds no JPEG picture")?;
    same_size([header.rows, header.cols, header.channels], form)?;
    if header.is_extended_sequential() {
        let raw = Raw::U16(jpeg_extended::decode(bytes)?);
        return Ok(Decoded { raw, is_planar: false, photometric: form.photometric });
    }
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(form.pixels() * form.channels * 8);
    let is_coded_color = matches!(form.photometric, Photometric::YbrFull | Photometric::YbrFull422);
    if form.channels == 3 {
        let is_lossless = header.is_lossless();
        decoder.set_color_transform(if is_coded_color && !is_lossless {
            ColorTransform::YCbCr
        } else {
            ColorTransform::None
        });
    }
    let values = decoder.decode().map_err(|e| format!("JPEG: {e}"))?;
    let info = decoder.info().ok_or("JPEG without a header")?;
    let raw = match info.pixel_format {
        PixelFormat::L16 => Raw::U16(values.chunks_exact(2).map(|b| u16::from_ne_bytes([b[0], b[1]])).collect()),
        PixelFormat::L8 | PixelFormat::RGB24 => Raw::U8(values),
        PixelFormat::CMYK32 => return Err("JPEG in four channels is not read".into()),
    };
    let photometric = match form.photometric {
        Photometric::YbrFull | Photometric::YbrFull422 if !header.is_lossless() => Photometric::Rgb,
        Photometric::YbrFull422 => Photometric::YbrFull,
        other => other,
    };
    Ok(Decoded { raw, is_planar: false, photometric })
}

/// Sizes in the SIZ segment of a JPEG 2000 codestream, read before the decoder allocates by them.
///
/// *Source*: ISO/IEC 15444-1 A.5.1.
fn jpeg_2000_size(bytes: &[u8]) -> Option<[usize; 3]> {
    let start = bytes.windows(4).take(4096).position(|four| four == [0xFF, 0x4F, 0xFF, 0x51])?;
    let four = |at: usize| -> Option<u32> {
        let piece = bytes.get(start + at..start + at + 4)?;
        Some(u32::from_be_bytes([piece[0], piece[1], piece[2], piece[3]]))
    };
    let (cols, rows) = (four(8)?.checked_sub(four(16)?)?, four(12)?.checked_sub(four(20)?)?);
    let (tile_cols, tile_rows) = (four(24)?, four(28)?);
    let channels = bytes.get(start + 40..start + 42).map(|two| u16::from_be_bytes([two[0], two[1]]))?;
    // Tiles are at least 8 px wide here: a bound on their number before anything is made for each.
    let is_tiled_sensibly = tile_cols >= cols.min(8) && tile_rows >= rows.min(8);
    is_tiled_sensibly.then_some([rows as usize, cols as usize, usize::from(channels)])
}

fn jpeg_2000(bytes: &[u8], form: &Form) -> Result<Decoded, String> {
    let size = jpeg_2000_size(bytes).ok_or("it holds no JPEG 2000 picture")?;
    same_size(size, form)?;
    let image = jpeg2k::Image::from_bytes(bytes).map_err(|e| format!("JPEG 2000: {e}"))?;
    let components = image.components();
    let pixels = form.pixels();
    if components.len() != form.channels || components.iter().any(|c| c.data().len() != pixels) {
        return Err("JPEG 2000: its channels are not of the picture's size".into());
    }
    let mut values = Vec::with_capacity(pixels * form.channels);
    if let [only] = components {
        values.extend(only.data().iter().map(|&v| v as u32));
    } else {
        (0..pixels).for_each(|i| values.extend(components.iter().map(|c| c.data()[i] as u32)));
    }
    let photometric = if form.channels == 3 { undone(form.photometric) } else { form.photometric };
    Ok(Decoded { raw: narrow(values, form.bits_allocated), is_planar: false, photometric })
}

/// What a wavelet decoder hands back: red, green, blue wherever it undid its own transform.
fn undone(photometric: Photometric) -> Photometric {
    match photometric {
        Photometric::YbrJpeg2000 => Photometric::Rgb,
        Photometric::YbrFull422 => Photometric::YbrFull,
        other => other,
    }
}

fn narrow(values: Vec<u32>, bits: u32) -> Raw {
    match bits {
        0..=8 => Raw::U8(values.into_iter().map(|v| v as u8).collect()),
        9..=16 => Raw::U16(values.into_iter().map(|v| v as u16).collect()),
        _ => Raw::U32(values),
    }
}

fn jpeg_xl(bytes: &[u8], form: &Form) -> Result<Decoded, String> {
    let wanted = form.pixels() * form.channels;
    // Several floating-point buffers a channel, and something for small pictures.
    let tracker = jxl_oxide::AllocTracker::with_limit(wanted * 64 + (64 << 20));
    let image = jxl_oxide::JxlImage::builder().alloc_tracker(tracker).read(bytes);
    let image = image.map_err(|e| format!("JPEG XL: {e}"))?;
    let depth = image.image_header().metadata.bit_depth.bits_per_sample();
    let header = &image.image_header().metadata;
    let channels = image.pixel_format().channels() - header.ec_info.len();
    same_size([image.height() as usize, image.width() as usize, channels], form)?;
    let frame = image.render_frame(0).map_err(|e| format!("JPEG XL: {e}"))?;
    let mut stream = frame.stream_no_alpha();
    if stream.channels() as usize != form.channels {
        return Err("JPEG XL: its channels are not the picture's".into());
    }
    let mut buffer = vec![0.0f32; wanted];
    let count = stream.write_to_buffer(&mut buffer);
    buffer.truncate(count);
    if depth > 16 {
        return Err(format!("JPEG XL: {depth} bits a value are not read"));
    }
    // The decoder gives shares of the full scale; whole numbers up to 2^16 survive that exactly.
    let full = ((1u32 << depth) - 1) as f32;
    let values = buffer.iter().map(|&share| (share * full).round().clamp(0.0, full) as u32).collect();
    let photometric = match form.photometric {
        Photometric::YbrFull | Photometric::YbrFull422 | Photometric::YbrJpeg2000 => Photometric::Rgb,
        other => other,
    };
    Ok(Decoded { raw: narrow(values, form.bits_allocated), is_planar: false, photometric })
}
