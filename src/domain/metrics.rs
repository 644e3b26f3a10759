//! How good an answer is: the figures of classifier and segmenter, each with its definition. Not for collecting answers
//! or for wording tables (`train`, `cli`), curves (`curves`) or distances (`surface`).

pub mod curves;
pub mod surface;

use super::card::Counts;
use super::random::Random;

/// Area under the ROC curve: the probability that a slice with tumor scores higher than one without, ties counting
/// half. `None` where one of the two kinds is missing.
///
/// *Source*: Hanley and McNeil 1982; equals scikit-learn's `roc_auc_score`.
pub fn roc_auc(scores: &[f64], truths: &[bool]) -> Option<f64> {
    let positives = truths.iter().filter(|&&t| t).count();
    let negatives = truths.len() - positives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    let mut order: Vec<usize> = (0..scores.len().min(truths.len())).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let (mut first, mut rank_sum) = (0, 0.0);
    for tied in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        // Ranks count from 1; tied scores share the middle of theirs.
        let rank = first as f64 + f64::midpoint(tied.len() as f64, 1.0);
        rank_sum += rank * tied.iter().filter(|&&i| truths[i]).count() as f64;
        first += tied.len();
    }
    let (p, n) = (positives as f64, negatives as f64);
    Some((rank_sum - p * (p + 1.0) / 2.0) / (p * n))
}

/// The four counts at `threshold`: a score at or above it is flagged.
pub fn counts_at(scores: &[f64], truths: &[bool], threshold: f64) -> Counts {
    let mut counts = Counts::default();
    for (&score, &truth) in scores.iter().zip(truths) {
        let cell = match (truth, score >= threshold) {
            (true, true) => &mut counts.true_positive,
            (false, true) => &mut counts.false_positive,
            (false, false) => &mut counts.true_negative,
            (true, false) => &mut counts.false_negative,
        };
        *cell += 1;
    }
    counts
}

impl Counts {
    /// All slices.
    pub fn total(&self) -> usize {
        self.true_positive + self.false_positive + self.true_negative + self.false_negative
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            true_positive: self.true_positive + other.true_positive,
            false_positive: self.false_positive + other.false_positive,
            true_negative: self.true_negative + other.true_negative,
            false_negative: self.false_negative + other.false_negative,
        }
    }

    /// Share of slices that were told right. `None` without slices.
    pub fn accuracy(&self) -> Option<f64> {
        ratio(self.true_positive + self.true_negative, self.total())
    }

    /// Accuracy of always giving the more frequent answer: what accuracy must be compared with.
    pub fn base_rate(&self) -> Option<f64> {
        let positive = self.true_positive + self.false_negative;
        ratio(positive.max(self.total() - positive), self.total())
    }

    /// Share of flagged slices that have a tumor (positive predictive value). `None` where none was flagged.
    pub fn precision(&self) -> Option<f64> {
        ratio(self.true_positive, self.true_positive + self.false_positive)
    }

    /// Share of tumor slices that were flagged (sensitivity). `None` without tumor slices.
    pub fn recall(&self) -> Option<f64> {
        ratio(self.true_positive, self.true_positive + self.false_negative)
    }

    /// Share of tumor-free slices that were not flagged. `None` without tumor-free slices.
    pub fn specificity(&self) -> Option<f64> {
        ratio(self.true_negative, self.true_negative + self.false_positive)
    }

    /// Harmonic mean of precision and recall: 2·TP / (2·TP + FP + FN). `None` where all three are zero.
    pub fn f1(&self) -> Option<f64> {
        ratio(2 * self.true_positive, 2 * self.true_positive + self.false_positive + self.false_negative)
    }
}

/// The highest threshold at which at least `sensitivity` (0–1) of the tumor slices are flagged. `None` without any.
pub fn threshold_for_sensitivity(scores: &[f64], truths: &[bool], sensitivity: f64) -> Option<f64> {
    let mut positive = of_kind(scores, truths, true);
    positive.sort_by(|a, b| b.total_cmp(a));
    let needed = at_least(sensitivity, positive.len()).max(1);
    positive.get(needed - 1).copied()
}

