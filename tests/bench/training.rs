//! Times a training from the sides that one touches: `cargo bench --bench training -- MODE DATA [NUMBER]`, started by
//! `training.sh`, which says what each mode prints. Not for the kernels (`ops`) or for surveys (`survey`).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use glioview::domain::card::Architecture;
use glioview::domain::device::DeviceChoice;
use glioview::engine::Engine;
use glioview::engine::command::{AnalyzeOptions, Command, JobId};
use glioview::engine::event::Event;
use glioview::engine::lab::order::{Control, LabOrder};
use glioview::engine::lab::report::LabReport;
use glioview::engine::tools::{Dialogs, Tools};
use glioview::io::home::Home;
use glioview::io::memory;
use glioview::state::AppState;
use glioview::state::action::{Action, AppAction};
use glioview::state::receive::receive;
use glioview::state::screen::MainView;
use glioview::state::startup;
use glioview::state::training::TrainingAction;
use glioview::state::update::update;
use glioview::train::batch::{Loader, Plan, epoch_order};
use glioview::train::config::TrainConfig;
use glioview::train::dataset::Dataset;
use glioview::train::error::TrainError;
use glioview::train::event::TrainEvent;
use glioview::train::learner::Learner;
use glioview::train::observer::{Flow, Observer};
use glioview::train::run::Run;
use glioview::train::split::{Part, Split};
use glioview::train::store::Store;
use glioview::ui::desk::Desk;
use glioview::ui::{root_ui, theme};

const USAGE: &str = "usage: cargo bench --bench training -- epoch|terminal|window|frames|stop|analysis DATA [NUMBER]";
/// Settings of all modes, so that they can be compared: the default net at half its default size.
const SIZE: usize = 128;
const BATCH: usize = 8;
/// Epochs of the runs in terminal and window.
const EPOCHS: usize = 2;

fn main() {
    // cargo adds `--bench` by itself.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [mode, data, numbers @ ..] = arguments.as_slice() else { return println!("{USAGE}") };
    let number = numbers.first().and_then(|n| n.parse().ok());
    glioview::nn::ops::keep_freed_memory();
    let data = Path::new(data);
    match mode.as_str() {
        "epoch" => epoch(data),
        "terminal" => terminal(data),
        "window" => window(data),
        "frames" => frames(data, number.unwrap_or(100_000)),
        "stop" => stop(data, number.unwrap_or(5)),
        "analysis" => analysis(data),
        _ => println!("{USAGE}"),
    }
}

fn config(data: &Path, epochs: usize) -> TrainConfig {
    let mut config = TrainConfig::new(Architecture::UNet { width: 16 }, data.to_owned());
    (config.input.size, config.batch_size, config.epochs) = (SIZE, BATCH, epochs);
    (config.patience, config.device) = (None, DeviceChoice::Cpu);
    config.make_absolute();
    config
}

fn peak_mb() -> f64 {
    memory::peak_bytes().unwrap_or(0) as f64 / 1e6
}

/// One epoch of the loop's parts, each timed: what the net waits for data.
fn epoch(data: &Path) {
    let config = config(data, 1);
    let store = Store::survey(Dataset::read(data).expect("the data can be read"), 1 << 30, &mut |_, _| true);
    let store = Arc::new(store.expect("the data can be read"));
    let split = Split::stratified(store.dataset(), config.shares, config.seed).expect("the data can be split");
    let plan = Plan {
        order: epoch_order(&store, &split, Part::Train, config.seed, 0, config.is_balanced),
        batch_size: config.batch_size,
        drop_last: true,
        size: config.input.size,
        crop: config.input.crop,
        augment: config.augment,
        seed: config.seed,
        epoch: 0,
    };
    let (steps, mut learner) = (plan.batches(), Learner::new(&config, None).expect("the net can be built"));
    let (clock, mut waited, mut slices) = (Instant::now(), Duration::ZERO, 0);
    let mut loader = Loader::start(&store, plan, config.loader_threads);
    for step in 0..steps {
        let before = Instant::now();
        let batch = loader.next().expect("as many as planned").expect("a batch");
        waited += before.elapsed();
        slices += batch.items.len();
        learner.step(&config, &batch, (step + 1) as f64 / steps as f64, config.learning_rate).expect("a step");
    }
    let secs = clock.elapsed().as_secs_f64();
    let share = 100.0 * waited.as_secs_f64() / secs;
    println!(
        "epoch_secs {secs:.2} steps {steps} slices_per_sec {:.1} wait_percent {share:.2} peak_mb {:.0}",
        slices as f64 / secs,
        peak_mb()
    );
}

/// Keeps the seconds of each epoch.
#[derive(Default)]
struct Ear(Vec<f32>);

impl Observer for Ear {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        if let TrainEvent::EpochEnded(record) = event {
            self.0.push(record.secs);
        }
        Ok(Flow::Continue)
    }
}

