//! Example pictures of each epoch: the same validation slices every time, one of them negative, and the current worst.
//! Not for evaluation's pictures in scan pixels (`gallery`).

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::checkpoint::{EXAMPLES, RunFolder, json};
use super::config::TrainConfig;
use super::error::TrainError;
use super::split::{Part, Split};
use super::store::Store;
use crate::domain::card::Task;
use crate::domain::metrics::dice;
use crate::domain::random::Random;

/// Pictures of the same validation slices after one epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct ExampleSheet {
    /// The run.
    pub run: PathBuf,
    /// Epoch, from 0.
    pub epoch: usize,
    /// The slices, in a fixed order; the current worst last.
    pub examples: Vec<ExamplePicture>,
}

/// One slice with truth and prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExamplePicture {
    /// File name of the slice.
    pub name: String,
    /// The slice's file, to open in Read.
    pub image: PathBuf,
    /// Page in it.
    pub page: Option<usize>,
    /// Side in pixels of the three squares below.
    pub size: usize,
    /// Gray values of the FLAIR as the net saw it, row by row.
    #[serde(skip)]
    pub gray: Vec<u8>,
    /// True mask, 0 or 1; empty where there is none.
    #[serde(skip)]
    pub truth: Vec<u8>,
    /// Predicted probability, 0–255; empty for a classifier.
    #[serde(skip)]
    pub prediction: Vec<u8>,
    /// True label.
    pub label: bool,
    /// Classifier's score; `None` for a segmenter.
    pub score: Option<f32>,
    /// Slice Dice at 0.5; `None` for a classifier or where both masks are empty.
    pub dice: Option<f32>,
    /// True for the current worst validation slices.
    pub is_worst: bool,
}

/// Slices with tumor among the ones shown each epoch; one without comes to them.
const FIXED_POSITIVES: usize = 4;
/// The current worst.
const WORST: usize = 3;
/// Side of a picture on disk, so that an epoch's sheet stays near 200 kB.
const MAX_SIDE_PX: usize = 192;
/// Epochs kept on disk; beyond it every second one goes, never the latest.
const MAX_EPOCHS: usize = 64;
/// FLAIR, on which the masks were drawn.
const SHOWN_CHANNEL: usize = 1;
/// White is where this share of the pixels is darker.
const WHITE_SHARE: f32 = 0.998;

/// Gathers one epoch's examples while it is validated.
pub struct Collector {
    task: Task,
    fixed: Vec<usize>,
    seen: Vec<Option<ExamplePicture>>,
    worst: Vec<(f32, usize, ExamplePicture)>,
}

impl Collector {
    /// Chooses the slices by the seed: of as many patients as there are.
    pub fn new(config: &TrainConfig, store: &Store, split: &Split) -> Self {
        let fixed = choose(store, &split.items(store.dataset(), Part::Val), config.seed);
        Self { task: config.architecture.task(), seen: vec![None; fixed.len()], fixed, worst: Vec::new() }
    }

    /// Looks at one batch with the net's answers.
    pub fn see(&mut self, store: &Store, batch: &Batch, logits: &[f32]) {
        let width = logits.len() / batch.items.len().max(1);
        for (index, &item) in batch.items.iter().enumerate() {
            let answer = &logits[index * width..(index + 1) * width];
            let place = self.fixed.iter().position(|&fixed| fixed == item);
            let found = Found::of(self.task, batch, index, answer);
            let is_worst = found.badness.is_some_and(|badness| self.is_among_worst(badness));
            if place.is_none() && !is_worst {
                continue;
            }
            let picture = found.picture(store, batch, index, answer);
            if let Some(place) = place {
                self.seen[place] = Some(picture.clone());
            }
            if let Some(badness) = found.badness.filter(|_| is_worst) {
                self.worst.push((badness, item, ExamplePicture { is_worst: true, ..picture }));
                self.worst.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                self.worst.truncate(WORST);
            }
        }
    }

    fn is_among_worst(&self, badness: f32) -> bool {
        self.worst.len() < WORST || self.worst.last().is_some_and(|last| badness > last.0)
    }