/// The lowest observed score that, taken as threshold, leaves at least `specificity` (0–1) of the tumor-free slices
/// unflagged; a hair above the highest of them where no observed score does. `None` without tumor-free slices.
pub fn threshold_for_specificity(scores: &[f64], truths: &[bool], specificity: f64) -> Option<f64> {
    let mut negative = of_kind(scores, truths, false);
    negative.sort_by(f64::total_cmp);
    let needed = at_least(specificity, negative.len());
    let highest = *negative.last()?;
    // Slices strictly below the threshold are unflagged: it must lie above the last one that has to stay so.
    let bound = if needed == 0 { f64::NEG_INFINITY } else { negative[needed - 1] };
    let observed = scores.iter().copied().filter(|&s| s > bound).min_by(f64::total_cmp);
    Some(observed.unwrap_or_else(|| highest.next_up()))
}

/// Dice coefficient 2·|A∩B| / (|A| + |B|) from pixel counts. `None` where both are empty, which tells nothing.
///
/// *Source*: Dice 1945.
pub fn dice(both: u64, first: u64, second: u64) -> Option<f64> {
    (first + second > 0).then(|| 2.0 * both as f64 / (first + second) as f64)
}

/// Intersection over union |A∩B| / |A∪B| from pixel counts. `None` where both are empty.
///
/// *Source*: Jaccard 1912.
pub fn intersection_over_union(both: u64, first: u64, second: u64) -> Option<f64> {
    let union = first + second - both;
    (union > 0).then(|| both as f64 / union as f64)
}

/// Arithmetic mean. `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Middle value; the mean of the two middle ones where their number is even. `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    percentile(values, 50.0)
}

/// Percentile with linear interpolation between neighbors, as NumPy's default. `None` of nothing.
pub fn percentile(values: &[f64], percent: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let position = percent.clamp(0.0, 100.0) / 100.0 * last as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * position.fract())
}

/// 95 % interval by bootstrap over patients: `repeats` times as many patients as there are, drawn with replacement, each
/// with all of its slices; the 2.5th and 97.5th percentile of `figure` over the draws. Draws without a figure are left
/// out. `None` with fewer than two patients or where no draw has a figure.
///
/// *Source*: Efron and Tibshirani 1993, chapter 13 (percentile interval).
pub fn patient_bootstrap(
    patients: usize,
    repeats: usize,
    seed: u64,
    mut figure: impl FnMut(&[usize]) -> Option<f64>,
) -> Option<[f64; 2]> {
    let [interval] = patient_bootstrap_all(patients, repeats, seed, |drawn| [figure(drawn)]);
    interval
}

/// As [`patient_bootstrap`] for several figures over the same draws, which are those that each alone would get.
pub fn patient_bootstrap_all<const N: usize>(
    patients: usize,
    repeats: usize,
    seed: u64,
    mut figures: impl FnMut(&[usize]) -> [Option<f64>; N],
) -> [Option<[f64; 2]>; N] {
    if patients < 2 {
        return [None; N];
    }
    let mut random = Random::stream(seed, "patient bootstrap", 0);
    let mut drawn = vec![0; patients];
    let mut found: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(repeats));
    for _ in 0..repeats {
        for patient in &mut drawn {
            *patient = random.below(patients);
        }
        for (values, value) in found.iter_mut().zip(figures(&drawn)) {
            values.extend(value);
        }
    }
    found.map(|values| Some([percentile(&values, 2.5)?, percentile(&values, 97.5)?]))
}

/// Standard deviation of a sample (divided by n − 1). `None` with fewer than two values.
pub fn sample_deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values).filter(|_| values.len() > 1)?;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn of_kind(scores: &[f64], truths: &[bool], kind: bool) -> Vec<f64> {
    scores.iter().zip(truths).filter(|&(_, &truth)| truth == kind).map(|(&score, _)| score).collect()
}

/// The smallest count that is at least `share` of `total`; the tiny step back keeps 0.95 of 20 at 19.
fn at_least(share: f64, total: usize) -> usize {
    ((share * total as f64 - 1e-9).ceil().max(0.0) as usize).min(total)
}
