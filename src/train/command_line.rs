//! Settings as the exact `glioview train …` line that gives them again. Not for reading such a line (`cli::train`).

use std::fmt::Display;
use std::path::Path;

use super::augment::AugmentSettings;
use super::config::{Schedule, SegmenterLoss, TrainConfig};
use crate::domain::card::{Architecture, Crop};
use crate::domain::device::DeviceChoice;

/// The line that trains with `config` into the new folder `out`, quoted for a shell. What stays as the program has it
/// from the start is left out, but for what people compare first.
pub fn command_line(config: &TrainConfig, out: &Path) -> String {
    let mut line = Line::new(config.architecture);
    let usual = TrainConfig::new(config.architecture, config.data.clone());
    line.path("--data", &config.data);
    line.path("--out", out);
    config.split_file.iter().for_each(|file| line.path("--split", file));
    line.changed("--shares", &Shares(config.shares), &Shares(usual.shares));
    config.start_from.iter().for_each(|file| line.path("--from", file));
    line.changed("--head-first", &config.head_first_epochs, &usual.head_first_epochs);
    line.value("--size", config.input.size);
    line.flag("--no-crop", config.input.crop == Crop::None);
    line.flag("--no-mirror", !config.input.mirror);
    line.value("--batch", config.batch_size);
    line.value("--epochs", config.epochs);
    line.value("--learning-rate", config.learning_rate);
    schedule(&mut line, config);
    line.changed("--warmup", &config.warmup_epochs, &usual.warmup_epochs);
    line.changed("--weight-decay", &config.weight_decay, &usual.weight_decay);
    if config.segmenter_loss != usual.segmenter_loss {
        line.value("--loss", if config.segmenter_loss == SegmenterLoss::Bce { "bce" } else { "bce-dice" });
    }
    line.changed("--coarse-masks", &config.coarse_mask_weight, &usual.coarse_mask_weight);
    line.changed("--coarse-positive-weight", &config.coarse_positive_weight, &usual.coarse_positive_weight);
    line.flag("--unbalanced", !config.is_balanced);
    match &config.augment {
        None => line.flag("--no-augment", true),
        Some(augment) => strengths(&mut line, augment),
    }
    // 0 stands for "never" and "none", which these settings cannot mean otherwise.
    line.changed("--patience", &config.patience.unwrap_or(0), &usual.patience.unwrap_or(0));
    line.changed("--clip", &config.max_gradient_norm.unwrap_or(0.0), &usual.max_gradient_norm.unwrap_or(0.0));
    line.changed("--average", &config.average_decay.unwrap_or(0.0), &usual.average_decay.unwrap_or(0.0));
    line.changed("--loader-threads", &config.loader_threads, &usual.loader_threads);
    line.value("--seed", config.seed);
    line.value("--device", device(config.device));
    line.0
}

fn schedule(line: &mut Line, config: &TrainConfig) {
    if let Schedule::Plateau { factor, patience } = config.schedule {
        line.value("--schedule", "plateau");
        line.changed("--plateau-factor", &factor, &Schedule::PLATEAU_FACTOR);
        line.changed("--plateau-patience", &patience, &Schedule::PLATEAU_PATIENCE);
    }
}

fn strengths(line: &mut Line, augment: &AugmentSettings) {
    let usual = AugmentSettings::default();
    line.changed("--flip-left-right", &augment.flip_left_right, &usual.flip_left_right);
    line.changed("--flip-up-down", &augment.flip_up_down, &usual.flip_up_down);
    line.changed("--rotation", &augment.rotation_degrees, &usual.rotation_degrees);
    line.changed("--scale", &augment.scale, &usual.scale);
    line.changed("--shift", &augment.shift, &usual.shift);
    line.changed("--gain", &augment.gain, &usual.gain);
    line.changed("--offset", &augment.offset, &usual.offset);
    line.changed("--gamma", &augment.gamma, &usual.gamma);
    line.changed("--replace-t1", &augment.replace_t1, &usual.replace_t1);
    line.changed("--replace-t1-post", &augment.replace_t1_post, &usual.replace_t1_post);
}

fn device(choice: DeviceChoice) -> &'static str {
    match choice {
        DeviceChoice::Auto => "auto",
        DeviceChoice::Cpu => "cpu",
        DeviceChoice::Cuda => "cuda",
        DeviceChoice::Metal => "metal",
    }
}

#[derive(PartialEq)]
struct Shares([f64; 3]);

impl Display for Shares {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [train, val, test] = self.0;
        write!(f, "{train},{val},{test}")
    }
}

/// The line as it grows. Numbers are written as short as they can be read back exactly.
struct Line(String);

impl Line {
    fn new(architecture: Architecture) -> Self {
        Self(match architecture {
            Architecture::ResNet50 => "glioview train classifier --net resnet50".to_owned(),
            Architecture::DenseNet121 => "glioview train classifier --net densenet121".to_owned(),
            Architecture::UNet { width } => format!("glioview train segmenter --width {width}"),
        })
    }

    fn flag(&mut self, name: &str, is_set: bool) {
        if is_set {
            self.0 += &format!(" {name}");
        }
    }

    fn value(&mut self, name: &str, value: impl Display) {
        self.0 += &format!(" {name} {value}");
    }

    fn changed<T: Display + PartialEq>(&mut self, name: &str, value: &T, usual: &T) {
        if value != usual {
            self.value(name, value);
        }
    }

    fn path(&mut self, name: &str, path: &Path) {
        let text = path.to_string_lossy();
        // What begins as an option would be read as one.
        let between = if text.starts_with('-') { '=' } else { ' ' };
        self.0 += &format!(" {name}{between}{}", quoted(&text));
    }
}

/// One word for the shell: as it is where nothing in it has a meaning there.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:=,@%+-".contains(c) || (cfg!(windows) && c == '\\');
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else if cfg!(windows) {
        // Neither cmd nor PowerShell knows the single quote of both; a path there holds no double one.
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
