//! What the nets see of a slice, as gray pictures for a person: cropped, resized, scaled, channel by channel. Not for the
//! nets' own input (`input`).

use super::input::{Prepared, model_input};
use crate::domain::card::InputSpec;
use crate::domain::scan::Plane;

/// One slice as a net takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenSlice {
    /// Side of each picture in pixels.
    pub size: usize,
    /// T1, FLAIR and T1 post, 0 black to 255 white, row-major `[size, size]`.
    pub channels: [Vec<u8>; 3],
}

/// The three input channels of the slice with these `planes`; `None` where it has neither one nor three.
///
/// The gray values are the net's own, brought back from zero mean and unit variance to the range between the percentiles
/// that they were clipped to.
pub fn seen(planes: &[Plane], prepared: &Prepared, spec: &InputSpec) -> Option<SeenSlice> {
    let input = model_input(planes, prepared, spec)?;
    let pixels = spec.size * spec.size;
    let channel = |index: usize| {
        let stats = &prepared.stats[index];
        let gray = |&value: &f32| ((value * stats.std + stats.mean).clamp(0.0, 1.0) * 255.0).round() as u8;
        input[index * pixels..(index + 1) * pixels].iter().map(gray).collect()
    };
    Some(SeenSlice { size: spec.size, channels: [channel(0), channel(1), channel(2)] })
}
