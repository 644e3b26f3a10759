//! Window and level: from stored values to shades of gray. Not for drawing (`ui`).

/// Which stored values become black and white.
///
/// *Units*: stored values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The value in the middle of the gray scale.
    pub center: f32,
    /// From black to white; more than 0.
    pub width: f32,
}
