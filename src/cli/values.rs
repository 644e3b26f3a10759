//! Values of options read from their words, and the options about models that several commands share. Not for what a
//! command does with them.

use std::path::PathBuf;

use clap::Args;

use crate::domain::device::DeviceChoice;
use crate::engine::command::ModelChoice;

/// Which models to read with, and where.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// Classifier weights instead of the ones that ship.
    #[arg(long, value_name = "FILE")]
    classifier: Option<PathBuf>,
    /// Segmenter weights instead of the ones that ship.
    #[arg(long, value_name = "FILE")]
    segmenter: Option<PathBuf>,
    /// Take weights that have no model card.
    #[arg(long)]
    allow_missing_card: bool,
    /// Where to compute: auto, cpu, cuda or metal.
    #[arg(long, value_name = "DEVICE", default_value = "auto", value_parser = device)]
    device: DeviceChoice,
}

impl ModelArgs {
    /// As the engine takes it.
    pub fn choice(&self) -> ModelChoice {
        ModelChoice {
            classifier: self.classifier.clone(),
            segmenter: self.segmenter.clone(),
            allow_missing_card: self.allow_missing_card,
            device: self.device,
        }
    }
}

/// A number from 0 to 1.
pub fn fraction(text: &str) -> Result<f32, String> {
    let value: f32 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err("not between 0 and 1".to_owned()) }
}

/// A device by its name.
pub fn device(text: &str) -> Result<DeviceChoice, String> {
    match text {
        "auto" => Ok(DeviceChoice::Auto),
        "cpu" => Ok(DeviceChoice::Cpu),
        "cuda" => Ok(DeviceChoice::Cuda),
        "metal" => Ok(DeviceChoice::Metal),
        _ => Err("choose auto, cpu, cuda or metal".to_owned()),
    }
}
