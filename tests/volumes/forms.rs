//! NIfTI in the forms that people keep it in: pairs, gzip under any name, 4-D, labels, no orientation. Not for places
//! (`places`) or broken files (`hostile`).

use glioview::domain::gate::{GateReason, GateVerdict, check};
use glioview::domain::scan::{Samples, Sequence, WindowFunction};
use glioview::io::error::IoError;

use super::make::{File, gzip};
use super::places::read;
use crate::opening::{folder, only_scan, open_one, open_paths};

fn ramp(shape: [i16; 3]) -> File {
    let count = shape.iter().map(|&n| n as usize).product::<usize>();
    File::int16(shape, &(0..count as i16).collect::<Vec<_>>())
}

#[test]
fn gzip_is_known_by_content_whatever_the_name_says() {
    let folder = folder();
    let file = ramp([4, 3, 2]).at([0.0; 3], [1.0; 3]);
    let plain = folder.path().join("plain.nii.gz");
    let packed = folder.path().join("packed.nii");
    let nameless = folder.path().join("nothing");
    file.save(&plain);
    file.save_gzip(&packed);
    file.save_gzip(&nameless);
    let all = [plain, packed, nameless].map(|path| only_scan(&open_one(&path)).clone());
    assert_eq!(all[0].about.encoding, "NIfTI-1");
    assert_eq!(all[1].about.encoding, "NIfTI-1, gzip");
    assert!(all.iter().all(|s| s.slices[1].planes == all[0].slices[1].planes));
}

#[test]
fn a_pair_opens_by_its_header_by_its_values_and_by_its_folder_as_one_series() {
    let folder = folder();
    let mut file = ramp([4, 3, 2]).at([0.0; 3], [1.0; 3]);
    (file.mark, file.offset) = (*b"ni1\0", 0.0);
    let (header, values) = (folder.path().join("head.hdr"), folder.path().join("head.img"));
    std::fs::write(&header, &file.header()[..348]).expect("written");
    std::fs::write(&values, &file.values).expect("written");
    let by_header = open_one(&header);
    let by_values = open_one(&values);
    let by_both = open_paths(&[values.clone(), header.clone()]);
    let by_folder = open_one(folder.path());
    for opened in [&by_header, &by_values, &by_both, &by_folder] {
        assert!(opened.failures.is_empty(), "{:?}", opened.failures);
        let scan = only_scan(opened);
        assert_eq!((scan.rows, scan.cols, scan.slices.len()), (3, 4, 2));
        // RAS is shown turned about: the first value shown is the last of the first slice.
        assert_eq!(scan.slices[0].planes[0].value(0, 0), Some(11.0));
    }
    std::fs::remove_file(&values).expect("removed");
    let (_, error) = &open_one(&header).failures[0];
    assert!(error.to_string().contains("its values lie in an .img file of the same name"), "{error}");
}

#[test]
fn of_a_file_with_time_the_first_volume_is_shown_and_that_is_said() {
    let folder = folder();
    let values: Vec<i16> = (0..4 * 3 * 2 * 5).collect();
    let mut file = File::int16([4, 3, 2], &values);
    file.shape = vec![4, 3, 2, 5];
    let path = file.save(&folder.path().join("fmri.nii"));
    let scan = read(&path).scan;
    assert_eq!(scan.slices.len(), 2);
    assert_eq!(scan.warnings[0], "The file holds 5 volumes: the first is shown.");
    file.values.truncate(4 * 3 * 2 * 2 + 10);
    let scan = read(&file.save(&path)).scan;
    assert_eq!(scan.warnings[1], "The file is cut short: later volumes are missing.");
}

#[test]
fn slope_and_intercept_are_kept_beside_the_stored_values_and_0_means_none() {
    let folder = folder();
    let path = folder.path().join("v.nii");
    let mut file = ramp([2, 2, 1]);
    file.slope = [0.5, -3.0];
    let scan = read(&file.save(&path)).scan;
    assert_eq!(scan.about.rescale.measured(4.0), -1.0);
    assert!(matches!(scan.slices[0].planes[0].samples, Samples::I16(_)));
    for slope in [[0.0, 7.0], [f32::NAN, 0.0], [1.0, f32::INFINITY]] {
        file.slope = slope;
        let scan = read(&file.save(&path)).scan;
        assert_eq!(scan.about.rescale.measured(4.0), 4.0, "{slope:?}");
    }
}

#[test]
fn a_display_range_becomes_a_window_of_the_file() {
    let folder = folder();
    let mut bytes = ramp([2, 2, 1]).bytes();
    bytes[124..128].copy_from_slice(&300f32.to_le_bytes());
    bytes[128..132].copy_from_slice(&100f32.to_le_bytes());
    let path = folder.path().join("v.nii");
    std::fs::write(&path, bytes).expect("written");
    let windows = read(&path).scan.about.windows;
    assert_eq!((windows[0].center, windows[0].width), (200.0, 200.0));
    assert_eq!(windows[0].function, WindowFunction::LinearExact);
}

