//! Planes through the volume, panes beside each other, the crosshair that links them. Not for pixels on screen.

use egui::accesskit::Role;
use egui::{Key, pos2};
use egui_kittest::kittest::{NodeT, Queryable};
use glioview::domain::geometry::{AnatomicalPlane, Geometry};
use glioview::domain::reslice::{self, Cut, Slab};
use glioview::domain::scan::{Samples, Scan, Sequence};
use glioview::io::settings::ThemeChoice;
use glioview::state::action::{Action, GoAction};
use glioview::state::panes::{self, Arrangement, Content, PaneAction};
use glioview::ui::transform::UiFromImage;

use super::room::{self, Room, SIZE};
use super::upright::all_orders;
use crate::state::make;

/// A stack of 5 × 6 × 7 voxels whose values are a plane in the patient: `200 + x + 3 y − 2 z` in millimeters.
fn ramp(geometry: Geometry) -> Scan {
    let (rows, cols) = (6, 7);
    let mut scan = room::scan(Some(geometry), &[Sequence::Flair]);
    scan.slices.truncate(5);
    (scan.rows, scan.cols) = (rows, cols);
    for (s, slice) in scan.slices.iter_mut().enumerate() {
        let value = |i: usize| {
            let [x, y, z] = geometry.patient_from_voxel([s as f64, (i / cols) as f64, (i % cols) as f64]);
            (200.0 + x + 3.0 * y - 2.0 * z) as f32
        };
        let plane = &mut slice.planes[0];
        (plane.rows, plane.cols) = (rows, cols);
        plane.samples = Samples::F32((0..rows * cols).map(value).collect());
    }
    scan
}

#[test]
fn planes_of_the_body_hold_the_patients_own_values_in_all_48_orders_of_axes() {
    for geometry in all_orders() {
        let scan = ramp(geometry);
        let size = [5, 6, 7];
        let middle = geometry.patient_from_voxel([2.0, 2.5, 3.0]);
        for plane in [AnatomicalPlane::Axial, AnatomicalPlane::Coronal, AnatomicalPlane::Sagittal] {
            let cut = Cut::of_body(&geometry, size, plane, middle);
            let found = reslice::values(&scan, 0, &cut, Slab::Single).expect("a plane");
            let letters = cut.geometry().edge_letters();
            let expected = match plane {
                AnatomicalPlane::Axial => ["R", "L", "A", "P"],
                AnatomicalPlane::Coronal => ["R", "L", "S", "I"],
                AnatomicalPlane::Sagittal => ["A", "P", "S", "I"],
            };
            assert_eq!(letters, expected);
            let mut checked = 0;
            for row in 0..cut.rows {
                for col in 0..cut.cols {
                    let at = cut.patient_from_px([col as f64 + 0.5, row as f64 + 0.5]);
                    let voxel = geometry.voxel_from_patient(at);
                    // Past the outermost voxels' centers there is nothing to interpolate with.
                    if voxel.iter().zip(size).any(|(v, n)| *v < -1e-9 || *v > n as f64 - 1.0 + 1e-9) {
                        continue;
                    }
                    let truth = 200.0 + at[0] + 3.0 * at[1] - 2.0 * at[2];
                    let value = f64::from(found.value(row, col).expect("a pixel"));
                    assert!((value - truth).abs() < 1e-3, "{plane:?} {geometry:?}: {value} for {truth}");
                    checked += 1;
                }
            }
            assert!(checked > 10, "{plane:?} {geometry:?}: {checked}");
        }
    }
}

