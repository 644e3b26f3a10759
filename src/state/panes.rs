//! How the canvas is divided, what each pane shows, and the crosshair that links them. Not for resampling
//! (`domain::reslice`) and not for drawing.

use crate::domain::geometry::AnatomicalPlane;
use crate::domain::measurement::Point;
use crate::domain::reslice::{Cut, Slab};
use crate::domain::scan::Scan;
use crate::domain::upright::Upright;
use crate::engine::command::Command;

use super::study::ScanState;
use super::view::ViewTransform;
use super::{AppState, looking, strip};

/// How the canvas is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrangement {
    /// One picture.
    #[default]
    One,
    /// Two side by side.
    Two,
    /// One large, three small beside it.
    OneAndThree,
    /// Two by two.
    TwoByTwo,
}

impl Arrangement {
    /// All, in the order of the bar.
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::OneAndThree, Self::TwoByTwo];

    /// The name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::One => "Layout: 1",
            Self::Two => "Layout: 2",
            Self::OneAndThree => "Layout: 1 + 3",
            Self::TwoByTwo => "Layout: 2 × 2",
        }
    }

    /// Number of panes.
    pub fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::OneAndThree | Self::TwoByTwo => 4,
        }
    }
}

/// What the panes beside the first one show first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filling {
    /// The other planes through the volume.
    #[default]
    Planes,
    /// The scan's other sequences and the study's other series, at the same place in space.
    Series,
}

/// What one pane beside the first one shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A plane of the body through the crosshair.
    Plane(AnatomicalPlane),
    /// Another sequence of the scan on screen, the same slice.
    Sequence(usize),
    /// Another scan of the study, the slice nearest to the crosshair.
    Series(usize),
    /// Nothing fits here, and why.
    Nothing(&'static str),
}

/// The canvas' division with what belongs to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Panes {
    /// How it is divided.
    pub arrangement: Arrangement,
    /// What the other panes show first.
    pub filling: Filling,
    /// This pane alone fills the canvas for now (double-click).
    pub alone: Option<usize>,
    /// Zoom and place of the panes beside the first one.
    pub views: [ViewTransform; 3],
    /// How thick the planes through the volume are.
    pub slab: Slab,
    /// The slices run by themselves.
    pub is_playing: bool,
}

/// What is done with panes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PaneAction {
    /// Divide the canvas so.
    Arrange(Arrangement),
    /// Other planes or other series first.
    Fill(Filling),
    /// All sequences side by side, and back to one picture.
    ToggleSideBySide,
    /// This pane alone, and back.
    ToggleAlone(usize),
    /// The crosshair to a point of the slice on screen, in pixels.
    Point(Point),
    /// The crosshair to a point of the patient in millimeters; the slice follows.
    PointInPatient([f64; 3]),
    /// Zoom in a pane beside the first one.
    Zoom {
        /// Which, from 1.
        pane: usize,
        /// More than 1 enlarges.
        factor: f32,
        /// The point that stays, in pixels of the pane's picture.
        at_px: [f32; 2],
        /// Rows and columns of the pane's picture.
        size: [usize; 2],
        /// The pane in points.
        canvas: [f32; 2],
    },
    /// Move the picture in a pane beside the first one by so many points.
    Pan {
        /// Which, from 1.
        pane: usize,
        /// Points, `[right, down]`.
        by: [f32; 2],
        /// Rows and columns of the pane's picture.
        size: [usize; 2],
        /// The pane in points.
        canvas: [f32; 2],
    },
    /// How thick the planes through the volume are.
    SetSlab(Slab),
    /// The slices run by themselves, and stop.
    TogglePlaying,
    /// One slice on, from the strip's end back to its beginning.
    PlayOn,
}

/// Does what the reader did with panes.
pub(super) fn update(state: &mut AppState, action: PaneAction) -> Vec<Command> {
    let panes = &mut state.panes;
    match action {
        PaneAction::Arrange(arrangement) => {
            (panes.arrangement, panes.alone) = (arrangement, None);
            if arrangement == Arrangement::One {
                panes.filling = Filling::Planes;
            }
        }
        PaneAction::Fill(filling) => panes.filling = filling,
        PaneAction::ToggleSideBySide => toggle_side_by_side(state),
        PaneAction::ToggleAlone(pane) => panes.alone = if panes.alone.is_some() { None } else { Some(pane) },
        PaneAction::Point(at) => point(state, at),
        PaneAction::PointInPatient(at_mm) => point_in_patient(state, at_mm),
        PaneAction::Zoom { pane, factor, at_px, size, canvas } => {
            if let Some(view) = pane.checked_sub(1).and_then(|i| panes.views.get_mut(i)) {
                view.canvas = canvas;
                view.zoom_at(factor, at_px, size[0], size[1]);
            }
        }
        PaneAction::Pan { pane, by, size, canvas } => {
            if let Some(view) = pane.checked_sub(1).and_then(|i| panes.views.get_mut(i)) {
                view.canvas = canvas;
                view.pan(by, size[0], size[1]);
            }
        }
        PaneAction::SetSlab(slab) => panes.slab = slab,
        PaneAction::TogglePlaying => panes.is_playing = !panes.is_playing,
        PaneAction::PlayOn => play_on(state),
    }
    Vec::new()
}

