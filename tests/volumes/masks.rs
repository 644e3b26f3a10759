//! NIfTI masks lie on their image, through its millimeters. Not for masks beside pictures (`opening_stacks`).

use glioview::domain::scan::Study;

use super::make::File;
use crate::opening::{folder, open_one, open_paths};

/// A bright block of `mm` (RAS, from, to) in a volume of `shape`, `steps` from `origin`.
fn block(shape: [i16; 3], origin: [f32; 3], steps: [f32; 3], mm: [[f32; 2]; 3], noise: bool) -> File {
    let mut values = Vec::new();
    for k in 0..shape[2] {
        for j in 0..shape[1] {
            for i in 0..shape[0] {
                let at = [(i, 0), (j, 1), (k, 2)].map(|(n, axis)| origin[axis] + steps[axis] * f32::from(n));
                let is_inside = (0..3).all(|axis| mm[axis][0] < at[axis] && at[axis] < mm[axis][1]);
                let ground = if noise { (i * 7 + j * 3 + k) % 50 + 20 } else { 0 };
                values.push(if is_inside { if noise { 400 } else { 1 } } else { ground });
            }
        }
    }
    File::int16(shape, &values).at(origin, steps)
}

const PLACE: [[f32; 2]; 3] = [[-12.0, 3.0], [4.0, 22.0], [-9.0, 11.0]];

fn dice_of(study: &Study, scan: usize) -> f64 {
    let scan = &study.scans[scan];
    let (mut both, mut sum) = (0usize, 0usize);
    for (slice, mask) in scan.slices.iter().zip(&scan.reference) {
        let mask = mask.as_ref().expect("a mask on each slice");
        for index in 0..mask.bits.len() {
            let is_bright = slice.planes[0].samples.get(index) > 300.0;
            both += usize::from(is_bright && mask.bits[index]);
            sum += usize::from(is_bright) + usize::from(mask.bits[index]);
        }
    }
    2.0 * both as f64 / sum as f64
}

#[test]
fn a_mask_stored_mirrored_and_finer_lies_on_the_block_that_it_was_drawn_on() {
    let folder = folder();
    // The image in 3 mm steps from the right; the mask in 1 mm steps, stored from the left and from the head down.
    block([31, 27, 19], [-45.0, -39.0, -27.0], [3.0, 3.0, 3.0], PLACE, true).save(&folder.path().join("a_FLAIR.nii"));
    block([91, 81, 61], [45.0, -40.0, 30.0], [-1.0, 1.0, -1.0], PLACE, false)
        .save_gzip(&folder.path().join("a_seg.nii.gz"));
    let opened = open_one(folder.path());
    assert!(opened.failures.is_empty(), "{:?}", opened.failures);
    let study = &opened.studies[0];
    assert_eq!(study.scans.len(), 1, "{:?}", study.scans.iter().map(|s| &s.title).collect::<Vec<_>>());
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    assert_eq!(dice_of(study, 0), 1.0);
}

#[test]
fn a_mask_lies_over_every_series_of_the_study_and_over_the_stack_for_the_nets() {
    let folder = folder();
    block([31, 27, 19], [-45.0, -39.0, -27.0], [3.0, 3.0, 3.0], PLACE, true).save(&folder.path().join("a_FLAIR.nii"));
    block([60, 27, 20], [-45.2, -39.0, -28.0], [1.5, 3.0, 2.9], PLACE, true).save(&folder.path().join("a_T1.nii"));
    block([31, 27, 19], [-45.0, -39.0, -27.0], [3.0, 3.0, 3.0], PLACE, false).save(&folder.path().join("a_seg.nii"));
    let study = &open_one(folder.path()).studies[0];
    assert_eq!(study.scans.len(), 3);
    assert_eq!(study.scans[0].sequences.len(), 3);
    assert_eq!(dice_of(study, 1), 1.0);
    // The stack's first channel is the T1, interpolated on the FLAIR's grid: of its five bright columns one is soft and
    // beyond the block's edge. The T1's own grid is finer, the mask's voxels reach 8 of its 10 columns and 6 of 7 slices.
    let (stack, t1) = (dice_of(study, 0), dice_of(study, 2));
    assert!((stack - 8.0 / 9.0).abs() < 0.02, "{stack}");
    assert!((t1 - 2.0 * 48.0 / (70.0 + 48.0)).abs() < 0.02, "{t1}");
}

