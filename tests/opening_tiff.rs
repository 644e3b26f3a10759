//! The forms of TIFF, written byte by byte: alpha, planar, few bits, inverted gray, and the forms that are refused by
//! name. Not for what other formats share with it (`opening`).

use glioview::domain::scan::Samples;
use glioview::io::error::IoError;
use glioview::io::raster::{Page, decode_bytes};

const SHORT: u16 = 3;
const LONG: u16 = 4;
const BLACK_IS_ZERO: u32 = 1;
const WHITE_IS_ZERO: u32 = 0;
const RGB: u32 = 2;
const CMYK: u32 = 5;

/// One little-endian page of 2 × 1 pixels; each entry of `strips` is one strip, several where the planes lie apart.
struct Form<'a> {
    photometric: u32,
    bits: &'a [u32],
    extra: Option<u32>,
    format: u32,
    strips: &'a [&'a [u8]],
}

impl Form<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"II\x2a\0\0\0\0\0".to_vec();
        let mut offsets = Vec::new();
        for strip in self.strips {
            offsets.push(bytes.len() as u32);
            bytes.extend_from_slice(strip);
            bytes.resize(bytes.len().next_multiple_of(2), 0);
        }
        let counts: Vec<u32> = self.strips.iter().map(|s| s.len() as u32).collect();
        let planar = if self.strips.len() > 1 { 2 } else { 1 };
        let mut fields: Vec<(u16, u16, Vec<u32>)> = vec![
            (256, SHORT, vec![2]),
            (257, SHORT, vec![1]),
            (258, SHORT, self.bits.to_vec()),
            (259, SHORT, vec![1]),
            (262, SHORT, vec![self.photometric]),
            (273, LONG, offsets),
            (277, SHORT, vec![self.bits.len() as u32]),
            (278, SHORT, vec![1]),
            (279, LONG, counts),
            (284, SHORT, vec![planar]),
        ];
        fields.extend(self.extra.map(|e| (338, SHORT, vec![e])));
        fields.push((339, SHORT, vec![self.format; self.bits.len()]));
        let mut directory = (fields.len() as u16).to_le_bytes().to_vec();
        for (tag, kind, values) in fields {
            let raw: Vec<u8> =
                values.iter().flat_map(|v| v.to_le_bytes()[..if kind == SHORT { 2 } else { 4 }].to_vec()).collect();
            directory.extend(tag.to_le_bytes());
            directory.extend(kind.to_le_bytes());
            directory.extend((values.len() as u32).to_le_bytes());
            if raw.len() <= 4 {
                directory.extend(raw.iter().copied().chain([0; 4]).take(4));
            } else {
                directory.extend((bytes.len() as u32).to_le_bytes());
                bytes.extend(raw);
            }
        }
        let at = bytes.len() as u32;
        bytes[4..8].copy_from_slice(&at.to_le_bytes());
        bytes.extend(directory);
        bytes.extend([0; 4]);
        bytes
    }

    fn page(&self) -> Page {
        let mut pages = decode_bytes(&self.bytes(), "form.tif").expect("decodes");
        assert_eq!(pages.len(), 1);
        pages.remove(0)
    }

    fn refusal(&self) -> IoError {
        decode_bytes(&self.bytes(), "form.tif").expect_err("is refused")
    }
}

