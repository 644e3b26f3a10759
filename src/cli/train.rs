//! `glioview train`: the training loop in a terminal, with a bar and one line an epoch. Not for the loop (`train::run`).

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::card::{Architecture, Crop, Task};
use crate::domain::device::DeviceChoice;
use crate::io::home::Home;
use crate::io::runs;
use crate::train::config::{Schedule, SegmenterLoss, TrainConfig};
use crate::train::error::TrainError;
use crate::train::event::{EndReason, TrainEvent};
use crate::train::observer::{Flow, Observer};
use crate::train::run::Run;
use crate::train::split::Part;

/// What to train.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TaskName {
    /// One score a slice.
    Classifier,
    /// One outline a slice.
    Segmenter,
}

/// The classifier's net.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum NetName {
    /// DenseNet-121.
    #[value(name = "densenet121")]
    DenseNet121,
    /// ResNet-50.
    #[value(name = "resnet50")]
    ResNet50,
}

/// Device on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum DeviceName {
    /// CUDA or Metal when built with it and found, else the CPU.
    Auto,
    /// The processor.
    Cpu,
    /// The first NVIDIA device.
    Cuda,
    /// Apple's GPU.
    Metal,
}

impl From<DeviceName> for DeviceChoice {
    fn from(name: DeviceName) -> Self {
        match name {
            DeviceName::Auto => Self::Auto,
            DeviceName::Cpu => Self::Cpu,
            DeviceName::Cuda => Self::Cuda,
            DeviceName::Metal => Self::Metal,
        }
    }
}

/// How the learning rate goes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ScheduleName {
    /// Half a cosine to zero.
    Cosine,
    /// Tenfold down after 5 epochs without a better validation loss.
    Plateau,
}

/// The segmenter's loss.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LossName {
    /// Binary cross-entropy.
    Bce,
    /// Binary cross-entropy plus soft Dice.
    BceDice,
}

/// Train a classifier or a segmenter on your own data.
#[derive(Debug, Args)]
pub struct TrainArguments {
    /// What to train (left out with --resume).
    #[arg(required_unless_present = "resume")]
    task: Option<TaskName>,
    /// Go on with the run in this folder.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["task", "data", "out"])]
    resume: Option<PathBuf>,
    /// Folder of patient folders, images/ + masks/, yes/ + no/, or a CSV such as data_mask.csv.
    #[arg(long, value_name = "DIR|CSV", required_unless_present = "resume")]
    data: Option<PathBuf>,
    /// New folder for the run.
    #[arg(long, value_name = "DIR", required_unless_present = "resume")]
    out: Option<PathBuf>,
    /// Epochs planned.
    #[arg(long)]
    epochs: Option<usize>,
    /// Seed of every random stream.
    #[arg(long)]
    seed: Option<u64>,
    /// Where to compute.
    #[arg(long, value_enum)]
    device: Option<DeviceName>,
    /// The classifier's net.
    #[arg(long, value_enum, default_value = "densenet121")]
    net: NetName,
    /// The U-Net's filters on the first level: 16, 32 or 64.
    #[arg(long, default_value_t = 16)]
    width: usize,
    /// Weights to start from (this program's, or ImageNet's under torchvision's names).
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// split.csv to follow (patient_id,split).
    #[arg(long, value_name = "FILE")]
    split: Option<PathBuf>,
    /// Side of the net's input in pixels, a multiple of 32.
    #[arg(long)]
    size: Option<usize>,
    /// Slices a step.
    #[arg(long)]
    batch: Option<usize>,
    /// Highest learning rate.
    #[arg(long)]
    learning_rate: Option<f64>,
    /// How the learning rate goes.
    #[arg(long, value_enum)]
    schedule: Option<ScheduleName>,
    /// Epochs of rising learning rate at the start.
    #[arg(long)]
    warmup: Option<f64>,
    /// Decoupled weight decay.
    #[arg(long)]
    weight_decay: Option<f64>,
    /// The segmenter's loss.
    #[arg(long, value_enum)]
    loss: Option<LossName>,
    /// Weight of the masks as the classifier's second teacher, 0 for none.
    #[arg(long)]
    coarse_masks: Option<f64>,
    /// Epochs without a better validation loss after which the run ends.
    #[arg(long)]
    patience: Option<usize>,
    /// Show the net the whole slice instead of the square around the head.
    #[arg(long)]
    no_crop: bool,
    /// Take all slices each epoch instead of as many without tumor as with.
    #[arg(long)]
    unbalanced: bool,
    /// Leave the training slices as they are.
    #[arg(long)]
    no_augment: bool,
    /// Decay of the averaged weights, 0 to keep the raw ones.
    #[arg(long)]
    average: Option<f64>,
}

