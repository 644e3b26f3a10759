//! Each transfer syntax decodes to the values that were coded, or is refused by name and UID. Not for real files (`numbers`).

use std::collections::BTreeMap;
use std::io::Write;

use super::kit::{self, BIG_ENDIAN, EXPLICIT, Form, IMPLICIT, Object, Slice, Value};

#[derive(serde::Deserialize)]
struct Coded {
    uid: String,
    hex: String,
    values: Vec<f32>,
    bits: u16,
}

fn codestreams() -> BTreeMap<String, Coded> {
    serde_json::from_str(include_str!("../fixtures/dicom_codestreams.json")).expect("the codestreams")
}

fn with_fragments(uid: &str, bits: u16, fragments: Vec<Vec<u8>>) -> Vec<u8> {
    let mut object = Slice::axial(0).object();
    let allocated = if bits > 8 { 16 } else { 8 };
    object.us(0x0028_0100, allocated).us(0x0028_0101, bits).us(0x0028_0102, bits - 1);
    object.set(0x7FE0_0010, b"OB", Value::Fragments([vec![Vec::new()], fragments].concat()));
    object.file(Form { syntax: uid.to_owned().leak(), ..EXPLICIT })
}

/// A file in each coded syntax.
pub fn coded() -> Vec<(String, Vec<u8>)> {
    let bytes = |hex: &str| {
        let mut bytes: Vec<u8> =
            (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hex")).collect();
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        bytes
    };
    codestreams()
        .into_iter()
        .map(|(name, coded)| (name, with_fragments(&coded.uid, coded.bits, vec![bytes(&coded.hex)])))
        .collect()
}

fn values(file: &[u8]) -> Vec<f32> {
    let opened = kit::open_bytes(file);
    assert!(opened.failures.is_empty(), "{:?}", opened.failures);
    opened.studies[0].scans[0].slices[0].planes[0].samples.to_f32()
}

#[test]
fn every_coded_syntax_decodes_to_what_was_coded() {
    let wanted = codestreams();
    for (name, file) in coded() {
        // Decoders of lossy JPEG round their cosine transforms by themselves.
        let allowed = if ["JPEG extended", "JPEG baseline"].contains(&name.as_str()) { 1.0 } else { 0.0 };
        for (found, wanted) in values(&file).iter().zip(&wanted[&name].values) {
            assert!((found - wanted).abs() <= allowed, "{name}: {found} for {wanted}");
        }
    }
}

#[test]
fn plain_syntaxes_hold_the_same_picture() {
    let object = Slice::axial(3).object();
    let wanted: Vec<f32> = Slice::axial(3).pixels.iter().map(|&v| f32::from(v)).collect();
    for form in [EXPLICIT, IMPLICIT, BIG_ENDIAN] {
        for has_preamble in [true, false] {
            for has_undefined_lengths in [true, false] {
                let form = Form { has_preamble, has_undefined_lengths, ..form };
                assert_eq!(values(&object.file(form)), wanted, "{} {has_preamble}", form.syntax);
            }
        }
    }
}

#[test]
fn a_deflated_data_set_is_inflated() {
    let syntax = "1.2.840.10008.1.2.1.99";
    let file = Slice::axial(2).object().file(Form { syntax, ..EXPLICIT });
    // Group 2 ends where group 8 begins.
    let at = file.windows(4).position(|w| w == [8, 0, 0x16, 0]).expect("group 8");
    let mut deflated = file[..at].to_vec();
    let mut encoder = flate2::write::DeflateEncoder::new(&mut deflated, flate2::Compression::default());
    encoder.write_all(&file[at..]).expect("deflated");
    encoder.finish().expect("finished");
    assert_eq!(values(&deflated)[1], 210.0);
}

#[test]
fn run_lengths_and_frames_in_pieces_are_put_together() {
    // Two segments: high bytes as a run of 48 ones, low bytes literally.
    let mut frame = vec![0u8; 64];
    frame[0] = 2;
    frame[4] = 64;
    frame[8] = 66;
    frame.extend([(1i16 - 48) as u8, 1, 47]);
    frame.extend(0..48u8);
    frame.push(0);
    let (first, second) = frame.split_at(40);
    let file = with_fragments("1.2.840.10008.1.2.5", 16, vec![first.to_vec(), second.to_vec()]);
    let wanted: Vec<f32> = (0..48).map(|i| 256.0 + i as f32).collect();
    assert_eq!(values(&file), wanted);
}

#[test]
fn what_is_not_read_is_refused_by_name_and_uid() {
    for (uid, name) in [
        ("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile (1.2.840.10008.1.2.4.102)"),
        ("1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Lossless (1.2.840.10008.1.2.4.92)"),
        ("1.2.3.4.5", "an unknown transfer syntax (1.2.3.4.5)"),
    ] {
        let opened = kit::open_bytes(&with_fragments(uid, 12, vec![vec![0; 16]]));
        let error = opened.failures[0].1.to_string();
        assert!(error.contains(name) && error.contains("export it uncompressed"), "{error}");
    }
    let mut report = Object::default();
    report.text(0x0008_0016, b"UI", "1.2.840.10008.5.1.4.1.1.88.11").text(0x0008_0060, b"CS", "SR");
    let opened = kit::open_bytes(&report.file(EXPLICIT));
    assert!(opened.failures[0].1.to_string().contains("no picture in it"), "{:?}", opened.failures);
}

#[test]
fn the_readme_lists_every_syntax_as_the_program_reads_it() {
    use glioview::io::dicom::syntax::{Coding, TABLE};
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("README.md");
    for row in TABLE {
        let is_read = if row.coding == Coding::NotRead { "refused" } else { "read" };
        let line = format!("| {} | {} | {is_read} |", row.name, row.uid);
        assert!(readme.contains(&line), "README.md lacks: {line}");
    }
}
