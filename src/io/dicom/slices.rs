//! One volume becomes a scan: its geometry, its gray values on one scale, its slices. Not for deciding which frames belong
//! together (`stack`).

use super::read::Frame;
use super::stack::{Volume, series_words};
use crate::domain::geometry::{Geometry, cross};
use crate::domain::scan::{About, Plane, Rescale, Samples, Scan, Sequence, Slice};
use crate::io::series::file_name;

/// How the kind is called on screen.
const KIND: &str = "DICOM";

/// The scan of `volume`, called `title` where the file has no words for it.
pub fn scan_of(volume: Volume, title: &str) -> Scan {
    let Volume { mut frames, suffix, mut warnings, is_even } = volume;
    let middle = &frames[frames.len() / 2];
    let header = std::sync::Arc::clone(&middle.header);
    let own_title = match (header.description.as_str(), header.acquisition.series_number) {
        ("", None) => title.to_owned(),
        _ => series_words(middle),
    };
    let scan_title = if suffix.is_empty() { own_title } else { format!("{own_title} ({suffix})") };
    let geometry = if is_even { geometry(&frames, &mut warnings) } else { None };
    let (windows, tables) = (middle.gray.windows.clone(), middle.gray.tables.clone());
    let (mut rescale, mut padding) = (middle.gray.rescale, middle.gray.padding);
    if frames.iter().any(|frame| frame.gray.rescale != rescale) {
        frames.iter_mut().for_each(measure);
        (rescale, padding) = (Rescale::default(), None);
    }
    let mut acquisition = header.acquisition.clone();
    if frames.iter().any(|frame| frame.header.acquisition.transfer_syntax != acquisition.transfer_syntax) {
        acquisition.transfer_syntax.clear();
    }
    let (rows, cols) = (frames[0].plane.rows, frames[0].plane.cols);
    let about = About {
        stored_axes: String::new(),
        made_of: Vec::new(),
        geometry,
        frame_of_reference: header.frame_of_reference.clone(),
        description: header.description.clone(),
        encoding: encodings(&frames),
        rescale,
        windows,
        is_inverted: header.is_inverted,
        padding,
        tables,
        acquisition,
        patient_key: None,
    };
    fold_warnings(&mut frames, &mut warnings);
    let slices = frames.into_iter().map(slice_of).collect();
    Scan {
        title: scan_title,
        kind: KIND.to_owned(),
        rows,
        cols,
        sequences: vec![Sequence::Unknown],
        slices,
        reference: Vec::new(),
        warnings,
        about,
    }
}

fn slice_of(frame: Frame) -> Slice {
    let own = file_name(&frame.header.path);
    let name = frame.page.map_or_else(|| own.clone(), |page| format!("{own} p{}", page + 1));
    Slice {
        name,
        path: frame.header.path.clone(),
        page: frame.page,
        planes: vec![frame.plane],
        warnings: frame.warnings,
    }
}

/// The encodings of all files, each once.
fn encodings(frames: &[Frame]) -> String {
    let mut names: Vec<&str> = frames.iter().map(|frame| frame.header.encoding.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// Slices with scales of their own are brought to measured values, so that one number means one thing in the whole stack.
fn measure(frame: &mut Frame) {
    let Rescale { slope, intercept } = frame.gray.rescale;
    let Plane { samples, .. } = &mut frame.plane;
    let padding = frame.gray.padding;
    let is_padding = |v: f32| padding.is_some_and(|[low, high]| (low..=high).contains(&v));
    let values: Vec<f32> = samples.to_f32();
    let measured = |v: f32| (slope * f64::from(v) + intercept) as f32;
    let lowest = values.iter().copied().filter(|&v| !is_padding(v)).map(measured).reduce(f32::min).unwrap_or(0.0);
    *samples = Samples::F32(values.iter().map(|&v| if is_padding(v) { lowest } else { measured(v) }).collect());
}

/// A warning that every slice has is one of the stack.
fn fold_warnings(frames: &mut [Frame], warnings: &mut Vec<String>) {
    let Some(first) = frames.first() else { return };
    let common: Vec<String> = first
        .warnings
        .iter()
        .filter(|warning| frames.len() > 1 && frames.iter().all(|frame| frame.warnings.contains(warning)))
        .cloned()
        .collect();
    for frame in frames.iter_mut() {
        frame.warnings.retain(|warning| !common.contains(warning));
    }
    warnings.extend(common);
}

/// The stack's place, from its first and last slice.
fn geometry(frames: &[Frame], warnings: &mut Vec<String>) -> Option<Geometry> {
    let (first, last) = (frames.first()?.place, frames.last()?.place);
    let (Some(origin), Some([row, column])) = (first.position, first.orientation) else { return None };
    let Some([row_mm, col_mm]) = first.spacing else {
        warnings.push("The file gives no pixel spacing: lengths are in pixels.".to_owned());
        return None;
    };
    let slice_step = if frames.len() > 1 {
        let end = last.position?;
        std::array::from_fn(|i| (end[i] - origin[i]) / (frames.len() - 1) as f64)
    } else {
        let thickness = first.thickness.or(first.between).unwrap_or_else(|| {
            warnings.push("The file gives no slice thickness: 1 mm is assumed.".to_owned());
            1.0
        });
        cross(row, column).map(|x| x * thickness)
    };
    let geometry = Geometry::new(origin, slice_step, column.map(|x| x * row_mm), row.map(|x| x * col_mm));
    if geometry.is_err() {
        warnings.push("Its positions and directions contradict one another: lengths are in pixels.".to_owned());
    }
    geometry.ok()
}
