//! How the picture is looked at: window presets, zoom, overlay, panels, popups. Not for data (`study`) and not for
//! drawing (`ui`).

use std::path::PathBuf;

use crate::engine::command::Pick;

/// Which part of the program is on screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MainView {
    /// Scans with the nets' answers.
    #[default]
    Read,
    /// Data, settings, curves, runs.
    Train,
    /// Models with their cards.
    Models,
}

/// The window presets on the keys 1, 2, 3, 4 and 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WindowPreset {
    /// 2nd to 98th percentile of the inner head over the whole series.
    #[default]
    Head,
    /// 1st to 99th percentile.
    Percent1,
    /// 0.1st to 99.9th percentile.
    Percent01,
    /// Smallest to largest value.
    Full,
    /// As the file says.
    File,
}

impl WindowPreset {
    /// All, in the order of their keys.
    pub const ALL: [Self; 5] = [Self::Head, Self::Percent1, Self::Percent01, Self::Full, Self::File];

    /// Words in the palette and the key sheet.
    pub fn label(self) -> &'static str {
        match self {
            Self::Head => "Window: 2–98 % of the inner head",
            Self::Percent1 => "Window: 1–99 %",
            Self::Percent01 => "Window: 0.1–99.9 %",
            Self::Full => "Window: full range",
            Self::File => "Window: as in the file",
        }
    }
}

/// Colors of the model's outline, told apart by the color-blind (Okabe and Ito 2008).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutlineColor {
    /// #E69F00.
    #[default]
    Orange,
    /// #CC79A7.
    Purple,
    /// #F0E442.
    Yellow,
}

impl OutlineColor {
    /// All, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Orange, Self::Purple, Self::Yellow];

    /// The name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Orange => "Orange",
            Self::Purple => "Purple",
            Self::Yellow => "Yellow",
        }
    }

    /// Red, green, blue.
    pub fn rgb(self) -> [u8; 3] {
        match self {
            Self::Orange => [0xE6, 0x9F, 0x00],
            Self::Purple => [0xCC, 0x79, 0xA7],
            Self::Yellow => [0xF0, 0xE4, 0x42],
        }
    }
}

/// What is drawn over the picture.
// Each is a switch of its own on screen: no two exclude each other.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlay {
    /// Switched on (M).
    pub is_shown: bool,
    /// Hidden as long as H is held, reference and heat map too.
    pub is_held_hidden: bool,
    /// Opacity of the contour, 0–1.
    pub contour: f32,
    /// Opacity of the fill, 0–1; 0 at first, [`Overlay::FILL_ON_DEMAND`] when switched on.
    pub fill: f32,
    /// The model outline's color.
    pub color: OutlineColor,
    /// The heat map of probabilities.
    pub has_heat_map: bool,
    /// The reference mask is shown.
    pub shows_reference: bool,
    /// The difference between reference and model is shown.
    pub shows_difference: bool,
}

impl Overlay {
    /// Fill opacity when it is first asked for.
    pub const FILL_ON_DEMAND: f32 = 0.15;
    /// Below this probability the heat map is transparent.
    pub const HEAT_MAP_FROM: f32 = 0.1;

    /// Whether anything may be drawn over the picture now.
    pub fn is_visible(&self) -> bool {
        self.is_shown && !self.is_held_hidden
    }
}

impl Default for Overlay {
    fn default() -> Self {
        Self {
            is_shown: true,
            is_held_hidden: false,
            contour: 1.0,
            fill: 0.0,
            color: OutlineColor::Orange,
            has_heat_map: false,
            shows_reference: false,
            shows_difference: false,
        }
    }
}

/// Zoom and place of the picture on the canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ViewTransform {
    /// Points on screen per scan pixel; `None` fits the picture into the canvas.
    pub zoom: Option<f32>,
    /// The scan point at the middle of the canvas, as an offset from the picture's middle in pixels, `[x, y]`.
    pub offset_px: [f32; 2],
    /// The canvas in points, `[width, height]`.
    pub canvas: [f32; 2],
    /// Real pixels asked for (P); from 800 % on they are shown anyway.
    pub wants_real_pixels: bool,
}

