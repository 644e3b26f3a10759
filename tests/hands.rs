//! The reading screen on scans whose place in the patient is known. Not for scans without geometry (`window`, `state`).

mod measuring;
mod placed;
pub mod room;
mod screen;
mod upright;
