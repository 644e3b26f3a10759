//! The nets against PyTorch: names, shapes, outputs; weights files and cards refused by name. Not for kernels (`ops`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use glioview::domain::card::{
    Architecture, Crop, InputSpec, ModelCard, Normalization, Task, Thresholds, TrainingRecord,
};
use glioview::domain::random::Random;
use glioview::nn::error::NnError;
use glioview::nn::layers::Purpose;
use glioview::nn::net::Net;
use glioview::nn::params::Parameters;
use glioview::nn::weights::{self, Tensors};
use sha2::{Digest, Sha256};

const NETS: [(&str, Architecture); 3] = [
    ("resnet50", Architecture::ResNet50),
    ("densenet121", Architecture::DenseNet121),
    ("unet16", Architecture::UNet { width: 16 }),
];

/// The same numbers as `value` in `fixtures/make_nets_parity.py`.
fn value(name: &str, shape: &[usize]) -> Tensor {
    let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mut random = Random::new(seed);
    let count = shape.iter().product();
    let is_scale = name.ends_with("running_var") || (shape.len() == 1 && name.ends_with("weight"));
    let bound = (6.0 / shape[1..].iter().product::<usize>() as f64).sqrt() as f32;
    let of = |u: f32| match (is_scale, shape.len()) {
        (true, _) => 0.5 + u,
        (false, 1) => 0.2 * (2.0 * u - 1.0),
        (false, _) => bound * (2.0 * u - 1.0),
    };
    let values: Vec<f32> = (0..count).map(|_| of(random.uniform())).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).expect("shape fits")
}

fn filled(architecture: Architecture) -> Tensors {
    let shapes = weights::expected_shapes(architecture, 3).expect("net builds");
    shapes.into_iter().map(|(name, shape)| (name.clone(), value(&name, &shape))).collect()
}

fn input() -> Tensor {
    let seed =
        "input".bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mut random = Random::new(seed);
    let values: Vec<f32> = (0..2 * 3 * 64 * 64).map(|_| 2.0 * random.uniform() - 1.0).collect();
    Tensor::from_vec(values, (2, 3, 64, 64), &Device::Cpu).expect("shape fits")
}

fn parity() -> serde_json::Value {
    serde_json::from_str(include_str!("fixtures/nets_parity.json")).expect("fixture parses")
}

fn compare(found: &Tensor, expected: &serde_json::Value, step: usize, tolerance: f64, what: &str) {
    let found = found.flatten_all().and_then(|t| t.to_vec1::<f32>()).expect("floats");
    let expected: Vec<f64> = expected.as_array().expect("list").iter().filter_map(serde_json::Value::as_f64).collect();
    let scale = expected.iter().fold(1.0f64, |m, v| m.max(v.abs()));
    for (i, e) in expected.iter().enumerate() {
        let f = f64::from(found[i * step]);
        assert!((f - e).abs() <= tolerance * scale, "{what}: output {i} is {f}, PyTorch says {e}");
    }
}

