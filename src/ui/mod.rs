//! Room 7, `ui`: how it looks. Reads the state and returns actions. Not for files, threads or tensors.

mod bearings;
pub mod canvas;
pub mod colormap;
pub mod contour;
mod corners;
pub mod desk;
mod empty;
mod finding_panel;
mod key_sheet;
mod keys;
mod marks;
mod measurements;
mod measuring;
mod model_panel;
mod models;
mod notices;
pub mod overlay;
mod overlay_panel;
pub mod picture;
mod popups;
mod review_panel;
mod root;
mod search;
mod settings_menu;
mod status_bar;
mod strip;
mod study_panel;
pub mod textures;
pub mod theme;
mod tool_bar;
mod top_bar;
mod training;
pub mod transform;
pub mod wheel;
mod widgets;

pub use root::root_ui;