#[test]
fn a_slab_takes_the_greatest_or_the_mean_across_the_plane() {
    let geometry = Geometry::new([0.0; 3], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]).expect("a stack");
    let scan = ramp(geometry);
    let cut = Cut::of_body(&geometry, [5, 6, 7], AnatomicalPlane::Axial, [3.0, 2.0, 2.0]);
    let at = |slab| reslice::values(&scan, 0, &cut, slab).expect("a plane").value(2, 3).expect("a pixel");
    // 200 + 3 + 6 − 2 z for z from 1 to 3.
    assert_eq!(at(Slab::Single), 205.0);
    assert_eq!(at(Slab::Maximum(2.0)), 207.0);
    assert_eq!(at(Slab::Mean(2.0)), 205.0);
}

#[test]
fn outside_of_the_stack_a_plane_is_black_and_whole_values_stay_whole() {
    let (sin, cos) = 30.0_f64.to_radians().sin_cos();
    let geometry = Geometry::new([0.0; 3], [0.0, -2.0 * sin, 2.0 * cos], [0.0, cos, sin], [1.0, 0.0, 0.0])
        .expect("a tilted stack");
    let scan = room::scan(Some(geometry), &[Sequence::Flair]);
    let cut = Cut::of_body(&geometry, SIZE, AnatomicalPlane::Sagittal, geometry.patient_from_voxel([4.0, 10.0, 20.0]));
    let found = reslice::values(&scan, 0, &cut, Slab::Single).expect("a plane");
    let Samples::U16(values) = found.samples else { panic!("the depth stays") };
    assert!(values[0] == 0 && values.iter().any(|&v| v > 300), "corners of a tilted stack are empty");
}

#[test]
fn a_mask_on_a_plane_is_the_nearest_voxels_own() {
    let geometry = room::geometry();
    let cut = Cut::of_body(&geometry, SIZE, AnatomicalPlane::Coronal, geometry.patient_from_voxel([4.0, 10.0, 12.0]));
    // Row 10, columns 10 to 17, slices 3 to 5: 8 mm across and 12 mm up, in pixels of 1 mm.
    let mask = reslice::mask(&geometry, SIZE, &cut, |slice, index| {
        (3..=5).contains(&slice) && index / SIZE[2] == 10 && (10..18).contains(&(index % SIZE[2]))
    });
    assert_eq!((mask.rows, mask.cols, mask.area_px()), (40, 40, 8 * 12));
    // Superior is up: slice 5 lies 14 to 18 mm below the stack's upper edge.
    assert!(mask.get(16, 12) && !mask.get(15, 12) && mask.get(27, 12) && !mask.get(28, 12));
}

#[test]
fn planes_cross_in_a_line_and_parallel_ones_do_not() {
    let geometry = room::geometry();
    let axial = Cut::of_slice(&geometry, 4, SIZE[1], SIZE[2]);
    let at = geometry.patient_from_voxel([4.0, 10.0, 12.0]);
    let coronal = Cut::of_body(&geometry, SIZE, AnatomicalPlane::Coronal, at);
    let [a, b] = axial.crossing(&coronal).expect("they cross");
    assert!((a[1] - 10.5).abs() < 1e-9 && (b[1] - 10.5).abs() < 1e-9, "{a:?} {b:?}");
    assert_eq!([a[0].min(b[0]), a[0].max(b[0])], [0.0, 40.0]);
    assert_eq!(axial.crossing(&Cut::of_slice(&geometry, 5, SIZE[1], SIZE[2])), None);
}

fn panes_on_screen(room: &Room) -> Vec<String> {
    let canvases = room.harness.get_all_by_role(Role::Canvas);
    canvases.filter_map(|node| node.accesskit_node().label()).collect()
}

#[test]
fn the_function_keys_divide_the_canvas_and_the_planes_stand_in_the_panes() {
    let mut room = Room::reading();
    for (key, arrangement, count) in [
        (Key::F6, Arrangement::Two, 2),
        (Key::F7, Arrangement::OneAndThree, 4),
        (Key::F8, Arrangement::TwoByTwo, 4),
        (Key::F5, Arrangement::One, 1),
    ] {
        room.press(key);
        assert_eq!((room.app().panes.arrangement, panes_on_screen(&room).len()), (arrangement, count));
    }
    room.press(Key::F8);
    let labels = panes_on_screen(&room);
    assert!(labels[1].contains("coronal") && labels[2].contains("sagittal"), "{labels:?}");
    let texts: Vec<String> = room.painted().into_iter().map(|(text, _)| text).collect();
    for letter in ["R", "L", "A", "P", "S", "I"] {
        assert!(texts.iter().any(|t| t == letter), "{letter}");
    }
}

