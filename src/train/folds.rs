//! Cross-validation by patient, and beside it one training on a split by slice, to show how large that self-deception is.
//! Not for one training (`run`) or one evaluation (`measure`).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::answers::{Both, PatientAnswer};
use super::checkpoint::{RunFolder, json};
use super::choose;
use super::config::TrainConfig;
use super::dataset::Dataset;
use super::error::TrainError;
use super::evaluate::{Asked, collect_where};
use super::event::EndReason;
use super::figures::{of_classifier, of_segmenter};
use super::leaks::same_person;
use super::observer::Observer;
use super::report::RESEARCH_USE;
use super::run::Run;
use super::split::{Part, Split, by_institution};
use super::store::{DEFAULT_CEILING_BYTES, Store};
use crate::domain::card::{PartFigures, Task};
use crate::domain::metrics::{mean, sample_deviation};
use crate::domain::random::Random;
use crate::nn::reader::{ChosenNets, NetChoice};

/// Fewest folds: one to test on, one to choose on, one to train on.
pub const LEAST_FOLDS: usize = 3;
/// The result of a finished fold in its run's folder.
const RESULT: &str = "fold.json";
/// Said of the training on a split by slice, wherever it is shown.
pub const BY_SLICE: &str =
    "split by slice: neighbors of the test slices were trained on, so these figures are too good";

/// What to cross-validate.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldPlan {
    /// Settings of every training; split file and shares are not used.
    pub config: TrainConfig,
    /// Number of folds.
    pub folds: usize,
    /// Folder of the folds' runs; finished ones in it are not trained again.
    pub out: PathBuf,
    /// Train once on a split by slice, too.
    pub by_slice: bool,
}

/// One fold's result on its test patients, at thresholds chosen on its validation patients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoldResult {
    /// "1" … or [`BY_SLICE`].
    pub name: String,
    /// Figures on the test part.
    pub figures: PartFigures,
}

/// All folds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CrossValidation {
    /// The research-use line.
    pub notice: String,
    /// The net.
    pub net: String,
    /// By patient, fold by fold.
    pub folds: Vec<FoldResult>,
    /// The same net on a split by slice: not comparable with anything, shown to be compared with the folds.
    pub by_slice: Option<FoldResult>,
}

/// Trains and tests every fold that is not finished yet. `say` hears what begins, `progress` (slices done, slices in all)
/// and answers whether to go on.
///
/// *Errors*: fewer folds than [`LEAST_FOLDS`] or more than patients; a fold made with other settings;
/// [`TrainError::Stopped`], after which the same call goes on.
pub fn cross_validate(
    plan: &FoldPlan,
    say: &mut dyn FnMut(&str),
    progress: &mut dyn FnMut(usize, usize) -> bool,
    observer: &mut dyn Observer,
) -> Result<CrossValidation, TrainError> {
    plan.config.check()?;
    let survey = |progress: &mut dyn FnMut(usize, usize) -> bool| {
        Store::survey(Dataset::read(&plan.config.data)?, DEFAULT_CEILING_BYTES, progress)
    };
    say("Looking at the data");
    let store = Arc::new(survey(progress)?);
    let fold_of = folds_of(store.dataset(), plan.folds, plan.config.seed)?;
    let mut folds = Vec::new();
    for fold in 0..plan.folds {
        say(&format!("Fold {} of {}", fold + 1, plan.folds));
        let part = |&of: &usize| match (of + plan.folds - fold) % plan.folds {
            0 => Part::Test,
            1 => Part::Val,
            _ => Part::Train,
        };
        let split = Split { seed: None, parts: fold_of.iter().map(part).collect() };
        let work = Work { plan, store: &store, split: &split, original: store.dataset() };
        let name = format!("{}", fold + 1);
        folds.push(work.result(&format!("fold-{name}"), &name, progress, observer)?);
    }
    let mut by_slice = None;
    if plan.by_slice {
        say("The same net on a split by slice, which leaks on purpose");
        let original = store.dataset().clone();
        drop(store);
        let single = Arc::new(survey(progress)?.by_slice());
        let parts = slice_parts(single.dataset().items.len(), plan.folds, plan.config.seed);
        let split = Split { seed: None, parts };
        let work = Work { plan, store: &single, split: &split, original: &original };
        by_slice = Some(work.result("by-slice", BY_SLICE, progress, observer)?);
    }
    let result =
        CrossValidation { notice: RESEARCH_USE.to_owned(), net: plan.config.architecture.label(), folds, by_slice };
    let path = plan.out.join("cross-validation.json");
    crate::io::atomic::write(&path, &json(&result, &path)?)?;
    Ok(result)
}

