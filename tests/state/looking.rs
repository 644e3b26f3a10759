//! Slices, sequences, findings, gray window, zoom, overlay. Not for drawing them.

use glioview::domain::window::Window;
use glioview::engine::event::Event;
use glioview::state::action::{Action, AppAction, GoAction, OverlayAction, ViewAction, WindowAction};
use glioview::state::labels;
use glioview::state::screen::{Popup, ViewTransform, WindowPreset};

use super::make::{Desk, SIDE, mask, scan, study, study_of};

fn go(desk: &mut Desk, action: GoAction) -> usize {
    desk.act(Action::Go(action));
    desk.slice()
}

const FLAGS: [(f32, usize); 8] = [(0.1, 0), (0.9, 5), (0.9, 9), (0.1, 0), (0.1, 0), (0.8, 9), (0.1, 0), (0.7, 2)];

#[test]
fn slices_move_without_wrapping() {
    let mut desk = Desk::read(&[(0.1, 0); 25]);
    assert_eq!(go(&mut desk, GoAction::First), 0);
    assert_eq!(go(&mut desk, GoAction::By(-1)), 0);
    assert_eq!(go(&mut desk, GoAction::By(10)), 10);
    assert_eq!(go(&mut desk, GoAction::By(100)), 24);
    assert_eq!(go(&mut desk, GoAction::Slice(999)), 24);
    assert_eq!(go(&mut desk, GoAction::Last), 24);
}

#[test]
fn sequences_move_without_wrapping_and_keep_slice_and_zoom() {
    let mut desk = Desk::read(&FLAGS);
    let slice = desk.slice();
    desk.act(Action::View(ViewAction::Zoom { factor: 2.0, at_px: [1.0, 1.0] }));
    let zoom = desk.app.view.zoom;
    for _ in 0..5 {
        desk.act(Action::Go(GoAction::SequenceBy(1)));
    }
    assert_eq!((desk.here().sequence, desk.slice(), desk.app.view.zoom), (2, slice, zoom));
    assert!(desk.here().window().is_some(), "each sequence has a window of its own");
    for _ in 0..5 {
        desk.act(Action::Go(GoAction::SequenceBy(-1)));
    }
    assert_eq!(desk.here().sequence, 0);
}

#[test]
fn findings_are_visited_region_by_region() {
    let mut desk = Desk::read(&FLAGS);
    go(&mut desk, GoAction::First);
    assert_eq!(go(&mut desk, GoAction::NextFinding), 1);
    assert_eq!(go(&mut desk, GoAction::NextFinding), 5);
    assert_eq!(go(&mut desk, GoAction::NextFinding), 7);
    assert_eq!(go(&mut desk, GoAction::NextFinding), 7, "no wrap");
    assert_eq!(go(&mut desk, GoAction::PreviousFinding), 5);
    go(&mut desk, GoAction::Slice(2));
    assert_eq!(go(&mut desk, GoAction::PreviousFinding), 1, "inside a region first to its beginning");
}

#[test]
fn the_widest_slice_is_the_first_of_equals() {
    let mut desk = Desk::read(&FLAGS);
    assert_eq!(go(&mut desk, GoAction::Widest), 2);
}

#[test]
fn a_drag_of_the_window_tool_goes_right_for_wider_and_up_for_brighter() {
    let mut desk = Desk::read(&FLAGS);
    let before = desk.here().window().unwrap();
    assert_eq!(before.preset, Some(WindowPreset::Head));
    desk.act(Action::Window(WindowAction::Drag { right: 30.0, up: 0.0 }));
    let wider = desk.here().window().unwrap();
    assert!(wider.window.width > before.window.width && wider.window.center == before.window.center);
    assert_eq!(wider.preset, None);
    desk.act(Action::Window(WindowAction::Drag { right: 0.0, up: 30.0 }));
    let brighter = desk.here().window().unwrap();
    assert!(brighter.window.center < wider.window.center, "a lower center is brighter");
    desk.act(Action::App(AppAction::SetDragInverted(true)));
    desk.act(Action::Window(WindowAction::Drag { right: 30.0, up: 30.0 }));
    let inverted = desk.here().window().unwrap();
    assert!(inverted.window.width < brighter.window.width && inverted.window.center > brighter.window.center);
}

