//! What the Models view knows: models, cards, evaluations. Not for training (`super::training`).

use crate::engine::command::{Command, JobId};
use crate::engine::lab::report::LabReport;

use super::AppState;

/// The Models view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelsState {}

/// One wish of the user in the Models view.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelsAction {}

/// Does what the user asked for.
pub fn update(_state: &mut AppState, action: ModelsAction) -> Vec<Command> {
    match action {}
}

/// Takes in a report of the lab.
pub fn receive(_state: &mut AppState, _job: JobId, _report: &LabReport) -> Vec<Command> {
    Vec::new()
}
