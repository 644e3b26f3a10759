//! Room 4, `train`: the training loop and evaluation; it emits events to observers. Not for printing or drawing.

pub mod answers;
pub mod augment;
pub mod batch;
pub mod card;
pub mod checkpoint;
pub mod choose;
pub mod config;
pub mod curves;
pub mod dataset;
pub mod error;
pub mod evaluate;
pub mod event;
pub mod examples;
pub mod figures;
pub mod gallery;
pub mod inspect;
pub mod learner;
pub mod objective;
pub mod observer;
pub mod picture;
pub mod report;
pub mod run;
pub mod split;
pub mod store;
pub mod validate;
