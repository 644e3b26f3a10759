//! One whole evaluation: which patients, the nets' answers, thresholds, figures, and what goes into the cards. Not for a
//! terminal or a window: `cli` and `engine` both call this.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::answers::{Both, PatientAnswer};
use super::breakdown::{Curves, by_institution};
use super::choose;
use super::curves::EvaluationReport;
use super::dataset::Dataset;
use super::error::TrainError;
use super::evaluate::{Asked, collect};
use super::figures::{of_both, of_classifier, of_segmenter};
use super::report::{Evaluation, PatientLine, RESEARCH_USE};
use super::split::{Part, Split};
use crate::domain::card::{Figure, ModelCard, Task, Thresholds};
use crate::domain::finding::ModelStamp;
use crate::nn::reader::ChosenNets;

/// What to measure on.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Folder or CSV.
    pub data: PathBuf,
    /// Its split; without it the one beside the data, else the lists in the model's card.
    pub split_file: Option<PathBuf>,
    /// The part; `None` for everybody in the data.
    pub part: Option<Part>,
    /// Choose the thresholds on these answers, by task as [`TASKS`]; on validation only.
    pub chooses_thresholds: [bool; 2],
}

/// An evaluation with what it was computed from.
pub struct Measured {
    /// For the window and the terminal.
    pub report: EvaluationReport,
    /// The data.
    pub dataset: Dataset,
    /// The nets' answers.
    pub answers: Arc<Vec<PatientAnswer>>,
    /// The thresholds in use.
    pub both: Both,
    /// Thresholds chosen, by task: classifier, segmenter.
    pub chosen: [Option<Thresholds>; 2],
    /// Which nets were asked.
    pub asked: Asked,
    /// Slices that could not be read.
    pub left_out: usize,
}

/// Both tasks, in the order of [`Measured::chosen`].
pub const TASKS: [Task; 2] = [Task::Classifier, Task::Segmenter];

