//! What the window itself remembers from frame to frame: textures, outlines, text that is being typed, keys and drags under
//! way. Not for anything that the program must know (`state`).

use egui::Pos2;

use super::keys::Held;
use super::overlay::Outlines;
use super::textures::Textures;
use super::wheel::Wheel;
use crate::domain::window::Window;
use crate::state::screen::Popup;
use crate::state::study::StudyId;

/// The window's own memory.
#[derive(Default)]
pub struct Desk {
    /// Pictures on the graphics card.
    pub textures: Textures,
    /// Outlines that were found before.
    pub outlines: Outlines,
    /// A key that acts as long as it is held.
    pub held: Held,
    /// The part of a slice that the wheel has not turned yet.
    pub wheel: Wheel,
    /// The gray window before the drag that is under way, to go back to with Esc.
    pub window_before_drag: Option<Window>,
    /// The left drag that is under way draws or moves a figure.
    pub draws: bool,
    /// The words beside figures, as long as they do not change.
    pub figures: super::measuring::Cache,
    /// The finding's diameters, measured before.
    pub diameters: super::rano::Cache,
    /// The finding's diameters as the panel shows them.
    pub rano: Option<crate::state::rano::Rano>,
    /// When the slices last ran on by themselves, in seconds.
    pub played_at: f64,
    /// Gray windows of series that are not in the first pane, measured once.
    pub windows: std::collections::HashMap<(u64, usize), crate::state::study::WindowState>,
    /// Where a zoom drag began.
    pub zoom_anchor: Option<Pos2>,
    /// Text that is being typed.
    pub typed: Typed,
    /// The popup of the last frame: a new one takes the keyboard once.
    pub last_popup: Option<Popup>,
    /// The picture's place on screen in the last frame, for the copy.
    pub picture_rect: Option<egui::Rect>,
    /// The study panel is on screen: neither folded nor without room.
    pub has_left: bool,
}

/// Text that is being typed and not sent yet.
#[derive(Default)]
pub struct Typed {
    /// In the palette.
    pub search: String,
    /// The row of the palette that Enter takes.
    pub chosen: usize,
    /// A path.
    pub path: String,
    /// The reviewer's initials.
    pub initials: String,
    /// The words of a figure.
    pub words: String,
    /// Name, note and tags of a run, and its folder; tags as they are typed.
    pub run_label: Option<(std::path::PathBuf, crate::engine::lab::order::RunLabel, String)>,
    /// A note, and the slice that it belongs to.
    pub note: Option<(StudyId, usize, usize, String)>,
}
