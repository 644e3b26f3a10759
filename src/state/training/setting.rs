//! One setting of a training: name, help, how it stands in a config and how it gets there from what was typed. Not for the
//! form that holds what was typed (`form`).

use crate::domain::card::Crop;
use crate::domain::device::DeviceChoice;
use crate::train::augment::AugmentSettings;
use crate::train::config::{Schedule, SegmenterLoss, TrainConfig};
use crate::train::settings_help::{SettingHelp, help};

/// Epochs without a better loss until a plateau's drop, and its factor.
const PLATEAU: Schedule = Schedule::Plateau { factor: Schedule::PLATEAU_FACTOR, patience: Schedule::PLATEAU_PATIENCE };

/// One setting of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// Epochs in which a new head learns alone.
    HeadFirst,
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
    /// Changes of the training slices.
    Augment,
    /// Share of slices mirrored.
    FlipLeftRight,
    /// Share of slices upside down.
    FlipUpDown,
    /// Turned by up to so much.
    Rotation,
    /// Larger or smaller.
    Scale,
    /// Moved.
    Shift,
    /// Contrast.
    Gain,
    /// Brightness.
    Offset,
    /// Bent gray curve.
    Gamma,
    /// Share of slices without T1.
    ReplaceT1,
    /// Share of slices without T1 after contrast.
    ReplaceT1Post,
}

/// What this program was built to compute on: nothing is offered that can't be taken.
const DEVICES: &[&str] = if cfg!(feature = "cuda") {
    &["auto", "cpu", "cuda"]
} else if cfg!(target_os = "macos") {
    &["auto", "cpu", "metal"]
} else {
    &["auto", "cpu"]
};

impl Setting {
    /// All, in the order of the screen; the strengths of augmentation last.
    pub const ALL: [Self; 23] = [
        Self::HeadFirst,
        Self::Size,
        Self::Batch,
        Self::Epochs,
        Self::Rate,
        Self::Schedule,
        Self::Loss,
        Self::Balance,
        Self::Field,
        Self::Patience,
        Self::Seed,
        Self::Device,
        Self::Augment,
        Self::FlipLeftRight,
        Self::FlipUpDown,
        Self::Rotation,
        Self::Scale,
        Self::Shift,
        Self::Gain,
        Self::Offset,
        Self::Gamma,
        Self::ReplaceT1,
        Self::ReplaceT1Post,
    ];

    /// The option's name, which help and refusals go by.
    pub fn option(self) -> &'static str {
        match self {
            Self::HeadFirst => "head-first",
            Self::Size => "size",
            Self::Batch => "batch",
            Self::Epochs => "epochs",
            Self::Rate => "learning-rate",
            Self::Schedule => "schedule",
            Self::Loss => "loss",
            Self::Balance => "unbalanced",
            Self::Field => "no-crop",
            Self::Patience => "patience",
            Self::Seed => "seed",
            Self::Device => "device",
            Self::Augment => "no-augment",
            Self::FlipLeftRight => "flip-left-right",
            Self::FlipUpDown => "flip-up-down",
            Self::Rotation => "rotation",
            Self::Scale => "scale",
            Self::Shift => "shift",
            Self::Gain => "gain",
            Self::Offset => "offset",
            Self::Gamma => "gamma",
            Self::ReplaceT1 => "replace-t1",
            Self::ReplaceT1Post => "replace-t1-post",
        }
    }

    fn words(self) -> Option<&'static SettingHelp> {
        help(self.option())
    }

    /// The name on screen.
    pub fn label(self) -> &'static str {
        self.words().map_or(self.option(), |words| words.label)
    }

    /// What it does, with its unit and sane range.
    pub fn help(self) -> String {
        let Some(words) = self.words() else { return String::new() };
        match words.range {
            Some([low, high]) => {
                let unit = if words.unit.is_empty() { String::new() } else { format!(" {}", words.unit) };
                format!("{}\nUsual: {low} to {high}{unit}", words.sentence)
            }
            None => words.sentence.to_owned(),
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
            Self::Device => DEVICES,
            _ => &[],
        }
    }

    /// How strongly slices are changed.
    pub fn is_strength(self) -> bool {
        self > Self::Augment
    }

    fn strength(self, augment: &mut AugmentSettings) -> Option<&mut f32> {
        Some(match self {
            Self::FlipLeftRight => &mut augment.flip_left_right,
            Self::FlipUpDown => &mut augment.flip_up_down,
            Self::Rotation => &mut augment.rotation_degrees,
            Self::Scale => &mut augment.scale,
            Self::Shift => &mut augment.shift,
            Self::Gain => &mut augment.gain,
            Self::Offset => &mut augment.offset,
            Self::Gamma => &mut augment.gamma,
            Self::ReplaceT1 => &mut augment.replace_t1,
            Self::ReplaceT1Post => &mut augment.replace_t1_post,
            _ => return None,
        })
    }

    /// The value in a config, as typed or chosen.
    pub fn value(self, config: &TrainConfig) -> String {
        match self {
            Self::HeadFirst => config.head_first_epochs.to_string(),
            Self::Size => config.input.size.to_string(),
            Self::Batch => config.batch_size.to_string(),
            Self::Epochs => config.epochs.to_string(),
            Self::Rate => format!("{:e}", config.learning_rate),
            Self::Schedule => self.word(matches!(config.schedule, Schedule::Cosine)),
            Self::Loss => self.word(config.segmenter_loss == SegmenterLoss::BceDice),
            Self::Augment => self.word(config.augment.is_some()),
            Self::Balance => self.word(config.is_balanced),
            Self::Field => self.word(config.input.crop != Crop::None),
            Self::Patience => config.patience.unwrap_or(0).to_string(),
            Self::Seed => config.seed.to_string(),
            Self::Device => match config.device {
                DeviceChoice::Auto => "auto",
                DeviceChoice::Cpu => "cpu",
                DeviceChoice::Cuda => "cuda",
                DeviceChoice::Metal => "metal",
            }
            .to_owned(),
            strength => {
                let mut augment = config.augment.unwrap_or_else(AugmentSettings::off);
                strength.strength(&mut augment).map_or_else(String::new, |value| value.to_string())
            }
        }
    }

    /// Sets it in a config from what was typed; what is wrong with it otherwise.
    pub(super) fn set(self, config: &mut TrainConfig, text: &str) -> Result<(), String> {
        let text = text.trim();
        let whole = || text.parse::<usize>().map_err(|_| "expected a whole number".to_owned());
        let is_first = self.choices().first() == Some(&text);
        match self {
            Self::HeadFirst => config.head_first_epochs = number(text)?,
            Self::Size => config.input.size = whole()?,
            Self::Batch => config.batch_size = whole()?,
            Self::Epochs => config.epochs = whole()?,
            Self::Rate => config.learning_rate = number(text)?,
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
            strength => {
                if let Some(value) = config.augment.as_mut().and_then(|augment| strength.strength(augment)) {
                    *value = number(text)?;
                }
            }
        }
        Ok(())
    }

    /// The setting that a refusal of the config names.
    pub(super) fn of_field(field: &str) -> Option<Self> {
        if field.starts_with("plateau") {
            return Some(Self::Schedule);
        }
        Self::ALL.into_iter().find(|setting| setting.option() == field)
    }

    /// The first word of its choices, or the second.
    fn word(self, is_first: bool) -> String {
        self.choices().get(usize::from(!is_first)).map_or_else(String::new, |word| (*word).to_owned())
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "expected a number like 0.5 or 1e-3".to_owned())
}