/// Measures `nets` on `subject`. `progress` hears (slices done, slices in all) and answers whether to go on.
///
/// *Errors*: thresholds asked for on another part than validation; no patient of the part in the data; what the nets say.
pub fn measure(
    subject: &Subject,
    nets: &ChosenNets,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Measured, TrainError> {
    if subject.chooses_thresholds.contains(&true) && subject.part != Some(Part::Val) {
        let reason = "thresholds are chosen with --split val only, so that test stays untouched".to_owned();
        return Err(TrainError::Config { field: "choose-thresholds", reason });
    }
    let dataset = Dataset::read(&subject.data)?;
    let cards: Vec<&ModelCard> = TASKS.into_iter().filter_map(|task| nets.card(task)).collect();
    let asked =
        Asked { classifier: nets.card(Task::Classifier).is_some(), segmenter: nets.card(Task::Segmenter).is_some() };
    let (patients, mut warnings) = patients(subject, &dataset, &cards)?;
    warnings.extend(dataset.warnings.iter().cloned());
    warnings.extend(seen_in_training(&dataset, &patients, &cards, subject.part));
    let collected = collect(&dataset, &patients, asked, nets, progress)?;
    let left_out = collected.warnings.len();
    warnings.extend(collected.warnings);
    let answers = collected.patients;
    let chosen =
        [0, 1].map(|i| if subject.chooses_thresholds[i] { choose::thresholds(TASKS[i], &answers) } else { None });
    let both = in_use(nets, &chosen);
    let answers = Arc::new(answers);
    let mut evaluation = evaluation(subject, &dataset, &cards, asked, &answers, &both);
    evaluation.warnings = warnings;
    let report = EvaluationReport {
        evaluation,
        slices: EvaluationReport::slices_of(&answers, &both),
        threshold: both.score,
        mask_threshold: both.mask,
        answers: Arc::clone(&answers),
        sources: EvaluationReport::sources_of(&dataset, &answers),
        data: subject.data.clone(),
        weights: [None, None],
        written: Vec::new(),
    };
    Ok(Measured { report, dataset, answers, both, chosen, asked, left_out })
}

/// The patients of the part, by the split file, else the one beside the data, else the lists in the first card.
fn patients(
    subject: &Subject,
    dataset: &Dataset,
    cards: &[&ModelCard],
) -> Result<(Vec<usize>, Vec<String>), TrainError> {
    let Some(part) = subject.part else {
        return Ok(((0..dataset.patients.len()).collect(), Vec::new()));
    };
    let beside = dataset.root.join("split.csv");
    let file = subject.split_file.clone().or_else(|| beside.is_file().then_some(beside));
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
    let mut said: Vec<String> = cards.iter().filter_map(seen).collect();
    let noted =
        |card: &&ModelCard| card.training.notes.iter().filter(|note| note.starts_with("LEAK")).cloned().collect();
    said.extend(cards.iter().flat_map(|card| -> Vec<String> { noted(card) }));
    said
}

/// What holds where no card names a threshold: half.
const NO_CARD: f32 = 0.5;

fn in_use(nets: &ChosenNets, chosen: &[Option<Thresholds>; 2]) -> Both {
    let of = |index: usize| {
        let card = nets.card(TASKS[index]).map(|card| card.thresholds);
        chosen[index].or(card).map_or(NO_CARD, |t| t.threshold)
    };
    Both { score: f64::from(of(0)), mask: of(1) }
}

fn evaluation(
    subject: &Subject,
    dataset: &Dataset,
    cards: &[&ModelCard],
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
    let slices = || answers.iter().flat_map(|p| &p.slices);
    let (scores, truths): (Vec<f64>, Vec<bool>) =
        slices().filter_map(|s| s.score.map(|score| (score, s.has_tumor))).unzip();
    Evaluation {
        program: format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
        notice: RESEARCH_USE.to_owned(),
        data: name(&subject.data),
        part: subject.part.map_or("all", Part::word).to_owned(),
        models: cards.iter().map(stamp).collect(),
        classifier: asked.classifier.then(|| of_classifier(answers, both.score)),
        segmenter: asked.segmenter.then(|| of_segmenter(answers, both.mask)),
        two_stage: (asked.classifier && asked.segmenter).then(|| of_both(answers, both)),
        curves: asked.classifier.then(|| Curves::of(&scores, &truths)),
        institutions: by_institution(dataset, answers, both),
        patients: answers.iter().map(|answer| PatientLine::of(dataset, answer, both)).collect(),
        pictures: Vec::new(),
        warnings: Vec::new(),
    }
}

/// Thresholds and figures into the cards of weights that are files, by task; the shipped cards are part of the program.
/// Answers which weights' cards were written.
pub fn write_cards(
    weights: [Option<&Path>; 2],
    measured: &Measured,
    part: Option<Part>,
) -> Result<Vec<PathBuf>, TrainError> {
    let Some(part) = part else {
        let reason = "cards carry figures of val and test only".to_owned();
        return Err(TrainError::Config { field: "update-cards", reason });
    };
    let evaluation = &measured.report.evaluation;
    let figures = [&evaluation.classifier, &evaluation.segmenter];
    let mut written = Vec::new();
    for (index, task) in TASKS.into_iter().enumerate() {
        let (Some(path), Some(figures)) = (weights[index], figures[index]) else { continue };
        let mut figures = figures.clone();
        // The segmenter's card shows what a user gets, too, and through which classifier.
        if let (Task::Segmenter, Some(two_stage)) = (task, &evaluation.two_stage) {
            let by = evaluation.models.iter().find(|m| m.task == Task::Classifier);
            let by = by.map_or_else(String::new, |m| format!("; flagged by {} v{}", m.name, m.version));
            let flagged_by = |figure: &Figure| Figure { over: format!("{}{by}", figure.over), ..figure.clone() };
            figures.figures.extend(two_stage.figures.iter().map(flagged_by));
        }
        choose::update_card(path, measured.chosen[index], part, &figures)?;
        written.push(path.to_owned());
    }
    Ok(written)
}
