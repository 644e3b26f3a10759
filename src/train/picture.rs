//! Training pictures and masks from their files, as planes of stored values or as bits. Not for decoding itself
//! (`io::raster`), scaling or resizing (`nn::input`).

use std::path::Path;

use super::error::TrainError;
use crate::domain::mask::Mask;
use crate::domain::scan::Plane;
use crate::io::raster::{self, Kind, Page};

/// A mask's pixel is inside from here on where its file is lossy: JPEG leaves a haze of small values around an outline.
const LOSSY_MASK_LEVEL: f32 = 128.0;

/// The planes of one slice: three sequences, or one that stands for all three.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// One or three planes of equal size.
    pub planes: Vec<Plane>,
}

impl Picture {
    /// The plane that the net takes as its sequence `index` (0 to 2).
    pub fn plane(&self, index: usize) -> &Plane {
        &self.planes[index.min(self.planes.len() - 1)]
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.planes.iter().map(|p| p.samples.bytes()).sum()
    }
}

/// Decodes the picture at `path`, page `page` where it has several.
pub fn picture(path: &Path, page: Option<usize>) -> Result<Picture, TrainError> {
    Ok(Picture { planes: one_page(path, page)?.channels })
}

/// Decodes the mask at `path`: everything that is not zero is inside.
pub fn mask(path: &Path, page: Option<usize>) -> Result<Mask, TrainError> {
    let page = one_page(path, page)?;
    let level = if page.kind == Kind::Jpeg { LOSSY_MASK_LEVEL } else { f32::MIN_POSITIVE };
    let is_inside = |i| page.channels.iter().any(|plane| plane.samples.get(i) >= level);
    Ok(Mask { rows: page.rows, cols: page.cols, bits: (0..page.rows * page.cols).map(is_inside).collect() })
}

/// Pages in the file; 1 for every form that has none, and for a file that does not open, which is said when it is read.
pub fn page_count(path: &Path) -> usize {
    match raster::sniff(path) {
        Ok(Kind::Tiff) => raster::decode(path).map_or(1, |pages| pages.len()),
        _ => 1,
    }
}

/// A page of a stack costs the decoding of the whole file; the survey keeps what it decodes, so that stacks that fit
/// under the ceiling are decoded once a page and never again.
fn one_page(path: &Path, page: Option<usize>) -> Result<Page, TrainError> {
    let pages = raster::decode(path)?;
    let (index, found) = (page.unwrap_or(0), pages.len());
    pages.into_iter().nth(index).ok_or_else(|| TrainError::Data {
        reason: format!("page {} is asked for, the file has {found}", index + 1),
        path: path.to_owned(),
    })
}
