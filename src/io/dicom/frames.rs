//! The coded bytes of each frame: cut from plain pixel data, or put together from fragments. Not for decoding them (`codec`).

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use super::elements::Value;
use super::file::{DicomFile, KIND};
use super::form::Form;
use super::syntax::Coding;
use super::tags;
use crate::io::error::IoError;

/// Where the frames of a file lie.
#[derive(Clone, Debug)]
pub enum Frames {
    /// Plain values, one frame behind the other.
    Native(Range<usize>),
    /// Pieces of each frame.
    Coded(Vec<Vec<Range<usize>>>),
}

impl Frames {
    /// Finds the frames and checks that they are all there.
    pub fn find(file: &DicomFile, form: &Form, coding: Coding, path: &Path) -> Result<Self, IoError> {
        let damaged = |reason: String| IoError::Damaged { kind: KIND, reason, path: path.to_owned() };
        let pixel_tags = [tags::PIXEL_DATA, tags::FLOAT_PIXEL_DATA, tags::DOUBLE_PIXEL_DATA];
        let element = pixel_tags.iter().find_map(|&tag| file.root.get(tag));
        let Some(element) = element else {
            return Err(damaged(
                if file.is_cut_short { "it ends before its pixels" } else { "it holds no pixels" }.into(),
            ));
        };
        match &element.value {
            Value::Bytes(range) if coding == Coding::Native => {
                let needed = native_bytes(form);
                if (range.len() as u64) < needed {
                    let (found, frames) = (range.len(), form.frames);
                    return Err(damaged(format!("its pixels end after {found} of {needed} bytes ({frames} frames)")));
                }
                Ok(Self::Native(range.clone()))
            }
            Value::Fragments(fragments) => {
                let frames = assemble(file, fragments, form, coding).ok_or_else(|| {
                    let (found, frames) = (fragments.len().saturating_sub(1), form.frames);
                    damaged(format!("its {found} pieces of coded pixels do not make {frames} frames"))
                })?;
                if file.is_cut_short && frames.len() < form.frames {
                    return Err(damaged(format!("its pixels end after {} of {} frames", frames.len(), form.frames)));
                }
                Ok(Self::Coded(frames))
            }
            Value::Bytes(_) => {
                Err(damaged("its pixels are plain where its transfer syntax says that they are coded".into()))
            }
            Value::Items(_) => Err(damaged("a sequence stands where its pixels are due".into())),
        }
    }

    /// The coded bytes of frame `index`.
    pub fn bytes<'a>(&self, file: &'a DicomFile, form: &Form, index: usize) -> Option<Cow<'a, [u8]>> {
        match self {
            Self::Native(range) => {
                let all = file.bytes.get(range.clone())?;
                if form.bits_allocated == 1 {
                    // Frames of odd sizes begin inside of a byte (PS3.5 8.1.1): whoever unpacks gets from its first byte on.
                    let (first, last) = (index * form.pixels(), (index + 1) * form.pixels());
                    return Some(Cow::Borrowed(all.get(first / 8..last.div_ceil(8))?));
                }
                let size = form.frame_bytes();
                Some(Cow::Borrowed(all.get(index * size..(index + 1) * size)?))
            }
            Self::Coded(frames) => match frames.get(index)?.as_slice() {
                [only] => Some(Cow::Borrowed(file.bytes.get(only.clone())?)),
                pieces => {
                    let mut bytes = Vec::with_capacity(pieces.iter().map(Range::len).sum());
                    for piece in pieces {
                        bytes.extend_from_slice(file.bytes.get(piece.clone())?);
                    }
                    Some(Cow::Owned(bytes))
                }
            },
        }
    }
}

/// Bytes that all frames take as plain values.
fn native_bytes(form: &Form) -> u64 {
    let frames = form.frames as u64;
    if form.bits_allocated == 1 {
        (form.pixels() as u64 * frames).div_ceil(8)
    } else {
        form.frame_bytes() as u64 * frames
    }
}

/// Which fragments make which frame: by the extended offset table, by the basic one, one a frame, or, in the JPEG
/// families, by where a new picture begins.
fn assemble(
    file: &DicomFile,
    fragments: &[Range<usize>],
    form: &Form,
    coding: Coding,
) -> Option<Vec<Vec<Range<usize>>>> {
    let (table, pieces) = fragments.split_first()?;
    if form.frames == 1 {
        return (!pieces.is_empty()).then(|| vec![pieces.to_vec()]);
    }
    if pieces.len() == form.frames {
        return Some(pieces.iter().map(|piece| vec![piece.clone()]).collect());
    }
    if pieces.len() < form.frames {
        return None;
    }
    let starts = offsets(file, table).filter(|starts| starts.len() == form.frames);
    let first = pieces.first()?.start.checked_sub(8)?;
    let begins = |piece: &Range<usize>| match &starts {
        Some(starts) => starts.binary_search(&((piece.start - 8 - first) as u64)).is_ok(),
        None => file.bytes.get(piece.clone()).is_some_and(|bytes| begins_picture(bytes, coding)),
    };
    let mut frames: Vec<Vec<Range<usize>>> = Vec::new();
    for piece in pieces {
        match frames.last_mut() {
            Some(last) if !begins(piece) => last.push(piece.clone()),
            _ => frames.push(vec![piece.clone()]),
        }
    }
    (frames.len() == form.frames).then_some(frames)
}

/// The offsets of the frames from the first fragment on: from the extended table where there is one (PS3.3 C.7.6.3.1.8).
fn offsets(file: &DicomFile, table: &Range<usize>) -> Option<Vec<u64>> {
    if let Some(raw) = file.view().raw(tags::EXTENDED_OFFSETS) {
        return Some(raw.chunks_exact(8).map(|b| u64::from_le_bytes(std::array::from_fn(|i| b[i]))).collect());
    }
    let raw = file.bytes.get(table.clone()).filter(|raw| !raw.is_empty())?;
    Some(raw.chunks_exact(4).map(|b| u64::from(u32::from_le_bytes(std::array::from_fn(|i| b[i])))).collect())
}

fn begins_picture(bytes: &[u8], coding: Coding) -> bool {
    match coding {
        Coding::Jpeg | Coding::JpegExtended | Coding::JpegLs => bytes.starts_with(&[0xFF, 0xD8]),
        Coding::Jpeg2000 => bytes.starts_with(&[0xFF, 0x4F, 0xFF, 0x51]) || bytes.get(4..8) == Some(b"jP  "),
        Coding::JpegXl => bytes.starts_with(&[0xFF, 0x0A]) || bytes.get(4..8) == Some(b"JXL "),
        Coding::Native | Coding::Rle | Coding::DeflatedFrames | Coding::NotRead => true,
    }
}
