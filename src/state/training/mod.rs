//! What the Train view knows: data, settings, the trainings of this session, runs. Not for the Models view
//! (`super::models`), and only the dispatch is here: each step of the view has a file.

mod action;
pub mod data;
pub mod form;
pub mod live;
pub mod plot;
pub mod preview;
pub mod runs;
pub mod setting;
pub mod watching;
pub mod words;

use std::path::PathBuf;

use crate::engine::command::{Command, JobId, Pick};
use crate::engine::failure::Failure;
use crate::engine::lab::order::LabOrder;
use crate::engine::lab::report::{LabReport, RunStatus, RunSummary};

use super::AppState;
use super::work::Progress;
use data::DataStep;
use form::{Form, StartFrom};
use live::{Live, Phase};
use plot::PlotView;
use preview::Preview;
use runs::RunList;
use watching::Watching;

pub use action::TrainingAction;

/// The Train view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingState {
    /// Step 1: the data.
    pub data: DataStep,
    /// Steps 2 and 3: nets and settings.
    pub form: Form,
    /// What augmentation does to a slice.
    pub preview: Preview,
    /// What the training under way makes of the scan on screen.
    pub watching: Watching,
    /// Two steps on the device, asked for before the start.
    pub trial: Trial,
    /// The trainings of this session, in the order of their start.
    pub line: Vec<Live>,
    /// How the curves are drawn.
    pub plot: PlotView,
    /// All runs.
    pub runs: RunList,
    /// A question that waits for an answer.
    pub ask: Option<Ask>,
    /// The window closes as soon as no training is under way.
    pub closes: Closing,
}

/// Two steps on the device.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Trial {
    /// Not asked for.
    #[default]
    None,
    /// Under way.
    Running(JobId),
    /// What they took.
    Done(crate::train::trial::Trial),
    /// They failed.
    Failed(Failure),
}

/// A question over the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Discard the training under way?
    Discard(JobId),
    /// Train on parts that share pictures or patients?
    Leak,
    /// Move this run to the trash?
    Trash(PathBuf),
    /// The window shall close while a training is under way.
    Close,
}

/// Whether the window closes by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Closing {
    /// No.
    #[default]
    No,
    /// When the training under way has ended.
    AfterTraining,
    /// Now: nothing holds it any more.
    Now,
}

/// How a close was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseAnswer {
    /// Stop within a step, keep the best, close.
    StopAndKeep,
    /// Finish this epoch, keep the best, close.
    FinishEpoch,
    /// To the trash, and close.
    Discard,
    /// Do not close.
    Stay,
}

