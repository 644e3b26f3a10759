//! The states of the screen: empty, open, nothing flagged, notices, cards, themes. Not for hands or verdicts.

use egui::Modifiers;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use glioview::io::settings::{Settings, ThemeChoice};

use super::kit::{Head, Setup, TestWindow};

const RESEARCH_USE: &str = "Research use only. Not for diagnosis.";

#[test]
fn the_empty_window_says_what_to_do_and_lists_recent_files() {
    let window = TestWindow::empty();
    for words in ["Drop a brain MRI here", "PNG, JPEG, TIFF, BMP, WebP", "Recent", "earlier", RESEARCH_USE] {
        assert!(window.shows(words), "{words:?} is not in {:?}", window.all_words());
    }
    for button in ["Open files…", "Open folder…", "Try the sample"] {
        window.harness.get_by_role_and_label(Role::Button, button);
    }
}

#[test]
fn an_opened_head_shows_its_finding_its_slice_and_the_research_line() {
    let window = TestWindow::reading();
    window.harness.get_by_label("Picture: slice 1 of 12, FLAIR");
    for words in
        ["Model flags slices 5–8", "4 of 12 slices, one region", "model score", "FLAIR abnormality", RESEARCH_USE]
    {
        assert!(window.shows(words), "{words:?} is not in {:?}", window.all_words());
    }
}

#[test]
fn the_sequences_have_a_row_each_and_flair_comes_first() {
    let mut window = TestWindow::reading();
    assert_eq!(window.scan().sequence, 1);
    window.click_button("T1 post");
    assert_eq!(window.scan().sequence, 2);
    window.harness.get_by_label("Picture: slice 1 of 12, T1 post");
}

#[test]
fn where_nothing_is_flagged_a_tumor_is_not_excluded() {
    let head = Some(Head { has_lesion: false, has_masks: false });
    let window = TestWindow::new(Setup { head, ..Setup::default() });
    for words in ["No slice above the threshold", "This does not exclude a tumor", "missed 4 of 137 tumor slices"] {
        assert!(window.shows(words), "{words:?} is not in {:?}", window.all_words());
    }
    let forbidden = ["no tumor", "diagnosis:", "cancer"];
    for words in window.all_words() {
        let lower = words.to_lowercase();
        assert!(!forbidden.iter().any(|f| lower.contains(f)), "{words:?} says too much");
    }
}

#[test]
fn a_path_that_does_not_exist_becomes_a_notice_that_can_be_dismissed() {
    let mut window = TestWindow::empty();
    let path = window.folder.path().join("nothing_here.tif");
    window.harness.event(egui::Event::Paste(path.display().to_string()));
    window.settle();
    assert_eq!(window.state().notices.all.len(), 1, "{:?}", window.state().notices);
    assert!(window.state().studies.is_empty());
    window.click_button("Dismiss");
    assert!(window.state().notices.all.is_empty());
}

#[test]
fn a_pasted_path_opens() {
    let mut window = TestWindow::empty();
    let folder = window.folder.path().join("pasted");
    super::kit::write_head(&folder, true, false);
    window.harness.event(egui::Event::Paste(folder.display().to_string()));
    window.settle();
    assert_eq!(window.state().studies.len(), 1);
    assert!(window.shows("Model flags slices 5–8"));
}

#[test]
fn the_key_sheet_lists_keys_and_closes_with_escape() {
    let mut window = TestWindow::reading();
    window.press(egui::Key::F1);
    for words in ["Next unreviewed flagged slice", "Right drag", "Ctrl+Shift+P"] {
        assert!(window.shows(words), "{words:?} is not in the key sheet");
    }
    window.press(egui::Key::Escape);
    assert!(!window.shows("Next unreviewed flagged slice"));
}

#[test]
fn the_palette_finds_an_action_by_its_words_and_does_it() {
    let mut window = TestWindow::reading();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, egui::Key::P);
    window.harness.get_by_role(Role::TextInput).type_text("heat");
    window.settle();
    window.harness.get_by_role_and_label(Role::MenuItem, "Heat map on or off");
    window.press(egui::Key::Enter);
    assert!(window.state().overlay.has_heat_map);
    assert!(window.state().layout.popup.is_none(), "the palette closes behind the action");
}

#[test]
fn the_palette_opens_from_the_bar_too() {
    let mut window = TestWindow::reading();
    window.click_button("Search");
    assert!(window.shows("Search all actions"));
}

#[test]
fn the_model_cards_are_shown_in_full() {
    let mut window = TestWindow::reading();
    window.click_button("Details…");
    for words in ["Model cards", "Tests of the window", "It has seen no patient", "Flagged 133 of 137 tumor slices"] {
        assert!(window.shows(words), "{words:?} is not in the cards");
    }
}

