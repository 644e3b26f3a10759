//! The picture in a pane beside the first one: a plane through the volume with its masks, another sequence, another
//! series. Not for hands and lines (`panes`).

use egui::{Color32, Context, Painter, TextureOptions};

use super::desk::Desk;
use super::overlay::{self, Author, OutlineKey};
use super::picture::{Shown, gray_image, scan_key};
use super::textures::{Key, Kind, Stamp};
use super::theme::finding;
use super::transform::UiFromImage;
use crate::domain::geometry::AnatomicalPlane;
use crate::domain::mask::ProbabilityMap;
use crate::domain::reslice::{self, Cut, Slab};
use crate::domain::review::Verdict;
use crate::domain::scan::{About, Plane};
use crate::domain::shading::Shading;
use crate::state::gray;
use crate::state::panes::{self, Content};
use crate::state::placed;
use crate::state::rano;
use crate::state::screen::WindowPreset;
use crate::state::study::{ScanState, WindowState};

/// What a pane shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Picture {
    /// A picture.
    Shown {
        /// What it is.
        content: Content,
        /// Its scan within the study, sequence and slice; for planes through the volume the sequence counts.
        source: [usize; 3],
        /// Where it lies; `None` where the file does not say.
        cut: Option<Cut>,
        /// Rows and columns.
        size: [usize; 2],
        /// A plane through the volume.
        is_body: bool,
    },
    /// Nothing, and why.
    Nothing(&'static str),
}

impl Picture {
    /// Rows and columns.
    pub fn size(&self) -> [usize; 2] {
        match self {
            Self::Shown { size, .. } => *size,
            Self::Nothing(_) => [1, 1],
        }
    }

    /// What it is in a few words.
    pub fn label(&self) -> String {
        match self {
            Self::Nothing(why) => (*why).to_owned(),
            Self::Shown { content: Content::Plane(plane), .. } => plane.label().to_owned(),
            Self::Shown { content: Content::Series(series), source, .. } => {
                format!("series {}, slice {}", series + 1, source[2] + 1)
            }
            Self::Shown { source, .. } => format!("sequence {}, slice {}", source[1] + 1, source[2] + 1),
        }
    }

    /// The lines at the corner.
    pub fn corner(&self, shown: &Shown) -> Vec<String> {
        let Self::Shown { content, source, cut, .. } = self else { return Vec::new() };
        let position = cut.map(|c| placed::position(&c.geometry(), 0));
        let scan = shown.study.study.scans.get(source[0]);
        let sequence = scan.and_then(|s| s.sequences.get(source[1])).map(|s| s.label().to_owned());
        match content {
            Content::Plane(plane) => {
                let slab = match shown.state.panes.slab {
                    Slab::Single => None,
                    Slab::Maximum(mm) => Some(format!("maximum of {mm:.0}\u{a0}mm")),
                    Slab::Mean(mm) => Some(format!("mean of {mm:.0}\u{a0}mm")),
                };
                [Some(plane.label().to_owned()), position, sequence, slab].into_iter().flatten().collect()
            }
            Content::Series(_) => {
                let title = scan.map(|s| s.title.clone()).filter(|t| Some(t) != sequence.as_ref());
                [sequence, title, position].into_iter().flatten().collect()
            }
            Content::Sequence(_) | Content::Nothing(_) => [sequence, position].into_iter().flatten().collect(),
        }
    }
}

/// What a pane with this content shows now.
pub fn of(shown: &Shown, content: Content) -> Picture {
    let (pixels, known) = (shown.scan, shown.known);
    match content {
        Content::Nothing(why) => Picture::Nothing(why),
        Content::Plane(plane) => match panes::body_cut(pixels, known, plane) {
            None => Picture::Nothing("The file does not say where the slices lie"),
            Some(cut) => Picture::Shown {
                content,
                source: [shown.study.scan, known.sequence, known.slice],
                cut: Some(cut),
                size: [cut.rows, cut.cols],
                is_body: true,
            },
        },
        Content::Sequence(sequence) => Picture::Shown {
            content,
            source: [shown.study.scan, sequence, known.slice],
            cut: panes::first_cut(pixels, known),
            size: [pixels.rows, pixels.cols],
            is_body: false,
        },
        Content::Series(series) => {
            let Some(other) = shown.study.study.scans.get(series) else { return Picture::Nothing("No further series") };
            let sequence = shown.study.scans.get(series).map_or(0, |s| s.sequence);
            match panes::slice_at(other, pixels, panes::cursor_mm(pixels, known)) {
                Err(why) => Picture::Nothing(why),
                Ok(slice) => Picture::Shown {
                    content,
                    source: [series, sequence, slice],
                    cut: other.about.geometry.map(|g| Cut::of_slice(&g, slice, other.rows, other.cols)),
                    size: [other.rows, other.cols],
                    is_body: false,
                },
            }
        }
    }
}

