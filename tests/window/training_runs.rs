//! Real trainings of a small net through the window: their figures, examples, the list of runs, comparing, closing. Not for
//! the view's parts without a training (`training`).

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers, ViewportEvent, ViewportId};
use egui_kittest::kittest::Queryable;
use glioview::state::screen::MainView;
use glioview::state::training::live::Phase;
use glioview::state::training::{Ask, Closing};
use glioview::train::config::TrainConfig;
use glioview::train::error::TrainError;
use glioview::train::event::{EndReason, EpochRecord, TrainEvent};
use glioview::train::observer::{Flow, Observer};
use glioview::train::run::Run;

use super::kit::{Setup, TestWindow};
use crate::training::data_set;

/// Longer than any of these trainings takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// The Train view with the small data set chosen and a U-Net 16 at 32 pixels set.
pub fn ready(mut window: TestWindow, epochs: &str) -> TestWindow {
    let scans = window.folder.path().join("scans");
    data_set(&scans);
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.harness.event(egui::Event::Paste(scans.display().to_string()));
    wait(&mut window, |w| w.state().training.data.report().is_some());
    for (label, text) in [("Input size", "32"), ("Batch", "4"), ("Epochs", epochs)] {
        fill(&mut window, label, text);
    }
    push(&mut window, "Device cpu");
    window
}

fn fill(window: &mut TestWindow, label: &str, text: &str) {
    window.harness.get_by_role_and_label(Role::TextInput, label).focus();
    window.settle();
    window.press_with(Modifiers::COMMAND, Key::A);
    window.harness.get_by_role_and_label(Role::TextInput, label).type_text(text);
    window.settle();
}

/// Clicks a button even where it is scrolled away.
pub fn push(window: &mut TestWindow, label: &str) {
    window.harness.get_by_role_and_label(Role::Button, label).click_accesskit();
    window.settle();
}

/// Starts; the small set's pictures are so alike that the split is asked about.
pub fn start(window: &mut TestWindow) {
    window.harness.get_by_role_and_label(Role::Button, "Start").click();
    wait(window, |w| w.shows("Train anyway"));
    assert_eq!(window.state().training.ask, Some(Ask::Leak));
    window.harness.get_by_role_and_label(Role::Button, "Train anyway").click_accesskit();
    window.harness.step();
    window.harness.step();
}

/// Frames until it is so; at once with the inline engine.
pub fn wait(window: &mut TestWindow, is_so: impl Fn(&TestWindow) -> bool) {
    let begun = Instant::now();
    loop {
        window.harness.step();
        if is_so(window) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "not within {PATIENCE:?}: {:?}", window.all_words());
        std::thread::sleep(Duration::from_millis(5));
    }
    window.harness.step();
}

#[derive(Default)]
struct Ear(Vec<EpochRecord>);

impl Observer for Ear {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        if let TrainEvent::EpochEnded(record) = event {
            self.0.push(record.clone());
        }
        Ok(Flow::Continue)
    }
}

fn trained_in_the_terminal(config: &TrainConfig, window: &TestWindow) -> Vec<EpochRecord> {
    let mut ear = Ear::default();
    let run = Run::create(config.clone(), &window.folder.path().join("terminal"), &mut |_, _| true).unwrap();
    run.train(&mut [&mut ear]).unwrap();
    ear.0
}

#[test]
fn a_training_in_the_window_gives_the_terminals_figures_to_the_digit() {
    let mut window = ready(TestWindow::empty(), "2");
    start(&mut window);
    let live = &window.state().training.line[0];
    assert_eq!(live.phase, Phase::Ended(EndReason::Finished), "{:?}", window.all_words());
    let config = (**live.config.as_ref().unwrap()).clone();
    assert_eq!((config.input.size, config.batch_size, config.epochs, config.seed), (32, 4, 2, 1));
    let expected = trained_in_the_terminal(&config, &window);
    assert_eq!(expected.len(), 2);
    let live = &window.state().training.line[0];
    for (shown, told) in live.history.epochs().iter().zip(&expected) {
        let bits = |losses: [f32; 3]| losses.map(f32::to_bits);
        assert_eq!(
            bits([shown.train_loss, shown.val_loss, shown.metric]),
            bits([told.train_loss, told.val_loss, told.metric]),
            "epoch {}",
            told.epoch
        );
    }
    assert_eq!(live.history.epochs().len(), 2);
    assert!(window.shows("finished: all epochs done"), "{:?}", window.all_words());
}

#[test]
fn examples_stand_under_the_curves_and_go_back_through_the_epochs() {
    let mut window = ready(TestWindow::empty(), "2");
    start(&mut window);
    wait(&mut window, |w| w.shows("Examples, epoch   2"));
    assert!(window.shows("Example TCGA_AA_"), "each example is named: {:?}", window.all_words());
    push(&mut window, "Earlier epoch");
    wait(&mut window, |w| w.shows("Examples, epoch   1"));
    push(&mut window, "Later epoch");
    wait(&mut window, |w| w.shows("Examples, epoch   2"));
    assert_eq!(window.state().training.runs.example_epoch, None, "the latest is followed again");
    let apart = "Loss curves of U-Net 16: 2 epochs, cross-entropy and Dice apart";
    assert!(!window.shows(apart));
    push(&mut window, "parts");
    assert!(window.shows(apart), "{:?}", window.all_words());
}

