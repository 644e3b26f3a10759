//! Nets that answer as told, studies drawn in memory, and waiting for events: for the tests of the engine and of what
//! stands on it. Not a test itself.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use glioview::domain::card::{Architecture, Crop, InputSpec, ModelCard, Normalization, Task, Thresholds};
use glioview::domain::mask::ProbabilityMap;
use glioview::domain::scan::{About, Patient, Plane, Samples, Scan, Sequence, Slice, Study};
use glioview::engine::Engine;
use glioview::engine::command::JobId;
use glioview::engine::event::{Event, LoadedModels};
use glioview::engine::failure::Failure;
use glioview::engine::outbox::Waker;
use glioview::engine::tools::{Dialogs, Nets, Tools};
use glioview::io::home::Home;
use glioview::nn::error::NnError;
use glioview::nn::input::Prepared;

/// Longer than any of these jobs takes on a busy machine; reached only where something hangs.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Side of the drawn pictures.
const SIDE: usize = 48;

/// Where a net waits for the test, once.
type Hold = Arc<Mutex<Option<(usize, Sender<()>, Receiver<()>)>>>;

/// Nets that answer as told.
#[derive(Clone, Default)]
pub struct FakeNets {
    flagged: Vec<usize>,
    failing: Option<usize>,
    nan: Option<usize>,
    hold: Hold,
    calls: Arc<AtomicUsize>,
}

impl FakeNets {
    /// Scores of 0.9 on `slices`, 0.1 elsewhere.
    pub fn flagging(slices: impl IntoIterator<Item = usize>) -> Self {
        Self { flagged: slices.into_iter().collect(), ..Self::default() }
    }

    /// Both nets fail on `slice`.
    pub fn failing_at(self, slice: usize) -> Self {
        Self { failing: Some(slice), ..self }
    }

    /// The classifier's answer on `slice` is NaN.
    pub fn answering_nan_at(self, slice: usize) -> Self {
        Self { nan: Some(slice), ..self }
    }

    /// The first score of `slice` says so through the receiver, then waits for the sender.
    pub fn hold_at_slice(&self, slice: usize) -> (Receiver<()>, Sender<()>) {
        let ((entered, enter), (resume, resumed)) = (channel(), channel());
        *self.hold.lock().unwrap() = Some((slice, entered, resumed));
        (enter, resume)
    }

    /// Counts scores and outlines.
    pub fn calls(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.calls)
    }

    /// As the engine holds them.
    pub fn boxed(self) -> Box<dyn Nets> {
        Box::new(self)
    }

    fn wait_if_held(&self, slice: usize) {
        let mut hold = self.hold.lock().unwrap();
        if hold.as_ref().is_some_and(|(held, ..)| *held == slice)
            && let Some((_, entered, resumed)) = hold.take()
        {
            drop(hold);
            entered.send(()).ok();
            resumed.recv_timeout(PATIENCE).ok();
        }
    }

    fn refuse_if_failing(&self, slice: usize) -> Result<(), NnError> {
        if self.failing == Some(slice) { Err(NnError::Input("told to fail".into())) } else { Ok(()) }
    }
}

impl Nets for FakeNets {
    fn describe(&self) -> LoadedModels {
        LoadedModels {
            classifier: card(Task::Classifier, 0.5),
            segmenter: card(Task::Segmenter, 0.4),
            are_shipped: true,
            device: "CPU".into(),
        }
    }

    fn prepare(&self, scan: &Scan) -> Prepared {
        Prepared::of(scan)
    }

    fn score(&self, _: &Scan, _: &Prepared, slice: usize) -> Result<f32, NnError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.wait_if_held(slice);
        self.refuse_if_failing(slice)?;
        let is_flagged = self.flagged.contains(&slice);
        Ok(if self.nan == Some(slice) {
            f32::NAN
        } else if is_flagged {
            0.9
        } else {
            0.1
        })
    }

    fn outline(&self, scan: &Scan, _: &Prepared, slice: usize) -> Result<ProbabilityMap, NnError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.refuse_if_failing(slice)?;
        let mut bytes = vec![0; scan.rows * scan.cols];
        bytes[slice] = 255;
        Ok(ProbabilityMap { rows: scan.rows, cols: scan.cols, bytes })
    }
}

/// A card with nothing in it but what the engine reads.
pub fn card(task: Task, threshold: f32) -> ModelCard {
    let architecture = match task {
        Task::Classifier => Architecture::DenseNet121,
        Task::Segmenter => Architecture::UNet { width: 16 },
    };
    ModelCard {
        card_version: 1,
        name: architecture.label(),
        version: 1,
        task,
        architecture,
        input: InputSpec {
            size: 64,
            channels: 3,
            normalization: Normalization::PercentileZScore,
            crop: Crop::None,
            mirror: false,
        },
        thresholds: Thresholds { threshold, band_low: None, band_high: None },
        target: "a test".into(),
        sha256: "0".repeat(64),
        date: "2026-01-01".into(),
        data: "none".into(),
        terms: "none".into(),
        split: std::collections::BTreeMap::new(),
        training: glioview::domain::card::TrainingRecord::default(),
        val: None,
        test: None,
        intended_use: "a test".into(),
        limits: Vec::new(),
        notes: Vec::new(),
    }
}

