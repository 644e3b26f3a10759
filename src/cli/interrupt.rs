//! Ctrl-C: the first asks the work to stop cleanly, the second ends the program. Not for what stopping means to the work.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit code of a program that a signal ended, as shells count it: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

/// A flag that the first Ctrl-C sets. Call it once.
pub fn flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&flag);
    let handler = move || {
        if asked.swap(true, Ordering::SeqCst) {
            process::exit(INTERRUPTED);
        }
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        log::warn!("Ctrl-C will end the program at once: {error}");
    }
    flag
}
