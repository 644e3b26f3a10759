//! The Train view by role and label: ways there, steps, keys that must not act, fit. Not for the training itself.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use glioview::io::settings::{Settings, ThemeChoice};
use glioview::state::screen::MainView;

use super::kit::{Setup, TestWindow};

fn at_train(setup: Setup) -> TestWindow {
    let mut window = TestWindow::new(setup);
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window
}

#[test]
fn buttons_and_keys_go_to_the_three_views() {
    let mut window = TestWindow::reading();
    window.click_button("Train");
    assert_eq!(window.state().layout.view, MainView::Train);
    for words in ["1 Data", "2 Model", "3 Settings", "4 Start", "Runs", "Research use only. Not for diagnosis."] {
        assert!(window.shows(words), "{words:?} is not in {:?}", window.all_words());
    }
    window.press_with(Modifiers::COMMAND, Key::Num3);
    assert_eq!(window.state().layout.view, MainView::Models);
    window.press_with(Modifiers::COMMAND, Key::Num1);
    assert_eq!(window.state().layout.view, MainView::Read);
}

#[test]
fn the_pictures_keys_do_nothing_in_the_train_view() {
    let mut window = at_train(Setup::default());
    let before = window.scan().clone();
    for key in [Key::ArrowDown, Key::A, Key::X, Key::T, Key::M, Key::F, Key::F2, Key::F3] {
        window.press(key);
    }
    assert_eq!(window.scan(), &before);
    assert!(window.state().overlay.is_shown && !window.state().layout.is_left_folded);
}

#[test]
fn a_pasted_path_is_training_data_there() {
    let mut window = at_train(Setup { head: None, ..Setup::default() });
    let path = window.folder.path().join("nothing_here");
    window.harness.event(egui::Event::Paste(path.display().to_string()));
    window.settle();
    assert_eq!(window.state().training.data.request.as_ref().map(|r| r.data.clone()), Some(path));
    assert!(window.state().studies.is_empty() && window.state().layout.view == MainView::Train);
}

#[test]
fn nets_and_settings_are_chosen_by_their_names() {
    let mut window = at_train(Setup { head: None, ..Setup::default() });
    window.click_button("Classifier ResNet-50");
    window.click_button("Segmenter none");
    assert_eq!(
        window.state().training.form.nets().map(glioview::domain::card::Architecture::label).collect::<Vec<_>>(),
        ["ResNet-50"]
    );
    window.click_button("Classifier none");
    assert_eq!(window.state().training.form.nets().count(), 1, "one net always stays");
    window.click_button("Schedule plateau");
    window.click_button("Undo Schedule");
    assert!(window.state().training.form.typed.is_empty());
}

#[test]
fn the_train_view_fits_every_size_scale_and_theme() {
    let scaled = |ui_scale, theme| Settings { ui_scale, theme, ..Setup::default().settings };
    for (size, scale) in
        [([1280.0, 800.0], 1.0), ([1024.0, 700.0], 1.0), ([3840.0, 2160.0], 2.0), ([1280.0, 800.0], 1.5)]
    {
        for theme in [ThemeChoice::Dark, ThemeChoice::Light] {
            let window = at_train(Setup { size, settings: scaled(scale, theme), head: None });
            super::fit::assert_fits(&window, &format!("train {size:?} at {scale}"));
            window.harness.get_by_role_and_label(Role::Button, "Stop and keep best");
        }
    }
}
