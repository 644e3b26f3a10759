//! Room 5, `engine`: threads, and only here. Commands in, events out. Not for deciding what to do next (`state`).

pub mod command;
pub mod event;
pub mod failure;
