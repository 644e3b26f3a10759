//! Writes the model card of a run's best weights. Not for measuring its figures (`evaluate`).

use std::time::{SystemTime, UNIX_EPOCH};

use super::checkpoint::RunState;
use super::config::TrainConfig;
use super::split::{Part, Split};
use super::store::Store;
use crate::domain::card::{CARD_VERSION, ModelCard, Task, Thresholds, TrainingRecord};

/// Note on weights that were stopped before their first validation.
pub const NEVER_VALIDATED: &str = "never validated: stopped before the first validation";

/// The card of the best weights of a run so far.
pub fn of_run(config: &TrainConfig, state: &RunState, split: &Split, store: &Store, sha256: &str) -> ModelCard {
    let counts = |part| split.counts(store.dataset(), part);
    let (train, val) = (counts(Part::Train), counts(Part::Val));
    let data = format!(
        "{}: trained on {} slices of {} patients ({} slices with tumor), chosen on {} slices of {} other patients",
        config.data.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned()),
        train.slices,
        train.patients,
        train.tumor_slices,
        val.slices,
        val.patients
    );
    ModelCard {
        card_version: CARD_VERSION,
        name: config.architecture.label(),
        version: 1,
        task: config.architecture.task(),
        architecture: config.architecture,
        input: config.input,
        thresholds: Thresholds { threshold: 0.5, band_low: None, band_high: None },
        target: match config.architecture.task() {
            Task::Classifier => "tumor on this slice, as the training labels say".to_owned(),
            Task::Segmenter => "Outlined area".to_owned(),
        },
        sha256: sha256.to_owned(),
        date: today(),
        data,
        terms: "as the training data's".to_owned(),
        split: split.names(store.dataset()),
        training: TrainingRecord {
            epochs: state.epochs_done.max(1),
            best_epoch: state.best_epoch.map_or(0, |e| e + 1),
            seed: config.seed,
            settings: settings(config),
            started_from: started_from(config),
            notes: state.notes.clone(),
        },
        val: None,
        test: None,
        intended_use: "Research on data like the training data. Not for diagnosis.".to_owned(),
        limits: vec!["Not evaluated yet.".to_owned()],
        notes: Vec::new(),
    }
}

/// The settings without the folders of this machine.
fn settings(config: &TrainConfig) -> serde_json::Value {
    let mut value = serde_json::to_value(config).unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        for key in ["data", "split_file", "start_from", "loader_threads"] {
            map.remove(key);
        }
    }
    value
}

fn started_from(config: &TrainConfig) -> String {
    let Some(path) = &config.start_from else { return "scratch".to_owned() };
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    match crate::nn::weights::read_file(path) {
        Ok(bytes) => format!("{name}, sha256 {}", crate::nn::weights::sha256_hex(&bytes)),
        Err(_) => name,
    }
}

/// Today in UTC as `YYYY-MM-DD`.
///
/// *Source*: Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
fn today() -> String {
    let secs = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let z = (secs / 86_400) as i64 + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
