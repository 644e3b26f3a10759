//! The two parts of a segmenter's loss drawn apart, cross-entropy and Dice, an epoch a point. Not for the loss itself
//! (`curves`).

use egui::Color32;
use egui_plot::{Line, LineStyle, PlotUi};

use super::labels::Labels;
use super::series::Series;
use crate::domain::history::scale::place;
use crate::domain::history::{EpochPoint, XAxis};

/// One part of one loss.
pub struct PartCurve {
    name: &'static str,
    is_val: bool,
    is_dice: bool,
    /// Its points.
    pub points: Vec<[f64; 2]>,
}

/// Whether the one course on screen has two parts to tell apart.
pub fn are_there(shown: &[Series]) -> bool {
    matches!(shown, [one] if one.history.epochs().iter().any(|e| e.dice_losses.is_some()))
}

/// Both parts of training and validation; none where `is_wanted` is false or the loss has one part.
pub fn of(shown: &[Series], axis: XAxis, is_log: bool, is_wanted: bool) -> Vec<PartCurve> {
    let [s] = shown else { return Vec::new() };
    if !is_wanted || !are_there(shown) {
        return Vec::new();
    }
    let curve = |name, is_val: bool, is_dice: bool| {
        let value = |e: &EpochPoint| {
            let dice = e.dice_losses?[usize::from(is_val)];
            let whole = if is_val { e.val_loss } else { e.train_loss };
            Some(if is_dice { dice } else { whole - dice })
        };
        let point = |e: &EpochPoint| Some([s.history.x_of_epoch(e.epoch, axis), place(value(e)?, is_log)?]);
        PartCurve { name, is_val, is_dice, points: s.history.epochs().iter().filter_map(point).collect() }
    };
    vec![
        curve("train, cross-entropy", false, false),
        curve("train, Dice part", false, true),
        curve("validation, cross-entropy", true, false),
        curve("validation, Dice part", true, true),
    ]
}

/// Thin lines in the colors of their losses: cross-entropy dashed, Dice dotted.
pub fn draw(
    plot: &mut PlotUi<'_>,
    labels: &mut Labels,
    parts: Vec<PartCurve>,
    (train, val): (Color32, Color32),
    is_log: bool,
) {
    for part in parts {
        let color = if part.is_val { val } else { train };
        labels.end(&part.points, color, part.name, is_log);
        let style = if part.is_dice { LineStyle::dotted_dense() } else { LineStyle::dashed_dense() };
        plot.line(Line::new(part.name, part.points).color(color).width(1.5).style(style).allow_hover(false));
    }
}
