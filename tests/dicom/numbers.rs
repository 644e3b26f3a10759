//! Every file of the development data against what pydicom reads of it. Not for files made here; skipped in words where the
//! data is not there.

use std::collections::BTreeMap;
use std::path::Path;

use super::kit;

#[derive(serde::Deserialize)]
struct Numbers {
    syntax: String,
    shape: [usize; 3],
    sum: i64,
    placed_sum: i64,
    is_lossy: bool,
    spacing_mm: [f64; 2],
    position: [f64; 3],
    orientation: [f64; 6],
}

#[test]
fn pixels_and_places_are_those_that_pydicom_reads() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/dicom");
    let all: BTreeMap<String, Numbers> =
        serde_json::from_str(include_str!("../fixtures/dicom_numbers.json")).expect("the numbers");
    assert!(all.len() >= 25, "{} files", all.len());
    if !root.is_dir() {
        eprintln!("skipped: the development data is not there");
        return;
    }
    for (name, wanted) in all {
        let opened = kit::opened(&root.join(&name));
        assert!(opened.failures.is_empty(), "{name}: {:?}", opened.failures);
        let [scan] = opened.studies[0].scans.as_slice() else { panic!("{name}: one series") };
        assert_eq!([scan.slices.len(), scan.rows, scan.cols], wanted.shape, "{name}");
        assert_eq!(scan.about.acquisition.transfer_syntax, wanted.syntax, "{name}");
        let values: Vec<i64> =
            scan.slices.iter().flat_map(|s| s.planes[0].samples.to_f32()).map(|v| v as i64).collect();
        let sum: i64 = values.iter().sum();
        let placed: i64 = values.iter().enumerate().map(|(i, v)| v * (i as i64 % 251)).sum();
        // Decoders of lossy codings round by themselves: a thousandth of a gray value on average.
        let allowed = if wanted.is_lossy { values.len() as i64 / 1000 } else { 0 };
        assert!((sum - wanted.sum).abs() <= allowed, "{name}: {sum} {}", wanted.sum);
        assert!((placed - wanted.placed_sum).abs() <= 251 * allowed, "{name}: {placed} {}", wanted.placed_sum);
        let geometry = scan.about.geometry.unwrap_or_else(|| panic!("{name}: it lies somewhere"));
        let is_near = |a: f64, b: f64| (a - b).abs() < 1e-4;
        let [_, row_mm, col_mm] = geometry.spacing_mm();
        assert!(is_near(row_mm, wanted.spacing_mm[0]) && is_near(col_mm, wanted.spacing_mm[1]), "{name}");
        for i in 0..3 {
            assert!(is_near(geometry.origin_mm[i], wanted.position[i]), "{name}: {geometry:?}");
            assert!(is_near(geometry.col_step_mm[i] / col_mm, wanted.orientation[i]), "{name}: {geometry:?}");
            assert!(is_near(geometry.row_step_mm[i] / row_mm, wanted.orientation[3 + i]), "{name}: {geometry:?}");
        }
    }
}
