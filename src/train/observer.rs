//! Those who listen to the training loop: window, terminal, CSV log, all to the same events. Not for the loop itself.

use std::path::{Path, PathBuf};

use super::error::TrainError;
use super::event::{EpochRecord, TrainEvent};

/// What an observer wants of the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop within this step and keep the best.
    Stop,
}

/// A listener.
pub trait Observer {
    /// Hears one event; asked after every step.
    ///
    /// *Errors*: what it could not write; the run then stops and keeps what is on disk.
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError>;
}

/// Passes every event on to all.
pub fn tell(observers: &mut [&mut dyn Observer], event: &TrainEvent) -> Result<Flow, TrainError> {
    let mut flow = Flow::Continue;
    for observer in observers {
        if observer.observe(event)? == Flow::Stop {
            flow = Flow::Stop;
        }
    }
    Ok(flow)
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
