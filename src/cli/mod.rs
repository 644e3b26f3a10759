//! The second face: the same engine in a terminal. Not for computing anything itself.
