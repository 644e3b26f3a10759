//! The jobs that save and find reviews. Not for their files (`io::reviews`).

use super::event::Event;
use super::failure::Failure;
use super::outbox::{Job, Stop};
use super::tools::Tools;
use crate::domain::review::Review;
use crate::io::reviews;

/// Saves one review.
pub fn save(job: &Job, tools: &Tools, review: &Review) -> Result<(), Stop> {
    let home = tools.home()?;
    reviews::save(&home, review).map_err(|e| Failure::from(&e))?;
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
    job.emit(Event::ReviewsLoaded { job: job.id, reviews });
    Ok(())
}
