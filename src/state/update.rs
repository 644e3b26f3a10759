//! From the user's action to the new state and the engine's orders. Not for what the engine answers (`receive`), and
//! only the small actions are done here: each group has a file.

use std::path::PathBuf;

use crate::engine::command::{Command, Pick};
use crate::io::settings::ThemeChoice;

use super::AppState;
use super::action::{Action, AppAction, FileAction};
use super::notice::{About, Level};
use super::screen::{MainView, Popup};
use super::tool::Tool;
use super::{analyzing, exporting, looking, measuring, opening, panes, reviewing, table};

/// Scale steps of *Everything larger* and *smaller*.
const SCALE_STEP: f32 = 0.1;

/// Does what the user asked for. `now_secs` is the time in seconds since 1970 (UTC).
pub fn update(state: &mut AppState, action: Action, now_secs: u64) -> Vec<Command> {
    let mut commands = act(state, action, now_secs);
    // First, so that a training which begins with this action knows what is on screen.
    commands.splice(0..0, super::training::watching::follow(state));
    commands
}

fn act(state: &mut AppState, action: Action, now_secs: u64) -> Vec<Command> {
    if let Some(entry) = table::entry(&action)
        && let Err(why) = entry.possible(state)
    {
        say_why_not(state, &action, why);
        return Vec::new();
    }
    match action {
        Action::File(file) => update_file(state, file),
        Action::Analysis(analysis) => analyzing::update(state, analysis),
        Action::Go(go) => looking::go(state, go),
        Action::Window(window) => {
            looking::window(state, window);
            Vec::new()
        }
        Action::View(view) => {
            looking::view(state, view);
            Vec::new()
        }
        Action::Overlay(overlay) => {
            looking::overlay(state, overlay);
            Vec::new()
        }
        Action::Review(review) => reviewing::update(state, review, now_secs),
        Action::Measure(measure) => measuring::update(state, measure, now_secs),
        Action::Panes(action) => panes::update(state, action),
        Action::App(app) => update_app(state, app),
        Action::Training(action) => super::training::update(state, action, now_secs),
        Action::Models(action) => super::models::update(state, action),
    }
}

/// A verdict or an export that is not possible says why; looking keys stay silent.
fn say_why_not(state: &mut AppState, action: &Action, why: &str) {
    let about = match action {
        Action::Review(_) => About::Review,
        Action::File(FileAction::Export) => About::Export,
        Action::File(_)
        | Action::Analysis(_)
        | Action::Go(_)
        | Action::Window(_)
        | Action::View(_)
        | Action::Overlay(_)
        | Action::Measure(_)
        | Action::Panes(_)
        | Action::Training(_)
        | Action::Models(_)
        | Action::App(_) => return,
    };
    state.notices.add(Level::Info, about, format!("{why}."), Vec::new());
}

fn update_file(state: &mut AppState, action: FileAction) -> Vec<Command> {
    match action {
        FileAction::Open(paths) => opening::open(state, paths),
        FileAction::OpenText(text) => opening::open_text(state, &text),
        FileAction::Pick(pick) => pick_paths(state, pick),
        FileAction::OpenSample => opening::open(state, vec![opening::SAMPLE_PATH.into()]),
        FileAction::OpenRecent(place) => match state.settings.recent.get(place).cloned() {
            Some(path) => opening::open(state, vec![path]),
            None => Vec::new(),
        },
        FileAction::ClearRecent => {
            state.settings.recent.clear();
            save_settings(state)
        }
        FileAction::Close(id) => match id.or(state.current) {
            Some(id) => opening::close(state, id),
            None => Vec::new(),
        },
        FileAction::TakeAs { study, scan, sequence } => opening::take_as(state, study, scan, sequence),
        FileAction::Export => pick_paths(state, Pick::ExportFolder),
        FileAction::ExportText(text) => exporting::export_text(state, &text),
        FileAction::PathGiven(pick, text) => match opening::paths_of_text(&text).into_iter().next() {
            Some(path) => {
                state.layout.popup = None;
                picked(state, pick, path)
            }
            None => Vec::new(),
        },
        FileAction::CopyPicture => {
            state.layout.copies_picture = true;
            Vec::new()
        }
        FileAction::PictureCopied => {
            state.layout.copies_picture = false;
            state.notices.add(Level::Info, About::App, "The picture is on the clipboard.".to_owned(), Vec::new());
            Vec::new()
        }
        FileAction::Cancel(job) => analyzing::cancel(state, job),
    }
}

