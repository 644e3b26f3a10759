//! Settings: presets, words, refusals, and the command line that gives them again. Not for training with them (`training`).

use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser};
use glioview::cli::train::TrainArguments;
use glioview::domain::card::{Architecture, Crop};
use glioview::domain::device::DeviceChoice;
use glioview::domain::random::Random;
use glioview::train::augment::AugmentSettings;
use glioview::train::command_line::command_line;
use glioview::train::config::{Schedule, SegmenterLoss, TrainConfig};
use glioview::train::presets::Preset;
use glioview::train::settings_help::{SETTINGS, help};

#[derive(Parser)]
struct Words {
    #[command(flatten)]
    arguments: TrainArguments,
}

/// The words of `line` as a shell takes it apart, without `glioview train`.
fn words(line: &str) -> Vec<String> {
    let output = std::process::Command::new("sh").arg("-c").arg(format!("printf '%s\\0' {line}")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim_end_matches('\0').split('\0').skip(1).map(str::to_owned).collect()
}

fn round_trip(config: &TrainConfig, out: &Path) {
    let line = command_line(config, out);
    let parsed = Words::try_parse_from(words(&line)).unwrap_or_else(|e| panic!("{line}\n{e}"));
    assert_eq!(parsed.arguments.config().as_ref(), Some(config), "{line}");
    assert_eq!(parsed.arguments.out(), Some(out), "{line}");
}

const NETS: [Architecture; 4] = [
    Architecture::DenseNet121,
    Architecture::ResNet50,
    Architecture::UNet { width: 16 },
    Architecture::UNet { width: 64 },
];

/// A config with every setting drawn, the usual values among them.
fn drawn(nth: u64) -> TrainConfig {
    let mut random = Random::stream(5, "config", nth);
    let net = NETS[random.below(NETS.len())];
    let places = ["data", "my data/set (1)", "it's here", "a$b`c\"d", "-odd", "ünï/çode", "C:/x", "semi;colon&"];
    let place = |random: &mut Random| PathBuf::from(places[random.below(places.len())]);
    let mut c = TrainConfig::new(net, place(&mut random));
    let r = &mut random;
    c.split_file = r.chance(0.5).then(|| place(r));
    c.start_from = r.chance(0.5).then(|| place(r));
    c.shares = if r.chance(0.5) { c.shares } else { [r.uniform().into(), 0.1, r.uniform().into()] };
    c.input.size = 32 * (1 + r.below(12));
    c.input.crop = if r.chance(0.5) { Crop::None } else { Crop::Head };
    c.input.mirror = r.chance(0.5);
    c.batch_size = 1 + r.below(40);
    c.epochs = 1 + r.below(200);
    c.learning_rate = f64::from(r.uniform()) * 1e-3 + 1e-9;
    if r.chance(0.5) {
        let factor = if r.chance(0.5) { 0.1 } else { f64::from(r.between(0.01, 0.9)) };
        c.schedule = Schedule::Plateau { factor, patience: r.below(9) };
    }
    c.warmup_epochs = f64::from(r.uniform()) * 3.0;
    c.weight_decay = if r.chance(0.3) { 0.0 } else { f64::from(r.uniform()) * 0.01 };
    c.segmenter_loss = if r.chance(0.5) { SegmenterLoss::Bce } else { SegmenterLoss::BceDice };
    c.coarse_mask_weight = [0.0, 2.0, 1.0 / 3.0][r.below(3)];
    c.coarse_positive_weight = [3.0, 0.7][r.below(2)];
    c.is_balanced = r.chance(0.5);
    c.augment = r.chance(0.7).then(|| AugmentSettings {
        flip_left_right: r.uniform(),
        flip_up_down: [0.0, 0.3][r.below(2)],
        rotation_degrees: r.between(0.0, 90.0),
        scale: r.between(0.0, 0.5),
        shift: [0.06, 0.5][r.below(2)],
        gain: r.uniform(),
        offset: r.uniform(),
        gamma: [0.2, 0.1][r.below(2)],
        replace_t1: r.uniform(),
        replace_t1_post: [0.15, 0.0][r.below(2)],
    });
    c.patience = [None, Some(10), Some(20), Some(1)][r.below(4)];
    c.max_gradient_norm = [None, Some(5.0), Some(0.123456789)][r.below(3)];
    c.average_decay = [None, Some(0.995), Some(0.9)][r.below(3)];
    c.seed = [1, 7, u64::MAX][r.below(3)];
    c.device = [DeviceChoice::Auto, DeviceChoice::Cpu, DeviceChoice::Cuda, DeviceChoice::Metal][r.below(4)];
    c.head_first_epochs = [0.0, 0.0, 1.5][r.below(3)];
    c.loader_threads = 1 + r.below(3);
    c
}

#[cfg(unix)]
#[test]
fn the_copied_command_gives_the_very_settings_again_through_a_real_shell() {
    for net in NETS {
        let usual = TrainConfig::new(net, PathBuf::from("data"));
        round_trip(&usual, Path::new("run"));
        for preset in Preset::ALL {
            let mut set = usual.clone();
            preset.apply(&mut set);
            round_trip(&set, Path::new("my runs/o'clock"));
        }
    }
    for nth in 0..150 {
        round_trip(&drawn(nth), Path::new("-out of it"));
    }
}

#[test]
fn the_command_reads_as_a_person_would_write_it() {
    let config = TrainConfig::new(Architecture::UNet { width: 32 }, PathBuf::from("scans of 2024"));
    assert_eq!(
        command_line(&config, Path::new("run 1")),
        "glioview train segmenter --width 32 --data 'scans of 2024' --out 'run 1' --size 224 --batch 8 --epochs 40 \
         --learning-rate 0.001 --seed 1 --device auto"
    );
}

#[test]
fn every_setting_has_words_and_each_of_them_is_an_option_and_each_refusal_names_one() {
    let command = Words::command();
    let options: Vec<&str> = command.get_arguments().filter_map(|a| a.get_long()).collect();
    for setting in SETTINGS {
        assert!(options.contains(&setting.name), "--{} is no option", setting.name);
        assert!(setting.sentence.ends_with('.') && !setting.label.is_empty(), "{setting:?}");
        assert!(setting.range.is_none_or(|[low, high]| low < high), "{setting:?}");
    }
    for option in options.iter().filter(|o| !["resume", "data", "out"].contains(o)) {
        assert!(help(option).is_some(), "--{option} has no words");
    }
    let base = || TrainConfig::new(Architecture::DenseNet121, PathBuf::from("data"));
    let augment = |change: fn(&mut AugmentSettings)| {
        let mut settings = AugmentSettings::default();
        change(&mut settings);
        TrainConfig { augment: Some(settings), ..base() }
    };
    for (name, config) in [
        ("width", TrainConfig::new(Architecture::UNet { width: 0 }, PathBuf::from("data"))),
        ("warmup", TrainConfig { warmup_epochs: f64::INFINITY, ..base() }),
        ("coarse-masks", TrainConfig { coarse_mask_weight: -1.0, ..base() }),
        ("coarse-positive-weight", TrainConfig { coarse_positive_weight: 0.0, ..base() }),
        ("loader-threads", TrainConfig { loader_threads: 0, ..base() }),
        ("shares", TrainConfig { shares: [0.0, 0.0, 0.0], ..base() }),
        ("head-first", TrainConfig { head_first_epochs: 1.0, ..base() }),
        ("head-first", TrainConfig { head_first_epochs: f64::NAN, ..base() }),
        ("rotation", augment(|a| a.rotation_degrees = 400.0)),
        ("flip-left-right", augment(|a| a.flip_left_right = 1.5)),
        ("gain", augment(|a| a.gain = f32::NAN)),
    ] {
        let text = config.check().expect_err(name).to_string();
        assert!(text.contains(&format!("the setting {name} cannot be used")) && help(name).is_some(), "{text}");
    }
}

#[test]
fn presets_keep_what_is_not_theirs_and_are_recognized() {
    let mut config = drawn(3);
    for preset in Preset::ALL {
        let before = config.clone();
        preset.apply(&mut config);
        assert_eq!(Preset::of(&config), Some(preset));
        assert_eq!((&config.data, &config.split_file, config.seed), (&before.data, &before.split_file, before.seed));
        assert_eq!((config.architecture, config.device), (before.architecture, before.device));
        let from_scratch = TrainConfig { head_first_epochs: 0.0, ..config.clone() };
        from_scratch.check().unwrap();
    }
    config.epochs += 1;
    assert_eq!(Preset::of(&config), None);
}

#[test]
fn settings_of_an_older_version_are_still_read() {
    let config = TrainConfig::new(Architecture::ResNet50, PathBuf::from("data"));
    let mut value = serde_json::to_value(&config).unwrap();
    value.as_object_mut().unwrap().remove("head_first_epochs").unwrap();
    assert_eq!(serde_json::from_value::<TrainConfig>(value).unwrap(), config);
}
