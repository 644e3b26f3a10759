//! Weights files and their cards: safetensors only, checked against size, sha256, key names and shapes before use. Not
//! for building nets beyond that check (`net`) or for training checkpoints' other parts (`train::checkpoint`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use sha2::{Digest, Sha256};

use super::error::NnError;
use super::layers::Purpose;
use super::net::Net;
use super::params::Parameters;
use crate::domain::card::{Architecture, CARD_VERSION, ModelCard, Task};

/// No weights of these nets are larger: U-Net 64 in single precision is 124 MB.
const MAX_FILE_BYTES: u64 = 1 << 30;
/// More problems than this are counted, not named.
const MAX_PROBLEMS_NAMED: usize = 8;

/// Named tensors of a file, in single precision on the CPU.
pub type Tensors = BTreeMap<String, Tensor>;

/// A net ready for inference with its card.
#[derive(Debug)]
pub struct LoadedNet {
    /// The net, batch norm folded.
    pub net: Net,
    /// Its card.
    pub card: ModelCard,
}

/// Reads a whole weights file into memory; its size is bounded first.
pub fn read_file(path: &Path) -> Result<Vec<u8>, NnError> {
    let failed = |reason: String| NnError::Read { reason, path: path.to_owned() };
    let meta = std::fs::metadata(path).map_err(|e| failed(e.to_string()))?;
    if !meta.is_file() {
        return Err(failed("expected a file".to_owned()));
    }
    if meta.len() > MAX_FILE_BYTES {
        return Err(failed(format!("{} bytes, at most {MAX_FILE_BYTES} are taken", meta.len())));
    }
    std::fs::read(path).map_err(|e| failed(e.to_string()))
}

/// sha256 as lowercase hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Where the card of `weights` lies: the same name with `.json`.
pub fn card_path(weights: &Path) -> PathBuf {
    weights.with_extension("json")
}

/// Parses safetensors bytes. Half, bfloat and single precision are taken; integers (`num_batches_tracked`) are left out.
pub fn tensors_from_bytes(bytes: &[u8], path: &Path) -> Result<Tensors, NnError> {
    let format = |reason: String| NnError::Format { reason, path: path.to_owned() };
    let file = SafeTensors::deserialize(bytes).map_err(|e| format(e.to_string()))?;
    let mut tensors = Tensors::new();
    for (name, view) in file.tensors() {
        let values = match view.dtype() {
            Dtype::F32 => view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
            Dtype::F16 => view.data().chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
            Dtype::BF16 => {
                view.data().chunks_exact(2).map(|b| half::bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect()
            }
            _ if name.ends_with("num_batches_tracked") => continue,
            other => return Err(format(format!("{name} is stored as {other:?}; only floating point is taken"))),
        };
        let values: Vec<f32> = values;
        if values.iter().any(|v| !v.is_finite()) {
            return Err(format(format!("{name} holds values that are not finite")));
        }
        let tensor = Tensor::from_vec(values, view.shape(), &Device::Cpu)?;
        tensors.insert(current_name(&name), tensor);
    }
    Ok(tensors)
}

/// torchvision's DenseNet files carry old keys: `denselayer1.norm.1.weight` is `denselayer1.norm1.weight` now.
fn current_name(name: &str) -> String {
    if !name.contains("denselayer") {
        return name.to_owned();
    }
    name.replace(".norm.1.", ".norm1.")
        .replace(".norm.2.", ".norm2.")
        .replace(".conv.1.", ".conv1.")
        .replace(".conv.2.", ".conv2.")
}

/// Checks `tensors` against what `architecture` asks for; missing, extra and misshapen keys are all named.
pub fn check_keys(tensors: &Tensors, architecture: Architecture, inputs: usize, path: &Path) -> Result<(), NnError> {
    let expected = expected_shapes(architecture, inputs)?;
    let mut problems = Vec::new();
    for (name, shape) in &expected {
        match tensors.get(name) {
            None => problems.push(format!("{name} is missing")),
            Some(t) if t.dims() != shape => {
                problems.push(format!("{name} has shape {:?}, expected {shape:?}", t.dims()));
            }
            Some(_) => {}
        }
    }
    let known: BTreeSet<&String> = expected.keys().collect();
    problems.extend(tensors.keys().filter(|k| !known.contains(k)).map(|k| format!("{k} is not part of it")));
    if problems.is_empty() {
        return Ok(());
    }
    if problems.len() > MAX_PROBLEMS_NAMED {
        let more = problems.len() - MAX_PROBLEMS_NAMED;
        problems.truncate(MAX_PROBLEMS_NAMED);
        problems.push(format!("and {more} more"));
    }
    Err(NnError::Keys { net: architecture.label(), problems, path: path.to_owned() })
}

/// Every key of a net with its shape, by building it once.
pub fn expected_shapes(architecture: Architecture, inputs: usize) -> Result<BTreeMap<String, Vec<usize>>, NnError> {
    let parameters = Parameters::from_seed(0, &Device::Cpu);
    Net::new(architecture, inputs, &parameters.builder(), Purpose::Training, false)?;
    Ok(parameters.all().into_iter().map(|(name, var)| (name, var.dims().to_vec())).collect())
}

/// Builds a net for inference from checked tensors.
pub fn build(tensors: &Tensors, architecture: Architecture, inputs: usize, device: &Device) -> Result<Net, NnError> {
    let on_device = tensors.iter().map(|(n, t)| Ok((n.clone(), t.to_device(device)?)));
    let on_device: std::collections::HashMap<String, Tensor> = on_device.collect::<candle_core::Result<_>>()?;
    let vb = VarBuilder::from_tensors(on_device, DType::F32, device);
    Ok(Net::new(architecture, inputs, &vb, Purpose::Inference, false)?)
}

/// The one entry of a card that every version can read.
#[derive(serde::Deserialize)]
struct CardForm {
    card_version: u32,
}

/// What weights without a card answer, by the names of their tensors; `None` where they are of no net of this program.
pub fn task_of(bytes: &[u8], path: &Path) -> Result<Option<Task>, NnError> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|e| NnError::Format { reason: e.to_string(), path: path.to_owned() })?;
    let has = |name: &str| file.tensor(name).is_ok();
    Ok(if has("fc.weight") || has("classifier.weight") {
        Some(Task::Classifier)
    } else if has("encoder1.enc1conv1.weight") {
        Some(Task::Segmenter)
    } else {
        None
    })
}

