//! Reference masks: which files are masks, what is inside, to which slices they belong. Not for the nets' masks.

use std::path::{Path, PathBuf};

use super::error::IoError;
use super::raster::{self, Page};
use super::series::file_name;
use crate::domain::mask::Mask;
use crate::domain::scan::{Samples, Scan};

/// What a mask file's stem ends in.
const MASK_SUFFIX: &str = "_mask";

/// The stem of the picture that the mask at `path` belongs to; `None` where `path` is no mask.
pub fn picture_stem(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_str()?;
    let split = stem.len().checked_sub(MASK_SUFFIX.len())?;
    let (picture, suffix) = (stem.get(..split)?, stem.get(split..)?);
    (suffix.eq_ignore_ascii_case(MASK_SUFFIX) && !picture.is_empty()).then(|| picture.to_owned())
}

/// The masks of one file, page by page.
#[derive(Clone, Debug)]
pub struct MaskFile {
    /// The file.
    pub path: PathBuf,
    /// Stem of the picture it belongs to.
    pub stem: String,
    /// One mask a page.
    pub masks: Vec<Mask>,
    /// Whether some page held more than two values.
    pub is_graded: bool,
}

/// Reads the mask file at `path`.
pub fn read(path: &Path) -> Result<MaskFile, IoError> {
    Ok(from_pages(&raster::decode(path)?, path))
}

/// The masks in `pages`, which were read from `path`.
pub fn from_pages(pages: &[Page], path: &Path) -> MaskFile {
    let mut is_graded = false;
    let masks = pages.iter().map(|page| binary(page, &mut is_graded)).collect();
    MaskFile { path: path.to_owned(), stem: picture_stem(path).unwrap_or_default(), masks, is_graded }
}

/// Inside is what differs from zero where there are two values; else what is above half of the brightest (above 127 in
/// 8 bits).
fn binary(page: &Page, is_graded: &mut bool) -> Mask {
    let samples = &page.channels[0].samples;
    let values = || (0..samples.len()).map(|i| samples.get(i));
    let highest = values().fold(0.0, f32::max);
    let is_binary = values().all(|v| v == 0.0 || v == highest);
    let limit = match samples {
        _ if is_binary => 0.0,
        Samples::U8(_) => 127.0,
        Samples::U16(_) | Samples::I16(_) | Samples::F32(_) => highest / 2.0,
    };
    *is_graded |= !is_binary;
    Mask { rows: page.rows, cols: page.cols, bits: values().map(|v| v > limit).collect() }
}

/// Puts `files` beside the slices that they belong to. What does not fit is not used, and said.
pub fn attach(scans: &mut [Scan], files: Vec<MaskFile>, warnings: &mut Vec<String>) {
    for file in files {
        let name = file_name(&file.path);
        if file.is_graded {
            warnings.push(format!("{name} holds more than two values: what is brighter than half counts as inside."));
        }
        let mut found = 0;
        let mut misfits = 0;
        for scan in scans.iter_mut() {
            for index in 0..scan.slices.len() {
                let slice = &scan.slices[index];
                if slice.path.file_stem().is_none_or(|s| s.to_string_lossy() != file.stem) {
                    continue;
                }
                found += 1;
                match file.masks.get(slice.page.unwrap_or(0)) {
                    Some(mask) if (mask.rows, mask.cols) == (scan.rows, scan.cols) => {
                        scan.reference.resize(scan.slices.len(), None);
                        scan.reference[index] = Some(mask.clone());
                    }
                    Some(_) => misfits += 1,
                    None => {}
                }
            }
        }
        let pages = file.masks.len();
        if found == 0 {
            warnings.push(format!("{name} is a mask without its picture and was left out."));
        } else if misfits > 0 {
            warnings.push(format!("{name} is of another size than its picture and was not used."));
        } else if found != pages {
            warnings.push(format!("{name} has {pages} pages, its picture {found}: only the pages in both are used."));
        }
    }
}
