//! The user's settings and recent files, in the program's own configuration folder. Not for anything of a patient.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::atomic;
use super::error::IoError;
use super::home::{self, Home};

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// Dark, as reading rooms are.
    #[default]
    Dark,
    /// Light.
    Light,
}

/// What the program remembers between starts.
// Each is a switch of its own on the settings sheet.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Files and folders opened before, newest first, at most 12.
    pub recent: Vec<PathBuf>,
    /// Theme.
    pub theme: ThemeChoice,
    /// Scale of everything on screen, 1.0–2.0.
    pub ui_scale: f32,
    /// Width of the study panel in points.
    pub left_width: f32,
    /// Width of the right panel in points.
    pub right_width: f32,
    /// Go on to the next unreviewed flagged slice after a verdict.
    pub review_advances: bool,
    /// Right drag is wider to the left, and up is darker.
    pub window_drag_inverted: bool,
    /// The patient's right on the right of the screen.
    pub neurological: bool,
    /// The reviewer's initials.
    pub reviewer: String,
    /// Cover the model's answer until the reader has looked.
    pub reader_first: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            recent: Vec::new(),
            theme: ThemeChoice::Dark,
            ui_scale: 1.0,
            left_width: 220.0,
            right_width: 300.0,
            review_advances: true,
            window_drag_inverted: false,
            neurological: false,
            reviewer: String::new(),
            reader_first: false,
        }
    }
}

/// How many recent files are kept.
pub const MAX_RECENT: usize = 12;

impl Settings {
    /// Puts `path` first among the recent files. Names that are no Unicode cannot be kept in JSON and are left out.
    pub fn push_recent(&mut self, path: &Path) {
        if path.to_str().is_none() {
            return;
        }
        self.recent.retain(|p| p != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(MAX_RECENT);
    }

    /// Brings hand-edited or outdated values back into their ranges.
    fn clamped(mut self) -> Self {
        let default = Self::default();
        let in_range = |value: f32, low: f32, high: f32, otherwise: f32| {
            if value.is_finite() { value.clamp(low, high) } else { otherwise }
        };
        self.ui_scale = in_range(self.ui_scale, 1.0, 2.0, default.ui_scale);
        self.left_width = in_range(self.left_width, 120.0, 600.0, default.left_width);
        self.right_width = in_range(self.right_width, 200.0, 800.0, default.right_width);
        self.recent.truncate(MAX_RECENT);
        self
    }
}

/// The saved settings; the defaults where there are none. An unreadable file is moved aside, and the second value says so.
pub fn load(home: &Home) -> (Settings, Option<IoError>) {
    let path = home.settings_file();
    match home::read_text(&path) {
        Ok(None) => (Settings::default(), None),
        Ok(Some(text)) => match serde_json::from_str::<Settings>(&text) {
            Ok(settings) => (settings.clamped(), None),
            Err(error) => (Settings::default(), Some(home::keep_aside(&path, &error.to_string()))),
        },
        Err(error) => (Settings::default(), Some(error)),
    }
}

/// Saves the settings, whole or not at all.
pub fn save(home: &Home, settings: &Settings) -> Result<(), IoError> {
    let path = home.settings_file();
    let text = serde_json::to_string_pretty(settings)
        .map_err(|e| IoError::Write { reason: e.to_string(), path: path.clone() })?;
    atomic::write(&path, text.as_bytes())
}
