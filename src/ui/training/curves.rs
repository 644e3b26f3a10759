//! Loss over metric by epoch, step or minute: drawn, hovered, zoomed. Not for the numbers (`domain::history`) and not for
//! which runs are on screen (`series`).

use std::ops::RangeInclusive;

use egui::{Align2, Color32, FontId, Response, RichText, Sense, Ui};
use egui_plot::{AxisHints, GridInput, GridMark, HLine, Line, LineStyle, Plot, Points, VLine};

use super::labels::Labels;
use super::parts::{self, PartCurve};
use super::pointer::{hands, hover};
use super::series::{Series, series, train_color, val_color};
use crate::domain::history::XAxis;
use crate::domain::history::scale::{place, robust_log_range, robust_range};
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::training::TrainingAction;
use crate::state::training::runs::{folded, mean_and_sd};
use crate::state::training::words;
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::{KeyButton, Look};

/// Width of the values at the left of a plot, in points.
const VALUES: f32 = 44.0;
/// The smoothing that the switch turns on.
const SMOOTHING: f32 = 0.6;
/// Share of the whole width kept empty behind the newest point.
const AHEAD: f64 = 0.02;
/// Round values along the bottom and at the left, at most.
const TICKS_X: f64 = 8.0;
const TICKS_Y: f64 = 4.0;

/// Both plots in so many points of height, with their headers.
pub fn curves_ui(ui: &mut Ui, state: &AppState, height: f32, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let shown = series(state, &palette);
    controls_ui(ui, state, &shown, actions);
    let plot_height = ((height - 96.0) / 2.0).max(72.0);
    header_ui(ui, "Loss", "lower is better", None);
    let range = x_range(state, &shown);
    loss_ui(ui, state, &shown, range, plot_height, actions);
    let metric = shown.first().map_or("", |s| s.metric);
    let (name, full) = words::metric(metric, state.training.data.report());
    let best = shown.first().filter(|_| shown.len() == 1).and_then(|s| s.history.best_by_metric());
    let best = best.map(|e| format!("highest {:.3} at epoch {}", e.metric, e.epoch + 1));
    header_ui(ui, name, &full, best.as_deref());
    metric_ui(ui, state, &shown, range, plot_height, actions);
}

fn header_ui(ui: &mut Ui, name: &str, full: &str, right: Option<&str>) {
    ui.horizontal(|ui| {
        ui.label(name);
        let quiet = Palette::of(ui).quiet;
        let words = |text: &str| RichText::new(text).font(theme::small()).color(quiet);
        ui.label(words(full));
        if let Some(right) = right {
            let room = ui.available_width();
            let needed = ui.painter().layout_no_wrap(right.to_owned(), theme::small(), quiet).size().x;
            if needed + 8.0 < room {
                let layout = egui::Layout::right_to_left(egui::Align::Center);
                ui.with_layout(layout, |ui| ui.label(RichText::new(right).font(theme::small())));
            }
        }
    });
}

fn controls_ui(ui: &mut Ui, state: &AppState, shown: &[Series], actions: &mut Vec<Action>) {
    let plot = state.training.plot;
    let mut send = |action| actions.push(Action::Training(action));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for axis in XAxis::ALL {
            let button = KeyButton::new(axis.label()).look(Look::Bare).small().selected(plot.axis == axis);
            if button.show(ui).on_hover_text("What stands along the bottom").clicked() {
                send(TrainingAction::SetAxis(axis));
            }
        }
        ui.add_space(8.0);
        let log = KeyButton::new("log").look(Look::Bare).small().selected(plot.is_log);
        if log.show(ui).on_hover_text("Losses by powers of ten").clicked() {
            send(TrainingAction::SetLog(!plot.is_log));
        }
        let smooth = KeyButton::new("smooth").look(Look::Bare).small().selected(plot.smoothing > 0.0);
        if smooth.show(ui).on_hover_text("A smoothed curve beside the raw one, which stays").clicked() {
            send(TrainingAction::SetSmoothing(if plot.smoothing > 0.0 { 0.0 } else { SMOOTHING }));
        }
        if parts::are_there(shown) {
            let apart = KeyButton::new("parts").look(Look::Bare).small().selected(plot.has_parts);
            let words = "Cross-entropy and Dice apart, of which the loss is the sum";
            if apart.show(ui).on_hover_text(words).clicked() {
                send(TrainingAction::SetParts(!plot.has_parts));
            }
        }
        ui.add_space(8.0);
        let is_zoomed = plot.zoom.is_some();
        let follow = KeyButton::new("Follow").look(Look::Bare).small().selected(!is_zoomed);
        if follow.show(ui).on_hover_text("The whole course, as it grows").clicked() && is_zoomed {
            send(TrainingAction::Zoom(None));
        }
    });
}

