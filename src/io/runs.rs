//! Where the runs of this computer lie: the program's own folder, the list of those made elsewhere, the trash. Not for
//! what is in a run (`train::checkpoint`).

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use super::error::IoError;
use super::home::{self, Home};
use super::{atomic, limits};

/// What makes a folder a run's.
const CONFIG: &str = "config.json";
/// Runs with the same net on one day, more than anybody makes.
const MAX_A_DAY: usize = 10_000;

/// All folders of runs: the program's own, then those made elsewhere. What has vanished drops out.
pub fn folders(home: &Home) -> Result<Vec<PathBuf>, IoError> {
    let own = home.runs_folder();
    let mut found = match fs::read_dir(&own) {
        Ok(entries) => entries.filter_map(|e| e.ok().map(|e| e.path())).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(IoError::read(&error, &own)),
    };
    found.sort();
    for folder in listed(home)? {
        if !found.contains(&folder) {
            found.push(folder);
        }
    }
    found.retain(|folder| folder.join(CONFIG).is_file());
    Ok(found)
}

/// Remembers a run that lies outside of the program's own folder.
pub fn register(home: &Home, folder: &Path) -> Result<(), IoError> {
    let folder = std::path::absolute(folder).map_err(|e| IoError::read(&e, folder))?;
    if folder.parent() == Some(&home.runs_folder()) {
        return Ok(());
    }
    // Two programs may begin a run at the same time; the lock goes with the file.
    let _lock = lock(home);
    let mut all = listed(home)?;
    if all.contains(&folder) {
        return Ok(());
    }
    all.retain(|known| known.join(CONFIG).is_file());
    all.push(folder);
    let path = home.runs_file();
    let text =
        serde_json::to_string_pretty(&all).map_err(|e| IoError::Write { reason: e.to_string(), path: path.clone() })?;
    atomic::write(&path, text.as_bytes())
}

/// Makes a folder for a new run: `<date>-<net>-<number>`.
pub fn new_folder(home: &Home, date: &str, net: &str) -> Result<PathBuf, IoError> {
    let own = home.runs_folder();
    fs::create_dir_all(&own).map_err(|e| IoError::write(&e, &own))?;
    free(&own, &format!("{date}-{net}"), 1)
}

/// Removes a folder that nothing was written into.
pub fn remove_if_empty(folder: &Path) {
    // A folder with something in it is refused by the system, and so kept.
    let _ = fs::remove_dir(folder);
}

/// Moves a run to the program's trash and returns where it lies now.
pub fn trash(home: &Home, folder: &Path) -> Result<PathBuf, IoError> {
    let trash = home.trash_folder();
    fs::create_dir_all(&trash).map_err(|e| IoError::write(&e, &trash))?;
    let name = folder.file_name().map_or_else(|| "run".to_owned(), |n| n.to_string_lossy().into_owned());
    let place = free(&trash, &name, 1)?;
    // The system moves a folder onto an empty one; where it doesn't, the content goes one by one.
    let _ = fs::remove_dir(&place);
    if fs::rename(folder, &place).is_ok() {
        return Ok(place);
    }
    copy(folder, &place)?;
    fs::remove_dir_all(folder).map_err(|e| IoError::write(&e, folder))?;
    Ok(place)
}

fn copy(from: &Path, to: &Path) -> Result<(), IoError> {
    fs::create_dir_all(to).map_err(|e| IoError::write(&e, to))?;
    for entry in fs::read_dir(from).map_err(|e| IoError::read(&e, from))? {
        let entry = entry.map_err(|e| IoError::read(&e, from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(|e| IoError::read(&e, &source))?;
        if kind.is_dir() {
            copy(&source, &target)?;
        } else if kind.is_file() {
            fs::copy(&source, &target).map_err(|e| IoError::write(&e, &target))?;
        }
    }
    Ok(())
}

/// Makes the first folder `<stem>-<n>` that is not there yet.
fn free(parent: &Path, stem: &str, first: usize) -> Result<PathBuf, IoError> {
    for n in first..MAX_A_DAY {
        let folder = parent.join(format!("{stem}-{n}"));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(IoError::write(&error, &folder)),
        }
    }
    let (found, limit) = (MAX_A_DAY as u64, MAX_A_DAY as u64 - 1);
    Err(IoError::TooLarge { what: "folders of one name", found, limit, path: parent.join(stem) })
}

/// The list as it is kept; one that cannot be read is moved aside and begun anew.
fn listed(home: &Home) -> Result<Vec<PathBuf>, IoError> {
    let path = home.runs_file();
    let Some(text) = home::read_text(&path)? else { return Ok(Vec::new()) };
    debug_assert!(text.len() as u64 <= limits::MAX_JSON_BYTES);
    Ok(serde_json::from_str(&text).unwrap_or_else(|error| {
        log::warn!("{}", home::keep_aside(&path, &error.to_string()));
        Vec::new()
    }))
}

/// Held while the list is changed; `None` on a file system without locks.
fn lock(home: &Home) -> Option<File> {
    let path = home.runs_file().with_extension("lock");
    fs::create_dir_all(&home.data).ok()?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).ok()?;
    file.lock().ok()?;
    Some(file)
}
