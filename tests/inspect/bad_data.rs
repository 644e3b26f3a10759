//! Data that cannot be used, or only in part: each is said in a sentence. Not for pictures' own damage (`bad_input`).

use glioview::train::dataset::Dataset;
use glioview::train::inspect::{Question, inspect};

use super::{four_patients, head, look, mask, patient, question, said, split_file};

#[test]
fn an_empty_folder_and_a_missing_one_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let empty = look(folder.path()).unwrap_err().to_string();
    assert!(empty.contains("no usable slice: no picture in it"), "{empty}");
    let missing = look(&folder.path().join("gone")).unwrap_err().to_string();
    assert!(missing.contains("there is no such file or folder"), "{missing}");
}

#[test]
fn one_patient_is_shown_with_the_reason_why_it_cannot_be_trained_on() {
    let folder = tempfile::tempdir().unwrap();
    patient(folder.path(), "P_1", 4, 1);
    let report = look(folder.path()).unwrap();
    assert_eq!((report.patients, report.slices), (1, 4));
    assert!(report.problems[0].contains("at least 2 are needed"), "{:?}", report.problems);
}

#[test]
fn no_positives_anywhere_and_none_in_one_part_are_said() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    for slice in 0..4 {
        mask(false, super::SIDE).save(folder.path().join(format!("TCGA_CS_2/{slice}_mask.png"))).unwrap();
    }
    let parts = [("TCGA_CS_1", "train"), ("TCGA_CS_2", "val"), ("TCGA_DU_3", "train"), ("TCGA_DU_4", "test")];
    let split = split_file(folder.path(), &parts);
    let report = inspect(&Question { split_file: Some(&split), ..question(folder.path()) }, &mut |_, _| true).unwrap();
    assert!(said(&report).contains("The validation part has no slice with tumor."), "{}", said(&report));
    assert!(report.problems[0].contains("the part val has no slice with tumor"), "{:?}", report.problems);
    assert_eq!(report.constant_accuracy, Some(1.0));
}

#[test]
fn pictures_without_masks_and_masks_without_pictures_are_counted_and_named() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    std::fs::remove_file(folder.path().join("TCGA_CS_1/0_mask.png")).unwrap();
    std::fs::remove_file(folder.path().join("TCGA_CS_2/1.png")).unwrap();
    let report = look(folder.path()).unwrap();
    assert_eq!(report.slices, 14);
    let all = said(&report);
    assert!(all.contains("Left out: 1 pictures without a mask beside them (TCGA_CS_1/0)."), "{all}");
    assert!(all.contains("Left out: 1 masks without a picture beside them (TCGA_CS_2/1)."), "{all}");
    let shown = report.warnings.iter().find(|w| w.text.contains("pictures without a mask")).unwrap();
    assert_eq!(shown.show[0].name, "0.png");
    // Nothing but masks, and nothing but pictures.
    for (keep, reason) in [("_mask.png", "masks without a picture"), (".png", "pictures without a mask")] {
        let alone = tempfile::tempdir().unwrap();
        head(1, 32).save(alone.path().join(format!("a{keep}"))).unwrap();
        let refused = look(alone.path()).unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
    }
}

#[test]
fn yes_and_no_folders_without_masks_teach_a_classifier_only() {
    let folder = tempfile::tempdir().unwrap();
    for nth in 0..8u64 {
        let to = folder.path().join(if nth % 2 == 0 { "yes" } else { "no" });
        std::fs::create_dir_all(&to).unwrap();
        head(nth, 64).save(to.join(format!("{nth}.png"))).unwrap();
    }
    let report = inspect(&Question { shares: [0.5, 0.5, 0.0], ..question(folder.path()) }, &mut |_, _| true).unwrap();
    assert!(!report.has_all_masks && report.problems.is_empty(), "{report:?}");
    assert!(said(&report).contains("each counts as its own patient"), "{}", said(&report));
    if !report.parts.iter().take(2).any(|(_, c)| c.tumor_slices == 0) {
        assert!(said(&report).contains("No segmenter can be trained on it"), "{}", said(&report));
    }
}

