//! The engine as the terminal uses it: one job at a time, to its end, or until Ctrl-C. Not for what the jobs are.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use super::interrupt;
use crate::engine::Engine;
use crate::engine::command::{Command, JobId};
use crate::engine::event::Event;
use crate::engine::failure::Failure;

/// How often Ctrl-C is looked for while nothing happens.
const LOOK: Duration = Duration::from_millis(100);

/// The terminal draws no frames: whatever is there is taken.
const DRAIN: Duration = Duration::from_secs(1);

/// How a job ended.
#[derive(Debug)]
pub enum End {
    /// It did what it should.
    Done,
    /// The user stopped it.
    Canceled,
    /// It could not.
    Failed(Failure),
}

/// Whether an event was the job's last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// More will come.
    More,
    /// That was all.
    Last,
}

/// An engine with its bell and the Ctrl-C flag.
pub struct Session {
    engine: Engine,
    bell: Receiver<()>,
    interrupted: Arc<AtomicBool>,
    last_job: u64,
}

impl Session {
    /// Starts an engine and begins to listen for Ctrl-C.
    pub fn start() -> Self {
        let (ring, bell) = sync_channel(1);
        // A bell that rings already need not ring twice.
        let engine = Engine::start(Arc::new(move || {
            let _ = ring.try_send(());
        }));
        Self { engine, bell, interrupted: interrupt::flag(), last_job: 0 }
    }

    /// Whether the user pressed Ctrl-C.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// Runs one job to its end and shows each of its events to `on_event`, which says when it was the last.
    pub fn run(&mut self, command: impl FnOnce(JobId) -> Command, on_event: impl FnMut(Event) -> Flow) -> End {
        if self.is_interrupted() {
            return End::Canceled;
        }
        self.work(command, on_event, true)
    }

    /// As [`Session::run`], but Ctrl-C does not stop it: for keeping what was finished.
    pub fn finish(&mut self, command: impl FnOnce(JobId) -> Command, on_event: impl FnMut(Event) -> Flow) -> End {
        self.work(command, on_event, false)
    }

    fn work(
        &mut self,
        command: impl FnOnce(JobId) -> Command,
        mut on_event: impl FnMut(Event) -> Flow,
        mut is_stoppable: bool,
    ) -> End {
        self.last_job += 1;
        let job = JobId(self.last_job);
        self.engine.send(command(job));
        loop {
            // Either way there is something to look at: an event, or the flag.
            let _ = self.bell.recv_timeout(LOOK);
            for event in self.engine.drain(DRAIN).into_iter().filter(|e| e.job() == job) {
                match event {
                    Event::Canceled { .. } => return End::Canceled,
                    Event::Failed { failure, .. } => return End::Failed(failure),
                    event => {
                        if on_event(event) == Flow::Last {
                            return End::Done;
                        }
                    }
                }
            }
            if is_stoppable && self.is_interrupted() {
                // Asked once; the job answers at its next step.
                is_stoppable = false;
                self.engine.send(Command::Cancel { job });
            }
        }
    }
}
