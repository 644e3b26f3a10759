//! Which slices of a data set to show, and as what small pictures. Not for decoding (`pass`).

use super::{ExampleSlice, SliceFile};
use crate::domain::mask::Mask;
use crate::domain::scan::Plane;
use crate::train::dataset::Dataset;
use crate::train::likeness;
use crate::train::split::Split;

/// Slices to show: two screens of a grid.
const MAX_EXAMPLES: usize = 48;
/// Longest side of a small picture in pixels.
const MAX_SIDE: usize = 96;
/// A small pixel is inside where at least this share of what it covers is: so a small tumor is still seen.
const INSIDE_SHARE: f32 = 1.0 / 3.0;

/// Items to show, ascending: a spread over patients, tumor slices before others of the same patient.
pub fn choose(dataset: &Dataset) -> Vec<usize> {
    let mut by_patient: Vec<Vec<usize>> = vec![Vec::new(); dataset.patients.len()];
    for (index, item) in dataset.items.iter().enumerate() {
        by_patient[item.patient].push(index);
    }
    by_patient.retain(|items| !items.is_empty());
    let patients = by_patient.len().min(MAX_EXAMPLES);
    let shown = (0..patients).map(|nth| &by_patient[nth * by_patient.len() / patients.max(1)]);
    let mut queues: Vec<Vec<usize>> = shown
        .enumerate()
        .map(|(nth, items)| {
            let mut queue = order_of(dataset, items);
            // With many patients, who gives one slice each, every third one is to be without tumor.
            if nth % 3 == 2 && queue.len() > 1 {
                queue.swap(0, 1);
            }
            queue.reverse();
            queue
        })
        .collect();
    let mut chosen = Vec::new();
    while chosen.len() < MAX_EXAMPLES && queues.iter().any(|queue| !queue.is_empty()) {
        let room = MAX_EXAMPLES - chosen.len();
        chosen.extend(queues.iter_mut().filter_map(Vec::pop).take(room));
    }
    chosen.sort_unstable();
    chosen
}

/// A patient's slices as they are to be shown: with and without tumor in turn, each from the middle outwards.
fn order_of(dataset: &Dataset, items: &[usize]) -> Vec<usize> {
    let (tumor, free): (Vec<usize>, Vec<usize>) = items.iter().partition(|&&item| dataset.items[item].label);
    let mut order = Vec::with_capacity(items.len());
    let (mut tumor, mut free) = (from_the_middle(&tumor).into_iter(), from_the_middle(&free).into_iter());
    while order.len() < items.len() {
        order.extend(tumor.next());
        order.extend(free.next());
    }
    order
}

fn from_the_middle(items: &[usize]) -> Vec<usize> {
    let middle = items.len() / 2;
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&i| i.abs_diff(middle));
    order.into_iter().map(|i| items[i]).collect()
}

/// A small picture with its mask.
pub struct Small {
    size: usize,
    gray: Vec<u8>,
    truth: Vec<u8>,
}

impl Small {
    /// The plane from its lowest value to its 99th percentile, in the middle of a square, with `mask` where it is known.
    pub fn new(plane: &Plane, mask: Option<&Mask>) -> Self {
        let size = plane.rows.max(plane.cols).clamp(1, MAX_SIDE);
        let (low, high) = likeness::range(plane).unwrap_or((0.0, 1.0));
        let level = |i: usize| ((plane.samples.get(i) - low) / (high - low)).clamp(0.0, 1.0);
        let gray = shrink(plane.rows, plane.cols, size, level).into_iter().map(|v| (v * 255.0).round() as u8);
        let truth = mask.map_or_else(Vec::new, |mask| {
            let inside = |i: usize| f32::from(u8::from(mask.bits[i]));
            shrink(mask.rows, mask.cols, size, inside).into_iter().map(|v| u8::from(v >= INSIDE_SHARE)).collect()
        });
        Self { size, gray: gray.collect(), truth }
    }

    /// As the report carries it.
    pub fn of(self, dataset: &Dataset, split: &Split, item: usize) -> ExampleSlice {
        let source = &dataset.items[item];
        ExampleSlice {
            file: SliceFile { name: source.name.clone(), image: source.image.clone(), page: source.page },
            size: self.size,
            gray: self.gray,
            truth: self.truth,
            label: source.label,
            part: split.parts[source.patient],
        }
    }
}

/// Means over the pixels that each pixel of a `size` × `size` square covers; 0 beside the picture.
fn shrink(rows: usize, cols: usize, size: usize, value: impl Fn(usize) -> f32) -> Vec<f32> {
    let longest = rows.max(cols).max(1);
    let (height, width) = ((rows * size / longest).max(1), (cols * size / longest).max(1));
    let (top, left) = ((size - height) / 2, (size - width) / 2);
    let mut out = vec![0f32; size * size];
    for y in 0..height {
        let (r0, r1) = (y * rows / height, ((y + 1) * rows / height).max(y * rows / height + 1));
        for x in 0..width {
            let (c0, c1) = (x * cols / width, ((x + 1) * cols / width).max(x * cols / width + 1));
            let sum: f32 = (r0..r1).flat_map(|r| (c0..c1).map(move |c| r * cols + c)).map(&value).sum();
            out[(top + y) * size + left + x] = sum / ((r1 - r0) * (c1 - c0)) as f32;
        }
    }
    out
}
