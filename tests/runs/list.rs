//! The list of runs, and the jobs on single ones. Not for training them (`steering`).

use std::path::Path;
use std::time::Duration;

use glioview::engine::event::Event;
use glioview::engine::lab::order::{LabOrder, RunLabel};
use glioview::engine::lab::report::{LabReport, RunStatus};
use glioview::io::runs;
use glioview::train::event::Mark;
use glioview::train::observer::Flow;
use glioview::train::run::Run;

use super::kit::{Place, Scripted, is_step, lab, list, reports, resume, trained_inline};
use crate::engine_kit::failure_of;

fn ask(place: &Place, order: LabOrder) -> Vec<Event> {
    let engine = place.inline();
    engine.send(lab(5, order));
    engine.drain(Duration::from_secs(5))
}

fn made_elsewhere(place: &Place, name: &str) -> std::path::PathBuf {
    place.train(place.config(1), name, &mut Scripted::listening()).unwrap();
    runs::register(&place.home(), &place.path(name)).unwrap();
    place.path(name)
}

#[test]
fn a_run_is_listed_with_its_best_its_curve_and_its_time() {
    let place = Place::new();
    let folder = trained_inline(&place, 3);
    let [run] = &list(&place)[..] else { panic!("one run") };
    assert_eq!((&run.folder, run.status, run.epochs_done), (&folder, RunStatus::Finished, 3));
    assert_eq!((run.metric_name.as_str(), run.metric_curve.len()), ("volume_dice", 3));
    let (best, loss, metric) = run.best.unwrap();
    assert!(loss.is_finite() && metric == run.metric_curve[best] && run.secs > 0.0);
    assert!(run.has_weights && run.trouble.is_none() && run.begun_secs > 1_700_000_000);
    let config = run.config.as_ref().unwrap();
    assert_eq!(config.epochs, 3);
    assert!(config.data.is_absolute());
}

#[test]
fn runs_made_elsewhere_are_listed_once_and_drop_out_when_they_vanish() {
    let place = Place::new();
    let folder = made_elsewhere(&place, "mine");
    runs::register(&place.home(), &folder).unwrap();
    made_elsewhere(&place, "other");
    assert_eq!(list(&place).len(), 2);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(list(&place).len(), 1);
    std::fs::write(place.home().runs_file(), "{ broken").unwrap();
    assert!(list(&place).is_empty(), "a list that cannot be read is begun anew");
}

#[test]
fn a_run_in_training_is_told_from_one_that_was_interrupted() {
    let place = Place::new();
    let folder = place.path("run");
    let run = Run::create(place.config(1), &folder, &mut |_, _| true).unwrap();
    runs::register(&place.home(), &folder).unwrap();
    assert_eq!(list(&place)[0].status, RunStatus::Running);
    drop(run);
    assert_eq!(list(&place)[0].status, RunStatus::Interrupted);
    resume(&folder, &mut Scripted::listening()).unwrap();
    assert_eq!(list(&place)[0].status, RunStatus::Finished);
}

#[test]
fn a_run_of_a_newer_version_or_one_that_is_broken_is_listed_with_the_reason() {
    let place = Place::new();
    let change = |folder: &Path, name: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(text.contains(from));
        std::fs::write(folder.join(name), text.replace(from, to)).unwrap();
    };
    let newer = made_elsewhere(&place, "newer");
    change(&newer, "run.json", "\"run_version\": 1", "\"run_version\": 99");
    change(&newer, "config.json", "\"seed\": 1", "\"seed_of_tomorrow\": 1");
    change(&made_elsewhere(&place, "broken"), "config.json", "\"epochs\": 1", "\"epochs\": \"many\"");
    change(&made_elsewhere(&place, "state"), "state.json", "\"run_version\": 1", "\"run_version\": 99");
    for run in list(&place) {
        let name = run.folder.file_name().unwrap().to_string_lossy().into_owned();
        let trouble = run.trouble.clone().unwrap_or_default();
        assert_eq!((run.status, run.config), (RunStatus::Unreadable, None), "{name}");
        let expected = if name == "broken" { "many" } else { "written by a newer version" };
        assert!(trouble.contains(expected), "{name}: {trouble}");
    }
    let events = ask(&place, LabOrder::Resume(newer));
    assert!(failure_of(&events, 5).expect("refused").to_string().contains("newer version"));
}

#[test]
fn a_run_of_the_first_version_without_begin_and_end_is_listed_too() {
    let place = Place::new();
    let folder = made_elsewhere(&place, "old");
    for name in ["run.json", "run.lock", "steps.csv"] {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    let run = &list(&place)[0];
    assert_eq!(run.status, RunStatus::Finished);
    assert!(run.begun_secs > 1_700_000_000, "by the age of its settings");
}

#[test]
fn a_run_is_read_in_full_with_steps_marks_and_examples() {
    let place = Place::new();
    let folder = place.path("run");
    place.train(place.config(2), "run", &mut Scripted::saying(Flow::Pause, |e| is_step(e, 0, 1))).unwrap();
    let events = ask(&place, LabOrder::ReadRun(folder.clone()));
    let [LabReport::RunRead(record)] = reports(&events, 5)[..] else { panic!("{events:?}") };
    assert_eq!((record.epochs.len(), record.steps.len()), (2, 6));
    assert_eq!(record.marks, [(1, Mark::Paused), (1, Mark::WentOn)]);
    assert_eq!(record.example_epochs, [0, 1]);
    let events = ask(&place, LabOrder::ReadExamples { run: folder.clone(), epoch: 1 });
    let [LabReport::Examples(sheet)] = reports(&events, 5)[..] else { panic!("{events:?}") };
    assert_eq!((&sheet.run, sheet.epoch, sheet.examples.len()), (&folder, 1, 8));
    let events = ask(&place, LabOrder::ReadExamples { run: folder, epoch: 7 });
    assert!(failure_of(&events, 5).is_some());
}

#[test]
fn name_note_and_tags_are_kept_and_listed() {
    let place = Place::new();
    let run = made_elsewhere(&place, "run");
    let label = RunLabel { name: "Wide net".into(), note: "second try".into(), tags: vec!["wide".into()] };
    let events = ask(&place, LabOrder::LabelRun { run, label: label.clone() });
    let [LabReport::Runs(runs)] = reports(&events, 5)[..] else { panic!("{events:?}") };
    assert_eq!(runs[0].label, label);
    assert_eq!(list(&place)[0].label, label);
}

#[test]
fn a_run_goes_to_the_trash_whole_but_not_while_it_trains() {
    let place = Place::new();
    let folder = place.path("run");
    let run = Run::create(place.config(1), &folder, &mut |_, _| true).unwrap();
    let events = ask(&place, LabOrder::TrashRun(folder.clone()));
    assert!(failure_of(&events, 5).expect("refused").to_string().contains("in training now"));
    drop(run);
    resume(&folder, &mut Scripted::listening()).unwrap();
    let files = std::fs::read_dir(&folder).unwrap().count();
    let events = ask(&place, LabOrder::TrashRun(folder.clone()));
    let [LabReport::Trashed(place_in_trash), LabReport::Runs(_)] = reports(&events, 5)[..] else {
        panic!("{events:?}")
    };
    assert!(!folder.exists());
    assert_eq!(std::fs::read_dir(place_in_trash).unwrap().count(), files);
}
