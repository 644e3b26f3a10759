//! The card of weights that have none, where the user takes them all the same: the published nets' form, nothing known.
//! Not for weights with a card (`weights`).

use std::collections::BTreeMap;

use crate::domain::card::{Architecture, Crop, InputSpec, ModelCard, Normalization, Task, Thresholds, TrainingRecord};

/// The published inputs: U-Net 256² (Buda 2019), classifiers 224² (torchvision).
const SEGMENTER_SIZE: usize = 256;
const CLASSIFIER_SIZE: usize = 224;

/// What is taken for granted of weights of `architecture` without a card.
pub fn card(architecture: Architecture) -> ModelCard {
    let unknown = || "unknown".to_owned();
    ModelCard {
        card_version: 1,
        name: format!("{} without a card", architecture.label()),
        version: 0,
        task: architecture.task(),
        architecture,
        input: InputSpec {
            size: if architecture.task() == Task::Segmenter { SEGMENTER_SIZE } else { CLASSIFIER_SIZE },
            channels: 3,
            normalization: Normalization::PercentileZScore,
            crop: Crop::None,
            mirror: false,
        },
        thresholds: Thresholds { threshold: 0.5, band_low: None, band_high: None },
        target: unknown(),
        sha256: String::new(),
        date: String::new(),
        data: unknown(),
        terms: unknown(),
        split: BTreeMap::new(),
        training: TrainingRecord::default(),
        val: None,
        test: None,
        intended_use: unknown(),
        limits: vec!["Nothing is known about these weights.".to_owned()],
        notes: Vec::new(),
    }
}
