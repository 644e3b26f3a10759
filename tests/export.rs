//! The results folder, reviews and settings on disk. Not for what the nets say.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use glioview::domain::card::Task;
use glioview::domain::finding::{Finding, ModelStamp, SliceFinding};
use glioview::domain::gate::{GateReason, GateVerdict};
use glioview::domain::mask::{Mask, ProbabilityMap};
use glioview::domain::review::{Review, SliceReview, Verdict};
use glioview::domain::scan::{About, Patient, Plane, Samples, Scan, Sequence, Slice, Study};
use glioview::io::error::IoError;
use glioview::io::export::{ScanResults, StudyResults, Written, subfolder_name, write};
use glioview::io::home::Home;
use glioview::io::settings::{self, Settings};
use glioview::io::{digest, reviews};
use serde_json::{Value, json};

const ROWS: usize = 3;
const COLS: usize = 10;

/// Three slices in the folder `/data/p1`, the second with a reference mask.
pub fn study() -> Study {
    let slice = |n: usize| Slice {
        name: format!("s_{n}.png"),
        path: PathBuf::from(format!("/data/p1/s_{n}.png")),
        page: None,
        planes: (0..3u8).map(|c| plane(c * 60 + n as u8)).collect(),
        warnings: Vec::new(),
    };
    let reference = Mask { rows: ROWS, cols: COLS, bits: (0..ROWS * COLS).map(|i| i < 4).collect() };
    let scan = Scan {
        title: "p1".into(),
        kind: "PNG".into(),
        rows: ROWS,
        cols: COLS,
        sequences: Sequence::NET_ORDER.to_vec(),
        slices: (1..=3).map(slice).collect(),
        reference: vec![Some(Mask::empty(ROWS, COLS)), Some(reference), None],
        warnings: vec!["T1 is missing".into()],
        about: About::default(),
    };
    Study {
        title: "p1".into(),
        scans: vec![scan],
        synthetic: false,
        source: "/data/p1".into(),
        warnings: Vec::new(),
        patient: Patient::default(),
    }
}

fn plane(first: u8) -> Plane {
    Plane { rows: ROWS, cols: COLS, samples: Samples::U8((0..(ROWS * COLS) as u8).map(|v| v + first).collect()) }
}

/// Scores 0.1, 0.9, 0.5; maps on the first two, bright on the first `inside` pixels.
pub fn finding(inside: usize) -> Finding {
    let map = |n| {
        Arc::new(ProbabilityMap {
            rows: ROWS,
            cols: COLS,
            bytes: (0..ROWS * COLS).map(|i| if i < n { 200 } else { 20 }).collect(),
        })
    };
    let stamp = |task, name: &str, threshold| ModelStamp {
        task,
        name: name.into(),
        version: 1,
        sha256: "ab".into(),
        threshold,
        card_threshold: 0.31,
    };
    let slice = |score, map| SliceFinding { score: Some(score), map, warnings: vec![] };
    Finding {
        pixels_sha256: digest::of_scan(&study().scans[0]),
        models: vec![stamp(Task::Classifier, "DenseNet-121", 0.5), stamp(Task::Segmenter, "U-Net 16", 0.31)],
        gate: GateVerdict::Unknown(vec![GateReason::NoDarkBackground]),
        is_override: true,
        slices: vec![slice(0.1, Some(map(6))), slice(0.9, Some(map(inside))), slice(0.5, None)],
    }
}

pub fn review(finding: &Finding) -> Review {
    let mut review = Review::new(finding, "AB");
    review.viewed[1] = true;
    review.slices[1] = Some(SliceReview {
        verdict: Verdict::NotTumor,
        at_secs: 1_700_000_000,
        outline_area_px: Some(8),
        outline_runs: Some(vec![0, 8, 22]),
        note: "=vessel".into(),
    });
    review
}

fn write_one(folder: &Path, finding: &Finding, review: Option<&Review>, outline_all: bool) -> Result<Written, IoError> {
    let study = study();
    let results = StudyResults {
        study: &study,
        scans: vec![ScanResults { scan: 0, finding, review, measurements: &[], asked: &[] }],
        outline_all,
    };
    write(&[results], folder, &mut |_, _| ControlFlow::Continue(()))
}

pub fn json_of(folder: &Path) -> Value {
    let text = std::fs::read_to_string(folder.join("findings.json")).expect("findings.json is there");
    serde_json::from_str(&text).expect("it is JSON")
}

