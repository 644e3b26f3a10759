//! Room 5, `engine`: threads, and only here. Commands in, events out. Not for deciding what to do next (`state`).

mod analyze;
pub mod cancel;
pub mod command;
mod dialogs;
pub mod event;
mod export;
pub mod failure;
pub mod lab;
mod models;
mod open;
pub mod outbox;
pub mod queue;
mod reviews;
mod settings;
pub mod tools;
mod worker;

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use command::{Command, JobId};
use event::Event;
use outbox::{Outbox, Waker};
use queue::{Inbox, Ticket};
use tempfile::TempDir;
use tools::{Dialogs, Tools};
use worker::{Bench, Worker};

use crate::io::home::Home;

/// Everything that computes, reads or writes, off the window's thread.
///
/// Dropping it asks all jobs to stop, lets what saves the user's work finish, and waits for the threads.
pub struct Engine {
    outbox: Outbox,
    events: Receiver<Event>,
    lanes: Lanes,
    /// Held only to be removed in the end.
    own_home: Option<TempDir>,
}

/// Where the jobs run.
enum Lanes {
    /// Each on its worker's thread.
    Threads { loader: Worker, analyst: Worker, clerk: Worker },
    /// In the caller's thread, while it sends.
    Inline { bench: Box<Mutex<Bench>>, inbox: Inbox },
}

impl Engine {
    /// The workers, with the nets and dialogs of the real program; `waker` is called after every event.
    pub fn start(waker: Waker) -> Self {
        Self::start_with(waker, Tools::default())
    }

    /// As [`Engine::start`], with other nets or dialogs.
    pub fn start_with(waker: Waker, tools: Tools) -> Self {
        let (sender, events) = channel();
        let outbox = Outbox::new(sender, waker);
        let worker = |name| Worker::start(name, Bench::new(tools.clone(), outbox.clone()));
        let lanes = if let (Ok(loader), Ok(analyst), Ok(clerk)) = (worker("loader"), worker("analyst"), worker("clerk"))
        {
            Lanes::Threads { loader, analyst, clerk }
        } else {
            log::error!("the system gives no threads: jobs run in the window's own");
            Lanes::inline(tools, &outbox)
        };
        Self { outbox, events, lanes, own_home: None }
    }

    /// The same job bodies, run while [`Engine::send`] is called: for tests of the window, which no worker wakes. No
    /// dialog is shown, and settings and reviews lie in a folder that goes when the engine is dropped.
    pub fn inline() -> Self {
        let folder = tempfile::tempdir().ok();
        let home = folder.as_ref().map(|folder| Home::at(folder.path()));
        let mut engine = Self::inline_with(Tools { dialogs: Dialogs::Unavailable, home, ..Tools::default() });
        engine.own_home = folder;
        engine
    }

    /// As [`Engine::inline`], with other nets or dialogs.
    pub fn inline_with(tools: Tools) -> Self {
        let (sender, events) = channel();
        let outbox = Outbox::new(sender, Arc::new(|| {}));
        let lanes = Lanes::inline(tools, &outbox);
        Self { outbox, events, lanes, own_home: None }
    }

    /// Hands an order to its worker. Returns at once, but for [`Engine::inline`].
    pub fn send(&self, command: Command) {
        if let Command::Cancel { job } = command {
            return self.cancel(job);
        }
        match &self.lanes {
            Lanes::Threads { loader, analyst, clerk } => {
                let worker = match &command {
                    Command::Open { .. } => loader,
                    Command::LoadModels { .. } | Command::Analyze { .. } | Command::OutlineSlice { .. } => analyst,
                    Command::Export { .. }
                    | Command::SaveReview { .. }
                    | Command::LoadReviews { .. }
                    | Command::PickPaths { .. }
                    | Command::SaveSettings { .. }
                    | Command::Lab { .. }
                    | Command::Cancel { .. } => clerk,
                };
                for job in worker.inbox().post(Ticket::new(command)) {
                    self.outbox.emit(Event::Canceled { job });
                }
            }
            Lanes::Inline { bench, inbox } => {
                bench.lock().unwrap_or_else(PoisonError::into_inner).run(&Ticket::new(command), inbox);
            }
        }
    }

    /// What happened since the last call, oldest first. Stops after `budget`, and then wakes again for the rest.
    pub fn drain(&self, budget: Duration) -> Vec<Event> {
        let started = Instant::now();
        let mut events = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            events.push(event);
            if started.elapsed() >= budget {
                self.outbox.wake();
                break;
            }
        }
        events
    }

    fn cancel(&self, job: JobId) {
        if let Lanes::Threads { loader, analyst, clerk } = &self.lanes {
            let never_begins = [loader, analyst, clerk].into_iter().filter(|w| w.inbox().cancel(job)).count() > 0;
            if never_begins {
                self.outbox.emit(Event::Canceled { job });
            }
        }
    }
}

impl Lanes {
    fn inline(tools: Tools, outbox: &Outbox) -> Self {
        Self::Inline { bench: Box::new(Mutex::new(Bench::new(tools, outbox.clone()))), inbox: Inbox::default() }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Lanes::Threads { loader, analyst, clerk } = &mut self.lanes {
            // All are asked before any is waited for.
            for worker in [&*loader, &*analyst, &*clerk] {
                worker.inbox().close();
            }
            for worker in [loader, analyst, clerk] {
                worker.join();
            }
        }
    }
}