#[test]
fn labels_are_taken_together_and_that_is_said() {
    let folder = folder();
    let image = block([10, 9, 8], [0.0; 3], [1.0; 3], PLACE, true);
    image.save(&folder.path().join("p_FLAIR.nii"));
    let mut values = vec![0; 720];
    (values[3], values[4], values[5]) = (1, 2, 4);
    File::uint8([10, 9, 8], values).at([0.0; 3], [1.0; 3]).save(&folder.path().join("p_seg.nii"));
    let study = &open_one(folder.path()).studies[0];
    assert_eq!(study.warnings, ["p_seg has the labels 1, 2, 4: taken together as one mask."]);
    let area: usize = study.scans[0].reference.iter().flatten().map(glioview::domain::mask::Mask::area_px).sum();
    assert_eq!(area, 3);
}

#[test]
fn a_mask_is_known_by_its_few_values_where_its_name_says_nothing_and_alone_it_is_an_image() {
    let folder = folder();
    let image = block([10, 9, 8], [0.0; 3], [1.0; 3], PLACE, true).save(&folder.path().join("image.nii"));
    let mut values = vec![0; 720];
    values[100] = 1;
    let mask = File::uint8([10, 9, 8], values).at([0.0; 3], [1.0; 3]).save(&folder.path().join("other.nii"));
    let both = open_paths(&[image, mask.clone()]);
    assert_eq!((both.studies[0].scans.len(), both.studies[0].scans[0].reference.len()), (1, 8));
    let alone = open_one(&mask);
    assert_eq!((alone.studies[0].scans.len(), alone.studies[0].scans[0].reference.len()), (1, 0));
}

#[test]
fn a_brain_mask_a_second_mask_and_one_that_lies_elsewhere_are_left_out_and_said() {
    let folder = folder();
    block([10, 9, 8], [0.0; 3], [1.0; 3], PLACE, true).save(&folder.path().join("p_FLAIR.nii"));
    let mut values = vec![0; 720];
    values[100] = 1;
    let mask = File::uint8([10, 9, 8], values);
    let here = mask.at([0.0; 3], [1.0; 3]);
    here.save(&folder.path().join("p_a_seg.nii"));
    here.save(&folder.path().join("p_b_seg.nii"));
    here.save(&folder.path().join("p_brain_mask.nii"));
    here.at([500.0; 3], [1.0; 3]).save(&folder.path().join("p_c_seg.nii"));
    let study = &open_one(folder.path()).studies[0];
    let expected = [
        "p_b_seg is a second mask for the same images and was left out.",
        "p_c_seg is a mask that was not laid over any image: it lies beside the image.",
        "p_brain_mask shows where the brain is and was left out.",
    ];
    assert_eq!(study.warnings, expected);
}

#[test]
fn a_mask_in_a_common_space_is_not_laid_over_an_image_in_another() {
    let folder = folder();
    let mut image = block([10, 9, 8], [0.0; 3], [1.0; 3], PLACE, true);
    image.sform_code = 3;
    image.save(&folder.path().join("p_FLAIR.nii"));
    let mut values = vec![0; 720];
    values[100] = 1;
    let mut mask = File::uint8([10, 9, 8], values).at([0.0; 3], [1.0; 3]);
    mask.sform_code = 4;
    mask.save(&folder.path().join("p_seg.nii"));
    let study = &open_one(folder.path()).studies[0];
    let words =
        "p_seg is a mask that was not laid over any image: it lies in another coordinate system (Frame of Reference).";
    assert_eq!(study.warnings, [words]);
    assert!(study.scans[0].reference.is_empty());
}
