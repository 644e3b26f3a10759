//! The training loop: epochs, validation, early stopping, checkpoints. Not for printing: it says everything as `TrainEvent`.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::batch::{Loader, Plan, epoch_order};
use super::card;
use super::checkpoint::{RunFolder, RunState};
use super::config::{Schedule, TrainConfig};
use super::dataset::Dataset;
use super::error::TrainError;
use super::event::{EndReason, EpochRecord, TrainEvent};
use super::learner::Learner;
use super::observer::{CsvLog, Flow, Observer, tell};
use super::split::{Part, Split, leaks};
use super::store::{DEFAULT_CEILING_BYTES, Store};
use super::validate::{metric_name, validate};
use crate::nn::weights;

/// A run ready to start: settings, data, split, folder.
pub struct Run {
    config: TrainConfig,
    folder: RunFolder,
    store: Arc<Store>,
    split: Split,
    state: RunState,
    warnings: Vec<String>,
}

impl Run {
    /// Prepares a new run in `folder`. `progress` hears of the slices surveyed and may stop it.
    pub fn create(
        config: TrainConfig,
        folder: &Path,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Self, TrainError> {
        config.check()?;
        let store = Arc::new(Store::survey(Dataset::read(&config.data)?, DEFAULT_CEILING_BYTES, progress)?);
        let (split, mut warnings) = match &config.split_file {
            Some(path) => Split::parse(&super::dataset::read_text(path)?, store.dataset())?,
            None => (Split::stratified(store.dataset(), config.shares, config.seed)?, Vec::new()),
        };
        let folder = RunFolder::create(folder)?;
        folder.write_config(&config)?;
        folder.write("split.csv", split.to_csv(store.dataset()).as_bytes())?;
        warnings.extend(store.dataset().warnings.iter().cloned());
        let notes = leak_notes(&store, &split);
        let state = RunState { notes, ..RunState::default() };
        Self { config, folder, store, split, state, warnings }.checked()
    }

    /// Takes up an earlier run; `epochs` extends or shortens it.
    pub fn resume(
        folder: &Path,
        epochs: Option<usize>,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Self, TrainError> {
        let folder = RunFolder::open(folder)?;
        let mut config = folder.read_config()?;
        if let Some(epochs) = epochs {
            config.epochs = epochs;
            folder.write_config(&config)?;
        }
        config.check()?;
        let store = Arc::new(Store::survey(Dataset::read(&config.data)?, DEFAULT_CEILING_BYTES, progress)?);
        let text = String::from_utf8_lossy(&folder.read("split.csv")?).into_owned();
        let (split, mut warnings) = Split::parse(&text, store.dataset())?;
        warnings.extend(store.dataset().warnings.iter().cloned());
        let mut state = folder.read_state()?;
        state.notes = leak_notes(&store, &split);
        Self { config, folder, store, split, state, warnings }.checked()
    }

    fn checked(self) -> Result<Self, TrainError> {
        let task = self.config.architecture.task();
        for part in [Part::Train, Part::Val] {
            let counts = self.split.counts(self.store.dataset(), part);
            if counts.slices == 0 {
                return Err(TrainError::Split(format!("the part {} has no slice", part.word())));
            }
            if counts.tumor_slices == 0
                || (task == crate::domain::card::Task::Classifier && counts.tumor_slices == counts.slices)
            {
                let kind = if counts.tumor_slices == 0 { "with" } else { "without" };
                return Err(TrainError::Split(format!("the part {} has no slice {kind} tumor", part.word())));
            }
        }
        if task == crate::domain::card::Task::Segmenter && !self.store.dataset().has_all_masks() {
            let reason = "some tumor slices have no mask; a segmenter needs one for each".to_owned();
            return Err(TrainError::Data { reason, path: self.config.data.clone() });
        }
        Ok(self)
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

    /// Trains to the end, or until an observer says stop.
    pub fn train(mut self, observers: &mut [&mut dyn Observer]) -> Result<EndReason, TrainError> {
        let checkpoint = match self.state.epochs_done {
            0 => None,
            _ => Some(self.folder.read_last(&self.state)?),
        };
        let mut learner = Learner::new(&self.config, checkpoint.as_ref())?;
        drop(checkpoint);
        let mut log = CsvLog::new(self.folder.path(), self.state.history.clone());
        let mut all: Vec<&mut dyn Observer> = vec![&mut log];
        for observer in observers.iter_mut() {
            all.push(&mut **observer);
        }
        let started = self.started(&learner);
        tell(&mut all, &started)?;
        let reason = self.epochs(&mut learner, &mut all)?;
        let ended =
            TrainEvent::Ended { reason, best_epoch: self.state.best_epoch, best_val_loss: self.state.best_val_loss };
        tell(&mut all, &ended)?;
        Ok(reason)
    }

    fn started(&self, learner: &Learner) -> TrainEvent {
        TrainEvent::Started {
            run: self.folder.path().to_owned(),
            epochs: self.config.epochs,
            steps_per_epoch: self.plan(self.state.epochs_done).batches(),
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

    fn epochs(&mut self, learner: &mut Learner, all: &mut [&mut dyn Observer]) -> Result<EndReason, TrainError> {
        while self.state.epochs_done < self.config.epochs {
            let epoch = self.state.epochs_done;
            let clock = Instant::now();
            let (train_loss, learning_rate) = match self.train_epoch(learner, epoch, all)? {
                EpochEnd::Done { mean_loss, learning_rate } => (mean_loss, learning_rate),
                EpochEnd::Stopped => return self.stopped(learner),
                EpochEnd::NotANumber => return Ok(EndReason::NotANumber),
            };
            let found = validate(&self.config, learner, &self.store, &self.split)?;
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
                secs: clock.elapsed().as_secs_f32(),
                is_best,
            };
            self.keep(learner, record.clone())?;
            if tell(all, &TrainEvent::EpochEnded(record))? == Flow::Stop {
                return Ok(EndReason::Stopped);
            }
            let since_best = self.state.best_epoch.map_or(0, |best| epoch - best);
            if self.config.patience.is_some_and(|patience| since_best >= patience) {
                return Ok(EndReason::EarlyStopped);
            }
        }
        Ok(EndReason::Finished)
    }

    fn train_epoch(
        &self,
        learner: &mut Learner,
        epoch: usize,
        all: &mut [&mut dyn Observer],
    ) -> Result<EpochEnd, TrainError> {
        let plan = self.plan(epoch);
        let steps = plan.batches();
        let (clock, mut sum, mut slices, mut learning_rate) = (Instant::now(), 0f64, 0usize, 0.0);
        for (step, batch) in Loader::start(&self.store, plan, self.config.loader_threads).enumerate() {
            let batch = batch?;
            let position = epoch as f64 + (step + 1) as f64 / steps as f64;
            learning_rate = self.config.learning_rate_at(position, self.state.drops);
            let outcome = learner.step(&self.config, &batch, learning_rate)?;
            if !outcome.loss.is_finite() || !outcome.gradient_norm.is_finite() {
                return Ok(EpochEnd::NotANumber);
            }
            sum += f64::from(outcome.loss);
            slices += batch.items.len();
            let event = TrainEvent::Step {
                epoch,
                step,
                loss: outcome.loss,
                mean_loss: (sum / (step + 1) as f64) as f32,
                slices_per_sec: slices as f32 / clock.elapsed().as_secs_f32().max(1e-6),
            };
            if tell(all, &event)? == Flow::Stop {
                return Ok(EpochEnd::Stopped);
            }
        }
        Ok(EpochEnd::Done { mean_loss: (sum / steps.max(1) as f64) as f32, learning_rate })
    }

    /// Records one finished epoch: best weights with their card, last checkpoint, state.
    fn keep(&mut self, learner: &Learner, record: EpochRecord) -> Result<(), TrainError> {
        let epoch = record.epoch;
        if record.is_best {
            self.state.best_epoch = Some(epoch);
            self.state.best_val_loss = Some(record.val_loss);
        }
        let is_best = record.is_best;
        self.state.history.push(record);
        self.state.epochs_done = epoch + 1;
        self.state.steps_done = learner.steps_done();
        self.state.drops = self.drops();
        if is_best {
            self.write_best(learner)?;
        }
        self.folder.write_last(&self.state, &learner.checkpoint()?)
    }

    /// Drops of the rate on a plateau, counted anew from the history, so that a resumed run counts the same.
    fn drops(&self) -> usize {
        let Schedule::Plateau { patience, .. } = self.config.schedule else { return 0 };
        let (mut drops, mut since) = (0, 0);
        for record in &self.state.history {
            since = if record.is_best { 0 } else { since + 1 };
            if since > patience {
                drops += 1;
                since = 0;
            }
        }
        drops
    }

    fn write_best(&self, learner: &Learner) -> Result<(), TrainError> {
        let bytes = weights::to_bytes(&learner.kept_tensors()?, false)?;
        let card = card::of_run(&self.config, &self.state, &self.split, &self.store, &weights::sha256_hex(&bytes));
        self.folder.write("best.safetensors", &bytes)?;
        self.folder.write("best.json", &super::checkpoint::json(&card, self.folder.path())?)
    }

    /// Stopped in the middle: the best is kept; before the first validation the current weights are, marked so.
    fn stopped(&mut self, learner: &Learner) -> Result<EndReason, TrainError> {
        if self.state.best_epoch.is_none() {
            self.state.notes.push(card::NEVER_VALIDATED.to_owned());
            self.write_best(learner)?;
        }
        Ok(EndReason::Stopped)
    }
}

enum EpochEnd {
    Done { mean_loss: f32, learning_rate: f64 },
    Stopped,
    NotANumber,
}

fn leak_notes(store: &Store, split: &Split) -> Vec<String> {
    let found = leaks(store.dataset(), split, store.prints());
    let Some(first) = found.first() else { return Vec::new() };
    let items = &store.dataset().items;
    vec![format!(
        "LEAK: {} pictures stand in two parts (first: {} and {}); figures of this run are too good",
        found.len(),
        items[first.first].name,
        items[first.second].name
    )]
}
