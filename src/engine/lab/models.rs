//! The jobs on models: list them, describe one, export and import as one file. Not for loading nets to read with
//! (`engine::models`) or for the file's form (`nn::bundle`).

use std::path::Path;
use std::sync::Arc;

use super::order::ModelOrder;
use super::report::{KnownModel, LabReport};
use crate::domain::card::Task;
use crate::engine::event::Event;
use crate::engine::failure::Failure;
use crate::engine::outbox::{Job, Stop};
use crate::engine::tools::Tools;
use crate::io::{atomic, models, runs};
use crate::nn::error::NnError;
use crate::nn::{bundle, shipped, weights};

/// Does what was ordered.
pub fn run(tools: &Tools, job: &Job, order: &ModelOrder) -> Result<(), Stop> {
    match order {
        ModelOrder::List => {}
        ModelOrder::Describe { weights, name, intended_use, notes } => describe(weights, name, intended_use, notes)?,
        ModelOrder::Export { weights, file } => {
            export(weights, file)?;
            emit(job, LabReport::Written(file.clone()));
        }
        ModelOrder::Import(file) => import(tools, file)?,
    }
    list(tools, job)
}

/// Everything that this computer knows: what ships, the best weights of runs, what was imported.
fn list(tools: &Tools, job: &Job) -> Result<(), Stop> {
    let home = tools.home()?;
    let mut known: Vec<KnownModel> = [Task::Classifier, Task::Segmenter].into_iter().filter_map(of_program).collect();
    for folder in runs::folders(&home).map_err(|e| Failure::from(&e))? {
        job.check()?;
        let best = folder.join("best.safetensors");
        if best.is_file() {
            known.push(KnownModel { run: Some(folder), ..of_file(&best) });
        }
    }
    for file in models::files(&home).map_err(|e| Failure::from(&e))? {
        job.check()?;
        known.push(of_file(&file));
    }
    emit(job, LabReport::Models(Arc::new(known)));
    Ok(())
}

fn emit(job: &Job, report: LabReport) {
    job.emit(Event::Lab { job: job.id, report });
}

/// The net that ships for `task`; `None` where this build holds none.
fn of_program(task: Task) -> Option<KnownModel> {
    let card = shipped::card(task).ok()?;
    Some(KnownModel { weights: None, task: Some(task), card: Some(Box::new(card)), run: None, trouble: None })
}

/// What is known of weights on disk. Their sha256 is checked where they are used, not here: a list must come at once.
fn of_file(path: &Path) -> KnownModel {
    let beside = weights::card_path(path);
    let mut known = KnownModel { weights: Some(path.to_owned()), task: None, card: None, run: None, trouble: None };
    match models::read_card(&beside) {
        Ok(Some(bytes)) => match weights::card_from_bytes(&bytes, &beside) {
            Ok(card) => {
                known.task = Some(card.task);
                known.card = Some(Box::new(card));
            }
            Err(error) => known.trouble = Some(Failure::of_nets("Its card cannot be used", &error).to_string()),
        },
        Ok(None) => match weights::read_file(path).and_then(|bytes| weights::task_of(&bytes, path)) {
            Ok(task) => known.task = task,
            Err(error) => known.trouble = Some(Failure::of_nets("It cannot be read", &error).to_string()),
        },
        Err(error) => known.trouble = Some(Failure::from(&error).to_string()),
    }
    known
}

/// Changes the words that a person may change, and nothing else: entries that this version does not know stay.
fn describe(path: &Path, name: &str, intended_use: &str, notes: &[String]) -> Result<(), Stop> {
    let what = "The card was not changed";
    let beside = weights::card_path(path);
    let Some(bytes) = models::read_card(&beside).map_err(|e| Failure::from(&e))? else {
        return Err(Failure::new(what, "there is no card beside these weights").into());
    };
    weights::card_from_bytes(&bytes, &beside).map_err(|e| Failure::of_nets(what, &e))?;
    if name.trim().is_empty() {
        return Err(Failure::new(what, "a model needs a name").into());
    }
    let mut card: serde_json::Value = serde_json::from_slice(&bytes).map_err(|e| Failure::new(what, &e.to_string()))?;
    card["name"] = name.trim().into();
    card["intended_use"] = intended_use.trim().into();
    card["notes"] = notes.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    let text = serde_json::to_vec_pretty(&card).map_err(|e| Failure::new(what, &e.to_string()))?;
    atomic::write(&beside, &text).map_err(|e| Failure::from(&e))?;
    Ok(())
}

/// Writes weights and card as one file.
fn export(path: &Path, file: &Path) -> Result<(), Stop> {
    let what = "The model was not exported";
    let failed = |e: &NnError| Failure::of_nets(what, e);
    if path == file {
        return Err(Failure::new(what, "this file holds the weights themselves")
            .with_hint("Take another name.")
            .into());
    }
    let beside = weights::card_path(path);
    let Some(card) = models::read_card(&beside).map_err(|e| Failure::from(&e))? else {
        return Err(Failure::new(what, "it has no card, and nobody could tell what it is").into());
    };
    let weights = weights::read_file(path).map_err(|e| failed(&e))?;
    let bytes = bundle::pack(&weights, &card, path).map_err(|e| failed(&e))?;
    atomic::write(file, &bytes).map_err(|e| Failure::from(&e))?;
    Ok(())
}

/// Takes in one file of [`export`], or weights with their card beside them; weights without one come in as such, marked.
fn import(tools: &Tools, file: &Path) -> Result<(), Stop> {
    let failed = |e: &NnError| Failure::of_nets("The model was not imported", e);
    let home = tools.home()?;
    let bytes = weights::read_file(file).map_err(|e| failed(&e))?;
    let add = |stem: &str, weights: &[u8], card: Option<&[u8]>| {
        models::add(&home, stem, weights, card).map(|_| ()).map_err(|e| Stop::from(Failure::from(&e)))
    };
    if let Some(unpacked) = bundle::unpack(&bytes, file).map_err(|e| failed(&e))? {
        return add(
            &stem(&unpacked.card.title(), &unpacked.card.sha256),
            &unpacked.weights,
            Some(unpacked.card_json.as_bytes()),
        );
    }
    let beside = weights::card_path(file);
    let Some(card_json) = models::read_card(&beside).map_err(|e| Failure::from(&e))? else {
        weights::tensors_from_bytes(&bytes, file).map_err(|e| failed(&e))?;
        let name = file.file_stem().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        return add(&stem(&name, &weights::sha256_hex(&bytes)), &bytes, None);
    };
    // Packing makes all the checks that a bundle gets.
    let packed = bundle::pack(&bytes, &card_json, file).and_then(|packed| bundle::unpack(&packed, file));
    match packed.map_err(|e| failed(&e))? {
        Some(unpacked) => add(&stem(&unpacked.card.title(), &unpacked.card.sha256), &bytes, Some(&card_json)),
        None => Ok(()),
    }
}

/// Name and the beginning of the sha256: two models of one name lie side by side, the same one takes its own place.
fn stem(name: &str, sha256: &str) -> String {
    format!("{name}-{}", sha256.get(..8).unwrap_or(sha256))
}
