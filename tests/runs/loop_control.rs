//! What the loop tells its observers and how it obeys them: parts of the loss, pause, stop in validation, stop after the
//! epoch. Not for the engine (`steering`).

use std::time::{Duration, Instant};

use glioview::train::checkpoint::RunFolder;
use glioview::train::config::{SegmenterLoss, TrainConfig};
use glioview::train::error::TrainError;
use glioview::train::event::{EndReason, Mark, TrainEvent};
use glioview::train::observer::{Flow, Observer};
use glioview::train::run::Run;

use super::kit::{Place, Scripted, is_step, resume};

const PAUSE: Duration = Duration::from_millis(400);

#[test]
fn a_pause_rests_before_the_next_step_and_changes_no_number() {
    let place = Place::new();
    let mut ear = Scripted::saying(Flow::Pause, |event| is_step(event, 1, 0));
    assert_eq!(place.train(place.config(3), "run", &mut ear).unwrap(), EndReason::Finished);
    assert_eq!(ear.rests, 1);
    let at = ear.events.iter().position(|e| is_step(e, 1, 0)).unwrap();
    let marked = |mark| TrainEvent::Marked { step: 3, mark };
    assert_eq!(ear.events[at + 1..at + 3], [marked(Mark::Paused), marked(Mark::WentOn)], "before any other step");
    assert!(is_step(&ear.events[at + 3], 1, 1), "and goes on at the very next batch");
    assert_eq!(ear.val_losses(), place.reference(3), "to the digit");
    let marks = std::fs::read_to_string(place.path("run/marks.csv")).unwrap();
    assert_eq!(marks, "step,mark\n3,paused\n3,went-on\n");
}

#[test]
fn time_in_a_pause_is_not_counted_as_training() {
    struct Sleeper;
    impl Observer for Sleeper {
        fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
            Ok(if is_step(event, 0, 0) { Flow::Pause } else { Flow::Continue })
        }

        fn rest(&mut self) -> Flow {
            std::thread::sleep(PAUSE);
            Flow::Continue
        }
    }
    let place = Place::new();
    let run = Run::create(place.config(1), &place.path("run"), &mut |_, _| true).unwrap();
    let mut ear = Scripted::listening();
    let clock = Instant::now();
    run.train(&mut [&mut Sleeper, &mut ear]).unwrap();
    let (all, counted) = (clock.elapsed(), ear.epochs()[0].secs);
    assert!(counted <= all.saturating_sub(PAUSE).as_secs_f32(), "{counted} s of {all:?} with {PAUSE:?} of rest");
}

#[test]
fn a_stop_in_validation_is_heard_at_its_first_batch() {
    let place = Place::new();
    let mut ear = Scripted::saying(Flow::Stop, |event| matches!(event, TrainEvent::Validating { .. }));
    assert_eq!(place.train(place.config(3), "run", &mut ear).unwrap(), EndReason::Stopped);
    let heard: Vec<_> = ear.events.iter().filter(|e| matches!(e, TrainEvent::Validating { .. })).collect();
    assert_eq!(heard, [&TrainEvent::Validating { epoch: 0, done: 1, total: 3 }]);
    assert!(ear.epochs().is_empty(), "the epoch was not validated");
    let card = std::fs::read_to_string(place.path("run/best.json")).unwrap();
    assert!(card.contains("never validated"), "{card}");
}

#[test]
fn a_stop_in_a_later_validation_keeps_the_best_as_it_was() {
    let place = Place::new();
    let is_second = |event: &TrainEvent| matches!(event, TrainEvent::Validating { epoch: 1, .. });
    let mut ear = Scripted::saying(Flow::Stop, is_second);
    assert_eq!(place.train(place.config(3), "run", &mut ear).unwrap(), EndReason::Stopped);
    assert_eq!(ear.epochs().len(), 1);
    let card = std::fs::read_to_string(place.path("run/best.json")).unwrap();
    assert!(!card.contains("never validated"), "{card}");
    let mut ear = Scripted::listening();
    resume(&place.path("run"), &mut ear).unwrap();
    assert_eq!(ear.val_losses(), place.reference(3)[1..]);
}

#[test]
fn a_stop_after_the_epoch_finishes_it_with_its_validation() {
    let place = Place::new();
    let mut ear = Scripted::saying(Flow::StopAfterEpoch, |event| !matches!(event, TrainEvent::Started { .. }));
    assert_eq!(place.train(place.config(3), "run", &mut ear).unwrap(), EndReason::Stopped);
    assert_eq!(ear.val_losses(), place.reference(3)[..1]);
}

#[test]
fn a_stop_before_the_first_step_trains_none() {
    let place = Place::new();
    let mut ear = Scripted::saying(Flow::Stop, |event| matches!(event, TrainEvent::Started { .. }));
    assert_eq!(place.train(place.config(3), "run", &mut ear).unwrap(), EndReason::Stopped);
    assert!(!ear.events.iter().any(|e| matches!(e, TrainEvent::Step { .. })));
}

#[test]
fn both_parts_of_a_segmenters_loss_are_told_and_kept_and_make_up_the_whole() {
    let place = Place::new();
    let mut ear = Scripted::listening();
    place.train(place.config(2), "run", &mut ear).unwrap();
    for record in ear.epochs() {
        let [train, val] = record.dice_losses.expect("the loss has a Dice part");
        assert!(train > 0.0 && train < record.train_loss && train <= 1.0, "{record:?}");
        assert!(val > 0.0 && val < record.val_loss && val <= 1.0, "{record:?}");
    }
    let kept = RunFolder::open(&place.path("run")).unwrap().read_state().unwrap().history;
    assert_eq!(kept, ear.epochs());
    let mut ear = Scripted::listening();
    let plain = TrainConfig { segmenter_loss: SegmenterLoss::Bce, ..place.config(1) };
    place.train(plain, "plain", &mut ear).unwrap();
    assert!(ear.epochs()[0].dice_losses.is_none(), "one part is not told apart");
}
