//! The engine through its door: commands in, events out. Not for the files (`io`) or the nets behind it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use glioview::engine::Engine;
use glioview::engine::command::{AnalyzeOptions, Command, JobId, ModelChoice, Pick};
use glioview::engine::event::Event;
use glioview::engine::tools::Tools;
use glioview::io::home::Home;
use glioview::io::settings::Settings;

use crate::engine_kit::{
    FakeNets, PATIENCE, events_until, failure_of, fake_tools, head_study, is_end_of, is_loaded, no_waker, outlined,
    scored,
};

fn open(job: u64) -> Command {
    Command::Open { job: JobId(job), paths: vec![PathBuf::from("/nothing/here.tif")] }
}

fn load(job: u64) -> Command {
    Command::LoadModels { job: JobId(job), choice: ModelChoice::default() }
}

fn pick(job: u64) -> Command {
    Command::PickPaths { job: JobId(job), pick: Pick::Files }
}

fn analyze(job: u64, slices: usize) -> Command {
    let options = AnalyzeOptions { is_override: true, ..AnalyzeOptions::default() };
    Command::Analyze { job: JobId(job), study: head_study(slices), scan: 0, options }
}

/// A hook that reports each job as it starts, and holds `held` until the test lets it go.
fn holding(held: u64) -> (Tools, Receiver<JobId>, Sender<()>) {
    let (started, starts) = channel();
    let (release, released) = channel();
    let (started, released) = (Mutex::new(started), Mutex::new(released));
    let hook = move |command: &Command| {
        started.lock().unwrap().send(command.job()).ok();
        if command.job() == JobId(held) {
            released.lock().unwrap().recv_timeout(PATIENCE).ok();
        }
    };
    (Tools { before_job: Some(Arc::new(hook)), ..fake_tools(FakeNets::default()) }, starts, release)
}

fn started(starts: &Receiver<JobId>) -> u64 {
    starts.recv_timeout(PATIENCE).expect("a job starts").0
}

#[test]
fn a_newer_open_replaces_the_one_that_runs_and_the_one_that_waits() {
    let (tools, starts, release) = holding(1);
    let engine = Engine::start_with(no_waker(), tools);
    engine.send(open(1));
    assert_eq!(started(&starts), 1);
    engine.send(open(2));
    engine.send(open(3));
    release.send(()).unwrap();
    let events = events_until(&engine, is_end_of(3));
    let canceled: Vec<u64> = events.iter().filter(|e| matches!(e, Event::Canceled { .. })).map(|e| e.job().0).collect();
    assert_eq!(canceled, [2, 1], "2 never began, 1 stopped at its first look");
    assert_eq!(started(&starts), 3, "2 never began");
}

#[test]
fn a_newer_analysis_stops_the_older_which_reports_nothing_more() {
    let nets = FakeNets::default();
    let (entered, resume) = nets.hold_at_slice(2);
    let engine = Engine::start_with(no_waker(), fake_tools(nets));
    engine.send(analyze(1, 6));
    entered.recv_timeout(PATIENCE).unwrap();
    engine.send(analyze(2, 3));
    resume.send(()).unwrap();
    let events = events_until(&engine, is_end_of(2));
    let first: Vec<&Event> = events.iter().filter(|e| e.job() == JobId(1)).collect();
    assert!(matches!(first.last(), Some(Event::Canceled { .. })), "the older ends canceled: {first:?}");
    assert!(!first.iter().any(|e| matches!(e, Event::Scored { slice, .. } if *slice > 2)), "and goes no further");
    let second: Vec<Event> = events.iter().filter(|e| e.job() == JobId(2)).cloned().collect();
    assert_eq!(scored(&second), [0, 1, 2], "the newer is complete");
}

#[test]
fn new_models_stop_what_is_read_with_the_old_ones() {
    let nets = FakeNets::default();
    let (entered, resume) = nets.hold_at_slice(1);
    let engine = Engine::start_with(no_waker(), fake_tools(nets));
    engine.send(analyze(1, 6));
    entered.recv_timeout(PATIENCE).unwrap();
    engine.send(load(2));
    resume.send(()).unwrap();
    let events = events_until(&engine, is_loaded(2));
    assert!(events.iter().any(|e| matches!(e, Event::Canceled { job } if *job == JobId(1))), "{events:?}");
}

