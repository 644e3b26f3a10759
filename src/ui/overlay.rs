//! Outlines over the picture: vector lines along pixel edges, in the colors and styles of who drew them. Not for finding
//! the edges (`contour`) or filled layers (`textures`).

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Color32, Painter, Pos2, Shape, Stroke};

use super::contour::{self, Loop};
use super::theme::finding;
use super::transform::{UiFromImage, corner};
use crate::domain::mask::Mask;

/// Whose outline it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Author {
    /// The model: solid, 1.5 points.
    Model,
    /// The model, rejected by the reader: thin gray dashes.
    Rejected,
    /// The reference mask: dashed green.
    Reference,
    /// A training under way: dotted, nearly white.
    Training,
}

/// Which outline, and the values that it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OutlineKey {
    /// Whose; a rejected outline has the same lines as the model's.
    pub is_reference: bool,
    /// The scan.
    pub scan: u64,
    /// Slice index.
    pub slice: usize,
    /// Address of the map and bits of the threshold: what the lines depend on.
    pub stamp: (usize, u32),
}

/// Outlines that were found before; a moved threshold makes new ones.
#[derive(Default)]
pub struct Outlines {
    found: HashMap<OutlineKey, Arc<Vec<Loop>>>,
}

/// So many outlines are kept; then all are dropped and the visible ones found anew.
const KEEP: usize = 256;

impl Outlines {
    /// The outline of `key`; `mask` is called only where it is not known yet.
    pub fn get(&mut self, key: OutlineKey, mask: impl FnOnce() -> Option<Mask>) -> Arc<Vec<Loop>> {
        if let Some(loops) = self.found.get(&key) {
            return Arc::clone(loops);
        }
        if self.found.len() >= KEEP {
            self.found.clear();
        }
        let loops = Arc::new(mask().map(|m| contour::outlines(&m)).unwrap_or_default());
        self.found.insert(key, Arc::clone(&loops));
        loops
    }
}

/// Draws `loops` in the style of `author`; `color` is the model's, `opacity` from 0 to 1.
pub fn paint(painter: &Painter, place: &UiFromImage, loops: &[Loop], author: Author, color: Color32, opacity: f32) {
    if opacity <= 0.0 {
        return;
    }
    for corners in loops {
        let mut points: Vec<Pos2> = corners.iter().map(|&(col, row)| place.point(corner(col, row))).collect();
        match author {
            Author::Model => {
                let edge = Stroke::new(3.5, finding::EDGE.gamma_multiply(opacity));
                painter.add(Shape::closed_line(points.clone(), edge));
                painter.add(Shape::closed_line(points, Stroke::new(1.5, color.gamma_multiply(opacity))));
            }
            Author::Rejected => {
                points.extend(points.first().copied());
                let stroke = Stroke::new(1.0, finding::REJECTED.gamma_multiply(opacity));
                painter.extend(Shape::dashed_line(&points, stroke, 3.0, 4.0));
            }
            Author::Training => {
                points.extend(points.first().copied());
                let edge = Stroke::new(3.0, finding::EDGE.gamma_multiply(0.7 * opacity));
                painter.extend(Shape::dashed_line(&points, edge, 2.5, 3.0));
                let stroke = Stroke::new(1.5, finding::TRAINING.gamma_multiply(opacity));
                painter.extend(Shape::dashed_line(&points, stroke, 2.5, 3.0));
            }
            Author::Reference => {
                points.extend(points.first().copied());
                let edge = Stroke::new(3.0, finding::EDGE.gamma_multiply(0.7 * opacity));
                painter.add(Shape::line(points.clone(), edge));
                let stroke = Stroke::new(1.5, finding::REFERENCE.gamma_multiply(opacity));
                painter.extend(Shape::dashed_line(&points, stroke, 6.0, 4.0));
            }
        }
    }
}
