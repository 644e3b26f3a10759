//! The rows of the table of actions, in the order of the key sheet. Not for what a row is (`table`).

use crate::domain::reslice::Slab;
use crate::domain::review::{ReaderCall, Verdict};
use crate::engine::command::Pick;

use super::AppState;
use super::action::{
    Action, AnalysisAction, AppAction, FileAction, GoAction, OverlayAction, ReviewAction, ViewAction, WindowAction,
};
use super::allowed;
use super::panes::{Arrangement, PaneAction};
use super::screen::{MainView, Popup, WindowPreset};
use super::shortcut::{Chord, Key};
use super::table::{Allowed, Entry, Group};
use super::tool::{MeasureAction, Tool};

/// The keys of Read, Train and Models.
const VIEW_KEYS: [Chord; 3] =
    [Chord::command(Key::Digit(1)), Chord::command(Key::Digit(2)), Chord::command(Key::Digit(3))];

/// All actions that need no further input.
pub static TABLE: &[Entry] = &[
    // Slices and findings
    row(Action::Go(GoAction::By(-1)), "Previous slice", Group::Slices, &[Chord::plain(Key::Up)], allowed::has_scan),
    row(Action::Go(GoAction::By(1)), "Next slice", Group::Slices, &[Chord::plain(Key::Down)], allowed::has_scan),
    row(
        Action::Go(GoAction::First),
        "Uppermost slice",
        Group::Slices,
        &[Chord::plain(Key::Home), Chord::shift(Key::Up)],
        allowed::has_scan,
    ),
    row(
        Action::Go(GoAction::Last),
        "Lowermost slice",
        Group::Slices,
        &[Chord::plain(Key::End), Chord::shift(Key::Down)],
        allowed::has_scan,
    ),
    row(
        Action::Go(GoAction::By(-10)),
        "Ten slices back",
        Group::Slices,
        &[Chord::plain(Key::OpenBracket), Chord::plain(Key::PageUp)],
        allowed::has_scan,
    ),
    row(
        Action::Go(GoAction::By(10)),
        "Ten slices on",
        Group::Slices,
        &[Chord::plain(Key::CloseBracket), Chord::plain(Key::PageDown)],
        allowed::has_scan,
    ),
    row(
        Action::Go(GoAction::SequenceBy(-1)),
        "Previous sequence",
        Group::Slices,
        &[Chord::plain(Key::Left)],
        allowed::has_sequences,
    ),
    row(
        Action::Go(GoAction::SequenceBy(1)),
        "Next sequence",
        Group::Slices,
        &[Chord::plain(Key::Right)],
        allowed::has_sequences,
    ),
    row(
        Action::Go(GoAction::NextFinding),
        "Next finding",
        Group::Slices,
        &[Chord::plain(Key::Letter('N'))],
        allowed::has_flags,
    ),
    row(
        Action::Go(GoAction::PreviousFinding),
        "Previous finding",
        Group::Slices,
        &[Chord::shift(Key::Letter('N'))],
        allowed::has_flags,
    ),
    row(
        Action::Go(GoAction::Widest),
        "Widest slice",
        Group::Slices,
        &[Chord::plain(Key::Letter('L'))],
        allowed::has_outline,
    ),
    row(
        Action::Go(GoAction::NextUnreviewed),
        "Next unreviewed flagged slice",
        Group::Slices,
        &[Chord::plain(Key::Letter('U'))],
        allowed::has_flags,
    ),
    // Picture
    preset(WindowPreset::Head, &[Chord::plain(Key::Digit(1))]),
    preset(WindowPreset::Percent1, &[Chord::plain(Key::Digit(2))]),
    preset(WindowPreset::Percent01, &[Chord::plain(Key::Digit(3))]),
    preset(WindowPreset::Full, &[Chord::plain(Key::Digit(4))]),
    preset(WindowPreset::File, &[Chord::plain(Key::Digit(0))]),
    row(
        Action::View(ViewAction::ToggleRealPixels),
        "Real pixels or smoothed",
        Group::Picture,
        &[Chord::plain(Key::Letter('P'))],
        allowed::has_scan,
    ),
    row(
        Action::View(ViewAction::Reset),
        "Reset the view",
        Group::Picture,
        &[Chord::plain(Key::Backspace)],
        allowed::has_scan,
    ),
    row(
        Action::App(AppAction::ToggleNeurological),
        "Neurological or radiological display",
        Group::Picture,
        &[],
        allowed::has_geometry,
    ),
    tool(Tool::Window, "Tool: window", &[Chord::plain(Key::Letter('W'))]),
    tool(Tool::Distance, "Tool: distance", &[Chord::plain(Key::Letter('D'))]),
    tool(Tool::Angle, "Tool: angle", &[Chord::plain(Key::Letter('G'))]),
    tool(Tool::Ellipse, "Tool: ellipse", &[Chord::plain(Key::Letter('O'))]),
    tool(Tool::Rectangle, "Tool: rectangle", &[Chord::shift(Key::Letter('O'))]),
    tool(Tool::Arrow, "Tool: arrow", &[Chord::plain(Key::Letter('R'))]),
    tool(Tool::Crosshair, "Tool: crosshair", &[Chord::plain(Key::Letter('C'))]),
    pane(PaneAction::Arrange(Arrangement::One), "Layout: 1", &[Chord::plain(Key::Function(5))]),
    pane(PaneAction::Arrange(Arrangement::Two), "Layout: 2", &[Chord::plain(Key::Function(6))]),
    pane(PaneAction::Arrange(Arrangement::OneAndThree), "Layout: 1 + 3", &[Chord::plain(Key::Function(7))]),
    pane(PaneAction::Arrange(Arrangement::TwoByTwo), "Layout: 2 × 2", &[Chord::plain(Key::Function(8))]),
    pane(PaneAction::ToggleSideBySide, "Series side by side", &[Chord::plain(Key::Letter('S'))]),
    pane(PaneAction::TogglePlaying, "Run through the slices, or stop", &[Chord::plain(Key::Letter('K'))]),
    pane(PaneAction::SetSlab(Slab::Single), "Planes: as thin as they are", &[]),
    pane(PaneAction::SetSlab(Slab::Maximum(10.0)), "Planes: maximum of 10 mm", &[]),
    pane(PaneAction::SetSlab(Slab::Mean(10.0)), "Planes: mean of 10 mm", &[]),
    row(
        Action::Measure(MeasureAction::RemoveSelected),
        "Remove the selected measurement",
        Group::Picture,
        &[Chord::plain(Key::Delete)],
        allowed::has_selected,
    ),
    row(
        Action::App(AppAction::TogglePatient),
        "Patient details shown or hidden",
        Group::Picture,
        &[Chord::plain(Key::Letter('I'))],
        allowed::has_patient,
    ),
    // Overlay
    row(
        Action::Overlay(OverlayAction::ToggleShown),
        "Overlay on or off",
        Group::Overlay,
        &[Chord::plain(Key::Letter('M'))],
        allowed::has_scan,
    ),
    Entry {
        action: Action::Overlay(OverlayAction::HoldHidden(true)),
        release: Some(Action::Overlay(OverlayAction::HoldHidden(false))),
        text: "Hide everything drawn (while held)",
        group: Group::Overlay,
        chords: &[Chord::plain(Key::Letter('H'))],
        allowed: allowed::has_scan,
    },
    Entry {
        action: Action::Overlay(OverlayAction::HoldFlicker(true)),
        release: Some(Action::Overlay(OverlayAction::HoldFlicker(false))),
        text: "Flicker what is drawn (while held)",
        group: Group::Overlay,
        chords: &[Chord::plain(Key::Letter('V'))],
        allowed: allowed::has_scan,
    },
    row(Action::Overlay(OverlayAction::ToggleHeatMap), "Heat map on or off", Group::Overlay, &[], allowed::has_finding),
    row(
        Action::Overlay(OverlayAction::ToggleReference),
        "Reference mask on or off",
        Group::Overlay,
        &[],
        allowed::has_reference,
    ),
    row(
        Action::Overlay(OverlayAction::ToggleDifference),
        "Difference to the reference mask",
        Group::Overlay,
        &[Chord::shift(Key::Letter('D'))],
        allowed::shows_reference,
    ),
    // Review
    verdict(Verdict::Agree, "Agree", &[Chord::plain(Key::Letter('A'))], allowed::agree),
    verdict(Verdict::NotTumor, "Not tumor", &[Chord::plain(Key::Letter('X'))], allowed::has_answer_here),
    verdict(Verdict::OutlineWrong, "Tumor, outline wrong", &[Chord::shift(Key::Letter('X'))], allowed::has_answer_here),
    verdict(Verdict::Missed, "Tumor here that the model missed", &[Chord::plain(Key::Letter('T'))], allowed::missed),
    verdict(Verdict::CantJudge, "Can't judge", &[Chord::plain(Key::Letter('Q'))], allowed::review),
    row(
        Action::Review(ReviewAction::AgreeAll),
        "Agree with the whole study",
        Group::Review,
        &[Chord::shift(Key::Letter('A'))],
        allowed::review,
    ),
    row(
        Action::Review(ReviewAction::Undo),
        "Take back the last decision",
        Group::Review,
        &[Chord::command(Key::Letter('Z'))],
        allowed::undo,
    ),
    row(
        Action::Review(ReviewAction::Redo),
        "Decide again",
        Group::Review,
        &[Chord::command(Key::Letter('Y')), Chord::command_shift(Key::Letter('Z'))],
        allowed::redo,
    ),
    row(
        Action::Review(ReviewAction::RecordCall(ReaderCall::Abnormal)),
        "My call: abnormal",
        Group::Review,
        &[],
        allowed::record_call,
    ),
    row(
        Action::Review(ReviewAction::RecordCall(ReaderCall::NothingSeen)),
        "My call: nothing seen",
        Group::Review,
        &[],
        allowed::record_call,
    ),
    row(
        Action::Review(ReviewAction::ShowModel),
        "Show the model's answer",
        Group::Review,
        &[Chord::plain(Key::Enter)],
        allowed::show_model,
    ),
    row(Action::App(AppAction::Popup(Popup::Initials)), "Reviewer's initials…", Group::Review, &[], allowed::always),
    // Model
    row(
        Action::Analysis(AnalysisAction::OutlineSlice),
        "Segment this slice",
        Group::Model,
        &[],
        allowed::outline_slice,
    ),
    row(Action::Analysis(AnalysisAction::AnalyzeAnyway), "Analyze anyway", Group::Model, &[], allowed::analyze_anyway),
    row(Action::Analysis(AnalysisAction::Retry), "Analyze again", Group::Model, &[], allowed::retry),
    row(
        Action::Analysis(AnalysisAction::ResetThreshold),
        "Score threshold as in the card",
        Group::Model,
        &[],
        allowed::threshold_moved,
    ),
    row(
        Action::Analysis(AnalysisAction::ResetMaskThreshold),
        "Mask threshold as in the card",
        Group::Model,
        &[],
        allowed::mask_threshold_moved,
    ),
    row(Action::Analysis(AnalysisAction::ReloadModels), "Load the model again", Group::Model, &[], allowed::reload),
    row(Action::App(AppAction::Popup(Popup::ModelDetails)), "Model details…", Group::Model, &[], allowed::has_models),
    // Files
    row(
        Action::File(FileAction::Pick(Pick::Files)),
        "Open files…",
        Group::Files,
        &[Chord::command(Key::Letter('O'))],
        allowed::always,
    ),
    row(Action::File(FileAction::Pick(Pick::Folder)), "Open folder…", Group::Files, &[], allowed::always),
    row(Action::App(AppAction::Popup(Popup::Path(Pick::Files))), "Open a path…", Group::Files, &[], allowed::always),
    row(Action::File(FileAction::OpenSample), "Try the sample", Group::Files, &[], allowed::always),
    row(Action::App(AppAction::Popup(Popup::Recent)), "Recent files", Group::Files, &[], allowed::has_recent),
    row(Action::File(FileAction::ClearRecent), "Forget the recent files", Group::Files, &[], allowed::has_recent),
    row(
        Action::File(FileAction::Close(None)),
        "Close the study",
        Group::Files,
        &[Chord::command(Key::Letter('W'))],
        allowed::has_scan,
    ),
    row(
        Action::File(FileAction::Export),
        "Export results…",
        Group::Files,
        &[Chord::command(Key::Letter('S'))],
        allowed::export,
    ),
    row(
        Action::File(FileAction::CopyPicture),
        "Copy the picture as shown",
        Group::Files,
        &[Chord::command(Key::Letter('C'))],
        allowed::has_scan,
    ),
    // Window
    row(Action::App(AppAction::ShowView(MainView::Read)), "Read", Group::Window, &[VIEW_KEYS[0]], allowed::always),
    row(Action::App(AppAction::ShowView(MainView::Train)), "Train", Group::Window, &[VIEW_KEYS[1]], allowed::always),
    row(Action::App(AppAction::ShowView(MainView::Models)), "Models", Group::Window, &[VIEW_KEYS[2]], allowed::always),
    row(
        Action::App(AppAction::Popup(Popup::Palette)),
        "Search all actions",
        Group::Window,
        &[Chord::command_shift(Key::Letter('P'))],
        allowed::always,
    ),
    row(
        Action::App(AppAction::Popup(Popup::KeySheet)),
        "Keys",
        Group::Window,
        &[Chord::plain(Key::Question), Chord::plain(Key::Function(1))],
        allowed::always,
    ),
    row(
        Action::App(AppAction::ToggleLeft),
        "Fold the study panel",
        Group::Window,
        &[Chord::plain(Key::Function(2))],
        allowed::in_read,
    ),
    row(
        Action::App(AppAction::ToggleRight),
        "Fold the right panel",
        Group::Window,
        &[Chord::plain(Key::Function(3))],
        allowed::in_read,
    ),
    row(
        Action::App(AppAction::TogglePictureAlone),
        "The picture alone",
        Group::Window,
        &[Chord::plain(Key::Letter('F'))],
        allowed::has_scan,
    ),
    row(
        Action::App(AppAction::Escape),
        "Close what lies over the window",
        Group::Window,
        &[Chord::plain(Key::Escape)],
        allowed::escape,
    ),
    row(Action::App(AppAction::ToggleTheme), "Light or dark", Group::Window, &[], allowed::always),
    row(Action::App(AppAction::ScaleBy(1)), "Everything larger", Group::Window, &[], allowed::always),
    row(Action::App(AppAction::ScaleBy(-1)), "Everything smaller", Group::Window, &[], allowed::always),
];

