//! From frames to stacks: which belong to one volume, in which order, how far apart, and what is odd about that. Not for
//! reading files (`read`).

use std::collections::BTreeMap;

use super::place::{MARK_NAMES, Place};
use super::read::Frame;
use super::slices::scan_of;
use crate::domain::geometry::{dot, length};
use crate::domain::scan::{Samples, Scan};

/// Two directions count as one up to this difference of a cosine: 0.06 degrees.
const SAME_DIRECTION: f64 = 1e-3;
/// Two positions count as one up to this share of the usual step, and steps as equal up to it.
const SAME_STEP: f64 = 0.05;
/// Positions nearer than this are one, where no step says more.
const SAME_PLACE_MM: f64 = 1e-3;
/// Up to so many evenly spaced parts an interrupted stack is shown in parts; beyond, its spacing is called uneven.
const MAX_PARTS: usize = 4;

/// Frames that make one stack, in order, with what is to be said of it.
pub struct Volume {
    /// The frames.
    pub frames: Vec<Frame>,
    /// What tells it from others of its series: "part 1 of 2".
    pub suffix: String,
    /// For the reader.
    pub warnings: Vec<String>,
    /// Whether slices are evenly spaced at known places.
    pub is_even: bool,
}

/// Stacks from `frames`, and warnings for the study.
pub fn scans(frames: Vec<Frame>, title: &str) -> (Vec<Scan>, Vec<String>) {
    let mut warnings = Vec::new();
    let mut groups: Vec<Vec<Frame>> = Vec::new();
    for frame in frames {
        match groups.iter_mut().find(|group| belongs(&group[0], &frame)) {
            Some(group) => group.push(frame),
            None => groups.push(vec![frame]),
        }
    }
    say_mixed(&groups, &mut warnings);
    // In the order of the series' numbers, as every PACS lists them.
    groups.sort_by_key(|group| group[0].header.acquisition.series_number.unwrap_or(i64::MAX));
    let volumes = groups.into_iter().flat_map(volumes);
    let scans = volumes.map(|volume| scan_of(volume, title)).collect();
    (scans, warnings)
}

fn belongs(first: &Frame, other: &Frame) -> bool {
    let (a, b) = (&first.header, &other.header);
    let is_series = match (&a.series_uid, &b.series_uid) {
        (Some(a), Some(b)) => a == b,
        (None, None) => a.path.parent() == b.path.parent(),
        _ => false,
    };
    let kind = |samples: &Samples| std::mem::discriminant(samples);
    is_series
        && a.frame_of_reference == b.frame_of_reference
        && a.is_inverted == b.is_inverted
        && a.acquisition.modality == b.acquisition.modality
        && (first.plane.rows, first.plane.cols) == (other.plane.rows, other.plane.cols)
        && kind(&first.plane.samples) == kind(&other.plane.samples)
        && is_same_grid(&first.place, &other.place)
}

fn is_same_grid(a: &Place, b: &Place) -> bool {
    let directions = match (a.orientation, b.orientation) {
        (Some(a), Some(b)) => a.iter().flatten().zip(b.iter().flatten()).all(|(a, b)| (a - b).abs() < SAME_DIRECTION),
        (None, None) => true,
        _ => false,
    };
    let spacing = match (a.spacing, b.spacing) {
        (Some(a), Some(b)) => a.iter().zip(b).all(|(&a, b)| (a - b).abs() <= 1e-3 * a),
        (None, None) => true,
        _ => false,
    };
    directions && spacing
}

/// Series that fell into several groups: said by what differs.
fn say_mixed(groups: &[Vec<Frame>], warnings: &mut Vec<String>) {
    let mut series: BTreeMap<&str, Vec<&Frame>> = BTreeMap::new();
    for group in groups {
        if let Some(uid) = &group[0].header.series_uid {
            series.entry(uid).or_default().push(&group[0]);
        }
    }
    for firsts in series.values().filter(|firsts| firsts.len() > 1) {
        let first = firsts[0];
        let name = series_words(first);
        let is_size = firsts.iter().any(|f| (f.plane.rows, f.plane.cols) != (first.plane.rows, first.plane.cols));
        let is_tilted = firsts.iter().any(|f| f.place.orientation != first.place.orientation);
        let what = match (is_tilted, is_size) {
            (true, _) => "slices in several orientations",
            (false, true) => "slices of several sizes",
            (false, false) => "slices on several grids",
        };
        warnings.push(format!("{name} holds {what} and was split into {} series.", firsts.len()));
    }
}

/// The series in words, without its path.
pub fn series_words(frame: &Frame) -> String {
    let header = &frame.header;
    match (header.description.as_str(), header.acquisition.series_number) {
        ("", Some(number)) => format!("Series {number}"),
        ("", None) => "A series".to_owned(),
        (description, _) => description.to_owned(),
    }
}

