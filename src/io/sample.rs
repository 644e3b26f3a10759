//! The bundled sample: a synthetic head with a synthetic lesion, opened on first start. Not a patient, and not for
//! measuring the nets.

use std::path::{Path, PathBuf};

use super::error::IoError;
use super::masks;
use super::raster;
use super::series::{Picture, stack};
use crate::domain::scan::{Patient, Study};

/// How the sample is called on screen and in exports.
pub const TITLE: &str = "Sample (synthetic)";

const PICTURES: &[u8] = include_bytes!("../../assets/sample.tif");
const MASKS: &[u8] = include_bytes!("../../assets/sample_mask.tif");

/// The sample as a study.
pub fn open() -> Result<Study, IoError> {
    let path = PathBuf::from("sample.tif");
    let pages = raster::decode_bytes(PICTURES, "sample.tif")?;
    let count = pages.len();
    let pictures = pages.into_iter().enumerate().map(|(i, page)| Picture::new(page, &path, i, count)).collect();
    let (mut scans, mut warnings) = stack(pictures, TITLE);
    let masks = masks::from_pages(&raster::decode_bytes(MASKS, "sample_mask.tif")?, Path::new("sample_mask.tif"));
    masks::attach(&mut scans, vec![masks], &mut warnings);
    Ok(Study { title: TITLE.to_owned(), scans, synthetic: true, source: path, warnings, patient: Patient::default() })
}
