//! The dots: each patient's Dice on one scale, worst first; a click opens the patient in Read. Not for the picture there.

use egui::{Align2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::state::action::Action;
use crate::state::models::{Measured, ModelsAction};
use crate::ui::theme::{self, Palette, finding};
use crate::ui::widgets;

/// Height of a patient's row in points.
const ROW_HEIGHT: f32 = 20.0;
/// Width of the names in points.
const NAME_WIDTH: f32 = 220.0;
/// Width of the numbers at the right in points.
const NUMBERS_WIDTH: f32 = 150.0;
/// Widest scale in points.
const WIDEST: f32 = 860.0;

/// Draws the dots.
pub fn patients_ui(ui: &mut Ui, measured: &Measured, actions: &mut Vec<Action>) {
    if measured.by_dice.is_empty() {
        return;
    }
    widgets::rule(ui);
    widgets::section_title(ui, "Volume Dice by patient, worst first; a click opens the patient in Read");
    for &place in &measured.by_dice {
        row_ui(ui, measured, place, actions);
    }
    let without = measured.report.evaluation.patients.len() - measured.by_dice.len();
    if without > 0 {
        widgets::quiet(ui, format!("{without} patients have no Dice: neither truth nor answer has an outline."));
    }
    let no_distance =
        measured.report.evaluation.patients.iter().filter(|p| p.dice.is_some() && p.hd95.is_none()).count();
    if no_distance > 0 {
        widgets::quiet(ui, format!("{no_distance} patients have no HD95: one of the two volumes is empty."));
    }
}

fn row_ui(ui: &mut Ui, measured: &Measured, place: usize, actions: &mut Vec<Action>) {
    let (Some(line), Some(dice)) = (measured.report.evaluation.patients.get(place), measured.dice(place)) else {
        return;
    };
    let palette = Palette::of(ui);
    let width = ui.available_width().min(WIDEST);
    let (rect, response) = ui.allocate_exact_size(vec2(width, ROW_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{}, Dice {dice:.2}", line.patient)));
    if response.clicked() {
        actions.push(ModelsAction::OpenPatient(place).into());
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    if response.hovered() {
        ui.painter().rect_filled(rect, 2.0, palette.hover);
    }
    widgets::focus_ring(ui, &response, rect, &palette);
    let middle = rect.center().y;
    let name_width = NAME_WIDTH.min(width * 0.3);
    let left = Rect::from_min_size(rect.min, vec2(name_width, ROW_HEIGHT));
    let painter = ui.painter().with_clip_rect(left.intersect(ui.clip_rect()));
    painter.text(pos2(left.left() + 4.0, middle), Align2::LEFT_CENTER, &line.patient, theme::small(), palette.text);
    let scale = (rect.left() + name_width + 8.0)..=(rect.right() - NUMBERS_WIDTH - 8.0);
    let (start, end) = (*scale.start(), *scale.end());
    ui.painter().hline(scale, middle, Stroke::new(1.0, palette.line));
    let x = start + (end - start) * dice.clamp(0.0, 1.0) as f32;
    ui.painter().circle_filled(pos2(x, middle), 4.5, finding::MODEL);
    // The distance is measured at the card's mask threshold only.
    let hd95 = line.hd95.filter(|_| !measured.is_mask_moved());
    let distance = hd95.map_or_else(|| "HD95 –".to_owned(), |v| format!("HD95 {v:.1} px"));
    let numbers = rect.right() - NUMBERS_WIDTH;
    let small = theme::small();
    ui.painter().text(pos2(numbers, middle), Align2::LEFT_CENTER, format!("{dice:.3}"), small.clone(), palette.text);
    ui.painter().text(pos2(rect.right() - 4.0, middle), Align2::RIGHT_CENTER, distance, small, palette.quiet);
}
