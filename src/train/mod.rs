//! Room 4, `train`: the training loop and evaluation; it emits events to observers. Not for printing or drawing.

pub mod augment;
pub mod batch;
pub mod card;
pub mod checkpoint;
pub mod config;
pub mod dataset;
pub mod error;
pub mod event;
pub mod learner;
pub mod objective;
pub mod observer;
pub mod picture;
pub mod run;
pub mod split;
pub mod store;
pub mod validate;
