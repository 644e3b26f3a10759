//! The runs of this computer: the list, the ones on screen, examples, what differs between them. Not for the training
//! under way (`live`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::card::Task;
use crate::domain::history::LossHistory;
use crate::engine::command::{Command, JobId};
use crate::engine::lab::order::LabOrder;
use crate::engine::lab::report::{ExampleSheet, RunRecord, RunSummary};
use crate::state::AppState;
use crate::state::notice::{About, Level};
use crate::state::screen::MainView;
use crate::train::config::TrainConfig;

use super::form::StartFrom;
use super::live;
use super::setting::Setting;

/// The weights of a run that read.
pub(super) const BEST_WEIGHTS: &str = "best.safetensors";

/// All runs, and what is shown of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunList {
    /// Newest first; `None` before they were listed.
    pub all: Option<Arc<Vec<RunSummary>>>,
    /// The runs on screen; empty for the training of this session.
    pub shown: Vec<ShownRun>,
    /// Folders that were asked for and are being read, in the order of the clicks.
    pub wanted: Vec<PathBuf>,
    /// The example pictures on screen.
    pub examples: Option<Arc<ExampleSheet>>,
    /// The epoch of examples that was asked for; `None` follows the latest.
    pub example_epoch: Option<usize>,
    /// When the list came, in seconds since 1970 (UTC): ages count from then.
    pub listed_secs: u64,
    /// Small jobs of this view that are waited for.
    pub jobs: Vec<JobId>,
}

/// A run read in full.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownRun {
    /// As it lies on disk.
    pub record: Arc<RunRecord>,
    /// Its course.
    pub history: LossHistory,
}

impl RunList {
    /// The line of this folder.
    pub fn summary(&self, folder: &Path) -> Option<&RunSummary> {
        self.all.as_ref()?.iter().find(|s| s.folder == folder)
    }
}

/// Lists the runs anew.
pub(in crate::state) fn list(state: &mut AppState) -> Vec<Command> {
    super::order(state, LabOrder::ListRuns).1
}

pub(super) fn listed(state: &mut AppState, found: &Arc<Vec<RunSummary>>, now_secs: u64) -> Vec<Command> {
    let runs = &mut state.training.runs;
    runs.listed_secs = now_secs;
    runs.all = Some(Arc::clone(found));
    // What was trashed is not shown any more.
    runs.shown.retain(|shown| found.iter().any(|s| s.folder == shown.record.folder));
    Vec::new()
}

/// Shows a run alone or beside the others; one that is shown beside others goes.
pub(super) fn show(state: &mut AppState, folder: &Path, adds: bool) -> Vec<Command> {
    let live = state.training.shown_live().and_then(|live| live.folder.clone());
    let is_in_training = state.training.running().is_some_and(|live| live.folder.as_deref() == Some(folder));
    let runs = &mut state.training.runs;
    let is_shown = runs.shown.iter().any(|s| s.record.folder == folder);
    state.training.plot.zoom = None;
    if adds && is_shown {
        runs.shown.retain(|s| s.record.folder != folder);
        return Vec::new();
    }
    let mut wanted = vec![folder.to_owned()];
    if !adds {
        runs.shown.clear();
        runs.wanted.clear();
        runs.examples = None;
        runs.example_epoch = None;
        // One that is over is read like any other, so that it can be named and used.
        if is_in_training {
            return show_examples(state, None);
        }
    } else if runs.shown.is_empty() {
        // Beside the training on screen: that one is read too.
        wanted.extend(live.filter(|live| live != folder));
    }
    let mut commands = Vec::new();
    for folder in wanted {
        if !state.training.runs.wanted.contains(&folder) {
            state.training.runs.wanted.push(folder.clone());
            commands.extend(super::order(state, LabOrder::ReadRun(folder)).1);
        }
    }
    commands
}

pub(super) fn read(state: &mut AppState, record: &Arc<RunRecord>) -> Vec<Command> {
    let smoothing = state.training.plot.smoothing;
    let history = history_of(record, smoothing);
    // A run that was taken up again shows its earlier epochs too.
    let taken_up = state.training.line.iter_mut().rev().find(|l| l.folder.as_ref() == Some(&record.folder));
    if let Some(live) = taken_up {
        live.take_past(&history);
    }
    let runs = &mut state.training.runs;
    if !runs.wanted.contains(&record.folder) {
        return Vec::new();
    }
    runs.wanted.retain(|f| *f != record.folder);
    runs.shown.retain(|s| s.record.folder != record.folder);
    runs.shown.push(ShownRun { record: Arc::clone(record), history });
    show_examples(state, None)
}

