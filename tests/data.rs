//! Data sets as the trainer reads them, on pictures made here. Not for the training loop.

mod batches;
mod forms;
mod parts;
mod volumes;

use std::path::{Path, PathBuf};

use glioview::train::dataset::Dataset;
use glioview::train::store::{DEFAULT_CEILING_BYTES, Store};

const SIDE: u32 = 32;

/// A head-like disk on black, with a bright square where the tumor is; `shade` makes every picture another one.
fn picture(path: &Path, shade: u8, tumor: Option<(u32, u32)>) {
    let image = image::RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let (dx, dy) = (x as f32 - 15.5, y as f32 - 15.5);
        let head = if dx * dx + dy * dy < 14.0 * 14.0 { 60 + shade } else { 0 };
        let inside = tumor.is_some_and(|(r, c)| y >= r && y < r + 6 && x >= c && x < c + 6);
        let flair = if inside { 250 } else { head };
        image::Rgb([head, flair, head / 2 + 10])
    });
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    image.save(path).unwrap();
}

fn mask(path: &Path, tumor: Option<(u32, u32)>) {
    let image = image::GrayImage::from_fn(SIDE, SIDE, |x, y| {
        image::Luma([if tumor.is_some_and(|(r, c)| y >= r && y < r + 6 && x >= c && x < c + 6) { 255 } else { 0 }])
    });
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    image.save(path).unwrap();
}

/// Patient folders as the LGG set has them: slice 2 and 10 of each carry a tumor, slice 1 does not.
fn patient_folders(root: &Path, patients: &[&str], ending: &str) {
    for (p, patient) in patients.iter().enumerate() {
        for slice in [1u32, 2, 10] {
            let tumor = (slice > 1).then_some((10, 8 + slice % 4));
            let stem = format!("{patient}_{slice}");
            picture(&root.join(patient).join(format!("{stem}.{ending}")), (p * 20 + slice as usize) as u8, tumor);
            mask(&root.join(patient).join(format!("{stem}_mask.{ending}")), tumor);
        }
    }
}

const FIVE: [&str; 5] = ["TCGA_CS_1_19960909", "TCGA_CS_2_1", "TCGA_DU_3_1", "TCGA_DU_10_1", "TCGA_HT_4_1"];

fn survey(root: &Path) -> Store {
    Store::survey(Dataset::read(root).unwrap(), DEFAULT_CEILING_BYTES, &mut |_, _| true).unwrap()
}

/// The folder that holds the real data sets, where this checkout has one beside it.
fn shared() -> Option<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared", "../../shared"].iter().map(|p| manifest.join(p)).find(|p| p.join("data").is_dir())
}
