//! Several series become the one stack that the nets take. Not for the nets' size (`size`).

use std::ops::ControlFlow;

use glioview::domain::assembly::{self, AssemblyError, Roles};
use glioview::domain::geometry::Geometry;
use glioview::domain::scan::{About, Acquisition, Samples, Scan, Sequence};
use glioview::domain::sequences::guess;

use super::make::{File, axial, scan};
use crate::opening::{folder, open_one};

fn combine(scans: &[Scan], roles: &Roles) -> Result<Scan, AssemblyError> {
    assembly::combine(scans, roles, &mut |_, _| ControlFlow::Continue(()))
}

#[test]
fn sequences_are_told_by_the_names_that_people_give_them() {
    use Sequence::{Flair, T1, T1Post, T2, Unknown};
    let cases = [
        ("TCGA-FG-6692_T1c", T1Post),
        ("BraTS-GLI-00001-000-t1n", T1),
        ("BraTS-GLI-00001-000-t1c", T1Post),
        ("BraTS-GLI-00001-000-t2f", Flair),
        ("BraTS-GLI-00001-000-t2w", T2),
        ("BraTS19_CBICA_AAB_1_t1ce", T1Post),
        ("sub-01_ce-gadolinium_T1w", T1Post),
        ("sub-01_FLAIR", Flair),
        ("Ax T2 FLAIR", Flair),
        ("AX T1 FLAIR", T1),
        ("t1 w/o contrast", T1),
        ("AX T1 POST", T1Post),
        ("Ax T1 +C", T1Post),
        ("SAG MPRAGE", T1),
        ("t1_mprage_sag_p2_iso_km", T1Post),
        ("t2_tirm_tra_dark-fluid", Flair),
        ("T1_pre", T1),
        ("AXT1", T1),
        ("T2* gradient echo", Unknown),
        ("patient12_scan", Unknown),
        ("ep2d_diff_ADC", Unknown),
        ("Survey", Unknown),
        ("image", Unknown),
    ];
    for (title, expected) in cases {
        assert_eq!(guess(title, &About::default()), expected, "{title}");
    }
}

#[test]
fn tags_tell_where_names_do_not_and_the_agent_makes_a_t1_post() {
    let timed = |tr, te, ti, agent: &str| {
        let acquisition = Acquisition {
            repetition_ms: Some(tr),
            echo_ms: Some(te),
            inversion_ms: ti,
            contrast_agent: agent.to_owned(),
            ..Acquisition::default()
        };
        guess("series 4", &About { acquisition, ..About::default() })
    };
    assert_eq!(timed(9000.0, 110.0, Some(2500.0), ""), Sequence::Flair);
    assert_eq!(timed(600.0, 12.0, None, ""), Sequence::T1);
    assert_eq!(timed(600.0, 12.0, None, "Gadavist"), Sequence::T1Post);
    assert_eq!(timed(2300.0, 3.0, Some(900.0), ""), Sequence::T1);
    assert_eq!(timed(4000.0, 91.0, None, "Gadavist"), Sequence::T2);
    assert_eq!(timed(3000.0, 30.0, None, ""), Sequence::Unknown);
    let mut about = About { description: "Ax T1".to_owned(), ..About::default() };
    about.acquisition.contrast_agent = "Magnevist".to_owned();
    assert_eq!(guess("x", &about), Sequence::T1Post);
    about.description = "Ax T1 pre".to_owned();
    assert_eq!(guess("x", &about), Sequence::T1);
}

/// A value that grows linearly through the patient, so that trilinear interpolation must give it back exactly.
fn linear(geometry: &Geometry, s: usize, r: usize, c: usize) -> i16 {
    let [x, y, z] = geometry.patient_from_voxel([s as f64, r as f64, c as f64]);
    (1000.0 + 8.0 * x + 4.0 * y + 2.0 * z).round() as i16
}

fn linear_scan(title: &str, sequence: Sequence, geometry: Geometry, sizes: [usize; 3]) -> Scan {
    scan(title, sequence, Some(geometry), sizes, |s, r, c| linear(&geometry, s, r, c))
}

