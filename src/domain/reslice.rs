//! Planes through a volume: their grid in the patient, where two of them cross, and the values and masks on them. Not for
//! choosing a plane (`state::panes`) or drawing it (`ui`).

use super::geometry::{AnatomicalPlane, Geometry, cross, dot, length};
use super::mask::Mask;
use super::measurement::Point;
use super::scan::{Plane, Samples, Scan};

/// A plane in the patient with a grid of pixels on it.
///
/// *Units*: millimeters, LPS.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// Center of pixel (row 0, column 0).
    pub origin_mm: [f64; 3],
    /// From one row to the next.
    pub row_step_mm: [f64; 3],
    /// From one column to the next.
    pub col_step_mm: [f64; 3],
    /// Height in pixels.
    pub rows: usize,
    /// Width in pixels.
    pub cols: usize,
}

/// How the values across a plane's thickness become one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Slab {
    /// The plane alone.
    #[default]
    Single,
    /// The greatest value within so many millimeters.
    Maximum(f64),
    /// The mean of the values within so many millimeters.
    Mean(f64),
}

/// No side of a cut has more pixels: a plane must be there within a frame.
const MOST_PIXELS: usize = 640;

impl Cut {
    /// The plane of one slice of a stack.
    pub fn of_slice(geometry: &Geometry, slice: usize, rows: usize, cols: usize) -> Self {
        let origin_mm = geometry.patient_from_voxel([slice as f64, 0.0, 0.0]);
        Self { origin_mm, row_step_mm: geometry.row_step_mm, col_step_mm: geometry.col_step_mm, rows, cols }
    }

    /// The plane of the body through `through_mm` that covers the whole stack of `[slices, rows, cols]` voxels, with square
    /// pixels of the stack's finest spacing, head or face up and the patient's right on the left.
    pub fn of_body(geometry: &Geometry, size: [usize; 3], plane: AnatomicalPlane, through_mm: [f64; 3]) -> Self {
        // The axes that run across and down, and their senses, in LPS.
        let (across, down, down_sign, normal) = match plane {
            AnatomicalPlane::Axial => (0, 1, 1.0, 2),
            AnatomicalPlane::Coronal => (0, 2, -1.0, 1),
            AnatomicalPlane::Sagittal => (1, 2, -1.0, 0),
        };
        let (low, high) = bounds(geometry, size);
        let finest = geometry.spacing_mm().into_iter().fold(f64::INFINITY, f64::min);
        let widest = (high[across] - low[across]).max(high[down] - low[down]);
        let step = finest.max(widest / MOST_PIXELS as f64);
        let count = |axis: usize| (((high[axis] - low[axis]) / step).round() as usize).max(1);
        let (cols, rows) = (count(across), count(down));
        let mut origin_mm = through_mm;
        origin_mm[across] = low[across] + step / 2.0;
        origin_mm[down] = if down_sign > 0.0 { low[down] + step / 2.0 } else { high[down] - step / 2.0 };
        origin_mm[normal] = through_mm[normal];
        let along = |axis: usize, sign: f64| {
            let mut way = [0.0; 3];
            way[axis] = sign * step;
            way
        };
        Self { origin_mm, row_step_mm: along(down, down_sign), col_step_mm: along(across, 1.0), rows, cols }
    }

    /// Where a point of the picture (`[x, y]` in pixels, the first pixel's center at 0.5) lies in the patient.
    pub fn patient_from_px(&self, at: Point) -> [f64; 3] {
        let [col, row] = [at[0] - 0.5, at[1] - 0.5];
        std::array::from_fn(|i| self.origin_mm[i] + col * self.col_step_mm[i] + row * self.row_step_mm[i])
    }

    /// The point of the picture nearest to a point of the patient, perhaps outside.
    pub fn px_from_patient(&self, at_mm: [f64; 3]) -> Point {
        let [_, row, col] = self.geometry().voxel_from_patient(at_mm);
        [col + 0.5, row + 0.5]
    }

    /// The unit vector across the plane.
    pub fn normal(&self) -> [f64; 3] {
        let across = cross(self.row_step_mm, self.col_step_mm);
        across.map(|x| x / length(across))
    }

    /// The plane as a stack of one slice, 1 mm thick.
    pub fn geometry(&self) -> Geometry {
        Geometry {
            origin_mm: self.origin_mm,
            slice_step_mm: self.normal(),
            row_step_mm: self.row_step_mm,
            col_step_mm: self.col_step_mm,
        }
    }