#[test]
fn the_crosshair_moves_in_every_pane_and_takes_the_slice_along() {
    let mut room = Room::reading();
    room.press(Key::F8);
    room.press(Key::C);
    let place = UiFromImage::of(&room.app().view, room.canvas(), SIZE[1], SIZE[2]);
    let (from, to) = (place.point(pos2(20.0, 10.0)), place.point(pos2(30.5, 4.5)));
    room.drag(from, to);
    let cursor = |room: &Room| {
        let (_, pixels, scan) = room.app().current_scan().expect("a scan");
        (panes::cursor_px(pixels, scan), scan.slice)
    };
    let ([x, y], slice) = cursor(&room);
    assert!((x - 30.5).abs() < 0.1 && (y - 4.5).abs() < 0.1, "{x} {y}");
    // Up in the coronal pane is towards the head.
    let pane = room.harness.get_all_by_role(Role::Canvas).nth(1).expect("a pane").rect();
    room.drag(pane.center(), pane.center() - egui::vec2(0.0, pane.height() * 0.25));
    let (_, higher) = cursor(&room);
    assert!(higher > slice, "{slice} → {higher}");
}

#[test]
fn a_wheel_notch_in_a_plane_moves_the_plane_and_not_the_slice() {
    let mut room = Room::reading();
    room.press(Key::F6);
    let pane = room.harness.get_all_by_role(Role::Canvas).nth(1).expect("a pane").rect();
    let before = {
        let (_, pixels, scan) = room.app().current_scan().expect("a scan");
        (panes::cursor_mm(pixels, scan).expect("a place"), scan.slice)
    };
    room.harness.hover_at(pane.center());
    room.harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: egui::vec2(0.0, -1.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    });
    room.settle();
    let (_, pixels, scan) = room.app().current_scan().expect("a scan");
    let after = panes::cursor_mm(pixels, scan).expect("a place");
    assert!((after[1] - before.0[1] - 1.0).abs() < 1e-6, "one pixel of 1 mm to the back: {before:?} {after:?}");
    assert_eq!(scan.slice, before.1);
}

#[test]
fn sequences_stand_side_by_side_by_one_key_and_go_away_by_the_same() {
    let mut room = Room::reading();
    room.press(Key::S);
    let contents: Vec<Content> = (1..4).map(|pane| panes::content(room.app(), pane)).collect();
    assert_eq!(contents[..2], [Content::Sequence(0), Content::Sequence(2)]);
    assert_eq!(contents[2], Content::Plane(AnatomicalPlane::Coronal), "what is left shows a plane");
    let texts: Vec<String> = room.painted().into_iter().map(|(text, _)| text).collect();
    assert!(["T1", "FLAIR", "T1 post"].iter().all(|name| texts.iter().any(|t| t == name)), "{texts:?}");
    room.press(Key::S);
    assert_eq!(room.app().panes.arrangement, Arrangement::One);
}

