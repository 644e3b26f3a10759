//! Trainings in the engine: their line, and what they obey while they run. Not for the loop alone (`loop_control`).

use std::sync::Arc;
use std::time::{Duration, Instant};

use glioview::engine::Engine;
use glioview::engine::command::{AnalyzeOptions, Command, JobId};
use glioview::engine::event::Event;
use glioview::engine::lab::order::{Control, LabOrder};
use glioview::engine::lab::report::{LabReport, RunStatus};
use glioview::engine::tools::Tools;
use glioview::train::checkpoint::RunFolder;
use glioview::train::config::TrainConfig;
use glioview::train::event::{EndReason, Mark, TrainEvent};

use super::kit::{
    Place, control, created, end_reason, is_ended, is_paused, is_report, is_training, lab, list, reports, start,
    training, val_losses,
};
use crate::engine_kit::{FakeNets, PATIENCE, events_until, failure_of, head_study, is_end_of, no_waker, scored};

/// More epochs than any test waits for.
const ENDLESS: usize = 100_000;

fn is_begun(job: u64) -> impl Fn(&Event) -> bool {
    is_training(job, |event| matches!(event, TrainEvent::EpochEnded(_)))
}

/// Nothing comes any more: the training lets go of the processor.
fn is_quiet(engine: &Engine) -> bool {
    std::thread::sleep(Duration::from_millis(300));
    engine.drain(PATIENCE).is_empty()
}

#[test]
fn a_second_training_waits_for_the_first_and_each_has_its_folder() {
    let place = Place::new();
    let engine = place.engine();
    engine.send(start(1, place.config(2)));
    engine.send(start(2, place.config(1)));
    let events = events_until(&engine, is_ended(2));
    let end_of_first = events.iter().position(is_ended(1)).unwrap();
    let begin_of_second = events.iter().position(is_report(2, |r| matches!(r, LabReport::RunCreated(_)))).unwrap();
    assert!(end_of_first < begin_of_second);
    let names = [1, 2].map(|job| created(&events, job).file_name().unwrap().to_string_lossy().into_owned());
    assert!(names[0].ends_with("-u-net-4-1") && names[1].ends_with("-u-net-4-2"), "{names:?}");
    assert_eq!(created(&events, 1).parent().unwrap(), place.home().runs_folder());
}

#[test]
fn a_pause_is_quiet_and_going_on_ends_with_the_numbers_of_an_uninterrupted_run() {
    let place = Place::new();
    let engine = place.engine();
    engine.send(start(1, place.config(30)));
    let mut events = events_until(&engine, is_begun(1));
    engine.send(control(1, Control::Pause));
    events.extend(events_until(&engine, is_paused(1)));
    events.extend(engine.drain(PATIENCE));
    assert!(!events.iter().any(is_ended(1)), "30 epochs are not over yet");
    assert!(is_quiet(&engine), "nothing moves in a pause");
    engine.send(control(1, Control::GoOn));
    events.extend(events_until(&engine, is_ended(1)));
    assert_eq!(end_reason(&events, 1), Some(EndReason::Finished));
    assert_eq!(val_losses(&events, 1), place.reference(30));
    let marks: Vec<_> = training(&events, 1)
        .into_iter()
        .filter_map(|e| if let TrainEvent::Marked { step, mark } = e { Some((*step, *mark)) } else { None })
        .collect();
    assert!(matches!(marks[..], [(a, Mark::Paused), (b, Mark::WentOn)] if a == b), "{marks:?}");
}

#[test]
fn stop_keeps_the_best_and_the_run_is_listed_as_stopped() {
    let place = Place::new();
    let engine = place.engine();
    engine.send(start(1, place.config(ENDLESS)));
    let mut events = events_until(&engine, is_begun(1));
    engine.send(control(1, Control::Stop));
    events.extend(events_until(&engine, is_ended(1)));
    assert_eq!(end_reason(&events, 1), Some(EndReason::Stopped));
    let run = &list(&place)[0];
    assert_eq!((run.status, run.has_weights), (RunStatus::Stopped, true));
    assert!(run.best.is_some());
}

#[test]
fn stop_ends_a_pause_too() {
    let place = Place::new();
    let engine = place.engine();
    engine.send(start(1, place.config(ENDLESS)));
    events_until(&engine, is_begun(1));
    engine.send(control(1, Control::Pause));
    events_until(&engine, is_paused(1));
    engine.send(control(1, Control::Stop));
    let events = events_until(&engine, is_ended(1));
    assert_eq!(end_reason(&events, 1), Some(EndReason::Stopped));
}

