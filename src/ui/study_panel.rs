//! The study panel at the left: open studies, their series and sequences with a thumbnail, the reference mask. Not for
//! the picture.

use egui::{Color32, ColorImage, Rect, RichText, Role, Sense, TextureOptions, Ui, WidgetInfo, pos2, vec2};

use super::desk::Desk;
use super::measurements;
use super::notices;
use super::picture::scan_key;
use super::series_roles;
use super::textures::{Key, Kind};
use super::theme::{self, GRID, Palette};
use super::transform::UiFromImage;
use super::widgets::{self, KeyButton, Look};
use crate::domain::scan::{Plane, Sequence};
use crate::domain::shading::Shading;
use crate::domain::upright::Upright;
use crate::state::AppState;
use crate::state::action::{Action, FileAction, GoAction, OverlayAction};
use crate::state::notice::About;
use crate::state::screen::{ViewTransform, WindowPreset};
use crate::state::study::StudyState;
use crate::state::{gray, labels, text};

/// Side of a thumbnail in points.
const THUMBNAIL: f32 = 48.0;
/// Side of a thumbnail's texture in pixels: sharp at 200 % too.
const THUMBNAIL_PIXELS: usize = 96;

/// Draws the panel.
pub fn study_panel_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        notices::notices_ui(ui, state, About::App, actions);
        notices::notices_ui(ui, state, About::Opening, actions);
        let many = state.studies.len() > 1;
        widgets::section_title(ui, if many { "Studies" } else { "Study" });
        for study in &state.studies {
            study_ui(ui, state, study, desk, actions);
        }
        reference_ui(ui, state, actions);
        measurements::measurements_ui(ui, state, actions);
    });
}

fn study_ui(ui: &mut Ui, state: &AppState, study: &StudyState, desk: &mut Desk, actions: &mut Vec<Action>) {
    let is_current = state.current == Some(study.id);
    let palette = Palette::of(ui);
    let title = if study.study.synthetic { "Sample (synthetic)".to_owned() } else { study.study.title.clone() };
    let ink = if is_current { palette.text } else { palette.quiet };
    let (is_chosen, is_closed) = widgets::row(
        ui,
        |ui| {
            let width = (ui.available_width() - 52.0).max(40.0);
            ui.scope(|ui| {
                ui.set_max_width(width);
                let label = egui::Label::new(RichText::new(&title).color(ink)).truncate();
                let response = ui.add(label.sense(if is_current { Sense::hover() } else { Sense::click() }));
                response.on_hover_text(&title).clicked()
            })
            .inner
        },
        |ui| {
            let close = KeyButton::new("Close").look(Look::Quiet).small().show(ui);
            close.on_hover_text(format!("Close {title}")).clicked()
        },
    );
    if is_chosen {
        actions.push(Action::Go(GoAction::Scan(study.id, study.scan)));
    }
    if is_closed {
        actions.push(Action::File(FileAction::Close(Some(study.id))));
    }
    widgets::quiet(ui, text::study_line(study));
    notices::notices_ui(ui, state, About::Study(study.id), actions);
    ui.add_space(GRID);
    for scan in 0..study.study.scans.len() {
        scan_ui(ui, state, study, scan, desk, actions);
    }
    series_roles::series_roles_ui(ui, study, actions);
    ui.add_space(GRID);
}

fn scan_ui(
    ui: &mut Ui,
    state: &AppState,
    study: &StudyState,
    index: usize,
    desk: &mut Desk,
    actions: &mut Vec<Action>,
) {
    let Some((scan, known)) = study.study.scans.get(index).zip(study.scans.get(index)) else { return };
    let is_shown = state.current == Some(study.id) && study.scan == index;
    if study.study.scans.len() > 1 {
        let line = format!("{} · {}", scan.title, text::counted(scan.slices.len(), "slice", "slices"));
        widgets::small(ui, line);
    }
    // Series that are not on screen show one row; the one on screen shows its sequences.
    let sequences = if is_shown { 0..scan.sequences.len() } else { known.sequence..known.sequence + 1 };
    for sequence in sequences {
        let is_selected = is_shown && known.sequence == sequence;
        let name = scan.sequences.get(sequence).map_or("", |s| s.label());
        let line = match scan.sequences.get(sequence) {
            Some(Sequence::Unknown) => "one gray picture a slice".to_owned(),
            _ => format!("sequence {} of {}", sequence + 1, scan.sequences.len()),
        };
        if sequence_ui(ui, state, study, (index, sequence), (name, &line), is_selected, desk) {
            actions.push(if is_shown {
                Action::Go(GoAction::Sequence(sequence))
            } else {
                Action::Go(GoAction::Scan(study.id, index))
            });
        }
    }
}

