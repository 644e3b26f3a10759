//! Notices beside the thing that they concern, with their details and a way to take them away. Not for what they say.

use egui::{Frame, Label, Margin, RichText, Ui};

use super::theme::{self, Palette};
use super::widgets::{self, KeyButton, Look};
use crate::state::AppState;
use crate::state::action::{Action, AppAction, GoAction};
use crate::state::notice::{About, Level, Notice};

/// All notices about one thing, one under the other.
pub fn notices_ui(ui: &mut Ui, state: &AppState, about: About, actions: &mut Vec<Action>) {
    for notice in state.notices.about(about) {
        notice_ui(ui, notice, actions);
    }
}

fn ink(ui: &Ui, level: Level) -> egui::Color32 {
    let palette = Palette::of(ui);
    match level {
        Level::Info => palette.text,
        Level::Warning => palette.warning,
        Level::Error => palette.error,
    }
}

fn notice_ui(ui: &mut Ui, notice: &Notice, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let ink = ink(ui, notice.level);
    let frame = Frame::new().fill(palette.ground).inner_margin(Margin::same(8)).corner_radius(4.0);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(Label::new(RichText::new(&notice.text).font(theme::small()).color(ink)).wrap());
        if notice.shows_details {
            for line in &notice.details {
                widgets::quiet(ui, line.clone());
            }
        }
        ui.horizontal_wrapped(|ui| buttons_ui(ui, notice, actions));
    });
    ui.add_space(4.0);
}

fn buttons_ui(ui: &mut Ui, notice: &Notice, actions: &mut Vec<Action>) {
    let mut quiet = |ui: &mut Ui, label: &str, wanted: Vec<Action>| {
        if KeyButton::new(label).look(Look::Quiet).small().show(ui).clicked() {
            actions.extend(wanted);
        }
    };
    if let Some(slice) = notice.show_slice {
        let elsewhere = notice.show_scan.map(|(study, scan)| Action::Go(GoAction::Scan(study, scan)));
        quiet(ui, "Show", elsewhere.into_iter().chain([Action::Go(GoAction::Slice(slice))]).collect());
    }
    if !notice.details.is_empty() {
        let label = if notice.shows_details { "Hide details" } else { "Show details" };
        quiet(ui, label, vec![Action::App(AppAction::ToggleDetails(notice.id))]);
    }
    quiet(ui, "Dismiss", vec![Action::App(AppAction::Dismiss(notice.id))]);
}

/// A notice in one line, for bars.
pub fn inline_ui(ui: &mut Ui, notice: &Notice, actions: &mut Vec<Action>) {
    let ink = ink(ui, notice.level);
    let words = Label::new(RichText::new(&notice.text).font(theme::small()).color(ink)).truncate();
    let width = (ui.available_width() - 320.0).max(120.0);
    ui.scope(|ui| {
        ui.set_max_width(width);
        ui.add(words).on_hover_text(format!("{}\n{}", notice.text, notice.details.join("\n")));
    });
    if KeyButton::new("Dismiss").look(Look::Quiet).small().show(ui).clicked() {
        actions.push(Action::App(AppAction::Dismiss(notice.id)));
    }
}