/// The fold of each patient: dealt out institution after institution, so that every fold has its share of each.
fn folds_of(dataset: &Dataset, folds: usize, seed: u64) -> Result<Vec<usize>, TrainError> {
    let patients = dataset.patients.len();
    if folds < LEAST_FOLDS || folds > patients {
        let reason = format!("{folds} folds, expected {LEAST_FOLDS} to the {patients} patients of the data");
        return Err(TrainError::Config { field: "cv", reason });
    }
    let mut fold_of = vec![0; patients];
    let order = by_institution(dataset, &mut Random::stream(seed, "folds", 0));
    let (same, mut fold_of_person) = (same_person(dataset), BTreeMap::new());
    for (nth, patient) in order.into_iter().enumerate() {
        // Nobody is in two folds under two names.
        fold_of[patient] = *fold_of_person.entry(same[patient]).or_insert(nth % folds);
    }
    Ok(fold_of)
}

/// Slices dealt out one by one, with the shares that a fold's parts have.
fn slice_parts(slices: usize, folds: usize, seed: u64) -> Vec<Part> {
    let mut order: Vec<usize> = (0..slices).collect();
    Random::stream(seed, "split by slice", 0).shuffle(&mut order);
    let mut parts = vec![Part::Train; slices];
    for (nth, slice) in order.into_iter().enumerate() {
        parts[slice] = match nth % folds {
            0 => Part::Test,
            1 => Part::Val,
            _ => Part::Train,
        };
    }
    parts
}

/// One training with its test.
struct Work<'a> {
    plan: &'a FoldPlan,
    store: &'a Arc<Store>,
    split: &'a Split,
    /// The data with its real patients: scans are prepared as a whole, whatever the split.
    original: &'a Dataset,
}

impl Work<'_> {
    /// The result of this fold: read where it is finished, else trained, or trained on, and tested.
    fn result(
        &self,
        folder_name: &str,
        name: &str,
        progress: &mut dyn FnMut(usize, usize) -> bool,
        observer: &mut dyn Observer,
    ) -> Result<FoldResult, TrainError> {
        let path = self.plan.out.join(folder_name);
        let mut config = TrainConfig { split_file: None, ..self.plan.config.clone() };
        config.make_absolute();
        if let Ok(folder) = RunFolder::open(&path) {
            let found = folder.read_config()?;
            if found != config {
                let reason = format!("{} was made with other settings; name another folder", path.display());
                return Err(TrainError::Config { field: "out", reason });
            }
            if let Some(done) = folder.read(RESULT).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
                return Ok(done);
            }
        }
        let run = Run::on(config, &path, Arc::clone(self.store), self.split.clone())?;
        match run.train(&mut [observer])? {
            EndReason::Stopped => return Err(TrainError::Stopped),
            EndReason::NotANumber => {
                let reason = "the loss was not a number; try a smaller learning rate".to_owned();
                return Err(TrainError::Checkpoint { reason, path });
            }
            EndReason::Finished | EndReason::EarlyStopped => {}
        }
        let figures = self.tested(&path.join("best.safetensors"), progress)?;
        let result = FoldResult { name: name.to_owned(), figures };
        RunFolder::open(&path)?.write(RESULT, &json(&result, &path)?)?;
        Ok(result)
    }

    /// Figures on the test part at the thresholds of the validation part; both go into the card.
    fn tested(
        &self,
        weights: &Path,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<PartFigures, TrainError> {
        let task = self.plan.config.architecture.task();
        let asked = Asked { classifier: task == Task::Classifier, segmenter: task == Task::Segmenter };
        let file = |wanted: bool| if wanted { NetChoice::File(weights.to_owned()) } else { NetChoice::None };
        let device = self.plan.config.device;
        let nets = ChosenNets::load(&file(asked.classifier), &file(asked.segmenter), false, device)?;
        let mut answers_of = |part: Part| -> Result<Vec<PatientAnswer>, TrainError> {
            let parts = &self.split.parts;
            let is_asked = |item: usize| parts[self.store.dataset().items[item].patient] == part;
            let mut patients: Vec<usize> = (0..self.original.items.len())
                .filter(|&i| is_asked(i))
                .map(|i| self.original.items[i].patient)
                .collect();
            patients.dedup();
            Ok(collect_where(self.original, &patients, &is_asked, asked, &nets, progress)?.patients)
        };
        let val = answers_of(Part::Val)?;
        let chosen = choose::thresholds(task, &val);
        let card = nets.card(task).map(|card| card.thresholds);
        let threshold = chosen.or(card).map_or(0.5, |t| t.threshold);
        let both = Both { score: f64::from(threshold), mask: threshold };
        let figures = |answers: &[PatientAnswer]| match task {
            Task::Classifier => of_classifier(answers, both.score),
            Task::Segmenter => of_segmenter(answers, both.mask),
        };
        choose::update_card(weights, chosen, Part::Val, &figures(&val))?;
        let test = figures(&answers_of(Part::Test)?);
        choose::update_card(weights, None, Part::Test, &test)?;
        Ok(test)
    }
}

