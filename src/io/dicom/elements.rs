//! The data set of a DICOM file as a tree of byte ranges: every length is held against what is left of the file before
//! anything is allocated for it. Not for what the values mean (`values`), and not for file headers (`file`).

use std::ops::Range;

use dicom_core::Tag as StandardTag;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_dictionary_std::StandardDataDictionary;

/// Group and element in one number: `0x0028_0010` is (0028,0010).
pub type Tag = u32;

/// The two letters of a value representation.
pub type Vr = [u8; 2];

/// Pixel Data.
pub const PIXEL_DATA: Tag = 0x7FE0_0010;
const ITEM: Tag = 0xFFFE_E000;
const ITEM_END: Tag = 0xFFFE_E00D;
const SEQUENCE_END: Tag = 0xFFFE_E0DD;
/// A length that is not known beforehand; a delimiter ends the value.
const UNDEFINED: u32 = u32::MAX;
/// Sequences in sequences: real files have up to six.
const MAX_DEPTH: usize = 24;
/// Elements of one file, nested ones included: an enhanced file of 2000 frames has some 150 000.
const MAX_ELEMENTS: usize = 2_000_000;

/// One attribute.
#[derive(Clone, Debug)]
pub struct Element {
    /// Which one.
    pub tag: Tag,
    /// Its value representation, from the file or, in implicit syntaxes, from the dictionary.
    pub vr: Vr,
    /// Where its value lies.
    pub value: Value,
}

/// Where a value lies in the file's bytes.
#[derive(Clone, Debug)]
pub enum Value {
    /// Plain bytes.
    Bytes(Range<usize>),
    /// The items of a sequence.
    Items(Vec<DataSet>),
    /// Encapsulated pixel data: the offset table first, then the fragments.
    Fragments(Vec<Range<usize>>),
}

/// Attributes in ascending order of their tags.
#[derive(Clone, Debug, Default)]
pub struct DataSet {
    /// The attributes.
    pub elements: Vec<Element>,
    /// Byte order of its binary values.
    pub is_big_endian: bool,
}

impl DataSet {
    /// The attribute `tag`.
    pub fn get(&self, tag: Tag) -> Option<&Element> {
        self.elements.binary_search_by_key(&tag, |e| e.tag).ok().map(|index| &self.elements[index])
    }
}

/// How elements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// Whether each element names its value representation.
    pub is_explicit: bool,
    /// Whether numbers have their largest byte first.
    pub is_big_endian: bool,
}

/// Why reading stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The bytes at hand are only the file's beginning, and the answer lies behind them.
    NeedMore,
    /// The bytes contradict the format.
    Damaged(String),
}

