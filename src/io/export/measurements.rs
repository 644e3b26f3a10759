//! The reader's measurements in the form of `findings.json`. Not for working them out (`domain::measurement`).

use super::{ScanResults, StudyResults, counted_mask};
use crate::domain::diameters::{self, Diameters};
use crate::domain::measurement::{Figure, Measurement, Reading, Size, reading};
use crate::domain::review::Verdict;
use crate::domain::scan::Scan;
use crate::io::findings_json::{MeasurementEntry, thousandths, utc};

/// All measurements of all scans, slice by slice.
pub fn entries(results: &StudyResults<'_>) -> Vec<MeasurementEntry> {
    let mut entries = Vec::new();
    for item in &results.scans {
        let scan = &results.study.scans[item.scan];
        let mut of_scan: Vec<&Measurement> = item.measurements.iter().collect();
        of_scan.sort_by_key(|m| (m.slice, m.id));
        entries.extend(of_scan.into_iter().map(|m| entry(item.scan, scan, m)));
    }
    entries
}

/// The longest diameters of the masks that count, slice by slice, as an entry of its own.
pub fn diameters(results: &StudyResults<'_>, item: &ScanResults<'_>) -> Option<MeasurementEntry> {
    let scan = &results.study.scans[item.scan];
    let geometry = scan.about.geometry.as_ref();
    let of_slice = |slice| {
        let mask = counted_mask(results, item, slice).filter(|_| !is_rejected(item, slice))?;
        diameters::of_mask(&mask, geometry).map(|d| (slice, d))
    };
    let length = |d: &Diameters| match d.longest {
        Size::Metric(value) | Size::Pixels(value) => value,
    };
    let all = (0..item.finding.slices.len()).filter_map(of_slice);
    let (slice, found) = all.reduce(|best, next| if length(&next.1) > length(&best.1) { next } else { best })?;
    let figure = Figure::Diameters(found.points);
    let sequence = scan.first_shown_sequence();
    let measurement = Measurement { id: 0, slice, sequence, figure, text: String::new(), at_secs: 0 };
    Some(MeasurementEntry { at: String::new(), ..entry(item.scan, scan, &measurement) })
}

/// Whether the reader said that a slice's outline is no tumor.
pub fn is_rejected(item: &ScanResults<'_>, slice: usize) -> bool {
    let decided = item.review.and_then(|r| r.slices.get(slice)).and_then(Option::as_ref);
    decided.is_some_and(|d| d.verdict == Verdict::NotTumor)
}

fn entry(index: usize, scan: &Scan, measurement: &Measurement) -> MeasurementEntry {
    let points = measurement.figure.points();
    let in_patient = |p: &[f64; 2]| {
        // The geometry counts from the first pixel's center.
        let voxel = [measurement.slice as f64, p[1] - 0.5, p[0] - 0.5];
        scan.about.geometry.map(|g| g.patient_from_voxel(voxel).map(thousandths))
    };
    let mut entry = MeasurementEntry {
        scan: index,
        index: measurement.slice,
        sequence: scan.sequences.get(measurement.sequence).map_or("", |s| s.label()).to_owned(),
        kind: measurement.figure.label().to_owned(),
        points_px: points.iter().map(|p| p.map(thousandths)).collect(),
        points_lps_mm: points.iter().map(in_patient).collect(),
        text: measurement.text.clone(),
        at: utc(measurement.at_secs),
        ..MeasurementEntry::default()
    };
    match reading(measurement, scan) {
        Reading::Distance(Size::Metric(mm)) => entry.length_mm = Some(thousandths(mm)),
        Reading::Distance(Size::Pixels(px)) => entry.length_px = Some(thousandths(px)),
        Reading::Angle(degrees) => entry.angle_degrees = Some(thousandths(degrees)),
        Reading::Region(Some((area, statistics))) => {
            if let Size::Metric(mm2) = area {
                entry.area_mm2 = Some(thousandths(mm2));
            }
            entry.area_px = Some(statistics.count);
            entry.mean = Some(thousandths(statistics.mean));
            entry.sd = Some(thousandths(statistics.sd));
            entry.min = Some(statistics.min);
            entry.max = Some(statistics.max);
        }
        Reading::Diameters(found) => match (found.longest, found.perpendicular, found.product()) {
            (Size::Metric(longest), Size::Metric(perpendicular), Size::Metric(product)) => {
                entry.length_mm = Some(thousandths(longest));
                entry.perpendicular_mm = Some(thousandths(perpendicular));
                entry.product_mm2 = Some(thousandths(product));
            }
            (Size::Metric(a) | Size::Pixels(a), Size::Metric(b) | Size::Pixels(b), _) => {
                entry.length_px = Some(thousandths(a));
                entry.perpendicular_px = Some(thousandths(b));
                entry.product_px2 = Some(thousandths(a * b));
            }
        },
        Reading::Region(None) | Reading::Nothing => {}
    }
    entry
}
