//! Looking at a data set before training: counts, warnings, leaks. Not for the forms that data comes in (`data`).

mod bad_data;
mod lab;
mod settings;
mod start;

use std::path::Path;

use glioview::domain::random::Random;
use glioview::train::error::TrainError;
use glioview::train::inspect::{DataReport, Question, inspect};
use glioview::train::split::Part;

const SIDE: u32 = 96;

/// A head with smooth shades of its own.
fn head(seed: u64, side: u32) -> image::RgbImage {
    let mut random = Random::stream(seed, "head", 0);
    let waves: Vec<[f32; 4]> = (0..5)
        .map(|_| {
            let mut within = |high: f32| random.between(-high, high);
            [within(14.0), within(14.0), within(3.1), within(35.0)]
        })
        .collect();
    image::RgbImage::from_fn(side, side, |x, y| {
        let (dx, dy) = (x as f32 / side as f32 - 0.5, y as f32 / side as f32 - 0.5);
        let shade: f32 = waves.iter().map(|w| w[3] * (w[0] * dx + w[1] * dy + w[2]).sin()).sum();
        let value = if dx.hypot(dy * 0.9) < 0.42 { (120.0 + shade).clamp(20.0, 250.0) } else { 0.0 };
        image::Rgb([(value * 0.9) as u8, value as u8, (value * 0.7) as u8])
    })
}

fn mask(has_tumor: bool, side: u32) -> image::GrayImage {
    let inside = |x: u32, y: u32| has_tumor && x > side / 2 && x < side / 2 + side / 6 && y > side / 3 && y < side / 2;
    image::GrayImage::from_fn(side, side, |x, y| image::Luma([if inside(x, y) { 255 } else { 0 }]))
}

/// `slices` slices of one patient; every other one with tumor, beginning with the first.
fn patient(root: &Path, name: &str, slices: u64, seed: u64) {
    let folder = root.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    for slice in 0..slices {
        head(seed * 1000 + slice, SIDE).save(folder.join(format!("{slice}.png"))).unwrap();
        mask(slice % 2 == 0, SIDE).save(folder.join(format!("{slice}_mask.png"))).unwrap();
    }
}

fn four_patients(root: &Path) {
    for (seed, name) in ["TCGA_CS_1", "TCGA_CS_2", "TCGA_DU_3", "TCGA_DU_4"].into_iter().enumerate() {
        patient(root, name, 4, seed as u64);
    }
}

fn split_file(root: &Path, rows: &[(&str, &str)]) -> std::path::PathBuf {
    let path = root.join("parts.csv");
    let rows: String = rows.iter().map(|(patient, part)| format!("{patient},{part}\n")).collect();
    std::fs::write(&path, format!("patient_id,split\n{rows}")).unwrap();
    path
}

fn question(data: &Path) -> Question<'_> {
    Question { data, split_file: None, shares: [0.5, 0.25, 0.25], seed: 1 }
}

fn look(data: &Path) -> Result<DataReport, TrainError> {
    inspect(&question(data), &mut |_, _| true)
}

fn said(report: &DataReport) -> String {
    report.warnings.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_data_set_is_counted_split_and_shown_with_its_true_masks() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    let report = look(folder.path()).unwrap();
    assert_eq!((report.patients, report.slices, report.tumor_slices), (4, 16, 8));
    assert_eq!(report.sizes, [([96, 96], 16)]);
    assert_eq!(report.sequences, [(3, 16)]);
    assert_eq!(report.institutions, [("CS".to_owned(), 2), ("DU".to_owned(), 2)]);
    assert_eq!(report.parts.iter().map(|(_, c)| c.patients).collect::<Vec<_>>(), [2, 1, 1]);
    assert!(report.has_all_masks && !report.is_leaking && report.problems.is_empty(), "{report:?}");
    assert_eq!(report.constant_accuracy, Some(0.5));
    assert_eq!(report.examples.len(), 16);
    let tumor = report.examples.iter().find(|e| e.label).unwrap();
    assert_eq!((tumor.size, tumor.gray.len(), tumor.truth.len()), (96, 96 * 96, 96 * 96));
    let area = tumor.truth.iter().map(|&v| usize::from(v == 1)).sum::<usize>();
    assert_eq!(area, mask(true, SIDE).pixels().filter(|p| p.0[0] > 0).count(), "the mask, pixel by pixel");
    assert!(tumor.gray.iter().any(|&v| v > 200) && tumor.gray[0] == 0);
    assert_eq!(said(&report), "Always answering \"no tumor\" is right on 50 % of the validation slices.");
}

#[test]
fn progress_never_goes_back_and_stops_it_at_any_point() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    let mut heard = Vec::new();
    inspect(&question(folder.path()), &mut |done, total| {
        heard.push(done as f32 / total as f32);
        true
    })
    .unwrap();
    assert!(heard.windows(2).all(|w| w[0] <= w[1]), "{heard:?}");
    for stop_after in [0, 5, 20] {
        let mut calls = 0;
        let stopped = inspect(&question(folder.path()), &mut |_, _| {
            calls += 1;
            calls <= stop_after
        });
        assert!(matches!(stopped, Err(TrainError::Stopped)), "after {stop_after}");
    }
}

