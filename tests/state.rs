//! The app's state through its two doors, `update` and `receive`, and every word that it says. Not for drawing.

mod analysis;
mod deciding;
mod exporting;
mod looking;
pub mod make;
pub mod models;
mod opening;
mod reader_first;
mod reading;
mod sentences;
mod strip;
mod table;
pub mod training;
mod watching;
