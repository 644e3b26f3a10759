//! Every form of picture file is opened with its depth. Not for stacks and folders (`opening_stacks`) or broken files
//! (`bad_input`).

use std::fs::File;
use std::io::BufWriter;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use glioview::domain::scan::{Samples, Scan, Sequence};
use glioview::io::error::IoError;
use glioview::io::open::{Opened, open};
use glioview::io::raster;
use image::{DynamicImage, ImageFormat};
use tempfile::TempDir;

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

pub(crate) fn open_paths(paths: &[PathBuf]) -> Opened {
    open(paths, &mut |_, _| ControlFlow::Continue(())).expect("opens")
}

pub(crate) fn open_one(path: &Path) -> Opened {
    open_paths(&[path.to_owned()])
}

/// The only scan of the only study.
pub(crate) fn only_scan(opened: &Opened) -> &Scan {
    assert_eq!(opened.studies.len(), 1, "failures: {:?}", opened.failures);
    assert_eq!(opened.studies[0].scans.len(), 1);
    &opened.studies[0].scans[0]
}

pub(crate) fn gray(cols: u32, rows: u32, add: u32) -> DynamicImage {
    DynamicImage::ImageLuma8(image::GrayImage::from_fn(cols, rows, |x, y| {
        image::Luma([((x * 7 + y * 13 + add) % 251) as u8])
    }))
}

/// Three sequences: channels that differ a lot.
pub(crate) fn color(cols: u32, rows: u32, add: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(image::RgbImage::from_fn(cols, rows, |x, y| {
        let v = |k: u32| ((x * k + y * 11 + add) % 251) as u8;
        image::Rgb([v(3), v(17), v(29)])
    }))
}

pub(crate) fn save(picture: &DynamicImage, path: &Path, format: ImageFormat) {
    picture.save_with_format(path, format).expect("the fixture is written");
}

pub(crate) fn write_tiff(path: &Path, write: impl FnOnce(&mut tiff::encoder::TiffEncoder<BufWriter<File>>)) {
    let file = BufWriter::new(File::create(path).expect("the fixture is made"));
    write(&mut tiff::encoder::TiffEncoder::new(file).expect("an encoder"));
}

#[test]
fn every_format_is_recognized_by_content_and_not_by_name() {
    let folder = folder();
    let formats = [
        (ImageFormat::Png, "PNG"),
        (ImageFormat::Tiff, "TIFF"),
        (ImageFormat::Bmp, "BMP"),
        (ImageFormat::WebP, "WebP"),
        (ImageFormat::Jpeg, "JPEG"),
    ];
    for (format, label) in formats {
        let path = folder.path().join(format!("{label}.txt"));
        save(&color(20, 12, 0), &path, format);
        let opened = open_one(&path);
        let scan = only_scan(&opened);
        assert_eq!((scan.kind.as_str(), scan.rows, scan.cols), (label, 12, 20));
        assert_eq!(scan.sequences, Sequence::NET_ORDER, "{label}");
        if format != ImageFormat::Jpeg {
            assert_eq!(scan.slices[0].planes[1].value(2, 3), Some(73.0), "{label}");
        }
    }
}

