//! The whole window: bars, panels, canvas, popups, and what the window reads by itself (keys, drops, pasted paths). Not for
//! what any of them does.

use std::path::PathBuf;

use egui::{CentralPanel, Event, Frame, Margin, Panel, ScrollArea, Ui};

use super::canvas::{self, canvas_id};
use super::desk::Desk;
use super::picture::Shown;
use super::theme::{self, Palette, STATUS_BAR_HEIGHT, STRIP_WIDTH, TOP_BAR_HEIGHT};
use super::widgets;
use super::{
    empty, finding_panel, keys, model_panel, models, notices, overlay_panel, panes, popups, review_panel, status_bar,
    strip, study_panel, top_bar, training,
};
use crate::state::AppState;
use crate::state::action::{Action, AppAction, FileAction};
use crate::state::notice::About;
use crate::state::screen::MainView;
use crate::state::training::TrainingAction;

/// Least width of the study panel in points.
const LEAST_LEFT: f32 = 180.0;
/// Greatest width of the study panel in points.
const MOST_LEFT: f32 = 360.0;
/// Least width of the right panel in points: what its longest line needs.
const LEAST_RIGHT: f32 = 292.0;
/// Greatest width of the right panel in points.
const MOST_RIGHT: f32 = 420.0;
/// The least width that is left for the picture beside the panels, in points.
const LEAST_CANVAS: f32 = 240.0;

/// Draws the window and answers with what the user asked for.
pub fn root_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk) -> Vec<Action> {
    theme::follow(ui.ctx(), state.settings.theme, state.settings.ui_scale);
    let mut actions = keys::read(ui.ctx(), state, canvas_id(), &mut desk.held);
    drops(ui, state, &mut actions);
    pasted_path(ui, state, &mut actions);
    if state.layout.copies_picture
        && let Some(rect) = desk.picture_rect
    {
        canvas::copy_picture(ui, rect);
        actions.push(Action::File(FileAction::PictureCopied));
    }
    match state.layout.view {
        MainView::Read => read_ui(ui, state, desk, &mut actions),
        MainView::Train => {
            bars(ui, state, &mut actions);
            CentralPanel::no_frame().show(ui, |ui| training::training_ui(ui, state, desk, &mut actions));
        }
        MainView::Models => {
            bars(ui, state, &mut actions);
            CentralPanel::no_frame().show(ui, |ui| models::models_ui(ui, state, &mut actions));
        }
    }
    popups::popup_ui(ui, state, desk, &mut actions);
    training::question_ui(ui, state, &mut actions);
    empty::drag_target_ui(ui, state);
    actions
}

fn read_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    let shown = Shown::of(state);
    let is_alone = state.layout.is_picture_alone && shown.is_some();
    if !is_alone {
        bars(ui, state, actions);
    }
    if let Some(shown) = &shown {
        if !is_alone {
            side_panels(ui, shown, desk, actions);
            let frame = Frame::new().fill(Palette::of(ui).canvas);
            let strip_panel = Panel::right("strip").exact_size(STRIP_WIDTH).resizable(false).frame(frame);
            strip_panel.show_separator_line(false).show(ui, |ui| strip::strip_ui(ui, shown, actions));
        }
        CentralPanel::no_frame().show(ui, |ui| panes::panes_ui(ui, shown, desk, actions));
        homeless_notices(ui, shown, desk, actions);
    } else {
        CentralPanel::no_frame().show(ui, |ui| empty::empty_ui(ui, state, actions));
    }
}

fn bars(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let frame = Frame::new().fill(palette.ground).inner_margin(Margin::symmetric(12, 0));
    let top = Panel::top("top bar").exact_size(TOP_BAR_HEIGHT).frame(frame);
    top.show(ui, |ui| top_bar::top_bar_ui(ui, state, actions));
    let bottom = Panel::bottom("status bar").exact_size(STATUS_BAR_HEIGHT).frame(frame);
    bottom.show(ui, |ui| status_bar::status_bar_ui(ui, state, actions));
}

