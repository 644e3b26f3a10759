//! Lower priority for the threads that compute, so that the window's frames come first. Not for who computes first among
//! them: that is said where jobs are given out.
#![allow(unsafe_code)]

/// Steps of niceness: beside a busy thread of the window, about a third of its share of a core is left to computing.
#[cfg(target_os = "linux")]
const NICER_BY: i32 = 5;

/// Makes the threads that share all kernels with a lower priority than the caller's. Does nothing where they exist
/// already, and on systems other than Linux.
pub fn compute_behind_the_window() {
    let pool = rayon::ThreadPoolBuilder::new().start_handler(|_| lower_this_threads_priority());
    // The pool is there already where something was computed before: it keeps its priority.
    let _ = pool.build_global();
}

/// Lowers the priority of the calling thread, and of those that it starts afterwards.
pub fn lower_this_threads_priority() {
    #[cfg(target_os = "linux")]
    // SAFETY: `setpriority` takes three numbers; on Linux, 0 means the calling thread alone. What it answers does not
    // matter: a thread that keeps its priority works as well.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, NICER_BY);
    }
}
