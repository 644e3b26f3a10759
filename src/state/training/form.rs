//! Steps 2 and 3 of the Train view: which nets, from what, with which preset and settings. Not for the single setting
//! (`setting`), and not for what it does in the loop (`train`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::setting::Setting;
use crate::domain::card::{Architecture, Task};
use crate::engine::lab::order::SurveyRequest;
use crate::train::config::TrainConfig;
use crate::train::error::TrainError;
use crate::train::presets::Preset;

/// What the weights start from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StartFrom {
    /// Random weights.
    #[default]
    Scratch,
    /// A safetensors file: this program's weights, or ImageNet's under torchvision's names.
    File(PathBuf),
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
    /// The set of settings that stands in for the defaults.
    pub preset: Option<Preset>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            classifier: None,
            segmenter: Some(Architecture::UNet { width: 16 }),
            start: StartFrom::Scratch,
            typed: BTreeMap::new(),
            base: None,
            preset: None,
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
        config.head_first_epochs = 0.0;
        if let Some(preset) = self.preset {
            preset.apply(&mut config);
        }
        config
    }

    /// Begins with a set of settings; what it does not speak of stays as it was typed.
    pub(super) fn set_preset(&mut self, preset: Preset) {
        self.base = None;
        self.preset = Some(preset);
        self.typed.retain(|setting, _| matches!(setting, Setting::Seed | Setting::Device | Setting::HeadFirst));
    }

    /// The preset that all nets are set as, to the letter.
    pub fn preset_of(configs: &[TrainConfig]) -> Option<Preset> {
        let first = Preset::of(configs.first()?)?;
        configs.iter().all(|config| Preset::of(config) == Some(first)).then_some(first)
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
            for (&setting, text) in self.typed.iter().filter(|(setting, _)| self.uses(**setting, net)) {
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

    /// Whether this net has a use for the setting: a head of its own has the classifier alone, and only loaded weights spare it.
    fn uses(&self, setting: Setting, net: Architecture) -> bool {
        let is_classifier = net.task() == Task::Classifier;
        match setting {
            Setting::Loss => !is_classifier,
            Setting::HeadFirst => is_classifier && self.start != StartFrom::Scratch,
            _ => true,
        }
    }

    /// Whether this form has a use for the setting.
    pub fn shows(&self, setting: Setting) -> bool {
        let is_off = self.typed.get(&Setting::Augment).is_some_and(|text| text == "off");
        self.nets().any(|net| self.uses(setting, net)) && !(setting.is_strength() && is_off)
    }
}
