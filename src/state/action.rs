//! Everything that the user can ask for, as one enum in groups. Not for doing it (`update` and its helpers), and not for
//! its words, keys and conditions (`table`).

use std::path::PathBuf;

use crate::domain::review::{ReaderCall, Verdict};
use crate::domain::scan::Sequence;
use crate::domain::window::Window;
use crate::engine::command::{JobId, Pick};
use crate::io::settings::ThemeChoice;

use super::notice::NoticeId;
use super::screen::{OutlineColor, Popup, WindowPreset};
use super::study::StudyId;

/// One wish of the user.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Files in and out.
    File(FileAction),
    /// Reading by the nets.
    Analysis(AnalysisAction),
    /// Which slice, sequence, scan.
    Go(GoAction),
    /// Gray values.
    Window(WindowAction),
    /// Zoom and pan.
    View(ViewAction),
    /// What is drawn over the picture.
    Overlay(OverlayAction),
    /// The reader's decisions.
    Review(ReviewAction),
    /// Tools and what they draw.
    Measure(super::tool::MeasureAction),
    /// Panes, planes through the volume, the crosshair.
    Panes(super::panes::PaneAction),
    /// The window itself: panels, popups, notices, theme.
    App(AppAction),
    /// The Train view.
    Training(super::training::TrainingAction),
    /// The Models view.
    Models(super::models::ModelsAction),
}

/// Files in and out.
#[derive(Clone, Debug, PartialEq)]
pub enum FileAction {
    /// Open these files or folders (drop, arguments).
    Open(Vec<PathBuf>),
    /// Open what was typed or pasted as a path, perhaps in quotes or as a `file://` address.
    OpenText(String),
    /// Ask for files or a folder with a dialog.
    Pick(Pick),
    /// Open the sample that comes with the program.
    OpenSample,
    /// Open the entry of the recent list at this place.
    OpenRecent(usize),
    /// Forget the recent files.
    ClearRecent,
    /// Close a study; `None` for the one on screen.
    Close(Option<StudyId>),
    /// Let this series of this study, or none, stand for a sequence in the stack for the nets.
    TakeAs {
        /// The study.
        study: StudyId,
        /// Index into its scans; `None`: the sequence is missing.
        scan: Option<usize>,
        /// What it stands for.
        sequence: Sequence,
    },
    /// Export the study on screen: asks for a folder first.
    Export,
    /// Export into the folder that was typed.
    ExportText(String),
    /// The path that was typed where the machine shows no dialog for `Pick`.
    PathGiven(Pick, String),
    /// Copy the picture as shown; the window takes it and answers with [`FileAction::PictureCopied`].
    CopyPicture,
    /// The window has put the picture on the clipboard.
    PictureCopied,
    /// Stop this job (a status line's *Cancel*).
    Cancel(JobId),
}

/// Reading by the nets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AnalysisAction {
    /// Analyze although the picture is not of the kind that the nets know.
    AnalyzeAnyway,
    /// Analyze again after a cancel or a failure.
    Retry,
    /// Outline the slice on screen now.
    OutlineSlice,
    /// Move the classifier's threshold.
    SetThreshold(f32),
    /// Move the mask threshold.
    SetMaskThreshold(f32),
    /// Back to the card's classifier threshold.
    ResetThreshold,
    /// Back to the card's mask threshold.
    ResetMaskThreshold,
    /// Load the nets again after a failure.
    ReloadModels,
}

/// Which slice, sequence, scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoAction {
    /// To this slice, from 0.
    Slice(usize),
    /// By so many slices down the strip, without wrapping.
    By(i32),
    /// To the uppermost slice of the strip.
    First,
    /// To the lowermost slice of the strip.
    Last,
    /// To this sequence, from 0.
    Sequence(usize),
    /// To the next (+1) or previous (−1) sequence, without wrapping.
    SequenceBy(i32),
    /// To this scan of this study.
    Scan(StudyId, usize),
    /// To the next flagged region.
    NextFinding,
    /// To the previous flagged region.
    PreviousFinding,
    /// To the slice with the largest outline.
    Widest,
    /// To the next flagged slice without a verdict.
    NextUnreviewed,
}