/// One figure over all folds.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldRow {
    /// The figure.
    pub name: String,
    /// Its value in each fold.
    pub folds: Vec<Option<f64>>,
    /// Mean over the folds.
    pub mean: Option<f64>,
    /// Standard deviation over the folds, of the sample.
    pub deviation: Option<f64>,
    /// On the split by slice, where that was trained.
    pub by_slice: Option<f64>,
}

impl CrossValidation {
    /// A row a figure, in the order of the first fold.
    pub fn rows(&self) -> Vec<FoldRow> {
        let figures = self.folds.first().map_or(&[][..], |fold| &fold.figures.figures);
        let row = |name: &str| {
            let folds: Vec<Option<f64>> = self.folds.iter().map(|fold| fold.figures.value(name)).collect();
            let known: Vec<f64> = folds.iter().copied().flatten().collect();
            let by_slice = self.by_slice.as_ref().and_then(|fold| fold.figures.value(name));
            let (mean, deviation) = (mean(&known), sample_deviation(&known));
            FoldRow { name: name.to_owned(), folds, mean, deviation, by_slice }
        };
        figures.iter().map(|figure| row(&figure.name)).collect()
    }

    /// A table for people: a row a fold, mean ± SD, and the split by slice apart.
    pub fn table(&self) -> String {
        let names: Vec<&str> = self
            .folds
            .first()
            .map_or_else(Vec::new, |fold| fold.figures.figures.iter().map(|f| f.name.as_str()).collect());
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let mut text =
            format!("{}: {}-fold cross-validation by patient\n\n  {:width$}", self.net, self.folds.len(), "");
        for fold in &self.folds {
            let _ = write!(text, "  {:>6}", format!("fold {}", fold.name));
        }
        let _ = write!(text, "  {:>15}", "mean ± SD");
        if self.by_slice.is_some() {
            let _ = write!(text, "  {:>8}", "by slice");
        }
        text.push('\n');
        for name in names {
            let values: Vec<f64> = self.folds.iter().filter_map(|fold| fold.figures.value(name)).collect();
            let _ = write!(text, "  {name:width$}");
            for fold in &self.folds {
                let _ = write!(text, "  {:>6}", number(fold.figures.value(name)));
            }
            let spread = format!("{} ± {}", number(mean(&values)), number(sample_deviation(&values)));
            let _ = write!(text, "  {spread:>15}");
            if let Some(by_slice) = &self.by_slice {
                let _ = write!(text, "  {:>8}", number(by_slice.figures.value(name)));
            }
            text.push('\n');
        }
        text.push_str("\nEach fold: tested on its patients, thresholds and epoch chosen on the next fold's, trained on the rest.\n");
        if self.by_slice.is_some() {
            let _ = writeln!(text, "By slice: {BY_SLICE}. Shown to tell how large that is; never to be quoted.");
        }
        let _ = writeln!(text, "{}", self.notice);
        text
    }
}
