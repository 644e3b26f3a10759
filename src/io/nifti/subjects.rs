//! Which loose NIfTI files are of which patient, by their names. Not for files in folders of their own, which are patients
//! by their folders (`plan`).

use std::path::PathBuf;

use super::labels::is_mask_word;
use super::stem;
use crate::domain::scan::{About, Sequence};
use crate::domain::sequences;

/// Groups `paths` by patient: where one sequence comes twice under different beginnings of a name, as in
/// `sub-01_FLAIR` and `sub-02_FLAIR`, each beginning is a patient. Else all are one.
///
/// A group comes with its beginning, where there are several.
pub fn split(paths: Vec<PathBuf>) -> Vec<(Option<String>, Vec<PathBuf>)> {
    let named: Vec<(String, Option<Sequence>)> = paths.iter().map(|path| beginning(&stem(path))).collect();
    let repeats = |(index, (beginning, sequence)): (usize, &(String, Option<Sequence>))| {
        let others = named[..index].iter();
        sequence.is_some()
            && !beginning.is_empty()
            && others.into_iter().any(|(other, same)| same == sequence && other != beginning && !other.is_empty())
    };
    if !named.iter().enumerate().any(repeats) {
        return vec![(None, paths)];
    }
    let mut groups: Vec<(Option<String>, Vec<PathBuf>)> = Vec::new();
    for (path, (beginning, _)) in paths.into_iter().zip(&named) {
        match groups.iter_mut().find(|(name, _)| name.as_ref() == Some(beginning)) {
            Some((_, group)) => group.push(path),
            None => groups.push((Some(beginning.clone()), vec![path])),
        }
    }
    groups
}

/// Words within a name that are about the picture and no longer about the patient.
const PICTURE_WORDS: [&str; 16] =
    ["ce", "acq", "run", "ses", "pre", "post", "ax", "axial", "sag", "cor", "tra", "3d", "2d", "reg", "anat", "space"];

/// What a name begins with before its first word about the picture, and the sequence that it names.
fn beginning(stem: &str) -> (String, Option<Sequence>) {
    let told = |text: &str| sequences::guess(text, &About::default());
    let is_about_picture =
        |word: &str| told(word) != Sequence::Unknown || PICTURE_WORDS.contains(&word) || is_mask_word(word);
    let mut from = 0;
    let mut cut = stem.len();
    for word in stem.split(|c: char| !c.is_alphanumeric()) {
        if is_about_picture(&word.to_lowercase()) {
            cut = from;
            break;
        }
        // A separator is one character, of whatever length.
        let after = from + word.len();
        from = after + stem[after..].chars().next().map_or(0, char::len_utf8);
    }
    let beginning = stem[..cut].trim_end_matches(|c: char| !c.is_alphanumeric());
    (beginning.to_owned(), Some(told(stem)).filter(|&s| s != Sequence::Unknown))
}
