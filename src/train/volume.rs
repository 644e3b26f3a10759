//! Slices of NIfTI volumes as training pictures: a patient's volumes are read together and kept while their slices are
//! asked for one by one. Not for which files are a patient's (`io::cases`).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::error::TrainError;
use super::picture::{Picture, no_page};
use crate::domain::scan::Scan;
use crate::io::cases;
use crate::io::masks::MaskFile;

/// Patients that are kept: the one that is gone through, and the ones that the batches' workers are at.
const KEPT: usize = 3;

/// The patients that were read last, the latest at the end, by their FLAIR. Slices are asked for by path alone, from
/// several threads; reading all volumes of a patient anew for each of 150 slices would cost minutes.
static RECENT: Mutex<Vec<(PathBuf, Arc<Scan>)>> = Mutex::new(Vec::new());

/// Whether the file at `path` is a volume, by its name.
pub fn is_one(path: &Path) -> bool {
    cases::is_volume_name(path)
}

/// Slices of the stack that the volume at `path` belongs to; 1 where that is not known, which is said when it is read.
pub fn slice_count(path: &Path) -> usize {
    cases::of_path(path).and_then(|files| cases::slice_count(&files)).unwrap_or(1)
}

/// Slice `page` of the stack that the volume at `path` belongs to.
pub fn picture(path: &Path, page: Option<usize>) -> Result<Picture, TrainError> {
    let scan = scan(path)?;
    let slice = scan.slices.get(page.unwrap_or(0)).ok_or_else(|| no_page(path, page, scan.slices.len()))?;
    Ok(Picture { planes: slice.planes.clone(), geometry: scan.about.geometry })
}

/// The masks at `path` on the stack that they belong to.
pub fn masks(path: &Path) -> Result<MaskFile, TrainError> {
    let found = cases::read_masks(&cases::of_path(path)?)?;
    Ok(MaskFile { path: path.to_owned(), stem: String::new(), masks: found.masks, is_graded: found.is_graded })
}

fn scan(path: &Path) -> Result<Arc<Scan>, TrainError> {
    // A panic elsewhere leaves the list whole: it is changed in one step.
    let recent = || RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = recent().iter().find(|(known, _)| known == path).map(|(_, scan)| Arc::clone(scan));
    if let Some(scan) = kept {
        return Ok(scan);
    }
    let scan = Arc::new(cases::read(&cases::of_path(path)?)?);
    let mut recent = recent();
    recent.push((path.to_owned(), Arc::clone(&scan)));
    let surplus = recent.len().saturating_sub(KEPT);
    recent.drain(..surplus);
    Ok(scan)
}
