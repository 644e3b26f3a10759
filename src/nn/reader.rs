//! Both nets ready to read scans: load once, then score and outline slice by slice. Not for threads or progress (`engine`).

use std::path::{Path, PathBuf};

use candle_core::Tensor;

use super::assumed;
use super::device::{self, OpenDevice};
use super::error::NnError;
use super::input::{self, Prepared, sigmoid};
use super::net::Net;
use super::shipped;
use super::weights::{self, LoadedNet};
use crate::domain::card::{Architecture, InputSpec, ModelCard, Task};
use crate::domain::device::DeviceChoice;
use crate::domain::mask::ProbabilityMap;
use crate::domain::scan::Scan;

/// A classifier and a segmenter on one device.
pub struct Reader {
    classifier: LoadedNet,
    segmenter: LoadedNet,
    are_shipped: bool,
    device: OpenDevice,
}

impl Reader {
    /// Loads both nets; `None` stands for the weights that ship inside the program.
    ///
    /// *Errors*: a file that is no safetensors file, does not fit its card or its net, or has no card.
    pub fn load(
        classifier: Option<&Path>,
        segmenter: Option<&Path>,
        allow_missing_card: bool,
        device: DeviceChoice,
    ) -> Result<Self, NnError> {
        let device = device::open(device)?;
        let are_shipped = classifier.is_none() && segmenter.is_none();
        let classifier = load(Task::Classifier, classifier, allow_missing_card, &device)?;
        let segmenter = load(Task::Segmenter, segmenter, allow_missing_card, &device)?;
        Ok(Self { classifier, segmenter, are_shipped, device })
    }

    /// The classifier's card.
    pub fn classifier_card(&self) -> &ModelCard {
        &self.classifier.card
    }

    /// The segmenter's card.
    pub fn segmenter_card(&self) -> &ModelCard {
        &self.segmenter.card
    }

    /// True where both nets are the ones that ship.
    pub fn are_shipped(&self) -> bool {
        self.are_shipped
    }

    /// "CPU · 2 cores", "CUDA".
    pub fn device_label(&self) -> &str {
        &self.device.label
    }

    /// What the input needs to know of the whole scan: gray-value statistics and the head's place. Once a scan.
    pub fn prepare(&self, scan: &Scan) -> Prepared {
        Prepared::of(scan)
    }

    /// The model score of one slice, 0–1.
    pub fn score(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<f32, NnError> {
        score(&self.classifier, &self.device, scan, prepared, slice)
    }

    /// The probability map of one slice, in scan pixels.
    pub fn outline(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<ProbabilityMap, NnError> {
        let LoadedNet { net, card, .. } = &self.segmenter;
        outline(net, &card.input, &self.device, scan, prepared, slice)
    }
}

/// Where one net comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum NetChoice {
    /// It is not asked.
    None,
    /// The one that ships.
    Shipped,
    /// A weights file.
    File(PathBuf),
}

impl NetChoice {
    /// The weights file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::None | Self::Shipped => None,
            Self::File(path) => Some(path),
        }
    }
}

/// One net or both, as evaluation needs them: the one that is not asked is not loaded.
pub struct ChosenNets {
    classifier: Option<LoadedNet>,
    segmenter: Option<LoadedNet>,
    device: OpenDevice,
}

impl ChosenNets {
    /// Loads what is chosen, with the checks of [`Reader::load`].
    pub fn load(
        classifier: &NetChoice,
        segmenter: &NetChoice,
        allow_missing_card: bool,
        device: DeviceChoice,
    ) -> Result<Self, NnError> {
        let device = device::open(device)?;
        let load = |task, choice: &NetChoice| match choice {
            NetChoice::None => Ok(None),
            NetChoice::Shipped => load(task, None, allow_missing_card, &device).map(Some),
            NetChoice::File(path) => load(task, Some(path), allow_missing_card, &device).map(Some),
        };
        let (classifier, segmenter) = (load(Task::Classifier, classifier)?, load(Task::Segmenter, segmenter)?);
        Ok(Self { classifier, segmenter, device })
    }

    /// The card of the net for `task`, where it is loaded.
    pub fn card(&self, task: Task) -> Option<&ModelCard> {
        let net = match task {
            Task::Classifier => &self.classifier,
            Task::Segmenter => &self.segmenter,
        };
        net.as_ref().map(|net| &net.card)
    }

