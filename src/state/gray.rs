//! The presets on the keys as windows of a whole series. Not for measuring (`domain::window`) or drawing.

use crate::domain::scan::Scan;
use crate::domain::window::{Preset, Presets, Window};

use super::screen::WindowPreset;

/// What stands for the window of a sequence that is not there.
const NOTHING: Window = Window { center: 0.5, width: 1.0 };

/// The window of one sequence over the whole series. Measures the series: keep the answer.
pub fn window(scan: &Scan, sequence: usize, preset: WindowPreset) -> Window {
    Presets::measure(scan, sequence).map_or(NOTHING, |measured| of(&measured, preset))
}

/// The window of a preset in a series that was measured before.
pub fn of(measured: &Presets, preset: WindowPreset) -> Window {
    measured.window(match preset {
        WindowPreset::Head => Preset::InnerHead,
        WindowPreset::Percent1 => Preset::Percent1,
        WindowPreset::Percent01 => Preset::Percent01,
        WindowPreset::Full => Preset::Full,
        WindowPreset::File => Preset::AsInFile,
    })
}
