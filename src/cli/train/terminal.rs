//! What a training looks like in a terminal: a bar while it runs, a line an epoch. Not for the options or the loop.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::train::error::TrainError;
use crate::train::event::{EndReason, TrainEvent};
use crate::train::observer::{Flow, Observer};

/// A bar on a terminal; in a pipe a whole line now and then.
pub struct Bar {
    bar: Option<ProgressBar>,
    last_line: std::cell::Cell<Option<Instant>>,
}

/// Time between two lines in a pipe.
const LINE_EVERY: Duration = Duration::from_secs(30);

impl Bar {
    /// A bar where standard error is a terminal.
    pub fn new() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { bar: None, last_line: std::cell::Cell::new(None) };
        }
        let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} ETA {eta}");
        let bar = ProgressBar::new(0);
        let bar = style.map_or(bar.clone(), |style| bar.with_style(style));
        Self { bar: Some(bar), last_line: std::cell::Cell::new(None) }
    }

    /// Shows how far it is.
    pub fn show(&self, what: &str, done: usize, total: usize) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
            bar.set_length(total as u64);
            bar.set_position(done as u64);
            return;
        }
        let now = Instant::now();
        if self.last_line.get().is_none_or(|last| now.duration_since(last) >= LINE_EVERY) {
            self.last_line.set(Some(now));
            println!("{what}  {done}/{total}");
        }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.reset();
            bar.finish_and_clear();
        }
    }
}

/// Writes what the loop says, and passes Ctrl-C on to it.
pub struct Terminal {
    bar: Bar,
    stop: Arc<AtomicBool>,
    steps: usize,
    epochs: usize,
}

impl Terminal {
    /// Shows on `bar`; stops where `stop` is set.
    pub fn new(bar: Bar, stop: Arc<AtomicBool>) -> Self {
        Self { bar, stop, steps: 0, epochs: 0 }
    }
}

impl Observer for Terminal {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        match event {
            TrainEvent::Started { run, epochs, steps_per_epoch, first_epoch, device, warnings: _ } => {
                (self.steps, self.epochs) = (*steps_per_epoch, *epochs);
                let from = first_epoch + 1;
                println!(
                    "Training on {device}, epochs {from} to {epochs}, {steps_per_epoch} steps each, into {}",
                    run.display()
                );
            }
            TrainEvent::Step { epoch, step, mean_loss, slices_per_sec, .. } => {
                let text =
                    format!("epoch {}/{}  loss {mean_loss:.4}  {slices_per_sec:.1} slices/s", epoch + 1, self.epochs);
                self.bar.show(&text, step + 1, self.steps);
            }
            TrainEvent::Validating { done, total, .. } => self.bar.show("Validating", *done, *total),
            TrainEvent::Marked { .. } => {}
            TrainEvent::EpochEnded(r) => {
                self.bar.clear();
                println!(
                    "epoch {:3}  train {:.4}  val {:.4}  {} {:.4}  rate {:.1e}  {:.0} s{}",
                    r.epoch + 1,
                    r.train_loss,
                    r.val_loss,
                    r.metric_name,
                    r.metric,
                    r.learning_rate,
                    r.secs,
                    if r.is_best { "  best" } else { "" }
                );
            }
            TrainEvent::Ended { reason, best_epoch, best_val_loss } => {
                self.bar.clear();
                let why = match reason {
                    EndReason::Finished => "all epochs done",
                    EndReason::EarlyStopped => "stopped early: no better validation loss",
                    EndReason::Stopped => "stopped on request",
                    EndReason::NotANumber => "stopped: the loss was not a number",
                };
                match (best_epoch, best_val_loss) {
                    (Some(epoch), Some(loss)) => {
                        println!("{why}; best epoch {} with validation loss {loss:.4} is kept", epoch + 1);
                    }
                    _ => println!("{why}; no epoch was validated"),
                }
            }
        }
        Ok(if self.stop.load(Ordering::Relaxed) { Flow::Stop } else { Flow::Continue })
    }
}
