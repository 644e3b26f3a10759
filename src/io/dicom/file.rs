//! From bytes to an opened DICOM file: preamble or none, its header, its transfer syntax, its data set, inflated where it is
//! deflated. Not for pixels (`pixels`) or for where slices lie (`place`).

use std::io::Read;
use std::path::Path;

use super::elements::{DataSet, Reader, Stop, Syntax};
use super::syntax;
use super::tags;
use super::values::View;
use crate::io::error::IoError;
use crate::io::limits;

/// How every error here names the kind.
pub const KIND: &str = "DICOM";
const IMPLICIT: &str = "1.2.840.10008.1.2";
/// Explicit VR Little Endian.
pub const EXPLICIT: &str = "1.2.840.10008.1.2.1";
const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";
const DEFLATED: &str = "1.2.840.10008.1.2.1.99";

/// One file, its attributes found but nothing decoded.
#[derive(Clone, Debug)]
pub struct DicomFile {
    /// The bytes that the data set points into.
    pub bytes: Vec<u8>,
    /// Group 2.
    pub meta: DataSet,
    /// Everything else.
    pub root: DataSet,
    /// UID of the transfer syntax.
    pub syntax: String,
    /// Whether the file ends inside of an attribute.
    pub is_cut_short: bool,
}

impl DicomFile {
    /// The file's attributes.
    pub fn view(&self) -> View<'_> {
        View { bytes: &self.bytes, set: &self.root, root: &self.root }
    }
}

/// How a DICOM file begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// "DICM" behind 128 free bytes.
    Preamble,
    /// Elements from the first byte on, smallest byte first.
    Bare,
    /// The same in big endian.
    BareBigEndian,
}

/// Whether the file that starts with `head` is DICOM, whatever its name says.
pub fn recognize(head: &[u8]) -> Option<Beginning> {
    if head.get(128..132) == Some(b"DICM") {
        return Some(Beginning::Preamble);
    }
    // Without preamble: group 2 or 8, a small even element number, then a representation or a short length.
    let has_value = |vr: &[u8]| vr.iter().all(u8::is_ascii_uppercase) || vr[1] == 0 || vr[0] == 0;
    match head {
        [8 | 2, 0, e, 0, ..] if e % 2 == 0 && *e <= 0x70 && head.len() > 12 && has_value(&head[4..6]) => {
            Some(Beginning::Bare)
        }
        [0, 8, 0, e, ..] if e % 2 == 0 && *e <= 0x70 && head.len() > 12 && has_value(&head[4..6]) => {
            Some(Beginning::BareBigEndian)
        }
        _ => None,
    }
}

/// Reads the attributes in `bytes`, the beginning of a file of `whole` bytes; up to the pixels with `header_only`.
///
/// *Errors*: `Err(None)` where `bytes` ends too soon to tell, though the file does not.
pub fn parse(bytes: Vec<u8>, whole: usize, header_only: bool, path: &Path) -> Result<DicomFile, Option<IoError>> {
    let damaged = |reason: String| IoError::Damaged { kind: KIND, reason, path: path.to_owned() };
    let stop = |stop: Stop| match stop {
        Stop::NeedMore => None,
        Stop::Damaged(reason) => Some(damaged(reason)),
    };
    let start = match recognize(&bytes) {
        Some(Beginning::Preamble) => 132,
        Some(Beginning::Bare | Beginning::BareBigEndian) => 0,
        None => return Err(Some(damaged("it does not begin as a DICOM file does".into()))),
    };
    let mut reader = Reader::new(&bytes, whole, header_only);
    let (meta, at) = reader.meta(start).map_err(stop)?;
    let named = View { bytes: &bytes, set: &meta, root: &meta }.text(tags::TRANSFER_SYNTAX);
    let named = named.unwrap_or_else(|| guess(&bytes, at).to_owned());
    if named == DEFLATED {
        // A deflated data set has to be read whole; the header alone cannot be had.
        if bytes.len() < whole {
            return Err(None);
        }
        let inflated = inflate(&bytes[at..], path)?;
        let mut reader = Reader::new(&inflated, inflated.len(), header_only);
        let root = reader.data_set(0, Syntax { is_explicit: true, is_big_endian: false }).map_err(stop)?;
        let is_cut_short = reader.cut_short.is_some();
        return Ok(DicomFile { bytes: inflated, meta: DataSet::default(), root, syntax: named, is_cut_short });
    }
    let written = Syntax { is_explicit: looks_explicit(&bytes, at), is_big_endian: named == BIG_ENDIAN };
    let root = reader.data_set(at, written).map_err(stop)?;
    let is_cut_short = reader.cut_short.is_some();
    if root.elements.is_empty() {
        return Err(Some(damaged("it holds no attributes".into())));
    }
    Ok(DicomFile { bytes, meta, root, syntax: named, is_cut_short })
}

/// The syntax of a file that names none, from how its first element is written.
fn guess(bytes: &[u8], at: usize) -> &'static str {
    match bytes.get(at..at + 2) {
        Some([0, group]) if *group != 0 => BIG_ENDIAN,
        _ if looks_explicit(bytes, at) => EXPLICIT,
        _ => IMPLICIT,
    }
}

/// Whether the element at `at` names its representation. Asked of the bytes and not of the header: files whose header says
/// otherwise exist, and two capital letters are no sensible length.
fn looks_explicit(bytes: &[u8], at: usize) -> bool {
    bytes.get(at + 4..at + 6).is_some_and(|vr| vr.iter().all(u8::is_ascii_uppercase))
}

fn inflate(bytes: &[u8], path: &Path) -> Result<Vec<u8>, IoError> {
    let limit = limits::MAX_FILE_BYTES;
    let mut inflated = Vec::new();
    let mut reader = flate2::read::DeflateDecoder::new(bytes).take(limit + 1);
    let read = reader.read_to_end(&mut inflated);
    if inflated.len() as u64 > limit {
        let found = inflated.len() as u64;
        return Err(IoError::TooLarge { what: "bytes in one file, inflated", found, limit, path: path.to_owned() });
    }
    if let Err(error) = read {
        let reason = format!("its deflated data set does not inflate ({})", error.kind());
        return Err(IoError::Damaged { kind: KIND, reason, path: path.to_owned() });
    }
    Ok(inflated)
}

/// The transfer syntax in words: "JPEG 2000, lossless".
pub fn syntax_words(uid: &str) -> String {
    syntax::name(uid).map_or_else(|| format!("transfer syntax {uid}"), str::to_owned)
}
