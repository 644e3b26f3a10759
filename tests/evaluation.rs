//! Evaluation from answers to figures and pictures, with nets whose answers are known. Not for real weights.

mod cards;
pub mod terminal;
mod window;

use std::path::Path;

use glioview::domain::card::{Architecture, ModelCard, PartFigures};
use glioview::domain::mask::{Mask, ProbabilityMap};
use glioview::domain::random::Random;
use glioview::domain::scan::Scan;
use glioview::nn::error::NnError;
use glioview::nn::input::Prepared;
use glioview::train::answers::{Both, MapCounts, PatientAnswer, SliceAnswer, best_mask_threshold};
use glioview::train::dataset::Dataset;
use glioview::train::evaluate::{Asked, Nets, collect};
use glioview::train::figures::{choose_classifier_thresholds, of_both, of_classifier, of_segmenter};
use glioview::train::gallery::examples;

const SIDE: u32 = 24;
/// Where every tumor lies: rows and columns 8 to 13, 36 pixels.
const TUMOR: std::ops::Range<u32> = 8..14;

/// Nets that look at FLAIR: a slice's score is its brightest value, the outline is what is bright, less one column.
struct BrightNets;

impl BrightNets {
    fn flair(scan: &Scan, slice: usize) -> Vec<f32> {
        scan.slices[slice].planes[1].samples.to_f32()
    }
}

impl Nets for BrightNets {
    fn prepare(&self, scan: &Scan) -> Prepared {
        Prepared::of(scan)
    }

    fn score(&self, scan: &Scan, _: &Prepared, slice: usize) -> Result<f32, NnError> {
        Ok(Self::flair(scan, slice).into_iter().fold(0.0, f32::max) / 255.0)
    }

    fn outline(&self, scan: &Scan, _: &Prepared, slice: usize) -> Result<ProbabilityMap, NnError> {
        let (rows, cols) = (scan.rows, scan.cols);
        let values = Self::flair(scan, slice);
        let is_outlined = |i: usize| values[i] > 120.0 && (i % cols) as u32 != TUMOR.start;
        let bytes = (0..rows * cols).map(|i| if is_outlined(i) { 200 } else { 0 }).collect();
        Ok(ProbabilityMap { rows, cols, bytes })
    }
}

/// One slice: a tumor of this FLAIR brightness, or none; what is bright without being tumor fools the nets.
fn slice(folder: &Path, name: &str, tumor: Option<u8>, fooling: Option<u8>) {
    let inside = |x: u32, y: u32| TUMOR.contains(&x) && TUMOR.contains(&y);
    let bright = tumor.or(fooling).unwrap_or(60);
    let image = image::RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let in_head = x.abs_diff(12).pow(2) + y.abs_diff(12).pow(2) < 100;
        let head = if in_head { 50 + (x as u8 % 7) } else { 0 };
        image::Rgb([head, if inside(x, y) { bright } else { head }, head])
    });
    let mask = image::GrayImage::from_fn(SIDE, SIDE, |x, y| {
        image::Luma([if tumor.is_some() && inside(x, y) { 255 } else { 0 }])
    });
    std::fs::create_dir_all(folder).unwrap();
    image.save(folder.join(format!("{name}.png"))).unwrap();
    mask.save(folder.join(format!("{name}_mask.png"))).unwrap();
}

/// Patient a: clear. Patient b: one faint tumor slice beside a clear one. Patient c: fooled on one slice.
pub fn three_patients(root: &Path) -> Dataset {
    slice(&root.join("a"), "a_1", None, None);
    slice(&root.join("a"), "a_2", Some(250), None);
    slice(&root.join("b"), "b_1", Some(130), None);
    slice(&root.join("b"), "b_2", Some(240), None);
    slice(&root.join("b"), "b_3", None, None);
    slice(&root.join("c"), "c_1", Some(245), None);
    slice(&root.join("c"), "c_2", None, Some(180));
    slice(&root.join("c"), "c_3", None, None);
    Dataset::read(root).unwrap()
}

