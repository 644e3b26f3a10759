//! What a study is, as it was read, in plain lines for the terminal. Not for results (`export`), and not for the window.

use super::findings_json::RESEARCH_USE;
use crate::domain::gate::{GateVerdict, check};
use crate::domain::scan::{Scan, Study};

/// The lines of `study`: its title first, then every scan with sizes, depth, sequences, masks, and whatever was odd.
pub fn describe(study: &Study) -> Vec<String> {
    let synthetic = if study.synthetic { " (synthetic, not a patient)" } else { "" };
    let mib = study.bytes() as f64 / f64::from(1 << 20);
    let mut lines = vec![
        format!("{}{synthetic}", study.title),
        format!("  series: {}, slices: {}, in memory: {mib:.1} MiB", study.scans.len(), study.slice_count()),
    ];
    lines.extend(study.warnings.iter().map(|w| format!("  note: {w}")));
    study.scans.iter().for_each(|scan| describe_scan(scan, &mut lines));
    lines.push(RESEARCH_USE.to_owned());
    lines
}

fn describe_scan(scan: &Scan, lines: &mut Vec<String>) {
    let bits = scan.slices.first().and_then(|s| s.planes.first()).map_or(0, |p| p.samples.bits());
    let depth = if bits == 32 { "32-bit float".to_owned() } else { format!("{bits}-bit") };
    let sequences: Vec<&str> = scan.sequences.iter().map(|s| s.label()).collect();
    lines.push(format!("  {}", scan.title));
    lines.push(format!("    kind: {}, {depth}", scan.kind));
    lines.push(format!("    size: {} × {} px, slices: {}", scan.cols, scan.rows, scan.slices.len()));
    lines.push(format!("    sequences: {}", sequences.join(", ")));
    lines.push("    orientation and pixel size: unknown, these files carry none".to_owned());
    for (index, sequence) in sequences.iter().enumerate() {
        let planes = scan.slices.iter().filter_map(|s| s.planes.get(index));
        let values = planes.flat_map(|p| (0..p.samples.len()).map(|i| p.samples.get(i)));
        let (low, high) = values.fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        lines.push(format!("    values of {sequence}: {low} to {high}"));
    }
    let masks = scan.reference.iter().flatten().count();
    if masks > 0 {
        let filled = scan.reference.iter().flatten().filter(|m| !m.is_empty()).count();
        lines.push(format!("    reference masks: {masks}, of which {filled} are not empty"));
    }
    match check(scan) {
        GateVerdict::Known => lines.push("    looks like what the nets know".to_owned()),
        GateVerdict::Unknown(reasons) => {
            let words: Vec<&str> = reasons.into_iter().map(crate::domain::gate::GateReason::words).collect();
            lines.push(format!("    not the kind of picture that the nets know: {}", words.join("; ")));
        }
    }
    lines.extend(scan.warnings.iter().map(|w| format!("    note: {w}")));
    for slice in &scan.slices {
        lines.extend(slice.warnings.iter().map(|w| format!("    {}: {w}", slice.name)));
    }
}
