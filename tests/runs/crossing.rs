//! Cross-validation as the engine does it for the window. Not for the folds' figures (`evaluation`).

use std::time::Duration;

use glioview::engine::event::Event;
use glioview::engine::lab::order::{CrossRequest, LabOrder};
use glioview::engine::lab::report::{CrossNow, CrossValidation, LabReport};
use glioview::train::config::TrainConfig;

use super::kit::{Place, lab, list, reports};
use crate::engine_kit::{PATIENCE, events_until, failure_of};

fn order(place: &Place, folds: usize) -> LabOrder {
    let config = TrainConfig { average_decay: None, ..place.config(1) };
    LabOrder::CrossValidate(Box::new(CrossRequest { config, folds, by_slice: true }))
}

fn found(events: &[Event]) -> CrossValidation {
    let all = reports(events, 1);
    let found =
        all.iter().find_map(|r| if let LabReport::CrossValidated(found) = r { Some((**found).clone()) } else { None });
    found.unwrap_or_else(|| panic!("no result: {events:?}"))
}

fn stages(events: &[Event]) -> Vec<String> {
    let of = |r: &LabReport| match r {
        LabReport::Crossing(CrossNow::Stage(stage)) => Some(stage.clone()),
        _ => None,
    };
    reports(events, 1).into_iter().filter_map(of).collect()
}

#[test]
fn every_patient_is_tested_once_and_the_same_settings_find_their_finished_folds() {
    let place = Place::new();
    let engine = place.inline();
    engine.send(lab(1, order(&place, 4)));
    let events = engine.drain(PATIENCE);
    let first = found(&events);
    assert_eq!(first.folds.iter().map(|fold| fold.figures.patients).sum::<usize>(), 4);
    assert_eq!(stages(&events)[1..5], ["Fold 1 of 4", "Fold 2 of 4", "Fold 3 of 4", "Fold 4 of 4"]);
    let epochs = |events: &[Event]| {
        reports(events, 1).into_iter().filter(|r| matches!(r, LabReport::Crossing(CrossNow::Epoch(_)))).count()
    };
    assert_eq!(epochs(&events), 5, "one a fold and one by slice");
    for row in first.rows() {
        let known: Vec<f64> = row.folds.iter().copied().flatten().collect();
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        assert!(known.is_empty() || (row.mean.unwrap() - mean).abs() < 1e-12, "{row:?}");
        assert_eq!((row.folds.len(), row.name.is_empty()), (4, false));
    }
    assert!(first.by_slice.is_some());
    engine.send(lab(1, order(&place, 4)));
    let events = engine.drain(PATIENCE);
    assert_eq!((found(&events), epochs(&events)), (first, 0), "nothing is trained twice");
    assert!(list(&place).is_empty(), "folds are no runs of the list");
}

#[test]
fn stopped_it_says_so_and_too_many_folds_are_refused_in_words() {
    let place = Place::new();
    let engine = place.engine();
    engine.send(lab(1, order(&place, 4)));
    events_until(&engine, |e| matches!(e, Event::Lab { report: LabReport::Crossing(CrossNow::Epoch(_)), .. }));
    engine.send(glioview::engine::command::Command::Cancel { job: glioview::engine::command::JobId(1) });
    let events = events_until(&engine, |e| {
        matches!(e, Event::Canceled { .. } | Event::Lab { report: LabReport::CrossValidated(_), .. })
    });
    assert!(events.iter().any(|e| matches!(e, Event::Canceled { .. })) || !stages(&events).is_empty());
    drop(engine);
    let engine = place.inline();
    engine.send(lab(2, order(&place, 9)));
    let events = engine.drain(Duration::from_secs(10));
    let text = failure_of(&events, 2).expect("refused").to_string();
    assert!(text.contains("9 folds, expected 3 to the 4 patients"), "{text}");
}
