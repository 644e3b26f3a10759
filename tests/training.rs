//! The training loop on a small synthetic data set: learning, stopping, resuming, refusing. Not for kernels (`ops`),
//! data forms (`data`) or figures (`evaluation`).

use std::path::Path;

use glioview::domain::card::Architecture;
use glioview::domain::device::DeviceChoice;
use glioview::domain::random::Random;
use glioview::train::config::{Schedule, SegmenterLoss, TrainConfig};
use glioview::train::error::TrainError;
use glioview::train::event::{EndReason, EpochRecord, TrainEvent};
use glioview::train::observer::{Flow, Observer};
use glioview::train::run::Run;

const SIDE: usize = 48;
const PATIENTS: usize = 4;
const SLICES: usize = 6;

/// Noisy disks, every other slice with a bright blob on FLAIR and its mask.
pub fn data_set(root: &Path) {
    for patient in 0..PATIENTS {
        for slice in 0..SLICES {
            let mut random = Random::stream(7, "picture", (patient * SLICES + slice) as u64);
            let (row, col) = (14.0 + 16.0 * random.uniform(), 14.0 + 16.0 * random.uniform());
            let has_tumor = slice % 2 == 0;
            let inside = |r: u32, c: u32| has_tumor && (r as f32 - row).hypot(c as f32 - col) < 6.0;
            let mut picture = image::RgbImage::new(SIDE as u32, SIDE as u32);
            let mut mask = image::GrayImage::new(SIDE as u32, SIDE as u32);
            for (c, r, pixel) in picture.enumerate_pixels_mut() {
                let head = if (r as f32 - 23.5).hypot(c as f32 - 23.5) < 21.0 { 90.0 } else { 0.0 };
                let noise = 6.0 * random.uniform();
                let flair = if inside(r, c) { 220.0 } else { head };
                *pixel = image::Rgb([(head + noise) as u8, (flair + noise) as u8, (0.8 * head + noise) as u8]);
                mask.put_pixel(c, r, image::Luma([if inside(r, c) { 255 } else { 0 }]));
            }
            let folder = root.join(format!("TCGA_AA_{patient}"));
            std::fs::create_dir_all(&folder).unwrap();
            picture.save(folder.join(format!("TCGA_AA_{patient}_{slice}.png"))).unwrap();
            mask.save(folder.join(format!("TCGA_AA_{patient}_{slice}_mask.png"))).unwrap();
        }
    }
}

pub fn config(root: &Path, architecture: Architecture) -> TrainConfig {
    let mut config = TrainConfig::new(architecture, root.to_owned());
    config.input.size = 32;
    config.batch_size = 4;
    config.epochs = 3;
    config.warmup_epochs = 0.0;
    config.learning_rate = 3e-3;
    config.average_decay = Some(0.5);
    config.device = DeviceChoice::Cpu;
    config.shares = [0.5, 0.5, 0.0];
    config
}

pub const TINY_UNET: Architecture = Architecture::UNet { width: 4 };

/// Keeps what it hears and stops where told.
#[derive(Default)]
struct Ear {
    epochs: Vec<EpochRecord>,
    steps: usize,
    stop_after_steps: Option<usize>,
    ended: Option<(EndReason, Option<usize>)>,
    first_epoch: usize,
    warnings: Vec<String>,
}

impl Observer for Ear {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        match event {
            TrainEvent::Started { first_epoch, warnings, .. } => {
                self.first_epoch = *first_epoch;
                self.warnings.clone_from(warnings);
            }
            TrainEvent::Step { .. } => self.steps += 1,
            TrainEvent::Validating { .. } | TrainEvent::Marked { .. } => {}
            TrainEvent::EpochEnded(record) => self.epochs.push(record.clone()),
            TrainEvent::Ended { reason, best_epoch, .. } => self.ended = Some((*reason, *best_epoch)),
        }
        let is_over = self.stop_after_steps.is_some_and(|limit| self.steps >= limit);
        Ok(if is_over { Flow::Stop } else { Flow::Continue })
    }
}

