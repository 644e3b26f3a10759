//! One named thread and its loop: next ticket, run, report, again; a panic costs the one job. Not for what a job does
//! (one file each).

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use super::command::Command;
use super::event::Event;
use super::failure::Failure;
use super::lab::steering::Lab;
use super::models::Analyst;
use super::open::Loader;
use super::outbox::{Job, Outbox, Stop};
use super::queue::{Inbox, Ticket};
use super::tools::Tools;
use super::{analyze, dialogs, export, lab, models, open, reviews, settings};

/// A thread with its inbox.
pub struct Worker {
    inbox: Arc<Inbox>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts a thread called `name` that works at `bench`.
    ///
    /// *Errors*: what the system says where it gives no thread.
    pub fn start(name: &str, mut bench: Bench) -> io::Result<Self> {
        let inbox = Arc::new(Inbox::default());
        let line = Arc::clone(&inbox);
        let thread = Builder::new().name(name.to_owned()).spawn(move || {
            while let Some(ticket) = line.next() {
                bench.run(&ticket, &line);
            }
        })?;
        Ok(Self { inbox, thread: Some(thread) })
    }

    /// Its line of tickets.
    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// Waits for the thread, whose inbox is closed.
    pub fn join(&mut self) {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("a worker ended by a panic outside of its jobs");
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.inbox.close();
        self.join();
    }
}

/// What a worker has at hand, and keeps from job to job.
pub struct Bench {
    tools: Tools,
    outbox: Outbox,
    loader: Loader,
    analyst: Analyst,
    lab: Arc<Lab>,
}

impl Bench {
    /// An empty bench; `lab` is what all workers share.
    pub fn new(tools: Tools, outbox: Outbox, lab: Arc<Lab>) -> Self {
        Self { loader: Loader::default(), analyst: Analyst::new(&tools), tools, outbox, lab }
    }

    /// Runs one job to its end, whatever that is, and reports it.
    pub fn run(&mut self, ticket: &Ticket, inbox: &Inbox) {
        let mut job = Job::new(ticket.job, ticket.token.clone(), self.outbox.clone());
        // What a panic leaves behind is an unfinished answer, never a broken bench: nets are read only, and the
        // analysis that was under way is forgotten.
        let result = catch_unwind(AssertUnwindSafe(|| self.work(&mut job, &ticket.command, inbox)));
        let job = ticket.job;
        match result {
            Ok(Ok(())) => {}
            Ok(Err(Stop::Canceled)) => self.outbox.emit(Event::Canceled { job }),
            Ok(Err(Stop::Failed(failure))) => self.outbox.emit(Event::Failed { job, failure }),
            Err(panic) => {
                self.analyst.forget();
                self.outbox.emit(Event::Failed { job, failure: Failure::panic(panic.as_ref()) });
            }
        }
    }

    fn work(&mut self, job: &mut Job, command: &Command, inbox: &Inbox) -> Result<(), Stop> {
        if let Some(before_job) = &self.tools.before_job {
            before_job(command);
        }
        job.check()?;
        let is_reading =
            matches!(command, Command::LoadModels { .. } | Command::Analyze { .. } | Command::OutlineSlice { .. });
        let lab = Arc::clone(&self.lab);
        let _reading = is_reading.then(|| lab.reading());
        match command {
            Command::Open { paths, .. } => open::run(&mut self.loader, job, paths),
            Command::Assemble { study, roles, .. } => open::assemble(&mut self.loader, job, study, roles),
            Command::LoadModels { choice, .. } => models::run(&mut self.analyst, job, choice),
            Command::Analyze { study, scan, options, .. } => {
                analyze::run(&mut self.analyst, job, inbox, &analyze::Request { study, scan: *scan, options: *options })
            }
            Command::OutlineSlice { slice, .. } => analyze::outline_one(&mut self.analyst, job, *slice),
            Command::Export { study, items, outline_all, folder, .. } => {
                export::run(job, &export::Request { study, items, outline_all: *outline_all, folder })
            }
            Command::SaveReview { review, .. } => reviews::save(job, &self.tools, review),
            Command::SaveMeasurements { pixels_sha256, measurements, .. } => {
                reviews::save_measurements(job, &self.tools, pixels_sha256, measurements)
            }
            Command::LoadReviews { pixels_sha256, .. } => reviews::load(job, &self.tools, pixels_sha256),
            Command::PickPaths { pick, .. } => dialogs::run(job, *pick, &self.tools.dialogs),
            Command::SaveSettings { settings, .. } => settings::save(&self.tools, settings),
            Command::Lab { order, .. } => lab::run(&lab, &self.tools, job, order),
            // Canceling happens at once, where it is sent.
            Command::Cancel { .. } => Ok(()),
        }
    }
}
