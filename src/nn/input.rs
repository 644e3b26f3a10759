//! From a scan to the nets' input and back: gray values, field of view, size. Model space never leaves this file's types.
//! Not for augmentation (`train::augment`).

use crate::domain::scan::Scan;

/// Gray-value statistics and the head's place of one scan.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {}

impl Prepared {
    /// Measures `scan`.
    pub fn of(_scan: &Scan) -> Self {
        Self {}
    }
}
