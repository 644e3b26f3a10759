//! What goes into an export and what is said of it. Not for the files.

use std::path::PathBuf;

use glioview::domain::card::Task;
use glioview::domain::gate::{GateReason, GateVerdict};
use glioview::domain::review::Verdict;
use glioview::engine::command::{Command, ExportItem, Pick};
use glioview::engine::event::Event;
use glioview::state::action::{Action, AnalysisAction, FileAction, ReviewAction};
use glioview::state::labels;
use glioview::state::notice::About;
use glioview::state::work::Export;

use super::make::{CARD, Desk, failure, scan, study, study_of};

fn export(desk: &mut Desk) -> Vec<ExportItem> {
    desk.act(Action::File(FileAction::Export));
    let job = desk.app.dialog.expect("asks for a folder").job;
    let event = Event::Picked { job, pick: Pick::ExportFolder, paths: vec!["/out".into()], no_dialog: false };
    match desk.hear(event).pop() {
        Some(Command::Export { items, folder, .. }) => {
            assert_eq!(folder, PathBuf::from("/out"));
            items
        }
        other => panic!("no export: {other:?}"),
    }
}

#[test]
fn an_export_carries_the_finding_and_the_review_beside_it() {
    let mut desk = Desk::read(&[(0.1, 0), (0.9, 12)]);
    desk.act(Action::Review(ReviewAction::Decide(Verdict::Agree)));
    let items = export(&mut desk);
    assert_eq!((items.len(), items[0].scan), (1, 0));
    assert_eq!(items[0].finding.slices[1].score, Some(0.9));
    assert_eq!(items[0].review.as_ref().unwrap().slices[1].as_ref().unwrap().verdict, Verdict::Agree);
}

#[test]
fn an_export_without_a_decision_carries_no_review() {
    let mut desk = Desk::read(&[(0.9, 12)]);
    assert!(export(&mut desk)[0].review.is_none());
}

#[test]
fn moved_thresholds_go_into_the_export_beside_the_cards() {
    let mut desk = Desk::read(&[(0.25, 0), (0.9, 12)]);
    desk.act(Action::Analysis(AnalysisAction::SetThreshold(0.2)));
    desk.act(Action::Analysis(AnalysisAction::SetMaskThreshold(0.7)));
    let items = export(&mut desk);
    let stamp = |task| items[0].finding.model(task).map(|m| (m.threshold, m.card_threshold)).unwrap();
    assert_eq!(stamp(Task::Classifier), (0.2, CARD));
    assert_eq!(stamp(Task::Segmenter), (0.7, 0.5));
    let kept = desk.here().finding.as_ref().unwrap().model(Task::Classifier).unwrap().threshold;
    assert_eq!(kept, CARD, "the finding itself stays as it was made");
}

#[test]
fn all_scans_of_the_study_that_were_read_are_exported() {
    let mut desk = Desk::new();
    desk.open(vec![study_of("p1", vec![scan(2), scan(3)])]);
    desk.answer(&[(0.1, 0), (0.9, 4)]);
    assert_eq!(export(&mut desk).iter().map(|i| i.scan).collect::<Vec<_>>(), [0]);
}

#[test]
fn a_refused_picture_is_exported_as_refused() {
    let mut desk = Desk::new();
    desk.open(vec![study("photo", 1)]);
    desk.begin(GateVerdict::Unknown(vec![GateReason::Color]));
    let items = export(&mut desk);
    assert_eq!(items[0].finding.gate, GateVerdict::Unknown(vec![GateReason::Color]));
    assert_eq!(items[0].finding.slices[0].score, None);
}

#[test]
fn a_slice_that_the_reader_asked_to_be_outlined_is_exported_as_asked() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    desk.begin(GateVerdict::Known);
    desk.act(Action::Analysis(AnalysisAction::OutlineSlice));
    desk.end();
    assert_eq!(export(&mut desk)[0].asked, [1]);
    let mut untouched = Desk::read(&[(0.9, 5)]);
    assert!(export(&mut untouched)[0].asked.is_empty());
}

#[test]
fn an_export_of_a_running_analysis_says_so() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 2)]);
    desk.begin(GateVerdict::Known);
    export(&mut desk);
    let notice = desk.app.notices.about(About::Export).next().unwrap();
    assert!(notice.text.starts_with("The analysis still runs"));
}

#[test]
fn nothing_is_exported_before_anything_was_read() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 2)]);
    assert!(desk.act(Action::File(FileAction::Export)).is_empty());
    assert_eq!(desk.notices(), ["Not analyzed yet."]);
}

#[test]
fn an_export_is_told_with_time_and_files_and_stale_answers_are_dropped() {
    let mut desk = Desk::read(&[(0.9, 12)]);
    export(&mut desk);
    let job = desk.last_job(|c| matches!(c, Command::Export { .. }));
    assert_eq!(labels::status(&desk.app).unwrap().cancel, Some(job));
    desk.hear(Event::Exported { job: desk.analysis_job(), folder: "/out".into(), files: 1 });
    assert!(matches!(desk.app.export, Export::Running { .. }));
    desk.hear(Event::Exported { job, folder: "/out".into(), files: 3 });
    assert_eq!(labels::export_line(&desk.app).unwrap(), "Exported 14:02 UTC, 3 files");
}

#[test]
fn an_export_that_failed_stays_told_until_it_is_tried_again() {
    let mut desk = Desk::read(&[(0.9, 12)]);
    export(&mut desk);
    let job = desk.last_job(|c| matches!(c, Command::Export { .. }));
    desk.hear(Event::Failed { job, failure: failure("Could not export") });
    assert_eq!(labels::export_line(&desk.app).unwrap(), "Not exported");
    assert_eq!(desk.app.notices.about(About::Export).count(), 1);
    export(&mut desk);
    assert_eq!(desk.app.notices.about(About::Export).count(), 0);
}
