//! Stacks, folders, masks and channels become studies. Not for the forms of single files (`opening`).

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use glioview::domain::scan::Sequence;
use glioview::io::error::IoError;
use glioview::io::open::open;
use image::{DynamicImage, ImageFormat};

use crate::opening::{color, folder, gray, only_scan, open_one, open_paths, save, write_tiff};
use crate::shared_data;

#[test]
fn a_multi_page_tiff_is_a_stack_with_its_masks_page_by_page() {
    use tiff::encoder::colortype;
    let folder = folder();
    let (path, mask) = (folder.path().join("head.tif"), folder.path().join("head_mask.tif"));
    write_tiff(&path, |e| {
        (0..3).for_each(|p| e.write_image::<colortype::Gray8>(2, 2, &[p, 1, 2, 3]).expect("written"));
    });
    write_tiff(&mask, |e| {
        (0..3).for_each(|p| e.write_image::<colortype::Gray8>(2, 2, &[0, 255 * (p % 2), 0, 0]).expect("written"));
    });
    let opened = open_one(&path);
    let scan = only_scan(&opened);
    let names: Vec<_> = scan.slices.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["head.tif p1", "head.tif p2", "head.tif p3"]);
    assert_eq!(scan.slices[2].page, Some(2));
    assert_eq!(scan.slices[2].planes[0].value(0, 0), Some(2.0));
    let areas: Vec<_> = scan.reference.iter().map(|m| m.as_ref().map(glioview::domain::mask::Mask::area_px)).collect();
    assert_eq!(areas, [Some(0), Some(1), Some(0)]);
    assert!(opened.studies[0].warnings.is_empty(), "{:?}", opened.studies[0].warnings);
}

#[test]
fn files_dropped_together_are_one_stack_in_natural_order() {
    let folder = folder();
    let names = ["a_10.png", "a_2.png", "a_1.png"];
    let paths: Vec<PathBuf> = names.iter().map(|n| folder.path().join(n)).collect();
    for path in &paths {
        save(&gray(6, 5, 0), path, ImageFormat::Png);
    }
    let opened = open_paths(&paths);
    let scan = only_scan(&opened);
    let found: Vec<_> = scan.slices.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(found, ["a_1.png", "a_2.png", "a_10.png"]);
    assert_eq!(scan.sequences, [Sequence::Unknown]);
}

#[test]
fn a_folder_of_patient_folders_is_several_studies() {
    let folder = folder();
    for patient in ["p10", "p9"] {
        std::fs::create_dir(folder.path().join(patient)).expect("made");
        save(&color(6, 5, 0), &folder.path().join(patient).join("1.png"), ImageFormat::Png);
    }
    std::fs::write(folder.path().join("list.csv"), "a,b\n").expect("written");
    let opened = open_one(folder.path());
    let titles: Vec<_> = opened.studies.iter().map(|s| s.title.as_str()).collect();
    assert_eq!(titles, ["p9", "p10"]);
    assert!(opened.failures.is_empty(), "{:?}", opened.failures);
}

#[test]
fn one_bad_file_among_good_ones_is_a_failure_and_the_good_ones_open() {
    let folder = folder();
    save(&color(6, 5, 0), &folder.path().join("1.png"), ImageFormat::Png);
    save(&color(6, 5, 1), &folder.path().join("3.png"), ImageFormat::Png);
    let bad = folder.path().join("2.png");
    let whole = std::fs::read(folder.path().join("1.png")).expect("read");
    std::fs::write(&bad, &whole[..whole.len() / 2]).expect("written");
    std::fs::write(folder.path().join("notes.txt"), "hello").expect("written");
    let opened = open_one(folder.path());
    assert_eq!(only_scan(&opened).slices.len(), 2);
    assert_eq!(opened.failures.len(), 1);
    assert_eq!(opened.failures[0].0, bad);
    assert!(matches!(opened.failures[0].1, IoError::Damaged { kind: "PNG", .. }), "{:?}", opened.failures[0].1);
    assert_eq!(opened.studies[0].warnings, ["1 file is no picture and was left out: notes.txt."]);
}

#[test]
fn mixed_sizes_are_split_into_scans_and_said() {
    let folder = folder();
    for (name, cols) in [("1.png", 8), ("2.png", 8), ("3.png", 9)] {
        save(&color(cols, 5, 0), &folder.path().join(name), ImageFormat::Png);
    }
    let opened = open_one(folder.path());
    let counts: Vec<_> = opened.studies[0].scans.iter().map(|s| (s.cols, s.slices.len())).collect();
    assert_eq!(counts, [(8, 2), (9, 1)]);
    let words = "These pictures do not fit into one stack and were split into 2 series: \
                 2 slices of 8 × 5 px, 8 bit, color; 1 slice of 9 × 5 px, 8 bit, color.";
    assert_eq!(opened.studies[0].warnings, [words]);
}

