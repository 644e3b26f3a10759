//! What an evaluation shows in the window beyond the figures of a card: curves, dots a patient, pictures. Not for the
//! figures themselves (`figures`).

use super::report::Evaluation;

/// One evaluation with its curves.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationReport {
    /// Figures, patients, warnings.
    pub evaluation: Evaluation,
    /// Every slice's score with its label, where a classifier was asked: all curves come of these.
    pub scores: Vec<(f32, bool)>,
}