    /// Writes the sheet of `epoch` into the run's folder, and thins what is there.
    pub fn write(self, folder: &RunFolder, epoch: usize) -> Result<(), TrainError> {
        let worst = self.worst.into_iter().map(|(_, _, picture)| picture);
        let pictures: Vec<ExamplePicture> = self.seen.into_iter().flatten().chain(worst).collect();
        let Some(size) = pictures.first().map(|p| p.size) else { return Ok(()) };
        let [data, sheet] = names(epoch);
        folder.write(&sheet, &strip_png(&pictures, size)?)?;
        let kept: Vec<Kept> = pictures.into_iter().map(Kept::of).collect();
        folder.write(&data, &json(&kept, folder.path())?)?;
        thin(folder);
        Ok(())
    }
}

/// Reads the sheet of `epoch`.
pub fn read(folder: &RunFolder, epoch: usize) -> Result<ExampleSheet, TrainError> {
    let [data, sheet] = names(epoch);
    let damaged = |reason: String| TrainError::Checkpoint { reason, path: folder.path().join(EXAMPLES) };
    let kept: Vec<Kept> = serde_json::from_slice(&folder.read(&data)?).map_err(|e| damaged(e.to_string()))?;
    let strip = image::load_from_memory_with_format(&folder.read(&sheet)?, image::ImageFormat::Png)
        .map_err(|e| damaged(e.to_string()))?
        .into_luma8();
    let size = kept.first().map_or(0, |k| k.picture.size);
    if (strip.width() as usize, strip.height() as usize) != (3 * size, kept.len() * size) {
        return Err(damaged(format!("{sheet} has another size than {data} says")));
    }
    let panel = |row: usize, panel: usize| -> Vec<u8> {
        let line = |y: usize| &strip.as_raw()[(row * size + y) * 3 * size + panel * size..][..size];
        (0..size).flat_map(|y| line(y).iter().copied()).collect()
    };
    let mut examples = Vec::new();
    for (row, kept) in kept.into_iter().enumerate() {
        let mut picture = kept.picture;
        picture.gray = panel(row, 0);
        if kept.has_truth {
            picture.truth = panel(row, 1).into_iter().map(|v| u8::from(v > 127)).collect();
        }
        if kept.has_prediction {
            picture.prediction = panel(row, 2);
        }
        examples.push(picture);
    }
    Ok(ExampleSheet { run: folder.path().to_owned(), epoch, examples })
}

/// What stands beside the pictures' strip.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    picture: ExamplePicture,
    has_truth: bool,
    has_prediction: bool,
}

impl Kept {
    fn of(picture: ExamplePicture) -> Self {
        Self { has_truth: !picture.truth.is_empty(), has_prediction: !picture.prediction.is_empty(), picture }
    }
}

/// How well one slice was answered.
struct Found {
    score: Option<f32>,
    dice: Option<f32>,
    /// Larger is worse; `None` where the truth is not known.
    badness: Option<f32>,
    is_segmenter: bool,
}

impl Found {
    fn of(task: Task, batch: &Batch, index: usize, answer: &[f32]) -> Self {
        match task {
            Task::Classifier => {
                let score = answer.first().copied().map_or(0.5, sigmoid);
                let badness = Some((batch.labels[index] - score).abs());
                Self { score: Some(score), dice: None, badness, is_segmenter: false }
            }
            Task::Segmenter => {
                let truth = &batch.masks[index * answer.len()..(index + 1) * answer.len()];
                let (mut both, mut true_px, mut answer_px) = (0u64, 0u64, 0u64);
                for (&logit, &truth) in answer.iter().zip(truth) {
                    let (inside, truth) = (logit >= 0.0, truth > 0.5);
                    both += u64::from(inside && truth);
                    true_px += u64::from(truth);
                    answer_px += u64::from(inside);
                }
                let found = dice(both, true_px, answer_px).map(|d| d as f32);
                // Among equal Dice, of which an early epoch has many at 0, the one with more wrong pixels is worse.
                let wrong = (true_px + answer_px - 2 * both) as f32 / answer.len().max(1) as f32;
                let badness = (batch.mask_known[index] > 0.5).then(|| found.map_or(0.0, |d| 1.0 - d) + wrong);
                Self { score: None, dice: found, badness, is_segmenter: true }
            }
        }
    }

