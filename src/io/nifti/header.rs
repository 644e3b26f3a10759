//! NIfTI's header, version 1 and 2, in either byte order, from untrusted bytes. Not for the affine's meaning (`affine`),
//! and not for the values (`values`).
//!
//! *Source*: `nifti1.h` (NIfTI-1.1, 2007) and `nifti2.h` (NIfTI-2, 2011).

/// Bytes of a version 1 header, also its first four bytes.
pub const V1_BYTES: usize = 348;
/// Bytes of a version 2 header, also its first four bytes.
pub const V2_BYTES: usize = 540;

/// What a header says, checked for nothing but its form.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// 1 or 2.
    pub version: u8,
    /// Whether numbers have their high byte first.
    pub is_big_endian: bool,
    /// Whether the values follow in the same file; else they lie in an `.img` beside it.
    pub is_single_file: bool,
    /// Number of dimensions, then their sizes; unused ones are whatever the file holds.
    pub dim: [i64; 8],
    /// Code of the values' type.
    pub datatype: i32,
    /// Bits a value, as the file claims.
    pub bitpix: i32,
    /// The handedness of the qform, then the grid's spacings.
    pub pixdim: [f64; 8],
    /// Where the values begin.
    pub vox_offset: f64,
    /// Factor to measured values; 0 means none.
    pub slope: f64,
    /// Summand to measured values.
    pub intercept: f64,
    /// Display range, `[lowest, highest]`; equal where there is none.
    pub calibration: [f64; 2],
    /// Units of space and time.
    pub units: i32,
    /// Where the quaternion leads to; 0: nowhere.
    pub qform_code: i32,
    /// Where the matrix leads to; 0: nowhere.
    pub sform_code: i32,
    /// b, c, d of the rotation.
    pub quaternion: [f64; 3],
    /// Place of the first voxel by the qform.
    pub offset: [f64; 3],
    /// The matrix's three rows.
    pub matrix: [[f64; 4]; 3],
    /// What the values mean: 1002 for labels, 1003 and more for vectors.
    pub intent_code: i32,
    /// The file's own words, without what is not printable.
    pub description: String,
}

/// What the first bytes of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A header with its version, byte order, and whether values follow in the same file.
    Nifti {
        /// 1 or 2.
        version: u8,
        /// High byte first.
        is_big_endian: bool,
        /// Values in the same file.
        is_single_file: bool,
    },
    /// The right size but not NIfTI's mark: Analyze 7.5, which knows no orientation, or something else.
    Unmarked,
}

impl Form {
    /// The form of the file that begins with `head`; `None` where it is nothing of the kind.
    pub fn of(head: &[u8]) -> Option<Self> {
        let size = head.get(..4)?;
        let size: [u8; 4] = size.try_into().ok()?;
        let (little, big) = (u32::from_le_bytes(size) as usize, u32::from_be_bytes(size) as usize);
        let (version, is_big_endian) = match (little, big) {
            (V1_BYTES, _) => (1, false),
            (_, V1_BYTES) => (1, true),
            (V2_BYTES, _) => (2, false),
            (_, V2_BYTES) => (2, true),
            _ => return None,
        };
        let mark = if version == 1 { head.get(344..348) } else { head.get(4..8) };
        let is_single_file = match mark {
            Some(b"n+1\0" | b"n+2\0") => true,
            Some(b"ni1\0" | b"ni2\0") => false,
            _ => return Some(Self::Unmarked),
        };
        Some(Self::Nifti { version, is_big_endian, is_single_file })
    }

    /// Bytes of the header.
    pub fn header_bytes(self) -> usize {
        match self {
            Self::Nifti { version: 2, .. } => V2_BYTES,
            Self::Nifti { .. } | Self::Unmarked => V1_BYTES,
        }
    }
}

/// Numbers at places in a header.
struct Fields<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
}

