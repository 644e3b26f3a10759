//! Where a stack of slices lies in the patient: one affine, and everything that is asked of it. Not for reading it from a
//! file (`io::dicom`, `io::nifti`), and not for drawing (`ui`).

/// The place of every voxel of a stack in the patient.
///
/// *Units*: millimeters in the patient's system of DICOM PS3.3 C.7.6.2.1.1: x grows to the patient's left, y to the back
/// (posterior), z to the head (superior), "LPS". NIfTI's system, "RAS", has x and y the other way round and exists only at
/// the edge, in `io`.
///
/// *Shape*: a voxel is `[slice, row, col]`, counted from 0 at the center of the first one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// Center of voxel `[0, 0, 0]`.
    pub origin_mm: [f64; 3],
    /// From one slice to the next. For a single slice, the normal times the slice thickness.
    pub slice_step_mm: [f64; 3],
    /// From one row to the next, down the picture.
    pub row_step_mm: [f64; 3],
    /// From one column to the next, to the right on the picture.
    pub col_step_mm: [f64; 3],
}

/// An affine that has no inverse: a step of zero, or two that lie on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Degenerate;

impl Geometry {
    /// The smallest volume of a voxel that counts as one, against the product of its steps' lengths: below it, two steps
    /// lie so nearly on one line that no inverse is worth having.
    const MIN_RELATIVE_VOLUME: f64 = 1e-6;

    /// A geometry that can be inverted.
    ///
    /// *Errors*: [`Degenerate`] where a number is not finite, a step is zero, or steps lie in one plane.
    pub fn new(
        origin_mm: [f64; 3],
        slice_step_mm: [f64; 3],
        row_step_mm: [f64; 3],
        col_step_mm: [f64; 3],
    ) -> Result<Self, Degenerate> {
        let geometry = Self { origin_mm, slice_step_mm, row_step_mm, col_step_mm };
        let numbers = [origin_mm, slice_step_mm, row_step_mm, col_step_mm];
        let lengths: f64 = geometry.spacing_mm().iter().product();
        let is_finite = numbers.iter().flatten().all(|x| x.is_finite()) && lengths.is_finite();
        if is_finite && lengths > 0.0 && geometry.volume_mm3() > Self::MIN_RELATIVE_VOLUME * lengths {
            Ok(geometry)
        } else {
            Err(Degenerate)
        }
    }

    /// Distances between neighbors: `[slice, row, col]`, in millimeters.
    pub fn spacing_mm(&self) -> [f64; 3] {
        [self.slice_step_mm, self.row_step_mm, self.col_step_mm].map(length)
    }

    /// Volume of a voxel in mm³, right for sheared stacks too.
    pub fn volume_mm3(&self) -> f64 {
        dot(cross(self.row_step_mm, self.col_step_mm), self.slice_step_mm).abs()
    }

    /// Area of a pixel in mm².
    pub fn pixel_area_mm2(&self) -> f64 {
        length(cross(self.row_step_mm, self.col_step_mm))
    }

    /// Where `voxel` (`[slice, row, col]`, fractions allowed) lies, in millimeters.
    pub fn patient_from_voxel(&self, voxel: [f64; 3]) -> [f64; 3] {
        let [slice, row, col] = voxel;
        std::array::from_fn(|i| {
            self.origin_mm[i] + slice * self.slice_step_mm[i] + row * self.row_step_mm[i] + col * self.col_step_mm[i]
        })
    }

    /// The voxel (`[slice, row, col]`, with fractions, outside of the stack too) at `point_mm`.
    pub fn voxel_from_patient(&self, point_mm: [f64; 3]) -> [f64; 3] {
        let offset = std::array::from_fn(|i| point_mm[i] - self.origin_mm[i]);
        let (s, r, c) = (self.slice_step_mm, self.row_step_mm, self.col_step_mm);
        let determinant = dot(cross(s, r), c);
        [
            dot(cross(offset, r), c) / determinant,
            dot(cross(s, offset), c) / determinant,
            dot(cross(s, r), offset) / determinant,
        ]
    }

    /// Letters at the picture's edges `[left, right, top, bottom]`, radiological or not as the stack is stored: R, L, A, P,
    /// S, I; two or three for oblique slices, the strongest first.
    pub fn edge_letters(&self) -> [String; 4] {
        let right = letters(self.col_step_mm);
        let bottom = letters(self.row_step_mm);
        let [left, top] = [self.col_step_mm, self.row_step_mm].map(|v| letters(v.map(|x| -x)));
        [left, right, top, bottom]
    }

