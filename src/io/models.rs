//! Where imported models lie: the program's own folder of weights with their cards. Not for reading them (`nn`).

use std::fs;
use std::path::{Path, PathBuf};

use super::error::IoError;
use super::home::Home;
use super::{atomic, limits};

/// All weights files in the program's folder, by name.
pub fn files(home: &Home) -> Result<Vec<PathBuf>, IoError> {
    let folder = home.models_folder();
    let mut found: Vec<PathBuf> = match fs::read_dir(&folder) {
        Ok(entries) => entries.filter_map(|e| e.ok().map(|e| e.path())).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(IoError::read(&error, &folder)),
    };
    found.retain(|path| path.extension().is_some_and(|e| e == "safetensors") && path.is_file());
    found.sort();
    Ok(found)
}

/// Writes weights and card into the program's folder as `<stem>.safetensors` and `.json`, the card first, so that no
/// weights ever stand there without it. The same model again takes its own place.
pub fn add(home: &Home, stem: &str, weights: &[u8], card: Option<&[u8]>) -> Result<PathBuf, IoError> {
    let path = home.models_folder().join(format!("{}.safetensors", file_stem(stem)));
    if let Some(card) = card {
        atomic::write(&path.with_extension("json"), card)?;
    }
    atomic::write(&path, weights)?;
    Ok(path)
}

/// A name that is safe as a file's on every system.
fn file_stem(text: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let stem: String = text.chars().map(safe).take(MOST_CHARACTERS).collect();
    let stem = stem.trim_matches(['-', '.']).to_owned();
    if stem.is_empty() { "model".to_owned() } else { stem }
}

/// Characters of a file's name: long enough for every name on a card, short enough for every system.
const MOST_CHARACTERS: usize = 80;

/// Reads a card's text; `None` where there is none.
pub fn read_card(path: &Path) -> Result<Option<Vec<u8>>, IoError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(IoError::read(&error, path)),
        Ok(meta) if meta.len() > limits::MAX_JSON_BYTES => {
            let reason = format!("found {} bytes, expected at most {}", meta.len(), limits::MAX_JSON_BYTES);
            Err(IoError::Json { reason, path: path.to_owned() })
        }
        Ok(_) => fs::read(path).map(Some).map_err(|e| IoError::read(&e, path)),
    }
}
