//! The options of `glioview train`, and the settings that they make. Not for running it.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::domain::card::{Architecture, Crop, InputSpec};
use crate::domain::device::DeviceChoice;
use crate::train::augment::AugmentSettings;
use crate::train::config::{Schedule, SegmenterLoss, TrainConfig};

/// What to train.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TaskName {
    /// One score a slice.
    Classifier,
    /// One outline a slice.
    Segmenter,
}

/// The classifier's net.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum NetName {
    /// DenseNet-121.
    #[value(name = "densenet121")]
    DenseNet121,
    /// ResNet-50.
    #[value(name = "resnet50")]
    ResNet50,
}

/// Device on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum DeviceName {
    /// CUDA or Metal when built with it and found, else the CPU.
    Auto,
    /// The processor.
    Cpu,
    /// The first NVIDIA device.
    Cuda,
    /// Apple's GPU.
    Metal,
}

impl From<DeviceName> for DeviceChoice {
    fn from(name: DeviceName) -> Self {
        match name {
            DeviceName::Auto => Self::Auto,
            DeviceName::Cpu => Self::Cpu,
            DeviceName::Cuda => Self::Cuda,
            DeviceName::Metal => Self::Metal,
        }
    }
}

/// How the learning rate goes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ScheduleName {
    /// Half a cosine to zero.
    Cosine,
    /// Lower after some epochs without a better validation loss.
    Plateau,
}

/// The segmenter's loss.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LossName {
    /// Binary cross-entropy.
    Bce,
    /// Binary cross-entropy plus soft Dice.
    BceDice,
}

/// Train a classifier or a segmenter on your own data.
// Each is one option of its own.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Args)]
pub struct TrainArguments {
    /// What to train (left out with --resume).
    #[arg(required_unless_present = "resume")]
    task: Option<TaskName>,
    /// Go on with the run in this folder.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["task", "data", "out"])]
    resume: Option<PathBuf>,
    /// Folder of patient folders, images/ + masks/, yes/ + no/, or a CSV such as data_mask.csv.
    #[arg(long, value_name = "DIR|CSV", required_unless_present = "resume")]
    data: Option<PathBuf>,
    /// New folder for the run.
    #[arg(long, value_name = "DIR", required_unless_present = "resume")]
    out: Option<PathBuf>,
    /// Epochs planned.
    #[arg(long)]
    epochs: Option<usize>,
    /// Seed of every random stream.
    #[arg(long)]
    seed: Option<u64>,
    /// Where to compute.
    #[arg(long, value_enum)]
    device: Option<DeviceName>,
    /// The classifier's net.
    #[arg(long, value_enum, default_value = "densenet121")]
    net: NetName,
    /// The U-Net's filters on the first level: 16, 32 or 64.
    #[arg(long, default_value_t = 16)]
    width: usize,
    /// Weights to start from: this program's, or ImageNet's under torchvision's names, which Python writes with
    /// `safetensors.torch.save_file(torchvision.models.densenet121(weights="DEFAULT").state_dict(), "densenet121.safetensors")`.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Epochs at the start in which only the classifier's new head learns; may be a fraction. Only with --from.
    #[arg(long, value_name = "EPOCHS")]
    head_first: Option<f64>,
    /// split.csv to follow (patient_id,split).
    #[arg(long, value_name = "FILE")]
    split: Option<PathBuf>,
    /// Shares of the patients that train, validate and test, where no split is followed: 0.7,0.15,0.15.
    #[arg(long, value_name = "TRAIN,VAL,TEST", value_parser = shares)]
    shares: Option<[f64; 3]>,
    /// Side of the net's input in pixels, a multiple of 32.
    #[arg(long)]
    size: Option<usize>,
    /// Slices a step.
    #[arg(long)]
    batch: Option<usize>,
    /// Highest learning rate.
    #[arg(long)]
    learning_rate: Option<f64>,
    /// How the learning rate goes.
    #[arg(long, value_enum)]
    schedule: Option<ScheduleName>,
    /// What the rate is multiplied by on a plateau.
    #[arg(long, default_value_t = Schedule::PLATEAU_FACTOR)]
    plateau_factor: f64,
    /// Epochs without a better validation loss that make a plateau.
    #[arg(long, value_name = "EPOCHS", default_value_t = Schedule::PLATEAU_PATIENCE)]
    plateau_patience: usize,
    /// Epochs of rising learning rate at the start.
    #[arg(long)]
    warmup: Option<f64>,
    /// Decoupled weight decay.
    #[arg(long)]
    weight_decay: Option<f64>,
    /// The segmenter's loss.
    #[arg(long, value_enum)]
    loss: Option<LossName>,
    /// Weight of the masks as the classifier's second teacher, 0 for none.
    #[arg(long)]
    coarse_masks: Option<f64>,
    /// How much more tumor counts than the rest in those masks.
    #[arg(long)]
    coarse_positive_weight: Option<f64>,
    /// Epochs without a better validation loss after which the run ends, 0 for never.
    #[arg(long)]
    patience: Option<usize>,
    /// Gradients are scaled down to this norm, 0 for never.
    #[arg(long, value_name = "NORM")]
    clip: Option<f64>,
    /// Show the net the whole slice instead of the square around the head.
    #[arg(long)]
    no_crop: bool,
    /// In use, answer from the slice alone instead of the mean with its mirror image.
    #[arg(long)]
    no_mirror: bool,
    /// Take all slices each epoch instead of as many without tumor as with.
    #[arg(long)]
    unbalanced: bool,
    /// Leave the training slices as they are.
    #[arg(long)]
    no_augment: bool,
    #[command(flatten)]
    augment: Strengths,
    /// Decay of the averaged weights, 0 to keep the raw ones.
    #[arg(long)]
    average: Option<f64>,
    /// Threads that prepare batches.
    #[arg(long)]
    loader_threads: Option<usize>,
}

