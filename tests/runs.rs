//! Runs: what the loop writes into a folder, how a training is steered, and the list of runs. Not for learning itself
//! (`training`).

mod crossing;
mod curves;
mod finish;
mod folder;
mod interrupted;
mod kit;
mod list;
mod loop_control;
mod on_scan;
mod steering;
mod tensorboard;