fn go(config: TrainConfig, folder: &Path, ear: &mut Ear) -> Result<EndReason, TrainError> {
    Run::create(config, folder, &mut |_, _| true)?.train(&mut [ear])
}

#[test]
fn a_segmenter_learns_logs_every_epoch_and_leaves_weights_with_a_card_that_load() {
    let data = tempfile::tempdir().unwrap();
    data_set(data.path());
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("run");
    let mut ear = Ear::default();
    let mut settings = config(data.path(), TINY_UNET);
    settings.epochs = 40;
    settings.learning_rate = 1e-2;
    assert_eq!(go(settings, &folder, &mut ear).unwrap(), EndReason::Finished);
    let (first, last) = (ear.epochs.first().unwrap(), ear.epochs.last().unwrap());
    assert!(last.train_loss < 0.7 * first.train_loss, "{} then {}", first.train_loss, last.train_loss);
    assert!(ear.epochs.iter().any(|e| e.metric > 0.6), "{:?}", ear.epochs);
    let log = std::fs::read_to_string(folder.join("log.csv")).unwrap();
    assert!(log.starts_with("epoch,train_loss,val_loss,volume_dice,learning_rate,secs,best\n"), "{log}");
    assert_eq!(log.lines().count(), 41);
    let loaded =
        glioview::nn::weights::load_file(&folder.join("best.safetensors"), None, &candle_core::Device::Cpu).unwrap();
    assert_eq!(loaded.card.architecture, TINY_UNET);
    assert_eq!(loaded.card.training.best_epoch, ear.ended.unwrap().1.unwrap() + 1);
    assert_eq!(loaded.card.split["train"].len() + loaded.card.split["val"].len(), PATIENTS);
    assert!(!serde_json::to_string(&loaded.card).unwrap().contains(&data.path().display().to_string()));
}

#[test]
fn a_classifier_learns_with_the_masks_as_second_teacher_and_throws_those_heads_away() {
    let data = tempfile::tempdir().unwrap();
    data_set(data.path());
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("run");
    let mut ear = Ear::default();
    let mut settings = config(data.path(), Architecture::DenseNet121);
    settings.epochs = 1;
    go(settings, &folder, &mut ear).unwrap();
    assert_eq!(ear.epochs[0].metric_name, "auc");
    let bytes = std::fs::read(folder.join("best.safetensors")).unwrap();
    let tensors = glioview::nn::weights::tensors_from_bytes(&bytes, Path::new("best")).unwrap();
    assert!(!tensors.keys().any(|k| k.starts_with("coarse_mask")), "the heads do not ship");
    let last = std::fs::read(folder.join("last.safetensors")).unwrap();
    let last = glioview::nn::weights::tensors_from_bytes(&last, Path::new("last")).unwrap();
    assert!(last.keys().any(|k| k.starts_with("weights/coarse_mask3")), "but training goes on with them");
}

#[test]
fn the_same_seed_gives_the_same_losses_and_a_resumed_run_ends_as_an_uninterrupted_one() {
    let data = tempfile::tempdir().unwrap();
    data_set(data.path());
    let out = tempfile::tempdir().unwrap();
    let mut settings = config(data.path(), TINY_UNET);
    settings.epochs = 4;
    let losses = |name: &str, settings: &TrainConfig| {
        let mut ear = Ear::default();
        go(settings.clone(), &out.path().join(name), &mut ear).unwrap();
        ear.epochs.iter().map(|e| (e.train_loss, e.val_loss)).collect::<Vec<_>>()
    };
    let whole = losses("whole", &settings);
    assert_eq!(whole, losses("again", &settings), "same seed, same numbers");
    settings.seed = 2;
    assert_ne!(whole, losses("other", &settings));
    settings.seed = 1;

    // Killed in the middle of the third epoch: what is on disk is the second.
    let folder = out.path().join("cut");
    let steps_per_epoch = 3;
    let mut ear = Ear { stop_after_steps: Some(2 * steps_per_epoch + 1), ..Ear::default() };
    assert_eq!(go(settings, &folder, &mut ear).unwrap(), EndReason::Stopped);
    assert_eq!(ear.epochs.len(), 2);
    let mut ear = Ear::default();
    Run::resume(&folder, None, &mut |_, _| true).unwrap().train(&mut [&mut ear]).unwrap();
    assert_eq!(ear.first_epoch, 2);
    let resumed: Vec<_> = ear.epochs.iter().map(|e| (e.train_loss, e.val_loss)).collect();
    assert_eq!(resumed, whole[2..], "to the digit on the CPU");
    let log = std::fs::read_to_string(folder.join("log.csv")).unwrap();
    let epochs: Vec<&str> = log.lines().skip(1).filter_map(|l| l.split(',').next()).collect();
    assert_eq!(epochs, ["1", "2", "3", "4"], "no epoch twice");
}

