//! Window and level: from stored values to shades of gray. Not for drawing (`ui`).
