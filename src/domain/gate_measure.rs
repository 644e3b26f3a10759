//! What the gate looks at: a few figures of one slice, cheap and without any net. Not for the bounds on them (`gate`).

use super::scan::{Plane, Samples};

/// The figures of one slice. Shares are 0 to 1; brightness 1 is the 99th percentile of the slice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Largest minus smallest value over all channels, in stored units.
    pub range: f32,
    /// The 99th percentile as a share of the brightest value that an 8-bit file can hold; 1 at other depths, whose
    /// brightest value says nothing.
    pub peak: f32,
    /// Brightness of the four corners, the median.
    pub corner: f32,
    /// Share of the picture that is brighter than background.
    pub foreground: f32,
    /// Share of the picture in the largest connected bright region, with its holes.
    pub head: f32,
    /// Share of the bright pixels that lie in the largest region.
    pub head_of_foreground: f32,
    /// How much of the box around the largest region it fills; an ellipse fills 0.785.
    pub fill: f32,
    /// Height over width of that box.
    pub aspect: f32,
    /// Smallest correlation of the fine detail of two channels, in the bright part; 0 where there is one channel.
    pub detail_correlation: f32,
    /// Share of the bright part without any fine detail in any channel.
    pub flat: f32,
}

/// Brighter than this is foreground …
const BACKGROUND_LEVEL: f32 = 0.12;
/// … and than this many times the corners, where a slice's background is noisy: fixed at 0.12, one training slice in
/// twenty was bright all over.
const ABOVE_CORNERS: f32 = 2.0;
/// Corners are squares of this share of each side.
const CORNER_SHARE: f32 = 0.1;
/// Regions are found on a grid of at most this many cells a side.
const GRID: usize = 64;
/// At most so many pixels a side are looked at for detail and brightness.
const MAX_SIDE: usize = 512;
/// Detail below this is none: 2.5 steps of an 8-bit picture.
const FLAT_DETAIL: f32 = 0.01;

/// Looks at one slice, given as its planes of equal size.
pub fn measure(planes: &[Plane]) -> Figures {
    let Some(first) = planes.first() else { return Figures::default() };
    if first.rows < 3 || first.cols < 3 {
        return Figures::default();
    }
    let channels: Vec<Channel<'_>> = planes.iter().map(Channel::of).collect();
    let mut figures = Figures { range: channels.iter().map(|c| c.range).fold(0.0, f32::max), ..Figures::default() };
    let mut picture = Picture { rows: first.rows, cols: first.cols, channels, level: 0.0 };
    figures.peak = picture.channels.iter().map(|c| c.peak).fold(0.0, f32::max);
    figures.corner = picture.corner();
    picture.level = BACKGROUND_LEVEL.max(ABOVE_CORNERS * figures.corner);
    picture.detail(&mut figures);
    picture.region(&mut figures);
    figures
}

/// One channel, scaled so that its 99th percentile is 1, and 0 is 0 or, where there are negative values, the lowest.
struct Channel<'a> {
    samples: &'a Samples,
    low: f32,
    scale: f32,
    range: f32,
    peak: f32,
}

impl<'a> Channel<'a> {
    fn of(plane: &'a Plane) -> Self {
        let step = (plane.samples.len() / (MAX_SIDE * MAX_SIDE)).max(1);
        let mut values: Vec<f32> = (0..plane.samples.len()).step_by(step).map(|i| plane.samples.get(i)).collect();
        let (low, high) = values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        let at = (values.len() - 1) * 99 / 100;
        let (_, &mut bright, _) = values.select_nth_unstable_by(at, f32::total_cmp);
        let range = high - low;
        let low = low.min(0.0);
        let span = if bright > low { bright - low } else { (high - low).max(f32::MIN_POSITIVE) };
        let peak = if matches!(plane.samples, Samples::U8(_)) { bright / f32::from(u8::MAX) } else { 1.0 };
        Self { samples: &plane.samples, low, scale: 1.0 / span, range, peak }
    }

    fn at(&self, index: usize) -> f32 {
        (self.samples.get(index) - self.low) * self.scale
    }
}

struct Picture<'a> {
    rows: usize,
    cols: usize,
    channels: Vec<Channel<'a>>,
    /// Brighter than this is foreground.
    level: f32,
}

