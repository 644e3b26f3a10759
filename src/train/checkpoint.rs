//! A run's folder: settings, split, log, best and last weights with all that an exact resume needs. Not for what ships
//! (`card` makes that of the best).

pub mod record;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::config::TrainConfig;
use super::error::TrainError;
use super::event::EpochRecord;
use crate::io::atomic;
use crate::nn::weights::{self, Tensors};

/// Form of the folder; a newer one is refused.
const RUN_VERSION: u32 = 1;
/// Folder of the example pictures in a run's.
pub(super) const EXAMPLES: &str = "examples";

/// Everything but tensors that the next epoch needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunState {
    /// Form of the folder.
    pub run_version: u32,
    /// Epochs done.
    pub epochs_done: usize,
    /// Optimizer steps done.
    pub steps_done: usize,
    /// Of these, steps in which a classifier's heads learned alone.
    #[serde(default)]
    pub head_steps: usize,
    /// Best epoch so far, from 0.
    pub best_epoch: Option<usize>,
    /// Its validation loss.
    pub best_val_loss: Option<f32>,
    /// Drops of the learning rate on a plateau.
    pub drops: usize,
    /// All epochs so far.
    pub history: Vec<EpochRecord>,
    /// Leaks and other things that must stay known.
    pub notes: Vec<String>,
}

