//! Writes small DICOM files, element by element, in every plain syntax. Not for reading them.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use glioview::io::open::{Opened, open};

/// A value of an element.
#[derive(Clone)]
pub enum Value {
    Bytes(Vec<u8>),
    Items(Vec<Object>),
    Fragments(Vec<Vec<u8>>),
}

/// A data set in the making.
#[derive(Clone, Default)]
pub struct Object {
    pub elements: Vec<(u32, [u8; 2], Value)>,
}

/// How it is written.
#[derive(Clone, Copy)]
// Each is a switch of its own in the standard.
#[allow(clippy::struct_excessive_bools)]
pub struct Form {
    pub syntax: &'static str,
    pub is_explicit: bool,
    pub is_big_endian: bool,
    pub has_preamble: bool,
    pub has_undefined_lengths: bool,
}

pub const EXPLICIT: Form = Form {
    syntax: "1.2.840.10008.1.2.1",
    is_explicit: true,
    is_big_endian: false,
    has_preamble: true,
    has_undefined_lengths: false,
};
pub const IMPLICIT: Form = Form { syntax: "1.2.840.10008.1.2", is_explicit: false, ..EXPLICIT };
pub const BIG_ENDIAN: Form = Form { syntax: "1.2.840.10008.1.2.2", is_big_endian: true, ..EXPLICIT };

impl Object {
    // Byte strings are references: `b"US"` reads as the standard writes it.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub fn set(&mut self, tag: u32, vr: &[u8; 2], value: Value) -> &mut Self {
        self.elements.retain(|(known, _, _)| *known != tag);
        self.elements.push((tag, *vr, value));
        self.elements.sort_by_key(|(tag, _, _)| *tag);
        self
    }

    pub fn without(mut self, tag: u32) -> Self {
        self.elements.retain(|(known, _, _)| *known != tag);
        self
    }

    // Byte strings are references: `b"US"` reads as the standard writes it.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub fn text(&mut self, tag: u32, vr: &[u8; 2], text: &str) -> &mut Self {
        let mut bytes = text.as_bytes().to_vec();
        if bytes.len() % 2 == 1 {
            bytes.push(if vr == b"UI" { 0 } else { b' ' });
        }
        self.set(tag, vr, Value::Bytes(bytes))
    }

    pub fn numbers(&mut self, tag: u32, numbers: &[f64]) -> &mut Self {
        let texts: Vec<String> = numbers.iter().map(|n| format!("{n}")).collect();
        self.text(tag, b"DS", &texts.join("\\"))
    }

    pub fn us(&mut self, tag: u32, number: u16) -> &mut Self {
        self.set(tag, b"US", Value::Bytes(number.to_le_bytes().to_vec()))
    }

    // Byte strings are references: `b"US"` reads as the standard writes it.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub fn words(&mut self, tag: u32, vr: &[u8; 2], words: &[u16]) -> &mut Self {
        self.set(tag, vr, Value::Bytes(words.iter().flat_map(|w| w.to_le_bytes()).collect()))
    }

    pub fn items(&mut self, tag: u32, items: Vec<Object>) -> &mut Self {
        self.set(tag, b"SQ", Value::Items(items))
    }

    /// The whole file.
    pub fn file(&self, form: Form) -> Vec<u8> {
        let mut bytes = Vec::new();
        if form.has_preamble {
            bytes.extend([0; 128]);
            bytes.extend(b"DICM");
            let mut meta = Object::default();
            meta.text(0x0002_0010, b"UI", form.syntax);
            meta.write(&mut bytes, Form { is_explicit: true, is_big_endian: false, ..form });
        }
        self.write(&mut bytes, form);
        bytes
    }

    fn write(&self, out: &mut Vec<u8>, form: Form) {
        for (tag, vr, value) in &self.elements {
            put_tag(out, *tag, form);
            let (bytes, is_open) = match value {
                Value::Bytes(bytes) => (swapped(bytes, *vr, form), false),
                Value::Items(items) => (items_bytes(items, form), form.has_undefined_lengths),
                Value::Fragments(fragments) => (fragment_bytes(fragments, form), true),
            };
            let length = if is_open { u32::MAX } else { bytes.len() as u32 };
            let is_long = [b"OB", b"OW", b"SQ", b"UN", b"UT", b"OF"].contains(&vr);
            if !form.is_explicit {
                put_u32(out, length, form);
            } else if is_long {
                out.extend(vr);
                out.extend([0, 0]);
                put_u32(out, length, form);
            } else {
                out.extend(vr);
                let short = length as u16;
                out.extend(if form.is_big_endian { short.to_be_bytes() } else { short.to_le_bytes() });
            }
            out.extend(bytes);
            if is_open {
                put_tag(out, 0xFFFE_E0DD, form);
                put_u32(out, 0, form);
            }
        }
    }
}

