//! What the analyst keeps between jobs, and the job that loads other nets. Not for reading scans (`analyze`).

use std::sync::Arc;

use super::analyze::Analysis;
use super::command::ModelChoice;
use super::event::Event;
use super::failure::Failure;
use super::outbox::{Job, Stop};
use super::tools::{LoadNets, Nets, Tools};

/// The loaded nets and the analysis that was last under way.
pub struct Analyst {
    load_nets: LoadNets,
    wanted: ModelChoice,
    nets: Option<Arc<dyn Nets>>,
    last: Option<Analysis>,
}

impl Analyst {
    /// Nothing loaded yet.
    pub fn new(tools: &Tools) -> Self {
        Self { load_nets: Arc::clone(&tools.load_nets), wanted: ModelChoice::default(), nets: None, last: None }
    }

    /// Forgets the last analysis, not the nets.
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// Keeps `analysis`, so that single slices of it can be asked for.
    pub fn keep(&mut self, analysis: Analysis) {
        self.last = Some(analysis);
    }

    /// The analysis that was last under way.
    pub fn last(&mut self) -> Option<&mut Analysis> {
        self.last.as_mut()
    }

    /// The nets; where none are loaded yet, those last asked for, at first the ones that ship. Never others instead.
    pub fn nets(&mut self, job: &Job) -> Result<Arc<dyn Nets>, Stop> {
        match &self.nets {
            Some(nets) => Ok(Arc::clone(nets)),
            None => self.load(job, &self.wanted.clone()),
        }
    }

    /// Loads nets in place of those that are there, which stay where this fails.
    fn load(&mut self, job: &Job, choice: &ModelChoice) -> Result<Arc<dyn Nets>, Stop> {
        let nets: Arc<dyn Nets> =
            (self.load_nets)(choice).map_err(|e| Failure::of_nets("Could not load the models", &e))?.into();
        job.emit(Event::ModelsLoaded { job: job.id, models: Arc::new(nets.describe()) });
        self.nets = Some(Arc::clone(&nets));
        self.last = None;
        Ok(nets)
    }
}

/// Loads the nets of `choice`.
pub fn run(analyst: &mut Analyst, job: &Job, choice: &ModelChoice) -> Result<(), Stop> {
    analyst.wanted = choice.clone();
    analyst.load(job, choice).map(|_| ())
}
