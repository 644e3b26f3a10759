//! The results folder: `findings.json`, `findings.csv`, masks and overlays, whole or not at all. Not for what the results
//! are (`engine`), and not for reviews' own files (`reviews`).

mod entries;
mod measurements;
mod pictures;
mod stage;
mod table;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::error::IoError;
use crate::domain::card::Task;
use crate::domain::finding::Finding;
use crate::domain::mask::Mask;
use crate::domain::measurement::Measurement;
use crate::domain::review::Review;
use crate::domain::scan::Study;

/// The name of the file that holds all results.
pub const FINDINGS_FILE: &str = "findings.json";
/// The same as a table.
pub const TABLE_FILE: &str = "findings.csv";

/// One scan's results.
#[derive(Clone, Copy, Debug)]
pub struct ScanResults<'a> {
    /// Index into [`Study::scans`].
    pub scan: usize,
    /// What the nets said.
    pub finding: &'a Finding,
    /// What the reader decided.
    pub review: Option<&'a Review>,
    /// What the reader measured.
    pub measurements: &'a [Measurement],
    /// Slices that the reader asked to be outlined; their masks count though they are not flagged.
    pub asked: &'a [usize],
}

/// One study with its results.
#[derive(Clone, Debug)]
pub struct StudyResults<'a> {
    /// The study.
    pub study: &'a Study,
    /// The scans that were analyzed.
    pub scans: Vec<ScanResults<'a>>,
    /// True: masks of slices below the classifier's threshold count too (`--segment-all`).
    pub outline_all: bool,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Each study's folder, which holds its `findings.json`.
    pub folders: Vec<PathBuf>,
    /// Files written.
    pub files: usize,
}

/// Called before each slice with the slices done and the slices in all; `Break` stops and leaves what was there before.
pub type OnSlice<'a> = dyn FnMut(usize, usize) -> ControlFlow<()> + 'a;

