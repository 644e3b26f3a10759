//! Step 4 at the foot of the left: start, pause, stop, copy as command, discard. Not for what is trained (`steps`, `form`).

use egui::{Label, RichText, Ui, vec2};

use super::steps::title;
use crate::engine::lab::order::Control;
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::training::live::Phase;
use crate::state::training::{TrainingAction, words};
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::{self, KeyButton, Look};

fn send(actions: &mut Vec<Action>, action: TrainingAction) {
    actions.push(Action::Training(action));
}

/// Step 4 at the foot: start, pause, stop, and apart from them discard. They never move.
pub fn run_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let running = state.training.running();
    let missing = words::missing(state);
    widgets::rule(ui);
    title(ui, "4 Start", missing.is_none());
    let start = if running.is_some() { "Start after this one" } else { "Start" };
    let size = vec2(ui.available_width(), 28.0);
    let button = KeyButton::new(start).min_size(size).enabled(missing.is_none()).show(ui);
    let button = match &missing {
        Some(why) => button.on_hover_text(why),
        None => button,
    };
    if button.clicked() {
        send(actions, TrainingAction::Start);
    }
    let wish = running.and_then(|live| live.wish);
    let rests = running.is_some_and(|live| live.phase == Phase::Paused) || wish == Some(Control::Pause);
    let ends = matches!(wish, Some(Control::Stop | Control::Discard));
    ui.horizontal(|ui| {
        let is_enabled = running.is_some() && !ends;
        let half = (ui.available_width() - 8.0) / 2.0;
        let pause = KeyButton::new(if rests { "Continue" } else { "Pause" }).min_size(vec2(half - 24.0, 28.0));
        if pause.enabled(is_enabled).show(ui).clicked() {
            send(actions, TrainingAction::PauseOrGoOn);
        }
        let words = if ends { "Stopping…" } else { "Stop and keep best" };
        if KeyButton::new(words).min_size(vec2(half + 24.0, 28.0)).enabled(is_enabled).show(ui).clicked() {
            send(actions, TrainingAction::Stop);
        }
    });
    lines_ui(ui, state, missing.as_deref());
    let waiting: Vec<_> = state.training.line.iter().filter(|live| live.phase == Phase::Waiting).collect();
    for live in waiting.iter().filter(|_| running.is_some()) {
        widgets::row(
            ui,
            |ui| widgets::quiet_line(ui, &format!("In line: {}", live.title())),
            |ui| {
                if KeyButton::new("Withdraw").look(Look::Quiet).small().show(ui).clicked() {
                    send(actions, TrainingAction::Withdraw(live.job));
                }
            },
        );
    }
    for live in state.training.line.iter().filter(|live| live.choosing.is_some()) {
        widgets::row(
            ui,
            |ui| widgets::quiet_line(ui, &format!("{}: choosing its threshold", live.title())),
            |ui| {
                let skip = KeyButton::new("Skip").look(Look::Quiet).small().show(ui);
                if skip.on_hover_text("The card keeps the threshold that it has").clicked() {
                    send(actions, TrainingAction::SkipThresholds(live.job));
                }
            },
        );
    }
    let mut pressed = None;
    let ((), is_discarded) = widgets::row(
        ui,
        |ui| {
            let command = words::command(state);
            let copy = KeyButton::new("Copy as command").look(Look::Quiet).small().enabled(command.is_some()).show(ui);
            let copy = copy.on_hover_text("The glioview train line that does the same in a terminal");
            if let Some(command) = command.filter(|_| copy.clicked()) {
                ui.ctx().copy_text(command);
                pressed = Some(TrainingAction::CommandCopied);
            }
        },
        |ui| {
            let discard = KeyButton::new("Discard…").look(Look::Quiet).small();
            discard.enabled(running.is_some() && !ends).show(ui).clicked()
        },
    );
    let discard = is_discarded.then_some(TrainingAction::Discard);
    pressed.into_iter().chain(discard).for_each(|action| send(actions, action));
}

/// Three lines always, each of one line, so that the buttons stay where they are.
fn lines_ui(ui: &mut Ui, state: &AppState, missing: Option<&str>) {
    let live = state.training.running().or_else(|| state.training.line.last());
    let lines = match live {
        None => [missing.unwrap_or_default().to_owned(), String::new(), String::new()],
        Some(live) if live.phase.is_under_way() => {
            [capitalized(&words::course(live)), words::detail(live), words::early_stopping(live).unwrap_or_default()]
        }
        Some(live) => [
            format!("{}: {}", live.title(), words::course(live)),
            words::thresholds(live).or_else(|| words::early_stopping(live)).unwrap_or_default(),
            missing.unwrap_or_default().to_owned(),
        ],
    };
    for line in lines {
        let color = Palette::of(ui).quiet;
        let shown = if line.is_empty() { " " } else { line.as_str() };
        let label = ui.add(Label::new(RichText::new(shown).font(theme::small()).color(color)).truncate());
        if !line.is_empty() {
            label.on_hover_text(line);
        }
    }
}

fn capitalized(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
