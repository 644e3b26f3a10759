//! `glioview analyze` from the outside: files, exit codes, what is printed where, stopping. Not for the nets' quality.

use std::path::Path;
use std::time::Duration;

use glioview::engine::Engine;
use glioview::engine::command::{AnalyzeOptions, Command, JobId};
use glioview::engine::event::Event;

use crate::cli_kit::{Place, analyze_arguments, code, head, json, random_choice, text};

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn one_study_lies_in_the_folder_itself_with_all_that_was_promised() {
    let place = Place::new();
    place.heads("heads", 3);
    let output = place.analyze(&["heads", "--out", "out", "--threshold", "0", "--mask-threshold", "0"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let findings = json(&place.path("out/findings.json"));
    for key in ["notice", "program", "models", "study", "reference", "slices", "review"] {
        assert!(findings.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(findings["notice"], "Research use only. Not for diagnosis.");
    assert_eq!(findings["models"]["classifier"]["threshold"], 0.0);
    let slices = findings["slices"].as_array().unwrap();
    assert_eq!(slices.len(), 3);
    for (i, slice) in slices.iter().enumerate() {
        assert!(slice["path"].as_str().unwrap().ends_with(&format!("slice_{}.png", i + 1)), "{slice}");
        assert!(slice["probability"].as_f64().is_some_and(|p| (0.0..=1.0).contains(&p)), "{slice}");
        assert_eq!((&slice["index"], &slice["positive"]), (&i.into(), &true.into()));
        let mask = image::open(place.path("out").join(slice["mask"].as_str().unwrap())).unwrap().to_luma8();
        assert_eq!(mask.dimensions(), (96, 96), "scan pixels");
        let inside = mask.pixels().filter(|p| p.0[0] > 0).count();
        assert_eq!(slice["area_px"], inside);
    }
    assert!(place.path("out/findings.csv").is_file());
    let said = text(&output.stdout);
    assert!(said.contains("3 slices read, 3 flagged, 3 outlined"), "{said}");
    assert!(!said.contains('\u{1b}') && output.stderr.is_empty(), "plain lines in a pipe: {said}");
}

#[test]
fn nothing_flagged_writes_scores_and_no_mask_unless_all_are_to_be_segmented() {
    let place = Place::new();
    place.heads("heads", 2);
    assert_eq!(code(&place.analyze(&["heads", "--out", "few", "--threshold", "1", "--mask-threshold", "0"])), 0);
    let few = json(&place.path("few/findings.json"));
    assert!(few["slices"].as_array().unwrap().iter().all(|s| s["mask"].is_null() && s["positive"] == false), "{few}");
    let all = ["heads", "--out", "all", "--threshold", "1", "--mask-threshold", "0", "--segment-all"];
    assert_eq!(code(&place.analyze(&all)), 0);
    let all = json(&place.path("all/findings.json"));
    assert!(all["slices"].as_array().unwrap().iter().all(|s| s["mask"].is_string() && s["positive"] == false), "{all}");
}

#[test]
fn several_studies_get_a_folder_each() {
    let place = Place::new();
    for patient in ["set/a", "set/b", "other"] {
        place.heads(patient, 1);
    }
    let output = place.analyze(&["set", "other", "--out", "out"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert_eq!(names(&place.path("out")), ["a", "b", "other"]);
    for name in ["a", "b", "other"] {
        assert_eq!(json(&place.path("out").join(name).join("findings.json"))["slices"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_bad_file_among_good_ones_is_listed_and_the_rest_is_done() {
    let place = Place::new();
    place.heads("heads", 2);
    std::fs::write(place.path("heads/slice_3.png"), b"\x89PNG\r\n\x1a\nbroken").unwrap();
    let output = place.analyze(&["heads", "--out", "out"]);
    assert_eq!(code(&output), 1);
    assert_eq!(json(&place.path("out/findings.json"))["slices"].as_array().unwrap().len(), 2);
    let said = text(&output.stderr);
    assert!(said.contains("Failed: 1"), "{said}");
    assert!(said.trim_end().ends_with("slice_3.png"), "the path stands last: {said}");
}

#[test]
fn nothing_to_do_ends_with_two_and_writes_nothing() {
    let place = Place::new();
    std::fs::create_dir(place.path("empty")).unwrap();
    std::fs::write(place.path("notes.txt"), "no picture").unwrap();
    for path in ["empty", "missing.tif", "notes.txt"] {
        let output = place.analyze(&[path, "--out", "out"]);
        assert_eq!(code(&output), 2, "{path}");
        assert!(text(&output.stderr).contains(path), "{}", text(&output.stderr));
    }
    assert!(!place.path("out").exists());
}

#[test]
fn models_that_do_not_load_end_with_two_and_are_named() {
    let place = Place::new();
    place.heads("heads", 1);
    std::fs::write(place.path("w.safetensors"), b"no weights").unwrap();
    let output = place.run(&["analyze", "heads", "--out", "out", "--classifier", "w.safetensors"]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("Could not load the models"), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("w.safetensors"));
}

#[test]
fn a_place_that_cannot_be_written_is_a_clear_error() {
    let place = Place::new();
    place.heads("heads", 1);
    std::fs::write(place.path("file"), "not a folder").unwrap();
    let output = place.analyze(&["heads", "--out", "file/out"]);
    assert_eq!(code(&output), 2);
    let said = text(&output.stderr);
    assert!(said.contains("Could not write") && said.contains("file"), "{said}");
    assert_eq!(std::fs::read(place.path("file")).unwrap(), b"not a folder", "what was there is untouched");
}

/// No file may grow beyond 1 kB: what a full disk does to a writer, without filling one.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_during_an_export_is_a_clear_error_and_leaves_earlier_results_whole() {
    let place = Place::new();
    place.heads("heads", 2);
    let arguments = ["heads", "--out", "out", "--threshold", "0", "--mask-threshold", "0"];
    assert_eq!(code(&place.analyze(&arguments)), 0);
    let before = (names(&place.path("out")), std::fs::read(place.path("out/findings.json")).unwrap());
    let program = env!("CARGO_BIN_EXE_glioview");
    let limited = format!("trap '' XFSZ; ulimit -f 1; exec {program} \"$@\"");
    let mut command = std::process::Command::new("bash");
    command.args(["-c", &limited, "bash"]).args(analyze_arguments()).args(arguments).current_dir(place.path(""));
    let output = command.env("GLIOVIEW_HOME", place.path("home")).env_remove("DISPLAY").output().unwrap();
    assert_eq!(code(&output), 2, "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stderr).contains("File too large"), "{}", text(&output.stderr));
    let after = (names(&place.path("out")), std::fs::read(place.path("out/findings.json")).unwrap());
    assert_eq!(after, before, "the earlier results are as they were, and nothing half written lies about");
}

#[test]
fn a_picture_of_another_kind_is_not_analyzed_until_the_user_says_so() {
    let place = Place::new();
    std::fs::create_dir(place.path("gray")).unwrap();
    image::GrayImage::from_pixel(96, 96, image::Luma([128])).save(place.path("gray/a.png")).unwrap();
    let arguments: Vec<&str> = analyze_arguments().into_iter().filter(|a| *a != "--analyze-anyway").collect();
    let output = place.run(&[&arguments[..], &["gray", "--out", "out"]].concat());
    assert_eq!(code(&output), 2);
    let said = text(&output.stderr);
    assert!(said.contains("Not the kind of picture this model knows") && said.contains("--analyze-anyway"), "{said}");
    place.heads("heads", 1);
    let output = place.run(&[&arguments[..], &["gray", "heads", "--out", "both"]].concat());
    assert_eq!(code(&output), 1, "{}", text(&output.stderr));
    assert_eq!(names(&place.path("both")), ["heads"]);
    assert_eq!(code(&place.analyze(&["gray", "--out", "out"])), 0);
    assert_eq!(json(&place.path("out/findings.json"))["study"]["scans"][0]["gate_overridden"], true);
}

#[test]
fn json_has_standard_output_to_itself() {
    let place = Place::new();
    place.heads("set/a", 1);
    place.heads("set/b", 1);
    let one = place.analyze(&["set/a", "--out", "one", "--json"]);
    let printed: serde_json::Value = serde_json::from_slice(&one.stdout).expect("nothing but JSON");
    assert_eq!(printed, json(&place.path("one/findings.json")));
    assert!(text(&one.stderr).contains("1 slices read"), "the lines go beside it");
    let two = place.analyze(&["set", "--out", "two", "--json"]);
    let printed: serde_json::Value = serde_json::from_slice(&two.stdout).expect("an array");
    assert_eq!(printed[1], json(&place.path("two/b/findings.json")));
    let none = place.analyze(&["missing", "--out", "none", "--json"]);
    assert_eq!((code(&none), text(&none.stdout).trim()), (2, ""));
}

#[test]
fn the_terminal_and_the_window_say_the_same_to_the_bit() {
    let place = Place::new();
    place.heads("heads", 4);
    let written = place.analyze(&["heads", "--out", "out", "--threshold", "0", "--mask-threshold", "0.5"]);
    assert_eq!(code(&written), 0, "{}", text(&written.stderr));
    let findings = json(&place.path("out/findings.json"));
    let engine = Engine::inline();
    engine.send(Command::LoadModels { job: JobId(1), choice: random_choice() });
    engine.send(Command::Open { job: JobId(2), paths: vec![place.path("heads")] });
    let events = engine.drain(Duration::from_secs(9));
    let study = events.iter().find_map(|e| if let Event::Opened { studies, .. } = e { studies.first() } else { None });
    // The window starts at the slice on screen and goes on through all slices.
    let options = AnalyzeOptions {
        threshold: Some(0.0),
        mask_threshold: Some(0.5),
        is_override: true,
        first_slice: 2,
        outline_all: true,
    };
    engine.send(Command::Analyze { job: JobId(3), study: study.unwrap().clone(), scan: 0, options });
    let mut compared = 0;
    for event in engine.drain(Duration::from_secs(9)) {
        match event {
            Event::Scored { slice, score, .. } => {
                let printed = findings["slices"][slice]["probability"].to_string();
                assert_eq!(printed.parse::<f32>().unwrap().to_bits(), score.to_bits(), "slice {slice}");
                compared += 1;
            }
            Event::Outlined { slice, map, .. } => {
                let mask = map.mask(0.5);
                assert_eq!(findings["slices"][slice]["area_px"], mask.area_px());
                if let Some(path) = findings["slices"][slice]["mask"].as_str() {
                    let png = image::open(place.path("out").join(path)).unwrap().to_luma8();
                    assert!(png.pixels().zip(&mask.bits).all(|(p, &bit)| (p.0[0] > 0) == bit), "slice {slice}");
                }
                compared += 1;
            }
            _ => {}
        }
    }
    assert_eq!(compared, 8);
}

#[test]
fn several_files_are_the_slices_of_one_study() {
    let place = Place::new();
    for i in [10, 2, 1] {
        head(i).save(place.path(&format!("s_{i}.png"))).unwrap();
    }
    assert_eq!(code(&place.analyze(&["s_10.png", "s_2.png", "s_1.png", "--out", "out"])), 0);
    let findings = json(&place.path("out/findings.json"));
    let order: Vec<&str> = findings["slices"].as_array().unwrap().iter().map(|s| s["path"].as_str().unwrap()).collect();
    assert!(order[0].ends_with("s_1.png") && order[2].ends_with("s_10.png"), "{order:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_cleanly_and_keeps_what_is_finished() {
    use std::time::Instant;
    let place = Place::new();
    for i in 0..60 {
        place.heads(&format!("set/p{i:02}"), 4);
    }
    let arguments = [analyze_arguments(), vec!["set", "--out", "out"]].concat();
    let child = place.program(&arguments).spawn().unwrap();
    let started = Instant::now();
    while !place.path("out/p00/findings.json").exists() {
        assert!(started.elapsed() < Duration::from_mins(1), "the first study is never finished");
        std::thread::sleep(Duration::from_millis(5));
    }
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(code(&output), 1, "{said}");
    assert!(said.contains("Stopped. What was finished is kept"), "{said}");
    let finished = names(&place.path("out"));
    assert!(finished.len() < 60, "it stopped before the end");
    for name in finished {
        assert!(json(&place.path("out").join(name).join("findings.json"))["slices"].is_array());
    }
}
