//! The bundled sample as a file: pages, size, truth. What the program makes of it is tested where it opens and analyzes.
//! Not for what the nets make of it.

use std::io::Cursor;
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult};

const SAMPLE: &[u8] = include_bytes!("../assets/sample.tif");
const SAMPLE_MASK: &[u8] = include_bytes!("../assets/sample_mask.tif");
const SAMPLE_NOTE: &str = include_str!("../assets/SAMPLE.md");
const SIDE_PX: usize = 256;
const SLICES: usize = 24;

/// Every page's color type and bytes.
fn pages(file: &[u8]) -> Vec<(ColorType, Vec<u8>)> {
    let mut decoder = Decoder::new(Cursor::new(file)).expect("the bundled file is a TIFF");
    let mut pages = Vec::new();
    loop {
        let side = u32::try_from(SIDE_PX).expect("256 fits");
        assert_eq!(decoder.dimensions().expect("a page has a size"), (side, side));
        let color = decoder.colortype().expect("a page has a color type");
        let DecodingResult::U8(bytes) = decoder.read_image().expect("a page decodes") else {
            panic!("a page of the bundled file is not 8 bits deep");
        };
        pages.push((color, bytes));
        if !decoder.more_images() {
            return pages;
        }
        decoder.next_image().expect("the next page's directory reads");
    }
}

/// The truth's area on every slice, in pixels.
fn areas_px() -> Vec<usize> {
    let count = |page: &[u8]| page.iter().map(|&value| usize::from(value == 255)).sum::<usize>();
    pages(SAMPLE_MASK).iter().map(|(_, page)| count(page)).collect()
}

/// The `| slice | area |` rows of the note beside the file.
fn areas_px_of_note() -> Vec<usize> {
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().parse().ok()).collect::<Vec<Option<usize>>>();
    let rows = SAMPLE_NOTE.lines().map(cells);
    let numbered = rows.filter_map(|row| match row[..] {
        [None, Some(slice), Some(area_px), None] => Some((slice, area_px)),
        _ => None,
    });
    let mut areas_px = vec![0; SLICES];
    for (slice, area_px) in numbered {
        areas_px[slice - 1] = area_px;
    }
    areas_px
}

#[test]
fn the_bundled_sample_is_one_stack_of_three_sequences() {
    let pages = pages(SAMPLE);
    assert_eq!(pages.len(), SLICES);
    assert!(SAMPLE.len() <= 3_000_000, "the sample is {} bytes", SAMPLE.len());
    for (color, bytes) in pages {
        assert_eq!(color, ColorType::RGB(8));
        assert_eq!(bytes.len(), SIDE_PX * SIDE_PX * 3);
    }
}

#[test]
fn the_bundled_samples_three_sequences_differ_on_every_slice() {
    for (number, (_, bytes)) in pages(SAMPLE).iter().enumerate() {
        let differing = bytes.chunks_exact(3).filter(|p| p[0].abs_diff(p[1]) > 8 && p[1].abs_diff(p[2]) > 8).count();
        assert!(differing > 2_000, "slice {}: only {differing} pixels differ", number + 1);
    }
}

#[test]
fn the_bundled_samples_mask_is_one_run_of_slices_on_one_side_and_nothing_else() {
    let masks = pages(SAMPLE_MASK);
    assert_eq!(masks.len(), SLICES);
    for (color, bytes) in &masks {
        assert_eq!(*color, ColorType::Gray(8));
        assert!(bytes.iter().all(|&value| value == 0 || value == 255));
        let right_half = bytes.iter().enumerate().filter(|(index, value)| **value == 255 && index % SIDE_PX > 128);
        assert_eq!(right_half.count(), 0, "the lesion lies in the picture's left half");
    }
    let with_lesion: Vec<usize> = (0..SLICES).filter(|&slice| areas_px()[slice] > 0).collect();
    assert!((8..=11).contains(&with_lesion.len()), "{} slices with lesion", with_lesion.len());
    assert!(with_lesion.windows(2).all(|pair| pair[1] == pair[0] + 1), "{with_lesion:?} has a gap");
}

#[test]
fn the_bundled_samples_note_tells_the_truth_slice_by_slice() {
    assert_eq!(areas_px_of_note(), areas_px());
}

#[test]
fn the_bundled_samples_note_carries_the_templates_license() {
    assert!(SAMPLE_NOTE.contains("Louis Collins, McConnell Brain Imaging Centre"));
    assert!(SAMPLE_NOTE.contains("synthetic"));
}

#[test]
fn the_program_opens_the_bundled_sample_as_one_scan_with_its_reference_mask() {
    let study = glioview::io::sample::open().expect("the bundled sample opens");
    assert!(study.synthetic);
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    let [scan] = &study.scans[..] else { panic!("{} scans instead of one", study.scans.len()) };
    assert!(scan.warnings.is_empty(), "{:?}", scan.warnings);
    assert!(scan.has_net_sequences());
    assert_eq!((scan.rows, scan.cols, scan.slices.len()), (SIDE_PX, SIDE_PX, SLICES));
    let opened = scan
        .reference
        .iter()
        .map(|mask| mask.as_ref().map_or(0, glioview::domain::mask::Mask::area_px))
        .collect::<Vec<_>>();
    assert_eq!(opened, areas_px());
}
