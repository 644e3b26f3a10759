//! The pictures of a results folder: masks of one bit, and overlays. Not for the window's own drawing (`ui`).

use std::path::Path;

use png::{BitDepth, ColorType, Encoder};

use crate::domain::mask::Mask;
use crate::domain::scan::Scan;
use crate::domain::shading::Shading;
use crate::domain::window::{Preset, Presets, Window};
use crate::io::error::IoError;
use crate::io::findings_json::RESEARCH_USE;

/// The outline's color on screen and here: #E69F00 (Okabe and Ito 2008).
const OUTLINE: [u8; 3] = [0xE6, 0x9F, 0x00];

/// The mask as a PNG of one bit a pixel, white inside.
pub fn mask_png(mask: &Mask, folder: &Path) -> Result<Vec<u8>, IoError> {
    let row_bytes = mask.cols.div_ceil(8);
    let mut packed = vec![0u8; row_bytes * mask.rows];
    for (index, _) in mask.bits.iter().enumerate().filter(|(_, inside)| **inside) {
        let (row, col) = (index / mask.cols, index % mask.cols);
        packed[row * row_bytes + col / 8] |= 0x80 >> (col % 8);
    }
    encode(mask.rows, mask.cols, ColorType::Grayscale, BitDepth::One, &packed, folder)
}

/// The sequence and window that overlays are drawn in: FLAIR where there is one, as the window shows it first.
#[derive(Clone, Copy, Debug)]
pub struct OverlayWindow {
    sequence: usize,
    window: Option<Window>,
}

impl OverlayWindow {
    /// Measures `scan`, once for all its slices.
    pub fn of(scan: &Scan) -> Self {
        let sequence = scan.first_shown_sequence();
        let window = Presets::measure(scan, sequence).map(|p| p.window(Preset::InnerHead));
        Self { sequence, window }
    }
}

/// Slice `index` in gray with the mask's outline over it, as an RGB PNG in scan pixels.
pub fn overlay_png(
    scan: &Scan,
    index: usize,
    mask: &Mask,
    how: OverlayWindow,
    folder: &Path,
) -> Result<Vec<u8>, IoError> {
    let plane = scan.slices.get(index).and_then(|s| s.planes.get(how.sequence));
    let shades = match (plane, how.window) {
        (Some(plane), Some(window)) => Shading::new(&scan.about, window, false).apply(plane),
        _ => vec![0; mask.rows * mask.cols],
    };
    let mut pixels: Vec<u8> = shades.iter().flat_map(|&v| [v; 3]).collect();
    for (pixel, _) in pixels.chunks_exact_mut(3).enumerate().map(|(i, p)| (p, i)).filter(|(_, i)| is_edge(mask, *i)) {
        pixel.copy_from_slice(&OUTLINE);
    }
    encode(mask.rows, mask.cols, ColorType::Rgb, BitDepth::Eight, &pixels, folder)
}

/// Whether a pixel is inside and one of its four neighbors is not.
fn is_edge(mask: &Mask, index: usize) -> bool {
    let (row, col) = (index / mask.cols, index % mask.cols);
    let neighbors = [(row.wrapping_sub(1), col), (row + 1, col), (row, col.wrapping_sub(1)), (row, col + 1)];
    mask.bits[index] && neighbors.iter().any(|&(r, c)| !mask.get(r, c))
}

fn encode(
    rows: usize,
    cols: usize,
    color: ColorType,
    depth: BitDepth,
    data: &[u8],
    folder: &Path,
) -> Result<Vec<u8>, IoError> {
    let fail = |e: png::EncodingError| IoError::Write { reason: e.to_string(), path: folder.to_owned() };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, cols as u32, rows as u32);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.add_text_chunk("Comment".to_owned(), RESEARCH_USE.to_owned()).map_err(fail)?;
    let mut writer = encoder.write_header().map_err(fail)?;
    writer.write_image_data(data).map_err(fail)?;
    writer.finish().map_err(fail)?;
    Ok(bytes)
}
