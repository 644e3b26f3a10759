//! A worker's inbox: user's orders wait in line, looking jobs replace each other. Not for running anything.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::cancel::CancelToken;
use super::command::{Command, JobId};
use super::lab::order::{LabOrder, ModelOrder};

/// One command in line, with the token that stops it.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// The job that its events name.
    pub job: JobId,
    /// What to do.
    pub command: Command,
    /// Set where the job shall stop.
    pub token: CancelToken,
    rank: Rank,
}

/// How a command stands to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rank {
    /// Waits its turn, always done.
    Order,
    /// Looking: replaces what looks, waiting or running.
    Look,
    /// New nets: replace those that wait and stop what looks with the old ones, and go before what waits to look.
    Nets,
    /// One slice of an analysis: goes first, and the running analysis may take it.
    Urgent,
}

impl Ticket {
    /// A ticket for `command`.
    pub fn new(command: Command) -> Self {
        let rank = match &command {
            Command::Open { .. }
            | Command::Assemble { .. }
            | Command::Analyze { .. }
            | Command::Lab { order: LabOrder::Survey(_) | LabOrder::Preview(_), .. } => Rank::Look,
            Command::LoadModels { .. } => Rank::Nets,
            Command::OutlineSlice { .. } => Rank::Urgent,
            Command::Cancel { .. }
            | Command::Export { .. }
            | Command::SaveReview { .. }
            | Command::SaveMeasurements { .. }
            | Command::LoadReviews { .. }
            | Command::PickPaths { .. }
            | Command::Lab { .. }
            | Command::SaveSettings { .. } => Rank::Order,
        };
        Self { job: command.job(), command, token: CancelToken::default(), rank }
    }

    /// Whether this must still be done when the program closes: what the user made is never lost.
    fn is_saving(&self) -> bool {
        matches!(
            self.command,
            Command::SaveReview { .. }
                | Command::SaveMeasurements { .. }
                | Command::SaveSettings { .. }
                | Command::Lab { order: LabOrder::LabelRun { .. } | LabOrder::Models(ModelOrder::Describe { .. }), .. }
        )
    }
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Ticket>,
    running: Option<(JobId, Rank, CancelToken)>,
    is_closed: bool,
}

/// One worker's line of tickets.
#[derive(Default)]
pub struct Inbox {
    line: Mutex<Line>,
    bell: Condvar,
}

impl Inbox {
    /// Puts a ticket in line and returns the jobs that it replaced before they had begun.
    pub fn post(&self, ticket: Ticket) -> Vec<JobId> {
        let mut line = self.lock();
        let mut replaced = Vec::new();
        match ticket.rank {
            Rank::Order => line.waiting.push_back(ticket),
            Rank::Look => {
                replaced = line.replace(Rank::Look);
                line.stop_running(Rank::Look);
                line.waiting.push_back(ticket);
            }
            Rank::Nets => {
                replaced = line.replace(Rank::Nets);
                line.stop_running(Rank::Look);
                line.waiting.push_front(ticket);
            }
            Rank::Urgent => line.waiting.push_front(ticket),
        }
        drop(line);
        self.bell.notify_one();
        replaced
    }

    /// Waits for the next ticket; `None` when the inbox is closed and nothing is left that must be done.
    pub fn next(&self) -> Option<Ticket> {
        let mut line = self.lock();
        loop {
            if let Some(ticket) = line.waiting.pop_front() {
                line.running = Some((ticket.job, ticket.rank, ticket.token.clone()));
                return Some(ticket);
            }
            line.running = None;
            if line.is_closed {
                return None;
            }
            line = self.bell.wait(line).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Asks `job` to stop. True where it was waiting and so will never begin.
    pub fn cancel(&self, job: JobId) -> bool {
        let mut line = self.lock();
        if let Some((running, _, token)) = &line.running
            && *running == job
        {
            token.cancel();
        }
        // A single slice is part of an analysis, which says itself that it was canceled.
        let was_waiting = line.waiting.iter().any(|t| t.job == job && t.rank != Rank::Urgent);
        line.waiting.retain(|t| t.job != job);
        was_waiting
    }

    /// Takes the slices that were asked for out of turn in the analysis `job`, first asked first.
    pub fn take_urgent(&self, job: JobId) -> Vec<usize> {
        let mut line = self.lock();
        let mut slices = Vec::new();
        line.waiting.retain(|ticket| match ticket.command {
            Command::OutlineSlice { job: wanted, slice } if wanted == job => {
                slices.push(slice);
                false
            }
            _ => true,
        });
        slices.reverse();
        slices
    }

    /// Closes the inbox: what runs is asked to stop, what waits is dropped, except what saves the user's work.
    pub fn close(&self) {
        let mut line = self.lock();
        line.is_closed = true;
        line.waiting.retain(Ticket::is_saving);
        if let Some((_, _, token)) = &line.running {
            token.cancel();
        }
        drop(line);
        self.bell.notify_all();
    }

    /// A panic elsewhere leaves the line usable: every change to it is a single step.
    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn replace(&mut self, rank: Rank) -> Vec<JobId> {
        let replaced = self.waiting.iter().filter(|t| t.rank == rank).map(|t| t.job).collect();
        self.waiting.retain(|t| t.rank != rank);
        replaced
    }

    fn stop_running(&self, rank: Rank) {
        if let Some((_, running, token)) = &self.running
            && *running == rank
        {
            token.cancel();
        }
    }
}
