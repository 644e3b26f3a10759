//! Which NIfTI volumes are masks, and what is inside of them. Not for laying them over their images (`domain::layers`).

use std::path::Path;

use super::{Volume, stem};
use crate::domain::grid::Grid;
use crate::domain::layers::MaskVolume;
use crate::domain::mask::Mask;
use crate::domain::scan::Plane;

/// Words in a file's or its folder's name that speak of a mask.
const MASK_WORDS: [&str; 16] = [
    "seg",
    "segmentation",
    "mask",
    "masks",
    "label",
    "labels",
    "labelstr",
    "lesion",
    "roi",
    "gt",
    "groundtruth",
    "truth",
    "annotation",
    "tumor",
    "tumour",
    "abnormality",
];
/// … and of one that shows the brain and no finding.
const BRAIN_WORDS: [&str; 5] = ["brain", "bet", "brainmask", "skull", "skullstrip"];
/// Words that make it a finding all the same.
const FINDING_WORDS: [&str; 4] = ["seg", "tumor", "tumour", "lesion"];

/// A volume named as a mask has at most so many labels …
const MAX_LABELS: usize = 32;
/// … and one that is not named so is a mask where it has at most so many values: no scan is that poor.
const MAX_LABELS_UNNAMED: usize = 8;
/// Least share of a mask without a name for it that is 0.
const MIN_EMPTY: f64 = 0.5;

/// What a volume is beside an image.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// A picture.
    Image,
    /// A mask of a finding; `words` say what was done to read it so.
    Mask {
        /// The mask.
        mask: Box<MaskVolume>,
        /// For the reader, where it is not plain.
        words: Option<String>,
    },
    /// Where the brain is, which is no finding.
    BrainMask,
}

/// The words of a name, in lower case.
fn words_of(name: &str) -> Vec<String> {
    name.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// Whether a word of a name speaks of a mask.
pub fn is_mask_word(word: &str) -> bool {
    MASK_WORDS.contains(&word)
}

/// Whether the name of the file at `path` speaks of a mask of a finding.
pub fn is_named_mask(path: &Path) -> bool {
    let words = words_of(&stem(path));
    has(&words, &MASK_WORDS) && (!has(&words, &BRAIN_WORDS) || has(&words, &FINDING_WORDS))
}

fn has(words: &[String], names: &[&str]) -> bool {
    words.iter().any(|word| names.contains(&word.as_str()))
}

/// What `volume` of the file at `path` is, by its header, its values and its name.
pub fn role(volume: &Volume, path: &Path) -> Role {
    let words = words_of(&stem(path));
    let folder = path.parent().and_then(Path::file_name).map(|n| words_of(&n.to_string_lossy())).unwrap_or_default();
    let is_named = volume.holds_labels || has(&words, &MASK_WORDS) || has(&folder, &["labelstr", "labels", "masks"]);
    let rescale = volume.scan.about.rescale;
    let planes = || volume.scan.slices.iter().flat_map(|s| &s.planes);
    let measured = |value: f32| rescale.measured(value) as f32;
    let Some(found) = Found::of(planes(), measured, if is_named { MAX_LABELS } else { MAX_LABELS_UNNAMED }) else {
        return graded(volume, path, is_named, measured);
    };
    if found.is_constant_image() || !is_named && found.empty_share < MIN_EMPTY {
        return Role::Image;
    }
    if has(&words, &BRAIN_WORDS) && !has(&words, &FINDING_WORDS) {
        return Role::BrainMask;
    }
    let labels: Vec<String> = found.values.iter().filter(|&&v| v != 0.0).map(|v| format!("{v}")).collect();
    let words = (labels.len() > 1)
        .then(|| format!("{} has the labels {}: taken together as one mask.", stem(path), labels.join(", ")));
    Role::Mask { mask: Box::new(mask_volume(volume, path, |value| measured(value) != 0.0)), words }
}

/// A probability named as a mask: what is above half counts as inside.
fn graded(volume: &Volume, path: &Path, is_named: bool, measured: impl Fn(f32) -> f32) -> Role {
    let values = volume.scan.slices.iter().flat_map(|s| &s.planes).map(|p| &p.samples);
    let is_share = |samples: &crate::domain::scan::Samples| {
        (0..samples.len()).all(|i| (0.0..=1.0).contains(&measured(samples.get(i))))
    };
    if !is_named || !values.into_iter().all(is_share) {
        return Role::Image;
    }
    let words = format!("{} holds values between 0 and 1: what is above 0.5 counts as inside.", stem(path));
    Role::Mask { mask: Box::new(mask_volume(volume, path, |value| measured(value) > 0.5)), words: Some(words) }
}

fn mask_volume(volume: &Volume, path: &Path, is_inside: impl Fn(f32) -> bool) -> MaskVolume {
    let about = &volume.scan.about;
    let mask_of = |plane: &Plane| Mask {
        rows: plane.rows,
        cols: plane.cols,
        bits: (0..plane.samples.len()).map(|i| is_inside(plane.samples.get(i))).collect(),
    };
    MaskVolume {
        name: stem(path),
        grid: Grid::of(&volume.scan),
        frame_of_reference: about.frame_of_reference.clone(),
        patient_key: about.patient_key,
        masks: volume.scan.slices.iter().map(|slice| mask_of(&slice.planes[0])).collect(),
    }
}

/// The few whole numbers of a volume.
struct Found {
    values: Vec<f32>,
    empty_share: f64,
}

impl Found {
    /// `None` where there are more than `most` values, or one that is no whole number from 0 on.
    fn of<'a>(planes: impl Iterator<Item = &'a Plane>, measured: impl Fn(f32) -> f32, most: usize) -> Option<Self> {
        let (mut values, mut last): (Vec<f32>, Option<f32>) = (Vec::new(), None);
        let (mut empty, mut all) = (0usize, 0usize);
        for plane in planes {
            for index in 0..plane.samples.len() {
                let stored = plane.samples.get(index);
                let value = measured(stored);
                all += 1;
                empty += usize::from(value == 0.0);
                if last == Some(stored) {
                    continue;
                }
                last = Some(stored);
                if !values.contains(&value) {
                    if value < 0.0 || value.fract() != 0.0 || values.len() == most + 1 {
                        return None;
                    }
                    values.push(value);
                }
            }
        }
        values.sort_by(f32::total_cmp);
        Some(Self { values, empty_share: empty as f64 / all.max(1) as f64 })
    }

    /// A single value that is not 0 is a blank picture; a single 0 is a mask with nothing in it.
    fn is_constant_image(&self) -> bool {
        self.values.len() == 1 && self.values[0] != 0.0
    }
}
