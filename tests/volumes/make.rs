//! Writes small NIfTI files and heads for the tests. Not a test.

use std::io::Write;
use std::path::{Path, PathBuf};

use glioview::domain::geometry::Geometry;
use glioview::domain::scan::{About, Plane, Samples, Scan, Sequence, Slice};

/// What goes into a file; little endian, version 1, `.nii`.
pub struct File {
    pub shape: Vec<i16>,
    pub datatype: i16,
    pub bitpix: i16,
    /// RAS rows of the sform; none: both codes are 0.
    pub matrix: Option<[[f32; 4]; 3]>,
    pub sform_code: i16,
    pub slope: [f32; 2],
    pub intent: i16,
    pub mark: [u8; 4],
    pub offset: f32,
    pub values: Vec<u8>,
}

impl File {
    /// 16-bit values in i-fastest order.
    pub fn int16(shape: [i16; 3], values: &[i16]) -> Self {
        Self {
            shape: shape.to_vec(),
            datatype: 4,
            bitpix: 16,
            matrix: None,
            sform_code: 1,
            slope: [0.0, 0.0],
            intent: 0,
            mark: *b"n+1\0",
            offset: 352.0,
            values: values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        }
    }

    /// 8-bit values in i-fastest order.
    pub fn uint8(shape: [i16; 3], values: Vec<u8>) -> Self {
        Self { datatype: 2, bitpix: 8, values, ..Self::int16(shape, &[]) }
    }

    /// A grid with these steps along i, j, k (RAS) from `origin`.
    pub fn at(mut self, origin: [f32; 3], steps: [f32; 3]) -> Self {
        let mut matrix = [[0.0; 4]; 3];
        for axis in 0..3 {
            matrix[axis][axis] = steps[axis];
            matrix[axis][3] = origin[axis];
        }
        self.matrix = Some(matrix);
        self
    }

    pub fn header(&self) -> Vec<u8> {
        let mut bytes = vec![0; 352];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(0, &348i32.to_le_bytes());
        put(40, &(self.shape.len() as i16).to_le_bytes());
        for (i, size) in self.shape.iter().enumerate() {
            put(42 + 2 * i, &size.to_le_bytes());
        }
        put(68, &self.intent.to_le_bytes());
        put(70, &self.datatype.to_le_bytes());
        put(72, &self.bitpix.to_le_bytes());
        for i in 0..4 {
            put(76 + 4 * i, &1f32.to_le_bytes());
        }
        put(108, &self.offset.to_le_bytes());
        put(112, &self.slope[0].to_le_bytes());
        put(116, &self.slope[1].to_le_bytes());
        put(123, &[2]);
        if let Some(matrix) = self.matrix {
            put(254, &self.sform_code.to_le_bytes());
            for (row, at) in matrix.iter().zip([280, 296, 312]) {
                for (i, value) in row.iter().enumerate() {
                    put(at + 4 * i, &value.to_le_bytes());
                }
            }
        }
        put(344, &self.mark);
        bytes
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.header();
        bytes.extend(&self.values);
        bytes
    }

    pub fn save(&self, path: &Path) -> PathBuf {
        std::fs::write(path, self.bytes()).expect("the fixture is written");
        path.to_owned()
    }

    pub fn save_gzip(&self, path: &Path) -> PathBuf {
        std::fs::write(path, gzip(&self.bytes())).expect("the fixture is written");
        path.to_owned()
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// An axial scan in place, of one sequence, with `value(slice, row, col)`.
pub fn scan(
    title: &str,
    sequence: Sequence,
    geometry: Option<Geometry>,
    sizes: [usize; 3],
    value: impl Fn(usize, usize, usize) -> i16,
) -> Scan {
    let [slices, rows, cols] = sizes;
    let plane = |s: usize| {
        let value = &value;
        let values = (0..rows).flat_map(|r| (0..cols).map(move |c| value(s, r, c))).collect();
        Plane { rows, cols, samples: Samples::I16(values) }
    };
    let slice = |s: usize| Slice {
        name: format!("{title} {}", s + 1),
        path: PathBuf::from(format!("{title}.nii")),
        page: Some(s),
        planes: vec![plane(s)],
        warnings: Vec::new(),
    };
    Scan {
        title: title.to_owned(),
        kind: "NIfTI".to_owned(),
        rows,
        cols,
        sequences: vec![sequence],
        slices: (0..slices).map(slice).collect(),
        reference: Vec::new(),
        warnings: Vec::new(),
        about: About { geometry, ..About::default() },
    }
}

/// An axial LPS grid from `origin_mm` with `[slice, row, col]` steps.
pub fn axial(origin_mm: [f64; 3], steps: [f64; 3]) -> Geometry {
    Geometry::new(origin_mm, [0.0, 0.0, steps[0]], [0.0, steps[1], 0.0], [steps[2], 0.0, 0.0]).expect("not degenerate")
}