/// The x on screen: the zoom, else from 0 to the end of the longest course.
fn x_range(state: &AppState, shown: &[Series]) -> (f64, f64) {
    if let Some(zoom) = state.training.plot.zoom {
        return zoom;
    }
    let axis = state.training.plot.axis;
    let end = shown.iter().map(|s| {
        let epochs = s.history.epochs().last().map_or(0.0, |e| s.history.x_of_epoch(e.epoch, axis));
        epochs.max(s.history.last_step().map_or(0.0, |step| s.history.x_of_step(step, axis)))
    });
    let planned = shown.iter().map(|s| s.epochs).max().unwrap_or(0) as f64;
    let least = match axis {
        XAxis::Epoch => planned.clamp(1.0, 10.0),
        XAxis::Step => 1.0,
        XAxis::Minutes => 0.1,
    };
    (0.0, end.fold(least, f64::max) * (1.0 + AHEAD))
}

type Curve = Vec<[f64; 2]>;

/// What the loss plot draws of one course.
struct LossCurves {
    raw: Curve,
    smooth: Curve,
    train: Curve,
    val: Curve,
    not_numbers: Vec<f64>,
}

fn loss_curves(s: &Series, axis: XAxis, is_log: bool, (from, to): (f64, f64)) -> LossCurves {
    let placed = |points: Vec<(f64, f32)>| -> Curve {
        points.into_iter().filter_map(|(x, y)| place(y, is_log).map(|y| [x, y])).collect()
    };
    let epochs = |value: fn(&crate::domain::history::EpochPoint) -> f32| {
        placed(s.history.epochs().iter().map(|e| (s.history.x_of_epoch(e.epoch, axis), value(e))).collect())
    };
    LossCurves {
        raw: placed(s.history.raw(axis, from, to)),
        smooth: placed(s.history.smooth(axis, from, to)),
        train: epochs(|e| e.train_loss),
        val: epochs(|e| e.val_loss),
        not_numbers: s.history.not_numbers(axis),
    }
}

fn loss_range(curves: &[LossCurves], parts: &[PartCurve], is_log: bool, (from, to): (f64, f64)) -> (f64, f64) {
    let all = curves.iter().flat_map(|c| c.raw.iter().chain(&c.train).chain(&c.val));
    let all = all.chain(parts.iter().flat_map(|p| &p.points));
    let seen = all.filter(|p| p[0] >= from && p[0] <= to);
    let values: Vec<f32> = seen.map(|p| if is_log { 10f64.powf(p[1]) as f32 } else { p[1] as f32 }).collect();
    let (low, high) = if is_log { robust_log_range(&values) } else { robust_range(&values) };
    (f64::from(low), f64::from(high))
}

