//! Where stacks lie: an asymmetric phantom in 24 axis orders, against numbers computed by pydicom's users' own formula. Not
//! for grouping (`series`).

use glioview::domain::geometry::cross;

use super::kit::{self, EXPLICIT, Slice};

/// Marks the corner voxel that is farthest to the left, back and head of a 3 × 4 × 5 phantom.
const MARK: u16 = 999;

/// The 24 right-handed orders of the axes: row direction, column direction.
fn orders() -> Vec<[[f64; 3]; 2]> {
    let axis = |i: usize, sign: f64| std::array::from_fn::<f64, 3, _>(|k| if k == i { sign } else { 0.0 });
    let mut orders = Vec::new();
    for i in 0..3 {
        for j in (0..3).filter(|&j| j != i) {
            for (a, b) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
                orders.push([axis(i, a), axis(j, b)]);
            }
        }
    }
    orders
}

#[test]
fn a_phantom_lies_right_in_all_24_axis_orders() {
    for [row, column] in orders() {
        let folder = tempfile::tempdir().expect("a folder");
        let normal = cross(row, column);
        let (rows, cols, slices) = (4u16, 5u16, 3i32);
        let origin = [11.0, -7.0, 3.0];
        // DICOM's own formula, PS3.3 C.7.6.2.1.1, one pixel at a time.
        let place = |s: f64, r: f64, c: f64| -> [f64; 3] {
            std::array::from_fn(|k| origin[k] + 6.0 * s * normal[k] + 2.0 * r * column[k] + 0.5 * c * row[k])
        };
        let corner = |s: i32, r: u16, c: u16| {
            let p = place(s.into(), r.into(), c.into());
            p[0] + p[1] + p[2]
        };
        let mut best = (f64::MIN, [0.0; 3]);
        let mut files = Vec::new();
        for s in 0..slices {
            for r in 0..rows {
                for c in 0..cols {
                    if corner(s, r, c) > best.0 {
                        best = (corner(s, r, c), [f64::from(s), f64::from(r), f64::from(c)]);
                    }
                }
            }
        }
        for s in 0..slices {
            let mut slice = Slice::axial(s);
            (slice.rows, slice.cols, slice.spacing, slice.thickness) = (rows, cols, [2.0, 0.5], 6.0);
            slice.position = place(s.into(), 0.0, 0.0);
            slice.orientation = [row[0], row[1], row[2], column[0], column[1], column[2]];
            slice.pixels = vec![1; usize::from(rows * cols)];
            if f64::from(s) == best.1[0] {
                slice.pixels[best.1[1] as usize * usize::from(cols) + best.1[2] as usize] = MARK;
            }
            files.push(slice);
        }
        // Names in the wrong order: only places count.
        for (index, slice) in files.iter().rev().enumerate() {
            kit::put(folder.path(), &format!("{index}"), &slice.object().file(EXPLICIT));
        }
        let opened = kit::opened(folder.path());
        assert!(opened.failures.is_empty(), "{:?}", opened.failures);
        // The nets' own stack, resampled, may stand before it.
        let scan = opened.studies[0].scans.last().expect("a series");
        let geometry = scan.about.geometry.expect("it lies somewhere");
        assert_eq!(geometry.spacing_mm(), [6.0, 2.0, 0.5]);
        for (s, slice) in scan.slices.iter().enumerate() {
            for r in 0..usize::from(rows) {
                for c in 0..usize::from(cols) {
                    if slice.planes[0].value(r, c) == Some(f32::from(MARK)) {
                        let found = geometry.patient_from_voxel([s as f64, r as f64, c as f64]);
                        let wanted = place(best.1[0], best.1[1], best.1[2]);
                        assert!((0..3).all(|k| (found[k] - wanted[k]).abs() < 1e-9), "{found:?} {wanted:?}");
                    }
                }
            }
        }
        let letter = |v: [f64; 3]| {
            let i = (0..3).find(|&i| v[i].abs() > 0.5).expect("an axis");
            [["R", "L"], ["A", "P"], ["I", "S"]][i][usize::from(v[i] > 0.0)]
        };
        assert_eq!(geometry.axis_codes(), [letter(row), letter(column), letter(normal)].concat());
    }
}

#[test]
fn an_oblique_slice_has_letters_of_two_axes_and_its_thickness() {
    let mut slice = Slice::axial(1);
    slice.orientation = [1.0, 0.0, 0.0, 0.0, 0.8, -0.6];
    let opened = kit::open_bytes(&slice.object().file(EXPLICIT));
    let scan = &opened.studies[0].scans[0];
    let geometry = scan.about.geometry.expect("it lies somewhere");
    assert_eq!(geometry.edge_letters(), ["R", "L", "AS", "PI"].map(str::to_owned));
    assert_eq!(geometry.spacing_mm().map(|mm| (mm * 1e9).round() / 1e9), [4.0, 1.5, 0.75]);
}

#[test]
fn zero_spacing_nan_and_skewed_cosines_give_no_millimeters() {
    let with = |tag: u32, text: &str| {
        let mut object = Slice::axial(1).object();
        object.text(tag, b"DS", text);
        kit::open_bytes(&object.file(EXPLICIT))
    };
    for (tag, text) in [
        (0x0028_0030, "0\\0"),
        (0x0028_0030, "nan\\1"),
        (0x0028_0030, "-1\\1"),
        (0x0020_0037, "1\\0\\0\\1\\0\\0"),
        (0x0020_0037, "2\\0\\0\\0\\1\\0"),
        (0x0020_0032, "inf\\0\\0"),
        (0x0020_0032, "1\\2"),
    ] {
        let opened = with(tag, text);
        let scan = &opened.studies[0].scans[0];
        assert_eq!(scan.about.geometry, None, "{text}");
        assert!(!scan.warnings.is_empty(), "{text}: nothing is said");
    }
}
