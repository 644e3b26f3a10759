//! The built program run in a place of its own, with nets of random weights and drawn heads. Not a test itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use candle_core::Device;
use glioview::domain::card::{Architecture, ModelCard, Task};
use glioview::domain::device::DeviceChoice;
use glioview::engine::command::ModelChoice;
use glioview::nn::layers::Purpose;
use glioview::nn::net::Net;
use glioview::nn::params::Parameters;
use glioview::nn::weights;
use image::RgbImage;
use tempfile::TempDir;

use crate::engine_kit::card;

/// Side of the drawn heads.
const SIDE: u32 = 96;

/// A folder for one test, with the program's own home in it.
pub struct Place(TempDir);

impl Place {
    /// A fresh one.
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program with these arguments, its home in this place, no display.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_glioview"));
        command.args(arguments).current_dir(self.0.path()).env("GLIOVIEW_HOME", self.path("home"));
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.program(arguments).output().unwrap()
    }

    /// `analyze`, with the random nets on the CPU and the gate overridden: its bounds are not what is tested here.
    pub fn analyze(&self, arguments: &[&str]) -> Output {
        self.run(&[analyze_arguments().as_slice(), arguments].concat())
    }

    /// A stack of drawn heads in a folder.
    pub fn heads(&self, folder: &str, count: usize) {
        std::fs::create_dir_all(self.path(folder)).unwrap();
        for i in 1..=count {
            head(i as u32).save(self.path(folder).join(format!("slice_{i}.png"))).unwrap();
        }
    }
}

/// The start of every `analyze` with random nets.
pub fn analyze_arguments() -> Vec<&'static str> {
    let (classifier, segmenter) = random_nets();
    let nets = ["analyze", "--device", "cpu", "--analyze-anyway", "--classifier", classifier, "--segmenter", segmenter];
    nets.to_vec()
}

/// The same nets as the window would take them.
pub fn random_choice() -> ModelChoice {
    let (classifier, segmenter) = random_nets();
    let (classifier, segmenter) = (Some(classifier.into()), Some(segmenter.into()));
    ModelChoice { classifier, segmenter, allow_missing_card: false, device: DeviceChoice::Cpu }
}

/// An ellipse on black whose three channels differ, as three sequences do.
pub fn head(seed: u32) -> RgbImage {
    RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let (u, v) = (x as f32 / SIDE as f32 - 0.5, y as f32 / SIDE as f32 - 0.5);
        let inside = (u / 0.36).powi(2) + (v / 0.42).powi(2);
        let texture = ((x * 7 + y * 13 + seed * 5) % 29) as u8;
        if inside < 0.8 {
            image::Rgb([70 + texture, 140 - texture, 90 + texture / 2])
        } else if inside < 1.0 {
            image::Rgb([200, 190, 220])
        } else {
            image::Rgb([2, 2, 2])
        }
    })
}

/// Paths of a classifier and a segmenter with random weights, made once for all tests, with cards that ask for small
/// inputs: what they answer means nothing, but it is always the same.
fn random_nets() -> (&'static str, &'static str) {
    static NETS: OnceLock<(String, String)> = OnceLock::new();
    let (classifier, segmenter) = NETS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("random-nets-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        (random_net(&folder, Task::Classifier), random_net(&folder, Task::Segmenter))
    });
    (classifier, segmenter)
}

fn random_net(folder: &Path, task: Task) -> String {
    let parameters = Parameters::from_seed(7, &Device::Cpu);
    let card = card(task, 0.5);
    Net::new(card.architecture, 3, &parameters.builder(), Purpose::Training, false).unwrap();
    let bytes = weights::to_bytes(&parameters.snapshot().unwrap(), true).unwrap();
    let card = ModelCard { sha256: weights::sha256_hex(&bytes), ..card };
    let name = if matches!(card.architecture, Architecture::UNet { .. }) { "segmenter" } else { "classifier" };
    let path = folder.join(format!("{name}.safetensors"));
    std::fs::write(&path, bytes).unwrap();
    std::fs::write(weights::card_path(&path), serde_json::to_vec(&card).unwrap()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The exit code.
pub fn code(output: &Output) -> i32 {
    output.status.code().expect("no signal ended it")
}

/// What it printed, in words.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A JSON file.
pub fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