fn answers(dataset: &Dataset, asked: Asked) -> Vec<PatientAnswer> {
    let collected = collect(dataset, &[0, 1, 2], asked, &BrightNets, &mut |_, _| true).unwrap();
    assert_eq!(collected.warnings, Vec::<String>::new());
    collected.patients
}

/// The card of a net that sees the whole slice at 32².
fn plain_card(architecture: Architecture) -> ModelCard {
    serde_json::from_value(serde_json::json!({
        "card_version": 1, "name": architecture.label(), "version": 1, "task": architecture.task(),
        "architecture": architecture, "target": "tumor", "sha256": "", "date": "2026-11-24", "data": "synthetic",
        "input": {
            "size": 32, "channels": 3, "normalization": "percentile-z-score", "crop": "none", "mirror": false
        },
        "thresholds": { "threshold": 0.5, "band_low": null, "band_high": null },
        "terms": "none", "split": {}, "intended_use": "tests", "limits": [],
        "training": {
            "epochs": 1, "best_epoch": 1, "seed": 1, "settings": {}, "started_from": "scratch", "notes": []
        },
    }))
    .unwrap()
}

const BOTH_ASKED: Asked = Asked { classifier: true, segmenter: true };

fn value(part: &PartFigures, name: &str) -> f64 {
    part.value(name).unwrap_or_else(|| panic!("no figure {name}"))
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} against {expected}");
}

#[test]
fn the_classifiers_figures_follow_from_its_scores() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = three_patients(folder.path());
    let part = of_classifier(&answers(&dataset, BOTH_ASKED), 0.6);
    assert_eq!((part.patients, part.slices, part.tumor_slices), (3, 8, 4));
    // Flagged: 250, 240, 245 and the fooling 180; the faint 130 is missed.
    let counts = part.counts.unwrap();
    assert_eq!((counts.true_positive, counts.false_positive), (3, 1));
    assert_eq!((counts.true_negative, counts.false_negative), (3, 1));
    for (name, expected) in [("Accuracy", 0.75), ("Base rate", 0.5), ("Precision", 0.75), ("Recall", 0.75)] {
        near(value(&part, name), expected);
    }
    near(value(&part, "Specificity"), 0.75);
    near(value(&part, "F1"), 0.75);
    // Of 16 pairs only (faint tumor, fooling slice) is in the wrong order.
    near(value(&part, "ROC AUC"), 15.0 / 16.0);
    for figure in &part.figures {
        assert_eq!(figure.over, "8 slices of 3 patients, 4 with tumor");
        assert!(!figure.definition.is_empty());
        let [low, high] = figure.interval.unwrap();
        assert!(low <= figure.value && figure.value <= high, "{} {low} {high}", figure.name);
    }
}

#[test]
fn the_segmenters_figures_are_over_volumes_and_over_tumor_slices() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = three_patients(folder.path());
    let part = of_segmenter(&answers(&dataset, BOTH_ASKED), 0.5);
    // A tumor of 36 pixels is outlined with 30 of them.
    let (clear, fooled) = (60.0 / 66.0, 60.0 / 96.0);
    near(value(&part, "Volume Dice, mean"), (2.0 * clear + fooled) / 3.0);
    near(value(&part, "Volume Dice, median"), clear);
    near(value(&part, "Volume IoU, mean"), (2.0 * 30.0 / 36.0 + 30.0 / 66.0) / 3.0);
    near(value(&part, "Dice on tumor slices"), clear);
    assert!(part.figures[0].over.starts_with("3 patient volumes"), "{}", part.figures[0].over);
    assert!(part.figures[3].over.starts_with("4 tumor slices of 3 patients"), "{}", part.figures[3].over);
}

#[test]
fn the_two_stage_result_has_no_outline_where_nothing_was_flagged_and_says_what_was_missed() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = three_patients(folder.path());
    let answers = answers(&dataset, BOTH_ASKED);
    let part = of_both(&answers, &Both { score: 0.6, mask: 0.5 });
    // Patient b has 72 true pixels, of which only one slice is outlined: 30.
    let (clear, half, fooled) = (60.0 / 66.0, 60.0 / 102.0, 60.0 / 96.0);
    near(value(&part, "Two-stage volume Dice, mean"), (clear + half + fooled) / 3.0);
    near(value(&part, "Two-stage dice on tumor slices".replace("dice", "Dice").as_str()), 0.75 * clear);
    near(value(&part, "Tumor area on missed slices"), 0.25);
    // A stricter classifier drops the fooling slice too.
    let strict = of_both(&answers, &Both { score: 0.8, mask: 0.5 });
    near(value(&strict, "Two-stage volume Dice, mean"), (clear + half + clear) / 3.0);
}

