//! Where each frame lies in the patient, from plain attributes or from functional groups, and what tells volumes at one place
//! apart. Not for building stacks of them (`stack`).

use super::tags;
use super::values::View;
use crate::domain::geometry::{cross, dot, length};

/// The place of one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Center of the first pixel, in millimeters, LPS.
    pub position: Option<[f64; 3]>,
    /// Direction of a row, then of a column, both of length 1.
    pub orientation: Option<[[f64; 3]; 2]>,
    /// Between rows, between columns, in millimeters.
    pub spacing: Option<[f64; 2]>,
    /// Of a slice.
    pub thickness: Option<f64>,
    /// Between the centers of slices.
    pub between: Option<f64>,
}

/// Cosines may be off from length 1 and from a right angle by this much: files write four to six digits.
const MAX_SKEW: f64 = 1e-2;

impl Place {
    /// Reads what holds for one frame: each of `groups` (the frame's own, then the shared ones), then the file's root.
    ///
    /// *Source*: PS3.3 C.7.6.2 and C.7.6.16.2.
    pub fn read(root: View<'_>, groups: &[View<'_>]) -> Self {
        let within = |sequence| groups.iter().find_map(|group| group.item(sequence)).unwrap_or(root);
        let measures = within(tags::PIXEL_MEASURES);
        let positive = |view: View<'_>, tag| view.number(tag).map(f64::abs).filter(|&mm| mm > 0.0);
        let spacing = measures.vector::<2>(tags::PIXEL_SPACING).filter(|s| s.iter().all(|&mm| mm > 0.0));
        Self {
            position: within(tags::PLANE_POSITION).vector(tags::POSITION),
            orientation: within(tags::PLANE_ORIENTATION).vector(tags::ORIENTATION).and_then(directions),
            spacing,
            thickness: positive(measures, tags::SLICE_THICKNESS),
            between: positive(measures, tags::SPACING_BETWEEN_SLICES),
        }
    }

    /// The direction from slice to slice, across rows and columns.
    pub fn normal(&self) -> Option<[f64; 3]> {
        self.orientation.map(|[row, column]| cross(row, column))
    }

    /// How far along its normal the frame lies.
    pub fn depth(&self) -> Option<f64> {
        Some(dot(self.position?, self.normal()?))
    }
}

/// Six cosines as two directions of length 1; `None` where they are no such thing.
fn directions(cosines: [f64; 6]) -> Option<[[f64; 3]; 2]> {
    let [row, column] = [[cosines[0], cosines[1], cosines[2]], [cosines[3], cosines[4], cosines[5]]];
    let lengths = [length(row), length(column)];
    let is_sound = lengths.iter().all(|l| (l - 1.0).abs() < MAX_SKEW) && dot(row, column).abs() < MAX_SKEW;
    is_sound.then(|| [row.map(|x| x / lengths[0]), column.map(|x| x / lengths[1])])
}

/// What tells frames at one place apart, the strongest first: kind of picture, echo, diffusion, time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// "ORIGINAL\\PRIMARY\\M".
    pub kind: String,
    /// Echo time, b value, inversion time, time point, acquisition: NaN never, -1 where missing.
    pub numbers: [f64; 5],
    /// Number in the series.
    pub instance: Option<i64>,
}

/// The names of [`Marks::numbers`].
pub const MARK_NAMES: [&str; 5] = ["echo time", "b value", "inversion time", "time point", "acquisition"];

impl Marks {
    /// Reads what holds for one frame.
    pub fn read(root: View<'_>, groups: &[View<'_>]) -> Self {
        let within = |sequence| groups.iter().find_map(|group| group.item(sequence));
        let number = |sequence, inner, outer| {
            let own = within(sequence).and_then(|view: View<'_>| view.number(inner));
            own.or_else(|| root.number(outer)).unwrap_or(-1.0)
        };
        let kind = within(tags::MR_FRAME_TYPE).and_then(|view| view.text(tags::FRAME_TYPE));
        let time = within(tags::FRAME_CONTENT).and_then(|view| view.number(tags::TEMPORAL_INDEX));
        let time = time.or_else(|| root.number(tags::TEMPORAL_POSITION)).or_else(|| root.number(tags::TRIGGER_TIME));
        Self {
            kind: kind.or_else(|| root.text(tags::IMAGE_TYPE)).unwrap_or_default(),
            numbers: [
                number(tags::MR_ECHO, tags::EFFECTIVE_ECHO_TIME, tags::ECHO_TIME),
                number(tags::MR_DIFFUSION, tags::B_VALUE, tags::B_VALUE),
                root.number(tags::INVERSION_TIME).unwrap_or(-1.0),
                time.unwrap_or(-1.0),
                root.number(tags::ACQUISITION_NUMBER).unwrap_or(-1.0),
            ],
            instance: root.number(tags::INSTANCE_NUMBER).map(|n| n as i64),
        }
    }
}
