//! The one table of actions: no two keys clash, no dead rows, nothing reserved is taken. Not for what actions do.

use std::collections::{HashMap, HashSet};

use glioview::state::action::{Action, AppAction, GoAction, ReviewAction};
use glioview::state::shortcut::{Chord, Key};
use glioview::state::table::{Group, RESERVED, TABLE, chords_longest_first, entry};

use super::make::Desk;

#[test]
fn no_two_actions_share_a_chord() {
    let mut taken: HashMap<Chord, &str> = HashMap::new();
    for row in TABLE {
        for &chord in row.chords {
            let before = taken.insert(chord, row.text);
            assert_eq!(before, None, "{} is also for {}", chord.label(false), row.text);
        }
    }
}

#[test]
fn no_two_rows_share_their_words_or_their_action() {
    let texts: HashSet<&str> = TABLE.iter().map(|row| row.text).collect();
    assert_eq!(texts.len(), TABLE.len());
    for row in TABLE {
        assert_eq!(TABLE.iter().filter(|other| other.action == row.action).count(), 1, "{}", row.text);
        assert!(!row.text.is_empty() && row.text.starts_with(char::is_uppercase), "{:?}", row.text);
    }
}

#[test]
fn the_longest_chord_is_asked_first() {
    let order: Vec<usize> = chords_longest_first().iter().map(|(chord, _)| chord.modifiers()).collect();
    assert!(order.is_sorted_by(|a, b| a >= b));
    let place = |chord: Chord| chords_longest_first().iter().position(|(c, _)| *c == chord).unwrap();
    for letter in ['N', 'X', 'A'] {
        assert!(place(Chord::shift(Key::Letter(letter))) < place(Chord::plain(Key::Letter(letter))));
    }
    assert!(place(Chord::command_shift(Key::Letter('Z'))) < place(Chord::command(Key::Letter('Z'))));
}

#[test]
fn letters_of_later_tools_are_free() {
    for row in TABLE {
        for chord in row.chords.iter().filter(|c| c.modifiers() == 0) {
            if let Key::Letter(letter) = chord.key {
                assert!(!RESERVED.contains(&letter), "{} takes {letter}", row.text);
            }
        }
    }
}

#[test]
fn every_hand_of_this_milestone_has_its_key() {
    let plain: String = "NLMHAXTQUPF".to_owned();
    let bound: HashSet<Chord> = chords_longest_first().into_iter().map(|(chord, _)| chord).collect();
    let letters = plain.chars().map(|c| Chord::plain(Key::Letter(c)));
    let digits = [1, 2, 3, 4, 0].map(|d| Chord::plain(Key::Digit(d)));
    let shifted = ['N', 'X', 'A', 'D'].map(|c| Chord::shift(Key::Letter(c)));
    let commands = ['O', 'W', 'S', 'Z', 'Y', 'C'].map(|c| Chord::command(Key::Letter(c)));
    let others = [
        Chord::plain(Key::Up),
        Chord::plain(Key::Down),
        Chord::shift(Key::Up),
        Chord::shift(Key::Down),
        Chord::plain(Key::Home),
        Chord::plain(Key::End),
        Chord::plain(Key::OpenBracket),
        Chord::plain(Key::CloseBracket),
        Chord::plain(Key::PageUp),
        Chord::plain(Key::PageDown),
        Chord::plain(Key::Left),
        Chord::plain(Key::Right),
        Chord::plain(Key::Backspace),
        Chord::plain(Key::Enter),
        Chord::plain(Key::Escape),
        Chord::plain(Key::Question),
        Chord::plain(Key::Function(1)),
        Chord::plain(Key::Function(2)),
        Chord::plain(Key::Function(3)),
        Chord::command_shift(Key::Letter('P')),
        Chord::command_shift(Key::Letter('Z')),
    ];
    for chord in letters.chain(digits).chain(shifted).chain(commands).chain(others) {
        assert!(bound.contains(&chord), "{} is not bound", chord.label(false));
    }
}

#[test]
fn the_window_library_knows_every_key_by_its_name() {
    for (chord, row) in chords_longest_first() {
        assert!(egui::Key::from_name(&chord.key.name()).is_some(), "{} of {}", chord.key.name(), row.text);
    }
}

#[test]
fn plain_keys_act_only_on_the_canvas_and_function_keys_anywhere() {
    assert!(Chord::plain(Key::Letter('A')).needs_canvas());
    assert!(Chord::shift(Key::Letter('X')).needs_canvas());
    assert!(Chord::plain(Key::Backspace).needs_canvas() && Chord::plain(Key::Enter).needs_canvas());
    assert!(!Chord::command(Key::Letter('S')).needs_canvas());
    assert!(!Chord::plain(Key::Function(2)).needs_canvas() && !Chord::plain(Key::Escape).needs_canvas());
}

#[test]
fn chords_are_written_as_each_system_writes_them() {
    let palette = Chord::command_shift(Key::Letter('P'));
    assert_eq!((palette.label(false), palette.label(true)), ("Ctrl+Shift+P".to_owned(), "⌘⇧P".to_owned()));
    assert_eq!(Chord::shift(Key::Up).label(false), "Shift+↑");
}

#[test]
fn every_row_has_a_group_of_the_key_sheet_and_every_group_a_row() {
    for group in Group::ALL {
        assert!(TABLE.iter().any(|row| row.group == group), "{}", group.label());
    }
    assert_eq!(Group::ALL.iter().map(|g| TABLE.iter().filter(|r| r.group == *g).count()).sum::<usize>(), TABLE.len());
}

#[test]
fn with_nothing_open_only_opening_and_the_window_itself_are_possible() {
    let desk = Desk::new();
    for row in TABLE.iter().filter(|r| matches!(r.group, Group::Slices | Group::Picture | Group::Overlay)) {
        assert!((row.allowed)(&desk.app).is_err(), "{}", row.text);
    }
    assert!((entry(&Action::App(AppAction::ToggleTheme)).unwrap().allowed)(&desk.app).is_ok());
}

#[test]
fn what_is_not_possible_says_why_in_words() {
    let empty = Desk::new();
    let read = Desk::read(&[(0.1, 0)]);
    for row in TABLE {
        for desk in [&empty, &read] {
            if let Err(why) = (row.allowed)(&desk.app) {
                assert!(why.starts_with(char::is_uppercase) && !why.ends_with('.'), "{}: {why:?}", row.text);
            }
        }
    }
}

#[test]
fn an_action_that_is_not_possible_changes_nothing() {
    let mut desk = Desk::new();
    let before = desk.app.clone();
    for action in [Action::Go(GoAction::By(1)), Action::App(AppAction::TogglePictureAlone)] {
        assert!(desk.act(action).is_empty());
        assert_eq!(desk.app, before);
    }
    assert!(desk.act(Action::Review(ReviewAction::Undo)).is_empty());
    assert_eq!(desk.notices(), ["Nothing to take back."]);
}