    /// Where `other` cuts this picture: the ends of the line within it, in pixels. `None` where they are parallel or do not
    /// meet within the picture.
    pub fn crossing(&self, other: &Self) -> Option<[Point; 2]> {
        let normal = other.normal();
        // a·x + b·y + c = 0 in pixels.
        let (a, b) = (dot(normal, self.col_step_mm), dot(normal, self.row_step_mm));
        let start = self.patient_from_px([0.0, 0.0]);
        let c = dot(normal, std::array::from_fn(|i| start[i] - other.origin_mm[i]));
        let finest = length(self.col_step_mm).min(length(self.row_step_mm));
        // Less than six degrees apart counts as parallel: the line would jump through the picture.
        if a.hypot(b) < 0.1 * finest {
            return None;
        }
        let (width, height) = (self.cols as f64, self.rows as f64);
        let mut ends: Vec<Point> = Vec::new();
        for x in [0.0, width] {
            let y = -(a * x + c) / b;
            ends.extend((y.is_finite() && (0.0..=height).contains(&y)).then_some([x, y]));
        }
        for y in [0.0, height] {
            let x = -(b * y + c) / a;
            ends.extend((x.is_finite() && (0.0..=width).contains(&x)).then_some([x, y]));
        }
        let first = *ends.first()?;
        let far = |p: &Point| (p[0] - first[0]).hypot(p[1] - first[1]);
        let last = *ends.iter().max_by(|p, q| far(p).total_cmp(&far(q)))?;
        (far(&last) > 1e-9).then_some([first, last])
    }
}

/// The box around a stack, from outer edge to outer edge of its voxels, in LPS.
fn bounds(geometry: &Geometry, size: [usize; 3]) -> ([f64; 3], [f64; 3]) {
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for corner in 0..8 {
        let voxel = std::array::from_fn(|i| if corner & (1 << i) == 0 { -0.5 } else { size[i] as f64 - 0.5 });
        let at = geometry.patient_from_voxel(voxel);
        for i in 0..3 {
            (low[i], high[i]) = (low[i].min(at[i]), high[i].max(at[i]));
        }
    }
    (low, high)
}

/// The way through the voxels: where the first pixel lies, and what a column, a row and a millimeter across add.
struct Way {
    start: [f64; 3],
    col: [f64; 3],
    row: [f64; 3],
    across: [f64; 3],
}

impl Way {
    fn of(geometry: &Geometry, cut: &Cut) -> Self {
        let start = geometry.voxel_from_patient(cut.origin_mm);
        let to = |step: [f64; 3]| {
            let there = geometry.voxel_from_patient(std::array::from_fn(|i| cut.origin_mm[i] + step[i]));
            std::array::from_fn(|i| there[i] - start[i])
        };
        Self { start, col: to(cut.col_step_mm), row: to(cut.row_step_mm), across: to(cut.normal()) }
    }
}

/// The values of `sequence` of `scan` on `cut`, trilinear, in the depth that the scan has; black outside. `None` where the
/// scan has no geometry or no such sequence.
pub fn values(scan: &Scan, sequence: usize, cut: &Cut, slab: Slab) -> Option<Plane> {
    let geometry = scan.about.geometry.as_ref()?;
    let planes: Vec<&Plane> = scan.slices.iter().filter_map(|s| s.planes.get(sequence)).collect();
    let size = [planes.len(), scan.rows, scan.cols];
    let way = Way::of(geometry, cut);
    // Black is the largest value where the scale is turned round.
    let black = |low: f32, high: f32| if scan.about.is_inverted { high } else { low };
    let samples = match &planes.first()?.samples {
        Samples::U8(_) => {
            let all: Vec<&[u8]> =
                planes.iter().map(|p| if let Samples::U8(v) = &p.samples { &v[..] } else { &[] }).collect();
            let found = sample(&all, size, cut, &way, slab, geometry, black(0.0, 255.0));
            Samples::U8(found.into_iter().map(|v| v.round() as u8).collect())
        }
        Samples::U16(_) => {
            let all: Vec<&[u16]> =
                planes.iter().map(|p| if let Samples::U16(v) = &p.samples { &v[..] } else { &[] }).collect();
            let found = sample(&all, size, cut, &way, slab, geometry, black(0.0, f32::from(u16::MAX)));
            Samples::U16(found.into_iter().map(|v| v.round() as u16).collect())
        }
        Samples::I16(_) => {
            let all: Vec<&[i16]> =
                planes.iter().map(|p| if let Samples::I16(v) = &p.samples { &v[..] } else { &[] }).collect();
            let found = sample(&all, size, cut, &way, slab, geometry, black(f32::from(i16::MIN), f32::from(i16::MAX)));
            Samples::I16(found.into_iter().map(|v| v.round() as i16).collect())
        }
        Samples::F32(_) => {
            let all: Vec<&[f32]> =
                planes.iter().map(|p| if let Samples::F32(v) = &p.samples { &v[..] } else { &[] }).collect();
            Samples::F32(sample(&all, size, cut, &way, slab, geometry, black(f32::MIN, f32::MAX)))
        }
    };
    Some(Plane { rows: cut.rows, cols: cut.cols, samples })
}

