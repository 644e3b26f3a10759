//! One open study and what is known of each of its scans: place, window, the nets' answer, the reader's decisions. Not
//! for opening (`io`) and not for deciding (`reviewing`).

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::finding::Finding;
use crate::domain::gate::GateReason;
use crate::domain::measurement::{Measurement, Point};
use crate::domain::review::{BlindCall, Review};
use crate::domain::scan::{Scan, Slice, Study};
use crate::domain::window::{Presets, Window};
use crate::engine::command::JobId;
use crate::engine::failure::Failure;

use super::counts::SliceCounts;
use super::screen::WindowPreset;
use super::work::Progress;

/// Names one open study for as long as it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StudyId(pub u64);

/// Where the nets' reading of one scan stands. What was found so far lies in [`ScanState::finding`].
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Analysis {
    /// Not asked for yet, or another scan was more urgent: starts by itself when the scan is shown.
    #[default]
    NotStarted,
    /// Not the kind of picture that the nets know.
    Refused(Vec<GateReason>),
    /// Running.
    Running {
        /// The only job whose answer counts.
        job: JobId,
        /// How far.
        progress: Progress,
        /// The reader asked for a stop.
        is_canceling: bool,
    },
    /// Complete.
    Done {
        /// Seconds it took.
        secs: f32,
    },
    /// Stopped by the reader; what was found stays.
    Canceled,
    /// Failed; what was found stays.
    Failed(Failure),
}

impl Analysis {
    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. })
    }
}

/// Whether the decisions are on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Saved {
    /// Nothing to save.
    #[default]
    Nothing,
    /// On its way.
    Saving(JobId),
    /// On disk since (seconds since 1970, UTC).
    At(u64),
    /// It failed; a notice says why.
    Failed,
}

/// The gray window of one sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowState {
    /// Center and width in use.
    pub window: Window,
    /// The preset that it came from, if it was not moved since.
    pub preset: Option<WindowPreset>,
}

/// What is known of one scan.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanState {
    /// The slice on screen, from 0.
    pub slice: usize,
    /// The sequence on screen, from 0.
    pub sequence: usize,
    /// One window per sequence, measured when the sequence is first shown.
    pub windows: Vec<Option<WindowState>>,
    /// The presets of each sequence, measured when the sequence is first shown.
    pub presets: Vec<Option<Presets>>,
    /// Where the nets' reading stands.
    pub analysis: Analysis,
    /// The latest analysis of this scan; its answers count even after it is done (*Segment this slice*).
    pub job: Option<JobId>,
    /// The reader has asked for a reading in spite of the gate.
    pub is_override: bool,
    /// What the nets have said so far.
    pub finding: Option<Finding>,
    /// Pixel counts per slice, so that a moved threshold costs nothing; `None` while the outline is pending.
    pub counts: Vec<Option<Box<SliceCounts>>>,
    /// Slices that the reader asked to be outlined and that are not yet.
    pub asked_outlines: Vec<usize>,
    /// Slices that the reader asked to be outlined, outlined since or not: exported like flagged ones.
    pub own_outlines: Vec<usize>,
    /// Which slices were on screen, with or without the model's answer.
    pub seen: Vec<bool>,
    /// Where the crosshair stands on the slice on screen, in pixels; `None` in its middle.
    pub cursor_px: Option<Point>,
    /// What the reader measured, by name.
    pub measurements: Vec<Measurement>,
    /// The measurements of earlier sessions are among them; before, nothing is saved over them.
    pub has_loaded_measurements: bool,
    /// Reviews, one per result: [`ScanState::review`] is the one of the result on screen.
    pub reviews: Vec<Review>,
    /// The reader's own call before the model was shown.
    pub call: Option<BlindCall>,
    /// Reader first: the model is covered until the reader has looked, called and pressed Enter.
    pub is_covered: bool,
    /// Whether the decisions are on disk.
    pub saved: Saved,
    /// The job that looks for earlier reviews.
    pub reviews_job: Option<JobId>,
}