#[test]
fn cancel_stops_a_running_analysis_and_keeps_what_was_reported() {
    let nets = FakeNets::default();
    let (entered, resume) = nets.hold_at_slice(3);
    let engine = Engine::start_with(no_waker(), fake_tools(nets));
    engine.send(analyze(1, 8));
    entered.recv_timeout(PATIENCE).unwrap();
    engine.send(Command::Cancel { job: JobId(1) });
    resume.send(()).unwrap();
    let events = events_until(&engine, is_end_of(1));
    assert_eq!(scored(&events), [0, 1, 2, 3]);
    assert!(matches!(events.last(), Some(Event::Canceled { .. })));
}

#[test]
fn cancel_takes_a_waiting_order_out_of_line_and_says_so_once() {
    let (tools, starts, release) = holding(1);
    let engine = Engine::start_with(no_waker(), tools);
    for job in 1..=3 {
        engine.send(pick(job));
    }
    assert_eq!(started(&starts), 1);
    engine.send(Command::Cancel { job: JobId(2) });
    release.send(()).unwrap();
    let events = events_until(&engine, is_end_of(3));
    assert_eq!(started(&starts), 3, "2 never began");
    assert_eq!(events.iter().filter(|e| e.job() == JobId(2)).count(), 1);
}

#[test]
fn a_slice_asked_for_goes_before_the_rest_of_the_analysis() {
    let nets = FakeNets::default();
    let (entered, resume) = nets.hold_at_slice(1);
    let engine = Engine::start_with(no_waker(), fake_tools(nets));
    engine.send(analyze(1, 40));
    entered.recv_timeout(PATIENCE).unwrap();
    for slice in [31, 7] {
        engine.send(Command::OutlineSlice { job: JobId(1), slice });
    }
    resume.send(()).unwrap();
    let events = events_until(&engine, is_end_of(1));
    let at = |wanted: usize| events.iter().position(|e| matches!(e, Event::Outlined { slice, .. } if *slice == wanted));
    let third = events.iter().position(|e| matches!(e, Event::Scored { slice, .. } if *slice == 2));
    assert!(at(31) < at(7) && at(7) < third, "in the order asked for, before the next score: {events:?}");
}

#[test]
fn a_slice_of_a_finished_analysis_can_still_be_outlined_and_of_a_forgotten_one_not() {
    let engine = Engine::inline_with(fake_tools(FakeNets::default()));
    engine.send(analyze(1, 4));
    engine.drain(PATIENCE);
    engine.send(Command::OutlineSlice { job: JobId(1), slice: 0 });
    assert_eq!(outlined(&engine.drain(PATIENCE)), [0]);
    engine.send(load(2));
    engine.drain(PATIENCE);
    engine.send(Command::OutlineSlice { job: JobId(1), slice: 1 });
    let events = engine.drain(PATIENCE);
    assert!(matches!(&events[..], [Event::SliceFailed { slice: 1, .. }]), "{events:?}");
}

#[test]
fn a_panic_costs_one_job_and_the_next_one_works() {
    let panics = |command: &Command| {
        assert!(command.job() != JobId(1), "planted");
    };
    let tools = Tools { before_job: Some(Arc::new(panics)), ..fake_tools(FakeNets::default()) };
    for command in [open, pick, load, |job| analyze(job, 3)] {
        let engine = Engine::start_with(no_waker(), tools.clone());
        engine.send(command(1));
        let events = events_until(&engine, is_end_of(1));
        let failure = failure_of(&events, 1).expect("the panic is told");
        assert!(failure.is_bug && failure.why == ["planted"], "{failure:?}");
        let next = command(2);
        let is_load = matches!(next, Command::LoadModels { .. });
        engine.send(next);
        let is_last = move |event: &Event| is_end_of(2)(event) || (is_load && is_loaded(2)(event));
        let events = events_until(&engine, is_last);
        assert!(failure_of(&events, 2).is_none_or(|f| !f.is_bug), "{events:?}");
    }
}

