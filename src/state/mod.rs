//! Room 6, `state`: what the app knows. Pure and testable without a window: [`update::update`] takes the user's actions,
//! [`receive::receive`] the engine's events, both answer with commands. Not for drawing, threads or files.

pub mod action;
mod agreeing;
pub mod allowed;
mod analyzing;
pub mod counts;
pub mod exporting;
pub mod figures;
pub mod gray;
pub mod labels;
pub mod layers;
pub mod looking;
mod measuring;
pub mod models;
pub mod notice;
pub mod opening;
pub mod panes;
pub mod placed;
pub mod rano;
mod reader_first;
pub mod receive;
pub mod reviewing;
pub mod rows;
mod saving;
pub mod screen;
pub mod shortcut;
pub mod startup;
pub mod strip;
pub mod study;
pub mod table;
pub mod text;
pub mod tool;
pub mod training;
pub mod undo;
pub mod update;
pub mod view;
pub mod words;
pub mod work;

use crate::domain::card::Task;
use crate::domain::scan::Scan;
use crate::io::settings::Settings;

use notice::Notices;
use screen::{Layout, Overlay, ViewTransform};
use study::{ScanState, StudyId, StudyState};
use tool::{Draft, Tool};
use undo::Undo;
use work::{Export, Jobs, ModelState, Moved, OpenDialog, Opening};

/// Everything that the app knows. The window reads it and sends actions; only `update` and `receive` change it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AppState {
    /// Open studies in the order of the list.
    pub studies: Vec<StudyState>,
    /// The study on screen.
    pub current: Option<StudyId>,
    /// Where opening stands.
    pub opening: Opening,
    /// The nets.
    pub model: ModelState,
    /// Thresholds that the reader moved.
    pub moved: Moved,
    /// What is drawn over the picture.
    pub overlay: Overlay,
    /// Zoom and place of the picture.
    pub view: ViewTransform,
    /// How the canvas is divided.
    pub panes: panes::Panes,
    /// What the left drag does.
    pub tool: Tool,
    /// The figure under the hand.
    pub draft: Option<Draft>,
    /// The measurement whose points are shown.
    pub selected: Option<u64>,
    /// Panels and popups.
    pub layout: Layout,
    /// What there is to tell.
    pub notices: Notices,
    /// What is remembered between starts.
    pub settings: Settings,
    /// Where the export stands.
    pub export: Export,
    /// The dialog that is open.
    pub dialog: Option<OpenDialog>,
    /// Decisions that can be taken back.
    pub undo: Undo,
    /// Bytes that open studies may take together.
    pub memory_ceiling_bytes: usize,
    /// Local time minus UTC in seconds, for "Saved 14:02"; `None` shows UTC and says so.
    pub clock_offset_secs: Option<i32>,
    /// The Train view.
    pub training: training::TrainingState,
    /// The Models view.
    pub models_view: models::ModelsState,
    /// Bookkeeping that nobody draws.
    pub inner: Inner,
}

/// Bookkeeping that nobody draws.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inner {
    /// Names of jobs.
    pub jobs: Jobs,
    /// Names of studies: the last one given.
    pub last_study: u64,
    /// Counts how often a study came on screen.
    pub shown: u64,
    /// The analysis that the engine works on or worked on last: only it can outline single slices.
    pub latest_analysis: Option<crate::engine::command::JobId>,
    /// The latest save of the settings.
    pub settings_job: Option<crate::engine::command::JobId>,
    /// The initials were asked for in this session.
    pub has_asked_initials: bool,
}

/// Both thresholds in use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// The classifier's: at or above is flagged.
    pub classifier: f32,
    /// The mask's: at or above is inside.
    pub mask: f32,
    /// The card's classifier threshold.
    pub card_classifier: f32,
    /// The card's mask threshold.
    pub card_mask: f32,
}

/// What stands in for a threshold until the nets are there; nothing is flagged by it, as there are no scores yet.
const THRESHOLD_WITHOUT_CARD: f32 = 0.5;

impl AppState {
    /// The study of this name.
    pub fn study(&self, id: StudyId) -> Option<&StudyState> {
        self.studies.iter().find(|s| s.id == id)
    }

    /// The study on screen.
    pub fn current_study(&self) -> Option<&StudyState> {
        self.current.and_then(|id| self.study(id))
    }

    /// The scan on screen: study, scan as read, what is known of it.
    pub fn current_scan(&self) -> Option<(&StudyState, &Scan, &ScanState)> {
        let study = self.current_study()?;
        let (scan, state) = study.current()?;
        Some((study, scan, state))
    }

    /// What is known of the scan on screen.
    pub fn scan_state(&self) -> Option<&ScanState> {
        self.current_scan().map(|(_, _, state)| state)
    }

    /// The thresholds that hold for a scan: moved ones first, else those of the card that read it.
    pub fn thresholds_of(&self, scan: &ScanState) -> Thresholds {
        let card = |task| {
            let stamp = scan.finding.as_ref().and_then(|f| f.model(task)).map(|m| m.card_threshold);
            let loaded = self.model.models.ready().map(|m| match task {
                Task::Classifier => m.classifier.thresholds.threshold,
                Task::Segmenter => m.segmenter.thresholds.threshold,
            });
            stamp.or(loaded).unwrap_or(THRESHOLD_WITHOUT_CARD)
        };
        let (card_classifier, card_mask) = (card(Task::Classifier), card(Task::Segmenter));
        Thresholds {
            classifier: self.moved.classifier.unwrap_or(card_classifier),
            mask: self.moved.mask.unwrap_or(card_mask),
            card_classifier,
            card_mask,
        }
    }

    /// The thresholds that hold for the scan on screen.
    pub fn thresholds(&self) -> Option<Thresholds> {
        self.scan_state().map(|scan| self.thresholds_of(scan))
    }

    /// Reading with nets other than the ones that ship: to be said on the canvas.
    pub fn reads_with_other_models(&self) -> bool {
        self.model.models.ready().is_some_and(|m| !m.are_shipped)
    }

    pub(crate) fn study_mut(&mut self, id: StudyId) -> Option<&mut StudyState> {
        self.studies.iter_mut().find(|s| s.id == id)
    }

    pub(crate) fn scan_mut(&mut self, id: StudyId, scan: usize) -> Option<&mut ScanState> {
        self.study_mut(id).and_then(|s| s.scans.get_mut(scan))
    }

    pub(crate) fn current_scan_mut(&mut self) -> Option<&mut ScanState> {
        let study = self.current.and_then(|id| self.study_mut(id))?;
        study.scans.get_mut(study.scan)
    }
}
