//! Pictures on the graphics card: uploaded when something changed, kept by what they show. Not for deciding what to show.

use std::collections::HashMap;

use egui::epaint::{Mesh, Vertex};
use egui::{Color32, ColorImage, Context, Painter, Rect, TextureHandle, TextureOptions, pos2};

use crate::ui::transform::UiFromImage;

/// Bytes of textures that are kept; the longest unused go first.
const KEEP_BYTES: usize = 128 << 20;

/// What a texture shows, apart from the values that may change under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One sequence of one slice in shades of gray.
    Gray,
    /// The same, small, for the study list.
    Thumbnail,
    /// A filled mask.
    Fill,
    /// The probability map in colors.
    Heat,
    /// Model against reference.
    Difference,
    /// A small picture of the Train view.
    Example,
}

/// Where a texture belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// What it shows.
    pub kind: Kind,
    /// The scan, by address or by number: two open scans differ.
    pub scan: u64,
    /// Slice index.
    pub slice: usize,
    /// Sequence index; 0 for masks.
    pub sequence: usize,
}

/// The values under a [`Key`] that make a new upload necessary: window, threshold, sampling …
pub type Stamp = [u32; 4];

struct Entry {
    stamp: Stamp,
    options: TextureOptions,
    tiles: Vec<Tile>,
    bytes: usize,
    last_used: u64,
}

struct Tile {
    /// The part of the picture that this tile draws, in pixels.
    image: Rect,
    /// The same part in the tile's own coordinates, 0–1.
    uv: Rect,
    handle: TextureHandle,
}

/// All textures of the window.
#[derive(Default)]
pub struct Textures {
    entries: HashMap<Key, Entry>,
    clock: u64,
    uploads: u64,
}

impl Textures {
    /// How many uploads there were since the start: an idle frame adds none (tested).
    pub fn uploads(&self) -> u64 {
        self.uploads
    }

    /// Makes sure that the picture of `key` with `stamp` is on the card; `make` is called only where it is not.
    pub fn ensure(
        &mut self,
        ctx: &Context,
        key: Key,
        stamp: Stamp,
        options: TextureOptions,
        make: impl FnOnce() -> ColorImage,
    ) {
        self.clock += 1;
        if let Some(entry) = self.entries.get_mut(&key)
            && entry.stamp == stamp
            && entry.options == options
        {
            entry.last_used = self.clock;
            return;
        }
        let image = make();
        self.uploads += 1;
        let bytes = image.pixels.len() * 4;
        let side = ctx.input(|i| i.max_texture_side).max(64);
        let whole = image.size[0] <= side && image.size[1] <= side;
        let tiles = match self.entries.remove(&key).map(|e| e.tiles) {
            // The same size again, as while the window is dragged: the texture is refilled, not replaced.
            Some(mut tiles) if whole && tiles.len() == 1 && tiles[0].handle.size() == image.size => {
                tiles[0].handle.set(image, options);
                tiles
            }
            _ => upload(ctx, &image, options, side),
        };
        self.entries.insert(key, Entry { stamp, options, tiles, bytes, last_used: self.clock });
        self.shrink();
    }

    /// Paints the picture of `key`, placed by the one transform.
    pub fn paint(&self, painter: &Painter, key: Key, place: &UiFromImage) {
        for tile in self.entries.get(&key).map_or(&[][..], |e| &e.tiles) {
            painter.add(quad(tile, place));
        }
    }

    /// Paints the picture of `key` into `rect`, stretched (thumbnails, whose shape is cut to fit).
    pub fn paint_into(&self, painter: &Painter, key: Key, rect: Rect) {
        if let Some(tile) = self.entries.get(&key).and_then(|e| e.tiles.first()) {
            painter.image(tile.handle.id(), rect, tile.uv, Color32::WHITE);
        }
    }

    /// Size in pixels of the picture of `key`, `[width, height]`, where it is in one piece.
    pub fn size(&self, key: Key) -> Option<[usize; 2]> {
        self.entries.get(&key).and_then(|e| e.tiles.first()).map(|tile| tile.handle.size())
    }

    fn shrink(&mut self) {
        let mut total: usize = self.entries.values().map(|e| e.bytes).sum();
        while total > KEEP_BYTES && self.entries.len() > 1 {
            let oldest = self.entries.iter().min_by_key(|(_, e)| e.last_used).map(|(&k, e)| (k, e.bytes));
            let Some((key, bytes)) = oldest else { return };
            self.entries.remove(&key);
            total -= bytes;
        }
    }
}

/// A tile as two triangles: pictures may stand mirrored or turned.
fn quad(tile: &Tile, place: &UiFromImage) -> Mesh {
    let mut mesh = Mesh::with_texture(tile.handle.id());
    let (image, uv) = (tile.image, tile.uv);
    let corners = [
        (image.left_top(), uv.left_top()),
        (image.right_top(), uv.right_top()),
        (image.right_bottom(), uv.right_bottom()),
        (image.left_bottom(), uv.left_bottom()),
    ];
    for (at, uv) in corners {
        mesh.vertices.push(Vertex { pos: place.point(at), uv, color: Color32::WHITE });
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(0, 2, 3);
    mesh
}

/// One texture, or several where the card cannot hold the picture in one. Tiles overlap by a pixel on each side, so
/// that smoothing does not show their seams.
fn upload(ctx: &Context, image: &ColorImage, options: TextureOptions, side: usize) -> Vec<Tile> {
    let [cols, rows] = image.size;
    let step = if cols <= side && rows <= side { side } else { side - 2 };
    let mut tiles = Vec::new();
    for top in (0..rows).step_by(step) {
        for left in (0..cols).step_by(step) {
            let (bottom, right) = ((top + step).min(rows), (left + step).min(cols));
            let (y0, x0) = (top.saturating_sub(1), left.saturating_sub(1));
            let (y1, x1) = ((bottom + 1).min(rows), (right + 1).min(cols));
            let (width, height) = (x1 - x0, y1 - y0);
            let part = if (width, height) == (cols, rows) {
                image.clone()
            } else {
                image.region_by_pixels([x0, y0], [width, height])
            };
            let across = |x: usize| (x - x0) as f32 / width as f32;
            let down = |y: usize| (y - y0) as f32 / height as f32;
            tiles.push(Tile {
                image: Rect::from_min_max(pos2(left as f32, top as f32), pos2(right as f32, bottom as f32)),
                uv: Rect::from_min_max(pos2(across(left), down(top)), pos2(across(right), down(bottom))),
                handle: ctx.load_texture("picture", part, options),
            });
        }
    }
    tiles
}