/// Reads elements from bytes.
pub struct Reader<'a> {
    bytes: &'a [u8],
    /// Length of the whole file, of which `bytes` may be the beginning.
    whole: usize,
    stops_at_pixels: bool,
    elements: usize,
    /// What was cut short by the end of the file, if anything.
    pub cut_short: Option<Tag>,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`, the beginning of a file of `whole` bytes, up to its end or, with `stops_at_pixels`, up to the pixels.
    pub fn new(bytes: &'a [u8], whole: usize, stops_at_pixels: bool) -> Self {
        Self { bytes, whole: whole.max(bytes.len()), stops_at_pixels, elements: 0, cut_short: None }
    }

    /// The data set from `start` on, up to the end of the file.
    pub fn data_set(&mut self, start: usize, syntax: Syntax) -> Result<DataSet, Stop> {
        self.elements_until(start, self.whole, false, 0, syntax).map(|(set, _)| set)
    }

    /// The elements of group 2 from `start` on, always explicit and little-endian, and where they end.
    pub fn meta(&mut self, start: usize) -> Result<(DataSet, usize), Stop> {
        let syntax = Syntax { is_explicit: true, is_big_endian: false };
        let mut at = start;
        let mut set = DataSet::default();
        while at + 8 <= self.bytes.len() && self.tag(at, syntax) >> 16 == 2 {
            let (element, next) = self.element(at, self.whole, 0, syntax)?;
            set.elements.push(element);
            at = next;
        }
        if at + 8 > self.bytes.len() && at + 8 <= self.whole {
            return Err(Stop::NeedMore);
        }
        set.elements.sort_by_key(|e| e.tag);
        Ok((set, at))
    }

    fn u16(&self, at: usize, syntax: Syntax) -> u16 {
        let pair = [self.bytes[at], self.bytes[at + 1]];
        if syntax.is_big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    }

    fn u32(&self, at: usize, syntax: Syntax) -> u32 {
        let four = [self.bytes[at], self.bytes[at + 1], self.bytes[at + 2], self.bytes[at + 3]];
        if syntax.is_big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    }

    fn tag(&self, at: usize, syntax: Syntax) -> Tag {
        u32::from(self.u16(at, syntax)) << 16 | u32::from(self.u16(at + 2, syntax))
    }

    /// Whether `count` bytes from `at` on are at hand.
    fn need(&self, at: usize, count: usize) -> Result<bool, Stop> {
        match at.checked_add(count) {
            Some(end) if end <= self.bytes.len() => Ok(true),
            Some(end) if end <= self.whole => Err(Stop::NeedMore),
            _ => Ok(false),
        }
    }

    /// Elements from `at` to `end`, or to the item's delimiter.
    fn elements_until(
        &mut self,
        mut at: usize,
        end: usize,
        is_delimited: bool,
        depth: usize,
        syntax: Syntax,
    ) -> Result<(DataSet, usize), Stop> {
        if depth > MAX_DEPTH {
            return Err(Stop::Damaged(format!("sequences nested more than {MAX_DEPTH} deep")));
        }
        let mut set = DataSet { elements: Vec::new(), is_big_endian: syntax.is_big_endian };
        while at < end {
            if end - at < 8 || !self.need(at, 8)? {
                break;
            }
            let tag = self.tag(at, syntax);
            if tag == ITEM_END || tag == SEQUENCE_END {
                at += if is_delimited { 8 } else { 0 };
                break;
            }
            // Zeros behind the last element, and pixels where only the header is asked for.
            if tag == 0 || (depth == 0 && self.stops_at_pixels && tag >= PIXEL_DATA) {
                break;
            }
            let (element, next) = self.element(at, end, depth, syntax)?;
            set.elements.push(element);
            at = next;
            if self.cut_short.is_some() {
                break;
            }
        }
        // Writers that don't sort are rare and read all the same; the first of two equal tags counts.
        if !set.elements.is_sorted_by_key(|e| e.tag) {
            set.elements.sort_by_key(|e| e.tag);
        }
        set.elements.dedup_by_key(|e| e.tag);
        Ok((set, at))
    }

    fn element(&mut self, at: usize, end: usize, depth: usize, syntax: Syntax) -> Result<(Element, usize), Stop> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(Stop::Damaged(format!("more than {MAX_ELEMENTS} elements")));
        }
        let tag = self.tag(at, syntax);
        let (vr, length, start) = self.head(at, tag, syntax)?;
        if tag == PIXEL_DATA && length == UNDEFINED {
            let (fragments, next) = self.fragments(start, syntax)?;
            return Ok((Element { tag, vr, value: Value::Fragments(fragments) }, next));
        }
        if vr == *b"SQ" || length == UNDEFINED {
            // Undefined length in an unknown representation: a sequence in implicit little endian (PS3.5 6.2.2).
            let implicit = Syntax { is_explicit: false, is_big_endian: false };
            let inner = if vr == *b"UN" { implicit } else { syntax };
            let (items, next) = self.items(start, length, end, depth, inner)?;
            return Ok((Element { tag, vr: *b"SQ", value: Value::Items(items) }, next));
        }
        let length = length as usize;
        let fits = start.checked_add(length).is_some_and(|stop| stop <= end);
        if !fits {
            self.cut_short = Some(tag);
            let rest = start.min(self.bytes.len())..end.min(self.bytes.len()).max(start.min(self.bytes.len()));
            return Ok((Element { tag, vr, value: Value::Bytes(rest) }, end));
        }
        // Values beyond the part at hand: more is needed, for a skipped value would be missed later.
        self.need(start, length)?;
        Ok((Element { tag, vr, value: Value::Bytes(start..start + length) }, start + length))
    }

    /// Value representation, length and start of the value of the element at `at`.
    fn head(&self, at: usize, tag: Tag, syntax: Syntax) -> Result<(Vr, u32, usize), Stop> {
        let vr = [self.bytes[at + 4], self.bytes[at + 5]];
        // An element without letters in an explicit file was written implicitly; it is read so.
        if !syntax.is_explicit || !vr.iter().all(u8::is_ascii_uppercase) {
            return Ok((dictionary_vr(tag), self.u32(at + 4, syntax), at + 8));
        }
        if !is_long(vr) {
            return Ok((vr, u32::from(self.u16(at + 6, syntax)), at + 8));
        }
        if !self.need(at, 12)? {
            return Err(Stop::Damaged(format!("the file ends in the head of {}", tag_words(tag))));
        }
        Ok((vr, self.u32(at + 8, syntax), at + 12))
    }

    fn items(
        &mut self,
        start: usize,
        length: u32,
        end: usize,
        depth: usize,
        syntax: Syntax,
    ) -> Result<(Vec<DataSet>, usize), Stop> {
        let is_open = length == UNDEFINED;
        let stop = if is_open { end } else { start.saturating_add(length as usize).min(end) };
        let mut at = start;
        let mut items = Vec::new();
        while stop.saturating_sub(at) >= 8 {
            if !self.need(at, 8)? {
                break;
            }
            let tag = self.tag(at, syntax);
            if tag == SEQUENCE_END {
                at += 8;
                return Ok((items, if is_open { at } else { stop }));
            }
            if tag != ITEM {
                return Err(Stop::Damaged(format!("{} where an item of a sequence is due", tag_words(tag))));
            }
            let length = self.u32(at + 4, syntax);
            let (item_end, is_delimited) = if length == UNDEFINED {
                (stop, true)
            } else {
                ((at + 8).saturating_add(length as usize).min(stop), false)
            };
            let (item, next) = self.elements_until(at + 8, item_end, is_delimited, depth + 1, syntax)?;
            items.push(item);
            at = if is_delimited { next } else { item_end };
            if self.cut_short.is_some() {
                break;
            }
        }
        Ok((items, if is_open { at } else { stop }))
    }

    fn fragments(&mut self, start: usize, syntax: Syntax) -> Result<(Vec<Range<usize>>, usize), Stop> {
        let mut at = start;
        let mut fragments = Vec::new();
        while self.need(at, 8)? {
            let (tag, length) = (self.tag(at, syntax), self.u32(at + 4, syntax) as usize);
            if tag == SEQUENCE_END {
                return Ok((fragments, at + 8));
            }
            if tag != ITEM {
                return Err(Stop::Damaged(format!("{} where a fragment of pixels is due", tag_words(tag))));
            }
            if fragments.len() > MAX_ELEMENTS {
                return Err(Stop::Damaged(format!("more than {MAX_ELEMENTS} fragments")));
            }
            if !self.need(at + 8, length)? {
                break;
            }
            fragments.push(at + 8..at + 8 + length);
            at += 8 + length;
        }
        self.cut_short = Some(PIXEL_DATA);
        Ok((fragments, self.whole))
    }
}

/// Representations whose length takes four bytes behind two that are reserved.
fn is_long(vr: Vr) -> bool {
    const LONG: [&[u8; 2]; 13] =
        [b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"];
    LONG.contains(&&vr)
}

/// The representation that the standard gives `tag`; UN for private and unknown ones.
fn dictionary_vr(tag: Tag) -> Vr {
    let element = tag as u16;
    if element == 0 {
        return *b"UL";
    }
    let found = StandardDataDictionary.by_tag(StandardTag((tag >> 16) as u16, element));
    match found.map(dicom_core::dictionary::DataDictionaryEntry::vr) {
        Some(VirtualVr::Exact(vr)) => {
            let name = vr.to_string().as_bytes();
            [name[0], name[1]]
        }
        Some(VirtualVr::Xs) => *b"US",
        Some(VirtualVr::Ox | VirtualVr::Px | VirtualVr::Lt) => *b"OW",
        _ => *b"UN",
    }
}

/// The standard's keyword of `tag`: "PixelSpacing"; empty for private and unknown ones.
pub fn keyword(tag: Tag) -> &'static str {
    StandardDataDictionary.by_tag(StandardTag((tag >> 16) as u16, tag as u16)).map_or("", |entry| entry.alias())
}

/// "(0028,0010)".
pub fn tag_words(tag: Tag) -> String {
    format!("({:04X},{:04X})", tag >> 16, tag & 0xFFFF)
}