/// The course of a run as it lies on disk.
pub fn history_of(record: &RunRecord, smoothing: f32) -> LossHistory {
    // Steps are kept thinned, but each with its place: the epochs tell how many there are.
    let last_step = record.steps.last().map_or(0, |(step, _)| *step as usize + 1);
    let epochs = record.epochs.len().max(1);
    let per_epoch = record.steps_per_epoch.unwrap_or_else(|| last_step.div_ceil(epochs).max(1));
    let mut history = LossHistory::new(per_epoch);
    record.steps.iter().for_each(|&(step, loss)| history.push_step(step, loss, None));
    record.epochs.iter().for_each(|epoch| history.push_epoch(live::point(epoch)));
    record.marks.iter().for_each(|&(step, mark)| history.push_moment(step, live::moment(mark)));
    history.set_smoothing(smoothing);
    history
}

/// The folder whose examples are on screen.
fn example_run(state: &AppState) -> Option<PathBuf> {
    match state.training.runs.shown.first() {
        Some(shown) => Some(shown.record.folder.clone()),
        None => state.training.shown_live().and_then(|live| live.folder.clone()),
    }
}

/// The examples to draw: those of the course on screen, never another's.
pub fn shown_examples(state: &AppState) -> Option<&Arc<ExampleSheet>> {
    let sheet = state.training.runs.examples.as_ref()?;
    (example_run(state).as_ref() == Some(&sheet.run)).then_some(sheet)
}

/// The latest epoch that may have examples.
pub fn last_example_epoch(state: &AppState) -> Option<usize> {
    match state.training.runs.shown.first() {
        Some(shown) => shown.record.example_epochs.iter().copied().max(),
        None => state.training.shown_live()?.history.epochs().last().map(|e| e.epoch),
    }
}

pub(super) fn show_examples(state: &mut AppState, epoch: Option<usize>) -> Vec<Command> {
    state.training.runs.example_epoch = epoch;
    let Some(last) = last_example_epoch(state) else { return Vec::new() };
    let wanted = epoch.unwrap_or(last).min(last);
    let kept = state.training.runs.shown.first().map(|s| s.record.example_epochs.clone());
    // Old epochs are thinned on disk: the nearest one that is kept.
    let nearest = kept.and_then(|kept| kept.into_iter().min_by_key(|e| e.abs_diff(wanted)));
    match example_run(state) {
        Some(run) => super::order(state, LabOrder::ReadExamples { run, epoch: nearest.unwrap_or(wanted) }).1,
        None => Vec::new(),
    }
}

/// An epoch of the training under way has ended: its examples, unless another run or epoch is looked at.
pub(super) fn epoch_ended(state: &mut AppState, folder: Option<PathBuf>, epoch: usize) -> Vec<Command> {
    let runs = &state.training.runs;
    match folder {
        Some(run) if runs.shown.is_empty() && runs.example_epoch.is_none() => {
            super::order(state, LabOrder::ReadExamples { run, epoch }).1
        }
        _ => Vec::new(),
    }
}

pub(super) fn examples(state: &mut AppState, sheet: &Arc<ExampleSheet>) -> Vec<Command> {
    if example_run(state).as_ref() == Some(&sheet.run) {
        state.training.runs.examples = Some(Arc::clone(sheet));
    }
    Vec::new()
}

pub(super) fn written(state: &mut AppState, job: JobId, file: &Path) -> Vec<Command> {
    if state.training.runs.jobs.contains(&job) {
        state.training.runs.jobs.retain(|j| *j != job);
        let name = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        state.notices.add(Level::Info, About::Training, format!("{name} is written."), Vec::new());
    }
    Vec::new()
}

pub(super) fn trash(state: &mut AppState, folder: PathBuf) -> Vec<Command> {
    state.training.runs.shown.retain(|s| s.record.folder != folder);
    super::order(state, LabOrder::TrashRun(folder)).1
}

