//! The figures of a part of the data, each with its definition, count and interval. Not for the formulas (`metrics`), nor
//! for asking the nets (`evaluate`).

use super::answers::{Both, Overlap, PatientAnswer, SliceAnswer};
use crate::domain::card::{Counts, Figure, PartFigures, Thresholds};
use crate::domain::metrics::curves::{average_precision, brier};
use crate::domain::metrics::{
    counts_at, mean, median, patient_bootstrap, roc_auc, threshold_for_sensitivity, threshold_for_specificity,
};

/// Draws of the bootstrap: the ends of the interval are then uncertain by some 3 % of its width.
pub const REPEATS: usize = 2000;
/// Seed of the bootstrap, so that the same answers always give the same interval.
pub const BOOTSTRAP_SEED: u64 = 20_261_124;
/// Sensitivity that the classifier's threshold must reach on validation, and specificity at the band's other end.
const WANTED_SHARE: f64 = 0.95;

/// A figure's name and definition.
pub type Meaning = (&'static str, &'static str);

/// One of the ratios of the four counts.
pub type Ratio = fn(&Counts) -> Option<f64>;

/// The figures that follow from the four counts, in the order of the page.
pub const RATIOS: [(Meaning, Ratio); 6] = [
    (("Accuracy", "share of slices told right at the threshold"), Counts::accuracy),
    (("Base rate", "accuracy of always giving the more frequent answer"), Counts::base_rate),
    (("Precision", "share of flagged slices that have a tumor"), Counts::precision),
    (("Recall", "share of tumor slices that are flagged (sensitivity)"), Counts::recall),
    (("Specificity", "share of tumor-free slices that are not flagged"), Counts::specificity),
    (("F1", "harmonic mean of precision and recall"), Counts::f1),
];

/// What sums up a curve over all thresholds.
type Sum = fn(&[f64], &[bool]) -> Option<f64>;

const SUMS: [(Meaning, Sum); 2] = [
    (("Average precision", "precision weighted by the rise of recall, over all thresholds"), average_precision),
    (("Brier score", "mean squared difference between score and truth; 0 is best"), brier),
];

/// The classifier's figures at `threshold`.
pub fn of_classifier(patients: &[PatientAnswer], threshold: f64) -> PartFigures {
    let mut part = sizes(patients);
    let all: Vec<usize> = (0..patients.len()).collect();
    let (scores, truths) = scored(patients, &all);
    part.counts = Some(counts_at(&scores, &truths, threshold));
    let over = format!("{} slices of {} patients, {} with tumor", part.slices, part.patients, part.tumor_slices);
    let auc = ("ROC AUC", "probability that a slice with tumor scores higher than one without, ties counting half");
    push(&mut part, auc, &over, |drawn| {
        let (scores, truths) = scored(patients, drawn);
        roc_auc(&scores, &truths)
    });
    for (meaning, figure) in &RATIOS {
        push(&mut part, *meaning, &over, |drawn| {
            let (scores, truths) = scored(patients, drawn);
            figure(&counts_at(&scores, &truths, threshold))
        });
    }
    for (meaning, figure) in SUMS {
        push(&mut part, meaning, &over, |drawn| {
            let (scores, truths) = scored(patients, drawn);
            figure(&scores, &truths)
        });
    }
    part
}

/// The segmenter's figures at `mask_threshold`, every slice outlined whatever the classifier says.
pub fn of_segmenter(patients: &[PatientAnswer], mask_threshold: f32) -> PartFigures {
    let volume = |p: &PatientAnswer| p.overlap(mask_threshold);
    let slice = |s: &SliceAnswer| s.overlap(mask_threshold);
    let mut part = overlaps(patients, "", "every slice outlined", &volume, &slice);
    distances(&mut part, "", &patients.iter().map(|p| p.hd95(mask_threshold)).collect::<Vec<_>>());
    part
}

/// The figures as a user gets them: what the classifier does not flag has an empty outline.
pub fn of_both(patients: &[PatientAnswer], thresholds: &Both) -> PartFigures {
    let volume = |p: &PatientAnswer| p.staged_overlap(thresholds);
    let slice = |s: &SliceAnswer| s.staged_overlap(thresholds);
    let mut part =
        overlaps(patients, "Two-stage ", "slices that are not flagged count as empty outlines", &volume, &slice);
    distances(&mut part, "Two-stage ", &patients.iter().map(|p| p.staged_hd95(thresholds)).collect::<Vec<_>>());
    let missed = (
        "Tumor area on missed slices",
        "share of all true tumor pixels that lie on slices that the classifier does not flag",
    );
    let over = format!("{} tumor slices of {} patients", part.tumor_slices, part.patients);
    push(&mut part, missed, &over, |drawn| {
        let slices = || drawn.iter().flat_map(|&p| &patients[p].slices);
        let area = |missed_only: bool| -> u64 {
            let is_missed = |s: &&SliceAnswer| s.score.is_some_and(|score| score < thresholds.score);
            slices().filter(|s| !missed_only || is_missed(s)).map(|s| s.truth_px).sum()
        };
        (area(false) > 0).then(|| area(true) as f64 / area(false) as f64)
    });
    part
}

/// Thresholds chosen on these answers: the band lies between the highest score that keeps the sensitivity and the lowest
/// that reaches the specificity, and the threshold is the band's lower end. Where the two cross, so that every score in
/// between does both, a slice in the band is flagged: a missed tumor costs more than a false alarm.
pub fn choose_classifier_thresholds(patients: &[PatientAnswer]) -> Option<Thresholds> {
    let all: Vec<usize> = (0..patients.len()).collect();
    let (scores, truths) = scored(patients, &all);
    let sensitive = rounded_down(threshold_for_sensitivity(&scores, &truths, WANTED_SHARE)?);
    let specific = rounded_up(threshold_for_specificity(&scores, &truths, WANTED_SHARE)?);
    Some(Thresholds {
        threshold: sensitive.min(specific),
        band_low: Some(sensitive.min(specific)),
        band_high: Some(sensitive.max(specific)),
    })
}

