//! Every form in which data sets are read. Not for what becomes of them.

use std::path::Path;

use glioview::train::dataset::Dataset;
use glioview::train::split::{Part, Split};

use super::{FIVE, mask, patient_folders, picture, shared, survey};

#[test]
fn patient_folders_are_read_in_natural_order_with_masks_and_labels() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE, "tif");
    let dataset = Dataset::read(folder.path()).unwrap();
    assert_eq!(dataset.patients[2..4], ["TCGA_DU_3_1", "TCGA_DU_10_1"]);
    let names: Vec<&str> = dataset.items[..3].iter().map(|i| i.name.as_str()).collect();
    assert_eq!(names, ["TCGA_CS_1_19960909_1.tif", "TCGA_CS_1_19960909_2.tif", "TCGA_CS_1_19960909_10.tif"]);
    assert_eq!(dataset.items[..3].iter().map(|i| i.label).collect::<Vec<_>>(), [false, true, true]);
    assert_eq!((dataset.items.len(), dataset.positives()), (15, 10));
    assert!(dataset.has_all_masks());
    assert_eq!(dataset.warnings, Vec::<String>::new());
}

#[test]
fn any_kind_of_picture_does_in_patient_folders_and_an_outer_folder_is_passed_through() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(&folder.path().join("outer"), &FIVE[..2], "png");
    let dataset = Dataset::read(folder.path()).unwrap();
    assert_eq!(dataset.patients, FIVE[..2]);
    assert_eq!(dataset.items.len(), 6);
}

#[test]
fn one_patient_folder_is_one_patient() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..1], "png");
    let dataset = Dataset::read(&folder.path().join(FIVE[0])).unwrap();
    assert_eq!(dataset.patients, FIVE[..1]);
}

#[test]
fn a_picture_without_its_mask_is_left_out_and_said() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..2], "png");
    std::fs::remove_file(folder.path().join("TCGA_CS_2_1/TCGA_CS_2_1_10_mask.png")).unwrap();
    let dataset = Dataset::read(folder.path()).unwrap();
    assert_eq!(dataset.items.len(), 5);
    assert!(dataset.warnings[0].contains("1 pictures without a mask"), "{:?}", dataset.warnings);
}

#[test]
fn a_table_is_read_by_column_names_relative_to_itself_and_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..2], "png");
    let mut table = "extra,mask,image_path,patient_id,mask_path\n".to_owned();
    for patient in &FIVE[..2] {
        for (slice, label) in [(1, 0), (2, 1), (10, 1)] {
            let stem = format!("{patient}/{patient}_{slice}");
            table += &format!("x,{label},{stem}.png,{patient},{stem}_mask.png\n");
        }
    }
    std::fs::write(folder.path().join("data_mask.csv"), &table).unwrap();
    std::fs::write(folder.path().join("split.csv"), "patient_id,split\n").unwrap();
    let by_folder = Dataset::read(folder.path()).unwrap();
    let by_table = Dataset::read(&folder.path().join("data_mask.csv")).unwrap();
    assert_eq!(by_folder, by_table);
    assert_eq!((by_table.items.len(), by_table.positives()), (6, 4));
    assert_eq!(by_table.warnings, Vec::<String>::new());
}

#[test]
fn where_folder_and_column_disagree_the_folder_counts_and_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..2], "png");
    let mut table = "patient_id,image_path,mask_path,mask\n".to_owned();
    for patient in &FIVE[..2] {
        table += &format!("TCGA_CS_2_1,{patient}/{patient}_2.png,{patient}/{patient}_2_mask.png,1\n");
    }
    std::fs::write(folder.path().join("data_mask.csv"), table).unwrap();
    let dataset = Dataset::read(folder.path()).unwrap();
    assert_eq!(dataset.patients, FIVE[..2]);
    let said = &dataset.warnings[0];
    assert!(said.contains("disagrees") && said.contains("1 of 2 rows") && said.contains("the folder counts"), "{said}");
}

