//! Steps 2 and 3 of the Train view: which nets, from what, with which settings; each checked where it is typed. Not for
//! what a setting does in the loop (`train`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::domain::card::{Architecture, Crop, Task};
use crate::domain::device::DeviceChoice;
use crate::engine::lab::order::SurveyRequest;
use crate::train::config::{Schedule, SegmenterLoss, TrainConfig};
use crate::train::error::TrainError;

/// Epochs without a better loss until a plateau's drop, and its factor.
const PLATEAU: Schedule = Schedule::Plateau { factor: 0.1, patience: 5 };

/// What the weights start from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StartFrom {
    /// Random weights.
    #[default]
    Scratch,
    /// A safetensors file: this program's weights, or ImageNet's under torchvision's names.
    File(PathBuf),
}

/// One setting of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// Side of the net's input.
    Size,
    /// Slices a step.
    Batch,
    /// Epochs planned.
    Epochs,
    /// Highest learning rate.
    Rate,
    /// How it goes.
    Schedule,
    /// The segmenter's loss.
    Loss,
    /// Changes of the training slices.
    Augment,
    /// Balanced epochs.
    Balance,
    /// The square around the head, or the whole slice.
    Field,
    /// Early stopping.
    Patience,
    /// Seed.
    Seed,
    /// Device.
    Device,
}

impl Setting {
    /// All, in the order of the screen.
    pub const ALL: [Self; 12] = [
        Self::Size,
        Self::Batch,
        Self::Epochs,
        Self::Rate,
        Self::Schedule,
        Self::Loss,
        Self::Augment,
        Self::Balance,
        Self::Field,
        Self::Patience,
        Self::Seed,
        Self::Device,
    ];

    /// The name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Size => "Input size",
            Self::Batch => "Batch",
            Self::Epochs => "Epochs",
            Self::Rate => "Learning rate",
            Self::Schedule => "Schedule",
            Self::Loss => "Loss",
            Self::Augment => "Augmentation",
            Self::Balance => "Class balance",
            Self::Field => "Field",
            Self::Patience => "Early stopping",
            Self::Seed => "Seed",
            Self::Device => "Device",
        }
    }

    /// One sentence on what it does.
    pub fn help(self) -> &'static str {
        match self {
            Self::Size => {
                "Side of the net's input in pixels, a multiple of 32: larger shows finer detail and takes longer."
            }
            Self::Batch => "Slices a step: more are steadier and take more memory.",
            Self::Epochs => "How often the nets see the training slices; early stopping may end sooner.",
            Self::Rate => "How far each step goes: too high and the loss jumps, too low and nothing is learned.",
            Self::Schedule => "Cosine lets the rate fall to zero over the run; plateau lowers it when the loss stalls.",
            Self::Loss => "Cross-entropy judges each pixel; with Dice the overlap counts too. Segmenter only.",
            Self::Augment => "Turned, scaled and brightened copies of the training slices, against learning by heart.",
            Self::Balance => "Balanced epochs hold as many slices without tumor as with, new ones each time.",
            Self::Field => "The net sees the square around the head, or the whole slice.",
            Self::Patience => "Epochs without a better validation loss after which the run ends; 0 for never.",
            Self::Seed => "The same seed on the same computer gives the same numbers.",
            Self::Device => "Where the nets are computed.",
        }
    }

    /// The values to choose from; empty for one that is typed.
    pub fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Schedule => &["cosine", "plateau"],
            Self::Loss => &["BCE + Dice", "BCE"],
            Self::Augment => &["on", "off"],
            Self::Balance => &["balanced", "all slices"],
            Self::Field => &["head", "whole slice"],
            Self::Device => &["auto", "cpu", "cuda", "metal"],
            Self::Size | Self::Batch | Self::Epochs | Self::Rate | Self::Patience | Self::Seed => &[],
        }
    }

    /// The value in a config, as typed or chosen.
    pub fn value(self, config: &TrainConfig) -> String {
        match self {
            Self::Size => config.input.size.to_string(),
            Self::Batch => config.batch_size.to_string(),
            Self::Epochs => config.epochs.to_string(),
            Self::Rate => format!("{:e}", config.learning_rate),
            Self::Schedule => word(matches!(config.schedule, Schedule::Cosine), self),
            Self::Loss => word(config.segmenter_loss == SegmenterLoss::BceDice, self),
            Self::Augment => word(config.augment.is_some(), self),
            Self::Balance => word(config.is_balanced, self),
            Self::Field => word(config.input.crop != Crop::None, self),
            Self::Patience => config.patience.unwrap_or(0).to_string(),
            Self::Seed => config.seed.to_string(),
            Self::Device => match config.device {
                DeviceChoice::Auto => "auto",
                DeviceChoice::Cpu => "cpu",
                DeviceChoice::Cuda => "cuda",
                DeviceChoice::Metal => "metal",
            }
            .to_owned(),
        }
    }

    /// Sets it in a config from what was typed; what is wrong with it otherwise.
    fn set(self, config: &mut TrainConfig, text: &str) -> Result<(), String> {
        let text = text.trim();
        let whole = || text.parse::<usize>().map_err(|_| "expected a whole number".to_owned());
        let is_first = self.choices().first() == Some(&text);
        match self {
            Self::Size => config.input.size = whole()?,
            Self::Batch => config.batch_size = whole()?,
            Self::Epochs => config.epochs = whole()?,
            Self::Rate => config.learning_rate = text.parse().map_err(|_| "expected a number like 1e-3".to_owned())?,
            Self::Schedule => match (is_first, config.schedule) {
                (true, _) => config.schedule = Schedule::Cosine,
                (false, Schedule::Cosine) => config.schedule = PLATEAU,
                (false, Schedule::Plateau { .. }) => {}
            },
            Self::Loss => {
                config.segmenter_loss = if is_first { SegmenterLoss::BceDice } else { SegmenterLoss::Bce };
            }
            Self::Augment => config.augment = is_first.then(|| config.augment.unwrap_or_default()),
            Self::Balance => config.is_balanced = is_first,
            Self::Field => config.input.crop = if is_first { Crop::Head } else { Crop::None },
            Self::Patience => config.patience = Some(whole()?).filter(|&p| p > 0),
            Self::Seed => config.seed = text.parse().map_err(|_| "expected a whole number".to_owned())?,
            Self::Device => {
                config.device = match text {
                    "cpu" => DeviceChoice::Cpu,
                    "cuda" => DeviceChoice::Cuda,
                    "metal" => DeviceChoice::Metal,
                    _ => DeviceChoice::Auto,
                }
            }
        }
        Ok(())
    }

    /// The setting that a refusal of the config names.
    fn of_field(field: &str) -> Option<Self> {
        Some(match field {
            "size" => Self::Size,
            "batch" => Self::Batch,
            "epochs" => Self::Epochs,
            "learning-rate" => Self::Rate,
            "patience" => Self::Patience,
            "plateau factor" | "plateau-factor" => Self::Schedule,
            _ => return None,
        })
    }
}

