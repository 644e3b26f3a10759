//! What the engine is asked to do. Not for how it does it (one file per job).

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::assembly::Roles;
use crate::domain::device::DeviceChoice;
use crate::domain::finding::Finding;
use crate::domain::measurement::Measurement;
use crate::domain::review::Review;
use crate::domain::scan::Study;

/// Names one job; minted by the state, carried by every event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// Stands in [`Command::Open`] for the sample that comes with the program (`io::sample::open`): no file has this path.
pub const SAMPLE_PATH: &str = "sample:";

/// Which weights to read with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelChoice {
    /// Classifier weights; `None` for the ones that ship.
    pub classifier: Option<PathBuf>,
    /// Segmenter weights; `None` for the ones that ship.
    pub segmenter: Option<PathBuf>,
    /// Take weights without a card.
    pub allow_missing_card: bool,
    /// Device.
    pub device: DeviceChoice,
}

/// How to analyze one scan.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AnalyzeOptions {
    /// Classifier threshold; `None` for the card's.
    pub threshold: Option<f32>,
    /// Mask threshold; `None` for the card's.
    pub mask_threshold: Option<f32>,
    /// Go on although the gate refuses; recorded in the finding.
    pub is_override: bool,
    /// The slice on screen, whose neighbors are outlined first.
    pub first_slice: usize,
    /// True: outline every slice after the positive ones (window, `--segment-all`).
    pub outline_all: bool,
}

/// One scan of a study with what the nets and the reader said of it, to be exported.
#[derive(Clone, Debug)]
pub struct ExportItem {
    /// Index into [`Study::scans`].
    pub scan: usize,
    /// The nets' answer.
    pub finding: Arc<Finding>,
    /// The reader's decisions, if any.
    pub review: Option<Review>,
    /// What the reader measured.
    pub measurements: Vec<Measurement>,
    /// Slices that the reader asked to be outlined; their masks count though they are not flagged.
    pub asked: Vec<usize>,
}

/// What a dialog asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// One or more files.
    Files,
    /// One folder to open.
    Folder,
    /// A folder to export into.
    ExportFolder,
    /// A folder of training data.
    DataFolder,
    /// A table of training data: a CSV.
    DataTable,
    /// A `split.csv` to follow.
    SplitFile,
    /// Weights to start a training from.
    StartWeights,
    /// Where to write a split.
    SaveSplit,
    /// Where to write curves.
    SaveCurves,
    /// Something for the Models view.
    Models(ModelsPick),
}

/// What a dialog of the Models view asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelsPick {
    /// A model's file to take in.
    Import,
    /// Where to write a model with its card.
    Export,
    /// A folder of data to evaluate on.
    DataFolder,
    /// A table of data to evaluate on: a CSV.
    DataTable,
    /// The `split.csv` to evaluate by.
    SplitFile,
}

/// One order to the engine.
#[derive(Clone, Debug)]
pub enum Command {
    /// Read files and folders as studies (loader; the newest wins).
    Open {
        /// Job.
        job: JobId,
        /// Files or folders, or [`SAMPLE_PATH`].
        paths: Vec<PathBuf>,
    },
    /// Put a study's series together for the nets in other roles (loader; the newest wins); answered as an opening is.
    Assemble {
        /// Job.
        job: JobId,
        /// The study.
        study: Arc<Study>,
        /// Which of its scans stands for which sequence.
        roles: Roles,
    },
    /// Load the nets (analyst).
    LoadModels {
        /// Job.
        job: JobId,
        /// Which.
        choice: ModelChoice,
    },
    /// Read one scan with the nets (analyst; the newest wins).
    Analyze {
        /// Job.
        job: JobId,
        /// The study.
        study: Arc<Study>,
        /// Index into [`Study::scans`].
        scan: usize,
        /// How.
        options: AnalyzeOptions,
    },
    /// Outline one slice now, before what is pending (analyst).
    OutlineSlice {
        /// The analysis under way or done, whose slice this is.
        job: JobId,
        /// Slice index.
        slice: usize,
    },
    /// Ask a job to stop.
    Cancel {
        /// Job.
        job: JobId,
    },
    /// Write findings, masks and overlays (clerk).
    Export {
        /// Job.
        job: JobId,
        /// The study.
        study: Arc<Study>,
        /// Its scans with their findings.
        items: Vec<ExportItem>,
        /// True: masks of slices that are not flagged count too (`--segment-all`).
        outline_all: bool,
        /// Folder to write into.
        folder: PathBuf,
    },
    /// Save a review in the program's data folder (clerk).
    SaveReview {
        /// Job.
        job: JobId,
        /// The review.
        review: Box<Review>,
    },
    /// Save what the reader measured on these pixels (clerk).
    SaveMeasurements {
        /// Job.
        job: JobId,
        /// sha256 of the pixels.
        pixels_sha256: String,
        /// All measurements of the scan.
        measurements: Vec<Measurement>,
    },
    /// Look for earlier reviews of these pixels, and for what was measured on them (clerk).
    LoadReviews {
        /// Job.
        job: JobId,
        /// sha256 of the pixels.
        pixels_sha256: String,
    },
    /// Show a dialog (clerk).
    PickPaths {
        /// Job.
        job: JobId,
        /// What to pick.
        pick: Pick,
    },
    /// Save the settings (clerk).
    SaveSettings {
        /// Job.
        job: JobId,
        /// The settings.
        settings: Box<crate::io::settings::Settings>,
    },
    /// Data sets, trainings, runs, models, evaluations.
    Lab {
        /// Job.
        job: JobId,
        /// What to do.
        order: super::lab::order::LabOrder,
    },
}

impl Command {
    /// The job that this starts, concerns or stops.
    pub fn job(&self) -> JobId {
        match self {
            Self::Open { job, .. }
            | Self::Assemble { job, .. }
            | Self::LoadModels { job, .. }
            | Self::Analyze { job, .. }
            | Self::OutlineSlice { job, .. }
            | Self::Cancel { job }
            | Self::Export { job, .. }
            | Self::SaveReview { job, .. }
            | Self::SaveMeasurements { job, .. }
            | Self::LoadReviews { job, .. }
            | Self::PickPaths { job, .. }
            | Self::SaveSettings { job, .. }
            | Self::Lab { job, .. } => *job,
        }
    }
}
