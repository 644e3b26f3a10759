//! `glioview evaluate --cv`: cross-validation in a terminal. Not for the folds themselves (`train::folds`).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueEnum};

use super::output::Output;
use crate::domain::card::Architecture;
use crate::domain::device::DeviceChoice;
use crate::train::checkpoint::RunFolder;
use crate::train::config::TrainConfig;
use crate::train::error::TrainError;
use crate::train::event::TrainEvent;
use crate::train::folds::{FoldPlan, cross_validate};
use crate::train::observer::{Flow, Observer};

/// The net to cross-validate.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FoldNet {
    /// Classifier DenseNet-121.
    #[value(name = "densenet121")]
    DenseNet121,
    /// Classifier ResNet-50.
    #[value(name = "resnet50")]
    ResNet50,
    /// Segmenter U-Net.
    #[value(name = "unet")]
    UNet,
}

/// Cross-validation: trains one net a fold, so it takes as many trainings as there are folds.
#[derive(Debug, Args)]
pub struct CrossArguments {
    /// Cross-validate by patient with so many folds: trains a net for each, into --out; run again to go on.
    #[arg(long, value_name = "FOLDS", requires = "out")]
    pub cv: Option<usize>,
    /// With --cv: train the same net once on a split by slice, to show how much too good its figures are.
    #[arg(long, requires = "cv")]
    by_slice: bool,
    /// With --cv: the settings of this run's folder.
    #[arg(long, value_name = "DIR", requires = "cv")]
    settings: Option<PathBuf>,
    /// With --cv, without --settings: the net.
    #[arg(long, value_enum, requires = "cv", conflicts_with = "settings")]
    net: Option<FoldNet>,
    /// With --net unet: filters on the first level.
    #[arg(long, requires = "cv", default_value_t = 16)]
    width: usize,
    /// With --cv: epochs of each training.
    #[arg(long, requires = "cv")]
    epochs: Option<usize>,
    /// With --cv: side of the input in pixels.
    #[arg(long, requires = "cv")]
    size: Option<usize>,
    /// With --cv: slices a step.
    #[arg(long, requires = "cv")]
    batch: Option<usize>,
    /// With --cv: seed of every random stream.
    #[arg(long, requires = "cv")]
    seed: Option<u64>,
}

impl CrossArguments {
    fn config(&self, data: &Path, device: DeviceChoice) -> Result<TrainConfig, TrainError> {
        let mut config = match (&self.settings, self.net) {
            (Some(folder), _) => TrainConfig { data: data.to_owned(), ..RunFolder::open(folder)?.read_config()? },
            (None, Some(FoldNet::DenseNet121)) => TrainConfig::new(Architecture::DenseNet121, data.to_owned()),
            (None, Some(FoldNet::ResNet50)) => TrainConfig::new(Architecture::ResNet50, data.to_owned()),
            (None, Some(FoldNet::UNet)) => TrainConfig::new(Architecture::UNet { width: self.width }, data.to_owned()),
            (None, None) => {
                let reason = "give --settings with a run's folder, or --net".to_owned();
                return Err(TrainError::Config { field: "cv", reason });
            }
        };
        config.epochs = self.epochs.unwrap_or(config.epochs);
        config.input.size = self.size.unwrap_or(config.input.size);
        config.batch_size = self.batch.unwrap_or(config.batch_size);
        config.seed = self.seed.unwrap_or(config.seed);
        config.device = device;
        Ok(config)
    }
}

/// Trains, tests and prints all folds.
pub fn run(
    arguments: &CrossArguments,
    data: &Path,
    out: &Path,
    device: DeviceChoice,
    is_json: bool,
    stop: &Arc<AtomicBool>,
) -> Result<(), TrainError> {
    crate::nn::ops::keep_freed_memory();
    let config = arguments.config(data, device)?;
    let folds = arguments.cv.unwrap_or_default();
    let plan = FoldPlan { config, folds, out: out.to_owned(), by_slice: arguments.by_slice };
    let output = Output::new(is_json);
    let mut say = |words: &str| output.trouble(words);
    let mut progress = |done, total| {
        output.progress("Slices", "slices", done, total);
        !stop.load(Ordering::Relaxed)
    };
    let mut ear = Ear { output: &output, stop: Arc::clone(stop) };
    let result = cross_validate(&plan, &mut say, &mut progress, &mut ear)?;
    output.clear();
    let json = || serde_json::to_string_pretty(&result).unwrap_or_default() + "\n";
    output.data(&if is_json { json() } else { result.table() });
    Ok(())
}

/// One line an epoch, and the wish to stop.
struct Ear<'a> {
    output: &'a Output,
    stop: Arc<AtomicBool>,
}

impl Observer for Ear<'_> {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        if let TrainEvent::EpochEnded(r) = event {
            let (epoch, name) = (r.epoch + 1, &r.metric_name);
            self.output.trouble(&format!("  epoch {epoch}  validation {:.4}  {name} {:.4}", r.val_loss, r.metric));
        }
        Ok(if self.stop.load(Ordering::Relaxed) { Flow::Stop } else { Flow::Continue })
    }
}
