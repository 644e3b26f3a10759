//! The picture itself: gray values, filled layers and outlines, all placed by the one transform. Not for hands
//! (`canvas`) and not for words (`corners`).

use std::sync::Arc;

use egui::{Color32, ColorImage, Context, Painter, TextureOptions};

use super::colormap;
use super::desk::Desk;
use super::overlay::{self, Author, OutlineKey};
use super::rano;
use super::textures::{Key, Kind, Stamp};
use super::theme::finding;
use super::transform::UiFromImage;
use crate::domain::mask::{Mask, ProbabilityMap};
use crate::domain::review::Verdict;
use crate::domain::scan::{Plane, Scan};
use crate::domain::shading::Shading;
use crate::state::AppState;
use crate::state::screen::WindowPreset;
use crate::state::study::{ScanState, StudyState, WindowState};
use crate::state::training::watching;

/// A scan on screen with everything that is drawn of it.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// Everything.
    pub state: &'a AppState,
    /// The study.
    pub study: &'a StudyState,
    /// The scan as read.
    pub scan: &'a Scan,
    /// What is known of it.
    pub known: &'a ScanState,
}

impl<'a> Shown<'a> {
    /// The scan on screen.
    pub fn of(state: &'a AppState) -> Option<Self> {
        let (study, scan, known) = state.current_scan()?;
        (known.slice < scan.slices.len()).then_some(Self { state, study, scan, known })
    }

    /// A number that no other open scan has.
    pub fn scan_key(&self) -> u64 {
        scan_key(self.study, self.study.scan)
    }

    /// The plane on screen.
    pub fn plane(&self) -> Option<&'a Plane> {
        self.scan.slices.get(self.known.slice)?.planes.get(self.known.sequence)
    }

    /// The net's map of the slice on screen, unless it is covered.
    pub fn map(&self) -> Option<&'a Arc<ProbabilityMap>> {
        if self.known.is_covered {
            return None;
        }
        self.known.finding.as_ref()?.slices.get(self.known.slice)?.map.as_ref()
    }

    /// The reference mask of the slice on screen.
    pub fn reference(&self) -> Option<&'a Mask> {
        self.scan.reference.get(self.known.slice)?.as_ref()
    }

    /// The reader's verdict on `slice`.
    pub fn verdict(&self, slice: usize) -> Option<Verdict> {
        self.known.decision(slice, self.state.thresholds_of(self.known)).map(|d| d.verdict)
    }

    /// The mask threshold in use.
    pub fn mask_threshold(&self) -> f32 {
        self.state.thresholds_of(self.known).mask
    }
}

/// A number that no other open scan has.
pub fn scan_key(study: &StudyState, scan: usize) -> u64 {
    (study.id.0 << 16) | scan as u64
}

/// Marks the key of a training's outline.
const OF_TRAINING: u64 = 1 << 63;

/// Draws the slice on screen with its layers.
pub fn paint(ctx: &Context, painter: &Painter, shown: &Shown, place: &UiFromImage, desk: &mut Desk) {
    let Some(plane) = shown.plane() else { return };
    let Some(WindowState { window, preset }) = shown.known.window() else { return };
    let is_as_in_file = preset == Some(WindowPreset::File);
    let gray = key(shown, Kind::Gray);
    let has_real_pixels = shown.state.view.shows_real_pixels(shown.scan.rows, shown.scan.cols);
    let sampling = if has_real_pixels { TextureOptions::NEAREST } else { TextureOptions::LINEAR };
    let stamp = [window.center.to_bits(), window.width.to_bits(), is_as_in_file.into(), 0];
    let shading = Shading::new(&shown.scan.about, window, is_as_in_file);
    desk.textures.ensure(ctx, gray, stamp, sampling, || gray_image(plane, shading));
    desk.textures.paint(painter, gray, place);
    let phase = flicker(ctx, shown);
    if shown.state.overlay.is_visible() && phase != Phase::Nothing {
        if phase != Phase::Reference {
            paint_layers(ctx, painter, shown, place, desk);
        }
        paint_outlines(painter, shown, place, phase, desk);
        if phase != Phase::Reference {
            rano::paint(painter, shown, place, desk);
        }
    }
}

/// What flickering shows at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Everything.
    All,
    /// The model's layers alone.
    Model,
    /// The reference alone.
    Reference,
    /// Nothing.
    Nothing,
}

/// Seconds of one phase: two changes a second, below the three flashes a second that can harm.
const FLICKER_SECS: f64 = 0.5;

/// While V is held the model's layers and the reference take turns; without a reference on screen, all and nothing do.
fn flicker(ctx: &Context, shown: &Shown) -> Phase {
    let overlay = &shown.state.overlay;
    if !overlay.is_flickering {
        return Phase::All;
    }
    let now = ctx.input(|i| i.time);
    let rest = FLICKER_SECS - now.rem_euclid(FLICKER_SECS);
    ctx.request_repaint_after(std::time::Duration::from_secs_f64(rest));
    let is_even = (now / FLICKER_SECS).floor().rem_euclid(2.0) < 1.0;
    match (overlay.shows_reference && shown.reference().is_some(), is_even) {
        (true, true) => Phase::Model,
        (true, false) => Phase::Reference,
        (false, true) => Phase::All,
        (false, false) => Phase::Nothing,
    }
}

fn key(shown: &Shown, kind: Kind) -> Key {
    let sequence = if kind == Kind::Gray { shown.known.sequence } else { 0 };
    Key { kind, scan: shown.scan_key(), slice: shown.known.slice, sequence }
}

