//! From one DICOM file to its frames, decoded, each with its place and gray values. Not for finding files (`find`) or for
//! building stacks (`stack`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::codec::{self, Order};
use super::file::{self, DicomFile, KIND};
use super::find;
use super::form::{Form, Photometric};
use super::frames::Frames;
use super::gray::Gray;
use super::mosaic;
use super::pixels::{Palette, plane};
use super::place::{Marks, Place};
use super::seg;
use super::syntax::{self, Coding};
use super::tags;
use super::values::View;
use crate::domain::scan::{Acquisition, Patient, Plane};
use crate::io::error::IoError;
use crate::io::limits;

/// What holds for a whole file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// UID of the series.
    pub series_uid: Option<String>,
    /// UID of this one object.
    pub instance_uid: Option<String>,
    /// UID of the system of coordinates.
    pub frame_of_reference: Option<String>,
    /// The file's own words for the series.
    pub description: String,
    /// The transfer syntax in words.
    pub encoding: String,
    /// How it was acquired.
    pub acquisition: Acquisition,
    /// Whether the smallest value is white.
    pub is_inverted: bool,
    /// The file, or the file inside of an archive.
    pub path: PathBuf,
}

/// One decoded frame.
#[derive(Clone, Debug)]
pub struct Frame {
    /// What holds for its whole file.
    pub header: Arc<Header>,
    /// Number in its file, where that has several.
    pub page: Option<usize>,
    /// The stored values, or measured ones where a table made them.
    pub plane: Plane,
    /// What the file says of its gray values.
    pub gray: Gray,
    /// Where it lies.
    pub place: Place,
    /// What tells it from others at its place.
    pub marks: Marks,
    /// What was odd.
    pub warnings: Vec<String>,
}

impl Frame {
    /// A frame without a place and with gray values as they are.
    pub fn plain(header: &Arc<Header>, plane: Plane) -> Self {
        let header = Arc::clone(header);
        let (gray, place, marks) = (Gray::default(), Place::default(), Marks::default());
        Self { header, page: None, plane, gray, place, marks, warnings: Vec::new() }
    }
}

/// What was read of one file.
#[derive(Clone, Debug)]
pub struct Read {
    /// Its frames.
    pub frames: Vec<Frame>,
    /// Who it is of.
    pub patient: Patient,
    /// A number that differs between patients.
    pub patient_key: u64,
}

/// Decodes every frame in `bytes`, the file at `path`.
pub fn read(bytes: Vec<u8>, path: &Path) -> Result<Read, IoError> {
    guarded(path, || {
        let whole = bytes.len();
        let file = file::parse(bytes, whole, false, path).map_err(|error| error.unwrap_or_else(|| cut_short(path)))?;
        let (patient, patient_key) = (find::patient(file.view()), find::patient_key(file.view()));
        Ok(Read { frames: frames_of(&file, path)?, patient, patient_key })
    })
}

/// Runs `work` inside of a panic boundary: decoders of several authors meet bytes of unknown ones.
pub fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T, IoError>) -> Result<T, IoError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(IoError::DecoderPanicked { kind: KIND, path: path.to_owned() }))
}

/// The error of a file that ends too soon.
pub fn cut_short(path: &Path) -> IoError {
    IoError::Damaged { kind: KIND, reason: "it ends inside of its header".into(), path: path.to_owned() }
}

/// How the pixels of `file` are coded.
///
/// *Errors*: syntaxes that nothing here reads, by name and UID.
pub fn coding(file: &DicomFile, path: &Path) -> Result<Coding, IoError> {
    let found = syntax::find(&file.syntax).map_or(Coding::NotRead, |row| row.coding);
    if found != Coding::NotRead {
        return Ok(found);
    }
    let uid: String = file.syntax.chars().filter(char::is_ascii_graphic).take(64).collect();
    let name = syntax::name(&file.syntax).unwrap_or("an unknown transfer syntax");
    Err(IoError::UnsupportedForm { kind: KIND, form: format!("{name} ({uid})"), path: path.to_owned() })
}

fn frames_of(file: &DicomFile, path: &Path) -> Result<Vec<Frame>, IoError> {
    let root = file.view();
    let damaged = |reason: String| IoError::Damaged { kind: KIND, reason, path: path.to_owned() };
    let decoder = Decoder::new(file, path)?;
    let form = &decoder.form;
    check_size(form, path)?;
    let header = Arc::new(header(file, form, path));
    if seg::is_segmentation(root) {
        return seg::frames(file, &decoder, &header, path);
    }
    let shared = root.item(tags::SHARED_GROUPS);
    let groups: Vec<View<'_>> = root.items(tags::FRAME_GROUPS).collect();
    let mut file_warnings = Vec::new();
    if form.frames > 1 && !groups.is_empty() && groups.len() != form.frames {
        file_warnings.push(format!(
            "The file describes {} frames and holds {}: where they lie is not known.",
            groups.len(),
            form.frames
        ));
    }
    let palette = if form.photometric == Photometric::Palette { Palette::read(root) } else { None };
    let mut frames = Vec::with_capacity(form.frames.min(1 << 12));
    for index in 0..form.frames {
        let decoded = decoder.frame(index).map_err(damaged)?;
        let (mut plane, odd) = plane(decoded, form, palette.as_ref());
        let own = if groups.len() == form.frames { groups.get(index).copied() } else { None };
        let around: Vec<View<'_>> = own.into_iter().chain(shared).collect();
        let mut gray = Gray::read(root, &around, form);
        gray.apply_modality(&mut plane);
        let mut place = Place::read(root, &around);
        if form.frames > 1 && own.is_none() {
            // One place for many frames is none.
            place.position = None;
        }
        let mut marks = Marks::read(root, &around);
        if form.frames > 1 {
            marks.instance = Some(index as i64 + 1);
        }
        let mut warnings = if index == 0 { file_warnings.clone() } else { Vec::new() };
        warnings.extend(odd.map(str::to_owned));
        let page = (form.frames > 1).then_some(index);
        frames.push(Frame { header: Arc::clone(&header), page, plane, gray, place, marks, warnings });
    }
    if let [only] = frames.as_slice()
        && let Some(mosaic) = mosaic::recognize(root)
    {
        return mosaic::split(only, mosaic).map_err(damaged);
    }
    Ok(frames)
}