/// Parses a card.
///
/// *Errors*: a newer form, which is told before what it holds is looked at; what does not fit together.
pub fn card_from_bytes(bytes: &[u8], path: &Path) -> Result<ModelCard, NnError> {
    let form = serde_json::from_slice::<CardForm>(bytes).map_or(CARD_VERSION, |form| form.card_version);
    if form > CARD_VERSION {
        let reason = format!(
            "its card_version is {form}, this version of the program knows {CARD_VERSION}; take a newer version of Glioview"
        );
        return Err(NnError::Card { reason, path: path.to_owned() });
    }
    let card: ModelCard =
        serde_json::from_slice(bytes).map_err(|e| NnError::Card { reason: e.to_string(), path: path.to_owned() })?;
    let problem = if card.input.channels != 3 {
        Some(format!("{} channels, this program feeds 3", card.input.channels))
    } else if card.input.size == 0 || !card.input.size.is_multiple_of(32) || card.input.size > 2048 {
        Some(format!("input size {}, expected a multiple of 32 up to 2048", card.input.size))
    } else if card.architecture.task() != card.task {
        Some(format!("{} does not answer the task the card names", card.architecture.label()))
    } else if !(0.0..=1.0).contains(&card.thresholds.threshold) {
        Some(format!("threshold {}, expected 0 to 1", card.thresholds.threshold))
    } else {
        None
    };
    match problem {
        Some(reason) => Err(NnError::Card { reason, path: path.to_owned() }),
        None => Ok(card),
    }
}

/// Loads a net from the bytes of its weights and card, all checks made.
pub fn load_bytes(weights: &[u8], card: ModelCard, path: &Path, device: &Device) -> Result<LoadedNet, NnError> {
    let found = sha256_hex(weights);
    if found != card.sha256 {
        return Err(NnError::Sha256 { found, expected: card.sha256, path: path.to_owned() });
    }
    let tensors = tensors_from_bytes(weights, path)?;
    check_keys(&tensors, card.architecture, card.input.channels, path)?;
    let net = build(&tensors, card.architecture, card.input.channels, device)?;
    Ok(LoadedNet { net, card })
}

/// Loads a weights file with its card beside it; without a card only where `cardless` says what it is.
pub fn load_file(path: &Path, cardless: Option<&ModelCard>, device: &Device) -> Result<LoadedNet, NnError> {
    let weights = read_file(path)?;
    let beside = card_path(path);
    let card = match (beside.is_file(), cardless) {
        (true, _) => card_from_bytes(&read_file(&beside)?, &beside)?,
        (false, None) => return Err(NnError::MissingCard { card: beside, path: path.to_owned() }),
        (false, Some(assumed)) => ModelCard { sha256: sha256_hex(&weights), ..assumed.clone() },
    };
    load_bytes(&weights, card, path, device)
}

/// Serializes tensors as safetensors, half precision where asked for.
pub fn to_bytes(tensors: &Tensors, is_half: bool) -> Result<Vec<u8>, NnError> {
    let mut data: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::with_capacity(tensors.len());
    for (name, tensor) in tensors {
        let values = tensor.flatten_all()?.to_dtype(DType::F32)?.to_vec1::<f32>()?;
        let bytes = if is_half {
            values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect()
        } else {
            values.iter().flat_map(|v| v.to_le_bytes()).collect()
        };
        data.push((name.clone(), tensor.dims().to_vec(), bytes));
    }
    let dtype = if is_half { Dtype::F16 } else { Dtype::F32 };
    let broken = |reason: String| NnError::Format { reason, path: PathBuf::new() };
    let views = data.iter().map(|(name, shape, bytes)| {
        TensorView::new(dtype, shape.clone(), bytes)
            .map(|view| (name.as_str(), view))
            .map_err(|e| broken(e.to_string()))
    });
    let views: Vec<_> = views.collect::<Result<_, _>>()?;
    safetensors::serialize(views, None).map_err(|e| broken(e.to_string()))
}