#[test]
fn runs_are_listed_shown_and_compared_by_their_settings() {
    let mut window = ready(TestWindow::empty(), "1");
    start(&mut window);
    fill(&mut window, "Seed", "2");
    start(&mut window);
    fill(&mut window, "Batch", "3");
    start(&mut window);
    let all = window.state().training.runs.all.clone().unwrap();
    assert_eq!(all.len(), 3);
    for number in 1..=3 {
        assert!(window.shows(&format!("U-Net 16, run {number}")), "{:?}", window.all_words());
    }
    push(&mut window, "U-Net 16, run 1");
    assert_eq!(window.state().training.runs.shown.len(), 1);
    let second = |window: &TestWindow, label: &str| {
        window.harness.get_by_role_and_label(Role::Button, label).click_modifiers(Modifiers::COMMAND);
    };
    second(&window, "U-Net 16, run 2");
    window.settle();
    assert!(window.shows("2 runs that differ in their seed"), "{:?}", window.all_words());
    assert!(window.shows("Seed: 1 · 2") && !window.shows("Batch: "), "{:?}", window.all_words());
    second(&window, "U-Net 16, run 3");
    window.settle();
    assert!(window.shows("Batch: 4 · 4 · 3"), "{:?}", window.all_words());
    second(&window, "U-Net 16, run 3");
    window.settle();
    assert_eq!(window.state().training.runs.shown.len(), 2);
    // One alone: its settings, and reading with it.
    push(&mut window, "U-Net 16, run 3");
    push(&mut window, "Use its settings U-Net 16, run 3");
    assert!(window.state().training.form.typed.is_empty());
    let request = window.state().training.data.request.clone();
    assert_eq!(window.state().training.form.configs(request.as_ref()).0[0].batch_size, 3);
    push(&mut window, "Use now U-Net 16, run 3");
    assert_eq!(window.state().layout.view, MainView::Read);
    assert!(window.state().model.choice.segmenter.is_some() && window.state().model.choice.classifier.is_none());
}

fn ask_to_close(window: &mut TestWindow) {
    let root = window.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default();
    root.events.push(ViewportEvent::Close);
    window.harness.step();
    // The event is of that frame alone.
    if let Some(root) = window.harness.input_mut().viewports.get_mut(&ViewportId::ROOT) {
        root.events.clear();
    }
    window.harness.step();
}

#[test]
fn closing_during_a_training_asks_and_stops_and_keeps_the_best_where_told_to() {
    let mut window = ready(TestWindow::threaded(Setup { head: None, ..Setup::default() }), "400");
    start(&mut window);
    wait(&mut window, |w| w.state().training.running().is_some_and(|live| live.history.epochs().len() > 1));
    ask_to_close(&mut window);
    assert_eq!(window.state().training.ask, Some(Ask::Close), "{:?}", window.all_words());
    wait(&mut window, |w| w.shows("Don't close (closing)"));
    for answer in ["Stop and keep best", "Finish this epoch, then close", "Discard", "Don't close"] {
        window.harness.get_by_role_and_label(Role::Button, &format!("{answer} (closing)"));
    }
    window.harness.get_by_role_and_label(Role::Button, "Don't close (closing)").click_accesskit();
    wait(&mut window, |w| w.state().training.ask.is_none());
    assert!(window.state().training.running().is_some(), "it trains on");
    assert_eq!(window.state().training.closes, Closing::No);
    ask_to_close(&mut window);
    wait(&mut window, |w| w.shows("Stop and keep best (closing)"));
    window.harness.get_by_role_and_label(Role::Button, "Stop and keep best (closing)").click_accesskit();
    wait(&mut window, |w| w.state().training.closes == Closing::Now);
    let live = &window.state().training.line[0];
    assert_eq!(live.phase, Phase::Ended(EndReason::Stopped));
    assert!(live.folder.as_ref().unwrap().join("best.safetensors").is_file(), "the best is kept");
}

#[test]
fn presets_strengths_with_their_preview_and_the_command_are_in_the_form() {
    let mut window = ready(TestWindow::empty(), "1");
    push(&mut window, "Quick look");
    let configs = |w: &TestWindow| w.state().training.form.configs(w.state().training.data.request.as_ref()).0;
    assert_eq!((configs(&window)[0].input.size, configs(&window)[0].epochs), (128, 6));
    push(&mut window, "Strengths of augmentation…");
    assert!(window.shows("Plain slice") && window.shows("Changed slice 1"), "{:?}", window.all_words());
    let before = window.state().training.preview.sheet.clone().unwrap();
    fill(&mut window, "Rotation", "30");
    let after = window.state().training.preview.sheet.clone().unwrap();
    assert_eq!(before.pictures[0], after.pictures[0], "the plain one stays");
    assert_ne!(before.pictures[1..], after.pictures[1..], "the changed ones follow the strengths");
    assert_eq!(configs(&window)[0].augment.unwrap().rotation_degrees, 30.0);
    window.harness.get_by_role_and_label(Role::Button, "Copy as command").click_accesskit();
    window.harness.step();
    let copied = window.harness.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.expect("the command is on the clipboard");
    assert!(copied.starts_with("glioview train segmenter --width 16 --data "), "{copied}");
    assert!(copied.contains("--rotation 30") && copied.contains("--size 128"), "{copied}");
}
