//! Splits by patient, and pictures that stand in two parts. Not for the order of an epoch.

use std::path::PathBuf;

use glioview::train::dataset::Dataset;
use glioview::train::split::{Part, Split, describe_leaks, institution, leaks};

use super::{FIVE, mask, patient_folders, survey};

#[test]
fn a_split_keeps_every_patient_in_one_part_and_the_same_seed_draws_the_same() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE, "png");
    let dataset = Dataset::read(folder.path()).unwrap();
    let split = Split::stratified(&dataset, Split::DEFAULT_SHARES, 5).unwrap();
    assert_eq!(split, Split::stratified(&dataset, Split::DEFAULT_SHARES, 5).unwrap());
    assert!((0..50).any(|seed| Split::stratified(&dataset, Split::DEFAULT_SHARES, seed).unwrap().parts != split.parts));
    let mut all: Vec<usize> = Part::ALL.iter().flat_map(|&p| split.items(&dataset, p)).collect();
    all.sort_unstable();
    assert_eq!(all, (0..15).collect::<Vec<_>>());
    let counted: usize = Part::ALL.iter().map(|&p| split.counts(&dataset, p).slices).sum();
    assert_eq!(counted, 15);
}

#[test]
fn a_split_is_stratified_by_institution() {
    let names: Vec<String> = (0..40).map(|n| format!("TCGA_{}_{n}_1", if n < 20 { "CS" } else { "DU" })).collect();
    let dataset = Dataset {
        root: PathBuf::new(),
        patients: names,
        items: Vec::new(),
        warnings: Vec::new(),
        concerned: std::collections::BTreeMap::new(),
    };
    for seed in 0..20 {
        let split = Split::stratified(&dataset, [0.6, 0.2, 0.2], seed).unwrap();
        for part in Part::ALL {
            let patients = split.patients(part);
            let from_cs = patients.iter().filter(|&&p| p < 20).count();
            assert_eq!(patients.len(), if part == Part::Train { 24 } else { 8 });
            assert_eq!(from_cs * 2, patients.len(), "seed {seed}, {part:?}");
        }
    }
    assert_eq!(institution("TCGA_CS_4941_19960909"), Some("CS"));
    assert_eq!(institution("HUP-012"), Some("HUP"));
    assert_eq!(institution("patient"), None);
}

#[test]
fn two_patients_suffice_and_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..2], "png");
    let dataset = Dataset::read(folder.path()).unwrap();
    let split = Split::stratified(&dataset, Split::DEFAULT_SHARES, 1).unwrap();
    assert_eq!((split.patients(Part::Train).len(), split.patients(Part::Val).len()), (1, 1));
    let one = Dataset::read(&folder.path().join(FIVE[0])).unwrap();
    let error = Split::stratified(&one, Split::DEFAULT_SHARES, 1).unwrap_err().to_string();
    assert!(error.contains("1 patient found, at least 2"), "{error}");
}

#[test]
fn a_written_split_reads_back_and_one_that_lacks_a_patient_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE, "png");
    let dataset = Dataset::read(folder.path()).unwrap();
    let split = Split::stratified(&dataset, Split::DEFAULT_SHARES, 2).unwrap();
    let path = folder.path().join("split.csv");
    split.write(&path, &dataset).unwrap();
    let (back, warnings) = Split::read(&path, &dataset).unwrap();
    assert_eq!((back.parts, warnings.len()), (split.parts, 0));
    let lacking = Split::parse("patient_id,split\nTCGA_CS_1_19960909,train\n", &dataset).unwrap_err().to_string();
    assert!(lacking.contains("4 of 5 patients"), "{lacking}");
    let twice = Split::parse("patient_id,split\na,train\na,val\n", &dataset).unwrap_err().to_string();
    assert!(twice.contains("two parts"), "{twice}");
}

#[test]
fn the_same_picture_in_two_parts_is_found_whatever_the_file_form() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..2], "png");
    let copy = image::open(folder.path().join(FIVE[0]).join(format!("{}_2.png", FIVE[0]))).unwrap();
    let to = folder.path().join(FIVE[1]);
    copy.save(to.join("copy.tif")).unwrap();
    mask(&to.join("copy_mask.png"), Some((10, 10)));
    let store = survey(folder.path());
    let dataset = store.dataset();
    let apart = Split { seed: None, parts: vec![Part::Train, Part::Val] };
    let found = leaks(dataset, &apart, store.prints());
    assert_eq!(found.len(), 1);
    let said = &describe_leaks(dataset, &apart, &found)[0];
    assert!(said.contains("LEAK: 1 pictures") && said.contains("copy.tif"), "{said}");
    let together = Split { seed: None, parts: vec![Part::Train, Part::Train] };
    assert!(leaks(dataset, &together, store.prints()).is_empty());
}
