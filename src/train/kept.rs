//! One slice's map and true mask, run by run, so that distances can be measured at any threshold after the nets have
//! answered a whole data set. Not for overlaps, which need only counts (`answers`).

use crate::domain::mask::{Mask, ProbabilityMap};
use crate::domain::metrics::surface::surface_distances;

/// A map with its true mask; nothing is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMap {
    /// Height and width in pixels.
    shape: [usize; 2],
    map: Runs,
    truth: Runs,
}

/// Equal bytes in a row as one byte and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Runs {
    values: Vec<u8>,
    lengths: Vec<u16>,
}

impl Runs {
    fn of(bytes: impl Iterator<Item = u8>) -> Self {
        let mut runs = Self::default();
        for byte in bytes {
            match (runs.values.last(), runs.lengths.last_mut()) {
                (Some(&last), Some(length)) if last == byte && *length < u16::MAX => *length += 1,
                _ => {
                    runs.values.push(byte);
                    runs.lengths.push(1);
                }
            }
        }
        runs.values.shrink_to_fit();
        runs.lengths.shrink_to_fit();
        runs
    }

    /// The pixels at or above `limit`, appended.
    fn inside(&self, limit: u8, bits: &mut Vec<bool>) {
        for (&value, &length) in self.values.iter().zip(&self.lengths) {
            bits.extend(std::iter::repeat_n(value >= limit, usize::from(length)));
        }
    }
}

impl KeptMap {
    /// Keeps a map and the true mask of the same size.
    pub fn of(map: &ProbabilityMap, truth: &Mask) -> Self {
        Self {
            shape: [map.rows, map.cols],
            map: Runs::of(map.bytes.iter().copied()),
            truth: Runs::of(truth.bits.iter().map(|&bit| u8::from(bit))),
        }
    }

    /// Height and width in pixels.
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }
}

/// Surface distances of a patient's slices, stacked in order, one volume a picture size. `None` where nothing is inside
/// or where one of a volume's two masks is empty and the other is not: that distance does not exist.
///
/// Each slice comes with whether it is outlined at all; where it is not, its answered mask is empty.
pub fn distances(slices: &[(&KeptMap, bool)], mask_threshold: f32) -> Option<Vec<f64>> {
    let limit = ProbabilityMap::lowest_inside(mask_threshold);
    let mut shapes: Vec<[usize; 2]> = slices.iter().map(|(kept, _)| kept.shape).collect();
    shapes.sort_unstable();
    shapes.dedup();
    let mut all = Vec::new();
    for shape in shapes {
        let stack: Vec<_> = slices.iter().filter(|(kept, _)| kept.shape == shape).collect();
        let (mut truth, mut answer) = (Vec::new(), Vec::new());
        for (kept, is_outlined) in &stack {
            kept.truth.inside(1, &mut truth);
            if *is_outlined {
                kept.map.inside(limit, &mut answer);
            } else {
                answer.resize(truth.len(), false);
            }
        }
        if !truth.contains(&true) && !answer.contains(&true) {
            continue;
        }
        all.extend(surface_distances(&truth, &answer, [stack.len(), shape[0], shape[1]])?);
    }
    (!all.is_empty()).then_some(all)
}