#[test]
fn a_table_without_masks_takes_the_patient_from_its_column() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..4u8 {
        picture(&folder.path().join(format!("images/{n}.png")), n * 10, None);
    }
    let table = "File;Patient;Label\nimages/0.png;a;1\nimages/1.png;a;0\nimages/2.png;b;yes\nimages\\3.png;b;no\n";
    std::fs::write(folder.path().join("list.csv"), table).unwrap();
    let dataset = Dataset::read(folder.path()).unwrap();
    assert_eq!(dataset.patients, ["a", "b"]);
    assert_eq!(dataset.items.iter().map(|i| i.label).collect::<Vec<_>>(), [true, false, true, false]);
    assert!(!dataset.has_all_masks());
}

#[test]
fn a_table_that_names_a_missing_picture_says_which_line_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    picture(&folder.path().join("p1/a.png"), 1, None);
    std::fs::write(folder.path().join("t.csv"), "image,label\np1/a.png,0\np1/gone.png,1\n").unwrap();
    let dataset = Dataset::read(&folder.path().join("t.csv")).unwrap();
    assert_eq!(dataset.items.len(), 1);
    assert!(dataset.warnings[0].contains("line 3"), "{:?}", dataset.warnings);
}

#[test]
fn a_label_that_is_no_label_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    picture(&folder.path().join("p1/a.png"), 1, None);
    std::fs::write(folder.path().join("t.csv"), "image,label\np1/a.png,maybe\n").unwrap();
    let error = Dataset::read(&folder.path().join("t.csv")).unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains("maybe"), "{error}");
}

#[test]
fn a_label_that_its_mask_contradicts_follows_the_mask_and_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..1], "png");
    let stem = format!("{0}/{0}_2", FIVE[0]);
    let table = format!("image_path,mask_path,mask\n{stem}.png,{stem}_mask.png,0\n");
    std::fs::write(folder.path().join("data_mask.csv"), table).unwrap();
    let dataset = Dataset::read(folder.path()).unwrap();
    assert!(dataset.items[0].label);
    assert!(dataset.warnings[0].contains("the mask counts"), "{:?}", dataset.warnings);
}

#[test]
fn images_and_masks_of_equal_stems_belong_together_and_each_file_is_its_own_patient_said() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..3u8 {
        picture(&folder.path().join(format!("images/{n}.png")), n * 10, Some((10, 10)));
        mask(&folder.path().join(format!("masks/{n}.tif")), (n > 0).then_some((10, 10)));
    }
    let dataset = Dataset::read(folder.path()).unwrap();
    assert_eq!((dataset.patients.len(), dataset.items.len(), dataset.positives()), (3, 3, 2));
    assert!(dataset.warnings[0].contains("own patient"), "{:?}", dataset.warnings);
}

#[test]
fn yes_and_no_folders_are_labels_and_equal_names_in_both_stay_apart() {
    let folder = tempfile::tempdir().unwrap();
    picture(&folder.path().join("Yes/1.jpg"), 1, None);
    picture(&folder.path().join("no/1.jpg"), 9, None);
    let dataset = Dataset::read(folder.path()).unwrap();
    assert_eq!((dataset.patients.len(), dataset.items.len(), dataset.positives()), (2, 2, 1));
}

/// Four pages of a square that moves, as one file.
fn stack(path: &Path, pages: &[Option<u32>], is_mask: bool) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut encoder = tiff::encoder::TiffEncoder::new(std::fs::File::create(path).unwrap()).unwrap();
    for (n, tumor) in pages.iter().enumerate() {
        let value = |i: usize| {
            let inside =
                tumor.is_some_and(|c| i / 16 > 4 && i / 16 < 9 && i % 16 >= c as usize && i % 16 < c as usize + 4);
            if inside { 255 } else { u8::from(!is_mask) * (n as u8 * 10 + (i % 16) as u8) }
        };
        let data: Vec<u8> = (0..256).map(value).collect();
        encoder.write_image::<tiff::encoder::colortype::Gray8>(16, 16, &data).unwrap();
    }
}

