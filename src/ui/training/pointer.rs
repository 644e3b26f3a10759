//! The pointer on the curves: wheel and drag zoom, hovering reads every curve. Not for drawing the curves (`curves`).

use egui::{Response, Role, Ui, WidgetInfo, pos2};

use super::series::Series;
use crate::domain::history::XAxis;
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::training::TrainingAction;
use crate::state::training::words;
use crate::ui::theme::Palette;
use crate::ui::widgets;

/// A point of the wheel zooms by so much.
const ZOOM_A_POINT: f64 = 0.004;

/// Wheel and drag change the range of x; a double click follows again.
pub fn hands(ui: &Ui, state: &AppState, response: &Response, x: (f64, f64), label: &str, actions: &mut Vec<Action>) {
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, label));
    let width = f64::from((response.rect.width()).max(1.0));
    let span = x.1 - x.0;
    let mut zoom = None;
    if response.double_clicked() {
        if state.training.plot.zoom.is_some() {
            actions.push(Action::Training(TrainingAction::Zoom(None)));
        }
        return;
    }
    if response.dragged() {
        let by = -f64::from(response.drag_delta().x) / width * span;
        zoom = Some((x.0 + by, x.1 + by));
    }
    if let Some(pointer) = response.hover_pos() {
        let wheel = f64::from(ui.input(|i| i.smooth_scroll_delta().y));
        if wheel.abs() > 0.1 {
            let at = x.0 + f64::from(pointer.x - response.rect.left()) / width * span;
            let factor = (-wheel * ZOOM_A_POINT).exp();
            zoom = Some((at - (at - x.0) * factor, at + (x.1 - at) * factor));
        }
    }
    actions.extend(zoom.map(|range| Action::Training(TrainingAction::Zoom(Some(range)))));
}

/// Every curve's value at the epoch under the pointer.
pub fn hover(ui: &Ui, response: &Response, shown: &[Series], axis: XAxis, x: (f64, f64), has_parts: bool) {
    let Some(pointer) = response.hover_pos() else { return };
    let at = x.0 + f64::from((pointer.x - response.rect.left()) / response.rect.width().max(1.0)) * (x.1 - x.0);
    let mut lines = Vec::new();
    for s in shown {
        let distance = |e: &&crate::domain::history::EpochPoint| (s.history.x_of_epoch(e.epoch, axis) - at).abs();
        let Some(e) = s.history.epochs().iter().min_by(|a, b| distance(a).total_cmp(&distance(b))) else { continue };
        lines.push(format!(
            "{}, epoch {}: train {}, validation {}, metric {:.3}, rate {:.1e}",
            s.name,
            e.epoch + 1,
            words::loss(e.train_loss),
            words::loss(e.val_loss),
            e.metric,
            e.learning_rate
        ));
        if let Some([train, val]) = e.dice_losses.filter(|_| has_parts) {
            lines.push(format!(
                "Cross-entropy: train {}, validation {}; Dice part: train {}, validation {}",
                words::loss(e.train_loss - train),
                words::loss(e.val_loss - val),
                words::loss(train),
                words::loss(val)
            ));
        }
    }
    if lines.is_empty() {
        return;
    }
    let line = [pos2(pointer.x, response.rect.top()), pos2(pointer.x, response.rect.bottom())];
    ui.painter().line_segment(line, egui::Stroke::new(1.0, Palette::of(ui).line));
    response.clone().on_hover_ui_at_pointer(|ui| lines.into_iter().for_each(|line| drop(widgets::small(ui, line))));
}
