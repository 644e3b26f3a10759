//! The list of models at the left, with the ways in: import, refresh. Not for their cards (`card`).

use egui::{Align, Label, Layout, Rect, RichText, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, vec2};

use super::drafts;
use crate::domain::card::Task;
use crate::engine::command::ModelsPick;
use crate::engine::lab::report::KnownModel;
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::models::{self, Listing, ModelKey, ModelsAction, words};
use crate::ui::theme::{self, GRID, Palette};
use crate::ui::widgets::{self, KeyButton, Look};

/// Height of a model's row in points: three lines.
const ROW_HEIGHT: f32 = 62.0;

/// Draws the list.
pub fn list_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let view = &state.models_view;
    let ((), refresh) = widgets::row(
        ui,
        |ui| widgets::section_title(ui, "Models"),
        |ui| KeyButton::new("Refresh").look(Look::Quiet).small().show(ui),
    );
    if refresh.clicked() {
        actions.push(ModelsAction::Refresh.into());
    }
    match &view.list {
        Listing::Unknown | Listing::Asked(..) if view.known().is_empty() => {
            widgets::quiet(ui, "Looking for models…");
        }
        Listing::Failed(failure) => {
            widgets::warning(ui, failure.to_string());
        }
        Listing::Unknown | Listing::Asked(..) | Listing::Known(_) => {}
    }
    let height = (ui.available_height() - 96.0).max(ROW_HEIGHT);
    ScrollArea::vertical().id_salt("model list").max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        for (task, title) in
            [(Some(Task::Classifier), "Classifiers"), (Some(Task::Segmenter), "Segmenters"), (None, "Of unknown task")]
        {
            let of_task: Vec<&KnownModel> = view.known().iter().filter(|model| model.task == task).collect();
            if of_task.is_empty() {
                continue;
            }
            ui.add_space(GRID / 2.0);
            widgets::quiet(ui, title);
            for model in of_task {
                row_ui(ui, state, model, actions);
            }
        }
    });
    ui.add_space(GRID);
    import_ui(ui, actions);
}

fn row_ui(ui: &mut Ui, state: &AppState, model: &KnownModel, actions: &mut Vec<Action>) {
    let Some(key) = ModelKey::of(model) else { return };
    let palette = Palette::of(ui);
    let title = words::title(model);
    let is_selected = state.models_view.selected.as_ref() == Some(&key);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::Button, true, is_selected, format!("{title}, {}", words::origin(model)))
    });
    if ui.is_rect_visible(rect) {
        let fill = match (is_selected, response.hovered()) {
            (true, _) => palette.line,
            (false, true) => palette.hover,
            (false, false) => egui::Color32::TRANSPARENT,
        };
        ui.painter().rect_filled(rect, 4.0, fill);
        widgets::focus_ring(ui, &response, rect, &palette);
        let (state_words, ink) = standing(state, model, &palette);
        let lines = [
            (title, theme::text(), palette.text),
            (words::origin(model), theme::small(), palette.quiet),
            (state_words, theme::small(), ink),
        ];
        paint_lines(ui, rect, lines);
    }
    if response.clicked() {
        actions.push(ModelsAction::Select(key).into());
    }
}

/// The third line: trouble, no card, in use, else its figure.
fn standing(state: &AppState, model: &KnownModel, palette: &Palette) -> (String, egui::Color32) {
    let in_use = if models::is_in_use(state, model) { "in use · " } else { "" };
    match (&model.trouble, &model.card) {
        (Some(_), _) => ("cannot be used".to_owned(), palette.error),
        (None, None) => (format!("{in_use}no card: nothing is known of it"), palette.warning),
        (None, Some(card)) => (format!("{in_use}{}", words::headline(card)), palette.text),
    }
}

/// Three lines that are cut where they are too long.
fn paint_lines(ui: &mut Ui, rect: Rect, lines: [(String, egui::FontId, egui::Color32); 3]) {
    let mut at = rect.shrink2(vec2(8.0, 4.0));
    for (words, font, ink) in lines {
        let line = Rect::from_min_size(at.min, vec2(at.width(), 18.0));
        let label = Label::new(RichText::new(words).font(font).color(ink)).truncate().selectable(false);
        let place = UiBuilder::new().max_rect(line).layout(Layout::left_to_right(Align::Center));
        ui.scope_builder(place, |ui| ui.add(label.sense(Sense::empty())));
        at.min.y += 18.0;
    }
}

fn import_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    let (path, _) = drafts::line_ui(ui, "import", "A model file to import", "");
    let is_ready = !path.trim().is_empty();
    ui.horizontal(|ui| {
        if KeyButton::new("Import").small().enabled(is_ready).show(ui).clicked() && is_ready {
            actions.push(ModelsAction::Import(path).into());
        }
        if KeyButton::new("Import from…").look(Look::Quiet).small().show(ui).clicked() {
            actions.push(ModelsAction::Pick(ModelsPick::Import).into());
        }
    });
}
