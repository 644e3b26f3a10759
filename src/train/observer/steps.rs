//! Writes `steps.csv` (the loss of each step, thinned) and `marks.csv` (pauses, resumes, drops of the rate) into a run's
//! folder, and reads them. Not for epochs (`log.csv` and the state have them).

use super::{Flow, Observer};
use crate::train::checkpoint::RunFolder;
use crate::train::error::TrainError;
use crate::train::event::{Mark, TrainEvent};

const STEPS: &str = "steps.csv";
const MARKS: &str = "marks.csv";
/// Losses kept on disk: some 300 kB. Beyond it every second one goes.
const MAX_STEPS: usize = 20_000;

/// The log of single steps.
pub struct StepLog {
    folder: RunFolder,
    steps_per_epoch: usize,
    steps: Vec<(u32, f32)>,
    /// Only steps that this divides are kept.
    stride: u32,
    marks: Vec<(u32, Mark)>,
}

impl StepLog {
    /// The log of the run in `folder`. What lies past `first_step`, the one that a resumed run does next, is left out:
    /// it is run again.
    pub fn new(folder: &RunFolder, steps_per_epoch: usize, first_step: u32) -> Self {
        let (mut steps, mut marks) = (read_steps(folder), read_marks(folder));
        steps.retain(|(step, _)| *step < first_step);
        // A rate that dropped at the end of the epoch before stands at the step that comes next.
        let is_kept = |step, mark| step < first_step || (step == first_step && mark == Mark::RateDropped);
        marks.retain(|(step, mark)| is_kept(*step, *mark));
        let mut log = Self { folder: folder.clone(), steps_per_epoch, steps, stride: 1, marks };
        // What was thinned before stays as thin.
        if let [(first, _), (second, _), ..] = log.steps[..] {
            log.stride = (second - first).max(1);
        }
        log
    }

    fn push(&mut self, step: u32, loss: f32) {
        if step.is_multiple_of(self.stride) {
            self.steps.push((step, loss));
        }
        if self.steps.len() > MAX_STEPS {
            self.stride *= 2;
            let stride = self.stride;
            self.steps.retain(|(step, _)| step.is_multiple_of(stride));
        }
    }

    fn write_steps(&self) -> Result<(), TrainError> {
        let lines = self.steps.iter().map(|(step, loss)| format!("{step},{loss}\n"));
        self.folder.write(STEPS, format!("step,loss\n{}", lines.collect::<String>()).as_bytes())
    }

    fn write_marks(&self) -> Result<(), TrainError> {
        let lines = self.marks.iter().map(|(step, mark)| format!("{step},{}\n", mark.word()));
        self.folder.write(MARKS, format!("step,mark\n{}", lines.collect::<String>()).as_bytes())
    }
}

impl Observer for StepLog {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        match event {
            TrainEvent::Step { epoch, step, loss, .. } => {
                self.push((epoch * self.steps_per_epoch + step) as u32, *loss);
            }
            TrainEvent::Marked { step, mark } => {
                self.marks.push((*step, *mark));
                self.write_marks()?;
            }
            TrainEvent::EpochEnded(_) | TrainEvent::Ended { .. } => self.write_steps()?,
            TrainEvent::Started { .. } | TrainEvent::Validating { .. } => {}
        }
        Ok(Flow::Continue)
    }
}

/// The losses kept in `folder`; lines that are none are passed over.
pub fn read_steps(folder: &RunFolder) -> Vec<(u32, f32)> {
    lines(folder, STEPS, |step, loss| Some((step, loss.parse().ok()?)))
}

/// The marks kept in `folder`.
pub fn read_marks(folder: &RunFolder) -> Vec<(u32, Mark)> {
    lines(folder, MARKS, |step, word| Some((step, Mark::ALL.into_iter().find(|mark| mark.word() == word)?)))
}

fn lines<T>(folder: &RunFolder, name: &str, read: impl Fn(u32, &str) -> Option<T>) -> Vec<T> {
    // A run of the first version, or one before its first epoch's end, has no such file.
    let text = folder.read(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let parse = |line: &str| line.split_once(',').and_then(|(step, rest)| read(step.trim().parse().ok()?, rest.trim()));
    text.lines().filter_map(parse).collect()
}
