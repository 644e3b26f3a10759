//! The Finding section: the answer first, in a sentence, then the numbers of the slice on screen. Not for making the
//! sentences (`state::words`).

use egui::{Align, Color32, Label, Layout, Rect, RichText, Sense, Ui, WidgetInfo, pos2, vec2};

use super::desk::Desk;
use super::notices;
use super::rano;
use super::theme::{self, GRID, Palette};
use super::widgets::{self, KeyButton, Look};
use crate::state::AppState;
use crate::state::action::{Action, AnalysisAction, GoAction, ReviewAction};
use crate::state::notice::About;
use crate::state::words::{self, FindingText, Line, SliceText, Tone};
use crate::state::{allowed, table};

/// Draws the section.
pub fn finding_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    widgets::section_title(ui, "Finding");
    let Some(text) = words::finding(state) else { return };
    answer_ui(ui, &text, actions);
    if let Some(study) = state.current_study() {
        notices::notices_ui(ui, state, About::Analysis(study.id, study.scan), actions);
    }
    next_steps_ui(ui, state, actions);
    if let Some(slice) = words::slice(state) {
        ui.add_space(GRID);
        slice_ui(ui, state, &slice, text.has_quiet_scores, actions);
        rano::rano_ui(ui, state, desk, actions);
    }
}

fn color(ui: &Ui, tone: Tone) -> Color32 {
    let palette = Palette::of(ui);
    match tone {
        Tone::Normal => palette.text,
        Tone::Quiet => palette.quiet,
        Tone::Warning => palette.warning,
        Tone::Error => palette.error,
    }
}

fn answer_ui(ui: &mut Ui, text: &FindingText, actions: &mut Vec<Action>) {
    // Long answers are sentences of warning, not headlines: they read better in text size.
    let size = if text.headline.chars().count() <= 60 { theme::ANSWER } else { theme::TEXT };
    let headline = RichText::new(&text.headline).size(size).color(color(ui, text.tone));
    ui.add(Label::new(headline).wrap());
    for line in &text.lines {
        line_ui(ui, line, actions);
    }
}

fn line_ui(ui: &mut Ui, line: &Line, actions: &mut Vec<Action>) {
    let words = RichText::new(&line.text).font(theme::small()).color(color(ui, line.tone));
    match line.show {
        None => {
            ui.add(Label::new(words).wrap());
        }
        Some(slice) => {
            widgets::row(
                ui,
                |ui| {
                    let width = (ui.available_width() - 52.0).max(60.0);
                    ui.scope(|ui| {
                        ui.set_max_width(width);
                        ui.add(Label::new(words).wrap());
                    });
                },
                |ui| {
                    let name = format!("Show slice {}", slice + 1);
                    let show = KeyButton::new("Show").look(Look::Quiet).small().show(ui);
                    if show.on_hover_text(name).clicked() {
                        actions.push(Action::Go(GoAction::Slice(slice)));
                    }
                },
            );
        }
    }
}

/// What can be done where there is no reading.
fn next_steps_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    use crate::domain::review::ReaderCall;
    let steps = [
        ("Analyze anyway", Action::Analysis(AnalysisAction::AnalyzeAnyway)),
        ("Analyze again", Action::Analysis(AnalysisAction::Retry)),
        ("Abnormal", Action::Review(ReviewAction::RecordCall(ReaderCall::Abnormal))),
        ("Nothing seen", Action::Review(ReviewAction::RecordCall(ReaderCall::NothingSeen))),
        ("Show the model", Action::Review(ReviewAction::ShowModel)),
    ];
    let possible = steps.into_iter().filter(|(_, a)| table::entry(a).is_some_and(|e| (e.allowed)(state).is_ok()));
    let possible: Vec<_> = possible.collect();
    if possible.is_empty() {
        return;
    }
    ui.add_space(GRID / 2.0);
    ui.horizontal_wrapped(|ui| {
        for (label, action) in possible {
            if KeyButton::new(label).show(ui).clicked() {
                actions.push(action);
            }
        }
    });
}

