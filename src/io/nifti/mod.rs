//! NIfTI volumes: from untrusted bytes to a stack of slices in its true place. Not for which volumes belong together
//! (`open`, `domain::assembly`), and not for masks (`layers`).
//!
//! Our own reader and not a crate's: what reads NIfTI from the registry knows version 1 alone, goes by file names, reserves
//! what a header claims and panics where a header contradicts itself.

mod affine;
mod header;
mod labels;
mod source;
mod subjects;
mod values;

use std::ops::ControlFlow;
use std::path::Path;

pub use affine::Order;
pub use header::{Form, Header};
pub use labels::{Role, is_named_mask, role};
pub use source::{form_of, header_path};
pub use subjects::split;

use self::source::Source;
use self::values::{Kind, Reader, Seen};
use super::error::IoError;
use super::limits;
use super::series::file_name;
use crate::domain::geometry::Geometry;
use crate::domain::grid::Grid;
use crate::domain::scan::{About, FileWindow, Plane, Rescale, Scan, Slice, WindowFunction};
use crate::domain::sequences;

/// NIfTI's code for label values.
const INTENT_LABEL: i32 = 1002;

/// Codes of an sform or qform that leads into a common space and not into the scanner's.
const TALAIRACH: i32 = 3;
const MNI: i32 = 4;

/// A volume with what else its header says.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    /// The stack as shown.
    pub scan: Scan,
    /// Whether the header says that the values are labels.
    pub holds_labels: bool,
    /// Volumes in the file; the first is read.
    pub volumes: u64,
}

/// Reads the first volume of the file at `path`, a `.nii`, or the `.hdr` or `.img` of a pair, each plain or in gzip. Slice
/// by slice, so that nothing is held twice; `on_slice` may stop it.
///
/// *Errors*: no NIfTI, damaged, too large, a form that is not read, no number in it, stopped.
pub fn read(path: &Path, on_slice: &mut dyn FnMut() -> ControlFlow<()>) -> Result<Volume, IoError> {
    let header_file = header_path(path).unwrap_or_else(|| path.to_owned());
    let mut source = Source::open(&header_file)?;
    let head = source.head()?;
    let header = Header::parse(&head).ok_or_else(|| not_nifti(&head, path))?;
    let plan = Plan::of(&header, &source, path)?;
    let start = plan.start;
    let (mut values, start) = if header.is_single_file {
        (source, start)
    } else {
        (Source::open(&source::values_path(&header_file)?)?, start)
    };
    let is_gzip = values.is_gzip();
    values.check_reaches(start.saturating_add(plan.volume_bytes()))?;
    values.skip_to(start)?;
    let mut warnings = plan.warnings(&header, &values);
    let geometry = affine::stored_geometry(&header, &mut warnings);
    let order = geometry.as_ref().map_or(Order::UNKNOWN, Order::radiological);
    let planes = read_planes(&mut values, &plan, &header, order, &mut warnings, on_slice)?;
    let sizes = [plan.shape[2], plan.shape[1], plan.shape[0]];
    let shown = geometry.map(|stored| order.shown_geometry(&stored, sizes));
    let mut about = about(&header, &plan, shown, is_gzip);
    about.stored_axes = geometry.map(|stored| stored.axis_codes()).unwrap_or_default();
    let holds_labels = header.intent_code == INTENT_LABEL;
    Ok(Volume { scan: scan(path, planes, about, warnings), holds_labels, volumes: plan.volumes })
}