#[test]
fn stopping_before_the_first_validation_keeps_the_current_weights_marked_never_validated() {
    let data = tempfile::tempdir().unwrap();
    data_set(data.path());
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("run");
    let mut ear = Ear { stop_after_steps: Some(1), ..Ear::default() };
    assert_eq!(go(config(data.path(), TINY_UNET), &folder, &mut ear).unwrap(), EndReason::Stopped);
    assert_eq!(ear.steps, 1, "within one step");
    let card = std::fs::read_to_string(folder.join("best.json")).unwrap();
    assert!(card.contains("never validated"), "{card}");
}

#[test]
fn a_loss_that_is_not_a_number_stops_the_run_and_keeps_the_best() {
    let data = tempfile::tempdir().unwrap();
    data_set(data.path());
    let out = tempfile::tempdir().unwrap();
    let start = out.path().join("start");
    let mut settings = config(data.path(), TINY_UNET);
    settings.epochs = 1;
    go(settings.clone(), &start, &mut Ear::default()).unwrap();
    // Weights of a size that overflows single precision in the first forward pass.
    let path = start.join("best.safetensors");
    let mut tensors = glioview::nn::weights::tensors_from_bytes(&std::fs::read(&path).unwrap(), &path).unwrap();
    let conv = tensors["conv.weight"].affine(0.0, 3e38).unwrap();
    tensors.insert("conv.weight".into(), conv);
    let huge = out.path().join("huge.safetensors");
    std::fs::write(&huge, glioview::nn::weights::to_bytes(&tensors, false).unwrap()).unwrap();
    settings.start_from = Some(huge);
    settings.epochs = 3;
    let mut ear = Ear::default();
    assert_eq!(go(settings, &out.path().join("run"), &mut ear).unwrap(), EndReason::NotANumber);
    assert!(ear.epochs.is_empty());
    assert_eq!(ear.ended, Some((EndReason::NotANumber, None)));
}

#[test]
fn early_stopping_ends_the_run_after_the_patience() {
    let data = tempfile::tempdir().unwrap();
    data_set(data.path());
    let out = tempfile::tempdir().unwrap();
    let mut settings = config(data.path(), TINY_UNET);
    settings.epochs = 50;
    settings.patience = Some(1);
    // So large a rate that no epoch betters the one before for long.
    settings.learning_rate = 1.0;
    settings.max_gradient_norm = None;
    settings.schedule = Schedule::Plateau { factor: 0.9, patience: 50 };
    let mut ear = Ear::default();
    let reason = go(settings, &out.path().join("run"), &mut ear).unwrap();
    assert_eq!(reason, EndReason::EarlyStopped);
    assert!(ear.epochs.len() < 50);
    let last = ear.epochs.len() - 1;
    assert_eq!(ear.ended.unwrap().1, Some(last - 1), "the best is one epoch back");
}

#[test]
fn weights_of_an_earlier_run_start_a_new_one_and_the_card_says_so() {
    let data = tempfile::tempdir().unwrap();
    data_set(data.path());
    let out = tempfile::tempdir().unwrap();
    let mut settings = config(data.path(), TINY_UNET);
    settings.segmenter_loss = SegmenterLoss::Bce;
    go(settings.clone(), &out.path().join("a"), &mut Ear::default()).unwrap();
    settings.start_from = Some(out.path().join("a/best.safetensors"));
    settings.epochs = 1;
    settings.learning_rate = 1e-9;
    let mut ear = Ear::default();
    go(settings, &out.path().join("b"), &mut ear).unwrap();
    let card = std::fs::read_to_string(out.path().join("b/best.json")).unwrap();
    assert!(card.contains("best.safetensors, sha256 "), "{card}");
}

