//! The program killed in the middle of an epoch: the run is there, marked interrupted, and goes on. Not for stops that
//! were asked for (`steering`).

use std::time::{Duration, Instant};

use glioview::engine::lab::order::{Control, LabOrder};
use glioview::engine::lab::report::RunStatus;
use glioview::train::checkpoint::RunFolder;
use glioview::train::event::TrainEvent;
use glioview::train::observer::Flow;
use glioview::train::observer::steps::read_steps;

use super::kit::{Place, Scripted, control, is_ended, is_training, lab, list, val_losses};
use crate::cli_kit;
use crate::engine_kit::{PATIENCE, events_until};
use crate::training::data_set;

#[test]
fn a_terminal_training_killed_in_the_middle_is_listed_as_interrupted_and_goes_on_in_the_window() {
    let terminal = cli_kit::Place::new();
    data_set(&terminal.path("scans"));
    let split = "patient_id,split\nTCGA_AA_0,train\nTCGA_AA_1,train\nTCGA_AA_2,val\nTCGA_AA_3,val\n";
    std::fs::write(terminal.path("split.csv"), split).unwrap();
    let arguments = "train segmenter --data scans --out run --split split.csv --size 32 --batch 4 --epochs 100000 \
                     --device cpu --warmup 0 --width 16";
    let mut child = terminal.program(&arguments.split_whitespace().collect::<Vec<_>>()).spawn().unwrap();
    let folder = terminal.path("run");
    let started = Instant::now();
    while !folder.join("state.json").is_file() {
        assert!(started.elapsed() < PATIENCE, "no epoch came to its end");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let place = Place::with_home(terminal.path("home"));
    let [run] = &list(&place)[..] else { panic!("the terminal's run is listed") };
    assert_eq!((run.folder.clone(), run.status), (folder.clone(), RunStatus::Interrupted));
    let state = RunFolder::open(&folder).unwrap().read_state().unwrap();
    let done = state.epochs_done;
    assert!(done >= 1 && run.epochs_done == done);

    let engine = place.engine();
    engine.send(lab(1, LabOrder::Resume(folder.clone())));
    let is_next = is_training(1, |event| matches!(event, TrainEvent::EpochEnded(_)));
    let mut events = events_until(&engine, is_next);
    engine.send(control(1, Control::Stop));
    events.extend(events_until(&engine, is_ended(1)));
    drop(engine);
    let resumed = val_losses(&events, 1);

    // The same settings from the start, never interrupted.
    let config = RunFolder::open(&folder).unwrap().read_config().unwrap();
    let wanted = done + resumed.len();
    let mut ear =
        Scripted::saying(Flow::StopAfterEpoch, |e| matches!(e, TrainEvent::EpochEnded(r) if r.epoch + 1 == wanted));
    place.train(config, "whole", &mut ear).unwrap();
    let whole = ear.val_losses();
    assert_eq!(resumed, whole[done..], "to the digit on the CPU");
    let steps: Vec<u32> = read_steps(&RunFolder::open(&folder).unwrap()).iter().map(|s| s.0).collect();
    assert!(steps.windows(2).all(|w| w[0] < w[1]), "no step twice: {steps:?}");
    let state = RunFolder::open(&folder).unwrap().read_state().unwrap();
    let epochs: Vec<usize> = state.history.iter().map(|r| r.epoch).collect();
    assert_eq!(epochs, (0..epochs.len()).collect::<Vec<_>>(), "no epoch twice");
}