/// Where the volume at `path` lies as it is shown, and its sizes `[slices, rows, cols]`, from the header alone.
///
/// *Errors*: as [`read`], but for what only the values show.
pub fn outline(path: &Path) -> Result<(Option<Grid>, [usize; 3]), IoError> {
    let header_file = header_path(path).unwrap_or_else(|| path.to_owned());
    let mut source = Source::open(&header_file)?;
    let head = source.head()?;
    let header = Header::parse(&head).ok_or_else(|| not_nifti(&head, path))?;
    let shape = Plan::of(&header, &source, path)?.shape;
    let stored = affine::stored_geometry(&header, &mut Vec::new());
    let order = stored.as_ref().map_or(Order::UNKNOWN, Order::radiological);
    let [rows, cols] = order.shown_size([shape[1], shape[0]]);
    let sizes = [shape[2], rows, cols];
    let shown = |stored: Geometry| order.shown_geometry(&stored, [shape[2], shape[1], shape[0]]);
    Ok((stored.map(|stored| Grid { geometry: shown(stored), sizes }), sizes))
}

/// What will be read, checked against every limit.
struct Plan {
    kind: Kind,
    /// `[i, j, k]` sizes.
    shape: [usize; 3],
    volumes: u64,
    start: u64,
}

impl Plan {
    fn of(header: &Header, source: &Source, path: &Path) -> Result<Self, IoError> {
        let kind = Kind::of(header.datatype).map_err(|form| IoError::UnsupportedForm {
            kind: "NIfTI",
            form,
            path: path.to_owned(),
        })?;
        let [i, j, k, volumes] = header.shape().map_err(|reason| source.damaged(reason))?;
        let check = |what, found: u64, limit: u64| {
            if found > limit {
                return Err(IoError::TooLarge { what, found, limit, path: path.to_owned() });
            }
            Ok(())
        };
        check("voxels on one side", i.max(j), limits::MAX_SIDE_PX.into())?;
        check("slices in one volume", k, limits::MAX_PAGES as u64)?;
        check("pixels in one slice", i * j, limits::MAX_PIXELS_PER_PICTURE)?;
        let voxels = i * j * k;
        check("bytes of one volume", voxels * kind.kept_bytes() as u64, limits::MAX_STUDY_BYTES)?;
        let start = start_of_values(header)
            .ok_or_else(|| source.damaged(format!("its values are said to begin at byte {}", header.vox_offset)))?;
        Ok(Self { kind, shape: [i, j, k].map(|n| n as usize), volumes, start })
    }

    fn slice_bytes(&self) -> usize {
        self.shape[0] * self.shape[1] * self.kind.bytes()
    }

    fn volume_bytes(&self) -> u64 {
        (self.slice_bytes() * self.shape[2]) as u64
    }

    fn warnings(&self, header: &Header, values: &Source) -> Vec<String> {
        let mut warnings: Vec<String> = self.kind.warning().map(str::to_owned).into_iter().collect();
        if self.volumes > 1 {
            warnings.push(format!("The file holds {} volumes: the first is shown.", self.volumes));
            let needed = self.volume_bytes().saturating_mul(self.volumes).saturating_add(self.start);
            if values.length().is_some_and(|length| length < needed) {
                warnings.push("The file is cut short: later volumes are missing.".to_owned());
            }
        }
        if header.bitpix != 8 * self.kind.bytes() as i32 {
            let (said, real) = (header.bitpix, 8 * self.kind.bytes());
            warnings.push(format!("The header contradicts itself: {said} bits a value, its type has {real}."));
        }
        warnings
    }
}

/// Where the values begin: after header and extension in one file, anywhere in a file of their own. 0 in one file stands
/// for the least, as nibabel takes it.
fn start_of_values(header: &Header) -> Option<u64> {
    let least = match (header.is_single_file, header.version) {
        (false, _) => 0.0,
        (true, 1) => 352.0,
        (true, _) => 544.0,
    };
    let told = if header.vox_offset == 0.0 { least } else { header.vox_offset };
    (told >= least && told <= limits::MAX_FILE_BYTES as f64).then_some(told as u64)
}

