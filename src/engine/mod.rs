//! Room 5, `engine`: threads, and only here. Commands in, events out. Not for deciding what to do next (`state`).

mod analyze;
pub mod cancel;
pub mod command;
mod dialogs;
pub mod event;
mod export;
pub mod failure;
pub mod lab;
mod lanes;
mod models;
mod open;
pub mod outbox;
pub mod queue;
mod reviews;
mod settings;
pub mod tools;
mod worker;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use command::Command;
use event::Event;
use lanes::Lanes;
use outbox::{Outbox, Waker};
use tempfile::TempDir;
use tools::{Dialogs, Tools};

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

impl Engine {
    /// The workers, with the nets and dialogs of the real program; `waker` is called after every event.
    pub fn start(waker: Waker) -> Self {
        Self::start_with(waker, Tools::default())
    }

    /// As [`Engine::start`], with other nets or dialogs.
    pub fn start_with(waker: Waker, tools: Tools) -> Self {
        let (sender, events) = channel();
        let outbox = Outbox::new(sender, waker);
        let lanes = Lanes::threads(&tools, &outbox).unwrap_or_else(|error| {
            log::error!("the system gives no threads, jobs run in the window's own: {error}");
            Lanes::inline(tools, &outbox)
        });
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
            return self.lanes.cancel(job, &self.outbox);
        }
        self.lanes.post(command, &self.outbox);
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
}