    fn picture(&self, store: &Store, batch: &Batch, index: usize, answer: &[f32]) -> ExamplePicture {
        let source = &store.dataset().items[batch.items[index]];
        let (size, pixels) = (batch.size, batch.size * batch.size);
        let side = size.min(MAX_SIDE_PX);
        let flair = &batch.images[(index * 3 + SHOWN_CHANNEL) * pixels..][..pixels];
        let is_known = batch.mask_known[index] > 0.5;
        let truth = if is_known { &batch.masks[index * pixels..(index + 1) * pixels] } else { &[][..] };
        let map: Vec<f32> = if self.is_segmenter { answer.iter().copied().map(sigmoid).collect() } else { Vec::new() };
        ExamplePicture {
            name: source.name.clone(),
            image: source.image.clone(),
            page: source.page,
            size: side,
            gray: shades(&resized(flair, size, side)),
            truth: resized(truth, size, side).into_iter().map(|v| u8::from(v >= 0.5)).collect(),
            prediction: resized(&map, size, side).into_iter().map(|v| (v * 255.0).round() as u8).collect(),
            label: source.label,
            score: self.score,
            dice: self.dice,
            is_worst: false,
        }
    }
}

fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// Some slices with tumor, each of another patient as far as they go, and one without.
fn choose(store: &Store, items: &[usize], seed: u64) -> Vec<usize> {
    let all = &store.dataset().items;
    let mut order = items.to_vec();
    Random::stream(seed, "examples", 0).shuffle(&mut order);
    let (positive, negative): (Vec<usize>, Vec<usize>) = order.into_iter().partition(|&item| all[item].label);
    let mut patients = Vec::new();
    let (first_of_patient, rest): (Vec<usize>, Vec<usize>) = positive.into_iter().partition(|&item| {
        let is_new = !patients.contains(&all[item].patient);
        patients.push(all[item].patient);
        is_new
    });
    let mut chosen: Vec<usize> = first_of_patient.into_iter().chain(rest).take(FIXED_POSITIVES).collect();
    chosen.extend(negative.first());
    chosen
}

/// Between pixels, linear; nothing of nothing.
fn resized(values: &[f32], size: usize, side: usize) -> Vec<f32> {
    if values.is_empty() || size == side {
        return values.to_vec();
    }
    let scale = size as f32 / side as f32;
    let place = |i: usize| {
        let at = ((i as f32 + 0.5) * scale - 0.5).clamp(0.0, (size - 1) as f32);
        (at as usize, (at as usize + 1).min(size - 1), at.fract())
    };
    let mut out = Vec::with_capacity(side * side);
    for row in 0..side {
        let (top, bottom, down) = place(row);
        for col in 0..side {
            let (left, right, along) = place(col);
            let mix = |r: usize| values[r * size + left] * (1.0 - along) + values[r * size + right] * along;
            out.push(mix(top) * (1.0 - down) + mix(bottom) * down);
        }
    }
    out
}

/// From the darkest pixel to the brightest but a few.
fn shades(values: &[f32]) -> Vec<u8> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let low = sorted.first().copied().unwrap_or(0.0);
    let high = sorted.get((sorted.len() as f32 * WHITE_SHARE) as usize).or(sorted.last()).copied().unwrap_or(1.0);
    let range = (high - low).max(f32::MIN_POSITIVE);
    values.iter().map(|v| ((v - low) / range * 255.0).round().clamp(0.0, 255.0) as u8).collect()
}

/// Files of an epoch: data, pictures.
fn names(epoch: usize) -> [String; 2] {
    ["json", "png"].map(|kind| format!("{EXAMPLES}/epoch-{:04}.{kind}", epoch + 1))
}

/// All pictures below each other: scan | truth | prediction.
fn strip_png(pictures: &[ExamplePicture], size: usize) -> Result<Vec<u8>, TrainError> {
    let mut strip = image::GrayImage::new(3 * size as u32, (pictures.len() * size) as u32);
    for (row, picture) in pictures.iter().enumerate() {
        let truth: Vec<u8> = picture.truth.iter().map(|v| v * 255).collect();
        for (panel, bytes) in [&picture.gray, &truth, &picture.prediction].into_iter().enumerate() {
            for (i, &byte) in bytes.iter().enumerate() {
                let (x, y) = (panel * size + i % size, row * size + i / size);
                strip.put_pixel(x as u32, y as u32, image::Luma([byte]));
            }
        }
    }
    let mut bytes = Vec::new();
    strip
        .write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png)
        .map_err(|e| TrainError::Write { reason: e.to_string(), path: EXAMPLES.into() })?;
    Ok(bytes)
}

/// Keeps at most [`MAX_EPOCHS`] sheets.
fn thin(folder: &RunFolder) {
    let epochs = folder.example_epochs();
    if epochs.len() > MAX_EPOCHS {
        for epoch in epochs[..epochs.len() - 1].iter().skip(1).step_by(2) {
            names(*epoch).iter().for_each(|name| folder.remove(name));
        }
    }
}
