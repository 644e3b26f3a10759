//! The runs of this computer at the right: newest first, with a small curve each; several compared. Not for their curves in
//! full (`curves`).

use std::path::Path;

use egui::{
    Color32, FontId, Key, Label, Rect, Response, RichText, Role, Sense, Shape, Stroke, TextEdit, Ui, WidgetInfo, pos2,
    vec2,
};

use crate::engine::command::Pick;
use crate::engine::lab::report::{RunStatus, RunSummary};
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::training::runs::{differences, folded};
use crate::state::training::{TrainingAction, words};
use crate::train::config::TrainConfig;
use crate::ui::desk::Desk;
use crate::ui::theme::{self, GRID, Palette};
use crate::ui::widgets::{self, KeyButton, Look};

/// Height of a run's card in points.
const CARD: f32 = 46.0;
/// Size of the small curve in points.
const SPARK: egui::Vec2 = vec2(64.0, 16.0);

fn send(actions: &mut Vec<Action>, action: TrainingAction) {
    actions.push(Action::Training(action));
}

/// The list, then what differs between the ones on screen.
pub fn runs_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    let shown: Vec<&Path> = state.training.runs.shown.iter().map(|s| s.record.folder.as_path()).collect();
    if shown.len() > 1 {
        compare_ui(ui, state);
        widgets::rule(ui);
    }
    widgets::section_title(ui, "Runs");
    let Some(all) = &state.training.runs.all else {
        widgets::quiet(ui, "Looking for runs…");
        return;
    };
    if all.is_empty() {
        widgets::quiet(ui, "No run yet: every training on this computer is listed here, the terminal's too.");
    }
    for run in all.iter() {
        let is_shown = shown.contains(&run.folder.as_path());
        // What is in training is newer than the list.
        let now = state.training.as_it_stands(run);
        let run = now.as_ref().unwrap_or(run);
        let response = card_ui(ui, run, is_shown, state.training.runs.listed_secs);
        if response.clicked() {
            let adds = ui.input(|i| i.modifiers.command || i.modifiers.shift);
            send(actions, TrainingAction::ShowRun { folder: run.folder.clone(), adds });
        }
        if is_shown && shown.len() == 1 || run.status == RunStatus::Interrupted {
            buttons_ui(ui, run, actions);
        }
        if is_shown && shown.len() == 1 {
            label_ui(ui, run, desk, actions);
        }
    }
    if all.len() > 1 {
        widgets::quiet(ui, "Click several with Ctrl to compare.");
    }
    if !shown.is_empty() || state.training.shown_live().is_some_and(|live| live.folder.is_some()) {
        let save = KeyButton::new("Save the curves…").look(Look::Quiet).small().show(ui);
        if save.on_hover_text("As PNG, SVG or CSV").clicked() {
            send(actions, TrainingAction::Pick(Pick::SaveCurves));
        }
    }
}

fn card_ui(ui: &mut Ui, run: &RunSummary, is_shown: bool, now_secs: u64) -> Response {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CARD), Sense::click());
    let name = words::run_name(run);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_shown, &name));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let fill = match (is_shown, response.hovered()) {
        (true, _) => palette.line,
        (false, true) => palette.hover,
        (false, false) => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    widgets::focus_ring(ui, &response, rect, &palette);
    let best = run.best.map_or_else(String::new, |(_, _, metric)| format!("{metric:.3}"));
    let best = ui.painter().layout_no_wrap(best, theme::text(), palette.text);
    let words_width = rect.width() - best.size().x - 24.0;
    let name = clipped(ui, &name, theme::text(), palette.text, words_width);
    let right = rect.right() - 8.0;
    ui.painter().galley(pos2(rect.left() + 8.0, rect.top() + 4.0), name, palette.text);
    ui.painter().galley(pos2(right - best.size().x, rect.top() + 4.0), best, palette.text);
    let is_odd = matches!(run.status, RunStatus::Interrupted | RunStatus::Unreadable | RunStatus::NotANumber);
    let ink = if is_odd { palette.warning } else { palette.quiet };
    let line = clipped(ui, &words::run_line(run, now_secs), theme::small(), ink, rect.width() - SPARK.x - 24.0);
    ui.painter().galley(pos2(rect.left() + 8.0, rect.top() + 25.0), line, ink);
    let spark = Rect::from_min_size(pos2(right - SPARK.x, rect.top() + 26.0), SPARK);
    spark_ui(ui, spark, &run.metric_curve, palette.quiet);
    let mut hint = run.folder.display().to_string();
    run.label.note.lines().chain(run.trouble.as_deref()).for_each(|line| hint = format!("{hint}\n{line}"));
    response.on_hover_text(hint)
}

