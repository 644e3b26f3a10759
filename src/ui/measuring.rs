//! The reader's figures on the picture: drawn, found under the pointer, given words. Not for what they come to
//! (`state::figures`) and not for the hands (`canvas`).

use egui::{
    Align2, Color32, Key, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, TextEdit, Ui, WidgetInfo, pos2, vec2,
};

use super::corners::shadowed;
use super::desk::Desk;
use super::picture::Shown;
use super::theme::{self, finding};
use super::transform::UiFromImage;
use super::widgets::KeyButton;
use crate::domain::measurement::{Figure, Measurement, Point};
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::figures;
use crate::state::tool::MeasureAction;

/// A point is caught so near, in points on screen.
const POINT_REACH: f32 = 9.0;
/// A line is caught so near, in points on screen.
const LINE_REACH: f32 = 5.0;
/// Pieces of a drawn ellipse.
const PIECES: usize = 64;
/// Height of a line of words in points.
const LINE: f32 = 15.0;
/// Length of an arrow's head in points.
const HEAD: f32 = 12.0;

/// What is known of a figure's words as long as it does not change.
pub type Cache = std::collections::HashMap<(u64, u64), (Measurement, Vec<String>)>;

/// Draws the figures of the slice on screen, the one under the hand as it is now.
pub fn paint(ui: &Ui, painter: &Painter, shown: &Shown, place: &UiFromImage, desk: &mut Desk) {
    if shown.state.overlay.is_held_hidden {
        return;
    }
    let draft = shown.state.draft;
    for measurement in on_slice(shown).filter(|m| draft.is_none_or(|d| d.id != Some(m.id))) {
        one(ui, painter, shown, place, desk, measurement);
    }
    if let Some(draft) = draft {
        let old = draft.id.and_then(|id| shown.known.measurements.iter().find(|m| m.id == id));
        let text = old.map(|m| m.text.clone()).unwrap_or_default();
        let (slice, sequence) = (shown.known.slice, old.map_or(shown.known.sequence, |m| m.sequence));
        let id = draft.id.unwrap_or(0);
        let now = Measurement { id, slice, sequence, figure: draft.figure, text, at_secs: 0 };
        one(ui, painter, shown, place, desk, &now);
    }
}

fn on_slice<'a>(shown: &Shown<'a>) -> impl Iterator<Item = &'a Measurement> {
    let slice = shown.known.slice;
    shown.known.measurements.iter().filter(move |m| m.slice == slice)
}

fn screen(place: &UiFromImage, at: Point) -> Pos2 {
    place.point(pos2(at[0] as f32, at[1] as f32))
}

fn one(ui: &Ui, painter: &Painter, shown: &Shown, place: &UiFromImage, desk: &mut Desk, measurement: &Measurement) {
    let color = finding::READER;
    let points: Vec<Pos2> = measurement.figure.points().iter().map(|&p| screen(place, p)).collect();
    for line in outline(&measurement.figure, place) {
        painter.add(Shape::line(line.clone(), Stroke::new(3.5, finding::EDGE)));
        painter.add(Shape::line(line, Stroke::new(1.5, color)));
    }
    if shown.state.selected == Some(measurement.id) || shown.state.draft.is_some_and(|d| d.id.is_none()) {
        for &point in &points {
            painter.circle(point, 4.0, Color32::BLACK, Stroke::new(1.5, color));
        }
    }
    let key = (shown.scan_key(), measurement.id);
    let is_known = desk.figures.get(&key).is_some_and(|(before, _)| before == measurement);
    if !is_known {
        let mut lines = figures::lines(measurement, shown.scan);
        let region = matches!(measurement.figure, Figure::Ellipse(_) | Figure::Rectangle(_));
        let sequence = shown.scan.sequences.get(measurement.sequence).map_or("", |s| s.label());
        if region && shown.scan.sequences.len() > 1 {
            lines.push(format!("of {sequence}"));
        }
        desk.figures.insert(key, (measurement.clone(), lines));
    }
    let Some((_, lines)) = desk.figures.get(&key) else { return };
    let at = within(painter, words_at(&measurement.figure, &points), lines);
    let mut box_of_words = Rect::from_min_size(at, vec2(0.0, 0.0));
    for (index, line) in lines.iter().enumerate() {
        let at = at + vec2(0.0, index as f32 * LINE);
        box_of_words |= shadowed(painter, at, Align2::LEFT_TOP, line, (theme::small(), color));
    }
    let response = ui.interact(box_of_words, egui::Id::unique(("figure", key)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, figures::summary(measurement, shown.scan)));
}