fn samples(page: &Page) -> Vec<Samples> {
    page.channels.iter().map(|c| c.samples.clone()).collect()
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

#[test]
fn alpha_beside_gray_and_color_is_ignored_and_said() {
    let gray =
        Form { photometric: BLACK_IS_ZERO, bits: &[8, 8], extra: Some(2), format: 1, strips: &[&[10, 99, 20, 98]] };
    assert_eq!(samples(&gray.page()), [Samples::U8(vec![10, 20])]);
    assert!(gray.page().warnings[0].contains("alpha"));
    let deep = words(&[1000, 9, 2000, 8]);
    let deep = Form { photometric: BLACK_IS_ZERO, bits: &[16, 16], extra: Some(2), format: 1, strips: &[&deep] };
    assert_eq!(samples(&deep.page()), [Samples::U16(vec![1000, 2000])]);
    let color =
        Form { photometric: RGB, bits: &[8; 4], extra: Some(2), format: 1, strips: &[&[1, 2, 3, 99, 4, 5, 6, 98]] };
    assert_eq!(samples(&color.page()), [Samples::U8(vec![1, 4]), Samples::U8(vec![2, 5]), Samples::U8(vec![3, 6])]);
}

#[test]
fn color_is_read_pixel_by_pixel_and_plane_by_plane() {
    let expected = [Samples::U8(vec![1, 4]), Samples::U8(vec![2, 5]), Samples::U8(vec![3, 6])];
    let together = Form { photometric: RGB, bits: &[8; 3], extra: None, format: 1, strips: &[&[1, 2, 3, 4, 5, 6]] };
    assert_eq!(samples(&together.page()), expected);
    let apart = Form { photometric: RGB, bits: &[8; 3], extra: None, format: 1, strips: &[&[1, 4], &[2, 5], &[3, 6]] };
    assert_eq!(samples(&apart.page()), expected);
}

#[test]
fn deep_and_floating_point_color_keeps_its_values() {
    let deep = words(&[1, 20_000, 3, 4, 5, 60_000]);
    let deep = Form { photometric: RGB, bits: &[16; 3], extra: None, format: 1, strips: &[&deep] };
    assert_eq!(
        samples(&deep.page()),
        [Samples::U16(vec![1, 4]), Samples::U16(vec![20_000, 5]), Samples::U16(vec![3, 60_000])]
    );
    let float: Vec<u8> = [0.5f32, 1.5, -2.0, 3.0, 4.0, 5.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let float = Form { photometric: RGB, bits: &[32; 3], extra: None, format: 3, strips: &[&float] };
    assert_eq!(
        samples(&float.page()),
        [Samples::F32(vec![0.5, 3.0]), Samples::F32(vec![1.5, 4.0]), Samples::F32(vec![-2.0, 5.0])]
    );
    let double: Vec<u8> = [0.25f64, -7.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let double = Form { photometric: BLACK_IS_ZERO, bits: &[64], extra: None, format: 3, strips: &[&double] };
    assert_eq!(samples(&double.page()), [Samples::F32(vec![0.25, -7.0])]);
    assert!(double.page().warnings[0].contains("rounded to 32 bits"));
}

#[test]
fn few_bits_are_spread_over_the_scale_and_inverted_gray_is_turned() {
    for (bits, packed, expected) in [(1, 0b0100_0000, [0, 255]), (2, 0b0111_0000, [85, 255]), (4, 0x3F, [51, 255])] {
        let form = Form { photometric: BLACK_IS_ZERO, bits: &[bits], extra: None, format: 1, strips: &[&[packed]] };
        assert_eq!(samples(&form.page()), [Samples::U8(expected.to_vec())], "{bits} bits");
    }
    let inverted = Form { photometric: WHITE_IS_ZERO, bits: &[8], extra: None, format: 1, strips: &[&[0, 200]] };
    assert_eq!(samples(&inverted.page()), [Samples::U8(vec![255, 55])]);
}

#[test]
fn forms_that_no_decoder_reads_are_refused_by_name() {
    let cmyk = Form { photometric: CMYK, bits: &[8; 4], extra: None, format: 1, strips: &[&[0; 8]] };
    assert!(cmyk.refusal().to_string().contains("TIFF with CMYK color, which is not read"), "{}", cmyk.refusal());
    let bands = Form { photometric: BLACK_IS_ZERO, bits: &[8; 5], extra: None, format: 1, strips: &[&[0; 10]] };
    assert!(bands.refusal().to_string().contains("TIFF with 5 bands, which is not read"), "{}", bands.refusal());
    let twelve = Form { photometric: BLACK_IS_ZERO, bits: &[12], extra: None, format: 1, strips: &[&[0; 3]] };
    assert!(matches!(twelve.refusal(), IoError::UnsupportedForm { kind: "TIFF", .. }), "{}", twelve.refusal());
}

#[test]
fn a_page_that_is_cut_off_keeps_the_pages_before_it_and_says_so() {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).expect("an encoder");
    for page in 0..2u8 {
        encoder.write_image::<tiff::encoder::colortype::Gray8>(2, 1, &[page, 7]).expect("written");
    }
    let whole = bytes.into_inner();
    let pages = decode_bytes(&whole[..whole.len() - 40], "cut.tif").expect("the first page opens");
    assert_eq!(pages.len(), 1);
    assert!(
        pages[0].warnings[0].starts_with("Page 2 and the pages after it were not read: "),
        "{:?}",
        pages[0].warnings
    );
}