#[test]
fn a_window_is_never_narrower_than_one_stored_value_and_never_broken() {
    let mut desk = Desk::read(&FLAGS);
    desk.act(Action::Window(WindowAction::Drag { right: -1e6, up: 0.0 }));
    assert_eq!(desk.here().window().unwrap().window.width, 1.0);
    desk.act(Action::Window(WindowAction::Set(Window { center: f32::NAN, width: 3.0 })));
    assert!(desk.here().window().unwrap().window.center.is_finite());
}

#[test]
fn presets_widen_from_the_inner_head_to_the_full_range_over_the_whole_series() {
    let mut desk = Desk::read(&FLAGS);
    let mut widths = Vec::new();
    for preset in [WindowPreset::Percent1, WindowPreset::Percent01, WindowPreset::Full] {
        desk.act(Action::Window(WindowAction::Preset(preset)));
        widths.push(desk.here().window().unwrap().window.width);
    }
    assert!(widths.is_sorted(), "{widths:?}");
    // FLAIR of slice i has (0..64)·10 + i + 100; the series' range is 100 to 737.
    assert_eq!(desk.here().window().unwrap().window, Window { center: 419.0, width: 638.0 });
    assert_eq!(labels::window_corner(desk.here()).unwrap(), "W 638 L 419");
}

#[test]
fn zooming_keeps_the_point_under_the_pointer() {
    let mut view = ViewTransform { canvas: [800.0, 400.0], ..ViewTransform::default() };
    let on_screen = |view: &ViewTransform, at: [f32; 2]| {
        let zoom = view.zoom(100, 200);
        [(at[0] - 100.0 - view.offset_px[0]) * zoom, (at[1] - 50.0 - view.offset_px[1]) * zoom]
    };
    assert_eq!(view.zoom(100, 200), 4.0, "fits");
    let at = [30.0, 80.0];
    let before = on_screen(&view, at);
    view.zoom_at(1.7, at, 100, 200);
    view.zoom_at(0.4, at, 100, 200);
    let after = on_screen(&view, at);
    assert!((before[0] - after[0]).abs() < 1e-2 && (before[1] - after[1]).abs() < 1e-2, "{before:?} {after:?}");
    view.zoom_at(f32::NAN, at, 100, 200);
    view.zoom_at(1e9, at, 100, 200);
    assert_eq!(view.zoom, Some(ViewTransform::MAX_ZOOM));
}

#[test]
fn panning_stops_where_the_picture_would_be_lost() {
    let mut desk = Desk::read(&FLAGS);
    desk.act(Action::View(ViewAction::Pan([1e6, -1e6])));
    let half = SIDE as f32 / 2.0;
    assert_eq!(desk.app.view.offset_px, [-half, half]);
    desk.act(Action::View(ViewAction::Reset));
    assert_eq!((desk.app.view.offset_px, desk.app.view.zoom), ([0.0, 0.0], None));
}

#[test]
fn real_pixels_come_by_key_and_by_themselves_from_800_percent() {
    let mut desk = Desk::read(&FLAGS);
    desk.act(Action::View(ViewAction::Sized([32.0, 32.0])));
    assert_eq!(labels::zoom_corner(&desk.app).unwrap(), "400 % smoothed");
    desk.act(Action::View(ViewAction::ToggleRealPixels));
    assert_eq!(labels::zoom_corner(&desk.app).unwrap(), "400 % real pixels");
    desk.act(Action::View(ViewAction::ToggleRealPixels));
    desk.act(Action::View(ViewAction::Zoom { factor: 2.0, at_px: [4.0, 4.0] }));
    assert_eq!(labels::zoom_corner(&desk.app).unwrap(), "800 % real pixels");
}

