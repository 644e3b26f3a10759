//! The nets' answers on their way into the state: stale ones, the gate, cancel, failures, thresholds. Not for words.

use std::sync::Arc;

use glioview::domain::gate::{GateReason, GateVerdict};
use glioview::engine::command::Command;
use glioview::engine::event::Event;
use glioview::state::action::{Action, AnalysisAction, FileAction, GoAction};
use glioview::state::labels;
use glioview::state::notice::About;
use glioview::state::study::Analysis;

use super::make::{CARD, Desk, failure, map, map_at, study};

fn ordered_options(commands: &[Command]) -> glioview::engine::command::AnalyzeOptions {
    let options = commands.iter().find_map(|c| match c {
        Command::Analyze { options, .. } => Some(*options),
        _ => None,
    });
    options.expect("an analysis is ordered")
}

#[test]
fn answers_come_in_slice_by_slice() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    desk.begin(GateVerdict::Known);
    assert!(desk.here().is_pending(1));
    desk.score(1, 0.9);
    desk.outline(1, 12);
    assert_eq!((desk.here().score(1), desk.here().area_px(1, 0.5)), (Some(0.9), Some(12)));
    assert_eq!((desk.here().score(0), desk.here().area_px(0, 0.5)), (None, None));
    desk.end();
    assert_eq!(desk.here().analysis, Analysis::Done { secs: 1.5 });
}

#[test]
fn a_newer_scan_wins_and_answers_for_the_older_one_are_dropped() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    let old = desk.analysis_job();
    desk.begin(GateVerdict::Known);
    desk.open(vec![study("p2", 3)]);
    assert_ne!(desk.analysis_job(), old);
    desk.hear(Event::Scored { job: old, slice: 0, score: 0.9 });
    desk.hear(Event::Outlined { job: old, slice: 0, map: map(5) });
    desk.hear(Event::Analyzed { job: old, secs: 1.0 });
    let (first, second) = (&desk.app.studies[0].scans[0], &desk.app.studies[1].scans[0]);
    assert_eq!((first.score(0), second.score(0)), (None, None));
    assert_eq!(first.analysis, Analysis::NotStarted, "it starts again when it is shown");
    assert!(second.analysis.is_running());
}

#[test]
fn going_back_to_a_scan_that_gave_way_reads_it_again_and_keeps_what_was_found() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    desk.begin(GateVerdict::Known);
    desk.score(0, 0.9);
    let first = desk.app.studies[0].id;
    desk.open(vec![study("p2", 3)]);
    let commands = desk.act(Action::Go(GoAction::Scan(first, 0)));
    assert!(matches!(commands.as_slice(), [Command::Analyze { .. }]));
    desk.begin(GateVerdict::Known);
    assert_eq!(desk.here().score(0), Some(0.9), "same pixels, same nets: the answer holds");
}

#[test]
fn an_answer_for_a_slice_that_is_not_there_is_dropped() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 2)]);
    desk.begin(GateVerdict::Known);
    desk.score(7, 0.9);
    desk.outline(7, 3);
    let other_size = glioview::domain::mask::ProbabilityMap { rows: 3, cols: 3, bytes: vec![255; 9] };
    let job = desk.analysis_job();
    desk.hear(Event::Outlined { job, slice: 0, map: Arc::new(other_size) });
    assert!(desk.here().is_pending(0), "a map of another size is none of this scan");
}

#[test]
fn a_refused_picture_is_read_only_when_asked_and_that_is_recorded() {
    let mut desk = Desk::new();
    desk.open(vec![study("photo", 1)]);
    desk.begin(GateVerdict::Unknown(vec![GateReason::Color]));
    assert_eq!(desk.here().analysis, Analysis::Refused(vec![GateReason::Color]));
    let commands = desk.act(Action::Analysis(AnalysisAction::AnalyzeAnyway));
    assert!(ordered_options(&commands).is_override);
    desk.begin(GateVerdict::Unknown(vec![GateReason::Color]));
    assert!(desk.here().finding.as_ref().unwrap().is_override);
    assert!(desk.here().analysis.is_running());
}

#[test]
fn an_override_that_the_gate_did_not_need_is_not_recorded() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 1)]);
    desk.begin(GateVerdict::Unknown(vec![GateReason::Constant]));
    desk.act(Action::Analysis(AnalysisAction::AnalyzeAnyway));
    desk.begin(GateVerdict::Known);
    assert!(!desk.here().finding.as_ref().unwrap().is_override);
}

#[test]
fn a_stopped_analysis_keeps_what_it_found_and_starts_again_only_when_asked() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    desk.begin(GateVerdict::Known);
    desk.score(1, 0.8);
    let job = desk.analysis_job();
    desk.act(Action::File(FileAction::Cancel(job)));
    assert_eq!(labels::status(&desk.app).unwrap().text, "Stopping");
    desk.hear(Event::Canceled { job });
    assert_eq!((&desk.here().analysis, desk.here().score(1)), (&Analysis::Canceled, Some(0.8)));
    let id = desk.app.current.unwrap();
    assert!(desk.act(Action::Go(GoAction::Scan(id, 0))).is_empty());
    assert!(matches!(desk.act(Action::Analysis(AnalysisAction::Retry)).as_slice(), [Command::Analyze { .. }]));
}

