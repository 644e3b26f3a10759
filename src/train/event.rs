//! What the training loop says while it runs; window, terminal and CSV log all listen to the same. Not for acting on it.

use std::path::PathBuf;

/// One message of the training loop.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainEvent {
    /// The run begins or goes on.
    Started {
        /// The run's folder.
        run: PathBuf,
        /// Epochs planned.
        epochs: usize,
        /// Steps an epoch.
        steps_per_epoch: usize,
        /// First epoch to run, from 0; more than 0 where a run is resumed.
        first_epoch: usize,
        /// Name of the device.
        device: String,
        /// What must be known: leaks, folders that disagree with a column …
        warnings: Vec<String>,
    },
    /// One optimizer step is done.
    Step {
        /// Epoch, from 0.
        epoch: usize,
        /// Step in this epoch, from 0.
        step: usize,
        /// Loss of this step.
        loss: f32,
        /// Running mean of the loss in this epoch.
        mean_loss: f32,
        /// Slices a second since the epoch began.
        slices_per_sec: f32,
    },
    /// One batch of the epoch's validation is done.
    Validating {
        /// Epoch, from 0.
        epoch: usize,
        /// Batches done.
        done: usize,
        /// Batches in all.
        total: usize,
    },
    /// Something to be marked on the curves happened.
    Marked {
        /// Step over the run, from 0: epoch × steps an epoch + step.
        step: u32,
        /// What.
        mark: Mark,
    },
    /// One epoch with its validation is done.
    EpochEnded(EpochRecord),
    /// The run is over.
    Ended {
        /// Why.
        reason: EndReason,
        /// Best epoch, from 0, if any was validated.
        best_epoch: Option<usize>,
        /// Validation loss of the best epoch.
        best_val_loss: Option<f32>,
    },
}

/// One line of `log.csv`.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct EpochRecord {
    /// Epoch, from 0.
    pub epoch: usize,
    /// Mean training loss.
    pub train_loss: f32,
    /// Mean validation loss.
    pub val_loss: f32,
    /// Name of the metric: "volume_dice" or "auc".
    pub metric_name: String,
    /// Its validation value.
    pub metric: f32,
    /// Learning rate at the end of the epoch.
    pub learning_rate: f64,
    /// Seconds that the epoch took, validation included.
    pub secs: f32,
    /// Whether this is the best validation loss so far.
    pub is_best: bool,
    /// Soft Dice's part of the training and the validation loss; the rest is cross-entropy. `None` where there is no such
    /// part, and in runs of the first version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dice_losses: Option<[f32; 2]>,
}

/// What happened at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Paused.
    Paused,
    /// Went on after a pause.
    WentOn,
    /// Taken up again after the program had gone.
    Resumed,
    /// The learning rate dropped on a plateau.
    RateDropped,
}

impl Mark {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Paused, Self::WentOn, Self::Resumed, Self::RateDropped];

    /// Its word in `marks.csv`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::WentOn => "went-on",
            Self::Resumed => "resumed",
            Self::RateDropped => "rate-dropped",
        }
    }
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// All epochs were run.
    Finished,
    /// No better validation loss for as many epochs as the patience allows.
    EarlyStopped,
    /// The user stopped it; the best is kept.
    Stopped,
    /// The loss was not a number; the best is kept.
    NotANumber,
}
