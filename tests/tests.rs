//! tests
mod data;
