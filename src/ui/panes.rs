//! The canvas divided into panes: the first one with all its hands, the others with planes through the volume or other
//! series. Not for the first pane (`canvas`) and not for choosing what a pane shows (`state::panes`).

use egui::{
    Align2, Color32, Id, PointerButton, Pos2, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::bearings;
use super::canvas::{self, canvas_id};
use super::corners::shadowed;
use super::desk::Desk;
use super::pane_picture::{self, Picture};
use super::picture::Shown;
use super::theme::{self, Palette};
use super::transform::UiFromImage;
use crate::domain::reslice::Cut;
use crate::state::action::{Action, GoAction, WindowAction};
use crate::state::panes::{self, Arrangement, PaneAction};
use crate::state::tool::Tool;

/// Space between panes in points.
const GAP: f32 = 2.0;
/// A zoom drag of so many points doubles or halves the picture.
const POINTS_PER_DOUBLING: f32 = 120.0;
/// Slices a second while they run by themselves.
const SLICES_PER_SECOND: f64 = 10.0;

/// Draws all panes into the space that is left.
pub fn panes_ui(ui: &mut Ui, shown: &Shown, desk: &mut Desk, actions: &mut Vec<Action>) {
    let whole = ui.available_rect_before_wrap();
    play(ui, shown, desk, actions);
    let state = &shown.state.panes;
    let rects = match state.alone {
        Some(pane) => vec![(pane, whole)],
        None => places(whole, state.arrangement).into_iter().enumerate().collect(),
    };
    ui.painter().rect_filled(whole, 0.0, Palette::of(ui).line);
    for (pane, rect) in rects {
        if pane == 0 {
            ui.scope_builder(UiBuilder::new().max_rect(rect).id_salt("first pane"), |ui| {
                canvas::canvas_ui(ui, shown, desk, actions);
            });
        } else {
            pane_ui(ui, rect, pane, shown, desk, actions);
        }
    }
    ui.advance_cursor_after_rect(whole);
    desk.picture_rect = Some(whole);
}

fn places(whole: Rect, arrangement: Arrangement) -> Vec<Rect> {
    let part = |x0: f32, y0: f32, x1: f32, y1: f32| {
        let at = |x: f32, y: f32| pos2(whole.left() + x * whole.width(), whole.top() + y * whole.height());
        Rect::from_min_max(at(x0, y0), at(x1, y1)).shrink(GAP / 2.0)
    };
    match arrangement {
        Arrangement::One => vec![whole],
        Arrangement::Two => vec![part(0.0, 0.0, 0.5, 1.0), part(0.5, 0.0, 1.0, 1.0)],
        Arrangement::OneAndThree => {
            let (x, y) = (2.0 / 3.0, 1.0 / 3.0);
            vec![part(0.0, 0.0, x, 1.0), part(x, 0.0, 1.0, y), part(x, y, 1.0, 2.0 * y), part(x, 2.0 * y, 1.0, 1.0)]
        }
        Arrangement::TwoByTwo => {
            vec![part(0.0, 0.0, 0.5, 0.5), part(0.5, 0.0, 1.0, 0.5), part(0.0, 0.5, 0.5, 1.0), part(0.5, 0.5, 1.0, 1.0)]
        }
    }
}

fn play(ui: &Ui, shown: &Shown, desk: &mut Desk, actions: &mut Vec<Action>) {
    if !shown.state.panes.is_playing {
        return;
    }
    let (now, period) = (ui.input(|i| i.time), 1.0 / SLICES_PER_SECOND);
    if now - desk.played_at >= period {
        desk.played_at = now;
        actions.push(Action::Panes(PaneAction::PlayOn));
    }
    ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(period));
}

/// One pane beside the first one.
fn pane_ui(ui: &mut Ui, rect: Rect, pane: usize, shown: &Shown, desk: &mut Desk, actions: &mut Vec<Action>) {
    let picture = pane_picture::of(shown, panes::content(shown.state, pane));
    let is_alone = shown.state.panes.alone == Some(pane);
    // Alone it has the keyboard, as the first pane has otherwise.
    let id = if is_alone { canvas_id() } else { Id::unique(("pane", pane)) };
    let response = ui.interact(rect, id, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, format!("Pane {}: {}", pane + 1, picture.label())));
    let painter = ui.painter_at(rect);
    let palette = Palette::of(ui);
    painter.rect_filled(rect, 0.0, palette.canvas);
    let ink = palette.canvas_text;
    let Picture::Shown { cut, .. } = &picture else {
        let words = painter.layout(picture.label(), theme::small(), palette.canvas_quiet, rect.width() - 24.0);
        painter.galley(rect.center() - words.size() / 2.0, words, palette.canvas_quiet);
        return;
    };
    let size = picture.size();
    let mut view = shown.state.panes.views[pane - 1];
    view.upright = panes::upright(shown.state, cut.as_ref());
    view.canvas = rect.size().into();
    let place = UiFromImage::of(&view, rect, size[0], size[1]);
    hands(ui, &response, pane, shown, &picture, &place, desk, actions);
    pane_picture::paint(ui.ctx(), &painter, shown, &picture, &place, desk);
    if let Some(cut) = cut {
        lines(&painter, shown, cut, &place);
        bearings::letters_ui(ui, &painter, rect, &view.upright.edge_letters(&cut.geometry()), 0.0);
    }
    for (index, line) in picture.corner(shown).iter().enumerate() {
        let at = rect.left_top() + vec2(10.0, 8.0 + 16.0 * index as f32);
        shadowed(&painter, at, Align2::LEFT_TOP, line, (theme::small(), ink));
    }
}

