//! Curves as a picture for print and slides: panels below each other with axes, title and legend, laid out once and
//! written as SVG or PNG. Not for the window's plots (`ui`).

mod font;
mod png;
mod svg;

use std::path::Path;

use super::error::IoError;
use super::findings_json::RESEARCH_USE;

/// A picture of curves.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Above all.
    pub title: String,
    /// From top to bottom.
    pub panels: Vec<Panel>,
}

/// One pair of axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Name of the horizontal axis.
    pub x_label: String,
    /// Name of the vertical axis.
    pub y_label: String,
    /// Its curves.
    pub series: Vec<Series>,
}

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// In the legend.
    pub name: String,
    /// sRGB.
    pub color: [u8; 3],
    /// Told apart without color too.
    pub is_dashed: bool,
    /// In order; what is not finite leaves a gap.
    pub points: Vec<(f64, f64)>,
}

/// Eight colors that the color-blind tell apart on white.
///
/// *Source*: Okabe and Ito 2008, without the yellow, which is faint on white.
pub const COLORS: [[u8; 3]; 7] =
    [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0], [86, 180, 233], [60, 60, 60]];

/// Sizes in points; a PNG has two pixels a point.
const WIDTH: f64 = 800.0;
const PANEL_HEIGHT: f64 = 320.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 30.0;
const LEFT_MARGIN: f64 = 76.0;
const RIGHT_MARGIN: f64 = 20.0;
const AXIS_ROOM: f64 = 48.0;
const LEGEND_LINE: f64 = 16.0;
const TEXT: f64 = 12.0;
const TITLE: f64 = 16.0;
const INK: [u8; 3] = [34, 34, 34];
const FAINT: [u8; 3] = [221, 221, 221];
/// Ticks that an axis has about.
const TICKS: f64 = 5.0;

/// Something to draw, in points from the upper left corner.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Line { points: Vec<(f64, f64)>, color: [u8; 3], width: f64, is_dashed: bool },
    Text { x: f64, y: f64, text: String, size: f64, anchor: Anchor, is_upright: bool },
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    Start,
    Middle,
    End,
}

impl Chart {
    /// As SVG.
    pub fn svg(&self) -> String {
        svg::write(&self.shapes(), self.size())
    }

    /// As PNG. Its letters are plain ones from a font of 5 × 7 dots; what is not ASCII is written as `?`.
    ///
    /// *Errors*: naming `path`, for which it is meant.
    pub fn png(&self, path: &Path) -> Result<Vec<u8>, IoError> {
        png::write(&self.shapes(), self.size(), path)
    }

    fn size(&self) -> (f64, f64) {
        (WIDTH, TOP + self.panels.iter().map(Panel::height).sum::<f64>() + BOTTOM)
    }

    fn shapes(&self) -> Vec<Shape> {
        let mut shapes = vec![text(WIDTH / 2.0, 28.0, &self.title, TITLE, Anchor::Middle)];
        let mut top = TOP;
        for panel in &self.panels {
            panel.draw(top, &mut shapes);
            top += panel.height();
        }
        shapes.push(text(WIDTH - RIGHT_MARGIN, top + 18.0, RESEARCH_USE, TEXT, Anchor::End));
        shapes
    }
}

impl Panel {
    fn height(&self) -> f64 {
        PANEL_HEIGHT + LEGEND_LINE * self.series.len() as f64
    }

    fn draw(&self, top: f64, shapes: &mut Vec<Shape>) {
        let (left, right) = (LEFT_MARGIN, WIDTH - RIGHT_MARGIN);
        let (upper, lower) = (top + 8.0, top + PANEL_HEIGHT - AXIS_ROOM);
        let all = || self.series.iter().flat_map(|s| s.points.iter()).filter(|p| p.0.is_finite() && p.1.is_finite());
        // Epochs and steps are counted: there is no tick between two.
        let (x_axis, y_axis) = (Axis::over(all().map(|p| p.0), 1.0), Axis::over(all().map(|p| p.1), 0.0));
        let x_at = |x: f64| left + x_axis.share(x) * (right - left);
        let y_at = |y: f64| lower - y_axis.share(y) * (lower - upper);
        for tick in y_axis.ticks() {
            shapes.push(line(vec![(left, y_at(tick)), (right, y_at(tick))], FAINT, 1.0, false));
            shapes.push(text(left - 8.0, y_at(tick) + 4.0, &y_axis.label(tick), TEXT, Anchor::End));
        }
        for tick in x_axis.ticks() {
            shapes.push(line(vec![(x_at(tick), lower), (x_at(tick), lower + 5.0)], INK, 1.0, false));
            shapes.push(text(x_at(tick), lower + 18.0, &x_axis.label(tick), TEXT, Anchor::Middle));
        }
        shapes.push(line(vec![(left, upper), (left, lower), (right, lower)], INK, 1.0, false));
        shapes.push(text(f64::midpoint(left, right), lower + 36.0, &self.x_label, TEXT, Anchor::Middle));
        let (x, y, middle) = (18.0, f64::midpoint(upper, lower), Anchor::Middle);
        let y_label = self.y_label.clone();
        shapes.push(Shape::Text { x, y, text: y_label, size: TEXT, anchor: middle, is_upright: true });
        for (index, series) in self.series.iter().enumerate() {
            for piece in series.points.split(|p| !(p.0.is_finite() && p.1.is_finite())).filter(|p| !p.is_empty()) {
                let points: Vec<_> = piece.iter().map(|&(x, y)| (x_at(x), y_at(y))).collect();
                shapes.push(line(visible(points), series.color, 1.8, series.is_dashed));
            }
            let y = top + PANEL_HEIGHT + LEGEND_LINE * index as f64 + 4.0;
            shapes.push(line(vec![(left, y - 4.0), (left + 28.0, y - 4.0)], series.color, 1.8, series.is_dashed));
            shapes.push(text(left + 36.0, y, &series.name, TEXT, Anchor::Start));
        }
    }
}

/// A single point is drawn as a short dash.
fn visible(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    match points[..] {
        [(x, y)] => vec![(x - 2.0, y), (x + 2.0, y)],
        _ => points,
    }
}

fn line(points: Vec<(f64, f64)>, color: [u8; 3], width: f64, is_dashed: bool) -> Shape {
    Shape::Line { points, color, width, is_dashed }
}

fn text(x: f64, y: f64, text: &str, size: f64, anchor: Anchor) -> Shape {
    Shape::Text { x, y, text: text.to_owned(), size, anchor, is_upright: false }
}

/// The range of an axis with round steps.
struct Axis {
    low: f64,
    high: f64,
    step: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, least_step: f64) -> Self {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let (low, high) = match (low.is_finite() && high.is_finite(), high > low) {
            (false, _) => (0.0, 1.0),
            (true, false) => (low - 0.5, high + 0.5),
            (true, true) => (low, high),
        };
        let rough = (high - low) / TICKS;
        let magnitude = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|s| s * magnitude).find(|s| *s >= rough);
        let step = step.unwrap_or(10.0 * magnitude).max(least_step);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let (low, step) = (self.low, self.step);
        (0..=((self.high - low) / step).round() as usize).map(move |i| low + i as f64 * step)
    }

    fn label(&self, tick: f64) -> String {
        let decimals = (-self.step.log10().floor()).clamp(0.0, 9.0) as usize;
        // No "-0".
        format!("{:.decimals$}", tick + 0.0)
    }
}
