//! `findings.csv`: one line a slice, for a spreadsheet. Not for anything that `findings.json` does not say.

use std::path::Path;

use crate::io::error::IoError;
use crate::io::findings_json::{FindingsFile, SliceDecision};

const COLUMNS: [&str; 15] = [
    "path",
    "page",
    "scan",
    "index",
    "probability",
    "positive",
    "area_px",
    "area_mm2",
    "mask",
    "warnings",
    "viewed",
    "verdict",
    "note",
    "reviewer",
    "notice",
];

/// The table of `file`.
pub fn csv(file: &FindingsFile, folder: &Path) -> Result<Vec<u8>, IoError> {
    let fail = |reason: String| IoError::Write { reason, path: folder.join(super::TABLE_FILE) };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(|e| fail(e.to_string()))?;
    for slice in &file.slices {
        let decision = decision_on(file, slice.scan, slice.index);
        let text = |value: Option<String>| value.unwrap_or_default();
        let record = [
            as_text(&slice.path),
            text(slice.page.map(|p| p.to_string())),
            slice.scan.to_string(),
            slice.index.to_string(),
            text(slice.probability.map(|p| p.to_string())),
            slice.positive.to_string(),
            slice.area_px.to_string(),
            text(slice.area_mm2.map(|a| a.to_string())),
            text(slice.mask.clone()),
            slice.warnings.join(" "),
            text(decision.map(|d| d.viewed.to_string())),
            text(decision.and_then(|d| d.verdict.clone())),
            text(decision.map(|d| as_text(&d.note))),
            text(file.review.as_ref().map(|r| as_text(&r.reviewer))),
            file.notice.clone(),
        ];
        writer.write_record(&record).map_err(|e| fail(e.to_string()))?;
    }
    writer.into_inner().map_err(|e| fail(e.to_string()))
}

fn decision_on(file: &FindingsFile, scan: usize, index: usize) -> Option<&SliceDecision> {
    let review = file.review.as_ref()?.scans.iter().find(|r| r.scan == scan)?;
    review.slices.iter().find(|s| s.index == index)
}

/// Spreadsheets run cells that start like a formula; a leading apostrophe makes them text.
fn as_text(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{value}") } else { value.to_owned() }
}