fn read_planes(
    values: &mut Source,
    plan: &Plan,
    header: &Header,
    order: Order,
    warnings: &mut Vec<String>,
    on_slice: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Vec<Plane>, IoError> {
    let stored = [plan.shape[1], plan.shape[0]];
    let reader = Reader { kind: plan.kind, is_big_endian: header.is_big_endian, order, stored };
    let mut buffer = vec![0; plan.slice_bytes()];
    let (mut seen, mut planes) = (Seen::default(), Vec::new());
    for _ in 0..plan.shape[2] {
        if on_slice().is_break() {
            return Err(IoError::Canceled);
        }
        values.fill(&mut buffer)?;
        planes.push(reader.plane(&buffer, &mut seen));
    }
    values::settle(&mut planes, plan.kind, seen, warnings)
        .ok_or_else(|| IoError::NoFiniteValue { path: values.path().to_owned() })?;
    if order.flips_slices {
        planes.reverse();
    }
    Ok(planes)
}

fn about(header: &Header, plan: &Plan, geometry: Option<Geometry>, is_gzip: bool) -> About {
    let has_rescale = header.slope.is_finite() && header.slope != 0.0 && header.intercept.is_finite();
    let rescale = if has_rescale && !plan.kind.is_color() {
        Rescale { slope: header.slope, intercept: header.intercept }
    } else {
        Rescale::default()
    };
    let [low, high] = header.calibration;
    let is_range = low.is_finite() && high.is_finite() && high > low;
    let window = FileWindow {
        name: "display range".to_owned(),
        center: f64::midpoint(low, high),
        width: high - low,
        function: WindowFunction::LinearExact,
    };
    let code = if header.sform_code > 0 { header.sform_code } else { header.qform_code };
    let frame = match code {
        TALAIRACH => Some("Talairach"),
        MNI => Some("MNI 152"),
        _ => None,
    };
    let version = header.version;
    About {
        geometry,
        frame_of_reference: frame.filter(|_| geometry.is_some()).map(str::to_owned),
        description: header.description.clone(),
        encoding: format!("NIfTI-{version}{}", if is_gzip { ", gzip" } else { "" }),
        rescale,
        windows: if is_range { vec![window] } else { Vec::new() },
        ..About::default()
    }
}

fn scan(path: &Path, planes: Vec<Plane>, about: About, warnings: Vec<String>) -> Scan {
    let title = stem(path);
    let slices: Vec<Slice> = planes
        .into_iter()
        .enumerate()
        .map(|(index, plane)| Slice {
            name: format!("{title} {}", index + 1),
            path: path.to_owned(),
            page: Some(index),
            planes: vec![plane],
            warnings: Vec::new(),
        })
        .collect();
    let (rows, cols) = slices.first().map_or((0, 0), |s| (s.planes[0].rows, s.planes[0].cols));
    let (kind, sequences) = ("NIfTI".to_owned(), vec![sequences::guess(&title, &about)]);
    Scan { title, kind, rows, cols, sequences, slices, reference: Vec::new(), warnings, about }
}

/// The file's name without `.nii`, `.nii.gz`, `.hdr` and the like.
pub fn stem(path: &Path) -> String {
    let name = file_name(path);
    let without = |name: &str, ending: &str| {
        let split = name.len().checked_sub(ending.len())?;
        let (stem, end) = (name.get(..split)?, name.get(split..)?);
        (end.eq_ignore_ascii_case(ending) && !stem.is_empty()).then(|| stem.to_owned())
    };
    let bare = without(&name, ".gz").unwrap_or(name);
    [".nii", ".hdr", ".img"].iter().find_map(|ending| without(&bare, ending)).unwrap_or(bare)
}

fn not_nifti(head: &[u8], path: &Path) -> IoError {
    let path = path.to_owned();
    match Form::of(head) {
        Some(Form::Unmarked) => IoError::UnsupportedForm {
            kind: "NIfTI",
            form: "a header without NIfTI's mark (Analyze 7.5, perhaps)".to_owned(),
            path,
        },
        Some(Form::Nifti { .. }) => {
            IoError::Damaged { kind: "NIfTI", reason: "its header is cut short".to_owned(), path }
        }
        None => IoError::UnknownKind { found: "no NIfTI header".to_owned(), path },
    }
}