#[test]
fn thresholds_are_chosen_for_sensitivity_specificity_and_volume_dice() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = three_patients(folder.path());
    let answers = answers(&dataset, BOTH_ASKED);
    let chosen = choose_classifier_thresholds(&answers).unwrap();
    // All four tumor slices must be flagged, so the faint one's score; all four others must not, so the next above 180.
    assert_eq!(chosen.threshold, 130.0 / 255.0);
    assert_eq!((chosen.band_low, chosen.band_high), (Some(130.0 / 255.0), Some(240.0 / 255.0)));
    let at_chosen = of_classifier(&answers, f64::from(chosen.threshold));
    near(value(&at_chosen, "Recall"), 1.0);
    let (threshold, dice) = best_mask_threshold(&answers).unwrap();
    near(dice, value(&of_segmenter(&answers, threshold), "Volume Dice, mean"));
}

#[test]
fn where_sensitivity_and_specificity_can_both_be_had_the_lower_threshold_is_taken() {
    // Scores are the net's, in single precision.
    let slice = |score: f32, has_tumor| SliceAnswer {
        item: 0,
        has_tumor,
        truth_px: 0,
        score: Some(f64::from(score)),
        map: None,
    };
    let of = |kinds: [(f32, bool, usize); 4]| {
        let slices = kinds.into_iter().flat_map(|(score, has_tumor, count)| vec![slice(score, has_tumor); count]);
        [PatientAnswer { patient: 0, slices: slices.collect() }]
    };
    // 95 % of 40 are 38: sensitivity holds up to 0.9, specificity from 0.3 on.
    let answers = of([(0.9, true, 38), (0.3, true, 2), (0.4, false, 2), (0.1, false, 38)]);
    let chosen = choose_classifier_thresholds(&answers).unwrap();
    assert_eq!((chosen.band_low, chosen.band_high), (Some(chosen.threshold), Some(0.9)));
    let part = of_classifier(&answers, f64::from(chosen.threshold));
    assert!((0.3..0.4).contains(&chosen.threshold), "{}", chosen.threshold);
    near(value(&part, "Recall"), 1.0);
    near(value(&part, "Specificity"), 0.95);
}

#[test]
fn the_best_mask_threshold_is_the_one_that_separates_tumor_from_the_rest() {
    let truth = Mask { rows: 1, cols: 4, bits: vec![true, true, false, false] };
    let map = ProbabilityMap { rows: 1, cols: 4, bytes: vec![180, 120, 110, 20] };
    let slice = SliceAnswer {
        item: 0,
        has_tumor: true,
        truth_px: 2,
        score: None,
        map: Some(Box::new(MapCounts::of(&map, &truth))),
    };
    let (threshold, dice) = best_mask_threshold(&[PatientAnswer { patient: 0, slices: vec![slice] }]).unwrap();
    assert_eq!(dice, 1.0);
    assert!((111..=120).contains(&ProbabilityMap::lowest_inside(threshold)), "{threshold}");
    assert_eq!(map.mask(threshold), truth);
}

#[test]
fn counts_by_byte_give_the_same_overlap_as_the_mask_at_every_threshold() {
    let mut random = Random::new(3);
    let truth = Mask { rows: 16, cols: 16, bits: (0..256).map(|_| random.chance(0.3)).collect() };
    let map = ProbabilityMap { rows: 16, cols: 16, bytes: (0..256).map(|_| random.below(256) as u8).collect() };
    let slice = SliceAnswer {
        item: 0,
        has_tumor: true,
        truth_px: truth.area_px() as u64,
        score: None,
        map: Some(Box::new(MapCounts::of(&map, &truth))),
    };
    for step in 0..=1000 {
        let threshold = step as f32 / 1000.0;
        let mask = map.mask(threshold);
        let overlap = slice.overlap(threshold).unwrap();
        let expected = (truth.overlap_px(&mask) as u64, truth.area_px() as u64, mask.area_px() as u64);
        assert_eq!((overlap.both, overlap.truth, overlap.answer), expected, "at {threshold}");
    }
}

