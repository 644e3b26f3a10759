//! From a NIfTI header to the place of its grid in the patient, and to the order in which its slices are shown. Not for
//! reading the header (`header`).

use super::header::Header;
use crate::domain::geometry::{AnatomicalPlane, Geometry, cross, dot, length};

/// From NIfTI's axes (right, anterior, superior) to the patient's (left, posterior, superior).
const LPS_FROM_RAS: [f64; 3] = [-1.0, -1.0, 1.0];

/// Millimeters of a header's unit of space; unknown counts as millimeters, as every reader takes it.
fn mm_per_unit(units: i32) -> f64 {
    match units & 0x07 {
        1 => 1000.0,
        3 => 0.001,
        _ => 1.0,
    }
}

/// Where the stored grid lies: slices along k, rows along j, columns along i. The sform where its code is set, else the
/// qform where its code is; a set one that has no inverse is passed over with a warning.
pub fn stored_geometry(header: &Header, warnings: &mut Vec<String>) -> Option<Geometry> {
    let candidates =
        [(header.sform_code > 0, "sform", header.matrix), (header.qform_code > 0, "qform", qform_matrix(header))];
    for (is_set, name, matrix) in candidates {
        if !is_set {
            continue;
        }
        match geometry_of(&matrix, mm_per_unit(header.units)) {
            Some(geometry) => return Some(geometry),
            None => warnings.push(format!("The file's {name} is no usable affine and was left out.")),
        }
    }
    warnings.push(
        "Orientation unknown: the file does not say how it lies in the patient. Shown as most files are stored, which \
         may be mirrored; no millimeters."
            .to_owned(),
    );
    None
}

fn geometry_of(ras: &[[f64; 4]; 3], scale: f64) -> Option<Geometry> {
    let column = |c: usize| std::array::from_fn(|axis| LPS_FROM_RAS[axis] * scale * ras[axis][c]);
    Geometry::new(column(3), column(2), column(1), column(0)).ok()
}

/// The matrix that the quaternion stands for.
///
/// *Source*: `nifti1.h`, "METHOD 2"; a quaternion longer than 1 is brought back to length 1, as `nifti_quatern_to_mat44`
/// does.
fn qform_matrix(header: &Header) -> [[f64; 4]; 3] {
    let [mut b, mut c, mut d] = header.quaternion;
    let mut a = 1.0 - (b * b + c * c + d * d);
    if a < 1e-7 {
        let scale = 1.0 / (b * b + c * c + d * d).sqrt();
        (a, b, c, d) = (0.0, b * scale, c * scale, d * scale);
    } else {
        a = a.sqrt();
    }
    let rotation = [
        [a * a + b * b - c * c - d * d, 2.0 * (b * c - a * d), 2.0 * (b * d + a * c)],
        [2.0 * (b * c + a * d), a * a + c * c - b * b - d * d, 2.0 * (c * d - a * b)],
        [2.0 * (b * d - a * c), 2.0 * (c * d + a * b), a * a + d * d - b * b - c * c],
    ];
    let handedness = if header.pixdim[0] < 0.0 { -1.0 } else { 1.0 };
    let spacing = [header.pixdim[1].abs(), header.pixdim[2].abs(), handedness * header.pixdim[3].abs()];
    std::array::from_fn(|row| {
        let [x, y, z] = rotation[row];
        [x * spacing[0], y * spacing[1], z * spacing[2], header.offset[row]]
    })
}

/// How a stored slice `[j, i]` becomes a shown one `[row, col]`.
// Three axes and which two are exchanged: four independent switches.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Rows run along i and columns along j.
    pub is_transposed: bool,
    /// The first row shown is the last stored.
    pub flips_rows: bool,
    /// The first column shown is the last stored.
    pub flips_cols: bool,
    /// The first slice shown is the last stored.
    pub flips_slices: bool,
}

impl Order {
    /// For a file without an orientation: only rows are turned over, since most files have the face at the high end of j.
    pub const UNKNOWN: Self = Self { is_transposed: false, flips_rows: true, flips_cols: false, flips_slices: false };

    /// The order that shows a stack as a radiologist expects it: axial and coronal slices with the patient's right on the
    /// left, sagittal ones with the face on the left, feet below; slices along the picture's normal.
    pub fn radiological(stored: &Geometry) -> Self {
        let (col_wanted, row_wanted) = match stored.plane() {
            AnatomicalPlane::Axial => ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
            AnatomicalPlane::Coronal => ([1.0, 0.0, 0.0], [0.0, 0.0, -1.0]),
            AnatomicalPlane::Sagittal => ([0.0, 1.0, 0.0], [0.0, 0.0, -1.0]),
        };
        let share = |step: [f64; 3], wanted| dot(step, wanted) / length(step);
        let (i, j) = (stored.col_step_mm, stored.row_step_mm);
        let straight = share(i, col_wanted).abs() + share(j, row_wanted).abs();
        let across = share(j, col_wanted).abs() + share(i, row_wanted).abs();
        let is_transposed = across > straight;
        let (col, row) = if is_transposed { (j, i) } else { (i, j) };
        let (flips_cols, flips_rows) = (share(col, col_wanted) < 0.0, share(row, row_wanted) < 0.0);
        let sign = |flips: bool| if flips { -1.0 } else { 1.0 };
        let along = dot(cross(col, row), stored.slice_step_mm) * sign(flips_cols) * sign(flips_rows);
        Self { is_transposed, flips_rows, flips_cols, flips_slices: along < 0.0 }
    }

    /// Rows and columns shown, of stored `[j, i]` sizes.
    pub fn shown_size(self, stored: [usize; 2]) -> [usize; 2] {
        if self.is_transposed { [stored[1], stored[0]] } else { stored }
    }

    /// Index into the stored slice of `[j, i]` sizes for a shown pixel.
    pub fn stored_index(self, stored: [usize; 2], row: usize, col: usize) -> usize {
        let [rows, cols] = self.shown_size(stored);
        let row = if self.flips_rows { rows - 1 - row } else { row };
        let col = if self.flips_cols { cols - 1 - col } else { col };
        let (j, i) = if self.is_transposed { (col, row) } else { (row, col) };
        j * stored[1] + i
    }

    /// Where the shown stack lies, of stored `[k, j, i]` sizes.
    pub fn shown_geometry(self, stored: &Geometry, sizes: [usize; 3]) -> Geometry {
        let [rows, cols] = self.shown_size([sizes[1], sizes[2]]);
        let (row, col) = if self.is_transposed {
            (stored.col_step_mm, stored.row_step_mm)
        } else {
            (stored.row_step_mm, stored.col_step_mm)
        };
        let mut shown = Geometry { row_step_mm: row, col_step_mm: col, ..*stored };
        let axes = [
            (self.flips_slices, &mut shown.slice_step_mm, sizes[0]),
            (self.flips_rows, &mut shown.row_step_mm, rows),
            (self.flips_cols, &mut shown.col_step_mm, cols),
        ];
        for (flips, step, count) in axes {
            if flips {
                for (origin, step) in shown.origin_mm.iter_mut().zip(step.iter_mut()) {
                    *origin += *step * (count - 1) as f64;
                    *step = -*step;
                }
            }
        }
        shown
    }
}
