//! Which slices make which stack, in which order, and what is said of it. Not for where they lie (`geometry`).

use super::kit::{self, EXPLICIT, Object, Slice};

fn folder_of(slices: &[Slice]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (index, slice) in slices.iter().enumerate() {
        // Names against the order of the places.
        kit::put(folder.path(), &format!("IM{:03}", 999 - index), &slice.object().file(EXPLICIT));
    }
    folder
}

fn depths(scan: &glioview::domain::scan::Scan) -> Vec<f64> {
    let geometry = scan.about.geometry.expect("it lies somewhere");
    (0..scan.slices.len()).map(|s| geometry.patient_from_voxel([s as f64, 0.0, 0.0])[2]).collect()
}

#[test]
fn slices_stand_by_their_place_whatever_their_names_and_numbers() {
    let mut slices: Vec<Slice> = (0..5).map(Slice::axial).collect();
    slices.iter_mut().enumerate().for_each(|(i, slice)| slice.number = [3, 1, 5, 2, 4][i]);
    let folder = folder_of(&slices);
    let opened = kit::opened(folder.path());
    assert!(opened.failures.is_empty(), "{:?}", opened.failures);
    let [study] = opened.studies.as_slice() else { panic!("one study") };
    let [scan] = study.scans.as_slice() else { panic!("one series") };
    assert_eq!(depths(scan), [0.0, 5.0, 10.0, 15.0, 20.0]);
    assert_eq!(scan.slices[1].planes[0].value(0, 1), Some(110.0));
    assert_eq!((scan.title.as_str(), scan.kind.as_str()), ("Ax FLAIR", "DICOM"));
    assert!(scan.warnings.is_empty() && study.warnings.is_empty(), "{:?} {:?}", scan.warnings, study.warnings);
}

#[test]
fn a_missing_slice_cuts_the_stack_and_is_said() {
    let slices: Vec<Slice> = [0, 1, 2, 4, 5, 6].map(Slice::axial).into();
    let opened = kit::opened(folder_of(&slices).path());
    let scans = &opened.studies[0].scans;
    assert_eq!(scans.iter().map(|s| s.slices.len()).collect::<Vec<_>>(), [3, 3]);
    assert_eq!((depths(&scans[0]), depths(&scans[1])), (vec![0.0, 5.0, 10.0], vec![20.0, 25.0, 30.0]));
    assert!(scans[0].warnings[0].contains("1 slice is missing between slices 3 and 4"), "{:?}", scans[0].warnings);
    assert_eq!(scans[1].title, "Ax FLAIR (part 2 of 2)");
}

#[test]
fn uneven_spacing_gives_no_millimeters_across_slices() {
    let mut slices: Vec<Slice> = (0..9).map(Slice::axial).collect();
    slices.iter_mut().enumerate().for_each(|(i, slice)| slice.position[2] += (i * i) as f64);
    let opened = kit::opened(folder_of(&slices).path());
    let [scan] = opened.studies[0].scans.as_slice() else { panic!("one series") };
    assert_eq!(scan.about.geometry, None);
    assert!(scan.warnings[0].contains("uneven"), "{:?}", scan.warnings);
}

#[test]
fn a_tilted_stack_keeps_its_shear_and_says_so() {
    let mut slices: Vec<Slice> = (0..4).map(Slice::axial).collect();
    slices.iter_mut().for_each(|slice| slice.position[1] += 0.2 * slice.position[2]);
    let opened = kit::opened(folder_of(&slices).path());
    let [scan] = opened.studies[0].scans.as_slice() else { panic!("one series") };
    assert_eq!(scan.about.geometry.expect("it lies somewhere").slice_step_mm, [0.0, 1.0, 5.0]);
    assert!(scan.warnings.iter().any(|w| w.contains("tilted by 11.3°")), "{:?}", scan.warnings);
}

#[test]
fn orientations_of_a_localizer_come_apart_and_copies_count_once() {
    let mut slices: Vec<Slice> = (0..3).map(Slice::axial).collect();
    let mut coronal = Slice::axial(1);
    (coronal.orientation, coronal.number) = ([1.0, 0.0, 0.0, 0.0, 0.0, -1.0], 77);
    slices.push(coronal);
    slices.push(Slice::axial(2));
    let opened = kit::opened(folder_of(&slices).path());
    let study = &opened.studies[0];
    let counts: Vec<usize> = study.scans.iter().map(|s| s.slices.len()).collect();
    assert_eq!(counts.iter().sum::<usize>(), 4);
    assert!(study.warnings[0].contains("several orientations"), "{:?}", study.warnings);
    assert!(study.scans.iter().any(|s| s.warnings.iter().any(|w| w.contains("there twice"))));
}

#[test]
fn echoes_at_one_place_are_series_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    for echo in [90.0, 20.0] {
        for number in 0..3 {
            let mut object = Slice::axial(number).object();
            object.numbers(0x0018_0081, &[echo]).text(0x0008_0018, b"UI", &format!("1.{echo}.{number}"));
            kit::put(folder.path(), &format!("{echo}-{number}"), &object.file(EXPLICIT));
        }
    }
    let opened = kit::opened(folder.path());
    let scans = &opened.studies[0].scans;
    assert_eq!(scans.iter().map(|s| s.slices.len()).collect::<Vec<_>>(), [3, 3]);
    let titles: Vec<&str> = scans.iter().map(|s| s.title.as_str()).collect();
    assert!(titles.contains(&"Ax FLAIR (echo time 20)") && titles.contains(&"Ax FLAIR (echo time 90)"), "{titles:?}");
}

