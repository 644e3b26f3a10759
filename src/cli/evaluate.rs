//! `glioview evaluate`: the figures of a part of the data in a terminal, as JSON, as pictures. Not for computing them
//! (`train::figures`).

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use clap::{Args, ValueEnum};

use super::output::Output;
use super::{cross, interrupt, values};
use crate::domain::card::Task;
use crate::domain::device::DeviceChoice;
use crate::io::atomic;
use crate::nn::reader::{ChosenNets, NetChoice};
use crate::nn::weights;
use crate::train::error::TrainError;
use crate::train::gallery::{Example, examples};
use crate::train::measure::{Subject, measure, write_cards};
use crate::train::report::{Evaluation, PictureLine};
use crate::train::split::Part;

/// Which patients to evaluate on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PartName {
    /// Those trained on.
    Train,
    /// Those that choices are made on.
    Val,
    /// Those kept for the end.
    Test,
    /// Everybody in the data, whatever the split.
    All,
}

impl PartName {
    fn part(self) -> Option<Part> {
        match self {
            Self::Train => Some(Part::Train),
            Self::Val => Some(Part::Val),
            Self::Test => Some(Part::Test),
            Self::All => None,
        }
    }
}

/// Measure a classifier, a segmenter, or both together, on data whose truth is known.
// Switches of a command line are independent of each other: no enum would say more.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Args)]
pub struct EvaluateArguments {
    /// Weights to evaluate, of either task; give both tasks' for the two-stage result. Without any: the ones that ship.
    #[arg(long, value_name = "FILE")]
    model: Vec<PathBuf>,
    /// Segmenter weights, as --model.
    #[arg(long, value_name = "FILE")]
    segmenter: Option<PathBuf>,
    /// Folder of patient folders, images/ + masks/, yes/ + no/, or a CSV such as data_mask.csv.
    #[arg(long, value_name = "DIR|CSV")]
    data: PathBuf,
    /// split.csv (patient_id,split); without it the one beside the data, else the lists in the model's card.
    #[arg(long, value_name = "FILE")]
    split_file: Option<PathBuf>,
    /// Which patients.
    #[arg(long, value_enum, default_value = "test")]
    split: PartName,
    /// Folder for evaluation.json, evaluation.txt and the pictures.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Choose the thresholds on these answers and write them into the cards, with the figures (with --split val only).
    #[arg(long)]
    choose_thresholds: bool,
    /// Write the figures into the cards beside the weights.
    #[arg(long)]
    update_cards: bool,
    /// Take weights that have no model card.
    #[arg(long)]
    allow_missing_card: bool,
    /// Where to compute: auto, cpu, cuda or metal.
    #[arg(long, value_name = "DEVICE", default_value = "auto", value_parser = values::device)]
    device: DeviceChoice,
    /// Print JSON instead of the table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    cross: cross::CrossArguments,
}

/// The weights to evaluate, sorted by task; both `None` for the ones that ship.
struct Models {
    classifier: Option<PathBuf>,
    segmenter: Option<PathBuf>,
}

impl Models {
    /// What to load: the net that is not named is not asked, and both ship where none is named.
    fn choices(&self) -> [NetChoice; 2] {
        let is_shipped = self.classifier.is_none() && self.segmenter.is_none();
        [&self.classifier, &self.segmenter].map(|path| match path {
            Some(path) => NetChoice::File(path.clone()),
            None if is_shipped => NetChoice::Shipped,
            None => NetChoice::None,
        })
    }
}

/// Runs the command: 0 all done, 1 some slices had to be left out, 2 nothing could be done.
pub fn run(arguments: &EvaluateArguments) -> ExitCode {
    match evaluate(arguments) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => {
            eprintln!("glioview: {error}");
            ExitCode::from(2)
        }
    }
}

