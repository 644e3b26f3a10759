//! Starting from ImageNet's weights, the head first and then all. Not for training from scratch (`training`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use glioview::domain::card::Architecture;
use glioview::domain::device::DeviceChoice;
use glioview::nn::weights::{expected_shapes, tensors_from_bytes, to_bytes};
use glioview::train::config::TrainConfig;
use glioview::train::error::TrainError;
use glioview::train::event::TrainEvent;
use glioview::train::learner::Learner;
use glioview::train::observer::{Flow, Observer};
use glioview::train::run::Run;

use super::four_patients;

fn config(data: &Path, net: Architecture) -> TrainConfig {
    let mut config = TrainConfig::new(net, data.to_owned());
    config.input.size = 32;
    config.batch_size = 4;
    config.epochs = 2;
    config.device = DeviceChoice::Cpu;
    config.shares = [0.5, 0.5, 0.0];
    config.average_decay = None;
    config
}

/// A run made ready on `data` in a folder that is gone again.
pub fn run_on(data: &Path, split: Option<PathBuf>) -> Run {
    let out = tempfile::tempdir().unwrap();
    let settings = TrainConfig { split_file: split, ..config(data, Architecture::UNet { width: 4 }) };
    Run::create(settings, &out.path().join("run"), &mut |_, _| true).unwrap()
}

/// A file as torchvision's weights are: 1000 classes, counters of batches, and for DenseNet the old names.
fn imagenet(path: &Path, net: Architecture) {
    let (head, features) = if net == Architecture::ResNet50 { ("fc", 2048) } else { ("classifier", 1024) };
    let mut tensors: BTreeMap<String, Tensor> = BTreeMap::new();
    for (name, shape) in expected_shapes(net, 3).unwrap() {
        if name.starts_with(head) {
            continue;
        }
        let old = ["norm1", "norm2", "conv1", "conv2"].into_iter().fold(name.clone(), |name, part| {
            let dotted = format!("{}.{}", &part[..4], &part[4..]);
            if name.contains("denselayer") { name.replace(&format!(".{part}."), &format!(".{dotted}.")) } else { name }
        });
        let value = if name.ends_with("running_var") { 1.0f32 } else { 0.01 };
        tensors.insert(old, Tensor::full(value, shape, &Device::Cpu).unwrap());
    }
    if net == Architecture::DenseNet121 {
        assert!(tensors.contains_key("features.denseblock1.denselayer1.norm.1.weight"), "the old names");
    }
    tensors.insert(
        format!("{head}.weight"),
        Tensor::zeros((1000, features), candle_core::DType::F32, &Device::Cpu).unwrap(),
    );
    tensors.insert(format!("{head}.bias"), Tensor::zeros(1000, candle_core::DType::F32, &Device::Cpu).unwrap());
    std::fs::write(path, to_bytes(&tensors, false).unwrap()).unwrap();
}

#[test]
fn imagenet_weights_of_both_classifiers_are_taken_with_a_new_head() {
    let folder = tempfile::tempdir().unwrap();
    for (net, head) in [(Architecture::ResNet50, "fc"), (Architecture::DenseNet121, "classifier")] {
        let file = folder.path().join("imagenet.safetensors");
        imagenet(&file, net);
        let settings = TrainConfig { start_from: Some(file), ..config(folder.path(), net) };
        let kept = Learner::new(&settings, None).unwrap().kept_tensors().unwrap();
        assert_eq!(kept[&format!("{head}.weight")].dims()[0], 1);
        let head_values = kept[&format!("{head}.weight")].flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert!(head_values.iter().any(|&v| v != 0.0), "new, not the file's zeros");
        let trunk = kept.iter().find(|(name, _)| name.contains("conv") && !name.contains("coarse")).unwrap().1;
        assert!(trunk.flatten_all().unwrap().to_vec1::<f32>().unwrap().iter().all(|&v| v == 0.01), "the file's");
    }
}

#[test]
fn weights_of_another_net_are_refused_by_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("resnet.safetensors");
    imagenet(&file, Architecture::ResNet50);
    let settings = TrainConfig { start_from: Some(file), ..config(folder.path(), Architecture::DenseNet121) };
    let text = Learner::new(&settings, None).err().expect("refused").to_string();
    assert!(text.contains("is missing") && text.contains("features."), "{text}");
}

/// Stops after so many epochs; keeps the losses.
#[derive(Default)]
struct Ear {
    losses: Vec<(f32, f32)>,
    stop_after: Option<usize>,
}

impl Observer for Ear {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        if let TrainEvent::EpochEnded(record) = event {
            self.losses.push((record.train_loss, record.val_loss));
            if self.stop_after == Some(self.losses.len()) {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Continue)
    }
}

fn weights_after(folder: &Path) -> BTreeMap<String, Tensor> {
    let path = folder.join("last.safetensors");
    let all = tensors_from_bytes(&std::fs::read(&path).unwrap(), &path).unwrap();
    all.into_iter().filter_map(|(name, t)| name.strip_prefix("weights/").map(|n| (n.to_owned(), t))).collect()
}

fn moved(before: &BTreeMap<String, Tensor>, after: &BTreeMap<String, Tensor>, name: &str) -> bool {
    let values = |t: &Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    values(&before[name]) != values(&after[name])
}

#[test]
fn the_head_learns_alone_first_then_all_and_a_resumed_run_ends_as_an_uninterrupted_one() {
    let data = tempfile::tempdir().unwrap();
    four_patients(data.path());
    let out = tempfile::tempdir().unwrap();
    let start = out.path().join("start.safetensors");
    // Weights that are not all equal, so that gradients flow: those of an untrained net.
    let mut settings = config(data.path(), Architecture::ResNet50);
    let begun = Learner::new(&settings, None).unwrap().kept_tensors().unwrap();
    std::fs::write(&start, to_bytes(&begun, false).unwrap()).unwrap();
    settings.start_from = Some(start);
    settings.head_first_epochs = 1.0;
    settings.epochs = 3;
    settings.warmup_epochs = 0.0;
    let mut whole = Ear::default();
    Run::create(settings.clone(), &out.path().join("whole"), &mut |_, _| true)
        .unwrap()
        .train(&mut [&mut whole])
        .unwrap();

    let folder = out.path().join("cut");
    let mut first = Ear { stop_after: Some(1), ..Ear::default() };
    Run::create(settings, &folder, &mut |_, _| true).unwrap().train(&mut [&mut first]).unwrap();
    let after_head = weights_after(&folder);
    assert!(moved(&begun, &after_head, "fc.weight"));
    assert!(!moved(&begun, &after_head, "layer4.2.conv3.weight") && !moved(&begun, &after_head, "conv1.weight"));

    // Once more in the middle of the second part, where the trunk's own step count matters.
    let mut second = Ear { stop_after: Some(1), ..Ear::default() };
    Run::resume(&folder, None, &mut |_, _| true).unwrap().train(&mut [&mut second]).unwrap();
    assert!(moved(&after_head, &weights_after(&folder), "layer4.2.conv3.weight"), "then all");
    let mut third = Ear::default();
    Run::resume(&folder, None, &mut |_, _| true).unwrap().train(&mut [&mut third]).unwrap();
    let resumed: Vec<_> = [first.losses, second.losses, third.losses].concat();
    assert_eq!(resumed, whole.losses, "to the digit on the CPU");
}
