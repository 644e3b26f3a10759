//! What lies over the window: its frame, the recent files, the field for a path. Not for what has a file of its own
//! (`search`, `key_sheet`, `model_panel`).

use egui::{Align2, Key, RichText, TextEdit, Ui, Window, vec2};

use super::desk::Desk;
use super::theme::{self, GRID, Palette};
use super::widgets::{self, KeyButton, Look};
use super::{empty, key_sheet, measuring, model_panel, review_panel, search};
use crate::engine::command::{ModelsPick, Pick};
use crate::state::AppState;
use crate::state::action::{Action, AppAction, FileAction};
use crate::state::screen::Popup;

/// Draws the popup that is open.
pub fn popup_ui(ui: &Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    let popup = state.layout.popup;
    let is_new = popup != desk.last_popup;
    desk.last_popup = popup;
    let Some(popup) = popup else { return };
    if is_new {
        desk.typed.search.clear();
        desk.typed.chosen = 0;
        desk.typed.path.clear();
        desk.typed.initials.clone_from(&state.settings.reviewer);
    }
    // The right panel asks for the initials in its own line.
    if popup == Popup::Initials && !state.layout.is_right_folded && !state.layout.is_picture_alone {
        return;
    }
    let screen = ui.ctx().content_rect();
    let height = (screen.height() - 128.0).max(160.0);
    let (title, width) = match popup {
        Popup::Palette => ("Search", 480.0_f32),
        Popup::KeySheet => ("Keys", 860.0),
        Popup::ModelDetails => ("Model cards", 600.0),
        Popup::Recent => ("Recent files", 420.0),
        Popup::Initials => ("Reviewer", 320.0),
        Popup::Words(_) => ("Words", 420.0),
        Popup::Path(_) => ("Path", 520.0),
    };
    let window = Window::new(title)
        .title_bar(false)
        .resizable(false)
        .pivot(Align2::CENTER_TOP)
        .fixed_pos(egui::pos2(screen.center().x, 56.0_f32.min(screen.height() * 0.1)))
        .fixed_size(vec2(width.min(screen.width() - 48.0), height));
    window.show(ui.ctx(), |ui| {
        let (_, close) = widgets::row(
            ui,
            |ui| ui.label(RichText::new(title).size(theme::ANSWER)),
            |ui| KeyButton::new("Close").key("Esc").look(Look::Quiet).small().show(ui),
        );
        if close.clicked() {
            actions.push(Action::App(AppAction::Escape));
        }
        ui.add_space(GRID / 2.0);
        match popup {
            Popup::Palette => search::search_ui(ui, state, desk, is_new, actions),
            Popup::KeySheet => key_sheet::key_sheet_ui(ui, height - 40.0),
            Popup::ModelDetails => model_panel::details_ui(ui, state),
            Popup::Recent => recent_ui(ui, state, actions),
            Popup::Initials => review_panel::initials_ui(ui, desk, actions),
            Popup::Words(id) => measuring::words_ui(ui, state, id, desk, is_new, actions),
            Popup::Path(pick) => path_ui(ui, state, pick, desk, is_new, actions),
        }
    });
}

fn recent_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let before = actions.len();
    empty::recent_ui(ui, state, usize::MAX, actions);
    ui.add_space(GRID);
    if KeyButton::new("Forget the recent files").small().show(ui).clicked() {
        actions.push(Action::File(FileAction::ClearRecent));
    }
    if actions.len() > before {
        actions.push(Action::App(AppAction::Escape));
    }
}

fn path_ui(ui: &mut Ui, state: &AppState, pick: Pick, desk: &mut Desk, is_new: bool, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    if state.layout.has_no_dialogs {
        widgets::small(
            ui,
            "This desktop shows no file dialog. Installing xdg-desktop-portal (with a portal for your desktop) or zenity \
             brings one; until then, give the path here.",
        );
    }
    let words = match pick {
        Pick::Files | Pick::Folder => "A file or folder to open",
        Pick::ExportFolder => "A folder to export into",
        Pick::DataFolder | Pick::Models(ModelsPick::DataFolder) => {
            "A folder of patient folders, images/ + masks/, or yes/ + no/"
        }
        Pick::DataTable | Pick::Models(ModelsPick::DataTable) => "A CSV such as data_mask.csv",
        Pick::SplitFile | Pick::Models(ModelsPick::SplitFile) => "A split.csv (patient_id,split)",
        Pick::StartWeights | Pick::Models(ModelsPick::Import) => "A safetensors file",
        Pick::Models(ModelsPick::Export) => "A new file: …/model.safetensors",
        Pick::SaveSplit => "A new file: …/split.csv",
        Pick::SaveCurves => "A new file: …/curves.png, .svg or .csv",
    };
    ui.horizontal(|ui| {
        let edit =
            TextEdit::singleline(&mut desk.typed.path).hint_text(words).desired_width(ui.available_width() - 96.0);
        let response = ui.add(edit);
        if is_new {
            response.request_focus();
        }
        let has_entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let label = match pick {
            Pick::Files | Pick::Folder => "Open",
            Pick::ExportFolder => "Export",
            Pick::Models(ModelsPick::Import) => "Import",

            Pick::DataFolder
            | Pick::DataTable
            | Pick::SplitFile
            | Pick::StartWeights
            | Pick::Models(ModelsPick::DataFolder | ModelsPick::DataTable | ModelsPick::SplitFile) => "Choose",
            Pick::SaveSplit | Pick::SaveCurves | Pick::Models(ModelsPick::Export) => "Save",
        };
        let is_ready = !desk.typed.path.trim().is_empty();
        if (KeyButton::new(label).enabled(is_ready).show(ui).clicked() || has_entered) && is_ready {
            let text = desk.typed.path.trim().to_owned();
            actions.push(Action::File(match pick {
                Pick::Files | Pick::Folder => FileAction::OpenText(text),
                Pick::ExportFolder => FileAction::ExportText(text),
                Pick::DataFolder
                | Pick::DataTable
                | Pick::SplitFile
                | Pick::StartWeights
                | Pick::SaveSplit
                | Pick::SaveCurves
                | Pick::Models(_) => FileAction::PathGiven(pick, text),
            }));
        }
    });
    ui.label(
        RichText::new("A path can also be pasted anywhere in the window.").font(theme::small()).color(palette.quiet),
    );
}
