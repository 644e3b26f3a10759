//! After a training: its thresholds, chosen on the validation part, and that part's figures, written into the card of its
//! best weights. Not for the training (`run`) or for the test part, which stays untouched until somebody asks.

use std::path::Path;

use super::checkpoint::RunFolder;
use super::error::TrainError;
use super::measure::{Subject, TASKS, measure, write_cards};
use super::split::Part;
use crate::domain::card::{Task, Thresholds};
use crate::nn::reader::{ChosenNets, NetChoice};

/// What was chosen, and on whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// The net's task.
    pub task: Task,
    /// The thresholds, now in the card.
    pub thresholds: Thresholds,
    /// Patients of the validation part.
    pub patients: usize,
    /// Its slices.
    pub slices: usize,
}

/// Chooses the thresholds of the best weights in `folder`, a slice after the other. `progress` hears (slices done, slices
/// in all) and answers whether to go on. `None` where there are no validated weights or their answers call for no
/// threshold: the card then keeps what it has.
///
/// *Errors*: data or weights that cannot be read; [`TrainError::Stopped`], after which the card is as before.
pub fn choose_thresholds(
    folder: &Path,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Option<Chosen>, TrainError> {
    let run = RunFolder::open(folder)?;
    let (config, state) = (run.read_config()?, run.read_state()?);
    if state.best_epoch.is_none() {
        return Ok(None);
    }
    let weights = folder.join("best.safetensors");
    let task = config.architecture.task();
    let [classifier, segmenter] =
        TASKS.map(|t| if t == task { NetChoice::File(weights.clone()) } else { NetChoice::None });
    let nets = ChosenNets::load(&classifier, &segmenter, false, config.device)?;
    let subject = Subject {
        data: config.data,
        split_file: Some(folder.join("split.csv")),
        part: Some(Part::Val),
        chooses_thresholds: TASKS.map(|t| t == task),
    };
    let measured = measure(&subject, &nets, progress)?;
    let Some(thresholds) = measured.chosen.into_iter().flatten().next() else { return Ok(None) };
    write_cards(TASKS.map(|t| (t == task).then_some(weights.as_path())), &measured, Some(Part::Val))?;
    let slices = measured.answers.iter().map(|patient| patient.slices.len()).sum();
    Ok(Some(Chosen { task, thresholds, patients: measured.answers.len(), slices }))
}