/// Words past the picture's edge step back into it.
fn within(painter: &Painter, at: Pos2, lines: &[String]) -> Pos2 {
    let width = |line: &String| painter.layout_no_wrap(line.clone(), theme::small(), Color32::WHITE).size().x;
    let widest = lines.iter().map(width).fold(0.0, f32::max);
    let inner = painter.clip_rect().shrink(6.0);
    let most = pos2(inner.right() - widest, inner.bottom() - LINE * lines.len() as f32);
    pos2(at.x.min(most.x).max(inner.left()), at.y.min(most.y).max(inner.top()))
}

/// Where a figure's words begin: right of it, clear of its lines.
fn words_at(figure: &Figure, points: &[Pos2]) -> Pos2 {
    match (figure, points) {
        // An arrow's words stand at its tail.
        (Figure::Arrow(_), [tail, ..]) => *tail + vec2(8.0, 4.0),
        (Figure::Angle(_), [_, vertex, _]) => *vertex + vec2(10.0, 6.0),
        (_, points) => {
            let right = points.iter().fold(f32::NEG_INFINITY, |x, p| x.max(p.x));
            let bottom = points.iter().fold(f32::NEG_INFINITY, |y, p| y.max(p.y));
            pos2(right + 8.0, bottom - 6.0)
        }
    }
}

/// A figure's lines on screen.
fn outline(figure: &Figure, place: &UiFromImage) -> Vec<Vec<Pos2>> {
    let at = |p: Point| screen(place, p);
    match *figure {
        Figure::Distance([a, b]) => {
            let (a, b) = (at(a), at(b));
            let across = (b - a).normalized().rot90() * 5.0;
            vec![vec![a, b], vec![a - across, a + across], vec![b - across, b + across]]
        }
        Figure::Diameters([a, b, c, d]) => vec![vec![at(a), at(b)], vec![at(c), at(d)]],
        Figure::Angle([a, vertex, b]) => vec![vec![at(a), at(vertex), at(b)]],
        Figure::Rectangle([[x0, y0], [x1, y1]]) => {
            vec![[[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]].into_iter().map(at).collect()]
        }
        Figure::Ellipse([[x0, y0], [x1, y1]]) => {
            let center = [f64::midpoint(x0, x1), f64::midpoint(y0, y1)];
            let half = [(x1 - x0) / 2.0, (y1 - y0) / 2.0];
            let piece = |i: usize| {
                let (sin, cos) = (i as f64 / PIECES as f64 * std::f64::consts::TAU).sin_cos();
                at([center[0] + half[0] * cos, center[1] + half[1] * sin])
            };
            vec![(0..=PIECES).map(piece).collect()]
        }
        Figure::Arrow([tail, tip]) => {
            let (tail, tip) = (at(tail), at(tip));
            let back = (tail - tip).normalized() * HEAD;
            let side = back.rot90() * 0.45;
            vec![vec![tail, tip], vec![tip + back + side, tip, tip + back - side]]
        }
    }
}

/// The measurement under `pointer`: by one of its points, or by its lines.
pub fn hit(shown: &Shown, place: &UiFromImage, pointer: Pos2) -> Option<(u64, Option<usize>)> {
    if shown.state.overlay.is_held_hidden {
        return None;
    }
    let points = on_slice(shown).flat_map(|m| {
        m.figure.points().iter().enumerate().map(move |(i, &p)| (screen(place, p).distance(pointer), m.id, i))
    });
    let nearest = points.filter(|(distance, ..)| *distance <= POINT_REACH).min_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((_, id, point)) = nearest {
        return Some((id, Some(point)));
    }
    let on_line = |m: &&Measurement| {
        let lines = outline(&m.figure, place);
        lines.iter().any(|line| line.windows(2).any(|ends| distance_to(pointer, ends[0], ends[1]) <= LINE_REACH))
    };
    on_slice(shown).find(on_line).map(|m| (m.id, None))
}

fn distance_to(at: Pos2, from: Pos2, to: Pos2) -> f32 {
    let (way, step) = (to - from, at - from);
    let share = if way.length_sq() > 0.0 { (step.dot(way) / way.length_sq()).clamp(0.0, 1.0) } else { 0.0 };
    (step - way * share).length()
}

/// The field for a figure's words.
pub fn words_ui(ui: &mut Ui, state: &AppState, id: u64, desk: &mut Desk, is_new: bool, actions: &mut Vec<Action>) {
    if is_new {
        let known = state.scan_state().and_then(|s| s.measurements.iter().find(|m| m.id == id));
        desk.typed.words = known.map(|m| m.text.clone()).unwrap_or_default();
    }
    ui.horizontal(|ui| {
        let width = ui.available_width() - 96.0;
        let edit =
            TextEdit::singleline(&mut desk.typed.words).hint_text("What the arrow points at").desired_width(width);
        let response = ui.add(edit);
        if is_new {
            response.request_focus();
        }
        let has_entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        if KeyButton::new("Write").show(ui).clicked() || has_entered {
            actions.push(Action::Measure(MeasureAction::SetText { id, text: desk.typed.words.clone() }));
        }
    });
}
