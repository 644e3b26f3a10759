//! Pictures: the example slices of an epoch with the slider through the epochs, and the data set's own. Not for reading
//! them from disk.

use egui::{Color32, ColorImage, Rect, Role, Sense, TextureOptions, Ui, WidgetInfo, pos2, vec2};

use crate::engine::lab::report::{ExamplePicture, ExampleSheet};
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::training::TrainingAction;
use crate::state::training::runs::{last_example_epoch, shown_examples};
use crate::train::inspect::{DataReport, ExampleSlice};
use crate::ui::desk::Desk;
use crate::ui::textures::{Key, Kind};
use crate::ui::theme::{self, Palette, finding};
use crate::ui::widgets::{self, KeyButton, Look};

/// Side of a picture in points.
const SIDE: f32 = 64.0;
/// Height of the row with its header in points.
const ROW: f32 = 118.0;
/// A prediction at or above this byte is inside.
const INSIDE: u8 = 128;

/// Height that the examples take.
pub fn height(state: &AppState, _width: f32) -> f32 {
    if state.training.runs.examples.is_some() { ROW } else { 28.0 }
}

/// The examples of one epoch, in a row that scrolls sideways.
pub fn examples_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    let Some(sheet) = shown_examples(state) else {
        widgets::quiet(ui, "Examples appear here after the first epoch.");
        return;
    };
    header_ui(ui, state, sheet, actions);
    egui::ScrollArea::horizontal().auto_shrink([false, false]).show(ui, |ui| {
        ui.horizontal(|ui| {
            for (place, picture) in sheet.examples.iter().enumerate() {
                example_ui(ui, sheet, place, picture, desk, actions);
            }
        });
    });
}

fn header_ui(ui: &mut Ui, state: &AppState, sheet: &ExampleSheet, actions: &mut Vec<Action>) {
    let last = last_example_epoch(state).unwrap_or(sheet.epoch);
    ui.horizontal(|ui| {
        ui.label(egui::RichText::new(format!("Examples, epoch {:>3}", sheet.epoch + 1)).font(theme::small()));
        let mut go = |epoch| actions.push(Action::Training(TrainingAction::ShowExamples(epoch)));
        if KeyButton::new("‹").look(Look::Quiet).small().name("Earlier epoch").show(ui).clicked() && sheet.epoch > 0 {
            go(Some(sheet.epoch - 1));
        }
        if last > 0 {
            let share = sheet.epoch as f32 / last as f32;
            if let Some(new) = widgets::slider_ui(ui, share, "Epoch of the examples") {
                let epoch = (new * last as f32).round() as usize;
                go((epoch < last).then_some(epoch));
            }
        }
        if KeyButton::new("›").look(Look::Quiet).small().name("Later epoch").show(ui).clicked() && sheet.epoch < last
        {
            go((sheet.epoch + 1 < last).then_some(sheet.epoch + 1));
        }
        widgets::quiet_line(ui, "scan · truth · prediction");
    });
}

