//! Window and level: from stored values to shades of gray, and the presets over a whole series. Not for drawing (`ui`), and
//! not for the nets' own gray values (`nn::input`).

use super::scan::{Plane, Samples, Scan};
use super::shading;

/// Which stored values become black and white.
///
/// *Units*: stored values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The value in the middle of the gray scale.
    pub center: f32,
    /// From black to white; more than 0.
    pub width: f32,
}

impl Window {
    /// The window in which `low` is just black and `high` just white, for values as `samples` stores them.
    pub fn from_range(low: f32, high: f32, samples: &Samples) -> Self {
        let span = (high - low).max(0.0);
        match samples {
            Samples::U8(_) | Samples::U16(_) | Samples::I16(_) => {
                Self { center: low + span / 2.0 + 0.5, width: span + 1.0 }
            }
            Samples::F32(_) => {
                Self { center: low + span / 2.0, width: if span > 0.0 { span } else { f32::MIN_POSITIVE.sqrt() } }
            }
        }
    }

    /// The shade of an integer value.
    ///
    /// *Source*: DICOM PS3.3 C.11.2.1.2.1, LINEAR, with output 0 to 255.
    pub fn shade(self, value: f32) -> u8 {
        let (center, width) = (self.center - 0.5, (self.width - 1.0).max(0.0));
        if value <= center - width / 2.0 {
            0
        } else if value > center + width / 2.0 {
            255
        } else {
            (((value - center) / width + 0.5) * 255.0).round() as u8
        }
    }

    /// The shade of a floating-point value, where the half of an integer step means nothing.
    ///
    /// *Source*: DICOM PS3.3 C.11.2.1.3.2, LINEAR_EXACT, with output 0 to 255.
    pub fn shade_exact(self, value: f32) -> u8 {
        if value <= self.center - self.width / 2.0 {
            0
        } else if value > self.center + self.width / 2.0 {
            255
        } else {
            (((value - self.center) / self.width + 0.5) * 255.0).round() as u8
        }
    }

    /// The shade of every pixel of `plane`, row-major: by a table for 8 and 16 bits.
    pub fn apply(self, plane: &Plane) -> Vec<u8> {
        match &plane.samples {
            Samples::F32(_) => shades(plane, |value| self.shade_exact(value)),
            Samples::U8(_) | Samples::U16(_) | Samples::I16(_) => shades(plane, |value| self.shade(value)),
        }
    }
}

/// The shade of every pixel of `plane` by `shade`, which is asked once a value and not once a pixel where that is less.
pub fn shades(plane: &Plane, shade: impl Fn(f32) -> u8) -> Vec<u8> {
    match &plane.samples {
        Samples::U8(values) => {
            let table: Vec<u8> = (0..=u8::MAX).map(|v| shade(f32::from(v))).collect();
            values.iter().map(|&v| table[usize::from(v)]).collect()
        }
        // Below this many pixels the table costs more than it saves.
        Samples::U16(values) if values.len() < 1 << 15 => values.iter().map(|&v| shade(f32::from(v))).collect(),
        Samples::U16(values) => {
            let table: Vec<u8> = (0..=u16::MAX).map(|v| shade(f32::from(v))).collect();
            values.iter().map(|&v| table[usize::from(v)]).collect()
        }
        Samples::I16(values) if values.len() < 1 << 15 => values.iter().map(|&v| shade(f32::from(v))).collect(),
        Samples::I16(values) => {
            let table: Vec<u8> = (0..=u16::MAX).map(|bits| shade(f32::from(bits.cast_signed()))).collect();
            values.iter().map(|&v| table[usize::from(v.cast_unsigned())]).collect()
        }
        Samples::F32(values) => values.iter().map(|&v| shade(v)).collect(),
    }
}

/// A preset of the keys 1, 2, 3, 4 and 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// 2nd to 98th percentile of the inner head over the whole series.
    #[default]
    InnerHead,
    /// 1st to 99th percentile.
    Percent1,
    /// 0.1st to 99.9th percentile.
    Percent01,
    /// Smallest to largest value of the series.
    Full,
    /// The file's first window or table; the full range where it names none.
    AsInFile,
}

/// The windows of every preset for one sequence of a scan, measured once over all its slices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Presets {
    inner_head: Window,
    percent_1: Window,
    percent_01: Window,
    full: Window,
    as_in_file: Window,
}

/// Background ends at this share of the way from the darkest value to the 99th percentile. The gate's share, for the same
/// heads.
const BACKGROUND_SHARE: f32 = 0.12;
/// The inner head is the ellipse of this size inside of the box around the head: it leaves out the scalp, whose fat is the
/// brightest thing on T1.
const INNER_SHARE: f32 = 0.7;

impl Presets {
    /// Measures sequence `sequence` of `scan`. `None` where there is no such sequence.
    pub fn measure(scan: &Scan, sequence: usize) -> Option<Self> {
        let planes: Vec<&Plane> = scan.slices.iter().filter_map(|s| s.planes.get(sequence)).collect();
        let samples = &planes.first()?.samples;
        let padding = scan.about.padding;
        let range = Range::of(&planes, padding);
        let mut all = Histogram::new(range, padding);
        for plane in &planes {
            all.add(plane, |_, _| true);
        }
        let background = range.low + BACKGROUND_SHARE * (all.percentile(0.99) - range.low);
        let mut inner = Histogram::new(range, padding);
        for plane in &planes {
            if let Some(ellipse) = inner_ellipse(plane, background) {
                inner.add(plane, |row, col| ellipse.contains(row, col));
            }
        }
        inner.drop_below(background);
        let inner = if inner.total == 0 { &all } else { &inner };
        let window =
            |h: &Histogram, share: f64| Window::from_range(h.percentile(share), h.percentile(1.0 - share), samples);
        let full = Window::from_range(range.low, range.high, samples);
        Some(Self {
            as_in_file: shading::file_window(&scan.about).unwrap_or(full),
            inner_head: window(inner, 0.02),
            percent_1: window(&all, 0.01),
            percent_01: window(&all, 0.001),
            full,
        })
    }