fn side_panels(ui: &mut Ui, shown: &Shown, desk: &mut Desk, actions: &mut Vec<Action>) {
    let state = shown.state;
    let palette = Palette::of(ui);
    let kept = (state.settings.left_width, state.settings.right_width);
    let room = ui.available_width() - LEAST_CANVAS - STRIP_WIDTH;
    // In a narrow window the study panel gives way first: the answer stays.
    let has_right = !state.layout.is_right_folded;
    let right = if has_right { kept.1.clamp(LEAST_RIGHT, MOST_RIGHT).min(room.max(LEAST_RIGHT)) } else { 0.0 };
    let left_room = (room - right).min(MOST_LEFT);
    let has_left = !state.layout.is_left_folded && left_room >= LEAST_LEFT;
    let left = kept.0.clamp(LEAST_LEFT, left_room.max(LEAST_LEFT));
    let mut new = (left, right);
    desk.has_left = has_left;
    if has_left {
        let frame = Frame::new().fill(palette.panel).inner_margin(Margin { left: 12, right: 8, top: 12, bottom: 8 });
        let panel = Panel::left("study").default_size(left).size_range(LEAST_LEFT..=left_room).frame(frame);
        let answer = panel.show(ui, |ui| study_panel::study_panel_ui(ui, state, desk, actions));
        new.0 = answer.response.rect.width();
    }
    if has_right {
        let frame = Frame::new().fill(palette.panel).inner_margin(Margin { left: 16, right: 12, top: 10, bottom: 6 });
        let most = right.max(room - if has_left { new.0 } else { 0.0 }).min(MOST_RIGHT);
        let panel = Panel::right("right").default_size(right).size_range(LEAST_RIGHT..=most).frame(frame);
        let answer = panel.show(ui, |ui| right_panel_ui(ui, state, desk, actions));
        new.1 = answer.response.rect.width();
    }
    // Kept when the hand lets go, and only where the hand moved it: a small window narrows the panels by itself.
    let was_dragged = ui.input(|i| i.pointer.any_released());
    let moved = |is_there: bool, new: f32, old: f32| is_there && (new - old).abs() > 1.0;
    let (moved_left, moved_right) = (moved(has_left, new.0, left), moved(has_right, new.1, right));
    if was_dragged && (moved_left || moved_right) {
        let widths = (if moved_left { new.0 } else { kept.0 }, if moved_right { new.1 } else { kept.1 });
        actions.push(Action::App(AppAction::SetWidths(widths.0, widths.1)));
    }
}

/// Notices whose panel is folded stand on the canvas: nothing goes untold.
fn homeless_notices(ui: &Ui, shown: &Shown, desk: &Desk, actions: &mut Vec<Action>) {
    let (state, study) = (shown.state, shown.study);
    let is_alone = state.layout.is_picture_alone;
    let mut abouts = Vec::new();
    if is_alone || !desk.has_left {
        abouts.extend([About::App, About::Opening, About::Study(study.id)]);
    }
    if is_alone || state.layout.is_right_folded {
        abouts.extend([About::Analysis(study.id, study.scan), About::Review, About::Models]);
    }
    if is_alone {
        abouts.push(About::Export);
    }
    let has_any = abouts.iter().any(|&about| state.notices.about(about).next().is_some());
    let Some(canvas) = desk.picture_rect.filter(|_| has_any) else { return };
    let width = (canvas.width() - 32.0).min(420.0);
    let area = egui::Area::new(egui::Id::unique("notices")).order(egui::Order::Middle).constrain_to(canvas);
    let at = egui::pos2(canvas.center().x - width / 2.0, canvas.top() + 40.0);
    area.fixed_pos(at).show(ui.ctx(), |ui| {
        ui.set_width(width);
        for about in abouts {
            notices::notices_ui(ui, state, about, actions);
        }
    });
}

/// Four sections that never change places.
fn right_panel_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        ui.spacing_mut().interact_size.y = 20.0;
        // Whatever is too wide is cut, and does not widen the panel.
        ui.set_max_width(ui.available_width());
        finding_panel::finding_ui(ui, state, desk, actions);
        widgets::rule(ui);
        overlay_panel::overlay_ui(ui, state, actions);
        widgets::rule(ui);
        review_panel::review_ui(ui, state, desk, actions);
        widgets::rule(ui);
        model_panel::model_ui(ui, state, actions);
    });
}

/// Files over the window and files dropped on it. Read in the drawn frame only: a hidden one repeats the last input.
fn drops(ui: &Ui, state: &AppState, actions: &mut Vec<Action>) {
    let (over, dropped) = ui.input(|i| {
        let over: Vec<PathBuf> = i.raw.hovered_files.iter().filter_map(|f| f.path.clone()).collect();
        let dropped: Vec<PathBuf> = i.raw.dropped_files.iter().map(|f| f.path().to_path_buf()).collect();
        (over, dropped)
    });
    if over != state.layout.drag_hover {
        actions.push(Action::App(AppAction::DragHover(over)));
    }
    if dropped.is_empty() {
        return;
    }
    // In the Train view what is dropped is data to train on.
    actions.push(match (state.layout.view, dropped.first()) {
        (MainView::Train, Some(data)) => Action::Training(TrainingAction::ChooseData(data.clone())),
        _ => Action::File(FileAction::Open(dropped)),
    });
}

/// A path pasted anywhere but into a text field opens.
fn pasted_path(ui: &Ui, state: &AppState, actions: &mut Vec<Action>) {
    if ui.ctx().text_edit_focused() || state.layout.popup.is_some() {
        return;
    }
    let pasted =
        ui.input(|i| i.events.iter().find_map(|e| if let Event::Paste(text) = e { Some(text.clone()) } else { None }));
    let is_train = state.layout.view == MainView::Train;
    actions.extend(pasted.filter(|t| !t.trim().is_empty()).map(|text| {
        if is_train {
            Action::Training(TrainingAction::ChooseDataText(text))
        } else {
            Action::File(FileAction::OpenText(text))
        }
    }));
}