/// How strongly training slices are changed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Augmentation")]
struct Strengths {
    /// Probability of a mirror image, left to right.
    #[arg(long, value_name = "P", conflicts_with = "no_augment")]
    flip_left_right: Option<f32>,
    /// Probability of a mirror image, up to down.
    #[arg(long, value_name = "P", conflicts_with = "no_augment")]
    flip_up_down: Option<f32>,
    /// Rotation by up to this many degrees to either side.
    #[arg(long, value_name = "DEGREES", conflicts_with = "no_augment")]
    rotation: Option<f32>,
    /// Larger or smaller by up to this share.
    #[arg(long, value_name = "SHARE", conflicts_with = "no_augment")]
    scale: Option<f32>,
    /// Shifted by up to this share of the field.
    #[arg(long, value_name = "SHARE", conflicts_with = "no_augment")]
    shift: Option<f32>,
    /// Contrast multiplied by 1 ± this.
    #[arg(long, value_name = "SHARE", conflicts_with = "no_augment")]
    gain: Option<f32>,
    /// Brightness moved by ± this, in standard deviations.
    #[arg(long, value_name = "SD", conflicts_with = "no_augment")]
    offset: Option<f32>,
    /// Gray curve bent by an exponent of up to 1 + this.
    #[arg(long, value_name = "SHARE", conflicts_with = "no_augment")]
    gamma: Option<f32>,
    /// Probability that T1 is replaced by FLAIR.
    #[arg(long, value_name = "P", conflicts_with = "no_augment")]
    replace_t1: Option<f32>,
    /// Probability that T1 post is replaced by FLAIR.
    #[arg(long, value_name = "P", conflicts_with = "no_augment")]
    replace_t1_post: Option<f32>,
}

impl Strengths {
    fn settings(&self) -> AugmentSettings {
        let usual = AugmentSettings::default();
        AugmentSettings {
            flip_left_right: self.flip_left_right.unwrap_or(usual.flip_left_right),
            flip_up_down: self.flip_up_down.unwrap_or(usual.flip_up_down),
            rotation_degrees: self.rotation.unwrap_or(usual.rotation_degrees),
            scale: self.scale.unwrap_or(usual.scale),
            shift: self.shift.unwrap_or(usual.shift),
            gain: self.gain.unwrap_or(usual.gain),
            offset: self.offset.unwrap_or(usual.offset),
            gamma: self.gamma.unwrap_or(usual.gamma),
            replace_t1: self.replace_t1.unwrap_or(usual.replace_t1),
            replace_t1_post: self.replace_t1_post.unwrap_or(usual.replace_t1_post),
        }
    }
}

