//! The menu behind the layout icon: panes, what they show, slab, running slices. Not for drawing panes (`panes`).

use egui::{Painter, Popup, PopupCloseBehavior, Rect, Stroke, Ui, vec2};

use super::theme::GRID;
use super::tool_bar::{icon_button, keys};
use super::widgets::{self, KeyButton, Look};
use crate::domain::reslice::Slab;
use crate::state::action::Action;
use crate::state::panes::{Arrangement, Filling, PaneAction};
use crate::state::{AppState, allowed};

/// The slabs on offer.
const SLABS: [(&str, Slab); 5] = [
    ("Off", Slab::Single),
    ("Max 10 mm", Slab::Maximum(10.0)),
    ("Max 20 mm", Slab::Maximum(20.0)),
    ("Mean 10 mm", Slab::Mean(10.0)),
    ("Mean 20 mm", Slab::Mean(20.0)),
];

/// Draws the button, and the menu while it is open.
pub fn layout_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let arrangement = state.panes.arrangement;
    let response =
        icon_button(ui, "Layout", "", false, |painter, rect, stroke| icon(painter, rect, stroke, arrangement));
    let menu = Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        ui.set_width(300.0);
        for choice in Arrangement::ALL {
            let action = Action::Panes(PaneAction::Arrange(choice));
            let is_chosen = choice == arrangement;
            let keys = keys(&action);
            let button = KeyButton::new(choice.label()).key(&keys).look(Look::Bare).selected(is_chosen);
            if button.show(ui).clicked() {
                actions.push(action);
            }
        }
        ui.add_space(GRID / 2.0);
        let is_series = state.panes.filling == Filling::Series;
        if switch(ui, "Other series before other planes", is_series) {
            let filling = if is_series { Filling::Planes } else { Filling::Series };
            actions.push(Action::Panes(PaneAction::Fill(filling)));
        }
        if switch(ui, "Run through the slices", state.panes.is_playing) {
            actions.push(Action::Panes(PaneAction::TogglePlaying));
        }
        if allowed::has_geometry(state).is_ok() {
            ui.add_space(GRID / 2.0);
            widgets::quiet(ui, "Thickness of the planes through the volume");
            ui.horizontal_wrapped(|ui| {
                for (words, slab) in SLABS {
                    let button = KeyButton::new(words).look(Look::Bare).small().selected(state.panes.slab == slab);
                    if button.show(ui).clicked() {
                        actions.push(Action::Panes(PaneAction::SetSlab(slab)));
                    }
                }
            });
        }
    });
}

fn switch(ui: &mut Ui, words: &str, is_on: bool) -> bool {
    widgets::row(ui, |ui| ui.label(words), |ui| widgets::switch_ui(ui, is_on, words)).1
}

fn icon(painter: &Painter, rect: Rect, stroke: Stroke, arrangement: Arrangement) {
    let frame = Rect::from_center_size(rect.center(), vec2(16.0, 13.0));
    painter.rect_stroke(frame, 1.0, stroke, egui::StrokeKind::Middle);
    let (center, right) = (frame.center(), frame.left() + frame.width() * 2.0 / 3.0);
    match arrangement {
        Arrangement::One => {}
        Arrangement::Two => {
            painter.vline(center.x, frame.y_range(), stroke);
        }
        Arrangement::OneAndThree => {
            painter.vline(right, frame.y_range(), stroke);
            for third in [1.0, 2.0] {
                painter.hline(right..=frame.right(), frame.top() + frame.height() * third / 3.0, stroke);
            }
        }
        Arrangement::TwoByTwo => {
            painter.vline(center.x, frame.y_range(), stroke);
            painter.hline(frame.x_range(), center.y, stroke);
        }
    }
}
