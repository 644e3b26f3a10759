//! The canvas and the hands on it: window, zoom, pan, slices. Not for the pixels (`picture`) or the words (`corners`).

use egui::{EventFilter, Id, Key, PointerButton, Rect, Response, Role, Sense, Ui, WidgetInfo};

use super::corners;
use super::desk::Desk;
use super::measuring;
use super::panes;
use super::picture::{self, Shown};
use super::theme::Palette;
use super::transform::UiFromImage;
use crate::state::action::{Action, GoAction, ViewAction, WindowAction};
use crate::state::panes::{self as state_panes, Arrangement, PaneAction};
use crate::state::screen::Popup;
use crate::state::tool::{MeasureAction, Tool};
use crate::state::training::watching;

/// A zoom drag of so many points doubles or halves the picture.
const POINTS_PER_DOUBLING: f32 = 120.0;

/// The canvas' name: it has the keyboard when nothing else has.
pub fn canvas_id() -> Id {
    Id::unique("canvas")
}

/// Draws the picture into all the space that is left and reads the hands on it.
pub fn canvas_ui(ui: &mut Ui, shown: &Shown, desk: &mut Desk, actions: &mut Vec<Action>) {
    let rect = ui.available_rect_before_wrap();
    let response = ui.interact(rect, canvas_id(), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, canvas_label(shown)));
    ui.advance_cursor_after_rect(rect);
    keep_keyboard(ui, shown.state.layout.popup);

    let (rows, cols) = (shown.scan.rows, shown.scan.cols);
    let place = UiFromImage::of(&shown.state.view, rect, rows, cols);
    desk.picture_rect = Some(rect);
    let size: [f32; 2] = rect.size().into();
    if size != shown.state.view.canvas {
        actions.push(Action::View(ViewAction::Sized(size)));
    }
    drags(ui, &response, shown, &place, desk, actions);
    wheel(ui, &response, &place, desk, actions);

    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, Palette::of(ui).canvas);
    picture::paint(ui.ctx(), &painter, shown, &place, desk);
    if let Some(cut) = state_panes::first_cut(shown.scan, shown.known) {
        panes::lines(&painter, shown, &cut, &place);
    }
    measuring::paint(ui, &painter, shown, &place, desk);
    corners::paint(ui, &painter, rect, shown, &place, response.hover_pos());
}

fn canvas_label(shown: &Shown) -> String {
    let sequence = shown.scan.sequences.get(shown.known.sequence).map_or("", |s| s.label());
    let training = watching::words(shown.state).filter(|_| shown.state.overlay.is_visible());
    let training = training.map_or_else(String::new, |words| format!(". {words}"));
    format!("Picture: slice {} of {}, {sequence}{training}", shown.known.slice + 1, shown.scan.slices.len())
}

/// The canvas has the keyboard when nothing else has it, and arrows and Esc go to it and not to egui's focus.
fn keep_keyboard(ui: &Ui, popup: Option<Popup>) {
    let filter = EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: true };
    ui.memory_mut(|memory| {
        let is_free = popup.is_none_or(|p| p == Popup::Initials);
        if is_free && memory.focused().is_none() {
            memory.request_focus(canvas_id());
        }
        memory.set_focus_lock_filter(canvas_id(), filter);
    });
}

fn drags(ui: &Ui, response: &Response, shown: &Shown, place: &UiFromImage, desk: &mut Desk, actions: &mut Vec<Action>) {
    let pans = ui.input(|i| i.modifiers.shift || i.key_down(Key::Space));
    figures(ui, response, shown, place, desk, pans, actions);
    if response.drag_started() {
        desk.window_before_drag = shown.known.window().map(|w| w.window);
        desk.zoom_anchor = ui.input(|i| i.pointer.press_origin());
    }
    // Esc ends a drag, and what it has moved goes back.
    if response.dragged() && ui.input(|i| i.key_pressed(Key::Escape)) {
        ui.ctx().stop_dragging();
        if std::mem::take(&mut desk.draws) {
            actions.push(Action::Measure(MeasureAction::Drop));
            return;
        }
        actions.extend(desk.window_before_drag.take().map(|w| Action::Window(WindowAction::Set(w))));
        return;
    }
    if desk.draws {
        return;
    }
    if response.double_clicked() && shown.state.panes.arrangement != Arrangement::One {
        actions.push(Action::Panes(PaneAction::ToggleAlone(0)));
        return;
    }
    let is_left = response.dragged_by(PointerButton::Primary) || response.clicked_by(PointerButton::Primary);
    if is_left
        && !pans
        && shown.state.tool == Tool::Crosshair
        && let Some(at) = response.interact_pointer_pos()
    {
        let at = place.image_from_ui(at);
        actions.push(Action::Panes(PaneAction::Point([f64::from(at.x), f64::from(at.y)])));
        return;
    }
    let delta = response.drag_delta();
    if delta == egui::Vec2::ZERO {
        return;
    }
    if response.dragged_by(PointerButton::Middle) || (response.dragged_by(PointerButton::Primary) && pans) {
        actions.push(Action::View(ViewAction::Pan(delta.into())));
    } else if response.dragged_by(PointerButton::Primary) {
        actions.push(Action::Window(WindowAction::Drag { right: delta.x, up: -delta.y }));
    } else if response.dragged_by(PointerButton::Secondary) {
        let anchor = desk.zoom_anchor.unwrap_or_else(|| response.rect.center());
        let factor = 2.0_f32.powf(-delta.y / POINTS_PER_DOUBLING);
        actions.push(zoom(place, anchor, factor));
    }
}

