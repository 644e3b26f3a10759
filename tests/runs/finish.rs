//! What follows a training: its thresholds, chosen on validation and written into the card. Not for choosing itself
//! (`evaluation`).

use glioview::domain::card::{Architecture, ModelCard, Task};
use glioview::engine::lab::report::{Chosen, LabReport};
use glioview::train::config::TrainConfig;
use glioview::train::error::TrainError;
use glioview::train::finish::choose_thresholds;
use glioview::train::observer::Flow;

use super::kit::{Place, Scripted, created, is_report, is_step, is_training, reports, start};
use crate::engine_kit::PATIENCE;

fn card(text: &str) -> ModelCard {
    serde_json::from_str(text).unwrap()
}

fn chosen(events: &[glioview::engine::event::Event]) -> Option<Chosen> {
    let all = reports(events, 1);
    let found =
        all.iter().find_map(|r| if let LabReport::Thresholds(chosen) = r { Some(chosen.clone()) } else { None });
    found.expect("it was told")
}

#[test]
fn after_a_training_the_card_holds_the_threshold_chosen_on_validation_and_its_figures() {
    for architecture in [Architecture::UNet { width: 4 }, Architecture::DenseNet121] {
        let place = Place::new();
        let engine = place.inline();
        engine.send(start(1, TrainConfig { architecture, ..place.config(2) }));
        let events = engine.drain(PATIENCE);
        let told = chosen(&events).expect("there is something to choose");
        assert_eq!((told.task, told.patients, told.slices), (architecture.task(), 2, 12));
        let is_end = is_training(1, |e| matches!(e, glioview::train::event::TrainEvent::Ended { .. }));
        let at = |is: &dyn Fn(&glioview::engine::event::Event) -> bool| events.iter().position(is).unwrap();
        assert!(at(&is_end) < at(&is_report(1, |r| matches!(r, LabReport::Thresholds(_)))), "a stop waits for nothing");
        let folder = created(&events, 1);
        let card = card(&std::fs::read_to_string(folder.join("best.json")).unwrap());
        assert_eq!(card.thresholds, told.thresholds);
        assert_eq!(card.thresholds.band_low.is_some(), architecture.task() == Task::Classifier);
        assert_eq!(card.val.as_ref().map(|val| (val.patients, val.slices)), Some((2, 12)));
        assert!(card.test.is_none(), "the test part stays untouched");
        assert!(!card.limits.iter().any(|limit| limit == "Not evaluated yet."));
        let again = choose_thresholds(&folder, &mut |_, _| true).unwrap();
        assert_eq!(again, Some(told), "the same answers call for the same threshold");
    }
}

#[test]
fn weights_that_were_never_validated_have_no_threshold_to_choose() {
    let place = Place::new();
    place.train(place.config(2), "run", &mut Scripted::saying(Flow::Stop, |e| is_step(e, 0, 0))).unwrap();
    let before = std::fs::read(place.path("run/best.json")).unwrap();
    assert_eq!(choose_thresholds(&place.path("run"), &mut |_, _| true).unwrap(), None);
    assert_eq!(std::fs::read(place.path("run/best.json")).unwrap(), before);
}

#[test]
fn a_choice_that_is_stopped_leaves_the_card_as_it_was() {
    let place = Place::new();
    place.train(place.config(1), "run", &mut Scripted::listening()).unwrap();
    let before = std::fs::read(place.path("run/best.json")).unwrap();
    let mut heard = 0;
    let stopped = choose_thresholds(&place.path("run"), &mut |_, _| {
        heard += 1;
        heard < 4
    });
    assert!(matches!(stopped, Err(TrainError::Stopped)), "{stopped:?}");
    assert_eq!((heard, std::fs::read(place.path("run/best.json")).unwrap()), (4, before));
}
