//! The engine's jobs that touch files: open, export, reviews, settings. Not for the files' form (`io`).

use std::path::PathBuf;
use std::sync::Arc;

use glioview::domain::finding::{Finding, SliceFinding};
use glioview::domain::gate::GateVerdict;
use glioview::domain::review::{Review, SliceReview, Verdict};
use glioview::domain::scan::Study;
use glioview::engine::Engine;
use glioview::engine::command::{Command, ExportItem, JobId, SAMPLE_PATH};
use glioview::engine::event::Event;
use glioview::engine::tools::Tools;
use glioview::io::home::Home;
use glioview::io::settings::{self, Settings};

use crate::engine_kit::{FakeNets, PATIENCE, events_until, failure_of, fake_tools, head_study, is_end_of, no_waker};

/// An engine that runs in place and keeps reviews and settings in `home`.
fn engine_at(home: &Home) -> Engine {
    Engine::inline_with(Tools { home: Some(home.clone()), ..fake_tools(FakeNets::default()) })
}

fn open(engine: &Engine, job: u64, paths: &[PathBuf]) -> Vec<Event> {
    engine.send(Command::Open { job: JobId(job), paths: paths.to_vec() });
    engine.drain(PATIENCE)
}

fn opened(events: &[Event]) -> (Vec<Arc<Study>>, usize) {
    let found = events.iter().find_map(|e| match e {
        Event::Opened { studies, failures, .. } => Some((studies.clone(), failures.len())),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing opened: {events:?}"))
}

fn finding_of(study: &Study) -> Finding {
    Finding {
        pixels_sha256: glioview::io::digest::of_scan(&study.scans[0]),
        models: Vec::new(),
        gate: GateVerdict::Known,
        is_override: false,
        slices: vec![SliceFinding { score: Some(0.25), ..SliceFinding::default() }; study.scans[0].slices.len()],
    }
}

fn export(engine: &Engine, study: &Arc<Study>, folder: PathBuf) -> Vec<Event> {
    let items = vec![ExportItem {
        scan: 0,
        finding: Arc::new(finding_of(study)),
        review: None,
        measurements: Vec::new(),
        asked: Vec::new(),
    }];
    let study = Arc::clone(study);
    engine.send(Command::Export { job: JobId(9), study, items, outline_all: false, folder });
    engine.drain(PATIENCE)
}

#[test]
fn the_sample_opens_by_its_own_path_alone_and_beside_files() {
    let engine = Engine::inline();
    let (studies, failures) = opened(&open(&engine, 1, &[SAMPLE_PATH.into()]));
    assert_eq!((studies.len(), failures), (1, 0));
    assert!(studies[0].synthetic);
    let (studies, failures) = opened(&open(&engine, 2, &[SAMPLE_PATH.into(), "/missing.tif".into()]));
    assert_eq!((studies.len(), failures), (1, 1));
}

#[test]
fn a_file_that_does_not_open_is_a_failure_beside_the_ones_that_do() {
    let folder = tempfile::tempdir().unwrap();
    image::GrayImage::new(8, 8).save(folder.path().join("a.png")).unwrap();
    std::fs::write(folder.path().join("b.png"), b"\x89PNG\r\n\x1a\nbroken").unwrap();
    let events = open(&Engine::inline(), 1, &[folder.path().to_owned()]);
    let Some(Event::Opened { studies, failures, .. }) = events.last() else { panic!("{events:?}") };
    assert_eq!((studies.len(), studies[0].slice_count()), (1, 1));
    assert_eq!(failures.len(), 1);
    assert!(failures[0].path.as_ref().is_some_and(|p| p.ends_with("b.png")), "{failures:?}");
}

#[test]
fn opening_no_path_at_all_fails_in_words() {
    let events = open(&Engine::inline(), 1, &[]);
    let failure = failure_of(&events, 1).expect("it fails");
    assert!(failure.hint.is_some() && !failure.is_bug, "{failure}");
}

#[test]
fn results_are_written_and_the_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let events = export(&Engine::inline(), &head_study(2), out.clone());
    let Some(Event::Exported { folder, files, .. }) = events.last() else { panic!("{events:?}") };
    assert_eq!((folder, *files), (&out, 2), "findings.json and findings.csv; nothing is flagged");
    assert!(out.join("findings.json").is_file() && out.join("findings.csv").is_file());
}

#[test]
fn a_folder_that_cannot_be_written_fails_in_words_with_its_path_and_the_next_export_works() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "x").unwrap();
    let engine = Engine::inline();
    let events = export(&engine, &head_study(1), folder.path().join("file/out"));
    let failure = failure_of(&events, 9).expect("it fails");
    assert!(failure.path.is_some() && !failure.is_bug, "{failure}");
    let events = export(&engine, &head_study(1), folder.path().join("out"));
    assert!(matches!(events.last(), Some(Event::Exported { .. })), "{events:?}");
}

