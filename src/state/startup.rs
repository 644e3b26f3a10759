//! The first state: what to open when the program starts. Not for reading arguments (`main`, `cli`).

use std::path::PathBuf;

use crate::engine::command::{Command, ModelChoice};
use crate::io::limits;
use crate::io::settings::Settings;

use super::AppState;
use super::{analyzing, opening};

/// What the program starts with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Start {
    /// Settings as read, or the defaults.
    pub settings: Settings,
    /// Files and folders from the command line.
    pub paths: Vec<PathBuf>,
    /// Which nets.
    pub choice: ModelChoice,
    /// Local time minus UTC in seconds, where known.
    pub clock_offset_secs: Option<i32>,
}

/// The first state and the first orders: the nets, and the paths given, or the sample while there are no recent files.
pub fn start(start: Start) -> (AppState, Vec<Command>) {
    let mut state = AppState {
        settings: start.settings,
        clock_offset_secs: start.clock_offset_secs,
        memory_ceiling_bytes: limits::MAX_OPEN_BYTES as usize,
        ..AppState::default()
    };
    state.model.choice = start.choice;
    // The picture goes first: opening is fast, and loading nets needs all cores.
    let mut commands = if !start.paths.is_empty() {
        opening::open(&mut state, start.paths)
    } else if state.settings.recent.is_empty() {
        opening::open(&mut state, vec![opening::SAMPLE_PATH.into()])
    } else {
        Vec::new()
    };
    commands.extend(analyzing::load_models(&mut state));
    (state, commands)
}
