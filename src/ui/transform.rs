//! The one transform between scan pixels and points on screen, for picture, masks and pointer alike. Not for drawing.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::state::screen::ViewTransform;

/// Where image pixel corners lie on screen: the picture's pixel `(row, col)` covers the square from `(col, row)` to
/// `(col + 1, row + 1)` in image coordinates.
///
/// *Units*: `points_per_pixel` in points, the same in both directions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UiFromImage {
    /// Points on screen per scan pixel.
    pub points_per_pixel: f32,
    /// Where image coordinate (0, 0) lies on screen.
    pub origin: Pos2,
}

impl UiFromImage {
    /// The picture of `rows` × `cols` as `view` places it on `canvas`. The canvas' real size counts, also in the frame
    /// before the state has heard of it.
    pub fn of(view: &ViewTransform, canvas: Rect, rows: usize, cols: usize) -> Self {
        let view = ViewTransform { canvas: canvas.size().into(), ..*view };
        let points_per_pixel = view.zoom(rows, cols);
        let middle = vec2(cols as f32, rows as f32) / 2.0 + Vec2::from(view.offset_px);
        Self { points_per_pixel, origin: canvas.center() - middle * points_per_pixel }
    }

    /// From image coordinates to the screen.
    pub fn point(&self, image: Pos2) -> Pos2 {
        self.origin + image.to_vec2() * self.points_per_pixel
    }

    /// From the screen to image coordinates.
    pub fn image_from_ui(&self, screen: Pos2) -> Pos2 {
        ((screen - self.origin) / self.points_per_pixel).to_pos2()
    }

    /// The pixel under a point on screen as `(row, col)`, or `None` outside the picture.
    pub fn pixel_at(&self, screen: Pos2, rows: usize, cols: usize) -> Option<(usize, usize)> {
        let at = self.image_from_ui(screen);
        let inside = at.x >= 0.0 && at.y >= 0.0 && at.x < cols as f32 && at.y < rows as f32;
        inside.then_some((at.y as usize, at.x as usize))
    }

    /// The picture's rectangle on screen.
    pub fn rect(&self, rows: usize, cols: usize) -> Rect {
        Rect::from_min_size(self.origin, vec2(cols as f32, rows as f32) * self.points_per_pixel)
    }
}

/// A pixel corner as image coordinates.
pub fn corner(col: u32, row: u32) -> Pos2 {
    pos2(col as f32, row as f32)
}
