//! A head comes to the nets at its true size, whatever the pixels are. Not for grids (`series`).

use glioview::domain::card::{Crop, InputSpec, Normalization};
use glioview::domain::geometry::Geometry;
use glioview::domain::scan::{Plane, Samples, Scan, Sequence};
use glioview::nn::input::{Field, Prepared};
use glioview::nn::seen::seen;

use super::make::{axial, scan};

/// An ellipse of 150 × 190 mm in the middle of the picture, bright.
fn head(sizes: [usize; 3], pixel_mm: [f64; 2], geometry: Option<Geometry>) -> Scan {
    head_of(sizes, pixel_mm, geometry, [190.0, 150.0])
}

fn head_of(sizes: [usize; 3], pixel_mm: [f64; 2], geometry: Option<Geometry>, mm: [f64; 2]) -> Scan {
    let [_, rows, cols] = sizes;
    scan("head", Sequence::Flair, geometry, sizes, |_, r, c| {
        let y = (r as f64 + 0.5 - rows as f64 / 2.0) * pixel_mm[0] / (mm[0] / 2.0);
        let x = (c as f64 + 0.5 - cols as f64 / 2.0) * pixel_mm[1] / (mm[1] / 2.0);
        if x * x + y * y < 1.0 { 600 + (r % 7 * 9) as i16 } else { 3 }
    })
}

fn placed(sizes: [usize; 3], pixel_mm: [f64; 2]) -> Scan {
    head(sizes, pixel_mm, Some(axial([0.0; 3], [5.0, pixel_mm[0], pixel_mm[1]])))
}

fn in_mm(field: &Field, pixel_mm: [f64; 2]) -> [f64; 4] {
    let [row, col] = pixel_mm;
    let f = [field.row0, field.col0, field.height, field.width].map(f64::from);
    [f[0] * row, f[1] * col, f[2] * row, f[3] * col]
}

#[test]
fn the_nets_field_is_the_same_in_millimeters_for_every_pixel_size() {
    let reference = placed([10, 256, 256], [1.0, 1.0]);
    let expected = Prepared::of(&reference);
    for (sizes, pixel_mm) in [([10, 512, 512], [0.5, 0.5]), ([10, 256, 512], [1.0, 0.5]), ([10, 320, 320], [0.8, 0.8])]
    {
        let prepared = Prepared::of(&placed(sizes, pixel_mm));
        for crop in [Crop::Head, Crop::None] {
            let want = in_mm(&expected.field(crop, 256, 256), [1.0, 1.0]);
            let have = in_mm(&prepared.field(crop, sizes[1], sizes[2]), pixel_mm);
            // Edges fall between pixels: half a pixel on each side, times the margin.
            assert!(
                want.iter().zip(have).all(|(a, b)| (a - b).abs() <= 1.6),
                "{crop:?} {pixel_mm:?}: {have:?} for {want:?}"
            );
        }
    }
}

#[test]
fn a_net_without_a_crop_sees_256_millimeters_around_the_middle() {
    let field = Prepared::of(&placed([10, 512, 400], [0.5, 0.5])).field(Crop::None, 512, 400);
    assert_eq!((field.row0, field.col0, field.height, field.width), (0.0, -56.0, 512.0, 512.0));
}

#[test]
fn a_brain_without_its_skull_and_a_picture_full_of_noise_stay_within_the_sizes_of_training() {
    let sizes = [10, 256, 256];
    let place = Some(axial([0.0; 3], [5.0, 1.0, 1.0]));
    let small = Prepared::of(&head_of(sizes, [1.0; 2], place, [120.0, 100.0])).head;
    assert_eq!((small.height, small.width), (191.0, 191.0));
    assert_eq!((small.row0 + small.height / 2.0, small.col0 + small.width / 2.0), (128.0, 128.0));
    let large = Prepared::of(&head_of([10, 400, 400], [1.0; 2], place, [390.0, 390.0])).head;
    assert_eq!((large.height, large.width), (269.0, 269.0));
}

#[test]
fn pictures_without_a_place_keep_the_field_that_they_had_to_the_bit() {
    // Values of the program before millimeters were known, on the same synthetic heads.
    let plain = |sizes| Prepared::of(&head(sizes, [1.0; 2], None));
    let many = plain([10, 256, 256]);
    assert_eq!(many.whole, None);
    let rows = 1.05 * (many.head.height / 1.05).round();
    assert_eq!(many.head.height, rows);
    assert_eq!(many.head.width, many.head.height);
    let few = plain([3, 256, 256]).head;
    assert!(few.height >= 0.75 * 256.0);
    assert_eq!(plain([10, 256, 256]).field(Crop::None, 256, 256), Field::whole(256, 256));
    let json = serde_json::to_string(&many).expect("plain data");
    assert!(!json.contains("whole"), "an older program's form: {json}");
}

#[test]
fn what_the_net_sees_can_be_looked_at_channel_by_channel() {
    let spec = InputSpec {
        size: 64,
        channels: 3,
        normalization: Normalization::PercentileZScore,
        crop: Crop::Head,
        mirror: false,
    };
    let mut three = placed([10, 256, 256], [1.0, 1.0]);
    for slice in &mut three.slices {
        let flair = slice.planes[0].clone();
        let black = Plane { samples: Samples::I16(vec![0; 256 * 256]), ..flair.clone() };
        slice.planes = vec![black, flair.clone(), flair];
    }
    let seen = seen(&three.slices[4].planes, &Prepared::of(&three), &spec).expect("three planes");
    assert_eq!(seen.size, 64);
    let [t1, flair, post] = &seen.channels;
    assert!(t1.iter().all(|&v| v == 0));
    assert_eq!(flair, post);
    // The head, bright, in the middle of the field; black beyond it.
    assert!(flair[32 * 64 + 32] > 150 && flair[0] == 0, "{} {}", flair[32 * 64 + 32], flair[0]);
}
