//! Room 4, `train`: the training loop and evaluation. Prints nothing and draws nothing: it emits events to observers.

pub mod error;
pub mod event;
