//! What a run's folder keeps beside weights: steps, marks, examples, how it ended; and what happens where the disk or
//! the folder gives way. Not for the list of runs (`list`).

use std::io::{Error, ErrorKind, Write};
use std::path::Path;

use glioview::engine::failure::Failure;
use glioview::train::checkpoint::RunFolder;
use glioview::train::error::TrainError;
use glioview::train::event::{EndReason, Mark, TrainEvent};
use glioview::train::examples;
use glioview::train::observer::steps::{StepLog, read_marks, read_steps};
use glioview::train::observer::tensorboard::TensorBoard;
use glioview::train::observer::{Flow, Observer};
use glioview::train::run::Run;

use super::kit::{Place, Scripted, is_step, resume};

fn opened(path: &Path) -> RunFolder {
    RunFolder::open(path).unwrap()
}

#[test]
fn every_step_is_on_disk_once_though_the_run_was_cut_and_resumed_twice() {
    let place = Place::new();
    let folder = place.path("run");
    let mut ear = Scripted::saying(Flow::Stop, |event| is_step(event, 1, 1));
    place.train(place.config(3), "run", &mut ear).unwrap();
    assert_eq!(read_steps(&opened(&folder)).len(), 5, "the cut epoch's steps are shown until it is run again");
    for _ in 0..2 {
        let mut ear = Scripted::saying(Flow::Stop, |event| is_step(event, 1, 0));
        resume(&folder, &mut ear).unwrap();
    }
    resume(&folder, &mut Scripted::listening()).unwrap();
    let steps = read_steps(&opened(&folder));
    assert_eq!(steps.iter().map(|s| s.0).collect::<Vec<_>>(), (0..9).collect::<Vec<_>>());
    assert_eq!(read_marks(&opened(&folder)), [(3, Mark::Resumed)], "one resume made what is there");
    let mut whole = Scripted::listening();
    place.train(place.config(3), "whole", &mut whole).unwrap();
    assert_eq!(steps, read_steps(&opened(&place.path("whole"))), "to the digit");
}

#[test]
fn a_million_steps_take_no_more_room_than_twenty_thousand() {
    let place = Place::new();
    let config = place.config(1);
    drop(Run::create(config, &place.path("run"), &mut |_, _| true).unwrap());
    let folder = opened(&place.path("run"));
    let mut log = StepLog::new(&folder, 1_000_000, 0);
    for step in 0..1_000_000 {
        let (loss, mean_loss, slices_per_sec) = (step as f32, 0.0, 0.0);
        log.observe(&TrainEvent::Step { epoch: 0, step, loss, mean_loss, slices_per_sec }).unwrap();
    }
    let end = TrainEvent::Ended { reason: EndReason::Finished, best_epoch: None, best_val_loss: None };
    log.observe(&end).unwrap();
    let steps = read_steps(&folder);
    assert!((10_000..=20_000).contains(&steps.len()), "{}", steps.len());
    let stride = steps[1].0;
    assert!(steps.windows(2).all(|w| w[1].0 - w[0].0 == stride), "evenly spread");
    assert!(steps.last().unwrap().0 > 990_000, "to the end");
    assert!(std::fs::metadata(place.path("run/steps.csv")).unwrap().len() < 500_000);
}

#[test]
fn each_epoch_leaves_the_same_slices_one_of_them_negative_and_the_worst() {
    let place = Place::new();
    place.train(place.config(3), "run", &mut Scripted::listening()).unwrap();
    let folder = opened(&place.path("run"));
    assert_eq!(folder.example_epochs(), [0, 1, 2]);
    let sheets: Vec<_> = (0..3).map(|epoch| examples::read(&folder, epoch).unwrap()).collect();
    for sheet in &sheets {
        assert!(sheet.examples.len() <= 8);
        let (worst, fixed): (Vec<_>, Vec<_>) = sheet.examples.iter().partition(|e| e.is_worst);
        assert_eq!((fixed.len(), worst.len()), (5, 3));
        assert_eq!(fixed.iter().filter(|e| !e.label).count(), 1);
        let first: Vec<_> = sheets[0].examples.iter().map(|e| (&e.name, &e.gray, &e.truth)).take(5).collect();
        assert_eq!(fixed.iter().map(|e| (&e.name, &e.gray, &e.truth)).collect::<Vec<_>>(), first);
        assert!(sheet.examples[5..].iter().all(|e| e.is_worst), "the worst come last");
        for e in &sheet.examples {
            assert_eq!((e.size, e.gray.len(), e.truth.len(), e.prediction.len()), (32, 1024, 1024, 1024));
            assert_eq!(e.label, e.truth.contains(&1));
            assert!(e.gray.contains(&255) && e.gray.contains(&0), "the whole range of grays");
            assert!(e.image.is_file() && e.score.is_none());
        }
    }
    let maps = |epoch: usize| sheets[epoch].examples[0].prediction.clone();
    assert_ne!(maps(0), maps(2), "one sees the mask being learned");
}

