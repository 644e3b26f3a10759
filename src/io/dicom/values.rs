//! What the attributes of a data set say: texts in their character set, numbers in every form. Not for finding them in the
//! file (`elements`).

use dicom_encoding::text::{SpecificCharacterSet, TextCodec};

use super::elements::{DataSet, Element, Tag, Value};

const SPECIFIC_CHARACTER_SET: Tag = 0x0008_0005;
/// Values of one attribute that are read: lookup tables have up to 65 536.
const MAX_VALUES: usize = 1 << 17;

/// A data set together with the bytes that it points into.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The file's bytes.
    pub bytes: &'a [u8],
    /// The attributes.
    pub set: &'a DataSet,
    /// The whole file's, for what it inherits: the character set.
    pub root: &'a DataSet,
}

impl<'a> View<'a> {
    /// The same file's `set`.
    #[must_use]
    pub fn within(self, set: &'a DataSet) -> Self {
        Self { set, ..self }
    }

    /// The bytes of `tag`; `None` where it is missing or a sequence.
    pub fn raw(self, tag: Tag) -> Option<&'a [u8]> {
        self.raw_of(self.set.get(tag)?)
    }

    fn raw_of(self, element: &Element) -> Option<&'a [u8]> {
        match &element.value {
            Value::Bytes(range) => self.bytes.get(range.clone()),
            Value::Items(_) | Value::Fragments(_) => None,
        }
    }

    /// The items of the sequence `tag`; none where it is missing.
    pub fn items(self, tag: Tag) -> impl Iterator<Item = View<'a>> {
        let items = match self.set.get(tag).map(|e| &e.value) {
            Some(Value::Items(items)) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(move |set| self.within(set))
    }

    /// The first item of the sequence `tag`.
    pub fn item(self, tag: Tag) -> Option<View<'a>> {
        self.items(tag).next()
    }

    /// The text of `tag` without padding; `None` where it is missing or empty.
    pub fn text(self, tag: Tag) -> Option<String> {
        let text = self.decode(self.raw(tag)?);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned();
        (!text.is_empty()).then_some(text)
    }

    /// The texts of `tag`, one for each value.
    pub fn texts(self, tag: Tag) -> Vec<String> {
        let text = self.text(tag).unwrap_or_default();
        let parts = text.split('\\').take(MAX_VALUES).map(|part| part.trim().to_owned());
        if text.is_empty() { Vec::new() } else { parts.collect() }
    }

    /// Bytes as text, in the data set's own or the file's character set; what is not of it becomes a replacement sign.
    pub fn decode(self, raw: &[u8]) -> String {
        if raw.is_ascii() && !raw.contains(&0x1B) {
            return String::from_utf8_lossy(raw).into_owned();
        }
        let codes = [self.set, self.root].into_iter().find_map(|set| self.within(set).raw(SPECIFIC_CHARACTER_SET));
        let codes = String::from_utf8_lossy(codes.unwrap_or_default()).into_owned();
        // Of several sets the last is the one that the text switches to; the first is often empty, for plain ASCII.
        let code = codes.split('\\').map(str::trim).rfind(|code| !code.is_empty()).unwrap_or("ISO_IR 100").to_owned();
        let without_switches = strip_escapes(raw);
        let text = SpecificCharacterSet::from_code(&code).and_then(|set| set.decode(&without_switches).ok());
        text.unwrap_or_else(|| String::from_utf8_lossy(&without_switches).into_owned())
    }

    /// The numbers of `tag`, whatever their representation; NaN where one cannot be read.
    pub fn numbers(self, tag: Tag) -> Vec<f64> {
        let Some(element) = self.set.get(tag) else { return Vec::new() };
        let Some(raw) = self.raw_of(element) else { return Vec::new() };
        let is_big = self.set.is_big_endian;
        match &element.vr {
            b"US" | b"OW" => chunks(raw, is_big).map(|b| f64::from(u16::from_le_bytes(b))).collect(),
            b"SS" => chunks(raw, is_big).map(|b| f64::from(i16::from_le_bytes(b))).collect(),
            b"UL" | b"AT" | b"OL" => chunks(raw, is_big).map(|b| f64::from(u32::from_le_bytes(b))).collect(),
            b"SL" => chunks(raw, is_big).map(|b| f64::from(i32::from_le_bytes(b))).collect(),
            b"FL" | b"OF" => chunks(raw, is_big).map(|b| f64::from(f32::from_le_bytes(b))).collect(),
            b"FD" | b"OD" => chunks(raw, is_big).map(f64::from_le_bytes).collect(),
            b"UV" => chunks(raw, is_big).map(|b| u64::from_le_bytes(b) as f64).collect(),
            b"SV" => chunks(raw, is_big).map(|b| i64::from_le_bytes(b) as f64).collect(),
            b"OB" => raw.iter().take(MAX_VALUES).map(|&b| f64::from(b)).collect(),
            _ => self.texts(tag).iter().map(|text| text.parse().unwrap_or(f64::NAN)).collect(),
        }
    }

    /// The first number of `tag`, finite.
    pub fn number(self, tag: Tag) -> Option<f64> {
        self.numbers(tag).first().copied().filter(|x| x.is_finite())
    }

    /// The first number of `tag` as a count.
    pub fn count(self, tag: Tag) -> Option<u64> {
        self.number(tag).filter(|&x| (0.0..=9e15).contains(&x)).map(|x| x as u64)
    }

    /// Exactly `N` finite numbers of `tag`.
    pub fn vector<const N: usize>(self, tag: Tag) -> Option<[f64; N]> {
        let numbers: [f64; N] = self.numbers(tag).try_into().ok()?;
        numbers.iter().all(|x| x.is_finite()).then_some(numbers)
    }
}

/// `raw` in pieces of `N` bytes, smallest byte first.
fn chunks<const N: usize>(raw: &[u8], is_big_endian: bool) -> impl Iterator<Item = [u8; N]> {
    raw.chunks_exact(N).take(MAX_VALUES).map(move |piece| {
        let mut bytes: [u8; N] = std::array::from_fn(|i| piece[i]);
        if is_big_endian {
            bytes.reverse();
        }
        bytes
    })
}

/// Without the sequences that switch between character sets (PS3.5 6.1.2.5.3): the codecs know only one set at a time.
fn strip_escapes(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        if raw[at] != 0x1B {
            out.push(raw[at]);
            at += 1;
            continue;
        }
        // ESC, intermediates 0x20–0x2F, one final byte. Japanese and Korean codecs need theirs, so those stay.
        let is_multi_byte = raw.get(at + 1) == Some(&b'$');
        let mut end = at + 1;
        while raw.get(end).is_some_and(|b| (0x20..=0x2F).contains(b)) {
            end += 1;
        }
        if is_multi_byte || raw.get(at + 1) == Some(&b'(') {
            out.extend_from_slice(&raw[at..raw.len().min(end + 1)]);
        }
        at = end + 1;
    }
    out
}
