//! Orders and reports of the lab: data sets, trainings, runs, models, evaluations. Not for the job bodies (one file each
//! beside this one).

pub mod order;
pub mod report;
