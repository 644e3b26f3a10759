//! Colors, sizes and the font of the window, dark and light. Not for layout, and not for the colors of pixels (`textures`).

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke, TextStyle, Theme, vec2,
};

use crate::io::settings::ThemeChoice;

/// Size of ordinary text in points.
pub const TEXT: f32 = 14.0;
/// Size of small text in points.
pub const SMALL: f32 = 12.0;
/// Size of the answer in points.
pub const ANSWER: f32 = 20.0;
/// The grid: every distance is a multiple of this or its half, in points.
pub const GRID: f32 = 8.0;
/// Height of the bar at the top in points.
pub const TOP_BAR_HEIGHT: f32 = 40.0;
/// Height of the bar at the bottom in points.
pub const STATUS_BAR_HEIGHT: f32 = 28.0;
/// Width of the slice strip in points.
pub const STRIP_WIDTH: f32 = 28.0;

/// Crosshair and reference lines over the picture: no hue, as they are no finding.
pub const CROSSHAIR: Color32 = Color32::from_rgb(0xB4, 0xBC, 0xC4);

/// The colors of findings; the same in both themes, told apart by the color-blind (Okabe and Ito 2008).
pub mod finding {
    use egui::Color32;

    /// What the model drew.
    pub const MODEL: Color32 = Color32::from_rgb(0xE6, 0x9F, 0x00);
    /// What the reader drew, and tumor that the model missed.
    pub const READER: Color32 = Color32::from_rgb(0x56, 0xB4, 0xE9);
    /// The reference mask.
    pub const REFERENCE: Color32 = Color32::from_rgb(0x00, 0x9E, 0x73);
    /// What a training under way outlines: no hue, as it is no finding.
    pub const TRAINING: Color32 = Color32::from_rgb(0xE3, 0xE8, 0xED);
    /// A rejected outline.
    pub const REJECTED: Color32 = Color32::from_rgb(0x9A, 0xA0, 0xA6);
    /// Model and reference agree.
    pub const AGREEMENT: Color32 = Color32::from_rgb(0xC8, 0xC8, 0xC8);
    /// The line around every outline, so that it shows on white matter too.
    pub const EDGE: Color32 = Color32::from_rgba_premultiplied(0, 0, 0, 0xB0);
}

/// The colors of the frame, which has no hue of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// Under the picture: black in both themes.
    pub canvas: Color32,
    /// Text over the picture.
    pub canvas_text: Color32,
    /// Quiet text over the picture.
    pub canvas_quiet: Color32,
    /// Warnings over the picture.
    pub canvas_warning: Color32,
    /// Bars at the top and bottom.
    pub ground: Color32,
    /// Side panels.
    pub panel: Color32,
    /// Lines, and the fill of buttons.
    pub line: Color32,
    /// Fill under the pointer.
    pub hover: Color32,
    /// Fill while pressed.
    pub pressed: Color32,
    /// Text.
    pub text: Color32,
    /// Text that steps back.
    pub quiet: Color32,
    /// What is chosen, and focus.
    pub selection: Color32,
    /// Warnings.
    pub warning: Color32,
    /// Errors.
    pub error: Color32,
    /// Curves of trainings: training, validation, then further runs. Told apart by the color-blind, and none of them the
    /// model's orange.
    pub curves: [Color32; 5],
}

impl Palette {
    /// Dark, as reading rooms are.
    pub const DARK: Self = Self {
        canvas: Color32::BLACK,
        canvas_text: Color32::from_rgb(0xD7, 0xDC, 0xE1),
        canvas_quiet: Color32::from_rgb(0x98, 0xA2, 0xAC),
        canvas_warning: Color32::from_rgb(0xF0, 0xE4, 0x42),
        ground: Color32::from_rgb(0x14, 0x17, 0x1A),
        panel: Color32::from_rgb(0x1B, 0x1F, 0x23),
        line: Color32::from_rgb(0x2A, 0x30, 0x36),
        hover: Color32::from_rgb(0x33, 0x3A, 0x41),
        pressed: Color32::from_rgb(0x3D, 0x45, 0x4D),
        text: Color32::from_rgb(0xD7, 0xDC, 0xE1),
        quiet: Color32::from_rgb(0x98, 0xA2, 0xAC),
        selection: Color32::from_rgb(0xE3, 0xE8, 0xED),
        warning: Color32::from_rgb(0xF0, 0xE4, 0x42),
        error: Color32::from_rgb(0xFF, 0x8A, 0x7A),
        curves: [
            Color32::from_rgb(0x56, 0xB4, 0xE9),
            Color32::from_rgb(0xE3, 0x9C, 0xC6),
            Color32::from_rgb(0x2C, 0xB8, 0x8E),
            Color32::from_rgb(0xF0, 0xE4, 0x42),
            Color32::from_rgb(0xD7, 0xDC, 0xE1),
        ],
    };

    /// Light, for an office.
    pub const LIGHT: Self = Self {
        ground: Color32::from_rgb(0xE6, 0xE9, 0xEC),
        panel: Color32::from_rgb(0xF4, 0xF6, 0xF8),
        line: Color32::from_rgb(0xDB, 0xE0, 0xE5),
        hover: Color32::from_rgb(0xD0, 0xD6, 0xDC),
        pressed: Color32::from_rgb(0xC4, 0xCB, 0xD2),
        text: Color32::from_rgb(0x1B, 0x1F, 0x23),
        quiet: Color32::from_rgb(0x4C, 0x55, 0x5E),
        selection: Color32::from_rgb(0x14, 0x17, 0x1A),
        warning: Color32::from_rgb(0x66, 0x55, 0x00),
        error: Color32::from_rgb(0xA0, 0x2A, 0x18),
        curves: [
            Color32::from_rgb(0x00, 0x5A, 0x8E),
            Color32::from_rgb(0x8A, 0x2F, 0x68),
            Color32::from_rgb(0x00, 0x62, 0x47),
            Color32::from_rgb(0x66, 0x55, 0x00),
            Color32::from_rgb(0x1B, 0x1F, 0x23),
        ],
        ..Self::DARK
    };