impl ViewTransform {
    /// Least zoom in points per pixel.
    pub const MIN_ZOOM: f32 = 0.05;
    /// Greatest zoom in points per pixel.
    pub const MAX_ZOOM: f32 = 64.0;
    /// From here real pixels are shown (800 %).
    pub const REAL_PIXELS_FROM: f32 = 8.0;

    /// The zoom at which a picture of `rows` × `cols` fills the canvas without being cut.
    pub fn fit_zoom(&self, rows: usize, cols: usize) -> f32 {
        let fit = (self.canvas[0] / cols.max(1) as f32).min(self.canvas[1] / rows.max(1) as f32);
        fit.clamp(Self::MIN_ZOOM, Self::MAX_ZOOM)
    }

    /// The zoom in use, in points per pixel.
    pub fn zoom(&self, rows: usize, cols: usize) -> f32 {
        self.zoom.unwrap_or_else(|| self.fit_zoom(rows, cols))
    }

    /// Whether real pixels are shown.
    pub fn shows_real_pixels(&self, rows: usize, cols: usize) -> bool {
        self.wants_real_pixels || self.zoom(rows, cols) >= Self::REAL_PIXELS_FROM
    }

    /// Zooms by `factor`; the scan point `at_px` (`[x, y]`) stays where it is on screen.
    pub fn zoom_at(&mut self, factor: f32, at_px: [f32; 2], rows: usize, cols: usize) {
        if !factor.is_finite() || factor <= 0.0 {
            return;
        }
        let old = self.zoom(rows, cols);
        let new = (old * factor).clamp(Self::MIN_ZOOM, Self::MAX_ZOOM);
        let middle = [cols as f32 / 2.0, rows as f32 / 2.0];
        for axis in 0..2 {
            let at = at_px[axis] - middle[axis];
            self.offset_px[axis] = at - (at - self.offset_px[axis]) * old / new;
        }
        self.zoom = Some(new);
    }

    /// Moves the picture by so many points, at most so far that its edge reaches the canvas' middle.
    pub fn pan(&mut self, by_points: [f32; 2], rows: usize, cols: usize) {
        let zoom = self.zoom(rows, cols);
        self.zoom = Some(zoom);
        let half = [cols as f32 / 2.0, rows as f32 / 2.0];
        for axis in 0..2 {
            self.offset_px[axis] = (self.offset_px[axis] - by_points[axis] / zoom).clamp(-half[axis], half[axis]);
        }
    }

    /// Fits the picture into the canvas again.
    pub fn reset(&mut self) {
        self.zoom = None;
        self.offset_px = [0.0; 2];
    }
}

impl Default for ViewTransform {
    fn default() -> Self {
        Self { zoom: None, offset_px: [0.0; 2], canvas: [700.0, 700.0], wants_real_pixels: false }
    }
}

/// What lies over the window. Text that is being typed belongs to the window until it is sent as an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Popup {
    /// The search over all actions.
    Palette,
    /// All keys.
    KeySheet,
    /// The model cards in full.
    ModelDetails,
    /// The recent files.
    Recent,
    /// A field for the reviewer's initials, asked once.
    Initials,
    /// A field for a path, where the machine shows no dialog or the user prefers to type.
    Path(Pick),
}

/// Panels, popups and what hangs over the window.
// Each fold is a switch of its own: no two exclude each other.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Which part of the program.
    pub view: MainView,
    /// The study panel is folded.
    pub is_left_folded: bool,
    /// The right panel is folded.
    pub is_right_folded: bool,
    /// Only the picture.
    pub is_picture_alone: bool,
    /// The popup that is open.
    pub popup: Option<Popup>,
    /// What hangs over the window in a drag; empty when nothing does.
    pub drag_hover: Vec<PathBuf>,
    /// The window is asked to put the picture on the clipboard.
    pub copies_picture: bool,
    /// The machine has shown that it has no dialogs: the path field comes with the package to install.
    pub has_no_dialogs: bool,
}
