//! Tells whether two pictures show the same slice, though one was saved again, scaled or made brighter. Not for equal
//! pixels (`store` has a print of those) and not for deciding what a twin means (`leaks`).

use super::picture::Picture;
use crate::domain::scan::Plane;

/// Side of the thumbnail in cells.
const SIDE: usize = 16;
/// Side of the grid whose cells the hash compares.
const GRID: usize = 8;
/// A pixel belongs to the head where it is brighter than this share of the 99th percentile …
const HEAD_LEVEL: f32 = 0.12;
/// … and a row or column where more than this share of it does.
const HEAD_SHARE: usize = 33;
/// A head that fills less than one part in so many of a side is an apex slice: a small disk looks like every other.
const MIN_EXTENT: usize = 5;
/// A cell counts as brighter than its neighbor by more than this of 255, so that noise in flat places says nothing.
const MARGIN: f32 = 2.0;
/// Bits that may differ. Measured on 3,084 slices of the LGG set: saved as JPEG of quality 75 half of the slices differ
/// in 3 bits or fewer and 9 in 10 in 10 or fewer.
const MAX_BITS: u32 = 12;
/// Correlations of the thumbnails and of their fine structure at or above which two pictures are the same. The highest
/// among slices of different LGG patients are 0.981 and 0.933.
const MIN_CORRELATION: f32 = 0.985;
const MIN_FINE_CORRELATION: f32 = 0.95;
/// Bits of one band: slices that share no band of the hash are never compared. Two hashes that differ in 7 bits or fewer
/// share at least one of the eight.
const BAND_BITS: u32 = 16;
/// Bands of a hash.
const BANDS: u32 = u128::BITS / BAND_BITS;

/// What a picture looks like, in little memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Which of two neighboring parts of the head is brighter, across and down.
    hash: u128,
    /// The head in 16 × 16 cells.
    thumbnail: [u8; SIDE * SIDE],
}

impl Look {
    /// The look of `picture`'s FLAIR; `None` where it is blank or too little of a head to tell it from others.
    pub fn of(picture: &Picture) -> Option<Self> {
        let plane = picture.plane(1);
        let (low, high) = range(plane)?;
        let scaled = |i: usize| ((plane.samples.get(i) - low) / (high - low)).clamp(0.0, 1.0);
        let values: Vec<f32> = (0..plane.samples.len()).map(scaled).collect();
        let (rows, cols) = head(&values, plane.rows, plane.cols)?;
        let (mut sums, mut counts) = ([0f32; SIDE * SIDE], [0u32; SIDE * SIDE]);
        for r in rows.0..rows.1 {
            let cell_row = (r - rows.0) * SIDE / (rows.1 - rows.0) * SIDE;
            for c in cols.0..cols.1 {
                let cell = cell_row + (c - cols.0) * SIDE / (cols.1 - cols.0);
                sums[cell] += values[r * plane.cols + c];
                counts[cell] += 1;
            }
        }
        let mut thumbnail = [0u8; SIDE * SIDE];
        for ((cell, sum), count) in thumbnail.iter_mut().zip(sums).zip(counts) {
            *cell = (255.0 * sum / count.max(1) as f32).round() as u8;
        }
        Some(Self { hash: hash(&thumbnail), thumbnail })
    }

    /// Whether both show the same slice.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.hash ^ other.hash).count_ones() <= MAX_BITS
            && correlation(&self.cells(), &other.cells()) >= MIN_CORRELATION
            && correlation(&self.fine(), &other.fine()) >= MIN_FINE_CORRELATION
    }

    fn cells(&self) -> [f32; SIDE * SIDE] {
        self.thumbnail.map(f32::from)
    }

    /// The thumbnail less its mean over 3 × 3 cells: what tells one head from the next.
    fn fine(&self) -> [f32; SIDE * SIDE] {
        let at = |r: usize, c: usize| f32::from(self.thumbnail[r.clamp(1, SIDE) * SIDE - SIDE + c.clamp(1, SIDE) - 1]);
        let mut fine = [0f32; SIDE * SIDE];
        for (i, value) in fine.iter_mut().enumerate() {
            let (r, c) = (i / SIDE, i % SIDE);
            let sum: f32 = (0..9).map(|n| at(r + n / 3, c + n % 3)).sum();
            *value = at(r + 1, c + 1) - sum / 9.0;
        }
        fine
    }

    fn band(&self, band: u32) -> u16 {
        (self.hash >> (band * BAND_BITS)) as u16
    }
}

