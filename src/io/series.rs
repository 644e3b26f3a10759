//! From decoded pages to scans: what the channels are, which pages belong together, in which order. Not for finding or
//! decoding files (`open`, `raster`), and not for masks (`masks`).

use std::path::{Path, PathBuf};

use super::raster::{Kind, Page};
use crate::domain::scan::{About, Plane, Samples, Scan, Sequence, Slice};

/// Three channels are three sequences where they differ by more than this share of their brightness, summed over the
/// scan. Measured on the LGG set's 3115 slices: slices whose channels differ at all
/// differ by 0.20 to 1.0, whole patients by 0.28 and more. A gray slice saved as a color JPEG at quality 30, 60 and 90,
/// with and without chroma subsampling, came back with a difference of 0.
const MIN_CHANNEL_DIFFERENCE: f64 = 0.05;

/// One page, with its equal channels folded into one plane.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The file.
    pub path: PathBuf,
    /// Page in a multi-page file, from 0.
    pub page: Option<usize>,
    /// Kind of file.
    pub kind: Kind,
    /// One plane, or three that are not all equal.
    pub planes: Vec<Plane>,
    /// Whether the file holds three channels, equal or not.
    pub is_color: bool,
    /// Sum over the pixels of the largest minus the smallest channel.
    difference: f64,
    /// Sum over the pixels of the largest channel.
    brightness: f64,
    /// Whether the first and the second channel are equal, and the second and the third.
    equal_pairs: [bool; 2],
    /// What was odd.
    pub warnings: Vec<String>,
}

impl Picture {
    /// Takes `page`, number `index` of `count` in its file.
    pub fn new(page: Page, path: &Path, index: usize, count: usize) -> Self {
        let is_color = page.is_color();
        let (difference, brightness) = if is_color { channel_difference(&page.channels) } else { (0.0, 0.0) };
        let mut planes = page.channels;
        let mut equal_pairs = [false; 2];
        if is_color {
            equal_pairs = [planes[0] == planes[1], planes[1] == planes[2]];
            if equal_pairs == [true; 2] {
                planes.truncate(1);
            }
        }
        Self {
            path: path.to_owned(),
            page: (count > 1).then_some(index),
            kind: page.kind,
            planes,
            is_color,
            difference,
            brightness,
            equal_pairs,
            warnings: page.warnings,
        }
    }

    /// Bytes of pixel data in memory.
    pub fn bytes(&self) -> u64 {
        self.planes.iter().map(|p| p.samples.bytes() as u64).sum()
    }

    /// What must be equal for two pictures to lie in one stack.
    fn stack_key(&self) -> (usize, usize, u32, bool, Option<&Path>) {
        let first = &self.planes[0];
        let own_file = self.page.map(|_| self.path.as_path());
        (first.rows, first.cols, first.samples.bits(), self.is_color, own_file)
    }
}

/// Sums of the largest minus the smallest channel, and of the largest channel above the darkest value.
fn channel_difference(channels: &[Plane]) -> (f64, f64) {
    let [a, b, c] = channels else { return (0.0, 0.0) };
    match (&a.samples, &b.samples, &c.samples) {
        (Samples::U8(a), Samples::U8(b), Samples::U8(c)) => {
            let mut sums = (0u64, 0u64);
            for ((&a, &b), &c) in a.iter().zip(b).zip(c) {
                let top = a.max(b).max(c);
                sums.0 += u64::from(top - a.min(b).min(c));
                sums.1 += u64::from(top);
            }
            (sums.0 as f64, sums.1 as f64)
        }
        (a, b, c) => {
            let triples = || (0..a.len()).map(|i| [a.get(i), b.get(i), c.get(i)].map(f64::from));
            // Floating-point and signed values may lie below zero: brightness is counted from the darkest one.
            let floor = triples().flatten().fold(f64::INFINITY, f64::min).min(0.0);
            triples().fold((0.0, 0.0), |sums, [a, b, c]| {
                let top = a.max(b).max(c);
                (sums.0 + top - a.min(b).min(c), sums.1 + top - floor)
            })
        }
    }
}

