//! The finding's diameters and the span of its volume, as RANO-LGG asks for them: which slices count, and the words. Not
//! for measuring one slice (`domain::diameters`) and not for drawing.

use std::sync::Arc;

use crate::domain::diameters::Diameters;
use crate::domain::geometry::Geometry;
use crate::domain::mask::ProbabilityMap;
use crate::domain::measurement::Size;
use crate::domain::review::Verdict;

use super::study::ScanState;
use super::{AppState, allowed, figures, placed};

/// The mask thresholds between which the volume's span is given.
pub const SPAN: [f32; 2] = [0.7, 0.3];

/// The finding's diameters and where they lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rano {
    /// The slice, from 0.
    pub slice: usize,
    /// The diameters.
    pub diameters: Diameters,
}

/// The slices whose outlines count, with their maps: flagged, outlined, and not rejected by the reader.
pub fn counted(state: &AppState) -> Vec<(usize, &Arc<ProbabilityMap>)> {
    if allowed::has_finding(state).is_err() {
        return Vec::new();
    }
    let Some((_, _, scan)) = state.current_scan() else { return Vec::new() };
    let Some(finding) = &scan.finding else { return Vec::new() };
    let maps = finding.slices.iter().enumerate().filter_map(|(slice, found)| Some((slice, found.map.as_ref()?)));
    maps.filter(|&(slice, _)| counts(state, scan, slice)).collect()
}

fn counts(state: &AppState, scan: &ScanState, slice: usize) -> bool {
    let thresholds = state.thresholds_of(scan);
    let is_rejected = scan.decision(slice, thresholds).is_some_and(|d| d.verdict == Verdict::NotTumor);
    scan.is_flagged(slice, thresholds.classifier) && !is_rejected
}

/// The slice with the longest diameter; the first of equals.
pub fn longest(all: impl Iterator<Item = (usize, Diameters)>) -> Option<Rano> {
    let length = |d: &Diameters| match d.longest {
        Size::Metric(value) | Size::Pixels(value) => value,
    };
    let mut best: Option<Rano> = None;
    for (slice, diameters) in all {
        if best.is_none_or(|b| length(&diameters) > length(&b.diameters)) {
            best = Some(Rano { slice, diameters });
        }
    }
    best
}

/// "46.2 × 31.0 mm": the longest diameter and its perpendicular.
pub fn diameters(diameters: &Diameters) -> String {
    let unit = |size| figures::length(size);
    let number = unit(diameters.longest);
    let number = number.split('\u{a0}').next().unwrap_or_default();
    format!("{number} × {}", unit(diameters.perpendicular))
}

/// "1 432 mm²": their product.
pub fn product(diameters: &Diameters) -> String {
    match diameters.product() {
        Size::Metric(mm2) => format!("{}\u{a0}mm²", placed::rounded(mm2)),
        Size::Pixels(px) => format!("{}\u{a0}px²", placed::rounded(px)),
    }
}

/// "Volume span, mask 0.7–0.3: 18.2–25.1 ml": as the mask threshold moves, no confidence interval. `None` while nothing counts.
pub fn volume_span(state: &AppState) -> Option<String> {
    let (_, pixels, scan) = state.current_scan()?;
    allowed::has_finding(state).ok()?;
    let slices: Vec<usize> = (0..scan.counts.len()).filter(|&slice| counts(state, scan, slice)).collect();
    if slices.is_empty() {
        return None;
    }
    let volume = |threshold| slices.iter().filter_map(|&slice| scan.area_px(slice, threshold)).sum::<usize>();
    let pending = slices.iter().filter(|&&slice| scan.is_pending(slice)).count();
    let pending = if pending > 0 { format!(" ({pending} pending)") } else { String::new() };
    let span = span(volume(SPAN[0]), volume(SPAN[1]), pixels.about.geometry.as_ref());
    Some(format!("Volume span, mask {}–{}: {span}{pending}", SPAN[0], SPAN[1]))
}

/// "18.2–25.1 ml", or in pixels.
fn span(low_px: usize, high_px: usize, geometry: Option<&Geometry>) -> String {
    let low = placed::volume(low_px, geometry);
    let number = low.rsplit_once('\u{a0}').map_or(low.as_str(), |(number, _)| number);
    format!("{number}–{}", placed::volume(high_px, geometry))
}
