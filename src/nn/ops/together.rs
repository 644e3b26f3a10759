//! The same work on many things at once, on the kernels' threads, in order. Not for jobs (`engine`), and no result depends
//! on how many threads there are.

use rayon::prelude::*;

/// Applies `work` to each of `things`; the answers come in their order.
pub fn map_together<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    things.par_iter().map(work).collect()
}

/// Things that keep all threads busy for a moment: so many are given out between two looks at whoever waits.
pub fn things_at_once() -> usize {
    rayon::current_num_threads() * 4
}
