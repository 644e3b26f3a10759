//! How long the planes through a volume take while the crosshair is dragged: 512² × 200, three planes and their masks a
//! step. Not for what the graphics card does with them.
//!
//! `cargo bench --bench planes`

#![allow(missing_docs)]

use std::time::Instant;

use glioview::domain::geometry::{AnatomicalPlane, Geometry};
use glioview::domain::reslice::{self, Cut, Slab};
use glioview::domain::scan::{About, Plane, Samples, Scan, Sequence, Slice};
use glioview::domain::shading::Shading;
use glioview::domain::window::Window;
use glioview::ui::contour;
use glioview::ui::picture::gray_image;

const SIZE: [usize; 3] = [200, 512, 512];
const STEPS: usize = 200;

fn scan(geometry: Geometry) -> Scan {
    let [slices, rows, cols] = SIZE;
    let plane = |slice: usize| {
        let value = |i: usize| ((i * 7 + slice * 131) % 4096) as u16;
        Plane { rows, cols, samples: Samples::U16((0..rows * cols).map(value).collect()) }
    };
    let slice = |index| Slice {
        name: String::new(),
        path: std::path::PathBuf::new(),
        page: None,
        planes: vec![plane(index)],
        warnings: Vec::new(),
    };
    Scan {
        title: String::new(),
        kind: String::new(),
        rows,
        cols,
        sequences: vec![Sequence::Flair],
        slices: (0..slices).map(slice).collect(),
        reference: Vec::new(),
        warnings: Vec::new(),
        about: About { geometry: Some(geometry), ..About::default() },
    }
}

fn main() {
    // 0.5 mm pixels, 1 mm slices, tilted by ten degrees so that nothing lies on the grid.
    let (sin, cos) = 10.0_f64.to_radians().sin_cos();
    let geometry = Geometry::new([-128.0, -128.0, 0.0], [0.0, -sin, cos], [0.0, 0.5 * cos, 0.5 * sin], [0.5, 0.0, 0.0])
        .expect("a stack");
    let scan = scan(geometry);
    let window = Window { center: 2048.0, width: 4096.0 };
    let planes = [AnatomicalPlane::Axial, AnatomicalPlane::Coronal, AnatomicalPlane::Sagittal];
    for slab in [Slab::Single, Slab::Mean(10.0)] {
        let steps = if slab == Slab::Single { STEPS } else { 5 };
        let mut times = Vec::with_capacity(steps);
        for step in 0..steps {
            let share = step as f64 / steps as f64;
            let at = geometry.patient_from_voxel([20.0 + 160.0 * share, 100.0 + 300.0 * share, 400.0 - 300.0 * share]);
            let started = Instant::now();
            for plane in planes {
                let cut = Cut::of_body(&geometry, SIZE, plane, at);
                let found = reslice::values(&scan, 0, &cut, slab).expect("a plane");
                std::hint::black_box(gray_image(&found, Shading::new(&scan.about, window, false)));
                let mask = reslice::mask(&geometry, SIZE, &cut, |slice, i| {
                    (i % 512).abs_diff(256) < 60 && (i / 512).abs_diff(256) < 60 && slice.abs_diff(100) < 40
                });
                std::hint::black_box(contour::outlines(&mask));
            }
            times.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        println!("{slab:?}: three planes p50 {:.1} ms, p99 {:.1} ms", at(0.5), at(0.99));
    }
}
