//! The kernels that candle lacks or does slowly, each with its reference test in `tests/ops.rs`. Not for nets or
//! layers (`nn::layers`), and not for anything that outlives a call.
//!
//! All are f32 and NCHW. On the CPU they run here, elsewhere they are composed of candle's own operations. A sum is
//! split by the shape of its operands and never by the number of threads, so a result does not depend on it.

pub mod adam;
pub mod concat;
pub mod conv;
pub mod cpu;
pub mod dense;
pub mod loss;
mod memory;
pub mod norm;
pub mod pool;
mod priority;
mod together;
mod turn;
pub mod upconv;
mod vectorized;

pub use memory::keep_freed_memory;
pub use priority::{compute_behind_the_window, lower_this_threads_priority};
pub use together::{map_together, things_at_once};
pub use turn::{Asking, ask_between_layers};
