//! Room 1, `domain`: what things are. Not for files, threads, drawing or tensors: every other room may import this one,
//! and this one imports none of them.

pub mod assembly;
pub mod card;
pub mod device;
pub mod diameters;
pub mod finding;
pub mod gate;
pub mod gate_measure;
pub mod geometry;
pub mod grid;
pub mod history;
pub mod layers;
pub mod mask;
pub mod measurement;
pub mod metrics;
pub mod random;
pub mod reslice;
pub mod review;
pub mod scan;
pub mod sequences;
pub mod shading;
pub mod upright;
pub mod window;