/// Scans from `pictures`, which come in reading order. Sizes, depths and color forms that do not fit one another become
/// scans of their own, and each multi-page file is one.
pub fn stack(pictures: Vec<Picture>, title: &str) -> (Vec<Scan>, Vec<String>) {
    let mut groups: Vec<Vec<Picture>> = Vec::new();
    for picture in pictures {
        match groups.iter_mut().find(|g| g[0].stack_key() == picture.stack_key()) {
            Some(group) => group.push(picture),
            None => groups.push(vec![picture]),
        }
    }
    let warnings = if groups.len() > 1 { vec![split_words(&groups)] } else { Vec::new() };
    let is_split = groups.len() > 1;
    let scans = groups.into_iter().map(|group| scan_of(group, title, is_split)).collect();
    (scans, warnings)
}

fn split_words(groups: &[Vec<Picture>]) -> String {
    let parts: Vec<String> = groups
        .iter()
        .map(|group| {
            let (rows, cols, bits, is_color, _) = group[0].stack_key();
            let color = if is_color { "color" } else { "gray" };
            let count = group.len();
            let slices = if count == 1 { "slice" } else { "slices" };
            format!("{count} {slices} of {cols} × {rows} px, {bits} bit, {color}")
        })
        .collect();
    format!(
        "These pictures do not fit into one stack and were split into {} series: {}.",
        groups.len(),
        parts.join("; ")
    )
}

/// What the channels of a whole scan are.
fn sequences_of(group: &[Picture], warnings: &mut Vec<String>) -> Vec<Sequence> {
    if !group[0].is_color {
        return vec![Sequence::Unknown];
    }
    let difference: f64 = group.iter().map(|p| p.difference).sum();
    let brightness: f64 = group.iter().map(|p| p.brightness).sum();
    if difference > MIN_CHANNEL_DIFFERENCE * brightness {
        for (pair, copy) in [(0, "T1"), (1, "T1 post")] {
            if group.iter().all(|p| p.equal_pairs[pair]) {
                warnings.push(format!("{copy} is missing: its channel is a copy of FLAIR."));
            }
        }
        return Sequence::NET_ORDER.to_vec();
    }
    // The LGG set fills missing sequences with FLAIR, so three exactly equal channels in a lossless file are FLAIR alone.
    // A gray picture that went through JPEG says nothing of the kind.
    if difference == 0.0 && group.iter().all(|p| p.kind != Kind::Jpeg) {
        warnings.push(
            "The three channels are equal: read as FLAIR, with T1 and T1 post missing, as the training set stores it. \
             If this is another sequence, the result cannot be relied on."
                .to_owned(),
        );
        return vec![Sequence::Flair];
    }
    warnings.push("The color channels differ by no more than compression noise: read as one gray picture.".to_owned());
    vec![Sequence::Unknown]
}

fn scan_of(group: Vec<Picture>, title: &str, is_split: bool) -> Scan {
    let (rows, cols, bits, is_color, own_file) = group[0].stack_key();
    let scan_title = match own_file {
        Some(file) if is_split => file_name(file),
        _ if is_split => format!("{cols} × {rows}, {bits} bit {}", if is_color { "color" } else { "gray" }),
        _ => title.to_owned(),
    };
    let mut kinds: Vec<&str> = group.iter().map(|p| p.kind.label()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let kind = kinds.join(", ");
    let mut warnings = Vec::new();
    let sequences = sequences_of(&group, &mut warnings);
    let slices = group.into_iter().map(|picture| slice_of(picture, sequences.len())).collect();
    Scan {
        title: scan_title,
        kind,
        rows,
        cols,
        sequences,
        slices,
        reference: Vec::new(),
        warnings,
        about: About::default(),
    }
}

fn slice_of(picture: Picture, plane_count: usize) -> Slice {
    let mut planes = picture.planes;
    if plane_count == 1 && planes.len() == 3 {
        // Channels equal but for noise: green carries most of JPEG's luminance.
        planes.swap(0, 1);
        planes.truncate(1);
    }
    while planes.len() < plane_count {
        planes.push(planes[0].clone());
    }
    let name = match picture.page {
        Some(page) => format!("{} p{}", file_name(&picture.path), page + 1),
        None => file_name(&picture.path),
    };
    Slice { name, path: picture.path, page: picture.page, planes, warnings: picture.warnings }
}

/// The file's own name, without its folder.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
