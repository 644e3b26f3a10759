//! From a scan to the nets' input and back: gray values, field of view, size. Model space never leaves this file and the
//! training's batches. Not for augmentation (`train::augment`).

use crate::domain::card::{Crop, InputSpec, Normalization};
use crate::domain::mask::ProbabilityMap;
use crate::domain::scan::{Plane, Samples, Scan};

/// Percentiles between which a sequence is scaled, as the LGG set's authors do.
///
/// *Source*: Buda, Saha, Mazurowski 2019, `mateuszbuda/brain-segmentation-pytorch`, `utils.py`.
const LOW_PERCENTILE: f64 = 10.0;
const HIGH_PERCENTILE: f64 = 99.0;
/// Added to the standard deviation, so that a constant sequence stays finite.
const STD_FLOOR: f64 = 1e-6;
/// A pixel belongs to the head where the mean of the scaled sequences is above this.
const HEAD_LEVEL: f32 = 0.12;
/// A row or column belongs to the head where more than this share of it is head, over all slices: leaves noise out.
const HEAD_SHARE: f32 = 0.05;
/// The field is this much wider than the head, so that rotation does not cut it.
const HEAD_MARGIN: f32 = 1.05;
/// With fewer slices than this the head's width is not known (an apex slice is small) …
const MIN_SLICES_FOR_HEAD: usize = 8;
/// … and the field is at least this share of the picture; training heads fill 0.75 to 1.
const MIN_FIELD_SHARE: f32 = 0.75;
/// The sides of the fields around the heads of the LGG set's 87 patients, which are about 1 mm a pixel: 191 to 269, half of
/// them 214 to 233. Where millimeters are known, no field is smaller or larger, so that a brain without its skull, a few
/// apex slices, or a neck and noise around the head come to the net at a size that it knows.
const FIELD_MM: [f32; 2] = [191.0, 269.0];
/// A net without a crop was trained on whole pictures of 256 pixels of about 1 mm.
const WHOLE_MM: f32 = 256.0;

/// Gray-value statistics of one sequence over all slices of a scan.
///
/// *Units*: `low`, `high` in stored values; `mean`, `std` of the values scaled to 0–1.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SequenceStats {
    /// 10th percentile, linearly interpolated as NumPy does.
    pub low: f32,
    /// 99th percentile.
    pub high: f32,
    /// Mean of the clipped and scaled values.
    pub mean: f32,
    /// Standard deviation of the clipped and scaled values.
    pub std: f32,
}

