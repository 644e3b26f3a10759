//! The wish to stop, as one atomic that a job looks at between its steps. Not for killing threads: a job that never
//! looks runs to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared by the engine, which asks, and one job, which looks.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Asks the job to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the job was asked to stop.
    pub fn is_canceled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