impl ScanState {
    /// A scan of which nothing is known yet.
    pub fn new(scan: &Scan, is_covered: bool) -> Self {
        let count = scan.slices.len();
        Self {
            slice: count / 2,
            sequence: scan.first_shown_sequence(),
            windows: vec![None; scan.sequences.len()],
            presets: vec![None; scan.sequences.len()],
            analysis: Analysis::NotStarted,
            job: None,
            is_override: false,
            finding: None,
            counts: vec![None; count],
            asked_outlines: Vec::new(),
            own_outlines: Vec::new(),
            seen: vec![false; count],
            cursor_px: None,
            measurements: Vec::new(),
            has_loaded_measurements: false,
            reviews: Vec::new(),
            call: None,
            is_covered,
            saved: Saved::Nothing,
            reviews_job: None,
        }
    }

    /// The window of the sequence on screen.
    pub fn window(&self) -> Option<WindowState> {
        self.windows.get(self.sequence).copied().flatten()
    }

    /// Whether the analysis runs or may still answer for single slices as `job`.
    pub fn accepts(&self, job: JobId) -> bool {
        self.job == Some(job)
    }

    /// Whether every slice has a score.
    pub fn is_scored(&self) -> bool {
        self.finding.as_ref().is_some_and(|f| f.slices.iter().all(|s| s.score.is_some()))
    }

    /// Area of a slice's outline in pixels at `threshold`; `None` while the outline is pending.
    pub fn area_px(&self, slice: usize, threshold: f32) -> Option<usize> {
        self.counts.get(slice)?.as_ref().map(|c| c.area_px(threshold))
    }

    /// Whether the classifier flags a slice at `threshold`.
    pub fn is_flagged(&self, slice: usize, threshold: f32) -> bool {
        self.finding.as_ref().and_then(|f| f.slices.get(slice)).is_some_and(|s| s.is_flagged(threshold))
    }

    /// The model score of a slice, once it is there.
    pub fn score(&self, slice: usize) -> Option<f32> {
        self.finding.as_ref().and_then(|f| f.slices.get(slice)).and_then(|s| s.score)
    }

    /// Whether a slice has no outline yet.
    pub fn is_pending(&self, slice: usize) -> bool {
        self.counts.get(slice).is_some_and(Option::is_none)
    }
}

/// One open study.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyState {
    /// Its name.
    pub id: StudyId,
    /// The study as read.
    pub study: Arc<Study>,
    /// One entry per scan of it.
    pub scans: Vec<ScanState>,
    /// The scan that is shown when this study is.
    pub scan: usize,
    /// When it was last on screen, as a running count; the smallest is closed first at the memory ceiling.
    pub shown_at: u64,
    /// The file or folder to reopen it by.
    pub source: PathBuf,
}

impl StudyState {
    /// A study that was just read.
    pub fn new(id: StudyId, study: Arc<Study>, is_covered: bool) -> Self {
        let scans = study.scans.iter().map(|scan| ScanState::new(scan, is_covered)).collect();
        Self { id, scans, scan: 0, shown_at: 0, source: study.source.clone(), study }
    }

    /// The scan on screen with what is known of it.
    pub fn current(&self) -> Option<(&Scan, &ScanState)> {
        self.study.scans.get(self.scan).zip(self.scans.get(self.scan))
    }

    /// The slice on screen.
    pub fn current_slice(&self) -> Option<&Slice> {
        let (scan, state) = self.current()?;
        scan.slices.get(state.slice)
    }

    /// Bytes in memory: pixels and maps.
    pub fn bytes(&self) -> usize {
        let findings = self.scans.iter().filter_map(|s| s.finding.as_ref());
        let maps = findings.flat_map(|f| &f.slices).filter_map(|s| s.map.as_ref());
        self.study.bytes() + maps.map(|m| m.bytes.len()).sum::<usize>()
    }
}