#[test]
fn gray_alpha_palette_and_one_bit_pictures_open() {
    let folder = folder();
    let la = image::ImageBuffer::from_fn(5, 4, |x, y| image::LumaA([(x * 40 + y) as u8, 9]));
    save(&DynamicImage::ImageLumaA8(la), &folder.path().join("la.png"), ImageFormat::Png);
    let opened = open_one(&folder.path().join("la.png"));
    let scan = only_scan(&opened);
    assert_eq!(scan.sequences, [Sequence::Unknown]);
    assert_eq!(scan.slices[0].planes[0].value(1, 2), Some(81.0));
    assert!(scan.slices[0].warnings[0].contains("alpha"));

    let rgba = image::RgbaImage::from_fn(5, 4, |x, y| image::Rgba([(x * 40) as u8, (y * 50) as u8, 200, 3]));
    save(&DynamicImage::ImageRgba8(rgba), &folder.path().join("rgba.png"), ImageFormat::Png);
    let opened = open_one(&folder.path().join("rgba.png"));
    assert_eq!(only_scan(&opened).slices[0].planes[0].value(3, 2), Some(80.0));

    write_png(
        &folder.path().join("bit.png"),
        png::ColorType::Grayscale,
        png::BitDepth::One,
        &[0b1010_0000, 0b0100_0000],
        None,
    );
    let opened = open_one(&folder.path().join("bit.png"));
    let Samples::U8(values) = &only_scan(&opened).slices[0].planes[0].samples else { panic!("8 bits") };
    assert_eq!(values, &[255, 0, 255, 0, 255, 0]);

    let palette = [10, 20, 30, 200, 100, 50];
    write_png(
        &folder.path().join("palette.png"),
        png::ColorType::Indexed,
        png::BitDepth::One,
        &[0b0110_0000, 0],
        Some(&palette),
    );
    let opened = open_one(&folder.path().join("palette.png"));
    let planes = &only_scan(&opened).slices[0].planes;
    assert_eq!([0, 1, 2].map(|c: usize| planes[c].value(0, 1)), [Some(200.0), Some(100.0), Some(50.0)]);
}

/// A PNG of 3 × 2 pixels from packed rows.
fn write_png(path: &Path, color: png::ColorType, depth: png::BitDepth, rows: &[u8], palette: Option<&[u8]>) {
    let mut encoder = png::Encoder::new(File::create(path).expect("made"), 3, 2);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if let Some(palette) = palette {
        encoder.set_palette(palette.to_vec());
    }
    encoder.write_header().and_then(|mut w| w.write_image_data(rows)).expect("written");
}

#[test]
fn sixteen_bits_survive_in_png_and_tiff() {
    let folder = folder();
    let picture = image::ImageBuffer::from_fn(300, 200, |x, y| image::Luma([(x * 200 + y) as u16]));
    for (name, format) in [("a.png", ImageFormat::Png), ("a.tif", ImageFormat::Tiff)] {
        let path = folder.path().join(name);
        save(&DynamicImage::ImageLuma16(picture.clone()), &path, format);
        let opened = open_one(&path);
        let plane = &only_scan(&opened).slices[0].planes[0];
        assert_eq!(plane.samples, Samples::U16(picture.as_raw().clone()), "{name}");
    }
}

#[test]
fn floating_point_tiff_keeps_its_values_and_says_where_they_were_no_numbers() {
    use tiff::encoder::colortype;
    let folder = folder();
    let path = folder.path().join("float.tif");
    write_tiff(&path, |e| e.write_image::<colortype::Gray32Float>(3, 1, &[-1.5, f32::NAN, 0.25]).expect("written"));
    let opened = open_one(&path);
    let scan = only_scan(&opened);
    assert_eq!(scan.slices[0].planes[0].samples, Samples::F32(vec![-1.5, -1.5, 0.25]));
    assert!(scan.slices[0].warnings[0].starts_with("1 values were no numbers"), "{:?}", scan.slices[0].warnings);

    let path = folder.path().join("nan.tif");
    write_tiff(&path, |e| e.write_image::<colortype::Gray32Float>(2, 1, &[f32::NAN, f32::INFINITY]).expect("written"));
    assert_eq!(open_one(&path).failures[0].1, IoError::NoFiniteValue { path });
}

