//! The classifier's curves; the threshold is a handle on two of them. Not for computing them (`domain::metrics::curves`).

use egui::{Color32, Role, Sense, Ui, WidgetInfo};
use egui_plot::{Line, LineStyle, Plot, PlotPoints, Points};

use crate::domain::metrics::curves::CurvePoint;
use crate::state::action::Action;
use crate::state::models::{Measured, ModelsAction, nearest_threshold};
use crate::ui::theme::{Palette, finding};
use crate::ui::widgets;

/// Side of a curve's plot in points, and in a narrow window.
const SIDE: f32 = 230.0;
const LEAST_SIDE: f32 = 140.0;
/// What values and words at the left of a plot take, with the air behind it, in points.
const BESIDE: f32 = 56.0;

/// The side at which so many plots stand beside each other.
pub fn side(ui: &Ui, plots: usize) -> f32 {
    (ui.available_width() / plots as f32 - BESIDE).clamp(LEAST_SIDE, SIDE).floor()
}
/// Air around 0–1, so that points on the edge are whole.
const AIR: f64 = 0.03;

/// ROC: recall over false alarms.
pub fn roc_ui(ui: &mut Ui, side: f32, measured: &Measured, actions: &mut Vec<Action>) {
    let Some(curves) = &measured.report.evaluation.curves else { return };
    let plot = Handled {
        title: "ROC curve",
        axes: ["tumor-free slices flagged", "tumor slices flagged (recall)"],
        curve: &curves.roc,
        by_chance: [[0.0, 0.0], [1.0, 1.0]],
        handle: measured.handles()[0],
    };
    plot.show(ui, side, actions);
}

/// Precision over recall.
pub fn precision_recall_ui(ui: &mut Ui, side: f32, measured: &Measured, actions: &mut Vec<Action>) {
    let Some(curves) = &measured.report.evaluation.curves else { return };
    let part = measured.report.evaluation.classifier.as_ref();
    let share = part.map_or(0.0, |p| p.tumor_slices as f64 / p.slices.max(1) as f64);
    let plot = Handled {
        title: "Precision-recall curve",
        axes: ["recall", "precision"],
        curve: &curves.precision_recall,
        by_chance: [[0.0, share], [1.0, share]],
        handle: measured.handles()[1],
    };
    plot.show(ui, side, actions);
}

/// A curve with the threshold as its handle.
struct Handled<'a> {
    title: &'static str,
    axes: [&'static str; 2],
    curve: &'a [CurvePoint],
    /// What guessing gives.
    by_chance: [[f64; 2]; 2],
    handle: Option<[f64; 2]>,
}

impl Handled<'_> {
    fn show(&self, ui: &mut Ui, side: f32, actions: &mut Vec<Action>) {
        let palette = Palette::of(ui);
        ui.vertical(|ui| {
            widgets::quiet(ui, self.title);
            if self.curve.is_empty() {
                widgets::small(ui, "No curve: slices with and without tumor are needed.");
                return;
            }
            let line: Vec<[f64; 2]> = self.curve.iter().map(|p| [p.x, p.y]).collect();
            let answer = square(self.title, side, self.axes).sense(Sense::click_and_drag()).show(ui, |plot| {
                plot.line(chance(self.by_chance, &palette));
                // These curves have upright stretches, which a band would smear into a wedge.
                plot.line(Line::new(self.title, line).color(palette.text).width(1.5).allow_band(false));
                if let Some(at) = self.handle {
                    plot.points(handle(at));
                }
                plot.pointer_coordinate().map(|p| [p.x, p.y])
            });
            let response = answer.response;
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, self.title));
            let is_held = response.clicked() || response.dragged();
            if let Some(threshold) = answer.inner.filter(|_| is_held).and_then(|at| nearest_threshold(self.curve, at)) {
                actions.push(ModelsAction::MoveThreshold(threshold).into());
            }
        });
    }
}

/// Share of slices with tumor by score, one point a bin.
pub fn reliability_ui(ui: &mut Ui, side: f32, measured: &Measured) {
    let Some(curves) = &measured.report.evaluation.curves else { return };
    let palette = Palette::of(ui);
    let title = "Reliability diagram";
    ui.vertical(|ui| {
        widgets::quiet(ui, title);
        let filled = curves.reliability.iter().filter(|bin| bin.count > 0);
        let bins: Vec<([f64; 2], usize)> =
            filled.filter_map(|bin| Some(([bin.mean_score?, bin.positive_share?], bin.count))).collect();
        let answer = square(title, side, ["mean model score of the bin", "share with tumor"]).show(ui, |plot| {
            plot.line(chance([[0.0, 0.0], [1.0, 1.0]], &palette));
            let line = Line::new("bins", bins.iter().map(|b| b.0).collect::<Vec<_>>());
            plot.line(line.color(palette.text).width(1.0).allow_band(false));
            for (at, count) in &bins {
                // The area says how many slices stand behind a point.
                let radius = (*count as f32).sqrt().clamp(2.0, 10.0);
                let name = format!("{count} slices");
                plot.points(Points::new(name, *at).color(finding::MODEL).radius(radius));
            }
        });
        answer.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, title));
        answer.response.on_hover_text(
            "On the dashed line a score would be a probability. The points are as large as their bins are full.",
        );
    });
}

fn square<'a>(name: &'static str, side: f32, axes: [&'static str; 2]) -> Plot<'a> {
    Plot::new(name)
        .width(side)
        .height(side)
        .default_x_bounds(-AIR, 1.0 + AIR)
        .default_y_bounds(-AIR, 1.0 + AIR)
        .x_axis_label(axes[0])
        .y_axis_label(axes[1])
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .show_crosshair(false)
}

fn chance<'a>(line: [[f64; 2]; 2], palette: &Palette) -> Line<'a> {
    let line = Line::new("by chance", PlotPoints::from(line.to_vec()));
    line.color(palette.quiet).width(1.0).style(LineStyle::dashed_dense()).allow_hover(false)
}

fn handle<'a>(at: [f64; 2]) -> Points<'a> {
    let color: Color32 = finding::MODEL;
    Points::new("threshold", at).color(color).radius(6.0)
}
