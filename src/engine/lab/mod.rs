//! Orders and reports of the lab: data sets, trainings, runs, models, evaluations. Not for the job bodies (one file each
//! beside this one).

mod awake;
mod cross;
mod curves;
mod evaluate;
mod models;
pub mod order;
pub mod report;
mod runs;
pub mod steering;
mod survey;
mod trainer;
mod trouble;
mod watching;

use std::sync::Arc;

use super::outbox::{Job, Stop};
use super::tools::Tools;
use order::LabOrder;
use steering::Lab;

/// Does what was ordered.
pub fn run(lab: &Arc<Lab>, tools: &Tools, job: &mut Job, order: &LabOrder) -> Result<(), Stop> {
    match order {
        LabOrder::Start(config) => trainer::start(lab, tools, job, config),
        LabOrder::Resume(folder) => trainer::resume(lab, tools, job, folder),
        // These act where they are sent, the first on the training that the job names.
        LabOrder::Control(_) | LabOrder::Watch(_) => Ok(()),
        LabOrder::ListRuns => runs::list(tools, job),
        LabOrder::ReadRun(folder) => runs::read(job, folder),
        LabOrder::ReadExamples { run, epoch } => runs::read_examples(job, run, *epoch),
        LabOrder::LabelRun { run, label } => runs::label(tools, job, run, label),
        LabOrder::TrashRun(folder) => runs::trash(tools, job, folder),
        LabOrder::ExportCurves { runs, file } => curves::export(job, runs, file),
        LabOrder::Survey(request) => survey::survey(job, request),
        LabOrder::WriteSplit { request, file } => survey::write_split(job, request, file),
        LabOrder::Try(config) => survey::try_out(lab, job, config),
        LabOrder::Preview(request) => survey::preview(job, request),
        LabOrder::Models(order) => models::run(tools, job, order),
        LabOrder::CrossValidate(request) => cross::run(lab, tools, job, request),
        LabOrder::Evaluate(request) => evaluate::run(lab, job, request),
    }
}
