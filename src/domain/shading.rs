//! From stored values to shades as a medical file means it: measured values, then its window or table, then which end is
//! white. Not for the reader's own windows and presets (`window`), and not for reading them from files (`io`).

use super::scan::{About, FileWindow, Plane, Rescale, ShadeTable, WindowFunction};
use super::window::{Window, shades};

impl FileWindow {
    /// The share of white, 0 to 1, of a measured value.
    ///
    /// *Source*: DICOM PS3.3 C.11.2.1.2.1 (LINEAR), C.11.2.1.3.2 (LINEAR_EXACT), C.11.2.1.3.1 (SIGMOID).
    pub fn share(&self, value: f64) -> f64 {
        let (center, width) = (self.center, self.width);
        match self.function {
            WindowFunction::Linear => {
                let (center, width) = (center - 0.5, width - 1.0);
                if value <= center - width / 2.0 {
                    0.0
                } else if value > center + width / 2.0 {
                    1.0
                } else {
                    (value - center) / width + 0.5
                }
            }
            WindowFunction::LinearExact => {
                if value <= center - width / 2.0 {
                    0.0
                } else if value > center + width / 2.0 {
                    1.0
                } else {
                    (value - center) / width + 0.5
                }
            }
            WindowFunction::Sigmoid => 1.0 / (1.0 + (-4.0 * (value - center) / width).exp()),
        }
    }
}

impl ShadeTable {
    /// The share of white, 0 to 1, of a measured value: below the table its first entry, beyond it the last.
    ///
    /// *Source*: DICOM PS3.3 C.11.2.1.1.
    pub fn share(&self, value: f64) -> f64 {
        let last = self.shades.len().saturating_sub(1) as f64;
        let index = (value - self.first).round().clamp(0.0, last) as usize;
        self.shades.get(index).copied().unwrap_or(0.0).into()
    }
}

/// The file's first window, or the span of its first table, in stored values; `None` where it names neither.
pub fn file_window(about: &About) -> Option<Window> {
    let Rescale { slope, intercept } = about.rescale;
    let stored = |center: f64, width: f64| Window {
        center: ((center - intercept) / slope) as f32,
        width: (width / slope.abs()) as f32,
    };
    let of_table = |table: &ShadeTable| {
        let width = table.shades.len().max(1) as f64;
        stored(table.first + width / 2.0, width)
    };
    let window = about.windows.first().map(|window| stored(window.center, window.width));
    window.or_else(|| about.tables.first().map(of_table)).filter(|window| window.width > 0.0)
}

/// How one stack's values become shades.
#[derive(Clone, Copy, Debug)]
pub struct Shading<'a> {
    about: &'a About,
    window: Window,
    is_as_in_file: bool,
}

impl<'a> Shading<'a> {
    /// By `window`, in stored values; with `is_as_in_file` by what the file itself names, its function or its table.
    pub fn new(about: &'a About, window: Window, is_as_in_file: bool) -> Self {
        Self { about, window, is_as_in_file }
    }

    /// The shade of every pixel of `plane`, row-major.
    ///
    /// *Source*: DICOM PS3.3 C.11.1.1.2 (rescale) before C.11.2 (VOI), and MONOCHROME1 last (C.7.6.3.1.2).
    pub fn apply(&self, plane: &Plane) -> Vec<u8> {
        let about = self.about;
        // Where a falling scale turns the order of values round, the window is one of measured values all the same.
        let is_turned = about.is_inverted != (about.rescale.slope < 0.0 && !self.names_own());
        if !is_turned && about.padding.is_none() && !self.names_own() {
            return self.window.apply(plane);
        }
        let is_float = matches!(plane.samples, super::scan::Samples::F32(_));
        shades(plane, |stored| {
            if about.padding.is_some_and(|[low, high]| (low..=high).contains(&stored)) {
                return 0;
            }
            let shade = match (self.own_share(stored), is_float) {
                (Some(share), _) => (share.clamp(0.0, 1.0) * 255.0).round() as u8,
                (None, true) => self.window.shade_exact(stored),
                (None, false) => self.window.shade(stored),
            };
            if is_turned { 255 - shade } else { shade }
        })
    }

    fn names_own(&self) -> bool {
        self.is_as_in_file && !(self.about.windows.is_empty() && self.about.tables.is_empty())
    }

    /// By the file's own window or table.
    fn own_share(&self, stored: f32) -> Option<f64> {
        if !self.is_as_in_file {
            return None;
        }
        let measured = self.about.rescale.measured(stored);
        let by_window = self.about.windows.first().map(|window| window.share(measured));
        by_window.or_else(|| self.about.tables.first().map(|table| table.share(measured)))
    }
}
