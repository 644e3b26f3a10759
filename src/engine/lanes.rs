//! Which worker does what, and the workers together. Not for their loop (`worker`) or their lines (`queue`).

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::command::{Command, JobId};
use super::event::Event;
use super::lab::order::{Control, LabOrder};
use super::lab::steering::Lab;
use super::outbox::Outbox;
use super::queue::{Inbox, Ticket};
use super::tools::Tools;
use super::worker::{Bench, Worker};

/// Where the jobs run.
pub enum Lanes {
    /// Each on its worker's thread.
    Threads(Box<Crew>),
    /// In the caller's thread, while it sends.
    Inline {
        /// Does every job.
        bench: Box<Mutex<Bench>>,
        /// Always empty.
        inbox: Inbox,
        /// What trainings are told: what comes before a training starts is kept for it.
        lab: Arc<Lab>,
    },
}

/// The workers. Those that look at files are three, so that a dialog or a long survey holds up nothing else.
pub struct Crew {
    loader: Worker,
    analyst: Worker,
    clerk: Worker,
    trainer: Worker,
    surveyor: Worker,
    archivist: Worker,
    lab: Arc<Lab>,
}

impl Lanes {
    /// Workers on threads of their own.
    ///
    /// *Errors*: what the system says where it gives no thread.
    pub fn threads(tools: &Tools, outbox: &Outbox) -> io::Result<Self> {
        let lab = Arc::new(Lab::default());
        let worker = |name| Worker::start(name, Bench::new(tools.clone(), outbox.clone(), Arc::clone(&lab)));
        crate::nn::ops::compute_behind_the_window();
        Ok(Self::Threads(Box::new(Crew {
            loader: worker("loader")?,
            analyst: worker("analyst")?,
            clerk: worker("clerk")?,
            trainer: worker("trainer")?,
            surveyor: worker("surveyor")?,
            archivist: worker("archivist")?,
            lab,
        })))
    }

    /// All in the caller's thread.
    pub fn inline(tools: Tools, outbox: &Outbox) -> Self {
        let lab = Arc::new(Lab::inline());
        let bench = Box::new(Mutex::new(Bench::new(tools, outbox.clone(), Arc::clone(&lab))));
        Self::Inline { bench, inbox: Inbox::default(), lab }
    }

    /// Hands a command to its worker, or does it here.
    pub fn post(&self, command: Command, outbox: &Outbox) {
        match (self, command) {
            (Self::Threads(crew), Command::Lab { job, order: LabOrder::Control(control) }) => {
                crew.control(job, control, outbox);
            }
            (Self::Inline { lab, .. }, Command::Lab { job, order: LabOrder::Control(control) }) => {
                lab.steering(job).tell(control);
            }
            (Self::Threads(crew), Command::Lab { order: LabOrder::Watch(watched), .. }) => {
                crew.lab.watch(watched.as_ref());
            }
            (Self::Inline { lab, .. }, Command::Lab { order: LabOrder::Watch(watched), .. }) => {
                lab.watch(watched.as_ref());
            }
            (Self::Threads(crew), command) => {
                if let Command::Lab { job, order: LabOrder::Start(_) | LabOrder::Resume(_) } = &command {
                    crew.lab.steering(*job);
                }
                for job in crew.worker_of(&command).inbox().post(Ticket::new(command)) {
                    outbox.emit(Event::Canceled { job });
                }
            }
            (Self::Inline { bench, inbox, .. }, command) => {
                bench.lock().unwrap_or_else(PoisonError::into_inner).run(&Ticket::new(command), inbox);
            }
        }
    }

    /// Asks a job to stop.
    pub fn cancel(&self, job: JobId, outbox: &Outbox) {
        if let Self::Threads(crew) = self {
            let never_begins = crew.all().into_iter().filter(|w| w.inbox().cancel(job)).count() > 0;
            if never_begins {
                crew.lab.forget(job);
                outbox.emit(Event::Canceled { job });
            }
        }
    }
}

impl Crew {
    fn all(&self) -> [&Worker; 6] {
        [&self.loader, &self.analyst, &self.clerk, &self.trainer, &self.surveyor, &self.archivist]
    }

    /// At once, not in line: a training that waits is canceled where it shall stop, one that runs is told.
    fn control(&self, job: JobId, control: Control, outbox: &Outbox) {
        let Some(steering) = self.lab.find(job) else {
            return log::debug!("a training was steered that is over");
        };
        steering.tell(control);
        if matches!(control, Control::Stop | Control::Discard) && self.trainer.inbox().cancel(job) {
            self.lab.forget(job);
            outbox.emit(Event::Canceled { job });
        }
    }

    fn worker_of(&self, command: &Command) -> &Worker {
        match command {
            Command::Open { .. } | Command::Assemble { .. } => &self.loader,
            Command::LoadModels { .. } | Command::Analyze { .. } | Command::OutlineSlice { .. } => &self.analyst,
            Command::Lab { order, .. } => match order {
                LabOrder::Try(_)
                | LabOrder::Start(_)
                | LabOrder::Resume(_)
                | LabOrder::Control(_)
                | LabOrder::Watch(_)
                | LabOrder::CrossValidate(_)
                | LabOrder::Evaluate(_) => &self.trainer,
                LabOrder::Survey(_) | LabOrder::WriteSplit { .. } => &self.surveyor,
                LabOrder::ListRuns
                | LabOrder::ReadRun(_)
                | LabOrder::ReadExamples { .. }
                | LabOrder::LabelRun { .. }
                | LabOrder::TrashRun(_)
                | LabOrder::ExportCurves { .. }
                | LabOrder::Preview(_)
                | LabOrder::Models(_) => &self.archivist,
            },
            Command::Export { .. }
            | Command::SaveReview { .. }
            | Command::SaveMeasurements { .. }
            | Command::LoadReviews { .. }
            | Command::PickPaths { .. }
            | Command::SaveSettings { .. }
            | Command::Cancel { .. } => &self.clerk,
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        // All are asked before any is waited for, which the workers do as they are dropped.
        for worker in self.all() {
            worker.inbox().close();
        }
    }
}
