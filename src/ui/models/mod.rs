//! The Models view: every model known, its card, its evaluation. Not for training.

mod card;
mod crossing;
mod drafts;
mod evaluation;
mod form;
mod list;
mod patients;
mod plots;

use egui::{CentralPanel, Frame, Margin, Panel, ScrollArea, Ui};

use super::theme::{GRID, Palette};
use super::widgets::{self, KeyButton, Look};
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::models::{Listing, ModelsAction, Page, Said};

/// Width of the list in points.
const LIST_WIDTH: f32 = 300.0;

/// Draws the Models view.
pub fn models_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let view = &state.models_view;
    if view.list == Listing::Unknown {
        actions.push(ModelsAction::Refresh.into());
    }
    let palette = Palette::of(ui);
    let side = Frame::new().fill(palette.panel).inner_margin(Margin { left: 12, right: 8, top: 12, bottom: 8 });
    let panel = Panel::left("models").exact_size(LIST_WIDTH).resizable(false).frame(side);
    panel.show(ui, |ui| list::list_ui(ui, state, actions));
    let middle = Frame::new().fill(palette.ground).inner_margin(Margin::symmetric(16, 12));
    CentralPanel::default().frame(middle).show(ui, |ui| {
        pages_ui(ui, view.page, actions);
        said_ui(ui, view.said.as_ref());
        ui.add_space(GRID);
        ScrollArea::vertical().id_salt("models middle").auto_shrink([false, false]).show(ui, |ui| match view.page {
            Page::Card => card::cards_ui(ui, state, actions),
            Page::Evaluation => evaluation::evaluation_ui(ui, state, actions),
            Page::Crossing => crossing::crossing_ui(ui, state, actions),
        });
    });
}

fn pages_ui(ui: &mut Ui, now: Page, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        for (page, label) in
            [(Page::Card, "Card"), (Page::Evaluation, "Evaluation"), (Page::Crossing, "Cross-validation")]
        {
            if KeyButton::new(label).look(Look::Bare).selected(page == now).show(ui).clicked() {
                actions.push(ModelsAction::Show(page).into());
            }
        }
    });
}

/// What has failed or is done, with all causes.
fn said_ui(ui: &mut Ui, said: Option<&Said>) {
    match said {
        Some(Said::Done(words)) => {
            widgets::small(ui, words.clone());
        }
        Some(Said::Trouble(failure)) => {
            let color = Palette::of(ui).error;
            let words = egui::RichText::new(failure.to_string()).font(super::theme::small()).color(color);
            ui.add(egui::Label::new(words).wrap());
        }
        None => {}
    }
}
