//! How far two outlines lie from each other: the 95th percentile of their surface distances. Not for overlaps (`super`).
//!
//! *Definition*: a mask's surface is what one erosion with the 6-neighborhood takes away, the volume's edge counting as
//! outside. Each surface voxel of one mask has its Euclidean distance to the nearest surface voxel of the other; both
//! directions are put together, and HD95 is their 95th percentile (linear between neighbors). This is MedPy's
//! `medpy.metric.binary.hd95` on the stack of slices with `voxelspacing` 1 and `connectivity` 1: where no spacing is
//! known, a step to the next slice counts as one pixel.

use super::percentile;

/// The percentile that gives HD95 its name.
const PERCENT: f64 = 95.0;

/// Further than any voxel of a volume that fits into memory, squared.
const FAR: f64 = 1e18;

/// HD95 of two masks over the same volume, in voxels. `None` where one of them, or both, are empty: there is no distance
/// to nothing (MedPy refuses both cases).
///
/// *Shape*: row-major `[slices, rows, cols]`. Masks of other lengths have no HD95.
pub fn hd95(first: &[bool], second: &[bool], shape: [usize; 3]) -> Option<f64> {
    percentile(&surface_distances(first, second, shape)?, PERCENT)
}

/// The 95th percentile of distances that [`surface_distances`] gave, of several volumes together.
pub fn hd95_of(distances: &[f64]) -> Option<f64> {
    percentile(distances, PERCENT)
}

/// All surface distances in both directions, those of `first`'s surface before those of `second`'s. `None` as [`hd95`].
///
/// Takes time and memory linear in the voxels of the box around both masks (three passes of an exact transform each way).
pub fn surface_distances(first: &[bool], second: &[bool], shape: [usize; 3]) -> Option<Vec<f64>> {
    let voxels = shape.iter().product::<usize>();
    if first.len() != voxels || second.len() != voxels || !first.contains(&true) || !second.contains(&true) {
        return None;
    }
    let bounds = bounds(first, second, shape);
    let size = bounds.map(|(low, high)| high - low);
    let borders = [first, second].map(|mask| border(&cropped(mask, shape, bounds), size));
    let mut distances = Vec::new();
    for (from, to) in [(0, 1), (1, 0)] {
        let squared = squared_distances(&borders[to], size);
        let on_surface = borders[from].iter().zip(&squared).filter(|(is_border, _)| **is_border);
        distances.extend(on_surface.map(|(_, square)| square.sqrt()));
    }
    Some(distances)
}

/// The box around both masks, `(first, one past the last)` along each axis. Nothing outside of it changes a distance.
fn bounds(first: &[bool], second: &[bool], [slices, rows, cols]: [usize; 3]) -> [(usize, usize); 3] {
    let mut bounds = [(slices, 0), (rows, 0), (cols, 0)];
    for (index, _) in first.iter().zip(second).enumerate().filter(|(_, (a, b))| **a || **b) {
        let place = [index / (rows * cols), index / cols % rows, index % cols];
        for ((low, high), at) in bounds.iter_mut().zip(place) {
            *low = (*low).min(at);
            *high = (*high).max(at + 1);
        }
    }
    bounds
}

fn cropped(mask: &[bool], [_, rows, cols]: [usize; 3], bounds: [(usize, usize); 3]) -> Vec<bool> {
    let [(first, last), (top, bottom), (left, right)] = bounds;
    let mut part = Vec::with_capacity((last - first) * (bottom - top) * (right - left));
    for slice in first..last {
        for row in top..bottom {
            let line = (slice * rows + row) * cols;
            part.extend_from_slice(&mask[line + left..line + right]);
        }
    }
    part
}

/// Voxels of the mask with a 6-neighbor outside of it or of the volume.
fn border(mask: &[bool], [slices, rows, cols]: [usize; 3]) -> Vec<bool> {
    let steps = [rows * cols, cols, 1];
    let mut border = vec![false; mask.len()];
    for slice in 0..slices {
        for row in 0..rows {
            for col in 0..cols {
                let at = (slice * rows + row) * cols + col;
                if !mask[at] {
                    continue;
                }
                let is_inner = [(slice, slices), (row, rows), (col, cols)]
                    .iter()
                    .zip(steps)
                    .all(|((i, n), step)| *i > 0 && i + 1 < *n && mask[at - step] && mask[at + step]);
                border[at] = !is_inner;
            }
        }
    }
    border
}

/// Squared Euclidean distance of each voxel to the nearest source, exact.
///
/// *Source*: Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", 2012: one lower envelope of
/// parabolas a line, along one axis after the other; linear in the number of voxels.
fn squared_distances(sources: &[bool], [slices, rows, cols]: [usize; 3]) -> Vec<f64> {
    let mut field: Vec<f64> = sources.iter().map(|&is_source| if is_source { 0.0 } else { FAR }).collect();
    let mut envelope = Envelope::default();
    for line in 0..slices * rows {
        envelope.transform(&mut field, line * cols, 1, cols);
    }
    for slice in 0..slices {
        for col in 0..cols {
            envelope.transform(&mut field, slice * rows * cols + col, cols, rows);
        }
    }
    for line in 0..rows * cols {
        envelope.transform(&mut field, line, rows * cols, slices);
    }
    field
}

/// Buffers of one line, kept from line to line.
#[derive(Default)]
struct Envelope {
    values: Vec<f64>,
    /// Places of the parabolas in the lower envelope.
    sites: Vec<usize>,
    /// From where on each of them is the lowest.
    starts: Vec<f64>,
}

impl Envelope {
    /// The transform of `count` values of `field`, `step` apart, in place.
    fn transform(&mut self, field: &mut [f64], start: usize, step: usize, count: usize) {
        self.values.clear();
        self.values.extend((0..count).map(|i| field[start + i * step]));
        self.sites.clear();
        self.starts.clear();
        for q in (0..count).filter(|&q| self.values[q] < FAR) {
            let mut from = f64::NEG_INFINITY;
            while let (Some(&p), Some(&begins)) = (self.sites.last(), self.starts.last()) {
                let height = |i: usize| self.values[i] + (i * i) as f64;
                from = (height(q) - height(p)) / (2 * (q - p)) as f64;
                if from > begins {
                    break;
                }
                self.sites.pop();
                self.starts.pop();
                from = f64::NEG_INFINITY;
            }
            self.sites.push(q);
            self.starts.push(from);
        }
        if self.sites.is_empty() {
            return;
        }
        let mut nearest = 0;
        for i in 0..count {
            while self.starts.get(nearest + 1).is_some_and(|&next| next < i as f64) {
                nearest += 1;
            }
            let site = self.sites[nearest];
            field[start + i * step] = self.values[site] + i.abs_diff(site).pow(2) as f64;
        }
    }
}