impl TrainArguments {
    fn config(&self) -> Option<TrainConfig> {
        let architecture = match (self.task?, self.net) {
            (TaskName::Segmenter, _) => Architecture::UNet { width: self.width },
            (TaskName::Classifier, NetName::DenseNet121) => Architecture::DenseNet121,
            (TaskName::Classifier, NetName::ResNet50) => Architecture::ResNet50,
        };
        let mut config = TrainConfig::new(architecture, self.data.clone()?);
        let plateau = Schedule::Plateau { factor: 0.1, patience: 5 };
        let set_schedule = |name| if matches!(name, ScheduleName::Cosine) { Schedule::Cosine } else { plateau };
        let set_loss = |name| if matches!(name, LossName::Bce) { SegmenterLoss::Bce } else { SegmenterLoss::BceDice };
        config.epochs = self.epochs.unwrap_or(config.epochs);
        config.seed = self.seed.unwrap_or(config.seed);
        config.device = self.device.map_or(config.device, DeviceChoice::from);
        config.start_from.clone_from(&self.from);
        config.split_file.clone_from(&self.split);
        config.input.size = self.size.unwrap_or(config.input.size);
        config.batch_size = self.batch.unwrap_or(config.batch_size);
        config.learning_rate = self.learning_rate.unwrap_or(config.learning_rate);
        config.schedule = self.schedule.map_or(config.schedule, set_schedule);
        config.warmup_epochs = self.warmup.unwrap_or(config.warmup_epochs);
        config.weight_decay = self.weight_decay.unwrap_or(config.weight_decay);
        config.segmenter_loss = self.loss.map_or(config.segmenter_loss, set_loss);
        config.coarse_mask_weight = self.coarse_masks.unwrap_or(config.coarse_mask_weight);
        config.patience = self.patience.or(config.patience);
        config.is_balanced = !self.unbalanced;
        if self.no_crop {
            config.input.crop = Crop::None;
        }
        if self.no_augment {
            config.augment = None;
        }
        config.average_decay = match self.average {
            Some(decay) if decay > 0.0 => Some(decay),
            Some(_) => None,
            None => config.average_decay,
        };
        Some(config)
    }
}

/// Runs the command: 0 trained or stopped with the best kept, 1 the loss was not a number, 2 nothing could be done.
pub fn run(arguments: &TrainArguments) -> ExitCode {
    // A training asks for the same blocks step after step.
    crate::nn::ops::keep_freed_memory();
    match train(arguments) {
        Ok(EndReason::NotANumber) => {
            eprintln!(
                "The loss was not a number; the best epoch so far is kept. Try a lower --learning-rate, or look for \
                 broken pictures in the data."
            );
            ExitCode::from(1)
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("glioview: {error}");
            ExitCode::from(2)
        }
    }
}

fn train(arguments: &TrainArguments) -> Result<EndReason, TrainError> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    // A handler that is already there (tests) keeps its place; Ctrl-C then ends the program as it does by default.
    let _ = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
    let bar = Bar::new();
    let mut survey = |done: usize, total: usize| {
        bar.show("Looking at the data", done, total);
        !stop.load(Ordering::Relaxed)
    };
    let run = match (&arguments.resume, arguments.config(), &arguments.out) {
        (Some(folder), _, _) => Run::resume(folder, arguments.epochs, &mut survey)?,
        (None, Some(config), Some(out)) => Run::create(config, out, &mut survey)?,
        _ => return Err(TrainError::Config { field: "task", reason: "give a task, --data and --out".to_owned() }),
    };
    bar.clear();
    // The window lists the terminal's runs too; without a home there is no list.
    let remembered = Home::find().and_then(|home| runs::register(&home, run.folder()));
    if let Err(error) = remembered {
        log::warn!("the window's list of runs will lack this one: {error}");
    }
    print_data(&run);
    let mut terminal = Terminal { bar, stop: stop.clone(), steps: 0, epochs: 0 };
    run.train(&mut [&mut terminal])
}

