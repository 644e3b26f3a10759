//! One stack read at the voxels of another, through the patient's millimeters. Not for which stacks belong together
//! (`assembly`, `layers`), and not for the nets' size (`nn::input`).

use super::geometry::{Geometry, length};
use super::scan::{Plane, Samples, Scan};

/// The voxels of a stack: where they lie and how many there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Where.
    pub geometry: Geometry,
    /// `[slices, rows, cols]`.
    pub sizes: [usize; 3],
}

/// Part of a voxel below which two grids count as the same: far below what is seen, far above what rounding makes.
const SNAP: f64 = 1e-3;

/// From a voxel of one grid to one of another: `base + slice * steps[0] + row * steps[1] + col * steps[2]`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Voxels {
    base: [f64; 3],
    steps: [[f64; 3]; 3],
}

impl Grid {
    /// The grid of `scan`; `None` where it is not known.
    pub fn of(scan: &Scan) -> Option<Self> {
        let geometry = scan.about.geometry?;
        Some(Self { geometry, sizes: [scan.slices.len(), scan.rows, scan.cols] })
    }

    /// The same voxels as an axial stack: columns to the patient's left, rows to the back, slices to the head. Of an
    /// oblique stack the axes nearest to these.
    #[must_use]
    pub fn axial(&self) -> Self {
        const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        // Toward the head along slices, toward the back along rows, toward the left along columns.
        const WANTED: [usize; 3] = [2, 1, 0];
        let g = &self.geometry;
        let steps = [g.slice_step_mm, g.row_step_mm, g.col_step_mm];
        let share = |step: [f64; 3], axis: usize| step[axis] / length(step);
        let fit = |order: &[usize; 3]| (0..3).map(|i| share(steps[order[i]], WANTED[i]).abs()).sum::<f64>();
        let order = ORDERS.into_iter().max_by(|a, b| fit(a).total_cmp(&fit(b))).unwrap_or(ORDERS[0]);
        let mut origin_mm = g.origin_mm;
        let turned: [[f64; 3]; 3] = std::array::from_fn(|i| {
            let step = steps[order[i]];
            if share(step, WANTED[i]) >= 0.0 {
                return step;
            }
            let last = (self.sizes[order[i]].saturating_sub(1)) as f64;
            origin_mm.iter_mut().zip(step).for_each(|(origin, step)| *origin += step * last);
            step.map(|x| -x)
        });
        let [slice_step_mm, row_step_mm, col_step_mm] = turned;
        let geometry = Geometry { origin_mm, slice_step_mm, row_step_mm, col_step_mm };
        Self { geometry, sizes: order.map(|axis| self.sizes[axis]) }
    }

    /// Whether `other` has the same voxels in the same order.
    pub fn is_same(&self, other: &Self) -> bool {
        self.sizes == other.sizes && self.voxels_in(other).is_identity(self.sizes)
    }

    fn voxels_in(&self, source: &Self) -> Voxels {
        let at = |voxel| source.geometry.voxel_from_patient(self.geometry.patient_from_voxel(voxel));
        let base = at([0.0; 3]);
        let step = |voxel| {
            let there = at(voxel);
            std::array::from_fn(|i| there[i] - base[i])
        };
        Voxels { base, steps: [step([1.0, 0.0, 0.0]), step([0.0, 1.0, 0.0]), step([0.0, 0.0, 1.0])] }
    }

    /// Calls `take` with where each voxel of `slice` lies in `source`, row by row.
    pub fn each_in(&self, source: &Self, slice: usize, mut take: impl FnMut([f64; 3])) {
        let voxels = self.voxels_in(source);
        for row in 0..self.sizes[1] {
            for col in 0..self.sizes[2] {
                take(voxels.at([slice as f64, row as f64, col as f64]));
            }
        }
    }
}

impl Voxels {
    fn at(&self, voxel: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| {
            self.base[i] + voxel[0] * self.steps[0][i] + voxel[1] * self.steps[1][i] + voxel[2] * self.steps[2][i]
        })
    }

    /// Whether no voxel of a grid of `sizes` moves: it is enough to look at the corners.
    fn is_identity(&self, sizes: [usize; 3]) -> bool {
        let last = sizes.map(|n| n.saturating_sub(1) as f64);
        (0..8).all(|corner| {
            let voxel = std::array::from_fn(|i| if corner >> i & 1 == 1 { last[i] } else { 0.0 });
            self.at(voxel).iter().zip(voxel).all(|(there, here)| (there - here).abs() < SNAP)
        })
    }
}

