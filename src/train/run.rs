//! The training loop: epochs, validation, early stopping, checkpoints. Not for printing: it says everything as `TrainEvent`.

mod keeping;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::batch::{Loader, Plan, epoch_order};
use super::checkpoint::record::{Ending, RunInfo, RunLock};
use super::checkpoint::{RunFolder, RunState};
use super::config::TrainConfig;
use super::dataset::Dataset;
use super::epoch_net::EpochNet;
use super::error::TrainError;
use super::event::{EndReason, EpochRecord, Mark, TrainEvent};
use super::examples::Collector;
use super::learner::Learner;
use super::observer::steps::StepLog;
use super::observer::tensorboard::TensorBoard;
use super::observer::{Audience, CsvLog, Flow, Observer};
use super::split::{Part, Split};
use super::store::{DEFAULT_CEILING_BYTES, Store};
use super::validate::{Validation, metric_name, validate};
use keeping::leak_notes;

/// A run ready to start: settings, data, split, folder.
pub struct Run {
    config: TrainConfig,
    folder: RunFolder,
    store: Arc<Store>,
    split: Split,
    state: RunState,
    warnings: Vec<String>,
    info: RunInfo,
    /// Held until the training is over, however it ends.
    lock: Option<RunLock>,
}

impl Run {
    /// Prepares a new run in `folder`. `progress` hears of the slices surveyed and may stop it.
    pub fn create(
        mut config: TrainConfig,
        folder: &Path,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Self, TrainError> {
        config.check()?;
        // Whoever takes the run up again may stand in another folder.
        config.make_absolute();
        let store =
            Arc::new(Store::survey(Dataset::read_with(&config.data, progress)?, DEFAULT_CEILING_BYTES, progress)?);
        let (split, mut warnings) = match &config.split_file {
            Some(path) => Split::parse(&super::dataset::read_text(path)?, store.dataset())?,
            None => (Split::stratified(store.dataset(), config.shares, config.seed)?, Vec::new()),
        };
        warnings.extend(store.dataset().warnings.iter().cloned());
        Self::new(config, folder, store, split, warnings)
    }

    fn new(
        config: TrainConfig,
        folder: &Path,
        store: Arc<Store>,
        split: Split,
        warnings: Vec<String>,
    ) -> Result<Self, TrainError> {
        let folder = RunFolder::create(folder)?;
        let lock = folder.lock()?;
        let info = RunInfo::begun_now();
        folder.write_info(&info)?;
        folder.write_config(&config)?;
        folder.write("split.csv", split.to_csv(store.dataset()).as_bytes())?;
        let notes = leak_notes(&store, &split);
        let state = RunState { notes, ..RunState::default() };
        Self { config, folder, store, split, state, warnings, info, lock: Some(lock) }.checked()
    }

    /// The run in `folder` on data that was surveyed and split already: taken up where it exists, else begun.
    pub fn on(config: TrainConfig, folder: &Path, store: Arc<Store>, split: Split) -> Result<Self, TrainError> {
        let Ok(run) = RunFolder::open(folder) else {
            return Self::new(config, folder, store, split, Vec::new());
        };
        let lock = run.lock()?;
        let begun = run.read_info()?.unwrap_or_else(RunInfo::begun_now);
        let info = RunInfo { ended: None, trouble: None, ..begun };
        let mut state = run.read_state()?;
        state.notes = leak_notes(&store, &split);
        Self { config, folder: run, store, split, state, warnings: Vec::new(), info, lock: Some(lock) }.checked()
    }

    /// Takes up an earlier run; `epochs` extends or shortens it.
    pub fn resume(
        folder: &Path,
        epochs: Option<usize>,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Self, TrainError> {
        let folder = RunFolder::open(folder)?;
        let lock = folder.lock()?;
        let begun = folder.read_info()?.unwrap_or_else(RunInfo::begun_now);
        let info = RunInfo { ended: None, trouble: None, ..begun };
        let mut config = folder.read_config()?;
        if let Some(epochs) = epochs {
            config.epochs = epochs;
            folder.write_config(&config)?;
        }
        config.check()?;
        let store =
            Arc::new(Store::survey(Dataset::read_with(&config.data, progress)?, DEFAULT_CEILING_BYTES, progress)?);
        let text = String::from_utf8_lossy(&folder.read("split.csv")?).into_owned();
        let (split, mut warnings) = Split::parse(&text, store.dataset())?;
        warnings.extend(store.dataset().warnings.iter().cloned());
        let mut state = folder.read_state()?;
        state.notes = leak_notes(&store, &split);
        Self { config, folder, store, split, state, warnings, info, lock: Some(lock) }.checked()
    }

    fn checked(self) -> Result<Self, TrainError> {
        match self.split.refusal(self.store.dataset(), self.config.architecture.task()) {
            Some(refusal) => Err(refusal),
            None => Ok(self),
        }
    }

    /// The settings.
    pub fn config(&self) -> &TrainConfig {
        &self.config
    }

    /// The data.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The split.
    pub fn split(&self) -> &Split {
        &self.split
    }

    /// Everything to be said before it starts: about the data, then leaks.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.iter().chain(&self.state.notes).cloned().collect()
    }

    /// The run's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Trains to the end, or until an observer says stop. How it ended is written into the folder.
    pub fn train(mut self, observers: &mut [&mut dyn Observer]) -> Result<EndReason, TrainError> {
        self.folder.write_info(&self.info)?;
        self.heard(observers).map_err(|error| {
            let error = self.explained(error);
            self.info.trouble = Some(error.to_string());
            // Where the disk is full this fails too; the run is then interrupted without a reason.
            if let Err(second) = self.folder.write_info(&self.info) {
                log::warn!("how the run ended is not on disk: {second}");
            }
            error
        })
    }

    /// Trains with the run's own listeners before the others.
    fn heard(&mut self, observers: &mut [&mut dyn Observer]) -> Result<EndReason, TrainError> {
        let checkpoint = match self.state.epochs_done {
            0 => None,
            _ => Some(self.folder.read_last(&self.state)?),
        };
        let mut learner = Learner::new(&self.config, checkpoint.as_ref())?;
        drop(checkpoint);
        let (steps_per_epoch, first) = (self.steps_per_epoch(), self.first_step());
        let mut log = CsvLog::new(self.folder.path(), self.state.history.clone());
        let mut steps = StepLog::new(&self.folder, steps_per_epoch, first);
        let mut board = TensorBoard::create(&self.folder, steps_per_epoch, first)?;
        // After all files, before those who may look at the folder at once.
        let mut ending = Ending::new(self.folder.clone(), self.info.clone(), self.lock.take());
        let mut all: Vec<&mut dyn Observer> = vec![&mut log, &mut steps, &mut board, &mut ending];
        for observer in observers.iter_mut() {
            all.push(&mut **observer);
        }
        let mut audience = Audience::new(all);
        let started = self.started(&learner);
        let mut flow = audience.pass(&started, first)?;
        if first > 0 {
            flow = flow.max(audience.tell(&TrainEvent::Marked { step: first, mark: Mark::Resumed })?);
        }
        let reason =
            if flow == Flow::Stop { self.stopped(&learner)? } else { self.epochs(&mut learner, &mut audience)? };
        let ended =
            TrainEvent::Ended { reason, best_epoch: self.state.best_epoch, best_val_loss: self.state.best_val_loss };
        audience.tell(&ended)?;
        Ok(reason)
    }

    /// Says first what is plain to see: data or folder are gone.
    fn explained(&self, error: TrainError) -> TrainError {
        if !self.config.data.exists() {
            let reason = "they are no longer there; they were moved or removed during the training".to_owned();
            return TrainError::Data { reason, path: self.config.data.clone() };
        }
        error
    }

    fn steps_per_epoch(&self) -> usize {
        self.plan(self.state.epochs_done).batches()
    }

    /// The step over the run that comes next, from 0.
    fn first_step(&self) -> u32 {
        (self.state.epochs_done * self.steps_per_epoch()) as u32
    }

    fn started(&self, learner: &Learner) -> TrainEvent {
        TrainEvent::Started {
            run: self.folder.path().to_owned(),
            epochs: self.config.epochs,
            steps_per_epoch: self.steps_per_epoch(),
            first_epoch: self.state.epochs_done,
            device: learner.device_label().to_owned(),
            warnings: self.warnings(),
        }
    }

    fn plan(&self, epoch: usize) -> Plan {
        let config = &self.config;
        Plan {
            order: epoch_order(&self.store, &self.split, Part::Train, config.seed, epoch, config.is_balanced),
            batch_size: config.batch_size,
            drop_last: true,
            size: config.input.size,
            crop: config.input.crop,
            augment: config.augment,
            seed: config.seed,
            epoch,
        }
    }

    fn epochs(&mut self, learner: &mut Learner, audience: &mut Audience<'_>) -> Result<EndReason, TrainError> {
        while self.state.epochs_done < self.config.epochs {
            let epoch = self.state.epochs_done;
            let (clock, rested) = (Instant::now(), audience.rested());
            let (train_loss, train_dice, learning_rate) = match self.train_epoch(learner, epoch, audience)? {
                EpochEnd::Done { mean_loss, mean_dice, learning_rate } => (mean_loss, mean_dice, learning_rate),
                EpochEnd::Stopped => return self.stopped(learner),
                EpochEnd::NotANumber => return Ok(EndReason::NotANumber),
            };
            let mut examples = Collector::new(&self.config, &self.store, &self.split);
            let Some(found) = self.validated(learner, epoch, audience, &mut examples)? else {
                return self.stopped(learner);
            };
            if !found.loss.is_finite() {
                return Ok(EndReason::NotANumber);
            }
            let is_best = self.state.best_val_loss.is_none_or(|best| found.loss < best);
            let record = EpochRecord {
                epoch,
                train_loss,
                val_loss: found.loss,
                metric_name: metric_name(self.config.architecture.task()).to_owned(),
                metric: found.metric,
                learning_rate,
                secs: (clock.elapsed() + rested).saturating_sub(audience.rested()).as_secs_f32(),
                is_best,
                dice_losses: train_dice.zip(found.dice_loss).map(|(train, val)| [train, val]),
            };
            let drops = self.state.drops;
            self.keep(learner, record.clone())?;
            examples.write(&self.folder, epoch)?;
            let step = self.first_step();
            if self.state.drops > drops {
                audience.tell(&TrainEvent::Marked { step, mark: Mark::RateDropped })?;
            }
            if audience.pass(&TrainEvent::EpochEnded(record), step.saturating_sub(1))? >= Flow::StopAfterEpoch {
                return Ok(EndReason::Stopped);
            }
            audience.hand_net(|| EpochNet::of(&self.config, learner, epoch))?;
            let since_best = self.state.best_epoch.map_or(0, |best| epoch - best);
            if self.config.patience.is_some_and(|patience| since_best >= patience) {
                return Ok(EndReason::EarlyStopped);
            }
        }
        Ok(EndReason::Finished)
    }

    /// Validates, heard after every batch; `None` where somebody said stop.
    fn validated(
        &self,
        learner: &Learner,
        epoch: usize,
        audience: &mut Audience<'_>,
        examples: &mut Collector,
    ) -> Result<Option<Validation>, TrainError> {
        // After the epoch's last step.
        let step = (self.first_step() as usize + self.steps_per_epoch()).saturating_sub(1) as u32;
        validate(&self.config, learner, &self.store, &self.split, &mut |heard| {
            examples.see(&self.store, heard.batch, heard.logits);
            let event = TrainEvent::Validating { epoch, done: heard.done, total: heard.total };
            Ok(audience.pass(&event, step)? != Flow::Stop)
        })
    }

    fn train_epoch(
        &self,
        learner: &mut Learner,
        epoch: usize,
        audience: &mut Audience<'_>,
    ) -> Result<EpochEnd, TrainError> {
        let plan = self.plan(epoch);
        let steps = plan.batches();
        let (first, rested) = (self.first_step(), audience.rested());
        let (clock, mut sum, mut slices, mut learning_rate) = (Instant::now(), 0f64, 0usize, 0.0);
        let mut dice_sum = None;
        for (step, batch) in Loader::start(&self.store, plan, self.config.loader_threads).enumerate() {
            let batch = batch?;
            let position = epoch as f64 + (step + 1) as f64 / steps as f64;
            learning_rate = self.config.learning_rate_at(position, self.state.drops);
            let outcome = learner.step(&self.config, &batch, position, learning_rate)?;
            if !outcome.loss.is_finite() || !outcome.gradient_norm.is_finite() {
                return Ok(EpochEnd::NotANumber);
            }
            sum += f64::from(outcome.loss);
            if let Some(dice) = outcome.dice_loss {
                *dice_sum.get_or_insert(0f64) += f64::from(dice);
            }
            slices += batch.items.len();
            let secs = (clock.elapsed() + rested).saturating_sub(audience.rested()).as_secs_f32();
            let event = TrainEvent::Step {
                epoch,
                step,
                loss: outcome.loss,
                mean_loss: (sum / (step + 1) as f64) as f32,
                slices_per_sec: slices as f32 / secs.max(1e-6),
            };
            if audience.pass(&event, first + step as u32)? == Flow::Stop {
                return Ok(EpochEnd::Stopped);
            }
        }
        let mean = |sum: f64| (sum / steps.max(1) as f64) as f32;
        Ok(EpochEnd::Done { mean_loss: mean(sum), mean_dice: dice_sum.map(mean), learning_rate })
    }
}

enum EpochEnd {
    Done { mean_loss: f32, mean_dice: Option<f32>, learning_rate: f64 },
    Stopped,
    NotANumber,
}
