//! The Models view through the accessibility tree. Not for the state's rules (`state::models`).

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use glioview::domain::card::Task;
use glioview::nn::shipped;
use glioview::state::models::{ModelKey, Page};
use glioview::state::screen::MainView;

use super::kit::TestWindow;
use crate::evaluation::terminal::zero_net;
use crate::evaluation::three_patients;

fn models_window() -> TestWindow {
    let mut window = TestWindow::empty();
    window.click_button("Models");
    assert_eq!(window.state().layout.view, MainView::Models);
    window
}

/// Types into the field of this label.
fn type_into(window: &mut TestWindow, label: &str, text: &str) {
    window.harness.get_by_role_and_label(Role::TextInput, label).focus();
    window.settle();
    window.harness.get_by_role_and_label(Role::TextInput, label).type_text(text);
    window.settle();
}

/// The shipped classifier's name and version.
fn shipped_title() -> String {
    shipped::card(Task::Classifier).expect("a classifier ships").title()
}

#[test]
fn the_shipped_cards_are_listed_and_drawn_whole() {
    let window = models_window();
    let title = shipped_title();
    for words in [title.as_str(), "comes with the program", "Intended use", "Validation figures", "ROC AUC"] {
        assert!(window.shows(words), "{words} in {:?}", window.all_words());
    }
    assert!(window.shows("What the data cannot show") && window.shows("sha256 "));
    assert!(window.shows("This card is part of the program"), "no fields to change it");
    window.harness.get_by_role_and_label(Role::Button, "Copy sha256");
}

#[test]
fn an_imported_model_is_shown_compared_and_used() {
    let mut window = models_window();
    let architecture = glioview::domain::card::Architecture::DenseNet121;
    let weights = zero_net(window.folder.path(), "own", architecture);
    type_into(&mut window, "A model file to import", &weights.display().to_string());
    window.click_button("Import");
    assert!(window.shows("Imported."), "{:?}", window.all_words());
    assert!(matches!(window.state().models_view.selected, Some(ModelKey::File(_))));
    assert!(window.shows("Save on the card") && window.shows("Export model"));
    window.click_button(&format!("{} (classifier · comes with the program)", shipped_title()));
    assert!(window.shows("lines that differ are marked"));
    assert!(window.shows("≠ Input"), "{:?}", window.all_words());
    window.click_button("Stop comparing");
    window.click_button("Use as classifier");
    assert!(window.state().model.choice.classifier.is_some());
    assert!(window.state().model.choice.segmenter.is_none());
    assert!(window.shows("In use: scans are read with this classifier"));
}

#[test]
fn an_evaluation_runs_from_the_form_and_a_patients_row_opens_it_in_read() {
    let mut window = models_window();
    let folder = window.folder.path().to_owned();
    let weights = zero_net(&folder, "own", glioview::domain::card::Architecture::UNet { width: 4 });
    three_patients(&folder.join("data"));
    type_into(&mut window, "A model file to import", &weights.display().to_string());
    window.click_button("Import");
    window.click_button("Evaluate…");
    assert_eq!(window.state().models_view.page, Page::Evaluation);
    assert!(window.shows("First give a folder or a table."));
    type_into(&mut window, "Data: folder or table", &folder.join("data").display().to_string());
    window.click_button("Everybody in the data");
    window.click_button("Start evaluation");
    assert!(window.state().models_view.measured.is_some(), "{:?}", window.all_words());
    assert!(window.shows("Segmenter, every slice outlined"));
    assert!(window.shows("Volume Dice by patient, worst first"));
    let row = window.all_words().into_iter().find(|w| w.starts_with("a, Dice")).expect("patient a's row");
    window.click_button(&row);
    assert_eq!(window.state().layout.view, MainView::Read);
    assert_eq!(window.state().studies.len(), 1);
}

#[test]
fn the_threshold_is_a_slider_that_moves_the_counts() {
    let mut window = models_window();
    let folder = window.folder.path().to_owned();
    let weights = zero_net(&folder, "own", glioview::domain::card::Architecture::DenseNet121);
    three_patients(&folder.join("data"));
    type_into(&mut window, "A model file to import", &weights.display().to_string());
    window.click_button("Import");
    window.click_button("Evaluate…");
    type_into(&mut window, "Data: folder or table", &folder.join("data").display().to_string());
    window.click_button("Everybody in the data");
    window.click_button("Start evaluation");
    for title in ["ROC curve", "Precision-recall curve", "Reliability diagram"] {
        window.harness.get_by_role_and_label(Role::Image, title);
    }
    let flagged = |w: &TestWindow| w.state().models_view.measured.as_ref().unwrap().at.as_ref().unwrap().counts;
    assert_eq!(flagged(&window).true_positive, 4, "every score is one half");
    window.harness.get_by_role_and_label(Role::Slider, "Classifier threshold").focus();
    window.settle();
    window.press(egui::Key::ArrowRight);
    assert_eq!(flagged(&window).true_positive, 0);
    window.click_button("Reset");
    assert_eq!(flagged(&window).true_positive, 4);
}
