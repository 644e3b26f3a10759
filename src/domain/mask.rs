//! Masks and probability maps in scan pixels, their areas and overlaps. Not for model space (`nn::input`) or drawing.

/// A binary mask over one slice, in scan pixels.
///
/// *Shape*: `bits` is row-major `[rows, cols]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Height in pixels.
    pub rows: usize,
    /// Width in pixels.
    pub cols: usize,
    /// One entry a pixel, true inside.
    pub bits: Vec<bool>,
}

impl Mask {
    /// An empty mask.
    pub fn empty(rows: usize, cols: usize) -> Self {
        Self { rows, cols, bits: vec![false; rows * cols] }
    }

    /// Number of pixels inside.
    pub fn area_px(&self) -> usize {
        self.bits.iter().filter(|&&b| b).count()
    }

    /// Whether no pixel is inside.
    pub fn is_empty(&self) -> bool {
        !self.bits.iter().any(|&b| b)
    }

    /// The bit at `(row, col)`; false outside the picture.
    pub fn get(&self, row: usize, col: usize) -> bool {
        row < self.rows && col < self.cols && self.bits[row * self.cols + col]
    }

    /// Pixels that are in both masks. Masks of different sizes share none.
    pub fn overlap_px(&self, other: &Self) -> usize {
        if (self.rows, self.cols) != (other.rows, other.cols) {
            return 0;
        }
        self.bits.iter().zip(&other.bits).filter(|&(&a, &b)| a && b).count()
    }
}

/// The U-Net's answer for one slice, kept as bytes so that a moved threshold acts at once.
///
/// *Shape*: `bytes` is row-major `[rows, cols]`. *Units*: 0 is probability 0, 255 is probability 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbabilityMap {
    /// Height in pixels.
    pub rows: usize,
    /// Width in pixels.
    pub cols: usize,
    /// Probability × 255, rounded.
    pub bytes: Vec<u8>,
}

impl ProbabilityMap {
    /// The lowest byte that is inside at `threshold` (0–1); a probability of 0 never is.
    pub fn lowest_inside(threshold: f32) -> u8 {
        (threshold.clamp(0.0, 1.0) * 255.0).ceil().max(1.0) as u8
    }

    /// The pixels whose probability is at or above `threshold` (0–1).
    pub fn mask(&self, threshold: f32) -> Mask {
        let limit = Self::lowest_inside(threshold);
        Mask { rows: self.rows, cols: self.cols, bits: self.bytes.iter().map(|&b| b >= limit).collect() }
    }

    /// Probability at `(row, col)`, or `None` outside.
    pub fn value(&self, row: usize, col: usize) -> Option<f32> {
        (row < self.rows && col < self.cols).then(|| f32::from(self.bytes[row * self.cols + col]) / 255.0)
    }
}
