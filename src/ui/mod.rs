//! Room 7, `ui`: how it looks. Reads the state and returns actions. Not for files, threads or tensors.

pub mod colormap;
pub mod contour;
pub mod keys;
pub mod marks;
pub mod overlay;
pub mod strip;
pub mod textures;
pub mod theme;
pub mod transform;
pub mod wheel;
pub mod widgets;