/// Draws the picture with its masks.
pub fn paint(ctx: &Context, painter: &Painter, shown: &Shown, picture: &Picture, place: &UiFromImage, desk: &mut Desk) {
    let Picture::Shown { content, source: [scan, sequence, slice], cut, .. } = picture else { return };
    if let (Content::Plane(plane), Some(cut)) = (content, cut) {
        let Some(window) = shown.known.window() else { return };
        body(ctx, painter, shown, (*plane, cut), window, place, desk);
        return;
    }
    let pixels = shown.study.study.scans.get(*scan);
    let plane = pixels.and_then(|s| s.slices.get(*slice)).and_then(|s| s.planes.get(*sequence));
    let known = shown.study.scans.get(*scan);
    let (Some(plane), Some(known), Some(about)) = (plane, known, pixels.map(|s| &s.about)) else { return };
    let window = window_of(shown, known, *scan, *sequence, desk);
    let key = Key { kind: Kind::Gray, scan: scan_key(shown.study, *scan), slice: *slice, sequence: *sequence };
    gray(ctx, painter, key, (plane, about), window, place, desk);
    if *scan == shown.study.scan {
        outline_of_slice(painter, shown, place, desk);
    }
}

/// The window of a sequence that is not in the first pane: the reader's, else the preset of the whole series, measured once.
fn window_of(shown: &Shown, known: &ScanState, scan: usize, sequence: usize, desk: &mut Desk) -> WindowState {
    if let Some(window) = known.windows.get(sequence).copied().flatten() {
        return window;
    }
    let key = (scan_key(shown.study, scan), sequence);
    *desk.windows.entry(key).or_insert_with(|| {
        let pixels = &shown.study.study.scans[scan];
        let window = gray::window(pixels, sequence, WindowPreset::Head);
        WindowState { window, preset: Some(WindowPreset::Head) }
    })
}

fn gray(
    ctx: &Context,
    painter: &Painter,
    key: Key,
    (plane, about): (&Plane, &About),
    window: WindowState,
    place: &UiFromImage,
    desk: &mut Desk,
) {
    let (shading, stamp) = shading(about, window, 0.0);
    desk.textures.ensure(ctx, key, stamp, TextureOptions::LINEAR, || gray_image(plane, shading));
    desk.textures.paint(painter, key, place);
}

/// How values become shades, and what a texture of them depends on.
fn shading(about: &About, WindowState { window, preset }: WindowState, slab: f32) -> (Shading<'_>, Stamp) {
    let is_as_in_file = preset == Some(WindowPreset::File);
    let stamp = [window.center.to_bits(), window.width.to_bits(), is_as_in_file.into(), slab.to_bits()];
    (Shading::new(about, window, is_as_in_file), stamp)
}

fn number(plane: AnatomicalPlane) -> u64 {
    match plane {
        AnatomicalPlane::Axial => 1,
        AnatomicalPlane::Coronal => 2,
        AnatomicalPlane::Sagittal => 3,
    }
}