    /// The model score of one slice, 0–1.
    pub fn score(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<f32, NnError> {
        let net = self.classifier.as_ref().ok_or_else(|| NnError::Input("no classifier is loaded".to_owned()))?;
        score(net, &self.device, scan, prepared, slice)
    }

    /// The probability map of one slice, in scan pixels.
    pub fn outline(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<ProbabilityMap, NnError> {
        let net = self.segmenter.as_ref().ok_or_else(|| NnError::Input("no segmenter is loaded".to_owned()))?;
        outline(&net.net, &net.card.input, &self.device, scan, prepared, slice)
    }
}

fn load(task: Task, path: Option<&Path>, allow_missing_card: bool, device: &OpenDevice) -> Result<LoadedNet, NnError> {
    let Some(path) = path else { return shipped::load(task, &device.device) };
    let assumed = allow_missing_card.then(|| assumed_card(path, task)).transpose()?;
    weights::load_file(path, assumed.as_ref(), &device.device).and_then(|net| of_task(net, task, path))
}

fn score(net: &LoadedNet, device: &OpenDevice, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<f32, NnError> {
    let answers = answers(&net.net, &net.card.input, device, scan, prepared, slice)?;
    Ok(answers.iter().map(|&logit| sigmoid(logit)).sum::<f32>() / answers.len() as f32)
}

/// The map that a segmenter with this input gives of one slice, in scan pixels.
pub fn outline(
    net: &Net,
    spec: &InputSpec,
    device: &OpenDevice,
    scan: &Scan,
    prepared: &Prepared,
    slice: usize,
) -> Result<ProbabilityMap, NnError> {
    let answers = answers(net, spec, device, scan, prepared, slice)?;
    let pixels = spec.size * spec.size;
    let mut logits = answers[..pixels].to_vec();
    if spec.mirror {
        // The second answer is of the mirror image: turned back, then averaged as logits.
        let back = |i: usize| pixels + (i / spec.size) * spec.size + (spec.size - 1 - i % spec.size);
        logits.iter_mut().enumerate().for_each(|(i, logit)| *logit = 0.5 * (*logit + answers[back(i)]));
    }
    let field = prepared.field(spec.crop, scan.rows, scan.cols);
    Ok(input::to_probability_map(&logits, spec.size, &field, scan.rows, scan.cols))
}

/// All logits for one slice, and behind them those for its mirror image where the card asks for it.
fn answers(
    net: &Net,
    spec: &InputSpec,
    device: &OpenDevice,
    scan: &Scan,
    prepared: &Prepared,
    slice: usize,
) -> Result<Vec<f32>, NnError> {
    let planes = scan.slices.get(slice).map(|s| s.planes.as_slice());
    let planes = planes.ok_or_else(|| NnError::Input(format!("there is no slice {}", slice + 1)))?;
    let mut values = input::model_input(planes, prepared, spec)
        .ok_or_else(|| NnError::Input(format!("{} sequences, expected 1 or 3", planes.len())))?;
    let count = if spec.mirror {
        let mirrored: Vec<f32> = values.chunks_exact(spec.size).flat_map(|row| row.iter().rev().copied()).collect();
        values.extend(mirrored);
        2
    } else {
        1
    };
    let shape = (count, spec.channels, spec.size, spec.size);
    let x = Tensor::from_vec(values, shape, &device.device)?;
    let logits = net.forward(&x)?.flatten_all()?.to_vec1::<f32>()?;
    if logits.iter().all(|v| v.is_finite()) {
        Ok(logits)
    } else {
        Err(NnError::Input("the net's answer is not a number".to_owned()))
    }
}

fn of_task(net: LoadedNet, task: Task, path: &Path) -> Result<LoadedNet, NnError> {
    if net.card.task == task {
        return Ok(net);
    }
    let reason = format!("{} does not answer what was asked for here", net.card.title());
    Err(NnError::Card { reason, path: path.to_owned() })
}

/// What is taken for granted of weights without a card: the published nets' form, told by the file's own keys.
fn assumed_card(path: &Path, task: Task) -> Result<ModelCard, NnError> {
    let tensors = weights::tensors_from_bytes(&weights::read_file(path)?, path)?;
    let architecture = match task {
        Task::Classifier if tensors.contains_key("fc.weight") => Architecture::ResNet50,
        Task::Classifier => Architecture::DenseNet121,
        Task::Segmenter => {
            let first = tensors.get("encoder1.enc1conv1.weight").and_then(|t| t.dims().first().copied());
            Architecture::UNet { width: first.unwrap_or(16) }
        }
    };
    Ok(assumed::card(architecture))
}
