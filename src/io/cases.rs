//! One patient's NIfTI volumes as training data: which file is which sequence, the stack that the nets take, the mask on
//! it. Not for looking at them (`open`), and not for where a data set keeps its patients (`train::dataset`).

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::error::IoError;
use super::nifti::{self, Role};
use super::series::file_name;
use super::volumes;
use crate::domain::assembly::Roles;
use crate::domain::grid::Grid;
use crate::domain::mask::Mask;
use crate::domain::scan::{About, Scan, Sequence};
use crate::domain::sequences;

/// The files of one patient that are trained on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFiles {
    /// What the patient is called where several lie in one folder.
    pub name: Option<String>,
    /// The FLAIR, on whose grid all are.
    pub flair: PathBuf,
    /// T1 before contrast.
    pub t1: Option<PathBuf>,
    /// T1 after contrast.
    pub t1_post: Option<PathBuf>,
    /// The mask.
    pub mask: Option<PathBuf>,
}

/// A patient's mask on the stack that the nets take.
#[derive(Clone, Debug)]
pub struct CaseMasks {
    /// One a slice of the stack.
    pub masks: Vec<Mask>,
    /// Whether it held values between inside and outside.
    pub is_graded: bool,
}

/// Whether a file's name ends as a volume's; what it is shows when it is read.
pub fn is_volume_name(path: &Path) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let bare = name.strip_suffix(".gz").unwrap_or(&name);
    let ending = bare.rsplit_once('.').map_or("", |(_, ending)| ending);
    !name.starts_with('.') && matches!(ending, "nii" | "hdr")
}

/// The cases among the volumes of one folder, and the volumes that belong to none: without a FLAIR there is no case.
pub fn of_files(files: Vec<PathBuf>) -> (Vec<CaseFiles>, Vec<PathBuf>) {
    let (mut cases, mut left) = (Vec::new(), Vec::new());
    for (name, group) in nifti::split(files) {
        let told = |path: &PathBuf| sequences::guess(&nifti::stem(path), &About::default());
        let (masks, images): (Vec<PathBuf>, Vec<PathBuf>) = group.into_iter().partition(|p| nifti::is_named_mask(p));
        let first = |sequence| images.iter().find(|path| told(path) == sequence).cloned();
        match first(Sequence::Flair) {
            Some(flair) => cases.push(CaseFiles {
                name,
                flair,
                t1: first(Sequence::T1),
                t1_post: first(Sequence::T1Post),
                mask: masks.first().cloned(),
            }),
            None => left.extend(images.into_iter().chain(masks)),
        }
    }
    (cases, left)
}

/// The case that the volume at `path` belongs to, by the names beside it.
pub fn of_path(path: &Path) -> Result<CaseFiles, IoError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).map_err(|e| IoError::read(&e, folder))?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(|entry| entry.ok().map(|e| e.path())).filter(|p| is_volume_name(p)).collect();
    files.sort();
    let is_in = |case: &CaseFiles| {
        let others = [&case.t1, &case.t1_post, &case.mask];
        file_name(&case.flair) == file_name(path)
            || others.into_iter().flatten().any(|other| file_name(other) == file_name(path))
    };
    let no_flair = || IoError::Damaged {
        kind: "NIfTI",
        reason: "no FLAIR of the same patient is beside it".to_owned(),
        path: path.to_owned(),
    };
    of_files(files).0.into_iter().find(is_in).ok_or_else(no_flair)
}

/// Slices of the stack that [`read`] makes, from the FLAIR's header alone.
pub fn slice_count(files: &CaseFiles) -> Result<usize, IoError> {
    let (grid, sizes) = nifti::outline(&files.flair)?;
    Ok(grid.map_or(sizes[0], |grid| grid.axial().sizes[0]))
}

/// The stack that the nets take, without its mask.
pub fn read(files: &CaseFiles) -> Result<Scan, IoError> {
    let go_on = &mut || ControlFlow::Continue(());
    let paths = [files.t1.as_ref(), Some(&files.flair), files.t1_post.as_ref()];
    let mut scans = Vec::new();
    for path in paths.into_iter().flatten() {
        scans.push(nifti::read(path, go_on)?.scan);
    }
    volumes::combined(&scans, &Roles::guess(&scans), go_on).map_err(|error| IoError::Damaged {
        kind: "NIfTI",
        reason: error.to_string(),
        path: files.flair.clone(),
    })
}

/// The mask on the stack that [`read`] makes; only the mask's own file is decoded.
pub fn read_masks(files: &CaseFiles) -> Result<CaseMasks, IoError> {
    let path = files.mask.as_ref().unwrap_or(&files.flair);
    let damaged = |reason: &str| IoError::Damaged { kind: "NIfTI", reason: reason.to_owned(), path: path.clone() };
    let (grid, sizes) = nifti::outline(&files.flair)?;
    let volume = nifti::read(path, &mut || ControlFlow::Continue(()))?;
    let (mask, words) = match nifti::role(&volume, path) {
        Role::Mask { mask, words } => (*mask, words),
        Role::Image | Role::BrainMask => return Err(damaged("it is named as a mask and holds none")),
    };
    let target = grid.map(|grid: Grid| grid.axial());
    let empty = || {
        let [_, rows, cols] = target.map_or(sizes, |t| t.sizes);
        Mask::empty(rows, cols)
    };
    let over = mask.on(target.as_ref(), sizes).map_err(damaged)?;
    let masks = over.into_iter().map(|mask| mask.unwrap_or_else(empty)).collect();
    Ok(CaseMasks { masks, is_graded: words.is_some_and(|words| words.contains("0.5")) })
}
