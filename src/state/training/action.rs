//! What the user can wish for in the Train view. Not for doing it.

use std::path::PathBuf;

use super::CloseAnswer;
use super::form::StartFrom;
use super::setting::Setting;
use crate::domain::card::Architecture;
use crate::domain::history::XAxis;
use crate::engine::command::{JobId, Pick};
use crate::engine::lab::order::RunLabel;
use crate::train::presets::Preset;
use crate::train::split::Part;

/// One wish of the user in the Train view.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingAction {
    /// Look at this folder or CSV.
    ChooseData(PathBuf),
    /// The same, typed or pasted.
    ChooseDataText(String),
    /// Ask for a path.
    Pick(Pick),
    /// Stop looking.
    CancelSurvey,
    /// Draw the split by seed and shares again instead of following a file.
    DropSplitFile,
    /// Split as this file says.
    FollowSplit(PathBuf),
    /// The split's seed.
    SetSplitSeed(u64),
    /// The share of a part, 0–1.
    SetShare(Part, f64),
    /// Show the slices of a warning; again to fold.
    ShowWarning(usize),
    /// Open this file in Read.
    OpenSlice(PathBuf),
    /// The classifier, or none.
    SetClassifier(Option<Architecture>),
    /// The segmenter, or none.
    SetSegmenter(Option<Architecture>),
    /// What the weights start from.
    SetStart(StartFrom),
    /// A setting as it is typed.
    Set(Setting, String),
    /// A setting back to its default.
    Undo(Setting),
    /// Begin with a set of settings.
    UsePreset(Preset),
    /// Show the strengths of augmentation with what they do to a slice, or fold them.
    ShowStrengths(bool),
    /// The command was copied.
    CommandCopied,
    /// All settings of an earlier run.
    UseSettingsOf(PathBuf),
    /// Two trial steps.
    Try,
    /// Start, or get in line.
    Start,
    /// Pause, or go on.
    PauseOrGoOn,
    /// Stop within a step and keep the best.
    Stop,
    /// Discard: asks first.
    Discard,
    /// Keep the card's threshold as it is instead of choosing it on validation.
    SkipThresholds(JobId),
    /// Take a waiting training out of the line.
    Withdraw(JobId),
    /// Yes to the question.
    Confirm,
    /// No to the question.
    Decline,
    /// The window was asked to close.
    CloseAsked,
    /// The answer to that.
    Close(CloseAnswer),
    /// What stands along the bottom of the curves.
    SetAxis(XAxis),
    /// Logarithmic or linear losses.
    SetLog(bool),
    /// Cross-entropy and Dice of the loss apart, or not.
    SetParts(bool),
    /// How much the smoothed curve remembers.
    SetSmoothing(f32),
    /// The curves are zoomed to this range of x, or follow the training again.
    Zoom(Option<(f64, f64)>),
    /// The outline of the training under way on the scan in Read.
    ShowOnScan(bool),
    /// Examples of this epoch, from 0; `None` for the latest.
    ShowExamples(Option<usize>),
    /// Show this run; together with the ones shown already, where `adds`.
    ShowRun {
        /// Its folder.
        folder: PathBuf,
        /// Beside the others.
        adds: bool,
    },
    /// Go on with an interrupted run.
    Resume(PathBuf),
    /// Read with this run's weights.
    UseNow(PathBuf),
    /// Name, note, tags.
    Label(PathBuf, RunLabel),
    /// To the trash: asks first.
    Trash(PathBuf),
}
