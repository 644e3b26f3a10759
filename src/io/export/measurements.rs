//! The reader's measurements in the form of `findings.json`. Not for working them out (`domain::measurement`).

use super::StudyResults;
use crate::domain::measurement::{Measurement, Reading, Size, reading};
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
        Reading::Region(None) | Reading::Nothing => {}
    }
    entry
}
