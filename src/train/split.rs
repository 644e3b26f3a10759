//! Which patient trains, which validates, which tests: by patient, never by slice. Not for touching files itself (`dataset`
//! does) or for the order of slices in an epoch (`batch`).

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::dataset::{Dataset, read_text};
use super::error::TrainError;
use super::leaks::same_person;
use crate::domain::card::Task;
use crate::domain::random::Random;
use crate::io::atomic;

/// One part of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The nets learn on it.
    Train,
    /// Choices are made on it: best epoch, thresholds.
    Val,
    /// Reported once.
    Test,
}

impl Part {
    /// All parts in order.
    pub const ALL: [Self; 3] = [Self::Train, Self::Val, Self::Test];

    /// The word in `split.csv` and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Val => "val",
            Self::Test => "test",
        }
    }

    /// The part of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "train" | "training" => Some(Self::Train),
            "val" | "valid" | "validation" => Some(Self::Val),
            "test" | "testing" => Some(Self::Test),
            _ => None,
        }
    }
}

/// The parts of a data set, patient by patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The seed that drew it; `None` where it was read from a file.
    pub seed: Option<u64>,
    /// One part a patient, in the order of [`Dataset::patients`].
    pub parts: Vec<Part>,
}

/// Patients, slices and tumor slices of one part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartCounts {
    /// Patients.
    pub patients: usize,
    /// Slices.
    pub slices: usize,
    /// Slices with tumor.
    pub tumor_slices: usize,
}

impl Split {
    /// Shares of the training, validation and test part where the user names none, as the split of the LGG set has them.
    pub const DEFAULT_SHARES: [f64; 3] = [0.7, 0.15, 0.15];

    /// Draws a split whose parts have the given `shares` of the patients, in every institution as near as whole
    /// patients allow, and nobody in two parts under two names. Two patients give one to train and one to validate on.
    ///
    /// *Errors*: fewer than two patients; shares that are negative or all zero.
    pub fn stratified(dataset: &Dataset, shares: [f64; 3], seed: u64) -> Result<Self, TrainError> {
        let total: f64 = shares.iter().sum();
        if !total.is_finite() || total <= 0.0 || shares.iter().any(|&s| s < 0.0) {
            return Err(TrainError::Split(format!("the shares {shares:?} must be positive and sum to something")));
        }
        let count = dataset.patients.len();
        if count < 2 {
            return Err(TrainError::Split(format!(
                "{count} patient found, at least 2 are needed: one to train and one to validate on"
            )));
        }
        let mut random = Random::stream(seed, "split", 0);
        let mut parts = vec![Part::Train; count];
        let mut given = [0usize; 3];
        let (same, mut part_of_person) = (same_person(dataset), BTreeMap::new());
        for (nth, patient) in by_institution(dataset, &mut random).into_iter().enumerate() {
            // The part that is furthest behind its share gets the next patient; so every run of patients of one
            // institution is dealt out in proportion, and the totals come out right.
            let behind = |part: usize| shares[part] / total * (nth + 1) as f64 - given[part] as f64;
            let next = (1..3).fold(0, |best, part| if behind(part) > behind(best) { part } else { best });
            // Who is there already under another name stays in one part.
            let next = *part_of_person.entry(same[patient]).or_insert(next);
            given[next] += 1;
            parts[patient] = Part::ALL[next];
        }
        let mut split = Self { seed: Some(seed), parts };
        split.ensure(Part::Train, &same);
        split.ensure(Part::Val, &same);
        Ok(split)
    }

    /// Reads a `split.csv`, as [`Split::parse`] does.
    pub fn read(path: &Path, dataset: &Dataset) -> Result<(Self, Vec<String>), TrainError> {
        Self::parse(&read_text(path)?, dataset)
    }

    /// Writes a `split.csv` at once or not at all.
    pub fn write(&self, path: &Path, dataset: &Dataset) -> Result<(), TrainError> {
        Ok(atomic::write(path, self.to_csv(dataset).as_bytes())?)
    }