impl SequenceStats {
    /// Measures one sequence over all its planes.
    pub fn of<'a>(planes: impl Iterator<Item = &'a Plane>) -> Self {
        let counts = value_counts(planes);
        let total: u64 = counts.iter().map(|c| c.1).sum();
        if total == 0 {
            return Self { low: 0.0, high: 1.0, mean: 0.0, std: 1.0 };
        }
        let (low, high) = (percentile(&counts, total, LOW_PERCENTILE), percentile(&counts, total, HIGH_PERCENTILE));
        let mut stats = Self { low: low as f32, high: high as f32, mean: 0.0, std: 1.0 };
        let (mut sum, mut squares) = (0f64, 0f64);
        for &(value, count) in &counts {
            let scaled = f64::from(stats.scaled(value));
            sum += scaled * count as f64;
            squares += scaled * scaled * count as f64;
        }
        let mean = sum / total as f64;
        stats.mean = mean as f32;
        stats.std = ((squares / total as f64 - mean * mean).max(0.0).sqrt() + STD_FLOOR) as f32;
        stats
    }

    /// The value clipped to the percentiles and scaled to 0–1.
    pub fn scaled(&self, value: f32) -> f32 {
        let range = self.high - self.low;
        if range > 0.0 { ((value - self.low) / range).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The value as the net takes it: zero mean, unit variance.
    pub fn normalized(&self, value: f32) -> f32 {
        (self.scaled(value) - self.mean) / self.std
    }

    /// What lies outside the picture: the darkest value.
    pub fn outside(&self) -> f32 {
        -self.mean / self.std
    }

    /// All values of a plane as the net takes them, row-major.
    pub fn normalize_plane(&self, plane: &Plane) -> Vec<f32> {
        match &plane.samples {
            Samples::U8(values) => {
                let table: Vec<f32> = (0..=255u8).map(|v| self.normalized(f32::from(v))).collect();
                values.iter().map(|&v| table[usize::from(v)]).collect()
            }
            Samples::U16(values) => values.iter().map(|&v| self.normalized(f32::from(v))).collect(),
            Samples::I16(values) => values.iter().map(|&v| self.normalized(f32::from(v))).collect(),
            Samples::F32(values) => values.iter().map(|&v| self.normalized(v)).collect(),
        }
    }
}

/// How many 16-bit values are negative, and how many signed and unsigned ones there are together.
const NEGATIVES: usize = 1 << 15;
const INTEGERS: usize = NEGATIVES + (1 << 16);

/// Every distinct value with its count, ascending.
fn value_counts<'a>(planes: impl Iterator<Item = &'a Plane>) -> Vec<(f32, u64)> {
    // Signed values first, so that the counts come out ascending.
    let mut integers = vec![0u64; INTEGERS];
    let mut floats: Vec<f32> = Vec::new();
    for plane in planes {
        match &plane.samples {
            Samples::U8(v) => v.iter().for_each(|&x| integers[NEGATIVES + usize::from(x)] += 1),
            Samples::U16(v) => v.iter().for_each(|&x| integers[NEGATIVES + usize::from(x)] += 1),
            Samples::I16(v) => v.iter().for_each(|&x| integers[NEGATIVES.wrapping_add_signed(isize::from(x))] += 1),
            Samples::F32(v) => floats.extend_from_slice(v),
        }
    }
    let counted = integers.iter().enumerate().filter(|(_, n)| **n > 0).map(|(v, n)| (v as f32 - NEGATIVES as f32, *n));
    if floats.is_empty() {
        return counted.collect();
    }
    let mut all: Vec<(f32, u64)> = counted.chain(floats.into_iter().map(|v| (v, 1))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all
}

/// Percentile with linear interpolation between the neighboring values, NumPy's default.
fn percentile(counts: &[(f32, u64)], total: u64, percent: f64) -> f64 {
    let position = percent / 100.0 * (total - 1) as f64;
    let (below, fraction) = (position.floor() as u64, position.fract());
    let at = |rank: u64| {
        let mut seen = 0;
        for &(value, count) in counts {
            seen += count;
            if seen > rank {
                return f64::from(value);
            }
        }
        counts.last().map_or(0.0, |c| f64::from(c.0))
    };
    let (a, b) = (at(below), at((below + 1).min(total - 1)));
    a + (b - a) * fraction
}

/// The square part of a slice that the net sees; it may reach over the picture's edge.
///
/// *Units*: scan pixels, edges of pixels (0 is the left edge of the first).
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Field {
    /// Upper edge.
    pub row0: f32,
    /// Left edge.
    pub col0: f32,
    /// Height.
    pub height: f32,
    /// Width.
    pub width: f32,
}

impl Field {
    /// The whole picture.
    pub fn whole(rows: usize, cols: usize) -> Self {
        Self { row0: 0.0, col0: 0.0, height: rows as f32, width: cols as f32 }
    }

    /// The square of `side_mm` around `middle` (`[row, col]`), which has sides of different lengths in pixels that are not
    /// square.
    fn square_mm(middle: [f32; 2], side_mm: f32, pixel_mm: [f32; 2]) -> Self {
        let [height, width] = pixel_mm.map(|mm| side_mm / mm);
        Self { row0: middle[0] - height / 2.0, col0: middle[1] - width / 2.0, height, width }
    }

    /// From model pixel centers `(x, y)` to scan pixel centers: `[xx, xy, x0, yx, yy, y0]`.
    pub fn scan_from_model(&self, size: usize) -> [f32; 6] {
        let (sx, sy) = (self.width / size as f32, self.height / size as f32);
        [sx, 0.0, self.col0 + 0.5 * sx - 0.5, 0.0, sy, self.row0 + 0.5 * sy - 0.5]
    }
}

/// Gray-value statistics and the head's place of one scan.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Prepared {
    /// One entry for each of the net's three channels.
    pub stats: [SequenceStats; 3],
    /// Where the head is.
    pub head: Field,
    /// What a net without a crop sees, where millimeters are known; else the whole picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<Field>,
}

impl Prepared {
    /// Measures `scan`.
    pub fn of(scan: &Scan) -> Self {
        let slices: Vec<[&Plane; 3]> = scan.slices.iter().filter_map(|s| channels_of(&s.planes)).collect();
        let pixel_mm = scan.about.geometry.map(|g| {
            let [_, row, col] = g.spacing_mm();
            [row as f32, col as f32]
        });
        Self::of_placed(&slices, scan.rows, scan.cols, pixel_mm)
    }