/// Does what the user asked for.
pub fn update(state: &mut AppState, action: TrainingAction, now_secs: u64) -> Vec<Command> {
    use TrainingAction as A;
    match action {
        A::ChooseData(path) => data::choose(state, path),
        A::ChooseDataText(text) => data::choose_text(state, &text),
        A::Pick(pick) => super::update::pick_paths(state, pick),
        A::CancelSurvey => data::cancel(state),
        A::DropSplitFile => data::change(state, |request| request.split_file = None),
        A::SetSplitSeed(seed) => data::change(state, |request| request.seed = seed),
        A::SetShare(part, share) => data::change(state, |request| data::set_share(&mut request.shares, part, share)),
        A::ShowWarning(index) => {
            let shown = &mut state.training.data.shown_warning;
            *shown = if *shown == Some(index) { None } else { Some(index) };
            Vec::new()
        }
        A::OpenSlice(path) => super::opening::open(state, vec![path]),
        A::FollowSplit(file) => data::change(state, |request| request.split_file = Some(file)),
        A::SetClassifier(net) => change_form(state, |form| form.set_classifier(net)),
        A::SetSegmenter(net) => change_form(state, |form| form.set_segmenter(net)),
        A::SetStart(start) => change_form(state, |form| form.start = start),
        A::Set(setting, text) => change_form(state, |form| drop(form.typed.insert(setting, text))),
        A::Undo(setting) => change_form(state, |form| drop(form.typed.remove(&setting))),
        A::UsePreset(preset) => change_form(state, |form| form.set_preset(preset)),
        A::UseSettingsOf(folder) => {
            runs::use_settings(state, &folder);
            change_form(state, |_| ())
        }
        A::ShowStrengths(is_shown) => preview::show(state, is_shown),
        A::CommandCopied => {
            let words = "The command is copied: paste it into a terminal.".to_owned();
            state.notices.add(super::notice::Level::Info, super::notice::About::Training, words, Vec::new());
            Vec::new()
        }
        A::Try => live::try_steps(state),
        A::Start => live::start(state, false),
        A::PauseOrGoOn => live::pause_or_go_on(state),
        A::Stop => live::stop(state),
        A::Discard => {
            state.training.ask = state.training.running().map(|live| Ask::Discard(live.job));
            Vec::new()
        }
        A::SkipThresholds(job) => vec![Command::Cancel { job }],
        A::Withdraw(job) => live::withdraw(state, job),
        A::Confirm => confirm(state),
        A::Decline => {
            state.training.ask = None;
            Vec::new()
        }
        A::CloseAsked => live::close_asked(state),
        A::Close(answer) => live::close(state, answer),
        A::SetAxis(axis) => plot::set_axis(state, axis),
        A::SetLog(is_log) => plot::set_log(state, is_log),
        A::SetParts(has_parts) => plot::set_parts(state, has_parts),
        A::SetSmoothing(weight) => plot::set_smoothing(state, weight),
        A::Zoom(range) => plot::zoom(state, range),
        A::ShowOnScan(is_shown) => watching::show(state, is_shown),
        A::ShowExamples(epoch) => runs::show_examples(state, epoch),
        A::ShowRun { folder, adds } => runs::show(state, &folder, adds),
        A::Resume(folder) => live::resume(state, folder),
        A::UseNow(folder) => runs::use_now(state, &folder, now_secs),
        A::Label(run, label) => order(state, LabOrder::LabelRun { run, label }).1,
        A::Trash(folder) => {
            state.training.ask = Some(Ask::Trash(folder));
            Vec::new()
        }
    }
}

fn confirm(state: &mut AppState) -> Vec<Command> {
    match state.training.ask.take() {
        Some(Ask::Discard(job)) => live::discard(state, job),
        Some(Ask::Leak) => live::start(state, true),
        Some(Ask::Trash(folder)) => runs::trash(state, folder),
        Some(Ask::Close) | None => Vec::new(),
    }
}

/// What was measured for other settings says nothing any more, and the preview follows.
fn change_form(state: &mut AppState, change: impl FnOnce(&mut Form)) -> Vec<Command> {
    change(&mut state.training.form);
    let mut commands = forget_trial(state);
    commands.extend(preview::refresh(state));
    commands
}

fn forget_trial(state: &mut AppState) -> Vec<Command> {
    match std::mem::take(&mut state.training.trial) {
        Trial::Running(job) => vec![Command::Cancel { job }],
        Trial::None | Trial::Done(_) | Trial::Failed(_) => Vec::new(),
    }
}

/// An order under a new name.
fn order(state: &mut AppState, order: LabOrder) -> (JobId, Vec<Command>) {
    let job = state.inner.jobs.mint();
    state.training.runs.jobs.push(job);
    (job, vec![Command::Lab { job, order }])
}

/// A path was picked or typed for the Train view.
pub fn picked(state: &mut AppState, pick: Pick, path: PathBuf) -> Vec<Command> {
    match pick {
        Pick::DataFolder | Pick::DataTable => data::choose(state, path),
        Pick::SplitFile => data::change(state, |request| request.split_file = Some(path)),
        Pick::StartWeights => change_form(state, |form| form.start = StartFrom::File(path)),
        Pick::SaveSplit => data::save_split(state, path),
        Pick::SaveCurves => runs::export(state, path),
        Pick::Files | Pick::Folder | Pick::ExportFolder | Pick::Models(_) => Vec::new(),
    }
}