fn print_data(run: &Run) {
    let dataset = run.store().dataset();
    println!(
        "{}: {} patients, {} slices",
        run.config().architecture.label(),
        dataset.patients.len(),
        dataset.items.len()
    );
    for part in Part::ALL {
        let c = run.split().counts(dataset, part);
        println!(
            "  {:5}  {:3} patients, {:5} slices, {:4} with tumor",
            part.word(),
            c.patients,
            c.slices,
            c.tumor_slices
        );
    }
    let val = run.split().counts(dataset, Part::Val);
    let negative_share = 100.0 * (val.slices - val.tumor_slices) as f64 / val.slices.max(1) as f64;
    if run.config().architecture.task() == Task::Classifier {
        println!("  Always answering \"no tumor\" scores {negative_share:.0} % accuracy on val.");
    }
    for warning in run.warnings() {
        println!("  Note: {warning}");
    }
}

/// A bar on a terminal; in a pipe a whole line now and then.
struct Bar {
    bar: Option<ProgressBar>,
    last_line: std::cell::Cell<Option<Instant>>,
}

/// Time between two lines in a pipe.
const LINE_EVERY: Duration = Duration::from_secs(30);

impl Bar {
    fn new() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { bar: None, last_line: std::cell::Cell::new(None) };
        }
        let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} ETA {eta}");
        let bar = ProgressBar::new(0);
        let bar = style.map_or(bar.clone(), |style| bar.with_style(style));
        Self { bar: Some(bar), last_line: std::cell::Cell::new(None) }
    }

    fn show(&self, what: &str, done: usize, total: usize) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
            bar.set_length(total as u64);
            bar.set_position(done as u64);
            return;
        }
        let now = Instant::now();
        if self.last_line.get().is_none_or(|last| now.duration_since(last) >= LINE_EVERY) {
            self.last_line.set(Some(now));
            println!("{what}  {done}/{total}");
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.reset();
            bar.finish_and_clear();
        }
    }
}

struct Terminal {
    bar: Bar,
    stop: Arc<AtomicBool>,
    steps: usize,
    epochs: usize,
}

impl Observer for Terminal {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        match event {
            TrainEvent::Started { run, epochs, steps_per_epoch, first_epoch, device, warnings: _ } => {
                (self.steps, self.epochs) = (*steps_per_epoch, *epochs);
                let from = first_epoch + 1;
                println!(
                    "Training on {device}, epochs {from} to {epochs}, {steps_per_epoch} steps each, into {}",
                    run.display()
                );
            }
            TrainEvent::Step { epoch, step, mean_loss, slices_per_sec, .. } => {
                let text =
                    format!("epoch {}/{}  loss {mean_loss:.4}  {slices_per_sec:.1} slices/s", epoch + 1, self.epochs);
                self.bar.show(&text, step + 1, self.steps);
            }
            TrainEvent::Validating { done, total, .. } => self.bar.show("Validating", *done, *total),
            TrainEvent::Marked { .. } => {}
            TrainEvent::EpochEnded(r) => {
                self.bar.clear();
                println!(
                    "epoch {:3}  train {:.4}  val {:.4}  {} {:.4}  rate {:.1e}  {:.0} s{}",
                    r.epoch + 1,
                    r.train_loss,
                    r.val_loss,
                    r.metric_name,
                    r.metric,
                    r.learning_rate,
                    r.secs,
                    if r.is_best { "  best" } else { "" }
                );
            }
            TrainEvent::Ended { reason, best_epoch, best_val_loss } => {
                self.bar.clear();
                let why = match reason {
                    EndReason::Finished => "all epochs done",
                    EndReason::EarlyStopped => "stopped early: no better validation loss",
                    EndReason::Stopped => "stopped on request",
                    EndReason::NotANumber => "stopped: the loss was not a number",
                };
                match (best_epoch, best_val_loss) {
                    (Some(epoch), Some(loss)) => {
                        println!("{why}; best epoch {} with validation loss {loss:.4} is kept", epoch + 1);
                    }
                    _ => println!("{why}; no epoch was validated"),
                }
            }
        }
        Ok(if self.stop.load(Ordering::Relaxed) { Flow::Stop } else { Flow::Continue })
    }
}
