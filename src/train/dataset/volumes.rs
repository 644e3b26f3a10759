//! The form of a data set that is NIfTI volumes, a folder a patient: which are whole, and their slices. Not for reading
//! the volumes (`train::volume`).

use std::path::{Path, PathBuf};

use super::Candidate;
use super::files::{self, Left, Notes};
use crate::io::cases::{self, CaseFiles};
use crate::train::error::TrainError;

/// The slices of all patients whose volumes lie below `root`; `None` where there are no volumes.
pub fn candidates(root: &Path, notes: &mut Notes) -> Result<Option<Vec<Candidate>>, TrainError> {
    let found = files::volumes(root)?;
    if found.is_empty() {
        return Ok(None);
    }
    let pictures = files::pictures(root)?;
    if !pictures.is_empty() {
        let text = format!("{} pictures beside the NIfTI volumes were left out", pictures.len());
        notes.add(text, pictures);
    }
    let mut without_flair = Left::new("volumes without a FLAIR of the same patient");
    let mut without_mask = Left::new("patients without a mask among their volumes");
    let mut unreadable = Left::new("patients whose FLAIR cannot be read");
    let mut filled = Left::new("");
    let mut candidates = Vec::new();
    for folder in by_folder(found) {
        let (cases, left) = cases::of_files(folder);
        left.iter().for_each(|path| without_flair.add(&files::stem(root, path), Some(path)));
        for case in cases {
            let name = files::stem(root, &case.flair);
            let Some(mask) = &case.mask else {
                without_mask.add(&name, Some(&case.flair));
                continue;
            };
            match cases::slice_count(&case) {
                Ok(count) => {
                    if case.t1.is_none() || case.t1_post.is_none() {
                        filled.add(&name, Some(&case.flair));
                    }
                    candidates.extend(slices(root, &case, mask, count));
                }
                Err(error) => unreadable.add(&error.to_string(), Some(&case.flair)),
            }
        }
    }
    without_flair.say(notes);
    without_mask.say(notes);
    unreadable.say(notes);
    filled.say_as(notes, "patients lack T1 or T1 post; their FLAIR stands for it");
    Ok(Some(candidates))
}

fn by_folder(files: Vec<PathBuf>) -> Vec<Vec<PathBuf>> {
    let mut folders: Vec<Vec<PathBuf>> = Vec::new();
    for path in files {
        match folders.last_mut().filter(|group| group[0].parent() == path.parent()) {
            Some(group) => group.push(path),
            None => folders.push(vec![path]),
        }
    }
    folders
}

fn slices<'a>(root: &Path, case: &'a CaseFiles, mask: &'a Path, count: usize) -> impl Iterator<Item = Candidate> + 'a {
    let mut owner = files::owner(root, &case.flair);
    if let Some(name) = &case.name {
        // Several patients in one folder: their names tell them apart.
        owner.folders.push(name.clone());
    } else if owner.folders.is_empty() {
        owner.folders.extend(root.file_name().map(|n| n.to_string_lossy().into_owned()));
    }
    (0..count).map(move |page| Candidate {
        image: case.flair.clone(),
        page: Some(page),
        mask: Some(mask.to_owned()),
        label: None,
        owner: owner.clone(),
    })
}