    /// Measures slices given as their three channels, all of one size.
    pub fn of_slices(slices: &[[&Plane; 3]], rows: usize, cols: usize) -> Self {
        Self::of_placed(slices, rows, cols, None)
    }

    /// As [`Prepared::of_slices`]; with `pixel_mm` (`[row, col]` steps) the nets see the head at its true size.
    pub fn of_placed(slices: &[[&Plane; 3]], rows: usize, cols: usize, pixel_mm: Option<[f32; 2]>) -> Self {
        let stats = [0, 1, 2].map(|c| SequenceStats::of(slices.iter().map(|s| s[c])));
        let head = head_field(slices, &stats, rows, cols, pixel_mm);
        let middle = [rows as f32 / 2.0, cols as f32 / 2.0];
        Self { stats, head, whole: pixel_mm.map(|mm| Field::square_mm(middle, WHOLE_MM, mm)) }
    }

    /// The field that a net with this crop sees.
    pub fn field(&self, crop: Crop, rows: usize, cols: usize) -> Field {
        match crop {
            Crop::None => self.whole.unwrap_or_else(|| Field::whole(rows, cols)),
            Crop::Head => self.head,
        }
    }
}

/// The net's three channels: the three sequences, or the only one three times.
pub fn channels_of(planes: &[Plane]) -> Option<[&Plane; 3]> {
    match planes {
        [a, b, c] => Some([a, b, c]),
        [only] => Some([only, only, only]),
        _ => None,
    }
}

fn head_field(
    slices: &[[&Plane; 3]],
    stats: &[SequenceStats; 3],
    rows: usize,
    cols: usize,
    pixel_mm: Option<[f32; 2]>,
) -> Field {
    let (mut by_row, mut by_col) = (vec![0u32; rows], vec![0u32; cols]);
    for slice in slices {
        for (row, in_row) in by_row.iter_mut().enumerate() {
            for (col, in_col) in by_col.iter_mut().enumerate() {
                let i = row * cols + col;
                let sum: f32 = slice.iter().zip(stats).map(|(p, s)| s.scaled(p.samples.get(i))).sum();
                if sum > 3.0 * HEAD_LEVEL {
                    *in_row += 1;
                    *in_col += 1;
                }
            }
        }
    }
    let extent = |counts: &[u32], of: usize| {
        let limit = HEAD_SHARE * (of * slices.len()) as f32;
        let inside = |n: &u32| *n as f32 > limit;
        Some((counts.iter().position(inside)?, counts.iter().rposition(inside)? + 1))
    };
    let (Some((r0, r1)), Some((c0, c1))) = (extent(&by_row, cols), extent(&by_col, rows)) else {
        return Field::whole(rows, cols);
    };
    if let Some(mm) = pixel_mm {
        let longest = ((r1 - r0) as f32 * mm[0]).max((c1 - c0) as f32 * mm[1]);
        let side = (HEAD_MARGIN * longest).clamp(FIELD_MM[0], FIELD_MM[1]);
        return Field::square_mm([(r0 + r1) as f32 / 2.0, (c0 + c1) as f32 / 2.0], side, mm);
    }
    let mut side = HEAD_MARGIN * (r1 - r0).max(c1 - c0) as f32;
    if slices.len() < MIN_SLICES_FOR_HEAD {
        side = side.max(MIN_FIELD_SHARE * rows.max(cols) as f32);
    }
    let (row_mid, col_mid) = ((r0 + r1) as f32 / 2.0, (c0 + c1) as f32 / 2.0);
    Field { row0: row_mid - side / 2.0, col0: col_mid - side / 2.0, height: side, width: side }
}

