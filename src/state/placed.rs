//! Where the slice on screen lies and how large things are, in words: letters, position, spacing, scale bar, areas,
//! volumes. Millimeters only where the file knows them. Not for drawing.

use crate::domain::geometry::Geometry;
use crate::domain::upright::{Convention, Upright};

use super::AppState;
use super::text;

/// Stands in the letters' place where nothing is known.
pub const ORIENTATION_UNKNOWN: &str = "Orientation unknown";
/// Said as long as it lasts.
pub const NEUROLOGICAL: &str = "Neurological display: the patient's right is on the right";

impl AppState {
    /// From which side slices are looked at.
    pub fn convention(&self) -> Convention {
        if self.settings.neurological { Convention::Neurological } else { Convention::Radiological }
    }

    /// Where the scan on screen lies in the patient.
    pub fn geometry(&self) -> Option<&Geometry> {
        self.current_scan().and_then(|(_, scan, _)| scan.about.geometry.as_ref())
    }
}

/// "S 32.5 mm": the side and the distance along the slices' normal.
pub fn position(geometry: &Geometry, slice: usize) -> String {
    let (side, mm) = geometry.slice_position(slice);
    format!("{side} {mm:.1}\u{a0}mm")
}

/// "0.94 × 0.94 × 5.00 mm": from row to row, column to column, slice to slice.
pub fn spacing(geometry: &Geometry) -> String {
    let [slice, row, col] = geometry.spacing_mm();
    format!("{row:.2} × {col:.2} × {slice:.2}\u{a0}mm")
}

/// An area: "512 mm²" where the pixels' size is known, else "2 095 px".
pub fn area(px: usize, geometry: Option<&Geometry>) -> String {
    match geometry {
        Some(geometry) => format!("{}\u{a0}mm²", rounded(px as f64 * geometry.pixel_area_mm2())),
        None => format!("{}\u{a0}px", text::count(px)),
    }
}

/// A volume: "12.3 ml" where the voxels' size is known, else "22 034 px".
pub fn volume(px: usize, geometry: Option<&Geometry>) -> String {
    match geometry {
        Some(geometry) => format!("{}\u{a0}ml", rounded(volume_ml(px, geometry))),
        None => format!("{}\u{a0}px", text::count(px)),
    }
}

/// Milliliters of so many voxels.
pub fn volume_ml(px: usize, geometry: &Geometry) -> f64 {
    px as f64 * geometry.volume_mm3() / 1000.0
}

/// Three digits below a hundred, whole numbers above: no outline is known better.
pub fn rounded(value: f64) -> String {
    match value.abs() {
        size if size >= 99.95 => text::count(value.round() as usize),
        size if size >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A bar of a round length: millimeters, points on screen, words.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleBar {
    /// Length on screen in points.
    pub points: f32,
    /// "5 cm", "2 mm".
    pub label: String,
}

/// The longest bar of 1, 2 or 5 times a power of ten millimeters that takes at most `most_points` at `zoom` points per
/// pixel.
pub fn scale_bar(geometry: &Geometry, zoom: f32, most_points: f32) -> Option<ScaleBar> {
    let [_, row, col] = geometry.spacing_mm();
    let points_per_mm = f64::from(zoom) / row.min(col);
    let most_mm = f64::from(most_points) / points_per_mm;
    if !most_mm.is_finite() || most_mm <= 0.0 {
        return None;
    }
    let power = 10.0_f64.powf(most_mm.log10().floor());
    let mm = [5.0, 2.0, 1.0].into_iter().map(|step| step * power).find(|&mm| mm <= most_mm * (1.0 + 1e-9))?;
    let label = if mm >= 10.0 { format!("{:.0}\u{a0}cm", mm / 10.0) } else { format!("{mm}\u{a0}mm") };
    Some(ScaleBar { points: (mm * points_per_mm) as f32, label })
}

/// Letters at the screen's edges `[left, right, top, bottom]`, where they are known.
pub fn letters(state: &AppState) -> Option<[String; 4]> {
    state.geometry().map(|geometry| state.view.upright.edge_letters(geometry))
}

/// How the scan on screen stands.
pub(super) fn upright(state: &AppState) -> Upright {
    Upright::of(state.geometry(), state.convention())
}
