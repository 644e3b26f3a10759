//! Hands on canvas, strip and controls: slices, window, zoom, thresholds, overlay, and who has the keyboard. Not for
//! verdicts.

use egui::accesskit::Role;
use egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, TouchPhase, pos2, vec2};
use egui_kittest::kittest::Queryable;

use super::kit::TestWindow;

fn wheel(window: &mut TestWindow, unit: MouseWheelUnit, y: f32, modifiers: Modifiers) {
    let at = window.canvas().center();
    window.harness.hover_at(at);
    window.harness.event(Event::MouseWheel {
        unit,
        delta: vec2(0.0, y),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers,
    });
    window.settle();
}

fn drag(window: &mut TestWindow, button: PointerButton, by: egui::Vec2, modifiers: Modifiers) {
    let from = window.canvas().center();
    let events = [
        Event::PointerMoved(from),
        Event::PointerButton { pos: from, button, pressed: true, modifiers },
        Event::PointerMoved(from + by * 0.5),
        Event::PointerMoved(from + by),
        Event::PointerButton { pos: from + by, button, pressed: false, modifiers },
    ];
    window.harness.event(Event::ModifiersChanged(modifiers));
    for event in events {
        window.harness.event(event);
        window.harness.step();
    }
    window.harness.event(Event::ModifiersChanged(Modifiers::NONE));
    window.settle();
}

#[test]
fn arrow_keys_go_through_slices_and_sequences() {
    let mut window = TestWindow::reading();
    window.press(egui::Key::ArrowDown);
    window.press(egui::Key::ArrowDown);
    assert_eq!(window.scan().slice, 2);
    window.press(egui::Key::ArrowUp);
    assert_eq!(window.scan().slice, 1);
    window.press(egui::Key::End);
    assert_eq!(window.scan().slice, 11);
    window.press(egui::Key::ArrowDown);
    assert_eq!(window.scan().slice, 11, "the last slice does not wrap");
    window.press(egui::Key::ArrowLeft);
    assert_eq!(window.scan().sequence, 0);
}

#[test]
fn one_wheel_notch_is_one_slice() {
    let mut window = TestWindow::reading();
    wheel(&mut window, MouseWheelUnit::Line, -1.0, Modifiers::NONE);
    assert_eq!(window.scan().slice, 1);
    wheel(&mut window, MouseWheelUnit::Line, -3.0, Modifiers::NONE);
    assert_eq!(window.scan().slice, 4);
    wheel(&mut window, MouseWheelUnit::Line, 1.0, Modifiers::NONE);
    assert_eq!(window.scan().slice, 3);
}

#[test]
fn thirty_points_of_a_trackpad_are_one_slice() {
    let mut window = TestWindow::reading();
    wheel(&mut window, MouseWheelUnit::Point, -20.0, Modifiers::NONE);
    assert_eq!(window.scan().slice, 0);
    wheel(&mut window, MouseWheelUnit::Point, -10.0, Modifiers::NONE);
    assert_eq!(window.scan().slice, 1);
}

#[test]
fn ctrl_and_wheel_zooms_and_backspace_fits_again() {
    let mut window = TestWindow::reading();
    let fitted = window.state().view.zoom(96, 96);
    wheel(&mut window, MouseWheelUnit::Line, 2.0, Modifiers::COMMAND);
    assert!(window.state().view.zoom(96, 96) > fitted * 1.2);
    assert_eq!(window.scan().slice, 0, "the slice stays");
    window.press(egui::Key::Backspace);
    assert!((window.state().view.zoom(96, 96) - fitted).abs() < 1e-3);
}

#[test]
fn a_left_drag_to_the_right_widens_the_window() {
    let mut window = TestWindow::reading();
    let before = window.scan().window().expect("a window").window;
    drag(&mut window, PointerButton::Primary, vec2(60.0, 0.0), Modifiers::NONE);
    let after = window.scan().window().expect("a window").window;
    assert!(after.width > before.width, "{before:?} → {after:?}");
    window.press(egui::Key::Num1);
    let reset = window.scan().window().expect("a window").window;
    assert!((reset.width - before.width).abs() < 1e-3, "preset 1 brings the first window back");
}

#[test]
fn an_upward_drag_is_brighter() {
    let mut window = TestWindow::reading();
    let before = window.scan().window().expect("a window").window;
    drag(&mut window, PointerButton::Primary, vec2(0.0, -40.0), Modifiers::NONE);
    let after = window.scan().window().expect("a window").window;
    assert!(after.center < before.center, "{before:?} → {after:?}");
}

#[test]
fn shift_drag_and_middle_drag_pan_and_leave_the_window_alone() {
    for (button, modifiers) in [(PointerButton::Primary, Modifiers::SHIFT), (PointerButton::Middle, Modifiers::NONE)] {
        let mut window = TestWindow::reading();
        let before = window.scan().window();
        drag(&mut window, button, vec2(50.0, 20.0), modifiers);
        assert_eq!(window.scan().window(), before);
        assert!(window.state().view.offset_px[0] < -1.0, "{:?}", window.state().view);
    }
}

