//! Diameters of masks, their words and hands, the volume's span, the heat map's lower end, flicker, layers. Not for
//! measurements by hand (`measuring`).

use egui::Key;
use glioview::domain::diameters::{self, Diameters};
use glioview::domain::geometry::Geometry;
use glioview::domain::mask::Mask;
use glioview::domain::measurement::{Figure, Size};
use glioview::domain::review::Verdict;
use glioview::state::action::{Action, OverlayAction, ReviewAction};
use glioview::state::rano;
use glioview::state::tool::MeasureAction;

use super::room::{self, Room};

fn mask_of(rows: usize, cols: usize, inside: impl Fn(f64, f64) -> bool) -> Mask {
    let bits = (0..rows * cols).map(|i| inside((i % cols) as f64 + 0.5, (i / cols) as f64 + 0.5)).collect();
    Mask { rows, cols, bits }
}

fn lengths(found: &Diameters) -> (f64, f64) {
    let value = |size| match size {
        Size::Metric(v) | Size::Pixels(v) => v,
    };
    (value(found.longest), value(found.perpendicular))
}

#[test]
fn an_ellipses_diameters_are_its_axes_in_any_direction() {
    for degrees in [0.0_f64, 25.0, 60.0, 90.0, 140.0] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let mask = mask_of(120, 120, |x, y| {
            let (u, v) = ((x - 60.0) * cos + (y - 60.0) * sin, (y - 60.0) * cos - (x - 60.0) * sin);
            (u / 40.0).powi(2) + (v / 20.0).powi(2) <= 1.0
        });
        let (longest, perpendicular) = lengths(&diameters::of_mask(&mask, None).expect("an ellipse"));
        assert!(
            (longest - 80.0).abs() < 1.5 && (perpendicular - 40.0).abs() < 1.5,
            "{degrees}°: {longest} {perpendicular}"
        );
    }
}

#[test]
fn diameters_are_measured_in_the_patient_where_pixels_are_not_square() {
    let geometry = Geometry::new([0.0; 3], [0.0, 0.0, 5.0], [0.0, 2.0, 0.0], [0.5, 0.0, 0.0]).expect("a stack");
    // A disk of 30 mm across: 60 columns and 15 rows.
    let mask = mask_of(40, 100, |x, y| ((x - 50.0) * 0.5).hypot((y - 20.0) * 2.0) <= 15.0);
    let found = diameters::of_mask(&mask, Some(&geometry)).expect("a disk");
    let (longest, perpendicular) = lengths(&found);
    assert!(matches!(found.longest, Size::Metric(_)));
    assert!((longest - 30.0).abs() < 2.2 && (perpendicular - 30.0).abs() < 2.2, "{longest} {perpendicular}");
}

#[test]
fn the_region_with_the_longest_diameter_counts_and_not_the_way_between_two() {
    let mask =
        mask_of(50, 100, |x, y| (x < 10.0 && y < 5.0) || ((80.0..100.0).contains(&x) && (40.0..44.0).contains(&y)));
    let (longest, perpendicular) = lengths(&diameters::of_mask(&mask, None).expect("regions"));
    assert!((longest - 20.0_f64.hypot(4.0)).abs() < 1e-9, "{longest}");
    assert!(perpendicular < 6.0, "{perpendicular}");
    assert_eq!(diameters::of_mask(&Mask::empty(5, 5), None), None);
}

#[test]
fn a_perpendicular_does_not_leap_over_a_gap() {
    // A U lying on its side: two arms of 4 pixels with 12 between them, joined at the left.
    let mask = mask_of(20, 60, |x, y| x < 4.0 || !(4.0..16.0).contains(&y));
    let (_, perpendicular) = lengths(&diameters::of_mask(&mask, None).expect("a U"));
    // At the joined end the whole height is inside; no chord through the gap is longer than that.
    assert!(perpendicular <= 21.5, "{perpendicular}");
}

