//! The Train view: data, settings, curves, examples, runs; at the left the four steps, in the middle the curves, at the
//! right the runs. Not for the Models view, and not for what any part of it does.

mod curves;
mod examples;
mod form;
mod labels;
mod parts;
mod pointer;
mod questions;
mod runs;
mod series;
mod start;
mod steps;

use egui::{CentralPanel, Frame, Margin, Panel, ScrollArea, Ui};

use super::desk::Desk;
use super::theme::Palette;
use crate::state::AppState;
use crate::state::action::Action;

pub use questions::question_ui;

/// Width of the steps in points.
const LEFT: f32 = 320.0;
/// Width of the runs in points, and in a narrow window.
const RIGHT: (f32, f32) = (300.0, 232.0);
/// From this width of the window on the runs have their full width, in points.
const WIDE: f32 = 1200.0;
/// Below this width the runs stand under the steps.
const LEAST: f32 = 900.0;

/// Draws the Train view.
pub fn training_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let width = ui.available_width();
    let frame = Frame::new().fill(palette.panel).inner_margin(Margin { left: 16, right: 10, top: 8, bottom: 6 });
    Panel::left("train steps").exact_size(LEFT).resizable(false).frame(frame).show(ui, |ui| {
        // The buttons stand at the foot, so that nothing above moves them.
        let foot = Frame::new().fill(palette.panel);
        Panel::bottom("train run").resizable(false).frame(foot).show(ui, |ui| start::run_ui(ui, state, actions));
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - 6.0);
            steps::steps_ui(ui, state, desk, actions);
            if width < LEAST {
                super::widgets::rule(ui);
                runs::runs_ui(ui, state, desk, actions);
            }
        });
    });
    if width >= LEAST {
        let right = if width >= WIDE { RIGHT.0 } else { RIGHT.1 };
        Panel::right("train runs").exact_size(right).resizable(false).frame(frame).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                ui.set_max_width(ui.available_width() - 6.0);
                runs::runs_ui(ui, state, desk, actions);
            });
        });
    }
    let middle = Frame::new().fill(palette.ground).inner_margin(Margin { left: 12, right: 12, top: 8, bottom: 8 });
    CentralPanel::no_frame().frame(middle).show(ui, |ui| {
        let below = examples::height(state, ui.available_width());
        let curves = (ui.available_height() - below).max(240.0);
        curves::curves_ui(ui, state, curves, actions);
        examples::examples_ui(ui, state, desk, actions);
    });
}
