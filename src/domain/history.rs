//! How a training went: the loss of every step, the epochs, what happened in between, and how to draw any part of it at
//! the same cost. Not for running a training (`train`) or for colors and axes on screen (`ui`).

pub mod pyramid;
pub mod scale;

use pyramid::Pyramid;

/// One epoch with its validation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochPoint {
    /// Epoch, from 0.
    pub epoch: usize,
    /// Mean training loss.
    pub train_loss: f32,
    /// Mean validation loss.
    pub val_loss: f32,
    /// Validation metric.
    pub metric: f32,
    /// Learning rate at its end.
    pub learning_rate: f64,
    /// Seconds that it took, validation included.
    pub secs: f32,
    /// Soft Dice's part of both losses, training and validation; the rest is cross-entropy.
    pub dice_losses: Option<[f32; 2]>,
}

/// What happened at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Paused.
    Paused,
    /// Went on after a pause.
    WentOn,
    /// Taken up again after the program had gone.
    Resumed,
    /// The learning rate dropped.
    RateDropped,
}

impl Moment {
    /// As on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::WentOn => "went on",
            Self::Resumed => "resumed",
            Self::RateDropped => "rate dropped",
        }
    }
}

/// What stands along the bottom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum XAxis {
    /// Steps over the run.
    Step,
    /// Epochs, with their fractions.
    #[default]
    Epoch,
    /// Minutes of training, pauses left out.
    Minutes,
}

impl XAxis {
    /// All, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Step, Self::Epoch, Self::Minutes];

    /// The name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Epoch => "epoch",
            Self::Minutes => "minutes",
        }
    }
}

/// The whole course of one training. Steps come in rising order; a step that is heard again (after a resume) takes the
/// place of all that came after it, so that nothing stands there twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LossHistory {
    steps_per_epoch: usize,
    losses: Pyramid,
    smoothed: Pyramid,
    smoothing: Smoothing,
    epochs: Vec<EpochPoint>,
    moments: Vec<(u32, Moment)>,
    /// Seconds from an epoch's begin to the latest step heard of it, with that step's place in the epoch, from 1.
    clocks: Vec<Option<(u32, f32)>>,
    version: u64,
}

/// An exponential mean that starts unbiased.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Smoothing {
    /// Weight of what came before, 0 for none.
    weight: f64,
    sum: f64,
    total: f64,
}

impl Smoothing {
    /// The mean after `value`; what is not a number leaves it as it is.
    fn next(&mut self, value: f32) -> Option<f32> {
        if value.is_finite() {
            self.sum = self.weight * self.sum + (1.0 - self.weight) * f64::from(value);
            self.total = self.weight * self.total + (1.0 - self.weight);
        }
        (self.total > 0.0).then(|| (self.sum / self.total) as f32)
    }
}

impl LossHistory {
    /// An empty history of epochs of so many steps.
    pub fn new(steps_per_epoch: usize) -> Self {
        Self { steps_per_epoch: steps_per_epoch.max(1), ..Self::default() }
    }

    /// Changes with everything that is added: what was drawn from an older version is out of date.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Steps an epoch.
    pub fn steps_per_epoch(&self) -> usize {
        self.steps_per_epoch
    }

    /// Steps that are held; a run may thin them.
    pub fn step_count(&self) -> usize {
        self.losses.len()
    }

    /// The epochs so far.
    pub fn epochs(&self) -> &[EpochPoint] {
        &self.epochs
    }

    /// What happened, by step.
    pub fn moments(&self) -> &[(u32, Moment)] {
        &self.moments
    }

    /// The last step's loss.
    pub fn last_loss(&self) -> Option<f32> {
        self.losses.last().map(|(_, loss)| loss)
    }

    /// The last step heard of.
    pub fn last_step(&self) -> Option<u32> {
        self.losses.last().map(|(step, _)| step)
    }

    /// Adds the loss of `step` (from 0, over the run), `secs` after its epoch began where known.
    pub fn push_step(&mut self, step: u32, loss: f32, secs: Option<f32>) {
        if self.losses.last().is_some_and(|(last, _)| last >= step) {
            self.losses.cut_from(step);
            self.resmooth();
        }
        self.losses.push(step, loss);
        if self.smoothing.weight > 0.0
            && let Some(mean) = self.smoothing.next(loss)
        {
            self.smoothed.push(step, mean);
        }
        let (epoch, within) = (step as usize / self.steps_per_epoch, step as usize % self.steps_per_epoch);
        if let Some(secs) = secs.filter(|s| s.is_finite() && *s >= 0.0) {
            if self.clocks.len() <= epoch {
                self.clocks.resize(epoch + 1, None);
            }
            self.clocks[epoch] = Some((within as u32 + 1, secs));
        }
        self.version += 1;
    }

    /// Adds an epoch; one that is heard again takes the place of the old one and all after it.
    pub fn push_epoch(&mut self, point: EpochPoint) {
        self.epochs.retain(|e| e.epoch < point.epoch);
        self.epochs.push(point);
        self.version += 1;
    }

    /// Adds a mark; the same is not noted twice.
    pub fn push_moment(&mut self, step: u32, moment: Moment) {
        if !self.moments.contains(&(step, moment)) {
            self.moments.push((step, moment));
            self.version += 1;
        }
    }

