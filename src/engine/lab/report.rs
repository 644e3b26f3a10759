//! What the lab reports. Not for acting on it.

use std::path::PathBuf;
use std::sync::Arc;

use super::order::{RunLabel, Watched};
use crate::domain::card::{ModelCard, Task};
use crate::domain::mask::ProbabilityMap;
use crate::engine::failure::Failure;
use crate::train::config::TrainConfig;
pub use crate::train::event::Mark;
use crate::train::event::{EpochRecord, TrainEvent};
pub use crate::train::examples::{ExamplePicture, ExampleSheet};
pub use crate::train::finish::Chosen;
pub use crate::train::folds::CrossValidation;
use crate::train::trial::Trial;

/// One report; [`super::super::event::Event::Lab`] carries it.
#[derive(Clone, Debug)]
pub enum LabReport {
    /// A data set was looked at.
    Surveyed(Arc<crate::train::inspect::DataReport>),
    /// A slice as augmentation changes it.
    Previewed(Arc<PreviewSheet>),
    /// Two trial steps are done.
    Tried(Trial),
    /// The training's folder is made: it is among the runs from now on.
    RunCreated(PathBuf),
    /// The training loop's own word; steps are thinned to 20 a second, epochs never.
    Training(TrainEvent),
    /// A slice that the reader looks at, as the net of the latest epoch outlines it: to be looked at, never a finding.
    EpochOutline(EpochOutline),
    /// Bytes that the whole program holds while a training runs, once a second.
    Memory(u64),
    /// The training is paused (true) or goes on (false).
    Paused(bool),
    /// The thresholds of the training's best weights are chosen and in its card; `None` where they were not chosen.
    Thresholds(Option<Chosen>),
    /// The run lies in the trash; its folder there.
    Trashed(PathBuf),
    /// All runs, newest first.
    Runs(Arc<Vec<RunSummary>>),
    /// One run in full.
    RunRead(Arc<RunRecord>),
    /// Example pictures of one epoch.
    Examples(Arc<ExampleSheet>),
    /// A file was written.
    Written(PathBuf),
    /// All models.
    Models(Arc<Vec<KnownModel>>),
    /// Where a cross-validation stands.
    Crossing(CrossNow),
    /// A cross-validation is done.
    CrossValidated(Arc<CrossValidation>),
    /// An evaluation is done.
    Evaluated(Arc<crate::train::curves::EvaluationReport>),
}

/// Where a cross-validation stands.
#[derive(Clone, Debug, PartialEq)]
pub enum CrossNow {
    /// What begins: "Fold 2 of 5".
    Stage(String),
    /// An epoch of the training under way is done.
    Epoch(EpochRecord),
}

/// One slice as the net of an epoch outlines it.
#[derive(Clone, Debug)]
pub struct EpochOutline {
    /// The slice.
    pub watched: Arc<Watched>,
    /// The epoch, from 0.
    pub epoch: usize,
    /// The map in scan pixels, or why there is none.
    pub map: Result<Arc<ProbabilityMap>, Failure>,
}

/// One slice, plain and augmented.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewSheet {
    /// The slice.
    pub slice: crate::train::inspect::SliceFile,
    /// Side of the squares below in pixels.
    pub size: usize,
    /// Gray values of the FLAIR, row by row; the plain one first.
    pub pictures: Vec<Vec<u8>>,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    /// In training in this program now.
    Running,
    /// Waits in line.
    Queued,
    /// Ended as planned, or early.
    Finished,
    /// Stopped by the user; the best is kept.
    Stopped,
    /// Neither running nor ended: the program went away in the middle. "Resume" goes on.
    Interrupted,
    /// The loss was not a number.
    NotANumber,
    /// Its folder cannot be read; the reason is in [`RunSummary::trouble`].
    Unreadable,
}

/// One line of the list of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSummary {
    /// Its folder.
    pub folder: PathBuf,
    /// Name, note, tags.
    pub label: RunLabel,
    /// Settings; `None` where unreadable.
    pub config: Option<Box<TrainConfig>>,
    /// Where it stands.
    pub status: RunStatus,
    /// Epochs done.
    pub epochs_done: usize,
    /// Best epoch, from 0, with its validation loss and metric.
    pub best: Option<(usize, f32, f32)>,
    /// Name of the metric.
    pub metric_name: String,
    /// Validation metric by epoch, for the small curve.
    pub metric_curve: Vec<f32>,
    /// Seconds trained.
    pub secs: f32,
    /// When it was begun, seconds since 1970 (UTC).
    pub begun_secs: u64,
    /// Whether weights are there to read with.
    pub has_weights: bool,
    /// Why it cannot be read.
    pub trouble: Option<String>,
}

/// One run in full.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// Its folder.
    pub folder: PathBuf,
    /// Settings.
    pub config: Box<TrainConfig>,
    /// All epochs.
    pub epochs: Vec<EpochRecord>,
    /// Steps an epoch, where an epoch was done.
    pub steps_per_epoch: Option<usize>,
    /// Loss of each step kept on disk: `(step over the run, loss)`.
    pub steps: Vec<(u32, f32)>,
    /// Pauses, resumes and drops of the learning rate: step over the run and what it was.
    pub marks: Vec<(u32, Mark)>,
    /// Epochs that have example pictures.
    pub example_epochs: Vec<usize>,
}

/// One model that this computer knows.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownModel {
    /// Where its weights are; `None` for the ones inside the program.
    pub weights: Option<PathBuf>,
    /// Its task, where known.
    pub task: Option<Task>,
    /// Its card; `None` where it is missing.
    pub card: Option<Box<ModelCard>>,
    /// The run that it comes of.
    pub run: Option<PathBuf>,
    /// Why it cannot be used.
    pub trouble: Option<String>,
}
