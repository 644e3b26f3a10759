//! Lists the pictures to train or evaluate on, with masks, labels and patients, in every form that people keep them in.
//! Not for decoding pictures (`picture`), choosing parts (`split`) or making batches (`batch`).

mod files;
mod patients;
mod table;
mod volumes;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use self::files::{Left, Notes};
use self::patients::Owner;
use super::error::TrainError;
use super::picture;
use crate::domain::mask::Mask;
use crate::nn::ops::{map_together, things_at_once};

/// One slice of the data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Index into [`Dataset::patients`].
    pub patient: usize,
    /// File name (with ` p3` behind it for page 3 of a stack).
    pub name: String,
    /// The picture.
    pub image: PathBuf,
    /// Page in a multi-page picture, from 0; its mask lies on the same page of the mask's file.
    pub page: Option<usize>,
    /// The mask, where there is one.
    pub mask: Option<PathBuf>,
    /// Whether a tumor is on this slice: the mask says so where there is one, else the table or the folder.
    pub label: bool,
    /// `[rows, cols]` of the mask, where there is one.
    pub mask_size: Option<[usize; 2]>,
    /// The table's patient, where it is another than the folder's.
    pub told_patient: Option<String>,
}

/// All slices of a data set, patient by patient in natural order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// The folder that paths are relative to.
    pub root: PathBuf,
    /// Patients by name, in natural order.
    pub patients: Vec<String>,
    /// Slices, sorted by patient and natural order of their names.
    pub items: Vec<Item>,
    /// What must be known: rows left out, columns that disagree, missing patients.
    pub warnings: Vec<String>,
    /// Some of the files that a warning concerns, by its text.
    pub concerned: BTreeMap<String, Vec<PathBuf>>,
}

/// Hears (slices done, slices in all) and answers whether to go on.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize) -> bool;

/// A slice before its patient is an index and its label is sure.
struct Candidate {
    image: PathBuf,
    page: Option<usize>,
    mask: Option<PathBuf>,
    label: Option<bool>,
    owner: Owner,
}

/// A candidate with its label and its mask's size.
struct Labeled {
    candidate: Candidate,
    label: bool,
    mask_size: Option<[usize; 2]>,
}

impl Dataset {
    /// Reads the list at `path`: a CSV or the folder that holds one, a folder of patient folders with `X.tif` and
    /// `X_mask.tif`, `images/` and `masks/` with equal stems, `yes/` and `no/`, or patients with NIfTI volumes.
    ///
    /// *Errors*: [`TrainError::Data`] where nothing usable is found; single slices that cannot be used are left out
    /// with a warning.
    pub fn read(path: &Path) -> Result<Self, TrainError> {
        Self::read_with(path, &mut |_, _| true)
    }

    /// As [`Dataset::read`]; `progress` hears of the masks looked into and may stop it with [`TrainError::Stopped`].
    pub fn read_with(path: &Path, progress: Progress<'_>) -> Result<Self, TrainError> {
        let mut notes = Notes::default();
        let (root, candidates) = if path.is_file() {
            let root = path.parent().unwrap_or(Path::new("")).to_owned();
            let candidates = from_table(path, &root, &mut notes)?;
            (root, candidates)
        } else if path.is_dir() {
            match files::table_in(path)? {
                Some(table) => (path.to_owned(), from_table(&table, path, &mut notes)?),
                None => (path.to_owned(), from_folder(path, &mut notes)?),
            }
        } else {
            return Err(TrainError::Data { reason: "there is no such file or folder".into(), path: path.to_owned() });
        };
        Self::assemble(root, candidates, notes, progress)
    }

    /// Indices of the slices of `patient`, in order.
    pub fn slices_of(&self, patient: usize) -> Vec<usize> {
        (0..self.items.len()).filter(|&i| self.items[i].patient == patient).collect()
    }

    /// Slices with tumor.
    pub fn positives(&self) -> usize {
        self.items.iter().filter(|i| i.label).count()
    }

    /// Whether every tumor slice has a mask, as the segmenter needs it.
    pub fn has_all_masks(&self) -> bool {
        self.items.iter().all(|i| i.mask.is_some() || !i.label)
    }

    /// Index of the patient called `name`.
    pub fn patient(&self, name: &str) -> Option<usize> {
        self.patients.iter().position(|p| p == name)
    }

