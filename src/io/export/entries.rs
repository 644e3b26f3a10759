//! From findings and reviews to the form of `findings.json`. Not for writing files.

use std::collections::BTreeMap;

use super::{ScanResults, StudyResults, clean_name, counted_mask, counted_mask_at, measurements};
use crate::domain::card::Task;
use crate::domain::finding::ModelStamp;
use crate::domain::gate::GateVerdict;
use crate::domain::mask::Mask;
use crate::domain::metrics;
use crate::domain::review::{Review, ReviewKey};
use crate::domain::scan::Slice;
use crate::io::findings_json::{
    DICE_DEFINITION, FindingsFile, Model, Program, RESEARCH_USE, Reference, ReviewInfo, ScanInfo, ScanReview,
    SliceDecision, SliceEntry, StudyInfo, VolumeSpan, short, thousandths, utc,
};
use crate::io::series::file_name;

/// The whole file, with `slices` made before.
pub fn findings_file(results: &StudyResults<'_>, slices: Vec<SliceEntry>) -> FindingsFile {
    let study = results.study;
    FindingsFile {
        notice: RESEARCH_USE.to_owned(),
        program: Program {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: option_env!("GLIOVIEW_COMMIT").unwrap_or("unknown").to_owned(),
        },
        models: results.scans.first().map(|s| models(&s.finding.models)).unwrap_or_default(),
        study: StudyInfo {
            title: study.title.clone(),
            synthetic: study.synthetic,
            scans: results.scans.iter().map(|item| scan_info(results, item, &slices)).collect(),
            warnings: study.warnings.clone(),
        },
        reference: reference(results),
        slices,
        measurements: measurements::entries(results),
        review: review_info(results),
    }
}

/// One slice, its mask's file still to be named.
pub fn slice_entry(
    results: &StudyResults<'_>,
    item: &ScanResults<'_>,
    index: usize,
    mask: Option<&Mask>,
) -> SliceEntry {
    let slice = &results.study.scans[item.scan].slices[index];
    let found = &item.finding.slices[index];
    let threshold = item.finding.model(Task::Classifier).map(|m| m.threshold);
    let positive = threshold.is_some_and(|t| found.is_flagged(t));
    let mut warnings = slice.warnings.clone();
    warnings.extend(found.warnings.iter().cloned());
    if positive && found.map.is_none() {
        warnings.push("The outline was still pending.".to_owned());
    }
    if !positive && mask.is_some() && item.asked.contains(&index) {
        warnings.push("Not flagged; outlined because the reader asked for it.".to_owned());
    }
    let area_px = mask.map_or(0, Mask::area_px);
    let geometry = results.study.scans[item.scan].about.geometry;
    SliceEntry {
        path: relative_path(results, slice),
        page: slice.page.map(|p| p + 1),
        scan: item.scan,
        index,
        probability: found.score.map(short),
        positive,
        mask: None,
        overlay: None,
        area_px,
        area_mm2: geometry.map(|g| thousandths(area_px as f64 * g.pixel_area_mm2())),
        warnings,
    }
}

/// The stem of a slice's pictures: its file's stem, and the page where there are several.
pub fn stem_of(slice: &Slice) -> String {
    let stem = slice.path.file_stem().map_or_else(|| file_name(&slice.path), |s| s.to_string_lossy().into_owned());
    match slice.page {
        Some(page) => clean_name(&format!("{stem}_p{}", page + 1)),
        None => clean_name(&stem),
    }
}

/// Relative to the opened folder; for single files the name alone. Never the folders above, which may name a patient.
fn relative_path(results: &StudyResults<'_>, slice: &Slice) -> String {
    let inside = slice.path.strip_prefix(&results.study.source).ok().filter(|p| !p.as_os_str().is_empty());
    let parts =
        inside.map(|p| p.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>());
    parts.map_or_else(|| file_name(&slice.path), |parts| parts.join("/"))
}

fn models(stamps: &[ModelStamp]) -> BTreeMap<String, Model> {
    let task = |stamp: &ModelStamp| match stamp.task {
        Task::Classifier => "classifier".to_owned(),
        Task::Segmenter => "segmenter".to_owned(),
    };
    let model = |stamp: &ModelStamp| Model {
        name: stamp.name.clone(),
        version: stamp.version,
        sha256: stamp.sha256.clone(),
        threshold: short(stamp.threshold),
        card_threshold: short(stamp.card_threshold),
        threshold_moved: stamp.threshold != stamp.card_threshold,
    };
    stamps.iter().map(|stamp| (task(stamp), model(stamp))).collect()
}