fn loss_ui(ui: &mut Ui, state: &AppState, shown: &[Series], x: (f64, f64), height: f32, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let (axis, is_log) = (state.training.plot.axis, state.training.plot.is_log);
    let curves: Vec<LossCurves> = shown.iter().map(|s| loss_curves(s, axis, is_log, x)).collect();
    let parts = parts::of(shown, axis, is_log, state.training.plot.has_parts);
    let apart = if parts.is_empty() { "" } else { ", cross-entropy and Dice apart" };
    let y = loss_range(&curves, &parts, is_log, x);
    let is_one = shown.len() == 1;
    let colors: Vec<(Color32, Color32)> = shown
        .iter()
        .map(|s| if is_one { (train_color(&palette), val_color(&palette)) } else { (s.color, s.color) })
        .collect();
    let best = shown
        .first()
        .filter(|_| is_one)
        .and_then(|s| s.history.best_by_loss().map(|e| s.history.x_of_epoch(e.epoch, axis)));
    let moments: Vec<(f64, &'static str)> = shown.first().filter(|_| is_one).map_or_else(Vec::new, |s| {
        s.history.moments().iter().map(|(step, m)| (s.history.x_of_step(*step, axis), m.label())).collect()
    });
    let mut labels = Labels::default();
    let answer = plot("loss", &palette, height, is_log, shown.is_empty()).show(ui, |plot| {
        plot.set_plot_bounds_x(x.0..=x.1);
        plot.set_plot_bounds_y(y.0..=y.1);
        for (c, (train, val)) in curves.into_iter().zip(colors) {
            let faint = train.gamma_multiply(0.35);
            plot.line(Line::new("step", c.raw).color(faint).width(1.0).allow_hover(false));
            plot.line(Line::new("smoothed", c.smooth).color(train.gamma_multiply(0.8)).width(1.0).allow_hover(false));
            if is_one {
                labels.end(&c.train, train, "train", is_log);
                labels.end(&c.val, val, "validation", is_log);
                plot.points(dots(c.train.clone(), train));
                plot.line(Line::new("train", c.train).color(train).width(2.0).allow_hover(false));
            }
            plot.points(dots(c.val.clone(), val));
            plot.line(Line::new("validation", c.val).color(val).width(2.0).allow_hover(false));
            let crosses: Curve = c.not_numbers.into_iter().map(|at| [at, y.1 - 0.04 * (y.1 - y.0)]).collect();
            if let Some(&first) = crosses.first() {
                labels.at(first, "not a number", palette.error);
            }
            plot.points(Points::new("not a number", crosses).color(palette.error).radius(3.0).allow_hover(false));
        }
        parts::draw(plot, &mut labels, parts, (train_color(&palette), val_color(&palette)), is_log);
        if let Some(best) = best {
            let line =
                VLine::new("best", best).color(palette.quiet).style(LineStyle::dashed_dense()).allow_hover(false);
            plot.vline(line);
            labels.at([best, y.1], "best by validation loss (kept)", palette.text);
        }
        let mut last = f64::NEG_INFINITY;
        for (at, words) in moments {
            let tick = vec![[at, y.0], [at, y.0 + 0.06 * (y.1 - y.0)]];
            plot.line(Line::new(words, tick).color(palette.quiet).width(1.0).allow_hover(false));
            // Ticks may stand close together, words may not.
            if at - last > 0.12 * (x.1 - x.0) {
                labels.at([at, y.0 + 0.06 * (y.1 - y.0)], words, palette.quiet);
                last = at;
            }
        }
    });
    labels.paint(ui, &answer.transform);
    let label = shown.first().map_or_else(
        || "Loss curves: no training yet".to_owned(),
        |s| format!("Loss curves of {}: {} epochs{apart}", s.name, s.history.epochs().len()),
    );
    hands(ui, state, &answer.response, x, &label, actions);
    hover(ui, &answer.response, shown, axis, x, state.training.plot.has_parts);
    if shown.is_empty() {
        empty(ui, &answer.response, "The loss appears here with the first step.");
    }
}

fn metric_ui(ui: &mut Ui, state: &AppState, shown: &[Series], x: (f64, f64), height: f32, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let axis = state.training.plot.axis;
    let is_one = shown.len() == 1;
    let curves: Vec<(Curve, Color32, String)> = metric_curves(state, shown, axis, &palette);
    let bands = bands(state, shown, axis);
    let lines = shown.first().map_or_else(Vec::new, |s| words::references(s.metric));
    let best = shown
        .first()
        .filter(|_| is_one)
        .and_then(|s| s.history.best_by_metric().map(|e| [s.history.x_of_epoch(e.epoch, axis), f64::from(e.metric)]));
    let mut labels = Labels::default();
    let answer = plot("metric", &palette, height, false, shown.is_empty()).show(ui, |plot| {
        plot.set_plot_bounds_x(x.0..=x.1);
        plot.set_plot_bounds_y(-0.02..=1.05);
        for (words, value) in lines {
            let line = HLine::new(words, f64::from(value)).color(palette.quiet).style(LineStyle::dashed_loose());
            plot.hline(line.allow_hover(false));
            labels.at([x.1, f64::from(value)], words, palette.quiet);
        }
        for (curve, color, name) in curves {
            labels.end(&curve, color, &name, false);
            plot.points(dots(curve.clone(), color));
            plot.line(Line::new(name, curve).color(color).width(2.0).allow_hover(false));
        }
        for (edge, color) in bands {
            plot.line(
                Line::new("SD", edge).color(color).width(1.0).style(LineStyle::dashed_dense()).allow_hover(false),
            );
        }
        if let Some(best) = best {
            plot.points(
                Points::new("highest metric", vec![best])
                    .color(palette.text)
                    .radius(4.0)
                    .filled(false)
                    .allow_hover(false),
            );
        }
    });
    labels.paint(ui, &answer.transform);
    let label = shown.first().map_or_else(
        || "Metric curve: no validation yet".to_owned(),
        |s| format!("Metric curve of {}: {} epochs", s.name, s.history.epochs().len()),
    );
    hands(ui, state, &answer.response, x, &label, actions);
    hover(ui, &answer.response, shown, axis, x, false);
}

