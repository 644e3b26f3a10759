//! The lab's orders before a training: survey, split, trial, preview. Not for what they find (beside this file).

use std::path::Path;
use std::time::Duration;

use glioview::domain::card::{Architecture, Crop};
use glioview::domain::device::DeviceChoice;
use glioview::engine::Engine;
use glioview::engine::command::{Command, JobId};
use glioview::engine::event::Event;
use glioview::engine::failure::Failure;
use glioview::engine::lab::order::{LabOrder, PreviewRequest, SurveyRequest};
use glioview::engine::lab::report::LabReport;
use glioview::train::augment::AugmentSettings;
use glioview::train::config::TrainConfig;
use glioview::train::error::TrainError;
use glioview::train::inspect::SliceFile;
use glioview::train::trial::try_out_within;

use super::four_patients;

/// What came of `order`, which ran while it was sent.
fn done(order: LabOrder) -> Result<LabReport, Failure> {
    let engine = Engine::inline();
    engine.send(Command::Lab { job: JobId(1), order });
    let events = engine.drain(Duration::from_secs(1));
    let end = events.into_iter().rev().find(|e| !matches!(e, Event::Progress { .. })).expect("an end");
    match end {
        Event::Lab { report, .. } => Ok(report),
        Event::Failed { failure, .. } => Err(failure),
        other => panic!("{other:?}"),
    }
}

fn request(data: &Path) -> SurveyRequest {
    SurveyRequest { data: data.to_owned(), split_file: None, shares: [0.5, 0.25, 0.25], seed: 4 }
}

fn settings(data: &Path) -> TrainConfig {
    let mut config = TrainConfig::new(Architecture::UNet { width: 4 }, data.to_owned());
    config.input.size = 32;
    config.batch_size = 4;
    config.device = DeviceChoice::Cpu;
    config.shares = [0.5, 0.25, 0.25];
    config
}

#[test]
fn a_survey_is_reported_and_a_folder_without_data_is_a_failure_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let failure = done(LabOrder::Survey(Box::new(request(folder.path())))).expect_err("nothing there");
    assert_eq!(failure.what, "The data cannot be used");
    assert_eq!(failure.path.as_deref(), Some(folder.path()));
    four_patients(folder.path());
    let Ok(LabReport::Surveyed(report)) = done(LabOrder::Survey(Box::new(request(folder.path())))) else {
        panic!("no report")
    };
    assert_eq!(report.slices, 16);
}

#[test]
fn a_survey_on_its_worker_can_be_canceled() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    let engine = Engine::start(std::sync::Arc::new(|| {}));
    let order = || LabOrder::Survey(Box::new(request(folder.path())));
    // The newest wins: of many, the last one alone is sure to be reported, and each has an end.
    for job in 1..=5 {
        engine.send(Command::Lab { job: JobId(job), order: order() });
    }
    let events = crate::engine_kit::events_until(&engine, |event| {
        matches!(event, Event::Lab { job: JobId(5), report: LabReport::Surveyed(_) })
    });
    let canceled = events.iter().filter(|e| matches!(e, Event::Canceled { .. })).count();
    let surveyed = events.iter().filter(|e| matches!(e, Event::Lab { .. })).count();
    assert_eq!((canceled + surveyed, canceled > 0), (5, true), "{events:?}");
}

#[test]
fn a_drawn_split_is_written_and_followed_the_same_and_an_unwritable_place_is_said() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    let file = folder.path().join("split.csv");
    let write =
        |file: &Path| done(LabOrder::WriteSplit { request: Box::new(request(folder.path())), file: file.to_owned() });
    assert!(matches!(write(&file), Ok(LabReport::Written(path)) if path == file));
    let survey = |request| match done(LabOrder::Survey(Box::new(request))) {
        Ok(LabReport::Surveyed(report)) => report,
        other => panic!("{other:?}"),
    };
    let drawn = survey(request(folder.path()));
    let followed = survey(SurveyRequest { split_file: Some(file.clone()), seed: 9, ..request(folder.path()) });
    assert_eq!((drawn.parts.clone(), drawn.examples.clone()), (followed.parts.clone(), followed.examples.clone()));
    assert_eq!(drawn.split_beside.as_deref(), Some(file.as_path()));
    let failure = write(&file.join("under/a/file.csv")).expect_err("a file is no folder");
    assert_eq!(failure.what, "The split was not written");
}

#[test]
fn two_trial_steps_tell_time_steps_and_memory() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    let Ok(LabReport::Tried(tried)) = done(LabOrder::Try(Box::new(settings(folder.path())))) else {
        panic!("not tried")
    };
    // Two patients train: four slices with tumor, four without, in batches of four.
    assert_eq!(tried.steps_per_epoch, 2);
    assert!(tried.secs_per_step > 0.0 && tried.secs_per_epoch > 2.0 * tried.secs_per_step, "{tried:?}");
    assert!(tried.device.starts_with("CPU"));
    if cfg!(target_os = "linux") {
        assert!(tried.peak_bytes.is_some_and(|b| b > 1 << 20) && tried.available_bytes.is_some(), "{tried:?}");
    }
    assert_eq!(tried.suggestion, None);
}

#[test]
fn settings_that_do_not_fit_are_said_with_what_would_and_absurd_ones_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    let config = TrainConfig { batch_size: 64, ..settings(folder.path()) };
    let roomy = try_out_within(&config, Some(1 << 40), &mut |_, _| true).unwrap();
    assert_eq!(roomy.suggestion, None);
    if cfg!(target_os = "linux") {
        let none = try_out_within(&config, Some(1 << 16), &mut |_, _| true).unwrap();
        assert!(none.suggestion.as_ref().is_some_and(|s| s.contains("fits into")), "{none:?}");
        assert!(none.secs_per_step > 0.0 && none.peak_bytes > Some(1 << 16), "{none:?}");
    }
    let mut calls = 0;
    let stopped = try_out_within(&config, None, &mut |_, _| {
        calls += 1;
        calls < 18
    });
    assert!(matches!(stopped, Err(TrainError::Stopped)), "between two steps");
    let failure = done(LabOrder::Try(Box::new(TrainConfig { batch_size: 0, ..config }))).expect_err("refused");
    assert!(failure.why[0].contains("the setting batch"), "{failure:?}");
}

#[test]
fn augmentation_is_shown_on_a_slice_the_plain_one_first() {
    let folder = tempfile::tempdir().unwrap();
    four_patients(folder.path());
    let slice = SliceFile { name: "0.png".into(), image: folder.path().join("TCGA_CS_1/0.png"), page: None };
    let ask = |augment| {
        let request = PreviewRequest { slice: slice.clone(), augment, crop: Crop::Head, size: 48, count: 5, seed: 1 };
        match done(LabOrder::Preview(Box::new(request))) {
            Ok(LabReport::Previewed(sheet)) => sheet,
            other => panic!("{other:?}"),
        }
    };
    let sheet = ask(Some(AugmentSettings::default()));
    assert_eq!((sheet.pictures.len(), sheet.pictures[0].len()), (5, 48 * 48));
    let different: std::collections::BTreeSet<_> = sheet.pictures.iter().collect();
    assert_eq!(different.len(), 5);
    let plain = ask(None);
    assert!(plain.pictures.iter().all(|p| *p == sheet.pictures[0]));
}
