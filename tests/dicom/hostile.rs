//! Untrusted bytes: mutations, lies about lengths, nests. Nothing panics, hangs or takes what is not there. Not for what
//! opens right.

use std::path::Path;

use glioview::io::dicom::file::parse;
use glioview::io::dicom::series::Series;
use glioview::io::error::IoError;

use super::kit::{self, BIG_ENDIAN, EXPLICIT, Form, IMPLICIT, Object, Slice, Value};
use super::syntaxes;

/// A small seeded generator (xorshift).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn add(bytes: Vec<u8>) -> Result<(), IoError> {
    let mut series = Series::default();
    series.add(bytes, Path::new("mutated"))?;
    let (scans, _) = series.into_scans("mutated");
    assert!(scans.iter().all(|scan| !scan.slices.is_empty()));
    Ok(())
}

fn fixtures() -> Vec<Vec<u8>> {
    let open = Form { has_undefined_lengths: true, ..EXPLICIT };
    let bare = Form { has_preamble: false, ..IMPLICIT };
    let plain = Slice::axial(1).object();
    let mut fixtures = vec![
        plain.file(EXPLICIT),
        plain.file(IMPLICIT),
        plain.file(BIG_ENDIAN),
        plain.file(bare),
        super::series::enhanced(4).file(open),
        super::segmentations::binary(&[1, 3]).file(EXPLICIT),
    ];
    fixtures.extend(syntaxes::coded().into_iter().map(|(_, file)| file));
    fixtures
}

#[test]
fn ten_thousand_mutations_end_in_a_scan_or_in_words() {
    // What a panic inside of the boundary prints is not this test's.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let fixtures = fixtures();
    let mut random = Numbers(0x00D1_C0DE);
    let (mut opened, mut panicked) = (0, 0);
    for round in 0..10_000 {
        let mut bytes = fixtures[round % fixtures.len()].clone();
        for _ in 0..=random.below(6) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] = random.below(256) as u8,
                1 => bytes[at] ^= 1 << random.below(8),
                2 => {
                    let end = bytes.len().min(at + 4);
                    bytes[at..end].fill([0, 0xFF][random.below(2)]);
                }
                _ => bytes.truncate(at + 1),
            }
        }
        match add(bytes) {
            Ok(()) => opened += 1,
            Err(IoError::DecoderPanicked { .. }) => panicked += 1,
            Err(error) => assert!(!error.to_string().contains("SECRET"), "{error}"),
        }
    }
    std::panic::set_hook(hook);
    assert!(opened > 1000, "{opened} opened: the mutations are too rough to test anything");
    assert!(panicked < 200, "{panicked} panics stopped at the boundary");
}

#[test]
fn lengths_beyond_the_file_are_never_allocated() {
    let mut bytes = Slice::axial(0).object().file(EXPLICIT);
    let end = bytes.len() - 96;
    bytes[end - 4..end].copy_from_slice(&0xFFFF_FFF0u32.to_le_bytes());
    bytes.truncate(end + 90);
    let error = add(bytes).expect_err("its pixels are not there");
    assert!(error.to_string().contains("its pixels end after 90 of 96 bytes"), "{error}");
    for (rows, cols) in [(65_535u16, 65_535u16), (20_000, 20_000), (0, 5)] {
        let mut object = Slice::axial(0).object();
        object.us(0x0028_0010, rows).us(0x0028_0011, cols);
        assert!(add(object.file(EXPLICIT)).is_err());
    }
    let mut one = Slice::axial(0).object();
    one.us(0x0028_0010, 1).us(0x0028_0011, 1).words(0x7FE0_0010, b"OW", &[7]);
    add(one.file(EXPLICIT)).expect("one pixel is a picture");
}

#[test]
fn nests_without_end_are_refused() {
    let mut inner = Object::default();
    for _ in 0..200 {
        let mut outer = Object::default();
        outer.items(0x0040_0275, vec![inner]);
        inner = outer;
    }
    let bytes = inner.file(EXPLICIT);
    let whole = bytes.len();
    let error = parse(bytes, whole, false, Path::new("nest")).expect_err("too deep");
    assert!(error.is_some_and(|e| e.to_string().contains("nested")));
}

#[test]
fn a_coded_picture_of_another_size_than_its_header_is_refused() {
    for (name, file) in syntaxes::coded() {
        let at = file.windows(4).position(|w| w == [0x28, 0, 0x10, 0]).expect("it has rows");
        let mut bytes = file.clone();
        bytes[at + 8] += 1;
        assert!(add(bytes).is_err(), "{name}");
    }
}

#[test]
fn private_tags_odd_characters_and_missing_attributes_stop_nothing() {
    let mut object = Slice::axial(0).object();
    object
        .text(0x0008_0005, b"CS", "\\ISO 2022 IR 87")
        .set(0x0008_103E, b"LO", Value::Bytes(b"\x1b$B;3ED\x1b(B".to_vec()))
        .set(0x0029_1010, b"UN", Value::Bytes(vec![1, 2, 3, 4]))
        .set(0x0009_0010, b"ZZ", Value::Bytes(b"odd!".to_vec()));
    let opened = kit::open_bytes(&object.file(EXPLICIT));
    assert!(opened.failures.is_empty(), "{:?}", opened.failures);
    let mut bare = slice_without_options();
    bare.text(0x0028_0004, b"CS", "MONOCHROME2");
    let opened = kit::open_bytes(&bare.file(EXPLICIT));
    assert!(opened.failures.is_empty(), "{:?}", opened.failures);
}

/// Nothing but the pixels.
fn slice_without_options() -> Object {
    let mut object = Slice::axial(0).object();
    object.elements.retain(|(tag, _, _)| tag >> 16 == 0x0028 || tag >> 16 == 0x7FE0);
    object.text(0x0008_0005, b"CS", "ISO_IR 192");
    object.without(0x0028_0030)
}
