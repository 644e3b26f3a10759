//! Curves over all thresholds: ROC, precision and recall, reliability, and the single numbers that sum them up. Not for
//! figures at one threshold (`super`) or for drawing (`ui`).

/// One threshold of a curve. The curves begin at the highest score and go down: a point flags all scores at or above it.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct CurvePoint {
    /// Flagged at or above.
    pub threshold: f64,
    /// ROC: share of tumor-free slices that are flagged. Precision-recall: recall.
    pub x: f64,
    /// ROC: recall. Precision-recall: precision.
    pub y: f64,
}

/// One bin of the reliability diagram.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct ReliabilityBin {
    /// Scores above this (the first bin: from 0 on) …
    pub low: f64,
    /// … up to and with this.
    pub high: f64,
    /// Slices in the bin.
    pub count: usize,
    /// Their mean score; `None` of an empty bin.
    pub mean_score: Option<f64>,
    /// Share of them with tumor; `None` of an empty bin.
    pub positive_share: Option<f64>,
}

/// Counts of flagged positives and flagged negatives at each distinct score, from the highest down.
fn steps(scores: &[f64], truths: &[bool]) -> Vec<(f64, usize, usize)> {
    let mut order: Vec<usize> = (0..scores.len().min(truths.len())).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let (mut positives, mut negatives) = (0, 0);
    let mut steps = Vec::new();
    for tied in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let found = tied.iter().filter(|&&i| truths[i]).count();
        positives += found;
        negatives += tied.len() - found;
        steps.push((scores[tied[0]], positives, negatives));
    }
    steps
}

/// The ROC curve from (0, 0), where nothing is flagged, to (1, 1): one point a distinct score. Empty where one of the two
/// kinds is missing.
///
/// *Source*: scikit-learn's `roc_curve` with `drop_intermediate=False`.
pub fn roc(scores: &[f64], truths: &[bool]) -> Vec<CurvePoint> {
    let steps = steps(scores, truths);
    let Some(&(_, positives, negatives)) = steps.last().filter(|(_, p, n)| *p > 0 && *n > 0) else {
        return Vec::new();
    };
    let start = CurvePoint { threshold: f64::INFINITY, x: 0.0, y: 0.0 };
    let point = |&(threshold, p, n): &(f64, usize, usize)| CurvePoint {
        threshold,
        x: n as f64 / negatives as f64,
        y: p as f64 / positives as f64,
    };
    std::iter::once(start).chain(steps.iter().map(point)).collect()
}

/// Precision over recall: one point a distinct score, recall rising. Empty without positives.
///
/// *Source*: scikit-learn's `precision_recall_curve` without its made-up last point (recall 0, precision 1).
pub fn precision_recall(scores: &[f64], truths: &[bool]) -> Vec<CurvePoint> {
    let steps = steps(scores, truths);
    let Some(&(_, positives, _)) = steps.last().filter(|(_, p, _)| *p > 0) else { return Vec::new() };
    let point = |&(threshold, p, n): &(f64, usize, usize)| CurvePoint {
        threshold,
        x: p as f64 / positives as f64,
        y: p as f64 / (p + n) as f64,
    };
    steps.iter().map(point).collect()
}

/// Average precision: precision weighted by the rise of recall, without interpolation. `None` without positives.
///
/// *Source*: scikit-learn's `average_precision_score`.
pub fn average_precision(scores: &[f64], truths: &[bool]) -> Option<f64> {
    let curve = precision_recall(scores, truths);
    let mut before = 0.0;
    let mut sum = 0.0;
    for point in &curve {
        sum += (point.x - before) * point.y;
        before = point.x;
    }
    (!curve.is_empty()).then_some(sum)
}

/// Mean squared difference between score and truth (0 or 1). `None` without slices.
///
/// *Source*: Brier 1950; scikit-learn's `brier_score_loss`.
pub fn brier(scores: &[f64], truths: &[bool]) -> Option<f64> {
    let squares = scores.iter().zip(truths).map(|(&score, &truth)| (score - f64::from(u8::from(truth))).powi(2));
    let (count, sum) = squares.fold((0usize, 0.0), |(count, sum), square| (count + 1, sum + square));
    (count > 0).then(|| sum / count as f64)
}

/// `bins` bins of equal width over 0–1; a score on an edge belongs to the lower bin.
///
/// *Source*: scikit-learn's `calibration_curve` with `strategy="uniform"`, empty bins kept.
pub fn reliability(scores: &[f64], truths: &[bool], bins: usize) -> Vec<ReliabilityBin> {
    let edge = |i: usize| i as f64 / bins as f64;
    let mut sums = vec![(0usize, 0.0, 0usize); bins];
    for (&score, &truth) in scores.iter().zip(truths) {
        let bin = (1..bins).take_while(|&i| edge(i) < score).count();
        if let Some((count, sum, positives)) = sums.get_mut(bin) {
            *count += 1;
            *sum += score;
            *positives += usize::from(truth);
        }
    }
    let bin = |(i, (count, sum, positives)): (usize, (usize, f64, usize))| ReliabilityBin {
        low: edge(i),
        high: edge(i + 1),
        count,
        mean_score: (count > 0).then(|| sum / count as f64),
        positive_share: (count > 0).then(|| positives as f64 / count as f64),
    };
    sums.into_iter().enumerate().map(bin).collect()
}

/// At most `most` points of a curve, first and last among them: what a screen can show of it.
pub fn thinned(curve: &[CurvePoint], most: usize) -> Vec<CurvePoint> {
    if curve.len() <= most || most < 2 {
        return curve.to_vec();
    }
    (0..most).map(|i| curve[i * (curve.len() - 1) / (most - 1)]).collect()
}
