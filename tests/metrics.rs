//! The figures against NumPy and scikit-learn (tests/fixtures/metrics.py made the numbers). Not for whole evaluations.

use glioview::domain::card::Counts;
use glioview::domain::metrics::{
    counts_at, dice, intersection_over_union, mean, median, patient_bootstrap, percentile, roc_auc,
    threshold_for_sensitivity, threshold_for_specificity,
};
use serde_json::Value;

/// Both sides compute in f64; only the order of sums differs.
const TOLERANCE: f64 = 1e-12;

fn numbers() -> Value {
    serde_json::from_str(include_str!("fixtures/metrics.json")).unwrap()
}

fn cases() -> Vec<(Vec<f64>, Vec<bool>, Value)> {
    let cases = numbers()["cases"].as_array().unwrap().clone();
    let read = |case: Value| {
        let scores = case["scores"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        let truths = case["truths"].as_array().unwrap().iter().map(|v| v.as_bool().unwrap()).collect();
        (scores, truths, case)
    };
    cases.into_iter().map(read).collect()
}

fn same(found: Option<f64>, expected: &Value) {
    let (found, expected) = (found.unwrap(), expected.as_f64().unwrap());
    assert!((found - expected).abs() < TOLERANCE, "{found} against {expected}");
}

#[test]
fn the_auc_with_many_ties_equals_scikit_learn() {
    for (scores, truths, case) in cases() {
        same(roc_auc(&scores, &truths), &case["auc"]);
    }
}

#[test]
fn the_auc_of_one_kind_alone_is_unknown_and_of_perfect_and_reversed_scores_one_and_zero() {
    assert_eq!(roc_auc(&[0.1, 0.2], &[true, true]), None);
    assert_eq!(roc_auc(&[], &[]), None);
    assert_eq!(roc_auc(&[0.1, 0.9], &[false, true]), Some(1.0));
    assert_eq!(roc_auc(&[0.9, 0.1], &[false, true]), Some(0.0));
    assert_eq!(roc_auc(&[0.5, 0.5], &[false, true]), Some(0.5));
}

#[test]
fn counts_and_their_ratios_equal_scikit_learn() {
    for (scores, truths, case) in cases() {
        let counts = counts_at(&scores, &truths, 0.5);
        let cells = [counts.true_positive, counts.false_positive, counts.true_negative, counts.false_negative];
        let expected: Vec<u64> = case["counts"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect();
        assert_eq!(cells.map(|c| c as u64).to_vec(), expected);
        same(counts.accuracy(), &case["accuracy"]);
        same(counts.base_rate(), &case["base_rate"]);
        same(counts.precision(), &case["precision"]);
        same(counts.recall(), &case["recall"]);
        same(counts.specificity(), &case["specificity"]);
        same(counts.f1(), &case["f1"]);
    }
}

#[test]
fn ratios_over_nothing_are_unknown() {
    let none = Counts::default();
    let all = [none.accuracy(), none.base_rate(), none.precision(), none.recall(), none.specificity(), none.f1()];
    assert_eq!(all, [None; 6]);
}

#[test]
fn thresholds_for_sensitivity_and_specificity_are_the_tightest_that_hold() {
    for (scores, truths, case) in cases() {
        same(threshold_for_sensitivity(&scores, &truths, 0.95), &case["sensitivity_threshold"]);
        let found = threshold_for_specificity(&scores, &truths, 0.95).unwrap();
        match case["specificity_threshold"].as_f64() {
            Some(expected) => assert_eq!(found, expected),
            None => assert_eq!(counts_at(&scores, &truths, found).specificity(), Some(1.0)),
        }
    }
    // 19 of 20 is exactly 95 %.
    let scores: Vec<f64> = (1..=20).map(f64::from).collect();
    assert_eq!(threshold_for_sensitivity(&scores, &[true; 20], 0.95), Some(2.0));
    assert_eq!(threshold_for_specificity(&scores, &[false; 20], 0.95), Some(20.0));
    assert_eq!(threshold_for_sensitivity(&scores, &[false; 20], 0.95), None);
    assert_eq!(threshold_for_specificity(&scores, &[true; 20], 0.95), None);
}

#[test]
fn a_threshold_above_every_score_is_given_where_only_that_is_specific_enough() {
    let found = threshold_for_specificity(&[0.7, 0.7], &[false, true], 0.95).unwrap();
    assert!(found > 0.7 && found < 0.7 + 1e-9);
}

#[test]
fn dice_and_intersection_over_union_equal_scikit_learn_and_two_empty_masks_tell_nothing() {
    let overlap = numbers()["overlap"].clone();
    let count = |name: &str| overlap[name].as_u64().unwrap();
    let (both, first, second) = (count("both"), count("first"), count("second"));
    same(dice(both, first, second), &overlap["dice"]);
    same(intersection_over_union(both, first, second), &overlap["iou"]);
    assert_eq!((dice(0, 0, 0), intersection_over_union(0, 0, 0)), (None, None));
    assert_eq!((dice(0, 3, 0), intersection_over_union(0, 3, 0)), (Some(0.0), Some(0.0)));
}

#[test]
fn percentiles_interpolate_as_numpy_does() {
    for (scores, _, case) in cases() {
        same(median(&scores), &case["median"]);
        same(percentile(&scores, 2.5), &case["p2_5"]);
        same(percentile(&scores, 97.5), &case["p97_5"]);
    }
    assert_eq!((median(&[]), mean(&[])), (None, None));
}

#[test]
fn the_bootstrap_interval_agrees_with_numpy_and_repeats_with_its_seed() {
    let bootstrap = numbers()["bootstrap"].clone();
    let list =
        |name: &str| -> Vec<f64> { bootstrap[name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect() };
    let (values, expected) = (list("values"), list("interval"));
    let interval = |seed| {
        patient_bootstrap(values.len(), 20_000, seed, |drawn| {
            mean(&drawn.iter().map(|&p| values[p]).collect::<Vec<_>>())
        })
        .unwrap()
    };
    // 20,000 draws leave the ends of the interval uncertain by about one percent of its width.
    let width = expected[1] - expected[0];
    for (found, expected) in interval(1).iter().zip(&expected) {
        assert!((found - expected).abs() < 0.03 * width, "{found} against {expected}");
    }
    assert_eq!(interval(1), interval(1));
    assert_ne!(interval(1), interval(2));
    assert_eq!(patient_bootstrap(1, 100, 1, |_| Some(1.0)), None);
}
