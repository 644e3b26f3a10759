//! A laid-out chart as a PNG, drawn here: smooth lines, letters of dots. Not for the layout.

use std::io::Cursor;
use std::path::Path;

use image::{ImageFormat, Rgb, RgbImage};

use super::{Anchor, INK, Shape, font};
use crate::io::error::IoError;

/// Pixels a point.
const SCALE: f64 = 2.0;
/// Length of a dash and of the gap after it, in pixels.
const DASH: (f64, f64) = (6.0 * SCALE, 4.0 * SCALE);
/// Dots of a letter's height with its lower stroke, which the text's size in points stands for.
const LETTER_DOTS: f64 = 7.0;

/// Draws the shapes on white.
pub fn write(shapes: &[Shape], size: (f64, f64), path: &Path) -> Result<Vec<u8>, IoError> {
    let side = |points: f64| (points * SCALE).ceil() as u32;
    let mut picture = RgbImage::from_pixel(side(size.0), side(size.1), Rgb([255; 3]));
    for shape in shapes {
        match shape {
            Shape::Line { points, color, width, is_dashed } => {
                let mut along = 0.0;
                for pair in points.windows(2) {
                    let ends = [pair[0], pair[1]].map(|(x, y)| (x * SCALE, y * SCALE));
                    segment(&mut picture, ends, *color, width * SCALE / 2.0, is_dashed.then_some(along));
                    along += (ends[1].0 - ends[0].0).hypot(ends[1].1 - ends[0].1);
                }
            }
            Shape::Text { x, y, text, size, anchor, is_upright } => {
                letters(&mut picture, (x * SCALE, y * SCALE), text, *size, *anchor, *is_upright);
            }
        }
    }
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .map_err(|e| IoError::Write { reason: e.to_string(), path: path.to_owned() })?;
    Ok(bytes)
}

/// One straight line; each pixel takes as much of the color as the line covers of it. `along` is how far a dashed line
/// has come.
fn segment(picture: &mut RgbImage, ends: [(f64, f64); 2], color: [u8; 3], radius: f64, along: Option<f64>) {
    let [(x0, y0), (x1, y1)] = ends;
    let (dx, dy) = (x1 - x0, y1 - y0);
    let length = dx.hypot(dy);
    let reach = radius + 1.0;
    let range = |a: f64, b: f64, limit: u32| {
        let (low, high) = ((a.min(b) - reach).floor(), (a.max(b) + reach).ceil());
        low.clamp(0.0, f64::from(limit)) as u32..high.clamp(0.0, f64::from(limit)) as u32
    };
    for py in range(y0, y1, picture.height()) {
        for px in range(x0, x1, picture.width()) {
            let (x, y) = (f64::from(px) + 0.5 - x0, f64::from(py) + 0.5 - y0);
            let at = if length > 0.0 { ((x * dx + y * dy) / length).clamp(0.0, length) } else { 0.0 };
            if along.is_some_and(|along| (along + at).rem_euclid(DASH.0 + DASH.1) > DASH.0) {
                continue;
            }
            let (nx, ny) = if length > 0.0 { (at * dx / length, at * dy / length) } else { (0.0, 0.0) };
            let cover = (radius + 0.5 - (x - nx).hypot(y - ny)).clamp(0.0, 1.0);
            blend(picture, px, py, color, cover);
        }
    }
}

fn blend(picture: &mut RgbImage, x: u32, y: u32, color: [u8; 3], share: f64) {
    if let Some(Rgb(under)) = picture.get_pixel_mut_checked(x, y) {
        for (under, over) in under.iter_mut().zip(color) {
            *under = (f64::from(*under) * (1.0 - share) + f64::from(over) * share).round() as u8;
        }
    }
}

/// Text with its baseline at `place`; upright text runs from below to above.
fn letters(picture: &mut RgbImage, place: (f64, f64), text: &str, size: f64, anchor: Anchor, is_upright: bool) {
    // Capitals take some 7 tenths of a font's size.
    let dot = (size * SCALE * 0.7 / LETTER_DOTS).round().max(1.0);
    let width = text.chars().count() as f64 * (font::COLUMNS + 1) as f64 * dot;
    let start = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -width / 2.0,
        Anchor::End => -width,
    };
    for (index, letter) in text.chars().enumerate() {
        for (column, &bits) in font::glyph(letter).iter().enumerate() {
            for row in (0..8).filter(|row| bits >> row & 1 == 1) {
                let along = start + (index * (font::COLUMNS + 1) + column) as f64 * dot;
                let down = (f64::from(row) - LETTER_DOTS) * dot;
                let (x, y) = if is_upright {
                    (place.0 + down, place.1 - along - dot)
                } else {
                    (place.0 + along, place.1 + down)
                };
                square(picture, x.round(), y.round(), dot as u32);
            }
        }
    }
}

fn square(picture: &mut RgbImage, x: f64, y: f64, side: u32) {
    if x < 0.0 || y < 0.0 {
        return;
    }
    for (dx, dy) in (0..side).flat_map(|dx| (0..side).map(move |dy| (dx, dy))) {
        blend(picture, x as u32 + dx, y as u32 + dy, INK, 1.0);
    }
}