/// Heat map, fill and difference: filled layers, always exact pixels.
fn paint_layers(ctx: &Context, painter: &Painter, shown: &Shown, place: &UiFromImage, desk: &mut Desk) {
    let overlay = &shown.state.overlay;
    let Some(map) = shown.map() else { return };
    let threshold = shown.mask_threshold();
    let mut layer = |kind: Kind, stamp: Stamp, make: &dyn Fn() -> ColorImage| {
        let key = key(shown, kind);
        desk.textures.ensure(ctx, key, stamp, TextureOptions::NEAREST, make);
        desk.textures.paint(painter, key, place);
    };
    let address = Arc::as_ptr(map) as usize as u64;
    let of_map = [address as u32, (address >> 32) as u32];
    if overlay.has_heat_map {
        let (from, opacity) = (overlay.heat_map_from, overlay.heat_map_opacity);
        let stamp = [of_map[0], of_map[1], from.to_bits(), opacity.to_bits()];
        layer(Kind::Heat, stamp, &|| heat_image(map, from, opacity));
    }
    if overlay.shows_difference
        && let Some(reference) = shown.reference()
    {
        let stamp = [of_map[0], of_map[1], threshold.to_bits(), 0];
        layer(Kind::Difference, stamp, &|| difference_image(&map.mask(threshold), reference));
    } else if overlay.fill > 0.0 && shown.verdict(shown.known.slice) != Some(Verdict::NotTumor) {
        let [r, g, b] = overlay.color.rgb();
        let alpha = (overlay.fill.clamp(0.0, 1.0) * 255.0) as u8;
        let color = Color32::from_rgba_unmultiplied(r, g, b, alpha);
        let stamp = [of_map[0], of_map[1], threshold.to_bits(), u32::from_le_bytes(color.to_array())];
        layer(Kind::Fill, stamp, &|| mask_image(&map.mask(threshold), color));
    }
}

fn paint_outlines(painter: &Painter, shown: &Shown, place: &UiFromImage, phase: Phase, desk: &mut Desk) {
    let overlay = &shown.state.overlay;
    let slice = shown.known.slice;
    let scan = shown.scan_key();
    if overlay.shows_reference
        && phase != Phase::Model
        && let Some(mask) = shown.reference()
    {
        let key = OutlineKey { is_reference: true, scan, slice, stamp: (0, 0) };
        let loops = desk.outlines.get(key, || Some(mask.clone()));
        overlay::paint(painter, place, &loops, Author::Reference, finding::REFERENCE, 1.0);
    }
    if let Some(watching::OnScan { job, epoch, map: Ok(map) }) = watching::on_screen(shown.state) {
        // Named by training and epoch, not by address: each epoch's map takes the place of the last.
        let key =
            OutlineKey { is_reference: false, scan: scan | OF_TRAINING, slice, stamp: (job.0 as usize, epoch as u32) };
        let loops = desk.outlines.get(key, || Some(map.mask(watching::THRESHOLD)));
        overlay::paint(painter, place, &loops, Author::Training, finding::TRAINING, 1.0);
    }
    if phase == Phase::Reference {
        return;
    }
    if let Some(map) = shown.map() {
        let threshold = shown.mask_threshold();
        let stamp = (Arc::as_ptr(map) as usize, threshold.to_bits());
        let key = OutlineKey { is_reference: false, scan, slice, stamp };
        let loops = desk.outlines.get(key, || Some(map.mask(threshold)));
        let is_rejected = shown.verdict(slice) == Some(Verdict::NotTumor);
        let author = if is_rejected { Author::Rejected } else { Author::Model };
        let [r, g, b] = overlay.color.rgb();
        overlay::paint(painter, place, &loops, author, Color32::from_rgb(r, g, b), overlay.contour);
    }
}

/// Shades of gray of one plane.
pub fn gray_image(plane: &Plane, shading: Shading<'_>) -> ColorImage {
    ColorImage::from_gray([plane.cols, plane.rows], &shading.apply(plane))
}

fn mask_image(mask: &Mask, color: Color32) -> ColorImage {
    let pixels = mask.bits.iter().map(|&b| if b { color } else { Color32::TRANSPARENT }).collect();
    ColorImage::new([mask.cols, mask.rows], pixels)
}

fn heat_image(map: &ProbabilityMap, from: f32, opacity: f32) -> ColorImage {
    let table = colormap::overlay_table(from, opacity);
    ColorImage::new([map.cols, map.rows], map.bytes.iter().map(|&b| table[usize::from(b)]).collect())
}

/// Agreement gray, missed blue, extra orange.
fn difference_image(model: &Mask, reference: &Mask) -> ColorImage {
    let soft = |c: Color32| Color32::from_rgba_unmultiplied(c.r(), c.g(), c.b(), 120);
    let pairs = model.bits.iter().zip(&reference.bits);
    let pixels = pairs
        .map(|(&drawn, &expected)| match (drawn, expected) {
            (true, true) => soft(finding::AGREEMENT),
            (false, true) => soft(finding::READER),
            (true, false) => soft(finding::MODEL),
            (false, false) => Color32::TRANSPARENT,
        })
        .collect::<Vec<_>>();
    if pixels.len() != model.rows * model.cols {
        return ColorImage::filled([model.cols, model.rows], Color32::TRANSPARENT);
    }
    ColorImage::new([model.cols, model.rows], pixels)
}