fn items_bytes(items: &[Object], form: Form) -> Vec<u8> {
    let mut out = Vec::new();
    for item in items {
        let mut inner = Vec::new();
        item.write(&mut inner, form);
        put_tag(&mut out, 0xFFFE_E000, form);
        put_u32(&mut out, if form.has_undefined_lengths { u32::MAX } else { inner.len() as u32 }, form);
        out.extend(inner);
        if form.has_undefined_lengths {
            put_tag(&mut out, 0xFFFE_E00D, form);
            put_u32(&mut out, 0, form);
        }
    }
    out
}

fn fragment_bytes(fragments: &[Vec<u8>], form: Form) -> Vec<u8> {
    let mut out = Vec::new();
    for fragment in fragments {
        put_tag(&mut out, 0xFFFE_E000, form);
        put_u32(&mut out, fragment.len() as u32, form);
        out.extend(fragment);
    }
    out
}

fn put_tag(out: &mut Vec<u8>, tag: u32, form: Form) {
    for half in [(tag >> 16) as u16, tag as u16] {
        out.extend(if form.is_big_endian { half.to_be_bytes() } else { half.to_le_bytes() });
    }
}

fn put_u32(out: &mut Vec<u8>, number: u32, form: Form) {
    out.extend(if form.is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() });
}

fn swapped(bytes: &[u8], vr: [u8; 2], form: Form) -> Vec<u8> {
    let size = match &vr {
        b"US" | b"SS" | b"OW" => 2,
        b"UL" | b"SL" | b"FL" | b"OF" => 4,
        b"FD" => 8,
        _ => 1,
    };
    if !form.is_big_endian || size == 1 {
        return bytes.to_vec();
    }
    bytes.chunks(size).flat_map(|chunk| chunk.iter().rev().copied().collect::<Vec<u8>>()).collect()
}

/// Where and what one slice is.
#[derive(Clone)]
pub struct Slice {
    pub rows: u16,
    pub cols: u16,
    pub series: String,
    pub number: i32,
    pub position: [f64; 3],
    pub orientation: [f64; 6],
    pub spacing: [f64; 2],
    pub thickness: f64,
    pub pixels: Vec<u16>,
}

pub const AXIAL: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];

impl Slice {
    /// An axial slice `number` steps of 5 mm up, each pixel different.
    pub fn axial(number: i32) -> Self {
        let pixels = (0..6 * 8).map(|i| (i as u16) * 10 + 100 * number.unsigned_abs() as u16).collect();
        Self {
            rows: 6,
            cols: 8,
            series: "1.2.3.4".to_owned(),
            number,
            position: [-10.0, -20.0, 5.0 * f64::from(number)],
            orientation: AXIAL,
            spacing: [1.5, 0.75],
            thickness: 4.0,
            pixels,
        }
    }

    /// As a plain MR object.
    pub fn object(&self) -> Object {
        let mut object = Object::default();
        object
            .text(0x0008_0016, b"UI", "1.2.840.10008.5.1.4.1.1.4")
            .text(0x0008_0018, b"UI", &format!("{}.{}.{}", self.series, self.number, self.position[2]))
            .text(0x0008_0060, b"CS", "MR")
            .text(0x0008_103E, b"LO", "Ax FLAIR")
            .text(0x0010_0010, b"PN", "SECRET^PERSON")
            .text(0x0010_0020, b"LO", "ID-4711")
            .text(0x0010_0030, b"DA", "19700131")
            .text(0x0020_000D, b"UI", "1.2.3")
            .text(0x0020_000E, b"UI", &self.series)
            .text(0x0020_0013, b"IS", &self.number.to_string())
            .text(0x0020_0052, b"UI", "1.2.3.99")
            .numbers(0x0018_0050, &[self.thickness])
            .numbers(0x0020_0032, &self.position)
            .numbers(0x0020_0037, &self.orientation)
            .numbers(0x0028_0030, &self.spacing)
            .us(0x0028_0002, 1)
            .text(0x0028_0004, b"CS", "MONOCHROME2")
            .us(0x0028_0010, self.rows)
            .us(0x0028_0011, self.cols)
            .us(0x0028_0100, 16)
            .us(0x0028_0101, 16)
            .us(0x0028_0102, 15)
            .us(0x0028_0103, 0)
            .words(0x7FE0_0010, b"OW", &self.pixels);
        object
    }
}

/// Opens one path.
pub fn opened(path: &Path) -> Opened {
    open(&[path.to_owned()], &mut |_, _| ControlFlow::Continue(())).expect("opening goes on beside failures")
}

/// Writes `bytes` under `name` in `folder`.
pub fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder is made");
    std::fs::write(&path, bytes).expect("the file is written");
    path
}

/// Opens `bytes` as a file of its own.
pub fn open_bytes(bytes: &[u8]) -> Opened {
    let folder = tempfile::tempdir().expect("a folder");
    opened(&put(folder.path(), "slice", bytes))
}
