//! What the trainings are told while they run, and whose turn it is: reading before training. Not for the loop that
//! obeys (`trainer`).

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::order::{Control, Watched};
use crate::engine::cancel::CancelToken;
use crate::engine::command::JobId;
use crate::train::observer::Flow;

/// How often who waits looks whether it shall stop; the bell mostly rings sooner.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What all workers share of the lab.
#[derive(Debug, Default)]
pub struct Lab {
    trainings: Mutex<HashMap<JobId, Arc<Steering>>>,
    /// Jobs of the analyst under way.
    reading: Mutex<usize>,
    reading_ended: Condvar,
    /// What the reader looks at, for trainings to outline; `None` while nobody looks.
    watched: Mutex<Option<Arc<Watched>>>,
    /// Jobs run while they are sent: nobody could end a pause.
    pub is_inline: bool,
}

impl Lab {
    /// As where jobs run while they are sent.
    pub fn inline() -> Self {
        Self { is_inline: true, ..Self::default() }
    }

    /// The steering of the training `job`, made where there is none yet.
    pub fn steering(&self, job: JobId) -> Arc<Steering> {
        Arc::clone(lock(&self.trainings).entry(job).or_default())
    }

    /// The steering of the training `job`, if it is in line or runs.
    pub fn find(&self, job: JobId) -> Option<Arc<Steering>> {
        lock(&self.trainings).get(&job).map(Arc::clone)
    }

    /// The training is over.
    pub fn forget(&self, job: JobId) {
        lock(&self.trainings).remove(&job);
    }

    /// The reader looks at this slice now.
    pub fn watch(&self, watched: Option<&Watched>) {
        *lock(&self.watched) = watched.cloned().map(Arc::new);
    }

    /// What the reader looks at.
    pub fn watched(&self) -> Option<Arc<Watched>> {
        lock(&self.watched).clone()
    }

    /// The analyst works until the answer is dropped.
    pub fn reading(&self) -> Reading<'_> {
        *lock(&self.reading) += 1;
        Reading(self)
    }

    /// Waits while the analyst works: what is read now was asked for by somebody who looks at it. Returns at once where
    /// `is_over` says that there is nothing more to compute.
    pub fn give_way(&self, is_over: &dyn Fn() -> bool) {
        let mut reading = lock(&self.reading);
        while *reading > 0 && !self.is_inline && !is_over() {
            let waited = self.reading_ended.wait_timeout(reading, LOOK_EVERY);
            reading = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Held while the analyst works.
pub struct Reading<'a>(&'a Lab);

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        *lock(&self.0.reading) -= 1;
        self.0.reading_ended.notify_all();
    }
}

/// What one training is told.
#[derive(Debug, Default)]
pub struct Steering {
    wish: Mutex<Wish>,
    bell: Condvar,
}

#[derive(Clone, Copy, Debug, Default)]
struct Wish {
    is_paused: bool,
    end: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    AfterEpoch,
    Now,
    Discard,
}

impl Steering {
    /// Takes an order in. Going on ends a pause, and where there is none takes back the stop after the epoch.
    pub fn tell(&self, control: Control) {
        let mut wish = lock(&self.wish);
        match control {
            Control::Pause => wish.is_paused = true,
            Control::GoOn => {
                if !wish.is_paused && wish.end == Some(End::AfterEpoch) {
                    wish.end = None;
                }
                wish.is_paused = false;
            }
            Control::StopAfterEpoch => {
                wish.is_paused = false;
                wish.end = wish.end.or(Some(End::AfterEpoch));
            }
            // Who discarded the run is not asked to keep it by a later stop.
            Control::Stop => {
                if wish.end != Some(End::Discard) {
                    wish.end = Some(End::Now);
                }
            }
            Control::Discard => wish.end = Some(End::Discard),
        }
        drop(wish);
        self.bell.notify_all();
    }

    /// What the loop shall do.
    pub fn flow(&self) -> Flow {
        let wish = *lock(&self.wish);
        match wish.end {
            Some(End::Now | End::Discard) => Flow::Stop,
            _ if wish.is_paused => Flow::Pause,
            Some(End::AfterEpoch) => Flow::StopAfterEpoch,
            None => Flow::Continue,
        }
    }

    /// Whether the run goes to the trash.
    pub fn is_discarded(&self) -> bool {
        lock(&self.wish).end == Some(End::Discard)
    }

    /// Returns when the pause is over, or `token` asks to stop.
    pub fn rest(&self, token: &CancelToken) {
        let mut wish = lock(&self.wish);
        while wish.is_paused && matches!(wish.end, None | Some(End::AfterEpoch)) && !token.is_canceled() {
            wish = self.bell.wait_timeout(wish, LOOK_EVERY).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// A panic elsewhere leaves these usable: every change to them is a single step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