impl Fields<'_> {
    /// The bytes at `at`, low byte first; zeros past the end, which the caller has excluded.
    fn raw<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut raw = [0; N];
        if let Some(found) = self.bytes.get(at..at + N) {
            raw.copy_from_slice(found);
        }
        if self.is_big_endian {
            raw.reverse();
        }
        raw
    }

    fn int16(&self, at: usize) -> i32 {
        i16::from_le_bytes(self.raw(at)).into()
    }

    fn int32(&self, at: usize) -> i32 {
        i32::from_le_bytes(self.raw(at))
    }

    fn int64(&self, at: usize) -> i64 {
        i64::from_le_bytes(self.raw(at))
    }

    fn float32(&self, at: usize) -> f64 {
        f32::from_le_bytes(self.raw(at)).into()
    }

    fn float64(&self, at: usize) -> f64 {
        f64::from_le_bytes(self.raw(at))
    }

    fn text(&self, at: usize, length: usize) -> String {
        let bytes = self.bytes.get(at..at + length).unwrap_or_default();
        let bytes = bytes.split(|&b| b == 0).next().unwrap_or_default();
        String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
    }
}

impl Header {
    /// Reads `bytes`; `None` where they are no NIfTI header or cut short.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let form = Form::of(bytes)?;
        let Form::Nifti { version, is_big_endian, is_single_file } = form else { return None };
        let fields = Fields { bytes: bytes.get(..form.header_bytes())?, is_big_endian };
        Some(if version == 1 { Self::first(&fields, is_single_file) } else { Self::second(&fields, is_single_file) })
    }

    fn first(f: &Fields<'_>, is_single_file: bool) -> Self {
        let row = |at: usize| std::array::from_fn(|i| f.float32(at + 4 * i));
        Self {
            version: 1,
            is_big_endian: f.is_big_endian,
            is_single_file,
            dim: std::array::from_fn(|i| f.int16(40 + 2 * i).into()),
            datatype: f.int16(70),
            bitpix: f.int16(72),
            pixdim: std::array::from_fn(|i| f.float32(76 + 4 * i)),
            vox_offset: f.float32(108),
            slope: f.float32(112),
            intercept: f.float32(116),
            calibration: [f.float32(128), f.float32(124)],
            units: f.raw::<1>(123)[0].into(),
            qform_code: f.int16(252),
            sform_code: f.int16(254),
            quaternion: std::array::from_fn(|i| f.float32(256 + 4 * i)),
            offset: std::array::from_fn(|i| f.float32(268 + 4 * i)),
            matrix: [row(280), row(296), row(312)],
            intent_code: f.int16(68),
            description: f.text(148, 80),
        }
    }

    fn second(f: &Fields<'_>, is_single_file: bool) -> Self {
        let row = |at: usize| std::array::from_fn(|i| f.float64(at + 8 * i));
        Self {
            version: 2,
            is_big_endian: f.is_big_endian,
            is_single_file,
            dim: std::array::from_fn(|i| f.int64(16 + 8 * i)),
            datatype: f.int16(12),
            bitpix: f.int16(14),
            pixdim: std::array::from_fn(|i| f.float64(104 + 8 * i)),
            vox_offset: f.int64(168) as f64,
            slope: f.float64(176),
            intercept: f.float64(184),
            calibration: [f.float64(200), f.float64(192)],
            units: f.int32(500),
            qform_code: f.int32(344),
            sform_code: f.int32(348),
            quaternion: std::array::from_fn(|i| f.float64(352 + 8 * i)),
            offset: std::array::from_fn(|i| f.float64(376 + 8 * i)),
            matrix: [row(400), row(432), row(464)],
            intent_code: f.int32(504),
            description: f.text(240, 80),
        }
    }

    /// Sizes `[i, j, k, volumes]`; a dimension that the file leaves out is 1, and all beyond space count as volumes.
    ///
    /// *Errors*: which number is impossible.
    pub fn shape(&self) -> Result<[u64; 4], String> {
        let count = self.dim[0];
        if !(1..=7).contains(&count) {
            return Err(format!("it names {count} dimensions, 1 to 7 are possible"));
        }
        let mut shape = [1u64; 4];
        for (index, &size) in self.dim[1..=count as usize].iter().enumerate() {
            let size = u64::try_from(size).ok().filter(|&s| s > 0);
            let size = size.ok_or_else(|| format!("dimension {} has a size of {}", index + 1, self.dim[index + 1]))?;
            let at = index.min(3);
            shape[at] = shape[at].checked_mul(size).ok_or_else(|| "its sizes are beyond counting".to_owned())?;
        }
        Ok(shape)
    }
}
