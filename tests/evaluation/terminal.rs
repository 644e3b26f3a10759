//! `glioview evaluate` as a user runs it, with small nets whose weights are all zero. Not for the figures themselves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use candle_core::{DType, Device, Tensor};
use glioview::domain::card::{Architecture, ModelCard};
use glioview::nn::weights::{card_from_bytes, card_path, expected_shapes, sha256_hex, to_bytes};

use super::{plain_card, three_patients};

/// Weights of zeros: every score and every probability is one half.
pub fn zero_net(folder: &Path, name: &str, architecture: Architecture) -> PathBuf {
    let shapes = expected_shapes(architecture, 3).unwrap();
    let zero = |shape: Vec<usize>| Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
    let tensors: BTreeMap<String, Tensor> = shapes.into_iter().map(|(key, shape)| (key, zero(shape))).collect();
    let bytes = to_bytes(&tensors, true).unwrap();
    let mut card: ModelCard = plain_card(architecture);
    card.sha256 = sha256_hex(&bytes);
    card.split.insert("train".to_owned(), vec!["a".to_owned()]);
    let path = folder.join(name).with_extension("safetensors");
    std::fs::write(card_path(&path), serde_json::to_vec(&card).unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

fn evaluate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_glioview")).arg("evaluate").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn evaluate_writes_json_table_pictures_and_thresholds_into_the_cards() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    three_patients(&data);
    let classifier = zero_net(folder.path(), "c", Architecture::DenseNet121);
    let segmenter = zero_net(folder.path(), "s", Architecture::UNet { width: 16 });
    let split = folder.path().join("split.csv");
    std::fs::write(&split, "patient_id,split\na,val\nb,val\nc,train\n").unwrap();
    let out = folder.path().join("out");
    let paths = [&classifier, &segmenter, &data, &split, &out].map(|p| p.to_string_lossy().into_owned());
    let output = evaluate(&[
        "--model",
        &paths[0],
        "--model",
        &paths[1],
        "--data",
        &paths[2],
        "--split-file",
        &paths[3],
        "--split",
        "val",
        "--choose-thresholds",
        "--device",
        "cpu",
        "--out",
        &paths[4],
        "--json",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let written: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("evaluation.json")).unwrap()).unwrap();
    assert_eq!(printed, written);
    assert_eq!((&printed["classifier"]["patients"], &printed["classifier"]["slices"]), (&2.into(), &5.into()));
    // A score that is always one half tells nothing: half of all pairs count as right.
    assert_eq!(printed["classifier"]["figures"][0]["value"], 0.5);
    let warnings = printed["warnings"].as_array().unwrap();
    let leak = warnings.iter().filter(|w| w.as_str().unwrap().starts_with("LEAK")).count();
    assert_eq!(leak, 2, "both cards list patient a as trained on: {warnings:?}");
    for file in ["evaluation.txt", "best.png", "median.png", "worst.png"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    let card = |path: &Path| card_from_bytes(&std::fs::read(card_path(path)).unwrap(), path).unwrap();
    assert_eq!(card(&classifier).thresholds.threshold, 0.5);
    assert!(card(&classifier).val.unwrap().value("ROC AUC").is_some());
    let val = card(&segmenter).val.unwrap();
    assert!(val.value("Volume Dice, mean").is_some());
    let two_stage = val.figures.iter().find(|f| f.name == "Two-stage volume Dice, mean").unwrap();
    assert!(two_stage.over.contains("flagged by DenseNet-121"), "{}", two_stage.over);
}

#[test]
fn thresholds_are_never_chosen_on_test_and_what_is_missing_is_said_with_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("nowhere").to_string_lossy().into_owned();
    let on_test = evaluate(&["--data", &data, "--split", "test", "--choose-thresholds"]);
    assert_eq!(on_test.status.code(), Some(2));
    assert!(text(&on_test.stderr).contains("--split val only"), "{}", text(&on_test.stderr));
    let missing = evaluate(&["--data", &data]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("no such file or folder"), "{}", text(&missing.stderr));
}
