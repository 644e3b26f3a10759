//! DICOM SEG: frames of segments, binary, fractional or as label maps, become one stack of labels in its own place. Not for
//! laying it over images (`series`), and not for other kinds of masks.

use std::path::Path;

use super::codec::{Decoded, Raw};
use super::file::{DicomFile, KIND};
use super::place::Place;
use super::read::{Decoder, Frame, Header};
use super::tags;
use super::values::View;
use crate::domain::scan::{Plane, Samples};
use crate::io::error::IoError;
use crate::io::limits;

/// Segmentation Storage and Label Map Segmentation Storage.
const SOP_CLASSES: [&str; 2] = ["1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"];
/// Slices between which a segmentation may leave others out.
const MAX_SLICES: f64 = 4096.0;
/// Frames may lie beside the grid of slices by this share of its step.
const OFF_GRID: f64 = 0.1;

/// Whether the file holds segments.
pub fn is_segmentation(root: View<'_>) -> bool {
    let class = root.text(tags::SOP_CLASS).unwrap_or_default();
    SOP_CLASSES.contains(&class.as_str()) || root.text(tags::MODALITY).as_deref() == Some("SEG")
}

/// One frame's segment and place.
struct Part {
    index: usize,
    segment: Option<u16>,
    place: Place,
}

/// Its labels slice by slice, from the first slice that has one to the last, the ones between them filled in empty.
///
/// *Source*: PS3.3 C.8.20.2, C.8.20.3.
pub fn frames(
    file: &DicomFile,
    decoder: &Decoder<'_>,
    header: &std::sync::Arc<Header>,
    path: &Path,
) -> Result<Vec<Frame>, IoError> {
    let damaged = |reason: String| IoError::Damaged { kind: KIND, reason, path: path.to_owned() };
    let root = file.view();
    let form = &decoder.form;
    let parts =
        parts(root, form.frames).ok_or_else(|| damaged("it does not say which frame shows which segment".into()))?;
    let slices = slices_of(&parts);
    let count = slices.iter().map(|&(_, slice)| slice + 1).max().unwrap_or(1);
    let bytes = (count * form.pixels()) as u64;
    if bytes > limits::MAX_STUDY_BYTES {
        let (what, limit) = ("bytes of labels in one file", limits::MAX_STUDY_BYTES);
        return Err(IoError::TooLarge { what, found: bytes, limit, path: path.to_owned() });
    }
    let kind = root.text(tags::SEGMENTATION_TYPE).unwrap_or_default();
    let half = root.number(tags::MAXIMUM_FRACTION).unwrap_or(255.0) / 2.0;
    let mut labels = vec![vec![0u8; form.pixels()]; count];
    let (mut is_overlapping, mut is_many) = (false, false);
    for (part, slice) in &slices {
        let part = &parts[*part];
        let decoded = decoder.frame(part.index).map_err(damaged)?;
        for (label, value) in labels[*slice].iter_mut().zip(values(&decoded)) {
            let found = match (kind.as_str(), part.segment) {
                ("FRACTIONAL", Some(segment)) if f64::from(value) > half => segment,
                ("LABELMAP", _) | (_, None) => value,
                ("FRACTIONAL", Some(_)) => 0,
                (_, Some(segment)) => {
                    if value > 0 {
                        segment
                    } else {
                        0
                    }
                }
            };
            if found == 0 {
                continue;
            }
            is_overlapping |= *label != 0 && u16::from(*label) != found;
            is_many |= found > 255;
            *label = found.min(255) as u8;
        }
    }
    let mut warnings = vec![names(root)];
    if kind == "FRACTIONAL" {
        warnings.push("Its values are fractions: what is above half counts as inside.".to_owned());
    }
    if is_overlapping {
        warnings.push("Its segments overlap: where they do, the last one is shown.".to_owned());
    }
    if is_many {
        warnings.push("It has more than 255 segments: those beyond share one label.".to_owned());
    }
    let first = slices.iter().find(|(_, slice)| *slice == 0).map_or(parts[0].place, |(part, _)| parts[*part].place);
    let step = step(&parts).unwrap_or(1.0);
    let made = labels.into_iter().enumerate().map(|(slice, values)| {
        let mut place = first;
        if let (Some(position), Some(normal)) = (first.position, first.normal()) {
            place.position = Some(std::array::from_fn(|i| position[i] + slice as f64 * step * normal[i]));
        }
        let mut frame = Frame::plain(header, Plane { rows: form.rows, cols: form.cols, samples: Samples::U8(values) });
        (frame.page, frame.place) = ((count > 1).then_some(slice), place);
        frame.marks.instance = Some(slice as i64);
        frame.warnings.clone_from(&warnings);
        frame
    });
    Ok(made.collect())
}