/// Pairs of looks that show the same slice where `may_pair` says that it matters; for each second one the first pair
/// that is found. Items without a look are in none.
///
/// `go_on` is asked now and then; where it says no, what was found so far is returned.
pub fn pairs(
    looks: &[Option<Look>],
    may_pair: impl Fn(usize, usize) -> bool,
    go_on: &mut dyn FnMut() -> bool,
) -> Vec<(usize, usize)> {
    let mut twin: Vec<Option<usize>> = vec![None; looks.len()];
    let known: Vec<usize> = (0..looks.len()).filter(|&i| looks[i].is_some()).collect();
    for band in 0..BANDS {
        let key = |item: usize| looks[item].as_ref().map_or(0, |look| look.band(band));
        let mut order = known.clone();
        order.sort_by_key(|&item| (key(item), item));
        for group in order.chunk_by(|&a, &b| key(a) == key(b)) {
            if group.len() > 1 && !go_on() {
                return found(&twin);
            }
            for (nth, &second) in group.iter().enumerate() {
                if twin[second].is_none() {
                    let is_twin = |first: usize| may_pair(first, second) && alike(looks, first, second);
                    twin[second] = group[..nth].iter().copied().find(|&first| is_twin(first));
                }
            }
        }
    }
    found(&twin)
}

fn alike(looks: &[Option<Look>], first: usize, second: usize) -> bool {
    matches!((&looks[first], &looks[second]), (Some(a), Some(b)) if a.is_like(b))
}

fn found(twin: &[Option<usize>]) -> Vec<(usize, usize)> {
    twin.iter().enumerate().filter_map(|(second, first)| first.map(|first| (first, second))).collect()
}

/// The lowest value and the 99th percentile; `None` for a blank picture.
pub fn range(plane: &Plane) -> Option<(f32, f32)> {
    let values = || (0..plane.samples.len()).map(|i| plane.samples.get(i));
    let (low, top) = values().fold((f32::MAX, f32::MIN), |(low, top), v| (low.min(v), top.max(v)));
    if top <= low {
        return None;
    }
    let mut bins = [0usize; 256];
    for value in values() {
        bins[((value - low) / (top - low) * 255.0) as usize] += 1;
    }
    let (mut above, limit) = (0, plane.samples.len() / 100);
    let bin = (0..256).rev().find(|&bin| {
        above += bins[bin];
        above > limit
    })?;
    (bin > 0).then(|| (low, low + (top - low) * (bin as f32 + 0.5) / 255.0))
}

/// Rows and columns from the head's first to behind its last.
fn head(values: &[f32], rows: usize, cols: usize) -> Option<((usize, usize), (usize, usize))> {
    let (mut by_row, mut by_col) = (vec![0usize; rows], vec![0usize; cols]);
    for (row, line) in values.chunks(cols.max(1)).enumerate() {
        for (col, _) in line.iter().enumerate().filter(|&(_, &value)| value > HEAD_LEVEL) {
            by_row[row] += 1;
            by_col[col] += 1;
        }
    }
    let extent = |counts: &[usize], across: usize| {
        let inside = |n: &usize| n * HEAD_SHARE > across;
        let (first, end) = (counts.iter().position(inside)?, counts.iter().rposition(inside)? + 1);
        (end - first >= SIDE && (end - first) * MIN_EXTENT >= counts.len()).then_some((first, end))
    };
    Some((extent(&by_row, cols)?, extent(&by_col, rows)?))
}

/// One bit a grid cell for each of its neighbors to the right and below, the last one's being the first.
fn hash(thumbnail: &[u8; SIDE * SIDE]) -> u128 {
    let step = SIDE / GRID;
    let cell = |r: usize, c: usize| {
        let (r, c) = (r % GRID * step, c % GRID * step);
        let sum: u32 = (0..step * step).map(|n| u32::from(thumbnail[(r + n / step) * SIDE + c + n % step])).sum();
        sum as f32 / (step * step) as f32
    };
    let mut hash = 0u128;
    for i in 0..GRID * GRID {
        let (r, c) = (i / GRID, i % GRID);
        let here = cell(r, c);
        hash |= u128::from(here > cell(r, c + 1) + MARGIN) << i;
        hash |= u128::from(here > cell(r + 1, c) + MARGIN) << (i + GRID * GRID);
    }
    hash
}

/// Pearson's correlation; 0 where one side is constant.
fn correlation(a: &[f32; SIDE * SIDE], b: &[f32; SIDE * SIDE]) -> f32 {
    let mean = |v: &[f32; SIDE * SIDE]| v.iter().sum::<f32>() / v.len() as f32;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0f32, 0f32, 0f32);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (x - mean_a, y - mean_b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
}
