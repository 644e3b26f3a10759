//! Segmentations of a study become masks over the images that they belong to; those that belong to none stay stacks of their
//! own. Not for reading segments (`seg`) or for resampling (`domain::layers`).

use crate::domain::grid::Grid;
use crate::domain::layers::{MaskVolume, lay_over};
use crate::domain::mask::Mask;
use crate::domain::scan::Scan;

/// Lays every segmentation among `scans` over the images in its own coordinate system; any label counts as inside.
pub fn lay_segmentations(scans: &mut Vec<Scan>, warnings: &mut Vec<String>) {
    let (segmentations, mut images): (Vec<Scan>, Vec<Scan>) =
        std::mem::take(scans).into_iter().partition(|scan| scan.about.acquisition.modality == "SEG");
    for segmentation in segmentations {
        let mask = mask_of(&segmentation);
        if images.iter().any(|image| mask.over(image).is_ok()) {
            let words = segmentation.warnings.iter().chain(segmentation.slices.iter().flat_map(|s| &s.warnings));
            let mut words: Vec<&str> = words.map(String::as_str).collect();
            words.dedup();
            warnings.push(format!("{} is a segmentation, laid over its images. {}", mask.name, words.join(" ")));
            lay_over(&mut images, &mask, warnings);
        } else {
            scans.push(segmentation);
        }
    }
    images.append(scans);
    *scans = images;
}

fn mask_of(scan: &Scan) -> MaskVolume {
    let masks = scan.slices.iter().map(|slice| {
        let samples = &slice.planes[0].samples;
        Mask { rows: scan.rows, cols: scan.cols, bits: (0..samples.len()).map(|i| samples.get(i) != 0.0).collect() }
    });
    MaskVolume {
        name: scan.title.clone(),
        grid: Grid::of(scan),
        frame_of_reference: scan.about.frame_of_reference.clone(),
        patient_key: scan.about.patient_key,
        masks: masks.collect(),
    }
}
