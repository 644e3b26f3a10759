//! What the Train view knows: data, settings, the training under way, runs. Not for the Models view (`super::models`).

use std::path::PathBuf;

use crate::engine::command::{Command, JobId, Pick};
use crate::engine::lab::report::LabReport;

use super::AppState;

/// The Train view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingState {}

/// One wish of the user in the Train view.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingAction {}

/// Does what the user asked for.
pub fn update(_state: &mut AppState, action: TrainingAction, _now_secs: u64) -> Vec<Command> {
    match action {}
}

/// A path was picked or typed for the Train view.
pub fn picked(_state: &mut AppState, _pick: Pick, _path: PathBuf) -> Vec<Command> {
    Vec::new()
}

/// Takes in a report of the lab.
pub fn receive(_state: &mut AppState, _job: JobId, _report: &LabReport, _now_secs: u64) -> Vec<Command> {
    Vec::new()
}