/// The left hand on figures: what lies under it is taken, else the tool draws.
fn figures(
    ui: &Ui,
    response: &Response,
    shown: &Shown,
    place: &UiFromImage,
    desk: &mut Desk,
    pans: bool,
    actions: &mut Vec<Action>,
) {
    let send = |actions: &mut Vec<Action>, action| actions.push(Action::Measure(action));
    let point = |at: egui::Pos2| {
        let at = place.image_from_ui(at);
        [f64::from(at.x), f64::from(at.y)]
    };
    let down = |at: egui::Pos2| match measuring::hit(shown, place, at) {
        Some((id, held)) => Some(MeasureAction::Grab { id, point: held, at: point(at) }),
        None if matches!(shown.state.tool, Tool::Window | Tool::Crosshair) => None,
        None => Some(MeasureAction::Press(point(at))),
    };
    let awaits = shown.state.draft.is_some_and(|d| d.awaits_second_arm);
    let pointer = response.interact_pointer_pos().or(response.hover_pos());
    let press = if awaits { None } else { ui.input(|i| i.pointer.press_origin()).and_then(down) };
    if response.drag_started_by(PointerButton::Primary) && !pans {
        let action = if awaits {
            ui.input(|i| i.pointer.press_origin()).map(|at| MeasureAction::Press(point(at)))
        } else {
            press
        };
        desk.draws = action.is_some();
        actions.extend(action.map(Action::Measure));
    }
    if (desk.draws || awaits)
        && let Some(at) = pointer
        && ui.input(|i| i.pointer.delta() != egui::Vec2::ZERO)
    {
        send(actions, MeasureAction::Drag(point(at)));
    }
    if desk.draws && response.drag_stopped() {
        desk.draws = false;
        send(actions, MeasureAction::Release);
    }
    if response.clicked_by(PointerButton::Primary)
        && let Some(at) = response.interact_pointer_pos()
    {
        let action = if awaits { Some(MeasureAction::Press(point(at))) } else { down(at) };
        if let Some(action) = action {
            send(actions, action);
            send(actions, MeasureAction::Release);
        }
    }
}

fn wheel(ui: &Ui, response: &Response, place: &UiFromImage, desk: &mut Desk, actions: &mut Vec<Action>) {
    let Some(pointer) = response.hover_pos() else { return };
    let turn = ui.input(|i| desk.wheel.read(&i.events));
    if turn.slices != 0 {
        actions.push(Action::Go(GoAction::By(turn.slices)));
    }
    if (turn.zoom - 1.0).abs() > f32::EPSILON {
        actions.push(zoom(place, pointer, turn.zoom));
    }
}

fn zoom(place: &UiFromImage, at: egui::Pos2, factor: f32) -> Action {
    let at_px = place.image_from_ui(at);
    Action::View(ViewAction::Zoom { factor, at_px: [at_px.x, at_px.y] })
}

/// Puts the picture as shown on the clipboard: the next frame's pixels, cut to the canvas.
pub fn copy_picture(ui: &Ui, rect: Rect) {
    let ctx = ui.ctx().clone();
    let points = ui.ctx().pixels_per_point();
    ui.ctx().request_screenshot(move |image| {
        ctx.copy_image(image.region(&rect, Some(points)));
        ctx.request_repaint();
    });
}