#[test]
fn other_series_are_brought_onto_the_flairs_grid_through_the_scanners_coordinates() {
    let flair_grid = axial([-20.0, -30.0, 5.0], [5.0, 1.0, 1.0]);
    let flair = linear_scan("f", Sequence::Flair, flair_grid, [6, 40, 30]);
    // Tilted about x, in other steps, larger than the FLAIR.
    let (sin, cos) = 0.2f64.sin_cos();
    let tilted = Geometry::new(
        [-40.0, -60.0, -25.0],
        [0.0, -2.0 * sin, 2.0 * cos],
        [0.0, 0.8 * cos, 0.8 * sin],
        [0.9, 0.0, 0.0],
    )
    .expect("not degenerate");
    let t1 = linear_scan("t", Sequence::T1, tilted, [48, 130, 90]);
    // Sagittal: slices to the left, rows down, columns to the back.
    let sagittal =
        Geometry::new([-40.0, -50.0, 60.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]).expect("good");
    let post = linear_scan("p", Sequence::T1Post, sagittal, [80, 100, 90]);
    let scans = [t1, post, flair];
    let roles = Roles::guess(&scans);
    assert_eq!((roles.t1, roles.flair, roles.t1_post), (Some(0), Some(2), Some(1)));
    let stack = combine(&scans, &roles).expect("a stack");
    assert_eq!((stack.slices.len(), stack.rows, stack.cols), (6, 40, 30));
    assert!(stack.warnings.is_empty(), "{:?}", stack.warnings);
    assert_eq!(stack.about.geometry, Some(flair_grid));
    for (s, slice) in stack.slices.iter().enumerate() {
        let [t1, flair, post] = [0, 1, 2].map(|i| slice.planes[i].samples.to_f32());
        for i in 0..flair.len() {
            // Stored values are rounded, so the corners of a voxel and its middle each stray by half at most.
            assert!((t1[i] - flair[i]).abs() <= 1.0 && (post[i] - flair[i]).abs() <= 1.0, "slice {s}, pixel {i}");
        }
    }
    let ones: Samples = scans[2].slices[3].planes[0].samples.clone();
    assert_eq!(stack.slices[3].planes[1].samples, ones, "the FLAIR itself is untouched");
}

#[test]
fn a_sagittal_flair_becomes_an_axial_stack_without_a_value_changed() {
    let sagittal =
        Geometry::new([-40.0, -50.0, 60.0], [4.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]).expect("good");
    let flair = linear_scan("f", Sequence::Flair, sagittal, [20, 100, 90]);
    let scans = [flair];
    let roles = Roles::guess(&scans);
    assert!(assembly::is_needed(&scans, &roles));
    let stack = combine(&scans, &roles).expect("a stack");
    assert_eq!((stack.slices.len(), stack.rows, stack.cols), (100, 90, 20));
    assert_eq!(stack.sequences, [Sequence::Flair]);
    let geometry = stack.about.geometry.expect("a place");
    assert_eq!(geometry.axis_codes(), "LPS");
    for (s, slice) in stack.slices.iter().enumerate() {
        for (r, c) in [(0, 0), (89, 19), (40, 7)] {
            let value = slice.planes[0].value(r, c).expect("inside");
            assert_eq!(value, f32::from(linear(&geometry, s, r, c)));
        }
    }
}

#[test]
fn what_is_missing_or_does_not_fit_is_the_flair_again_and_said() {
    let grid = axial([0.0; 3], [5.0, 1.0, 1.0]);
    let flair = linear_scan("f", Sequence::Flair, grid, [6, 20, 20]);
    let far = linear_scan("far", Sequence::T1, axial([500.0, 0.0, 0.0], [5.0, 1.0, 1.0]), [6, 20, 20]);
    let mut other = linear_scan("other", Sequence::T1Post, grid, [6, 20, 20]);
    (other.about.frame_of_reference, other.about.patient_key) = (Some("1.2".to_owned()), Some(7));
    let mut flair_in_frame = flair.clone();
    (flair_in_frame.about.frame_of_reference, flair_in_frame.about.patient_key) = (Some("1.3".to_owned()), Some(7));
    let scans = [flair_in_frame, far, other.clone()];
    let roles = Roles::guess(&scans);
    assert_eq!((roles.t1, roles.t1_post), (None, None));
    let stack = combine(&scans, &roles).expect("a stack");
    let words = stack.warnings.join("\n");
    assert!(words.contains("far (T1) was not used: it shows another part of the body than the FLAIR."), "{words}");
    assert!(words.contains("other (T1 post) was not used: it lies in another coordinate system"), "{words}");
    assert!(words.contains("T1 is missing: its channel is a copy of FLAIR."), "{words}");
    assert_eq!(stack.sequences, [Sequence::Flair]);
    // The reader may say so all the same, and is told why not.
    let mut asked = roles;
    asked.set(Sequence::T1Post, Some(2));
    let stack = combine(&scans, &asked).expect("a stack");
    let words = stack.warnings.join("\n");
    assert!(words.contains("T1 post is missing (it lies in another coordinate system"), "{words}");
    // Two patients never lie in one stack, whatever the coordinate system says.
    other.about.frame_of_reference = Some("1.3".to_owned());
    other.about.patient_key = Some(8);
    let scans = [scans[0].clone(), other];
    assert_eq!(Roles::guess(&scans).t1_post, None);
    assert_eq!(combine(&scans[1..], &Roles::default()), Err(AssemblyError::NoFlair));
}