/// One row with a thumbnail; true when it was clicked.
fn sequence_ui(
    ui: &mut Ui,
    state: &AppState,
    study: &StudyState,
    (scan, sequence): (usize, usize),
    (name, line): (&str, &str),
    is_selected: bool,
    desk: &mut Desk,
) -> bool {
    let palette = Palette::of(ui);
    let size = vec2(ui.available_width(), THUMBNAIL + 12.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, name));
    series_roles::drag(&response, study, scan);
    if !ui.is_rect_visible(rect) {
        return response.clicked();
    }
    let fill = match (is_selected, response.hovered()) {
        (true, _) => palette.line,
        (false, true) => palette.hover,
        (false, false) => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    widgets::focus_ring(ui, &response, rect, &palette);
    let image = Rect::from_min_size(rect.min + vec2(6.0, 6.0), vec2(THUMBNAIL, THUMBNAIL));
    thumbnail(ui, state, study, (scan, sequence), image, desk);
    let at = pos2(image.right() + 10.0, image.top() + 2.0);
    ui.painter().text(at, egui::Align2::LEFT_TOP, name, theme::text(), palette.text);
    let below = pos2(at.x, at.y + 20.0);
    ui.painter().text(below, egui::Align2::LEFT_TOP, line, theme::small(), palette.quiet);
    response.clicked()
}

/// The middle slice of a sequence, small.
fn thumbnail(
    ui: &Ui,
    state: &AppState,
    study: &StudyState,
    (scan, sequence): (usize, usize),
    rect: Rect,
    desk: &mut Desk,
) {
    ui.painter().rect_filled(rect, 2.0, Color32::BLACK);
    let Some(pixels) = study.study.scans.get(scan) else { return };
    let middle = pixels.slices.len() / 2;
    let Some(plane) = pixels.slices.get(middle).and_then(|s| s.planes.get(sequence)) else { return };
    let key = Key { kind: Kind::Thumbnail, scan: scan_key(study, scan), slice: middle, sequence };
    // Its own window, found once: a drag on the canvas must not upload all thumbnails at each step.
    desk.textures.ensure(ui.ctx(), key, [0; 4], TextureOptions::LINEAR, || {
        let window = gray::window(pixels, sequence, WindowPreset::Head);
        thumbnail_image(plane, Shading::new(&pixels.about, window, false))
    });
    let Some([width, height]) = desk.textures.size(key) else { return };
    let upright = Upright::of(pixels.about.geometry.as_ref(), state.convention());
    let view = ViewTransform { upright, ..ViewTransform::default() };
    let place = UiFromImage::of(&view, rect, height, width);
    desk.textures.paint(&ui.painter_at(rect), key, &place);
}

/// A smaller picture: each pixel the mean of the ones that it covers.
fn thumbnail_image(plane: &Plane, shading: Shading<'_>) -> ColorImage {
    let step = plane.rows.max(plane.cols).div_ceil(THUMBNAIL_PIXELS).max(1);
    let (rows, cols) = (plane.rows.div_ceil(step), plane.cols.div_ceil(step));
    let shades = shading.apply(plane);
    let mut pixels = Vec::with_capacity(rows * cols);
    for row in 0..rows {
        for col in 0..cols {
            let (bottom, right) = (((row + 1) * step).min(plane.rows), ((col + 1) * step).min(plane.cols));
            let (mut sum, mut count) = (0, 0);
            for y in row * step..bottom {
                for x in col * step..right {
                    sum += u32::from(shades[y * plane.cols + x]);
                    count += 1;
                }
            }
            pixels.push(Color32::from_gray((sum / count.max(1)) as u8));
        }
    }
    ColorImage::new([cols, rows], pixels)
}

fn reference_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let Some(line) = labels::reference_line(state) else { return };
    ui.add_space(GRID);
    widgets::section_title(ui, "Reference");
    widgets::small(ui, line);
    ui.horizontal_wrapped(|ui| {
        let shown = state.overlay.shows_reference;
        let label = if shown { "Hide reference" } else { "Show reference" };
        if KeyButton::new(label).small().show(ui).clicked() {
            actions.push(Action::Overlay(OverlayAction::ToggleReference));
        }
        if shown {
            let difference = KeyButton::new("Difference").key("Shift+D").small();
            if difference.selected(state.overlay.shows_difference).show(ui).clicked() {
                actions.push(Action::Overlay(OverlayAction::ToggleDifference));
            }
        }
    });
    if shown_difference(state) {
        legend_ui(ui);
    }
}

fn shown_difference(state: &AppState) -> bool {
    state.overlay.shows_reference && state.overlay.shows_difference
}

fn legend_ui(ui: &mut Ui) {
    use super::theme::finding;
    let entries = [("agreement", finding::AGREEMENT), ("missed", finding::READER), ("extra", finding::MODEL)];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (name, color) in entries {
            let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
            ui.painter().rect_filled(rect, 2.0, color);
            ui.add(egui::Label::new(RichText::new(name).font(theme::small())).extend());
        }
    });
}
