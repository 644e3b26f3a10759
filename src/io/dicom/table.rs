//! The tag table: every attribute of a file with its name and value, as text, to be searched and copied. Not for showing it,
//! and not for deciding anything by it.

use std::path::PathBuf;

use super::elements::{DataSet, Element, Tag, Value, keyword, tag_words};
use super::file::DicomFile;
use super::source::{Shelf, Source};
use super::values::View;
use crate::io::error::IoError;

/// Rows of one table; an enhanced file has more attributes than anybody reads.
const MAX_ROWS: usize = 20_000;
/// Characters of one value.
const MAX_CHARACTERS: usize = 512;
/// Group 0010 is the patient's, and these name people and dates of birth outside of it.
const PERSONAL: [Tag; 6] = [0x0008_0090, 0x0008_1048, 0x0008_1050, 0x0008_1060, 0x0008_1070, 0x0032_1032];

/// One attribute as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Sequences around it.
    pub depth: usize,
    /// "(0028,0030)".
    pub tag: String,
    /// The standard's keyword, "private" or "unknown".
    pub name: String,
    /// "DS".
    pub vr: String,
    /// The value; long ones cut, binary ones as their size.
    pub value: String,
    /// Whether it says who the patient is or names another person: hidden unless asked for.
    pub is_personal: bool,
}

impl Row {
    /// Whether tag, name or value hold `words`, in any case. A personal value counts only where it is `shown`.
    pub fn matches(&self, words: &str, shows_personal: bool) -> bool {
        let words = words.to_lowercase();
        let holds = |text: &str| text.to_lowercase().contains(&words);
        holds(&self.tag) || holds(&self.name) || ((shows_personal || !self.is_personal) && holds(&self.value))
    }
}

/// The attributes of the file at `source`, in its own order.
pub fn read(source: &Source) -> Result<Vec<Row>, IoError> {
    Ok(rows(&Shelf::default().header(source)?))
}

/// The attributes of the DICOM file at `path`.
pub fn of_file(path: PathBuf) -> Result<Vec<Row>, IoError> {
    read(&Source { path, entry: None })
}

fn rows(file: &DicomFile) -> Vec<Row> {
    let mut rows = Vec::new();
    let meta = View { bytes: &file.bytes, set: &file.meta, root: &file.meta };
    for (view, set) in [(meta, &file.meta), (file.view(), &file.root)] {
        add(view.within(set), set, 0, false, &mut rows);
    }
    rows
}

fn add(view: View<'_>, set: &DataSet, depth: usize, is_personal: bool, rows: &mut Vec<Row>) {
    for element in &set.elements {
        if rows.len() >= MAX_ROWS {
            return;
        }
        let is_personal =
            is_personal || element.tag >> 16 == 0x0010 || PERSONAL.contains(&element.tag) || element.vr == *b"PN";
        let name = match keyword(element.tag) {
            "" if (element.tag >> 16) % 2 == 1 => "private",
            "" => "unknown",
            known => known,
        };
        rows.push(Row {
            depth,
            tag: tag_words(element.tag),
            name: name.to_owned(),
            vr: String::from_utf8_lossy(&element.vr).into_owned(),
            value: value(view, element),
            is_personal,
        });
        if let Value::Items(items) = &element.value {
            items.iter().for_each(|item| add(view.within(item), item, depth + 1, is_personal, rows));
        }
    }
}

fn value(view: View<'_>, element: &Element) -> String {
    let text = match (&element.value, &element.vr) {
        (Value::Items(items), _) => return format!("{} items", items.len()),
        (Value::Fragments(fragments), _) => return format!("{} fragments", fragments.len()),
        (Value::Bytes(range), b"OB" | b"OW" | b"OF" | b"OD" | b"OL" | b"OV" | b"UN") => {
            return format!("{} bytes", range.len());
        }
        (Value::Bytes(_), b"US" | b"SS" | b"UL" | b"SL" | b"FL" | b"FD" | b"SV" | b"UV") => {
            let numbers: Vec<String> = view.numbers(element.tag).iter().take(64).map(|n| format!("{n}")).collect();
            numbers.join("\\")
        }
        (Value::Bytes(_), b"AT") => {
            let tags: Vec<String> = view.numbers(element.tag).iter().take(64).map(|&n| at_words(n as u32)).collect();
            tags.join("\\")
        }
        (Value::Bytes(_), _) => view.text(element.tag).unwrap_or_default(),
    };
    let is_long = text.chars().count() > MAX_CHARACTERS;
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_CHARACTERS).collect();
    if is_long { format!("{shown} …") } else { shown }
}

/// A tag as a value lies in two words, the group first; read as one number, little-endian, the halves are exchanged.
fn at_words(number: u32) -> String {
    tag_words(number.rotate_left(16))
}