#[test]
fn pages_of_a_stack_are_slices_of_one_patient_each_with_its_own_mask_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = [None, Some(3), Some(8), None];
    for name in ["a", "b"] {
        stack(&folder.path().join(format!("{name}.tif")), &pages, false);
        stack(&folder.path().join(format!("{name}_mask.tif")), &pages, true);
    }
    let store = survey(folder.path());
    let dataset = store.dataset();
    assert_eq!(dataset.patients, ["a", "b"]);
    assert_eq!(dataset.items[..4].iter().map(|i| i.label).collect::<Vec<_>>(), [false, true, true, false]);
    assert_eq!(dataset.items[2].name, "a.tif p3");
    assert_eq!(store.picture(2).unwrap().plane(2).value(6, 9), Some(255.0));
    let mask = store.mask(2).unwrap().unwrap();
    assert!(mask.get(6, 9) && !mask.get(6, 4));
    assert_eq!(mask.area_px(), 16);
}

#[test]
fn sixteen_bit_depth_reaches_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let image =
        image::ImageBuffer::<image::Luma<u16>, _>::from_fn(8, 8, |x, y| image::Luma([(y * 8 + x) as u16 * 900]));
    std::fs::create_dir_all(folder.path().join("yes")).unwrap();
    std::fs::create_dir_all(folder.path().join("no")).unwrap();
    image.save(folder.path().join("yes/a.png")).unwrap();
    image.save(folder.path().join("no/b.png")).unwrap();
    let store = survey(folder.path());
    assert_eq!(store.picture(0).unwrap().plane(0).value(7, 7), Some(63.0 * 900.0));
}

#[test]
fn a_folder_without_pictures_and_a_missing_one_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let empty = Dataset::read(folder.path()).unwrap_err().to_string();
    assert!(empty.contains("no usable slice"), "{empty}");
    let missing = Dataset::read(&folder.path().join("nowhere")).unwrap_err().to_string();
    assert!(missing.contains("no such file or folder"), "{missing}");
}

#[test]
fn a_slice_that_cannot_be_decoded_is_left_out_and_the_rest_stays() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..2], "png");
    let broken = folder.path().join(FIVE[0]).join(format!("{}_2.png", FIVE[0]));
    let bytes = std::fs::read(&broken).unwrap();
    std::fs::write(&broken, &bytes[..bytes.len() / 2]).unwrap();
    let store = survey(folder.path());
    assert_eq!(store.dataset().items.len(), 5);
    assert!(store.dataset().warnings[0].contains("1 slices that cannot be read"), "{:?}", store.dataset().warnings);
}

#[test]
fn a_mask_of_another_size_is_left_out_and_said() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..2], "png");
    let wrong = folder.path().join(FIVE[0]).join(format!("{}_2_mask.png", FIVE[0]));
    image::GrayImage::new(8, 8).save(&wrong).unwrap();
    let store = survey(folder.path());
    assert_eq!(store.dataset().items.len(), 5);
    assert!(store.dataset().warnings[0].contains("8 × 8"), "{:?}", store.dataset().warnings);
}

#[test]
fn the_lgg_set_has_its_patients_slices_and_split() {
    let Some(shared) = shared() else {
        println!("skipped: no ../shared beside this checkout, so the real LGG set was not read");
        return;
    };
    let root = shared.join("data/lgg");
    let dataset = Dataset::read(&root).unwrap();
    assert_eq!((dataset.patients.len(), dataset.items.len(), dataset.positives()), (87, 3115, 1070));
    assert_eq!(dataset.warnings, Vec::<String>::new());
    let (split, warnings) = Split::read(&root.join("split.csv"), &dataset).unwrap();
    assert!(warnings.is_empty());
    let counts: Vec<_> =
        Part::ALL.iter().map(|&p| split.counts(&dataset, p)).map(|c| (c.patients, c.slices, c.tumor_slices)).collect();
    assert_eq!(counts, [(61, 2224, 790), (13, 473, 143), (13, 418, 137)]);
    let tiff = Dataset::read(&shared.join("data/lgg_tiff")).unwrap();
    assert_eq!(tiff.patients, ["TCGA_CS_4942_19970222"]);
    assert!(tiff.has_all_masks() && tiff.positives() > 0);
    println!("ran on the real LGG set: 87 patients, 3,115 slices");
}