/// A figure over the patients drawn.
type OverDrawn<'a> = &'a dyn Fn(&[usize]) -> Option<f64>;

type OverlapOf<'a, T> = &'a dyn Fn(&T) -> Option<Overlap>;

fn overlaps(
    patients: &[PatientAnswer],
    prefix: &'static str,
    how: &str,
    volume: OverlapOf<PatientAnswer>,
    slice: OverlapOf<SliceAnswer>,
) -> PartFigures {
    let mut part = sizes(patients);
    // Measured once: the bootstrap only picks.
    let volumes: Vec<Option<Overlap>> = patients.iter().map(volume).collect();
    let tumor_slices = |p: &PatientAnswer| -> Vec<f64> {
        let with_tumor = p.slices.iter().filter(|s| s.truth_px > 0);
        with_tumor.filter_map(slice).filter_map(|o| o.dice()).collect()
    };
    let slice_dices: Vec<Vec<f64>> = patients.iter().map(tumor_slices).collect();
    let dices = |drawn: &[usize]| -> Vec<f64> { drawn.iter().filter_map(|&p| volumes[p]?.dice()).collect() };
    let ious = |drawn: &[usize]| -> Vec<f64> { drawn.iter().filter_map(|&p| volumes[p]?.iou()).collect() };
    let slices = |drawn: &[usize]| -> Vec<f64> { drawn.iter().flat_map(|&p| slice_dices[p].iter().copied()).collect() };
    let all: Vec<usize> = (0..patients.len()).collect();
    let by_volume = format!("{} patient volumes, {how}", dices(&all).len());
    let by_slice = format!("{} tumor slices of {} patients, {how}", slices(&all).len(), part.patients);
    let figures: [(&str, &str, &str, OverDrawn<'_>); 4] = [
        (
            "volume Dice, mean",
            "2 · common pixels / (pixels of one + pixels of the other), all slices of a patient together, mean over \
             patients",
            &by_volume,
            &|drawn| mean(&dices(drawn)),
        ),
        ("volume Dice, median", "as the mean volume Dice, but the median over patients", &by_volume, &|drawn| {
            median(&dices(drawn))
        }),
        (
            "volume IoU, mean",
            "common pixels / pixels in either over all slices of a patient together, then the mean over patients",
            &by_volume,
            &|drawn| mean(&ious(drawn)),
        ),
        (
            "Dice on tumor slices",
            "Dice of each slice whose true mask is not empty, then the mean over those slices",
            &by_slice,
            &|drawn| mean(&slices(drawn)),
        ),
    ];
    for (label, definition, over, figure) in figures {
        push(&mut part, (&capitalized(&format!("{prefix}{label}")), definition), over, figure);
    }
    part
}

/// Adds HD95 over those patients that have one; the others are counted in what it is over.
fn distances(part: &mut PartFigures, prefix: &str, found: &[Option<f64>]) {
    let over = format!(
        "{} of {} patient volumes: those whose true and answered masks are both not empty",
        found.iter().flatten().count(),
        part.patients
    );
    let drawn_of = |drawn: &[usize]| -> Vec<f64> { drawn.iter().filter_map(|&p| found[p]).collect() };
    let name = |rest: &str| format!("{prefix}HD95 in pixels, {rest}");
    push(part, (&name("median"), HD95), &over, |drawn| median(&drawn_of(drawn)));
    push(part, (&name("mean"), "as the median HD95, but the mean over patients"), &over, |drawn| {
        mean(&drawn_of(drawn))
    });
}

/// The definition of HD95 in a sentence.
const HD95: &str = "95th percentile of the distances between the surfaces of the true and the answered volume, both \
                    directions together, a step to the next slice counting as one pixel (MedPy's hd95); median over patients";

/// Adds a figure with its interval; one that has no value (nothing to compute it over) is left out.
fn push(
    part: &mut PartFigures,
    (name, definition): (&str, &str),
    over: &str,
    figure: impl Fn(&[usize]) -> Option<f64>,
) {
    let all: Vec<usize> = (0..part.patients).collect();
    let Some(value) = figure(&all) else { return };
    let interval = patient_bootstrap(part.patients, REPEATS, BOOTSTRAP_SEED, figure);
    let (name, over, definition) = (name.to_owned(), over.to_owned(), definition.to_owned());
    part.figures.push(Figure { name, value, interval, over, definition });
}

fn sizes(patients: &[PatientAnswer]) -> PartFigures {
    let slices = || patients.iter().flat_map(|p| &p.slices);
    PartFigures {
        patients: patients.len(),
        slices: slices().count(),
        tumor_slices: slices().filter(|s| s.has_tumor).count(),
        ..PartFigures::default()
    }
}

/// Scores and truths of the drawn patients' slices.
fn scored(patients: &[PatientAnswer], drawn: &[usize]) -> (Vec<f64>, Vec<bool>) {
    let slices = drawn.iter().flat_map(|&p| &patients[p].slices);
    slices.filter_map(|s| s.score.map(|score| (score, s.has_tumor))).unzip()
}

/// The card keeps single precision: never round a threshold over the score that it must flag …
fn rounded_down(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) > value { near.next_down() } else { near }
}

/// … nor under the one that it must not.
fn rounded_up(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) < value { near.next_up() } else { near }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
