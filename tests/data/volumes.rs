//! NIfTI volumes, a folder a patient, as a data set. Not for reading the volumes themselves (`volumes`).

use std::path::Path;

use glioview::train::dataset::Dataset;
use glioview::train::evaluate;
use glioview::train::store::{DEFAULT_CEILING_BYTES, Store};

use crate::opening::open_one;
use crate::volumes::make::File;

/// Voxels along i, j, k: 2 mm, 2 mm, 4 mm.
const SHAPE: [i16; 3] = [24, 30, 6];

/// A head with a bright block on slices 2 and 3, the sequence told apart by `gain`.
fn volume(gain: i16, seed: i16) -> File {
    let mut values = Vec::new();
    for k in 0..SHAPE[2] {
        for j in 0..SHAPE[1] {
            for i in 0..SHAPE[0] {
                let is_head = (i - 12).pow(2) + (j - 15).pow(2) < 120;
                let texture = (i * 5 + j * 3 + k * 7 + seed) % 23;
                values.push(if block(i, j, k) { 90 * gain } else { i16::from(is_head) * (40 + texture) * gain });
            }
        }
    }
    File::int16(SHAPE, &values).at([23.0, -20.0, -10.0], [-2.0, 2.0, 4.0])
}

fn block(i: i16, j: i16, k: i16) -> bool {
    (5..9).contains(&i) && (8..13).contains(&j) && (2..4).contains(&k)
}

fn mask() -> File {
    let mut values = Vec::new();
    for k in 0..SHAPE[2] {
        for j in 0..SHAPE[1] {
            for i in 0..SHAPE[0] {
                values.push(if block(i, j, k) { if i == 5 { 4 } else { 1 } } else { 0 });
            }
        }
    }
    File::uint8(SHAPE, values).at([23.0, -20.0, -10.0], [-2.0, 2.0, 4.0])
}

fn patient(folder: &Path, name: &str, seed: i16, sequences: &[(&str, i16)]) {
    std::fs::create_dir_all(folder).unwrap();
    for (sequence, gain) in sequences {
        volume(*gain, seed).save_gzip(&folder.join(format!("{name}-{sequence}.nii.gz")));
    }
    mask().save_gzip(&folder.join(format!("{name}-seg.nii.gz")));
}

const ALL: [(&str, i16); 4] = [("t1n", 1), ("t2f", 2), ("t1c", 3), ("t2w", 4)];

#[test]
fn a_folder_of_patients_with_volumes_is_a_data_set_of_their_slices() {
    let folder = tempfile::tempdir().unwrap();
    for (seed, name) in ["P-001", "P-002", "P-010"].into_iter().enumerate() {
        patient(&folder.path().join(name), name, seed as i16, &ALL);
    }
    let dataset = Dataset::read(folder.path()).unwrap();
    assert_eq!(dataset.patients, ["P-001", "P-002", "P-010"]);
    assert_eq!((dataset.items.len(), dataset.positives()), (18, 6));
    assert!(dataset.has_all_masks());
    assert_eq!(dataset.warnings, Vec::<String>::new());
    let labels: Vec<bool> = dataset.items[..6].iter().map(|item| item.label).collect();
    assert_eq!(labels, [false, false, true, true, false, false]);

    let store = Store::survey(dataset, DEFAULT_CEILING_BYTES, &mut |_, _| true).unwrap();
    let opened = open_one(&folder.path().join("P-001"));
    let stack = &opened.studies[0].scans[0];
    for item in 0..6 {
        let picture = store.picture(item).unwrap();
        assert_eq!(picture.planes, stack.slices[item].planes, "as the window opens it");
        assert_eq!(picture.pixel_mm(), Some([2.0, 2.0]));
        assert_eq!(store.mask(item).unwrap(), stack.reference[item], "slice {item}");
    }
    assert_eq!(store.mask(2).unwrap().unwrap().area_px(), 4 * 5);
    // The trainer sees the head at the size at which the window shows it to the nets.
    assert_eq!(store.prepared(0), &glioview::nn::input::Prepared::of(stack));
    let known = evaluate::known_scans(store.dataset(), 0, &mut Vec::new());
    assert_eq!((known.len(), known[0].truths.len()), (1, 6));
    assert_eq!(glioview::nn::input::Prepared::of(&known[0].scan), glioview::nn::input::Prepared::of(stack));
}

#[test]
fn volumes_without_a_flair_or_a_mask_are_left_out_and_missing_sequences_said() {
    let folder = tempfile::tempdir().unwrap();
    patient(&folder.path().join("A"), "A", 0, &ALL);
    patient(&folder.path().join("B"), "B", 1, &ALL[..1]);
    patient(&folder.path().join("C"), "C", 2, &ALL);
    std::fs::remove_file(folder.path().join("C/C-seg.nii.gz")).unwrap();
    patient(&folder.path().join("D"), "D", 3, &ALL[1..2]);
    let dataset = Dataset::read(folder.path()).unwrap();
    assert_eq!(dataset.patients, ["A", "D"]);
    let words = dataset.warnings.join("\n");
    assert!(words.contains("left out: 2 volumes without a FLAIR of the same patient"), "{words}");
    assert!(words.contains("left out: 1 patients without a mask among their volumes (C/C-t2f.nii)"), "{words}");
    assert!(words.contains("1 patients lack T1 or T1 post; their FLAIR stands for it (D/D-t2f.nii)"), "{words}");
}

#[test]
fn patients_in_one_folder_are_told_apart_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    patient(folder.path(), "sub-01", 0, &ALL);
    patient(folder.path(), "sub-02", 1, &ALL);
    let dataset = Dataset::read(folder.path()).unwrap();
    assert_eq!(dataset.patients, ["sub-01", "sub-02"]);
    assert_eq!(dataset.items.len(), 12);
}
