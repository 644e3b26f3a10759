//! What augmentation does to one slice, as small pictures to look at before a training. Not for training (`batch`).

use std::path::Path;

use super::augment::{AugmentSettings, Augmentation};
use super::error::TrainError;
use super::picture;
use crate::domain::card::Crop;
use crate::domain::random::Random;
use crate::nn::input::Prepared;

/// FLAIR's place among the net's channels, which is shown.
const FLAIR: usize = 1;

/// `count` small pictures of the FLAIR of the slice at `image`, `size` × `size` gray values each: the first as it is, the
/// others as trainings of `seed` may see it. The gray values and the head are measured on this slice alone, so a picture
/// is a little brighter or wider than in the training, which measures all slices of the scan.
pub fn augmented(
    image: &Path,
    page: Option<usize>,
    settings: Option<&AugmentSettings>,
    crop: Crop,
    (size, count): (usize, usize),
    seed: u64,
) -> Result<Vec<Vec<u8>>, TrainError> {
    let picture = picture::picture(image, page)?;
    let planes = [picture.plane(0), picture.plane(1), picture.plane(2)];
    let (rows, cols) = (planes[0].rows, planes[0].cols);
    let prepared = Prepared::of_placed(&[planes], rows, cols, picture.pixel_mm());
    let field = prepared.field(crop, rows, cols);
    let stats = &prepared.stats[FLAIR];
    let gray = |value: &f32| ((value * stats.std + stats.mean).clamp(0.0, 1.0) * 255.0).round() as u8;
    let small = (0..count).map(|nth| {
        let draw = |settings| Augmentation::draw(settings, &mut Random::stream(seed, "augment", (nth as u64) << 32));
        let augmentation = settings.filter(|_| nth > 0).map_or(Augmentation::NONE, draw);
        let values = augmentation.image(&picture, &prepared, &field, size);
        values[FLAIR * size * size..(FLAIR + 1) * size * size].iter().map(gray).collect()
    });
    Ok(small.collect())
}
