//! The window's parts that work without a window: transform, outlines, wheel, colors. Not for what is on screen.

use egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, Rect, TouchPhase, pos2, vec2};
use glioview::domain::mask::Mask;
use glioview::state::screen::ViewTransform;
use glioview::ui::colormap;
use glioview::ui::contour::outlines;
use glioview::ui::theme;
use glioview::ui::transform::UiFromImage;
use glioview::ui::wheel::Wheel;

fn mask(rows: &[&str]) -> Mask {
    let bits = rows.iter().flat_map(|r| r.chars().map(|c| c == '#')).collect();
    Mask { rows: rows.len(), cols: rows[0].len(), bits }
}

/// Twice the signed area of a closed polyline; positive where it runs clockwise on screen.
fn doubled_area(corners: &[(u32, u32)]) -> i64 {
    let next = corners.iter().cycle().skip(1);
    let cross = |a: &(u32, u32), b: &(u32, u32)| i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1);
    corners.iter().zip(next).map(|(a, b)| cross(a, b)).sum()
}

#[test]
fn one_pixel_has_four_corners() {
    assert_eq!(outlines(&mask(&["...", ".#.", "..."])), vec![vec![(1, 1), (2, 1), (2, 2), (1, 2)]]);
}

#[test]
fn a_hole_runs_the_other_way() {
    let loops = outlines(&mask(&["#####", "#...#", "#...#", "#####"]));
    let mut areas: Vec<i64> = loops.iter().map(|l| doubled_area(l)).collect();
    areas.sort_unstable();
    assert_eq!(areas, vec![-2 * 6, 2 * 20]);
}

#[test]
fn pixels_that_touch_at_a_corner_are_apart() {
    let loops = outlines(&mask(&["#.", ".#"]));
    assert_eq!(loops.len(), 2);
    assert!(loops.iter().all(|l| l.len() == 4));
}

#[test]
fn the_outlines_of_any_mask_enclose_exactly_its_pixels() {
    let mut seed = 7_u64;
    for _ in 0..50 {
        let bits: Vec<bool> = (0..13 * 17)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                seed >> 61 > 3
            })
            .collect();
        let mask = Mask { rows: 13, cols: 17, bits };
        let enclosed: i64 = outlines(&mask).iter().map(|l| doubled_area(l)).sum();
        assert_eq!(enclosed, 2 * mask.area_px() as i64);
    }
}

#[test]
fn an_empty_mask_has_no_outline() {
    assert!(outlines(&Mask::empty(4, 4)).is_empty());
}

#[test]
fn the_transform_leads_there_and_back() {
    let canvas = Rect::from_min_size(pos2(220.0, 40.0), vec2(732.0, 732.0));
    let view = ViewTransform { zoom: Some(3.3), offset_px: [10.0, -4.0], ..ViewTransform::default() };
    let place = UiFromImage::of(&view, canvas, 256, 200);
    for at in [pos2(0.0, 0.0), pos2(200.0, 256.0), pos2(12.5, 99.25)] {
        assert!((place.image_from_ui(place.point(at)) - at).length() < 1e-2);
    }
    let middle = pos2(100.0 + 10.0, 128.0 - 4.0);
    assert!((place.point(middle) - canvas.center()).length() < 1e-3, "the offset names the point in the middle");
}

#[test]
fn the_pixel_under_the_pointer_is_the_one_that_covers_it() {
    let canvas = Rect::from_min_size(Pos2::ZERO, vec2(400.0, 400.0));
    let view = ViewTransform { zoom: Some(50.0), ..ViewTransform::default() };
    let place = UiFromImage::of(&view, canvas, 8, 8);
    assert_eq!(place.pixel_at(pos2(190.0, 395.0), 8, 8), Some((7, 3)));
    assert_eq!(place.pixel_at(pos2(-1.0, 10.0), 8, 8), None);
    assert_eq!(place.pixel_at(pos2(10.0, 400.5), 8, 8), None);
}

#[test]
fn zooming_keeps_the_point_under_the_pointer() {
    let canvas = Rect::from_min_size(pos2(10.0, 20.0), vec2(600.0, 500.0));
    let mut view = ViewTransform { canvas: [600.0, 500.0], ..ViewTransform::default() };
    let pointer = pos2(200.0, 333.0);
    let at = UiFromImage::of(&view, canvas, 256, 256).image_from_ui(pointer);
    view.zoom_at(2.5, [at.x, at.y], 256, 256);
    let again = UiFromImage::of(&view, canvas, 256, 256).image_from_ui(pointer);
    assert!((at - again).length() < 1e-2, "{at:?} → {again:?}");
}

fn notch(y: f32, source: MouseWheelSource) -> Event {
    Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, y),
        phase: TouchPhase::Move,
        source,
        modifiers: Modifiers::NONE,
    }
}

#[test]
fn a_trackpad_that_coasts_turns_no_slices() {
    let mut wheel = Wheel::default();
    assert_eq!(wheel.read(&[notch(-300.0, MouseWheelSource::Momentum)]).slices, 0);
    assert_eq!(wheel.read(&[notch(-60.0, MouseWheelSource::Trackpad)]).slices, 2);
}

#[test]
fn turning_back_begins_anew() {
    let mut wheel = Wheel::default();
    assert_eq!(wheel.read(&[notch(-29.0, MouseWheelSource::Trackpad)]).slices, 0);
    assert_eq!(wheel.read(&[notch(15.0, MouseWheelSource::Trackpad)]).slices, 0);
    assert_eq!(wheel.read(&[notch(15.0, MouseWheelSource::Trackpad)]).slices, -1);
}

#[test]
fn the_heat_map_is_clear_below_a_tenth_and_brightens_evenly() {
    assert_eq!(colormap::overlay(0.09, 0.1, 0.6).a(), 0);
    assert!(colormap::overlay(0.1, 0.1, 0.6).a() > 0);
    let gray = |p: f32| theme::contrast(colormap::opaque(p), egui::Color32::BLACK);
    let steps: Vec<f32> = (0..=20).map(|i| gray(i as f32 / 20.0)).collect();
    assert!(steps.is_sorted(), "{steps:?}");
}
