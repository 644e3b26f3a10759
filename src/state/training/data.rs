//! Step 1 of the Train view: which data, how it is split, what must be known of it. Not for looking at it (the engine does).

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::command::{Command, JobId};
use crate::engine::failure::Failure;
use crate::engine::lab::order::{LabOrder, SurveyRequest};
use crate::state::AppState;
use crate::state::notice::{About, Level};
use crate::state::opening;
use crate::state::work::Progress;
use crate::train::inspect::DataReport;
use crate::train::split::{Part, Split};

/// The least share of a part.
const LEAST_SHARE: f64 = 0.05;

/// The data chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataStep {
    /// What to look at; `None` before anything is chosen.
    pub request: Option<SurveyRequest>,
    /// Where looking stands.
    pub survey: Survey,
    /// The warning whose slices are shown.
    pub shown_warning: Option<usize>,
}

/// Where looking stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Survey {
    /// Not asked for, or stopped.
    #[default]
    None,
    /// Under way.
    Running {
        /// The only job whose answer counts.
        job: JobId,
        /// How far.
        progress: Progress,
    },
    /// What was found.
    Done(Arc<DataReport>),
    /// It cannot be used.
    Failed(Failure),
}

impl DataStep {
    /// What was found, once it is.
    pub fn report(&self) -> Option<&DataReport> {
        if let Survey::Done(report) = &self.survey { Some(report) } else { None }
    }
}

/// Looks at another data set; seed and shares stay, a split file of other data does not.
pub(super) fn choose(state: &mut AppState, data: PathBuf) -> Vec<Command> {
    state.layout.drag_hover.clear();
    state.layout.popup = None;
    let (shares, seed) = state
        .training
        .data
        .request
        .as_ref()
        .map_or((Split::DEFAULT_SHARES, 1), |request| (request.shares, request.seed));
    survey(state, SurveyRequest { data, split_file: None, shares, seed })
}

pub(super) fn choose_text(state: &mut AppState, text: &str) -> Vec<Command> {
    let Some(path) = opening::paths_of_text(text).into_iter().next() else {
        let words = "No path in that text: give a folder or a CSV.".to_owned();
        state.notices.add(Level::Warning, About::Training, words, Vec::new());
        return Vec::new();
    };
    choose(state, path)
}

/// Looks again with a changed split.
pub(super) fn change(state: &mut AppState, change: impl FnOnce(&mut SurveyRequest)) -> Vec<Command> {
    let Some(mut request) = state.training.data.request.clone() else { return Vec::new() };
    change(&mut request);
    if state.training.data.request.as_ref() == Some(&request) {
        return Vec::new();
    }
    survey(state, request)
}

fn survey(state: &mut AppState, request: SurveyRequest) -> Vec<Command> {
    let mut commands = cancel(state);
    commands.extend(super::forget_trial(state));
    let job = state.inner.jobs.mint();
    let step = &mut state.training.data;
    step.request = Some(request.clone());
    step.survey = Survey::Running { job, progress: Progress { what: "Looking at the data", done: 0, total: 0 } };
    step.shown_warning = None;
    commands.push(Command::Lab { job, order: LabOrder::Survey(Box::new(request)) });
    commands
}

pub(super) fn cancel(state: &mut AppState) -> Vec<Command> {
    let Survey::Running { job, .. } = state.training.data.survey else { return Vec::new() };
    state.training.data.survey = Survey::None;
    vec![Command::Cancel { job }]
}

/// Sets one share; the other two keep their proportion and fill the rest.
pub fn set_share(shares: &mut [f64; 3], part: Part, share: f64) {
    if !share.is_finite() {
        return;
    }
    let at = Part::ALL.iter().position(|p| *p == part).unwrap_or(0);
    let share = share.clamp(LEAST_SHARE, 1.0 - 2.0 * LEAST_SHARE);
    let others: f64 = shares.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, s)| s).sum();
    for (i, other) in shares.iter_mut().enumerate() {
        *other = if i == at { share } else { *other * (1.0 - share) / others.max(f64::EPSILON) };
    }
}

pub(super) fn save_split(state: &mut AppState, file: PathBuf) -> Vec<Command> {
    let Some(request) = state.training.data.request.clone() else { return Vec::new() };
    super::order(state, LabOrder::WriteSplit { request: Box::new(request), file }).1
}

pub(super) fn surveyed(state: &mut AppState, job: JobId, report: &Arc<DataReport>) -> Vec<Command> {
    if matches!(state.training.data.survey, Survey::Running { job: current, .. } if current == job) {
        state.training.data.survey = Survey::Done(Arc::clone(report));
        return super::preview::refresh(state);
    }
    Vec::new()
}

pub(super) fn ended_early(state: &mut AppState, job: JobId, failure: Option<&Failure>) -> bool {
    let survey = &mut state.training.data.survey;
    if !matches!(survey, Survey::Running { job: current, .. } if *current == job) {
        return false;
    }
    *survey = failure.map_or(Survey::None, |f| Survey::Failed(f.clone()));
    true
}
