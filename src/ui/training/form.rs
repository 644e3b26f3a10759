//! The settings, one a row: name with what it does, value, undo. Not for what they mean (`state::training::form`).

use egui::{Align, Layout, RichText, TextEdit, Ui};

use crate::state::AppState;
use crate::state::action::Action;
use crate::state::training::TrainingAction;
use crate::state::training::form::{Setting, Trouble};
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::{self, KeyButton, Look};

/// Width of a typed value in points.
const VALUE: f32 = 96.0;

/// All rows, each with what is wrong with it under it.
pub fn form_ui(ui: &mut Ui, state: &AppState, troubles: &[Trouble], actions: &mut Vec<Action>) {
    for setting in Setting::ALL.into_iter().filter(|s| state.training.form.shows(*s)) {
        row_ui(ui, state, setting, actions);
        for trouble in troubles.iter().filter(|t| t.setting == Some(setting)) {
            let color = Palette::of(ui).error;
            ui.label(RichText::new(&trouble.text).font(theme::small()).color(color));
        }
    }
    for trouble in troubles.iter().filter(|t| t.setting.is_none()) {
        widgets::warning(ui, trouble.text.clone());
    }
}

fn row_ui(ui: &mut Ui, state: &AppState, setting: Setting, actions: &mut Vec<Action>) {
    let form = &state.training.form;
    let value = form.text(setting, state.training.data.request.as_ref());
    let is_changed = form.typed.contains_key(&setting);
    let mut send = |action| actions.push(Action::Training(action));
    ui.horizontal(|ui| {
        let quiet = Palette::of(ui).quiet;
        let label = ui.label(RichText::new(setting.label()).font(theme::small()).color(quiet));
        let label = label.on_hover_text(setting.help());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            // Its place is kept, so that the value stays where it is.
            let undo = ui.scope(|ui| {
                if !is_changed {
                    ui.set_invisible();
                }
                KeyButton::new("Undo").look(Look::Quiet).small().name(&format!("Undo {}", setting.label())).show(ui)
            });
            if undo.inner.clicked() {
                send(TrainingAction::Undo(setting));
            }
            if setting.choices().is_empty() {
                let mut text = value.clone();
                let edit = TextEdit::singleline(&mut text).desired_width(VALUE).font(theme::small());
                if ui.add(edit).labelled_by(label.id).changed() {
                    send(TrainingAction::Set(setting, text));
                }
                return;
            }
            for &choice in setting.choices().iter().rev() {
                let name = format!("{} {choice}", setting.label());
                let button = KeyButton::new(choice).look(Look::Bare).small().selected(value == choice).name(&name);
                if button.show(ui).clicked() && value != choice {
                    send(TrainingAction::Set(setting, choice.to_owned()));
                }
            }
        });
    });
}
