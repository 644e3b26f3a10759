//! Room 4, `train`: the training loop and evaluation; it emits events to observers. Not for printing or drawing.

pub mod augment;
pub mod batch;
pub mod dataset;
pub mod error;
pub mod event;
pub mod picture;
pub mod split;
pub mod store;
