//! Several series of one patient in the window: which one the nets take for which sequence, and another choice by hand.
//! Not for putting them together (`volumes`).

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use glioview::domain::assembly::{self, Roles};
use glioview::domain::scan::Sequence;

use super::kit::TestWindow;
use crate::volumes::make::File;

/// A bright disk on black with its own texture, 40 × 40 × 6 voxels.
fn volume(seed: i16) -> File {
    let mut values = Vec::new();
    for k in 0..6i16 {
        for j in 0..40i16 {
            for i in 0..40i16 {
                let is_head = (i - 20).pow(2) + (j - 20).pow(2) < 250;
                values.push(if is_head { 80 + (i * 3 + j * 7 + k + seed * 5) % 60 } else { 0 });
            }
        }
    }
    File::int16([40, 40, 6], &values).at([80.0, -80.0, 0.0], [-4.0, 4.0, 5.0])
}

fn opened(names: &[&str]) -> TestWindow {
    let mut window = TestWindow::empty();
    let folder = window.folder.path().join("patient");
    std::fs::create_dir_all(&folder).expect("a folder");
    for (seed, name) in names.iter().enumerate() {
        volume(seed as i16).save(&folder.join(format!("{name}.nii")));
    }
    window.harness.event(egui::Event::Paste(folder.display().to_string()));
    window.settle();
    window
}

fn titles(window: &TestWindow) -> Vec<String> {
    let study = &window.state().studies[0].study;
    study.scans.iter().map(|scan| scan.title.clone()).collect()
}

#[test]
fn the_series_for_the_nets_are_named_and_another_is_taken_by_choosing_it() {
    let mut window = opened(&["p_FLAIR", "p_T1", "p_other"]);
    assert_eq!(titles(&window), [assembly::TITLE, "p_FLAIR", "p_T1", "p_other"]);
    assert!(window.shows("For the nets"), "{:?}", window.all_words());
    let boxes: Vec<_> = window.harness.get_all_by_role(Role::ComboBox).collect();
    assert_eq!(boxes.len(), 3, "one a sequence");
    drop(boxes);
    assert!(window.shows("none: FLAIR again"));
    window.harness.get_by_role_and_label(Role::ComboBox, "T1 post").click();
    window.settle();
    window.click_button("p_other");
    let scans = &window.state().studies[0].study.scans;
    assert_eq!(scans[0].about.made_of, ["p_T1", "p_FLAIR", "p_other"].map(|t| Some(t.to_owned())));
    assert_eq!(scans[3].sequences, [Sequence::T1Post]);
    assert_eq!(scans[0].slices[2].planes[2], scans[3].slices[2].planes[0]);
    let roles = Roles::in_use(scans);
    assert_eq!((roles.t1, roles.flair, roles.t1_post), (Some(2), Some(1), Some(3)));
    assert!(!window.shows("none: FLAIR again"));
}

#[test]
fn a_series_is_dragged_onto_the_sequence_that_it_stands_for() {
    let mut window = opened(&["p_FLAIR", "p_T1", "p_other"]);
    let row = window.harness.get_by_role_and_label(Role::Button, "Unknown sequence").rect();
    let place = window.harness.get_by_role_and_label(Role::ComboBox, "T1 post").rect();
    window.harness.drag_at(row.center());
    window.harness.run_steps(2);
    window.harness.hover_at(row.center() + egui::vec2(0.0, 12.0));
    window.harness.run_steps(2);
    window.harness.hover_at(place.left_center() - egui::vec2(20.0, 0.0));
    window.harness.run_steps(2);
    window.harness.drop_at(place.left_center() - egui::vec2(20.0, 0.0));
    window.settle();
    let scans = &window.state().studies[0].study.scans;
    assert_eq!(scans[0].about.made_of[2].as_deref(), Some("p_other"));
}

#[test]
fn without_a_flair_nothing_is_put_together_and_that_is_said() {
    let mut window = opened(&["p_FLAIR", "p_T1"]);
    window.harness.get_by_role_and_label(Role::ComboBox, "FLAIR").click();
    window.settle();
    window.click_button("none");
    assert!(window.shows("Without a FLAIR the nets can't read these series"), "{:?}", window.all_words());
    assert_eq!(titles(&window), [assembly::TITLE, "p_FLAIR", "p_T1"]);
}
