//! A training's outline on the scan in Read: when it is asked for, and everything that takes it away. Not for the Train
//! view (`training`).

use std::sync::Arc;

use glioview::domain::gate::{GateReason, GateVerdict};
use glioview::engine::command::{Command, JobId};
use glioview::engine::event::Event;
use glioview::engine::lab::order::{LabOrder, Watched};
use glioview::engine::lab::report::{EpochOutline, LabReport};
use glioview::state::action::{Action, AppAction, FileAction, GoAction};
use glioview::state::screen::MainView;
use glioview::state::training::TrainingAction;
use glioview::state::training::watching::{is_possible, on_screen, words};
use glioview::train::event::{EndReason, TrainEvent};

use super::make::{Desk, failure, map, study};
use super::training::{act, begun, hear, ready};

/// Where the engine was last told to look; the outer `None` where it was never told.
#[allow(clippy::option_option)]
fn watched(commands: &[Command]) -> Option<Option<Watched>> {
    commands.iter().rev().find_map(|c| match c {
        Command::Lab { order: LabOrder::Watch(watched), .. } => Some(watched.clone()),
        _ => None,
    })
}

/// A study open in Read and a segmenter in training.
fn reading_while_training() -> (Desk, JobId) {
    let mut desk = ready(false);
    let job = begun(&mut desk);
    desk.act(Action::App(AppAction::ShowView(MainView::Read)));
    desk.open(vec![study("p1", 5)]);
    desk.begin(GateVerdict::Known);
    (desk, job)
}

fn outline(desk: &mut Desk, job: JobId, epoch: usize) {
    let watched = watched(&desk.orders).flatten().expect("the engine was told where to look");
    let map = Ok(map(6));
    hear(desk, job, LabReport::EpochOutline(EpochOutline { watched: Arc::new(watched), epoch, map }));
}

#[test]
fn the_engine_hears_where_the_reader_looks_only_while_a_segmenter_trains_and_read_is_on_screen() {
    let mut desk = Desk::new();
    desk.open(vec![study("p0", 3)]);
    assert!(watched(&desk.orders).is_none(), "no training, no watching");
    let (mut desk, _) = reading_while_training();
    assert_eq!(watched(&desk.orders).flatten().expect("told").slice, desk.slice());
    let commands = desk.act(Action::Go(GoAction::By(1)));
    assert_eq!(watched(&commands).flatten().expect("told").slice, desk.slice());
    assert!(watched(&desk.act(Action::App(AppAction::ToggleLeft))).is_none(), "nothing new is not told");
    let commands = desk.act(Action::App(AppAction::ShowView(MainView::Train)));
    assert!(matches!(watched(&commands), Some(None)), "nobody looks");
    let commands = desk.act(Action::App(AppAction::ShowView(MainView::Read)));
    assert!(matches!(watched(&commands), Some(Some(_))));
    let commands = act(&mut desk, TrainingAction::ShowOnScan(false));
    assert!(matches!(watched(&commands), Some(None)), "switched off it costs nothing");
}

#[test]
fn the_outline_is_named_by_its_epoch_and_the_next_epoch_takes_its_place() {
    let (mut desk, job) = reading_while_training();
    outline(&mut desk, job, 11);
    assert_eq!(words(&desk.app).as_deref(), Some("Dotted: training, epoch 12, not a finding"));
    let first = desk.slice();
    desk.act(Action::Go(GoAction::By(1)));
    assert!(words(&desk.app).is_none(), "another slice has none yet");
    outline(&mut desk, job, 11);
    desk.act(Action::Go(GoAction::Slice(first)));
    assert!(words(&desk.app).is_some(), "an epoch's outlines stay side by side");
    desk.act(Action::Go(GoAction::By(1)));
    outline(&mut desk, job, 12);
    assert_eq!(on_screen(&desk.app).map(|on| on.epoch), Some(12));
    desk.act(Action::Go(GoAction::Slice(first)));
    assert!(words(&desk.app).is_none(), "no outline of an epoch that is no longer the latest");
}

