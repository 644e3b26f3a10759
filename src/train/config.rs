//! The settings of one training run, as its `config.json` keeps them. Not for parsing the command line (`cli`).

mod check;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::augment::AugmentSettings;
use super::split::Split;
use crate::domain::card::{Architecture, Crop, InputSpec, Normalization, Task};
use crate::domain::device::DeviceChoice;

/// How the learning rate goes over the run, after the warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// Half a cosine from the full rate to zero over all epochs.
    Cosine,
    /// The rate is multiplied by `factor` after `patience` epochs without a better validation loss.
    Plateau {
        /// Below 1.
        factor: f64,
        /// Epochs.
        patience: usize,
    },
}

impl Schedule {
    /// Factor of a plateau where the user names none.
    pub const PLATEAU_FACTOR: f64 = 0.1;
    /// Epochs that make a plateau where the user names none.
    pub const PLATEAU_PATIENCE: usize = 5;
}

/// The segmenter's loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SegmenterLoss {
    /// Binary cross-entropy.
    Bce,
    /// Binary cross-entropy plus soft Dice over the batch.
    BceDice,
}

/// Settings of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainConfig {
    /// The net.
    pub architecture: Architecture,
    /// Folder or CSV of the data.
    pub data: PathBuf,
    /// `split.csv` to follow; drawn by seed and shares where `None`.
    pub split_file: Option<PathBuf>,
    /// Shares of training, validation and test.
    pub shares: [f64; 3],
    /// How a slice becomes the net's input.
    pub input: InputSpec,
    /// Slices a step.
    pub batch_size: usize,
    /// Epochs planned.
    pub epochs: usize,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// How it goes.
    pub schedule: Schedule,
    /// Epochs over which the rate rises from zero; may be a fraction.
    pub warmup_epochs: f64,
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// The segmenter's loss.
    pub segmenter_loss: SegmenterLoss,
    /// Weight of each coarse mask head beside the label, 0 for none. Classifier with masks only.
    pub coarse_mask_weight: f64,
    /// Weight of tumor against the rest in the coarse masks.
    pub coarse_positive_weight: f64,
    /// An epoch is all tumor slices and as many others, instead of all slices.
    pub is_balanced: bool,
    /// Changes of the training slices; `None` for none.
    pub augment: Option<AugmentSettings>,
    /// Epochs without a better validation loss after which the run ends; `None` for never.
    pub patience: Option<usize>,
    /// Gradients are scaled down to this norm; `None` for never.
    pub max_gradient_norm: Option<f64>,
    /// Decay a step of the averaged weights that are validated and kept; `None` keeps the raw ones.
    pub average_decay: Option<f64>,
    /// Seed of every random stream.
    pub seed: u64,
    /// Device.
    pub device: DeviceChoice,
    /// Weights to start from.
    pub start_from: Option<PathBuf>,
    /// Epochs at the start in which a classifier's new head learns alone; may be a fraction, 0 for none. Only with weights
    /// to start from.
    #[serde(default)]
    pub head_first_epochs: f64,
    /// Threads that prepare batches.
    pub loader_threads: usize,
}

impl TrainConfig {
    /// Sane defaults for a net on some data: the published recipe with what was found to help.
    pub fn new(architecture: Architecture, data: PathBuf) -> Self {
        let is_segmenter = architecture.task() == Task::Segmenter;
        Self {
            architecture,
            data,
            split_file: None,
            shares: Split::DEFAULT_SHARES,
            input: InputSpec {
                size: 224,
                channels: 3,
                normalization: Normalization::PercentileZScore,
                crop: Crop::Head,
                mirror: true,
            },
            batch_size: if is_segmenter { 8 } else { 12 },
            epochs: 40,
            learning_rate: if is_segmenter { 1e-3 } else { 7e-4 },
            schedule: Schedule::Cosine,
            warmup_epochs: 1.0,
            weight_decay: 1e-4,
            segmenter_loss: SegmenterLoss::BceDice,
            coarse_mask_weight: if architecture == Architecture::DenseNet121 { 2.0 } else { 0.0 },
            coarse_positive_weight: 3.0,
            is_balanced: true,
            augment: Some(AugmentSettings::default()),
            patience: Some(if is_segmenter { 20 } else { 10 }),
            max_gradient_norm: Some(5.0),
            average_decay: Some(0.995),
            seed: 1,
            device: DeviceChoice::Auto,
            start_from: None,
            head_first_epochs: 0.0,
            loader_threads: 1,
        }
    }

    /// Paths that hold wherever the program is started next.
    pub fn make_absolute(&mut self) {
        let places = [Some(&mut self.data), self.split_file.as_mut(), self.start_from.as_mut()];
        for path in places.into_iter().flatten() {
            if let Ok(absolute) = std::path::absolute(&*path) {
                *path = absolute;
            }
        }
    }

    /// Whether the classifier's head learns alone at `position` epochs into the run.
    pub fn is_head_first_at(&self, position: f64) -> bool {
        // The position of an epoch's last step is a whole number but for rounding.
        self.head_first_epochs > 0.0 && position <= self.head_first_epochs + 1e-9
    }

    /// Whether the classifier learns from the masks too.
    pub fn has_coarse_heads(&self) -> bool {
        self.architecture == Architecture::DenseNet121 && self.coarse_mask_weight > 0.0
    }

    /// The learning rate at `position` epochs into the run (a fraction within one), `drops` plateau drops so far.
    pub fn learning_rate_at(&self, position: f64, drops: usize) -> f64 {
        let warmup = if self.warmup_epochs > 0.0 { (position / self.warmup_epochs).min(1.0) } else { 1.0 };
        let shape = match self.schedule {
            Schedule::Cosine => {
                let rest = (self.epochs as f64 - self.warmup_epochs).max(f64::EPSILON);
                let along = ((position - self.warmup_epochs) / rest).clamp(0.0, 1.0);
                0.5 * (1.0 + (std::f64::consts::PI * along).cos())
            }
            Schedule::Plateau { factor, .. } => factor.powi(drops as i32),
        };
        self.learning_rate * warmup * shape
    }
}
