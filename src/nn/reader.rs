//! Both nets ready to read scans: load once, then score and outline slice by slice. Not for threads or progress (`engine`).

use std::path::Path;

use super::error::NnError;
use super::input::Prepared;
use crate::domain::card::ModelCard;
use crate::domain::device::DeviceChoice;
use crate::domain::mask::ProbabilityMap;
use crate::domain::scan::Scan;

/// A classifier and a segmenter on one device.
pub struct Reader {
    classifier_card: ModelCard,
    segmenter_card: ModelCard,
    are_shipped: bool,
    device_label: String,
}

impl Reader {
    /// Loads both nets; `None` stands for the weights that ship inside the program.
    pub fn load(
        _classifier: Option<&Path>,
        _segmenter: Option<&Path>,
        _allow_missing_card: bool,
        _device: DeviceChoice,
    ) -> Result<Self, NnError> {
        Err(NnError::Input("not built yet".into()))
    }

    /// The classifier's card.
    pub fn classifier_card(&self) -> &ModelCard {
        &self.classifier_card
    }

    /// The segmenter's card.
    pub fn segmenter_card(&self) -> &ModelCard {
        &self.segmenter_card
    }

    /// True where both nets are the ones that ship.
    pub fn are_shipped(&self) -> bool {
        self.are_shipped
    }

    /// "CPU · 2 cores", "CUDA · NVIDIA H100".
    pub fn device_label(&self) -> &str {
        &self.device_label
    }

    /// What the input needs to know of the whole scan: gray-value statistics and the head's place. Once a scan.
    pub fn prepare(&self, scan: &Scan) -> Prepared {
        Prepared::of(scan)
    }

    /// The model score of one slice, 0–1.
    pub fn score(&self, _scan: &Scan, _prepared: &Prepared, _slice: usize) -> Result<f32, NnError> {
        Err(NnError::Input("not built yet".into()))
    }

    /// The probability map of one slice, in scan pixels.
    pub fn outline(&self, _scan: &Scan, _prepared: &Prepared, _slice: usize) -> Result<ProbabilityMap, NnError> {
        Err(NnError::Input("not built yet".into()))
    }
}