/// The first word of a setting's choices, or the second.
fn word(is_first: bool, setting: Setting) -> String {
    setting.choices()[usize::from(!is_first)].to_owned()
}

/// Nets and settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// The classifier to train.
    pub classifier: Option<Architecture>,
    /// The segmenter to train, after the classifier where both are.
    pub segmenter: Option<Architecture>,
    /// What the weights start from.
    pub start: StartFrom,
    /// What differs from the defaults, as typed.
    pub typed: BTreeMap<Setting, String>,
    /// Settings of an earlier run that stand in for the defaults of its net.
    pub base: Option<Box<TrainConfig>>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            classifier: None,
            segmenter: Some(Architecture::UNet { width: 16 }),
            start: StartFrom::Scratch,
            typed: BTreeMap::new(),
            base: None,
        }
    }
}

/// What is wrong with the form, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The setting; `None` for the whole.
    pub setting: Option<Setting>,
    /// In words.
    pub text: String,
}

impl Form {
    /// Sets the classifier; one net always stays.
    pub(super) fn set_classifier(&mut self, net: Option<Architecture>) {
        if net.is_some() || self.segmenter.is_some() {
            self.classifier = net;
        }
    }

    /// Sets the segmenter; one net always stays.
    pub(super) fn set_segmenter(&mut self, net: Option<Architecture>) {
        if net.is_some() || self.classifier.is_some() {
            self.segmenter = net;
        }
    }

    /// The nets in the order of their training.
    pub fn nets(&self) -> impl Iterator<Item = Architecture> {
        self.classifier.into_iter().chain(self.segmenter)
    }

    fn default_of(&self, net: Architecture, request: Option<&SurveyRequest>) -> TrainConfig {
        let mut config = match &self.base {
            Some(base) if base.architecture == net => (**base).clone(),
            _ => TrainConfig::new(net, PathBuf::new()),
        };
        if let Some(request) = request {
            config.data.clone_from(&request.data);
            config.split_file.clone_from(&request.split_file);
            config.shares = request.shares;
        }
        config.start_from = None;
        config
    }

    /// The settings of each net, and what is wrong with them.
    pub fn configs(&self, request: Option<&SurveyRequest>) -> (Vec<TrainConfig>, Vec<Trouble>) {
        let (mut configs, mut troubles) = (Vec::new(), Vec::new());
        for net in self.nets() {
            let mut config = self.default_of(net, request);
            config.seed = request.map_or(config.seed, |request| request.seed);
            if let StartFrom::File(path) = &self.start {
                config.start_from = Some(path.clone());
            }
            for (&setting, text) in &self.typed {
                if let Err(text) = setting.set(&mut config, text) {
                    troubles.push(Trouble { setting: Some(setting), text });
                }
            }
            match config.check() {
                Ok(()) => {}
                Err(TrainError::Config { field, reason }) => {
                    troubles.push(Trouble { setting: Setting::of_field(field), text: reason });
                }
                Err(other) => troubles.push(Trouble { setting: None, text: other.to_string() }),
            }
            configs.push(config);
        }
        troubles.dedup();
        (configs, troubles)
    }

    /// A setting as it stands in the form: typed, else the default of each net ("7e-4 / 1e-3" where they differ).
    pub fn text(&self, setting: Setting, request: Option<&SurveyRequest>) -> String {
        if let Some(typed) = self.typed.get(&setting) {
            return typed.clone();
        }
        let mut values: Vec<String> = self.nets().map(|net| setting.value(&self.default_of(net, request))).collect();
        values.dedup();
        if setting == Setting::Seed
            && let Some(request) = request
        {
            return request.seed.to_string();
        }
        values.join(" / ")
    }

    /// Whether this form has a use for the setting.
    pub fn shows(&self, setting: Setting) -> bool {
        setting != Setting::Loss || self.nets().any(|net| net.task() == Task::Segmenter)
    }
}
