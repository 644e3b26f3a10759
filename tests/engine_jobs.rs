//! What the engine's jobs answer, run in place: order of slices, gate, thresholds, single failures, dialogs. Not for the
//! threads (`engine`).

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use glioview::domain::finding::ModelStamp;
use glioview::domain::gate::GateVerdict;
use glioview::engine::Engine;
use glioview::engine::command::{AnalyzeOptions, Command, JobId, ModelChoice, Pick};
use glioview::engine::event::Event;
use glioview::engine::tools::{Dialogs, Tools};
use glioview::nn::error::NnError;

use crate::engine_kit::{
    FakeNets, PATIENCE, failure_of, fake_tools, gray_study, head_study, is_end_of, outlined, scored,
};

fn overriding() -> AnalyzeOptions {
    AnalyzeOptions { is_override: true, ..AnalyzeOptions::default() }
}

fn analyze_with(job: u64, slices: usize, options: AnalyzeOptions) -> Command {
    Command::Analyze { job: JobId(job), study: head_study(slices), scan: 0, options }
}

fn analyze(job: u64, slices: usize) -> Command {
    analyze_with(job, slices, overriding())
}

fn load(job: u64) -> Command {
    Command::LoadModels { job: JobId(job), choice: ModelChoice::default() }
}

fn pick(job: u64) -> Command {
    Command::PickPaths { job: JobId(job), pick: Pick::Files }
}

#[test]
fn slices_are_scored_outward_from_the_one_on_screen_and_flagged_ones_outlined_at_once() {
    let engine = Engine::inline_with(fake_tools(FakeNets::flagging([3, 4])));
    let options = AnalyzeOptions { first_slice: 3, ..overriding() };
    engine.send(analyze_with(1, 6, options));
    let events = engine.drain(PATIENCE);
    assert_eq!(scored(&events), [3, 2, 4, 1, 5, 0]);
    assert_eq!(outlined(&events), [3, 4]);
    let first_outline = events.iter().position(|e| matches!(e, Event::Outlined { .. })).unwrap();
    let second_score = events.iter().position(|e| matches!(e, Event::Scored { slice: 4, .. })).unwrap();
    assert!(first_outline < second_score, "the first mask does not wait for the last score");
}

#[test]
fn all_slices_are_outlined_where_asked_for_flagged_ones_first_and_none_twice() {
    let engine = Engine::inline_with(fake_tools(FakeNets::flagging([2])));
    let options = AnalyzeOptions { outline_all: true, ..overriding() };
    engine.send(analyze_with(1, 4, options));
    let events = engine.drain(PATIENCE);
    assert_eq!(outlined(&events), [2, 0, 1, 3]);
    assert!(matches!(events.last(), Some(Event::Analyzed { .. })));
}

#[test]
fn a_moved_threshold_is_used_and_stamped_beside_the_cards() {
    let engine = Engine::inline_with(fake_tools(FakeNets::flagging([1])));
    let options = AnalyzeOptions { threshold: Some(0.05), ..overriding() };
    engine.send(analyze_with(1, 3, options));
    let events = engine.drain(PATIENCE);
    let stamps: &[ModelStamp] = events
        .iter()
        .find_map(|e| if let Event::AnalysisStarted { models, .. } = e { Some(models.as_slice()) } else { None })
        .unwrap();
    assert_eq!((stamps[0].threshold, stamps[0].card_threshold), (0.05, 0.5));
    assert_eq!((stamps[1].threshold, stamps[1].card_threshold), (0.4, 0.4));
    assert_eq!(outlined(&events), [0, 1, 2], "all are above the moved threshold");
}