    /// Adds what a training did that was taken up again where this history ends; what this one holds of the same steps and
    /// epochs gives way. With no step in `later` it changes nothing.
    pub fn go_on_with(&mut self, later: &Self) {
        if later.step_count() == 0 && later.epochs.is_empty() && later.moments.is_empty() {
            return;
        }
        self.steps_per_epoch = later.steps_per_epoch.max(1);
        later.losses.iter().for_each(|(step, loss)| self.push_step(step, loss, None));
        later.epochs.iter().for_each(|epoch| self.push_epoch(*epoch));
        later.moments.iter().for_each(|&(step, moment)| self.push_moment(step, moment));
        if self.clocks.len() < later.clocks.len() {
            self.clocks.resize(later.clocks.len(), None);
        }
        for (own, clock) in self.clocks.iter_mut().zip(&later.clocks) {
            *own = clock.or(*own);
        }
    }

    /// Sets how much the smoothed curve beside the raw one remembers, 0 for none to below 1.
    pub fn set_smoothing(&mut self, weight: f32) {
        let weight = if weight.is_finite() { f64::from(weight.clamp(0.0, 0.999)) } else { 0.0 };
        if weight != self.smoothing.weight {
            self.smoothing.weight = weight;
            self.resmooth();
            self.version += 1;
        }
    }

    fn resmooth(&mut self) {
        self.smoothing = Smoothing { weight: self.smoothing.weight, ..Smoothing::default() };
        self.smoothed = Pyramid::default();
        if self.smoothing.weight > 0.0 {
            for (step, loss) in self.losses.iter() {
                if let Some(mean) = self.smoothing.next(loss) {
                    self.smoothed.push(step, mean);
                }
            }
        }
    }

    /// The epoch of the best validation loss.
    pub fn best_by_loss(&self) -> Option<EpochPoint> {
        let finite = self.epochs.iter().filter(|e| e.val_loss.is_finite());
        finite.copied().reduce(|best, e| if e.val_loss < best.val_loss { e } else { best })
    }

    /// The epoch of the highest metric.
    pub fn best_by_metric(&self) -> Option<EpochPoint> {
        let finite = self.epochs.iter().filter(|e| e.metric.is_finite());
        finite.copied().reduce(|best, e| if e.metric > best.metric { e } else { best })
    }

    /// Epochs since the best validation loss.
    pub fn since_best(&self) -> Option<usize> {
        let last = self.epochs.last()?;
        self.best_by_loss().map(|best| last.epoch - best.epoch)
    }

    /// Where the end of `step` stands on the axis.
    pub fn x_of_step(&self, step: u32, axis: XAxis) -> f64 {
        let done = f64::from(step) + 1.0;
        match axis {
            XAxis::Step => done,
            XAxis::Epoch => done / self.steps_per_epoch as f64,
            XAxis::Minutes => self.secs_of_step(step) / 60.0,
        }
    }

    /// Where the end of `epoch` (from 0) stands on the axis.
    pub fn x_of_epoch(&self, epoch: usize, axis: XAxis) -> f64 {
        match axis {
            XAxis::Step => ((epoch + 1) * self.steps_per_epoch) as f64,
            XAxis::Epoch => (epoch + 1) as f64,
            XAxis::Minutes => self.begin_secs(epoch + 1) / 60.0,
        }
    }

    /// Seconds of all epochs before `epoch`.
    fn begin_secs(&self, epoch: usize) -> f64 {
        self.epochs.iter().take_while(|e| e.epoch < epoch).map(|e| f64::from(e.secs)).sum()
    }

    fn secs_of_step(&self, step: u32) -> f64 {
        let (epoch, within) = (step as usize / self.steps_per_epoch, step as usize % self.steps_per_epoch);
        let done = (within + 1) as f64;
        let heard = self.clocks.get(epoch).copied().flatten();
        let of_record = || self.epochs.iter().find(|e| e.epoch == epoch).map(|e| f64::from(e.secs));
        let secs = match heard {
            Some((at, secs)) => f64::from(secs) * done / f64::from(at),
            None => of_record().unwrap_or(0.0) * done / self.steps_per_epoch as f64,
        };
        self.begin_secs(epoch) + secs
    }

    /// Seconds of training so far.
    pub fn secs(&self) -> f64 {
        let steps = self.losses.last().map_or(0.0, |(step, _)| self.secs_of_step(step));
        self.epochs.last().map_or(0.0, |e| self.begin_secs(e.epoch + 1)).max(steps)
    }

    /// The raw losses whose x lies between `from` and `to`, at most [`pyramid::MAX_POINTS`] points `(x, loss)`: where there
    /// are more, the least and the greatest of each stretch, so that no peak is lost. What is not a number is left out
    /// here and listed by [`LossHistory::not_numbers`].
    pub fn raw(&self, axis: XAxis, from: f64, to: f64) -> Vec<(f64, f32)> {
        self.drawn(&self.losses, axis, from, to)
    }

    /// The smoothed losses in the same way; empty where smoothing is off.
    pub fn smooth(&self, axis: XAxis, from: f64, to: f64) -> Vec<(f64, f32)> {
        self.drawn(&self.smoothed, axis, from, to)
    }

    fn drawn(&self, pyramid: &Pyramid, axis: XAxis, from: f64, to: f64) -> Vec<(f64, f32)> {
        let begin = pyramid.partition(|step| self.x_of_step(step, axis) < from).saturating_sub(1);
        let end = (pyramid.partition(|step| self.x_of_step(step, axis) <= to) + 1).min(pyramid.len());
        pyramid.points(begin, end).into_iter().map(|(step, loss)| (self.x_of_step(step, axis), loss)).collect()
    }

    /// The x of the latest steps whose loss was not a number, at most [`pyramid::MAX_NOT_NUMBERS`].
    pub fn not_numbers(&self, axis: XAxis) -> Vec<f64> {
        self.losses.not_numbers().iter().map(|&step| self.x_of_step(step, axis)).collect()
    }
}