/// Offsets across the plane in millimeters at which a slab is sampled: no farther apart than the finest spacing.
fn offsets(slab: Slab, geometry: &Geometry) -> Vec<f64> {
    let (Slab::Maximum(thickness) | Slab::Mean(thickness)) = slab else { return vec![0.0] };
    let finest = geometry.spacing_mm().into_iter().fold(f64::INFINITY, f64::min);
    let half = ((thickness / 2.0 / finest).round() as i64).clamp(0, 40);
    (-half..=half).map(|i| i as f64 * thickness / 2.0 / half.max(1) as f64).collect()
}

fn sample<T: Copy + Into<f32>>(
    slices: &[&[T]],
    size: [usize; 3],
    cut: &Cut,
    way: &Way,
    slab: Slab,
    geometry: &Geometry,
    outside: f32,
) -> Vec<f32> {
    let offsets = offsets(slab, geometry);
    let mut found = Vec::with_capacity(cut.rows * cut.cols);
    for row in 0..cut.rows {
        for col in 0..cut.cols {
            let at = |mm: f64| -> [f64; 3] {
                std::array::from_fn(|i| {
                    way.start[i] + col as f64 * way.col[i] + row as f64 * way.row[i] + mm * way.across[i]
                })
            };
            found.push(match slab {
                Slab::Single => trilinear(slices, size, at(0.0)).unwrap_or(outside),
                Slab::Maximum(_) => {
                    let all = offsets.iter().filter_map(|&mm| trilinear(slices, size, at(mm)));
                    all.reduce(f32::max).unwrap_or(outside)
                }
                Slab::Mean(_) => {
                    let all = offsets.iter().filter_map(|&mm| trilinear(slices, size, at(mm)));
                    let (sum, count) = all.fold((0.0, 0), |(sum, count), v| (sum + v, count + 1));
                    if count > 0 { sum / count as f32 } else { outside }
                }
            });
        }
    }
    found
}

/// The value between the eight voxels around `at`; `None` outside of the outermost voxels' edges, and the nearest value
/// within their outer halves.
fn trilinear<T: Copy + Into<f32>>(slices: &[&[T]], size: [usize; 3], at: [f64; 3]) -> Option<f32> {
    let mut low = [0usize; 3];
    let mut high = [0usize; 3];
    let mut share = [0.0f32; 3];
    for i in 0..3 {
        let last = size[i] as f64 - 1.0;
        if at[i] < -0.5 || at[i] > last + 0.5 {
            return None;
        }
        let clamped = at[i].clamp(0.0, last.max(0.0));
        low[i] = clamped as usize;
        high[i] = (low[i] + 1).min(size[i] - 1);
        share[i] = (clamped - low[i] as f64) as f32;
    }
    let line = |slice: &[T], row: usize| {
        let (a, b): (f32, f32) =
            (slice.get(row * size[2] + low[2]).copied()?.into(), slice.get(row * size[2] + high[2]).copied()?.into());
        Some(a + (b - a) * share[2])
    };
    let face = |slice: &[T]| {
        let (a, b) = (line(slice, low[1])?, line(slice, high[1])?);
        Some(a + (b - a) * share[1])
    };
    let (a, b) = (face(slices.get(low[0])?)?, face(slices.get(high[0])?)?);
    Some(a + (b - a) * share[0])
}

/// The mask on `cut` whose pixels are inside where the nearest voxel of the stack is: `is_inside` is asked with slice and
/// index within the slice.
pub fn mask(
    geometry: &Geometry,
    [slices, rows, cols]: [usize; 3],
    cut: &Cut,
    is_inside: impl Fn(usize, usize) -> bool,
) -> Mask {
    let way = Way::of(geometry, cut);
    let mut bits = Vec::with_capacity(cut.rows * cut.cols);
    for row in 0..cut.rows {
        for col in 0..cut.cols {
            let [s, r, c] =
                std::array::from_fn(|i| (way.start[i] + col as f64 * way.col[i] + row as f64 * way.row[i]).round());
            let fits = |v: f64, n: usize| v >= 0.0 && v < n as f64;
            let is_within = fits(s, slices) && fits(r, rows) && fits(c, cols);
            bits.push(is_within && is_inside(s as usize, r as usize * cols + c as usize));
        }
    }
    Mask { rows: cut.rows, cols: cut.cols, bits }
}
