//! Small studies, cards and answers for the tests of the state, and a desk that plays the engine. Not for tests.

use std::path::PathBuf;
use std::sync::Arc;

use glioview::domain::card::{
    Architecture, Counts, Crop, InputSpec, ModelCard, Normalization, PartFigures, Task, Thresholds, TrainingRecord,
};
use glioview::domain::finding::ModelStamp;
use glioview::domain::gate::GateVerdict;
use glioview::domain::mask::{Mask, ProbabilityMap};
use glioview::domain::scan::{About, Patient, Plane, Samples, Scan, Sequence, Slice, Study};
use glioview::engine::command::{AnalyzeOptions, Command, JobId};
use glioview::engine::event::{Event, LoadedModels};
use glioview::engine::failure::Failure;
use glioview::io::settings::Settings;
use glioview::state::AppState;
use glioview::state::action::Action;
use glioview::state::receive::receive;
use glioview::state::startup::{Start, start};
use glioview::state::study::ScanState;
use glioview::state::update::update;

/// Side of every test picture in pixels.
pub const SIDE: usize = 8;
/// The card's classifier threshold.
pub const CARD: f32 = 0.31;
/// 14:02 UTC on some day.
pub const NOW: u64 = 1_700_000_000 / 86_400 * 86_400 + 14 * 3600 + 2 * 60;

pub fn scan(slices: usize) -> Scan {
    let plane = |slice: usize, add: u16| {
        let samples = (0..SIDE * SIDE).map(|i| i as u16 * 10 + slice as u16 + add).collect();
        Plane { rows: SIDE, cols: SIDE, samples: Samples::U16(samples) }
    };
    let slices = (0..slices).map(|i| Slice {
        name: format!("s_{i}.tif"),
        path: PathBuf::from(format!("/data/s_{i}.tif")),
        page: None,
        planes: vec![plane(i, 0), plane(i, 100), plane(i, 200)],
        warnings: Vec::new(),
    });
    Scan {
        title: "s".to_owned(),
        kind: "TIFF".to_owned(),
        rows: SIDE,
        cols: SIDE,
        sequences: Sequence::NET_ORDER.to_vec(),
        slices: slices.collect(),
        reference: Vec::new(),
        warnings: Vec::new(),
        about: About::default(),
    }
}

pub fn study_of(name: &str, scans: Vec<Scan>) -> Study {
    let source = PathBuf::from(format!("/data/{name}"));
    Study { title: name.to_owned(), scans, synthetic: false, source, warnings: Vec::new(), patient: Patient::default() }
}

pub fn study(name: &str, slices: usize) -> Study {
    study_of(name, vec![scan(slices)])
}

fn card(task: Task) -> ModelCard {
    let counts = Counts { true_positive: 133, false_positive: 20, true_negative: 261, false_negative: 4 };
    let test = PartFigures { patients: 13, slices: 418, tumor_slices: 137, counts: Some(counts), figures: Vec::new() };
    let is_classifier = task == Task::Classifier;
    ModelCard {
        card_version: 1,
        name: if is_classifier { "DenseNet-121" } else { "U-Net" }.to_owned(),
        version: 1,
        task,
        architecture: if is_classifier { Architecture::DenseNet121 } else { Architecture::UNet { width: 16 } },
        input: InputSpec {
            size: 224,
            channels: 3,
            normalization: Normalization::PercentileZScore,
            crop: Crop::Head,
            mirror: true,
        },
        thresholds: Thresholds {
            threshold: if is_classifier { CARD } else { 0.5 },
            band_low: is_classifier.then_some(0.18),
            band_high: is_classifier.then_some(0.34),
        },
        target: "FLAIR abnormality".to_owned(),
        sha256: if is_classifier { "c1" } else { "s1" }.to_owned(),
        date: "2026-11-24".to_owned(),
        data: String::new(),
        terms: String::new(),
        split: [("train".to_owned(), (0..61).map(|i| format!("p{i}")).collect())].into(),
        training: TrainingRecord::default(),
        val: None,
        test: is_classifier.then_some(test),
        intended_use: String::new(),
        limits: Vec::new(),
        notes: Vec::new(),
    }
}

pub fn models() -> LoadedModels {
    LoadedModels {
        classifier: card(Task::Classifier),
        segmenter: card(Task::Segmenter),
        are_shipped: true,
        device: "CPU · 2 cores".to_owned(),
    }
}

pub fn failure(what: &str) -> Failure {
    Failure {
        what: what.to_owned(),
        why: vec!["found 3 bytes, expected 8".to_owned(), "the deeper cause".to_owned()],
        hint: Some("Take the original file.".to_owned()),
        path: Some(PathBuf::from("/data/bad.tif")),
        is_bug: false,
    }
}

/// A map with `area` pixels inside, the rest at 0.
pub fn map(area: usize) -> Arc<ProbabilityMap> {
    map_at(area, 230)
}

