//! Room 2, `io`: files to domain and back. Untrusted bytes end here. Not for showing, computing or deciding anything.

pub mod error;
pub mod limits;
pub mod raster;
pub mod settings;
