//! The terminal: which words were given, and the commands that need no window. Not for computing (`engine`) or drawing
//! (`ui`, `app`).

mod analyze;
mod collect;
mod cross;
pub mod evaluate;
mod folders;
mod info;
pub mod interrupt;
mod output;
mod pack;
mod session;
mod tally;
pub mod train;
pub mod trouble;
pub mod values;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{Parser, Subcommand};

use crate::domain::device::DeviceChoice;
use crate::nn::device;
use crate::nn::ops::cpu;

/// What the program was asked to do.
#[derive(Debug)]
pub enum Invocation {
    /// Open the window, on these files and folders.
    Window {
        /// Files and folders; none for the sample or the empty state.
        paths: Vec<PathBuf>,
    },
    /// Work in the terminal.
    Terminal(Terminal),
}

/// A command that runs in the terminal.
#[derive(Debug)]
pub struct Terminal(Task);

impl Terminal {
    /// Runs it to its end: 0 all done, 1 some files failed, 2 nothing could be done.
    pub fn run(self) -> ExitCode {
        match self.0 {
            Task::Analyze(arguments) => analyze::run(&arguments),
            Task::Info(arguments) => info::run(&arguments),
            Task::Train(arguments) => train::run(&arguments),
            Task::Evaluate(arguments) => evaluate::run(&arguments),
            Task::Pack(arguments) => pack::run(&arguments),
        }
    }
}

/// Version, commit and features, as `--version` prints them.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let commit = option_env!("GLIOVIEW_COMMIT").unwrap_or("commit unknown");
    let features =
        [("cuda", cfg!(feature = "cuda")), ("cudnn", cfg!(feature = "cudnn")), ("metal", cfg!(target_os = "macos"))];
    let built: Vec<&str> = features.into_iter().filter_map(|(name, is_in)| is_in.then_some(name)).collect();
    let devices = if built.is_empty() { "cpu".to_owned() } else { format!("cpu, {}", built.join(", ")) };
    format!("{} ({commit}; features: {devices})", env!("CARGO_PKG_VERSION"))
});

/// What `--version` prints; with `--verbose` also what computes on this machine.
fn version_text(is_verbose: bool) -> String {
    let mut text = format!("glioview {}\n", VERSION.as_str());
    if is_verbose {
        let vectors = cpu::vectors().label();
        if let Ok(device) = device::open(DeviceChoice::Auto) {
            let _ = writeln!(text, "device: {}", device.label);
        }
        let _ = writeln!(text, "vector instructions: {vectors} ({} caps them)", cpu::CAP_VARIABLE);
        let _ =
            writeln!(text, "3×3 convolution: {}, elsewhere unfolded into matrix products", cpu::convolution_label());
    }
    text
}

/// Review of brain-tumor MRI with a slice classifier and a U-Net. Research use only. Not for diagnosis.
///
/// Without a command the window opens.
#[derive(Debug, Parser)]
#[command(name = "glioview", version = VERSION.as_str(), disable_version_flag = true, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,
    /// Files and folders to open in the window.
    paths: Vec<PathBuf>,
    /// Print version, commit and features.
    #[arg(short = 'V', long)]
    version: bool,
    /// With --version: what computes here, and with which kernels.
    #[arg(long, requires = "version")]
    verbose: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
enum Task {
    #[command(visible_alias = "analyse")]
    Analyze(analyze::AnalyzeArgs),
    Info(info::InfoArgs),
    /// Train a classifier or a segmenter on your own data.
    Train(Box<train::TrainArguments>),
    /// Measure the nets on data whose truth is known.
    Evaluate(Box<evaluate::EvaluateArguments>),
    Pack(pack::PackArguments),
}

/// Reads the program's arguments. Prints help, version or what is wrong with them, and then ends the program.
pub fn parse() -> Invocation {
    let arguments = Arguments::parse();
    if arguments.version {
        print!("{}", version_text(arguments.verbose));
        std::process::exit(0);
    }
    match arguments.task {
        Some(task) => Invocation::Terminal(Terminal(task)),
        None => Invocation::Window { paths: arguments.paths },
    }
}
