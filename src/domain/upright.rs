//! How a slice stands on screen: which way its columns and rows run there, and how long their steps are beside each
//! other. Not for zoom and place (`state::screen`), and not for drawing.

use super::geometry::{AnatomicalPlane, Geometry, letters};

/// Where one step to the next column and one to the next row lead on screen.
///
/// *Units*: `[right, down]`, in lengths of the shorter of the two steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Upright {
    /// One column on.
    pub col: [f32; 2],
    /// One row on.
    pub row: [f32; 2],
}

impl Default for Upright {
    /// As stored, with square pixels.
    fn default() -> Self {
        Self { col: [1.0, 0.0], row: [0.0, 1.0] }
    }
}

/// From which side axial and coronal slices are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Convention {
    /// From the feet and from the front: the patient's right is on the left of the screen.
    #[default]
    Radiological,
    /// From the head and from the back: the patient's right is on the right of the screen.
    Neurological,
}

impl Upright {
    /// How slices of `geometry` stand: head or face up, by `convention`, with the true lengths of their steps. As stored
    /// where nothing is known.
    pub fn of(geometry: Option<&Geometry>, convention: Convention) -> Self {
        let Some(geometry) = geometry else { return Self::default() };
        let (col, row) = (geometry.col_step_mm, geometry.row_step_mm);
        let [right, down] = targets(geometry.plane(), convention);
        let along = |step: [f64; 3], (axis, sign): (usize, f64)| step[axis] * sign;
        let is_transposed = along(col, right).abs() < along(row, right).abs();
        let (across, downward) = if is_transposed { (row, col) } else { (col, row) };
        let sign = |value: f64| if value < 0.0 { -1.0 } else { 1.0 };
        let [_, row_mm, col_mm] = geometry.spacing_mm();
        let unit = row_mm.min(col_mm);
        let (across_mm, down_mm) = if is_transposed { (row_mm, col_mm) } else { (col_mm, row_mm) };
        let to_right = [(sign(along(across, right)) * across_mm / unit) as f32, 0.0];
        let to_bottom = [0.0, (sign(along(downward, down)) * down_mm / unit) as f32];
        let (col, row) = if is_transposed { (to_bottom, to_right) } else { (to_right, to_bottom) };
        Self { col, row }
    }

    /// Size of a picture of `rows` × `cols` on screen, `[width, height]`.
    pub fn extent(&self, rows: usize, cols: usize) -> [f32; 2] {
        std::array::from_fn(|i| self.col[i].abs() * cols as f32 + self.row[i].abs() * rows as f32)
    }

    /// From a step on screen (`[right, down]`) to one in the picture (`[cols, rows]`).
    pub fn image_from_screen(&self, step: [f32; 2]) -> [f32; 2] {
        let determinant = self.col[0] * self.row[1] - self.col[1] * self.row[0];
        [
            (step[0] * self.row[1] - step[1] * self.row[0]) / determinant,
            (step[1] * self.col[0] - step[0] * self.col[1]) / determinant,
        ]
    }

    /// Letters at the screen's edges `[left, right, top, bottom]`.
    pub fn edge_letters(&self, geometry: &Geometry) -> [String; 4] {
        let direction = |screen: [f32; 2]| {
            let [cols, rows] = self.image_from_screen(screen).map(f64::from);
            letters(std::array::from_fn(|i| cols * geometry.col_step_mm[i] + rows * geometry.row_step_mm[i]))
        };
        [[-1.0, 0.0], [1.0, 0.0], [0.0, -1.0], [0.0, 1.0]].map(direction)
    }
}

/// The patient's axis and sense that the screen's right and bottom should show, `(axis, sign)` in LPS.
fn targets(plane: AnatomicalPlane, convention: Convention) -> [(usize, f64); 2] {
    let left = match convention {
        Convention::Radiological => (0, 1.0),
        Convention::Neurological => (0, -1.0),
    };
    match plane {
        AnatomicalPlane::Axial => [left, (1, 1.0)],
        AnatomicalPlane::Coronal => [left, (2, -1.0)],
        AnatomicalPlane::Sagittal => [(1, 1.0), (2, -1.0)],
    }
}
