//! One training picture or mask from its file, as planes of stored values or as bits. Not for decoding itself (`io`),
//! scaling or resizing (`nn::input`).

use std::path::Path;

use super::error::TrainError;
use crate::domain::mask::Mask;
use crate::domain::scan::{Plane, Samples};

/// The planes of one slice: three sequences, or one that stands for all three.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// One or three planes of equal size.
    pub planes: Vec<Plane>,
}

impl Picture {
    /// The plane that the net takes as its sequence `index` (0 to 2).
    pub fn plane(&self, index: usize) -> &Plane {
        &self.planes[index.min(self.planes.len() - 1)]
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.planes.iter().map(|p| p.samples.bytes()).sum()
    }
}

/// Decodes the picture at `path`, page `page` where it has several.
pub fn picture(path: &Path, page: Option<usize>) -> Result<Picture, TrainError> {
    let decoded = decode(path, page)?;
    let (rows, cols) = (decoded.height() as usize, decoded.width() as usize);
    let plane = |samples| Plane { rows, cols, samples };
    let has_color = decoded.color().has_color();
    let planes = match decoded.color() {
        image::ColorType::L16 | image::ColorType::La16 => vec![plane(Samples::U16(decoded.into_luma16().into_raw()))],
        image::ColorType::Rgb16 | image::ColorType::Rgba16 => {
            split(&decoded.into_rgb16().into_raw()).map(|v| plane(Samples::U16(v))).into()
        }
        image::ColorType::Rgb32F | image::ColorType::Rgba32F => {
            split(&decoded.into_rgb32f().into_raw()).map(|v| plane(Samples::F32(v))).into()
        }
        _ if has_color => split(&decoded.into_rgb8().into_raw()).map(|v| plane(Samples::U8(v))).into(),
        _ => vec![plane(Samples::U8(decoded.into_luma8().into_raw()))],
    };
    Ok(Picture { planes })
}

/// Decodes the mask at `path`: everything that is not zero is inside.
pub fn mask(path: &Path, page: Option<usize>) -> Result<Mask, TrainError> {
    let gray = decode(path, page)?.into_luma16();
    let (rows, cols) = (gray.height() as usize, gray.width() as usize);
    Ok(Mask { rows, cols, bits: gray.as_raw().iter().map(|&v| v > 0).collect() })
}

/// Pages in the file; 1 for every form that has no pages.
pub fn page_count(_path: &Path) -> usize {
    1
}

fn decode(path: &Path, _page: Option<usize>) -> Result<image::DynamicImage, TrainError> {
    let reader = image::ImageReader::open(path).and_then(image::ImageReader::with_guessed_format);
    let reader = reader.map_err(|e| TrainError::Data { reason: e.to_string(), path: path.to_owned() })?;
    reader.decode().map_err(|e| TrainError::Data { reason: e.to_string(), path: path.to_owned() })
}

fn split<T: Copy>(interleaved: &[T]) -> [Vec<T>; 3] {
    [0, 1, 2].map(|c| interleaved.iter().skip(c).step_by(3).copied().collect())
}
