//! tests
mod data;
mod metrics;
