//! The whole way from files to scores and masks, held to a plain PyTorch pipeline on real scans where those are at hand.
//! Not for single nets (`nets`) or for the weights that ship.

use std::path::{Path, PathBuf};

use glioview::domain::card::{Architecture, ModelCard};
use glioview::domain::device::DeviceChoice;
use glioview::io::open;
use glioview::nn::reader::Reader;
use glioview::nn::{assumed, weights};

/// The folder that holds the real data and the reference weights, where this checkout has one beside it.
fn shared() -> Option<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared", "../../shared"].iter().map(|p| manifest.join(p)).find(|p| p.join("reference/expected.json").is_file())
}

/// Copies reference weights beside a card that states their preprocessing.
fn with_card(shared: &Path, folder: &Path, name: &str, architecture: Architecture) -> PathBuf {
    let bytes = std::fs::read(shared.join("reference").join(format!("{name}.safetensors"))).unwrap();
    let path = folder.join(format!("{name}.safetensors"));
    std::fs::write(&path, &bytes).unwrap();
    let mut card: ModelCard = assumed::card(architecture);
    card.input.size = 192;
    card.sha256 = weights::sha256_hex(&bytes);
    std::fs::write(weights::card_path(&path), serde_json::to_vec(&card).unwrap()).unwrap();
    path
}

#[test]
fn scores_and_masks_of_a_patient_are_those_of_the_pytorch_pipeline() {
    let Some(shared) = shared() else {
        println!("skipped: no shared data beside this checkout");
        return;
    };
    println!("running on real scans");
    let folder = tempfile::tempdir().unwrap();
    let classifier = with_card(&shared, folder.path(), "densenet121", Architecture::DenseNet121);
    let segmenter = with_card(&shared, folder.path(), "unet16", Architecture::UNet { width: 16 });
    let reader = Reader::load(Some(&classifier), Some(&segmenter), false, DeviceChoice::Cpu).unwrap();
    let text = std::fs::read_to_string(shared.join("reference/expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&text).unwrap();

    let patient = "TCGA_FG_6692_20020606";
    let opened =
        open::open(&[shared.join("data/lgg").join(patient)], &mut |_, _| std::ops::ControlFlow::Continue(())).unwrap();
    let scan = &opened.studies[0].scans[0];
    let prepared = reader.prepare(scan);
    let (mut compared, mut area, mut expected_area) = (0, 0usize, 0usize);
    // Every third slice: enough to see a shift, and quick on two cores.
    for (index, slice) in scan.slices.iter().enumerate().step_by(3) {
        let row = expected["slices"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["image_path"].as_str().is_some_and(|p| p == format!("{patient}/{}", slice.name)));
        let row = row.expect("the reference names this slice");
        let score = reader.score(scan, &prepared, index).unwrap();
        let reference = row["classifier"].as_f64().unwrap() as f32;
        // Both computed in f32 from the same half-precision weights.
        assert!((score - reference).abs() < 5e-3, "{}: score {score}, PyTorch {reference}", slice.name);
        area += reader.outline(scan, &prepared, index).unwrap().mask(0.5).area_px();
        expected_area += row["mask_px"].as_u64().unwrap() as usize;
        compared += 1;
    }
    assert!(compared > 5 && expected_area > 100, "{compared} slices, {expected_area} px");
    let off = (area as f64 - expected_area as f64).abs() / expected_area as f64;
    assert!(off < 0.01, "{area} px, PyTorch {expected_area} px");
}
