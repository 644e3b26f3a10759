//! What the lab can be ordered to do. Not for how it does it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::scan::Study;
pub use crate::nn::reader::NetChoice;
pub use crate::train::checkpoint::record::RunLabel;
use crate::train::config::TrainConfig;

/// One order; [`super::super::command::Command::Lab`] carries it.
#[derive(Clone, Debug)]
pub enum LabOrder {
    /// Look at a data set (surveyor; the newest wins).
    Survey(Box<SurveyRequest>),
    /// Two trial steps on the chosen device: time and memory (trainer, in line).
    Try(Box<TrainConfig>),
    /// Train in a new folder among this computer's runs (trainer, in line).
    Start(Box<TrainConfig>),
    /// Go on with the run in this folder (trainer, in line).
    Resume(PathBuf),
    /// What the training named by the job shall do now; acts within a step.
    Control(Control),
    /// The slice that the reader looks at, for the trainings under way to outline after each epoch; `None` for none. Acts
    /// at once.
    Watch(Option<Watched>),
    /// List the runs known on this computer (surveyor).
    ListRuns,
    /// Read one run's curves and settings in full (surveyor).
    ReadRun(PathBuf),
    /// Read the example pictures of one epoch (surveyor).
    ReadExamples {
        /// The run's folder.
        run: PathBuf,
        /// Epoch, from 0.
        epoch: usize,
    },
    /// Name, note and tags of a run (surveyor).
    LabelRun {
        /// The run's folder.
        run: PathBuf,
        /// What to write.
        label: RunLabel,
    },
    /// Move a run to the program's trash (surveyor).
    TrashRun(PathBuf),
    /// Write curves as PNG, SVG or CSV, by the file's extension (surveyor).
    ExportCurves {
        /// Folders of the runs.
        runs: Vec<PathBuf>,
        /// The file.
        file: PathBuf,
    },
    /// Write the split of a survey as `split.csv` (surveyor).
    WriteSplit {
        /// What was surveyed.
        request: Box<SurveyRequest>,
        /// The file.
        file: PathBuf,
    },
    /// Show what augmentation does to a slice (archivist; the newest wins).
    Preview(Box<PreviewRequest>),
    /// Models: list, cards, files (surveyor).
    Models(ModelOrder),
    /// Cross-validate by patient (trainer, in line).
    CrossValidate(Box<CrossRequest>),
    /// Measure nets on a part of a data set (trainer, in line).
    Evaluate(Box<EvaluateRequest>),
}

/// A slice on screen.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The study.
    pub study: Arc<Study>,
    /// Index into its scans.
    pub scan: usize,
    /// Slice index.
    pub slice: usize,
}

impl Watched {
    /// Whether both are slices of the same scan.
    pub fn is_same_scan(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.study, &other.study) && self.scan == other.scan
    }
}

/// What to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyRequest {
    /// Folder or CSV.
    pub data: PathBuf,
    /// `split.csv` to follow; drawn by seed and shares where `None`.
    pub split_file: Option<PathBuf>,
    /// Shares of training, validation and test.
    pub shares: [f64; 3],
    /// Seed of the drawn split.
    pub seed: u64,
}

/// One slice to see augmented.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewRequest {
    /// The slice.
    pub slice: crate::train::inspect::SliceFile,
    /// Strengths; `None` for none.
    pub augment: Option<crate::train::augment::AugmentSettings>,
    /// Field of view.
    pub crop: crate::domain::card::Crop,
    /// Side of the small pictures in pixels.
    pub size: usize,
    /// How many, the plain one first.
    pub count: usize,
    /// Seed.
    pub seed: u64,
}

/// What a training under way shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Let go of the processor within a step.
    Pause,
    /// Go on at the very batch.
    GoOn,
    /// Stop within a step and keep the best.
    Stop,
    /// Finish this epoch with its validation, then stop and keep the best.
    StopAfterEpoch,
    /// Stop and move the run to the trash.
    Discard,
}

/// Models and their cards.
#[derive(Clone, Debug)]
pub enum ModelOrder {
    /// All models known: shipped, of runs, imported.
    List,
    /// Change the words that a person may change on a card.
    Describe {
        /// The weights' file.
        weights: PathBuf,
        /// Name on screen.
        name: String,
        /// Intended use.
        intended_use: String,
        /// Notes, one a line.
        notes: Vec<String>,
    },
    /// Write weights and card as one file.
    Export {
        /// The weights' file; `None` with the task for the shipped ones.
        weights: PathBuf,
        /// The file.
        file: PathBuf,
    },
    /// Take in a file made by [`ModelOrder::Export`], or weights with their card.
    Import(PathBuf),
}

/// What to cross-validate.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossRequest {
    /// Settings of every training.
    pub config: TrainConfig,
    /// Number of folds.
    pub folds: usize,
    /// Train once on a split by slice, too.
    pub by_slice: bool,
}

/// What to measure on what.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluateRequest {
    /// The classifier.
    pub classifier: NetChoice,
    /// The segmenter.
    pub segmenter: NetChoice,
    /// Folder or CSV.
    pub data: PathBuf,
    /// Its split; with it, [`Self::part`] is that part, else all slices.
    pub split_file: Option<PathBuf>,
    /// The part.
    pub part: Option<crate::train::split::Part>,
    /// Take weights without a card.
    pub allow_missing_card: bool,
    /// Write what was found into the cards of weights that are files: on validation the thresholds and figures, on test the
    /// figures.
    pub writes_cards: bool,
    /// Device.
    pub device: crate::domain::device::DeviceChoice,
}
