//! The jobs that look before a training: the data, its split, a few trial steps, augmented slices. Not for what is looked
//! at (`train::inspect`, `train::trial`, `train::preview`).

use std::path::Path;
use std::sync::Arc;

use super::order::{PreviewRequest, SurveyRequest};
use super::report::{LabReport, PreviewSheet};
use super::steering::Lab;
use crate::engine::event::Event;
use crate::engine::failure::Failure;
use crate::engine::outbox::{Job, Stop};
use crate::train::config::TrainConfig;
use crate::train::error::TrainError;
use crate::train::inspect::{Question, inspect, split_of};
use crate::train::{preview, trial};

/// Small pictures in one preview: more than a row or two nobody compares.
const MAX_PREVIEWS: usize = 24;
/// Their longest side in pixels.
const MAX_PREVIEW_SIZE: usize = 256;

/// Looks at a data set.
pub fn survey(job: &mut Job, request: &SurveyRequest) -> Result<(), Stop> {
    let report = inspect(&question(request), &mut |done, total| go_on(job, "Looking at the data", done, total));
    let report = report.map_err(|e| ended("The data cannot be used", &e))?;
    tell(job, LabReport::Surveyed(Arc::new(report)));
    Ok(())
}

/// Writes the split of a data set, at once or not at all.
pub fn write_split(job: &mut Job, request: &SurveyRequest, file: &Path) -> Result<(), Stop> {
    const WHAT: &str = "The split was not written";
    let made = split_of(&question(request), &mut |done, total| go_on(job, "Reading the data's list", done, total));
    let (dataset, split) = made.map_err(|e| ended(WHAT, &e))?;
    split.write(file, &dataset).map_err(|e| ended(WHAT, &e))?;
    tell(job, LabReport::Written(file.to_owned()));
    Ok(())
}

/// Takes a few trial steps; reading goes first.
pub fn try_out(lab: &Lab, job: &mut Job, config: &TrainConfig) -> Result<(), Stop> {
    crate::nn::ops::keep_freed_memory();
    let found = trial::try_out(config, &mut |done, total| {
        let token = job.token().clone();
        lab.give_way(&|| token.is_canceled());
        go_on(job, "Trying two steps", done, total)
    });
    let trial = found.map_err(|e| ended("The settings cannot be tried", &e))?;
    tell(job, LabReport::Tried(trial));
    Ok(())
}

/// Shows what augmentation does to one slice.
pub fn preview(job: &Job, request: &PreviewRequest) -> Result<(), Stop> {
    let (size, count) = (request.size.clamp(1, MAX_PREVIEW_SIZE), request.count.min(MAX_PREVIEWS));
    let pictures = preview::augmented(
        &request.slice.image,
        request.slice.page,
        request.augment.as_ref(),
        request.crop,
        (size, count),
        request.seed,
    );
    let pictures = pictures.map_err(|e| ended("The slice cannot be shown", &e))?;
    job.check()?;
    tell(job, LabReport::Previewed(Arc::new(PreviewSheet { slice: request.slice.clone(), size, pictures })));
    Ok(())
}

fn question(request: &SurveyRequest) -> Question<'_> {
    Question {
        data: &request.data,
        split_file: request.split_file.as_deref(),
        shares: request.shares,
        seed: request.seed,
    }
}

fn go_on(job: &mut Job, what: &'static str, done: usize, total: usize) -> bool {
    job.progress(what, done, total);
    !job.is_canceled()
}

fn tell(job: &Job, report: LabReport) {
    job.emit(Event::Lab { job: job.id, report });
}

fn ended(what: &str, error: &TrainError) -> Stop {
    match error {
        TrainError::Stopped => Stop::Canceled,
        other => Stop::Failed(Failure::of_training(what, other)),
    }
}