    /// Reads the text of a `split.csv` (`patient_id,split`) and the warnings about it.
    ///
    /// *Errors*: unknown words, a patient in two parts, patients of the data that it does not name.
    pub fn parse(text: &str, dataset: &Dataset) -> Result<(Self, Vec<String>), TrainError> {
        let mut named: BTreeMap<String, Part> = BTreeMap::new();
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        for record in reader.records() {
            let record = record.map_err(|e| TrainError::Split(e.to_string()))?;
            let (Some(patient), Some(word)) = (record.get(0), record.get(1)) else {
                return Err(TrainError::Split("a row has no second column (expected patient_id,split)".into()));
            };
            let part = Part::of_word(word)
                .ok_or_else(|| TrainError::Split(format!("\"{word}\" is not train, val or test")))?;
            if named.insert(patient.to_owned(), part).is_some_and(|before| before != part) {
                return Err(TrainError::Split(format!("patient {patient} is in two parts")));
            }
        }
        let missing: Vec<&str> =
            dataset.patients.iter().filter(|p| !named.contains_key(*p)).map(String::as_str).collect();
        if !missing.is_empty() {
            return Err(TrainError::Split(format!(
                "{} of {} patients of the data are not in it (first: {})",
                missing.len(),
                dataset.patients.len(),
                missing[0]
            )));
        }
        let mut warnings = Vec::new();
        let unknown = named.keys().filter(|p| dataset.patient(p).is_none()).count();
        if unknown > 0 {
            warnings.push(format!("{unknown} patients of the split are not in the data"));
        }
        Ok((Self { seed: None, parts: dataset.patients.iter().map(|p| named[p]).collect() }, warnings))
    }

    /// The text of a `split.csv`.
    pub fn to_csv(&self, dataset: &Dataset) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let rows = dataset.patients.iter().zip(&self.parts).map(|(patient, part)| [patient.as_str(), part.word()]);
        for row in std::iter::once(["patient_id", "split"]).chain(rows) {
            // Writing to memory does not fail.
            let _ = writer.write_record(row);
        }
        String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
    }

    /// Indices of the patients of `part`.
    pub fn patients(&self, part: Part) -> Vec<usize> {
        (0..self.parts.len()).filter(|&p| self.parts[p] == part).collect()
    }

    /// Indices of the slices of `part`, in the order of the data set.
    pub fn items(&self, dataset: &Dataset, part: Part) -> Vec<usize> {
        (0..dataset.items.len()).filter(|&i| self.parts[dataset.items[i].patient] == part).collect()
    }

    /// How much is in `part`.
    pub fn counts(&self, dataset: &Dataset, part: Part) -> PartCounts {
        let items = self.items(dataset, part);
        PartCounts {
            patients: self.patients(part).len(),
            slices: items.len(),
            tumor_slices: items.iter().filter(|&&i| dataset.items[i].label).count(),
        }
    }

    /// Why no net for `task` can be trained on it; `None` where one can.
    pub fn refusal(&self, dataset: &Dataset, task: Task) -> Option<TrainError> {
        for part in [Part::Train, Part::Val] {
            let counts = self.counts(dataset, part);
            if counts.slices == 0 {
                return Some(TrainError::Split(format!("the part {} has no slice", part.word())));
            }
            let has_no_other = task == Task::Classifier && counts.tumor_slices == counts.slices;
            if counts.tumor_slices == 0 || has_no_other {
                let kind = if counts.tumor_slices == 0 { "with" } else { "without" };
                return Some(TrainError::Split(format!("the part {} has no slice {kind} tumor", part.word())));
            }
        }
        if task == Task::Segmenter && !dataset.has_all_masks() {
            let reason = "some tumor slices have no mask; a segmenter needs one for each".to_owned();
            return Some(TrainError::Data { reason, path: dataset.root.clone() });
        }
        None
    }

    /// Patient names by part, as the card keeps them.
    pub fn names(&self, dataset: &Dataset) -> BTreeMap<String, Vec<String>> {
        let names = |part| self.patients(part).into_iter().map(|p| dataset.patients[p].clone()).collect();
        Part::ALL.into_iter().map(|part| (part.word().to_owned(), names(part))).collect()
    }

    /// Moves one person into an empty `part`, out of the biggest one, which keeps somebody.
    fn ensure(&mut self, part: Part, same: &[usize]) {
        if self.patients(part).is_empty() {
            let biggest = Part::ALL.into_iter().max_by_key(|&p| self.patients(p).len()).unwrap_or(Part::Train);
            let inside = self.patients(biggest);
            let is_alone = inside.iter().all(|&p| inside.first().is_some_and(|&first| same[p] == same[first]));
            if let Some(&last) = inside.last().filter(|_| !is_alone) {
                inside.iter().filter(|&&p| same[p] == same[last]).for_each(|&p| self.parts[p] = part);
            }
        }
    }
}

