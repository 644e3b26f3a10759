//! What augmentation with the strengths of the form does to one slice of the data, shown as they are changed. Not for
//! augmenting (`train::augment`).

use std::sync::Arc;

use crate::engine::command::{Command, JobId};
use crate::engine::lab::order::{LabOrder, PreviewRequest};
use crate::engine::lab::report::PreviewSheet;
use crate::state::AppState;

/// Side of a small picture in pixels.
const SIDE: usize = 96;
/// Pictures, the plain one first.
const COUNT: usize = 8;

/// The strengths with their preview.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    /// They are unfolded.
    pub is_shown: bool,
    /// The latest pictures.
    pub sheet: Option<Arc<PreviewSheet>>,
    /// What was asked for last: only its answer counts.
    asked: Option<(JobId, PreviewRequest)>,
}

pub(super) fn show(state: &mut AppState, is_shown: bool) -> Vec<Command> {
    state.training.preview.is_shown = is_shown;
    refresh(state)
}

/// Asks for new pictures where they are shown and would be others.
pub(super) fn refresh(state: &mut AppState) -> Vec<Command> {
    let training = &state.training;
    if !training.preview.is_shown {
        return Vec::new();
    }
    let Some(report) = training.data.report() else { return Vec::new() };
    let (configs, troubles) = training.form.configs(training.data.request.as_ref());
    let example = report.examples.iter().find(|e| e.label).or_else(|| report.examples.first());
    let (Some(example), Some(config), true) = (example, configs.first(), troubles.is_empty()) else {
        return Vec::new();
    };
    let (slice, crop) = (example.file.clone(), config.input.crop);
    let request = PreviewRequest { slice, augment: config.augment, crop, size: SIDE, count: COUNT, seed: config.seed };
    if training.preview.asked.as_ref().is_some_and(|(_, asked)| *asked == request) {
        return Vec::new();
    }
    let (job, commands) = super::order(state, LabOrder::Preview(Box::new(request.clone())));
    state.training.preview.asked = Some((job, request));
    commands
}

pub(super) fn previewed(state: &mut AppState, job: JobId, sheet: &Arc<PreviewSheet>) -> Vec<Command> {
    let preview = &mut state.training.preview;
    if preview.asked.as_ref().is_some_and(|(asked, _)| *asked == job) {
        preview.sheet = Some(Arc::clone(sheet));
    }
    Vec::new()
}