#[test]
fn the_theme_changes_from_the_bar_and_back() {
    let mut window = TestWindow::reading();
    window.click_button("Settings");
    window.click_button("Light");
    assert_eq!(window.state().settings.theme, ThemeChoice::Light);
    assert!(!window.harness.ctx.global_style().visuals.dark_mode);
    window.click_button("Dark");
    assert!(window.harness.ctx.global_style().visuals.dark_mode);
}

#[test]
fn the_settings_menu_sets_scale_and_reading_order() {
    let mut window = TestWindow::reading();
    window.click_button("Settings");
    window.harness.get_by_role_and_label(Role::Switch, "Go on after a verdict").click();
    window.settle();
    assert!(!window.state().settings.review_advances);
    window.harness.get_by_role_and_label(Role::Switch, "Invert the window drag").click();
    window.settle();
    assert!(window.state().settings.window_drag_inverted);
    window.click_button("140 %");
    assert!((window.state().settings.ui_scale - 1.4).abs() < 1e-6);
}

#[test]
fn the_scale_follows_the_settings() {
    let settings = Settings { ui_scale: 2.0, ..Setup::default().settings };
    let window = TestWindow::new(Setup { settings, ..Setup::default() });
    assert!((window.harness.ctx.zoom_factor() - 2.0).abs() < 1e-6);
    assert!(window.shows("Model flags slices 5–8"));
}

#[test]
fn files_over_the_window_name_what_would_open() {
    let mut window = TestWindow::empty();
    window.harness.input_mut().hovered_files =
        vec![egui::HoveredFile { path: Some("/scans/a.tif".into()), mime: String::new() }];
    window.harness.step();
    assert_eq!(window.state().layout.drag_hover.len(), 1);
    window.harness.step();
    assert!(super::fit::painted_words(&window).iter().any(|w| w == "Open 1 file (TIFF)"));
    window.harness.input_mut().hovered_files.clear();
    window.harness.step();
    window.settle();
    assert!(window.state().layout.drag_hover.is_empty(), "the target goes when the files go");
}

#[test]
fn a_reference_mask_is_announced_hidden_and_then_compared() {
    let head = Some(Head { has_lesion: true, has_masks: true });
    let mut window = TestWindow::new(Setup { head, ..Setup::default() });
    assert!(window.shows("Reference mask available · hidden"));
    window.click_button("Show reference");
    assert!(window.shows("Dice 0."), "{:?}", window.all_words());
    window.press_with(Modifiers::SHIFT, egui::Key::D);
    assert!(window.state().overlay.shows_difference);
    assert!(window.shows("missed") && window.shows("extra"));
}

#[test]
fn the_panels_fold_and_the_picture_stands_alone_with_the_research_line() {
    let mut window = TestWindow::reading();
    let width = window.canvas().width();
    window.press(egui::Key::F2);
    assert!(window.canvas().width() > width + 100.0, "without the study panel the picture gets its space");
    window.press(egui::Key::F3);
    assert!(!window.shows("model score"));
    window.press(egui::Key::F);
    assert!((window.canvas().width() - 1280.0).abs() < 1.0);
    assert!(super::fit::painted_words(&window).iter().any(|w| w == RESEARCH_USE), "the line stands on the canvas");
    window.press(egui::Key::Escape);
    assert!(!window.state().layout.is_picture_alone);
}

#[test]
fn closing_the_study_leads_back_to_the_empty_canvas() {
    let mut window = TestWindow::reading();
    window.press_with(Modifiers::COMMAND, egui::Key::W);
    assert!(window.state().studies.is_empty());
    window.harness.get_by_label("Drop a brain MRI here");
}

#[test]
fn without_dialogs_the_path_field_comes_and_opens() {
    let mut window = TestWindow::empty();
    let folder = window.folder.path().join("typed");
    super::kit::write_head(&folder, true, false);
    window.click_button("Open files…");
    assert!(window.shows("This desktop shows no file dialog"), "{:?}", window.all_words());
    window.harness.get_by_role(Role::TextInput).type_text(&folder.display().to_string());
    window.settle();
    window.press(egui::Key::Enter);
    assert_eq!(window.state().studies.len(), 1);
}

#[test]
fn a_notice_stands_on_the_canvas_where_its_panel_is_folded() {
    let mut window = TestWindow::reading();
    window.press(egui::Key::F2);
    let path = window.folder.path().join("nothing_here.tif");
    window.harness.event(egui::Event::Paste(path.display().to_string()));
    window.settle();
    assert_eq!(window.state().notices.all.len(), 1);
    window.click_button("Dismiss");
    assert!(window.state().notices.all.is_empty());
}
