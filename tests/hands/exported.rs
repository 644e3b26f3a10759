//! What the export says of millimeters: areas, volumes, measurements with units in their names. Not for the rest of a
//! results folder (`export`).

use std::ops::ControlFlow;

use glioview::domain::geometry::Geometry;
use glioview::domain::measurement::{Figure, Measurement};
use glioview::io::export::{ScanResults, StudyResults, write};
use serde_json::json;

use crate::export::{finding, json_of, review, study};

#[test]
fn areas_and_volumes_are_metric_where_the_file_knows_the_spacing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut study, finding) = (study(), finding(8));
    let geometry = Geometry::new([0.0; 3], [0.0, 0.0, 5.0], [0.0, 2.0, 0.0], [0.5, 0.0, 0.0]).expect("a stack");
    study.scans[0].about.geometry = Some(geometry);
    let review = review(&finding);
    let scans = vec![ScanResults { scan: 0, finding: &finding, review: Some(&review), measurements: &[], asked: &[] }];
    let results = StudyResults { study: &study, scans, outline_all: false };
    write(&[results], folder.path(), &mut |_, _| ControlFlow::Continue(())).expect("writes");
    let json = json_of(folder.path());
    let scan = &json["study"]["scans"][0];
    assert_eq!((&scan["spacing_mm"], &scan["orientation"]), (&json!([2.0, 0.5, 5.0]), &json!("LPS")));
    // 8 pixels of 1 mm², 5 mm thick.
    assert_eq!((&scan["mask_volume_px"], &scan["mask_volume_ml"]), (&json!(8), &json!(0.04)));
    assert_eq!((&json["slices"][1]["area_px"], &json["slices"][1]["area_mm2"]), (&json!(8), &json!(8.0)));
    assert_eq!(json["review"]["scans"][0]["slices"][0]["outline_area_mm2"], json!(8.0));
    let table = std::fs::read_to_string(folder.path().join("findings.csv")).expect("a table");
    let mut lines = table.lines();
    assert!(lines.next().expect("a heading").contains("area_px,area_mm2,mask"));
    assert!(lines.nth(1).expect("slice 2").contains(",8,8,masks/"), "{table}");
}

#[test]
fn measurements_are_exported_with_units_in_their_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut study, finding) = (study(), finding(8));
    let ruler =
        |id, figure| Measurement { id, slice: 1, sequence: 0, figure, text: "edge".into(), at_secs: 1_700_000_000 };
    let all =
        [ruler(1, Figure::Distance([[0.5, 0.5], [3.5, 2.5]])), ruler(2, Figure::Rectangle([[0.0, 0.0], [2.0, 2.0]]))];
    let mut export = |geometry| {
        study.scans[0].about.geometry = geometry;
        let scans = vec![ScanResults { scan: 0, finding: &finding, review: None, measurements: &all, asked: &[] }];
        let results = StudyResults { study: &study, scans, outline_all: false };
        write(&[results], folder.path(), &mut |_, _| ControlFlow::Continue(())).expect("writes");
        json_of(folder.path())["measurements"].clone()
    };
    let plain = export(None);
    assert_eq!((&plain[0]["kind"], &plain[0]["length_px"]), (&json!("distance"), &json!(3.606)));
    assert!(plain[0].get("length_mm").is_none() && plain[0].get("points_lps_mm").is_none());
    assert_eq!((&plain[1]["area_px"], plain[1].get("area_mm2")), (&json!(4), None));
    let geometry = Geometry::new([10.0, 0.0, 0.0], [0.0, 0.0, 5.0], [0.0, 2.0, 0.0], [1.0, 0.0, 0.0]).expect("a stack");
    let metric = export(Some(geometry));
    assert_eq!((&metric[0]["length_mm"], metric[0].get("length_px")), (&json!(5.0), None));
    assert_eq!(metric[0]["points_lps_mm"], json!([[10.0, 0.0, 5.0], [13.0, 4.0, 5.0]]));
    assert_eq!((&metric[1]["area_mm2"], &metric[1]["text"]), (&json!(8.0), &json!("edge")));
    assert_eq!(metric[0]["at"], "2023-11-14T22:13:20Z");
}
