//! Room 7, `ui`: how it looks. Reads the state and returns actions. Not for files, threads or tensors.
