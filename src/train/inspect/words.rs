//! What must be known about a data set, in plain words, each with the slices to show. Not for finding it (`pass`, `leaks`).

use std::path::Path;

use super::pass::Seen;
use super::{DataWarning, MAX_SHOWN, Parted, SliceFile};
use crate::train::dataset::Dataset;
use crate::train::error::TrainError;
use crate::train::leaks::Leaks;
use crate::train::split::{Leak, Part, PartCounts};

/// Examples that a sentence names.
const MAX_NAMED: usize = 3;

/// All warnings: leaks first, then what is left out, then what must be known.
pub fn warnings(
    dataset: &Dataset,
    parted: &Parted,
    seen: &Seen,
    leaks: &Leaks,
    refusals: &[Option<TrainError>; 2],
) -> Vec<DataWarning> {
    let mut all = leaking(dataset, parted, leaks);
    all.extend(left_out("pictures cannot be read and are left out", &seen.unreadable));
    all.extend(left_out("masks have another size than their picture; these slices are left out", &seen.misfits));
    for text in &dataset.warnings {
        let files = dataset.concerned.get(text).map_or(&[][..], Vec::as_slice);
        all.push(plain(sentence(text), files.iter().map(|path| named(path))));
    }
    all.extend(parted.warnings.iter().map(|text| plain(sentence(text), None)));
    all.extend(channels(dataset, seen));
    all.extend(parts(dataset, parted, refusals));
    all
}

/// Accuracy of always answering "no tumor" on the validation part.
pub fn constant_accuracy(parts: &[(Part, PartCounts)]) -> Option<f64> {
    let (_, val) = parts.iter().find(|(part, _)| *part == Part::Val)?;
    (val.slices > 0).then(|| (val.slices - val.tumor_slices) as f64 / val.slices as f64)
}

fn leaking(dataset: &Dataset, parted: &Parted, leaks: &Leaks) -> Vec<DataWarning> {
    let slices = |found: &[Leak]| {
        let pairs = found.iter().flat_map(|leak| [leak.first, leak.second]);
        pairs.map(|item| SliceFile::of(&dataset.items[item])).take(MAX_SHOWN).collect()
    };
    let said = leaks.sentences(dataset, &parted.split).into_iter();
    said.map(|(text, found)| DataWarning { text: sentence(&text), is_leak: true, show: slices(found) }).collect()
}

fn left_out(what: &str, files: &[(SliceFile, String)]) -> Option<DataWarning> {
    let reasons: Vec<&str> = files.iter().take(MAX_NAMED).map(|(_, reason)| reason.as_str()).collect();
    let more = if files.len() > MAX_NAMED { "; …" } else { "" };
    let text = format!("{} {what} ({}{more}).", files.len(), reasons.join("; "));
    (!files.is_empty()).then(|| plain(text, files.iter().map(|(file, _)| file.clone())))
}

/// Pictures whose channels do not differ.
fn channels(dataset: &Dataset, seen: &Seen) -> Option<DataWarning> {
    let equal: Vec<usize> = (0..dataset.items.len()).filter(|&item| seen.is_equal[item]).collect();
    let text = format!(
        "{} of {} pictures have three equal channels: the net sees one sequence three times.",
        equal.len(),
        dataset.items.len()
    );
    (!equal.is_empty()).then(|| plain(text, equal.iter().map(|&item| SliceFile::of(&dataset.items[item]))))
}

/// What the parts cannot teach or tell.
fn parts(dataset: &Dataset, parted: &Parted, refusals: &[Option<TrainError>; 2]) -> Vec<DataWarning> {
    let mut all = Vec::new();
    for part in Part::ALL {
        let counts = parted.split.counts(dataset, part);
        if counts.slices > 0 && counts.tumor_slices == 0 {
            let show = parted.split.items(dataset, part).into_iter().map(|item| SliceFile::of(&dataset.items[item]));
            all.push(plain(format!("The {} part has no slice with tumor.", name_of(part)), show));
        }
    }
    if parted.problem.is_none() {
        for (net, refusal) in ["classifier", "segmenter"].into_iter().zip(refusals) {
            all.extend(refusal.iter().map(|r| plain(format!("No {net} can be trained on it: {r}."), None)));
        }
    }
    let counts: Vec<_> = Part::ALL.into_iter().map(|part| (part, parted.split.counts(dataset, part))).collect();
    if let Some(accuracy) = constant_accuracy(&counts) {
        let share = 100.0 * accuracy;
        let text = format!("Always answering \"no tumor\" is right on {share:.0} % of the validation slices.");
        all.push(plain(text, None));
    }
    all
}

fn name_of(part: Part) -> &'static str {
    match part {
        Part::Train => "training",
        Part::Val => "validation",
        Part::Test => "test",
    }
}

fn plain(text: String, show: impl IntoIterator<Item = SliceFile>) -> DataWarning {
    DataWarning { text, is_leak: false, show: show.into_iter().take(MAX_SHOWN).collect() }
}

fn named(path: &Path) -> SliceFile {
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    SliceFile { name, image: path.to_owned(), page: None }
}

/// A note of the terminal as a sentence: capital and full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map_or_else(String::new, |c| c.to_uppercase().collect());
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
