//! Those who listen to the training loop: window, terminal, CSV log, all to the same events. Not for the loop itself.

pub mod steps;
pub mod tensorboard;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::epoch_net::EpochNet;
use super::error::TrainError;
use super::event::{EpochRecord, Mark, TrainEvent};

/// What an observer wants of the loop; of several wishes the last in this order is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Finish this epoch with its validation, then stop and keep the best.
    StopAfterEpoch,
    /// Let go of the processor until [`Observer::rest`] returns, then go on at the very batch.
    Pause,
    /// Stop within this step and keep the best.
    Stop,
}

/// A listener.
pub trait Observer {
    /// Hears one event; asked after every step, and within validation after every batch.
    ///
    /// *Errors*: what it could not write; the run then stops and keeps what is on disk.
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError>;

    /// Returns when the pause that this observer asked for is over, with what it wants then.
    fn rest(&mut self) -> Flow {
        Flow::Continue
    }

    /// Whether it wants the net after each epoch.
    fn wants_net(&self) -> bool {
        false
    }

    /// The net as the epoch that was just told left it.
    fn take_net(&mut self, _net: &Arc<EpochNet>) {}
}

/// All who listen to one training, and how long they had it rest.
pub struct Audience<'a> {
    observers: Vec<&'a mut dyn Observer>,
    rested: Duration,
}

impl<'a> Audience<'a> {
    /// These listen, in this order.
    pub fn new(observers: Vec<&'a mut dyn Observer>) -> Self {
        Self { observers, rested: Duration::ZERO }
    }

    /// Passes an event on to all, and answers the last of what they want in [`Flow`]'s order.
    pub fn tell(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        let mut flow = Flow::Continue;
        for observer in &mut self.observers {
            flow = flow.max(observer.observe(event)?);
        }
        Ok(flow)
    }

    /// As [`Audience::tell`], and rests where somebody wants a pause; `step` over the run is where it is marked.
    pub fn pass(&mut self, event: &TrainEvent, step: u32) -> Result<Flow, TrainError> {
        let flow = self.tell(event)?;
        if flow != Flow::Pause {
            return Ok(flow);
        }
        self.tell(&TrainEvent::Marked { step, mark: Mark::Paused })?;
        let clock = Instant::now();
        let flow = self.observers.iter_mut().fold(Flow::Continue, |flow, observer| flow.max(observer.rest()));
        self.rested += clock.elapsed();
        self.tell(&TrainEvent::Marked { step, mark: Mark::WentOn })?;
        Ok(flow)
    }

    /// Hands the net of an epoch to those who want it; `make` is called only where somebody does.
    pub fn hand_net(&mut self, make: impl FnOnce() -> Result<Option<EpochNet>, TrainError>) -> Result<(), TrainError> {
        if self.observers.iter().any(|observer| observer.wants_net())
            && let Some(net) = make()?.map(Arc::new)
        {
            self.observers.iter_mut().for_each(|observer| observer.take_net(&net));
        }
        Ok(())
    }

    /// Time in pauses so far.
    pub fn rested(&self) -> Duration {
        self.rested
    }
}

/// Writes `log.csv`, one line an epoch.
#[derive(Debug)]
pub struct CsvLog {
    path: PathBuf,
    records: Vec<EpochRecord>,
}

impl CsvLog {
    /// The log of the run in `folder`; `records` are the epochs already run, for a resumed one.
    pub fn new(folder: &Path, records: Vec<EpochRecord>) -> Self {
        Self { path: folder.join("log.csv"), records }
    }

    fn text(&self) -> String {
        let metric = self.records.first().map_or("metric", |r| r.metric_name.as_str());
        let mut text = format!("epoch,train_loss,val_loss,{metric},learning_rate,secs,best\n");
        for r in &self.records {
            let best = u8::from(r.is_best);
            text += &format!(
                "{},{:.6},{:.6},{:.6},{:.3e},{:.1},{best}\n",
                r.epoch + 1,
                r.train_loss,
                r.val_loss,
                r.metric,
                r.learning_rate,
                r.secs
            );
        }
        text
    }
}

impl Observer for CsvLog {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        if let TrainEvent::EpochEnded(record) = event {
            self.records.push(record.clone());
            crate::io::atomic::write(&self.path, self.text().as_bytes())
                .map_err(|e| TrainError::Write { reason: e.to_string(), path: self.path.clone() })?;
        }
        Ok(Flow::Continue)
    }
}
