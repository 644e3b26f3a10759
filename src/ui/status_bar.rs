//! The bar at the bottom: what runs and how to stop it, a hint, the research-use line. Not for results.

use egui::{Align, Label, Layout, RichText, Ui};

use super::notices;
use super::theme::{self, Palette};
use super::widgets::{self, KeyButton, Look};
use crate::state::AppState;
use crate::state::action::{Action, FileAction};
use crate::state::labels;
use crate::state::notice::About;
use crate::state::screen::MainView;
use crate::state::training;
use crate::state::words::RESEARCH_USE;

/// Draws the bar.
pub fn status_bar_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let text = |words: &str, ink| Label::new(RichText::new(words).font(theme::small()).color(ink));
    ui.horizontal_centered(|ui| {
        if let Some(status) = labels::status(state) {
            ui.add(text(&status.text, palette.text).extend());
            if let Some(share) = status.fraction {
                widgets::progress_ui(ui, share, "Progress");
            }
            if let Some(job) = status.cancel
                && KeyButton::new("Cancel").look(Look::Quiet).small().show(ui).clicked()
            {
                actions.push(Action::File(FileAction::Cancel(job)));
            }
        } else if let Some(line) = labels::export_line(state) {
            ui.add(text(&line, palette.text).extend());
        }
        if let Some(line) = training::words::status(state) {
            ui.add(text(&line, palette.text).extend());
        }
        for notice in state.notices.about(About::Export) {
            notices::inline_ui(ui, notice, actions);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add(text(RESEARCH_USE, palette.text).extend());
            // The hint gives way where there is no room; the research-use line never does.
            if state.current_study().is_some() && state.layout.view == MainView::Read {
                let words = state.tool.hint();
                let hint = ui.painter().layout_no_wrap(words.to_owned(), theme::small(), palette.quiet);
                if hint.size().x + 48.0 < ui.available_width() {
                    ui.with_layout(Layout::centered_and_justified(egui::Direction::TopDown), |ui| {
                        ui.add(text(words, palette.quiet));
                    });
                }
            }
        });
    });
}
