//! The reading screen on scans whose place in the patient is known. Not for scans without geometry (`window`, `state`).

mod exported;
mod measuring;
mod panes;
mod placed;
mod rano;
pub mod room;
mod screen;
mod upright;