#[test]
fn a_saved_review_is_found_again_by_its_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine_at(&Home::at(folder.path()));
    let finding = finding_of(&head_study(2));
    let mut review = Review::new(&finding, "AB");
    review.slices[1] = Some(SliceReview {
        verdict: Verdict::CantJudge,
        at_secs: 7,
        outline_area_px: None,
        outline_runs: None,
        note: "motion".into(),
    });
    engine.send(Command::SaveReview { job: JobId(1), review: Box::new(review.clone()) });
    assert!(matches!(&engine.drain(PATIENCE)[..], [Event::ReviewSaved { job: JobId(1) }]));
    engine.send(Command::LoadReviews { job: JobId(2), pixels_sha256: finding.pixels_sha256 });
    let events = engine.drain(PATIENCE);
    let [Event::ReviewsLoaded { reviews, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(reviews[..], [review]);
}

#[test]
fn a_review_that_cannot_be_read_is_told_and_the_others_come() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    let engine = engine_at(&home);
    let finding = finding_of(&head_study(1));
    engine.send(Command::SaveReview { job: JobId(1), review: Box::new(Review::new(&finding, "AB")) });
    let reviews = home.reviews_folder().join(&finding.pixels_sha256);
    std::fs::write(reviews.join("0.json"), "{").unwrap();
    engine.drain(PATIENCE);
    engine.send(Command::LoadReviews { job: JobId(2), pixels_sha256: finding.pixels_sha256 });
    let events = engine.drain(PATIENCE);
    assert!(failure_of(&events, 2).is_some(), "{events:?}");
    assert!(matches!(events.last(), Some(Event::ReviewsLoaded { reviews, .. }) if reviews.len() == 1), "{events:?}");
}

#[test]
fn settings_are_saved_without_a_word_and_a_place_that_refuses_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    let engine = engine_at(&home);
    let wanted = Settings { ui_scale: 1.5, ..Settings::default() };
    engine.send(Command::SaveSettings { job: JobId(1), settings: Box::new(wanted.clone()) });
    assert!(engine.drain(PATIENCE).is_empty());
    assert_eq!(settings::load(&home).0, wanted);
    let engine = engine_at(&Home::at(&home.settings_file()));
    engine.send(Command::SaveSettings { job: JobId(2), settings: Box::new(wanted) });
    let events = engine.drain(PATIENCE);
    assert!(failure_of(&events, 2).is_some_and(|f| !f.is_bug), "{events:?}");
}

#[test]
fn the_loader_reads_in_its_own_thread_and_answers_through_the_waker() {
    let engine = Engine::start_with(no_waker(), fake_tools(FakeNets::default()));
    engine.send(Command::Open { job: JobId(1), paths: vec![SAMPLE_PATH.into()] });
    let events = events_until(&engine, is_end_of(1));
    assert_eq!(opened(&events).0.len(), 1);
}

#[test]
fn measurements_come_back_for_their_pixels_and_lie_beside_the_reviews() {
    use glioview::domain::measurement::{Figure, Measurement};
    use glioview::io::{home::Home, reviews};
    let folder = tempfile::tempdir().expect("a folder");
    let home = Home::at(folder.path());
    let sha = "ab".repeat(32);
    let figures = [
        Figure::Distance([[0.5, 1.25], [3.0, 4.0]]),
        Figure::Angle([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]]),
        Figure::Arrow([[1.0, 2.0], [3.0, 4.0]]),
    ];
    let one = |(id, figure)| Measurement { id, slice: 3, sequence: 1, figure, text: "cyst".into(), at_secs: 5 };
    let all: Vec<Measurement> = (1..).zip(figures).map(one).collect();
    reviews::save_measurements(&home, &sha, &all).expect("it is saved");
    assert_eq!(reviews::load_measurements(&home, &sha).expect("it is read"), all);
    assert!(reviews::load_measurements(&home, &"cd".repeat(32)).expect("nothing there").is_empty());
    let (found, problems) = reviews::load(&home, &sha).expect("reviews are read");
    assert!(found.is_empty() && problems.is_empty(), "the file of measurements is no broken review");
    // A broken file is moved aside and named.
    let path = home.reviews_folder().join(&sha).join("measurements.json");
    std::fs::write(&path, "{").expect("a broken file");
    assert!(reviews::load_measurements(&home, &sha).is_err());
    assert!(!path.exists());
}