#[test]
fn absurd_settings_are_refused_each_by_its_name() {
    let data = tempfile::tempdir().unwrap();
    let base = || config(data.path(), TINY_UNET);
    let cases: Vec<(&str, TrainConfig)> = vec![
        ("size", {
            let mut c = base();
            c.input.size = 33;
            c
        }),
        ("batch", TrainConfig { batch_size: 0, ..base() }),
        ("epochs", TrainConfig { epochs: 0, ..base() }),
        ("learning-rate", TrainConfig { learning_rate: 10.0, ..base() }),
        ("learning-rate", TrainConfig { learning_rate: f64::NAN, ..base() }),
        ("weight-decay", TrainConfig { weight_decay: -1.0, ..base() }),
        ("average", TrainConfig { average_decay: Some(1.5), ..base() }),
        ("patience", TrainConfig { patience: Some(0), ..base() }),
        ("clip", TrainConfig { max_gradient_norm: Some(0.0), ..base() }),
        ("plateau-factor", TrainConfig { schedule: Schedule::Plateau { factor: 2.0, patience: 1 }, ..base() }),
    ];
    for (name, settings) in cases {
        let text = settings.check().expect_err(name).to_string();
        assert!(text.contains(&format!("setting {name}")), "{text}");
    }
}

#[test]
fn run_folders_that_cannot_be_gone_on_from_are_refused() {
    let data = tempfile::tempdir().unwrap();
    data_set(data.path());
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("run");
    let mut settings = config(data.path(), TINY_UNET);
    settings.epochs = 1;
    go(settings.clone(), &folder, &mut Ear::default()).unwrap();
    let text = |r: Result<Run, TrainError>| r.err().expect("refused").to_string();
    assert!(text(Run::create(settings, &folder, &mut |_, _| true)).contains("holds a run already"));
    assert!(text(Run::resume(data.path(), None, &mut |_, _| true)).contains("not a run's folder"));
    let state = std::fs::read_to_string(folder.join("state.json")).unwrap();
    let newer = state.replace("\"run_version\": 1", "\"run_version\": 99");
    std::fs::write(folder.join("state.json"), newer).unwrap();
    assert!(text(Run::resume(&folder, Some(2), &mut |_, _| true)).contains("newer version"));
    // A state of another epoch than the tensors': a crash between the two writes.
    std::fs::write(folder.join("state.json"), state.replace("\"epochs_done\": 1", "\"epochs_done\": 2")).unwrap();
    let run = Run::resume(&folder, Some(3), &mut |_, _| true).unwrap();
    assert!(run.train(&mut []).expect_err("refused").to_string().contains("different epochs"));
}

#[test]
fn an_unwritable_place_is_a_clear_error() {
    let data = tempfile::tempdir().unwrap();
    data_set(data.path());
    let file = data.path().join("a-file");
    std::fs::write(&file, "x").unwrap();
    let error = go(config(data.path(), TINY_UNET), &file.join("run"), &mut Ear::default()).expect_err("refused");
    assert!(matches!(error, TrainError::Write { .. }), "{error}");
}

#[test]
fn the_cosine_warms_up_and_falls_to_zero() {
    let data = tempfile::tempdir().unwrap();
    let mut c = config(data.path(), TINY_UNET);
    c.epochs = 10;
    c.warmup_epochs = 2.0;
    c.learning_rate = 1e-3;
    assert!((c.learning_rate_at(1.0, 0) - 0.5e-3).abs() < 1e-5);
    assert!((c.learning_rate_at(2.0, 0) - 1e-3).abs() < 1e-9);
    assert!((c.learning_rate_at(6.0, 0) - 0.5e-3).abs() < 1e-9);
    assert!(c.learning_rate_at(10.0, 0) < 1e-9);
    c.schedule = Schedule::Plateau { factor: 0.1, patience: 5 };
    assert!((c.learning_rate_at(6.0, 2) - 1e-5).abs() < 1e-12);
}