    fn assemble(
        root: PathBuf,
        candidates: Vec<Candidate>,
        mut notes: Notes,
        progress: Progress<'_>,
    ) -> Result<Self, TrainError> {
        let candidates = labeled(candidates, &mut notes, progress)?;
        if candidates.is_empty() {
            let reason = match notes.texts.first() {
                Some(first) => format!("no usable slice ({first})"),
                None => "no usable slice: no picture in it".to_owned(),
            };
            return Err(TrainError::Data { reason, path: root });
        }
        let owners: Vec<Owner> = candidates.iter().map(|c| c.candidate.owner.clone()).collect();
        let assigned = patients::assign(&owners);
        for (text, concerned) in assigned.warnings {
            notes.add(text, concerned.iter().map(|&i| candidates[i].candidate.image.clone()));
        }
        let names = assigned.patients;
        let mut patients = names.clone();
        patients.sort_by(|a, b| natord::compare(a, b).then_with(|| a.cmp(b)));
        patients.dedup();
        let index: BTreeMap<&str, usize> = patients.iter().enumerate().map(|(i, p)| (p.as_str(), i)).collect();
        let mut items: Vec<Item> = candidates
            .into_iter()
            .zip(names.iter().zip(assigned.told))
            .map(|(Labeled { candidate, label, mask_size }, (name, told_patient))| Item {
                patient: index[name.as_str()],
                name: display_name(&candidate.image, candidate.page),
                image: candidate.image,
                page: candidate.page,
                mask: candidate.mask,
                label,
                mask_size,
                told_patient,
            })
            .collect();
        items.sort_by(|a, b| {
            let by_path = || natord::compare(&a.image.to_string_lossy(), &b.image.to_string_lossy());
            a.patient.cmp(&b.patient).then_with(by_path).then(a.page.cmp(&b.page)).then_with(|| a.image.cmp(&b.image))
        });
        let listed = items.len();
        items.dedup_by(|a, b| a.image == b.image && a.page == b.page);
        if items.len() < listed {
            let text = format!("{} slices are listed more than once; each counts once", listed - items.len());
            notes.add(text, None);
        }
        Ok(Self { root, patients, items, warnings: notes.texts, concerned: notes.files })
    }
}

/// The text of a table or a `split.csv`.
pub fn read_text(path: &Path) -> Result<String, TrainError> {
    files::text(path)
}

/// The label of every slice that has one: by its mask, else as told. Slices without either are left out, said.
fn labeled(candidates: Vec<Candidate>, notes: &mut Notes, progress: Progress<'_>) -> Result<Vec<Labeled>, TrainError> {
    let (mut disagreeing, mut graded) = (Vec::new(), Vec::new());
    let mut unreadable = Left::new("masks that cannot be read");
    let mut unlabeled = Left::new("slices that have neither a mask nor a label");
    let mut kept = Vec::new();
    let seen = mask_looks(&candidates, progress)?;
    for (candidate, look) in candidates.into_iter().zip(seen) {
        let mask = match (look, &candidate.mask) {
            (None, _) => None,
            (Some(Ok(look)), path) => {
                if look.is_graded && graded.last() != path.as_ref() {
                    graded.extend(path.clone());
                }
                Some(look)
            }
            (Some(Err(error)), path) => {
                unreadable.add(&error.to_string(), path.as_deref());
                continue;
            }
        };
        let by_mask = mask.as_ref().map(|mask| mask.has_tumor);
        let Some(label) = by_mask.or(candidate.label) else {
            unlabeled.add(&display_name(&candidate.image, candidate.page), Some(&candidate.image));
            continue;
        };
        if candidate.label.is_some_and(|told| told != label) {
            disagreeing.push(candidate.image.clone());
        }
        kept.push(Labeled { candidate, label, mask_size: mask.map(|mask| mask.size) });
    }
    if !disagreeing.is_empty() {
        let text = format!("the label disagrees with the mask on {} slices; the mask counts", disagreeing.len());
        notes.add(text, disagreeing);
    }
    if !graded.is_empty() {
        let text = format!(
            "{} masks are not binary (more than two values): what is brighter than half counts as inside",
            graded.len()
        );
        notes.add(text, graded);
    }
    unlabeled.say(notes);
    unreadable.say(notes);
    Ok(kept)
}

/// What a mask says of its slice.
struct MaskLook {
    size: [usize; 2],
    has_tumor: bool,
    is_graded: bool,
}

/// Looks into every mask, on all threads; `None` where a slice has none. A stack's pages stay together, so that its file
/// is decoded once.
fn mask_looks(
    candidates: &[Candidate],
    progress: Progress<'_>,
) -> Result<Vec<Option<Result<MaskLook, TrainError>>>, TrainError> {
    let files: Vec<&[Candidate]> = candidates.chunk_by(|a, b| a.mask.is_some() && a.mask == b.mask).collect();
    let mut looks = Vec::with_capacity(candidates.len());
    for block in files.chunks(things_at_once()) {
        for look in map_together(block, |pages| looks_of_file(pages)).into_iter().flatten() {
            if !progress(looks.len(), candidates.len()) {
                return Err(TrainError::Stopped);
            }
            looks.push(look);
        }
    }
    Ok(looks)
}