/// Asks for paths with a dialog, or with the path field where the machine has shown that it has none.
pub(super) fn pick_paths(state: &mut AppState, pick: Pick) -> Vec<Command> {
    if state.layout.has_no_dialogs {
        state.layout.popup = Some(Popup::Path(pick));
        return Vec::new();
    }
    if state.dialog.is_some_and(|d| d.pick == pick) {
        return Vec::new();
    }
    let job = state.inner.jobs.mint();
    state.dialog = Some(super::work::OpenDialog { job, pick });
    vec![Command::PickPaths { job, pick }]
}

/// A path was picked or typed for a view other than Read.
pub(super) fn picked(state: &mut AppState, pick: Pick, path: PathBuf) -> Vec<Command> {
    match pick {
        Pick::Models(pick) => super::models::picked(state, pick, path),
        Pick::Files
        | Pick::Folder
        | Pick::ExportFolder
        | Pick::DataFolder
        | Pick::DataTable
        | Pick::SplitFile
        | Pick::StartWeights
        | Pick::SaveSplit
        | Pick::SaveCurves => super::training::picked(state, pick, path),
    }
}

/// Saves the settings; the latest save wins.
pub(super) fn save_settings(state: &mut AppState) -> Vec<Command> {
    let job = state.inner.jobs.mint();
    state.inner.settings_job = Some(job);
    vec![Command::SaveSettings { job, settings: Box::new(state.settings.clone()) }]
}

fn update_app(state: &mut AppState, action: AppAction) -> Vec<Command> {
    let before = state.settings.clone();
    match action {
        AppAction::ShowView(view) => return show_view(state, view),
        AppAction::ToggleLeft => state.layout.is_left_folded = !state.layout.is_left_folded,
        AppAction::ToggleRight => state.layout.is_right_folded = !state.layout.is_right_folded,
        AppAction::TogglePictureAlone => state.layout.is_picture_alone = !state.layout.is_picture_alone,
        AppAction::SetWidths(left, right) => {
            (state.settings.left_width, state.settings.right_width) = (left, right);
        }
        AppAction::Popup(popup) => {
            state.layout.popup = if state.layout.popup == Some(popup) { None } else { Some(popup) };
        }
        AppAction::Escape => {
            if state.layout.popup.take().is_some() {
            } else if state.draft.take().is_some() {
                state.selected = None;
            } else if state.tool != Tool::Window {
                state.tool = Tool::Window;
            } else {
                state.layout.is_picture_alone = false;
            }
        }
        AppAction::SetTheme(theme) => state.settings.theme = theme,
        AppAction::ToggleTheme => {
            state.settings.theme = match state.settings.theme {
                ThemeChoice::Dark => ThemeChoice::Light,
                ThemeChoice::Light => ThemeChoice::Dark,
            };
        }
        AppAction::SetScale(scale) => set_scale(state, scale),
        AppAction::ScaleBy(steps) => set_scale(state, state.settings.ui_scale + SCALE_STEP * steps as f32),
        AppAction::DragHover(paths) => state.layout.drag_hover = paths,
        AppAction::Dismiss(id) => state.notices.dismiss(id),
        AppAction::ToggleDetails(id) => state.notices.toggle_details(id),
        AppAction::TogglePatient => state.layout.shows_patient = !state.layout.shows_patient,
        AppAction::ToggleNeurological => {
            state.settings.neurological = !state.settings.neurological;
            state.view.upright = super::placed::upright(state);
        }
        AppAction::SetDragInverted(is_inverted) => state.settings.window_drag_inverted = is_inverted,
    }
    if state.settings == before { Vec::new() } else { save_settings(state) }
}

/// Goes to a part of the program; the runs are listed when they are first looked at.
fn show_view(state: &mut AppState, view: MainView) -> Vec<Command> {
    state.layout.view = view;
    let is_new = view == MainView::Train && state.training.runs.all.is_none();
    if is_new { super::training::runs::list(state) } else { Vec::new() }
}

fn set_scale(state: &mut AppState, scale: f32) {
    if scale.is_finite() {
        // Tenths, so that ten steps up and ten down end where they began.
        state.settings.ui_scale = ((scale.clamp(1.0, 2.0) * 10.0).round()) / 10.0;
    }
}
