//! What the engine says of models and evaluations. Not for the user's wishes (`super::update`).

use std::sync::Arc;

use crate::domain::card::Task;
use crate::engine::command::{Command, JobId};
use crate::engine::failure::Failure;
use crate::engine::lab::report::{KnownModel, LabReport};
use crate::state::AppState;
use crate::state::work::Progress;
use crate::train::event::TrainEvent;

use super::{Listing, Measured, ModelKey, ModelsState, Said};

/// Takes in a report of the lab.
pub fn receive(state: &mut AppState, job: JobId, report: &LabReport) -> Vec<Command> {
    let view = &mut state.models_view;
    match report {
        LabReport::Models(models) => listed(view, job, models),
        LabReport::Evaluated(report) if view.evaluating.as_ref().is_some_and(|e| e.job == job) => {
            view.evaluating = None;
            view.said = written(report.written.len()).map(Said::Done);
            if !report.written.is_empty() {
                view.list = Listing::Unknown;
            }
            view.measured = Some(Measured::new(Arc::clone(report)));
        }
        LabReport::Written(file) if view.orders.contains(&job) => {
            view.said = Some(Said::Done(format!("Written: {}", file.display())));
        }
        // A training has made or taken away weights: the list is no longer true.
        LabReport::Training(TrainEvent::Ended { .. }) | LabReport::Thresholds(_) | LabReport::Trashed(_) => {
            view.list = Listing::Unknown;
        }
        LabReport::Crossing(now) => view.crossing.hear(job, now),
        LabReport::CrossValidated(result) => view.crossing.done(job, result),
        LabReport::Evaluated(_)
        | LabReport::Written(_)
        | LabReport::Surveyed(_)
        | LabReport::Previewed(_)
        | LabReport::Tried(_)
        | LabReport::RunCreated(_)
        | LabReport::Training(_)
        | LabReport::EpochOutline(_)
        | LabReport::Memory(_)
        | LabReport::Paused(_)
        | LabReport::Runs(_)
        | LabReport::RunRead(_)
        | LabReport::Examples(_) => {}
    }
    Vec::new()
}

fn written(cards: usize) -> Option<String> {
    match cards {
        0 => None,
        1 => Some("The model's card has these figures now.".to_owned()),
        _ => Some("The models' cards have these figures now.".to_owned()),
    }
}

fn listed(view: &mut ModelsState, job: JobId, models: &Arc<Vec<KnownModel>>) {
    let is_asked = matches!(&view.list, Listing::Asked(asked, _) if *asked == job);
    let is_order = view.orders.contains(&job);
    if !is_asked && !is_order {
        return;
    }
    view.orders.retain(|order| *order != job);
    let before: Vec<ModelKey> = view.known().iter().filter_map(ModelKey::of).collect();
    view.list = Listing::Known(Arc::clone(models));
    // An imported model is shown at once.
    let new = models.iter().filter_map(ModelKey::of).find(|key| is_order && !before.contains(key));
    if new.is_some() && !before.is_empty() {
        view.said = Some(Said::Done("Imported.".to_owned()));
        view.selected = new;
    }
    let is_there =
        |view: &ModelsState, key: &Option<ModelKey>| key.as_ref().is_some_and(|key| view.find(key).is_some());
    if !is_there(view, &view.selected) {
        view.selected = models.first().and_then(ModelKey::of);
    }
    if !is_there(view, &view.compared) {
        view.compared = None;
    }
    // The form offers what is there: models of their task that can be used.
    for task in [Task::Classifier, Task::Segmenter] {
        let place = match task {
            Task::Classifier => &view.form.classifier,
            Task::Segmenter => &view.form.segmenter,
        };
        if place.is_some() && !is_there(view, place) {
            match task {
                Task::Classifier => view.form.classifier = None,
                Task::Segmenter => view.form.segmenter = None,
            }
        }
    }
}

/// How far the evaluation is; false where the job is another's.
pub fn progress(state: &mut AppState, job: JobId, now: &Progress) -> bool {
    if let Some(running) = state.models_view.crossing.running.as_mut().filter(|running| running.job == job) {
        running.progress = now.clone();
        return true;
    }
    match &mut state.models_view.evaluating {
        Some(evaluating) if evaluating.job == job => {
            evaluating.progress = now.clone();
            true
        }
        _ => false,
    }
}

/// A job of this view was stopped; false where it is another's.
pub fn canceled(state: &mut AppState, job: JobId) -> bool {
    let view = &mut state.models_view;
    if view.evaluating.as_ref().is_some_and(|e| e.job == job) {
        view.evaluating = None;
        view.said = Some(Said::Done("The evaluation was stopped; nothing of it is kept.".to_owned()));
        return true;
    }
    if view.crossing.is(job) {
        view.crossing.running = None;
        let words = "The cross-validation was stopped; the same settings go on with its finished folds.";
        view.said = Some(Said::Done(words.to_owned()));
        return true;
    }
    end_order(view, job)
}

/// A job of this view failed; false where it is another's.
pub fn failed(state: &mut AppState, job: JobId, failure: &Failure) -> bool {
    let view = &mut state.models_view;
    if view.evaluating.as_ref().is_some_and(|e| e.job == job) {
        view.evaluating = None;
    } else if view.crossing.is(job) {
        view.crossing.running = None;
    } else if matches!(&view.list, Listing::Asked(asked, _) if *asked == job) {
        view.list = Listing::Failed(failure.clone());
        return true;
    } else if !end_order(view, job) {
        return false;
    }
    view.said = Some(Said::Trouble(failure.clone()));
    true
}

fn end_order(view: &mut ModelsState, job: JobId) -> bool {
    let count = view.orders.len();
    view.orders.retain(|order| *order != job);
    view.orders.len() < count
}
