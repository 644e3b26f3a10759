//! DICOM SEG: binary of odd widths, fractional, label maps, sparse frames. Not for masks of other kinds.

use super::kit::{self, EXPLICIT, Object, Slice, Value};

/// A segmentation of 3 × 5 pixels whose frames lie on the slices `at`: one pixel each, the frame's number.
pub fn segmentation(at: &[i32], kind: &str, bits: u16, pixels: Vec<u8>) -> Object {
    let slice = Slice::axial(0);
    let mut object = Object::default();
    let mut segment = Object::default();
    segment.us(0x0062_0004, 2).text(0x0062_0005, b"LO", "Tumor");
    let frames = at.iter().map(|&number| {
        let mut position = Object::default();
        position.numbers(0x0020_0032, &[-10.0, -20.0, 5.0 * f64::from(number)]);
        let mut identification = Object::default();
        identification.us(0x0062_000B, 2);
        let mut frame = Object::default();
        frame.items(0x0020_9113, vec![position]);
        if kind != "LABELMAP" {
            frame.items(0x0062_000A, vec![identification]);
        }
        frame
    });
    let mut measures = Object::default();
    measures.numbers(0x0028_0030, &slice.spacing).numbers(0x0018_0088, &[5.0]);
    let mut orientation = Object::default();
    orientation.numbers(0x0020_0037, &slice.orientation);
    let mut shared = Object::default();
    shared.items(0x0028_9110, vec![measures]).items(0x0020_9116, vec![orientation]);
    object
        .text(0x0008_0016, b"UI", "1.2.840.10008.5.1.4.1.1.66.4")
        .text(0x0008_0018, b"UI", "1.2.66")
        .text(0x0008_0060, b"CS", "SEG")
        .text(0x0010_0010, b"PN", "SECRET^PERSON")
        .text(0x0010_0020, b"LO", "ID-4711")
        .text(0x0010_0030, b"DA", "19700131")
        .text(0x0020_000D, b"UI", "1.2.3")
        .text(0x0020_000E, b"UI", "1.2.3.66")
        .text(0x0020_0052, b"UI", "1.2.3.99")
        .us(0x0028_0002, 1)
        .text(0x0028_0004, b"CS", "MONOCHROME2")
        .text(0x0028_0008, b"IS", &at.len().to_string())
        .us(0x0028_0010, 3)
        .us(0x0028_0011, 5)
        .us(0x0028_0100, bits)
        .us(0x0028_0101, bits)
        .us(0x0028_0102, bits - 1)
        .us(0x0028_0103, 0)
        .text(0x0062_0001, b"CS", kind)
        .items(0x0062_0002, vec![segment])
        .items(0x5200_9229, vec![shared])
        .items(0x5200_9230, frames.collect())
        .set(0x7FE0_0010, b"OB", Value::Bytes(pixels));
    object
}

/// A binary one: frame `i` has pixel `i` inside.
pub fn binary(at: &[i32]) -> Object {
    let mut bits = vec![0u8; (15 * at.len()).div_ceil(8).next_multiple_of(2)];
    for frame in 0..at.len() {
        let bit = 15 * frame + frame;
        bits[bit / 8] |= 1 << (bit % 8);
    }
    segmentation(at, "BINARY", 1, bits)
}

fn labels(object: &Object) -> (Vec<Vec<f32>>, Vec<String>) {
    let opened = kit::open_bytes(&object.file(EXPLICIT));
    assert!(opened.failures.is_empty(), "{:?}", opened.failures);
    let scan = &opened.studies[0].scans[0];
    (scan.slices.iter().map(|s| s.planes[0].samples.to_f32()).collect(), scan.warnings.clone())
}

#[test]
fn frames_of_odd_widths_begin_inside_of_a_byte_and_sparse_slices_are_filled() {
    let (slices, warnings) = labels(&binary(&[1, 2, 4]));
    assert_eq!(slices.len(), 4);
    for (slice, inside) in [(0, Some(0)), (1, Some(1)), (2, None), (3, Some(2))] {
        let wanted: Vec<f32> = (0..15).map(|i| if Some(i) == inside { 2.0 } else { 0.0 }).collect();
        assert_eq!(slices[slice], wanted, "slice {slice}");
    }
    assert!(warnings[0].contains("2 Tumor"), "{warnings:?}");
}

#[test]
fn fractions_count_above_half_and_label_maps_as_they_are() {
    let mut fractional = segmentation(&[0], "FRACTIONAL", 8, [vec![100, 101], vec![0; 14]].concat());
    fractional.us(0x0062_000E, 200);
    assert_eq!(labels(&fractional).0[0][..3], [0.0, 2.0, 0.0]);
    let map = segmentation(&[0, 1], "LABELMAP", 8, [vec![7, 9], vec![0; 28]].concat());
    assert_eq!(labels(&map).0[0][..3], [7.0, 9.0, 0.0]);
}

#[test]
fn a_segmentation_lies_on_its_image_and_beside_another_it_stays_its_own_stack() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..4 {
        kit::put(folder.path(), &format!("im{number}"), &Slice::axial(number).object().file(EXPLICIT));
    }
    // Frame 1 of three has pixel 1 of its first row: slice 2, row 0, column 1.
    kit::put(folder.path(), "seg", &binary(&[1, 2, 3]).file(EXPLICIT));
    let opened = kit::opened(folder.path());
    assert!(opened.failures.is_empty(), "{:?}", opened.failures);
    let study = &opened.studies[0];
    let [scan] = study.scans.as_slice() else { panic!("one series with its mask, {:?}", study.warnings) };
    assert!(study.warnings.iter().any(|w| w.contains("2 Tumor")), "{:?}", study.warnings);
    let inside = |slice: usize| -> Vec<usize> {
        let mask = scan.reference[slice].as_ref();
        mask.map_or(Vec::new(), |m| m.bits.iter().enumerate().filter(|&(_, &b)| b).map(|(i, _)| i).collect())
    };
    // The segmentation is 5 columns wide, the image 8; both begin at one corner.
    assert_eq!([0, 1, 2, 3].map(inside), [vec![], vec![0], vec![1], vec![2]]);
    let mut elsewhere = binary(&[1, 2]);
    elsewhere.text(0x0020_0052, b"UI", "9.9.9");
    kit::put(folder.path(), "seg", &elsewhere.file(EXPLICIT));
    let opened = kit::opened(folder.path());
    assert_eq!(opened.studies[0].scans.len(), 2);
    assert!(opened.studies[0].scans[0].reference.is_empty());
}