/// The engine's tools with `nets` in place of the real ones, dialogs that pick nothing, and no place to save to.
pub fn fake_tools(nets: FakeNets) -> Tools {
    let load_nets = move |_: &_| Ok(nets.clone().boxed());
    let dialogs = Dialogs::Answer(Arc::new(|_| Vec::new()));
    Tools {
        load_nets: Arc::new(load_nets),
        dialogs,
        home: Some(Home::at(Path::new("/dev/null/home"))),
        before_job: None,
    }
}

/// A bright ellipse on black in three sequences that differ, `slices` times.
pub fn head_study(slices: usize) -> Arc<Study> {
    study_of(slices, &Sequence::NET_ORDER, |row, col, sequence| {
        let (y, x) = (row as f32 / SIDE as f32 - 0.5, col as f32 / SIDE as f32 - 0.5);
        let is_head = (y / 0.42).powi(2) + (x / 0.34).powi(2) < 1.0;
        if is_head { 60 + (sequence as u8) * 40 + ((row * 7 + col * 3) % 23) as u8 } else { 0 }
    })
}

/// One value everywhere, in one sequence without a name.
pub fn gray_study(slices: usize) -> Arc<Study> {
    study_of(slices, &[Sequence::Unknown], |_, _, _| 128)
}

fn study_of(count: usize, sequences: &[Sequence], value: impl Fn(usize, usize, usize) -> u8) -> Arc<Study> {
    let plane = |sequence| Plane {
        rows: SIDE,
        cols: SIDE,
        samples: Samples::U8((0..SIDE * SIDE).map(|i| value(i / SIDE, i % SIDE, sequence)).collect()),
    };
    let planes: Vec<Plane> = (0..sequences.len()).map(plane).collect();
    let slice = |i| Slice {
        name: format!("head_{i}.tif"),
        path: PathBuf::from(format!("head_{i}.tif")),
        page: None,
        planes: planes.clone(),
        warnings: Vec::new(),
    };
    let scan = Scan {
        title: "head".into(),
        kind: "TIFF".into(),
        rows: SIDE,
        cols: SIDE,
        sequences: sequences.to_vec(),
        slices: (0..count).map(slice).collect(),
        reference: Vec::new(),
        warnings: Vec::new(),
        about: About::default(),
    };
    let (title, source) = ("head".into(), PathBuf::from("head"));
    Arc::new(Study {
        title,
        scans: vec![scan],
        synthetic: true,
        source,
        warnings: Vec::new(),
        patient: Patient::default(),
    })
}

/// Wakes nobody.
pub fn no_waker() -> Waker {
    Arc::new(|| {})
}

/// Collects events until `is_last` likes one.
pub fn events_until(engine: &Engine, is_last: impl Fn(&Event) -> bool) -> Vec<Event> {
    let started = Instant::now();
    let mut all = Vec::new();
    loop {
        all.extend(engine.drain(Duration::from_millis(2)));
        if all.iter().any(&is_last) {
            return all;
        }
        assert!(started.elapsed() < PATIENCE, "the event never came; these did: {all:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Whether an event ends the job. Loaded models end none: an analysis may load them on its way ([`is_loaded`]).
pub fn is_end_of(job: u64) -> impl Fn(&Event) -> bool {
    move |event| {
        let is_end = match event {
            Event::Analyzed { .. }
            | Event::Opened { .. }
            | Event::Exported { .. }
            | Event::ReviewSaved { .. }
            | Event::ReviewsLoaded { .. }
            | Event::Picked { .. }
            | Event::Canceled { .. }
            | Event::Failed { .. } => true,
            Event::Progress { .. }
            | Event::ModelsLoaded { .. }
            | Event::AnalysisStarted { .. }
            | Event::Scored { .. }
            | Event::Outlined { .. }
            | Event::SliceFailed { .. }
            | Event::Lab { .. } => false,
        };
        is_end && event.job() == JobId(job)
    }
}

/// Whether an event says that `job` has loaded its models.
pub fn is_loaded(job: u64) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::ModelsLoaded { .. }) && event.job() == JobId(job)
}

/// The failure that ended `job`.
pub fn failure_of(events: &[Event], job: u64) -> Option<&Failure> {
    events.iter().find_map(|event| match event {
        Event::Failed { job: id, failure } if *id == JobId(job) => Some(failure),
        _ => None,
    })
}

/// The slices that were scored, in order.
pub fn scored(events: &[Event]) -> Vec<usize> {
    events.iter().filter_map(|e| if let Event::Scored { slice, .. } = e { Some(*slice) } else { None }).collect()
}

/// The slices that were outlined, in order.
pub fn outlined(events: &[Event]) -> Vec<usize> {
    events.iter().filter_map(|e| if let Event::Outlined { slice, .. } = e { Some(*slice) } else { None }).collect()
}