#[test]
fn another_series_shows_the_slice_at_the_same_place_or_says_why_not() {
    let here = room::scan(Some(room::geometry()), &[Sequence::Flair]);
    // The same head, from the top down, 2 mm apart.
    let geometry =
        Geometry::new([-20.0, -20.0, 20.0], [0.0, 0.0, -2.0], [0.0, 2.0, 0.0], [1.0, 0.0, 0.0]).expect("a stack");
    let mut other = room::scan(Some(geometry), &[Sequence::T1]);
    // z of slice 7 is 12 mm: (20 − 12) / 2.
    let at = |slice: f64| Some(room::geometry().patient_from_voxel([slice, 5.0, 5.0]));
    assert_eq!(panes::slice_at(&other, &here, at(7.0)), Ok(4));
    assert_eq!(panes::slice_at(&other, &here, at(0.0)), Err("The crosshair lies outside of this series"));
    let mut framed = here.clone();
    framed.about.frame_of_reference = Some("1.2.3".to_owned());
    other.about.frame_of_reference = Some("1.2.4".to_owned());
    assert_eq!(panes::slice_at(&other, &framed, at(7.0)), Err("Not synchronized: another frame of reference"));
    other.about.geometry = None;
    assert!(panes::slice_at(&other, &here, at(7.0)).is_err());
}

#[test]
fn two_series_of_one_study_stand_beside_each_other() {
    let scans = vec![
        room::scan(Some(room::geometry()), &[Sequence::Flair]),
        room::scan(Some(room::geometry()), &[Sequence::T1]),
    ];
    let mut room = Room::with(vec![make::study_of("p1", scans)], ThemeChoice::Light);
    room.act(Action::Panes(PaneAction::ToggleSideBySide));
    room.act(Action::Go(GoAction::Slice(3)));
    assert!(panes_on_screen(&room).iter().any(|l| l.contains("series 2, slice 4")), "{:?}", panes_on_screen(&room));
}

#[test]
fn without_geometry_a_pane_says_that_there_is_no_plane() {
    let study = room::study_of(room::scan(None, &[Sequence::Flair]));
    let mut room = Room::with(vec![study], ThemeChoice::Dark);
    room.press(Key::F6);
    assert!(panes_on_screen(&room)[1].contains("the file does not say where the slices lie"));
}

#[test]
fn a_double_click_shows_one_pane_alone_and_all_again() {
    let mut room = Room::reading();
    room.press(Key::F8);
    for alone in [Some(0), None] {
        let at = room.canvas().center();
        for _ in 0..2 {
            room.harness.hover_at(at);
            room.harness.drag_at(at);
            room.harness.drop_at(at);
            room.harness.step();
        }
        room.settle();
        assert_eq!(room.app().panes.alone, alone);
        // The next pair of clicks is a new one.
        for _ in 0..60 {
            room.harness.step();
        }
    }
}

#[test]
fn running_slices_go_down_the_strip_and_begin_again() {
    let mut room = Room::reading();
    room.act(Action::Go(GoAction::Last));
    room.table().act(Action::Panes(PaneAction::TogglePlaying));
    room.table().act(Action::Panes(PaneAction::PlayOn));
    assert_eq!(room.table().slice(), 9, "after the lowest slice comes the uppermost");
    room.table().act(Action::Panes(PaneAction::PlayOn));
    assert_eq!(room.table().slice(), 8);
    room.table().act(Action::Panes(PaneAction::TogglePlaying));
    room.table().act(Action::Panes(PaneAction::PlayOn));
    assert_eq!(room.table().slice(), 8, "stopped");
}

#[test]
fn planes_are_uploaded_once_a_position() {
    let mut room = Room::reading();
    room.press(Key::F8);
    let uploads = room.harness.state().desk.textures.uploads();
    for _ in 0..5 {
        room.harness.step();
    }
    assert_eq!(room.harness.state().desk.textures.uploads(), uploads);
    assert!(!room.harness.ctx.has_requested_repaint(), "{:?}", room.harness.ctx.repaint_causes());
    room.act(Action::Panes(PaneAction::Point([5.0, 5.0])));
    room.act(Action::Panes(PaneAction::Point([6.0, 6.0])));
    let uploads = room.harness.state().desk.textures.uploads();
    room.act(Action::Panes(PaneAction::Point([5.0, 5.0])));
    assert_eq!(room.harness.state().desk.textures.uploads(), uploads, "a position that was there before is kept");
}
