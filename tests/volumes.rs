//! NIfTI volumes and all that goes through their affine. Not for DICOM.

mod forms;
mod hostile;
pub mod make;
mod masks;
mod places;
mod real;
mod series;
mod size;