#[test]
fn signed_and_wide_integers_in_tiff_become_exact_floats() {
    use tiff::encoder::colortype;
    let folder = folder();
    let path = folder.path().join("i16.tif");
    write_tiff(&path, |e| e.write_image::<colortype::GrayI16>(2, 1, &[-1000, 3071]).expect("written"));
    assert_eq!(only_scan(&open_one(&path)).slices[0].planes[0].samples, Samples::F32(vec![-1000.0, 3071.0]));

    let path = folder.path().join("u32.tif");
    write_tiff(&path, |e| e.write_image::<colortype::Gray32>(2, 1, &[7, 4_000_000_000]).expect("written"));
    let opened = open_one(&path);
    assert!(only_scan(&opened).slices[0].warnings[0].contains("rounded"));

    let path = folder.path().join("u64.tif");
    write_tiff(&path, |e| e.write_image::<colortype::Gray64>(1, 1, &[7]).expect("written"));
    let (_, error) = &open_one(&path).failures[0];
    assert!(error.to_string().contains("TIFF with 64-bit integers, which is not read"), "{error}");
}

#[test]
fn palette_tiff_is_read_through_its_color_map() {
    let folder = folder();
    for depth in [8u16, 4, 1] {
        let path = folder.path().join(format!("palette{depth}.tif"));
        std::fs::write(&path, palette_tiff(depth)).expect("written");
        let opened = open_one(&path);
        let planes = &only_scan(&opened).slices[0].planes;
        let colors: Vec<_> = (0..2).map(|col| [0, 1, 2].map(|c: usize| planes[c].value(0, col))).collect();
        assert_eq!(colors, [[Some(200.0), Some(100.0), Some(50.0)], [Some(1.0), Some(2.0), Some(3.0)]], "{depth} bits");
    }
}

/// A little-endian TIFF of 2 × 1 pixels with the indices 1 and 0.
fn palette_tiff(depth: u16) -> Vec<u8> {
    let entries = 1u32 << depth;
    let (pixels_at, map_at) = (8u32, 16u32);
    let ifd_at = map_at + 6 * entries;
    let mut bytes = b"II\x2a\0".to_vec();
    bytes.extend(ifd_at.to_le_bytes());
    let packed: [u8; 2] = match depth {
        8 => [1, 0],
        4 => [0x10, 0],
        _ => [0x80, 0],
    };
    bytes.extend(packed);
    bytes.resize(map_at as usize, 0);
    for channel in [[1u16, 200], [2, 100], [3, 50]] {
        for entry in 0..entries as usize {
            bytes.extend((channel.get(entry).copied().unwrap_or(0) * 257).to_le_bytes());
        }
    }
    let fields: [(u16, u16, u32, u32); 9] = [
        (256, 3, 1, 2),
        (257, 3, 1, 1),
        (258, 3, 1, depth.into()),
        (259, 3, 1, 1),
        (262, 3, 1, 3),
        (273, 4, 1, pixels_at),
        (278, 3, 1, 1),
        (279, 4, 1, u32::from(depth == 8) + 1),
        (320, 3, 3 * entries, map_at),
    ];
    bytes.extend((fields.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in fields {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        // A color map of two colors has six values and does not fit into the field either.
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend(0u32.to_le_bytes());
    bytes
}

#[test]
fn foreign_kinds_are_refused_by_name() {
    let folder = folder();
    for (bytes, kind) in [(b"GIF89a".to_vec(), "GIF"), (b"%PDF-1.7".to_vec(), "PDF")] {
        let path = folder.path().join("file.png");
        std::fs::write(&path, bytes).expect("written");
        let (_, error) = &open_one(&path).failures[0];
        assert!(error.to_string().contains(&format!("{kind}: not read yet by this version")), "{error}");
    }
}

#[test]
fn training_and_window_decode_through_the_same_function() {
    let bytes = {
        let mut bytes = std::io::Cursor::new(Vec::new());
        color(5, 4, 0).write_to(&mut bytes, ImageFormat::Png).expect("written");
        bytes.into_inner()
    };
    let pages = raster::decode_bytes(&bytes, "slice.png").expect("decodes");
    assert_eq!((pages.len(), pages[0].channels.len(), pages[0].rows, pages[0].cols), (1, 3, 4, 5));
    assert!(pages[0].is_color());
}
