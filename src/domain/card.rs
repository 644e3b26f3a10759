//! The model card that lies beside every weights file: what the net is, how its input is made, what it was trained on
//! and how well it does. Not for reading the file (`nn::weights`) or drawing the card (`ui`).

use serde::{Deserialize, Serialize};

/// Form of the cards that this version writes; a newer one is refused.
pub const CARD_VERSION: u32 = 1;

/// What a net answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// One score a slice: how likely a tumor is on it.
    Classifier,
    /// One probability a pixel.
    Segmenter,
}

/// Which net, with its width where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "net", rename_all = "lowercase")]
pub enum Architecture {
    /// He et al. 2015, torchvision's `resnet50`.
    ResNet50,
    /// Huang et al. 2016, torchvision's `densenet121`.
    DenseNet121,
    /// Ronneberger et al. 2015 in the form of `mateuszbuda/brain-segmentation-pytorch`.
    UNet {
        /// Filters of the first level: 16, 32 or 64.
        width: usize,
    },
}

impl Architecture {
    /// Name on screen.
    pub fn label(self) -> String {
        match self {
            Self::ResNet50 => "ResNet-50".to_owned(),
            Self::DenseNet121 => "DenseNet-121".to_owned(),
            Self::UNet { width } => format!("U-Net {width}"),
        }
    }

    /// What this net is for.
    pub fn task(self) -> Task {
        match self {
            Self::ResNet50 | Self::DenseNet121 => Task::Classifier,
            Self::UNet { .. } => Task::Segmenter,
        }
    }
}

/// How gray values are brought to what the net knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalization {
    /// Per scan and sequence over all slices: clip to the 10th–99th percentile, scale to 0–1, zero mean, unit variance.
    PercentileZScore,
}

/// Which part of the slice the net sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Crop {
    /// The whole slice, stretched to the input size.
    None,
    /// The square around the head, the same for all slices of a scan, with a margin.
    Head,
}

/// How a slice becomes the net's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputSpec {
    /// Side of the square input in pixels, a multiple of 32.
    pub size: usize,
    /// Number of sequences, in the order T1, FLAIR, T1 post.
    pub channels: usize,
    /// Gray values.
    pub normalization: Normalization,
    /// Field of view.
    pub crop: Crop,
    /// Whether the answer is the mean over the slice and its left-right mirror image.
    pub mirror: bool,
}

/// The thresholds chosen on the validation part.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// At or above: flagged (classifier), inside (segmenter).
    pub threshold: f32,
    /// Lower end of the uncertain band: 95 % sensitivity on validation. Classifier only.
    pub band_low: Option<f32>,
    /// Upper end of the uncertain band: 95 % specificity on validation. Classifier only.
    pub band_high: Option<f32>,
}

/// One figure with its definition, count and interval, as shown on screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Short name: "ROC AUC".
    pub name: String,
    /// The value.
    pub value: f64,
    /// 95 % interval by bootstrap over patients, where computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// What it is computed over: "418 slices of 13 patients, 137 with tumor".
    pub over: String,
    /// The definition in a sentence.
    pub definition: String,
}

/// Counts of the classifier at its threshold on one part of the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Tumor slices that were flagged.
    pub true_positive: usize,
    /// Tumor-free slices that were flagged.
    pub false_positive: usize,
    /// Tumor-free slices that were not flagged.
    pub true_negative: usize,
    /// Tumor slices that were not flagged.
    pub false_negative: usize,
}

/// The figures of one part of the data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PartFigures {
    /// Patients in this part.
    pub patients: usize,
    /// Slices in this part.
    pub slices: usize,
    /// Slices with tumor.
    pub tumor_slices: usize,
    /// Classifier counts at the card's threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// All figures, in the order of the page.
    pub figures: Vec<Figure>,
}

impl PartFigures {
    /// The value of the figure called `name`.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|f| f.name == name).map(|f| f.value)
    }
}

/// How the net was trained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainingRecord {
    /// Epochs run in all, over resumed runs too.
    pub epochs: usize,
    /// The epoch whose weights these are.
    pub best_epoch: usize,
    /// Seed of every random stream.
    pub seed: u64,
    /// The settings, as the run's `config.json` has them.
    pub settings: serde_json::Value,
    /// Where it started: "scratch" or the file and its sha256.
    pub started_from: String,
    /// Leaks and other things that must stay known.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// Everything there is to say about one weights file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Form of this card, 1.
    pub card_version: u32,
    /// Name on screen: "DenseNet-121".
    pub name: String,
    /// Version, counted from 1.
    pub version: u32,
    /// What it answers.
    pub task: Task,
    /// The net.
    pub architecture: Architecture,
    /// Its input.
    pub input: InputSpec,
    /// Its thresholds.
    pub thresholds: Thresholds,
    /// What the masks or labels are: "FLAIR abnormality".
    pub target: String,
    /// sha256 of the weights file, lowercase hex.
    pub sha256: String,
    /// Day of training, `YYYY-MM-DD`.
    pub date: String,
    /// The data set and where it comes from.
    pub data: String,
    /// Terms of the data and so of the weights.
    pub terms: String,
    /// Patients of each part, by folder name.
    pub split: std::collections::BTreeMap<String, Vec<String>>,
    /// How it was trained.
    pub training: TrainingRecord,
    /// Validation figures, on which choices were made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub val: Option<PartFigures>,
    /// Test figures, looked at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<PartFigures>,
    /// What it is meant for.
    pub intended_use: String,
    /// What the data cannot show, a sentence each.
    pub limits: Vec<String>,
    /// What a person added. What the program noted of the training is in [`TrainingRecord::notes`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl ModelCard {
    /// Name and version, as on screen: "DenseNet-121 v1".
    pub fn title(&self) -> String {
        format!("{} v{}", self.name, self.version)
    }
}
