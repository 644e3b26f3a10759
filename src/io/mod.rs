//! Room 2, `io`: files to domain and back. Untrusted bytes end here. Not for showing, computing or deciding anything.

pub mod archive;
pub mod atomic;
pub mod cases;
pub mod chart;
pub mod dicom;
pub mod digest;
pub mod error;
pub mod export;
pub mod findings_json;
pub mod home;
pub mod kind;
pub mod limits;
pub mod masks;
pub mod memory;
pub mod models;
pub mod nifti;
pub mod open;
pub mod plan;
pub mod raster;
pub mod reviews;
pub mod runs;
pub mod sample;
pub mod series;
pub mod settings;
pub mod volumes;
