//! The built program's words and exit codes in a terminal. Not for what `analyze` writes (`cli_analyze`).

use crate::cli_kit::{Place, code, text};

#[test]
fn version_names_commit_and_features() {
    let output = Place::new().run(&["--version"]);
    let line = text(&output.stdout);
    assert_eq!(code(&output), 0);
    assert!(line.starts_with(concat!("glioview ", env!("CARGO_PKG_VERSION"), " (")), "{line}");
    assert!(line.contains("features: cpu"), "{line}");
}

#[test]
fn a_verbose_version_names_the_kernels_that_run_here() {
    let output = Place::new().run(&["--version", "--verbose"]);
    let said = text(&output.stdout);
    assert_eq!(code(&output), 0, "{said}");
    let vectors = glioview::nn::ops::cpu::vectors().label();
    assert!(said.contains("device: CPU · ") && said.contains(&format!("vector instructions: {vectors}")), "{said}");
    assert!(said.contains("3×3 convolution: Winograd"), "{said}");
    assert_eq!(code(&Place::new().run(&["--verbose"])), 2, "alone it says nothing");
}

#[test]
fn wrong_words_end_with_two_and_say_which() {
    let place = Place::new();
    for (arguments, word) in [
        (&["analyze", "a.png"][..], "--out"),
        (&["analyze", "--out", "o"], "PATH"),
        (&["analyze", "a.png", "--out", "o", "--threshold", "1.5"], "not between 0 and 1"),
        (&["analyze", "a.png", "--out", "o", "--mask-threshold", "x"], "not a number"),
        (&["analyze", "a.png", "--out", "o", "--device", "tpu"], "auto, cpu, cuda or metal"),
        (&["info"], "PATH"),
    ] {
        let output = place.run(arguments);
        let said = text(&output.stderr);
        assert_eq!(code(&output), 2, "{said}");
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn info_says_what_a_folder_holds() {
    let place = Place::new();
    place.heads("heads", 3);
    let output = place.run(&["info", "heads"]);
    let said = text(&output.stdout);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert!(said.contains("PNG, 96 × 96 px, 3 slices, 8 bits"), "{said}");
    assert!(said.contains("sequences: T1, FLAIR, T1 post"), "{said}");
    assert!(said.contains("the kind of picture that the models know"), "{said}");
}

#[test]
fn info_in_json_is_one_document_and_names_what_did_not_open() {
    let place = Place::new();
    place.heads("heads", 2);
    std::fs::write(place.path("heads/broken.png"), b"\x89PNG\r\n\x1a\nbroken").unwrap();
    let output = place.run(&["info", "heads", "--json"]);
    assert_eq!(code(&output), 1, "one of three did not open");
    let info: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(info["studies"][0]["series"][0]["slices"], 2);
    assert_eq!(info["studies"][0]["series"][0]["columns"], 96);
    assert!(info["failures"][0].as_str().unwrap().contains("broken.png"), "{info}");
}

#[test]
fn info_knows_the_sample_and_calls_it_synthetic() {
    let output = Place::new().run(&["info", "sample:", "--json"]);
    let info: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((code(&output), &info["studies"][0]["synthetic"]), (0, &true.into()));
    assert_eq!(info["studies"][0]["series"][0]["known_kind"], true, "{info}");
}

#[test]
fn info_on_nothing_ends_with_two() {
    let output = Place::new().run(&["info", "missing.tif"]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).trim_end().ends_with("missing.tif"), "the path stands last");
}

#[test]
fn info_in_json_says_where_a_dicom_series_lies_and_names_no_patient_unless_asked() {
    use crate::dicom::kit::{self, EXPLICIT, Slice};
    let place = Place::new();
    for number in 0..3 {
        kit::put(&place.path("CASE"), &number.to_string(), &Slice::axial(number).object().file(EXPLICIT));
    }
    let output = place.run(&["info", "CASE", "--json"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(!said.contains("SECRET") && !said.contains("4711"), "{said}");
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    let series = &json["series"][0];
    for (key, value) in [
        ("kind", serde_json::json!("DICOM")),
        ("description", serde_json::json!("Ax FLAIR")),
        ("rows", serde_json::json!(6)),
        ("columns", serde_json::json!(8)),
        ("slices", serde_json::json!(3)),
        ("spacing_mm", serde_json::json!([1.5, 0.75, 5.0])),
        ("orientation", serde_json::json!("LPS")),
        ("transfer_syntax", serde_json::json!("1.2.840.10008.1.2.1")),
    ] {
        assert_eq!(series[key], value, "{key}");
    }
    assert!(series["warnings"].is_array());
    let asked = text(&place.run(&["info", "CASE", "--json", "--show-patient"]).stdout);
    assert!(asked.contains("SECRET, PERSON") && asked.contains("ID-4711"), "{asked}");
}