pub(super) fn export(state: &mut AppState, file: PathBuf) -> Vec<Command> {
    let mut runs: Vec<PathBuf> = state.training.runs.shown.iter().map(|s| s.record.folder.clone()).collect();
    if runs.is_empty() {
        runs.extend(state.training.shown_live().and_then(|live| live.folder.clone()));
    }
    if runs.is_empty() { Vec::new() } else { super::order(state, LabOrder::ExportCurves { runs, file }).1 }
}

/// Takes the settings of a run into the form; the data chosen stays.
pub(super) fn use_settings(state: &mut AppState, folder: &Path) {
    let Some(config) = state.training.runs.summary(folder).and_then(|s| s.config.clone()) else { return };
    let form = &mut state.training.form;
    let net = Some(config.architecture);
    (form.classifier, form.segmenter) =
        if config.architecture.task() == Task::Classifier { (net, None) } else { (None, net) };
    form.start = config.start_from.clone().map_or(StartFrom::Scratch, StartFrom::File);
    form.typed.clear();
    if config.head_first_epochs > 0.0 {
        form.typed.insert(Setting::HeadFirst, config.head_first_epochs.to_string());
    }
    form.preset = None;
    form.base = Some(config);
}

/// Reads with a run's best weights from now on; the other net stays as it is.
pub(super) fn use_now(state: &mut AppState, folder: &Path, _now_secs: u64) -> Vec<Command> {
    let Some(config) = state.training.runs.summary(folder).filter(|s| s.has_weights).and_then(|s| s.config.as_ref())
    else {
        return Vec::new();
    };
    let weights = Some(folder.join(BEST_WEIGHTS));
    let choice = &mut state.model.choice;
    match config.architecture.task() {
        Task::Classifier => choice.classifier = weights,
        Task::Segmenter => choice.segmenter = weights,
    }
    state.layout.view = MainView::Read;
    crate::state::analyzing::load_models(state)
}

/// What differs between settings: the name of each setting with its value in each.
pub fn differences(configs: &[&TrainConfig]) -> Vec<(&'static str, Vec<String>)> {
    let mut rows: Vec<(&'static str, Vec<String>)> = Vec::new();
    let file_name = |path: &Path| path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    rows.push(("Net", configs.iter().map(|c| c.architecture.label()).collect()));
    rows.push(("Data", configs.iter().map(|c| file_name(&c.data)).collect()));
    let start = |c: &&TrainConfig| c.start_from.as_deref().map_or_else(|| "scratch".to_owned(), file_name);
    rows.push(("Start from", configs.iter().map(start).collect()));
    for setting in Setting::ALL {
        rows.push((setting.label(), configs.iter().map(|c| setting.value(c)).collect()));
    }
    rows.retain(|(_, values)| values.windows(2).any(|pair| pair[0] != pair[1]));
    rows
}

/// Runs on screen that differ in nothing but their seed, by their places; single ones stand alone.
pub fn folded(shown: &[ShownRun]) -> Vec<Vec<usize>> {
    let but_for_seed = |place: usize| TrainConfig { seed: 0, ..(*shown[place].record.config).clone() };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for place in 0..shown.len() {
        match groups.iter_mut().find(|group| but_for_seed(group[0]) == but_for_seed(place)) {
            Some(group) => group.push(place),
            None => groups.push(vec![place]),
        }
    }
    groups
}

/// Mean and standard deviation (of the sample) by epoch over the runs that have it: `(epoch, mean, sd)`; where one run
/// alone is left there is no deviation to speak of.
pub fn mean_and_sd(curves: &[Vec<f32>]) -> Vec<(usize, f32, f32)> {
    let longest = curves.iter().map(Vec::len).max().unwrap_or(0);
    let at = |epoch: usize| {
        let values: Vec<f64> =
            curves.iter().filter_map(|c| c.get(epoch)).filter(|v| v.is_finite()).map(|&v| f64::from(v)).collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let spread: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let sd = if values.len() > 1 { (spread / (count - 1.0)).sqrt() } else { 0.0 };
        (values.len() > usize::from(curves.len() > 1)).then_some((epoch, mean as f32, sd as f32))
    };
    (0..longest).filter_map(at).collect()
}
