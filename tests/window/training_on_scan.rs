//! A training seen on the scan in Read, through the window. Not for the rules behind it (`state`).

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

use super::kit::{Head, Setup, TestWindow};
use super::training_runs::{push, ready, start, wait};

const DOTTED: &str = "Dotted: training, epoch";

fn says(window: &TestWindow) -> bool {
    let canvas = window.harness.get_by_role(Role::Canvas);
    egui_kittest::kittest::NodeT::accesskit_node(&canvas).label().is_some_and(|label| label.contains(DOTTED))
}

#[test]
fn the_latest_epoch_is_drawn_on_the_open_scan_and_goes_when_the_training_is_discarded() {
    let head = Some(Head { has_lesion: true, has_masks: false });
    let mut window = ready(TestWindow::threaded(Setup { head, ..Setup::default() }), "100000");
    start(&mut window);
    wait(&mut window, |w| w.state().training.running().is_some_and(|live| !live.history.epochs().is_empty()));
    assert!(window.state().training.watching.on(window.state().current.unwrap(), 0, 0).is_none(), "nobody looks");
    window.press_with(Modifiers::COMMAND, Key::Num1);
    wait(&mut window, says);
    let finding = window.scan().finding.clone();
    window.harness.get_by_role_and_label(Role::Switch, "Show the training's outline").click_accesskit();
    wait(&mut window, |w| !says(w));
    window.harness.get_by_role_and_label(Role::Switch, "Show the training's outline").click_accesskit();
    wait(&mut window, says);
    window.press(Key::M);
    assert!(!says(&window), "with the overlay off nothing is drawn");
    window.press(Key::M);
    window.press_with(Modifiers::COMMAND, Key::Num2);
    push(&mut window, "Discard…");
    wait(&mut window, |w| w.shows("Discard this training?"));
    push(&mut window, "Discard");
    wait(&mut window, |w| w.state().training.running().is_none());
    window.press_with(Modifiers::COMMAND, Key::Num1);
    wait(&mut window, |w| !says(w));
    assert!(!window.shows("Show the training's outline"), "no dead switch");
    assert_eq!(window.scan().finding, finding, "the finding is what the nets said");
}
