//! Which kind of file this is, from its first bytes, whatever its name says. Not for decoding it.

use std::path::Path;

use crate::io::error::IoError;

/// A kind of picture file that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// Tagged Image File Format, also multi-page, also BigTIFF.
    Tiff,
    /// Windows bitmap.
    Bmp,
    /// WebP.
    WebP,
}

impl Kind {
    /// The name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
            Self::WebP => "WebP",
        }
    }
}

/// How many bytes from the start [`recognize`] looks at: NIfTI has its mark at 344.
pub const HEAD_BYTES: usize = 352;

/// The kind of the file that begins with `head`.
///
/// *Errors*: empty, a kind that is known but not read, or no known kind.
pub fn recognize(head: &[u8], path: &Path) -> Result<Kind, IoError> {
    if head.is_empty() {
        return Err(IoError::EmptyFile { path: path.to_owned() });
    }
    // Before anything else: DICOM leaves its first 128 bytes free, and dual-personality files begin as TIFF there.
    if head.get(128..132) == Some(b"DICM") {
        return Err(IoError::NotReadYet { kind: "DICOM", path: path.to_owned() });
    }
    let kind = match head {
        [0x89, b'P', b'N', b'G', ..] => Kind::Png,
        // A fourth byte of F7 is JPEG-LS, which starts like JPEG.
        [0xFF, 0xD8, 0xFF, 0xF7, ..] => return Err(IoError::NotReadYet { kind: "JPEG-LS", path: path.to_owned() }),
        [0xFF, 0xD8, 0xFF, ..] => Kind::Jpeg,
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Kind::Tiff,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Kind::WebP,
        _ => match foreign(head) {
            Some(kind) => return Err(IoError::NotReadYet { kind, path: path.to_owned() }),
            // Two letters are a weak mark, so it comes last.
            None if head.starts_with(b"BM") => Kind::Bmp,
            None => return Err(IoError::UnknownKind { found: first_bytes(head), path: path.to_owned() }),
        },
    };
    Ok(kind)
}

/// Kinds that are recognized so that they can be refused by name.
fn foreign(head: &[u8]) -> Option<&'static str> {
    // NIfTI: the header's own size comes first, in either byte order (348 for version 1, 540 for version 2).
    let size = head
        .get(..4)
        .map(|b| (u32::from_le_bytes([b[0], b[1], b[2], b[3]]), u32::from_be_bytes([b[0], b[1], b[2], b[3]])));
    let has_nifti_size = size.is_some_and(|(le, be)| [348, 540].contains(&le) || [348, 540].contains(&be));
    let has_nifti_mark = head.get(344..347).is_some_and(|m| m == b"n+1" || m == b"ni1");
    if has_nifti_size || has_nifti_mark {
        return Some("NIfTI among pictures");
    }
    // DICOM without preamble: group 0002 or 0008, a small even element number, then a VR or a short length.
    if matches!(head, [8 | 2, 0, e, 0, ..] if e % 2 == 0 && *e <= 0x40) && head.len() > 12 {
        return Some("DICOM without its header");
    }
    match head {
        [0x1F, 0x8B, ..] => Some("gzip without NIfTI in it"),
        [b'G', b'I', b'F', b'8', ..] => Some("GIF"),
        [0, 0, 1, 0, ..] => Some("ICO"),
        [b'%', b'P', b'D', b'F', ..] => Some("PDF"),
        [b'P', b'K', 3, 4, ..] => Some("ZIP"),
        [0, 0, 0, 12, b'j', b'P', ..] | [0xFF, 0x4F, 0xFF, 0x51, ..] => Some("JPEG 2000"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("HEIC or AVIF"),
        [b'8', b'B', b'P', b'S', ..] => Some("Photoshop"),
        [b'N', b'R', b'R', b'D', ..] => Some("NRRD"),
        [0x89, b'H', b'D', b'F', ..] => Some("HDF5"),
        _ => None,
    }
}

fn first_bytes(head: &[u8]) -> String {
    if head.iter().take(32).all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()) {
        return "text".to_owned();
    }
    let bytes: Vec<String> = head.iter().take(4).map(|b| format!("{b:02X}")).collect();
    format!("the bytes {}", bytes.join(" "))
}
