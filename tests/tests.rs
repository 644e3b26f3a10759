//! tests

mod data;
mod metrics;
mod ops;
