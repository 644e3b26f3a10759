//! The program's door: arguments to window or terminal, and the exit code. Not for work of its own (`cli`, `app`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

use glioview::app::{WindowStart, display, run_window};
use glioview::cli::{self, Invocation, trouble};
use glioview::io::home::Home;
use glioview::io::settings::{self, Settings};

/// Nothing could be done.
const NOTHING_DONE: u8 = 2;

fn main() -> ExitCode {
    trouble::install_panic_hook();
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("error,glioview=warn")).init();
    match cli::parse() {
        Invocation::Terminal(terminal) => terminal.run(),
        Invocation::Window { paths } => window(paths),
    }
}

/// Opens the window and stays until it is closed. Whatever stands against it is said in one line.
fn window(paths: Vec<PathBuf>) -> ExitCode {
    if let Some(reason) = display::trouble() {
        return refused(&reason);
    }
    let (settings, problem) = match Home::find() {
        Ok(home) => settings::load(&home),
        Err(error) => (Settings::default(), Some(error)),
    };
    if let Some(problem) = problem {
        eprintln!("{problem}");
    }
    let clock_offset_secs = Some(chrono::Local::now().offset().local_minus_utc());
    let start = WindowStart { paths, settings, clock_offset_secs, ..WindowStart::default() };
    // winit panics over some X servers (no XInput, no XKB): that is no reason to end without a word.
    match catch_unwind(AssertUnwindSafe(|| run_window(start))) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => refused(&format!("{error}. {}", display::TERMINAL_WAY)),
        Err(_) => {
            refused(&format!("The window stopped over that; decisions made in it are saved. {}", display::TERMINAL_WAY))
        }
    }
}

fn refused(reason: &str) -> ExitCode {
    eprintln!("{reason}");
    ExitCode::from(NOTHING_DONE)
}