#[test]
fn two_patients_are_two_studies_and_a_shared_frame_of_reference_is_refused() {
    let with = |frame: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        kit::put(folder.path(), "a", &Slice::axial(0).object().file(EXPLICIT));
        let mut other = Slice::axial(1).object();
        other.text(0x0010_0010, b"PN", "OTHER^ONE").text(0x0010_0020, b"LO", "ID-2").text(0x0020_0052, b"UI", frame);
        kit::put(folder.path(), "b", &other.file(EXPLICIT));
        kit::opened(folder.path())
    };
    let apart = with("1.2.3.100");
    assert_eq!((apart.studies.len(), apart.failures.len()), (2, 0));
    assert_ne!(apart.studies[0].title, apart.studies[1].title);
    let mixed = with("1.2.3.99");
    assert_eq!((mixed.studies.len(), mixed.failures.len()), (0, 2));
    assert!(mixed.failures[0].1.to_string().contains("Frame of Reference"), "{}", mixed.failures[0].1);
}

/// An enhanced file of `count` frames, stored against their order in space.
pub fn enhanced(count: usize) -> Object {
    let slice = Slice::axial(0);
    let mut object = slice.object().without(0x0020_0032).without(0x0020_0037).without(0x0028_0030).without(0x0018_0050);
    let mut measures = Object::default();
    measures.numbers(0x0028_0030, &slice.spacing).numbers(0x0018_0050, &[5.0]);
    let mut orientation = Object::default();
    orientation.numbers(0x0020_0037, &slice.orientation);
    let mut shared = Object::default();
    shared.items(0x0028_9110, vec![measures]).items(0x0020_9116, vec![orientation]);
    let frames = (0..count).map(|index| {
        let mut position = Object::default();
        position.numbers(0x0020_0032, &[0.0, 0.0, 5.0 * (count - 1 - index) as f64]);
        let mut frame = Object::default();
        frame.items(0x0020_9113, vec![position]);
        frame
    });
    let pixels: Vec<u16> = (0..count).flat_map(|i| vec![i as u16; 48]).collect();
    object
        .text(0x0028_0008, b"IS", &count.to_string())
        .items(0x5200_9229, vec![shared])
        .items(0x5200_9230, frames.collect())
        .words(0x7FE0_0010, b"OW", &pixels);
    object
}

#[test]
fn frames_of_an_enhanced_file_stand_by_their_own_places() {
    let opened = kit::open_bytes(&enhanced(4).file(EXPLICIT));
    let [scan] = opened.studies[0].scans.as_slice() else { panic!("one series") };
    let values: Vec<f32> = scan.slices.iter().map(|s| s.planes[0].samples.get(0)).collect();
    assert_eq!(values, [3.0, 2.0, 1.0, 0.0]);
    assert_eq!(scan.about.geometry.expect("it lies somewhere").spacing_mm(), [5.0, 1.5, 0.75]);
}

#[test]
fn frame_counts_that_contradict_one_another_are_said_or_refused() {
    let mut few = enhanced(4);
    few.text(0x0028_0008, b"IS", "3");
    let opened = kit::open_bytes(&few.file(EXPLICIT));
    let scan = &opened.studies[0].scans[0];
    assert_eq!(scan.about.geometry, None);
    assert!(scan.slices[0].warnings.iter().chain(&scan.warnings).any(|w| w.contains("describes 4 frames and holds 3")));
    let mut many = enhanced(4);
    many.text(0x0028_0008, b"IS", "4000000000");
    let refused = kit::open_bytes(&many.file(EXPLICIT));
    assert!(refused.studies.is_empty() && refused.failures.len() == 1, "{:?}", refused.failures);
}

#[test]
fn a_mosaic_comes_apart_into_slices_at_their_places() {
    let mut slice = Slice::axial(0);
    (slice.rows, slice.cols, slice.spacing) = (4, 4, [2.0, 2.0]);
    slice.pixels = (0..16).map(|i| (i / 4 / 2 * 2 + i % 4 / 2) as u16).collect();
    let mut object = slice.object();
    object
        .text(0x0008_0008, b"CS", "ORIGINAL\\PRIMARY\\M\\MOSAIC")
        .text(0x0019_0010, b"LO", "SIEMENS MR HEADER")
        .us(0x0019_100A, 3)
        .numbers(0x0018_0088, &[6.0]);
    let opened = kit::open_bytes(&object.file(EXPLICIT));
    let [scan] = opened.studies[0].scans.as_slice() else { panic!("one series") };
    assert_eq!((scan.slices.len(), scan.rows, scan.cols), (3, 2, 2));
    let values: Vec<f32> = scan.slices.iter().map(|s| s.planes[0].samples.get(3)).collect();
    assert_eq!(values, [0.0, 1.0, 2.0]);
    let geometry = scan.about.geometry.expect("it lies somewhere");
    // The corner of the mosaic, moved in by half of what one tile is smaller than it: (4 - 2) / 2 pixels of 2 mm.
    assert_eq!((geometry.origin_mm, geometry.slice_step_mm), ([-8.0, -18.0, 0.0], [0.0, 0.0, 6.0]));
}
