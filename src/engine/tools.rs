//! What the job bodies reach for and tests replace: the nets, the dialogs, a look at each job before it runs. Not for
//! job bodies.

use std::path::PathBuf;
use std::sync::Arc;

use super::command::{Command, ModelChoice, Pick};
use super::event::LoadedModels;
use super::failure::Failure;
use crate::domain::mask::ProbabilityMap;
use crate::domain::scan::Scan;
use crate::io::home::Home;
use crate::nn::error::NnError;
use crate::nn::input::Prepared;
use crate::nn::reader::Reader;

/// The two nets as the analyst needs them.
pub trait Nets: Send + Sync {
    /// Cards and device.
    fn describe(&self) -> LoadedModels;

    /// Measures the whole scan, once.
    fn prepare(&self, scan: &Scan) -> Prepared;

    /// The model score of one slice, 0–1.
    fn score(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<f32, NnError>;

    /// The probability map of one slice, in scan pixels.
    fn outline(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<ProbabilityMap, NnError>;
}

impl Nets for Reader {
    fn describe(&self) -> LoadedModels {
        LoadedModels {
            classifier: self.classifier_card().clone(),
            segmenter: self.segmenter_card().clone(),
            are_shipped: self.are_shipped(),
            device: self.device_label().to_owned(),
        }
    }

    fn prepare(&self, scan: &Scan) -> Prepared {
        Self::prepare(self, scan)
    }

    fn score(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<f32, NnError> {
        Self::score(self, scan, prepared, slice)
    }

    fn outline(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<ProbabilityMap, NnError> {
        Self::outline(self, scan, prepared, slice)
    }
}

/// Loads nets as chosen.
pub type LoadNets = Arc<dyn Fn(&ModelChoice) -> Result<Box<dyn Nets>, NnError> + Send + Sync>;

/// Sees every command in the worker's thread before its job runs.
pub type BeforeJob = Arc<dyn Fn(&Command) + Send + Sync>;

/// Answers a dialog without showing one.
pub type AnswerDialog = Arc<dyn Fn(Pick) -> Vec<PathBuf> + Send + Sync>;

/// Who answers when a file or folder is to be picked.
#[derive(Clone)]
pub enum Dialogs {
    /// The system's own dialog.
    System,
    /// Nobody: the window shows a path field instead.
    Unavailable,
    /// A function.
    Answer(AnswerDialog),
}

/// All of it.
#[derive(Clone)]
pub struct Tools {
    /// Loads nets.
    pub load_nets: LoadNets,
    /// Shows dialogs.
    pub dialogs: Dialogs,
    /// Where settings and reviews lie; `None` for the place that `io::home` finds.
    pub home: Option<Home>,
    /// Called before each job, inside of its panic boundary.
    pub before_job: Option<BeforeJob>,
}

impl Default for Tools {
    /// The real program's.
    fn default() -> Self {
        Self { load_nets: Arc::new(load_reader), dialogs: Dialogs::System, home: None, before_job: None }
    }
}

impl Tools {
    /// Where settings and reviews lie.
    ///
    /// *Errors*: the system names no home folder.
    pub fn home(&self) -> Result<Home, Failure> {
        self.home.clone().map_or_else(Home::find, Ok).map_err(|e| Failure::from(&e))
    }
}

fn load_reader(choice: &ModelChoice) -> Result<Box<dyn Nets>, NnError> {
    let (classifier, segmenter) = (choice.classifier.as_deref(), choice.segmenter.as_deref());
    let reader = Reader::load(classifier, segmenter, choice.allow_missing_card, choice.device)?;
    Ok(Box::new(reader))
}
