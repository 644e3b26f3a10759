//! Siemens mosaics: many slices of one volume, tiled into one picture. Not for other vendors' montages.

use super::read::Frame;
use super::tags;
use super::values::View;
use crate::domain::geometry::dot;
use crate::domain::scan::{Plane, Samples};

const SIEMENS_IMAGE_HEADER: super::elements::Tag = 0x0019_0010;

/// What is needed to take a mosaic apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mosaic {
    /// Slices in it.
    pub count: usize,
    /// From slice to slice, of length 1; `None` where the header does not say.
    pub normal: Option<[f64; 3]>,
}

/// Whether the picture is a mosaic: by its image type, with the count from Siemens' private headers.
pub fn recognize(root: View<'_>) -> Option<Mosaic> {
    if !root.texts(tags::IMAGE_TYPE).iter().any(|word| word == "MOSAIC") {
        return None;
    }
    let is_siemens = root.text(SIEMENS_IMAGE_HEADER).is_some_and(|creator| creator.starts_with("SIEMENS MR"));
    let plain = if is_siemens { root.count(tags::MOSAIC_COUNT) } else { None };
    let csa = root.raw(tags::CSA_IMAGE_HEADER);
    let numbers = |name| csa.map(|raw| csa_numbers(raw, name)).unwrap_or_default();
    let count = plain.or_else(|| numbers("NumberOfImagesInMosaic").first().map(|&n| n as u64))?;
    let normal: Option<[f64; 3]> = numbers("SliceNormalVector").try_into().ok();
    (1..=4096).contains(&count).then_some(Mosaic { count: count as usize, normal })
}

/// Takes `frame` apart. The file gives the corner of the whole mosaic as if it were one slice of that size.
///
/// *Source*: Siemens, "DICOM interface"; as dcm2niix and dcmstack do.
pub fn split(frame: &Frame, mosaic: Mosaic) -> Result<Vec<Frame>, String> {
    let tiles = mosaic.count.isqrt() + usize::from(mosaic.count.isqrt().pow(2) < mosaic.count);
    let (rows, cols) = (frame.plane.rows / tiles, frame.plane.cols / tiles);
    if rows == 0 || cols == 0 || rows * tiles != frame.plane.rows || cols * tiles != frame.plane.cols {
        return Err(format!("a mosaic of {} slices does not divide into {tiles} × {tiles} tiles", mosaic.count));
    }
    let place = frame.place;
    let between = place.between.or(place.thickness);
    let corner = (|| {
        let ([row, column], [row_mm, col_mm]) = (place.orientation?, place.spacing?);
        let (right, down) =
            ((frame.plane.cols - cols) as f64 / 2.0 * col_mm, (frame.plane.rows - rows) as f64 / 2.0 * row_mm);
        Some(std::array::from_fn::<f64, 3, _>(|i| {
            place.position.map_or(0.0, |p| p[i]) + right * row[i] + down * column[i]
        }))
    })();
    // The slices go along the header's normal, which may point against rows × columns.
    let along = match (place.normal(), mosaic.normal) {
        (Some(normal), Some(other)) if dot(normal, other) < 0.0 => Some(normal.map(|x| -x)),
        (normal, _) => normal,
    };
    let frames = (0..mosaic.count).map(|index| {
        let (top, left) = (index / tiles * rows, index % tiles * cols);
        let mut slice = frame.clone();
        slice.plane = cut(&frame.plane, top, left, rows, cols);
        slice.page = Some(index);
        slice.marks.instance = Some(index as i64 + 1);
        slice.place.position = corner
            .zip(along)
            .zip(between)
            .filter(|_| place.position.is_some())
            .map(|((corner, along), mm)| std::array::from_fn(|i| corner[i] + index as f64 * mm * along[i]));
        slice
    });
    Ok(frames.collect())
}

fn cut(plane: &Plane, top: usize, left: usize, rows: usize, cols: usize) -> Plane {
    fn part<T: Copy>(values: &[T], width: usize, top: usize, left: usize, rows: usize, cols: usize) -> Vec<T> {
        let line = |row: usize| &values[(top + row) * width + left..][..cols];
        (0..rows).flat_map(line).copied().collect()
    }
    let width = plane.cols;
    let samples = match &plane.samples {
        Samples::U8(v) => Samples::U8(part(v, width, top, left, rows, cols)),
        Samples::U16(v) => Samples::U16(part(v, width, top, left, rows, cols)),
        Samples::I16(v) => Samples::I16(part(v, width, top, left, rows, cols)),
        Samples::F32(v) => Samples::F32(part(v, width, top, left, rows, cols)),
    };
    Plane { rows, cols, samples }
}

/// The numbers of entry `name` in a CSA header ("SV10"): entries of a 64-byte name, five words and items, each with four
/// words, the second being its length, and padded to four bytes.
///
/// *Source*: nibabel, `nicom/csareader.py`, which describes the form.
fn csa_numbers(raw: &[u8], name: &str) -> Vec<f64> {
    let word = |at: usize| {
        let piece = raw.get(at..at + 4)?;
        Some(u32::from_le_bytes([piece[0], piece[1], piece[2], piece[3]]) as usize)
    };
    let until_zero = |bytes: &[u8]| {
        let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..end]).trim().to_owned()
    };
    let walk = || {
        let mut at = if raw.starts_with(b"SV10") { 8 } else { 0 };
        let entries = word(at)?.min(1024);
        at += 8;
        for _ in 0..entries {
            let own_name = until_zero(raw.get(at..at + 64)?);
            let items = word(at + 76)?.min(1 << 12);
            at += 84;
            let mut numbers = Vec::new();
            for _ in 0..items {
                let length = word(at + 4)?;
                at += 16;
                let text = until_zero(raw.get(at..at.checked_add(length)?)?);
                numbers.extend(text.parse::<f64>().ok().filter(|x| x.is_finite()));
                at = at.checked_add(length.div_ceil(4) * 4)?;
            }
            if own_name == name {
                return Some(numbers);
            }
        }
        None
    };
    walk().unwrap_or_default()
}
