//! Room 6, `state`: what the app knows. Pure and testable without a window. Not for drawing or threads.