#[test]
fn a_failed_analysis_costs_one_notice_beside_its_scan_and_the_next_works() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    let job = desk.analysis_job();
    let planted = glioview::engine::failure::Failure { is_bug: true, ..failure("Could not analyze the scan") };
    desk.hear(Event::Failed { job, failure: planted });
    assert!(matches!(desk.here().analysis, Analysis::Failed(_)));
    let id = desk.app.current.unwrap();
    let notice = desk.app.notices.about(About::Analysis(id, 0)).next().unwrap();
    assert!(notice.details.iter().any(|d| d.contains("fault of the program")));
    desk.act(Action::Analysis(AnalysisAction::Retry));
    desk.answer(&[(0.1, 0), (0.9, 5), (0.1, 0)]);
    assert_eq!(desk.here().analysis, Analysis::Done { secs: 1.5 });
    assert!(desk.app.notices.about(About::Analysis(id, 0)).next().is_none());
}

#[test]
fn slices_that_the_nets_could_not_read_share_one_notice() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    desk.begin(GateVerdict::Known);
    let job = desk.analysis_job();
    for slice in [0, 2] {
        desk.hear(Event::SliceFailed { job, slice, failure: failure("Could not score the slice") });
    }
    let id = desk.app.current.unwrap();
    let notices: Vec<_> = desk.app.notices.about(About::Analysis(id, 0)).collect();
    assert_eq!((notices.len(), notices[0].details.len(), notices[0].show_slice), (1, 2, Some(0)));
    assert_eq!(desk.here().finding.as_ref().unwrap().slices[2].warnings.len(), 1);
}

#[test]
fn a_single_slice_can_be_outlined_after_the_analysis_was_stopped() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    desk.begin(GateVerdict::Known);
    let job = desk.analysis_job();
    desk.act(Action::File(FileAction::Cancel(job)));
    desk.hear(Event::Canceled { job });
    let segment = Action::Analysis(AnalysisAction::OutlineSlice);
    let commands = desk.act(segment.clone());
    assert!(matches!(commands.as_slice(), [Command::OutlineSlice { job: same, slice: 1 }] if *same == job));
    assert!(desk.act(segment).is_empty(), "once is enough");
    desk.hear(Event::Outlined { job, slice: 1, map: map(4) });
    assert_eq!(desk.here().area_px(1, 0.5), Some(4));
    assert!(desk.here().asked_outlines.is_empty());
}

#[test]
fn a_slice_of_a_scan_that_the_engine_has_no_longer_at_hand_is_read_by_a_new_analysis() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    desk.begin(GateVerdict::Known);
    let job = desk.analysis_job();
    desk.act(Action::File(FileAction::Cancel(job)));
    desk.hear(Event::Canceled { job });
    let first = desk.app.current.unwrap();
    desk.open(vec![study("p2", 3)]);
    desk.act(Action::Go(GoAction::Scan(first, 0)));
    let commands = desk.act(Action::Analysis(AnalysisAction::OutlineSlice));
    assert_eq!(ordered_options(&commands).first_slice, 1);
}

#[test]
fn a_moved_threshold_acts_at_once_and_goes_into_later_analyses() {
    let mut desk = Desk::read(&[(0.25, 0), (0.9, 5)]);
    assert!(!desk.here().is_flagged(0, desk.app.thresholds().unwrap().classifier));
    assert!(desk.act(Action::Analysis(AnalysisAction::SetThreshold(0.2))).is_empty(), "nothing is computed anew");
    assert!(desk.here().is_flagged(0, desk.app.thresholds().unwrap().classifier));
    let commands = desk.open(vec![study("p2", 2)]);
    assert_eq!(ordered_options(&commands).threshold, Some(0.2));
    desk.act(Action::Analysis(AnalysisAction::ResetThreshold));
    assert_eq!(desk.app.thresholds().unwrap().classifier, CARD);
    assert_eq!(desk.app.moved.classifier, None);
}

#[test]
fn a_threshold_moved_back_to_the_cards_counts_as_not_moved() {
    let mut desk = Desk::read(&[(0.25, 0)]);
    desk.act(Action::Analysis(AnalysisAction::SetThreshold(0.2)));
    desk.act(Action::Analysis(AnalysisAction::SetThreshold(CARD)));
    assert_eq!(desk.app.moved.classifier, None);
    desk.act(Action::Analysis(AnalysisAction::SetMaskThreshold(f32::NAN)));
    assert_eq!(desk.app.moved.mask, None, "no number, no threshold");
}

#[test]
fn the_mask_threshold_moves_areas_at_once_and_exactly_as_the_mask_does() {
    let mut desk = Desk::read(&[(0.9, 0)]);
    let job = desk.analysis_job();
    let faint = map_at(20, 100);
    desk.hear(Event::Outlined { job, slice: 0, map: faint.clone() });
    for threshold in [0.01, 0.2, 0.39, 0.392_156_87, 0.4, 0.5, 0.99] {
        desk.act(Action::Analysis(AnalysisAction::SetMaskThreshold(threshold)));
        let in_use = desk.app.thresholds().unwrap().mask;
        assert_eq!(desk.here().area_px(0, in_use), Some(faint.mask(in_use).area_px()), "at {threshold}");
    }
}

#[test]
fn the_status_line_says_what_runs_how_far_and_can_stop_it() {
    let mut desk = Desk::new();
    assert_eq!(labels::status(&desk.app), None);
    desk.open(vec![study("p1", 32)]);
    let job = desk.analysis_job();
    desk.hear(Event::Progress { job, what: "Scoring slice", done: 8, total: 32 });
    let line = labels::status(&desk.app).unwrap();
    assert_eq!((line.text.as_str(), line.cancel), ("Scoring slice 9 of 32", Some(job)));
    assert_eq!(line.fraction, Some(0.25));
    desk.hear(Event::Progress { job: glioview::engine::command::JobId(0), what: "Nonsense", done: 1, total: 1 });
    assert_eq!(labels::status(&desk.app).unwrap().text, "Scoring slice 9 of 32");
}
