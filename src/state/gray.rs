//! Gray windows of a whole series for the presets. Not for drawing, and not for the nets' own gray values (`nn::input`).

use crate::domain::scan::Scan;
use crate::domain::window::Window;

use super::screen::WindowPreset;

/// At most so many values are looked at, so that a big series does not hold up the frame (about 10 ms).
const MAX_VALUES: usize = 1 << 20;

/// The window of one sequence over the whole series.
pub fn window(scan: &Scan, sequence: usize, preset: WindowPreset) -> Window {
    let (low, high) = match preset {
        WindowPreset::Head => (0.02, 0.98),
        WindowPreset::Percent1 => (0.01, 0.99),
        WindowPreset::Percent01 => (0.001, 0.999),
        WindowPreset::Full | WindowPreset::File => (0.0, 1.0),
    };
    let values = sampled(scan, sequence, preset == WindowPreset::Head);
    let at = |share: f64| values.get(((values.len().saturating_sub(1)) as f64 * share).round() as usize).copied();
    let (low, high) = (at(low).unwrap_or(0.0), at(high).unwrap_or(1.0));
    let width = if high > low { high - low } else { 1.0 };
    Window { center: low + width / 2.0, width }
}

/// Sorted values of the series; for the inner head those of the middle half of each side that are not background.
fn sampled(scan: &Scan, sequence: usize, inner_head: bool) -> Vec<f32> {
    let step = (scan.slices.len() * scan.rows * scan.cols / MAX_VALUES).max(1);
    let margin = if inner_head { (scan.rows / 4, scan.cols / 4) } else { (0, 0) };
    let mut values = Vec::new();
    for plane in scan.slices.iter().filter_map(|s| s.planes.get(sequence)) {
        for row in margin.0..plane.rows - margin.0.min(plane.rows) {
            let columns = (margin.1..plane.cols - margin.1.min(plane.cols)).step_by(step);
            values.extend(columns.filter_map(|col| plane.value(row, col)));
        }
    }
    values.sort_unstable_by(f32::total_cmp);
    if inner_head && let Some(&least) = values.first() {
        let first = values.partition_point(|&v| v <= least);
        if first < values.len() {
            values.drain(..first);
        }
    }
    values
}