#[test]
fn one_missing_sequence_fills_its_channel_with_the_flair() {
    let grid = axial([0.0; 3], [5.0, 1.0, 1.0]);
    let flair = linear_scan("f", Sequence::Flair, grid, [6, 20, 20]);
    let t1 = scan("t", Sequence::T1, Some(grid), [6, 20, 20], |s, r, c| (s + r * c) as i16);
    let scans = [flair, t1];
    let stack = combine(&scans, &Roles::guess(&scans)).expect("a stack");
    assert_eq!(stack.warnings, ["T1 post is missing: its channel is a copy of FLAIR."]);
    assert_eq!(stack.sequences, Sequence::NET_ORDER);
    assert_eq!(stack.slices[2].planes[2], stack.slices[2].planes[1]);
    assert_eq!(stack.slices[2].planes[0], scans[1].slices[2].planes[0]);
}

#[test]
fn an_assembly_stops_when_asked() {
    let grid = axial([0.0; 3], [5.0, 1.0, 1.0]);
    let scans = [linear_scan("f", Sequence::Flair, grid, [6, 20, 20])];
    let roles = Roles::guess(&scans);
    assert_eq!(assembly::combine(&scans, &roles, &mut |_, _| ControlFlow::Break(())), Err(AssemblyError::Stopped));
}

fn head(value: i16) -> File {
    let values: Vec<i16> = (0..16 * 16 * 4).map(|i| (i % 211 * 37 % 211) * value).collect();
    File::int16([16, 16, 4], &values).at([0.0; 3], [1.0, 1.0, 5.0])
}

#[test]
fn a_folder_of_four_sequences_opens_as_one_study_with_the_stack_for_the_nets_first() {
    let folder = folder();
    for (name, value) in [("p_T1.nii", 1), ("p_FLAIR.nii", 2), ("p_T1c.nii", 3), ("p_T2.nii", 4)] {
        head(value).save(&folder.path().join(name));
    }
    let opened = open_one(folder.path());
    assert_eq!((opened.studies.len(), opened.failures.len()), (1, 0));
    let scans = &opened.studies[0].scans;
    let titles: Vec<&str> = scans.iter().map(|s| s.title.as_str()).collect();
    assert_eq!(titles, [assembly::TITLE, "p_FLAIR", "p_T1", "p_T1c", "p_T2"]);
    assert!(scans[0].has_net_sequences());
    for (channel, single) in [(0, 2), (1, 1), (2, 3)] {
        assert_eq!(scans[0].slices[1].planes[channel], scans[single].slices[1].planes[0]);
    }
}

#[test]
fn loose_files_of_two_patients_are_two_studies() {
    let folder = folder();
    for name in ["sub-01_FLAIR.nii", "sub-01_T1w.nii", "sub-02_FLAIR.nii", "sub-02_T1w.nii"] {
        head(1).save(&folder.path().join(name));
    }
    let opened = open_one(folder.path());
    let titles: Vec<&str> = opened.studies.iter().map(|s| s.title.as_str()).collect();
    assert_eq!(titles, ["sub-01", "sub-02"]);
    assert!(opened.studies.iter().all(|s| s.scans.len() == 3));
}
