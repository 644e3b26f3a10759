//! The jobs that save and find reviews. Not for their files (`io::reviews`).

use super::event::Event;
use super::failure::Failure;
use super::outbox::{Job, Stop};
use super::tools::Tools;
use crate::domain::measurement::Measurement;
use crate::domain::review::Review;
use crate::io::reviews;

/// Saves one review.
pub fn save(job: &Job, tools: &Tools, review: &Review) -> Result<(), Stop> {
    let home = tools.home()?;
    reviews::save(&home, review).map_err(|e| Failure::from(&e))?;
    job.emit(Event::ReviewSaved { job: job.id });
    Ok(())
}

/// Saves what the reader measured on the pixels with this sha256.
pub fn save_measurements(
    job: &Job,
    tools: &Tools,
    pixels_sha256: &str,
    measurements: &[Measurement],
) -> Result<(), Stop> {
    let home = tools.home()?;
    reviews::save_measurements(&home, pixels_sha256, measurements).map_err(|e| Failure::from(&e))?;
    job.emit(Event::ReviewSaved { job: job.id });
    Ok(())
}

/// Finds all earlier reviews of the pixels with this sha256. What cannot be read is told before what can.
pub fn load(job: &Job, tools: &Tools, pixels_sha256: &str) -> Result<(), Stop> {
    let home = tools.home()?;
    let (reviews, problems) = reviews::load(&home, pixels_sha256).map_err(|e| Failure::from(&e))?;
    for problem in &problems {
        job.emit(Event::Failed { job: job.id, failure: Failure::from(problem) });
    }
    let measurements = match reviews::load_measurements(&home, pixels_sha256) {
        Ok(measurements) => measurements,
        Err(error) => {
            job.emit(Event::Failed { job: job.id, failure: Failure::from(&error) });
            Vec::new()
        }
    };
    job.emit(Event::ReviewsLoaded { job: job.id, reviews, measurements });
    Ok(())
}