/// Resamples a plane bilinearly (half-pixel centers) to `size` × `size`.
///
/// `scan_from_model` maps model pixel centers to scan pixel centers; outside the picture lies `outside`. Where the scan
/// is at least twice as fine, it is averaged down by the whole factor first, so that nothing aliases.
pub fn resample(
    values: &[f32],
    rows: usize,
    cols: usize,
    scan_from_model: [f32; 6],
    size: usize,
    outside: f32,
) -> Vec<f32> {
    let [xx, xy, x0, yx, yy, y0] = scan_from_model;
    let factor = (xx.hypot(yx)).min(xy.hypot(yy)).floor() as usize;
    if factor >= 2 && rows >= 2 * factor && cols >= 2 * factor {
        let small = average_down(values, rows, cols, factor);
        // A coarse pixel's center lies at ((fine + 0.5) / factor) - 0.5.
        let f = factor as f32;
        let shift = 0.5 / f - 0.5;
        let coarse = [xx / f, xy / f, x0 / f + shift, yx / f, yy / f, y0 / f + shift];
        return resample(&small, rows / factor, cols / factor, coarse, size, outside);
    }
    let at = |r: i64, c: i64| {
        if r < 0 || c < 0 || r >= rows as i64 || c >= cols as i64 {
            outside
        } else {
            values[r as usize * cols + c as usize]
        }
    };
    let mut out = Vec::with_capacity(size * size);
    for oy in 0..size {
        for ox in 0..size {
            let x = xx * ox as f32 + xy * oy as f32 + x0;
            let y = yx * ox as f32 + yy * oy as f32 + y0;
            let (c, r) = (x.floor(), y.floor());
            let (fx, fy) = (x - c, y - r);
            let (c, r) = (c as i64, r as i64);
            let top = at(r, c) * (1.0 - fx) + at(r, c + 1) * fx;
            let bottom = at(r + 1, c) * (1.0 - fx) + at(r + 1, c + 1) * fx;
            out.push(top * (1.0 - fy) + bottom * fy);
        }
    }
    out
}

fn average_down(values: &[f32], rows: usize, cols: usize, factor: usize) -> Vec<f32> {
    let (small_rows, small_cols) = (rows / factor, cols / factor);
    let scale = 1.0 / (factor * factor) as f32;
    let mut out = vec![0f32; small_rows * small_cols];
    for r in 0..small_rows * factor {
        for c in 0..small_cols * factor {
            out[(r / factor) * small_cols + c / factor] += values[r * cols + c] * scale;
        }
    }
    out
}

/// One slice as the net takes it.
///
/// *Shape*: `[3, size, size]`, row-major. `None` where the slice has neither one nor three planes.
pub fn model_input(planes: &[Plane], prepared: &Prepared, spec: &InputSpec) -> Option<Vec<f32>> {
    let channels = channels_of(planes)?;
    let Normalization::PercentileZScore = spec.normalization;
    let mut out = Vec::with_capacity(3 * spec.size * spec.size);
    for (plane, stats) in channels.iter().zip(&prepared.stats) {
        let field = prepared.field(spec.crop, plane.rows, plane.cols);
        let values = stats.normalize_plane(plane);
        out.extend(resample(
            &values,
            plane.rows,
            plane.cols,
            field.scan_from_model(spec.size),
            spec.size,
            stats.outside(),
        ));
    }
    Some(out)
}

/// The net's logits brought back to scan pixels as probabilities; outside the field the probability is 0.
///
/// *Shape*: `logits` is `[size, size]`; the map is `[rows, cols]`.
pub fn to_probability_map(logits: &[f32], size: usize, field: &Field, rows: usize, cols: usize) -> ProbabilityMap {
    let (sx, sy) = (size as f32 / field.width, size as f32 / field.height);
    let mut bytes = Vec::with_capacity(rows * cols);
    for row in 0..rows {
        let y = (row as f32 + 0.5 - field.row0) * sy - 0.5;
        for col in 0..cols {
            let x = (col as f32 + 0.5 - field.col0) * sx - 0.5;
            let inside = x >= -0.5 && y >= -0.5 && x <= size as f32 - 0.5 && y <= size as f32 - 0.5;
            bytes.push(if inside { to_byte(sigmoid(bilinear_clamped(logits, size, x, y))) } else { 0 });
        }
    }
    ProbabilityMap { rows, cols, bytes }
}

fn bilinear_clamped(values: &[f32], size: usize, x: f32, y: f32) -> f32 {
    let last = (size - 1) as f32;
    let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
    let (c, r) = (x.floor() as usize, y.floor() as usize);
    let (c1, r1) = ((c + 1).min(size - 1), (r + 1).min(size - 1));
    let (fx, fy) = (x - c as f32, y - r as f32);
    let top = values[r * size + c] * (1.0 - fx) + values[r * size + c1] * fx;
    let bottom = values[r1 * size + c] * (1.0 - fx) + values[r1 * size + c1] * fx;
    top * (1.0 - fy) + bottom * fy
}

/// The logistic function.
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

fn to_byte(probability: f32) -> u8 {
    (probability * 255.0).round().clamp(0.0, 255.0) as u8
}