    /// The palette that `ui` is drawn with.
    pub fn of(ui: &egui::Ui) -> Self {
        if ui.visuals().dark_mode { Self::DARK } else { Self::LIGHT }
    }

    /// Every pair of text and ground that is drawn, named, for the contrast test.
    pub fn text_pairs(&self) -> Vec<(&'static str, Color32, Color32)> {
        let mut pairs = vec![
            ("text on panel", self.text, self.panel),
            ("text on ground", self.text, self.ground),
            ("text on button", self.text, self.line),
            ("text on hovered button", self.text, self.hover),
            ("text on pressed button", self.text, self.pressed),
            ("quiet text on panel", self.quiet, self.panel),
            ("quiet text on ground", self.quiet, self.ground),
            ("quiet text on button", self.quiet, self.line),
            ("warning on panel", self.warning, self.panel),
            ("warning on ground", self.warning, self.ground),
            ("error on panel", self.error, self.panel),
            ("error on ground", self.error, self.ground),
            ("text on canvas", self.canvas_text, self.canvas),
            ("quiet text on canvas", self.canvas_quiet, self.canvas),
            ("warning on canvas", self.canvas_warning, self.canvas),
        ];
        pairs.extend(self.curves.map(|curve| ("curve on ground", curve, self.ground)));
        pairs
    }
}

/// Contrast of two opaque colors, 1–21.
///
/// *Source*: WCAG 2.2, "contrast ratio" and "relative luminance".
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let luminance = |c: Color32| {
        let linear = |v: u8| {
            let s = f32::from(v) / 255.0;
            if s <= 0.040_45 { s / 12.92 } else { ((s + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(c.r()) + 0.7152 * linear(c.g()) + 0.0722 * linear(c.b())
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Small text.
pub fn small() -> FontId {
    FontId::proportional(SMALL)
}

/// Ordinary text.
pub fn text() -> FontId {
    FontId::proportional(TEXT)
}

/// Sets font, styles and theme of a window once; [`follow`] keeps theme and scale with the settings.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::empty();
    let inter = FontData::from_static(include_bytes!("../../assets/fonts/Inter.ttf"));
    fonts.font_data.insert("Inter".to_owned(), Arc::new(inter));
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.insert(family, vec!["Inter".to_owned()]);
    }
    ctx.set_fonts(fonts);
    for (theme, palette) in [(Theme::Dark, Palette::DARK), (Theme::Light, Palette::LIGHT)] {
        ctx.style_mut_of(theme, |style| fill_style(style, &palette));
    }
    ctx.options_mut(|options| {
        // Ctrl + and − are ours: they go through the settings, so that the scale persists.
        options.zoom_with_keyboard = false;
    });
}

/// Applies the theme and scale of the settings where they changed.
pub fn follow(ctx: &egui::Context, theme: ThemeChoice, scale: f32) {
    let wanted = match theme {
        ThemeChoice::Dark => Theme::Dark,
        ThemeChoice::Light => Theme::Light,
    };
    if ctx.theme() != wanted {
        ctx.set_theme(wanted);
    }
    if (ctx.zoom_factor() - scale).abs() > f32::EPSILON {
        ctx.set_zoom_factor(scale);
    }
}

fn fill_style(style: &mut egui::Style, palette: &Palette) {
    style.text_styles = [
        (TextStyle::Small, FontId::proportional(SMALL)),
        (TextStyle::Body, FontId::proportional(TEXT)),
        (TextStyle::Button, FontId::proportional(TEXT)),
        (TextStyle::Monospace, FontId::proportional(SMALL)),
        (TextStyle::Heading, FontId::proportional(ANSWER)),
    ]
    .into();
    style.animation_time = 0.0; // No motion but progress.
    style.scroll_animation = egui::style::ScrollAnimation::none();
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(GRID, GRID / 2.0);
    spacing.button_padding = vec2(GRID + 2.0, GRID / 2.0);
    spacing.interact_size = vec2(GRID * 3.0, GRID * 3.0);
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(8);
    spacing.slider_rail_height = 2.0;
    spacing.icon_width = 16.0;
    spacing.tooltip_width = 360.0;
    spacing.scroll = egui::style::ScrollStyle::thin();
    fill_visuals(&mut style.visuals, palette);
}

fn fill_visuals(visuals: &mut egui::Visuals, palette: &Palette) {
    let corners = CornerRadius::same(4);
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(6);
    visuals.extreme_bg_color = palette.ground;
    visuals.faint_bg_color = palette.ground;
    visuals.code_bg_color = palette.ground;
    visuals.weak_text_color = Some(palette.quiet);
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.error;
    visuals.hyperlink_color = palette.text;
    visuals.selection.bg_fill = palette.pressed;
    visuals.selection.stroke = Stroke::new(1.0, palette.selection);
    visuals.slider_trailing_fill = false;
    let widgets = &mut visuals.widgets;
    let pairs = [
        (&mut widgets.noninteractive, palette.panel, palette.text),
        (&mut widgets.inactive, palette.line, palette.text),
        (&mut widgets.hovered, palette.hover, palette.text),
        (&mut widgets.active, palette.pressed, palette.selection),
        (&mut widgets.open, palette.hover, palette.text),
    ];
    for (widget, fill, text) in pairs {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::NONE;
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = corners;
        widget.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.line);
    widgets.active.bg_stroke = Stroke::new(1.0, palette.selection);
}