/// Writes one study's results into `folder`, several studies' into a subfolder each.
pub fn write(studies: &[StudyResults<'_>], folder: &Path, on_slice: &mut OnSlice<'_>) -> Result<Written, IoError> {
    let mut written = Written::default();
    let mut names = BTreeSet::new();
    let slices_of = |s: &StudyResults<'_>| s.scans.iter().map(|r| r.finding.slices.len()).sum::<usize>();
    let (total, mut done) = (studies.iter().map(slices_of).sum(), 0);
    for results in studies {
        let place = match studies.len() {
            1 => folder.to_owned(),
            _ => folder.join(subfolder_name(&results.study.title, &mut names)),
        };
        written.files += write_study(results, &place, &mut |in_study| on_slice(done + in_study, total))?;
        written.folders.push(place);
        done += slices_of(results);
    }
    Ok(written)
}

/// The text of the `findings.json` in `folder`, as it was written.
pub fn read_findings(folder: &Path) -> Result<String, IoError> {
    let path = folder.join(FINDINGS_FILE);
    std::fs::read_to_string(&path).map_err(|e| IoError::read(&e, &path))
}

/// A subfolder's name for a study: its title with nothing in it that a file system minds, different from all in `taken`.
pub fn subfolder_name(title: &str, taken: &mut BTreeSet<String>) -> String {
    let name = clean_name(title);
    unique(&name, taken)
}

/// Writes one study's results into `folder` and returns how many files they are.
fn write_study(
    results: &StudyResults<'_>,
    folder: &Path,
    on_slice: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<usize, IoError> {
    check(results, folder)?;
    let mut stage = stage::Stage::new(folder)?;
    let mut entries = Vec::new();
    let (mut names, mut done) = (BTreeSet::new(), 0);
    for item in &results.scans {
        let scan = &results.study.scans[item.scan];
        let overlay = pictures::OverlayWindow::of(scan);
        for index in 0..scan.slices.len() {
            if on_slice(done).is_break() {
                return Err(IoError::Canceled);
            }
            done += 1;
            let mask = counted_mask(results, item, index);
            let mut entry = entries::slice_entry(results, item, index, mask.as_ref());
            if let Some(mask) = mask.filter(|m| !m.is_empty()) {
                let name = unique(&entries::stem_of(&scan.slices[index]), &mut names);
                let (mask_path, overlay_path) =
                    (format!("masks/{name}_mask.png"), format!("overlays/{name}_overlay.png"));
                stage.put(&mask_path, &pictures::mask_png(&mask, folder)?)?;
                stage.put(&overlay_path, &pictures::overlay_png(scan, index, &mask, overlay, folder)?)?;
                entry.mask = Some(mask_path);
                entry.overlay = Some(overlay_path);
            }
            entries.push(entry);
        }
    }
    let file = entries::findings_file(results, entries);
    stage.put(TABLE_FILE, &table::csv(&file, folder)?)?;
    let json = serde_json::to_vec_pretty(&file)
        .map_err(|e| IoError::Write { reason: e.to_string(), path: folder.join(FINDINGS_FILE) })?;
    stage.put(FINDINGS_FILE, &json)?;
    stage.commit()
}

/// Refuses results of another scan: what is written must belong together.
fn check(results: &StudyResults<'_>, folder: &Path) -> Result<(), IoError> {
    let mismatch = |reason: String| Err(IoError::Mismatch { reason, path: folder.to_owned() });
    if results.scans.is_empty() {
        return mismatch("there is no analyzed scan".into());
    }
    for item in &results.scans {
        let Some(scan) = results.study.scans.get(item.scan) else {
            return mismatch(format!(
                "found results of scan {}, the study has {}",
                item.scan + 1,
                results.study.scans.len()
            ));
        };
        let (found, expected) = (item.finding.slices.len(), scan.slices.len());
        if found != expected {
            return mismatch(format!("found results of {found} slices, the scan has {expected}"));
        }
        let maps = item.finding.slices.iter().filter_map(|s| s.map.as_ref());
        if let Some(map) = maps.into_iter().find(|m| (m.rows, m.cols) != (scan.rows, scan.cols)) {
            let (rows, cols) = (scan.rows, scan.cols);
            return mismatch(format!("found a mask of {} × {} px, the scan has {cols} × {rows}", map.cols, map.rows));
        }
    }
    Ok(())
}

/// The mask of a slice as it counts: where the slice is flagged (or all are to be outlined) and its outline is there.
fn counted_mask(results: &StudyResults<'_>, item: &ScanResults<'_>, index: usize) -> Option<Mask> {
    let threshold = item.finding.model(Task::Segmenter)?.threshold;
    counted_mask_at(results, item, index, threshold)
}

/// The same at another mask threshold.
fn counted_mask_at(results: &StudyResults<'_>, item: &ScanResults<'_>, index: usize, threshold: f32) -> Option<Mask> {
    let (scan, finding) = (results.study.scans.get(item.scan)?, item.finding);
    let slice = finding.slices.get(index)?;
    let flags = finding.model(Task::Classifier).map(|m| m.threshold);
    let is_asked = results.outline_all || item.asked.contains(&index);
    let counts = is_asked || flags.is_none_or(|threshold| slice.is_flagged(threshold));
    let mask = slice.mask(threshold).filter(|_| counts)?;
    (mask.rows == scan.rows).then_some(mask)
}

/// A name of letters, digits, `-`, `_` and `.` only, at most 80 of them, not starting with a dot.
fn clean_name(text: &str) -> String {
    const MAX_CHARS: usize = 80;
    let clean = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let name: String = text.chars().map(clean).take(MAX_CHARS).collect();
    let name = name.trim_matches(|c| c == '.' || c == '_').to_owned();
    // Windows keeps a few names for devices.
    let is_device = matches!(name.to_ascii_uppercase().as_str(), "CON" | "PRN" | "AUX" | "NUL" | "COM1" | "LPT1");
    if name.is_empty() || is_device { format!("study{name}") } else { name }
}

/// `name`, or `name_2` and so on where it is taken; file systems that fold case are minded.
fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = name.to_owned();
    for number in 2.. {
        if taken.insert(candidate.to_lowercase()) {
            break;
        }
        candidate = format!("{name}_{number}");
    }
    candidate
}