/// Everything that decoding a frame takes.
pub struct Decoder<'a> {
    file: &'a DicomFile,
    /// The layout.
    pub form: Form,
    frames: Frames,
    coding: Coding,
    is_words: bool,
}

impl<'a> Decoder<'a> {
    /// Reads the layout of `file` and finds its frames.
    pub fn new(file: &'a DicomFile, path: &Path) -> Result<Self, IoError> {
        let coding = coding(file, path)?;
        let form = Form::read(file.view(), path)?;
        let frames = Frames::find(file, &form, coding, path)?;
        let is_words = file.root.get(tags::PIXEL_DATA).is_some_and(|element| element.vr == *b"OW");
        Ok(Self { file, form, frames, coding, is_words })
    }

    /// Frame `index`.
    pub fn frame(&self, index: usize) -> Result<codec::Decoded, String> {
        let bytes =
            self.frames.bytes(self.file, &self.form, index).ok_or_else(|| format!("frame {} is missing", index + 1))?;
        let order = Order {
            is_big_endian: self.file.root.is_big_endian && matches!(self.frames, Frames::Native(_)),
            is_words: self.is_words,
            first_bit: if matches!(self.frames, Frames::Native(_)) { index * self.form.pixels() % 8 } else { 0 },
        };
        codec::decode(&bytes, &self.form, self.coding, order)
    }
}

/// All frames together are held to a study's limit before the first is decoded.
fn check_size(form: &Form, path: &Path) -> Result<(), IoError> {
    let bytes = form.pixels() as u64 * form.frames as u64 * u64::from(form.bits_allocated.div_ceil(8).min(4));
    if bytes <= limits::MAX_STUDY_BYTES {
        return Ok(());
    }
    let (what, limit) = ("bytes of pixels in one file", limits::MAX_STUDY_BYTES);
    Err(IoError::TooLarge { what, found: bytes, limit, path: path.to_owned() })
}

fn header(file: &DicomFile, form: &Form, path: &Path) -> Header {
    let root = file.view();
    let text = |tag| root.text(tag).unwrap_or_default();
    let all = |tags: &[super::elements::Tag]| {
        let parts: Vec<String> = tags.iter().filter_map(|&tag| root.text(tag)).collect();
        parts.join("\\")
    };
    let shared = root.item(tags::SHARED_GROUPS);
    let first = root.item(tags::FRAME_GROUPS);
    let deep = |sequence, tag| [first, shared].into_iter().flatten().find_map(|g| g.item(sequence)?.number(tag));
    let acquisition = Acquisition {
        modality: text(tags::MODALITY),
        body_part: text(tags::BODY_PART).to_uppercase(),
        protocol: text(tags::PROTOCOL_NAME),
        scanning_sequence: all(&[tags::SCANNING_SEQUENCE, tags::SEQUENCE_VARIANT]),
        sequence_name: text(tags::SEQUENCE_NAME),
        image_type: text(tags::IMAGE_TYPE),
        contrast_agent: text(tags::CONTRAST_AGENT),
        repetition_ms: root.number(tags::REPETITION_TIME).or_else(|| deep(tags::MR_TIMING, tags::REPETITION_TIME)),
        echo_ms: root.number(tags::ECHO_TIME).or_else(|| deep(tags::MR_ECHO, tags::EFFECTIVE_ECHO_TIME)),
        inversion_ms: root.number(tags::INVERSION_TIME).or_else(|| root.number(tags::INVERSION_TIMES)),
        series_number: root.number(tags::SERIES_NUMBER).map(|n| n as i64),
        transfer_syntax: file.syntax.clone(),
        series_uid: root.text(tags::SERIES_UID),
    };
    Header {
        series_uid: root.text(tags::SERIES_UID),
        instance_uid: root.text(tags::SOP_INSTANCE),
        frame_of_reference: root.text(tags::FRAME_OF_REFERENCE),
        description: text(tags::SERIES_DESCRIPTION),
        encoding: file::syntax_words(&file.syntax),
        acquisition,
        is_inverted: form.photometric == Photometric::Monochrome1,
        path: path.to_owned(),
    }
}
