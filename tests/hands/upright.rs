//! How slices stand on screen in every order of axes. Not for drawing.

use glioview::domain::geometry::{AnatomicalPlane, Geometry};
use glioview::domain::upright::{Convention, Upright};

/// All 48 ways to lay slices, rows and columns along the patient's axes, 5 mm, 2 mm and 1 mm apart.
pub fn all_orders() -> Vec<Geometry> {
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let mut all = Vec::new();
    for order in orders {
        for signs in 0..8u8 {
            let step = |place: usize, mm: f64| {
                let mut step = [0.0; 3];
                step[order[place]] = if signs & (1 << place) == 0 { mm } else { -mm };
                step
            };
            all.push(
                Geometry::new([1.0, 2.0, 3.0], step(0, 5.0), step(1, 2.0), step(2, 1.0)).expect("it is no degenerate"),
            );
        }
    }
    all
}

#[test]
fn every_order_of_axes_stands_radiologically() {
    let all = all_orders();
    assert_eq!(all.len(), 48);
    for geometry in all {
        let expected = match geometry.plane() {
            AnatomicalPlane::Axial => ["R", "L", "A", "P"],
            AnatomicalPlane::Coronal => ["R", "L", "S", "I"],
            AnatomicalPlane::Sagittal => ["A", "P", "S", "I"],
        };
        let upright = Upright::of(Some(&geometry), Convention::Radiological);
        assert_eq!(upright.edge_letters(&geometry), expected, "{geometry:?}");
    }
}

#[test]
fn neurological_display_mirrors_axial_and_coronal_slices_and_leaves_sagittal_ones() {
    for geometry in all_orders() {
        let expected = match geometry.plane() {
            AnatomicalPlane::Axial => ["L", "R", "A", "P"],
            AnatomicalPlane::Coronal => ["L", "R", "S", "I"],
            AnatomicalPlane::Sagittal => ["A", "P", "S", "I"],
        };
        let upright = Upright::of(Some(&geometry), Convention::Neurological);
        assert_eq!(upright.edge_letters(&geometry), expected, "{geometry:?}");
    }
}

#[test]
fn a_millimeter_is_as_long_across_as_down_in_every_order() {
    for geometry in all_orders() {
        let upright = Upright::of(Some(&geometry), Convention::Radiological);
        let length = |step: [f32; 2]| f64::from(step[0].hypot(step[1]));
        let [_, row, col] = geometry.spacing_mm();
        assert!((length(upright.row) / length(upright.col) - row / col).abs() < 1e-6, "{geometry:?}");
        // The picture's box holds all its pixels: 10 rows of 2 mm, 30 columns of 1 mm.
        let mut extent = upright.extent(10, 30);
        extent.sort_by(f32::total_cmp);
        assert_eq!(extent, [20.0, 30.0]);
    }
}

#[test]
fn a_step_on_screen_and_back_is_the_same_step() {
    for geometry in all_orders() {
        let upright = Upright::of(Some(&geometry), Convention::Radiological);
        let [cols, rows] = upright.image_from_screen([3.0, -7.0]);
        let back: [f32; 2] = std::array::from_fn(|i| cols * upright.col[i] + rows * upright.row[i]);
        assert!((back[0] - 3.0).abs() < 1e-5 && (back[1] + 7.0).abs() < 1e-5, "{back:?}");
    }
}

#[test]
fn a_scan_without_geometry_stands_as_stored_with_square_pixels() {
    assert_eq!(Upright::of(None, Convention::Neurological), Upright::default());
}

#[test]
fn a_tilted_stack_is_named_with_two_letters() {
    let (sin, cos) = 20.0_f64.to_radians().sin_cos();
    let geometry =
        Geometry::new([0.0; 3], [0.0, -5.0 * sin, 5.0 * cos], [0.0, cos, sin], [1.0, 0.0, 0.0]).expect("a stack");
    let upright = Upright::of(Some(&geometry), Convention::Radiological);
    assert_eq!(upright.edge_letters(&geometry), ["R", "L", "AI", "PS"]);
}