#[test]
fn without_a_code_the_orientation_is_unknown_and_a_useless_one_is_passed_over() {
    let folder = folder();
    let path = folder.path().join("v.nii");
    let scan = read(&ramp([4, 3, 2]).save(&path)).scan;
    assert_eq!(scan.about.geometry, None);
    assert!(scan.warnings[0].starts_with("Orientation unknown"), "{:?}", scan.warnings);
    let mut nan = ramp([4, 3, 2]).at([0.0; 3], [1.0, f32::NAN, 1.0]);
    let scan = read(&nan.save(&path)).scan;
    assert_eq!(scan.about.geometry, None);
    assert_eq!(scan.warnings[0], "The file's sform is no usable affine and was left out.");
    nan = ramp([4, 3, 2]).at([0.0; 3], [1.0, 0.0, 1.0]);
    assert_eq!(read(&nan.save(&path)).scan.about.geometry, None);
}

#[test]
fn lengths_in_meters_and_micrometers_become_millimeters() {
    let folder = folder();
    let path = folder.path().join("v.nii");
    for (unit, step) in [(1u8, 0.002f32), (2, 2.0), (3, 2000.0), (0, 2.0)] {
        let mut bytes = ramp([4, 3, 2]).at([0.0; 3], [step; 3]).bytes();
        bytes[123] = unit;
        std::fs::write(&path, bytes).expect("written");
        let spacing = read(&path).scan.about.geometry.expect("a place").spacing_mm();
        assert!(spacing.iter().all(|mm| (mm - 2.0).abs() < 1e-6), "unit {unit}: {spacing:?}");
    }
}

#[test]
fn values_that_are_no_numbers_are_shown_as_the_lowest_and_none_at_all_is_refused() {
    let folder = folder();
    let path = folder.path().join("v.nii");
    let mut file = File { datatype: 16, bitpix: 32, ..ramp([2, 2, 1]) };
    file.values = [3.0f32, f32::NAN, -2.0, f32::INFINITY].iter().flat_map(|v| v.to_le_bytes()).collect();
    let scan = read(&file.save(&path)).scan;
    let values = scan.slices[0].planes[0].samples.to_f32();
    assert_eq!(values.iter().filter(|&&v| v == -2.0).count(), 3);
    assert!(scan.warnings.iter().any(|w| w.starts_with("2 values were no numbers")), "{:?}", scan.warnings);
    file.values = [f32::NAN; 4].iter().flat_map(|v| v.to_le_bytes()).collect();
    let (_, error) = &open_one(&file.save(&path)).failures[0];
    assert!(matches!(error, IoError::NoFiniteValue { .. }), "{error}");
}

#[test]
fn what_is_not_read_is_refused_by_its_name() {
    let folder = folder();
    let path = folder.path().join("v.nii");
    for (datatype, words) in
        [(1, "one bit a value"), (1536, "128-bit floating-point values"), (77, "values of type 77")]
    {
        let file = File { datatype, ..ramp([2, 2, 1]) };
        let (_, error) = &open_one(&file.save(&path)).failures[0];
        assert!(error.to_string().contains(&format!("NIfTI with {words}, which is not read")), "{error}");
    }
    let mut analyze = ramp([2, 2, 1]);
    analyze.mark = [0; 4];
    let (_, error) = &open_one(&analyze.save(&path)).failures[0];
    assert!(error.to_string().contains("Analyze 7.5"), "{error}");
    std::fs::write(&path, gzip(b"a letter")).expect("written");
    let (_, error) = &open_one(&path).failures[0];
    assert!(error.to_string().contains("gzip without NIfTI in it"), "{error}");
}

#[test]
fn one_sequence_that_is_not_flair_and_slices_that_are_not_axial_are_not_for_the_nets() {
    let folder = folder();
    let file = ramp([8, 8, 3]);
    let reasons = |name: &str, file: &File| {
        let scan = read(&file.save(&folder.path().join(name))).scan;
        match check(&scan) {
            GateVerdict::Known => Vec::new(),
            GateVerdict::Unknown(reasons) => reasons,
        }
    };
    let axial = file.at([0.0; 3], [1.0; 3]);
    assert!(reasons("p_T1.nii", &axial).contains(&GateReason::OtherSequence));
    assert!(reasons("p_x.nii", &axial).contains(&GateReason::OneUnknownSequence));
    let flair = reasons("p_FLAIR.nii", &axial);
    assert!(!flair.contains(&GateReason::OtherSequence) && !flair.contains(&GateReason::NotAxial), "{flair:?}");
    let mut coronal = axial;
    coronal.matrix = Some([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0]]);
    assert!(reasons("q_FLAIR.nii", &coronal).contains(&GateReason::NotAxial));
    assert_eq!(read(&folder.path().join("q_FLAIR.nii")).scan.sequences, [Sequence::Flair]);
}
