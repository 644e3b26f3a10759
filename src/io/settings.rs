//! The user's settings and recent files, in the program's own configuration folder. Not for anything of a patient.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
            reviewer: String::new(),
            reader_first: false,
        }
    }
}