/// One curve a run; runs that differ only in their seed are one, their mean.
fn metric_curves(state: &AppState, shown: &[Series], axis: XAxis, palette: &Palette) -> Vec<(Curve, Color32, String)> {
    let single = |s: &Series, color, name: String| {
        let points = s
            .history
            .epochs()
            .iter()
            .filter_map(|e| place(e.metric, false).map(|y| [s.history.x_of_epoch(e.epoch, axis), y]));
        (points.collect(), color, name)
    };
    if state.training.runs.shown.len() < 2 {
        return shown.iter().map(|s| single(s, val_color(palette), "validation".to_owned())).collect();
    }
    let of_group = |group: Vec<usize>| match group.as_slice() {
        [one] => single(&shown[*one], shown[*one].color, shown[*one].name.clone()),
        many => {
            let first = &shown[many[0]];
            let mean = group_mean(shown, many).into_iter();
            let points = mean.map(|(epoch, mean, _)| [first.history.x_of_epoch(epoch, axis), f64::from(mean)]);
            (points.collect(), first.color, format!("mean of {} seeds", many.len()))
        }
    };
    folded(&state.training.runs.shown).into_iter().map(of_group).collect()
}

fn group_mean(shown: &[Series], group: &[usize]) -> Vec<(usize, f32, f32)> {
    let curves: Vec<Vec<f32>> =
        group.iter().map(|&i| shown[i].history.epochs().iter().map(|e| e.metric).collect()).collect();
    mean_and_sd(&curves)
}

/// Mean ± SD of runs that differ only in their seed.
fn bands(state: &AppState, shown: &[Series], axis: XAxis) -> Vec<(Curve, Color32)> {
    let groups = folded(&state.training.runs.shown).into_iter().filter(|g| g.len() > 1);
    let edges = groups.flat_map(|group| {
        let (first, mean) = (&shown[group[0]], group_mean(shown, &group));
        [-1.0f32, 1.0].map(|side| {
            let point =
                |&(epoch, m, sd): &(usize, f32, f32)| [first.history.x_of_epoch(epoch, axis), f64::from(m + side * sd)];
            (mean.iter().map(point).collect::<Curve>(), first.color)
        })
    });
    edges.collect()
}

/// A dot an epoch as long as there are few: a line needs two, and the first one matters most.
fn dots(mut curve: Curve, color: Color32) -> Points<'static> {
    const FEW: usize = 12;
    if curve.len() > FEW {
        curve.clear();
    }
    Points::new("epochs", curve).color(color).radius(2.5).allow_hover(false)
}

/// Without any course there is nothing that an axis could count.
fn plot(name: &str, palette: &Palette, height: f32, is_log: bool, is_empty: bool) -> Plot<'static> {
    let x_value = |mark: GridMark, _: &RangeInclusive<f64>| short(mark.value);
    let y_value =
        move |mark: GridMark, _: &RangeInclusive<f64>| short(if is_log { 10f64.powf(mark.value) } else { mark.value });
    let quiet = |hints: AxisHints<'static>| {
        hints.tick_label_color(palette.quiet).tick_label_font(theme::small()).label_spacing(1.0..=2.0)
    };
    Plot::new(name.to_owned())
        .height(height)
        .show_x(false)
        .show_y(false)
        .show_background(false)
        .show_grid([false, !is_empty])
        .show_axes(!is_empty)
        .grid_color(palette.line)
        .grid_fade(0.0)
        .grid_spacing(1.0..=2.0)
        .x_grid_spacer(|input| ticks(&input, TICKS_X, false))
        .y_grid_spacer(move |input| ticks(&input, TICKS_Y, is_log))
        .custom_x_axes(vec![quiet(AxisHints::new_x().formatter(x_value))])
        .custom_y_axes(vec![quiet(AxisHints::new_y().formatter(y_value).min_thickness(VALUES))])
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .sense(Sense::click_and_drag())
}

/// Few round values between the bounds, whole powers of ten alone where `is_log`.
fn ticks(input: &GridInput, at_most: f64, is_log: bool) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let span = (high - low).max(f64::MIN_POSITIVE);
    let power = 10f64.powf((span / at_most).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let round = steps.into_iter().find(|step| span / step <= at_most).unwrap_or(10.0 * power);
    let step_size = if is_log { round.max(1.0).round() } else { round };
    let (first, last) = ((low / step_size).ceil() as i64, (high / step_size).floor() as i64);
    (first..=last).take(64).map(|i| GridMark { value: i as f64 * step_size, step_size }).collect()
}

/// A value on an axis, as short as it can be told.
fn short(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.001 {
        format!("{value:.0e}")
    } else {
        format!("{}", (value * 1000.0).round() / 1000.0)
    }
}

fn empty(ui: &Ui, response: &Response, words: &str) {
    let color = Palette::of(ui).quiet;
    let font = FontId::proportional(theme::SMALL);
    ui.painter().text(response.rect.center(), Align2::CENTER_CENTER, words, font, color);
}