/// The volumes of one group: sorted along the normal, copies dropped, time points and echoes apart, gaps cut.
fn volumes(mut group: Vec<Frame>) -> Vec<Volume> {
    let mut said = Vec::new();
    drop_copies(&mut group, &mut said);
    if group.iter().any(|frame| frame.place.depth().is_none()) {
        return vec![unplaced(group, said)];
    }
    let mut volumes = Vec::new();
    let apart = apart(group, &mut said);
    let count = apart.len();
    for (index, (name, frames)) in apart.into_iter().enumerate() {
        let parts = even_parts(frames);
        for (part, mut volume) in parts.into_iter().enumerate() {
            if count > 1 {
                volume.suffix =
                    [name.clone(), volume.suffix].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", ");
            }
            if index == 0 && part == 0 {
                volume.warnings.splice(0..0, said.drain(..));
            }
            volumes.push(volume);
        }
    }
    volumes
}

/// The same object twice is read once.
fn drop_copies(group: &mut Vec<Frame>, said: &mut Vec<String>) {
    let mut seen = std::collections::HashSet::new();
    let before = group.len();
    group.retain(|frame| match &frame.header.instance_uid {
        Some(uid) => seen.insert((uid.clone(), frame.page)),
        None => true,
    });
    let copies = before - group.len();
    if copies > 0 {
        said.push(format!("{copies} of its slices are there twice and were read once."));
    }
}

/// Without places the numbers in the series count, then the names.
fn unplaced(mut frames: Vec<Frame>, mut warnings: Vec<String>) -> Volume {
    frames.sort_by(|a, b| {
        let by_number = a.marks.instance.unwrap_or(i64::MAX).cmp(&b.marks.instance.unwrap_or(i64::MAX));
        by_number.then_with(|| natord::compare(&a.header.path.to_string_lossy(), &b.header.path.to_string_lossy()))
    });
    warnings.push("The file does not say where its slices lie: they are in the order of their numbers.".to_owned());
    Volume { frames, suffix: String::new(), warnings, is_even: false }
}

fn depth(frame: &Frame) -> f64 {
    frame.place.depth().unwrap_or(0.0)
}

/// Frames at one place made apart: by the first mark that leaves no two of a volume at one place.
fn apart(mut group: Vec<Frame>, said: &mut Vec<String>) -> Vec<(String, Vec<Frame>)> {
    group.sort_by(|a, b| depth(a).total_cmp(&depth(b)).then(a.marks.instance.cmp(&b.marks.instance)));
    if !has_doubles(&group) {
        return vec![(String::new(), group)];
    }
    let kinds = |frame: &Frame| frame.marks.kind.clone();
    if let Some(found) = by_mark(&group, &kinds) {
        said.push(format!("It holds {} kinds of pictures at each place, shown apart.", found.len()));
        return handed_out(group, found);
    }
    for (index, name) in MARK_NAMES.iter().enumerate() {
        let mark = |frame: &Frame| match frame.marks.numbers[index] {
            x if x.fract() == 0.0 => format!("{name} {x:.0}"),
            x => format!("{name} {x:.2}"),
        };
        if let Some(found) = by_mark(&group, &mark) {
            said.push(format!("It holds {} volumes that differ in {name}, shown apart.", found.len()));
            return handed_out(group, found);
        }
    }
    // Nothing tells them apart: the first at each place, then the second.
    let mut layers: Vec<Vec<Frame>> = Vec::new();
    let mut last: Option<(f64, usize)> = None;
    for frame in group {
        let at = depth(&frame);
        let layer = match last {
            Some((before, layer)) if (at - before).abs() < SAME_PLACE_MM => layer + 1,
            _ => 0,
        };
        last = Some((at, layer));
        if layers.len() <= layer {
            layers.push(Vec::new());
        }
        layers[layer].push(frame);
    }
    said.push(format!(
        "Several slices lie at one place and nothing tells them apart: shown as {} series.",
        layers.len()
    ));
    layers.into_iter().enumerate().map(|(index, frames)| (format!("volume {}", index + 1), frames)).collect()
}

fn has_doubles(sorted: &[Frame]) -> bool {
    sorted.windows(2).any(|pair| (depth(&pair[1]) - depth(&pair[0])).abs() < SAME_PLACE_MM)
}

/// Which of `sorted` have which `mark`, where that leaves no two of a volume at one place.
fn by_mark(sorted: &[Frame], mark: &dyn Fn(&Frame) -> String) -> Option<Vec<(String, Vec<usize>)>> {
    let mut found: Vec<(String, Vec<usize>)> = Vec::new();
    for (index, frame) in sorted.iter().enumerate() {
        let name = mark(frame);
        match found.iter_mut().find(|(known, _)| *known == name) {
            Some((_, members)) => members.push(index),
            None => found.push((name, vec![index])),
        }
    }
    let is_double = |pair: &[usize]| (depth(&sorted[pair[1]]) - depth(&sorted[pair[0]])).abs() < SAME_PLACE_MM;
    let is_apart = found.iter().all(|(_, members)| !members.windows(2).any(is_double));
    (found.len() > 1 && is_apart).then_some(found)
}

