//! `glioview evaluate`: the figures of a part of the data in a terminal, as JSON, as pictures. Not for computing them
//! (`train::figures`).

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use clap::{Args, ValueEnum};

use super::output::Output;
use super::{interrupt, values};
use crate::domain::card::{Figure, ModelCard, Task, Thresholds};
use crate::domain::device::DeviceChoice;
use crate::domain::finding::ModelStamp;
use crate::io::atomic;
use crate::nn::reader::Reader;
use crate::nn::weights;
use crate::train::answers::{Both, PatientAnswer};
use crate::train::choose;
use crate::train::dataset::Dataset;
use crate::train::error::TrainError;
use crate::train::evaluate::{Asked, collect};
use crate::train::figures::{of_both, of_classifier, of_segmenter};
use crate::train::gallery::{Example, examples};
use crate::train::report::{Evaluation, PatientLine, PictureLine, RESEARCH_USE};
use crate::train::split::{Part, Split};

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
}

/// The weights to evaluate, sorted by task; both `None` for the ones that ship.
struct Models {
    classifier: Option<PathBuf>,
    segmenter: Option<PathBuf>,
}

impl Models {
    fn asked(&self) -> Asked {
        let is_shipped = self.classifier.is_none() && self.segmenter.is_none();
        Asked { classifier: is_shipped || self.classifier.is_some(), segmenter: is_shipped || self.segmenter.is_some() }
    }