#[test]
fn it_is_no_finding_and_no_export_or_review_knows_of_it() {
    let (mut desk, job) = reading_while_training();
    let before = desk.here().clone();
    outline(&mut desk, job, 0);
    assert_eq!(desk.here(), &before, "what is known of the scan is what was known");
    desk.answer(&[(0.1, 0), (0.1, 0), (0.9, 7), (0.1, 0), (0.1, 0)]);
    outline(&mut desk, job, 1);
    let commands = desk.act(Action::File(FileAction::ExportText("/out".into())));
    let Some(Command::Export { items, .. }) = commands.iter().find(|c| matches!(c, Command::Export { .. })) else {
        panic!("no export in {commands:?}")
    };
    let areas: Vec<_> =
        items[0].finding.slices.iter().filter_map(|s| s.map.as_ref()).map(|m| m.mask(0.5).area_px()).collect();
    assert_eq!(areas, [0, 0, 7, 0, 0], "the 6 pixels of the training are in none of them");
}

#[test]
fn another_scan_a_discard_a_failure_and_a_withdrawal_take_it_away_and_an_end_does_not() {
    let (mut desk, job) = reading_while_training();
    outline(&mut desk, job, 0);
    desk.open(vec![study("p2", 5)]);
    assert!(words(&desk.app).is_none());
    let ends: [(fn(JobId) -> Event, bool); 3] = [
        (|job| Event::Lab { job, report: LabReport::Trashed("/trash/a".into()) }, false),
        (|job| Event::Failed { job, failure: failure("The training stopped") }, false),
        (
            |job| {
                let reason = EndReason::Stopped;
                let ended = TrainEvent::Ended { reason, best_epoch: Some(0), best_val_loss: Some(0.5) };
                Event::Lab { job, report: LabReport::Training(ended) }
            },
            true,
        ),
    ];
    for (end, is_kept) in ends {
        let (mut desk, job) = reading_while_training();
        outline(&mut desk, job, 0);
        assert!(is_possible(&desk.app));
        let commands = desk.hear(end(job));
        assert_eq!(words(&desk.app).is_some(), is_kept);
        assert!(matches!(watched(&commands), Some(None)), "the engine lets go of the study");
        assert!(!is_possible(&desk.app));
        desk.open(vec![study("p2", 5)]);
        assert!(words(&desk.app).is_none(), "another scan");
    }
}

#[test]
fn an_outline_that_comes_late_counts_for_nothing() {
    let (mut desk, job) = reading_while_training();
    let old = watched(&desk.orders).flatten().expect("told");
    desk.open(vec![study("p2", 5)]);
    let late = EpochOutline { watched: Arc::new(old), epoch: 0, map: Ok(map(6)) };
    hear(&mut desk, job, LabReport::EpochOutline(late));
    assert!(words(&desk.app).is_none(), "it is of a scan that is no longer on screen");
    hear(&mut desk, job, LabReport::Trashed("/trash/a".into()));
    outline_of_nobody(&mut desk, job);
}

fn outline_of_nobody(desk: &mut Desk, job: JobId) {
    let study = Arc::clone(&desk.app.current_study().expect("open").study);
    let watched = Watched { study, scan: 0, slice: desk.slice() };
    let late = EpochOutline { watched: Arc::new(watched), epoch: 0, map: Ok(map(6)) };
    hear(desk, job, LabReport::EpochOutline(late));
    assert!(words(&desk.app).is_none(), "its training is discarded");
}

#[test]
fn pictures_that_the_nets_do_not_know_and_covered_ones_are_not_watched() {
    let mut desk = ready(false);
    begun(&mut desk);
    desk.act(Action::App(AppAction::ShowView(MainView::Read)));
    desk.open(vec![study("p1", 5)]);
    let commands = desk.begin(GateVerdict::Unknown(vec![GateReason::NoDarkBackground]));
    assert!(matches!(watched(&commands), Some(None)), "{commands:?}");
    let mut desk = ready(false);
    desk.app.settings.reader_first = true;
    begun(&mut desk);
    desk.act(Action::App(AppAction::ShowView(MainView::Read)));
    let commands = desk.open(vec![study("p1", 5)]);
    assert!(desk.here().is_covered && watched(&commands).is_none(), "the reader looks first");
}
