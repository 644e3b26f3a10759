//! The search over all actions (Ctrl+Shift+P). Not for the table that it searches (`state::table`).

use egui::{Event, Key, RichText, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};

use super::desk::Desk;
use super::theme::{self, Palette};
use crate::state::AppState;
use crate::state::action::{Action, AppAction};
use crate::state::screen::Popup;
use crate::state::table::{Entry, TABLE};

/// Draws the field and the rows that fit; Enter or a click takes one.
pub fn search_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, is_new: bool, actions: &mut Vec<Action>) {
    let field = TextEdit::singleline(&mut desk.typed.search)
        .hint_text("Search all actions")
        .desired_width(f32::INFINITY)
        .return_key(None);
    let response = ui.add(field);
    if is_new {
        response.request_focus();
    }
    if response.changed() {
        desk.typed.chosen = 0;
    }
    let found = matches(&desk.typed.search);
    desk.typed.chosen = desk.typed.chosen.min(found.len().saturating_sub(1));
    let (moved, takes) = ui.input(|i| {
        let down = i.num_presses(Key::ArrowDown) as i64 - i.num_presses(Key::ArrowUp) as i64;
        (down, i.events.iter().any(|e| matches!(e, Event::Key { key: Key::Enter, pressed: true, .. })))
    });
    if moved != 0 && !found.is_empty() {
        desk.typed.chosen = (desk.typed.chosen as i64 + moved).rem_euclid(found.len() as i64) as usize;
    }
    let mut taken = takes.then(|| found.get(desk.typed.chosen).copied()).flatten();
    ui.add_space(4.0);
    ScrollArea::vertical().auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (index, entry) in found.iter().enumerate() {
            if row_ui(ui, state, entry, index == desk.typed.chosen, moved != 0) {
                taken = Some(entry);
            }
        }
    });
    if found.is_empty() {
        let quiet = Palette::of(ui).quiet;
        ui.label(RichText::new("No such action").font(theme::small()).color(quiet));
    }
    if let Some(entry) = taken.filter(|e| e.possible(state).is_ok()) {
        // Close first: the action may open another popup.
        actions.push(Action::App(AppAction::Escape));
        if entry.action != Action::App(AppAction::Popup(Popup::Palette)) && entry.release.is_none() {
            actions.push(entry.action.clone());
        }
    }
}

/// Rows that hold every word of the query, in the table's order; rows that begin with it come first.
fn matches(query: &str) -> Vec<&'static Entry> {
    let query = query.trim().to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    let fits = |e: &&Entry| {
        let text = format!("{} {}", e.text, e.group.label()).to_lowercase();
        e.release.is_none() && words.iter().all(|w| text.contains(w))
    };
    let (first, rest): (Vec<&Entry>, Vec<&Entry>) =
        TABLE.iter().filter(fits).partition(|e| e.text.to_lowercase().starts_with(&query));
    first.into_iter().chain(rest).collect()
}

fn row_ui(ui: &mut Ui, state: &AppState, entry: &Entry, is_chosen: bool, follows: bool) -> bool {
    let palette = Palette::of(ui);
    let allowed = entry.possible(state);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, allowed.is_ok(), is_chosen, entry.text));
    if is_chosen && follows {
        response.scroll_to_me(None);
    }
    if !ui.is_rect_visible(rect) {
        return response.clicked();
    }
    if is_chosen || response.hovered() {
        ui.painter().rect_filled(rect, 4.0, palette.line);
    }
    let ink = if allowed.is_ok() { palette.text } else { palette.quiet };
    let middle = rect.center().y;
    let left = egui::Align2::LEFT_CENTER;
    ui.painter().text(pos2(rect.left() + 8.0, middle), left, entry.text, theme::text(), ink);
    let right = match allowed {
        Ok(()) => entry.keys_label(cfg!(target_os = "macos")),
        Err(why) => why.to_owned(),
    };
    let at = pos2(rect.right() - 8.0, middle);
    ui.painter().text(at, egui::Align2::RIGHT_CENTER, right, theme::small(), palette.quiet);
    response.clicked() && allowed.is_ok()
}