#[test]
fn masks_that_do_not_fit_are_said_and_graded_ones_are_cut_at_half() {
    let folder = folder();
    for stem in ["1", "2", "3"] {
        save(&color(4, 2, 0), &folder.path().join(format!("{stem}.png")), ImageFormat::Png);
    }
    let mask = |cols, values: &[u8]| {
        DynamicImage::ImageLuma8(image::GrayImage::from_raw(cols, 2, values.to_vec()).expect("fits"))
    };
    save(&mask(4, &[0, 1, 0, 0, 0, 0, 1, 0]), &folder.path().join("1_mask.bmp"), ImageFormat::Bmp);
    save(&mask(4, &[0, 127, 128, 255, 0, 0, 0, 10]), &folder.path().join("2_mask.png"), ImageFormat::Png);
    save(&mask(3, &[0; 6]), &folder.path().join("3_MASK.png"), ImageFormat::Png);
    save(&mask(4, &[0; 8]), &folder.path().join("9_mask.png"), ImageFormat::Png);
    let opened = open_one(folder.path());
    let areas: Vec<_> =
        only_scan(&opened).reference.iter().map(|m| m.as_ref().map(glioview::domain::mask::Mask::area_px)).collect();
    assert_eq!(areas, [Some(2), Some(2), None]);
    let warnings = opened.studies[0].warnings.join("\n");
    assert!(warnings.contains("2_mask.png holds more than two values"), "{warnings}");
    assert!(warnings.contains("3_MASK.png is of another size than its picture and was not used."), "{warnings}");
    assert!(warnings.contains("9_mask.png is a mask without its picture"), "{warnings}");
}

#[test]
fn channels_are_judged_over_the_scan_and_not_over_a_slice() {
    let folder = folder();
    save(&color(40, 30, 0), &folder.path().join("1.png"), ImageFormat::Png);
    save(&DynamicImage::ImageRgb8(gray(40, 30, 0).into_rgb8()), &folder.path().join("2.png"), ImageFormat::Png);
    let opened = open_one(folder.path());
    let scan = only_scan(&opened);
    assert_eq!(scan.sequences, Sequence::NET_ORDER);
    assert_eq!(scan.slices[1].planes[0], scan.slices[1].planes[2], "equal channels stay three planes");

    let alone = open_one(&folder.path().join("2.png"));
    assert_eq!(only_scan(&alone).sequences, [Sequence::Flair]);
    assert!(only_scan(&alone).warnings[0].starts_with("The three channels are equal: read as FLAIR"));
}

#[test]
fn a_gray_picture_that_went_through_color_jpeg_is_one_unknown_sequence() {
    let folder = folder();
    let smooth = image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([(x * 2 + y) as u8; 3]));
    let path = folder.path().join("gray.jpg");
    save(&DynamicImage::ImageRgb8(smooth), &path, ImageFormat::Jpeg);
    let opened = open_one(&path);
    assert_eq!(only_scan(&opened).sequences, [Sequence::Unknown]);
    assert_eq!(only_scan(&opened).slices[0].planes.len(), 1);
}

#[test]
fn opening_can_be_stopped_and_tells_how_far_it_is() {
    let folder = folder();
    (0..4).for_each(|i| save(&gray(6, 5, i), &folder.path().join(format!("{i}.png")), ImageFormat::Png));
    let mut steps = Vec::new();
    let path = [folder.path().to_owned()];
    open(&path, &mut |done, total| {
        steps.push((done, total));
        ControlFlow::Continue(())
    })
    .expect("opens");
    assert_eq!(steps, [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]);
    let stop_at_two = &mut |done, _| if done == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    assert_eq!(open(&path, stop_at_two).expect_err("stops"), IoError::Canceled);
    assert_eq!(open(&[], stop_at_two).expect_err("nothing"), IoError::NothingToOpen);
}

#[test]
fn the_bundled_sample_opens_with_its_masks() {
    let study = glioview::io::sample::open().expect("opens");
    assert!(study.synthetic);
    assert_eq!(study.title, "Sample (synthetic)");
    let scan = &study.scans[0];
    assert_eq!((study.scans.len(), scan.slices.len(), scan.reference.len()), (1, 24, 24));
    assert_eq!(scan.sequences, Sequence::NET_ORDER);
    assert!(scan.reference.iter().flatten().any(|m| !m.is_empty()));
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
}

#[test]
fn real_patients_open_as_one_scan_with_three_sequences_and_their_masks() {
    for (name, patient) in [("lgg_tiff", "TCGA_CS_4942_19970222"), ("lgg", "TCGA_CS_4942_19970222")] {
        let Some(data) = shared_data::folder(name) else { continue };
        let start = std::time::Instant::now();
        let opened = open_one(&data.join(patient));
        println!("{name}/{patient} opened in {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
        assert!(opened.failures.is_empty(), "{:?}", opened.failures);
        let scan = only_scan(&opened);
        assert_eq!((scan.rows, scan.cols, scan.slices.len()), (256, 256, 20));
        assert_eq!(scan.sequences, Sequence::NET_ORDER);
        assert_eq!(scan.reference.iter().flatten().count(), 20);
        assert!(scan.reference.iter().flatten().any(|m| !m.is_empty()));
        assert!(opened.studies[0].warnings.is_empty(), "{:?}", opened.studies[0].warnings);
    }
}

#[test]
fn both_forms_of_the_same_real_patient_hold_the_same_pixels() {
    let (Some(tiff), Some(webp)) = (shared_data::folder("lgg_tiff"), shared_data::folder("lgg")) else { return };
    let patient = "TCGA_CS_4942_19970222";
    let digest = |data: &Path| glioview::io::digest::of_scan(only_scan(&open_one(&data.join(patient))));
    assert_eq!(digest(&tiff), digest(&webp));
}