fn looks_of_file(pages: &[Candidate]) -> Vec<Option<Result<MaskLook, TrainError>>> {
    let mut masks = picture::MaskReader::default();
    let look = |candidate: &Candidate| {
        let mask = masks.read(candidate.mask.as_ref()?, candidate.page);
        let of =
            |mask: Mask, is_graded| MaskLook { size: [mask.rows, mask.cols], has_tumor: !mask.is_empty(), is_graded };
        Some(mask.map(|mask| of(mask, masks.is_graded())))
    };
    pages.iter().map(look).collect()
}

/// The form of a table: paths relative to it, columns by name.
fn from_table(table: &Path, root: &Path, notes: &mut Notes) -> Result<Vec<Candidate>, TrainError> {
    let text = files::text(table)?;
    let rows = table::parse(&text).map_err(|reason| TrainError::Data { reason, path: table.to_owned() })?;
    let mut missing = Left::new("rows whose picture or mask is not there");
    let mut candidates = Vec::new();
    for row in rows {
        let found = files::resolve(root, &row.image);
        let mask = row.mask.as_ref().map(|m| files::resolve(root, m));
        let (Some(image), Ok(mask)) = (found, mask.map(|m| m.ok_or(())).transpose()) else {
            missing.add(&format!("line {}", row.line), None);
            continue;
        };
        let mut owner = files::owner(root, &image);
        owner.column = row.patient;
        for page in files::pages(&image) {
            let (image, mask, owner) = (image.clone(), mask.clone(), owner.clone());
            candidates.push(Candidate { image, page, mask, label: row.label, owner });
        }
    }
    missing.say(notes);
    Ok(candidates)
}

/// The forms without a table.
fn from_folder(root: &Path, notes: &mut Notes) -> Result<Vec<Candidate>, TrainError> {
    let inner = files::only_child(root)?;
    let root = inner.as_deref().unwrap_or(root);
    if let Some(candidates) = volumes::candidates(root, notes)? {
        return Ok(candidates);
    }
    let child = |name: &str| files::child(root, name);
    let mut left = Left::new("pictures without a mask beside them");
    let mut orphans = Left::new("masks without a picture beside them");
    let mut paired = |images: &Path, pictures: Vec<PathBuf>, masks: &Path, found: Vec<PathBuf>| {
        let mut by_stem: BTreeMap<String, PathBuf> =
            found.into_iter().map(|p| (files::mask_stem(masks, &p), p)).collect();
        let with_mask = pictures.into_iter().map(|p| (p.clone(), by_stem.remove(&files::stem(images, &p)), None));
        let pairs = with_mask.collect::<Vec<(PathBuf, Option<PathBuf>, Option<bool>)>>();
        by_stem.iter().for_each(|(stem, mask)| orphans.add(stem, Some(mask)));
        pairs
    };
    let pairs = if let (Some(images), Some(masks)) = (child("images")?, child("masks")?) {
        paired(&images, files::pictures(&images)?, &masks, files::pictures(&masks)?)
    } else if let (Some(yes), Some(no)) = (child("yes")?, child("no")?) {
        let labeled = |label: bool| move |p: PathBuf| (p, None, Some(label));
        let mut all: Vec<_> = files::pictures(&yes)?.into_iter().map(labeled(true)).collect();
        all.extend(files::pictures(&no)?.into_iter().map(labeled(false)));
        all
    } else {
        let (masks, pictures) = files::pictures(root)?.into_iter().partition(|p| files::is_mask(p));
        paired(root, pictures, root, masks)
    };
    let mut candidates = Vec::new();
    for (image, mask, label) in pairs {
        if mask.is_none() && label.is_none() {
            left.add(&files::stem(root, &image), Some(&image));
            continue;
        }
        let pages = files::pages(&image);
        let mut owner = files::owner(root, &image);
        if owner.folders.is_empty() && pages.len() == 1 {
            // The folder that was named is itself the patient's; a stack in one file is a patient of its own.
            owner.folders.extend(root.file_name().map(|n| n.to_string_lossy().into_owned()));
        }
        for page in pages {
            candidates.push(Candidate { image: image.clone(), page, mask: mask.clone(), label, owner: owner.clone() });
        }
    }
    left.say(notes);
    orphans.say(notes);
    Ok(candidates)
}

fn display_name(image: &Path, page: Option<usize>) -> String {
    let name = image.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    match page {
        Some(page) => format!("{name} p{}", page + 1),
        None => name,
    }
}