/// Gray values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WindowAction {
    /// A drag of the window tool in points: right is wider, up is brighter (lower center).
    Drag {
        /// Points to the right.
        right: f32,
        /// Points upwards.
        up: f32,
    },
    /// One of the presets.
    Preset(WindowPreset),
    /// Exactly this.
    Set(Window),
}

/// Zoom and pan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ViewAction {
    /// The canvas has this size in points, `[width, height]`.
    Sized([f32; 2]),
    /// Zoom by a factor and keep the scan point `[x, y]` (pixels) where it is on screen.
    Zoom {
        /// More than 1 enlarges.
        factor: f32,
        /// The scan point in pixels, `[x, y]`.
        at_px: [f32; 2],
    },
    /// Move the picture by so many points, `[x, y]`, y downwards.
    Pan([f32; 2]),
    /// Fit the picture into the canvas.
    Reset,
    /// Between smoothed and real pixels.
    ToggleRealPixels,
}

/// What is drawn over the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OverlayAction {
    /// Everything on or off.
    ToggleShown,
    /// Everything hidden while true.
    HoldHidden(bool),
    /// Contour opacity, 0–1.
    SetContour(f32),
    /// Fill opacity, 0–1.
    SetFill(f32),
    /// The outline's color.
    SetColor(OutlineColor),
    /// The heat map of probabilities.
    ToggleHeatMap,
    /// Below this probability the heat map is transparent.
    SetHeatMapFrom(f32),
    /// Heat map opacity, 0–1.
    SetHeatMapOpacity(f32),
    /// What is drawn goes off and on while true.
    HoldFlicker(bool),
    /// The reference mask.
    ToggleReference,
    /// The difference between reference and model.
    ToggleDifference,
}

/// The reader's decisions.
#[derive(Clone, Debug, PartialEq)]
pub enum ReviewAction {
    /// This verdict on the slice on screen.
    Decide(Verdict),
    /// Agree with the whole scan.
    AgreeAll,
    /// Write a note beside the verdict of this slice.
    Note {
        /// Slice, from 0.
        slice: usize,
        /// The words.
        text: String,
    },
    /// Take the last decision back and return to its slice.
    Undo,
    /// Decide again what was taken back.
    Redo,
    /// The reviewer's initials.
    SetInitials(String),
    /// Reader first: the reader's own call before the model is shown.
    RecordCall(ReaderCall),
    /// Reader first: show the model after the call.
    ShowModel,
    /// Whether a verdict goes on to the next unreviewed flagged slice.
    SetAdvances(bool),
    /// Whether the reader looks before the model is shown.
    SetReaderFirst(bool),
}

/// The window itself.
#[derive(Clone, Debug, PartialEq)]
pub enum AppAction {
    /// Read, Train or Models.
    ShowView(super::screen::MainView),
    /// Fold or show the study panel.
    ToggleLeft,
    /// Fold or show the right panel.
    ToggleRight,
    /// The picture alone, and back.
    TogglePictureAlone,
    /// Panel widths in points, `(left, right)`.
    SetWidths(f32, f32),
    /// Show this popup, or close it where it is shown already.
    Popup(Popup),
    /// Close popup, then leave the tool, then picture alone.
    Escape,
    /// Light or dark.
    SetTheme(ThemeChoice),
    /// The other theme.
    ToggleTheme,
    /// Scale of everything, 1.0–2.0.
    SetScale(f32),
    /// Scale up (+1) or down (−1) by one step.
    ScaleBy(i32),
    /// Files hang over the window; empty when they are gone.
    DragHover(Vec<PathBuf>),
    /// Take a notice away.
    Dismiss(NoticeId),
    /// Show or hide a notice's details.
    ToggleDetails(NoticeId),
    /// Who the patient is, on the picture, or hidden again.
    TogglePatient,
    /// Axial and coronal slices from the head and from the back, or radiological again.
    ToggleNeurological,
    /// A drag of the window tool is inverted.
    SetDragInverted(bool),
}
