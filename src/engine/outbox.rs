//! The way out of the engine: events into the channel, then the waker; and what a job body holds while it runs. Not for
//! deciding what an event means.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::cancel::CancelToken;
use super::command::JobId;
use super::event::Event;
use super::failure::Failure;

/// Called after every event; the window asks for a repaint in it.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// At most 20 progress reports a second: more than that nobody sees, and each costs a frame.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(50);

/// Sends first, wakes second, so that whoever wakes finds the event.
#[derive(Clone)]
pub struct Outbox {
    sender: Sender<Event>,
    waker: Waker,
}

impl Outbox {
    /// An outbox into `sender` that calls `waker` after each event.
    pub fn new(sender: Sender<Event>, waker: Waker) -> Self {
        Self { sender, waker }
    }

    /// Sends one event. When nobody listens any more the event is lost, as is the reason to send it.
    pub fn emit(&self, event: Event) {
        if self.sender.send(event).is_ok() {
            (self.waker)();
        }
    }

    /// Wakes without an event: there are more to fetch.
    pub fn wake(&self) {
        (self.waker)();
    }
}

/// Why a job body returned before its end.
#[derive(Debug)]
pub enum Stop {
    /// It was asked to.
    Canceled,
    /// It could not go on.
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What a job body holds while it runs: its name, its token, its way out.
pub struct Job {
    /// Whose events these are.
    pub id: JobId,
    token: CancelToken,
    outbox: Outbox,
    last_progress: Option<Instant>,
}

impl Job {
    /// The job `id`, which looks at `token` and reports through `outbox`.
    pub fn new(id: JobId, token: CancelToken, outbox: Outbox) -> Self {
        Self { id, token, outbox, last_progress: None }
    }

    /// Reports `event`.
    pub fn emit(&self, event: Event) {
        self.outbox.emit(event);
    }

    /// Reports how far the job is, at most 20 times a second; what comes sooner is skipped.
    pub fn progress(&mut self, what: &'static str, done: usize, total: usize) {
        let now = Instant::now();
        if self.last_progress.is_some_and(|last| now.duration_since(last) < PROGRESS_INTERVAL) {
            return;
        }
        self.last_progress = Some(now);
        self.outbox.emit(Event::Progress { job: self.id, what, done, total });
    }

    /// Whether the job was asked to stop.
    pub fn is_canceled(&self) -> bool {
        self.token.is_canceled()
    }

    /// Leaves the body where the job was asked to stop.
    ///
    /// *Errors*: [`Stop::Canceled`].
    pub fn check(&self) -> Result<(), Stop> {
        if self.is_canceled() { Err(Stop::Canceled) } else { Ok(()) }
    }

    /// The token itself, for calls that look at it on their own.
    pub fn token(&self) -> &CancelToken {
        &self.token
    }

    /// The way out, for what reports after the job body has returned.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }
}
