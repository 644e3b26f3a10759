//! The one test binary: a module an area. Not for test code itself, which lies in the modules.

mod bad_input;
mod data;
mod display;
mod engine;
mod engine_failures;
mod engine_jobs;
mod engine_kit;
mod evaluation;
mod export;
mod gate;
mod metrics;
mod nets;
mod opening;
mod opening_stacks;
mod ops;
mod ops_adam;
mod ops_parity;
mod pictures;
mod sample;
mod shades;
mod shared_data;
mod state;
mod tidy;
mod training;
mod window;
