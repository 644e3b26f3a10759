//! The reader's decisions: verdicts, going on, taking back, the whole study, the reader's own call. Not for saving them
//! (`io::reviews`) and not for drawing the buttons.

use crate::domain::review::{ReviewKey, SliceReview};

use super::study::StudyId;

/// One decision as it can be taken back: which review, which slices, before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The study.
    pub study: StudyId,
    /// Index of the scan.
    pub scan: usize,
    /// The review of which result.
    pub key: ReviewKey,
    /// The slice that was on screen.
    pub at_slice: usize,
    /// Slice, what it had before, what it has now.
    pub changes: Vec<(usize, Option<SliceReview>, Option<SliceReview>)>,
}

/// Decisions that can be taken back and made again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Undo {
    done: Vec<Decision>,
    undone: Vec<Decision>,
}

impl Undo {
    /// Whether there is one to take back.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is one to make again.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }
}