/// A plane through the volume, resampled once a position and window, with the model's and the reference's masks.
fn body(
    ctx: &Context,
    painter: &Painter,
    shown: &Shown,
    (plane, cut): (AnatomicalPlane, &Cut),
    window: WindowState,
    place: &UiFromImage,
    desk: &mut Desk,
) {
    let depth: f64 = cut.origin_mm.iter().zip(cut.normal()).map(|(a, b)| a * b).sum();
    // Positions are told apart by hundredths of a millimeter.
    let position = (depth * 100.0).round() as i64 as u64 as usize;
    // Planes of a scan have keys of their own beside its slices.
    let scan = shown.scan_key() | (number(plane) << 60);
    let key = Key { kind: Kind::Gray, scan, slice: position, sequence: shown.known.sequence };
    let slab = match shown.state.panes.slab {
        Slab::Single => 0.0,
        Slab::Maximum(mm) => mm as f32,
        Slab::Mean(mm) => -mm as f32,
    };
    let (shading, stamp) = shading(&shown.scan.about, window, slab);
    let (pixels, sequence, how) = (shown.scan, shown.known.sequence, shown.state.panes.slab);
    desk.textures.ensure(ctx, key, stamp, TextureOptions::LINEAR, || {
        let found = reslice::values(pixels, sequence, cut, how);
        found.map_or_else(|| egui::ColorImage::filled([1, 1], Color32::BLACK), |plane| gray_image(&plane, shading))
    });
    desk.textures.paint(painter, key, place);
    if shown.state.overlay.is_visible() {
        body_outlines(painter, shown, cut, (scan, position), place, desk);
    }
}

fn body_outlines(
    painter: &Painter,
    shown: &Shown,
    cut: &Cut,
    (scan, slice): (u64, usize),
    place: &UiFromImage,
    desk: &mut Desk,
) {
    let Some(geometry) = shown.scan.about.geometry else { return };
    let overlay = &shown.state.overlay;
    let size = [shown.scan.slices.len(), shown.scan.rows, shown.scan.cols];
    let counted = rano::counted(shown.state);
    if !counted.is_empty() {
        let threshold = shown.mask_threshold();
        // The outlines that count may change by verdict, threshold and arrival: their slices name them.
        let mut mixed = threshold.to_bits() as usize;
        for (slice, _) in &counted {
            mixed = mixed.wrapping_mul(1_000_003).wrapping_add(*slice);
        }
        let key = OutlineKey { is_reference: false, scan, slice, stamp: (mixed, threshold.to_bits()) };
        let loops = desk.outlines.get(key, || {
            let mut maps: Vec<Option<&ProbabilityMap>> = vec![None; size[0]];
            for &(slice, map) in &counted {
                maps[slice] = Some(map);
            }
            let limit = ProbabilityMap::lowest_inside(threshold);
            Some(reslice::mask(&geometry, size, cut, |s, i| maps[s].is_some_and(|m| m.bytes[i] >= limit)))
        });
        let [r, g, b] = overlay.color.rgb();
        overlay::paint(painter, place, &loops, Author::Model, Color32::from_rgb(r, g, b), overlay.contour);
    }
    if overlay.shows_reference {
        let key = OutlineKey { is_reference: true, scan, slice, stamp: (0, 0) };
        let masks = &shown.scan.reference;
        let loops = desk.outlines.get(key, || {
            let is_inside = |s: usize, i: usize| masks.get(s).and_then(Option::as_ref).is_some_and(|m| m.bits[i]);
            Some(reslice::mask(&geometry, size, cut, is_inside))
        });
        overlay::paint(painter, place, &loops, Author::Reference, finding::REFERENCE, 1.0);
    }
}

/// The model's outline of the slice on screen, over another sequence of it.
fn outline_of_slice(painter: &Painter, shown: &Shown, place: &UiFromImage, desk: &mut Desk) {
    let overlay = &shown.state.overlay;
    let Some(map) = shown.map().filter(|_| overlay.is_visible()) else { return };
    let threshold = shown.mask_threshold();
    let stamp = (std::sync::Arc::as_ptr(map) as usize, threshold.to_bits());
    let key = OutlineKey { is_reference: false, scan: shown.scan_key(), slice: shown.known.slice, stamp };
    let loops = desk.outlines.get(key, || Some(map.mask(threshold)));
    let [r, g, b] = overlay.color.rgb();
    let is_rejected = shown.verdict(shown.known.slice) == Some(Verdict::NotTumor);
    let author = if is_rejected { Author::Rejected } else { Author::Model };
    overlay::paint(painter, place, &loops, author, Color32::from_rgb(r, g, b), overlay.contour);
}