/// Scan, truth and prediction beside each other; a click opens the slice in Read.
fn example_ui(
    ui: &mut Ui,
    sheet: &ExampleSheet,
    place: usize,
    picture: &ExamplePicture,
    desk: &mut Desk,
    actions: &mut Vec<Action>,
) {
    let kinds: Vec<usize> = [true, !picture.truth.is_empty(), !picture.prediction.is_empty()]
        .iter()
        .enumerate()
        .filter_map(|(kind, is_there)| is_there.then_some(kind))
        .collect();
    let size = vec2(SIDE * kinds.len() as f32 + 2.0 * (kinds.len() - 1) as f32, SIDE + 14.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let said = said(picture);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Example {}: {said}", picture.name)));
    if ui.is_rect_visible(rect) {
        for (column, kind) in kinds.into_iter().enumerate() {
            let at = pos2(rect.left() + column as f32 * (SIDE + 2.0), rect.top());
            // Run, epoch, place and kind make the picture; another sheet is another address.
            let key = Key { kind: Kind::Example, scan: std::ptr::from_ref(sheet) as u64, slice: place, sequence: kind };
            let stamp = [sheet.epoch as u32, picture.size as u32, 0, 0];
            desk.textures.ensure(ui.ctx(), key, stamp, TextureOptions::LINEAR, || example_image(picture, kind));
            desk.textures.paint_into(ui.painter(), key, Rect::from_min_size(at, vec2(SIDE, SIDE)));
        }
        let ink = if picture.is_worst { Palette::of(ui).warning } else { Palette::of(ui).quiet };
        let words = ui.painter().layout_no_wrap(said.clone(), egui::FontId::proportional(10.0), ink);
        ui.painter().with_clip_rect(rect).galley(pos2(rect.left(), rect.top() + SIDE + 1.0), words, ink);
    }
    let response = response.on_hover_text(format!("{}\n{said}\nOpen it in Read", picture.name));
    if response.clicked() {
        actions.push(Action::Training(TrainingAction::OpenSlice(picture.image.clone())));
    }
}

fn said(picture: &ExamplePicture) -> String {
    let worst = if picture.is_worst { "worst, " } else { "" };
    match (picture.dice, picture.score) {
        (Some(dice), _) => format!("{worst}Dice {dice:.2}"),
        (None, Some(score)) => format!("{worst}score {score:.2}, {}", if picture.label { "tumor" } else { "none" }),
        (None, None) => format!("{worst}nothing to find"),
    }
}

fn example_image(picture: &ExamplePicture, kind: usize) -> ColorImage {
    let gray = |v: u8| Color32::from_gray(v);
    let count = picture.size * picture.size;
    let of = |bytes: &[u8], color: &dyn Fn(u8) -> Color32| -> Vec<Color32> {
        (0..count).map(|i| bytes.get(i).map_or(Color32::BLACK, |&v| color(v))).collect()
    };
    let pixels = match kind {
        0 => of(&picture.gray, &gray),
        1 => of(&picture.truth, &|v| gray(if v > 0 { 255 } else { 0 })),
        _ => of(&picture.prediction, &|v| {
            let [r, g, b, _] = finding::MODEL.to_array();
            let share = |c: u8| (u32::from(c) * u32::from(v) / 255) as u8;
            if v >= INSIDE { Color32::from_rgb(share(r), share(g), share(b)) } else { gray(v / 2) }
        }),
    };
    ColorImage::new([picture.size, picture.size], pixels)
}

/// Slices of the data set with their true masks.
pub fn grid_ui(ui: &mut Ui, report: &DataReport, at_most: usize, desk: &mut Desk, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        for (place, slice) in report.examples.iter().take(at_most).enumerate() {
            let (rect, response) = ui.allocate_exact_size(vec2(SIDE, SIDE), Sense::click());
            let name = format!(
                "{}, {}, {}",
                slice.file.name,
                slice.part.word(),
                if slice.label { "tumor" } else { "no mask" }
            );
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Slice {name}")));
            let key = Key { kind: Kind::Example, scan: std::ptr::from_ref(report) as u64, slice: place, sequence: 9 };
            desk.textures
                .ensure(ui.ctx(), key, [slice.size as u32, 0, 0, 0], TextureOptions::LINEAR, || slice_image(slice));
            desk.textures.paint_into(ui.painter(), key, rect);
            if response.on_hover_text(name).clicked() {
                actions.push(Action::Training(TrainingAction::OpenSlice(slice.file.image.clone())));
            }
        }
    });
}

/// The slice with its true mask in the reference's color.
fn slice_image(slice: &ExampleSlice) -> ColorImage {
    let [r, g, b, _] = finding::REFERENCE.to_array();
    let pixel = |i: usize| {
        let v = slice.gray.get(i).copied().unwrap_or(0);
        let half = |c: u8| v.midpoint(c);
        if slice.truth.get(i).is_some_and(|&t| t > 0) {
            Color32::from_rgb(half(r), half(g), half(b))
        } else {
            Color32::from_gray(v)
        }
    };
    ColorImage::new([slice.size, slice.size], (0..slice.size * slice.size).map(pixel).collect())
}
