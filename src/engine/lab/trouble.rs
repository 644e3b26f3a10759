//! The training room's errors in the reader's words, each with what to do. Not for other rooms' (`failure`).

use crate::engine::failure::Failure;
use crate::train::error::TrainError;

impl Failure {
    /// `what` failed in the training room.
    pub fn of_training(what: &str, error: &TrainError) -> Self {
        let (why, path) = match error {
            TrainError::Io(error) => return Self { what: what.to_owned(), ..Self::from(error) },
            TrainError::Nn(error) => return with_memory_hint(Self::of_nets(what, error)),
            TrainError::Data { reason, path }
            | TrainError::Checkpoint { reason, path }
            | TrainError::Write { reason, path } => (reason.clone(), Some(path.clone())),
            TrainError::Split(reason) => (format!("the split cannot be used: {reason}"), None),
            TrainError::Config { .. }
            | TrainError::Stopped
            | TrainError::NotANumber { .. }
            | TrainError::Compute(_) => (error.to_string(), None),
        };
        let failure = Self { path: path.filter(|p| !p.as_os_str().is_empty()), ..Self::new(what, &why) };
        with_memory_hint(Self { hint: hint(error).map(str::to_owned), ..failure })
    }
}

fn hint(error: &TrainError) -> Option<&'static str> {
    match error {
        TrainError::Data { .. } => Some("put the data back or choose others; an interrupted run can then be resumed"),
        TrainError::Split(_) => Some("change the shares or the seed, or choose another split.csv"),
        TrainError::Config { .. } => Some("change this setting"),
        TrainError::Checkpoint { .. } => Some("choose another run"),
        TrainError::Write { .. } => {
            Some("make room or put the folder back, then resume: the last finished epoch is kept")
        }
        TrainError::Stopped
        | TrainError::NotANumber { .. }
        | TrainError::Io(_)
        | TrainError::Nn(_)
        | TrainError::Compute(_) => None,
    }
}

/// What to do where a device has no memory left; CUDA and Metal say it only in their text.
fn with_memory_hint(failure: Failure) -> Failure {
    let is_memory = failure.why.iter().any(|why| {
        let why = why.to_lowercase();
        why.contains("out of memory") || why.contains("out_of_memory")
    });
    if is_memory { failure.with_hint("take a smaller batch or input size, or train on the CPU") } else { failure }
}
