//! Colors of the heat map: perceptually even, transparent where the net says little. Not for outlines (`theme::finding`).

use egui::Color32;

/// Coefficients of x⁰ … x⁶ for red, green and blue.
///
/// *Source*: M. Zucker's public-domain polynomial fit of matplotlib's viridis (Smith and van der Walt 2015).
const VIRIDIS: [[f32; 3]; 7] = [
    [0.277_727_33, 0.005_407_344_5, 0.334_099_8],
    [0.105_093_04, 1.404_613_5, 1.384_590_2],
    [-0.330_861_83, 0.214_847_56, 0.095_095_16],
    [-4.634_230_5, -5.799_101, -19.332_441],
    [6.228_27, 14.179_933, 56.690_55],
    [4.776_385, -13.745_145, -65.353_03],
    [-5.435_456, 4.645_852_6, 26.312_435],
];

/// The opaque color of `probability` (0–1), for the legend.
pub fn opaque(probability: f32) -> Color32 {
    let x = probability.clamp(0.0, 1.0);
    let mut rgb = [0.0_f32; 3];
    for coefficients in VIRIDIS.iter().rev() {
        for (channel, &c) in rgb.iter_mut().zip(coefficients) {
            *channel = *channel * x + c;
        }
    }
    let [r, g, b] = rgb.map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8);
    Color32::from_rgb(r, g, b)
}

/// The color of `probability` over the scan; transparent below `from`, `opacity` from 0 to 1.
pub fn overlay(probability: f32, from: f32, opacity: f32) -> Color32 {
    if probability < from {
        return Color32::TRANSPARENT;
    }
    let color = opaque(probability);
    Color32::from_rgba_unmultiplied(color.r(), color.g(), color.b(), (opacity.clamp(0.0, 1.0) * 255.0) as u8)
}

/// [`overlay`] of every byte of a probability map.
pub fn overlay_table(from: f32, opacity: f32) -> [Color32; 256] {
    std::array::from_fn(|i| overlay(i as f32 / 255.0, from, opacity))
}
