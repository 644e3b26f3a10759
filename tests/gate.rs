//! The gate on the real set and on pictures that are no MRI. Not for opening files.

use std::path::PathBuf;

use glioview::domain::gate::{GateReason, GateVerdict, check};
use glioview::domain::gate_measure::{Figures, measure};
use glioview::io::open;

use crate::pictures::{self, Paint};
use crate::shared_data;

/// Takes one figure.
type Read = fn(&Figures) -> f32;

fn open_all(paths: &[PathBuf]) -> open::Opened {
    open::open(paths, &mut |_, _| std::ops::ControlFlow::Continue(())).expect("opens")
}

/// Prints the quantiles on which the gate's bounds rest. Run it with
/// `cargo test gate_bounds -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a check: takes a minute"]
fn the_gate_bounds_measured_on_the_training_part() {
    let Some(lgg) = shared_data::folder("lgg") else { return };
    for part in ["train", "val"] {
        let mut all: Vec<Figures> = Vec::new();
        for (patient, _) in shared_data::lgg_split(&lgg).into_iter().filter(|(_, p)| p == part) {
            for study in open_all(&[lgg.join(patient)]).studies {
                all.extend(study.scans.iter().flat_map(|s| &s.slices).map(|s| measure(&s.planes)));
            }
        }
        println!("{part}: {} slices", all.len());
        let figures: [(&str, Read); 10] = [
            ("peak", |f| f.peak),
            ("range", |f| f.range),
            ("corner", |f| f.corner),
            ("foreground", |f| f.foreground),
            ("head", |f| f.head),
            ("head_of_foreground", |f| f.head_of_foreground),
            ("fill", |f| f.fill),
            ("aspect", |f| f.aspect),
            ("detail_correlation", |f| f.detail_correlation),
            ("flat", |f| f.flat),
        ];
        for (name, of) in figures {
            let mut values: Vec<f32> = all.iter().map(of).collect();
            values.sort_by(f32::total_cmp);
            let at = |q: f64| values[((values.len() - 1) as f64 * q).round() as usize];
            let row: Vec<String> = [0.0, 0.001, 0.005, 0.01, 0.05, 0.5, 0.95, 0.99, 0.995, 0.999, 1.0]
                .map(|q| format!("{:.3}", at(q)))
                .into();
            println!("  {name:20} {}", row.join(" "));
        }
    }
}

#[test]
fn at_most_two_percent_of_the_validation_slices_and_no_patient_is_refused() {
    let Some(lgg) = shared_data::folder("lgg") else { return };
    let (mut slices, mut refused) = (0, Vec::new());
    for (patient, _) in shared_data::lgg_split(&lgg).into_iter().filter(|(_, part)| part == "val") {
        for study in open_all(&[lgg.join(&patient)]).studies {
            for scan in &study.scans {
                assert_eq!(check(scan), GateVerdict::Known, "{patient} as a whole");
                for slice in &scan.slices {
                    slices += 1;
                    // As if this file alone had been dropped.
                    let alone = open_all(std::slice::from_ref(&slice.path));
                    match check(&alone.studies[0].scans[0]) {
                        GateVerdict::Known => {}
                        GateVerdict::Unknown(reasons) => {
                            println!("{} {reasons:?} {:?}", slice.name, measure(&slice.planes));
                            refused.push((slice.name.clone(), reasons));
                        }
                    }
                }
            }
        }
    }
    println!("refused {} of {slices} validation slices", refused.len());
    assert_eq!(slices, 473);
    assert!(refused.len() * 50 <= slices, "{} of {slices} refused", refused.len());
}

#[test]
fn no_training_patient_is_refused_as_a_whole() {
    let Some(lgg) = shared_data::folder("lgg") else { return };
    for (patient, _) in shared_data::lgg_split(&lgg).into_iter().filter(|(_, part)| part == "train") {
        for study in open_all(&[lgg.join(&patient)]).studies {
            study.scans.iter().for_each(|scan| assert_eq!(check(scan), GateVerdict::Known, "{patient}"));
        }
    }
}

#[test]
fn the_bundled_sample_is_known() {
    let sample = glioview::io::sample::open().expect("the sample opens");
    assert_eq!(sample.scans.len(), 1);
    assert_eq!(check(&sample.scans[0]), GateVerdict::Known);
}

#[test]
fn drawn_and_photo_like_pictures_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut taken = Vec::new();
    for (name, paint) in pictures::NO_MRI {
        let path = folder.path().join(format!("{name}.png"));
        pictures::rgb(200, 240, *paint).save(&path).expect("saves");
        let opened = open_all(&[path]);
        let scan = &opened.studies[0].scans[0];
        let verdict = check(scan);
        println!("{name}: {verdict:?}");
        if verdict == GateVerdict::Known {
            taken.push((name, measure(&scan.slices[0].planes)));
        }
    }
    assert!(taken.is_empty(), "taken for an MRI: {taken:#?}");
}

#[test]
fn a_single_gray_picture_is_refused_for_its_unknown_sequence_alone() {
    let sample = glioview::io::sample::open().expect("the sample opens");
    let mut scan = sample.scans[0].clone();
    scan.sequences = vec![glioview::domain::scan::Sequence::Unknown];
    scan.slices.iter_mut().for_each(|s| s.planes.truncate(1));
    assert_eq!(check(&scan), GateVerdict::Unknown(vec![GateReason::OneUnknownSequence]));
}

#[test]
fn a_constant_picture_is_called_constant() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gray.png");
    let paint: Paint = |_, _| [90.0; 3];
    pictures::rgb(64, 64, paint).save(&path).expect("saves");
    let opened = open_all(&[path]);
    assert_eq!(check(&opened.studies[0].scans[0]), GateVerdict::Unknown(vec![GateReason::Constant]));
}

#[test]
fn every_reason_has_its_words() {
    let words = [
        (GateReason::Color, "a color photo or drawing"),
        (GateReason::Constant, "one constant value"),
        (GateReason::NoDarkBackground, "no dark background around the head"),
        (GateReason::NotHeadShaped, "nothing of a head's size and shape"),
        (GateReason::OneUnknownSequence, "one gray picture of a sequence that the file does not name"),
        (GateReason::OtherSequence, "one sequence alone that is not FLAIR"),
        (GateReason::NotAxial, "slices that are not axial"),
    ];
    for (reason, expected) in words {
        assert_eq!(reason.words(), expected);
    }
}