/// The institution in a name such as `TCGA_CS_4941_19960909`: `CS`. Other names give their leading letters before a
/// number, or nothing.
pub fn institution(patient: &str) -> Option<&str> {
    let mut tokens = patient.split(['_', '-', ' ']).filter(|t| !t.is_empty());
    let first = tokens.next()?;
    let second = tokens.next()?;
    if first.eq_ignore_ascii_case("TCGA") {
        return Some(second);
    }
    let is_code = first.chars().all(char::is_alphabetic) && second.chars().all(|c| c.is_ascii_digit());
    is_code.then_some(first)
}

/// All patients, institution after institution, both in random order.
pub(super) fn by_institution(dataset: &Dataset, random: &mut Random) -> Vec<usize> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, patient) in dataset.patients.iter().enumerate() {
        groups.entry(institution(patient).unwrap_or("")).or_default().push(index);
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    random.shuffle(&mut groups);
    for group in &mut groups {
        random.shuffle(group);
    }
    groups.into_iter().flatten().collect()
}

/// The same picture in two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// A slice, by index into [`Dataset::items`].
    pub first: usize,
    /// Its twin in another part.
    pub second: usize,
}

/// Finds pictures that stand in more than one part. `prints` holds one fingerprint of the decoded picture an item;
/// `None` for those not to be compared (constant ones, those that were not decoded).
pub fn leaks(dataset: &Dataset, split: &Split, prints: &[Option<u64>]) -> Vec<Leak> {
    let mut seen: BTreeMap<u64, [Option<usize>; 3]> = BTreeMap::new();
    let mut found = Vec::new();
    for (item, print) in prints.iter().enumerate() {
        let Some(print) = print else { continue };
        let own = split.parts[dataset.items[item].patient] as usize;
        // The first in each part is enough: many equal pictures must not cost their square.
        let firsts = seen.entry(*print).or_default();
        let others = firsts.iter().enumerate().filter(|&(part, _)| part != own);
        if let Some(first) = others.filter_map(|(_, &first)| first).min() {
            found.push(Leak { first, second: item });
        }
        firsts[own].get_or_insert(item);
    }
    found
}

/// The leaks in words, for the terminal and the run's record.
pub fn describe_leaks(dataset: &Dataset, split: &Split, leaks: &[Leak]) -> Vec<String> {
    let Some(first) = leaks.first() else { return Vec::new() };
    let place = |item: usize| {
        let item = &dataset.items[item];
        format!("{} of {} ({})", item.name, dataset.patients[item.patient], split.parts[item.patient].word())
    };
    vec![format!(
        "LEAK: {} pictures stand in two parts of the split, so the figures are too good (first: {} is also {})",
        leaks.len(),
        place(first.first),
        place(first.second)
    )]
}