impl Default for RunState {
    fn default() -> Self {
        Self {
            run_version: RUN_VERSION,
            epochs_done: 0,
            steps_done: 0,
            head_steps: 0,
            best_epoch: None,
            best_val_loss: None,
            drops: 0,
            history: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// Tensors of one checkpoint.
#[derive(Clone, Debug, Default)]
pub struct CheckpointTensors {
    /// Raw weights and running statistics.
    pub weights: Tensors,
    /// Averaged weights; empty where none are kept.
    pub averaged: Tensors,
    /// Adam's mean gradient by name.
    pub first_moments: Tensors,
    /// Adam's mean squared gradient by name.
    pub second_moments: Tensors,
    /// Optimizer steps done, on which Adam's bias correction depends.
    pub steps_done: usize,
    /// Of these, steps in which the heads learned alone.
    pub head_steps: usize,
}

/// The folder of one run.
#[derive(Clone, Debug)]
pub struct RunFolder(PathBuf);

impl RunFolder {
    /// Makes the folder for a new run; a folder that holds one already is refused.
    pub fn create(folder: &Path) -> Result<Self, TrainError> {
        if folder.join("config.json").exists() {
            let reason = "it holds a run already; resume that one or name another folder".to_owned();
            return Err(TrainError::Checkpoint { reason, path: folder.to_owned() });
        }
        std::fs::create_dir_all(folder)
            .map_err(|e| TrainError::Write { reason: e.to_string(), path: folder.to_owned() })?;
        Ok(Self(folder.to_owned()))
    }

    /// The folder of an earlier run.
    pub fn open(folder: &Path) -> Result<Self, TrainError> {
        if !folder.join("config.json").is_file() {
            let reason = "no config.json in it; this is not a run's folder".to_owned();
            return Err(TrainError::Checkpoint { reason, path: folder.to_owned() });
        }
        Ok(Self(folder.to_owned()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Best weights.
    pub fn best_path(&self) -> PathBuf {
        self.0.join("best.safetensors")
    }

    /// Writes a small text or JSON file of the run.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), TrainError> {
        let path = self.0.join(name);
        if !self.0.is_dir() {
            // Not made anew: what was in it would be missing without a word.
            let reason = "the run's folder is no longer there; it was moved or removed during the training".to_owned();
            return Err(TrainError::Write { reason, path: self.0.clone() });
        }
        atomic::write(&path, bytes).map_err(|e| TrainError::Write { reason: write_reason(&e), path })
    }

    /// Reads a file of the run.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, TrainError> {
        let path = self.0.join(name);
        std::fs::read(&path).map_err(|e| TrainError::Checkpoint { reason: e.to_string(), path })
    }

    /// Writes the settings.
    pub fn write_config(&self, config: &TrainConfig) -> Result<(), TrainError> {
        self.write("config.json", &json(config, &self.0)?)
    }

    /// Reads the settings.
    pub fn read_config(&self) -> Result<TrainConfig, TrainError> {
        self.parse("config.json")
    }

    /// Reads where the run stands; the start where no epoch was finished.
    pub fn read_state(&self) -> Result<RunState, TrainError> {
        if !self.0.join("last.safetensors").is_file() {
            return Ok(RunState::default());
        }
        let state: RunState = self.parse("state.json")?;
        self.check_form(state.run_version, "state.json")?;
        Ok(state)
    }

    fn check_form(&self, found: u32, name: &str) -> Result<(), TrainError> {
        if found > RUN_VERSION {
            let reason = format!("written by a newer version (form {found}, this one knows {RUN_VERSION})");
            return Err(TrainError::Checkpoint { reason, path: self.0.join(name) });
        }
        Ok(())
    }

    /// Writes weights, moments and state. The state goes last and names the epoch that the tensors must carry, so that
    /// a crash between the two is noticed.
    pub fn write_last(&self, state: &RunState, tensors: &CheckpointTensors) -> Result<(), TrainError> {
        let mut all = Tensors::new();
        for (prefix, part) in tensors.parts() {
            all.extend(part.iter().map(|(name, t)| (format!("{prefix}{name}"), t.clone())));
        }
        let stamp = Tensor::new(&[state.epochs_done as f32], &candle_core::Device::Cpu)?;
        all.insert(EPOCH_KEY.to_owned(), stamp);
        self.write("last.safetensors", &weights::to_bytes(&all, false)?)?;
        self.write("state.json", &json(state, &self.0)?)
    }

    /// Reads the last checkpoint's tensors and makes sure that they belong to `state`.
    pub fn read_last(&self, state: &RunState) -> Result<CheckpointTensors, TrainError> {
        let path = self.0.join("last.safetensors");
        let mut all = weights::tensors_from_bytes(&weights::read_file(&path)?, &path)?;
        let epoch = all.remove(EPOCH_KEY).map(|t| t.to_vec1::<f32>()).transpose()?;
        if epoch != Some(vec![state.epochs_done as f32]) {
            let reason = "state.json and last.safetensors are of different epochs".to_owned();
            return Err(TrainError::Checkpoint { reason, path });
        }
        let mut tensors = CheckpointTensors {
            steps_done: state.steps_done,
            head_steps: state.head_steps,
            ..CheckpointTensors::default()
        };
        for (name, tensor) in all {
            let known = tensors.parts_mut().into_iter().find_map(|(prefix, part)| {
                name.strip_prefix(prefix).map(|rest| part.insert(rest.to_owned(), tensor.clone()))
            });
            if known.is_none() {
                let reason = format!("{name} is not part of a checkpoint");
                return Err(TrainError::Checkpoint { reason, path });
            }
        }
        Ok(tensors)
    }

    fn parse<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, TrainError> {
        let bytes = self.read(name)?;
        serde_json::from_slice(&bytes)
            .map_err(|e| TrainError::Checkpoint { reason: e.to_string(), path: self.0.join(name) })
    }
}

const EPOCH_KEY: &str = "epochs_done";

impl CheckpointTensors {
    fn parts(&self) -> [(&'static str, &Tensors); 4] {
        [
            ("weights/", &self.weights),
            ("averaged/", &self.averaged),
            ("first/", &self.first_moments),
            ("second/", &self.second_moments),
        ]
    }

    fn parts_mut(&mut self) -> [(&'static str, &mut Tensors); 4] {
        [
            ("weights/", &mut self.weights),
            ("averaged/", &mut self.averaged),
            ("first/", &mut self.first_moments),
            ("second/", &mut self.second_moments),
        ]
    }

    /// Adam's moments as the optimizer takes them.
    pub fn moments(&self) -> BTreeMap<String, (Tensor, Tensor)> {
        let pair = |(name, first): (&String, &Tensor)| {
            self.second_moments.get(name).map(|second| (name.clone(), (first.clone(), second.clone())))
        };
        self.first_moments.iter().filter_map(pair).collect()
    }
}

/// What the system said, without the path, which the error around it names.
pub(super) fn write_reason(error: &crate::io::error::IoError) -> String {
    error.words().why
}

/// Pretty JSON.
pub fn json(value: &impl Serialize, path: &Path) -> Result<Vec<u8>, TrainError> {
    serde_json::to_vec_pretty(value).map_err(|e| TrainError::Write { reason: e.to_string(), path: path.to_owned() })
}
