//! The reader's decisions on disk, in the program's own data folder: one file for each finding. Not beside the patient's
//! files, and not for exports (`export`).

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::IoError;
use super::home::{self, Home};
use super::{atomic, digest};
use crate::domain::measurement::Measurement;
use crate::domain::review::{Review, ReviewKey};

/// Saves `review`, whole or not at all, over an earlier state of the same finding's review only.
pub fn save(home: &Home, review: &Review) -> Result<(), IoError> {
    let path = file_of(home, &review.key)?;
    let text = serde_json::to_string_pretty(review)
        .map_err(|e| IoError::Write { reason: e.to_string(), path: path.clone() })?;
    atomic::write(&path, text.as_bytes())
}

/// All reviews of the pixels with this sha256, oldest first. Unreadable ones are moved aside and reported beside them.
pub fn load(home: &Home, pixels_sha256: &str) -> Result<(Vec<Review>, Vec<IoError>), IoError> {
    let folder = folder_of(home, pixels_sha256)?;
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((Vec::new(), Vec::new())),
        Err(error) => return Err(IoError::read(&error, &folder)),
    };
    let paths = entries.filter_map(|e| e.ok().map(|e| e.path()));
    let mut paths: Vec<PathBuf> = paths.filter(|p| is_review(p)).collect();
    paths.sort();
    let (mut reviews, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match read(&path, pixels_sha256) {
            Ok(Some(review)) => reviews.push(review),
            Ok(None) => {}
            Err(error) => problems.push(error),
        }
    }
    reviews.sort_by_key(last_change_secs);
    Ok((reviews, problems))
}

/// Reviews lie beside the one file of measurements.
fn is_review(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "json") && path.file_name().is_none_or(|name| name != MEASUREMENTS)
}

/// What the reader measured on some pixels. It belongs to them and not to one result of the nets, so it has a file of its
/// own beside their reviews.
#[derive(Serialize, Deserialize)]
struct MeasurementsFile {
    pixels_sha256: String,
    measurements: Vec<Measurement>,
}

const MEASUREMENTS: &str = "measurements.json";

/// Saves the measurements of the pixels with this sha256, whole or not at all.
pub fn save_measurements(home: &Home, pixels_sha256: &str, measurements: &[Measurement]) -> Result<(), IoError> {
    let path = folder_of(home, pixels_sha256)?.join(MEASUREMENTS);
    let file = MeasurementsFile { pixels_sha256: pixels_sha256.to_owned(), measurements: measurements.to_vec() };
    let text = serde_json::to_string_pretty(&file)
        .map_err(|e| IoError::Write { reason: e.to_string(), path: path.clone() })?;
    atomic::write(&path, text.as_bytes())
}

/// The measurements of the pixels with this sha256; none where none were saved. An unreadable file is moved aside.
pub fn load_measurements(home: &Home, pixels_sha256: &str) -> Result<Vec<Measurement>, IoError> {
    let path = folder_of(home, pixels_sha256)?.join(MEASUREMENTS);
    let Some(text) = home::read_text(&path)? else { return Ok(Vec::new()) };
    let file: MeasurementsFile = serde_json::from_str(&text).map_err(|e| home::keep_aside(&path, &e.to_string()))?;
    if file.pixels_sha256 != pixels_sha256 {
        return Err(home::keep_aside(&path, "it belongs to other pixels than its folder says"));
    }
    let is_finite = |m: &Measurement| m.figure.points().iter().flatten().all(|x| x.is_finite());
    Ok(file.measurements.into_iter().filter(is_finite).collect())
}

fn read(path: &Path, pixels_sha256: &str) -> Result<Option<Review>, IoError> {
    let Some(text) = home::read_text(path)? else { return Ok(None) };
    let review: Review = serde_json::from_str(&text).map_err(|e| home::keep_aside(path, &e.to_string()))?;
    if review.key.pixels_sha256 != pixels_sha256 {
        return Err(home::keep_aside(path, "it belongs to other pixels than its folder says"));
    }
    if review.viewed.len() != review.slices.len() {
        let (viewed, slices) = (review.viewed.len(), review.slices.len());
        return Err(home::keep_aside(path, &format!("found {viewed} viewed marks for {slices} slices")));
    }
    Ok(Some(review))
}

/// When the newest decision was made.
fn last_change_secs(review: &Review) -> u64 {
    review.slices.iter().flatten().map(|s| s.at_secs).max().unwrap_or(0)
}

fn folder_of(home: &Home, pixels_sha256: &str) -> Result<PathBuf, IoError> {
    let folder = home.reviews_folder();
    // The text becomes a folder's name: nothing but a digest may.
    let is_digest = pixels_sha256.len() == 64 && pixels_sha256.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_digest {
        return Err(IoError::Mismatch { reason: "the pixels' sha256 is no sha256".into(), path: folder });
    }
    Ok(folder.join(pixels_sha256))
}

fn file_of(home: &Home, key: &ReviewKey) -> Result<PathBuf, IoError> {
    let folder = folder_of(home, &key.pixels_sha256)?;
    let models = serde_json::to_string(&key.models)
        .map_err(|e| IoError::Write { reason: e.to_string(), path: folder.clone() })?;
    Ok(folder.join(format!("{}.json", &digest::of_bytes(models.as_bytes())[..16])))
}
