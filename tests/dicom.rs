//! DICOM from bytes to studies, on synthetic files made here. Not for NIfTI (`volumes`) or pictures (`opening`).

mod archives;
mod gate;
mod geometry;
mod gray;
mod hostile;
pub mod kit;
mod numbers;
mod privacy;
mod segmentations;
mod series;
mod syntaxes;