fn tree(folder: &Path) -> BTreeSet<String> {
    let entries =
        |f: &Path| std::fs::read_dir(f).map(|e| e.flatten().map(|e| e.path()).collect::<Vec<_>>()).unwrap_or_default();
    let all = entries(folder).into_iter().flat_map(|p| if p.is_dir() { entries(&p) } else { vec![p] });
    all.map(|p| p.strip_prefix(folder).expect("inside").to_string_lossy().replace('\\', "/")).collect()
}

#[test]
fn a_slice_that_was_asked_to_be_outlined_keeps_its_mask_though_it_is_not_flagged() {
    let folder = tempfile::tempdir().expect("a folder");
    let (study, finding) = (study(), finding(8));
    let scans = vec![ScanResults { scan: 0, finding: &finding, review: None, measurements: &[], asked: &[0] }];
    let results = StudyResults { study: &study, scans, outline_all: false };
    write(&[results], folder.path(), &mut |_, _| ControlFlow::Continue(())).expect("writes");
    let first = &json_of(folder.path())["slices"][0];
    assert_eq!((&first["positive"], &first["area_px"]), (&json!(false), &json!(6)));
    assert_eq!(first["mask"], "masks/s_1_mask.png");
    assert_eq!(first["warnings"], json!(["Not flagged; outlined because the reader asked for it."]));
    assert!(folder.path().join("masks/s_1_mask.png").is_file());
}

#[test]
fn the_results_folder_holds_what_the_nets_and_the_reader_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let finding = finding(8);
    let written = write_one(folder.path(), &finding, Some(&review(&finding)), false).expect("writes");
    assert_eq!(written, Written { folders: vec![folder.path().to_owned()], files: 4 });
    let expected = ["findings.csv", "findings.json", "masks/s_2_mask.png", "overlays/s_2_overlay.png"];
    assert_eq!(tree(folder.path()), expected.map(str::to_owned).into());

    let json = json_of(folder.path());
    assert_eq!(json["notice"], "Research use only. Not for diagnosis.");
    assert_eq!(json["program"]["name"], "glioview");
    let classifier = json!({"name": "DenseNet-121", "version": 1, "sha256": "ab", "threshold": 0.5, "card_threshold": 0.31, "threshold_moved": true});
    assert_eq!(json["models"]["classifier"], classifier);
    assert_eq!(json["models"]["segmenter"]["threshold_moved"], false);
    let slices = json["slices"].as_array().expect("slices");
    let second = json!({"path": "s_2.png", "page": null, "scan": 0, "index": 1, "probability": 0.9, "positive": true,
        "mask": "masks/s_2_mask.png", "overlay": "overlays/s_2_overlay.png", "area_px": 8, "area_mm2": null, "warnings": []});
    assert_eq!(slices[1], second);
    assert_eq!(
        (&slices[0]["positive"], &slices[0]["mask"], &slices[0]["area_px"]),
        (&json!(false), &Value::Null, &json!(0))
    );
    assert_eq!(slices[2]["warnings"], json!(["The outline was still pending."]));
    assert_eq!(json["study"]["scans"][0]["gate_overridden"], true);
    assert_eq!(json["study"]["scans"][0]["gate_reasons"], json!(["no dark background around the head"]));
    // 4 of 8 model pixels are in the reference's 4: 2 × 4 / 12.
    let dice = json["reference"]["dice"].as_f64().expect("a Dice");
    assert!((dice - 2.0 / 3.0).abs() < 1e-12, "{dice}");
    assert_eq!((&json["reference"]["slices"], &json["reference"]["tumor_slices"]), (&json!(2), &json!(1)));
    let decision = &json["review"]["scans"][0]["slices"][0];
    assert_eq!((&decision["verdict"], &decision["at"]), (&json!("not tumor"), &json!("2023-11-14T22:13:20Z")));
    assert_eq!(json["review"]["reviewer"], "AB");
    assert_eq!(json["review"]["scans"][0]["decided_on_this_result"], true);
}

