//! What the reader's figures come to, and the hands that draw, move, undo and keep them. Not for pixels.

use egui::{Key, Modifiers, Pos2, pos2};
use glioview::domain::measurement::{Figure, Measurement, Reading, Size, reading, statistics};
use glioview::domain::scan::{Rescale, Sequence};
use glioview::engine::command::Command;
use glioview::engine::event::Event as Report;
use glioview::state::action::{Action, AppAction, GoAction, ReviewAction};
use glioview::state::figures;
use glioview::state::screen::Popup;
use glioview::state::tool::{MeasureAction, Tool};
use glioview::ui::transform::UiFromImage;

use super::room::{self, Room, SIZE};

fn measurement(figure: Figure) -> Measurement {
    Measurement { id: 1, slice: 4, sequence: 0, figure, text: String::new(), at_secs: 1_700_000_000 }
}

#[test]
fn a_distance_is_metric_through_the_geometry_and_in_pixels_without() {
    let with = room::scan(Some(room::geometry()), &[Sequence::Flair]);
    let without = room::scan(None, &[Sequence::Flair]);
    // 3 columns of 1 mm and 2 rows of 2 mm.
    let figure = measurement(Figure::Distance([[1.0, 1.0], [4.0, 3.0]]));
    assert_eq!(reading(&figure, &with), Reading::Distance(Size::Metric(5.0)));
    assert_eq!(figures::lines(&figure, &with), ["5.0\u{a0}mm"]);
    assert_eq!(figures::lines(&figure, &without), ["3.6\u{a0}px"]);
}

#[test]
fn an_angle_is_measured_in_the_patient_and_not_in_pixels() {
    let with = room::scan(Some(room::geometry()), &[Sequence::Flair]);
    let without = room::scan(None, &[Sequence::Flair]);
    // On screen 2 columns and 1 row are equally long: 45°.
    let figure = measurement(Figure::Angle([[3.0, 1.0], [1.0, 1.0], [3.0, 2.0]]));
    assert_eq!(figures::lines(&figure, &with), ["45.0°"]);
    assert_eq!(figures::lines(&figure, &without), ["26.6°"]);
    let right = measurement(Figure::Angle([[1.0, 0.0], [1.0, 1.0], [9.0, 1.0]]));
    assert_eq!(figures::lines(&right, &with), ["90.0°"]);
}

#[test]
fn a_rectangle_counts_the_pixels_whose_centers_are_inside_and_measures_rescaled_values() {
    let mut scan = room::scan(Some(room::geometry()), &[Sequence::Flair]);
    // Rows 2 to 4, columns 3 to 6 of slice 4: values 402, 403, 404, four times each.
    let figure = measurement(Figure::Rectangle([[3.0, 2.0], [7.0, 5.0]]));
    let s = statistics(&figure, &scan).expect("pixels are inside");
    assert_eq!((s.count, s.mean, s.min, s.max), (12, 403.0, 402.0, 404.0));
    // Python: statistics.stdev([402]*4 + [403]*4 + [404]*4)
    assert!((s.sd - 0.852_802_865_422_441_7).abs() < 1e-12, "{}", s.sd);
    assert_eq!(figures::lines(&figure, &scan), ["mean 403 SD 0.8528", "min 402 max 404", "24.0\u{a0}mm²"]);
    scan.about.rescale = Rescale { slope: 0.5, intercept: -100.0 };
    assert_eq!(statistics(&figure, &scan).expect("inside").mean, 101.5);
    // Drawn from the other corner it is the same.
    let turned = measurement(Figure::Rectangle([[7.0, 5.0], [3.0, 2.0]]));
    assert_eq!(statistics(&turned, &scan), statistics(&figure, &scan));
}

#[test]
fn an_ellipse_is_inside_its_box_and_past_the_edge_only_the_picture_counts() {
    let scan = room::scan(None, &[Sequence::Flair]);
    let count = |corners| statistics(&measurement(Figure::Ellipse(corners)), &scan).map(|s| s.count);
    // Centers at distance 0.5 and 1.5 from the middle: those with x² + y² ≤ 4 of the 4 × 4, so all but the 4 corners.
    assert_eq!(count([[2.0, 2.0], [6.0, 6.0]]), Some(12));
    assert_eq!(count([[-4.0, -4.0], [4.0, 4.0]]).map(|n| n < 16), Some(true));
    assert_eq!(count([[100.0, 100.0], [120.0, 120.0]]), None);
    let area = std::f64::consts::PI * 10.0 * 8.0;
    let drawn = count([[5.0, 2.0], [25.0, 18.0]]).expect("inside") as f64;
    assert!((drawn - area).abs() / area < 0.02, "{drawn} of {area}");
}