fn toggle_side_by_side(state: &mut AppState) {
    let panes = &mut state.panes;
    panes.alone = None;
    (panes.arrangement, panes.filling) = if panes.filling == Filling::Series && panes.arrangement != Arrangement::One {
        (Arrangement::One, Filling::Planes)
    } else {
        (Arrangement::TwoByTwo, Filling::Series)
    };
}

/// Views of the panes fit again; the division stays.
pub(super) fn reset_views(state: &mut AppState) {
    for view in &mut state.panes.views {
        view.reset();
    }
}

fn point(state: &mut AppState, at: Point) {
    let Some((_, pixels, _)) = state.current_scan() else { return };
    let size = [pixels.cols as f64, pixels.rows as f64];
    if let Some(scan) = state.current_scan_mut()
        && at.iter().all(|x| x.is_finite())
    {
        scan.cursor_px = Some([at[0].clamp(0.0, size[0]), at[1].clamp(0.0, size[1])]);
    }
}

fn point_in_patient(state: &mut AppState, at_mm: [f64; 3]) {
    let Some(geometry) = state.geometry().copied() else { return };
    let [slice, row, col] = geometry.voxel_from_patient(at_mm);
    if slice.is_finite() {
        looking::go_slice(state, slice.round().max(0.0) as usize);
    }
    point(state, [col + 0.5, row + 0.5]);
}

fn play_on(state: &mut AppState) {
    let Some((_, pixels, scan)) = state.current_scan() else { return };
    let count = scan.counts.len();
    if !state.panes.is_playing || count == 0 {
        return;
    }
    let place = strip::slice_of(pixels, scan.slice);
    let next = strip::slice_of(pixels, (place + 1) % count);
    looking::go_slice(state, next);
}

/// Where the crosshair stands on the slice on screen, in pixels; its middle at first.
pub fn cursor_px(pixels: &Scan, scan: &ScanState) -> Point {
    scan.cursor_px.unwrap_or([pixels.cols as f64 / 2.0, pixels.rows as f64 / 2.0])
}

/// Where the crosshair stands in the patient.
pub fn cursor_mm(pixels: &Scan, scan: &ScanState) -> Option<[f64; 3]> {
    let [x, y] = cursor_px(pixels, scan);
    pixels.about.geometry.map(|g| g.patient_from_voxel([scan.slice as f64, y - 0.5, x - 0.5]))
}

/// What pane `pane` (from 1) shows.
pub fn content(state: &AppState, pane: usize) -> Content {
    let Some((study, pixels, scan)) = state.current_scan() else { return Content::Nothing("Nothing is open") };
    let planes = match pixels.about.geometry {
        Some(geometry) if pixels.slices.len() > 1 => {
            let all = [AnatomicalPlane::Axial, AnatomicalPlane::Coronal, AnatomicalPlane::Sagittal];
            all.into_iter().filter(|&p| p != geometry.plane()).map(Content::Plane).collect()
        }
        Some(_) | None => Vec::new(),
    };
    let sequences = (0..pixels.sequences.len()).filter(|&s| s != scan.sequence).map(Content::Sequence);
    let series = (0..study.study.scans.len()).filter(|&s| s != study.scan).map(Content::Series);
    let others: Vec<Content> = sequences.chain(series).collect();
    let order: Vec<Content> = match state.panes.filling {
        Filling::Planes => planes.into_iter().chain(others).collect(),
        Filling::Series => others.into_iter().chain(planes).collect(),
    };
    order.get(pane.saturating_sub(1)).copied().unwrap_or(match pixels.about.geometry {
        None => Content::Nothing("No further plane: the file does not say where the slices lie"),
        Some(_) => Content::Nothing("No further series"),
    })
}

/// The plane on screen in the first pane.
pub fn first_cut(pixels: &Scan, scan: &ScanState) -> Option<Cut> {
    pixels.about.geometry.map(|g| Cut::of_slice(&g, scan.slice, pixels.rows, pixels.cols))
}

/// The grid of a pane that shows a plane through the volume.
pub fn body_cut(pixels: &Scan, scan: &ScanState, plane: AnatomicalPlane) -> Option<Cut> {
    let geometry = pixels.about.geometry?;
    let size = [pixels.slices.len(), pixels.rows, pixels.cols];
    Some(Cut::of_body(&geometry, size, plane, cursor_mm(pixels, scan)?))
}

/// The slice of another series nearest to a point of the patient.
///
/// *Errors*: why it shows none there, in words.
pub fn slice_at(other: &Scan, here: &Scan, at_mm: Option<[f64; 3]>) -> Result<usize, &'static str> {
    let (Some(geometry), Some(at_mm)) = (other.about.geometry, at_mm) else {
        return Err("Not synchronized: a file does not say where its slices lie");
    };
    if let (Some(a), Some(b)) = (&other.about.frame_of_reference, &here.about.frame_of_reference)
        && a != b
    {
        return Err("Not synchronized: another frame of reference");
    }
    let [slice, ..] = geometry.voxel_from_patient(at_mm);
    let last = other.slices.len() as f64 - 1.0;
    // Half a slice past the ends still belongs to the outermost ones.
    if slice < -0.5 || slice > last + 0.5 {
        return Err("The crosshair lies outside of this series");
    }
    Ok(slice.round().clamp(0.0, last) as usize)
}

/// How a pane's picture stands.
pub fn upright(state: &AppState, cut: Option<&Cut>) -> Upright {
    Upright::of(cut.map(Cut::geometry).as_ref(), state.convention())
}
