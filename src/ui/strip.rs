//! The slice strip right of the canvas: the map of the study, one cell a slice. Not for what a slice's state is (`state`).

use egui::{Color32, Painter, Rect, Stroke, StrokeKind, pos2, vec2};

use super::marks::{self, Mark};
use super::theme::Palette;

/// What one cell shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cell {
    /// Model score, 0–1.
    pub score: Option<f32>,
    /// An outline that counts exists: an edge in its color.
    pub has_outline: bool,
    /// The score is there and the outline is not: hatched.
    pub is_pending: bool,
    /// The reader has rejected the outline: the edge is gray.
    pub is_rejected: bool,
    /// What the reader did.
    pub mark: Option<Mark>,
}

/// Cells lower than this merge by maximum, in points.
const LEAST_HEIGHT: f32 = 3.0;
/// Space between cells in points; none where cells are low.
const GAP: f32 = 2.0;
/// Width of the outline's edge in points.
const EDGE: f32 = 3.0;

/// How `count` slices lie on the strip: `count` cells, or fewer that hold several slices each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rows {
    rect: Rect,
    count: usize,
    per_cell: usize,
}

impl Rows {
    /// Lays `count` slices into `rect`.
    pub fn new(rect: Rect, count: usize) -> Self {
        let count = count.max(1);
        let per_cell = (LEAST_HEIGHT * count as f32 / rect.height().max(LEAST_HEIGHT)).ceil().max(1.0) as usize;
        Self { rect, count, per_cell }
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.count.div_ceil(self.per_cell)
    }

    /// Slices that cell `cell` holds.
    pub fn slices(&self, cell: usize) -> std::ops::Range<usize> {
        (cell * self.per_cell)..((cell + 1) * self.per_cell).min(self.count)
    }

    /// Where cell `cell` lies.
    pub fn cell_rect(&self, cell: usize) -> Rect {
        let height = self.rect.height() / self.cells() as f32;
        let gap = if height > 8.0 { GAP } else { 0.0 };
        let top = self.rect.top() + height * cell as f32;
        Rect::from_min_size(pos2(self.rect.left(), top), vec2(self.rect.width(), height - gap))
    }

    /// The cell of `slice`.
    pub fn cell_of(&self, slice: usize) -> usize {
        slice.min(self.count - 1) / self.per_cell
    }

    /// The slice at height `y`, also above and below the strip.
    pub fn slice_at(&self, y: f32) -> usize {
        let share = ((y - self.rect.top()) / self.rect.height()).clamp(0.0, 1.0);
        let cell = ((share * self.cells() as f32) as usize).min(self.cells() - 1);
        let within = share * self.cells() as f32 - cell as f32;
        let slices = self.slices(cell);
        (slices.start + (within * slices.len() as f32) as usize).min(slices.end - 1)
    }
}

/// Several slices in one cell: the highest score, and whatever any of them has.
pub fn merge(cells: &[Cell]) -> Cell {
    let mut merged = Cell::default();
    for cell in cells {
        merged.score = match (merged.score, cell.score) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        merged.has_outline |= cell.has_outline;
        merged.is_pending |= cell.is_pending;
        merged.is_rejected |= cell.is_rejected;
        merged.mark = match (merged.mark, cell.mark) {
            (None | Some(Mark::Dot), other) if other.is_some() => other,
            (mark, _) => mark,
        };
    }
    merged
}

/// Draws all cells, the threshold's hairline and the frame around the slice on screen.
pub fn paint(
    painter: &Painter,
    rows: &Rows,
    cells: &[Cell],
    current: usize,
    threshold: Option<f32>,
    outline: Color32,
    palette: &Palette,
) {
    for index in 0..rows.cells() {
        let merged = merge(&cells[rows.slices(index)]);
        paint_cell(painter, rows.cell_rect(index), &merged, outline, palette);
    }
    if let Some(threshold) = threshold {
        let inner = bar_rect(rows.rect);
        let x = inner.left() + inner.width() * threshold;
        painter.vline(x, rows.rect.y_range(), Stroke::new(1.0, palette.canvas_quiet));
    }
    let frame = rows.cell_rect(rows.cell_of(current));
    let frame = Rect::from_center_size(frame.center(), vec2(frame.width(), frame.height().max(4.0))).expand(1.0);
    painter.rect_stroke(frame, 1.0, Stroke::new(1.5, Color32::WHITE), StrokeKind::Middle);
}

fn bar_rect(cell: Rect) -> Rect {
    Rect::from_min_max(pos2(cell.left() + EDGE, cell.top()), cell.right_bottom())
}

fn paint_cell(painter: &Painter, rect: Rect, cell: &Cell, outline: Color32, palette: &Palette) {
    let dark = Palette::DARK;
    painter.rect_filled(rect, 0.0, dark.panel);
    let inner = bar_rect(rect);
    if let Some(score) = cell.score {
        let mut bar = inner;
        bar.set_width(inner.width() * score.clamp(0.0, 1.0));
        painter.rect_filled(bar, 0.0, Color32::from_rgb(0x6B, 0x76, 0x82));
    }
    if cell.is_pending {
        hatch(painter, rect);
    }
    if cell.has_outline {
        let mut edge = rect;
        edge.set_width(EDGE);
        painter.rect_filled(edge, 0.0, if cell.is_rejected { super::theme::finding::REJECTED } else { outline });
    }
    if let Some(mark) = cell.mark
        && rect.height() >= 2.0 * marks::MARK_RADIUS + 2.0
    {
        let center = pos2(rect.right() - 7.0, rect.center().y);
        marks::paint(painter, center, mark, palette.canvas_text);
    }
}

/// Thin slanted lines: the outline is pending.
fn hatch(painter: &Painter, rect: Rect) {
    let painter = painter.with_clip_rect(painter.clip_rect().intersect(rect));
    let stroke = Stroke::new(1.0, Color32::from_rgb(0x4A, 0x53, 0x5C));
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        painter.line_segment([pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())], stroke);
        x += 5.0;
    }
}
