//! What the canvas paints of a scan that lies in the patient. Not for pixels.

use glioview::domain::scan::Sequence;
use glioview::io::settings::ThemeChoice;
use glioview::state::action::{Action, AppAction};
use glioview::ui::transform::UiFromImage;

use super::room::{self, Room, SIZE};

fn painted(room: &Room, words: &str) -> Option<egui::Rect> {
    // Keys on buttons are single letters too.
    let canvas = room.canvas();
    let mut all = room.painted().into_iter();
    all.find(|(text, rect)| text == words && canvas.contains_rect(*rect)).map(|(_, rect)| rect)
}

#[test]
fn letters_stand_at_the_edges_and_a_scale_bar_below() {
    for theme in [ThemeChoice::Dark, ThemeChoice::Light] {
        let study = room::study_of(room::scan(Some(room::geometry()), &Sequence::NET_ORDER));
        let room = Room::with(vec![study], theme);
        let canvas = room.canvas();
        let at = |letter| {
            painted(&room, letter).unwrap_or_else(|| panic!("{letter} is not painted")).center() - canvas.center()
        };
        assert!(at("R").x < -0.4 * canvas.width() && at("L").x > 0.4 * canvas.width());
        assert!(at("A").y < -0.4 * canvas.height() && at("P").y > 0.35 * canvas.height());
        let texts: Vec<String> = room.painted().into_iter().map(|(text, _)| text).collect();
        assert!(texts.iter().any(|t| t.ends_with("cm") || t.ends_with("\u{a0}mm") && !t.contains('.')), "{texts:?}");
        for words in ["axial", "S 4.0\u{a0}mm", "2.00 × 1.00 × 4.00\u{a0}mm", "Ax FLAIR fs", "FLAIR"] {
            assert!(texts.iter().any(|t| t == words), "{words} is missing: {texts:?}");
        }
        assert!(!texts.iter().any(|t| t == "Orientation unknown"));
    }
}

#[test]
fn without_geometry_orientation_is_unknown_and_there_is_no_scale_bar() {
    let room = Room::with(vec![room::study_of(room::scan(None, &[Sequence::Flair]))], ThemeChoice::Dark);
    let texts: Vec<String> = room.painted().into_iter().map(|(text, _)| text).collect();
    assert!(texts.iter().any(|t| t == "Orientation unknown"));
    assert!(!texts.iter().any(|t| t.ends_with("mm") || t.ends_with("cm")), "{texts:?}");
}

#[test]
fn pixels_of_two_by_one_millimeters_are_twice_as_high_as_wide() {
    let room = Room::reading();
    let place = UiFromImage::of(&room.app().view, room.canvas(), SIZE[1], SIZE[2]);
    assert!((place.row.length() / place.col.length() - 2.0).abs() < 1e-4, "{place:?}");
    // The pointer finds the pixel under it.
    let at = place.point(egui::pos2(30.5, 12.5));
    assert_eq!(place.pixel_at(at, SIZE[1], SIZE[2]), Some((12, 30)));
}

#[test]
fn neurological_display_mirrors_the_picture_and_says_so_as_long_as_it_lasts() {
    let mut room = Room::reading();
    room.act(Action::App(AppAction::ToggleNeurological));
    assert!(painted(&room, "Neurological display: the patient's right is on the right").is_some());
    let canvas = room.canvas();
    assert!(painted(&room, "R").expect("R").center().x > canvas.center().x);
    assert!(UiFromImage::of(&room.app().view, canvas, SIZE[1], SIZE[2]).col.x < 0.0);
    room.act(Action::App(AppAction::ToggleNeurological));
    assert!(painted(&room, "Neurological display: the patient's right is on the right").is_none());
}

#[test]
fn who_the_patient_is_stands_on_the_picture_only_on_demand_and_in_no_copy() {
    use glioview::domain::scan::Patient;
    let mut study = room::study_of(room::scan(Some(room::geometry()), &Sequence::NET_ORDER));
    study.patient = Patient {
        name: "Doe, Jane".to_owned(),
        id: "4711".to_owned(),
        birth_date: "19700131".to_owned(),
        sex: "F".to_owned(),
        study_date: "20240229".to_owned(),
    };
    let mut room = Room::with(vec![study], ThemeChoice::Dark);
    let said = |room: &Room| {
        ["Doe, Jane", "4711", "born 1970-01-31 · F", "study of 2024-02-29"].map(|w| painted(room, w).is_some())
    };
    assert_eq!(said(&room), [false; 4]);
    room.press(egui::Key::I);
    assert_eq!(said(&room), [true; 4]);
    room.table().act(Action::File(glioview::state::action::FileAction::CopyPicture));
    room.harness.step();
    assert_eq!(said(&room), [false; 4], "the copied frame hides it");
    room.press(egui::Key::I);
    assert_eq!(said(&room), [false; 4]);
}
