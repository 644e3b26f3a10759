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

#[test]
fn one_person_under_two_names_is_drawn_into_one_part_and_others_are_split_as_before() {
    let named = |names: &[&str], told: &[(usize, &str)]| {
        let item = |patient: usize| glioview::train::dataset::Item {
            patient,
            name: format!("{patient}.png"),
            image: PathBuf::from(format!("{patient}.png")),
            page: None,
            mask: None,
            label: true,
            mask_size: None,
            told_patient: told.iter().find(|(of, _)| *of == patient).map(|(_, name)| (*name).to_owned()),
        };
        Dataset {
            root: PathBuf::new(),
            patients: names.iter().map(|name| (*name).to_owned()).collect(),
            items: (0..names.len()).map(item).collect(),
            warnings: Vec::new(),
            concerned: std::collections::BTreeMap::new(),
        }
    };
    let names: Vec<String> = (0..12).map(|n| format!("TCGA_CS_{}_{}", n / 2, 19_960_900 + n)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let twice = named(&names, &[(0, "TCGA_CS_5"), (3, "somebody")]);
    assert_eq!(glioview::train::leaks::same_person(&twice), [0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 0, 0]);
    for seed in 0..30 {
        let split = Split::stratified(&twice, [0.5, 0.25, 0.25], seed).unwrap();
        for pair in [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 11), (1, 10)] {
            assert_eq!(split.parts[pair.0], split.parts[pair.1], "seed {seed}: {:?}", split.parts);
        }
        assert!(Part::ALL[..2].iter().all(|&part| !split.patients(part).is_empty()), "{:?}", split.parts);
        let leaks = glioview::train::leaks::Leaks::find(&twice, &split, &[None; 12], &vec![None; 12], &mut || true);
        assert!(leaks.persons.is_empty());
    }
    let one = named(&names[..2], &[]);
    let split = Split::stratified(&one, [0.5, 0.5, 0.0], 1).unwrap();
    assert_eq!(split.parts[0], split.parts[1], "one person alone is never torn apart");
}
