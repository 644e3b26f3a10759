//! From keys to actions, by the state's one table. Read in the drawn frame only, because a hidden frame repeats the last
//! one's input. Not for what the keys do (`state::table`).

use egui::{Context, Event, Id, Modifiers};

use crate::state::AppState;
use crate::state::action::{Action, AppAction, GoAction};
use crate::state::screen::Popup;
use crate::state::shortcut::{Chord, Key};
use crate::state::table::{Entry, chords_longest_first};

/// What the keyboard held in the last frame.
#[derive(Default)]
pub struct Held {
    /// The key that acts as long as it is held, and what its release sends.
    until_release: Option<(egui::Key, Action)>,
}

/// Who has the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    /// The canvas, or nothing.
    Canvas,
    /// A control that is not a text field.
    Control,
    /// A text field: somebody is typing.
    Text,
    /// Something lies over the window.
    Popup,
}

/// Every action that this frame's keys ask for, in order.
pub fn read(ctx: &Context, state: &AppState, canvas: Id, held: &mut Held) -> Vec<Action> {
    let focus = focus(ctx, state, canvas);
    let mut actions = Vec::new();
    let events = ctx.input(|i| i.events.clone());
    for event in &events {
        match event {
            Event::Key { key, pressed: true, repeat, modifiers, .. } => {
                if let Some((chord, entry)) = matching(*key, *modifiers)
                    && may_act(chord, focus)
                    && (!repeat || repeats(&entry.action))
                    && entry.possible(state).is_ok()
                {
                    actions.push(entry.action.clone());
                    if let Some(release) = &entry.release {
                        held.until_release = Some((*key, release.clone()));
                    }
                }
            }
            Event::Key { key, pressed: false, .. } if held.until_release.as_ref().is_some_and(|(k, _)| k == key) => {
                actions.extend(held.until_release.take().map(|(_, release)| release));
            }
            // Ctrl+C arrives as this event alone.
            Event::Copy if focus == Focus::Canvas || focus == Focus::Control => {
                actions.extend(allowed_action(state, Chord::command(Key::Letter('C'))));
            }
            // The window lost the keyboard: the release of a held key will never come.
            Event::WindowFocused(false) => {
                actions.extend(held.until_release.take().map(|(_, release)| release));
            }
            _ => {}
        }
    }
    actions
}

fn focus(ctx: &Context, state: &AppState, canvas: Id) -> Focus {
    if ctx.text_edit_focused() {
        return Focus::Text;
    }
    // The line for the initials blocks nothing.
    let is_covered = state.layout.popup.is_some_and(|p| p != Popup::Initials);
    if is_covered || egui::Popup::is_any_open(ctx) {
        return Focus::Popup;
    }
    match ctx.memory(egui::Memory::focused) {
        None => Focus::Canvas,
        Some(id) if id == canvas => Focus::Canvas,
        Some(_) => Focus::Control,
    }
}

fn may_act(chord: Chord, focus: Focus) -> bool {
    match focus {
        Focus::Canvas => true,
        Focus::Control => !chord.needs_canvas(),
        // In a text field these belong to the text.
        Focus::Text => !chord.needs_canvas() && !belongs_to_text(chord),
        Focus::Popup => !chord.needs_canvas() || matches!(chord.key, Key::Question) && !chord.command,
    }
}

fn belongs_to_text(chord: Chord) -> bool {
    matches!(chord.key, Key::Letter('A' | 'C' | 'V' | 'X' | 'Y' | 'Z'))
}

/// A held key goes on through the slices; it decides or switches nothing again.
fn repeats(action: &Action) -> bool {
    matches!(action, Action::Go(GoAction::By(_)) | Action::App(AppAction::ScaleBy(_)))
}

fn matching(key: egui::Key, modifiers: Modifiers) -> Option<(Chord, &'static Entry)> {
    if modifiers.alt || (modifiers.ctrl && !modifiers.command) {
        return None;
    }
    chords_longest_first().into_iter().find(|(chord, _)| {
        // "?" needs Shift on most keyboards and not on others.
        let shift_fits = chord.key == Key::Question || chord.shift == modifiers.shift;
        chord.command == modifiers.command && shift_fits && egui_key(chord.key) == Some(key)
    })
}

/// The same key in egui's words.
pub fn egui_key(key: Key) -> Option<egui::Key> {
    egui::Key::from_name(&key.name())
}

fn allowed_action(state: &AppState, chord: Chord) -> Option<Action> {
    let (_, entry) = chords_longest_first().into_iter().find(|(c, _)| *c == chord)?;
    entry.possible(state).ok().map(|()| entry.action.clone())
}
