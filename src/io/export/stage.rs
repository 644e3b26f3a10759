//! A results folder is built beside its place and moved there at the end, so that a full disk leaves the earlier results
//! as they were. Not for what is in it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;

use super::FINDINGS_FILE;
use crate::io::error::IoError;
use crate::io::findings_json::FindingsFile;
use crate::io::limits;

/// Files that wait to be moved into a results folder. Dropped without [`Stage::commit`], it leaves nothing.
pub struct Stage {
    folder: PathBuf,
    waiting: TempDir,
    files: Vec<String>,
}

impl Stage {
    /// A stage for `folder`, which is made where needed.
    pub fn new(folder: &Path) -> Result<Self, IoError> {
        let fail = |e: std::io::Error| IoError::write(&e, folder);
        fs::create_dir_all(folder).map_err(fail)?;
        let waiting = tempfile::Builder::new().prefix(".glioview-").tempdir_in(folder).map_err(fail)?;
        Ok(Self { folder: folder.to_owned(), waiting, files: Vec::new() })
    }

    /// Writes one file, named relative to the results folder.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), IoError> {
        let place = self.waiting.path().join(name);
        let fail = |e: std::io::Error| IoError::write(&e, &self.folder.join(name));
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(fail)?;
        }
        let mut file = fs::File::create(&place).map_err(fail)?;
        file.write_all(bytes).map_err(fail)?;
        // A disk may only notice now that it is full.
        file.sync_all().map_err(fail)?;
        self.files.push(name.to_owned());
        Ok(())
    }

    /// Moves everything into place, `findings.json` last, and removes masks and overlays that an earlier `findings.json`
    /// named and this one does not. Returns how many files were moved.
    pub fn commit(self) -> Result<usize, IoError> {
        let before = earlier_pictures(&self.folder);
        for name in &self.files {
            let place = self.folder.join(name);
            let fail = |e: std::io::Error| IoError::write(&e, &place);
            if let Some(parent) = place.parent() {
                fs::create_dir_all(parent).map_err(fail)?;
            }
            fs::rename(self.waiting.path().join(name), &place).map_err(fail)?;
        }
        let now: BTreeSet<&str> = self.files.iter().map(String::as_str).collect();
        for stale in before.iter().filter(|name| !now.contains(name.as_str())) {
            if let Err(error) = fs::remove_file(self.folder.join(stale)) {
                log::warn!("a picture of the earlier results could not be removed: {error}");
            }
        }
        Ok(self.files.len())
    }
}

/// The masks and overlays that the `findings.json` in `folder` names, if there is one of ours.
fn earlier_pictures(folder: &Path) -> Vec<String> {
    let path = folder.join(FINDINGS_FILE);
    let is_ours = fs::metadata(&path).is_ok_and(|m| m.is_file() && m.len() <= limits::MAX_JSON_BYTES);
    let text = if is_ours { fs::read_to_string(&path).unwrap_or_default() } else { String::new() };
    let Ok(file) = serde_json::from_str::<FindingsFile>(&text) else { return Vec::new() };
    let named = file.slices.into_iter().flat_map(|s| [s.mask, s.overlay]).flatten();
    named.filter(|name| is_own_picture(name)).collect()
}

/// Only what an export itself would have named: nothing outside of its two folders is ever removed.
fn is_own_picture(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let (folder, file, rest) = (parts.next(), parts.next(), parts.next());
    let is_folder =
        |c: Component<'_>| c == Component::Normal("masks".as_ref()) || c == Component::Normal("overlays".as_ref());
    folder.is_some_and(is_folder)
        && matches!(file, Some(Component::Normal(_)))
        && rest.is_none()
        && Path::new(name).extension().is_some_and(|e| e == "png")
}
