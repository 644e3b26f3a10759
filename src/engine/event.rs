//! What the engine reports. Every event names its job; `state::receive` drops what is stale. Not for acting on it.

use std::path::PathBuf;
use std::sync::Arc;

use super::command::JobId;
use super::failure::Failure;
use crate::domain::card::ModelCard;
use crate::domain::finding::ModelStamp;
use crate::domain::gate::GateVerdict;
use crate::domain::mask::ProbabilityMap;
use crate::domain::measurement::Measurement;
use crate::domain::review::Review;
use crate::domain::scan::Study;

/// The nets that are loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadedModels {
    /// Classifier's card.
    pub classifier: ModelCard,
    /// Segmenter's card.
    pub segmenter: ModelCard,
    /// True where both are the ones that ship.
    pub are_shipped: bool,
    /// "CPU · 2 cores", "CUDA · NVIDIA H100".
    pub device: String,
}

/// One report of the engine.
#[derive(Clone, Debug)]
pub enum Event {
    /// How far a job is (at most 20 a second).
    Progress {
        /// Job.
        job: JobId,
        /// What runs now: "Reading", "Scoring slice", "Outlining slice", "Writing".
        what: &'static str,
        /// Steps done.
        done: usize,
        /// Steps in all.
        total: usize,
    },
    /// Files are open; several studies where a folder held several patients.
    Opened {
        /// Job.
        job: JobId,
        /// The studies.
        studies: Vec<Arc<Study>>,
        /// Files that did not open, each with its reason, beside the ones that did.
        failures: Vec<Failure>,
    },
    /// The nets are ready.
    ModelsLoaded {
        /// Job.
        job: JobId,
        /// Cards and device.
        models: Arc<LoadedModels>,
    },
    /// The analysis of a scan begins; after `GateVerdict::Unknown` without an override nothing more comes of this job.
    AnalysisStarted {
        /// Job.
        job: JobId,
        /// The gate's answer.
        gate: GateVerdict,
        /// sha256 of the pixels, hex.
        pixels_sha256: String,
        /// The models with the thresholds in use.
        models: Vec<ModelStamp>,
    },
    /// One slice has a score.
    Scored {
        /// Job.
        job: JobId,
        /// Slice index.
        slice: usize,
        /// Model score, 0–1.
        score: f32,
    },
    /// One slice has a map.
    Outlined {
        /// Job.
        job: JobId,
        /// Slice index.
        slice: usize,
        /// The map in scan pixels.
        map: Arc<ProbabilityMap>,
    },
    /// One slice could not be read by the nets.
    SliceFailed {
        /// Job.
        job: JobId,
        /// Slice index.
        slice: usize,
        /// Why.
        failure: Failure,
    },
    /// The analysis is complete.
    Analyzed {
        /// Job.
        job: JobId,
        /// Seconds it took.
        secs: f32,
    },
    /// Results are written.
    Exported {
        /// Job.
        job: JobId,
        /// Folder that holds `findings.json`.
        folder: PathBuf,
        /// Files written.
        files: usize,
    },
    /// The review, or the measurements, are on disk.
    ReviewSaved {
        /// Job.
        job: JobId,
    },
    /// Earlier reviews of these pixels.
    ReviewsLoaded {
        /// Job.
        job: JobId,
        /// All that there are, oldest first.
        reviews: Vec<Review>,
        /// What the reader measured on them.
        measurements: Vec<Measurement>,
    },
    /// The dialog is closed.
    Picked {
        /// Job.
        job: JobId,
        /// What was asked for.
        pick: super::command::Pick,
        /// What was picked; empty where the user canceled.
        paths: Vec<PathBuf>,
        /// True where the machine shows no dialog (answered at once with nothing).
        no_dialog: bool,
    },
    /// Data sets, trainings, runs, models, evaluations.
    Lab {
        /// Job.
        job: JobId,
        /// What there is to say.
        report: super::lab::report::LabReport,
    },
    /// A job was canceled; what it had reported stays.
    Canceled {
        /// Job.
        job: JobId,
    },
    /// A job failed; the others go on.
    Failed {
        /// Job.
        job: JobId,
        /// What and why.
        failure: Failure,
    },
}

impl Event {
    /// The job that this is about.
    pub fn job(&self) -> JobId {
        match self {
            Self::Progress { job, .. }
            | Self::Opened { job, .. }
            | Self::ModelsLoaded { job, .. }
            | Self::AnalysisStarted { job, .. }
            | Self::Scored { job, .. }
            | Self::Outlined { job, .. }
            | Self::SliceFailed { job, .. }
            | Self::Analyzed { job, .. }
            | Self::Exported { job, .. }
            | Self::ReviewSaved { job }
            | Self::ReviewsLoaded { job, .. }
            | Self::Picked { job, .. }
            | Self::Lab { job, .. }
            | Self::Canceled { job }
            | Self::Failed { job, .. } => *job,
        }
    }
}
