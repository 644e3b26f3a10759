//! The joint between window, state and engine: events in, actions out. Not for drawing (`ui`), deciding (`state`) or
//! working (`engine`).

pub mod display;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::engine::Engine;
use crate::engine::command::{Command, ModelChoice};
use crate::io::settings::Settings;
use crate::state::action::Action;
use crate::state::startup::{self, Start};
use crate::state::training::{Closing, TrainingAction};
use crate::state::{AppState, receive, update};
use crate::ui;
use crate::ui::desk::Desk;

/// Draining the engine's events stops after so long, so that a frame never waits.
const DRAIN_BUDGET: Duration = Duration::from_millis(2);

/// What the window starts with.
#[derive(Clone, Debug, Default)]
pub struct WindowStart {
    /// Files and folders to open; empty for the sample or the empty canvas.
    pub paths: Vec<PathBuf>,
    /// Which nets to read with.
    pub choice: ModelChoice,
    /// Settings as read, or the defaults.
    pub settings: Settings,
    /// Local time minus UTC in seconds, where known.
    pub clock_offset_secs: Option<i32>,
}

/// The window could not be opened or broke.
#[derive(Debug, thiserror::Error)]
#[error("the window could not be opened: {0}")]
pub struct WindowError(#[from] eframe::Error);

/// The app: what it knows, what the window remembers, and the engine.
pub struct App {
    state: AppState,
    desk: Desk,
    engine: Engine,
}

impl App {
    /// Starts with `engine`; the first orders are sent at once.
    pub fn new(start: WindowStart, engine: Engine) -> Self {
        let WindowStart { paths, choice, settings, clock_offset_secs } = start;
        let (state, commands) = startup::start(Start { settings, paths, choice, clock_offset_secs });
        let app = Self { state, desk: Desk::default(), engine };
        app.send(commands);
        app
    }

    /// What the app knows, for tests.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// How many textures were uploaded so far, for tests: an idle frame adds none.
    pub fn uploads(&self) -> u64 {
        self.desk.textures.uploads()
    }

    /// Takes in what the engine has to say, and what that leads to at once, for at most [`DRAIN_BUDGET`]. True where
    /// the budget ended before the events did.
    pub fn drain(&mut self) -> bool {
        let started = Instant::now();
        loop {
            let events = self.engine.drain(DRAIN_BUDGET);
            if events.is_empty() {
                return false;
            }
            for event in events {
                let commands = receive::receive(&mut self.state, event, now_secs());
                self.send(commands);
            }
            if started.elapsed() >= DRAIN_BUDGET {
                return true;
            }
        }
    }

    /// Draws one frame and carries out what it asks for.
    pub fn draw(&mut self, ui: &mut egui::Ui) {
        let mut actions = ui::root_ui(ui, &self.state, &mut self.desk);
        self.guard_closing(ui.ctx(), &mut actions);
        if !actions.is_empty() {
            // What an action changed is drawn in the next frame.
            ui.ctx().request_repaint();
        }
        for action in actions {
            let commands = update::update(&mut self.state, action, now_secs());
            self.send(commands);
        }
    }

    /// A close while a training is under way is held up and asked about; where the answer has been carried out, the
    /// window closes by itself.
    fn guard_closing(&self, ctx: &egui::Context, actions: &mut Vec<Action>) {
        let closes_now = self.state.training.closes == Closing::Now;
        let is_asked = ctx.input(|i| i.viewport().close_requested());
        if is_asked && !closes_now && self.state.training.running().is_some() {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            actions.push(Action::Training(TrainingAction::CloseAsked));
        } else if closes_now && !is_asked {
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    fn send(&self, commands: Vec<Command>) {
        for command in commands {
            self.engine.send(command);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        if self.drain() {
            ctx.request_repaint();
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        [0.0, 0.0, 0.0, 1.0]
    }
}

/// Opens the window and returns when it is closed.
pub fn run_window(start: WindowStart) -> Result<(), WindowError> {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Glioview")
        .with_app_id("glioview")
        .with_icon(icon())
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([720.0, 480.0])
        .with_drag_and_drop(true);
    let mut options = eframe::NativeOptions { viewport, renderer: renderer(), ..Default::default() };
    display::prefer_x11(&mut options);
    let create: eframe::AppCreator<'_> = Box::new(move |cc| {
        ui::theme::install(&cc.egui_ctx);
        let ctx = cc.egui_ctx.clone();
        let engine = Engine::start(Arc::new(move || ctx.request_repaint()));
        Ok(Box::new(App::new(start, engine)))
    });
    Ok(eframe::run_native("glioview", options, create)?)
}

/// The window's icon; an empty one where the file does not decode (a test makes sure that it does).
fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../assets/icon-256.png")).unwrap_or_default()
}

/// Named explicitly: with more than one compiled in, the default would not be the one that was tested.
fn renderer() -> eframe::Renderer {
    #[cfg(any(target_os = "windows", target_os = "macos"))]
    return eframe::Renderer::Wgpu;
    #[cfg(not(any(target_os = "windows", target_os = "macos")))]
    return eframe::Renderer::Glow;
}

fn now_secs() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}
