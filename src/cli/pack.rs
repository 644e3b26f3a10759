//! `glioview pack`: the best weights of a run, made ready to be handed on: half precision, checked, with their card. Not
//! for measuring what half precision costs (`evaluate`, on the packed file).

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::io::atomic;
use crate::nn::error::NnError;
use crate::nn::weights;
use crate::train::error::TrainError;

/// Note on the card of packed weights.
const NOTE: &str = "stored in half precision, computed in single";

/// Make weights ready to be handed on: half precision, checked, with their card beside them.
#[derive(Debug, Args)]
pub struct PackArguments {
    /// Weights with their card beside them, such as a run's best.safetensors.
    #[arg(value_name = "FILE")]
    weights: PathBuf,
    /// The file to write; its card gets the same name with .json.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command: 0 written, 2 nothing could be done.
pub fn run(arguments: &PackArguments) -> ExitCode {
    match pack(&arguments.weights, &arguments.out) {
        Ok((before, after)) => {
            println!("{before} bytes became {after}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("glioview: {error}");
            ExitCode::from(2)
        }
    }
}

fn pack(from: &Path, to: &Path) -> Result<(usize, usize), TrainError> {
    let bytes = weights::read_file(from)?;
    let beside = weights::card_path(from);
    let mut card = weights::card_from_bytes(&weights::read_file(&beside)?, &beside)?;
    let found = weights::sha256_hex(&bytes);
    if found != card.sha256 {
        return Err(NnError::Sha256 { found, expected: card.sha256, path: from.to_owned() }.into());
    }
    let tensors = weights::tensors_from_bytes(&bytes, from)?;
    weights::check_keys(&tensors, card.architecture, card.input.channels, from)?;
    let packed = weights::to_bytes(&tensors, true)?;
    card.sha256 = weights::sha256_hex(&packed);
    if !card.training.notes.iter().any(|note| note == NOTE) {
        card.training.notes.push(NOTE.to_owned());
    }
    let text =
        serde_json::to_vec_pretty(&card).map_err(|e| NnError::Card { reason: e.to_string(), path: beside.clone() })?;
    atomic::write(to, &packed)?;
    atomic::write(&weights::card_path(to), &text)?;
    Ok((bytes.len(), packed.len()))
}
