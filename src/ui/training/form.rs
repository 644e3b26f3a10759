//! The settings, one a row: name with what it does, value, undo. Not for what they mean (`state::training::form`).

use egui::{
    Align, Color32, ColorImage, Label, Layout, RichText, Role, Sense, TextEdit, TextureOptions, Ui, WidgetInfo, vec2,
};

use crate::state::AppState;
use crate::state::action::Action;
use crate::state::training::TrainingAction;
use crate::state::training::form::{Form, Trouble};
use crate::state::training::setting::Setting;
use crate::train::presets::Preset;
use crate::ui::desk::Desk;
use crate::ui::textures::{Key, Kind};
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::{self, KeyButton, Look};

/// Side of a picture of the preview in points.
const PREVIEW: f32 = 64.0;
/// Width of a typed value in points.
const VALUE: f32 = 96.0;

/// Presets, then all rows, each with what is wrong with it under it; the strengths of augmentation fold out.
pub fn form_ui(ui: &mut Ui, state: &AppState, troubles: &[Trouble], desk: &mut Desk, actions: &mut Vec<Action>) {
    presets_ui(ui, state, actions);
    let form = &state.training.form;
    let shows_strengths = state.training.preview.is_shown;
    for setting in Setting::ALL.into_iter().filter(|s| form.shows(*s) && (shows_strengths || !s.is_strength())) {
        row_ui(ui, state, setting, actions);
        troubles_ui(ui, troubles, |t| t.setting == Some(setting));
    }
    // What is wrong is said even where its row is folded away.
    troubles_ui(ui, troubles, |t| t.setting.is_none_or(|s| s.is_strength() && !shows_strengths));
    if shows_strengths {
        preview_ui(ui, state, desk);
    }
    let words = if shows_strengths { "Hide the strengths" } else { "Strengths of augmentation…" };
    if KeyButton::new(words).look(Look::Quiet).small().show(ui).clicked() {
        actions.push(Action::Training(TrainingAction::ShowStrengths(!shows_strengths)));
    }
}

fn troubles_ui(ui: &mut Ui, troubles: &[Trouble], is_meant: impl Fn(&Trouble) -> bool) {
    let color = Palette::of(ui).error;
    for trouble in troubles.iter().filter(|t| is_meant(t)) {
        ui.add(Label::new(RichText::new(&trouble.text).font(theme::small()).color(color)).wrap());
    }
}

fn presets_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let (configs, _) = state.training.form.configs(state.training.data.request.as_ref());
    let now = Form::preset_of(&configs);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for preset in Preset::ALL {
            let button = KeyButton::new(preset.label()).look(Look::Bare).small().selected(now == Some(preset));
            if button.show(ui).on_hover_text(preset.sentence()).clicked() {
                actions.push(Action::Training(TrainingAction::UsePreset(preset)));
            }
        }
    });
}

/// One slice of the data, plain and as the strengths change it.
fn preview_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk) {
    let Some(sheet) = &state.training.preview.sheet else {
        widgets::quiet(ui, "With data chosen, a slice is shown here as these strengths change it.");
        return;
    };
    widgets::quiet(ui, format!("{}, plain and as it is changed:", sheet.slice.name));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        for (place, gray) in sheet.pictures.iter().enumerate() {
            let (rect, response) = ui.allocate_exact_size(vec2(PREVIEW, PREVIEW), Sense::hover());
            let name = if place == 0 { "Plain slice".to_owned() } else { format!("Changed slice {place}") };
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
            let key = Key { kind: Kind::Example, scan: 1, slice: place, sequence: 10 };
            // Another sheet is another picture at the same place.
            let address = std::sync::Arc::as_ptr(sheet) as u64;
            let stamp = [address as u32, (address >> 32) as u32, sheet.size as u32, 1];
            desk.textures.ensure(ui.ctx(), key, stamp, TextureOptions::LINEAR, || {
                let pixels = (0..sheet.size * sheet.size).map(|i| gray.get(i).copied().unwrap_or(0));
                ColorImage::new([sheet.size, sheet.size], pixels.map(Color32::from_gray).collect())
            });
            desk.textures.paint_into(ui.painter(), key, rect);
        }
    });
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