const fn row(
    action: Action,
    text: &'static str,
    group: Group,
    chords: &'static [Chord],
    allowed: fn(&AppState) -> Allowed,
) -> Entry {
    Entry { action, release: None, text, group, chords, allowed }
}

const fn verdict(
    verdict: Verdict,
    text: &'static str,
    chords: &'static [Chord],
    allowed: fn(&AppState) -> Allowed,
) -> Entry {
    row(Action::Review(ReviewAction::Decide(verdict)), text, Group::Review, chords, allowed)
}

const fn pane(action: PaneAction, text: &'static str, chords: &'static [Chord]) -> Entry {
    row(Action::Panes(action), text, Group::Picture, chords, allowed::has_scan)
}

const fn tool(tool: Tool, text: &'static str, chords: &'static [Chord]) -> Entry {
    row(Action::Measure(MeasureAction::Choose(tool)), text, Group::Picture, chords, allowed::has_scan)
}

const fn preset(preset: WindowPreset, chords: &'static [Chord]) -> Entry {
    let text = match preset {
        WindowPreset::Head => "Window: 2–98 % of the inner head",
        WindowPreset::Percent1 => "Window: 1–99 %",
        WindowPreset::Percent01 => "Window: 0.1–99.9 %",
        WindowPreset::Full => "Window: full range",
        WindowPreset::File => "Window: as in the file",
    };
    row(Action::Window(WindowAction::Preset(preset)), text, Group::Picture, chords, allowed::has_scan)
}
