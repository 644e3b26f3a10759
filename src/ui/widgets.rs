//! The few controls that egui lacks in this form: quiet buttons with their key, switches, rows with a number at the
//! right. Each says its role and label to assistive technology. Not for layout of whole panels.

use egui::{
    Align, Color32, FontId, Label, Layout, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::theme::{self, GRID, Palette};

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Filled, for what one does here.
    Filled,
    /// Without fill until the pointer is over it, for bars.
    Bare,
    /// Without fill and in quiet text, for what one rarely needs.
    Quiet,
}

/// A button with its key behind the words: "Agree  A".
///
/// Tests and screen readers find it by `label` alone.
pub struct KeyButton<'a> {
    label: &'a str,
    key: &'a str,
    look: Look,
    font: FontId,
    is_selected: Option<bool>,
    is_enabled: bool,
    min_size: Vec2,
}

impl<'a> KeyButton<'a> {
    /// A filled button.
    pub fn new(label: &'a str) -> Self {
        Self {
            label,
            key: "",
            look: Look::Filled,
            font: theme::text(),
            is_selected: None,
            is_enabled: true,
            min_size: Vec2::ZERO,
        }
    }

    /// The key that does the same.
    pub fn key(mut self, key: &'a str) -> Self {
        self.key = key;
        self
    }

    /// The look.
    pub fn look(mut self, look: Look) -> Self {
        self.look = look;
        self
    }

    /// Small text.
    pub fn small(mut self) -> Self {
        self.font = theme::small();
        self
    }

    /// Shown as chosen or not.
    pub fn selected(mut self, is_selected: bool) -> Self {
        self.is_selected = Some(is_selected);
        self
    }

    /// Shown as usable or not.
    pub fn enabled(mut self, is_enabled: bool) -> Self {
        self.is_enabled = is_enabled;
        self
    }

    /// At least this size in points.
    pub fn min_size(mut self, min_size: Vec2) -> Self {
        self.min_size = min_size;
        self
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui) -> Response {
        let palette = Palette::of(ui);
        let ink = match (self.is_enabled, self.look) {
            (true, Look::Filled | Look::Bare) => palette.text,
            (true, Look::Quiet) | (false, _) => palette.quiet,
        };
        let words = ui.painter().layout_no_wrap(self.label.to_owned(), self.font.clone(), ink);
        let key = (!self.key.is_empty())
            .then(|| ui.painter().layout_no_wrap(self.key.to_owned(), theme::small(), palette.quiet));
        let key_width = key.as_ref().map_or(0.0, |g| g.size().x + GRID);
        let padding = if self.look == Look::Quiet { 4.0 } else { 10.0 };
        let content = words.size().x + key_width;
        let height = if self.font.size < theme::TEXT { 20.0 } else { 28.0 };
        let size = vec2(content + 2.0 * padding, height).max(self.min_size);
        let sense = if self.is_enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(size, sense);
        let (enabled, selected, label) = (self.is_enabled, self.is_selected, self.label);
        response.widget_info(|| match selected {
            Some(on) => WidgetInfo::selected(Role::Button, enabled, on, label),
            None => WidgetInfo::labeled(Role::Button, enabled, label),
        });
        if ui.is_rect_visible(rect) {
            let fill = self.fill(&response, &palette);
            ui.painter().rect_filled(rect, 4.0, fill);
            focus_ring(ui, &response, rect, &palette);
            let left = rect.center().x - content / 2.0;
            let middle = rect.center().y;
            let word_width = words.size().x;
            ui.painter().galley(pos2(left, middle - words.size().y / 2.0), words, ink);
            if let Some(key) = key {
                let at = pos2(left + word_width + GRID, middle - key.size().y / 2.0 + 0.5);
                ui.painter().galley(at, key, palette.quiet);
            }
        }
        response
    }

    fn fill(&self, response: &Response, palette: &Palette) -> Color32 {
        if response.is_pointer_button_down_on() && self.is_enabled {
            palette.pressed
        } else if response.hovered() && self.is_enabled {
            palette.hover
        } else if self.is_selected == Some(true) || self.look == Look::Filled {
            palette.line
        } else {
            Color32::TRANSPARENT
        }
    }
}

/// A ring around what has the keyboard's focus.
pub fn focus_ring(ui: &Ui, response: &Response, rect: Rect, palette: &Palette) {
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 4.0, Stroke::new(1.0, palette.selection), StrokeKind::Inside);
    }
}

/// A switch that says "on" or "off"; true when it was clicked.
pub fn switch_ui(ui: &mut Ui, is_on: bool, label: &str) -> bool {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(32.0, 22.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Switch, ui.is_enabled(), is_on, label));
    if ui.is_rect_visible(rect) {
        let fill = if response.hovered() { palette.hover } else { palette.line };
        ui.painter().rect_filled(rect, 11.0, fill);
        if response.has_focus() {
            ui.painter().rect_stroke(rect, 11.0, Stroke::new(1.0, palette.selection), StrokeKind::Inside);
        }
        let (word, ink) = if is_on { ("on", palette.text) } else { ("off", palette.quiet) };
        ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, word, theme::small(), ink);
    }
    response.clicked()
}

/// The quiet title of a section.
pub fn section_title(ui: &mut Ui, title: &str) {
    let quiet = Palette::of(ui).quiet;
    ui.label(RichText::new(title).font(theme::small()).color(quiet));
    ui.add_space(4.0);
}

/// Small quiet text that wraps.
pub fn quiet(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = Palette::of(ui).quiet;
    ui.add(Label::new(RichText::new(text).font(theme::small()).color(color)).wrap())
}

/// Small text that wraps.
pub fn small(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = Palette::of(ui).text;
    ui.add(Label::new(RichText::new(text).font(theme::small()).color(color)).wrap())
}

/// Small text in the warning color that wraps.
pub fn warning(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = Palette::of(ui).warning;
    ui.add(Label::new(RichText::new(text).font(theme::small()).color(color)).wrap())
}

/// Words at the left, something else at the right end of the same line.
pub fn row<L, R>(ui: &mut Ui, left: impl FnOnce(&mut Ui) -> L, right: impl FnOnce(&mut Ui) -> R) -> (L, R) {
    ui.horizontal(|ui| {
        let left = left(ui);
        (left, ui.with_layout(Layout::right_to_left(Align::Center), right).inner)
    })
    .inner
}

/// A thin rule between sections, with air around it.
pub fn rule(ui: &mut Ui) {
    let palette = Palette::of(ui);
    ui.add_space(GRID * 1.5);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, palette.line);
    ui.add_space(GRID * 1.5);
}

/// A slider without number, thin, with a name that is not drawn; the new value when it moved.
pub fn slider_ui(ui: &mut Ui, value: f32, range: std::ops::RangeInclusive<f32>, step: f64, label: &str) -> Option<f32> {
    let mut moved = value;
    ui.spacing_mut().slider_width = ui.available_width().clamp(48.0, 130.0);
    let slider = egui::Slider::new(&mut moved, range).show_value(false).step_by(step).text("");
    let response = ui.add(slider).accessible_name(label);
    (response.changed() && (moved - value).abs() > f32::EPSILON).then_some(moved)
}

/// A thin bar of progress, `share` from 0 to 1.
pub fn progress_ui(ui: &mut Ui, share: f32, label: &str) {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(120.0, 4.0), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, label);
        info.value = Some(f64::from(share));
        info
    });
    ui.painter().rect_filled(rect, 2.0, palette.line);
    let mut done = rect;
    done.set_width(rect.width() * share.clamp(0.0, 1.0));
    ui.painter().rect_filled(done, 2.0, palette.quiet);
}
