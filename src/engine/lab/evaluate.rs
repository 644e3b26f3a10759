//! The job that measures nets on a part of a data set. Not for the measuring itself (`train::measure`).

use std::path::Path;
use std::sync::Arc;

use super::order::EvaluateRequest;
use super::report::LabReport;
use super::steering::Lab;
use crate::engine::event::Event;
use crate::engine::failure::Failure;
use crate::engine::outbox::{Job, Stop};
use crate::nn::reader::{ChosenNets, NetChoice};
use crate::train::error::TrainError;
use crate::train::measure::{Subject, measure, write_cards};
use crate::train::split::Part;

/// Measures, slice by slice; an analysis that somebody waits for goes first.
pub fn run(lab: &Lab, job: &mut Job, request: &EvaluateRequest) -> Result<(), Stop> {
    let failed = |error: &TrainError| match error {
        TrainError::Stopped => Stop::Canceled,
        other => Stop::Failed(Failure::of_training("The evaluation could not be done", other)),
    };
    let (classifier, segmenter) = (&request.classifier, &request.segmenter);
    if *classifier == NetChoice::None && *segmenter == NetChoice::None {
        return Err(Failure::new("The evaluation could not be done", "no model was chosen").into());
    }
    job.progress("Loading the models", 0, 0);
    let nets = ChosenNets::load(classifier, segmenter, request.allow_missing_card, request.device)
        .map_err(|e| Failure::of_nets("Could not load the models", &e))?;
    let is_val = request.part == Some(Part::Val);
    let weights = [classifier, segmenter].map(|choice| choice.file().map(Path::to_owned));
    let has_files = weights.iter().any(Option::is_some);
    let writes = request.writes_cards && has_files && matches!(request.part, Some(Part::Val | Part::Test));
    let subject = Subject {
        data: request.data.clone(),
        split_file: request.split_file.clone(),
        part: request.part,
        // The shipped nets keep theirs: their cards are part of the program.
        chooses_thresholds: weights.each_ref().map(|file| writes && is_val && file.is_some()),
    };
    let token = job.token().clone();
    let mut measured = measure(&subject, &nets, &mut |done, total| {
        job.progress("Evaluating slice", done, total);
        lab.give_way(&|| token.is_canceled());
        !token.is_canceled()
    })
    .map_err(|e| failed(&e))?;
    if writes {
        let paths = [weights[0].as_deref(), weights[1].as_deref()];
        measured.report.written = write_cards(paths, &measured, request.part).map_err(|e| failed(&e))?;
    }
    measured.report.weights = weights;
    job.emit(Event::Lab { job: job.id, report: LabReport::Evaluated(Arc::new(measured.report)) });
    Ok(())
}