#[test]
fn a_stop_after_the_epoch_ends_with_a_validated_epoch_and_can_be_taken_back() {
    let place = Place::new();
    let engine = place.engine();
    engine.send(start(1, place.config(ENDLESS)));
    events_until(&engine, is_begun(1));
    // Both arrive while it rests, so that no epoch can end between them.
    engine.send(control(1, Control::Pause));
    events_until(&engine, is_paused(1));
    engine.send(control(1, Control::StopAfterEpoch));
    let events = events_until(&engine, is_ended(1));
    assert_eq!(end_reason(&events, 1), Some(EndReason::Stopped));
    let folder = RunFolder::open(&list(&place)[0].folder).unwrap();
    let state = folder.read_state().unwrap();
    let steps = glioview::train::observer::steps::read_steps(&folder);
    assert_eq!(steps.len(), state.epochs_done * 3, "no step of an unfinished epoch");
}

#[test]
fn a_discarded_run_lies_in_the_trash_and_is_no_longer_listed() {
    let place = Place::new();
    let engine = place.engine();
    engine.send(start(1, place.config(ENDLESS)));
    let events = events_until(&engine, is_begun(1));
    let folder = created(&events, 1);
    engine.send(control(1, Control::Discard));
    let events = events_until(&engine, is_report(1, |r| matches!(r, LabReport::Trashed(_))));
    let trashed =
        reports(&events, 1).into_iter().find_map(|r| if let LabReport::Trashed(p) = r { Some(p) } else { None });
    let trashed = trashed.unwrap();
    assert!(!folder.exists() && trashed.join("config.json").is_file());
    assert_eq!(trashed.parent().unwrap(), place.home().trash_folder());
    assert!(list(&place).is_empty());
}

#[test]
fn a_training_in_line_that_is_discarded_never_begins() {
    let place = Place::new();
    let engine = place.engine();
    engine.send(start(1, place.config(ENDLESS)));
    events_until(&engine, is_begun(1));
    engine.send(start(2, place.config(1)));
    engine.send(control(2, Control::Discard));
    events_until(&engine, |e| matches!(e, Event::Canceled { job: JobId(2) }));
    engine.send(start(3, place.config(1)));
    engine.send(Command::Cancel { job: JobId(3) });
    events_until(&engine, |e| matches!(e, Event::Canceled { job: JobId(3) }));
    engine.send(control(1, Control::Stop));
    events_until(&engine, is_ended(1));
    assert_eq!(list(&place).len(), 1);
}

#[test]
fn an_analysis_asked_for_during_a_training_is_served_first() {
    let place = Place::new();
    let nets = FakeNets::default();
    let (entered, resume) = nets.hold_at_slice(0);
    let engine = Engine::start_with(no_waker(), place.tools(nets));
    engine.send(start(1, place.config(ENDLESS)));
    events_until(&engine, is_begun(1));
    let options = AnalyzeOptions { is_override: true, ..AnalyzeOptions::default() };
    engine.send(Command::Analyze { job: JobId(2), study: head_study(3), scan: 0, options });
    entered.recv_timeout(PATIENCE).unwrap();
    // The step under way ends; then the training waits.
    std::thread::sleep(Duration::from_millis(500));
    engine.drain(PATIENCE);
    assert!(is_quiet(&engine), "no step while the analyst works");
    resume.send(()).unwrap();
    let events = events_until(&engine, is_begun(1));
    assert!(events.iter().any(is_end_of(2)), "the analysis ended first");
    assert_eq!(scored(&events), [0, 1, 2]);
    engine.send(control(1, Control::Stop));
    events_until(&engine, is_ended(1));
}

#[test]
fn a_training_that_waits_for_the_analyst_still_stops() {
    let place = Place::new();
    let nets = FakeNets::default();
    let (entered, resume) = nets.hold_at_slice(0);
    let engine = Engine::start_with(no_waker(), place.tools(nets));
    engine.send(start(1, place.config(ENDLESS)));
    events_until(&engine, is_begun(1));
    let options = AnalyzeOptions { is_override: true, ..AnalyzeOptions::default() };
    engine.send(Command::Analyze { job: JobId(2), study: head_study(3), scan: 0, options });
    entered.recv_timeout(PATIENCE).unwrap();
    engine.send(Command::Cancel { job: JobId(1) });
    let events = events_until(&engine, is_ended(1));
    assert_eq!(end_reason(&events, 1), Some(EndReason::Stopped), "canceling a training keeps its best");
    resume.send(()).unwrap();
}

