//! The tools in the top bar, as icons with their name and key. Not for what a tool does (`canvas`).

use egui::{Painter, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::theme::Palette;
use super::widgets;
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::table;
use crate::state::tool::{MeasureAction, Tool};

/// Size of a tool's place in points.
const SIZE: egui::Vec2 = egui::Vec2 { x: 28.0, y: 26.0 };

/// Draws the tools.
pub fn tool_bar_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = 2.0;
    for tool in Tool::ALL {
        let action = Action::Measure(MeasureAction::Choose(tool));
        let is_chosen = state.tool == tool;
        let draw = |painter: &Painter, rect, stroke| icon(painter, rect, stroke, tool);
        if icon_button(ui, tool.label(), &keys(&action), is_chosen, draw).clicked() {
            actions.push(action);
        }
    }
}

/// The keys of an action as on screen.
pub fn keys(action: &Action) -> String {
    table::entry(action).map(|e| e.keys_label(cfg!(target_os = "macos"))).unwrap_or_default()
}

/// A button that is an icon; its name and key stand in its hint.
pub fn icon_button(
    ui: &mut Ui,
    name: &str,
    keys: &str,
    is_chosen: bool,
    draw: impl FnOnce(&Painter, Rect, Stroke),
) -> Response {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(SIZE, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, name));
    let fill = match (response.is_pointer_button_down_on(), response.hovered(), is_chosen) {
        (true, ..) => palette.pressed,
        (_, true, _) => palette.hover,
        (_, _, true) => palette.line,
        _ => egui::Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    widgets::focus_ring(ui, &response, rect, &palette);
    let ink = if is_chosen { palette.selection } else { palette.text };
    draw(ui.painter(), Rect::from_center_size(rect.center(), vec2(16.0, 16.0)), Stroke::new(1.5, ink));
    let hint = if keys.is_empty() { name.to_owned() } else { format!("{name}  {keys}") };
    response.on_hover_text(hint)
}

fn icon(painter: &Painter, rect: Rect, stroke: Stroke, tool: Tool) {
    let at = |x: f32, y: f32| pos2(rect.left() + x * rect.width(), rect.top() + y * rect.height());
    match tool {
        Tool::Window => {
            // Half bright, half dark.
            painter.circle_stroke(rect.center(), 7.0, stroke);
            let half: Vec<_> = (0..=16)
                .map(|i| rect.center() + egui::Vec2::angled((i as f32 / 16.0 - 0.5) * std::f32::consts::PI) * 7.0)
                .collect();
            painter.add(Shape::convex_polygon(half, stroke.color, Stroke::NONE));
        }
        Tool::Distance => {
            painter.line_segment([at(0.1, 0.9), at(0.9, 0.1)], stroke);
            painter.line_segment([at(-0.05, 0.75), at(0.25, 1.05)], stroke);
            painter.line_segment([at(0.75, -0.05), at(1.05, 0.25)], stroke);
        }
        Tool::Angle => {
            painter.add(Shape::line(vec![at(0.85, 0.0), at(0.05, 0.95), at(1.0, 0.95)], stroke));
            let arc: Vec<_> =
                (0..=8).map(|i| at(0.05, 0.95) + egui::Vec2::angled(-0.87 * i as f32 / 8.0) * 8.0).collect();
            painter.add(Shape::line(arc, Stroke::new(1.0, stroke.color)));
        }
        Tool::Ellipse => {
            painter.add(Shape::ellipse_stroke(rect.center(), vec2(8.0, 5.5), stroke));
        }
        Tool::Rectangle => {
            let inner = Rect::from_center_size(rect.center(), vec2(15.0, 11.0));
            painter.rect_stroke(inner, 0.0, stroke, egui::StrokeKind::Middle);
        }
        Tool::Crosshair => {
            painter.hline(rect.x_range(), rect.center().y, stroke);
            painter.vline(rect.center().x, rect.y_range(), stroke);
        }
        Tool::Arrow => {
            painter.line_segment([at(0.0, 1.0), at(0.95, 0.05)], stroke);
            painter.add(Shape::line(vec![at(0.4, 0.05), at(0.95, 0.05), at(0.95, 0.6)], stroke));
        }
    }
}
