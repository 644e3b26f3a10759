//! Text that is being typed in the Models view and not sent yet: it is the window's own until a button sends it. Not for
//! anything that the program must know (`state`).

use egui::{Align, Id, Layout, Response, Stroke, TextEdit, Ui, vec2};

use crate::ui::theme::Palette;
use crate::ui::widgets::{self, KeyButton, Look};

/// A field for one line under its label. Answers with the text as it is now.
pub fn line_ui(
    ui: &mut Ui,
    key: impl std::hash::Hash + std::fmt::Debug,
    label: &str,
    first: &str,
) -> (String, Response) {
    field(ui, key, label, first, |text| TextEdit::singleline(text))
}

/// A field for a path that the state holds, under its label, with buttons that open dialogs beside it. True for the button
/// that was clicked.
pub fn path_ui<const BUTTONS: usize>(
    ui: &mut Ui,
    label: &str,
    text: &mut String,
    buttons: [&str; BUTTONS],
) -> [bool; BUTTONS] {
    let name = widgets::quiet(ui, label);
    let layout = Layout::right_to_left(Align::Center);
    let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        let mut clicked = [false; BUTTONS];
        for (place, button) in buttons.iter().enumerate().rev() {
            clicked[place] = KeyButton::new(button).look(Look::Quiet).small().show(ui).clicked();
        }
        let width = ui.available_width();
        outlined(ui);
        ui.add(TextEdit::singleline(text).desired_width(width)).labelled_by(name.id);
        clicked
    })
    .inner
}

/// A field for several lines under its label.
pub fn lines_ui(ui: &mut Ui, key: impl std::hash::Hash + std::fmt::Debug, label: &str, first: &str) -> String {
    field(ui, key, label, first, |text| TextEdit::multiline(text).desired_rows(2)).0
}

fn field(
    ui: &mut Ui,
    key: impl std::hash::Hash + std::fmt::Debug,
    label: &str,
    first: &str,
    edit: impl for<'t> FnOnce(&'t mut String) -> TextEdit<'t>,
) -> (String, Response) {
    let id = Id::unique(("models draft", key));
    let mut text = ui.data_mut(|data| data.get_temp_mut_or_insert_with(id, || first.to_owned()).clone());
    let name = widgets::quiet(ui, label);
    let width = ui.available_width();
    let response = ui.scope(|ui| {
        outlined(ui);
        ui.add(edit(&mut text).desired_width(width)).labelled_by(name.id)
    });
    let response = response.inner;
    if response.changed() {
        ui.data_mut(|data| data.insert_temp(id, text.clone()));
    }
    (text, response)
}

/// A field has the color of the ground it stands on here: a line shows where it is.
fn outlined(ui: &mut Ui) {
    let line = Stroke::new(1.0, Palette::of(ui).line);
    ui.visuals_mut().widgets.inactive.bg_stroke = line;
}
