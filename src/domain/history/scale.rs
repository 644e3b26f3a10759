//! The range of an axis that one outlier cannot ruin, and powers of ten for a logarithmic one. Not for drawing.

/// Share of the values that count as possible outliers at the upper end.
const OUTER_SHARE: f64 = 0.02;
/// An upper end farther out than so many inner ranges above it is cut.
const REACH: f32 = 1.5;
/// Air above the highest value, as a share of the range.
const AIR: f32 = 0.05;
/// The least value that a logarithmic axis shows.
pub const LOG_FLOOR: f32 = 1e-6;

/// The range `(low, high)` that shows `values` well: from 0, or from a negative least, to the greatest, but for outliers:
/// the greatest value is cut where it lies far above the rest. 0 to 1 where there is nothing.
pub fn robust_range(values: &[f32]) -> (f32, f32) {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if sorted.is_empty() {
        return (0.0, 1.0);
    }
    sorted.sort_by(f32::total_cmp);
    let low = sorted[0].min(0.0);
    let high = upper_end(&sorted);
    let span = (high - low).max(f32::MIN_POSITIVE);
    (low, if span < 1e-9 { low + 1.0 } else { high + AIR * span })
}

/// The same for a logarithmic axis, in powers of ten; values at or below 0 have no place on it.
pub fn robust_log_range(values: &[f32]) -> (f32, f32) {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|v| v.is_finite() && *v > 0.0).collect();
    if sorted.is_empty() {
        return (-1.0, 0.0);
    }
    sorted.sort_by(f32::total_cmp);
    let (low, high) = (sorted[0].max(LOG_FLOOR).log10(), upper_end(&sorted).max(LOG_FLOOR).log10());
    let span = (high - low).max(0.2);
    (low - AIR * span, low + (1.0 + AIR) * span)
}

/// The greatest of the sorted values, or the end of what they reach without the outermost ones.
fn upper_end(sorted: &[f32]) -> f32 {
    let last = sorted.len() - 1;
    // With a few values nobody can say which is the outlier, so the one farthest out is asked about at least.
    let outer = ((sorted.len() as f64 * OUTER_SHARE) as usize).max(usize::from(sorted.len() > 4));
    let inner = sorted[last - outer];
    let reach = inner + REACH * (inner - sorted[0]).max(0.25 * inner.abs());
    sorted[last].min(reach)
}

/// Where a value stands on the axis: itself, or its power of ten; `None` for what has no place there.
pub fn place(value: f32, is_log: bool) -> Option<f64> {
    if !value.is_finite() {
        None
    } else if is_log {
        (value > 0.0).then(|| f64::from(value.max(LOG_FLOOR)).log10())
    } else {
        Some(f64::from(value))
    }
}