fn values(decoded: &Decoded) -> Vec<u16> {
    match &decoded.raw {
        Raw::U8(v) => v.iter().map(|&v| v.into()).collect(),
        Raw::U16(v) => v.clone(),
        Raw::U32(v) => v.iter().map(|&v| v.min(65_535) as u16).collect(),
        Raw::F32(v) => v.iter().map(|&v| v as u16).collect(),
    }
}

fn parts(root: View<'_>, frames: usize) -> Option<Vec<Part>> {
    let shared = root.item(tags::SHARED_GROUPS);
    let groups: Vec<View<'_>> = root.items(tags::FRAME_GROUPS).collect();
    let is_label_map = root.text(tags::SEGMENTATION_TYPE).as_deref() == Some("LABELMAP");
    if groups.len() != frames {
        return None;
    }
    let parts = groups.into_iter().enumerate().map(|(index, group)| {
        let around: Vec<View<'_>> = [Some(group), shared].into_iter().flatten().collect();
        let identified = around.iter().find_map(|g| g.item(tags::SEGMENT_IDENTIFICATION));
        let segment = identified.and_then(|item| item.count(tags::REFERENCED_SEGMENT)).map(|n| n.min(65_535) as u16);
        let place = Place::read(root, &around);
        (segment.is_some() || is_label_map).then_some(Part { index, segment, place })
    });
    parts.collect()
}

/// The distance between slices, from the file or from the frames' own places.
fn step(parts: &[Part]) -> Option<f64> {
    let mut depths: Vec<f64> = parts.iter().filter_map(|part| part.place.depth()).collect();
    depths.sort_by(f64::total_cmp);
    let gaps = depths.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap > 1e-3);
    let smallest = gaps.reduce(f64::min);
    let given = parts.first().and_then(|part| part.place.between);
    // Frames nearer to one another than the file says mean that it says the wrong thing.
    match (given, smallest) {
        (Some(given), Some(smallest)) if smallest < given * (1.0 - OFF_GRID) => Some(smallest),
        (Some(given), _) => Some(given),
        (None, Some(smallest)) => Some(smallest),
        (None, None) => parts.first().and_then(|part| part.place.thickness),
    }
}

/// Each part with the slice that it lies on; by its order where places are missing or do not fit one grid.
fn slices_of(parts: &[Part]) -> Vec<(usize, usize)> {
    let placed = || -> Option<Vec<(usize, usize)>> {
        let depths: Vec<f64> = parts.iter().map(|part| part.place.depth()).collect::<Option<_>>()?;
        let (first, step) = (depths.iter().copied().reduce(f64::min)?, step(parts)?);
        let at = |depth: f64| (depth - first) / step;
        let is_on_grid = depths.iter().all(|&d| (at(d) - at(d).round()).abs() < OFF_GRID && at(d) < MAX_SLICES);
        is_on_grid.then(|| depths.iter().enumerate().map(|(part, &d)| (part, at(d).round() as usize)).collect())
    };
    placed().unwrap_or_else(|| (0..parts.len()).map(|part| (part, part)).collect())
}

/// The segments by their labels.
fn names(root: View<'_>) -> String {
    const SHOWN: usize = 8;
    let segments: Vec<String> = root
        .items(tags::SEGMENTS)
        .map(|item| {
            let label = item.text(tags::SEGMENT_LABEL).unwrap_or_else(|| "without a label".to_owned());
            format!("{} {label}", item.count(tags::SEGMENT_NUMBER).unwrap_or(0))
        })
        .collect();
    let more = if segments.len() > SHOWN { ", …" } else { "" };
    format!("Segments: {}{more}.", segments[..segments.len().min(SHOWN)].join(", "))
}