#[test]
fn names_and_shapes_are_those_of_torchvision_and_the_published_unet() {
    let parity = parity();
    for (name, architecture) in NETS {
        let shapes = weights::expected_shapes(architecture, 3).expect("net builds");
        let lines: String = shapes.iter().map(|(k, s)| format!("{k} {s:?}\n")).collect();
        let hash: String = Sha256::digest(lines.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(parity[name]["keys"].as_u64(), Some(shapes.len() as u64), "{name}");
        assert_eq!(parity[name]["keys_sha256"].as_str(), Some(hash.as_str()), "{name}");
    }
}

#[test]
fn folded_nets_answer_as_pytorch_does_in_evaluation() {
    let parity = parity();
    for (name, architecture) in NETS {
        let tensors = filled(architecture);
        let net = weights::build(&tensors, architecture, 3, &Device::Cpu).expect("net builds");
        let y = net.forward(&input()).expect("forward");
        let step = parity[name]["step"].as_u64().expect("number") as usize;
        // f32 against float64 through up to 121 layers.
        compare(&y, &parity[name]["eval"], step, 2e-4, name);
    }
}

#[test]
fn nets_in_training_answer_as_pytorch_does_with_batch_statistics() {
    let parity = parity();
    for (name, architecture) in NETS {
        let parameters = Parameters::from_tensors(&filled(architecture), 0, &Device::Cpu).expect("parameters");
        let net = Net::new(architecture, 3, &parameters.builder(), Purpose::Training, false).expect("net builds");
        let y = net.forward(&input()).expect("forward");
        let step = parity[name]["step"].as_u64().expect("number") as usize;
        // The last stages see 2 × 2 × 2 values a channel, whose variance amplifies rounding.
        compare(&y, &parity[name]["train"], step, 5e-3, name);
    }
}

#[test]
fn any_input_size_that_is_a_multiple_of_32_works() {
    for (name, architecture) in NETS {
        let tensors = filled(architecture);
        let net = weights::build(&tensors, architecture, 3, &Device::Cpu).expect("net builds");
        for size in [32, 96, 160] {
            let x = Tensor::zeros((1, 3, size, size), candle_core::DType::F32, &Device::Cpu).expect("zeros");
            let y = net.forward(&x).expect("forward");
            let expected = if name == "unet16" { vec![1, 1, size, size] } else { vec![1, 1] };
            assert_eq!(y.dims(), expected, "{name} at {size}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_new_net_and_another_seed_another() {
    let snapshot = |seed| {
        let parameters = Parameters::from_seed(seed, &Device::Cpu);
        Net::new(NETS[2].1, 3, &parameters.builder(), Purpose::Training, false).expect("net builds");
        let all = parameters.snapshot().expect("snapshot");
        all["encoder3.enc3conv2.weight"].flatten_all().and_then(|t| t.to_vec1::<f32>()).expect("floats")
    };
    assert_eq!(snapshot(1), snapshot(1));
    assert_ne!(snapshot(1), snapshot(2));
}

fn card(architecture: Architecture, sha256: String) -> ModelCard {
    ModelCard {
        card_version: 1,
        name: architecture.label(),
        version: 1,
        task: architecture.task(),
        architecture,
        input: InputSpec {
            size: 192,
            channels: 3,
            normalization: Normalization::PercentileZScore,
            crop: Crop::None,
            mirror: false,
        },
        thresholds: Thresholds { threshold: 0.5, band_low: None, band_high: None },
        target: "FLAIR abnormality".into(),
        sha256,
        date: "2026-11-24".into(),
        data: "test".into(),
        terms: "test".into(),
        split: BTreeMap::new(),
        training: TrainingRecord::default(),
        val: None,
        test: None,
        intended_use: "test".into(),
        limits: Vec::new(),
        notes: Vec::new(),
    }
}

/// A small valid segmenter file with its card in a new folder.
fn saved(folder: &Path) -> PathBuf {
    let path = folder.join("segmenter.safetensors");
    let bytes = weights::to_bytes(&filled(NETS[2].1), true).expect("bytes");
    let card = card(NETS[2].1, weights::sha256_hex(&bytes));
    std::fs::write(&path, &bytes).expect("written");
    std::fs::write(weights::card_path(&path), serde_json::to_vec(&card).expect("json")).expect("written");
    path
}

fn load(path: &Path) -> Result<(), NnError> {
    weights::load_file(path, None, &Device::Cpu).map(|_| ())
}

#[test]
fn a_file_with_its_card_loads_and_every_kind_of_damage_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("folder");
    let path = saved(folder.path());
    load(&path).expect("a whole file loads");
    let whole = std::fs::read(&path).expect("read");
    let text = |r: Result<(), NnError>| r.expect_err("refused").to_string();

    std::fs::write(&path, &whole[..whole.len() - 7]).expect("written");
    assert!(text(load(&path)).contains("sha256"), "a changed file does not match its card");
    let card_text = std::fs::read_to_string(weights::card_path(&path)).expect("read");
    let recard = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("written");
        let new = card_text.replace(&weights::sha256_hex(&whole), &weights::sha256_hex(bytes));
        std::fs::write(weights::card_path(&path), new).expect("written");
    };
    recard(&whole[..whole.len() - 7]);
    assert!(text(load(&path)).contains("not a usable safetensors file"), "truncated");
    let mut hostile = whole.clone();
    hostile[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    recard(&hostile);
    assert!(text(load(&path)).contains("not a usable safetensors file"), "header length beyond the file");

    let mut fewer = filled(NETS[2].1);
    let conv = fewer.remove("conv.weight").expect("there");
    fewer.insert("conv.wait".into(), conv);
    fewer.insert("conv.bias".into(), Tensor::zeros(3, candle_core::DType::F32, &Device::Cpu).expect("zeros"));
    recard(&weights::to_bytes(&fewer, true).expect("bytes"));
    let problem = text(load(&path));
    for part in ["conv.weight is missing", "conv.wait is not part of it", "conv.bias has shape [3], expected [1]"] {
        assert!(problem.contains(part), "{problem}");
    }
    recard(&whole);
    std::fs::remove_file(weights::card_path(&path)).expect("removed");
    assert!(matches!(load(&path), Err(NnError::MissingCard { .. })));
    let assumed = card(NETS[2].1, String::new());
    weights::load_file(&path, Some(&assumed), &Device::Cpu).expect("taken when the user says so");
}

#[test]
fn weights_that_are_not_numbers_are_refused() {
    let mut tensors = filled(NETS[2].1);
    let bad = Tensor::new(&[f32::NAN], &Device::Cpu).expect("tensor");
    tensors.insert("conv.bias".into(), bad);
    let bytes = weights::to_bytes(&tensors, false).expect("bytes");
    let error = weights::tensors_from_bytes(&bytes, Path::new("x.safetensors")).expect_err("refused");
    assert!(error.to_string().contains("conv.bias holds values that are not finite"), "{error}");
}

#[test]
fn old_densenet_keys_of_torchvision_files_are_understood() {
    let new = "features.denseblock1.denselayer1.norm1.weight";
    let old = "features.denseblock1.denselayer1.norm.1.weight";
    let mut tensors = filled(Architecture::DenseNet121);
    let tensor = tensors.remove(new).expect("there");
    tensors.insert(old.into(), tensor);
    let bytes = weights::to_bytes(&tensors, true).expect("bytes");
    let read = weights::tensors_from_bytes(&bytes, Path::new("x")).expect("read");
    assert!(read.contains_key(new) && !read.contains_key(old));
    weights::check_keys(&read, Architecture::DenseNet121, 3, Path::new("x")).expect("all keys known");
}

#[test]
fn a_card_for_another_net_is_refused() {
    let mut wrong = card(Architecture::DenseNet121, String::new());
    wrong.task = Task::Segmenter;
    let bytes = serde_json::to_vec(&wrong).expect("json");
    let error = weights::card_from_bytes(&bytes, Path::new("card.json")).expect_err("refused");
    assert!(error.to_string().contains("does not answer the task"), "{error}");
    let mut odd = card(Architecture::DenseNet121, String::new());
    odd.input.size = 33;
    let bytes = serde_json::to_vec(&odd).expect("json");
    assert!(weights::card_from_bytes(&bytes, Path::new("card.json")).expect_err("refused").to_string().contains("33"));
}

#[test]
fn packed_weights_are_half_as_large_and_load_with_their_own_card() {
    let folder = tempfile::tempdir().expect("folder");
    let from = folder.path().join("best.safetensors");
    let bytes = weights::to_bytes(&filled(NETS[2].1), false).expect("bytes");
    std::fs::write(&from, &bytes).expect("written");
    let card = card(NETS[2].1, weights::sha256_hex(&bytes));
    std::fs::write(weights::card_path(&from), serde_json::to_vec(&card).expect("json")).expect("written");
    let to = folder.path().join("packed.safetensors");
    let pack = |from: &Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_glioview"));
        command.arg("pack").arg(from).arg("--out").arg(&to).output().expect("the program runs")
    };
    assert!(pack(&from).status.success());
    let loaded = weights::load_file(&to, None, &Device::Cpu).expect("packed weights load");
    assert!(loaded.card.training.notes.iter().any(|n| n.contains("half precision")));
    let size = std::fs::metadata(&to).expect("there").len() as usize;
    assert!(size * 10 < bytes.len() * 6, "{size} of {}", bytes.len());
    let refused = pack(&folder.path().join("none.safetensors"));
    assert_eq!(refused.status.code(), Some(2));
}
