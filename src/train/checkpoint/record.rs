//! What a run's folder says of the run beside settings and weights: when it began, how it ended, what a person wrote on
//! it, whether somebody trains in it now. Not for tensors and state (`checkpoint`).

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{RUN_VERSION, RunFolder, RunState, json};
use crate::train::config::TrainConfig;
use crate::train::error::TrainError;
use crate::train::event::{EndReason, TrainEvent};
use crate::train::observer::{Flow, Observer};

/// File of [`RunInfo`].
const INFO: &str = "run.json";
/// File of [`RunLabel`]; apart from [`INFO`], so that a person can write while the loop does.
const LABEL: &str = "label.json";
/// Locked while somebody trains in the folder; the system lets go of it however the program ends.
const LOCK: &str = "run.lock";
/// Who lists runs holds a lock for a few microseconds: as often is tried before a run counts as taken.
const LOCK_TRIES: usize = 200;

/// When a run began and how it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Form of the folder.
    pub run_version: u32,
    /// When it was begun, seconds since 1970 (UTC).
    pub begun_secs: u64,
    /// How it ended; `None` while it runs, and after the program went away in the middle.
    pub ended: Option<EndReason>,
    /// What went wrong, where something did.
    #[serde(default)]
    pub trouble: Option<String>,
}

impl RunInfo {
    /// A run that begins now.
    pub fn begun_now() -> Self {
        let begun_secs = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        Self { run_version: RUN_VERSION, begun_secs, ended: None, trouble: None }
    }
}

/// What a person writes on a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunLabel {
    /// Name; empty for the one drawn from net and date.
    pub name: String,
    /// Free text.
    pub note: String,
    /// Tags.
    pub tags: Vec<String>,
}

/// Held by whoever trains in a folder.
#[derive(Debug)]
pub struct RunLock {
    /// Closing it lets go of the lock.
    _file: Option<File>,
}

/// A run as a list of runs needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOverview {
    /// Settings.
    pub config: TrainConfig,
    /// Epochs so far.
    pub state: RunState,
    /// Begin and end; runs of the first version have none.
    pub info: Option<RunInfo>,
    /// Name, note, tags.
    pub label: RunLabel,
    /// When it was begun, seconds since 1970 (UTC).
    pub begun_secs: u64,
    /// Somebody trains in it now.
    pub is_locked: bool,
    /// Weights are there to read with.
    pub has_weights: bool,
}

/// Writes how a run ended, and lets go of its folder.
pub struct Ending {
    folder: RunFolder,
    info: RunInfo,
    lock: Option<RunLock>,
}

impl Ending {
    /// For the run that `info` begins.
    pub fn new(folder: RunFolder, info: RunInfo, lock: Option<RunLock>) -> Self {
        Self { folder, info, lock }
    }
}

impl Observer for Ending {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        if let TrainEvent::Ended { reason, .. } = event {
            self.info.ended = Some(*reason);
            self.folder.write_info(&self.info)?;
            self.lock = None;
        }
        Ok(Flow::Continue)
    }
}

impl RunFolder {
    /// Takes the folder for a training.
    ///
    /// *Errors*: somebody trains in it already.
    pub fn lock(&self) -> Result<RunLock, TrainError> {
        let path = self.path().join(LOCK);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|e| TrainError::Write { reason: e.to_string(), path })?;
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(RunLock { _file: Some(file) }),
                Err(TryLockError::WouldBlock) => std::hint::spin_loop(),
                Err(TryLockError::Error(error)) => {
                    // A file system without locks: nothing is lost but the warning of a second training.
                    log::warn!("a run's folder cannot be locked: {error}");
                    return Ok(RunLock { _file: None });
                }
            }
        }
        let reason = "a training runs in it already; wait for its end or stop it".to_owned();
        Err(TrainError::Checkpoint { reason, path: self.path().to_owned() })
    }

    /// Whether somebody trains in the folder now, in this program or another.
    pub fn is_locked(&self) -> bool {
        let Ok(file) = File::open(self.path().join(LOCK)) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// Begin and end; `None` in runs of the first version.
    ///
    /// *Errors*: written by a newer version, or no such file's form.
    pub fn read_info(&self) -> Result<Option<RunInfo>, TrainError> {
        if !self.path().join(INFO).is_file() {
            return Ok(None);
        }
        let form: Form = self.parse(INFO)?;
        self.check_form(form.run_version, INFO)?;
        self.parse(INFO).map(Some)
    }

    /// Writes begin and end.
    pub fn write_info(&self, info: &RunInfo) -> Result<(), TrainError> {
        self.write(INFO, &json(info, self.path())?)
    }

    /// Name, note, tags; empty where nobody wrote any, or what is there cannot be read.
    pub fn read_label(&self) -> RunLabel {
        if self.path().join(LABEL).is_file() { self.parse(LABEL).unwrap_or_default() } else { RunLabel::default() }
    }

    /// Writes name, note, tags.
    pub fn write_label(&self, label: &RunLabel) -> Result<(), TrainError> {
        self.write(LABEL, &json(label, self.path())?)
    }

    /// What a list of runs shows.
    ///
    /// *Errors*: the folder holds no run, or one of a newer version.
    pub fn overview(&self) -> Result<RunOverview, TrainError> {
        // First, so that a newer form is named as such and not by the first field that it brings.
        let info = self.read_info()?;
        let begun_secs = info.as_ref().map_or_else(|| changed_secs(&self.path().join("config.json")), |i| i.begun_secs);
        Ok(RunOverview {
            state: self.read_state()?,
            config: self.read_config()?,
            label: self.read_label(),
            begun_secs,
            is_locked: info.as_ref().is_none_or(|i| i.ended.is_none()) && self.is_locked(),
            has_weights: self.best_path().is_file(),
            info,
        })
    }

    /// The epochs that have example pictures, in order.
    pub fn example_epochs(&self) -> Vec<usize> {
        let Ok(entries) = std::fs::read_dir(self.path().join(super::EXAMPLES)) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let epoch = |name: String| name.strip_prefix("epoch-")?.strip_suffix(".json")?.parse::<usize>().ok();
        let mut epochs: Vec<usize> = names.filter_map(epoch).filter_map(|epoch| epoch.checked_sub(1)).collect();
        epochs.sort_unstable();
        epochs
    }

    /// Removes a file of the run, if it is there.
    pub fn remove(&self, name: &str) {
        if let Err(error) = std::fs::remove_file(self.path().join(name)) {
            log::debug!("{name} was not removed: {error}");
        }
    }
}

/// The one field that every form has.
#[derive(Deserialize)]
struct Form {
    run_version: u32,
}

fn changed_secs(path: &Path) -> u64 {
    let changed = std::fs::metadata(path).and_then(|m| m.modified()).unwrap_or(UNIX_EPOCH);
    changed.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}
