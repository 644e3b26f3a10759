//! The Review section: verdicts on the slice on screen, a note, how far the review is. Not for what a verdict does
//! (`state::reviewing`).

use egui::{Label, RichText, TextEdit, Ui, vec2};

use super::desk::Desk;
use super::notices;
use super::theme::{self, GRID, Palette};
use super::widgets::{self, KeyButton, Look};
use crate::domain::review::Verdict;
use crate::state::AppState;
use crate::state::action::{Action, AppAction, ReviewAction};
use crate::state::notice::About;
use crate::state::screen::Popup;
use crate::state::{labels, table};

/// The verdicts with the short words of their buttons, two in a row.
const VERDICTS: [(Verdict, &str); 5] = [
    (Verdict::Agree, "Agree"),
    (Verdict::NotTumor, "Not tumor"),
    (Verdict::Missed, "Missed here"),
    (Verdict::CantJudge, "Can't judge"),
    (Verdict::OutlineWrong, "Tumor, outline wrong"),
];

/// Draws the section.
pub fn review_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    title_ui(ui, state, actions);
    verdicts_ui(ui, state, actions);
    if state.layout.popup == Some(Popup::Initials) {
        initials_ui(ui, desk, actions);
    }
    if let Some(line) = labels::decision_line(state) {
        let palette = Palette::of(ui);
        ui.add(Label::new(RichText::new(format!("This slice: {line}")).color(palette.text)).wrap());
        note_ui(ui, state, desk, actions);
    }
    notices::notices_ui(ui, state, About::Review, actions);
    ui.add_space(2.0);
    progress_ui(ui, state);
    foot_ui(ui, state, actions);
}

fn verdicts_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let decided = state.scan_state().zip(state.thresholds()).and_then(|(s, t)| s.decision(s.slice, t));
    let decided = decided.map(|d| d.verdict);
    for row in VERDICTS.chunks(2) {
        // An odd one has the whole row: its words and key are long.
        let width = (ui.available_width() - GRID * (row.len() - 1) as f32) / row.len() as f32;
        ui.horizontal(|ui| {
            for &(verdict, words) in row {
                let action = Action::Review(ReviewAction::Decide(verdict));
                table_button(ui, state, words, action, width, decided == Some(verdict), actions);
            }
        });
        ui.add_space(2.0);
    }
}

/// A button of the action's row in the table: its key, and why it cannot be used where it can't.
fn table_button(
    ui: &mut Ui,
    state: &AppState,
    words: &str,
    action: Action,
    width: f32,
    is_selected: bool,
    actions: &mut Vec<Action>,
) {
    let Some(entry) = table::entry(&action) else { return };
    let allowed = (entry.allowed)(state);
    let keys = entry.keys_label(cfg!(target_os = "macos"));
    let button = KeyButton::new(words).key(&keys).enabled(allowed.is_ok()).min_size(vec2(width, 27.0));
    let response = button.selected(is_selected).show(ui);
    if is_selected {
        let palette = Palette::of(ui);
        let stroke = egui::Stroke::new(1.0, palette.selection);
        ui.painter().rect_stroke(response.rect, 4.0, stroke, egui::StrokeKind::Inside);
    }
    let response = match allowed {
        Err(why) if !why.is_empty() => response.on_hover_text(why),
        _ => response.on_hover_text(entry.text),
    };
    if response.clicked() {
        actions.push(action);
    }
}

/// The note of a decided slice. It is sent when the field loses the keyboard, so that a key is not a save.
fn note_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    let Some((study, _, known)) = state.current_scan() else { return };
    let Some(decision) = state.thresholds().and_then(|t| known.decision(known.slice, t)) else { return };
    let here = (study.id, study.scan, known.slice);
    let is_other = desk.typed.note.as_ref().is_none_or(|(id, scan, slice, _)| (*id, *scan, *slice) != here);
    if is_other {
        desk.typed.note = Some((here.0, here.1, here.2, decision.note.clone()));
    }
    let Some((_, _, _, text)) = desk.typed.note.as_mut() else { return };
    let edit = TextEdit::singleline(text).hint_text("Note on this slice").desired_width(f32::INFINITY);
    let response = ui.add(edit.font(theme::small()));
    if response.lost_focus() {
        if text.trim() != decision.note {
            actions.push(Action::Review(ReviewAction::Note { slice: here.2, text: text.trim().to_owned() }));
        }
    } else if !response.has_focus() && *text != decision.note {
        text.clone_from(&decision.note);
    }
}

fn progress_ui(ui: &mut Ui, state: &AppState) {
    let palette = Palette::of(ui);
    let small = |words: &str, ink| Label::new(RichText::new(words).font(theme::small()).color(ink));
    // "Reviewed … · … viewed": two lines, so that neither is cut at any width.
    let line = labels::review_line(state).unwrap_or_default();
    let (first, second) = line.split_once(" · ").unwrap_or((line.as_str(), ""));
    widgets::row(
        ui,
        |ui| ui.add(small(first, palette.text)),
        |ui| labels::saved_corner(state).map(|saved| ui.add(small(&saved, palette.quiet))),
    );
    if !second.is_empty() {
        ui.add(small(second, palette.quiet));
    }
}

fn title_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let name = state.settings.reviewer.as_str();
    let words = if name.is_empty() { "Initials…".to_owned() } else { format!("Initials: {name}") };
    let ((), initials) = widgets::row(
        ui,
        |ui| widgets::section_title(ui, "Review"),
        |ui| KeyButton::new(&words).look(Look::Quiet).small().show(ui),
    );
    if initials.clicked() {
        actions.push(Action::App(AppAction::Popup(Popup::Initials)));
    }
}

/// The initials, asked once, in a line that blocks nothing: the keys go on reviewing until the field is clicked.
pub fn initials_ui(ui: &mut Ui, desk: &mut Desk, actions: &mut Vec<Action>) {
    widgets::quiet(ui, "Your initials stand beside each decision in exports. Asked once.");
    ui.horizontal(|ui| {
        let edit = TextEdit::singleline(&mut desk.typed.initials).hint_text("Initials").desired_width(96.0);
        let response = ui.add(edit);
        let has_entered = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        if KeyButton::new("Keep").small().show(ui).clicked() || has_entered {
            let initials = desk.typed.initials.trim().to_owned();
            actions.push(Action::Review(ReviewAction::SetInitials(initials)));
        }
        if KeyButton::new("Not now").look(Look::Quiet).small().show(ui).clicked() {
            actions.push(Action::App(AppAction::Escape));
        }
    });
    ui.add_space(2.0);
}

/// What is rarely needed, always in the same place.
fn foot_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        for (words, action) in [
            ("Agree with all", Action::Review(ReviewAction::AgreeAll)),
            ("Take back", Action::Review(ReviewAction::Undo)),
        ] {
            let Some(entry) = table::entry(&action) else { continue };
            let allowed = (entry.allowed)(state);
            let keys = entry.keys_label(cfg!(target_os = "macos"));
            let button = KeyButton::new(words).key(&keys).look(Look::Quiet).small().enabled(allowed.is_ok());
            let response = button.show(ui).on_hover_text(allowed.err().unwrap_or(entry.text));
            if response.clicked() {
                actions.push(action);
            }
        }
    });
}