#[test]
fn a_right_drag_upwards_enlarges() {
    let mut window = TestWindow::reading();
    let before = window.state().view.zoom(96, 96);
    drag(&mut window, PointerButton::Secondary, vec2(0.0, -60.0), Modifiers::NONE);
    assert!(window.state().view.zoom(96, 96) > before * 1.2);
}

#[test]
fn a_click_on_the_strip_jumps_to_that_slice() {
    let mut window = TestWindow::reading();
    let strip = window.harness.get_by_role_and_label(Role::Slider, "Slice strip").rect();
    let at = pos2(strip.center().x, strip.top() + strip.height() * 0.71);
    window.harness.drag_at(at);
    window.harness.step();
    window.harness.drop_at(at);
    window.settle();
    assert_eq!(window.scan().slice, 8);
}

#[test]
fn n_goes_to_the_next_finding_and_l_to_the_widest_slice() {
    let mut window = TestWindow::reading();
    window.press(egui::Key::N);
    assert!(super::kit::LESION.contains(&window.scan().slice), "slice {}", window.scan().slice);
    window.press(egui::Key::Home);
    window.press(egui::Key::L);
    assert!(super::kit::LESION.contains(&window.scan().slice));
}

#[test]
fn the_overlay_goes_off_and_on_by_key_and_by_switch() {
    let mut window = TestWindow::reading();
    window.press(egui::Key::M);
    assert!(!window.state().overlay.is_shown);
    window.harness.get_by_role_and_label(Role::Switch, "Show overlay").click();
    window.settle();
    assert!(window.state().overlay.is_shown);
    window.harness.get_by_role_and_label(Role::Switch, "Heat map").click();
    window.settle();
    assert!(window.state().overlay.has_heat_map);
}

#[test]
fn h_hides_only_as_long_as_it_is_held() {
    let mut window = TestWindow::reading();
    let key = |pressed| Event::Key {
        key: egui::Key::H,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    window.harness.event(key(true));
    window.settle();
    assert!(window.state().overlay.is_held_hidden);
    window.harness.event(key(false));
    window.settle();
    assert!(!window.state().overlay.is_held_hidden);
}

#[test]
fn h_lets_go_when_the_window_loses_the_keyboard() {
    let mut window = TestWindow::reading();
    window.harness.event(Event::Key {
        key: egui::Key::H,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    });
    window.settle();
    window.harness.event(Event::WindowFocused(false));
    window.settle();
    assert!(!window.state().overlay.is_held_hidden);
}

#[test]
fn the_score_threshold_moves_by_drag_says_the_cards_and_resets() {
    let mut window = TestWindow::reading();
    let bar = window.harness.get_by_role_and_label(Role::Slider, "Score threshold").rect();
    let at = pos2(bar.left() + bar.width() * 0.95, bar.center().y);
    window.harness.drag_at(at);
    window.harness.step();
    window.harness.drop_at(at);
    window.settle();
    assert!(window.shows("No slice above the threshold"), "{:?}", window.all_words());
    assert!(window.shows("0.95, card 0.31"));
    window.click_button("Reset");
    assert!(window.shows("Model flags slices 5–8"));
}

#[test]
fn the_mask_threshold_acts_at_once() {
    let mut window = TestWindow::reading();
    window.press(egui::Key::L);
    assert!(window.shows("px"));
    let slider = window.harness.get_by_role_and_label(Role::Slider, "Mask threshold");
    slider.set_value_accesskit(0.95);
    window.settle();
    assert!((window.state().thresholds().expect("thresholds").mask - 0.95).abs() < 1e-3);
    assert!(window.shows("no outline"), "230 of 255 is below 0.95: {:?}", window.all_words());
    window.click_button("Reset mask threshold");
    assert!(window.state().moved.mask.is_none());
}

#[test]
fn the_outline_color_is_chosen_by_name() {
    let mut window = TestWindow::reading();
    window.harness.get_by_role_and_label(Role::RadioButton, "Purple").click();
    window.settle();
    assert_eq!(window.state().overlay.color.label(), "Purple");
}

#[test]
fn a_still_window_uploads_no_texture_and_asks_for_no_frame() {
    let mut window = TestWindow::reading();
    let uploads = window.harness.state().uploads();
    assert!(uploads > 0);
    for _ in 0..5 {
        window.harness.step();
    }
    assert_eq!(window.harness.state().uploads(), uploads);
    assert!(!window.harness.ctx.has_requested_repaint(), "{:?}", window.harness.ctx.repaint_causes());
}

#[test]
fn going_back_to_a_slice_uploads_nothing_again() {
    let mut window = TestWindow::reading();
    window.press(egui::Key::ArrowDown);
    let uploads = window.harness.state().uploads();
    window.press(egui::Key::ArrowUp);
    window.press(egui::Key::ArrowDown);
    assert_eq!(window.harness.state().uploads(), uploads);
}

#[test]
fn ctrl_c_copies_the_picture() {
    let mut window = TestWindow::reading();
    window.harness.event(Event::Copy);
    window.harness.step();
    window.settle();
    assert!(!window.state().layout.copies_picture, "the wish is taken");
}
