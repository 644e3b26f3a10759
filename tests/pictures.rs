//! Pictures that are no MRI, painted by formula. Not for real data, and not for the tests themselves.

use image::RgbImage;

/// Red, green and blue (0–255) at `(x, y)`, both 0–1.
pub type Paint = fn(f32, f32) -> [f32; 3];

/// Paints a picture of `rows` × `cols`.
pub fn rgb(rows: u32, cols: u32, paint: Paint) -> RgbImage {
    RgbImage::from_fn(cols, rows, |x, y| {
        let color = paint((x as f32 + 0.5) / cols as f32, (y as f32 + 0.5) / rows as f32);
        image::Rgb(color.map(|v| v.clamp(0.0, 255.0).round() as u8))
    })
}

/// Noise in 0–1 that depends on place and `seed` only.
fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let mut h = (x * 4096.0) as u32 ^ ((y * 4096.0) as u32).rotate_left(13) ^ seed.wrapping_mul(0x9e37_79b9);
    for _ in 0..3 {
        h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d) ^ (h << 7);
    }
    (h >> 8) as f32 / (1 << 24) as f32
}

fn ellipse(x: f32, y: f32, x0: f32, y0: f32, a: f32, b: f32) -> f32 {
    (((x - x0) / a).powi(2) + ((y - y0) / b).powi(2)).sqrt()
}

fn stripes(v: f32, per_picture: f32) -> f32 {
    0.5 + 0.5 * (v * per_picture * std::f32::consts::TAU).sin()
}

/// All of them, by name.
pub const NO_MRI: &[(&str, Paint)] = &[
    ("gray gradient", |x, _| [x * 255.0; 3]),
    ("color gradient", |x, y| [x * 255.0, y * 255.0, (1.0 - x) * 255.0]),
    ("radial gradient", |x, y| [255.0 - 300.0 * ellipse(x, y, 0.5, 0.5, 1.0, 1.0); 3]),
    ("gray noise", |x, y| [noise(x, y, 1) * 255.0; 3]),
    ("color noise", |x, y| [1, 2, 3].map(|s| noise(x, y, s) * 255.0)),
    ("black text on white", |x, y| {
        let ink = (y * 20.0).fract() > 0.4 && noise((x * 60.0).floor() / 60.0, (y * 20.0).floor() / 20.0, 4) > 0.4;
        [if ink { 10.0 } else { 250.0 }; 3]
    }),
    ("white text on black", |x, y| {
        let ink = (y * 12.0).fract() > 0.6 && noise((x * 50.0).floor() / 50.0, (y * 12.0).floor() / 12.0, 5) > 0.5;
        [if ink { 240.0 } else { 0.0 }; 3]
    }),
    ("color blobs on white", |x, y| {
        let inside = |x0, y0| ellipse(x, y, x0, y0, 0.2, 0.2) < 1.0;
        [
            if inside(0.3, 0.3) { 30.0 } else { 255.0 },
            if inside(0.6, 0.4) { 40.0 } else { 255.0 },
            if inside(0.5, 0.7) { 20.0 } else { 250.0 },
        ]
    }),
    ("color blobs on black", |x, y| {
        let inside = |x0, y0| ellipse(x, y, x0, y0, 0.25, 0.25) < 1.0;
        [
            if inside(0.4, 0.4) { 230.0 } else { 0.0 },
            if inside(0.6, 0.45) { 200.0 } else { 0.0 },
            if inside(0.5, 0.6) { 250.0 } else { 0.0 },
        ]
    }),
    ("landscape", |x, y| {
        let hill = 0.55 + 0.1 * stripes(x, 1.3) - 0.05 * stripes(x, 3.1);
        let grain = 20.0 * noise(x, y, 6);
        if y < hill {
            [130.0 - 40.0 * y + grain, 170.0 + grain, 235.0 + grain]
        } else {
            [50.0 + 2.0 * grain, 110.0 + 2.0 * grain, 40.0 + grain]
        }
    }),
    ("sunset with a dark ground", |x, y| {
        let sun = 200.0 * (-8.0 * ellipse(x, y, 0.5, 0.45, 1.0, 1.0)).exp();
        let grain = 12.0 * noise(x, y, 7);
        if y < 0.6 {
            [150.0 + 60.0 * y + sun + grain, 80.0 + sun + grain, 90.0 - 50.0 * y + grain]
        } else {
            [8.0 + grain, 6.0 + grain, 9.0 + grain]
        }
    }),
    ("checkerboard", |x, y| [if ((x * 8.0) as i32 + (y * 8.0) as i32) % 2 == 0 { 255.0 } else { 0.0 }; 3]),
    ("fine checkerboard", |x, y| [if ((x * 60.0) as i32 + (y * 60.0) as i32) % 2 == 0 { 255.0 } else { 0.0 }; 3]),
    ("face-like color ellipse on black", |x, y| {
        let head = ellipse(x, y, 0.5, 0.5, 0.33, 0.42);
        let eye = ellipse(x, y, 0.38, 0.42, 0.06, 0.03).min(ellipse(x, y, 0.62, 0.42, 0.06, 0.03)) < 1.0;
        let mouth = ellipse(x, y, 0.5, 0.7, 0.12, 0.03) < 1.0;
        let light = (1.0 - 0.5 * head * head) * (0.85 + 0.15 * noise(x, y, 8));
        match (head < 1.0, eye, mouth) {
            (false, _, _) => [0.0; 3],
            (true, true, _) => [60.0 * light, 50.0 * light, 70.0 * light],
            (true, _, true) => [190.0 * light, 70.0 * light, 80.0 * light],
            _ => [235.0 * light, 180.0 * light, 150.0 * light],
        }
    }),
    ("bright ellipse without a dark background", |x, y| {
        let head = ellipse(x, y, 0.5, 0.5, 0.33, 0.42) < 1.0;
        let grain = 15.0 * noise(x, y, 9);
        [if head { 220.0 } else { 120.0 } + grain; 3]
    }),
    ("flat gray ellipse on black", |x, y| [if ellipse(x, y, 0.5, 0.5, 0.33, 0.42) < 1.0 { 200.0 } else { 0.0 }; 3]),
    ("chest X-ray like", |x, y| {
        let lung = ellipse(x, y, 0.3, 0.5, 0.15, 0.3).min(ellipse(x, y, 0.7, 0.5, 0.15, 0.3)) < 1.0;
        let rib = 25.0 * stripes(y + 0.2 * (x - 0.5).abs(), 9.0);
        [if lung { 60.0 } else { 170.0 } + rib + 12.0 * noise(x, y, 10); 3]
    }),
    ("stars at night", |x, y| {
        let star = noise((x * 60.0).floor() / 60.0, (y * 60.0).floor() / 60.0, 11) > 0.97;
        [if star { 255.0 } else { 0.0 }, if star { 250.0 } else { 0.0 }, if star { 220.0 } else { 4.0 }]
    }),
    ("bar chart on white", |x, y| {
        let height = noise((x * 8.0).floor() / 8.0, 0.3, 12);
        if y > 1.0 - height && (x * 8.0).fract() > 0.3 { [30.0, 110.0, 180.0] } else { [255.0; 3] }
    }),
    ("a thin bright bar on black", |x, y| {
        [if (y - 0.5).abs() < 0.06 && x > 0.05 { 180.0 + 70.0 * noise(x, y, 13) } else { 0.0 }; 3]
    }),
];
