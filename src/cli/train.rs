//! `glioview train`: the training loop in a terminal, with a bar and one line an epoch. Not for the loop (`train::run`),
//! the options (`arguments`) or how it looks on the terminal (`terminal`).

mod arguments;
mod terminal;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use arguments::{DeviceName, TrainArguments};
use terminal::{Bar, Terminal};

use crate::domain::card::Task;
use crate::io::home::Home;
use crate::io::runs;
use crate::train::error::TrainError;
use crate::train::event::EndReason;
use crate::train::finish;
use crate::train::run::Run;
use crate::train::split::Part;

/// Runs the command: 0 trained or stopped with the best kept, 1 the loss was not a number, 2 nothing could be done.
pub fn run(arguments: &TrainArguments) -> ExitCode {
    // A training asks for the same blocks step after step.
    crate::nn::ops::keep_freed_memory();
    match train(arguments) {
        Ok(EndReason::NotANumber) => {
            eprintln!(
                "The loss was not a number; the best epoch so far is kept. Try a lower --learning-rate, or look for \
                 broken pictures in the data."
            );
            ExitCode::from(1)
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("glioview: {error}");
            ExitCode::from(2)
        }
    }
}

fn train(arguments: &TrainArguments) -> Result<EndReason, TrainError> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    // A handler that is already there (tests) keeps its place; Ctrl-C then ends the program as it does by default.
    let _ = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
    let bar = Bar::new();
    let mut survey = |done: usize, total: usize| {
        bar.show("Looking at the data", done, total);
        !stop.load(Ordering::Relaxed)
    };
    let run = match (arguments.resume(), arguments.config(), arguments.out()) {
        (Some(folder), _, _) => Run::resume(folder, arguments.epochs(), &mut survey)?,
        (None, Some(config), Some(out)) => Run::create(config, out, &mut survey)?,
        _ => return Err(TrainError::Config { field: "task", reason: "give a task, --data and --out".to_owned() }),
    };
    bar.clear();
    // The window lists the terminal's runs too; without a home there is no list.
    let remembered = Home::find().and_then(|home| runs::register(&home, run.folder()));
    if let Err(error) = remembered {
        log::warn!("the window's list of runs will lack this one: {error}");
    }
    print_data(&run);
    let folder = run.folder().to_owned();
    let mut terminal = Terminal::new(bar, stop.clone());
    let reason = run.train(&mut [&mut terminal])?;
    choose_thresholds(&folder, &stop);
    Ok(reason)
}

/// The thresholds of the best weights, on the validation part; a training that was stopped on request ends at once.
fn choose_thresholds(folder: &Path, stop: &AtomicBool) {
    const LATER: &str = "glioview evaluate --split val --choose-thresholds does it";
    if stop.load(Ordering::Relaxed) {
        println!("The threshold was not chosen; {LATER}.");
        return;
    }
    let bar = Bar::new();
    let chosen = finish::choose_thresholds(folder, &mut |done, total| {
        bar.show("Choosing the threshold on val", done, total);
        !stop.load(Ordering::Relaxed)
    });
    bar.clear();
    match chosen {
        Ok(Some(chosen)) => println!(
            "Threshold {:.2}, chosen on {} slices of {} validation patients and written into the card",
            chosen.thresholds.threshold, chosen.slices, chosen.patients
        ),
        Ok(None) => {}
        Err(TrainError::Stopped) => println!("The threshold was not chosen; {LATER}."),
        // The training itself is over and kept.
        Err(error) => eprintln!("glioview: the threshold was not chosen: {error}"),
    }
}

fn print_data(run: &Run) {
    let dataset = run.store().dataset();
    println!(
        "{}: {} patients, {} slices",
        run.config().architecture.label(),
        dataset.patients.len(),
        dataset.items.len()
    );
    for part in Part::ALL {
        let c = run.split().counts(dataset, part);
        println!(
            "  {:5}  {:3} patients, {:5} slices, {:4} with tumor",
            part.word(),
            c.patients,
            c.slices,
            c.tumor_slices
        );
    }
    let val = run.split().counts(dataset, Part::Val);
    let negative_share = 100.0 * (val.slices - val.tumor_slices) as f64 / val.slices.max(1) as f64;
    if run.config().architecture.task() == Task::Classifier {
        println!("  Always answering \"no tumor\" scores {negative_share:.0} % accuracy on val.");
    }
    for warning in run.warnings() {
        println!("  Note: {warning}");
    }
}