fn clipped(ui: &Ui, words: &str, font: FontId, ink: Color32, width: f32) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(16.0));
    ui.painter().layout_job(job)
}

fn spark_ui(ui: &Ui, rect: Rect, curve: &[f32], color: Color32) {
    let finite: Vec<f32> = curve.iter().copied().filter(|v| v.is_finite()).collect();
    if finite.len() < 2 {
        return;
    }
    let (low, high) = finite.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    let at = |(i, v): (usize, &f32)| {
        let x = rect.left() + rect.width() * i as f32 / (finite.len() - 1) as f32;
        pos2(x, rect.bottom() - rect.height() * (v - low) / (high - low).max(1e-6))
    };
    ui.painter().add(Shape::line(finite.iter().enumerate().map(at).collect(), Stroke::new(1.0, color)));
}

fn buttons_ui(ui: &mut Ui, run: &RunSummary, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let is_busy = matches!(run.status, RunStatus::Running | RunStatus::Queued);
        let buttons = [
            ("Resume", run.status == RunStatus::Interrupted, TrainingAction::Resume(run.folder.clone())),
            ("Use now", run.has_weights, TrainingAction::UseNow(run.folder.clone())),
            ("Use its settings", run.config.is_some(), TrainingAction::UseSettingsOf(run.folder.clone())),
            ("Trash…", !is_busy, TrainingAction::Trash(run.folder.clone())),
        ];
        for (label, is_possible, action) in buttons {
            let name = format!("{label} {}", words::run_name(run));
            if is_possible && KeyButton::new(label).look(Look::Quiet).small().name(&name).show(ui).clicked() {
                send(actions, action);
            }
        }
    });
}

/// Name, note and tags: written when the field is left.
fn label_ui(ui: &mut Ui, run: &RunSummary, desk: &mut Desk, actions: &mut Vec<Action>) {
    let typed =
        desk.typed.run_label.get_or_insert_with(|| (run.folder.clone(), run.label.clone(), run.label.tags.join(", ")));
    if typed.0 != run.folder {
        *typed = (run.folder.clone(), run.label.clone(), run.label.tags.join(", "));
    }
    let (_, label, tags) = typed;
    let mut is_left = false;
    for (hint, text) in [("Name", &mut label.name), ("Note", &mut label.note), ("Tags, with commas", tags)] {
        let response =
            ui.add(TextEdit::singleline(text).hint_text(hint).desired_width(f32::INFINITY).font(theme::small()));
        is_left |= response.lost_focus() || response.has_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    }
    label.tags = tags.split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect();
    if is_left && *label != run.label {
        send(actions, TrainingAction::Label(run.folder.clone(), label.clone()));
    }
}

/// What differs between the runs on screen, in their colors.
fn compare_ui(ui: &mut Ui, state: &AppState) {
    let palette = Palette::of(ui);
    let shown = &state.training.runs.shown;
    widgets::section_title(ui, "Compared");
    for (place, run) in shown.iter().enumerate() {
        let name = state.training.runs.summary(&run.record.folder).map_or_else(String::new, words::run_name);
        let best = run.history.best_by_metric().map_or_else(String::new, |e| format!("{:.3}", e.metric));
        let color = palette.curves[place % palette.curves.len()];
        ui.add(Label::new(RichText::new(format!("{name}  {best}")).font(theme::small()).color(color)).wrap());
    }
    for group in folded(shown).iter().filter(|group| group.len() > 1) {
        let best: Vec<f32> =
            group.iter().filter_map(|&i| shown[i].history.best_by_metric().map(|e| e.metric)).collect();
        if let Some((_, mean, sd)) = summary(&best) {
            widgets::small(ui, format!("{} runs that differ in their seed: {mean:.3} ± {sd:.3} (SD)", group.len()));
        }
    }
    let configs: Vec<&TrainConfig> = shown.iter().map(|s| &*s.record.config).collect();
    let rows = differences(&configs);
    if rows.is_empty() {
        widgets::quiet(ui, "Their settings are the same.");
    }
    for (name, values) in rows {
        widgets::quiet(ui, format!("{name}: {}", values.join(" · ")));
    }
    ui.add_space(GRID / 2.0);
}

fn summary(values: &[f32]) -> Option<(usize, f32, f32)> {
    let curves: Vec<Vec<f32>> = values.iter().map(|&v| vec![v]).collect();
    crate::state::training::runs::mean_and_sd(&curves).first().copied()
}