#[test]
fn everything_drawn_is_hidden_while_h_is_held() {
    let mut desk = Desk::read(&FLAGS);
    assert!(desk.app.overlay.is_visible());
    desk.act(Action::Overlay(OverlayAction::HoldHidden(true)));
    assert!(!desk.app.overlay.is_visible());
    desk.act(Action::Overlay(OverlayAction::HoldHidden(false)));
    assert!(desk.app.overlay.is_visible());
    desk.act(Action::Overlay(OverlayAction::ToggleShown));
    assert!(!desk.app.overlay.is_visible());
}

#[test]
fn the_reference_is_hidden_until_asked_and_again_on_the_next_scan() {
    let mut with_reference = scan(2);
    with_reference.reference = vec![Some(mask(10)), Some(mask(0))];
    let mut desk = Desk::new();
    desk.open(vec![study_of("p1", vec![with_reference])]);
    desk.answer(&[(0.9, 15), (0.1, 0)]);
    assert_eq!(labels::reference_line(&desk.app).unwrap(), "Reference mask available · hidden");
    desk.act(Action::Overlay(OverlayAction::ToggleDifference));
    assert!(!desk.app.overlay.shows_difference, "no difference to what is hidden");
    desk.act(Action::Overlay(OverlayAction::ToggleReference));
    desk.act(Action::Overlay(OverlayAction::ToggleDifference));
    assert!(desk.app.overlay.shows_difference);
    let line = labels::reference_line(&desk.app).unwrap();
    // 10 shared of 15 + 10: 2 · 10 / 25.
    assert_eq!(line, "Dice 0.80 over the volume (tumor slices 0.80; empty slices not counted)");
    desk.open(vec![study("p2", 2)]);
    assert!(!desk.app.overlay.shows_reference && !desk.app.overlay.shows_difference);
    assert_eq!(labels::reference_line(&desk.app), None);
}

#[test]
fn dice_waits_for_all_outlines() {
    let mut with_reference = scan(2);
    with_reference.reference = vec![Some(mask(10)), None];
    let mut desk = Desk::new();
    desk.open(vec![study_of("p1", vec![with_reference])]);
    desk.begin(glioview::domain::gate::GateVerdict::Known);
    desk.outline(0, 10);
    desk.act(Action::Overlay(OverlayAction::ToggleReference));
    assert_eq!(labels::reference_line(&desk.app).unwrap(), "Dice after all outlines are there: 1 pending");
}

#[test]
fn the_corner_reads_the_value_and_the_models_under_the_pointer() {
    let mut desk = Desk::read(&FLAGS);
    go(&mut desk, GoAction::Slice(1));
    let (value, model) = labels::pointer_corner(&desk.app, 0, 3).unwrap();
    assert_eq!(value, "x 3 y 0 value 131");
    assert_eq!(model.unwrap(), "model 0.90");
    assert_eq!(labels::pointer_corner(&desk.app, SIDE, 0), None);
    assert_eq!(labels::slice_corner(desk.here()), "Slice 2 of 8");
}

#[test]
fn escape_closes_the_popup_then_the_picture_alone_and_never_the_analysis() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    desk.act(Action::App(AppAction::TogglePictureAlone));
    desk.act(Action::App(AppAction::Popup(Popup::KeySheet)));
    desk.act(Action::App(AppAction::Escape));
    assert!(desk.app.layout.popup.is_none() && desk.app.layout.is_picture_alone);
    desk.act(Action::App(AppAction::Escape));
    assert!(!desk.app.layout.is_picture_alone);
    desk.act(Action::App(AppAction::Escape));
    assert!(desk.here().analysis.is_running());
}

#[test]
fn the_picture_is_copied_by_the_window_and_told() {
    let mut desk = Desk::read(&FLAGS);
    desk.act(Action::File(glioview::state::action::FileAction::CopyPicture));
    assert!(desk.app.layout.copies_picture);
    desk.act(Action::File(glioview::state::action::FileAction::PictureCopied));
    assert!(!desk.app.layout.copies_picture);
    assert_eq!(desk.notices(), ["The picture is on the clipboard."]);
}

#[test]
fn a_canceled_analysis_leaves_looking_as_it_was() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    let slice = desk.slice();
    let job = desk.analysis_job();
    desk.hear(Event::Canceled { job });
    assert_eq!(desk.slice(), slice);
}