#[test]
fn a_slice_saved_again_as_jpeg_and_smaller_is_found_in_another_part_and_neighbors_are_not() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    let parts = [("TCGA_CS_1", "train"), ("TCGA_CS_2", "val"), ("TCGA_DU_3", "train"), ("TCGA_DU_4", "test")];
    let split = split_file(folder.path(), &parts);
    let ask = || inspect(&Question { split_file: Some(&split), ..question(folder.path()) }, &mut |_, _| true).unwrap();
    assert!(!ask().is_leaking, "{}", said(&ask()));
    // The copy: half the size, brighter, through JPEG.
    let original = head(1, 256);
    original.save(folder.path().join("TCGA_CS_1/1.png")).unwrap();
    mask(false, 256).save(folder.path().join("TCGA_CS_1/1_mask.png")).unwrap();
    let smaller = image::imageops::resize(&original, 128, 128, image::imageops::FilterType::Triangle);
    let brighter = image::RgbImage::from_fn(128, 128, |x, y| {
        image::Rgb(smaller.get_pixel(x, y).0.map(|v| v.saturating_add(v / 16)))
    });
    brighter.save(folder.path().join("TCGA_CS_2/copy.jpg")).unwrap();
    mask(false, 128).save(folder.path().join("TCGA_CS_2/copy_mask.png")).unwrap();
    let report = ask();
    assert!(report.is_leaking);
    let leak = report.warnings.iter().find(|w| w.is_leak).unwrap();
    assert!(leak.text.starts_with("1 nearly equal pictures stand in two parts"), "{}", leak.text);
    let names: Vec<&str> = leak.show.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["1.png", "copy.jpg"]);
}

#[test]
fn black_slices_and_flat_disks_are_no_twins() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    for name in ["TCGA_CS_1", "TCGA_CS_2", "TCGA_DU_3", "TCGA_DU_4"] {
        image::RgbImage::new(SIDE, SIDE).save(folder.path().join(name).join("black.png")).unwrap();
        mask(false, SIDE).save(folder.path().join(name).join("black_mask.png")).unwrap();
    }
    let report = look(folder.path()).unwrap();
    assert!(!report.is_leaking, "{}", said(&report));
}

#[test]
fn one_person_under_two_names_in_two_parts_is_a_leak_and_goes_onto_the_card() {
    let folder = tempfile::tempdir().unwrap();
    patient(folder.path(), "TCGA_CS_1_19960909", 4, 1);
    patient(folder.path(), "TCGA_CS_1_20010101", 4, 2);
    patient(folder.path(), "TCGA_DU_3_19990101", 4, 3);
    let parts = [("TCGA_CS_1_19960909", "train"), ("TCGA_CS_1_20010101", "val"), ("TCGA_DU_3_19990101", "train")];
    let split = split_file(folder.path(), &parts);
    let report = inspect(&Question { split_file: Some(&split), ..question(folder.path()) }, &mut |_, _| true).unwrap();
    assert!(report.is_leaking);
    assert!(said(&report).contains("1 patients stand in two parts under two names"), "{}", said(&report));
    let run = start::run_on(folder.path(), Some(split));
    assert!(
        run.warnings().iter().any(|w| w.starts_with("LEAK: 1 patients stand in two parts")),
        "{:?}",
        run.warnings()
    );
}

#[test]
fn a_column_that_names_one_patient_for_two_folders_is_a_leak_when_they_are_in_two_parts() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    let mut table = "patient,image,mask_path\n".to_owned();
    for name in ["TCGA_CS_1", "TCGA_CS_2", "TCGA_DU_3", "TCGA_DU_4"] {
        let told = if name.ends_with('2') { "TCGA_CS_1" } else { name };
        for slice in 0..4 {
            table += &format!("{told},{name}/{slice}.png,{name}/{slice}_mask.png\n");
        }
    }
    std::fs::write(folder.path().join("data_mask.csv"), table).unwrap();
    let parts = [("TCGA_CS_1", "train"), ("TCGA_CS_2", "val"), ("TCGA_DU_3", "train"), ("TCGA_DU_4", "val")];
    let split = split_file(folder.path(), &parts);
    let report = inspect(&Question { split_file: Some(&split), ..question(folder.path()) }, &mut |_, _| true).unwrap();
    assert!(report.is_leaking, "{}", said(&report));
    let column = report.warnings.iter().find(|w| w.text.contains("patient column disagrees")).unwrap();
    assert_eq!((column.is_leak, column.show.len()), (false, 4));
}

#[test]
fn three_equal_channels_are_said_with_the_slices() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    let gray = image::DynamicImage::ImageRgb8(head(7, SIDE)).to_luma8();
    let equal = image::DynamicImage::ImageLuma8(gray).to_rgb8();
    equal.save(folder.path().join("TCGA_CS_1/0.png")).unwrap();
    let report = look(folder.path()).unwrap();
    let warning = report.warnings.iter().find(|w| w.text.contains("three equal channels")).unwrap();
    assert!(warning.text.starts_with("1 of 16 pictures"));
    assert_eq!(warning.show[0].name, "0.png");
    assert_eq!(report.sequences, [(3, 15), (1, 1)]);
}

#[test]
fn the_lgg_set_is_seen_within_seconds_without_a_leak_on_its_split() {
    let Some(lgg) = crate::shared_data::folder("lgg") else { return };
    let split = lgg.join("split.csv");
    let clock = std::time::Instant::now();
    let report = inspect(&Question { split_file: Some(&split), ..question(&lgg) }, &mut |_, _| true).unwrap();
    println!("looked at {} slices in {:.1} s", report.slices, clock.elapsed().as_secs_f32());
    assert_eq!((report.patients, report.slices, report.tumor_slices), (87, 3115, 1070));
    assert!(!report.is_leaking, "{}", said(&report));
    assert_eq!(report.examples.len(), 48);
    let of = |part| report.examples.iter().filter(|e| e.part == part).count();
    assert!(of(Part::Train) > of(Part::Val) && of(Part::Val) > 0 && of(Part::Test) > 0);
    assert_eq!(report.split_beside, Some(split));
    println!("{}", said(&report));
}
