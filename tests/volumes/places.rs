//! Every voxel lies where nibabel says, in all 48 axis orders, tilted, in every type and on the real files. Numbers by
//! tests/fixtures/nifti.py. Not for the forms that files come in (`forms`).

use std::ops::ControlFlow;
use std::path::Path;

use glioview::domain::geometry::AnatomicalPlane;
use glioview::domain::scan::{Samples, Scan};
use glioview::io::nifti;
use serde_json::Value;

use crate::opening::folder;
use crate::shared_data;

const ORDERS: &[u8] = include_bytes!("../fixtures/nifti_orders.bin");
const TYPES: &[u8] = include_bytes!("../fixtures/nifti_types.bin");

fn numbers() -> Value {
    serde_json::from_str(include_str!("../fixtures/nifti.json")).expect("the fixture is JSON")
}

pub fn read(path: &Path) -> nifti::Volume {
    nifti::read(path, &mut || ControlFlow::Continue(())).expect("opens")
}

fn read_entry(entry: &Value, all: &[u8]) -> nifti::Volume {
    let at = entry["at"].as_u64().expect("a number") as usize;
    let length = entry["length"].as_u64().expect("a number") as usize;
    let folder = folder();
    let path = folder.path().join("volume.nii");
    std::fs::write(&path, &all[at..at + length]).expect("written");
    read(&path)
}

/// Compares each voxel of `entry` (RAS millimeters, value) with the scan through its geometry.
fn compare_voxels(scan: &Scan, entry: &Value, tolerance: f64, what: &str) -> usize {
    let geometry = scan.about.geometry.expect("a place");
    let voxels = entry["voxels"].as_array().expect("a list");
    for voxel in voxels {
        let [x, y, z, value] = [0, 1, 2, 3].map(|i| voxel[i].as_f64().expect("a number"));
        let at = geometry.voxel_from_patient([-x, -y, z]);
        let index = at.map(f64::round);
        // The places are rounded to 0.1 µm.
        assert!(at.iter().zip(index).all(|(a, b)| (a - b).abs() < 1e-3), "{what}: {at:?} is no voxel");
        let [s, r, c] = index.map(|v| v as usize);
        let found = scan.about.rescale.measured(scan.slices[s].planes[0].value(r, c).expect("inside"));
        assert!((found - value).abs() <= tolerance * value.abs().max(1.0), "{what}: {found} for {value} at {at:?}");
    }
    voxels.len()
}

#[test]
fn an_asymmetric_phantom_is_the_same_one_in_all_48_axis_orders_and_tilted() {
    let numbers = numbers();
    let orders = numbers["orders"].as_array().expect("a list");
    assert_eq!(orders.len(), 51);
    let mut codes: Vec<&str> = Vec::new();
    for entry in orders {
        let told = entry["codes"].as_str().expect("text");
        let scan = read_entry(entry, ORDERS).scan;
        assert_eq!(scan.about.stored_axes, told, "as nibabel names it");
        compare_voxels(&scan, entry, 0.0, told);
        let geometry = scan.about.geometry.expect("a place");
        let letters = geometry.edge_letters().map(|l| l[..1].to_owned()).concat();
        // Radiological: axial and coronal slices with the patient's right on the left, sagittal ones with the face there.
        let expected = match geometry.plane() {
            AnatomicalPlane::Axial => "RLAP",
            AnatomicalPlane::Coronal => "RLSI",
            AnatomicalPlane::Sagittal => "APSI",
        };
        assert_eq!(letters, expected, "{told}");
        let mut spacing = geometry.spacing_mm();
        spacing.sort_by(f64::total_cmp);
        assert!(spacing.iter().zip([1.0, 1.5, 2.0]).all(|(a, b)| (a - b).abs() < 1e-6), "{spacing:?}");
        codes.push(told);
    }
    codes.truncate(48);
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 48, "each order once");
}

#[test]
fn every_type_in_both_byte_orders_and_both_versions_has_nibabels_values() {
    let numbers = numbers();
    for entry in numbers["types"].as_array().expect("a list") {
        let (kind, order) = (entry["kind"].as_str().expect("text"), entry["order"].as_str().expect("text"));
        let version = entry["version"].as_u64().expect("a number");
        let what = format!("{kind} {order} NIfTI-{version}");
        let volume = read_entry(entry, TYPES);
        // 64-bit floats are rounded to 32, wide integers up to 2^24 are exact.
        let tolerance = if matches!(kind, "f8" | "c8" | "c16") { 1e-6 } else { 0.0 };
        compare_voxels(&volume.scan, entry, tolerance, &what);
        assert_eq!(volume.scan.about.encoding, format!("NIfTI-{version}"), "{what}");
        let samples = &volume.scan.slices[0].planes[0].samples;
        let is_kept = match kind {
            "u1" | "rgb" => matches!(samples, Samples::U8(_)),
            "u2" => matches!(samples, Samples::U16(_)),
            "i1" | "i2" => matches!(samples, Samples::I16(_)),
            // The second half of the cases fits into 16 bits.
            "u4" | "u8" if order == ">" => matches!(samples, Samples::U16(_)),
            "i4" | "i8" if order == ">" => matches!(samples, Samples::I16(_)),
            _ => matches!(samples, Samples::F32(_)),
        };
        assert!(is_kept, "{what} is kept with {} bits", samples.bits());
    }
}

#[test]
fn the_real_files_have_nibabels_places_values_and_sums() {
    let Some(root) = shared_data::folder("nifti") else { return };
    let numbers: Value =
        serde_json::from_str(include_str!("../fixtures/nifti_real.json")).expect("the fixture is JSON");
    let (mut files, mut voxels) = (0, 0);
    for (name, entry) in numbers.as_object().expect("a map") {
        let path = root.join(name);
        if !path.is_file() {
            continue;
        }
        let scan = read(&path).scan;
        let shape: Vec<u64> = entry["shape"].as_array().expect("a list").iter().filter_map(Value::as_u64).collect();
        let mut sizes = [scan.cols as u64, scan.rows as u64, scan.slices.len() as u64];
        let mut stored = [shape[0], shape[1], shape[2]];
        sizes.sort_unstable();
        stored.sort_unstable();
        assert_eq!(sizes, stored, "{name}");
        if entry["is_known"].as_bool() == Some(true) {
            assert_eq!(scan.about.stored_axes, entry["codes"].as_str().expect("text"), "{name}");
            // The places are rounded to 0.1 µm, against voxels of a millimeter.
            voxels += compare_voxels(&scan, entry, 1e-6, name);
        } else {
            assert_eq!(scan.about.geometry, None, "{name}");
            assert!(scan.warnings.iter().any(|w| w.starts_with("Orientation unknown")), "{name}: {:?}", scan.warnings);
        }
        if let Some(sum) = entry["sum"].as_f64() {
            let planes = scan.slices.iter().flat_map(|s| &s.planes);
            let values =
                planes.flat_map(|p| (0..p.samples.len()).map(|i| scan.about.rescale.measured(p.samples.get(i))));
            let found: f64 = values.sum();
            assert!((found - sum).abs() <= 1e-5 * sum.abs().max(1.0), "{name}: sum {found} for {sum}");
        }
        files += 1;
    }
    println!("{files} files agree with nibabel, {voxels} voxels compared by place and value");
    assert!(files >= 15, "{files} of the files are there");
}
