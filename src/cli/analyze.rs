//! `glioview analyze`: reads studies with the nets and writes what they say, one study in memory at a time. Not for the
//! reading itself (`engine`) or the form of the files (`io::export`).

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::collect::Collector;
use super::folders::Folders;
use super::output::{Documents, Output};
use super::session::{End, Flow, Session};
use super::tally::Tally;
use super::values::{ModelArgs, fraction};
use crate::domain::assembly;
use crate::domain::card::Task;
use crate::domain::finding::Finding;
use crate::domain::gate::GateVerdict;
use crate::domain::scan::Study;
use crate::engine::command::{AnalyzeOptions, Command, ExportItem, SAMPLE_PATH};
use crate::engine::event::Event;
use crate::io::error::IoError;
use crate::io::plan::StudyPlan;
use crate::io::{export, open, plan, sample};

/// Reads files and folders with the nets and writes findings.json, findings.csv, masks and overlays.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// Files and folders. Loose files are the slices of one study; a folder of patient folders is several studies.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Folder for the results; several studies get a folder each in it.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Classifier threshold instead of the card's, 0 to 1.
    #[arg(long, value_name = "T", value_parser = fraction)]
    threshold: Option<f32>,
    /// Mask threshold instead of the card's, 0 to 1.
    #[arg(long, value_name = "T", value_parser = fraction)]
    mask_threshold: Option<f32>,
    #[command(flatten)]
    models: ModelArgs,
    /// Outline every slice, not only the flagged ones.
    #[arg(long)]
    segment_all: bool,
    /// Go on with pictures that are not the kind that the models know; recorded in the findings.
    #[arg(long)]
    analyze_anyway: bool,
    /// Print the content of findings.json; an array of them where there are several studies.
    #[arg(long)]
    json: bool,
}

/// What goes with one run through all studies.
struct Run<'a> {
    args: &'a AnalyzeArgs,
    session: Session,
    output: Output,
    tally: Tally,
    folders: Folders,
    documents: Documents,
}

