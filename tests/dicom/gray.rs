//! Gray values: the standard's formulas by vectors, from stored bits to shades. Not for the reader's own presets (`shades`).

use glioview::domain::scan::{About, FileWindow, Plane, Rescale, Samples, ShadeTable, WindowFunction};
use glioview::domain::shading::{Shading, file_window};
use glioview::domain::window::{Preset, Presets, Window};

use super::kit::{self, BIG_ENDIAN, EXPLICIT, Object, Slice};

fn window(center: f64, width: f64, function: WindowFunction) -> FileWindow {
    FileWindow { name: String::new(), center, width, function }
}

#[test]
fn the_three_functions_follow_the_standard() {
    // PS3.3 C.11.2.1.2.1: with center 2048 and width 4096 the whole of 12 bits, with 2048 and 1 a threshold at 2048.
    let linear = window(2048.0, 4096.0, WindowFunction::Linear);
    assert_eq!([0.0, 2047.5, 4095.0].map(|v| linear.share(v)), [0.0, 0.5, 1.0]);
    let step = window(2048.0, 1.0, WindowFunction::Linear);
    assert_eq!([2047.0, 2048.0].map(|v| step.share(v)), [0.0, 1.0]);
    // C.11.2.1.3.2: half a step less at each end.
    let exact = window(0.5, 1.0, WindowFunction::LinearExact);
    assert_eq!([0.0, 0.25, 0.5, 1.0].map(|v| exact.share(v)), [0.0, 0.25, 0.5, 1.0]);
    // C.11.2.1.3.1: 1 / (1 + exp(-4 (x - c) / w)), computed with Python's math.exp.
    let soft = window(100.0, 50.0, WindowFunction::Sigmoid);
    for (value, share) in [(100.0, 0.5), (112.5, 0.7310585786300049), (75.0, 0.11920292202211755)] {
        assert!((soft.share(value) - share).abs() < 1e-12);
    }
    // C.11.2.1.1: beyond the table its ends count.
    let table = ShadeTable { name: String::new(), first: 10.0, shades: vec![0.25, 0.5, 1.0] };
    assert_eq!([0.0, 10.0, 11.0, 12.0, 99.0].map(|v| table.share(v)), [0.25, 0.25, 0.5, 1.0, 1.0]);
}

#[test]
fn rescale_comes_first_and_inversion_last() {
    let plane = Plane { rows: 1, cols: 3, samples: Samples::U16(vec![0, 50, 100]) };
    let mut about = About {
        rescale: Rescale { slope: 2.0, intercept: -100.0 },
        windows: vec![window(0.0, 200.0, WindowFunction::LinearExact)],
        ..About::default()
    };
    let own = file_window(&about).expect("it names one");
    assert_eq!(own, Window { center: 50.0, width: 100.0 });
    assert_eq!(Shading::new(&about, own, true).apply(&plane), [0, 128, 255]);
    about.is_inverted = true;
    assert_eq!(Shading::new(&about, own, true).apply(&plane), [255, 127, 0]);
    about.rescale = Rescale { slope: -2.0, intercept: 100.0 };
    assert_eq!(Shading::new(&about, own, true).apply(&plane), [0, 127, 255]);
    about.padding = Some([100.0, 100.0]);
    assert_eq!(Shading::new(&about, own, true).apply(&plane)[2], 0);
}

#[test]
fn every_key_shows_monochrome_1_turned_round_and_key_0_the_files_own_window() {
    let mut object = Slice::axial(0).object();
    object
        .text(0x0028_0004, b"CS", "MONOCHROME1")
        .text(0x0028_1050, b"DS", "100\\40")
        .text(0x0028_1051, b"DS", "50\\80")
        .text(0x0028_1055, b"LO", "NARROW\\WIDE");
    let opened = kit::open_bytes(&object.file(EXPLICIT));
    let scan = &opened.studies[0].scans[0];
    assert!(scan.about.is_inverted);
    let names: Vec<&str> = scan.about.windows.iter().map(|w| w.name.as_str()).collect();
    assert_eq!(names, ["NARROW", "WIDE"]);
    let presets = Presets::measure(scan, 0).expect("measured");
    assert_eq!(presets.window(Preset::AsInFile), Window { center: 100.0, width: 50.0 });
    let shades = Shading::new(&scan.about, presets.window(Preset::Full), false).apply(&scan.slices[0].planes[0]);
    assert_eq!((shades[0], shades[47]), (255, 0));
}

fn first_value(object: &Object, form: kit::Form) -> f32 {
    let opened = kit::open_bytes(&object.file(form));
    assert!(opened.failures.is_empty(), "{:?}", opened.failures);
    opened.studies[0].scans[0].slices[0].planes[0].samples.get(0)
}

#[test]
fn only_stored_bits_count_and_carry_their_own_sign() {
    let mut object = Slice::axial(0).object();
    // Twelve bits in the upper part of the word, an overlay's bits below them.
    object.us(0x0028_0101, 12).us(0x0028_0102, 13).words(0x7FE0_0010, b"OW", &[0b1011_1111_1111_1110; 48]);
    assert_eq!(first_value(&object, EXPLICIT), 4095.0);
    object.us(0x0028_0103, 1);
    assert_eq!(first_value(&object, EXPLICIT), -1.0);
    object.words(0x7FE0_0010, b"OW", &[0b1010_0000_0000_0000; 48]);
    assert_eq!(first_value(&object, EXPLICIT), -2048.0);
    assert_eq!(first_value(&object, BIG_ENDIAN), -2048.0);
}