#[test]
fn masks_are_one_bit_in_scan_pixels_and_overlays_have_an_orange_outline() {
    let folder = tempfile::tempdir().expect("a folder");
    write_one(folder.path(), &finding(8), None, false).expect("writes");
    let file = std::io::BufReader::new(std::fs::File::open(folder.path().join("masks/s_2_mask.png")).expect("there"));
    let mut reader = png::Decoder::new(file).read_info().expect("a PNG");
    let mut packed = vec![0; reader.output_buffer_size().expect("small")];
    let info = reader.next_frame(&mut packed).expect("decodes");
    assert_eq!((info.width, info.height, info.bit_depth), (10, 3, png::BitDepth::One));
    assert_eq!(packed, [0xFF, 0, 0, 0, 0, 0]);
    assert!(reader.info().uncompressed_latin1_text.iter().any(|t| t.text == "Research use only. Not for diagnosis."));

    let overlay = image::open(folder.path().join("overlays/s_2_overlay.png")).expect("a picture").into_rgb8();
    assert_eq!(overlay.get_pixel(0, 0).0, [0xE6, 0x9F, 0x00]);
    let outside = overlay.get_pixel(9, 2).0;
    assert!(outside[0] == outside[1] && outside[1] == outside[2], "{outside:?}");
}

#[test]
fn outlining_all_slices_writes_the_masks_of_unflagged_ones_too() {
    let folder = tempfile::tempdir().expect("a folder");
    write_one(folder.path(), &finding(8), None, true).expect("writes");
    let json = json_of(folder.path());
    assert_eq!(
        (&json["slices"][0]["mask"], &json["slices"][0]["positive"]),
        (&json!("masks/s_1_mask.png"), &json!(false))
    );
    assert_eq!(json["review"], Value::Null);
}

#[test]
fn the_table_has_a_line_a_slice_and_no_formula() {
    let folder = tempfile::tempdir().expect("a folder");
    let finding = finding(8);
    write_one(folder.path(), &finding, Some(&review(&finding)), false).expect("writes");
    let mut reader = csv::Reader::from_path(folder.path().join("findings.csv")).expect("a table");
    let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!((&rows[1][0], &rows[1][4], &rows[1][5], &rows[1][6]), ("s_2.png", "0.9", "true", "8"));
    assert_eq!(
        (&rows[1][11], &rows[1][12], &rows[1][14]),
        ("not tumor", "'=vessel", "Research use only. Not for diagnosis.")
    );
}

#[test]
fn a_second_export_removes_the_masks_that_it_no_longer_has_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    write_one(folder.path(), &finding(8), None, false).expect("writes");
    std::fs::write(folder.path().join("masks/mine.png"), "mine").expect("written");
    write_one(folder.path(), &finding(0), None, false).expect("writes");
    let expected = ["findings.csv", "findings.json", "masks/mine.png"];
    assert_eq!(tree(folder.path()), expected.map(str::to_owned).into());
}

#[test]
fn a_stopped_or_failed_export_leaves_the_earlier_results_untouched() {
    let folder = tempfile::tempdir().expect("a folder");
    write_one(folder.path(), &finding(8), None, false).expect("writes");
    let before = (tree(folder.path()), json_of(folder.path()));

    let (study, other) = (study(), finding(3));
    let scans = vec![ScanResults { scan: 0, finding: &other, review: None, measurements: &[], asked: &[] }];
    let results = StudyResults { study: &study, scans, outline_all: false };
    let stopped = write(&[results], folder.path(), &mut |done, _| {
        if done == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(stopped.expect_err("stops"), IoError::Canceled);
    assert_eq!((tree(folder.path()), json_of(folder.path())), before);

    let mut short = finding(8);
    short.slices.pop();
    let error = write_one(folder.path(), &short, None, false).expect_err("refuses");
    assert!(error.to_string().contains("found results of 2 slices, the scan has 3"), "{error}");
    assert_eq!((tree(folder.path()), json_of(folder.path())), before);
}

#[test]
fn a_place_that_cannot_be_written_is_a_clear_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    // Tests may run as root, for whom no folder is read-only; nobody can make a folder under a file.
    let error = write_one(&file.join("results"), &finding(8), None, false).expect_err("refuses");
    let text = error.to_string();
    assert!(text.starts_with("Could not write: ") && text.contains("earlier results are untouched"), "{text}");
    assert!(text.ends_with("results"), "the path comes last: {text}");
}

#[test]
fn a_full_disk_has_its_own_words() {
    let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    let error = IoError::write(&full, Path::new("/out/findings.json"));
    let text = "Could not write: no space is left on the disk; earlier results are untouched; \
                free some space or choose another folder: /out/findings.json";
    assert_eq!(error.to_string(), text);
}

#[cfg(target_os = "linux")]
#[test]
fn writing_atomically_to_a_full_device_fails_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kept.json");
    std::fs::write(&path, "kept").expect("written");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let error = glioview::io::atomic::write_with(&path, |_| std::io::Write::write_all(&mut &full, &[0; 64]));
    assert_eq!(error.expect_err("full"), IoError::DiskFull { path: path.clone() });
    assert_eq!(std::fs::read_to_string(&path).expect("read"), "kept");
    assert_eq!(tree(folder.path()), ["kept.json".to_owned()].into());
}

