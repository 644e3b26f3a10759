//! The one transform between scan pixels and points on screen, for picture, masks and pointer alike. Not for drawing.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::state::screen::ViewTransform;

/// Where image pixel corners lie on screen: the picture's pixel `(row, col)` covers the square from `(col, row)` to
/// `(col + 1, row + 1)` in image coordinates.
///
/// *Units*: points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UiFromImage {
    /// Where one column on leads on screen.
    pub col: Vec2,
    /// Where one row on leads on screen.
    pub row: Vec2,
    /// Where image coordinate (0, 0) lies on screen.
    pub origin: Pos2,
}

impl UiFromImage {
    /// The picture of `rows` × `cols` as `view` places it on `canvas`. The canvas' real size counts, also in the frame
    /// before the state has heard of it.
    pub fn of(view: &ViewTransform, canvas: Rect, rows: usize, cols: usize) -> Self {
        let view = ViewTransform { canvas: canvas.size().into(), ..*view };
        let zoom = view.zoom(rows, cols);
        let (col, row) = (Vec2::from(view.upright.col) * zoom, Vec2::from(view.upright.row) * zoom);
        let middle = vec2(cols as f32, rows as f32) / 2.0 + Vec2::from(view.offset_px);
        Self { col, row, origin: canvas.center() - col * middle.x - row * middle.y }
    }

    /// From image coordinates to the screen.
    pub fn point(&self, image: Pos2) -> Pos2 {
        self.origin + self.col * image.x + self.row * image.y
    }

    /// From the screen to image coordinates.
    pub fn image_from_ui(&self, screen: Pos2) -> Pos2 {
        let step = screen - self.origin;
        let determinant = self.col.x * self.row.y - self.col.y * self.row.x;
        pos2(
            (step.x * self.row.y - step.y * self.row.x) / determinant,
            (step.y * self.col.x - step.x * self.col.y) / determinant,
        )
    }

    /// The pixel under a point on screen as `(row, col)`, or `None` outside the picture.
    pub fn pixel_at(&self, screen: Pos2, rows: usize, cols: usize) -> Option<(usize, usize)> {
        let at = self.image_from_ui(screen);
        let inside = at.x >= 0.0 && at.y >= 0.0 && at.x < cols as f32 && at.y < rows as f32;
        inside.then_some((at.y as usize, at.x as usize))
    }
}

/// A pixel corner as image coordinates.
pub fn corner(col: u32, row: u32) -> Pos2 {
    pos2(col as f32, row as f32)
}
