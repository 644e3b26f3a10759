//! Random changes of a training slice: place, gray values, missing sequences; the mask moves with the picture. Not for
//! validation or reading, and not for the net's own scaling (`nn::input`).

use serde::{Deserialize, Serialize};

use super::picture::Picture;
use crate::domain::mask::Mask;
use crate::domain::random::Random;
use crate::nn::input::{Field, Prepared, SequenceStats, resample};

/// How much to change; every range is drawn from uniformly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AugmentSettings {
    /// Probability of a mirror image, left to right.
    pub flip_left_right: f32,
    /// Probability of a mirror image, up to down. Heads do not come upside down, so 0 by default.
    pub flip_up_down: f32,
    /// Rotation by up to this many degrees to either side.
    pub rotation_degrees: f32,
    /// Larger or smaller by up to this share.
    pub scale: f32,
    /// Shifted by up to this share of the field, along both axes.
    pub shift: f32,
    /// Each sequence's contrast multiplied by 1 ± this.
    pub gain: f32,
    /// Each sequence's brightness moved by ± this, in standard deviations.
    pub offset: f32,
    /// Each sequence's gray curve bent by an exponent between 1 / (1 + this) and 1 + this.
    pub gamma: f32,
    /// Probability that T1 is replaced by FLAIR, as missing sequences are in the LGG set.
    pub replace_t1: f32,
    /// Probability that T1 post is replaced by FLAIR.
    pub replace_t1_post: f32,
}

impl Default for AugmentSettings {
    fn default() -> Self {
        Self {
            flip_left_right: 0.5,
            flip_up_down: 0.0,
            rotation_degrees: 15.0,
            scale: 0.12,
            shift: 0.06,
            gain: 0.2,
            offset: 0.2,
            gamma: 0.2,
            replace_t1: 0.15,
            replace_t1_post: 0.15,
        }
    }
}

impl AugmentSettings {
    /// No change at all.
    pub fn off() -> Self {
        Self {
            flip_left_right: 0.0,
            flip_up_down: 0.0,
            rotation_degrees: 0.0,
            scale: 0.0,
            shift: 0.0,
            gain: 0.0,
            offset: 0.0,
            gamma: 0.0,
            replace_t1: 0.0,
            replace_t1_post: 0.0,
        }
    }
}

/// One draw: what happens to one slice in one epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Augmentation {
    /// Linear part, from the new field to the old, about its middle: `[xx, xy, yx, yy]`.
    pub linear: [f32; 4],
    /// Shift `[x, y]` as a share of the field.
    pub shift: [f32; 2],
    /// Contrast factor by sequence.
    pub gain: [f32; 3],
    /// Brightness by sequence, in standard deviations.
    pub offset: [f32; 3],
    /// Exponent of the gray curve by sequence.
    pub gamma: [f32; 3],
    /// Which sequences give way to FLAIR.
    pub replaced: [bool; 3],
}

/// FLAIR's place among the net's channels.
const FLAIR: usize = 1;

impl Augmentation {
    /// Changes nothing.
    pub const NONE: Self = Self {
        linear: [1.0, 0.0, 0.0, 1.0],
        shift: [0.0; 2],
        gain: [1.0; 3],
        offset: [0.0; 3],
        gamma: [1.0; 3],
        replaced: [false; 3],
    };

    /// Draws one. Every number is drawn whatever the settings, so that one setting never shifts another's draws.
    pub fn draw(settings: &AugmentSettings, random: &mut Random) -> Self {
        let mut around = |range: f32| random.between(-1.0, 1.0) * range;
        let angle = around(settings.rotation_degrees).to_radians();
        let scale = 1.0 + around(settings.scale);
        let shift = [around(settings.shift), around(settings.shift)];
        let gain = [0; 3].map(|_| 1.0 + around(settings.gain));
        let offset = [0; 3].map(|_| around(settings.offset));
        let gamma = [0; 3].map(|_| (around(1.0) * (1.0 + settings.gamma).ln()).exp());
        let mut sign = |probability: f32| if random.chance(probability) { -1.0 } else { 1.0 };
        let (mirror_x, mirror_y) = (sign(settings.flip_left_right), sign(settings.flip_up_down));
        let replaced = [random.chance(settings.replace_t1), false, random.chance(settings.replace_t1_post)];
        let (sin, cos) = angle.sin_cos();
        let linear = [cos * mirror_x / scale, -sin * mirror_y / scale, sin * mirror_x / scale, cos * mirror_y / scale];
        Self { linear, shift, gain, offset, gamma, replaced }
    }

