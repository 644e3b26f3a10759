//! The case TCGA-FG-6692, which exists as scanner volumes and as the LGG set's slices: the nets' outline against the known
//! mask by both ways. Runs where the real data lies beside the clone, and prints its numbers. Not for the figures of whole
//! data sets, which `glioview evaluate` measures.

use std::path::PathBuf;

use glioview::domain::device::DeviceChoice;
use glioview::domain::gate::{GateVerdict, check};
use glioview::domain::geometry::Geometry;
use glioview::domain::grid::{Field, Grid};
use glioview::domain::layers::MaskVolume;
use glioview::domain::mask::Mask;
use glioview::domain::scan::{Scan, Sequence};
use glioview::nn::reader::Reader;

use crate::opening::{open_one, open_paths};
use crate::shared_data;

/// Where the LGG set's pixels lie: it crops the T1 to 224 × 224 and enlarges that to 256 × 256. Found by registering its
/// T1 channel to the NIfTI's T1, slice by slice (correlation 0.999 at these numbers, no shift between slices).
const LGG_SCALE: f64 = 0.875;
const LGG_FIRST: [f64; 3] = [0.0, 0.0, 14.88];

fn lgg_geometry(t1: &Geometry) -> Geometry {
    let scaled = |step: [f64; 3]| step.map(|x| x * LGG_SCALE);
    let origin = t1.patient_from_voxel(LGG_FIRST);
    Geometry::new(origin, t1.slice_step_mm, scaled(t1.row_step_mm), scaled(t1.col_step_mm)).expect("not degenerate")
}

/// From where the T1 says that a point lies to where it lies for the FLAIR, as LPS in mm: the head lies elsewhere in the
/// two (rotated by 1.0, 3.6 and −2.8 degrees about its middle, moved by 6, 2 and −16 mm). Found by registering the LGG set's
/// FLAIR, which its authors had brought onto the T1, to the NIfTI's FLAIR with SciPy (Powell on the correlation, which rises
/// from 0.53 to 0.996).
const TURN: [[f64; 3]; 3] = [[0.99681, 0.05059, -0.0618], [-0.0494, 0.99857, 0.02066], [0.06276, -0.01754, 0.99787]];
const SHIFT_MM: [f64; 3] = [-3.743, -2.574, -16.224];

fn moved(geometry: &Geometry) -> Geometry {
    let turned = |v: [f64; 3]| TURN.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum::<f64>());
    let origin = turned(geometry.origin_mm);
    let origin = std::array::from_fn(|axis| origin[axis] + SHIFT_MM[axis]);
    let [slice, row, col] = [geometry.slice_step_mm, geometry.row_step_mm, geometry.col_step_mm].map(turned);
    Geometry::new(origin, slice, row, col).expect("not degenerate")
}

/// Dice over the volume: of all outlines, and of those on flagged slices alone, as a user gets them.
fn dice(reader: &Reader, scan: &Scan, truth: &[Option<Mask>]) -> [f64; 2] {
    let prepared = reader.prepare(scan);
    let (threshold, inside) =
        (reader.classifier_card().thresholds.threshold, reader.segmenter_card().thresholds.threshold);
    let mut sums = [[0usize; 2]; 2];
    for slice in 0..scan.slices.len() {
        let is_flagged = reader.score(scan, &prepared, slice).expect("a score") >= threshold;
        let answer = reader.outline(scan, &prepared, slice).expect("a map").mask(inside);
        let truth = truth[slice].clone().unwrap_or_else(|| Mask::empty(scan.rows, scan.cols));
        let asked = [answer.clone(), if is_flagged { answer } else { Mask::empty(scan.rows, scan.cols) }];
        for (sum, answer) in sums.iter_mut().zip(asked) {
            sum[0] += 2 * answer.overlap_px(&truth);
            sum[1] += answer.area_px() + truth.area_px();
        }
    }
    sums.map(|[both, all]| both as f64 / all as f64)
}

fn volumes() -> Option<Vec<PathBuf>> {
    let root = shared_data::folder("nifti")?;
    Some(["FLAIR", "T1", "T1c", "T2"].map(|name| root.join(format!("TCGA-FG-6692_{name}.nii.gz"))).to_vec())
}

fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let mean = |v: &[f32]| v.iter().map(|&x| f64::from(x)).sum::<f64>() / v.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (&x, &y) in a.iter().zip(b) {
        let (x, y) = (f64::from(x) - ma, f64::from(y) - mb);
        (ab, aa, bb) = (ab + x * y, aa + x * x, bb + y * y);
    }
    ab / (aa * bb).sqrt()
}