#[test]
fn old_example_sheets_are_thinned_but_not_the_latest() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("run/examples")).unwrap();
    for epoch in 2..=70 {
        std::fs::write(place.path(&format!("run/examples/epoch-{epoch:04}.json")), "[]").unwrap();
        std::fs::write(place.path(&format!("run/examples/epoch-{epoch:04}.png")), "").unwrap();
    }
    place.train(place.config(1), "run", &mut Scripted::listening()).unwrap();
    let epochs = opened(&place.path("run")).example_epochs();
    assert_eq!(epochs.len(), 36, "{epochs:?}");
    assert_eq!((epochs[0], epochs[35]), (0, 69));
    assert_eq!(std::fs::read_dir(place.path("run/examples")).unwrap().count(), 72, "both files of a sheet go");
}

#[test]
fn the_folder_says_how_its_run_ended() {
    let place = Place::new();
    place.train(place.config(1), "a", &mut Scripted::listening()).unwrap();
    let info = opened(&place.path("a")).read_info().unwrap().unwrap();
    assert_eq!((info.ended, info.trouble), (Some(EndReason::Finished), None));
    place.train(place.config(2), "b", &mut Scripted::saying(Flow::Stop, |e| is_step(e, 0, 0))).unwrap();
    assert_eq!(opened(&place.path("b")).read_info().unwrap().unwrap().ended, Some(EndReason::Stopped));
}

#[test]
fn nobody_else_trains_in_a_folder_that_is_in_training() {
    let place = Place::new();
    let folder = place.path("run");
    let run = Run::create(place.config(1), &folder, &mut |_, _| true).unwrap();
    assert!(opened(&folder).is_locked());
    let error = Run::resume(&folder, None, &mut |_, _| true).err().expect("refused").to_string();
    assert!(error.contains("a training runs in it already"), "{error}");
    drop(run);
    assert!(!opened(&folder).is_locked());
}

/// A disk with room for so many bytes.
struct SmallDisk(usize);

impl Write for SmallDisk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if bytes.len() > self.0 {
            return Err(Error::new(ErrorKind::StorageFull, "No space left on device"));
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_stops_the_run_in_words_and_the_last_checkpoint_goes_on_to_the_same_end() {
    let place = Place::new();
    let folder = place.path("run");
    // Room for the steps of the first epoch with its figures, not for the second's.
    let mut disk = TensorBoard::new(SmallDisk(520), "a small disk".into(), 3, 0).unwrap();
    let error = place.train(place.config(3), "run", &mut disk).expect_err("it is full");
    assert!(error.to_string().contains("No space left on device"), "{error}");
    let failure = Failure::of_training("The training stopped", &error);
    assert!(failure.hint.as_ref().is_some_and(|h| h.contains("the last finished epoch is kept")), "{failure}");
    let info = opened(&folder).read_info().unwrap().unwrap();
    assert!(info.ended.is_none() && info.trouble.unwrap().contains("No space left"));
    let done = opened(&folder).read_state().unwrap().epochs_done;
    assert!(done >= 1, "the last good checkpoint is kept");
    let mut ear = Scripted::listening();
    resume(&folder, &mut ear).unwrap();
    assert_eq!(ear.val_losses(), place.reference(3)[done..]);
}

#[test]
fn a_full_device_is_told_as_such() {
    let device = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let device = match device {
        Ok(device) => device,
        Err(_) if std::env::consts::OS != "linux" => return,
        Err(error) => panic!("/dev/full is missing: {error}"),
    };
    let error = TensorBoard::new(device, "/dev/full".into(), 3, 0).err().expect("it is full").to_string();
    assert!(error.to_lowercase().contains("space"), "{error}");
}

#[test]
fn a_run_folder_that_disappears_stops_the_training_and_is_not_made_anew() {
    let place = Place::new();
    let folder = place.path("run");
    let mut remover = Scripted::new(|event| {
        if is_step(event, 0, 0) {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        Ok(Flow::Continue)
    });
    let error = place.train(place.config(2), "run", &mut remover).expect_err("it is gone").to_string();
    assert!(error.contains("the run's folder is no longer there"), "{error}");
    assert!(!folder.exists());
}

#[test]
fn data_that_disappear_during_the_training_are_named_as_the_cause() {
    let place = Place::new();
    let scans = place.path("scans");
    let mut remover = Scripted::new(|event| {
        if is_step(event, 0, 0) {
            std::fs::remove_dir_all(&scans).unwrap();
        }
        // The pictures are in memory: it takes another trouble until anybody looks.
        if is_step(event, 1, 0) {
            return Err(TrainError::Write { reason: "a trouble".into(), path: "somewhere".into() });
        }
        Ok(Flow::Continue)
    });
    let error = place.train(place.config(2), "run", &mut remover).expect_err("told to").to_string();
    assert!(error.contains("no longer there") && error.contains("scans"), "{error}");
    let error = resume(&place.path("run"), &mut Scripted::listening()).expect_err("no data").to_string();
    assert!(error.contains("scans"), "{error}");
}

#[test]
fn memory_that_is_out_comes_with_what_to_do() {
    for text in ["CUDA_ERROR_OUT_OF_MEMORY", "out of memory"] {
        let error = TrainError::Compute(candle_core::Error::Msg(text.into()));
        let failure = Failure::of_training("The training stopped", &error);
        assert!(failure.hint.is_some_and(|h| h.contains("smaller batch") && h.contains("CPU")), "{text}");
    }
}