    fn path(&self, task: Task) -> Option<&Path> {
        match task {
            Task::Classifier => self.classifier.as_deref(),
            Task::Segmenter => self.segmenter.as_deref(),
        }
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
    let part = arguments.split.part();
    if arguments.choose_thresholds && part != Some(Part::Val) {
        let reason = "thresholds are chosen with --split val only, so that test stays untouched".to_owned();
        return Err(TrainError::Config { field: "choose-thresholds", reason });
    }
    let models = sorted_models(arguments)?;
    let dataset = Dataset::read(&arguments.data)?;
    let reader = Reader::load(
        models.classifier.as_deref(),
        models.segmenter.as_deref(),
        arguments.allow_missing_card,
        arguments.device,
    )?;
    let asked = models.asked();
    let cards: Vec<&ModelCard> = cards(&reader, asked);
    let (patients, mut warnings) = patients(arguments, &dataset, &cards, part)?;
    warnings.extend(dataset.warnings.iter().cloned());
    warnings.extend(seen_in_training(&dataset, &patients, &cards, part));
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
    let collected = collect(&dataset, &patients, asked, &reader, &mut progress)?;
    output.clear();
    let left_out = collected.warnings.len();
    warnings.extend(collected.warnings);
    let answers = collected.patients;
    let chosen = |task: Task| if arguments.choose_thresholds { choose::thresholds(task, &answers) } else { None };
    let chosen = [chosen(Task::Classifier), chosen(Task::Segmenter)];
    let both = both_in_use(&reader, &chosen);
    let mut evaluation = figures(arguments, &dataset, &reader, asked, &answers, &both);
    evaluation.warnings = warnings;
    let pictures = match (&arguments.out, asked.segmenter) {
        (Some(_), true) => examples(&dataset, &answers, &both, asked.classifier, &reader)?,
        _ => Vec::new(),
    };
    evaluation.pictures = pictures.iter().map(|example| PictureLine::of(&dataset, example)).collect();
    if arguments.choose_thresholds || arguments.update_cards {
        write_cards(&models, &evaluation, &chosen, part)?;
    }
    if let Some(folder) = &arguments.out {
        write(folder, &evaluation, &pictures)?;
    }
    output.data(&if arguments.json { json(&evaluation) } else { evaluation.table() });
    Ok(left_out)
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

fn cards(reader: &Reader, asked: Asked) -> Vec<&ModelCard> {
    let classifier = asked.classifier.then(|| reader.classifier_card());
    classifier.into_iter().chain(asked.segmenter.then(|| reader.segmenter_card())).collect()
}

/// The patients of the part, by the split file, else the one beside the data, else the lists in the first card.
fn patients(
    arguments: &EvaluateArguments,
    dataset: &Dataset,
    cards: &[&ModelCard],
    part: Option<Part>,
) -> Result<(Vec<usize>, Vec<String>), TrainError> {
    let Some(part) = part else {
        return Ok(((0..dataset.patients.len()).collect(), Vec::new()));
    };
    let beside = dataset.root.join("split.csv");
    let file = arguments.split_file.clone().or_else(|| beside.is_file().then_some(beside));
    let (patients, warnings) = if let Some(file) = file {
        let (split, warnings) = Split::read(&file, dataset)?;
        (split.patients(part), warnings)
    } else {
        let names = cards.iter().find_map(|card| card.split.get(part.word())).map_or(&[][..], Vec::as_slice);
        let found = names.iter().filter_map(|name| dataset.patient(name)).collect();
        (found, vec!["the patients are those that the model's card lists for this part".to_owned()])
    };
    if patients.is_empty() {
        return Err(TrainError::Split(format!(
            "no patient of the part {} is in the data; give --split-file, or --split all for data of your own",
            part.word()
        )));
    }
    Ok((patients, warnings))
}

/// Said where a net was trained on patients that it is now measured on.
fn seen_in_training(dataset: &Dataset, patients: &[usize], cards: &[&ModelCard], part: Option<Part>) -> Vec<String> {
    if part == Some(Part::Train) {
        return Vec::new();
    }
    let seen = |card: &&ModelCard| {
        let trained = card.split.get(Part::Train.word()).map_or(&[][..], Vec::as_slice);
        let count = patients.iter().filter(|&&p| trained.contains(&dataset.patients[p])).count();
        let name = card.title();
        (count > 0).then(|| format!("LEAK: {name} was trained on {count} of these {} patients", patients.len()))
    };
    cards.iter().filter_map(seen).collect()
}

fn both_in_use(reader: &Reader, chosen: &[Option<Thresholds>; 2]) -> Both {
    let in_use = |chosen: &Option<Thresholds>, card: &ModelCard| chosen.as_ref().unwrap_or(&card.thresholds).threshold;
    Both {
        score: f64::from(in_use(&chosen[0], reader.classifier_card())),
        mask: in_use(&chosen[1], reader.segmenter_card()),
    }
}

fn figures(
    arguments: &EvaluateArguments,
    dataset: &Dataset,
    reader: &Reader,
    asked: Asked,
    answers: &[PatientAnswer],
    both: &Both,
) -> Evaluation {
    let stamp = |card: &&ModelCard| ModelStamp {
        task: card.task,
        name: card.name.clone(),
        version: card.version,
        sha256: card.sha256.clone(),
        threshold: if card.task == Task::Classifier { both.score as f32 } else { both.mask },
        card_threshold: card.thresholds.threshold,
    };
    let name = |path: &Path| path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    Evaluation {
        program: format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
        notice: RESEARCH_USE.to_owned(),
        data: name(&arguments.data),
        part: arguments.split.part().map_or("all", Part::word).to_owned(),
        models: cards(reader, asked).iter().map(stamp).collect(),
        classifier: asked.classifier.then(|| of_classifier(answers, both.score)),
        segmenter: asked.segmenter.then(|| of_segmenter(answers, both.mask)),
        two_stage: (asked.classifier && asked.segmenter).then(|| of_both(answers, both)),
        patients: answers.iter().map(|answer| PatientLine::of(dataset, answer, both)).collect(),
        pictures: Vec::new(),
        warnings: Vec::new(),
    }
}

/// Thresholds and figures into the cards of the files that were named; the shipped cards are part of the program.
fn write_cards(
    models: &Models,
    evaluation: &Evaluation,
    chosen: &[Option<Thresholds>; 2],
    part: Option<Part>,
) -> Result<(), TrainError> {
    let Some(part) = part else {
        let reason = "cards carry figures of val and test only".to_owned();
        return Err(TrainError::Config { field: "update-cards", reason });
    };
    let figures = [&evaluation.classifier, &evaluation.segmenter];
    for (index, task) in [Task::Classifier, Task::Segmenter].into_iter().enumerate() {
        if let (Some(path), Some(figures)) = (models.path(task), figures[index]) {
            let mut figures = figures.clone();
            // The segmenter's card shows what a user gets, too, and through which classifier.
            if let (Task::Segmenter, Some(two_stage)) = (task, &evaluation.two_stage) {
                let by = evaluation.models.iter().find(|m| m.task == Task::Classifier);
                let by = by.map_or_else(String::new, |m| format!("; flagged by {} v{}", m.name, m.version));
                figures.figures.extend(
                    two_stage
                        .figures
                        .iter()
                        .cloned()
                        .map(|figure| Figure { over: format!("{}{by}", figure.over), ..figure }),
                );
            }
            choose::update_card(path, chosen[index], part, &figures)?;
        }
    }
    Ok(())
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