/// Does it.
pub fn run(args: &AnalyzeArgs) -> ExitCode {
    let (samples, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        args.paths.iter().cloned().partition(|path| path == Path::new(SAMPLE_PATH));
    let planned = plan::plan(&paths);
    let has_many = planned.studies.len() + samples.len() > 1;
    let mut run = Run {
        args,
        session: Session::start(),
        output: Output::new(args.json),
        tally: Tally::default(),
        folders: Folders::new(&args.out, has_many),
        documents: Documents::new(has_many),
    };
    run.tally.failed_all(planned.failures.iter().map(|(_, error)| error.to_string()));
    let samples = samples.iter().map(|_| Source::Sample);
    run.all(&samples.chain(planned.studies.iter().map(Source::Files)).collect::<Vec<_>>());
    if args.json {
        run.documents.close(&run.output);
    }
    run.tally.close(&run.output)
}

/// Where a study comes from.
enum Source<'a> {
    Sample,
    Files(&'a StudyPlan),
}

impl Run<'_> {
    fn all(&mut self, sources: &[Source<'_>]) {
        if sources.is_empty() || !self.load_models() {
            return;
        }
        for source in sources {
            if self.session.is_interrupted() {
                return self.tally.interrupted();
            }
            let opened = match source {
                Source::Sample => self.open_sample(),
                Source::Files(plan) => self.open(plan),
            };
            if let Some(study) = opened {
                self.study(&study);
            }
        }
    }

    /// True where the nets are there.
    fn load_models(&mut self) -> bool {
        let choice = self.args.models.choice();
        let output = &self.output;
        let end = self.session.run(
            |job| Command::LoadModels { job, choice },
            |event| match event {
                Event::ModelsLoaded { models, .. } => {
                    let (classifier, segmenter) = (models.classifier.title(), models.segmenter.title());
                    output.line(&format!("Reading with {classifier} and {segmenter} on {}.", models.device));
                    Flow::Last
                }
                _ => Flow::More,
            },
        );
        self.settle(end)
    }

    fn open_sample(&mut self) -> Option<Arc<Study>> {
        let study = sample::open().map_err(|error| self.tally.failed(error.to_string()));
        study.ok().map(Arc::new)
    }

    /// Decodes one study; `None` where nothing of it opened.
    fn open(&mut self, plan: &StudyPlan) -> Option<Arc<Study>> {
        let mut failures = Vec::new();
        let mut on_step = |done, total| {
            self.output.progress(&plan.title, "Reading", done, total);
            if self.session.is_interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let result = open::read(plan, &mut on_step, &mut failures);
        self.tally.failed_all(failures.iter().map(|(_, error)| error.to_string()));
        match result {
            Ok(study) => study.map(Arc::new),
            Err(IoError::Canceled) => {
                self.tally.interrupted();
                None
            }
            Err(error) => {
                self.tally.failed(error.to_string());
                None
            }
        }
    }

    /// Reads all scans of a study and writes what came of it, finished or not. Where series were put together for the nets,
    /// that stack alone is read: a T1 by itself is nothing that they know, and the FLAIR would be read twice.
    fn study(&mut self, study: &Arc<Study>) {
        let mut items = Vec::new();
        let together = study.scans.iter().position(assembly::is_stack);
        for scan in (0..study.scans.len()).filter(|&scan| together.is_none_or(|stack| stack == scan)) {
            if let Some(finding) = self.scan(study, scan) {
                items.push(ExportItem {
                    scan,
                    finding: Arc::new(finding),
                    review: None,
                    measurements: Vec::new(),
                    asked: Vec::new(),
                });
            }
        }
        if items.is_empty() {
            return;
        }
        let summary = summary(study, &items);
        let (folder, outline_all) = (self.folders.next(&study.title), self.args.segment_all);
        let output = &self.output;
        let mut written = None;
        let command = |job| Command::Export { job, study: Arc::clone(study), items, outline_all, folder };
        let end = self.session.finish(command, |event| {
            if let Event::Progress { what, done, total, .. } = event {
                output.progress(&study.title, what, done, total);
            } else if let Event::Exported { folder, .. } = event {
                written = Some(folder);
                return Flow::Last;
            }
            Flow::More
        });
        if self.settle(end)
            && let Some(folder) = written
        {
            self.tally.done();
            self.output.line(&format!("{summary} → {}", folder.display()));
            self.print_findings(&folder);
        }
    }

    /// With `--json`: the file just written, as the next element of an array where there are several studies.
    fn print_findings(&mut self, folder: &Path) {
        if !self.args.json {
            return;
        }
        match export::read_findings(folder) {
            Ok(text) => self.documents.print(&self.output, &text),
            Err(error) => self.tally.failed(error.to_string()),
        }
    }

    /// Reads one scan; `None` where nothing came of it.
    fn scan(&mut self, study: &Arc<Study>, scan: usize) -> Option<Finding> {
        let options = AnalyzeOptions {
            threshold: self.args.threshold,
            mask_threshold: self.args.mask_threshold,
            is_override: self.args.analyze_anyway,
            first_slice: 0,
            outline_all: self.args.segment_all,
        };
        let slices = &study.scans.get(scan)?.slices;
        let mut collector = Collector::new(slices.len(), options.is_override);
        let (output, tally) = (&self.output, &mut self.tally);
        let command = |job| Command::Analyze { job, study: Arc::clone(study), scan, options };
        let end = self.session.run(command, |event| {
            if let Event::Progress { what, done, total, .. } = &event {
                output.progress(&study.title, what, *done, *total);
            } else if let Event::SliceFailed { slice, failure, .. } = &event {
                let name = slices.get(*slice).map_or("", |s| s.name.as_str());
                tally.failed(format!("{name}: {failure}"));
            }
            let is_last = matches!(event, Event::Analyzed { .. });
            collector.take(event);
            if is_last || collector.is_refused() { Flow::Last } else { Flow::More }
        });
        let is_complete = self.settle(end);
        if collector.is_refused() {
            self.refuse(study, &collector.finding().gate);
            return None;
        }
        collector.finished(is_complete)
    }

    /// Says that a scan was not read, and why.
    fn refuse(&mut self, study: &Study, gate: &GateVerdict) {
        let text = format!(
            "{}: Not the kind of picture this model knows: {}. Not analyzed; --analyze-anyway reads it all the same: {}",
            study.title,
            reasons(gate),
            study.source.display()
        );
        self.tally.failed(text);
    }

    /// True where a job did what it should; else it is told at the end.
    fn settle(&mut self, end: End) -> bool {
        match end {
            End::Done => return true,
            End::Canceled => self.tally.interrupted(),
            End::Failed(failure) => self.tally.failed(failure.to_string()),
        }
        false
    }
}

/// "head: 24 slices, 10 flagged, 10 outlined".
fn summary(study: &Study, items: &[ExportItem]) -> String {
    let slices = || items.iter().flat_map(|item| &item.finding.slices);
    let read = slices().filter(|s| s.score.is_some()).count();
    let outlined = slices().filter(|s| s.map.is_some()).count();
    let flagged: usize = items
        .iter()
        .map(|item| item.finding.model(Task::Classifier).map_or(0, |m| item.finding.flagged_count(m.threshold)))
        .sum();
    format!("{}: {read} slices read, {flagged} flagged, {outlined} outlined", study.title)
}

/// The reasons of a refusal in words.
fn reasons(gate: &GateVerdict) -> String {
    match gate {
        GateVerdict::Known => String::new(),
        GateVerdict::Unknown(reasons) => {
            let words: Vec<&str> = reasons.iter().map(|&reason| reason.words()).collect();
            words.join(", ")
        }
    }
}
