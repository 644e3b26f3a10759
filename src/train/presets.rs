//! Three sets of settings to begin with. Not for the single setting's meaning (`settings_help`).

use super::augment::AugmentSettings;
use super::config::{Schedule, SegmenterLoss, TrainConfig};
use crate::domain::card::{Architecture, Crop, Task};

/// A set of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Minutes, to see whether the data can be learned at all.
    QuickLook,
    /// As the field's two-stage recipe is published.
    AsInRecipe,
    /// The recipe with what was found to help.
    Best,
}

impl Preset {
    /// All of them, in the order of the screen.
    pub const ALL: [Self; 3] = [Self::QuickLook, Self::AsInRecipe, Self::Best];

    /// Name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::QuickLook => "Quick look",
            Self::AsInRecipe => "As in the recipe",
            Self::Best => "Best",
        }
    }

    /// What it sets, in a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::QuickLook => {
                "Small pictures (128 pixels) and 6 epochs: minutes, to see whether the data can be learned; not for use."
            }
            Self::AsInRecipe => {
                "Whole slices of 256 pixels, every slice each epoch, binary cross-entropy alone, Adam at 0.0001, tenfold \
                 lower on a plateau, early stopping: as the two-stage recipe is published."
            }
            Self::Best => {
                "Slices of 256 pixels around the head, balanced epochs, masks as the classifier's second teacher, Dice in \
                 the segmenter's loss, averaged weights and a cosine over 60 epochs: what was found to help."
            }
        }
    }

    /// Sets what belongs to it; data, split, net, start, seed, device and loader threads stay.
    pub fn apply(self, config: &mut TrainConfig) {
        let usual = TrainConfig::new(config.architecture, config.data.clone());
        let is_segmenter = config.architecture.task() == Task::Segmenter;
        let mut new = TrainConfig {
            split_file: config.split_file.clone(),
            shares: config.shares,
            start_from: config.start_from.clone(),
            head_first_epochs: config.head_first_epochs,
            seed: config.seed,
            device: config.device,
            loader_threads: config.loader_threads,
            ..usual
        };
        match self {
            Self::QuickLook => {
                new.input.size = 128;
                new.epochs = 6;
                new.warmup_epochs = 0.5;
                new.patience = Some(3);
            }
            Self::AsInRecipe => {
                new.input.size = 256;
                new.input.crop = Crop::None;
                new.input.mirror = false;
                new.batch_size = 16;
                new.epochs = 100;
                new.learning_rate = 1e-4;
                new.schedule =
                    Schedule::Plateau { factor: Schedule::PLATEAU_FACTOR, patience: Schedule::PLATEAU_PATIENCE };
                new.warmup_epochs = 0.0;
                new.weight_decay = 0.0;
                new.segmenter_loss = SegmenterLoss::Bce;
                new.coarse_mask_weight = 0.0;
                new.is_balanced = false;
                new.augment =
                    Some(AugmentSettings { replace_t1: 0.0, replace_t1_post: 0.0, ..AugmentSettings::default() });
                new.patience = Some(if is_segmenter { 20 } else { 10 });
                new.max_gradient_norm = None;
                new.average_decay = None;
            }
            Self::Best => {
                new.input.size = 256;
                new.epochs = 60;
                new.patience = Some(if is_segmenter { 20 } else { 15 });
                if config.architecture == Architecture::ResNet50 {
                    new.learning_rate = 3e-4;
                }
            }
        }
        *config = new;
    }

    /// The preset that `config` is set as, where it is one to the letter.
    pub fn of(config: &TrainConfig) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| {
            let mut set = config.clone();
            preset.apply(&mut set);
            set == *config
        })
    }
}