pub fn map_at(area: usize, byte: u8) -> Arc<ProbabilityMap> {
    let bytes = (0..SIDE * SIDE).map(|i| if i < area { byte } else { 0 }).collect();
    Arc::new(ProbabilityMap { rows: SIDE, cols: SIDE, bytes })
}

pub fn mask(area: usize) -> Mask {
    map(area).mask(0.5)
}

/// The app together with the orders that it gave and that nobody has answered yet.
pub struct Desk {
    pub app: AppState,
    pub orders: Vec<Command>,
}

impl Desk {
    /// A started app with recent files, so that it opens nothing by itself, and with the nets loaded.
    pub fn new() -> Self {
        let mut desk = Self::start(Settings { recent: vec!["/data/old".into()], ..signed() }, &[]);
        desk.load_models();
        desk
    }

    pub fn start(settings: Settings, paths: &[&str]) -> Self {
        let paths = paths.iter().map(PathBuf::from).collect();
        let (app, orders) = start(Start { settings, paths, ..Start::default() });
        Self { app, orders }
    }

    /// A desk with a study of as many slices as there are scores, read to the end: score and outlined area a slice.
    pub fn read(answers: &[(f32, usize)]) -> Self {
        let mut desk = Self::new();
        desk.open(vec![study("p1", answers.len())]);
        desk.answer(answers);
        desk
    }

    pub fn act(&mut self, action: Action) -> Vec<Command> {
        self.act_at(action, NOW)
    }

    pub fn act_at(&mut self, action: Action, now_secs: u64) -> Vec<Command> {
        let commands = update(&mut self.app, action, now_secs);
        self.orders.extend(commands.clone());
        commands
    }

    pub fn hear(&mut self, event: Event) -> Vec<Command> {
        let commands = receive(&mut self.app, event, NOW);
        self.orders.extend(commands.clone());
        commands
    }

    pub fn load_models(&mut self) -> Vec<Command> {
        let job = self.last_job(|c| matches!(c, Command::LoadModels { .. }));
        self.hear(Event::ModelsLoaded { job, models: Arc::new(models()) })
    }

    /// The job of the latest order of a kind.
    pub fn last_job(&self, is_kind: impl Fn(&Command) -> bool) -> JobId {
        self.orders.iter().rev().find(|c| is_kind(c)).map(Command::job).expect("no such order was given")
    }

    pub fn analysis_job(&self) -> JobId {
        self.last_job(|c| matches!(c, Command::Analyze { .. }))
    }

    /// Opens studies as if the user had dropped a folder of them.
    pub fn open(&mut self, studies: Vec<Study>) -> Vec<Command> {
        let paths = studies.iter().map(|s| s.source.clone()).collect();
        self.act(Action::File(glioview::state::action::FileAction::Open(paths)));
        let job = self.last_job(|c| matches!(c, Command::Open { .. }));
        self.hear(Event::Opened { job, studies: studies.into_iter().map(Arc::new).collect(), failures: Vec::new() })
    }

    /// The analysis begins, with the thresholds that were ordered.
    pub fn begin(&mut self, gate: GateVerdict) -> Vec<Command> {
        let options = self.orders.iter().rev().find_map(|c| match c {
            Command::Analyze { options, .. } => Some(*options),
            _ => None,
        });
        let models = stamps(options.unwrap_or_default());
        let event =
            Event::AnalysisStarted { job: self.analysis_job(), gate, pixels_sha256: "pixels".to_owned(), models };
        self.hear(event)
    }

    pub fn score(&mut self, slice: usize, score: f32) {
        let job = self.analysis_job();
        self.hear(Event::Scored { job, slice, score });
    }

    pub fn outline(&mut self, slice: usize, area: usize) {
        let job = self.analysis_job();
        self.hear(Event::Outlined { job, slice, map: map(area) });
    }

    pub fn end(&mut self) {
        let job = self.analysis_job();
        self.hear(Event::Analyzed { job, secs: 1.5 });
    }

    /// A whole analysis: score and outlined area a slice.
    pub fn answer(&mut self, answers: &[(f32, usize)]) {
        self.begin(GateVerdict::Known);
        for (slice, &(score, _)) in answers.iter().enumerate() {
            self.score(slice, score);
        }
        for (slice, &(_, area)) in answers.iter().enumerate() {
            self.outline(slice, area);
        }
        self.end();
    }

    pub fn here(&self) -> &ScanState {
        self.app.scan_state().expect("a scan is on screen")
    }

    pub fn slice(&self) -> usize {
        self.here().slice
    }

    /// All texts of notices.
    pub fn notices(&self) -> Vec<&str> {
        self.app.notices.all.iter().map(|n| n.text.as_str()).collect()
    }
}

/// Settings of a reader whose initials are known.
pub fn signed() -> Settings {
    Settings { reviewer: "AB".to_owned(), ..Settings::default() }
}

fn stamps(options: AnalyzeOptions) -> Vec<ModelStamp> {
    let models = models();
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
