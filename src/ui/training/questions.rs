//! The questions that wait for an answer: discard, a leaking split, the trash, closing while a training is under way. Not
//! for what follows from the answer.

use egui::{Align2, RichText, Ui, Window, vec2};

use crate::state::AppState;
use crate::state::action::Action;
use crate::state::training::{Ask, CloseAnswer, TrainingAction, words};
use crate::ui::theme::{self, GRID};
use crate::ui::widgets::{self, KeyButton};

/// Draws the question, if there is one.
pub fn question_ui(ui: &Ui, state: &AppState, actions: &mut Vec<Action>) {
    let Some(ask) = &state.training.ask else { return };
    let (title, sentence, yes) = words::question(state, ask);
    let mut send = |action| actions.push(Action::Training(action));
    let window = Window::new(title).title_bar(false).resizable(false).collapsible(false);
    window.anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0)).fixed_size(vec2(440.0, 160.0)).show(ui.ctx(), |ui| {
        ui.label(RichText::new(title).size(theme::ANSWER));
        ui.add_space(GRID / 2.0);
        if *ask == Ask::Close {
            widgets::small(ui, words::status(state).unwrap_or_default());
            ui.add_space(GRID);
            let answers = [
                ("Stop and keep best", CloseAnswer::StopAndKeep),
                ("Finish this epoch, then close", CloseAnswer::FinishEpoch),
                ("Discard", CloseAnswer::Discard),
                ("Don't close", CloseAnswer::Stay),
            ];
            for (label, answer) in answers {
                if KeyButton::new(label)
                    .name(&format!("{label} (closing)"))
                    .min_size(vec2(240.0, 28.0))
                    .show(ui)
                    .clicked()
                {
                    send(TrainingAction::Close(answer));
                }
            }
            return;
        }
        widgets::small(ui, sentence);
        ui.add_space(GRID);
        ui.horizontal(|ui| {
            if KeyButton::new(yes).min_size(vec2(140.0, 28.0)).show(ui).clicked() {
                send(TrainingAction::Confirm);
            }
            if KeyButton::new("Not now").min_size(vec2(100.0, 28.0)).show(ui).clicked() {
                send(TrainingAction::Decline);
            }
        });
    });
}