/// A point of the picture on screen.
fn at(room: &Room, x: f32, y: f32) -> Pos2 {
    UiFromImage::of(&room.app().view, room.canvas(), SIZE[1], SIZE[2]).point(pos2(x, y))
}

fn drag(room: &mut Room, from: (f32, f32), to: (f32, f32)) {
    let (from, to) = (at(room, from.0, from.1), at(room, to.0, to.1));
    room.drag(from, to);
}

fn click(room: &mut Room, x: f32, y: f32) {
    let at = at(room, x, y);
    room.harness.hover_at(at);
    room.settle();
    room.harness.drag_at(at);
    room.harness.drop_at(at);
    room.settle();
}

fn points(room: &Room, index: usize) -> Vec<[f64; 2]> {
    room.app().scan_state().expect("a scan").measurements[index].figure.points().to_vec()
}

fn near(found: &[[f64; 2]], expected: &[[f64; 2]]) -> bool {
    let close = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).abs() < 0.05 && (a[1] - b[1]).abs() < 0.05;
    found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| close(a, b))
}

#[test]
fn a_drag_with_the_ruler_draws_a_distance_that_stands_in_panel_and_tree() {
    let mut room = Room::reading();
    room.press(Key::D);
    assert_eq!(room.app().tool, Tool::Distance);
    let window = room.app().scan_state().expect("a scan").window();
    drag(&mut room, (5.0, 5.0), (25.0, 5.0));
    assert!(near(&points(&room, 0), &[[5.0, 5.0], [25.0, 5.0]]), "{:?}", points(&room, 0));
    assert!(room.shows("Distance: 20.0\u{a0}mm"), "{:?}", room.words());
    assert_eq!(room.app().scan_state().expect("a scan").window(), window, "the window stays");
    // It belongs to its slice.
    room.press(Key::ArrowDown);
    assert!(!room.painted().iter().any(|(text, _)| text == "20.0\u{a0}mm"));
    room.press(Key::ArrowUp);
    assert!(room.painted().iter().any(|(text, _)| text == "20.0\u{a0}mm"));
}

#[test]
fn an_end_is_dragged_and_a_line_moves_the_whole() {
    let mut room = Room::reading();
    room.press(Key::D);
    drag(&mut room, (5.0, 5.0), (25.0, 5.0));
    room.press(Key::W);
    drag(&mut room, (25.0, 5.0), (30.0, 10.0));
    assert!(near(&points(&room, 0), &[[5.0, 5.0], [30.0, 10.0]]), "{:?}", points(&room, 0));
    drag(&mut room, (17.5, 7.5), (18.5, 9.5));
    assert!(near(&points(&room, 0), &[[6.0, 7.0], [31.0, 12.0]]), "{:?}", points(&room, 0));
}

#[test]
fn an_angle_is_a_drag_and_a_click() {
    let mut room = Room::reading();
    room.press(Key::G);
    drag(&mut room, (10.0, 10.0), (20.0, 10.0));
    assert!(room.app().scan_state().expect("a scan").measurements.is_empty(), "it waits for its second arm");
    click(&mut room, 10.0, 5.0);
    assert!(room.shows("Angle: 90.0°"), "{:?}", room.words());
    assert!(room.app().draft.is_none());
}

#[test]
fn steps_are_taken_back_and_made_again_one_by_one_in_order_with_decisions() {
    let mut room = Room::reading();
    let count = |room: &Room| room.app().scan_state().expect("a scan").measurements.len();
    room.press(Key::O);
    drag(&mut room, (5.0, 5.0), (25.0, 15.0));
    let drawn = points(&room, 0);
    drag(&mut room, (25.0, 15.0), (20.0, 12.0));
    let slice = room.table().slice();
    room.act(Action::Review(ReviewAction::Decide(glioview::domain::review::Verdict::CantJudge)));
    room.act(Action::Go(GoAction::Slice(0)));
    room.act(Action::Review(ReviewAction::Undo));
    room.act(Action::Review(ReviewAction::Undo));
    assert_eq!(points(&room, 0), drawn, "the move is taken back");
    assert_eq!(room.table().slice(), slice, "and its slice is on screen again");
    room.act(Action::Review(ReviewAction::Undo));
    assert_eq!(count(&room), 0);
    room.act(Action::Review(ReviewAction::Redo));
    assert_eq!((count(&room), points(&room, 0)), (1, drawn));
    room.press(Key::Delete);
    assert_eq!(count(&room), 1, "nothing is selected");
}