#[test]
fn steps_are_thinned_to_twenty_a_second_and_epochs_never() {
    let place = Place::new();
    let engine = place.engine();
    let clock = Instant::now();
    engine.send(start(1, place.config(60)));
    let events = events_until(&engine, is_ended(1));
    let secs = clock.elapsed().as_secs_f64();
    let count = |is: fn(&TrainEvent) -> bool| training(&events, 1).into_iter().filter(|e| is(e)).count();
    let epochs = count(|e| matches!(e, TrainEvent::EpochEnded(_)));
    assert_eq!(epochs, 60);
    let last_batches = count(|e| matches!(e, TrainEvent::Validating { done, total, .. } if done == total));
    assert_eq!(last_batches, 60, "that validation is over is told too");
    let frequent = count(|e| matches!(e, TrainEvent::Step { .. }))
        + count(|e| matches!(e, TrainEvent::Validating { done, total, .. } if done < total));
    assert!(frequent as f64 <= 20.0 * secs + 2.0, "{frequent} in {secs} s");
    assert!(frequent > 0);
}

#[test]
fn a_panic_in_a_training_costs_that_job_alone() {
    let place = Place::new();
    let before_job = Arc::new(|command: &Command| {
        if let Command::Lab { order: LabOrder::Start(config), .. } = command {
            assert!(config.seed != 13, "told to panic");
        }
    });
    let tools = Tools { before_job: Some(before_job), ..place.tools(FakeNets::default()) };
    let engine = Engine::start_with(no_waker(), tools);
    let mut unlucky = place.config(1);
    unlucky.seed = 13;
    engine.send(start(1, unlucky));
    engine.send(start(2, place.config(1)));
    let events = events_until(&engine, is_ended(2));
    assert!(failure_of(&events, 1).expect("it fails").is_bug);
    assert_eq!(end_reason(&events, 2), Some(EndReason::Finished));
}

#[test]
fn closing_the_engine_keeps_the_best_also_in_a_pause_and_with_others_in_line() {
    let place = Place::new();
    for is_paused_then in [false, true] {
        let engine = place.engine();
        engine.send(start(1, place.config(ENDLESS)));
        engine.send(start(2, place.config(ENDLESS)));
        events_until(&engine, is_begun(1));
        if is_paused_then {
            engine.send(control(1, Control::Pause));
            events_until(&engine, is_paused(1));
        }
        drop(engine);
    }
    let runs = list(&place);
    assert_eq!(runs.len(), 2, "those in line never began");
    for run in runs {
        assert_eq!((run.status, run.has_weights), (RunStatus::Stopped, true));
    }
}

#[test]
fn a_stop_before_the_first_validation_keeps_the_weights_marked_so() {
    let place = Place::new();
    let engine = place.inline();
    // Run inline, what is said before the start is kept for it.
    engine.send(control(1, Control::Stop));
    engine.send(start(1, place.config(3)));
    let events = engine.drain(PATIENCE);
    // The survey hears it already: nothing was made, so nothing is kept.
    assert!(events.iter().any(|e| matches!(e, Event::Canceled { job: JobId(1) })), "{events:?}");
    assert!(list(&place).is_empty());
    let engine = place.engine();
    engine.send(start(2, place.config(ENDLESS)));
    let events = events_until(&engine, is_report(2, |r| matches!(r, LabReport::RunCreated(_))));
    engine.send(control(2, Control::Stop));
    let folder = created(&events, 2);
    let events = events_until(&engine, is_ended(2));
    assert_eq!(end_reason(&events, 2), Some(EndReason::Stopped));
    assert!(folder.join("best.safetensors").is_file());
    let card = std::fs::read_to_string(folder.join("best.json")).unwrap();
    assert_eq!(card.contains("never validated"), val_losses(&events, 2).is_empty(), "{card}");
}

#[test]
fn inline_a_training_runs_to_its_end_while_it_is_sent_and_a_pause_ends_by_itself() {
    let place = Place::new();
    let engine = place.inline();
    engine.send(control(1, Control::Pause));
    engine.send(start(1, place.config(2)));
    let events = engine.drain(PATIENCE);
    assert_eq!(val_losses(&events, 1), place.reference(2));
    assert_eq!(end_reason(&events, 1), Some(EndReason::Finished));
    assert!(events.iter().any(is_paused(1)));
}

#[test]
fn what_cannot_be_trained_is_told_and_leaves_no_folder() {
    let place = Place::new();
    let engine = place.inline();
    engine.send(start(1, TrainConfig { batch_size: 0, ..place.config(1) }));
    let mut nowhere = place.config(1);
    nowhere.data = place.path("nowhere");
    engine.send(start(2, nowhere));
    engine.send(lab(3, LabOrder::Resume(place.path("scans"))));
    let events = engine.drain(PATIENCE);
    let text = |job| failure_of(&events, job).expect("it fails").to_string();
    assert!(text(1).contains("the setting batch"), "{}", text(1));
    assert!(text(2).contains("nowhere"), "{}", text(2));
    assert!(text(3).contains("not a run's folder"), "{}", text(3));
    assert!(list(&place).is_empty());
    assert_eq!(std::fs::read_dir(place.home().runs_folder()).unwrap().count(), 0);
}