    /// From model pixel centers to scan pixel centers: crop, resize, rotation, scale, shift and flip in one.
    pub fn scan_from_model(&self, field: &Field, size: usize) -> [f32; 6] {
        let [fxx, fxy, fx0, fyx, fyy, fy0] = field.scan_from_model(size);
        let [xx, xy, yx, yy] = self.linear;
        let middle = (size as f32 - 1.0) / 2.0;
        let x0 = middle - (xx + xy) * middle + self.shift[0] * size as f32;
        let y0 = middle - (yx + yy) * middle + self.shift[1] * size as f32;
        [
            fxx * xx + fxy * yx,
            fxx * xy + fxy * yy,
            fxx * x0 + fxy * y0 + fx0,
            fyx * xx + fyy * yx,
            fyx * xy + fyy * yy,
            fyx * x0 + fyy * y0 + fy0,
        ]
    }

    /// The slice as the net takes it, changed.
    ///
    /// *Shape*: `[3, size, size]`, row-major.
    pub fn image(&self, picture: &Picture, prepared: &Prepared, field: &Field, size: usize) -> Vec<f32> {
        let map = self.scan_from_model(field, size);
        let mut out = vec![0f32; 3 * size * size];
        // FLAIR first, for those that give way to it.
        for channel in [FLAIR, 0, 2] {
            let pixels = size * size;
            if self.replaced[channel] {
                out.copy_within(FLAIR * pixels..(FLAIR + 1) * pixels, channel * pixels);
                continue;
            }
            let (plane, stats) = (picture.plane(channel), &prepared.stats[channel]);
            let mut values = stats.normalize_plane(plane);
            let outside = self.shade(stats, channel, stats.outside());
            if self.changes_gray(channel) {
                let shades = Shades::of(self, stats, channel);
                for value in &mut values {
                    *value = shades.at(*value);
                }
            }
            let sampled = resample(&values, plane.rows, plane.cols, map, size, outside);
            out[channel * pixels..(channel + 1) * pixels].copy_from_slice(&sampled);
        }
        out
    }

    /// The mask as the net should answer it, moved as the picture is; every value is 0 or 1.
    ///
    /// *Shape*: `[size, size]`, row-major.
    pub fn mask(&self, mask: &Mask, field: &Field, size: usize) -> Vec<f32> {
        if mask.is_empty() {
            return vec![0.0; size * size];
        }
        let values: Vec<f32> = mask.bits.iter().map(|&b| f32::from(u8::from(b))).collect();
        let mut moved = resample(&values, mask.rows, mask.cols, self.scan_from_model(field, size), size, 0.0);
        // Bilinear, then cut: the outline keeps its place to a fraction of a pixel.
        for value in &mut moved {
            *value = f32::from(u8::from(*value >= 0.5));
        }
        moved
    }

    fn changes_gray(&self, channel: usize) -> bool {
        self.gain[channel] != 1.0 || self.offset[channel] != 0.0 || self.gamma[channel] != 1.0
    }

    /// A normalized value after the gray curve, contrast and brightness.
    fn shade(&self, stats: &SequenceStats, channel: usize, value: f32) -> f32 {
        let scaled = (value * stats.std + stats.mean).clamp(0.0, 1.0);
        let bent = (scaled.powf(self.gamma[channel]) - stats.mean) / stats.std;
        self.gain[channel] * bent + self.offset[channel]
    }
}

/// The change of gray values as a table, since a power for every pixel costs more than the whole warp.
struct Shades {
    table: Vec<f32>,
    mean: f32,
    std: f32,
}

impl Shades {
    /// Fine enough that the error stays far under the noise of 8-bit pictures.
    const STEPS: usize = 1024;

    fn of(augmentation: &Augmentation, stats: &SequenceStats, channel: usize) -> Self {
        let at = |step: usize| {
            let value = (step as f32 / Self::STEPS as f32 - stats.mean) / stats.std;
            augmentation.shade(stats, channel, value)
        };
        Self { table: (0..=Self::STEPS).map(at).collect(), mean: stats.mean, std: stats.std }
    }

    fn at(&self, value: f32) -> f32 {
        let step = (value * self.std + self.mean) * Self::STEPS as f32;
        self.table[((step + 0.5).max(0.0) as usize).min(Self::STEPS)]
    }
}