#[test]
fn dropping_the_engine_stops_what_runs_and_waits_for_it() {
    let nets = FakeNets::default();
    let (entered, resume) = nets.hold_at_slice(2);
    let calls = nets.calls();
    let engine = Engine::start_with(no_waker(), fake_tools(nets));
    engine.send(analyze(1, 1000));
    entered.recv_timeout(PATIENCE).unwrap();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        resume.send(()).ok();
    });
    drop(engine);
    let after = calls.load(Ordering::SeqCst);
    assert!(after < 1000, "it stopped early, after {after} calls");
    assert_eq!(Arc::strong_count(&calls), 1, "the nets are gone, so their thread is");
}

#[test]
fn saving_what_the_user_made_is_done_even_while_closing() {
    let (tools, starts, release) = holding(1);
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    let engine = Engine::start_with(no_waker(), Tools { home: Some(home.clone()), ..tools });
    engine.send(pick(1));
    assert_eq!(started(&starts), 1);
    engine.send(pick(2));
    engine.send(Command::SaveSettings { job: JobId(3), settings: Box::new(Settings::default()) });
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        release.send(()).ok();
    });
    drop(engine);
    assert_eq!(started(&starts), 3, "2 was dropped");
    assert!(home.settings_file().is_file(), "3 was saved");
}

#[test]
fn the_clerk_does_every_order_in_turn() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&order);
    let hook = move |command: &Command| seen.lock().unwrap().push(command.job().0);
    let engine =
        Engine::start_with(no_waker(), Tools { before_job: Some(Arc::new(hook)), ..fake_tools(FakeNets::default()) });
    for job in 1..=20 {
        engine.send(pick(job));
    }
    let events = events_until(&engine, is_end_of(20));
    assert_eq!(*order.lock().unwrap(), (1..=20).collect::<Vec<_>>());
    let answered: Vec<u64> = events.iter().map(|e| e.job().0).collect();
    assert_eq!(answered, (1..=20).collect::<Vec<_>>());
}

#[test]
fn whoever_is_woken_finds_an_event_and_is_woken_no_more_often() {
    let wakes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&wakes);
    let engine = Engine::start_with(
        Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        }),
        fake_tools(FakeNets::default()),
    );
    std::thread::sleep(Duration::from_millis(30));
    assert_eq!(wakes.load(Ordering::SeqCst), 0, "an idle engine wakes nobody");
    engine.send(analyze(1, 50));
    let started = Instant::now();
    while wakes.load(Ordering::SeqCst) == 0 {
        assert!(started.elapsed() < PATIENCE);
    }
    let first = engine.drain(PATIENCE);
    assert!(!first.is_empty(), "sent first, woken second");
    let rest = if first.iter().any(is_end_of(1)) { Vec::new() } else { events_until(&engine, is_end_of(1)) };
    drop(engine);
    assert!(wakes.load(Ordering::SeqCst) <= first.len() + rest.len());
}

#[test]
fn progress_comes_at_most_twenty_times_a_second() {
    let engine = Engine::start_with(no_waker(), fake_tools(FakeNets::default()));
    let started = Instant::now();
    engine.send(analyze(1, 2000));
    let events = events_until(&engine, is_end_of(1));
    let progress = events.iter().filter(|e| matches!(e, Event::Progress { .. })).count();
    let allowed = 1 + (started.elapsed().as_millis() / 50) as usize;
    assert!((1..=allowed).contains(&progress), "{progress} reports, {allowed} allowed");
}

#[test]
fn draining_stops_after_its_budget_and_wakes_for_the_rest() {
    let wakes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&wakes);
    let engine = Engine::start_with(
        Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        }),
        fake_tools(FakeNets::default()),
    );
    engine.send(analyze(1, 5));
    let started = Instant::now();
    while wakes.load(Ordering::SeqCst) < 7 {
        assert!(started.elapsed() < PATIENCE);
    }
    let before = wakes.load(Ordering::SeqCst);
    assert_eq!(engine.drain(Duration::ZERO).len(), 1);
    assert!(wakes.load(Ordering::SeqCst) > before);
}