#[test]
fn the_known_case_is_put_together_from_its_scanner_volumes_and_its_outline_measured_both_ways() {
    let (Some(paths), Some(lgg)) = (volumes(), shared_data::folder("lgg")) else { return };
    let opened = open_paths(&paths);
    assert!(opened.failures.is_empty(), "{:?}", opened.failures);
    assert_eq!(opened.studies.len(), 1);
    let scans = &opened.studies[0].scans;
    let stack = &scans[0];
    assert_eq!(stack.sequences, Sequence::NET_ORDER);
    // The FLAIR was taken at a tilt to both T1 and reaches beyond them.
    assert!(stack.warnings.iter().all(|w| w.contains("covers only 78 % of the FLAIR")), "{:?}", stack.warnings);
    assert_eq!(check(stack), GateVerdict::Known);
    let by_sequence = |s| scans.iter().find(|scan| scan.sequences == [s]).expect("recognized by its name");
    let (flair, t1) = (by_sequence(Sequence::Flair), by_sequence(Sequence::T1));
    assert!(scans.iter().any(|scan| scan.sequences == [Sequence::T2]));
    assert_eq!((flair.about.stored_axes.as_str(), flair.slices.len()), ("LAS", 26));
    let spacing = flair.about.geometry.expect("a place").spacing_mm();
    assert!(spacing.iter().zip([5.5, 0.8984375, 0.8984375]).all(|(a, b)| (a - b).abs() < 1e-4), "{spacing:?}");

    let slices = open_one(&lgg.join("TCGA_FG_6692_20020606"));
    let slices = &slices.studies[0].scans[0];
    let geometry = lgg_geometry(&t1.about.geometry.expect("a place"));
    let grid = Grid { geometry, sizes: [slices.slices.len(), slices.rows, slices.cols] };
    // The T1 lands on the set's T1 by the scanner's coordinates, the FLAIR on the set's FLAIR once its movement is undone.
    let lands = |scan: &Scan, channel: usize, grid: Grid| {
        let field = Field::of(scan, 0).expect("a place");
        let middle = 8..20;
        let count = middle.len() as f64;
        let found = middle.map(|k| {
            let there = field.slice(&grid, k).plane.samples.to_f32();
            correlation(&there, &slices.slices[k].planes[channel].samples.to_f32())
        });
        found.sum::<f64>() / count
    };
    let moved_grid = Grid { geometry: moved(&geometry), ..grid };
    let (by_t1, by_flair) = (lands(t1, 0, grid), lands(flair, 1, moved_grid));
    println!("the LGG slices against the volumes on their grid: T1 {by_t1:.4}, FLAIR {by_flair:.4} (correlation)");
    assert!(by_t1 > 0.99 && by_flair > 0.98, "{by_t1} {by_flair}");

    let empty = || Mask::empty(slices.rows, slices.cols);
    let known = MaskVolume {
        name: "known".to_owned(),
        grid: Some(moved_grid),
        frame_of_reference: None,
        patient_key: None,
        masks: slices.reference.iter().map(|m| m.clone().unwrap_or_else(empty)).collect(),
    };
    let on_flair = known.over(stack).expect("it lies over the FLAIR");
    // The mask is as large in the patient on either grid.
    let cm3 = |masks: &[Option<Mask>], geometry: &Geometry| {
        masks.iter().flatten().map(Mask::area_px).sum::<usize>() as f64 * geometry.volume_mm3() / 1000.0
    };
    let volumes = [cm3(&slices.reference, &geometry), cm3(&on_flair, &stack.about.geometry.expect("a place"))];
    println!("the known mask: {:.2} cm³ as slices, {:.2} cm³ on the FLAIR's grid", volumes[0], volumes[1]);
    assert!((volumes[0] - volumes[1]).abs() < 0.05 * volumes[0], "{volumes:?}");

    let reader = Reader::load(None, None, false, DeviceChoice::Cpu).expect("the shipped nets load");
    let through_slices = dice(&reader, slices, &slices.reference);
    let (through_flair, through_stack) = (dice(&reader, flair, &on_flair), dice(&reader, stack, &on_flair));
    println!("Dice over the volume, all outlines | flagged slices alone:");
    for (way, [all, flagged]) in
        [("slices", through_slices), ("NIfTI, FLAIR alone", through_flair), ("NIfTI, all three", through_stack)]
    {
        println!("  {way}: {all:.3} | {flagged:.3}");
    }
    // The volumes' way is as good as the slices' where the net gets what lies in one place. Both T1 lie 16 mm off the FLAIR
    // here, and nothing registers them yet: with them the outline is worse, which is printed and not held to a number.
    assert!(
        through_slices[0] > 0.8 && through_flair[0] > through_slices[0] - 0.05,
        "{through_slices:?} {through_flair:?}"
    );
}
