//! From raw wheel events to whole slices and zoom steps. Not for egui's smoothed scrolling, which smears one notch over
//! several frames.

use egui::{Event, MouseWheelSource, MouseWheelUnit};

/// So many points of a trackpad are one slice.
const POINTS_PER_SLICE: f32 = 30.0;
/// One wheel notch with Ctrl enlarges by this factor.
const ZOOM_PER_NOTCH: f32 = 1.2;

/// What the wheel asks for in one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// Slices to go, downwards positive.
    pub slices: i32,
    /// Factor to zoom by, 1 for none.
    pub zoom: f32,
}

/// Remembers the part of a slice that was not turned yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wheel {
    rest: f32,
}

impl Wheel {
    /// Reads the frame's events; only called while the pointer is over the picture.
    pub fn read(&mut self, events: &[Event]) -> Turn {
        let mut turn = Turn { slices: 0, zoom: 1.0 };
        for event in events {
            match event {
                Event::Zoom(factor) => turn.zoom *= factor,
                Event::MouseWheel { unit, delta, source, modifiers, .. } => {
                    // Coasting would run on through the slices after the hand has stopped.
                    if *source == MouseWheelSource::Momentum {
                        continue;
                    }
                    // Some systems turn Shift+wheel sideways.
                    let along = if delta.y == 0.0 { delta.x } else { delta.y };
                    let notches = match unit {
                        MouseWheelUnit::Line | MouseWheelUnit::Page => along,
                        MouseWheelUnit::Point => along / POINTS_PER_SLICE,
                    };
                    if modifiers.command {
                        turn.zoom *= ZOOM_PER_NOTCH.powf(notches);
                    } else {
                        turn.slices += self.slices(-notches);
                    }
                }
                _ => {}
            }
        }
        turn
    }

    fn slices(&mut self, notches: f32) -> i32 {
        if self.rest * notches < 0.0 {
            self.rest = 0.0; // Turning back begins anew.
        }
        self.rest += notches;
        let whole = self.rest.trunc();
        self.rest -= whole;
        whole as i32
    }
}