/// Takes in a report of the lab.
pub fn receive(state: &mut AppState, job: JobId, report: &LabReport, now_secs: u64) -> Vec<Command> {
    match report {
        LabReport::Surveyed(found) => data::surveyed(state, job, found),
        LabReport::Tried(result) => {
            if state.training.trial == Trial::Running(job) {
                state.training.trial = Trial::Done(result.clone());
            }
            Vec::new()
        }
        LabReport::RunCreated(folder) => live::created(state, job, folder),
        LabReport::Training(event) => live::heard(state, job, event),
        LabReport::EpochOutline(outline) => watching::outlined(state, job, outline),
        LabReport::Thresholds(chosen) => live::thresholds(state, job, chosen.as_ref()),
        LabReport::Memory(bytes) => live::memory(state, job, *bytes),
        LabReport::Paused(is_paused) => live::paused(state, job, *is_paused),
        LabReport::Trashed(_) => live::trashed(state, job),
        LabReport::Runs(found) => runs::listed(state, found, now_secs),
        LabReport::RunRead(record) => runs::read(state, record),
        LabReport::Examples(sheet) => runs::examples(state, sheet),
        LabReport::Written(file) => runs::written(state, job, file),
        LabReport::Previewed(sheet) => preview::previewed(state, job, sheet),
        LabReport::Models(_) | LabReport::Evaluated(_) | LabReport::Crossing(_) | LabReport::CrossValidated(_) => {
            Vec::new()
        }
    }
}

/// How far a job of this view is; false where it is none of its.
pub(super) fn progress(state: &mut AppState, job: JobId, now: &Progress) -> bool {
    if let data::Survey::Running { job: current, progress } = &mut state.training.data.survey
        && *current == job
    {
        *progress = now.clone();
        return true;
    }
    match state.training.line.iter_mut().find(|live| live.job == job) {
        Some(live) => {
            // What runs after its end is the choice of thresholds.
            if let Phase::Ended(_) = live.phase {
                live.choosing = Some(now.clone());
            } else {
                live.phase = Phase::Preparing(now.clone());
            }
            true
        }
        None => false,
    }
}

/// A job of this view was canceled or failed; `None` where it is none of its.
pub(super) fn ended_early(state: &mut AppState, job: JobId, failure: Option<&Failure>) -> Option<Vec<Command>> {
    if data::ended_early(state, job, failure) {
        return Some(Vec::new());
    }
    if state.training.trial == Trial::Running(job) {
        state.training.trial = failure.map_or(Trial::None, |f| Trial::Failed(f.clone()));
        return Some(Vec::new());
    }
    if state.training.line.iter().any(|live| live.job == job) {
        return Some(live::ended_early(state, job, failure));
    }
    if state.training.runs.jobs.contains(&job) {
        state.training.runs.jobs.retain(|j| *j != job);
        if let Some(failure) = failure {
            state.notices.add_failure(super::notice::About::Training, failure);
        }
        return Some(Vec::new());
    }
    None
}

impl TrainingState {
    /// The training under way: it has begun and has not ended.
    pub fn running(&self) -> Option<&Live> {
        self.line.iter().find(|live| live.phase.is_under_way())
    }

    /// The training that the curves show: the one under way, else the latest that has begun.
    pub fn shown_live(&self) -> Option<&Live> {
        self.running().or_else(|| self.line.iter().rev().find(|live| live.history.step_count() > 0))
    }

    /// A run of the list as it stands now, where it is in training or waits for it.
    pub fn as_it_stands(&self, run: &RunSummary) -> Option<RunSummary> {
        let is_open = |live: &&Live| live.phase.is_under_way() || live.phase == Phase::Waiting;
        let live = self.line.iter().find(|live| is_open(live) && live.folder.as_ref() == Some(&run.folder))?;
        let status = if live.phase == Phase::Waiting { RunStatus::Queued } else { RunStatus::Running };
        let mut now = RunSummary { status, ..run.clone() };
        let epochs = live.history.epochs();
        if let Some(last) = epochs.last() {
            now.epochs_done = last.epoch + 1;
            now.best = live.history.best_by_loss().map(|e| (e.epoch, e.val_loss, e.metric));
            now.metric_curve = epochs.iter().map(|e| e.metric).collect();
        }
        Some(now)
    }

    pub(super) fn live_mut(&mut self, job: JobId) -> Option<&mut Live> {
        self.line.iter_mut().find(|live| live.job == job)
    }
}