fn slice_ui(ui: &mut Ui, state: &AppState, slice: &SliceText, is_quiet: bool, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let ink = if is_quiet { palette.quiet } else { palette.text };
    let label = |words: &str| Label::new(RichText::new(words).color(ink));
    widgets::row(
        ui,
        |ui| {
            ui.add(label(&format!("This slice: {}", words::SCORE_NAME)));
        },
        |ui| {
            ui.add(label(&slice.score_text));
        },
    );
    threshold_ui(ui, state, slice, actions);
    ui.add_space(GRID / 2.0);
    // The number first: a long name gives way to it.
    widgets::row(
        ui,
        |_| (),
        |ui| {
            ui.add(label(&slice.area_text).extend());
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(label(&slice.area_name).truncate()).on_hover_text(words::target_note(state).unwrap_or_default());
            });
        },
    );
    if allowed::outline_slice(state).is_ok() && KeyButton::new("Segment this slice").small().show(ui).clicked() {
        actions.push(Action::Analysis(AnalysisAction::OutlineSlice));
    }
    if let Some((words, target)) = &slice.widest {
        widgets::row(
            ui,
            |ui| {
                ui.add(label(words));
            },
            |ui| {
                let button = KeyButton::new("Show").key("L").look(Look::Quiet).small().show(ui);
                if button.on_hover_text(format!("Show slice {}", target + 1)).clicked() {
                    actions.push(Action::Go(GoAction::Widest));
                }
            },
        );
    }
    if let Some(whole) = words::whole_scan(state) {
        widgets::quiet(ui, whole);
    }
}

/// The score as a bar, the uncertain band, and the threshold as a handle that can be dragged.
fn threshold_ui(ui: &mut Ui, state: &AppState, slice: &SliceText, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let Some(thresholds) = state.thresholds() else { return };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::slider(true, f64::from(thresholds.classifier), "Score threshold"));
    let bar = Rect::from_center_size(rect.center(), vec2(rect.width(), 8.0));
    let at = |share: f32| bar.left() + bar.width() * share.clamp(0.0, 1.0);
    let painter = ui.painter();
    painter.rect_filled(bar, 4.0, palette.line);
    if let Some(score) = slice.score {
        let filled = Rect::from_min_max(bar.min, pos2(at(score), bar.bottom()));
        painter.rect_filled(filled, 4.0, palette.quiet);
    }
    let card = state.model.models.ready().map(|m| m.classifier.thresholds);
    if let Some((low, high)) = card.and_then(|t| t.band_low.zip(t.band_high)) {
        let band = Rect::from_min_max(pos2(at(low), bar.top() - 1.0), pos2(at(high), bar.bottom() + 1.0));
        painter.rect_filled(band, 0.0, palette.canvas_warning.gamma_multiply(0.45));
        for x in [band.left(), band.right()] {
            painter.vline(x, band.y_range(), egui::Stroke::new(1.0, palette.warning));
        }
    }
    let x = at(thresholds.classifier);
    let handle = Rect::from_center_size(pos2(x, bar.center().y), vec2(3.0, 16.0));
    painter.rect_filled(handle, 1.0, palette.selection);
    widgets::focus_ring(ui, &response, rect, &palette);
    if let Some(moved) = widgets::moved(ui, &response, bar, thresholds.classifier) {
        actions.push(Action::Analysis(AnalysisAction::SetThreshold(moved)));
    }
    threshold_words_ui(ui, slice, allowed::threshold_moved(state).is_ok(), actions);
}

/// The threshold beside the card's with a way back to it, or beside the uncertain band while it is the card's.
fn threshold_words_ui(ui: &mut Ui, slice: &SliceText, is_moved: bool, actions: &mut Vec<Action>) {
    let quiet = Palette::of(ui).quiet;
    let small = |words: &str| Label::new(RichText::new(words).font(theme::small()).color(quiet)).extend();
    let (_, is_reset) = widgets::row(
        ui,
        |ui| ui.add(small(&slice.threshold_text)),
        |ui| {
            if is_moved {
                return KeyButton::new("Reset")
                    .look(Look::Quiet)
                    .small()
                    .show(ui)
                    .on_hover_text("As in the card")
                    .clicked();
            }
            if let Some(band) = &slice.band_text {
                ui.add(small(band));
            }
            false
        },
    );
    if is_reset {
        actions.push(Action::Analysis(AnalysisAction::ResetThreshold));
    }
}