impl Picture<'_> {
    /// Mean brightness of the channels.
    fn gray(&self, row: usize, col: usize) -> f32 {
        let index = row * self.cols + col;
        self.channels.iter().map(|c| c.at(index)).sum::<f32>() / self.channels.len() as f32
    }

    fn corner(&self) -> f32 {
        let side = |n: usize| ((n as f32 * CORNER_SHARE) as usize).max(1);
        let (high, wide) = (side(self.rows), side(self.cols));
        let step = (high.max(wide) / (MAX_SIDE / 8)).max(1);
        let mut values = Vec::new();
        for row in (0..high).step_by(step) {
            for col in (0..wide).step_by(step) {
                let (bottom, right) = (self.rows - 1 - row, self.cols - 1 - col);
                values.extend([(row, col), (row, right), (bottom, col), (bottom, right)].map(|(r, c)| self.gray(r, c)));
            }
        }
        let middle = values.len() / 2;
        *values.select_nth_unstable_by(middle, f32::total_cmp).1
    }

    /// Fine detail: a pixel minus the mean of its four neighbors, in the bright part.
    fn detail(&self, figures: &mut Figures) {
        let step = (self.rows.max(self.cols) / MAX_SIDE).max(1);
        let mut sums = [[0f64; 3]; 3];
        let (mut bright, mut flat) = (0usize, 0usize);
        for row in (1..self.rows - 1).step_by(step) {
            for col in (1..self.cols - 1).step_by(step).filter(|&col| self.gray(row, col) > self.level) {
                let i = row * self.cols + col;
                let mut details = [0f32; 3];
                for (detail, channel) in details.iter_mut().zip(&self.channels) {
                    let around = [i - 1, i + 1, i - self.cols, i + self.cols].map(|n| channel.at(n));
                    *detail = channel.at(i) - around.iter().sum::<f32>() / 4.0;
                }
                bright += 1;
                flat += usize::from(details.iter().all(|d| d.abs() < FLAT_DETAIL));
                for a in 0..3 {
                    (0..3).for_each(|b| sums[a][b] += f64::from(details[a] * details[b]));
                }
            }
        }
        figures.flat = flat as f32 / bright.max(1) as f32;
        if self.channels.len() == 3 {
            let correlation = |a: usize, b: usize| sums[a][b] / (sums[a][a] * sums[b][b]).sqrt().max(f64::MIN_POSITIVE);
            figures.detail_correlation = correlation(0, 1).min(correlation(1, 2)).min(correlation(0, 2)) as f32;
        }
    }

    /// The largest connected bright region on a coarse grid, its holes filled.
    fn region(&self, figures: &mut Figures) {
        let (high, wide) = (GRID.min(self.rows), GRID.min(self.cols));
        let mut grid = vec![false; high * wide];
        for (cell, bright) in grid.iter_mut().enumerate() {
            let rows = span(cell / wide, high, self.rows);
            let cols = span(cell % wide, wide, self.cols);
            let step = (rows.len().max(cols.len()) / 8).max(1);
            let (mut sum, mut count) = (0.0, 0usize);
            for row in rows.step_by(step) {
                for col in cols.clone().step_by(step) {
                    sum += self.gray(row, col);
                    count += 1;
                }
            }
            *bright = sum > self.level * count.max(1) as f32;
        }
        let all_bright = grid.iter().filter(|b| **b).count();
        figures.foreground = all_bright as f32 / grid.len() as f32;
        let largest = largest_region(&grid, high, wide, true);
        if largest.is_empty() {
            return;
        }
        figures.head_of_foreground = largest.len() as f32 / all_bright.max(1) as f32;
        let filled = fill_holes(&largest, high, wide);
        let rows = filled.iter().map(|c| c / wide);
        let cols = filled.iter().map(|c| c % wide);
        let extent = |it: &mut dyn Iterator<Item = usize>| {
            let (low, high) = it.fold((usize::MAX, 0), |(l, h), v| (l.min(v), h.max(v)));
            high + 1 - low.min(high)
        };
        let (box_rows, box_cols) = (extent(&mut rows.clone()), extent(&mut cols.clone()));
        figures.head = filled.len() as f32 / grid.len() as f32;
        figures.fill = filled.len() as f32 / (box_rows * box_cols) as f32;
        let pixel_aspect = (self.rows as f32 / high as f32) / (self.cols as f32 / wide as f32);
        figures.aspect = box_rows as f32 / box_cols as f32 * pixel_aspect;
    }
}

/// The pixels of cell `cell` of `cells` over `pixels`.
fn span(cell: usize, cells: usize, pixels: usize) -> std::ops::Range<usize> {
    cell * pixels / cells..(cell + 1) * pixels / cells
}

/// The cells of the largest 4-connected region of `wanted` cells.
fn largest_region(grid: &[bool], high: usize, wide: usize, wanted: bool) -> Vec<usize> {
    let mut seen = vec![false; grid.len()];
    let mut largest = Vec::new();
    for start in 0..grid.len() {
        if !seen[start] && grid[start] == wanted {
            let region = flood(grid, high, wide, &[start], &mut seen, wanted);
            if region.len() > largest.len() {
                largest = region;
            }
        }
    }
    largest
}

/// All cells of `wanted` that are connected to `starts`, marked in `seen`.
fn flood(grid: &[bool], high: usize, wide: usize, starts: &[usize], seen: &mut [bool], wanted: bool) -> Vec<usize> {
    let mut region: Vec<usize> = Vec::new();
    let mut visit = |cell: usize, region: &mut Vec<usize>| {
        if grid[cell] == wanted && !std::mem::replace(&mut seen[cell], true) {
            region.push(cell);
        }
    };
    for &cell in starts {
        visit(cell, &mut region);
    }
    let mut next = 0;
    while next < region.len() {
        let (row, col) = (region[next] / wide, region[next] % wide);
        next += 1;
        for (r, c) in [(row.wrapping_sub(1), col), (row + 1, col), (row, col.wrapping_sub(1)), (row, col + 1)] {
            if r < high && c < wide {
                visit(r * wide + c, &mut region);
            }
        }
    }
    region
}

/// `region` and everything that it encloses.
fn fill_holes(region: &[usize], high: usize, wide: usize) -> Vec<usize> {
    let mut grid = vec![false; high * wide];
    for &cell in region {
        grid[cell] = true;
    }
    let edge: Vec<usize> = (0..grid.len())
        .filter(|&c| c / wide == 0 || c / wide == high - 1 || c % wide == 0 || c % wide == wide - 1)
        .collect();
    let mut outside = vec![false; grid.len()];
    flood(&grid, high, wide, &edge, &mut outside, false);
    (0..grid.len()).filter(|&cell| !outside[cell]).collect()
}
