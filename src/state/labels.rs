//! What the other panels say: status line, corners, review, reference, model, drag. Not for the Finding panel (`words`)
//! or for drawing.

use std::path::{Path, PathBuf};

use crate::domain::card::ModelCard;
use crate::engine::command::JobId;

use super::study::{Analysis, Saved, ScanState};
use super::text;
use super::work::{Export, Models, Opening, Progress, StatusLine};
use super::{AppState, opening};

/// What runs now: opening first, then exporting, loading the nets, analyzing.
pub fn status(state: &AppState) -> Option<StatusLine> {
    if let Opening::Running { job, progress, .. } = &state.opening {
        return Some(line(progress, Some(*job)));
    }
    if let Export::Running { job, progress, .. } = &state.export {
        return Some(line(progress, Some(*job)));
    }
    if matches!(state.model.models, Models::Loading { .. }) {
        return Some(StatusLine { text: "Loading the model".to_owned(), fraction: None, cancel: None });
    }
    let running = state.studies.iter().flat_map(|s| &s.scans).find_map(|scan| match &scan.analysis {
        Analysis::Running { job, progress, is_canceling } => Some((*job, progress, *is_canceling)),
        _ => None,
    })?;
    match running {
        (_, _, true) => Some(StatusLine { text: "Stopping".to_owned(), fraction: None, cancel: None }),
        (job, progress, false) => Some(line(progress, Some(job))),
    }
}

fn line(progress: &Progress, cancel: Option<JobId>) -> StatusLine {
    let Progress { what, done, total } = *progress;
    if total == 0 {
        return StatusLine { text: what.to_owned(), fraction: None, cancel };
    }
    let text = format!("{what} {} of {}", text::count((done + 1).min(total)), text::count(total));
    StatusLine { text, fraction: Some(done as f32 / total as f32), cancel }
}

/// "Slice 13 of 22".
pub fn slice_corner(scan: &ScanState) -> String {
    format!("Slice {} of {}", scan.slice + 1, scan.counts.len())
}

/// "W 212 L 118".
pub fn window_corner(scan: &ScanState) -> Option<String> {
    let window = scan.window()?.window;
    Some(format!("W {} L {}", text::gray_value(window.width), text::gray_value(window.center)))
}

/// "286 % smoothed", "800 % real pixels".
pub fn zoom_corner(state: &AppState) -> Option<String> {
    let (_, scan, _) = state.current_scan()?;
    let percent = (state.view.zoom(scan.rows, scan.cols) * 100.0).round();
    let form = if state.view.shows_real_pixels(scan.rows, scan.cols) { "real pixels" } else { "smoothed" };
    Some(format!("{percent:.0} % {form}"))
}

/// What is under the pointer: "x 148 y 96 value 201", and the map's value "model 0.99" where it may be seen.
pub fn pointer_corner(state: &AppState, row: usize, col: usize) -> Option<(String, Option<String>)> {
    let (_, pixels, scan) = state.current_scan()?;
    let plane = pixels.slices.get(scan.slice)?.planes.get(scan.sequence)?;
    let value = plane.value(row, col)?;
    let map = scan.finding.as_ref().and_then(|f| f.slices.get(scan.slice)).and_then(|s| s.map.as_ref());
    let model = map.filter(|_| !scan.is_covered && !state.overlay.is_held_hidden).and_then(|m| m.value(row, col));
    let model = model.map(|v| format!("model {}", text::score(v)));
    Some((format!("x {col} y {row} value {}", text::gray_value(value)), model))
}