    /// The unit vector across the slices, towards L, P or S by its largest part.
    pub fn normal(&self) -> [f64; 3] {
        let across = cross(self.row_step_mm, self.col_step_mm);
        let largest = (0..3).max_by(|&a, &b| across[a].abs().total_cmp(&across[b].abs())).unwrap_or(2);
        let sign = if across[largest] < 0.0 { -1.0 } else { 1.0 };
        let length = length(across);
        across.map(|x| sign * x / length)
    }

    /// Where a slice lies along the normal, from the patient system's origin: the side's letter and a distance of at least
    /// 0, in millimeters.
    pub fn slice_position(&self, slice: usize) -> (String, f64) {
        let normal = self.normal();
        let at = dot(self.patient_from_voxel([slice as f64, 0.0, 0.0]), normal);
        let direction = if at < 0.0 { normal.map(|x| -x) } else { normal };
        (letters(direction)[..1].to_owned(), at.abs())
    }

    /// Whether the last slice is the one nearest to the head's top. Stacks that are not axial have no top.
    pub fn is_superior_last(&self) -> bool {
        self.plane() == AnatomicalPlane::Axial && self.slice_step_mm[2] > 0.0
    }

    /// The anatomical plane that the slices lie in: the one across the direction that the slices' own axis is named by, so
    /// that of a stack that leans far, plane and letters say the same.
    pub fn plane(&self) -> AnatomicalPlane {
        match self.axis_codes().chars().last() {
            Some('L' | 'R') => AnatomicalPlane::Sagittal,
            Some('A' | 'P') => AnatomicalPlane::Coronal,
            _ => AnatomicalPlane::Axial,
        }
    }

    /// Three letters for the directions in which col, row and slice numbers grow, as nibabel's `aff2axcodes` names them:
    /// "LPS" for a plain axial DICOM stack, "RAS" for the plain NIfTI one.
    pub fn axis_codes(&self) -> String {
        const NAMES: [[char; 2]; 3] = [['L', 'R'], ['P', 'A'], ['S', 'I']];
        let steps = [self.col_step_mm, self.row_step_mm, self.slice_step_mm].map(|v| v.map(|x| x / length(v)));
        // The clearest direction first, so that of two tilted ones that lean the same way each gets a letter of its own.
        let mut codes = [None; 3];
        for _ in 0..3 {
            let is_free = |&(step, axis): &(usize, usize)| {
                codes[step].is_none() && codes.iter().flatten().all(|&(taken, _)| taken != axis)
            };
            let pairs = (0..9).map(|i| (i / 3, i % 3)).filter(is_free);
            let strongest = pairs.max_by(|a, b| steps[a.0][a.1].abs().total_cmp(&steps[b.0][b.1].abs()));
            if let Some((step, axis)) = strongest {
                codes[step] = Some((axis, NAMES[axis][usize::from(steps[step][axis] < 0.0)]));
            }
        }
        codes.iter().flatten().map(|&(_, letter)| letter).collect()
    }
}

/// One of the three planes of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnatomicalPlane {
    /// Across the body's long axis.
    Axial,
    /// Parallel to the face.
    Coronal,
    /// Parallel to the side of the head.
    Sagittal,
}

impl AnatomicalPlane {
    /// The name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Axial => "axial",
            Self::Coronal => "coronal",
            Self::Sagittal => "sagittal",
        }
    }
}

/// A direction counts for a letter from this share of the vector's length on: below it, a tilt of six degrees, no viewer
/// names it.
const MIN_LETTER_SHARE: f64 = 0.1;

/// Anatomical letters of `direction` (LPS), the strongest first; never empty.
pub fn letters(direction: [f64; 3]) -> String {
    const NAMES: [[char; 2]; 3] = [['L', 'R'], ['P', 'A'], ['S', 'I']];
    let least = MIN_LETTER_SHARE * length(direction);
    let mut axes = [0, 1, 2];
    axes.sort_by(|&a, &b| direction[b].abs().total_cmp(&direction[a].abs()));
    let named = axes.iter().enumerate().filter(|&(rank, &axis)| rank == 0 || direction[axis].abs() > least);
    named.map(|(_, &axis)| NAMES[axis][usize::from(direction[axis] < 0.0)]).collect()
}

/// The cross product.
pub fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The dot product.
pub fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The Euclidean length.
pub fn length(a: [f64; 3]) -> f64 {
    dot(a, a).sqrt()
}