/// Reads the hands on a pane beside the first one.
#[allow(clippy::too_many_arguments)]
fn hands(
    ui: &Ui,
    response: &egui::Response,
    pane: usize,
    shown: &Shown,
    picture: &Picture,
    place: &UiFromImage,
    desk: &mut Desk,
    actions: &mut Vec<Action>,
) {
    let (size, canvas) = (picture.size(), <[f32; 2]>::from(response.rect.size()));
    let zoom = |at: Pos2, factor: f32| {
        let at = place.image_from_ui(at);
        Action::Panes(PaneAction::Zoom { pane, factor, at_px: [at.x, at.y], size, canvas })
    };
    if response.double_clicked() {
        actions.push(Action::Panes(PaneAction::ToggleAlone(pane)));
        return;
    }
    if response.drag_started() {
        desk.zoom_anchor = ui.input(|i| i.pointer.press_origin());
    }
    let delta = response.drag_delta();
    let pans = ui.input(|i| i.modifiers.shift || i.key_down(egui::Key::Space));
    let is_left = response.dragged_by(PointerButton::Primary);
    if response.dragged_by(PointerButton::Middle) || (is_left && pans) {
        if delta != egui::Vec2::ZERO {
            actions.push(Action::Panes(PaneAction::Pan { pane, by: delta.into(), size, canvas }));
        }
    } else if response.dragged_by(PointerButton::Secondary) {
        let anchor = desk.zoom_anchor.unwrap_or_else(|| response.rect.center());
        if delta.y != 0.0 {
            actions.push(zoom(anchor, 2.0_f32.powf(-delta.y / POINTS_PER_DOUBLING)));
        }
    } else if is_left && shown.state.tool == Tool::Window {
        if delta != egui::Vec2::ZERO {
            actions.push(Action::Window(WindowAction::Drag { right: delta.x, up: -delta.y }));
        }
    } else if (is_left || response.clicked_by(PointerButton::Primary))
        && let (Some(at), Picture::Shown { cut: Some(cut), .. }) = (response.interact_pointer_pos(), picture)
    {
        let at = place.image_from_ui(at);
        let at_mm = cut.patient_from_px([f64::from(at.x), f64::from(at.y)]);
        actions.push(Action::Panes(PaneAction::PointInPatient(at_mm)));
    }
    let Some(pointer) = response.hover_pos() else { return };
    let turn = ui.input(|i| desk.wheel.read(&i.events));
    if (turn.zoom - 1.0).abs() > f32::EPSILON {
        actions.push(zoom(pointer, turn.zoom));
    }
    if turn.slices == 0 {
        return;
    }
    actions.push(match picture {
        Picture::Shown { cut: Some(cut), is_body: true, .. } => {
            // One notch is one pixel of the plane: to the back, to the left.
            let step = f64::from(turn.slices) * crate::domain::geometry::length(cut.col_step_mm);
            let Some(at) = panes::cursor_mm(shown.scan, shown.known) else { return };
            let across = cut.normal().map(f64::abs);
            Action::Panes(PaneAction::PointInPatient(std::array::from_fn(|i| at[i] + step * across[i])))
        }
        Picture::Shown { .. } | Picture::Nothing(_) => Action::Go(GoAction::By(turn.slices)),
    });
}

/// Where the other panes' planes cut this one, and the crosshair's point.
pub fn lines(painter: &egui::Painter, shown: &Shown, cut: &Cut, place: &UiFromImage) {
    let state = shown.state;
    if state.overlay.is_held_hidden || (state.panes.arrangement == Arrangement::One && state.tool != Tool::Crosshair) {
        return;
    }
    let color = theme::CROSSHAIR;
    let at = |p: [f64; 2]| place.point(pos2(p[0] as f32, p[1] as f32));
    let mut others: Vec<Cut> = panes::first_cut(shown.scan, shown.known).into_iter().collect();
    for pane in 1..state.panes.arrangement.count() {
        if let Picture::Shown { cut: Some(other), .. } = pane_picture::of(shown, panes::content(state, pane)) {
            others.push(other);
        }
    }
    for other in &others {
        if let Some(ends) = cut.crossing(other) {
            painter.line_segment(ends.map(at), Stroke::new(1.0, color));
        }
    }
    let Some(cursor) = panes::cursor_mm(shown.scan, shown.known) else { return };
    let center = at(cut.px_from_patient(cursor));
    painter.circle_stroke(center, 5.0, Stroke::new(2.5, Color32::from_black_alpha(160)));
    painter.circle_stroke(center, 5.0, Stroke::new(1.0, color));
}
