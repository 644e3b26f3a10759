//! From the engine's event to the new state and further orders. The only place that drops stale answers: an event counts
//! where its job is still the one that is waited for. Not for the user's actions (`update`).

use std::path::PathBuf;

use crate::engine::command::{Command, JobId, Pick};
use crate::engine::event::Event;
use crate::engine::failure::Failure;

use super::notice::{About, Level};
use super::screen::Popup;
use super::study::{Analysis, Saved};
use super::work::{Export, Models, Opening, Progress};
use super::{AppState, analyzing, exporting, opening, saving};

/// Takes in what the engine reports. `now_secs` is the time in seconds since 1970 (UTC).
pub fn receive(state: &mut AppState, event: Event, now_secs: u64) -> Vec<Command> {
    let mut commands = hear(state, event, now_secs);
    commands.extend(super::training::watching::follow(state));
    commands
}

fn hear(state: &mut AppState, event: Event, now_secs: u64) -> Vec<Command> {
    match event {
        Event::Progress { job, what, done, total } => {
            progress(state, job, Progress { what, done, total });
            Vec::new()
        }
        Event::Opened { job, studies, failures } => opening::opened(state, job, studies, &failures),
        Event::ModelsLoaded { job, models } => analyzing::models_loaded(state, job, models),
        Event::AnalysisStarted { job, gate, pixels_sha256, models } => {
            analyzing::started(state, job, gate, pixels_sha256, models)
        }
        Event::Scored { job, slice, score } => {
            analyzing::scored(state, job, slice, score);
            Vec::new()
        }
        Event::Outlined { job, slice, map } => {
            analyzing::outlined(state, job, slice, map);
            Vec::new()
        }
        Event::SliceFailed { job, slice, failure } => {
            analyzing::slice_failed(state, job, slice, &failure);
            Vec::new()
        }
        Event::Analyzed { job, secs } => {
            analyzing::analyzed(state, job, secs);
            Vec::new()
        }
        Event::Exported { job, folder, files } => {
            exporting::exported(state, job, folder, files, now_secs);
            Vec::new()
        }
        Event::ReviewSaved { job } => {
            saving::saved(state, job, now_secs);
            Vec::new()
        }
        Event::ReviewsLoaded { job, reviews, measurements } => saving::loaded(state, job, reviews, measurements),
        Event::Picked { job, pick, paths, no_dialog } => picked(state, job, pick, paths, no_dialog),
        Event::Lab { job, report } => {
            let mut commands = super::training::receive(state, job, &report, now_secs);
            commands.extend(super::models::receive(state, job, &report));
            commands
        }
        Event::Canceled { job } => {
            if let Some(commands) = super::training::ended_early(state, job, None) {
                return commands;
            }
            canceled(state, job);
            Vec::new()
        }
        Event::Failed { job, failure } => {
            if let Some(commands) = super::training::ended_early(state, job, Some(&failure)) {
                return commands;
            }
            failed(state, job, failure);
            Vec::new()
        }
    }
}

fn progress(state: &mut AppState, job: JobId, now: Progress) {
    if super::training::progress(state, job, &now) || super::models::progress(state, job, &now) {
        return;
    }
    if let Opening::Running { job: current, progress, .. } = &mut state.opening
        && *current == job
    {
        *progress = now;
        return;
    }
    if let Export::Running { job: current, progress, .. } = &mut state.export
        && *current == job
    {
        *progress = now;
        return;
    }
    for scan in state.studies.iter_mut().flat_map(|s| &mut s.scans) {
        if let Analysis::Running { job: current, progress, .. } = &mut scan.analysis
            && *current == job
        {
            *progress = now;
            return;
        }
    }
}