fn scan_info(results: &StudyResults<'_>, item: &ScanResults<'_>, slices: &[SliceEntry]) -> ScanInfo {
    let scan = &results.study.scans[item.scan];
    let reasons = match &item.finding.gate {
        GateVerdict::Known => Vec::new(),
        GateVerdict::Unknown(reasons) => reasons.iter().map(|r| r.words().to_owned()).collect(),
    };
    let geometry = scan.about.geometry;
    let mask_volume_px = slices.iter().filter(|s| s.scan == item.scan).map(|s| s.area_px).sum();
    ScanInfo {
        scan: item.scan,
        title: scan.title.clone(),
        kind: scan.kind.clone(),
        rows: scan.rows,
        cols: scan.cols,
        sequences: scan.sequences.iter().map(|s| s.label().to_owned()).collect(),
        slices: scan.slices.len(),
        spacing_mm: geometry.map(|g| {
            let [slice, row, col] = g.spacing_mm();
            [row, col, slice]
        }),
        orientation: geometry.map(|g| g.axis_codes()),
        mask_volume_px,
        mask_volume_ml: geometry.map(|g| thousandths(mask_volume_px as f64 * g.volume_mm3() / 1000.0)),
        mask_volume_span: volume_span(results, item),
        diameters: measurements::diameters(results, item),
        pixels_sha256: item.finding.pixels_sha256.clone(),
        gate: item.finding.gate.clone(),
        gate_reasons: reasons,
        gate_overridden: item.finding.is_override,
        warnings: scan.warnings.clone(),
    }
}

/// The volume between the mask thresholds 0.7 and 0.3, over the slices whose masks count.
fn volume_span(results: &StudyResults<'_>, item: &ScanResults<'_>) -> VolumeSpan {
    const THRESHOLDS: [f32; 2] = [0.7, 0.3];
    let volume_px = THRESHOLDS.map(|threshold| {
        let slices = (0..item.finding.slices.len()).filter(|&index| !measurements::is_rejected(item, index));
        let masks = slices.filter_map(|index| counted_mask_at(results, item, index, threshold));
        masks.map(|mask| mask.area_px()).sum()
    });
    let geometry = results.study.scans[item.scan].about.geometry;
    let volume_ml = geometry.map(|g| volume_px.map(|px: usize| thousandths(px as f64 * g.volume_mm3() / 1000.0)));
    VolumeSpan { mask_thresholds: THRESHOLDS.map(short), volume_px, volume_ml }
}

/// Agreement with the reference masks of all scans; `None` where there are none.
fn reference(results: &StudyResults<'_>) -> Option<Reference> {
    let (mut both, mut model, mut truth) = (0u64, 0u64, 0u64);
    let (mut slices, mut on_tumor) = (0, Vec::new());
    for item in &results.scans {
        let scan = &results.study.scans[item.scan];
        for (index, expected) in scan.reference.iter().enumerate() {
            let Some(expected) = expected else { continue };
            let found = counted_mask(results, item, index);
            let overlap = found.as_ref().map_or(0, |m| m.overlap_px(expected)) as u64;
            let areas = (found.as_ref().map_or(0, Mask::area_px) as u64, expected.area_px() as u64);
            slices += 1;
            both += overlap;
            model += areas.0;
            truth += areas.1;
            if areas.1 > 0 {
                on_tumor.extend(metrics::dice(overlap, areas.0, areas.1));
            }
        }
    }
    (slices > 0).then(|| Reference {
        dice: metrics::dice(both, model, truth),
        dice_tumor_slices: metrics::mean(&on_tumor),
        slices,
        tumor_slices: on_tumor.len(),
        definition: DICE_DEFINITION.to_owned(),
    })
}

fn review_info(results: &StudyResults<'_>) -> Option<ReviewInfo> {
    let reviews: Vec<(&ScanResults<'_>, &Review)> = results.scans.iter().filter_map(|s| Some((s, s.review?))).collect();
    let reviewer = reviews.first()?.1.reviewer.clone();
    let scans = reviews.iter().map(|(item, review)| scan_review(results, item, review)).collect();
    Some(ReviewInfo { reviewer, scans })
}

fn scan_review(results: &StudyResults<'_>, item: &ScanResults<'_>, review: &Review) -> ScanReview {
    let pixel_mm2 = results.study.scans[item.scan].about.geometry.map(|g| g.pixel_area_mm2());
    let decision = |index: usize| {
        let decided = review.slices.get(index)?.as_ref();
        let viewed = review.viewed.get(index).copied().unwrap_or(false);
        let outline_px = decided.and_then(|d| d.outline_area_px);
        (viewed || decided.is_some()).then(|| SliceDecision {
            index,
            viewed,
            verdict: decided.map(|d| d.verdict.label().to_owned()),
            at: decided.map(|d| utc(d.at_secs)),
            outline_area_px: outline_px,
            outline_area_mm2: outline_px.zip(pixel_mm2).map(|(px, mm2)| thousandths(px as f64 * mm2)),
            outline_runs: decided.and_then(|d| d.outline_runs.clone()),
            note: decided.map(|d| d.note.clone()).unwrap_or_default(),
        })
    };
    ScanReview {
        scan: item.scan,
        decided_on_this_result: review.key == ReviewKey::of(item.finding),
        order: review.order,
        call: review.call,
        viewed: review.viewed.iter().filter(|v| **v).count(),
        slices: (0..review.slices.len()).filter_map(decision).collect(),
    }
}