#[test]
fn delete_takes_the_selected_one_away() {
    let mut room = Room::reading();
    room.press_with(Modifiers::SHIFT, Key::O);
    drag(&mut room, (5.0, 5.0), (25.0, 15.0));
    assert!(room.app().selected.is_some());
    room.press(Key::Delete);
    assert!(room.app().scan_state().expect("a scan").measurements.is_empty());
    assert!(room.app().selected.is_none());
}

#[test]
fn escape_drops_the_figure_then_leaves_the_tool() {
    let mut room = Room::reading();
    room.press(Key::G);
    drag(&mut room, (10.0, 10.0), (20.0, 10.0));
    assert!(room.app().draft.is_some());
    room.press(Key::Escape);
    assert_eq!((room.app().draft, room.app().tool), (None, Tool::Angle));
    room.press(Key::Escape);
    assert_eq!(room.app().tool, Tool::Window);
}

#[test]
fn a_click_draws_nothing() {
    let mut room = Room::reading();
    room.press(Key::D);
    click(&mut room, 10.0, 10.0);
    assert!(room.app().scan_state().expect("a scan").measurements.is_empty());
    assert!(room.app().draft.is_none());
}

#[test]
fn an_arrow_asks_for_its_words() {
    let mut room = Room::reading();
    room.press(Key::R);
    drag(&mut room, (5.0, 5.0), (12.0, 9.0));
    let id = room.app().scan_state().expect("a scan").measurements[0].id;
    assert_eq!(room.app().layout.popup, Some(Popup::Words(id)));
    room.act(Action::Measure(MeasureAction::SetText { id, text: " cyst ".to_owned() }));
    assert!(room.app().layout.popup.is_none());
    assert!(room.painted().iter().any(|(text, _)| text == "cyst"));
    assert!(room.shows("Arrow: cyst"));
}

#[test]
fn measurements_are_saved_for_their_pixels_only_after_the_earlier_ones_are_there_and_none_is_lost() {
    let mut room = Room::reading();
    room.press(Key::D);
    drag(&mut room, (5.0, 5.0), (25.0, 5.0));
    let saves = |room: &mut Room| {
        let orders = &room.table().orders;
        orders.iter().filter(|c| matches!(c, Command::SaveMeasurements { .. })).cloned().collect::<Vec<_>>()
    };
    assert!(saves(&mut room).is_empty(), "what is on disk is not known yet");
    let job = room.table().last_job(|c| matches!(c, Command::LoadReviews { .. }));
    let earlier = Measurement { id: 7, slice: 2, ..measurement(Figure::Ellipse([[1.0, 1.0], [5.0, 5.0]])) };
    let elsewhere = Measurement { id: 8, slice: 99, ..earlier.clone() };
    room.table().hear(Report::ReviewsLoaded { job, reviews: vec![], measurements: vec![earlier.clone(), elsewhere] });
    let saved = saves(&mut room);
    let [Command::SaveMeasurements { pixels_sha256, measurements, .. }] = &saved[..] else { panic!("{saved:?}") };
    assert_eq!((pixels_sha256.as_str(), measurements.len(), measurements[0].id), ("pixels", 2, 7));
    room.act(Action::Measure(MeasureAction::Remove(7)));
    assert_eq!(saves(&mut room).len(), 2, "every step is saved");
}

#[test]
fn the_tools_are_chosen_in_the_bar_too() {
    use egui::accesskit::Role;
    use egui_kittest::kittest::Queryable;
    let mut room = Room::reading();
    for tool in Tool::ALL {
        room.harness.get_by_role_and_label(Role::Button, tool.label()).click();
        room.settle();
        assert_eq!(room.app().tool, tool);
    }
}

#[test]
fn a_still_window_with_figures_asks_for_no_frame() {
    let mut room = Room::reading();
    room.press(Key::O);
    drag(&mut room, (5.0, 5.0), (25.0, 15.0));
    room.act(Action::App(AppAction::Escape));
    for _ in 0..3 {
        room.harness.step();
    }
    assert!(!room.harness.ctx.has_requested_repaint(), "{:?}", room.harness.ctx.repaint_causes());
}