fn print_epochs(mode: &str, secs: &[f32]) {
    let list: Vec<String> = secs.iter().map(|s| format!("{s:.2}")).collect();
    println!("{mode}_epoch_secs {} peak_mb {:.0}", list.join(" "), peak_mb());
}

fn terminal(data: &Path) {
    let place = tempfile::tempdir().expect("a folder for the run");
    let run = Run::create(config(data, EPOCHS), &place.path().join("run"), &mut |_, _| true).expect("a run");
    let mut ear = Ear::default();
    run.train(&mut [&mut ear]).expect("it trains");
    print_epochs("terminal", &ear.0);
}

/// The engine with a home of its own.
struct Lab {
    engine: Engine,
    _home: tempfile::TempDir,
}

impl Lab {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder for the home");
        let tools = Tools { home: Some(Home::at(home.path())), dialogs: Dialogs::Unavailable, ..Tools::default() };
        Self { engine: Engine::start_with(Arc::new(|| {}), tools), _home: home }
    }

    fn start(&self, config: TrainConfig) {
        self.engine.send(Command::Lab { job: JobId(1), order: LabOrder::Start(Box::new(config)) });
    }

    /// All events until one is liked, and when it came.
    fn until(&self, is_last: impl Fn(&Event) -> bool) -> Vec<Event> {
        let mut all = Vec::new();
        loop {
            all.extend(self.engine.drain(Duration::from_millis(2)));
            if all.iter().any(&is_last) {
                return all;
            }
            if let Some(Event::Failed { failure, .. }) = all.iter().find(|e| matches!(e, Event::Failed { .. })) {
                panic!("{failure}");
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    }
}

fn told(event: &Event) -> Option<&TrainEvent> {
    match event {
        Event::Lab { job: JobId(1), report: LabReport::Training(event) } => Some(event),
        _ => None,
    }
}

fn is_step(event: &Event) -> bool {
    matches!(told(event), Some(TrainEvent::Step { .. }))
}

fn is_ended(event: &Event) -> bool {
    matches!(told(event), Some(TrainEvent::Ended { .. }))
}

/// The same run with the window's state and drawing at 60 frames a second beside it, without a graphics card.
fn window(data: &Path) {
    let mut room = Room::new(data, EPOCHS);
    let mut secs = Vec::new();
    while !room.is_over() {
        room.frame();
        std::thread::sleep(Duration::from_millis(16));
    }
    secs.extend(room.state.training.line[0].history.epochs().iter().map(|e| e.secs));
    print_epochs("window", &secs);
}

/// The window without a screen: engine, state, drawing.
struct Room {
    lab: Lab,
    state: AppState,
    desk: Desk,
    context: egui::Context,
    time: f64,
}

impl Room {
    /// With a training of `data` under way and the Train view on screen.
    fn new(data: &Path, epochs: usize) -> Self {
        let context = egui::Context::default();
        theme::install(&context);
        let (state, commands) = startup::start(startup::Start::default());
        let mut room = Self { lab: Lab::new(), state, desk: Desk::default(), context, time: 0.0 };
        commands.into_iter().filter(|c| !matches!(c, Command::Open { .. })).for_each(|c| room.lab.engine.send(c));
        room.act(Action::App(AppAction::ShowView(MainView::Train)));
        room.act(Action::Training(TrainingAction::ChooseData(data.to_owned())));
        while room.state.training.data.report().is_none() {
            room.hear();
        }
        let wanted = config(data, epochs);
        let form = &mut room.state.training.form;
        (form.classifier, form.segmenter) = (None, Some(wanted.architecture));
        form.base = Some(Box::new(wanted));
        room.act(Action::Training(TrainingAction::Start));
        // Sets of drawn slices are alike enough to be asked about.
        room.act(Action::Training(TrainingAction::Confirm));
        assert!(!room.state.training.line.is_empty(), "the training begins");
        room
    }

    fn act(&mut self, action: Action) {
        let commands = update(&mut self.state, action, 0);
        commands.into_iter().for_each(|command| self.lab.engine.send(command));
    }

    fn hear(&mut self) {
        for event in self.lab.engine.drain(Duration::from_millis(2)) {
            let commands = receive(&mut self.state, event, 0);
            commands.into_iter().for_each(|command| self.lab.engine.send(command));
        }
    }

    fn is_over(&self) -> bool {
        self.state.training.line.iter().all(|live| !live.phase.is_under_way()) && self.has_begun()
    }

    fn has_begun(&self) -> bool {
        self.state.training.line.iter().any(|live| live.history.step_count() > 0)
    }

    /// One frame: events, layout, tessellation.
    fn frame(&mut self) -> Duration {
        self.hear();
        self.draw()
    }

    /// Layout and tessellation; answers what they took.
    fn draw(&mut self) -> Duration {
        self.time += 1.0 / 60.0;
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1280.0, 800.0));
        let input = egui::RawInput { screen_rect: Some(screen), time: Some(self.time), ..egui::RawInput::default() };
        let (mut actions, clock) = (Vec::new(), Instant::now());
        let mut output = self.context.run_ui(input, |ui| actions = root_ui(ui, &self.state, &mut self.desk));
        let shapes = self.context.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
        let took = clock.elapsed();
        // There is no card to upload them to.
        output.textures_delta.clear();
        assert!(!shapes.is_empty(), "something is drawn");
        actions.into_iter().for_each(|action| self.act(action));
        took
    }
}

