//! Curves and surface distances against scikit-learn and MedPy (tests/fixtures/curves.py made the numbers). Not for
//! figures at one threshold (`metrics`).

use glioview::domain::metrics::curves::{
    CurvePoint, average_precision, brier, precision_recall, reliability, roc, thinned,
};
use glioview::domain::metrics::surface::{hd95, surface_distances};
use serde_json::Value;

/// Both sides compute in f64; only the order of sums differs.
const TOLERANCE: f64 = 1e-12;

fn numbers() -> Value {
    serde_json::from_str(include_str!("fixtures/curves.json")).unwrap()
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < TOLERANCE, "{found} against {expected}");
}

fn same_curve(found: &[CurvePoint], expected: &Value) {
    let columns: Vec<Vec<f64>> = expected.as_array().unwrap().iter().map(list).collect();
    assert_eq!(found.len(), columns[0].len());
    for (point, ((x, y), threshold)) in found.iter().zip(columns[0].iter().zip(&columns[1]).zip(&columns[2])) {
        near(point.x, *x);
        near(point.y, *y);
        near(point.threshold, *threshold);
    }
}

#[test]
fn curves_and_their_sums_equal_scikit_learn_with_many_ties() {
    for case in numbers()["cases"].as_array().unwrap() {
        let scores = list(&case["scores"]);
        let truths: Vec<bool> = case["truths"].as_array().unwrap().iter().map(|v| v.as_bool().unwrap()).collect();
        let curve = roc(&scores, &truths);
        assert_eq!((curve[0].x, curve[0].y, curve[0].threshold), (0.0, 0.0, f64::INFINITY));
        same_curve(&curve[1..], &case["roc"]);
        same_curve(&precision_recall(&scores, &truths), &case["pr"]);
        near(average_precision(&scores, &truths).unwrap(), case["average_precision"].as_f64().unwrap());
        near(brier(&scores, &truths).unwrap(), case["brier"].as_f64().unwrap());
        let filled: Vec<_> = reliability(&scores, &truths, 10).into_iter().filter(|b| b.count > 0).collect();
        let expected = [list(&case["reliability"][0]), list(&case["reliability"][1])];
        assert_eq!(filled.len(), expected[0].len());
        for (bin, (mean, share)) in filled.iter().zip(expected[0].iter().zip(&expected[1])) {
            near(bin.mean_score.unwrap(), *mean);
            near(bin.positive_share.unwrap(), *share);
        }
    }
}

#[test]
fn curves_of_one_kind_alone_or_of_nothing_are_empty() {
    assert!(roc(&[0.1, 0.2], &[true, true]).is_empty() && roc(&[0.1], &[false]).is_empty());
    assert!(roc(&[], &[]).is_empty() && precision_recall(&[], &[]).is_empty());
    assert!(precision_recall(&[0.1, 0.2], &[false, false]).is_empty());
    assert_eq!(average_precision(&[0.3], &[false]), None);
    assert_eq!(average_precision(&[0.3, 0.1], &[true, true]), Some(1.0));
    assert_eq!(brier(&[], &[]), None);
    let bins = reliability(&[], &[], 10);
    assert!(bins.len() == 10 && bins.iter().all(|b| b.count == 0 && b.mean_score.is_none()));
    // All scores the same: one step from nothing flagged to all flagged.
    let tied = roc(&[0.5; 4], &[true, false, true, false]);
    assert_eq!(tied.iter().map(|p| (p.x, p.y)).collect::<Vec<_>>(), [(0.0, 0.0), (1.0, 1.0)]);
}

#[test]
fn scores_of_zero_and_one_stand_in_the_first_and_last_bin() {
    let bins = reliability(&[0.0, 0.1, 1.0], &[false, true, true], 10);
    assert_eq!((bins[0].count, bins[9].count), (2, 1));
    assert_eq!(bins[0].positive_share, Some(0.5));
}

#[test]
fn a_thinned_curve_keeps_its_ends() {
    let curve: Vec<CurvePoint> =
        (0..1000).map(|i| CurvePoint { threshold: f64::from(i), x: f64::from(i), y: 0.0 }).collect();
    let thin = thinned(&curve, 100);
    assert_eq!((thin.len(), thin[0].x, thin[99].x), (100, 0.0, 999.0));
    assert_eq!(thinned(&curve, 5000).len(), 1000);
}

fn volume(text: &Value) -> Vec<bool> {
    text.as_str().unwrap().chars().map(|c| c == '#').collect()
}

#[test]
fn the_surface_distance_equals_medpy() {
    for case in numbers()["volumes"].as_array().unwrap() {
        let shape: Vec<usize> = list(&case["shape"]).into_iter().map(|v| v as usize).collect();
        let shape = [shape[0], shape[1], shape[2]];
        let (first, second) = (volume(&case["first"]), volume(&case["second"]));
        let expected = case["hd95"].as_f64().unwrap();
        near(hd95(&first, &second, shape).unwrap(), expected);
        near(hd95(&second, &first, shape).unwrap(), expected);
    }
}

#[test]
fn there_is_no_distance_to_an_empty_mask_and_none_between_masks_of_other_sizes() {
    let (empty, one) = (vec![false; 8], [vec![true], vec![false; 7]].concat());
    assert_eq!(hd95(&empty, &one, [2, 2, 2]), None);
    assert_eq!(hd95(&one, &empty, [2, 2, 2]), None);
    assert_eq!(hd95(&empty, &empty, [2, 2, 2]), None);
    assert_eq!(hd95(&one, &one, [2, 2, 3]), None);
    assert_eq!(hd95(&[], &[], [0, 0, 0]), None);
    assert_eq!(hd95(&one, &one, [2, 2, 2]), Some(0.0));
}

#[test]
fn a_shifted_mask_lies_as_far_away_as_it_was_shifted_in_every_direction() {
    let shape = [9, 30, 40];
    let voxel = |s: usize, r: usize, c: usize| {
        let mut mask = vec![false; shape.iter().product()];
        mask[(s * shape[1] + r) * shape[2] + c] = true;
        mask
    };
    let distances = surface_distances(&voxel(1, 2, 3), &voxel(7, 22, 33), shape).unwrap();
    let expected = f64::from(6 * 6 + 20 * 20 + 30 * 30).sqrt();
    assert_eq!(distances, [expected, expected]);
}