/// Who the patient is, line by line: only where the reader asked for it, and not in a picture that is being copied.
pub fn patient_lines(state: &AppState) -> Vec<String> {
    let Some(study) = state.current_study().filter(|_| state.layout.shows_patient && !state.layout.copies_picture)
    else {
        return Vec::new();
    };
    let patient = &study.study.patient;
    let born = Some(&patient.birth_date).filter(|d| !d.is_empty()).map(|d| format!("born {}", day(d)));
    let about = [born, Some(patient.sex.clone())].into_iter().flatten().filter(|t| !t.is_empty()).collect::<Vec<_>>();
    let made = Some(&patient.study_date).filter(|d| !d.is_empty()).map(|d| format!("study of {}", day(d)));
    let lines = [patient.name.clone(), patient.id.clone(), about.join(" · "), made.unwrap_or_default()];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// "1970-01-31" of DICOM's "19700131"; anything else as it is.
fn day(date: &str) -> String {
    match (date.get(..4), date.get(4..6), date.get(6..)) {
        (Some(year), Some(month), Some(day)) if date.len() == 8 => format!("{year}-{month}-{day}"),
        _ => date.to_owned(),
    }
}

/// "Reviewed 5 of 14 flagged · 26 of 32 viewed"; before there is an answer only what was seen.
pub fn review_line(state: &AppState) -> Option<String> {
    let (_, _, scan) = state.current_scan()?;
    let thresholds = state.thresholds_of(scan);
    let count = scan.counts.len();
    if super::allowed::has_finding(state).is_err() {
        let seen = scan.seen.iter().filter(|&&s| s).count();
        return Some(format!("{seen} of {count} seen"));
    }
    let flagged = (0..count).filter(|&i| scan.is_flagged(i, thresholds.classifier));
    let (mut of, mut reviewed) = (0, 0);
    for slice in flagged {
        of += 1;
        reviewed += usize::from(scan.decision(slice, thresholds).is_some());
    }
    let viewed = (0..count).filter(|&i| scan.is_viewed(i, thresholds)).count();
    Some(format!("Reviewed {reviewed} of {of} flagged · {viewed} of {count} viewed"))
}

/// The decision on the slice on screen: "not tumor", or "decided on an earlier result: not tumor".
pub fn decision_line(state: &AppState) -> Option<String> {
    let (_, _, scan) = state.current_scan()?;
    super::allowed::has_finding(state).ok()?;
    let thresholds = state.thresholds_of(scan);
    if let Some(decision) = scan.decision(scan.slice, thresholds) {
        return Some(decision.verdict.label().to_owned());
    }
    let earlier = scan.earlier_decision(scan.slice, thresholds)?;
    Some(format!("decided on an earlier result: {}", earlier.verdict.label()))
}

/// "Saved 14:02", "Saving…", "Not saved".
pub fn saved_corner(state: &AppState) -> Option<String> {
    match state.scan_state()?.saved {
        Saved::Nothing => None,
        Saved::Saving(_) => Some("Saving…".to_owned()),
        Saved::At(at) => Some(format!("Saved {}", text::clock(at, state.clock_offset_secs))),
        Saved::Failed => Some("Not saved".to_owned()),
    }
}

/// Where the export stands: "Exported 14:02, 34 files".
pub fn export_line(state: &AppState) -> Option<String> {
    match &state.export {
        Export::Idle | Export::Running { .. } => None,
        Export::Done { at_secs, files, .. } => {
            let clock = text::clock(*at_secs, state.clock_offset_secs);
            Some(format!("Exported {clock}, {}", text::counted(*files, "file", "files")))
        }
        Export::Failed => Some("Not exported".to_owned()),
    }
}

/// The reference mask: announced, and its Dice once it is shown.
pub fn reference_line(state: &AppState) -> Option<String> {
    let (_, pixels, scan) = state.current_scan()?;
    if pixels.reference.iter().all(Option::is_none) {
        return None;
    }
    if !state.overlay.shows_reference {
        return Some("Reference mask available · hidden".to_owned());
    }
    if super::allowed::has_finding(state).is_err() {
        return Some("Reference mask shown".to_owned());
    }
    let pending = (0..scan.counts.len()).filter(|&i| scan.is_pending(i)).count();
    if pending > 0 {
        return Some(format!("Dice after all outlines are there: {pending} pending"));
    }
    let dice = reference_dice(scan, state.thresholds_of(scan).mask);
    Some(match dice {
        Some((volume, Some(slices))) => {
            format!("Dice {volume:.2} over the volume (tumor slices {slices:.2}; empty slices not counted)")
        }
        Some((volume, None)) => format!("Dice {volume:.2} over the volume (the reference marks no slice)"),
        None => "Neither the reference nor the model marks anything".to_owned(),
    })
}

/// Dice over the volume, and the mean over the slices that the reference marks. Slices without a reference mask are left
/// out; `None` where both are empty.
pub fn reference_dice(scan: &ScanState, mask_threshold: f32) -> Option<(f64, Option<f64>)> {
    let (mut overlap, mut both, mut of_slices) = (0, 0, Vec::new());
    for counts in scan.counts.iter().flatten() {
        let Some(reference) = counts.reference_px else { continue };
        let (area, shared) = (counts.area_px(mask_threshold), counts.overlap_px(mask_threshold));
        overlap += shared;
        both += area + reference;
        if reference > 0 {
            of_slices.push(2.0 * shared as f64 / (area + reference) as f64);
        }
    }
    let mean = (!of_slices.is_empty()).then(|| of_slices.iter().sum::<f64>() / of_slices.len() as f64);
    (both > 0).then(|| (2.0 * overlap as f64 / both as f64, mean))
}

/// The Model section: names, what it was trained on, how it did on others.
pub fn model_lines(state: &AppState) -> Vec<String> {
    let Some(models) = state.model.models.ready() else { return Vec::new() };
    let (classifier, segmenter) = (&models.classifier, &models.segmenter);
    let mut lines = vec![format!("{} + {}", classifier.title(), segmenter.title())];
    let trained = classifier.split.get("train").map_or(0, Vec::len);
    if trained > 0 {
        lines.push(format!("Trained on {}.", text::counted(trained, "patient", "patients")));
    }
    let mut on_others = Vec::new();
    if let Some(counts) = classifier.test.as_ref().and_then(|t| t.counts) {
        let of = text::counted(counts.true_positive + counts.false_negative, "tumor slice", "tumor slices");
        on_others.push(format!("flags {} of {of}", text::count(counts.true_positive)));
        let empty = counts.true_negative + counts.false_positive;
        on_others.push(format!("flags {} of {} others", text::count(counts.false_positive), text::count(empty)));
    }
    on_others.extend(dice_figure(segmenter));
    match (on_others.is_empty(), classifier.test.as_ref().or(segmenter.test.as_ref())) {
        (false, Some(test)) => lines.push(format!(
            "On {} of its test set: {}.",
            text::counted(test.patients, "patient", "patients"),
            on_others.join(", ")
        )),
        (true, _) | (_, None) => lines.push("Not tested: the card holds no test figures.".to_owned()),
    }
    lines
}

fn dice_figure(card: &ModelCard) -> Option<String> {
    let figures = &card.test.as_ref()?.figures;
    let figure = figures.iter().find(|f| f.name.contains("Dice"))?;
    Some(format!("{} {:.2}", figure.name, figure.value))
}

/// What the canvas says in the warning color while other nets than the shipped ones read.
pub fn other_models_line(state: &AppState) -> Option<String> {
    let models = state.model.models.ready().filter(|m| !m.are_shipped)?;
    let is_tested = models.classifier.test.is_some() && models.segmenter.test.is_some();
    let names = format!("{} + {}", models.classifier.title(), models.segmenter.title());
    let tested = if is_tested { "not the models that ship" } else { "not the models that ship, not tested" };
    Some(format!("Reading with: {names} ({tested})"))
}

/// What a drop would open, from the names alone: "24 files (TIFF)", "1 folder". Whether they can be read shows on opening,
/// by content.
pub fn drag_hover_line(paths: &[PathBuf]) -> Option<String> {
    if paths.is_empty() {
        return None;
    }
    let kinds: Vec<Option<String>> = paths.iter().map(|p| kind_of_name(p)).collect();
    let folders = kinds.iter().filter(|k| k.is_none()).count();
    let mut names: Vec<&String> = kinds.iter().flatten().collect();
    let files = names.len();
    names.sort();
    names.dedup();
    let mut parts = Vec::new();
    if files > 0 {
        let kinds = names.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(", ");
        parts.push(format!("{} ({kinds})", text::counted(files, "file", "files")));
    }
    if folders > 0 {
        parts.push(text::counted(folders, "folder", "folders"));
    }
    let foreign: Vec<&str> = names.iter().map(|n| n.as_str()).filter(|n| !READABLE.contains(n)).collect();
    if folders == 0 && foreign.len() == names.len() {
        return Some(format!("Not pictures by their name: {}. {} open here", foreign.join(", "), READABLE.join(", ")));
    }
    Some(format!("Open {}", parts.join(" and ")))
}

/// Kinds of picture that open, by the endings that they usually have.
const READABLE: [&str; 6] = ["NIfTI", "PNG", "JPEG", "TIFF", "BMP", "WebP"];

/// The kind that a file's name promises; `None` for a name without an ending, which is taken for a folder.
fn kind_of_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let name = Path::new(name.strip_suffix(".gz").unwrap_or(&name));
    let ending = name.extension()?.to_string_lossy().into_owned();
    Some(match ending.as_str() {
        "tif" | "tiff" => "TIFF".to_owned(),
        "jpg" | "jpeg" => "JPEG".to_owned(),
        "webp" => "WebP".to_owned(),
        "nii" | "hdr" | "img" => "NIfTI".to_owned(),
        other => other.to_ascii_uppercase(),
    })
}

/// A recent entry by its own name, for the list; the folder stands in its hint.
pub fn recent_name(path: &Path) -> String {
    if path == Path::new(opening::SAMPLE_PATH) {
        return "Sample (synthetic)".to_owned();
    }
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
