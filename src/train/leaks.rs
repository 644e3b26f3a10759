//! Finds what stands in two parts of a split: one person under two names, one picture, or nearly one. Not for drawing
//! splits (`split`) or comparing pictures (`likeness`).

use std::collections::BTreeMap;

use super::dataset::Dataset;
use super::likeness::{self, Look};
use super::split::{Leak, Part, Split, leaks};

/// All that is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaks {
    /// The same pixels in two parts.
    pub equal: Vec<Leak>,
    /// Nearly the same picture in two parts.
    pub near: Vec<Leak>,
    /// One slice of each of two patients in two parts who are one person, by their names or by the table's column.
    pub persons: Vec<Leak>,
}

impl Leaks {
    /// Looks for all of them. `prints` and `looks` hold one entry an item; `go_on` is asked now and then.
    pub fn find(
        dataset: &Dataset,
        split: &Split,
        prints: &[Option<u64>],
        looks: &[Option<Look>],
        go_on: &mut dyn FnMut() -> bool,
    ) -> Self {
        let equal = leaks(dataset, split, prints);
        let part = |item: usize| split.parts[dataset.items[item].patient];
        let mut is_known = vec![false; dataset.items.len()];
        for leak in &equal {
            is_known[leak.second] = true;
        }
        let may_pair = |a: usize, b: usize| part(a) != part(b) && !is_known[b];
        let near = likeness::pairs(looks, may_pair, go_on).into_iter().map(|(first, second)| Leak { first, second });
        Self { equal, near: near.collect(), persons: persons(dataset, split) }
    }

    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.equal.is_empty() && self.near.is_empty() && self.persons.is_empty()
    }

    /// One sentence a kind, each with the pairs that it counts.
    pub fn sentences(&self, dataset: &Dataset, split: &Split) -> Vec<(String, &[Leak])> {
        let kinds: [(&[Leak], &str); 3] = [
            (&self.equal, "pictures stand in two parts"),
            (&self.near, "nearly equal pictures stand in two parts"),
            (&self.persons, "patients stand in two parts under two names"),
        ];
        let place = |item: usize| {
            let item = &dataset.items[item];
            let part = split.parts[item.patient].word();
            format!("{} of {} ({part})", item.name, dataset.patients[item.patient])
        };
        let said = kinds.into_iter().filter_map(|(found, what)| {
            let first = found.first()?;
            let (a, b) = (place(first.first), place(first.second));
            Some((format!("{} {what}, so the figures are too good (first: {a} and {b})", found.len()), found))
        });
        said.collect()
    }

    /// As a run's card keeps them.
    pub fn notes(&self, dataset: &Dataset, split: &Split) -> Vec<String> {
        self.sentences(dataset, split).into_iter().map(|(text, _)| format!("LEAK: {text}")).collect()
    }
}

/// Who a patient's name stands for: case and a trailing date do not make another person, and of a TCGA barcode the first
/// three fields do.
///
/// *Source*: TCGA barcode, project, tissue source site, participant.
pub fn person(patient: &str) -> String {
    let lower = patient.trim().to_lowercase();
    let tokens: Vec<&str> = lower.split(['_', '-', ' ', '.']).filter(|t| !t.is_empty()).collect();
    let kept = match tokens.as_slice() {
        ["tcga", _, _, ..] => &tokens[..3],
        // A name of dates alone would make everybody one person.
        [first @ .., last] if is_date(last) && first.iter().any(|t| t.contains(|c: char| c.is_ascii_digit())) => first,
        all => all,
    };
    kept.join("_")
}

/// For each patient the first one who is the same person, by name or by the table's column; itself where nobody is.
pub fn same_person(dataset: &Dataset) -> Vec<usize> {
    let mut first: Vec<usize> = (0..dataset.patients.len()).collect();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let names = dataset.patients.iter().enumerate().map(|(patient, name)| (person(name), patient));
    let told = dataset.items.iter().filter_map(|item| Some((person(item.told_patient.as_deref()?), item.patient)));
    for (name, patient) in names.chain(told) {
        let (a, b) = (first[patient], first[*known.entry(name).or_insert(patient)]);
        if a != b {
            first.iter_mut().filter(|f| **f == a.max(b)).for_each(|f| *f = a.min(b));
        }
    }
    first
}

/// Eight digits that begin as a year of this or the last century.
fn is_date(token: &str) -> bool {
    token.len() == 8
        && token.bytes().all(|b| b.is_ascii_digit())
        && (token.starts_with("19") || token.starts_with("20"))
}

/// Persons with slices in two parts, once each.
fn persons(dataset: &Dataset, split: &Split) -> Vec<Leak> {
    let mut seen: BTreeMap<String, Vec<(Part, usize)>> = BTreeMap::new();
    let by_patient: Vec<String> = dataset.patients.iter().map(|p| person(p)).collect();
    let mut last = None;
    for (item, slice) in dataset.items.iter().enumerate() {
        let part = split.parts[slice.patient];
        let told = slice.told_patient.as_deref().map(person);
        // Slices of one patient say the same, until the column says something else.
        if last.as_ref() == Some(&(slice.patient, told.clone())) {
            continue;
        }
        for name in told.iter().chain([&by_patient[slice.patient]]) {
            let places = seen.entry(name.clone()).or_default();
            if places.iter().all(|&(known, _)| known != part) {
                places.push((part, item));
            }
        }
        last = Some((slice.patient, told));
    }
    let pairs = seen.into_values().filter_map(|places| match places.as_slice() {
        [(_, first), (_, second), ..] => Some(Leak { first: *first, second: *second }),
        _ => None,
    });
    let mut pairs: Vec<Leak> = pairs.collect();
    pairs.sort_by_key(|leak| (leak.first, leak.second));
    pairs.dedup();
    pairs
}
