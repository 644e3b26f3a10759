//! Where DICOM bytes come from: files on disk and entries of archives, read whole or just their beginning. Not for what
//! is in them (`file`, `read`).

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::file::{self, DicomFile};
use super::read::{cut_short, guarded};
use crate::io::archive::{Archive, Entry};
use crate::io::error::IoError;
use crate::io::limits;

/// One file, or one entry of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file, or the archive with the entry's own path behind it.
    pub path: PathBuf,
    /// The archive and the entry.
    pub entry: Option<(PathBuf, Entry)>,
}

/// Headers end within this mostly; private ones of some vendors reach some hundred kilobytes.
const FIRST_BYTES: u64 = 48 << 10;
const MORE_BYTES: u64 = 1 << 20;

/// Reads sources and keeps the last archive open, so that going through its entries opens it once.
#[derive(Default)]
pub struct Shelf {
    open: Option<(PathBuf, Archive)>,
}

impl Shelf {
    /// All bytes of `source`.
    pub fn read(&mut self, source: &Source) -> Result<Vec<u8>, IoError> {
        self.beginning(source, u64::MAX).map(|(bytes, _)| bytes)
    }

    /// The attributes of `source` before its pixels, from as few bytes as they take.
    pub fn header(&mut self, source: &Source) -> Result<DicomFile, IoError> {
        for most in [FIRST_BYTES, MORE_BYTES, u64::MAX] {
            let (bytes, whole) = self.beginning(source, most)?;
            let is_all = bytes.len() as u64 >= whole;
            let parsed = guarded(&source.path, || match file::parse(bytes, whole as usize, true, &source.path) {
                Ok(file) => Ok(Some(file)),
                Err(None) if !is_all => Ok(None),
                Err(error) => Err(error.unwrap_or_else(|| cut_short(&source.path))),
            })?;
            if let Some(file) = parsed {
                return Ok(file);
            }
        }
        Err(cut_short(&source.path))
    }

    /// Up to `most` bytes, and how many there are in all.
    fn beginning(&mut self, source: &Source, most: u64) -> Result<(Vec<u8>, u64), IoError> {
        let Some((archive, entry)) = &source.entry else { return file_beginning(&source.path, most) };
        if self.open.as_ref().is_none_or(|(path, _)| path != archive) {
            self.open = Some((archive.clone(), Archive::open(archive)?));
        }
        match &mut self.open {
            Some((_, open)) => Ok((open.read(entry, most)?, entry.size)),
            None => Err(cut_short(&source.path)),
        }
    }
}

fn file_beginning(path: &Path, most: u64) -> Result<(Vec<u8>, u64), IoError> {
    let limit = limits::MAX_FILE_BYTES;
    let file = File::open(path).map_err(|e| IoError::read(&e, path))?;
    let size = file.metadata().map_err(|e| IoError::read(&e, path))?.len();
    if size > limit {
        return Err(IoError::TooLarge { what: "bytes in one file", found: size, limit, path: path.to_owned() });
    }
    let wanted = most.min(size);
    let mut bytes = Vec::with_capacity(wanted as usize);
    file.take(wanted).read_to_end(&mut bytes).map_err(|e| IoError::read(&e, path))?;
    Ok((bytes, size))
}