#[test]
fn a_picture_that_the_nets_do_not_know_is_not_read_without_an_override() {
    let nets = FakeNets::default();
    let calls = nets.calls();
    let engine = Engine::inline_with(fake_tools(nets));
    let analyze = |job, options| Command::Analyze { job: JobId(job), study: gray_study(3), scan: 0, options };
    engine.send(analyze(1, AnalyzeOptions::default()));
    let events = engine.drain(PATIENCE);
    let started = events.iter().find(|e| matches!(e, Event::AnalysisStarted { .. }));
    assert!(matches!(started, Some(Event::AnalysisStarted { gate: GateVerdict::Unknown(_), .. })), "{events:?}");
    assert!(matches!(events.last(), Some(Event::AnalysisStarted { .. })), "nothing more comes of it");
    assert_eq!(calls.load(Ordering::SeqCst), 0, "no net ran");
    engine.send(analyze(2, overriding()));
    let events = engine.drain(PATIENCE);
    assert_eq!(scored(&events), [0, 1, 2]);
    assert!(matches!(events.first(), Some(Event::AnalysisStarted { gate: GateVerdict::Unknown(_), .. })));
}

#[test]
fn a_slice_that_the_nets_cannot_read_is_told_and_the_others_go_on() {
    let engine = Engine::inline_with(fake_tools(FakeNets::flagging([0, 1, 2]).failing_at(1)));
    engine.send(analyze(1, 3));
    let events = engine.drain(PATIENCE);
    assert_eq!(scored(&events), [0, 2]);
    assert_eq!(outlined(&events), [0, 2]);
    let failed = events.iter().filter(|e| matches!(e, Event::SliceFailed { slice: 1, .. })).count();
    assert_eq!(failed, 1);
    assert!(matches!(events.last(), Some(Event::Analyzed { .. })));
}

#[test]
fn a_score_that_is_no_number_is_a_failure_of_its_slice() {
    let engine = Engine::inline_with(fake_tools(FakeNets::default().answering_nan_at(1)));
    engine.send(analyze(1, 3));
    let events = engine.drain(PATIENCE);
    assert_eq!(scored(&events), [0, 2]);
    assert!(events.iter().any(|e| matches!(e, Event::SliceFailed { slice: 1, .. })));
}

#[test]
fn a_scan_number_that_the_study_lacks_is_a_failure_and_no_panic() {
    let engine = Engine::inline_with(fake_tools(FakeNets::default()));
    let options = AnalyzeOptions::default();
    engine.send(Command::Analyze { job: JobId(1), study: head_study(2), scan: 5, options });
    let events = engine.drain(PATIENCE);
    assert!(!failure_of(&events, 1).expect("it fails").is_bug);
}

#[test]
fn models_that_do_not_load_leave_the_old_ones_in_place() {
    let choices = Arc::new(AtomicUsize::new(0));
    let loads = Arc::clone(&choices);
    let load_nets = move |choice: &ModelChoice| {
        if let Some(path) = &choice.classifier {
            return Err(NnError::MissingCard { card: "w.json".into(), path: path.clone() });
        }
        loads.fetch_add(1, Ordering::SeqCst);
        Ok(FakeNets::default().boxed())
    };
    let engine = Engine::inline_with(Tools { load_nets: Arc::new(load_nets), ..Tools::default() });
    engine.send(load(1));
    let choice = ModelChoice { classifier: Some("w.safetensors".into()), ..ModelChoice::default() };
    engine.send(Command::LoadModels { job: JobId(2), choice });
    engine.send(analyze(3, 2));
    let events = engine.drain(PATIENCE);
    let failure = failure_of(&events, 2).expect("the second load fails");
    assert_eq!(failure.path, Some("w.safetensors".into()));
    assert_eq!(choices.load(Ordering::SeqCst), 1, "the analysis needed no further load");
    assert!(events.iter().any(is_end_of(3)));
}

#[test]
fn a_dialog_answers_through_an_event_and_says_where_there_is_none() {
    let answer = |_: Pick| vec![PathBuf::from("/a/b.tif")];
    let dialogs = Dialogs::Answer(Arc::new(answer));
    let engine = Engine::inline_with(Tools { dialogs, ..fake_tools(FakeNets::default()) });
    engine.send(pick(1));
    let events = engine.drain(PATIENCE);
    assert!(matches!(&events[..], [Event::Picked { paths, no_dialog: false, .. }] if paths.len() == 1), "{events:?}");
    let engine = Engine::inline();
    engine.send(pick(1));
    let events = engine.drain(PATIENCE);
    assert!(matches!(&events[..], [Event::Picked { paths, no_dialog: true, .. }] if paths.is_empty()), "{events:?}");
}
