//! The slice strip right of the canvas: draws the state's cells, jumps on click and drag. Not for what a cell holds
//! (`state::strip`).

use egui::{Color32, Painter, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::marks::{self, Mark as Sign};
use super::picture::Shown;
use super::theme::{Palette, finding};
use crate::state::action::{Action, GoAction};
use crate::state::allowed;
use crate::state::strip::{self, Cell, Mark};

/// Space between cells in points; none where cells are low.
const GAP: f32 = 2.0;
/// Width of the outline's edge in points.
const EDGE: f32 = 3.0;
/// Space around the strip in points.
const MARGIN: f32 = 4.0;

/// Draws the strip into all the space that is left.
pub fn strip_ui(ui: &mut Ui, shown: &Shown, actions: &mut Vec<Action>) {
    let outer = ui.available_rect_before_wrap();
    let rect = outer.shrink2(vec2(2.0, MARGIN));
    let response = ui.allocate_rect(outer, Sense::click_and_drag());
    let count = shown.known.counts.len();
    response.widget_info(|| {
        let mut info = WidgetInfo::slider(true, shown.known.slice as f64 + 1.0, "Slice strip");
        info.role = Role::Slider;
        info
    });
    let share = |y: f32| (y - rect.top()) / rect.height().max(1.0);
    if let Some(pointer) = response.interact_pointer_pos()
        && let Some(slice) = strip::slice_at(shown.state, rect.height(), share(pointer.y))
        && slice != shown.known.slice
        && slice < count
    {
        actions.push(Action::Go(GoAction::Slice(slice)));
    }
    let mut cells = strip::cells(shown.state, rect.height());
    if allowed::has_finding(shown.state).is_err() {
        // Nothing is on its way where the nets do not read.
        for cell in &mut cells {
            cell.is_pending = false;
        }
    }
    let painter = ui.painter_at(outer);
    painter.rect_filled(outer, 0.0, Palette::DARK.canvas);
    let outline = shown.state.overlay.color.rgb();
    paint(&painter, rect, &cells, Color32::from_rgb(outline[0], outline[1], outline[2]));
    let has_scores = cells.iter().any(|c| c.score.is_some());
    if let Some(thresholds) = shown.state.thresholds().filter(|_| has_scores) {
        let x = bar_rect(rect).left() + bar_rect(rect).width() * thresholds.classifier;
        painter.vline(x, rect.y_range(), Stroke::new(1.0, Palette::DARK.quiet));
    }
    if let Some(pointer) = response.hover_pos()
        && let Some(slice) = strip::slice_at(shown.state, rect.height(), share(pointer.y))
        && let Some(words) = strip::hover(shown.state, slice)
    {
        response.on_hover_text_at_pointer(words);
    }
}

/// Where cell `index` of `count` lies.
fn cell_rect(strip: Rect, index: usize, count: usize) -> Rect {
    let height = strip.height() / count.max(1) as f32;
    let gap = if height > 8.0 { GAP } else { 0.0 };
    let top = strip.top() + height * index as f32;
    Rect::from_min_size(pos2(strip.left(), top), vec2(strip.width(), height - gap))
}

fn bar_rect(cell: Rect) -> Rect {
    Rect::from_min_max(pos2(cell.left() + EDGE, cell.top()), cell.right_bottom())
}

fn paint(painter: &Painter, rect: Rect, cells: &[Cell], outline: Color32) {
    let mut frame = None;
    for (index, cell) in cells.iter().enumerate() {
        let place = cell_rect(rect, index, cells.len());
        paint_cell(painter, place, cell, outline);
        if cell.is_current {
            frame = Some(place);
        }
    }
    if let Some(place) = frame {
        let place = Rect::from_center_size(place.center(), vec2(place.width(), place.height().max(4.0)));
        painter.rect_stroke(place.expand(1.0), 1.0, Stroke::new(1.5, Color32::WHITE), StrokeKind::Middle);
    }
}

fn paint_cell(painter: &Painter, rect: Rect, cell: &Cell, outline: Color32) {
    painter.rect_filled(rect, 0.0, Palette::DARK.panel);
    if let Some(score) = cell.score {
        let mut bar = bar_rect(rect);
        bar.set_width(bar.width() * score.clamp(0.0, 1.0));
        let strength = if cell.is_flagged { 0x7C } else { 0x4A };
        painter.rect_filled(bar, 0.0, Color32::from_rgb(strength, strength + 8, strength + 16));
    }
    if cell.is_pending {
        hatch(painter, rect);
    }
    if cell.is_outlined {
        let mut edge = rect;
        edge.set_width(EDGE);
        let is_rejected = cell.mark == Some(Mark::NotTumor);
        painter.rect_filled(edge, 0.0, if is_rejected { finding::REJECTED } else { outline });
    }
    if rect.height() < 2.0 * marks::MARK_RADIUS + 1.0 {
        return;
    }
    let center = pos2(rect.right() - 7.0, rect.center().y);
    match (sign(cell), cell.has_failed) {
        (Some(sign), _) => marks::paint(painter, center, sign, Color32::WHITE),
        (None, true) => marks::paint(painter, center, Sign::Question, Palette::DARK.error),
        (None, false) => {}
    }
}

fn sign(cell: &Cell) -> Option<Sign> {
    let decided = cell.mark.map(|mark| match mark {
        Mark::Agreed => Sign::Check,
        Mark::CantJudge => Sign::Question,
        Mark::NotTumor => Sign::Cross,
        Mark::OutlineWrong => Sign::Pencil,
        Mark::Missed => Sign::Plus,
    });
    decided.or(cell.is_viewed.then_some(Sign::Dot))
}

/// Thin slanted lines: the outline is pending.
fn hatch(painter: &Painter, rect: Rect) {
    let painter = painter.with_clip_rect(painter.clip_rect().intersect(rect));
    let stroke = Stroke::new(1.0, Color32::from_rgb(0x5A, 0x63, 0x6C));
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        painter.line_segment([pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())], stroke);
        x += 5.0;
    }
}
