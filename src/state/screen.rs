//! How the picture is looked at: window presets, zoom, overlay, panels, popups. Not for data (`study`) and not for
//! drawing (`ui`).

use std::path::PathBuf;

use crate::engine::command::Pick;

pub use super::view::ViewTransform;

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
    /// Below this probability the heat map is transparent.
    pub heat_map_from: f32,
    /// The opacity of the heat map, 0–1.
    pub heat_map_opacity: f32,
    /// What is drawn goes off and on as long as V is held.
    pub is_flickering: bool,
    /// The reference mask is shown.
    pub shows_reference: bool,
    /// The difference between reference and model is shown.
    pub shows_difference: bool,
}

impl Overlay {
    /// Fill opacity when it is first asked for.
    pub const FILL_ON_DEMAND: f32 = 0.15;
    /// Below this probability the heat map is transparent at first.
    pub const HEAT_MAP_FROM: f32 = 0.1;
    /// How opaque the heat map is at first: the scan must stay readable under it.
    pub const HEAT_MAP_OPACITY: f32 = 0.6;

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
            heat_map_from: Self::HEAT_MAP_FROM,
            heat_map_opacity: Self::HEAT_MAP_OPACITY,
            is_flickering: false,
            shows_reference: false,
            shows_difference: false,
        }
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
    /// A field for the words of this measurement.
    Words(u64),
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
    /// Who the patient is stands at the picture's corner; never at the start, and never in a copied picture.
    pub shows_patient: bool,
    /// The popup that is open.
    pub popup: Option<Popup>,
    /// What hangs over the window in a drag; empty when nothing does.
    pub drag_hover: Vec<PathBuf>,
    /// The window is asked to put the picture on the clipboard.
    pub copies_picture: bool,
    /// The machine has shown that it has no dialogs: the path field comes with the package to install.
    pub has_no_dialogs: bool,
}