/// Answers how many slices had to be left out.
fn evaluate(arguments: &EvaluateArguments) -> Result<usize, TrainError> {
    if let (Some(_), Some(out)) = (arguments.cross.cv, &arguments.out) {
        let (data, device) = (&arguments.data, arguments.device);
        return cross::run(&arguments.cross, data, out, device, arguments.json, &interrupt::flag()).map(|()| 0);
    }
    let part = arguments.split.part();
    let models = sorted_models(arguments)?;
    let subject = Subject {
        data: arguments.data.clone(),
        split_file: arguments.split_file.clone(),
        part,
        chooses_thresholds: [arguments.choose_thresholds; 2],
    };
    if arguments.choose_thresholds && part != Some(Part::Val) {
        // Said before the nets are loaded, too.
        let reason = "thresholds are chosen with --split val only, so that test stays untouched".to_owned();
        return Err(TrainError::Config { field: "choose-thresholds", reason });
    }
    let [classifier, segmenter] = models.choices();
    let nets = ChosenNets::load(&classifier, &segmenter, arguments.allow_missing_card, arguments.device)?;
    let stop = interrupt::flag();
    let output = Output::new(arguments.json);
    let is_watched = std::io::stderr().is_terminal();
    let mut progress = |done, total| {
        output.progress("Evaluation", "slices", done, total);
        if !is_watched && is_tenth(done, total) {
            output.trouble(&format!("evaluated {done} of {total} slices"));
        }
        !stop.load(Ordering::Relaxed)
    };
    let mut measured = measure(&subject, &nets, &mut progress)?;
    output.clear();
    let pictures = match (&arguments.out, measured.asked.segmenter) {
        (Some(_), true) => {
            examples(&measured.dataset, &measured.answers, &measured.both, measured.asked.classifier, &nets)?
        }
        _ => Vec::new(),
    };
    let dataset = &measured.dataset;
    let evaluation = &mut measured.report.evaluation;
    evaluation.pictures = pictures.iter().map(|example| PictureLine::of(dataset, example)).collect();
    if arguments.choose_thresholds || arguments.update_cards {
        write_cards([models.classifier.as_deref(), models.segmenter.as_deref()], &measured, part)?;
    }
    let evaluation = &measured.report.evaluation;
    if let Some(folder) = &arguments.out {
        write(folder, evaluation, &pictures)?;
    }
    output.data(&if arguments.json { json(evaluation) } else { evaluation.table() });
    Ok(measured.left_out)
}

/// Whether another tenth of the way is done: a pipe gets ten lines, not one a slice.
fn is_tenth(done: usize, total: usize) -> bool {
    done * 10 / total.max(1) > done.saturating_sub(1) * 10 / total.max(1)
}

/// Sorts the files given by the task that their cards name.
fn sorted_models(arguments: &EvaluateArguments) -> Result<Models, TrainError> {
    let mut models = Models { classifier: None, segmenter: arguments.segmenter.clone() };
    for path in &arguments.model {
        let beside = weights::card_path(path);
        let task = if beside.is_file() {
            weights::card_from_bytes(&weights::read_file(&beside)?, &beside)?.task
        } else {
            // Weights without a card: the first is the classifier, as the command line of `analyze` has it.
            if models.classifier.is_none() { Task::Classifier } else { Task::Segmenter }
        };
        let place = match task {
            Task::Classifier => &mut models.classifier,
            Task::Segmenter => &mut models.segmenter,
        };
        if place.replace(path.clone()).is_some() {
            let reason = format!("two files for one task; the second is {}", path.display());
            return Err(TrainError::Config { field: "model", reason });
        }
    }
    Ok(models)
}

fn write(folder: &Path, evaluation: &Evaluation, pictures: &[Example]) -> Result<(), TrainError> {
    atomic::write(&folder.join("evaluation.json"), json(evaluation).as_bytes())?;
    atomic::write(&folder.join("evaluation.txt"), evaluation.table().as_bytes())?;
    for example in pictures {
        let path = folder.join(format!("{}.png", example.rank));
        let panels = &example.panels;
        let size = (panels.cols as u32, panels.rows as u32);
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::write_buffer_with_format(
            &mut bytes,
            &panels.rgb,
            size.0,
            size.1,
            image::ExtendedColorType::Rgb8,
            image::ImageFormat::Png,
        )
        .map_err(|e| TrainError::Write { reason: e.to_string(), path: path.clone() })?;
        atomic::write(&path, bytes.get_ref())?;
    }
    Ok(())
}

fn json(evaluation: &Evaluation) -> String {
    // Plain numbers and text: nothing here can fail to be written as JSON.
    serde_json::to_string_pretty(evaluation).unwrap_or_default() + "\n"
}
