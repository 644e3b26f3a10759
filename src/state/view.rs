//! Zoom and place of a picture on its canvas. Not for what is drawn there (`screen`) and not for drawing.

use crate::domain::upright::Upright;

/// Zoom and place of the picture on the canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ViewTransform {
    /// Points on screen per scan pixel, along its shorter side; `None` fits the picture into the canvas.
    pub zoom: Option<f32>,
    /// The scan point at the middle of the canvas, as an offset from the picture's middle in pixels, `[x, y]`.
    pub offset_px: [f32; 2],
    /// The canvas in points, `[width, height]`.
    pub canvas: [f32; 2],
    /// Real pixels asked for (P); from 800 % on they are shown anyway.
    pub wants_real_pixels: bool,
    /// How the picture stands, and how long its pixels' sides are beside each other.
    pub upright: Upright,
}

impl ViewTransform {
    /// Least zoom in points per pixel.
    pub const MIN_ZOOM: f32 = 0.05;
    /// Greatest zoom in points per pixel.
    pub const MAX_ZOOM: f32 = 64.0;
    /// From here real pixels are shown (800 %).
    pub const REAL_PIXELS_FROM: f32 = 8.0;

    /// The zoom at which a picture of `rows` × `cols` fills the canvas without being cut.
    pub fn fit_zoom(&self, rows: usize, cols: usize) -> f32 {
        let [width, height] = self.upright.extent(rows.max(1), cols.max(1));
        let fit = (self.canvas[0] / width).min(self.canvas[1] / height);
        fit.clamp(Self::MIN_ZOOM, Self::MAX_ZOOM)
    }

    /// The zoom in use, in points per pixel.
    pub fn zoom(&self, rows: usize, cols: usize) -> f32 {
        self.zoom.unwrap_or_else(|| self.fit_zoom(rows, cols))
    }

    /// Whether real pixels are shown.
    pub fn shows_real_pixels(&self, rows: usize, cols: usize) -> bool {
        self.wants_real_pixels || self.zoom(rows, cols) >= Self::REAL_PIXELS_FROM
    }

    /// Zooms by `factor`; the scan point `at_px` (`[x, y]`) stays where it is on screen.
    pub fn zoom_at(&mut self, factor: f32, at_px: [f32; 2], rows: usize, cols: usize) {
        if !factor.is_finite() || factor <= 0.0 {
            return;
        }
        let old = self.zoom(rows, cols);
        let new = (old * factor).clamp(Self::MIN_ZOOM, Self::MAX_ZOOM);
        let middle = [cols as f32 / 2.0, rows as f32 / 2.0];
        for axis in 0..2 {
            let at = at_px[axis] - middle[axis];
            self.offset_px[axis] = at - (at - self.offset_px[axis]) * old / new;
        }
        self.zoom = Some(new);
    }

    /// Moves the picture by so many points, at most so far that its edge reaches the canvas' middle.
    pub fn pan(&mut self, by_points: [f32; 2], rows: usize, cols: usize) {
        let zoom = self.zoom(rows, cols);
        self.zoom = Some(zoom);
        let half = [cols as f32 / 2.0, rows as f32 / 2.0];
        let by_px = self.upright.image_from_screen(by_points.map(|points| points / zoom));
        for axis in 0..2 {
            self.offset_px[axis] = (self.offset_px[axis] - by_px[axis]).clamp(-half[axis], half[axis]);
        }
    }

    /// Fits the picture into the canvas again.
    pub fn reset(&mut self) {
        self.zoom = None;
        self.offset_px = [0.0; 2];
    }
}

impl Default for ViewTransform {
    fn default() -> Self {
        Self {
            zoom: None,
            offset_px: [0.0; 2],
            canvas: [700.0, 700.0],
            wants_real_pixels: false,
            upright: Upright::default(),
        }
    }
}