#[test]
fn the_second_diameter_stays_perpendicular_when_an_end_is_dragged() {
    let geometry = Geometry::new([0.0; 3], [0.0, 0.0, 5.0], [0.0, 2.0, 0.0], [1.0, 0.0, 0.0]).expect("a stack");
    let points = [[0.0, 10.0], [20.0, 10.0], [10.0, 7.0], [10.0, 12.0]];
    let angle = |p: [[f64; 2]; 4]| {
        let way = |a: [f64; 2], b: [f64; 2]| [b[0] - a[0], (b[1] - a[1]) * 2.0];
        let (u, v) = (way(p[0], p[1]), way(p[2], p[3]));
        (u[0] * v[0] + u[1] * v[1]) / (u[0].hypot(u[1]) * v[0].hypot(v[1]))
    };
    for (index, at) in [(0, [3.0, 2.0]), (1, [25.0, 18.0]), (2, [6.0, 4.0]), (3, [14.0, 18.0])] {
        let moved = diameters::with_point(points, index, at, Some(&geometry));
        assert!(angle(moved).abs() < 1e-9, "{index}: {moved:?}");
        if index < 2 {
            assert_eq!(moved[index], at);
            let before = Diameters::between(points, Some(&geometry)).perpendicular;
            let after = Diameters::between(moved, Some(&geometry)).perpendicular;
            let (Size::Metric(before), Size::Metric(after)) = (before, after) else { panic!("metric") };
            assert!((before - after).abs() < 1e-9, "its length stays");
        }
    }
}

#[test]
fn the_panel_names_the_diameters_their_product_and_the_volumes_span() {
    let mut room = Room::reading();
    // 8 columns of 1 mm by one row of 2 mm: the diagonal, √(8² + 2²) = 8.2 mm.
    assert!(room.shows("8.2 × "), "{:?}", room.words());
    assert!(room.shows("product ") && room.shows("slice 4"));
    let span = rano::volume_span(room.app()).expect("a span");
    // Bytes of 200 are 0.78: inside at both thresholds. 24 voxels of 8 mm³.
    assert_eq!(span, "Volume span, mask 0.7–0.3: 0.19–0.19\u{a0}ml");
    // Rejected slices do not count.
    room.go(3);
    room.act(Action::Review(ReviewAction::Decide(Verdict::NotTumor)));
    assert!(rano::volume_span(room.app()).expect("a span").ends_with("0.13–0.13\u{a0}ml"));
    assert_eq!(rano::counted(room.app()).len(), 2);
}

#[test]
fn the_diameters_become_a_measurement_that_can_be_taken_back() {
    let mut room = Room::reading();
    room.act(Action::Measure(MeasureAction::AddDiameters {
        slice: 4,
        points: [[1.0, 1.0], [9.0, 1.0], [5.0, 0.0], [5.0, 2.0]],
    }));
    assert_eq!(room.table().slice(), 4);
    let measured = room.app().scan_state().expect("a scan").measurements.clone();
    assert!(matches!(measured[0].figure, Figure::Diameters(_)));
    assert!(room.shows("Diameters: 8.0 × 4.0\u{a0}mm, product 32.0\u{a0}mm²"), "{:?}", room.words());
    room.act(Action::Review(ReviewAction::Undo));
    assert!(room.app().scan_state().expect("a scan").measurements.is_empty());
}

#[test]
fn the_heat_maps_lower_end_moves_and_is_kept_in_bounds() {
    let mut room = Room::reading();
    room.act(Action::Overlay(OverlayAction::ToggleHeatMap));
    assert!(room.shows("Heat map from"), "{:?}", room.words());
    room.act(Action::Overlay(OverlayAction::SetHeatMapFrom(2.0)));
    room.act(Action::Overlay(OverlayAction::SetHeatMapOpacity(-1.0)));
    let overlay = room.app().overlay;
    assert_eq!((overlay.heat_map_from, overlay.heat_map_opacity), (0.99, 0.0));
}

#[test]
fn v_flickers_only_as_long_as_it_is_held() {
    let mut room = Room::reading();
    let key = |pressed| egui::Event::Key {
        key: Key::V,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: egui::Modifiers::NONE,
    };
    room.harness.event(key(true));
    room.harness.step();
    room.harness.step();
    assert!(room.app().overlay.is_flickering);
    room.harness.event(key(false));
    room.settle();
    assert!(!room.app().overlay.is_flickering);
    assert!(!room.harness.ctx.has_requested_repaint());
}

#[test]
fn several_masks_are_named_beside_their_lines() {
    let mut scan = room::scan(Some(room::geometry()), &glioview::domain::scan::Sequence::NET_ORDER);
    let mask = mask_of(20, 40, |x, y| (10.0..20.0).contains(&x) && (8.0..12.0).contains(&y));
    scan.reference = vec![Some(mask); 10];
    let mut room = Room::with(vec![room::study_of(scan)], glioview::io::settings::ThemeChoice::Dark);
    room.answer();
    room.go(4);
    assert!(!room.shows("Model: FLAIR abnormality"), "one mask needs no legend");
    room.act(Action::Overlay(OverlayAction::ToggleReference));
    assert!(room.shows("Model: FLAIR abnormality") && room.shows("Reference mask"), "{:?}", room.words());
}