#[test]
fn one_net_alone_gives_its_own_figures_and_none_of_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = three_patients(folder.path());
    let scored = answers(&dataset, Asked { classifier: true, segmenter: false });
    assert!(of_segmenter(&scored, 0.5).figures.is_empty());
    assert!(of_classifier(&scored, 0.5).value("ROC AUC").is_some());
    let outlined = answers(&dataset, Asked { classifier: false, segmenter: true });
    assert!(of_classifier(&outlined, 0.5).figures.is_empty());
    assert!(of_segmenter(&outlined, 0.5).value("Volume Dice, mean").is_some());
}

#[test]
fn a_tumor_slice_without_a_mask_is_scored_but_never_counts_as_an_empty_outline() {
    let folder = tempfile::tempdir().unwrap();
    slice(&folder.path().join("yes"), "1", Some(250), None);
    slice(&folder.path().join("no"), "2", None, None);
    for name in ["yes/1_mask.png", "no/2_mask.png"] {
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    let dataset = Dataset::read(folder.path()).unwrap();
    let collected = collect(&dataset, &[0, 1], BOTH_ASKED, &BrightNets, &mut |_, _| true).unwrap();
    let slices: Vec<_> = collected.patients.iter().flat_map(|p| &p.slices).collect();
    assert!(slices.iter().all(|s| s.score.is_some()));
    assert_eq!(slices.iter().map(|s| s.map.is_some()).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn evaluation_stops_when_asked_and_leaves_unreadable_slices_out_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = three_patients(folder.path());
    assert!(collect(&dataset, &[0, 1, 2], BOTH_ASKED, &BrightNets, &mut |done, _| done < 3).is_err());
    std::fs::write(folder.path().join("a/a_1.png"), b"no picture").unwrap();
    let collected = collect(&dataset, &[0], BOTH_ASKED, &BrightNets, &mut |_, _| true).unwrap();
    assert_eq!(collected.patients[0].slices.len(), 1);
    assert!(collected.warnings[0].starts_with("left out of the evaluation"), "{:?}", collected.warnings);
}

#[test]
fn best_median_and_worst_are_shown_with_true_and_answered_masks() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = three_patients(folder.path());
    let answers = answers(&dataset, BOTH_ASKED);
    let thresholds = Both { score: 0.6, mask: 0.5 };
    let found = examples(&dataset, &answers, &thresholds, true, &BrightNets).unwrap();
    let order: Vec<_> = found.iter().map(|e| (e.rank, dataset.patients[e.patient].as_str())).collect();
    assert_eq!(order, [("best", "a"), ("median", "c"), ("worst", "b")]);
    for example in &found {
        let panels = &example.panels;
        assert_eq!(panels.rgb.len(), panels.rows * panels.cols * 3);
        let colored = |from: usize, to: usize| {
            let is_gray = |i: usize| panels.rgb[i] == panels.rgb[i + 1] && panels.rgb[i] == panels.rgb[i + 2];
            let count = |row: usize| (from..to).filter(|&col| !is_gray((row * panels.cols + col) * 3)).count();
            (0..panels.rows).map(count).sum::<usize>()
        };
        let zoom = panels.rows / SIDE as usize;
        let panel = SIDE as usize * zoom;
        let gap = panels.cols - 3 * panel;
        assert_eq!(colored(0, panel), 0);
        assert_eq!(colored(panel + gap / 2, 2 * panel + gap / 2), 36 * zoom * zoom);
        let answered = if example.slice.starts_with("b_1") { 0 } else { 30 * zoom * zoom };
        assert_eq!(colored(2 * panel + gap, panels.cols), answered, "{}", example.slice);
    }
}