/// The index nearest to `at` in a row of `count` voxels; `None` more than half a voxel beyond the outermost centers.
pub fn nearest(at: f64, count: usize) -> Option<usize> {
    let is_inside = count > 0 && at > -0.5 - SNAP && at < count as f64 - 0.5 + SNAP;
    // The little shift lets both sides of a tie fall the same way whatever rounding did before.
    is_inside.then(|| ((at + SNAP / 2.0).round().max(0.0) as usize).min(count - 1))
}

/// The two neighbors of `at` with the share of the second; `None` outside.
fn between(at: f64, count: usize) -> Option<(usize, usize, f64)> {
    nearest(at, count)?;
    let at = if (at - at.round()).abs() < SNAP { at.round() } else { at };
    let at = at.clamp(0.0, (count - 1) as f64);
    let below = at.floor() as usize;
    Some((below, (below + 1).min(count - 1), at - at.floor()))
}

/// One sequence of a stack, ready to be read between its voxels.
pub struct Field<'a> {
    grid: Grid,
    planes: Vec<&'a Plane>,
    lowest: f32,
}

/// A slice read from another stack.
pub struct Sampled {
    /// The values, of the source's depth; integers are rounded.
    pub plane: Plane,
    /// Voxels that lie within the source; the others have its lowest value.
    pub inside: usize,
}

impl<'a> Field<'a> {
    /// Sequence `sequence` of `scan`; `None` where its place is not known or it has no such sequence.
    pub fn of(scan: &'a Scan, sequence: usize) -> Option<Self> {
        let planes: Vec<&Plane> = scan.slices.iter().filter_map(|s| s.planes.get(sequence)).collect();
        let grid = Grid::of(scan).filter(|g| g.sizes[0] == planes.len() && !planes.is_empty())?;
        let lowest = planes.iter().filter_map(|p| p.samples.lowest()).fold(f32::INFINITY, f32::min);
        Some(Self { grid, planes, lowest })
    }

    /// The slice `slice` of `target`, trilinear between the source's voxels.
    pub fn slice(&self, target: &Grid, slice: usize) -> Sampled {
        let [_, rows, cols] = target.sizes;
        let mut values = Vec::with_capacity(rows * cols);
        let mut inside = 0;
        target.each_in(&self.grid, slice, |at| match self.value(at) {
            Some(value) => {
                inside += 1;
                values.push(value);
            }
            None => values.push(self.lowest),
        });
        let samples = match self.planes[0].samples {
            Samples::U8(_) => Samples::U8(values.into_iter().map(|v| v.round() as u8).collect()),
            Samples::U16(_) => Samples::U16(values.into_iter().map(|v| v.round() as u16).collect()),
            Samples::I16(_) => Samples::I16(values.into_iter().map(|v| v.round() as i16).collect()),
            Samples::F32(_) => Samples::F32(values),
        };
        Sampled { plane: Plane { rows, cols, samples }, inside }
    }

    fn value(&self, at: [f64; 3]) -> Option<f32> {
        let [slices, rows, cols] = self.grid.sizes;
        let (s0, s1, fs) = between(at[0], slices)?;
        let (r0, r1, fr) = between(at[1], rows)?;
        let (c0, c1, fc) = between(at[2], cols)?;
        let row = |plane: &Plane, r: usize| {
            let (a, b) = (plane.samples.get(r * cols + c0), plane.samples.get(r * cols + c1));
            f64::from(a) + (f64::from(b) - f64::from(a)) * fc
        };
        let plane = |s: usize| {
            let plane = self.planes[s];
            let upper = row(plane, r0);
            if fr == 0.0 { upper } else { upper + (row(plane, r1) - upper) * fr }
        };
        let first = plane(s0);
        Some(if fs == 0.0 { first } else { first + (plane(s1) - first) * fs } as f32)
    }
}
