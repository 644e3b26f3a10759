//! The job that reads one scan with the nets: gate, scores, outlines, slice by slice. Not for loading nets (`models`), nor
//! for what the answers mean (`state`).

use std::sync::Arc;
use std::time::Instant;

use super::command::{AnalyzeOptions, JobId};
use super::event::{Event, LoadedModels};
use super::failure::Failure;
use super::models::Analyst;
use super::outbox::{Job, Stop};
use super::queue::Inbox;
use super::tools::Nets;
use crate::domain::card::{ModelCard, Task};
use crate::domain::finding::ModelStamp;
use crate::domain::gate::{self, GateVerdict};
use crate::domain::scan::{Scan, Study};
use crate::io::digest;
use crate::nn::input::Prepared;

/// What to read, and how.
pub struct Request<'a> {
    /// The study.
    pub study: &'a Arc<Study>,
    /// Index into its scans.
    pub scan: usize,
    /// How.
    pub options: AnalyzeOptions,
}

/// One scan under the nets, or after: kept so that single slices can still be outlined.
pub struct Analysis {
    job: JobId,
    study: Arc<Study>,
    scan: usize,
    prepared: Prepared,
    tried: Vec<bool>,
    outlined: Vec<bool>,
}

/// Reads a whole scan.
///
/// Slices are scored outward from the one on screen, and what is flagged is outlined at once, so that the first masks
/// come within seconds and where the reader looks. Then, where asked for, the other outlines. A slice that the reader
/// asks for meanwhile goes before the next step. No answer depends on the order.
pub fn run(analyst: &mut Analyst, job: &mut Job, inbox: &Inbox, request: &Request<'_>) -> Result<(), Stop> {
    let started = Instant::now();
    let nets = analyst.nets(job)?;
    let Some(scan) = request.study.scans.get(request.scan) else {
        return Err(Failure::new("Could not analyze the scan", "the study has no scan of this number").into());
    };
    let (gate, stamps) = (gate::check(scan), stamps(&nets.describe(), &request.options));
    let is_refused = gate != GateVerdict::Known && !request.options.is_override;
    let threshold = stamps.iter().find(|s| s.task == Task::Classifier).map_or(1.0, |s| s.threshold);
    let pixels_sha256 = digest::of_scan(scan);
    job.emit(Event::AnalysisStarted { job: job.id, gate, pixels_sha256, models: stamps });
    analyst.forget();
    if is_refused {
        return Ok(());
    }
    job.check()?;
    let analysis = Analysis {
        job: job.id,
        study: Arc::clone(request.study),
        scan: request.scan,
        prepared: nets.prepare(scan),
        tried: vec![false; scan.slices.len()],
        outlined: vec![false; scan.slices.len()],
    };
    let mut reading = Reading { nets: nets.as_ref(), scan, analysis, inbox };
    let result = reading.read(job, threshold, &request.options);
    // Kept after a cancel too: "Segment this slice" works on any slice.
    let analysis = reading.analysis;
    analyst.keep(analysis);
    result?;
    job.emit(Event::Analyzed { job: job.id, secs: started.elapsed().as_secs_f32() });
    Ok(())
}

/// Outlines one slice of the analysis that was last under way.
pub fn outline_one(analyst: &mut Analyst, job: &Job, slice: usize) -> Result<(), Stop> {
    let nets = analyst.nets(job)?;
    match analyst.last() {
        Some(analysis) if analysis.job == job.id => {
            let study = Arc::clone(&analysis.study);
            if let Some(scan) = study.scans.get(analysis.scan) {
                outline(nets.as_ref(), scan, analysis, job, slice);
            }
        }
        Some(_) | None => {
            let failure = Failure::new("Could not outline the slice", "its analysis is no longer at hand")
                .with_hint("Analyze the scan again.");
            job.emit(Event::SliceFailed { job: job.id, slice, failure });
        }
    }
    Ok(())
}

/// One analysis while it runs.
struct Reading<'a> {
    nets: &'a dyn Nets,
    scan: &'a Scan,
    analysis: Analysis,
    inbox: &'a Inbox,
}

impl Reading<'_> {
    fn read(&mut self, job: &mut Job, threshold: f32, options: &AnalyzeOptions) -> Result<(), Stop> {
        let order = outward(options.first_slice, self.scan.slices.len());
        for (done, &slice) in order.iter().enumerate() {
            job.progress("Scoring slice", done, order.len());
            self.serve(job)?;
            if self.score(job, slice).is_some_and(|score| score >= threshold) {
                self.serve(job)?;
                self.outline(job, slice);
            }
        }
        if options.outline_all {
            for (done, &slice) in order.iter().enumerate() {
                job.progress("Outlining slice", done, order.len());
                self.serve(job)?;
                if !self.analysis.tried[slice] {
                    self.outline(job, slice);
                }
            }
        }
        self.serve(job)
    }

    /// Between two steps: leaves where the job was asked to stop, and outlines what was asked for out of turn.
    fn serve(&mut self, job: &Job) -> Result<(), Stop> {
        for slice in self.inbox.take_urgent(job.id) {
            job.check()?;
            self.outline(job, slice);
        }
        job.check()
    }

    fn outline(&mut self, job: &Job, slice: usize) {
        outline(self.nets, self.scan, &mut self.analysis, job, slice);
    }

    /// The score, reported; `None` where the net could not answer.
    fn score(&self, job: &Job, slice: usize) -> Option<f32> {
        let what = "Could not score the slice";
        let answer = self.nets.score(self.scan, &self.analysis.prepared, slice);
        let failure = match answer {
            Ok(score) if score.is_finite() => {
                job.emit(Event::Scored { job: job.id, slice, score });
                return Some(score);
            }
            Ok(_) => Failure::new(what, "the classifier's answer is not a number"),
            Err(error) => Failure::of_nets(what, &error),
        };
        job.emit(Event::SliceFailed { job: job.id, slice, failure });
        None
    }
}

/// Outlines one slice and reports it; does nothing where that was done before.
fn outline(nets: &dyn Nets, scan: &Scan, analysis: &mut Analysis, job: &Job, slice: usize) {
    if analysis.outlined.get(slice).copied().unwrap_or(true) {
        return;
    }
    analysis.tried[slice] = true;
    match nets.outline(scan, &analysis.prepared, slice) {
        Ok(map) => {
            analysis.outlined[slice] = true;
            job.emit(Event::Outlined { job: job.id, slice, map: Arc::new(map) });
        }
        Err(error) => {
            let failure = Failure::of_nets("Could not outline the slice", &error);
            job.emit(Event::SliceFailed { job: job.id, slice, failure });
        }
    }
}

/// The models with the thresholds in use.
fn stamps(models: &LoadedModels, options: &AnalyzeOptions) -> Vec<ModelStamp> {
    let stamp = |card: &ModelCard, moved: Option<f32>| ModelStamp {
        task: card.task,
        name: card.name.clone(),
        version: card.version,
        sha256: card.sha256.clone(),
        threshold: moved.unwrap_or(card.thresholds.threshold),
        card_threshold: card.thresholds.threshold,
    };
    vec![stamp(&models.classifier, options.threshold), stamp(&models.segmenter, options.mask_threshold)]
}

/// All slices, the nearest to `first` first, the later of two equally near ones before the earlier.
fn outward(first: usize, count: usize) -> Vec<usize> {
    let first = first.min(count.saturating_sub(1));
    let (mut later, mut earlier) = (first..count, (0..first).rev());
    let mut order = Vec::with_capacity(count);
    while order.len() < count {
        order.extend(later.next());
        order.extend(earlier.next());
    }
    order
}