/// Frames of the Train view while it trains, with so many points in the curves.
fn frames(data: &Path, points: usize) {
    let mut room = Room::new(data, 1000);
    while !room.has_begun() {
        room.frame();
    }
    let mut long = glioview::domain::history::LossHistory::new(points);
    (0..points).for_each(|step| long.push_step(step as u32, 1.0 / (1.0 + step as f32 * 1e-3), None));
    let mut took = Vec::new();
    for _ in 0..600 {
        // The training's own steps are heard, and the long course grows by one a frame, so that nothing is drawn from before.
        room.hear();
        long.push_step(points as u32 + took.len() as u32, 0.01, None);
        room.state.training.line[0].history = long.clone();
        took.push(room.draw().as_secs_f64() * 1e3);
        std::thread::sleep(Duration::from_millis(8));
    }
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!("frame_ms_with_points {points} p50 {:.2} p99 {:.2} most {:.2}", at(0.5), at(0.99), at(1.0));
}

/// From the click on Stop to stopped, at different places of an epoch.
fn stop(data: &Path, times: usize) {
    let mut took = Vec::new();
    for time in 0..times {
        let lab = Lab::new();
        lab.start(config(data, 1000));
        lab.until(is_step);
        std::thread::sleep(Duration::from_millis(700 * time as u64));
        let clock = Instant::now();
        lab.engine.send(Command::Lab { job: JobId(1), order: LabOrder::Control(Control::Stop) });
        lab.until(is_ended);
        took.push(format!("{:.0}", clock.elapsed().as_secs_f64() * 1e3));
    }
    println!("stop_ms {}", took.join(" "));
}

/// An analysis of one patient alone, beside a training of the window, and beside one that gives way to nobody.
fn analysis(data: &Path) {
    let patient = first_patient(data);
    let opened = glioview::io::open::open(&[patient], &mut |_, _| std::ops::ControlFlow::Continue(()))
        .expect("the patient opens");
    let study = Arc::new(opened.studies.into_iter().next().expect("the patient opens"));
    let analyze = |lab: &Lab, job: u64| {
        let options = AnalyzeOptions { is_override: true, ..AnalyzeOptions::default() };
        let clock = Instant::now();
        lab.engine.send(Command::Analyze { job: JobId(job), study: Arc::clone(&study), scan: 0, options });
        let is_first = |e: &Event| matches!(e, Event::Scored { job: JobId(of), .. } if *of == job);
        let is_done = |e: &Event| matches!(e, Event::Analyzed { job: JobId(of), .. } if *of == job);
        lab.until(is_first);
        let first = clock.elapsed().as_secs_f64() * 1e3;
        lab.until(is_done);
        format!("first_score_ms {first:.0} whole_ms {:.0}", clock.elapsed().as_secs_f64() * 1e3)
    };
    let lab = Lab::new();
    analyze(&lab, 2); // Loads the nets.
    println!("analysis_alone {}", analyze(&lab, 3));
    lab.start(config(data, 1000));
    lab.until(is_step);
    println!("analysis_beside_a_training {}", analyze(&lab, 4));
    println!("analysis_beside_a_training {}", analyze(&lab, 5));
    lab.engine.send(Command::Lab { job: JobId(1), order: LabOrder::Control(Control::Stop) });
    lab.until(is_ended);
    let (ready, begun) = std::sync::mpsc::channel();
    let (config, place) = (config(data, 1), tempfile::tempdir().expect("a folder for the run"));
    std::thread::spawn(move || {
        let run = Run::create(config, &place.path().join("run"), &mut |_, _| true).expect("a run");
        let mut ear = Begun(ready);
        let _ = run.train(&mut [&mut ear]);
    });
    begun.recv().expect("it begins");
    println!("analysis_beside_one_that_gives_way_to_nobody {}", analyze(&lab, 6));
}

struct Begun(std::sync::mpsc::Sender<()>);

impl Observer for Begun {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        if matches!(event, TrainEvent::Step { .. }) {
            let _ = self.0.send(());
        }
        Ok(Flow::Continue)
    }
}

/// The first patient's folder.
fn first_patient(data: &Path) -> PathBuf {
    let dataset = Dataset::read(data).expect("the data can be read");
    dataset.items[0].image.parent().expect("a folder").to_owned()
}
