//! Millimeters in words: position, spacing, areas, volumes, scale bar; pixels where nothing is known. Not for drawing.

use glioview::domain::geometry::Geometry;
use glioview::state::action::{Action, GoAction};
use glioview::state::{placed, strip, words};

use super::room::{self, Room};
use super::upright::all_orders;
use crate::state::make::Desk;

#[test]
fn a_slices_position_is_the_distance_along_the_normal_with_its_side() {
    let geometry = room::geometry();
    assert_eq!(placed::position(&geometry, 0), "I 16.0\u{a0}mm");
    assert_eq!(placed::position(&geometry, 9), "S 20.0\u{a0}mm");
    for geometry in all_orders() {
        let (side, mm) = geometry.slice_position(2);
        let axis = geometry.slice_step_mm.iter().position(|x| *x != 0.0).expect("a step");
        let at = geometry.origin_mm[axis] + 2.0 * geometry.slice_step_mm[axis];
        let expected = [["R", "L"], ["A", "P"], ["I", "S"]][axis][usize::from(at >= 0.0)];
        assert_eq!((side.as_str(), mm), (expected, at.abs()));
    }
}

#[test]
fn areas_and_volumes_are_metric_where_the_spacing_is_known_and_pixels_otherwise() {
    let geometry = room::geometry();
    assert_eq!(placed::area(8, Some(&geometry)), "16.0\u{a0}mm²");
    assert_eq!(placed::area(2095, Some(&geometry)), "4\u{a0}190\u{a0}mm²");
    assert_eq!(placed::area(2095, None), "2\u{a0}095\u{a0}px");
    // 24 voxels of 1 × 2 × 4 mm³.
    assert_eq!(placed::volume(24, Some(&geometry)), "0.19\u{a0}ml");
    assert_eq!(placed::volume(24, None), "24\u{a0}px");
}

#[test]
fn a_sheared_stacks_voxel_is_as_large_as_its_parallelepiped() {
    let geometry = Geometry::new([0.0; 3], [0.0, 1.0, 4.0], [0.0, 2.0, 0.0], [1.0, 0.0, 0.0]).expect("a stack");
    assert!((placed::volume_ml(1000, &geometry) - 8.0).abs() < 1e-9);
}

#[test]
fn the_scale_bar_has_a_round_length_that_fits() {
    let geometry = room::geometry();
    let bar = placed::scale_bar(&geometry, 10.0, 160.0).expect("a bar");
    assert_eq!((bar.label.as_str(), bar.points), ("1\u{a0}cm", 100.0));
    let bar = placed::scale_bar(&geometry, 2.0, 160.0).expect("a bar");
    assert_eq!((bar.label.as_str(), bar.points), ("5\u{a0}cm", 100.0));
    let bar = placed::scale_bar(&geometry, 60.0, 160.0).expect("a bar");
    assert_eq!((bar.label.as_str(), bar.points), ("2\u{a0}mm", 120.0));
    assert_eq!(placed::scale_bar(&geometry, f32::NAN, 160.0), None);
}

#[test]
fn the_finding_speaks_in_millimeters() {
    let mut room = Room::reading();
    room.go(4);
    let slice = words::slice(room.app()).expect("a slice");
    assert_eq!(slice.area_text, "16.0\u{a0}mm²");
    assert!(words::whole_scan(room.app()).expect("a volume").ends_with("0.19\u{a0}ml on 3 slices"));
    assert!(strip::hover(room.app(), 4).expect("words").contains("S 0.0\u{a0}mm · score 0.90 · 16.0\u{a0}mm²"));
}

#[test]
fn the_strip_has_superior_on_top_and_keys_and_clicks_follow_it() {
    let mut desk = Desk::new();
    desk.open(vec![room::study_of(room::scan(Some(room::geometry()), &[glioview::domain::scan::Sequence::Flair]))]);
    let cells = strip::cells(&desk.app, 600.0);
    assert_eq!((cells[0].first, cells[9].first), (9, 0), "the stack goes from the feet up");
    assert_eq!(strip::slice_at(&desk.app, 600.0, 0.0), Some(9));
    assert_eq!(strip::slice_at(&desk.app, 600.0, 0.999), Some(0));
    desk.act(Action::Go(GoAction::First));
    assert_eq!(desk.slice(), 9, "Home is the strip's upper end");
    desk.act(Action::Go(GoAction::By(1)));
    assert_eq!(desk.slice(), 8, "down on the strip is down in the patient");
    desk.act(Action::Go(GoAction::Last));
    assert_eq!(desk.slice(), 0);
}

#[test]
fn merged_cells_of_an_upside_down_strip_hold_every_slice_once() {
    let mut desk = Desk::new();
    desk.open(vec![room::study_of(room::scan(Some(room::geometry()), &[glioview::domain::scan::Sequence::Flair]))]);
    let cells = strip::cells(&desk.app, 12.0);
    let ranges: Vec<(usize, usize)> = cells.iter().map(|c| (c.first, c.last)).collect();
    assert_eq!(ranges, [(7, 9), (4, 6), (1, 3), (0, 0)]);
    assert_eq!(strip::slice_at(&desk.app, 12.0, 0.99), Some(0));
}

#[test]
fn findings_are_visited_down_the_strip() {
    let mut room = Room::reading();
    room.act(Action::Go(GoAction::First));
    room.act(Action::Go(GoAction::NextFinding));
    assert_eq!(room.table().slice(), 5, "the region's upper end");
    room.act(Action::Go(GoAction::Last));
    room.act(Action::Go(GoAction::PreviousFinding));
    assert_eq!(room.table().slice(), 5, "a region is entered at its upper end from below too");
}
