//! The net of the latest epoch on the slice that the reader looks at. Not for how it is drawn (`window`).

use std::sync::Arc;

use glioview::domain::card::Architecture;
use glioview::domain::scan::Study;
use glioview::engine::command::{Command, JobId};
use glioview::engine::event::Event;
use glioview::engine::lab::order::{Control, LabOrder, Watched};
use glioview::engine::lab::report::{EpochOutline, LabReport};
use glioview::train::config::TrainConfig;
use glioview::train::event::TrainEvent;

use super::kit::{Place, control, is_ended, is_report, is_training, lab, reports, start, val_losses};
use crate::engine_kit::{PATIENCE, events_until, head_study};

fn watch(study: &Arc<Study>, slice: usize) -> Command {
    lab(900, LabOrder::Watch(Some(Watched { study: Arc::clone(study), scan: 0, slice })))
}

fn outlines(events: &[Event], job: u64) -> Vec<&EpochOutline> {
    let reports = reports(events, job).into_iter();
    reports.filter_map(|r| if let LabReport::EpochOutline(outline) = r { Some(outline) } else { None }).collect()
}

#[test]
fn the_slice_on_screen_is_outlined_once_an_epoch_and_the_training_learns_the_same() {
    let place = Place::new();
    let (engine, study) = (place.inline(), head_study(3));
    engine.send(watch(&study, 1));
    engine.send(start(1, place.config(3)));
    let events = engine.drain(PATIENCE);
    let found = outlines(&events, 1);
    assert_eq!(found.iter().map(|o| (o.epoch, o.watched.slice)).collect::<Vec<_>>(), [(0, 1), (1, 1), (2, 1)]);
    let (rows, cols) = (study.scans[0].rows, study.scans[0].cols);
    let maps: Vec<_> = found.iter().map(|o| o.map.as_ref().expect("an outline")).collect();
    assert!(maps.iter().all(|m| (m.rows, m.cols, m.bytes.len()) == (rows, cols, rows * cols)), "in scan pixels");
    assert_ne!(maps[0].bytes, maps[2].bytes, "each epoch's own net");
    assert_eq!(val_losses(&events, 1), place.reference(3), "looking changes no number");
    let at = |is: &dyn Fn(&Event) -> bool| events.iter().position(is).expect("it was told");
    let epoch_told = at(&is_training(1, |e| matches!(e, TrainEvent::EpochEnded(r) if r.epoch == 1)));
    assert!(epoch_told < at(&is_report(1, |r| matches!(r, LabReport::EpochOutline(o) if o.epoch == 1))));
    let is_finding =
        |e: &Event| matches!(e, Event::Outlined { .. } | Event::Scored { .. } | Event::AnalysisStarted { .. });
    assert!(!events.iter().any(is_finding), "nothing of it is an analysis' answer");
}

#[test]
fn another_slice_is_outlined_at_a_later_step_and_none_where_nobody_looks() {
    let place = Place::new();
    let (engine, study) = (place.engine(), head_study(3));
    let is_of =
        |slice: usize| is_report(1, move |r| matches!(r, LabReport::EpochOutline(o) if o.watched.slice == slice));
    engine.send(watch(&study, 0));
    engine.send(start(1, place.config(100_000)));
    events_until(&engine, is_of(0));
    engine.send(watch(&study, 2));
    events_until(&engine, is_of(2));
    engine.send(lab(900, LabOrder::Watch(None)));
    // What was under way when nobody looked any more may still come.
    events_until(&engine, is_training(1, |e| matches!(e, TrainEvent::EpochEnded(_))));
    events_until(&engine, is_training(1, |e| matches!(e, TrainEvent::Step { .. })));
    let quiet = events_until(&engine, is_training(1, |e| matches!(e, TrainEvent::EpochEnded(_))));
    assert!(outlines(&quiet, 1).is_empty());
    engine.send(control(1, Control::Stop));
    events_until(&engine, is_ended(1));
}

#[test]
fn a_classifier_outlines_nothing_and_a_slice_that_is_not_there_costs_nothing() {
    let place = Place::new();
    let engine = place.inline();
    engine.send(watch(&head_study(2), 7));
    engine.send(start(1, place.config(1)));
    let events = engine.drain(PATIENCE);
    let found = outlines(&events, 1);
    let why = found[0].map.as_ref().expect_err("there is no such slice");
    assert!(found.len() == 1 && why.to_string().contains("slice 8"), "{why}");
    assert!(events.iter().any(is_ended(1)), "it trains on");
    engine.send(watch(&head_study(2), 0));
    let mut config = place.config(1);
    config = TrainConfig { architecture: Architecture::DenseNet121, ..config };
    engine.send(start(2, config));
    let events = engine.drain(PATIENCE);
    assert!(events.iter().any(is_ended(2)) && outlines(&events, 2).is_empty());
    assert!(!events.iter().any(|e| e.job() == JobId(900)), "watching is answered by the training alone");
}
