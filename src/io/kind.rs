//! Which of the readers a file is for, by its content and never by its name. Not for reading it.

use std::path::Path;

use super::error::IoError;
use super::{archive, dicom, nifti, raster};

/// A kind of file that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A picture of one or more pages.
    Picture(raster::Kind),
    /// A NIfTI volume: one file, or the header of a pair.
    Volume,
    /// The values of a NIfTI pair, whose header lies beside them.
    VolumeValues,
    /// A DICOM file of any kind, with preamble or without.
    Dicom,
    /// A ZIP archive.
    Archive,
}

/// The kind of the file at `path`.
///
/// *Errors*: cannot be read, empty, a kind that is known but not read, or no known kind.
pub fn recognize(path: &Path) -> Result<FileKind, IoError> {
    let head = raster::head(path)?;
    if dicom::file::recognize(&head).is_some() {
        return Ok(FileKind::Dicom);
    }
    if archive::is_archive(&head) {
        return Ok(FileKind::Archive);
    }
    match raster::recognize(&head, path) {
        Ok(kind) => Ok(FileKind::Picture(kind)),
        Err(error) => match (&error, nifti::form_of(path)) {
            (IoError::Read { .. } | IoError::EmptyFile { .. }, _) => Err(error),
            (_, Some(_)) => Ok(FileKind::Volume),
            (_, None) if nifti::header_path(path).is_some() => Ok(FileKind::VolumeValues),
            (_, None) => Err(error),
        },
    }
}
