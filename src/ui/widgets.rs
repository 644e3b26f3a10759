//! The few controls that egui lacks in this form: quiet buttons with their key, switches, rows with a number at the
//! right. Each says its role and label to assistive technology. Not for layout of whole panels.

use egui::{
    Align, Color32, EventFilter, FontId, Key, Label, Layout, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind,
    Ui, Vec2, WidgetInfo, accesskit, pos2, vec2,
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
    name: Option<&'a str>,
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
            name: None,
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

    /// What assistive technology and tests find it by, where the words alone say too little.
    pub fn name(mut self, name: &'a str) -> Self {
        self.name = Some(name);
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
        let height = if self.font.size < theme::TEXT { 20.0 } else { 26.0 };
        let size = vec2(content + 2.0 * padding, height).max(self.min_size);
        let sense = if self.is_enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(size, sense);
        let (enabled, selected, label) = (self.is_enabled, self.is_selected, self.name.unwrap_or(self.label));
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
    ui.add_space(2.0);
}

/// Small quiet text that wraps.
pub fn quiet(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = Palette::of(ui).quiet;
    ui.add(Label::new(RichText::new(text).font(theme::small()).color(color)).wrap())
}

/// Small quiet text on one line.
pub fn quiet_line(ui: &mut Ui, text: &str) -> Response {
    let color = Palette::of(ui).quiet;
    ui.add(Label::new(RichText::new(text).font(theme::small()).color(color)).extend())
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
    ui.add_space(GRID - 2.0);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, palette.line);
    ui.add_space(GRID - 3.0);
}

/// A thin slider without number from 0 to 1; the new value, in hundredths, when it moved.
pub fn slider_ui(ui: &mut Ui, value: f32, label: &str) -> Option<f32> {
    let palette = Palette::of(ui);
    let width = ui.available_width().clamp(48.0, 130.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 22.0), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), f64::from(value), label));
    let rail = Rect::from_center_size(rect.center(), vec2(width - 12.0, 2.0));
    let x = rail.left() + rail.width() * value.clamp(0.0, 1.0);
    ui.painter().rect_filled(rail, 1.0, palette.pressed);
    ui.painter().rect_filled(Rect::from_min_max(rail.min, pos2(x, rail.bottom())), 1.0, palette.quiet);
    let is_held = response.is_pointer_button_down_on() || response.has_focus();
    let ink = if is_held || response.hovered() { palette.selection } else { palette.text };
    ui.painter().circle_filled(pos2(x, rail.center().y), if is_held { 7.0 } else { 6.0 }, ink);
    moved(ui, &response, rail, value)
}

/// Where a slider of width `rail` was moved to: by pointer, by arrow keys while it has the focus, or by an assistive
/// technology. In hundredths, within 0–1; `None` where it stays.
pub fn moved(ui: &Ui, response: &Response, rail: Rect, now: f32) -> Option<f32> {
    let mut value = now;
    if let Some(pointer) = response.interact_pointer_pos() {
        value = ((pointer.x - rail.left()) / rail.width()).clamp(0.0, 1.0);
        value = (value * 100.0).round() / 100.0;
    }
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
        let presses = |key| ui.input(|i| i.num_presses(key) as f32);
        value += (presses(Key::ArrowRight) - presses(Key::ArrowLeft)) / 100.0;
    }
    let asked = ui.input(|i| {
        let requests = i.accesskit_action_requests(response.id, accesskit::Action::SetValue);
        requests
            .filter_map(|r| if let Some(accesskit::ActionData::NumericValue(v)) = r.data { Some(v) } else { None })
            .last()
    });
    value = asked.map_or(value, |v| v as f32).clamp(0.0, 1.0);
    ((value - now).abs() > 1e-4).then_some(value)
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
