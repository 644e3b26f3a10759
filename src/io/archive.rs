//! ZIP archives: their entries are read one at a time into memory, nothing is unpacked to disk. Bombs and entries that name
//! places outside of the archive are refused. Not for what the entries are (`dicom`).

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Component, Path, PathBuf};

use zip::ZipArchive;
use zip::result::ZipError;

use super::error::IoError;
use super::limits;

/// How every error here names the kind.
const KIND: &str = "ZIP";

/// Whether the file that starts with `head` is an archive.
pub fn is_archive(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04")
}

/// One file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Number in the archive's directory.
    pub index: usize,
    /// The archive's path with the entry's own behind it, for the screen; nothing lies there.
    pub path: PathBuf,
    /// Bytes that it claims to have.
    pub size: u64,
}

/// An open archive.
pub struct Archive {
    zip: ZipArchive<BufReader<File>>,
    path: PathBuf,
}

impl Archive {
    /// Opens the archive at `path` and refuses it whole where it is a bomb.
    pub fn open(path: &Path) -> Result<Self, IoError> {
        let file = File::open(path).map_err(|e| IoError::read(&e, path))?;
        let length = file.metadata().map_err(|e| IoError::read(&e, path))?.len();
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|e| words(&e, path))?;
        let too_large = |what, found, limit| Err(IoError::TooLarge { what, found, limit, path: path.to_owned() });
        let count = zip.len() as u64;
        if count > limits::MAX_ARCHIVE_ENTRIES {
            return too_large("entries in one archive", count, limits::MAX_ARCHIVE_ENTRIES);
        }
        let mut archive = Self { zip, path: path.to_owned() };
        let claimed = archive.claimed_bytes();
        let limit =
            limits::MAX_ARCHIVE_BYTES.min(limits::MIN_BOMB_BYTES.max(length.saturating_mul(limits::MAX_ARCHIVE_RATIO)));
        if claimed > limit { too_large("bytes in one archive, unpacked", claimed, limit) } else { Ok(archive) }
    }

    fn claimed_bytes(&mut self) -> u64 {
        (0..self.zip.len())
            .filter_map(|index| self.zip.by_index_raw(index).ok().map(|entry| entry.size()))
            .fold(0, u64::saturating_add)
    }

    /// Its files in the order of their names, and what cannot be read of it.
    pub fn entries(&mut self) -> (Vec<Entry>, Vec<(PathBuf, IoError)>) {
        let (mut entries, mut failures) = (Vec::new(), Vec::new());
        for index in 0..self.zip.len() {
            let Ok(entry) = self.zip.by_index_raw(index) else { continue };
            if entry.is_dir() {
                continue;
            }
            let (name, size) = (entry.name().map(std::borrow::Cow::into_owned).unwrap_or_default(), entry.size());
            let refused =
                |form: &str| IoError::UnsupportedForm { kind: KIND, form: form.to_owned(), path: self.path.clone() };
            if entry.is_symlink() {
                failures.push((self.path.clone(), refused("a link among its entries")));
            } else if entry.encrypted() {
                failures.push((self.path.clone(), refused("an entry that is encrypted")));
            } else if let Some(inner) = inner_path(&name) {
                let is_hidden = inner
                    .components()
                    .any(|part| part.as_os_str().to_string_lossy().starts_with(['.', '_']) && part.as_os_str() != "_");
                if !is_hidden || inner.extension().is_some_and(|e| e.eq_ignore_ascii_case("dcm")) {
                    entries.push(Entry { index, path: self.path.join(inner), size });
                }
            } else {
                failures.push((self.path.clone(), refused("an entry that names a place outside of it")));
            }
        }
        entries.sort_by(|a, b| natord::compare(&a.path.to_string_lossy(), &b.path.to_string_lossy()));
        failures.dedup();
        (entries, failures)
    }

    /// The first `most` bytes of `entry`, or all of it.
    pub fn read(&mut self, entry: &Entry, most: u64) -> Result<Vec<u8>, IoError> {
        let limit = limits::MAX_FILE_BYTES;
        if entry.size > limit {
            let (what, found) = ("bytes in one file", entry.size);
            return Err(IoError::TooLarge { what, found, limit, path: entry.path.clone() });
        }
        let inner = self.zip.by_index(entry.index).map_err(|e| words(&e, &entry.path))?;
        let wanted = most.min(entry.size);
        // What it claims is no promise: memory grows with what comes, up to the claim.
        let mut bytes = Vec::with_capacity(wanted.min(1 << 20) as usize);
        let read = inner.take(wanted).read_to_end(&mut bytes);
        let damaged = |reason: String| IoError::Damaged { kind: KIND, reason, path: entry.path.clone() };
        read.map_err(|e| damaged(format!("an entry does not unpack ({})", e.kind())))?;
        if (bytes.len() as u64) < wanted {
            return Err(damaged(format!("an entry has {} of {wanted} bytes", bytes.len())));
        }
        Ok(bytes)
    }
}

/// The entry's own path; `None` where it leads out of the archive: absolute, upward, with a drive.
fn inner_path(name: &str) -> Option<PathBuf> {
    if name.is_empty() || name.contains(['\0', ':']) || name.starts_with(['/', '\\']) {
        return None;
    }
    let path = PathBuf::from(name.replace('\\', "/"));
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)).then_some(path)
}

fn words(error: &ZipError, path: &Path) -> IoError {
    match error {
        ZipError::Io(error) => IoError::read(error, path),
        ZipError::UnsupportedArchive(form) => {
            IoError::UnsupportedForm { kind: KIND, form: (*form).to_owned(), path: path.to_owned() }
        }
        other => IoError::Damaged { kind: KIND, reason: other.to_string(), path: path.to_owned() },
    }
}
