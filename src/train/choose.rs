//! Puts chosen thresholds and measured figures into a model's card. Not for choosing (`figures`, `answers`) or for the
//! weights themselves.

use std::path::Path;

use super::answers::{PatientAnswer, best_mask_threshold};
use super::error::TrainError;
use super::figures::choose_classifier_thresholds;
use super::split::Part;
use crate::domain::card::{ModelCard, PartFigures, Task, Thresholds};
use crate::io::atomic;
use crate::nn::error::NnError;
use crate::nn::weights;

/// Note that a run puts into a fresh card and that the first figures take away.
const NOT_EVALUATED: &str = "Not evaluated yet.";

/// The thresholds that these answers call for: the classifier's for its sensitivity with the band up to its specificity,
/// the segmenter's for the best mean volume Dice. `None` where the answers don't say.
pub fn thresholds(task: Task, answers: &[PatientAnswer]) -> Option<Thresholds> {
    match task {
        Task::Classifier => choose_classifier_thresholds(answers),
        Task::Segmenter => {
            best_mask_threshold(answers).map(|(threshold, _)| Thresholds { threshold, band_low: None, band_high: None })
        }
    }
}

/// Writes thresholds, where given, and the figures of `part` into the card beside the weights at `path`. The training
/// part has no place on a card.
pub fn update_card(
    path: &Path,
    chosen: Option<Thresholds>,
    part: Part,
    figures: &PartFigures,
) -> Result<ModelCard, TrainError> {
    let beside = weights::card_path(path);
    let mut card = weights::card_from_bytes(&weights::read_file(&beside)?, &beside)?;
    if let Some(chosen) = chosen {
        if chosen != card.thresholds {
            // Figures belong to the thresholds that they were taken at.
            card.val = None;
            card.test = None;
        }
        card.thresholds = chosen;
    }
    match part {
        Part::Val => card.val = Some(figures.clone()),
        Part::Test => card.test = Some(figures.clone()),
        Part::Train => {}
    }
    card.limits.retain(|limit| limit != NOT_EVALUATED);
    let bytes =
        serde_json::to_vec_pretty(&card).map_err(|e| NnError::Card { reason: e.to_string(), path: beside.clone() })?;
    atomic::write(&beside, &bytes)?;
    Ok(card)
}
