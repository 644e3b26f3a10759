//! Window and level against DICOM's formula, and the presets. Not for drawing.

use glioview::domain::scan::{About, Plane, Samples, Scan, Sequence, Slice};
use glioview::domain::window::{Preset, Presets, Window};

fn scan_of(samples: Vec<Samples>, rows: usize, cols: usize) -> Scan {
    let slice = |samples| Slice {
        name: String::new(),
        path: "x".into(),
        page: None,
        planes: vec![Plane { rows, cols, samples }],
        warnings: Vec::new(),
    };
    Scan {
        title: String::new(),
        kind: "PNG".into(),
        rows,
        cols,
        sequences: vec![Sequence::Unknown],
        slices: samples.into_iter().map(slice).collect(),
        reference: Vec::new(),
        warnings: Vec::new(),
        about: About::default(),
    }
}

#[test]
fn the_shade_follows_dicom_linear() {
    // PS3.3 C.11.2.1.2.1's own examples, output 0 to 255: c=2048, w=4096; c=2048, w=1; c=0, w=100; c=0, w=1.
    let wide = Window { center: 2048.0, width: 4096.0 };
    assert_eq!([0.0, 4095.0, 2047.5].map(|v| wide.shade(v)), [0, 255, 128]);
    let step = Window { center: 2048.0, width: 1.0 };
    assert_eq!([2047.0, 2048.0].map(|v| step.shade(v)), [0, 255]);
    let signed = Window { center: 0.0, width: 100.0 };
    assert_eq!([-51.0, -50.0, 49.0, 50.0].map(|v| signed.shade(v)), [0, 0, 255, 255]);
}

#[test]
fn a_window_from_a_range_has_its_ends_at_black_and_white() {
    for samples in [Samples::U8(vec![]), Samples::U16(vec![])] {
        let window = Window::from_range(20.0, 220.0, &samples);
        assert_eq!([20.0, 120.0, 220.0].map(|v| window.shade(v)), [0, 128, 255]);
    }
    let window = Window::from_range(0.0, 1.0, &Samples::F32(vec![]));
    assert_eq!([0.0, 0.5, 1.0].map(|v| window.shade_exact(v)), [0, 128, 255]);
}

#[test]
fn tables_and_single_values_agree_at_every_depth() {
    let values: Vec<u16> = (0..1 << 16).map(|v| v as u16).collect();
    let window = Window { center: 30_000.0, width: 20_000.0 };
    let plane = Plane { rows: 256, cols: 256, samples: Samples::U16(values.clone()) };
    let expected: Vec<u8> = values.iter().map(|&v| window.shade(f32::from(v))).collect();
    assert_eq!(window.apply(&plane), expected);
    let bytes = Plane { rows: 1, cols: 256, samples: Samples::U8((0..=255).collect()) };
    let window = Window { center: 100.0, width: 50.0 };
    assert_eq!(window.apply(&bytes)[100], window.shade(100.0));
}

#[test]
fn percentiles_run_over_the_whole_series() {
    let low = Samples::U16((0..100).collect());
    let high = Samples::U16((900..1000).collect());
    let scan = scan_of(vec![low, high], 10, 10);
    let presets = Presets::measure(&scan, 0).expect("there is a sequence");
    assert_eq!(presets.window(Preset::Full), Window { center: 500.0, width: 1000.0 });
    assert_eq!(presets.window(Preset::AsInFile), presets.window(Preset::Full));
    // 1 % of 200 values: the 2nd smallest, 1, and the 198th, 997.
    assert_eq!(presets.window(Preset::Percent1), Window { center: 499.5, width: 997.0 });
    assert!(Presets::measure(&scan, 1).is_none());
}

#[test]
fn the_inner_head_leaves_out_background_and_a_bright_rim() {
    let side = 100usize;
    let value = |i: usize| {
        let (r, c) = ((i / side) as f32 - 49.5, (i % side) as f32 - 49.5);
        match (r * r + c * c).sqrt() {
            d if d > 45.0 => 0u8,
            d if d > 38.0 => 250,
            _ => 100 + (i % 11) as u8,
        }
    };
    let scan = scan_of(vec![Samples::U8((0..side * side).map(value).collect())], side, side);
    let window = Presets::measure(&scan, 0).expect("measured").window(Preset::InnerHead);
    assert_eq!((window.shade(99.0), window.shade(111.0)), (0, 255), "{window:?}");
}

#[test]
fn constant_and_floating_point_series_have_usable_windows() {
    let scan = scan_of(vec![Samples::U8(vec![7; 64])], 8, 8);
    let presets = Presets::measure(&scan, 0).expect("measured");
    assert!(presets.window(Preset::InnerHead).width > 0.0);
    let scan = scan_of(vec![Samples::F32((0..1000).map(|v| v as f32 / 1000.0).collect())], 10, 100);
    let window = Presets::measure(&scan, 0).expect("measured").window(Preset::Percent1);
    assert!((window.center - 0.5).abs() < 0.01 && (window.width - 0.98).abs() < 0.01, "{window:?}");
}
