//! The window through its accessibility tree: everything is found by role and label, nothing by place. Not for the
//! state's own rules and not for pixels.

mod fit;
mod hands;
mod kit;
mod models;
mod parts;
mod reviews;
mod roles;
mod states;
mod training;
mod training_on_scan;
mod training_runs;