#[test]
fn padding_is_black_and_left_out_of_every_preset() {
    let mut object = Slice::axial(0).object();
    let mut pixels: Vec<u16> = (100..148).collect();
    pixels[0] = 0x8000;
    object.us(0x0028_0103, 1).words(0x0028_0120, b"US", &[0x8000]).words(0x7FE0_0010, b"OW", &pixels);
    let opened = kit::open_bytes(&object.file(EXPLICIT));
    let scan = &opened.studies[0].scans[0];
    assert_eq!(scan.about.padding, Some([-32768.0, -32768.0]));
    let full = Presets::measure(scan, 0).expect("measured").window(Preset::Full);
    assert_eq!((full.center - full.width / 2.0, full.width), (101.0, 47.0));
    assert_eq!(Shading::new(&scan.about, full, false).apply(&scan.slices[0].planes[0])[0], 0);
}

fn lut(first: u16, bits: u16, entries: &[u16]) -> Object {
    let mut item = Object::default();
    item.words(0x0028_3002, b"US", &[entries.len() as u16, first, bits]).words(0x0028_3006, b"OW", entries);
    item.text(0x0028_3003, b"LO", "BRAIN");
    item
}

#[test]
fn modality_and_voi_tables_are_applied() {
    let mut object = Slice::axial(0).object();
    let pixels: Vec<u16> = (0..48).collect();
    object.words(0x7FE0_0010, b"OW", &pixels).items(0x0028_3000, vec![lut(1, 16, &[500, 600, 700])]);
    let opened = kit::open_bytes(&object.file(EXPLICIT));
    let plane = &opened.studies[0].scans[0].slices[0].planes[0];
    assert_eq!([0, 1, 2, 3, 47].map(|i| plane.samples.get(i)), [500.0, 500.0, 600.0, 700.0, 700.0]);
    let mut object = Slice::axial(0).object();
    object.words(0x7FE0_0010, b"OW", &pixels).items(0x0028_3010, vec![lut(10, 12, &[0, 2048, 4095])]);
    let opened = kit::open_bytes(&object.file(EXPLICIT));
    let scan = &opened.studies[0].scans[0];
    assert_eq!(scan.about.tables[0].name, "BRAIN");
    let window = Presets::measure(scan, 0).expect("measured").window(Preset::AsInFile);
    let shades = Shading::new(&scan.about, window, true).apply(&scan.slices[0].planes[0]);
    assert_eq!([9, 10, 11, 12, 47].map(|i| shades[i]), [0, 0, 128, 255, 255]);
}

#[test]
fn slices_with_scales_of_their_own_are_brought_to_one() {
    let folder = tempfile::tempdir().expect("a folder");
    for (number, slope) in [(0, 2.0), (1, 3.0)] {
        let mut object = Slice::axial(number).object();
        object.numbers(0x0028_1053, &[slope]).numbers(0x0028_1052, &[-5.0]);
        object.words(0x7FE0_0010, b"OW", &[100; 48]);
        kit::put(folder.path(), &number.to_string(), &object.file(EXPLICIT));
    }
    let opened = kit::opened(folder.path());
    let scan = &opened.studies[0].scans[0];
    let values: Vec<f32> = scan.slices.iter().map(|s| s.planes[0].samples.get(0)).collect();
    assert_eq!((values, scan.about.rescale), (vec![195.0, 295.0], Rescale::default()));
}

#[test]
fn colors_and_palettes_are_shown_in_gray_and_said() {
    let mut object = Slice::axial(0).object();
    let eight = |object: &mut Object| {
        object.us(0x0028_0100, 8).us(0x0028_0101, 8).us(0x0028_0102, 7);
    };
    eight(&mut object);
    object.us(0x0028_0002, 3).us(0x0028_0006, 1).text(0x0028_0004, b"CS", "RGB");
    let planar: Vec<u8> = [[255u8; 48], [0; 48], [0; 48]].concat();
    object.set(0x7FE0_0010, b"OB", kit::Value::Bytes(planar));
    let opened = kit::open_bytes(&object.file(EXPLICIT));
    let scan = &opened.studies[0].scans[0];
    assert_eq!(scan.slices[0].planes[0].samples.get(0), 76.0);
    assert!(scan.slices[0].warnings[0].contains("gray"), "{:?}", scan.slices[0].warnings);
    let mut object = Slice::axial(0).object();
    eight(&mut object);
    object.text(0x0028_0004, b"CS", "PALETTE COLOR").set(0x7FE0_0010, b"OB", kit::Value::Bytes(vec![1; 48]));
    for tag in [0x0028_1101, 0x0028_1102, 0x0028_1103] {
        object.words(tag, b"US", &[2, 0, 16]);
        object.words(tag + 0x100, b"OW", &[0, 40_000]);
    }
    assert_eq!(first_value(&object, EXPLICIT), 40_000.0);
}