/// Three numbers between commas.
fn shares(text: &str) -> Result<[f64; 3], String> {
    let numbers: Vec<f64> = text.split(',').filter_map(|word| word.trim().parse().ok()).collect();
    match numbers.as_slice() {
        &[train, val, test] if text.matches(',').count() == 2 => Ok([train, val, test]),
        _ => Err("expected three numbers such as 0.7,0.15,0.15".to_owned()),
    }
}

impl TrainArguments {
    /// The run to go on with.
    pub fn resume(&self) -> Option<&Path> {
        self.resume.as_deref()
    }

    /// The new run's folder.
    pub fn out(&self) -> Option<&Path> {
        self.out.as_deref()
    }

    /// Epochs, where named.
    pub fn epochs(&self) -> Option<usize> {
        self.epochs
    }

    /// The settings; `None` where the task or the data is missing, as with `--resume`.
    pub fn config(&self) -> Option<TrainConfig> {
        let architecture = match (self.task?, self.net) {
            (TaskName::Segmenter, _) => Architecture::UNet { width: self.width },
            (TaskName::Classifier, NetName::DenseNet121) => Architecture::DenseNet121,
            (TaskName::Classifier, NetName::ResNet50) => Architecture::ResNet50,
        };
        let usual = TrainConfig::new(architecture, self.data.clone()?);
        let input = InputSpec {
            size: self.size.unwrap_or(usual.input.size),
            crop: if self.no_crop { Crop::None } else { usual.input.crop },
            mirror: usual.input.mirror && !self.no_mirror,
            ..usual.input
        };
        Some(TrainConfig {
            split_file: self.split.clone(),
            shares: self.shares.unwrap_or(usual.shares),
            input,
            batch_size: self.batch.unwrap_or(usual.batch_size),
            epochs: self.epochs.unwrap_or(usual.epochs),
            learning_rate: self.learning_rate.unwrap_or(usual.learning_rate),
            schedule: self.schedule.map_or(usual.schedule, |name| self.named_schedule(name)),
            warmup_epochs: self.warmup.unwrap_or(usual.warmup_epochs),
            weight_decay: self.weight_decay.unwrap_or(usual.weight_decay),
            segmenter_loss: self.loss.map_or(usual.segmenter_loss, SegmenterLoss::from),
            coarse_mask_weight: self.coarse_masks.unwrap_or(usual.coarse_mask_weight),
            coarse_positive_weight: self.coarse_positive_weight.unwrap_or(usual.coarse_positive_weight),
            is_balanced: !self.unbalanced,
            augment: (!self.no_augment).then(|| self.augment.settings()),
            // 0 means never and none, on the command line alone.
            patience: self.patience.map_or(usual.patience, |epochs| (epochs != 0).then_some(epochs)),
            max_gradient_norm: self.clip.map_or(usual.max_gradient_norm, |norm| (norm != 0.0).then_some(norm)),
            average_decay: self.average.map_or(usual.average_decay, |decay| (decay != 0.0).then_some(decay)),
            seed: self.seed.unwrap_or(usual.seed),
            device: self.device.map_or(usual.device, DeviceChoice::from),
            start_from: self.from.clone(),
            head_first_epochs: self.head_first.unwrap_or(usual.head_first_epochs),
            loader_threads: self.loader_threads.unwrap_or(usual.loader_threads),
            ..usual
        })
    }

    fn named_schedule(&self, name: ScheduleName) -> Schedule {
        match name {
            ScheduleName::Cosine => Schedule::Cosine,
            ScheduleName::Plateau => Schedule::Plateau { factor: self.plateau_factor, patience: self.plateau_patience },
        }
    }
}

impl From<LossName> for SegmenterLoss {
    fn from(name: LossName) -> Self {
        match name {
            LossName::Bce => Self::Bce,
            LossName::BceDice => Self::BceDice,
        }
    }
}
