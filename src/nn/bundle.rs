//! Weights and card as one file, to hand a model on: a safetensors file that every reader opens. Not for touching the
//! disk (`weights`) or for deciding where an imported model lies (`engine`).
//!
//! **Form 1.** The file holds the tensors as they were; its header's `__metadata__` has three entries more:
//! `glioview_bundle` ("1"), `glioview_card` (the card's JSON) and `glioview_header` (the header of the weights file, byte
//! for byte, padding included). The card's sha256 is the one of the weights file alone, as everywhere: on import header
//! and tensors are put together again to the very bytes that were exported, and their sha256 must be the card's. So a
//! changed tensor, a changed header or a foreign card is noticed, and the sha256 in findings stays the same on every
//! computer.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::error::NnError;
use super::weights::{card_from_bytes, check_keys, sha256_hex, tensors_from_bytes};
use crate::domain::card::ModelCard;

/// Form of the file; a newer one is refused.
const FORM: u32 = 1;
const FORM_KEY: &str = "glioview_bundle";
const CARD_KEY: &str = "glioview_card";
const HEADER_KEY: &str = "glioview_header";
/// Bytes of the header's length at the beginning of every safetensors file.
const LENGTH_BYTES: usize = 8;
/// A header of these nets takes 80 kB; with card and inner header it stays under a megabyte.
const MAX_HEADER_BYTES: usize = 16 << 20;
/// Readers expect the tensors on a multiple of this.
const ALIGNMENT: usize = 8;

/// What a bundle holds: the weights file as it was, and its card.
#[derive(Clone, Debug, PartialEq)]
pub struct Unpacked {
    /// Bytes of the weights file.
    pub weights: Vec<u8>,
    /// Its card.
    pub card: ModelCard,
    /// The card's text as it was exported, with entries that this version may not know.
    pub card_json: String,
}

/// One file of `weights` and the text of their `card`.
///
/// *Errors*: weights that are not the ones of the card, or no safetensors file.
pub fn pack(weights: &[u8], card_json: &[u8], path: &Path) -> Result<Vec<u8>, NnError> {
    let card = card_from_bytes(card_json, path)?;
    check_sha256(weights, &card, path)?;
    let (header, tensors) = parts(weights, path)?;
    let mut entries = object(header, path)?;
    let mut metadata = metadata(&entries);
    metadata.insert(FORM_KEY.to_owned(), Value::from(FORM.to_string()));
    metadata.insert(CARD_KEY.to_owned(), Value::from(String::from_utf8_lossy(card_json).into_owned()));
    metadata.insert(HEADER_KEY.to_owned(), Value::from(header.to_owned()));
    entries.insert("__metadata__".to_owned(), Value::Object(metadata.into_iter().collect()));
    let mut text = serde_json::to_string(&entries).map_err(|e| format_error(&e.to_string(), path))?;
    while !text.len().is_multiple_of(ALIGNMENT) {
        text.push(' ');
    }
    Ok([&(text.len() as u64).to_le_bytes()[..], text.as_bytes(), tensors].concat())
}

/// The weights file and the card of a bundle; `None` where `bytes` are plain weights.
///
/// *Errors*: a damaged file, a newer form, a card that is not of these weights, weights that do not fit the card's net.
pub fn unpack(bytes: &[u8], path: &Path) -> Result<Option<Unpacked>, NnError> {
    let (header, tensors) = parts(bytes, path)?;
    let metadata = metadata(&object(header, path)?);
    let text = |key: &str| metadata.get(key).and_then(Value::as_str);
    let Some(form) = text(FORM_KEY) else { return Ok(None) };
    if form.parse::<u32>().ok() != Some(FORM) {
        let reason =
            format!("a model file of form {form}, this version knows {FORM}; take a newer version of Glioview");
        return Err(format_error(&reason, path));
    }
    let (Some(card_json), Some(inner)) = (text(CARD_KEY), text(HEADER_KEY)) else {
        return Err(format_error("its card or the header of its weights is missing", path));
    };
    let card = card_from_bytes(card_json.as_bytes(), path)?;
    let weights = [&(inner.len() as u64).to_le_bytes()[..], inner.as_bytes(), tensors].concat();
    check_sha256(&weights, &card, path)?;
    check_keys(&tensors_from_bytes(&weights, path)?, card.architecture, card.input.channels, path)?;
    Ok(Some(Unpacked { weights, card, card_json: card_json.to_owned() }))
}

fn check_sha256(weights: &[u8], card: &ModelCard, path: &Path) -> Result<(), NnError> {
    let found = sha256_hex(weights);
    if found == card.sha256 {
        return Ok(());
    }
    Err(NnError::Sha256 { found, expected: card.sha256.clone(), path: path.to_owned() })
}

/// Header text and tensor bytes of a safetensors file.
fn parts<'a>(bytes: &'a [u8], path: &Path) -> Result<(&'a str, &'a [u8]), NnError> {
    let refuse = |reason: &str| format_error(reason, path);
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>().ok_or_else(|| refuse("shorter than its header"))?;
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    if length > MAX_HEADER_BYTES || length > rest.len() {
        return Err(refuse(&format!("a header of {length} bytes is announced, {} are there", rest.len())));
    }
    let (header, tensors) = rest.split_at(length);
    Ok((std::str::from_utf8(header).map_err(|_| refuse("its header is no text"))?, tensors))
}

fn object(header: &str, path: &Path) -> Result<BTreeMap<String, Value>, NnError> {
    serde_json::from_str(header.trim_end()).map_err(|e| format_error(&format!("its header: {e}"), path))
}

fn metadata(entries: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let found = entries.get("__metadata__").and_then(Value::as_object);
    found.map(|map| map.iter().map(|(key, value)| (key.clone(), value.clone())).collect()).unwrap_or_default()
}

fn format_error(reason: &str, path: &Path) -> NnError {
    NnError::Format { reason: reason.to_owned(), path: path.to_owned() }
}
