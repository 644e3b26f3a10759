//! Training pictures and masks from their files, as planes of stored values or as bits. Not for decoding itself
//! (`io::raster`), scaling or resizing (`nn::input`).

use std::path::{Path, PathBuf};

use super::error::TrainError;
use super::volume;
use crate::domain::geometry::Geometry;
use crate::domain::mask::Mask;
use crate::domain::scan::Plane;
use crate::io::masks::{self, MaskFile};
use crate::io::raster::{self, Kind, Page};

/// The planes of one slice: three sequences, or one that stands for all three.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// One or three planes of equal size.
    pub planes: Vec<Plane>,
    /// Where the stack that it is a slice of lies in the patient; `None` for plain pictures.
    pub geometry: Option<Geometry>,
}

impl Picture {
    /// The plane that the net takes as its sequence `index` (0 to 2).
    pub fn plane(&self, index: usize) -> &Plane {
        &self.planes[index.min(self.planes.len() - 1)]
    }

    /// `[row, col]` steps in millimeters, where they are known.
    pub fn pixel_mm(&self) -> Option<[f32; 2]> {
        let [_, row, col] = self.geometry?.spacing_mm();
        Some([row as f32, col as f32])
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.planes.iter().map(|p| p.samples.bytes()).sum()
    }
}

/// Decodes the picture at `path`, page `page` where it has several.
pub fn picture(path: &Path, page: Option<usize>) -> Result<Picture, TrainError> {
    if volume::is_one(path) {
        return volume::picture(path, page);
    }
    Ok(Picture { planes: one_page(path, page)?.channels, geometry: None })
}

/// Decodes the mask at `path`, by the same rule for what is inside as reference masks are opened by.
pub fn mask(path: &Path, page: Option<usize>) -> Result<Mask, TrainError> {
    MaskReader::default().read(path, page)
}

/// Reads masks and keeps the last file's, so that going through a stack decodes it once.
#[derive(Default)]
pub struct MaskReader {
    last: Option<MaskFile>,
}

impl MaskReader {
    /// The mask at `path`, page `page` where it has several.
    pub fn read(&mut self, path: &Path, page: Option<usize>) -> Result<Mask, TrainError> {
        if self.last.as_ref().is_none_or(|file| file.path != path) {
            self.last = Some(if volume::is_one(path) { volume::masks(path)? } else { masks::read(path)? });
        }
        let pages = self.last.as_ref().map_or(&[][..], |file| &file.masks);
        pages.get(page.unwrap_or(0)).cloned().ok_or_else(|| no_page(path, page, pages.len()))
    }

    /// Whether the last file held more than two values.
    pub fn is_graded(&self) -> bool {
        self.last.as_ref().is_some_and(|file| file.is_graded)
    }
}

/// Reads pictures and keeps the last stack, so that going through it page by page decodes it once.
#[derive(Default)]
pub struct PageReader {
    last: Option<(PathBuf, Vec<Page>)>,
}

impl PageReader {
    /// The picture at `path`, page `page` where it has several.
    pub fn read(&mut self, path: &Path, page: Option<usize>) -> Result<Picture, TrainError> {
        let Some(index) = page.filter(|_| !volume::is_one(path)) else { return picture(path, page) };
        if self.last.as_ref().is_none_or(|(last, _)| last != path) {
            self.last = Some((path.to_owned(), raster::decode(path)?));
        }
        let pages = self.last.as_ref().map_or(&[][..], |(_, pages)| pages);
        let found = pages.get(index).ok_or_else(|| no_page(path, page, pages.len()))?;
        Ok(Picture { planes: found.channels.clone(), geometry: None })
    }
}

/// Pages in the file; 1 for every form that has none, and for a file that does not open, which is said when it is read.
pub fn page_count(path: &Path) -> usize {
    if volume::is_one(path) {
        return volume::slice_count(path);
    }
    match raster::sniff(path) {
        Ok(Kind::Tiff) if !raster::has_one_page(path) => raster::decode(path).map_or(1, |pages| pages.len()),
        _ => 1,
    }
}

/// A page of a stack costs the decoding of the whole file; the survey keeps what it decodes, so that stacks that fit
/// under the ceiling are decoded once a page and never again.
fn one_page(path: &Path, page: Option<usize>) -> Result<Page, TrainError> {
    let pages = raster::decode(path)?;
    let found = pages.len();
    pages.into_iter().nth(page.unwrap_or(0)).ok_or_else(|| no_page(path, page, found))
}

pub(super) fn no_page(path: &Path, page: Option<usize>, found: usize) -> TrainError {
    let reason = format!("page {} is asked for, the file has {found}", page.unwrap_or(0) + 1);
    TrainError::Data { reason, path: path.to_owned() }
}