#[test]
fn unreadable_and_empty_files_in_the_middle_are_skipped_counted_and_named() {
    let folder = tempfile::tempdir().unwrap();
    for nth in 0..10 {
        patient(folder.path(), &format!("P_{nth}"), 6, nth);
    }
    let broken = folder.path().join("P_7/3.png");
    let bytes = std::fs::read(&broken).unwrap();
    std::fs::write(&broken, &bytes[..bytes.len() / 3]).unwrap();
    std::fs::write(folder.path().join("P_8/2.png"), b"").unwrap();
    std::fs::write(folder.path().join("P_9/2_mask.png"), b"").unwrap();
    let report = look(folder.path()).unwrap();
    assert_eq!(report.slices, 57);
    let unread = report.warnings.iter().find(|w| w.text.contains("cannot be read and are left out")).unwrap();
    assert!(unread.text.starts_with("2 pictures"), "{}", unread.text);
    assert_eq!(unread.show.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["3.png", "2.png"]);
    let masks = report.warnings.iter().find(|w| w.text.contains("masks that cannot be read")).unwrap();
    assert_eq!(masks.show[0].name, "2_mask.png");
}

#[test]
fn masks_of_another_size_or_of_many_values_are_said() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    mask(true, 40).save(folder.path().join("TCGA_DU_3/0_mask.png")).unwrap();
    let graded = image::GrayImage::from_fn(96, 96, |x, _| image::Luma([x as u8 * 2]));
    graded.save(folder.path().join("TCGA_DU_4/0_mask.png")).unwrap();
    let report = look(folder.path()).unwrap();
    assert_eq!(report.slices, 15);
    let all = said(&report);
    assert!(all.contains("1 masks have another size than their picture") && all.contains("mask 40 × 40"), "{all}");
    assert!(all.contains("1 masks are not binary"), "{all}");
}

#[test]
fn a_hand_edited_table_is_read_with_bom_quotes_semicolons_and_crlf() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    let table = "\u{feff}\"Patient\";\"Image Path\";\"Mask Path\"\r\n\"TCGA_CS_1\";\"TCGA_CS_1/0.png\";TCGA_CS_1/0_mask.png\r\n\
                 TCGA_CS_2;\"C:\\old\\place\\TCGA_CS_2\\1.png\";TCGA_CS_2/1_mask.png\r\nTCGA_CS_2;TCGA_CS_2/gone.png;\r\n";
    std::fs::write(folder.path().join("list.csv"), table).unwrap();
    let report = look(&folder.path().join("list.csv")).unwrap();
    assert_eq!((report.patients, report.slices), (2, 2));
    assert!(said(&report).contains("1 rows whose picture or mask is not there (line 4)"), "{}", said(&report));
    for (text, reason) in [
        ("patient,label\na,1\n", "no column of pictures"),
        ("image,patient\nTCGA_CS_1/0.png,a\n", "neither a mask column"),
        ("image,label\n", "the table has no rows"),
        ("image,label\nTCGA_CS_1/0.png,perhaps\n", "line 2: the label is \"perhaps\""),
    ] {
        std::fs::write(folder.path().join("list.csv"), text).unwrap();
        let refused = look(&folder.path().join("list.csv")).unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
    }
}

#[test]
fn a_split_that_does_not_fit_is_a_problem_beside_the_data_not_instead_of_it() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    for (rows, reason) in [
        (vec![("TCGA_CS_1", "train")], "3 of 4 patients of the data are not in it"),
        (vec![("TCGA_CS_1", "train"), ("TCGA_CS_1", "val")], "is in two parts"),
        (vec![("TCGA_CS_1", "holdout")], "\"holdout\" is not train, val or test"),
    ] {
        let split = split_file(folder.path(), &rows);
        let report =
            inspect(&Question { split_file: Some(&split), ..question(folder.path()) }, &mut |_, _| true).unwrap();
        assert_eq!(report.slices, 16);
        assert!(report.problems[0].contains(reason), "{:?}", report.problems);
    }
    let newer = split_file(
        folder.path(),
        &[
            ("TCGA_CS_1", "train"),
            ("TCGA_CS_2", "val"),
            ("TCGA_DU_3", "train"),
            ("TCGA_DU_4", "test"),
            ("TCGA_DU_99", "test"),
        ],
    );
    let report = inspect(&Question { split_file: Some(&newer), ..question(folder.path()) }, &mut |_, _| true).unwrap();
    assert!(report.problems.is_empty());
    assert!(said(&report).contains("1 patients of the split are not in the data"), "{}", said(&report));
}

#[test]
fn masks_are_looked_into_with_progress_and_that_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    let stopped = Dataset::read_with(folder.path(), &mut |done, total| {
        assert_eq!(total, 16);
        done < 3
    });
    assert!(stopped.is_err());
}
