//! Looks at a data set before a second is spent on training: counts, split, warnings. Not for training on it, and not for
//! the decoding (`inspect::pass`) or the words (`inspect::words`).

mod examples;
mod pass;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::dataset::{Dataset, Progress};
use super::error::TrainError;
use super::leaks::Leaks;
use super::split::{Part, PartCounts, Split, institution};
use crate::domain::card::Task;

/// What to look at.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Folder or CSV.
    pub data: &'a Path,
    /// `split.csv` to follow; drawn by seed and shares where `None`.
    pub split_file: Option<&'a Path>,
    /// Shares of training, validation and test.
    pub shares: [f64; 3],
    /// Seed of the drawn split.
    pub seed: u64,
}

/// What a data set is.
#[derive(Clone, Debug, PartialEq)]
pub struct DataReport {
    /// Folder or CSV that was read.
    pub data: PathBuf,
    /// Patients.
    pub patients: usize,
    /// Slices.
    pub slices: usize,
    /// Slices with tumor.
    pub tumor_slices: usize,
    /// Every tumor slice has a mask, as a segmenter needs it.
    pub has_all_masks: bool,
    /// `[rows, cols]` with the number of slices, most frequent first.
    pub sizes: Vec<([usize; 2], usize)>,
    /// Sequences a picture (channels that differ), with the number of slices.
    pub sequences: Vec<(usize, usize)>,
    /// Institution codes with the number of patients.
    pub institutions: Vec<(String, usize)>,
    /// The parts with their counts, in the order of [`Part::ALL`].
    pub parts: Vec<(Part, PartCounts)>,
    /// Slices to show: a spread over patients, with their masks.
    pub examples: Vec<ExampleSlice>,
    /// What must be known, in plain words, each with the slices to show.
    pub warnings: Vec<DataWarning>,
    /// What forbids to train on it, a sentence each: one patient, a part without tumor. Empty where it can begin.
    pub problems: Vec<String>,
    /// Accuracy of always answering "no tumor" on the validation part.
    pub constant_accuracy: Option<f64>,
    /// True where the same patient or picture stands in two parts.
    pub is_leaking: bool,
    /// A `split.csv` that lies with the data, whether it was followed or not.
    pub split_beside: Option<PathBuf>,
}

/// A slice by its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceFile {
    /// Name on screen.
    pub name: String,
    /// The picture.
    pub image: PathBuf,
    /// Page in it.
    pub page: Option<usize>,
}

/// A slice with a small picture.
#[derive(Clone, Debug, PartialEq)]
pub struct ExampleSlice {
    /// Where it is.
    pub file: SliceFile,
    /// Side of the squares below in pixels.
    pub size: usize,
    /// Gray values of the FLAIR, row by row.
    pub gray: Vec<u8>,
    /// True mask, 0 or 1; empty where there is none.
    pub truth: Vec<u8>,
    /// Has tumor.
    pub label: bool,
    /// Its part.
    pub part: Part,
}

/// One thing that must be known.
#[derive(Clone, Debug, PartialEq)]
pub struct DataWarning {
    /// A sentence.
    pub text: String,
    /// A leak: figures of a training on this would be too good.
    pub is_leak: bool,
    /// What it concerns, at most [`MAX_SHOWN`].
    pub show: Vec<SliceFile>,
}

/// Slices that a warning's "Show" lists.
pub const MAX_SHOWN: usize = 24;

/// Looks at a data set: every picture is decoded once and let go, so that memory grows by some hundred bytes a slice.
/// `progress` hears how far it is and may stop it with [`TrainError::Stopped`].
///
/// *Errors*: nothing usable is there. A split that cannot be made is no error: [`DataReport::problems`] says why.
pub fn inspect(question: &Question<'_>, progress: Progress<'_>) -> Result<DataReport, TrainError> {
    let mut dataset = Dataset::read_with(question.data, &mut |done, total| progress(done, 2 * total))?;
    let mut parted = part(question, &dataset);
    let wanted = examples::choose(&dataset);
    let mut seen = pass::look_through(&dataset, &wanted, &mut |done, total| progress(total + done, 2 * total))?;
    seen.leave_out_bad(&mut dataset)?;
    let mut is_stopped = false;
    let leaks = Leaks::find(&dataset, &parted.split, &seen.prints, &seen.looks, &mut || {
        is_stopped |= !progress(1, 1);
        !is_stopped
    });
    if is_stopped {
        return Err(TrainError::Stopped);
    }
    let refusals = [Task::Classifier, Task::Segmenter].map(|task| parted.split.refusal(&dataset, task));
    if let (None, [Some(first), Some(_)]) = (&parted.problem, &refusals) {
        parted.problem = Some(first.to_string());
    }
    let count = |part| (part, parted.split.counts(&dataset, part));
    let parts: Vec<(Part, PartCounts)> = Part::ALL.into_iter().map(count).collect();
    let warnings = words::warnings(&dataset, &parted, &seen, &leaks, &refusals);
    let has_slices: BTreeSet<usize> = dataset.items.iter().map(|item| item.patient).collect();
    Ok(DataReport {
        data: question.data.to_owned(),
        patients: has_slices.len(),
        slices: dataset.items.len(),
        tumor_slices: dataset.positives(),
        has_all_masks: dataset.has_all_masks(),
        sizes: by_frequency(seen.sizes.iter().copied()),
        sequences: by_frequency(seen.sequences.iter().copied()),
        institutions: by_frequency(has_slices.iter().filter_map(|&p| institution(&dataset.patients[p])))
            .into_iter()
            .map(|(name, count)| (name.to_owned(), count))
            .collect(),
        constant_accuracy: words::constant_accuracy(&parts),
        examples: seen.examples.into_iter().map(|(item, picture)| picture.of(&dataset, &parted.split, item)).collect(),
        parts,
        warnings,
        problems: parted.problem.into_iter().collect(),
        is_leaking: !leaks.is_empty(),
        split_beside: Some(dataset.root.join("split.csv")).filter(|path| path.is_file()),
    })
}

/// The data set's list with the split that the question asks for, without decoding pictures.
///
/// *Errors*: the data cannot be used, or the split cannot be made.
pub fn split_of(question: &Question<'_>, progress: Progress<'_>) -> Result<(Dataset, Split), TrainError> {
    let dataset = Dataset::read_with(question.data, progress)?;
    let split = match question.split_file {
        Some(path) => Split::read(path, &dataset)?.0,
        None => Split::stratified(&dataset, question.shares, question.seed)?,
    };
    Ok((dataset, split))
}

/// The split with what there is to say about it.
struct Parted {
    split: Split,
    warnings: Vec<String>,
    problem: Option<String>,
}

/// The split, or all in training with the reason why there is none.
fn part(question: &Question<'_>, dataset: &Dataset) -> Parted {
    let made = match question.split_file {
        Some(path) => Split::read(path, dataset),
        None => Split::stratified(dataset, question.shares, question.seed).map(|split| (split, Vec::new())),
    };
    match made {
        Ok((split, warnings)) => Parted { split, warnings, problem: None },
        Err(error) => {
            let split = Split { seed: None, parts: vec![Part::Train; dataset.patients.len()] };
            Parted { split, warnings: Vec::new(), problem: Some(error.to_string()) }
        }
    }
}

/// Each value with how often it is there, the most frequent first.
fn by_frequency<T: Ord>(values: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let mut counts: Vec<(T, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|entry| std::cmp::Reverse(entry.1));
    counts
}