    /// The window of `preset`.
    pub fn window(&self, preset: Preset) -> Window {
        match preset {
            Preset::InnerHead => self.inner_head,
            Preset::Percent1 => self.percent_1,
            Preset::Percent01 => self.percent_01,
            Preset::Full => self.full,
            Preset::AsInFile => self.as_in_file,
        }
    }
}

/// Smallest and largest value.
#[derive(Clone, Copy, Debug)]
struct Range {
    low: f32,
    high: f32,
}

impl Range {
    /// Of all values but those between the two of `padding`.
    fn of(planes: &[&Plane], padding: Option<[f32; 2]>) -> Self {
        let mut range = Self { low: f32::INFINITY, high: f32::NEG_INFINITY };
        let mut take = |low: Option<f32>, high: Option<f32>| {
            range.low = range.low.min(low.unwrap_or(f32::INFINITY));
            range.high = range.high.max(high.unwrap_or(f32::NEG_INFINITY));
        };
        for plane in planes {
            if let Some(bounds) = padding {
                let values =
                    || (0..plane.samples.len()).map(|i| plane.samples.get(i)).filter(|v| !is_within(*v, bounds));
                take(values().reduce(f32::min), values().reduce(f32::max));
                continue;
            }
            match &plane.samples {
                Samples::U8(v) => take(v.iter().min().map(|&x| f32::from(x)), v.iter().max().map(|&x| f32::from(x))),
                Samples::U16(v) => take(v.iter().min().map(|&x| f32::from(x)), v.iter().max().map(|&x| f32::from(x))),
                Samples::I16(v) => take(v.iter().min().map(|&x| f32::from(x)), v.iter().max().map(|&x| f32::from(x))),
                Samples::F32(v) => take(v.iter().copied().reduce(f32::min), v.iter().copied().reduce(f32::max)),
            }
        }
        if range.low <= range.high { range } else { Self { low: 0.0, high: 1.0 } }
    }
}

/// Counts of values in 65536 steps: exact for 8 and 16 bits, a 65536th of the range for floating-point values.
struct Histogram {
    low: f32,
    per_step: f32,
    counts: Vec<u64>,
    total: u64,
    padding: Option<[f32; 2]>,
}

fn is_within(value: f32, [low, high]: [f32; 2]) -> bool {
    (low..=high).contains(&value)
}

impl Histogram {
    const STEPS: usize = 1 << 16;

    fn new(range: Range, padding: Option<[f32; 2]>) -> Self {
        let span = range.high - range.low;
        let is_whole = range.low.fract() == 0.0 && span.fract() == 0.0 && span < Self::STEPS as f32;
        let per_step = if is_whole || span <= 0.0 { 1.0 } else { span / (Self::STEPS - 1) as f32 };
        Self { low: range.low, per_step, counts: vec![0; Self::STEPS], total: 0, padding }
    }

    fn add(&mut self, plane: &Plane, is_inside: impl Fn(usize, usize) -> bool) {
        for row in 0..plane.rows {
            for col in (0..plane.cols).filter(|&col| is_inside(row, col)) {
                let value = plane.samples.get(row * plane.cols + col);
                if self.padding.is_some_and(|bounds| is_within(value, bounds)) {
                    continue;
                }
                let step = (((value - self.low) / self.per_step).round() as usize).min(Self::STEPS - 1);
                self.counts[step] += 1;
                self.total += 1;
            }
        }
    }

    fn drop_below(&mut self, value: f32) {
        let first = ((value - self.low) / self.per_step).ceil().max(0.0) as usize;
        for count in self.counts.iter_mut().take(first) {
            self.total -= std::mem::take(count);
        }
    }

    /// The smallest value at or below which `share` of all values lie (nearest rank).
    fn percentile(&self, share: f64) -> f32 {
        let rank = ((self.total as f64 * share).ceil() as u64).clamp(1, self.total.max(1));
        let mut seen = 0;
        for (step, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return self.low + step as f32 * self.per_step;
            }
        }
        self.low
    }
}

/// An upright ellipse in pixels.
struct Ellipse {
    row: f32,
    col: f32,
    half_rows: f32,
    half_cols: f32,
}

impl Ellipse {
    fn contains(&self, row: usize, col: usize) -> bool {
        let (y, x) = ((row as f32 - self.row) / self.half_rows, (col as f32 - self.col) / self.half_cols);
        y * y + x * x <= 1.0
    }
}

/// The inner part of the box around everything brighter than `background`; `None` on an empty slice.
fn inner_ellipse(plane: &Plane, background: f32) -> Option<Ellipse> {
    let (mut top, mut bottom, mut left, mut right) = (usize::MAX, 0, usize::MAX, 0);
    for row in 0..plane.rows {
        for col in 0..plane.cols {
            if plane.samples.get(row * plane.cols + col) > background {
                (top, bottom) = (top.min(row), bottom.max(row));
                (left, right) = (left.min(col), right.max(col));
            }
        }
    }
    (top <= bottom).then(|| Ellipse {
        row: (top + bottom) as f32 / 2.0,
        col: (left + right) as f32 / 2.0,
        half_rows: INNER_SHARE * (bottom - top + 1) as f32 / 2.0,
        half_cols: INNER_SHARE * (right - left + 1) as f32 / 2.0,
    })
}