fn picked(state: &mut AppState, job: JobId, pick: Pick, paths: Vec<PathBuf>, no_dialog: bool) -> Vec<Command> {
    if state.dialog.is_none_or(|d| d.job != job) {
        return Vec::new();
    }
    state.dialog = None;
    if no_dialog {
        state.layout.has_no_dialogs = true;
        state.layout.popup = Some(Popup::Path(pick));
        return Vec::new();
    }
    match (pick, paths.into_iter().collect::<Vec<_>>()) {
        (_, none) if none.is_empty() => Vec::new(),
        (Pick::Files | Pick::Folder, paths) => opening::open(state, paths),
        (Pick::ExportFolder, mut folders) => exporting::export(state, folders.swap_remove(0)),
        (
            Pick::DataFolder
            | Pick::DataTable
            | Pick::SplitFile
            | Pick::StartWeights
            | Pick::SaveSplit
            | Pick::SaveCurves
            | Pick::Models(_),
            mut paths,
        ) => super::update::picked(state, pick, paths.swap_remove(0)),
    }
}

/// What a job that ended early was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Opening,
    Models,
    Analysis,
    Export,
    Dialog,
    SaveReview,
    LoadReviews,
    Settings,
}

/// What `job` is, where it is still waited for.
fn kind_of(state: &AppState, job: JobId) -> Option<Kind> {
    let scans = || state.studies.iter().flat_map(|s| &s.scans);
    if matches!(&state.opening, Opening::Running { job: current, .. } if *current == job) {
        Some(Kind::Opening)
    } else if matches!(&state.model.models, Models::Loading { job: current } if *current == job) {
        Some(Kind::Models)
    } else if matches!(&state.export, Export::Running { job: current, .. } if *current == job) {
        Some(Kind::Export)
    } else if state.dialog.is_some_and(|d| d.job == job) {
        Some(Kind::Dialog)
    } else if state.inner.settings_job == Some(job) {
        Some(Kind::Settings)
    } else if scans().any(|s| s.saved == Saved::Saving(job)) {
        Some(Kind::SaveReview)
    } else if scans().any(|s| s.reviews_job == Some(job)) {
        Some(Kind::LoadReviews)
    } else {
        scans().any(|s| s.accepts(job)).then_some(Kind::Analysis)
    }
}

fn canceled(state: &mut AppState, job: JobId) {
    if super::models::canceled(state, job) {
        return;
    }
    match kind_of(state, job) {
        Some(Kind::Opening) => opening::opening_ended(state, None),
        Some(Kind::Models) => state.model.models = Models::NotLoaded,
        Some(Kind::Analysis) => analyzing::canceled(state, job),
        Some(Kind::Export) => {
            state.export = Export::Idle;
            let words = "The export was stopped: the folder holds what was written before.".to_owned();
            state.notices.add(Level::Warning, About::Export, words, Vec::new());
        }
        Some(Kind::Dialog) => state.dialog = None,
        Some(Kind::SaveReview) => saving::save_failed(state, job),
        Some(Kind::LoadReviews | Kind::Settings) | None => {}
    }
}

fn failed(state: &mut AppState, job: JobId, failure: Failure) {
    if super::models::failed(state, job, &failure) {
        return;
    }
    match kind_of(state, job) {
        Some(Kind::Opening) => opening::opening_ended(state, Some(&failure)),
        Some(Kind::Models) => {
            state.notices.add_failure(About::Models, &failure);
            state.model.models = Models::Failed(failure);
        }
        Some(Kind::Analysis) => analyzing::failed(state, job, failure),
        Some(Kind::Export) => {
            state.export = Export::Failed;
            state.notices.add_failure(About::Export, &failure);
        }
        Some(Kind::Dialog) => {
            state.dialog = None;
            state.notices.add_failure(About::App, &failure);
        }
        Some(Kind::SaveReview) => {
            saving::save_failed(state, job);
            state.notices.add_failure(About::Review, &failure);
        }
        Some(Kind::LoadReviews) => {
            state.notices.add_failure(About::Review, &failure);
        }
        Some(Kind::Settings) => {
            state.notices.add_failure(About::App, &failure);
        }
        None => {}
    }
}
