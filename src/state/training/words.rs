//! What the Train view says: status line, progress, metric, question, what is missing. Not for drawing.

use std::path::Path;

use crate::domain::card::Task;
use crate::engine::lab::order::Control;
use crate::engine::lab::report::{RunStatus, RunSummary};
use crate::state::AppState;
use crate::state::text;
use crate::train::command_line::command_line;
use crate::train::config::TrainConfig;
use crate::train::event::EndReason;
use crate::train::inspect::DataReport;
use crate::train::split::Part;

use super::Ask;
use super::data::Survey;
use super::live::{Live, Phase};

/// Dice of two readers on the same low-grade gliomas, as the field reports it (Buda et al. 2019).
pub const TWO_READERS_DICE: f32 = 0.84;

const BYTES_PER_GB: f64 = 1e9;

/// "12 min", "1 h 05 min", "under 1 min".
pub fn duration(secs: f64) -> String {
    let minutes = (secs / 60.0).round() as u64;
    match minutes {
        0 => "under 1 min".to_owned(),
        1..60 => format!("{minutes} min"),
        _ => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

/// A loss with three digits, or what it is where it is no number.
pub fn loss(value: f32) -> String {
    if value.is_finite() { format!("{value:.3}") } else { "not a number".to_owned() }
}

/// The line in the status bar of every view: "Training U-Net 16: epoch 3 of 20 · loss 0.210 · 12 min left".
pub fn status(state: &AppState) -> Option<String> {
    let live = state.training.running()?;
    Some(format!("Training {}: {}", live.title(), course(live)))
}

/// How far a training is, in one line.
pub fn course(live: &Live) -> String {
    let mut parts: Vec<String> = Vec::new();
    match (&live.phase, live.wish) {
        (_, Some(Control::Stop)) => parts.push("stopping".to_owned()),
        (_, Some(Control::Discard)) => parts.push("discarding".to_owned()),
        (_, Some(Control::StopAfterEpoch)) => parts.push("stops after this epoch".to_owned()),
        (Phase::Paused, _) => parts.push("paused".to_owned()),
        (_, Some(Control::Pause)) => parts.push("pausing".to_owned()),
        _ => {}
    }
    match &live.phase {
        Phase::Waiting => parts.push("in line".to_owned()),
        Phase::Preparing(p) if p.total > 0 => {
            parts.push(format!("looking at the data, {} of {}", text::count(p.done), text::count(p.total)));
        }
        Phase::Preparing(_) => parts.push("looking at the data".to_owned()),
        Phase::Training | Phase::Paused | Phase::Validating(..) => {
            parts.push(format!("epoch {} of {}", (live.epoch + 1).min(live.epochs.max(1)), live.epochs));
            if let Phase::Validating(done, total) = live.phase {
                parts.push(format!("validating {done} of {total}"));
            }
            // The words of a validation take the loss' place, so that the line stays one line.
            let loss_now = live.mean_loss.filter(|_| !matches!(live.phase, Phase::Validating(..)));
            parts.extend(loss_now.map(|l| format!("loss {}", loss(l))));
            parts.extend(live.eta_secs().map(|secs| format!("{} left", duration(secs))));
        }
        Phase::Ended(reason) => parts.push(end(*reason).to_owned()),
        Phase::Discarded => parts.push("discarded: it lies in the trash".to_owned()),
        Phase::Failed(failure) => parts.push(failure.what.clone()),
        Phase::Withdrawn => parts.push("not trained: taken out of the line".to_owned()),
    }
    parts.join(" · ")
}

/// Why a training ended.
pub fn end(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Finished => "finished: all epochs done",
        EndReason::EarlyStopped => "finished early: no better validation loss",
        EndReason::Stopped => "stopped, the best is kept",
        EndReason::NotANumber => "stopped: the loss was not a number",
    }
}

/// "Step 104 of 197 ·  15.8 slices/s ·  2.1 GB · CPU".
pub fn detail(live: &Live) -> String {
    let steps = live.history.steps_per_epoch();
    // Before the first step nothing is known of their number.
    let mut parts = Vec::new();
    if live.steps_done > 0 || !live.history.epochs().is_empty() {
        parts.push(format!("Step {:>3} of {steps}", live.steps_done));
    }
    parts.extend(live.slices_per_sec.map(|s| format!("{s:>5.1} slices/s")));
    parts.extend(live.memory_bytes.map(|bytes| format!("{:>4.1} GB", bytes as f64 / BYTES_PER_GB)));
    // Its kind alone: the top bar names it in full, and the line must fit.
    parts.extend(live.device.split(" · ").next().filter(|kind| !kind.is_empty()).map(str::to_owned));
    parts.join(" · ")
}

/// What comes after the end: "Choosing the threshold on validation, slice 40 of 210", then "Threshold 0.42, chosen on 13
/// validation patients".
pub fn thresholds(live: &Live) -> Option<String> {
    if let Some(now) = &live.choosing {
        return Some(format!("Choosing the threshold on validation, {:>3} of {}", now.done, now.total));
    }
    let chosen = live.chosen.as_ref()?;
    let patients = text::counted(chosen.patients, "validation patient", "validation patients");
    Some(format!("Threshold {}, chosen on {patients}", text::threshold(chosen.thresholds.threshold)))
}

/// "Epochs since best: 4 of 10".
pub fn early_stopping(live: &Live) -> Option<String> {
    let since = live.history.since_best()?;
    Some(match live.config.as_ref().and_then(|c| c.patience) {
        Some(patience) => format!("Epochs since best: {since} of {patience}"),
        None => format!("Epochs since best: {since}, no early stopping"),
    })
}

/// The metric's short and full name: "Dice" and "mean over 13 validation patients, higher is better".
pub fn metric(name: &str, report: Option<&DataReport>) -> (&'static str, String) {
    let count = |part: Part| report.and_then(|r| r.parts.iter().find(|(p, _)| *p == part)).map(|(_, counts)| *counts);
    let val = count(Part::Val);
    if name == "auc" {
        let over = val.map_or_else(
            || "the validation slices".to_owned(),
            |c| text::counted(c.slices, "validation slice", "validation slices"),
        );
        return ("ROC AUC", format!("over {over}, higher is better"));
    }
    let over = val.map_or_else(
        || "the validation patients".to_owned(),
        |c| text::counted(c.patients, "validation patient", "validation patients"),
    );
    ("Dice", format!("mean over {over}, higher is better"))
}

/// Where the metric stands for nothing learned, and what people reach: name and value.
pub fn references(name: &str) -> Vec<(&'static str, f32)> {
    if name == "auc" { vec![("a coin's toss 0.50", 0.5)] } else { vec![("two readers 0.84", TWO_READERS_DICE)] }
}

/// "87 patients · 3 115 slices · 34 % with tumor".
pub fn data_line(report: &DataReport) -> String {
    let share = 100.0 * report.tumor_slices as f64 / report.slices.max(1) as f64;
    format!(
        "{} · {} · {share:.0} % with tumor",
        text::counted(report.patients, "patient", "patients"),
        text::counted(report.slices, "slice", "slices")
    )
}

/// Why nothing can be started, or nothing where it can.
pub fn missing(state: &AppState) -> Option<String> {
    let training = &state.training;
    let Some(report) = training.data.report() else {
        let is_looking = matches!(training.data.survey, Survey::Running { .. });
        let words = if is_looking { "The data is being looked at" } else { "Choose the data first" };
        return Some(words.to_owned());
    };
    if training.form.nets().any(|net| net.task() == Task::Segmenter) && !report.has_all_masks {
        return Some("Some tumor slices have no mask: a segmenter needs one for each".to_owned());
    }
    if let Some(problem) = report.problems.first() {
        return Some(problem.clone());
    }
    let (_, troubles) = training.form.configs(training.data.request.as_ref());
    troubles.first().map(|trouble| match trouble.setting {
        Some(setting) => format!("{}: {}", setting.label(), trouble.text),
        None => trouble.text.clone(),
    })
}

/// The commands that train in a terminal as the form stands, one a line; `None` where something is wrong or missing.
pub fn command(state: &AppState) -> Option<String> {
    let training = &state.training;
    let (configs, troubles) = training.form.configs(Some(training.data.request.as_ref()?));
    let name = |config: &TrainConfig| format!("runs/{}", config.architecture.label().to_lowercase().replace(' ', "-"));
    let lines = configs.iter().map(|config| command_line(config, Path::new(&name(config))));
    troubles.is_empty().then(|| lines.collect::<Vec<_>>().join("\n"))
}

/// What two trial steps say: "96 s an epoch · 0.6 GB".
pub fn trial(result: &crate::train::trial::Trial) -> String {
    let gigabytes = |bytes: u64| format!("{:.1} GB", bytes as f64 / 1e9);
    let mut parts = vec![format!("{:.0} s an epoch", result.secs_per_epoch)];
    parts.extend(result.peak_bytes.map(|peak| match result.available_bytes {
        Some(all) => format!("{} of {}", gigabytes(peak), gigabytes(all)),
        None => gigabytes(peak),
    }));
    parts.push(result.device.clone());
    parts.join(" · ")
}

/// The question with its answers: title, sentence, yes.
pub fn question(state: &AppState, ask: &Ask) -> (&'static str, String, &'static str) {
    match ask {
        Ask::Discard(_) => (
            "Discard this training?",
            "It stops, and the run goes to the trash with everything that it learned.".to_owned(),
            "Discard",
        ),
        Ask::Leak => {
            let leak = state.training.data.report().and_then(|r| r.warnings.iter().find(|w| w.is_leak));
            let what = leak.map_or_else(String::new, |w| format!("{} ", w.text));
            let words = format!("{what}Figures of this training will be too good, and its card will say so.");
            ("Train on parts that overlap?", words, "Train anyway")
        }
        Ask::Trash(folder) => {
            let name = state.training.runs.summary(folder).map_or_else(|| "The run".to_owned(), run_name);
            ("Move the run to the trash?", format!("{name} goes with its weights and curves."), "Move to the trash")
        }
        Ask::Close => ("A training is under way", String::new(), ""),
    }
}

/// The run's own name, or the one drawn from its net and folder.
pub fn run_name(run: &RunSummary) -> String {
    if !run.label.name.is_empty() {
        return run.label.name.clone();
    }
    let net = run.config.as_ref().map_or_else(|| "Run".to_owned(), |c| c.architecture.label());
    let folder = run.folder.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let number = folder.rsplit('-').next().filter(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
    number.map_or_else(|| net.clone(), |number| format!("{net}, run {number}"))
}

/// "finished · 2 days", "interrupted at epoch 11".
pub fn run_line(run: &RunSummary, now_secs: u64) -> String {
    let state = match run.status {
        RunStatus::Running => format!("training · epoch {}", run.epochs_done + 1),
        RunStatus::Queued => "in line".to_owned(),
        RunStatus::Finished => "finished".to_owned(),
        RunStatus::Stopped => "stopped, kept".to_owned(),
        RunStatus::Interrupted => return format!("interrupted at epoch {}", run.epochs_done + 1),
        RunStatus::NotANumber => "loss not a number".to_owned(),
        RunStatus::Unreadable => return "cannot be read".to_owned(),
    };
    format!("{state} · {}", age(now_secs.saturating_sub(run.begun_secs)))
}

/// "just now", "5 min ago", "3 h ago", "yesterday", "12 days ago".
pub fn age(secs: u64) -> String {
    match secs {
        0..60 => "just now".to_owned(),
        60..3600 => format!("{} min ago", secs / 60),
        3600..86_400 => format!("{} h ago", secs / 3600),
        86_400..172_800 => "yesterday".to_owned(),
        _ => format!("{} days ago", secs / 86_400),
    }
}
