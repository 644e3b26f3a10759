//! Verdicts by key and button, notes, and the rule that typing reviews nothing. Not for what verdicts are (`state`).

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use glioview::domain::review::Verdict;
use glioview::io::settings::Settings;

use super::kit::{Setup, TestWindow};

fn verdicts(window: &TestWindow) -> Vec<Option<Verdict>> {
    let scan = window.scan();
    let thresholds = window.state().thresholds_of(scan);
    (0..scan.counts.len()).map(|slice| scan.decision(slice, thresholds).map(|d| d.verdict)).collect()
}

#[test]
fn a_agrees_and_goes_on_to_the_next_flagged_slice() {
    let mut window = TestWindow::reading();
    window.press(Key::U);
    let first = window.scan().slice;
    window.press(Key::A);
    assert_eq!(verdicts(&window)[first], Some(Verdict::Agree));
    assert_ne!(window.scan().slice, first);
    assert!(window.shows("Reviewed 1 of 4 flagged"), "{:?}", window.all_words());
}

#[test]
fn every_verdict_has_a_button() {
    let cases = [
        ("Agree", Verdict::Agree),
        ("Not tumor", Verdict::NotTumor),
        ("Can't judge", Verdict::CantJudge),
        ("Tumor, outline wrong", Verdict::OutlineWrong),
    ];
    for (label, verdict) in cases {
        let mut window = TestWindow::reading();
        window.press(Key::U);
        let slice = window.scan().slice;
        window.click_button(label);
        assert_eq!(verdicts(&window)[slice], Some(verdict), "{label}");
    }
    let mut window = TestWindow::reading();
    window.click_button("Missed here");
    assert_eq!(verdicts(&window)[0], Some(Verdict::Missed));
}

#[test]
fn x_rejects_and_shift_x_only_the_outline() {
    let mut window = TestWindow::reading();
    window.press(Key::U);
    let slice = window.scan().slice;
    window.press_with(Modifiers::SHIFT, Key::X);
    assert_eq!(verdicts(&window)[slice], Some(Verdict::OutlineWrong));
    let next = window.scan().slice;
    window.press(Key::X);
    assert_eq!(verdicts(&window)[next], Some(Verdict::NotTumor));
}

#[test]
fn ctrl_z_takes_back_and_returns() {
    let mut window = TestWindow::reading();
    window.press(Key::U);
    let slice = window.scan().slice;
    window.press(Key::A);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(verdicts(&window)[slice], None);
    assert_eq!(window.scan().slice, slice);
    window.press_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(verdicts(&window)[slice], Some(Verdict::Agree));
}

#[test]
fn typing_axe_into_a_note_reviews_nothing_and_keeps_the_note() {
    let settings = Settings { review_advances: false, ..Setup::default().settings };
    let mut window = TestWindow::new(Setup { settings, ..Setup::default() });
    window.press(Key::U);
    let slice = window.scan().slice;
    window.press(Key::Q);
    let before = verdicts(&window);
    window.harness.get_by_role(Role::TextInput).focus();
    window.settle();
    for key in [Key::A, Key::X, Key::T, Key::Q, Key::M, Key::F] {
        window.press(key);
    }
    window.harness.get_by_role(Role::TextInput).type_text("axe");
    window.settle();
    window.press(Key::Enter);
    assert_eq!(verdicts(&window), before);
    assert!(window.state().overlay.is_shown);
    assert!(!window.state().layout.is_picture_alone);
    let scan = window.scan();
    let decision = scan.decision(slice, window.state().thresholds_of(scan)).expect("a decision");
    assert_eq!(decision.note, "axe");
}

#[test]
fn keys_review_nothing_from_any_control_that_has_the_keyboard() {
    let mut window = TestWindow::reading();
    window.press(Key::U);
    let roles = [Role::Button, Role::Slider, Role::Switch, Role::RadioButton];
    let count =
        window.harness.root().children_recursive().filter(|n| roles.contains(&n.accesskit_node().role())).count();
    assert!(count > 15, "only {count} controls");
    for index in 0..count {
        let root = window.harness.root();
        let node = root.children_recursive().filter(|n| roles.contains(&n.accesskit_node().role())).nth(index);
        let Some(node) = node else { continue };
        let label = node.accesskit_node().label().unwrap_or_default();
        node.focus();
        window.settle();
        for key in [Key::A, Key::X, Key::Q, Key::T] {
            window.press(key);
        }
        assert!(verdicts(&window).iter().all(Option::is_none), "a key reviewed from {label:?}");
    }
}

#[test]
fn keys_review_nothing_behind_a_popup() {
    let mut window = TestWindow::reading();
    window.press(Key::U);
    window.press(Key::F1);
    window.press(Key::A);
    assert!(verdicts(&window).iter().all(Option::is_none));
}

#[test]
fn a_held_key_decides_once() {
    let mut window = TestWindow::reading();
    window.press(Key::U);
    let key = |repeat| egui::Event::Key {
        key: Key::A,
        physical_key: None,
        pressed: true,
        repeat,
        modifiers: Modifiers::NONE,
    };
    window.harness.event(key(false));
    window.harness.event(key(true));
    window.harness.event(key(true));
    window.settle();
    assert_eq!(verdicts(&window).iter().flatten().count(), 1);
}

#[test]
fn the_initials_are_asked_once_and_kept() {
    let settings = Settings { reviewer: String::new(), ..Setup::default().settings };
    let mut window = TestWindow::new(Setup { settings, ..Setup::default() });
    window.press(Key::U);
    window.press(Key::A);
    assert!(window.shows("Your initials stand beside each decision"), "{:?}", window.all_words());
    window.press(Key::A);
    assert_eq!(verdicts(&window).iter().flatten().count(), 2, "the question blocks no review");
    window.harness.get_all_by_role(Role::TextInput).next().expect("a field").focus();
    window.settle();
    window.harness.get_all_by_role(Role::TextInput).next().expect("a field").type_text("KL");
    window.settle();
    window.press(Key::Enter);
    assert_eq!(window.state().settings.reviewer, "KL");
    assert!(window.state().layout.popup.is_none());
}

#[test]
fn the_reader_who_looks_first_sees_no_answer_before_the_call() {
    let settings = Settings { reader_first: true, ..Setup::default().settings };
    let mut window = TestWindow::new(Setup { settings, ..Setup::default() });
    assert!(window.shows("You look first"));
    assert!(!window.shows("Model flags"));
    assert!(!window.shows("model score"));
    for _ in 0..12 {
        window.press(Key::ArrowDown);
    }
    window.click_button("Abnormal");
    window.press(Key::Enter);
    assert!(window.shows("Model flags slices 5–8"), "{:?}", window.all_words());
}