/// Each of `frames` to the volume that has its number.
fn handed_out(frames: Vec<Frame>, members: Vec<(String, Vec<usize>)>) -> Vec<(String, Vec<Frame>)> {
    let mut frames: Vec<Option<Frame>> = frames.into_iter().map(Some).collect();
    let mut take = |index: usize| frames.get_mut(index).and_then(Option::take);
    members.into_iter().map(|(name, indices)| (name, indices.into_iter().filter_map(&mut take).collect())).collect()
}

/// Parts with one step each: lengths and places are never made up across a gap.
fn even_parts(frames: Vec<Frame>) -> Vec<Volume> {
    let whole = |frames, warnings, is_even| Volume { frames, suffix: String::new(), warnings, is_even };
    if frames.len() < 3 {
        return vec![with_tilt(whole(frames, Vec::new(), true))];
    }
    let step = |pair: &[Frame]| depth(&pair[1]) - depth(&pair[0]);
    let mut steps: Vec<f64> = frames.windows(2).map(step).collect();
    let given = steps.clone();
    steps.sort_by(f64::total_cmp);
    let usual = steps[steps.len() / 2];
    let is_usual = |step: f64| (step - usual).abs() <= SAME_STEP * usual;
    if given.iter().all(|&step| is_usual(step)) && is_straight(&frames) {
        return vec![with_tilt(whole(frames, Vec::new(), true))];
    }
    let breaks: Vec<usize> = (0..given.len()).filter(|&i| !is_usual(given[i])).collect();
    let (low, high) = (steps[0], steps[steps.len() - 1]);
    if breaks.is_empty() || breaks.len() >= MAX_PARTS {
        let said = if breaks.is_empty() {
            "Its slices do not lie on one line: lengths across slices, volumes and places are not known.".to_owned()
        } else {
            format!(
                "Its slices lie {low:.2} to {high:.2} mm apart: the spacing is uneven, so lengths across slices, volumes and \
             places are not known."
            )
        };
        return vec![whole(frames, vec![said], false)];
    }
    let count = breaks.len() + 1;
    let gaps: Vec<String> = breaks.iter().map(|&i| gap_words(given[i], usual, i)).collect();
    let said = format!("{} Shown in {count} parts.", gaps.join(" "));
    let mut parts = Vec::new();
    let mut rest = frames;
    for &at in breaks.iter().rev() {
        parts.push(rest.split_off(at + 1));
    }
    parts.push(rest);
    parts.reverse();
    let named = parts.into_iter().enumerate().map(|(index, frames)| Volume {
        frames,
        suffix: format!("part {} of {count}", index + 1),
        warnings: vec![said.clone()],
        is_even: true,
    });
    named.map(with_tilt).collect()
}

fn gap_words(step: f64, usual: f64, index: usize) -> String {
    let missing = (step / usual).round() - 1.0;
    let is_whole = (step / usual - missing - 1.0).abs() < 0.1 && missing >= 1.0;
    let (before, after) = (index + 1, index + 2);
    if is_whole {
        let slices = if missing == 1.0 { "1 slice is".to_owned() } else { format!("{missing:.0} slices are") };
        format!("{slices} missing between slices {before} and {after} ({step:.2} mm apart instead of {usual:.2}).")
    } else {
        format!("Slices {before} and {after} lie {step:.2} mm apart instead of {usual:.2}.")
    }
}

/// Whether all positions lie on one line, evenly.
fn is_straight(frames: &[Frame]) -> bool {
    let Some(positions) = frames.iter().map(|f| f.place.position).collect::<Option<Vec<_>>>() else { return false };
    let (first, last) = (positions[0], positions[positions.len() - 1]);
    let count = (positions.len() - 1) as f64;
    let step: [f64; 3] = std::array::from_fn(|i| (last[i] - first[i]) / count);
    let allowed = (SAME_STEP * length(step)).max(SAME_PLACE_MM) * 2.0;
    positions.iter().enumerate().all(|(index, position)| {
        let off: [f64; 3] = std::array::from_fn(|i| position[i] - first[i] - index as f64 * step[i]);
        length(off) <= allowed
    })
}

/// A stack whose slices are shifted against one another says so.
fn with_tilt(mut volume: Volume) -> Volume {
    /// Below this the shift is what positions are rounded to.
    const MIN_TILT_DEGREES: f64 = 0.5;
    let frames = &volume.frames;
    let ends = frames.first().zip(frames.last());
    let tilt = ends.and_then(|(first, last)| {
        let (a, b, normal) = (first.place.position?, last.place.position?, first.place.normal()?);
        let way: [f64; 3] = std::array::from_fn(|i| b[i] - a[i]);
        let along = dot(way, normal) / length(way);
        (length(way) > 0.0).then(|| along.clamp(-1.0, 1.0).acos().to_degrees())
    });
    if let Some(degrees) = tilt.filter(|degrees| *degrees > MIN_TILT_DEGREES) {
        let said = format!("The stack is tilted by {degrees:.1}°: its slices are shifted against one another.");
        volume.warnings.push(said);
    }
    volume
}