#[test]
fn several_studies_get_a_clean_and_different_subfolder_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let (study, finding) = (study(), finding(8));
    let results = || StudyResults {
        study: &study,
        scans: vec![ScanResults { scan: 0, finding: &finding, review: None, measurements: &[], asked: &[] }],
        outline_all: false,
    };
    let written = write(&[results(), results()], folder.path(), &mut |_, _| ControlFlow::Continue(())).expect("writes");
    assert_eq!(written.folders, [folder.path().join("p1"), folder.path().join("p1_2")]);
    let mut taken = BTreeSet::new();
    let names = ["../../etc", "a/b:c", "A/B:C", "con", "..."].map(|t| subfolder_name(t, &mut taken));
    assert_eq!(names, ["etc", "a_b_c", "A_B_C_2", "studycon", "study"]);
}

#[test]
fn reviews_come_back_by_their_pixels_and_a_damaged_one_is_kept_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = Home::at(folder.path());
    let (first, mut other) = (finding(8), finding(8));
    other.models[0].threshold = 0.4;
    let (review_a, mut review_b) = (review(&first), review(&other));
    review_b.slices[1].as_mut().expect("decided").at_secs += 60;
    for review in [&review_b, &review_a] {
        reviews::save(&home, review).expect("saves");
    }
    let (found, problems) = reviews::load(&home, &first.pixels_sha256).expect("loads");
    assert_eq!(found, [review_a.clone(), review_b], "oldest first, one for each set of thresholds");
    assert!(problems.is_empty());

    let place = home.reviews_folder().join(&first.pixels_sha256);
    let damaged = std::fs::read_dir(&place).expect("there").flatten().next().expect("a file").path();
    std::fs::write(&damaged, "{").expect("written");
    let (found, problems) = reviews::load(&home, &first.pixels_sha256).expect("loads");
    assert_eq!((found.len(), problems.len()), (1, 1));
    let aside = damaged.with_extension("unreadable");
    assert_eq!(std::fs::read_to_string(&aside).expect("kept aside"), "{");
    assert!(reviews::load(&home, "../../etc").is_err());
}

#[test]
fn settings_come_back_and_an_unreadable_file_is_kept_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = Home::at(folder.path());
    assert_eq!(settings::load(&home), (Settings::default(), None));
    let mut saved = Settings { ui_scale: 1.5, reviewer: "AB".into(), ..Settings::default() };
    (0..20).for_each(|i| saved.push_recent(Path::new(&format!("/data/{i}"))));
    saved.push_recent(Path::new("/data/15"));
    assert_eq!(
        (saved.recent.len(), &saved.recent[0], &saved.recent[1]),
        (12, &PathBuf::from("/data/15"), &PathBuf::from("/data/19"))
    );
    settings::save(&home, &saved).expect("saves");
    assert_eq!(settings::load(&home), (saved, None));

    std::fs::write(home.settings_file(), "{\"ui_scale\": 40.0}").expect("written");
    assert_eq!(settings::load(&home).0.ui_scale, 2.0);
    std::fs::write(home.settings_file(), "not json").expect("written");
    let (fallback, problem) = settings::load(&home);
    assert_eq!(fallback, Settings::default());
    assert!(matches!(problem, Some(IoError::Json { .. })));
    assert!(home.config.join("settings.unreadable").exists());
}

#[test]
fn the_digest_knows_pixels_and_sizes_but_no_names() {
    let study = study();
    let original = digest::of_scan(&study.scans[0]);
    assert_eq!(original.len(), 64);
    let mut renamed = study.scans[0].clone();
    renamed.slices[0].name = "x".into();
    renamed.title = "y".into();
    assert_eq!(digest::of_scan(&renamed), original);
    let mut changed = study.scans[0].clone();
    let Samples::U8(values) = &mut changed.slices[2].planes[1].samples else { panic!("8 bits") };
    values[7] ^= 1;
    assert_ne!(digest::of_scan(&changed), original);
}
