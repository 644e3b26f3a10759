//! One analysis gathered from its events into a finding. Not for the window, whose state gathers its own (`state`).

use crate::domain::finding::{Finding, SliceFinding};
use crate::domain::gate::GateVerdict;
use crate::engine::event::Event;

/// What stands at a slice that an analysis had not reached when it was stopped.
const NOT_REACHED: &str = "not analyzed: stopped before this slice";

/// A finding as it comes in.
#[derive(Debug)]
pub struct Collector {
    finding: Finding,
    is_override: bool,
}

impl Collector {
    /// For a scan of `slices` slices, read whatever the gate says where `is_override`.
    pub fn new(slices: usize, is_override: bool) -> Self {
        let finding = Finding {
            pixels_sha256: String::new(),
            models: Vec::new(),
            gate: GateVerdict::Known,
            is_override: false,
            slices: vec![SliceFinding::default(); slices],
        };
        Self { finding, is_override }
    }

    /// Whether the gate refused and nobody overrode it, so that nothing more will come.
    pub fn is_refused(&self) -> bool {
        self.finding.gate != GateVerdict::Known && !self.is_override
    }

    /// Takes what `event` says about the scan.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::AnalysisStarted { gate, pixels_sha256, models, .. } => {
                // An override is one only where there was something to override.
                self.finding.is_override = self.is_override && gate != GateVerdict::Known;
                self.finding.gate = gate;
                self.finding.pixels_sha256 = pixels_sha256;
                self.finding.models = models;
            }
            Event::Scored { slice, score, .. } => self.at(slice, |s| s.score = Some(score)),
            Event::Outlined { slice, map, .. } => self.at(slice, |s| s.map = Some(map)),
            Event::SliceFailed { slice, failure, .. } => self.at(slice, |s| s.warnings.push(failure.to_string())),
            Event::Progress { .. }
            | Event::Opened { .. }
            | Event::ModelsLoaded { .. }
            | Event::Analyzed { .. }
            | Event::Exported { .. }
            | Event::ReviewSaved { .. }
            | Event::ReviewsLoaded { .. }
            | Event::Picked { .. }
            | Event::Canceled { .. }
            | Event::Lab { .. }
            | Event::Failed { .. } => {}
        }
    }

    /// What has come in so far.
    pub fn finding(&self) -> &Finding {
        &self.finding
    }

    /// The finding, where anything came of it. What an unfinished analysis did not reach says so.
    pub fn finished(mut self, is_complete: bool) -> Option<Finding> {
        if !is_complete {
            let missing = self.finding.slices.iter_mut().filter(|s| s.score.is_none() && s.warnings.is_empty());
            missing.for_each(|s| s.warnings.push(NOT_REACHED.to_owned()));
        }
        self.finding.slices.iter().any(|s| s.score.is_some()).then_some(self.finding)
    }

    fn at(&mut self, slice: usize, change: impl FnOnce(&mut SliceFinding)) {
        if let Some(slice) = self.finding.slices.get_mut(slice) {
            change(slice);
        }
    }
}
