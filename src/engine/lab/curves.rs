//! The job that writes curves of one or several runs as CSV, SVG or PNG. Not for how a chart is drawn (`io::chart`).

use std::path::{Path, PathBuf};

use super::report::{LabReport, RunRecord};
use super::runs;
use crate::engine::event::Event;
use crate::engine::failure::Failure;
use crate::engine::outbox::{Job, Stop};
use crate::io::atomic;
use crate::io::chart::{COLORS, Chart, Panel, Series};
use crate::train::checkpoint::RunFolder;
use crate::train::event::EpochRecord;

const WHAT: &str = "The curves could not be written";

/// Writes the curves of `runs` into `file`, whose extension says how.
pub fn export(job: &Job, folders: &[PathBuf], file: &Path) -> Result<(), Stop> {
    let mut found = Vec::new();
    for folder in folders {
        job.check()?;
        let record = runs::record(folder).map_err(|e| Failure::of_training("A run could not be read", &e))?;
        found.push((name(folder), record));
    }
    if found.iter().all(|(_, record)| record.epochs.is_empty()) {
        return Err(Failure::new(WHAT, "no epoch is finished yet").into());
    }
    let kind = file.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let bytes = match kind.as_str() {
        "csv" => csv(&found).into_bytes(),
        "svg" => chart(&found).svg().into_bytes(),
        "png" => chart(&found).png(file).map_err(|e| Failure::from(&e))?,
        _ => {
            let failure = Failure::new(WHAT, "the file's name ends neither in .png nor .svg nor .csv");
            return Err(failure.with_hint("Choose one of these endings.").into());
        }
    };
    atomic::write(file, &bytes).map_err(|e| Failure::from(&e))?;
    job.emit(Event::Lab { job: job.id, report: LabReport::Written(file.to_owned()) });
    Ok(())
}

/// The name that a person gave the run, else its folder's.
fn name(folder: &Path) -> String {
    let given = RunFolder::open(folder).map(|run| run.read_label().name).unwrap_or_default();
    if given.is_empty() { folder.file_name().unwrap_or_default().to_string_lossy().into_owned() } else { given }
}

type Named = (String, RunRecord);

fn csv(runs: &[Named]) -> String {
    let mut text = "run,epoch,train_loss,val_loss,metric,value,learning_rate,secs,best\n".to_owned();
    for (name, record) in runs {
        for r in &record.epochs {
            text += &format!(
                "{},{},{},{},{},{},{},{},{}\n",
                quoted(name),
                r.epoch + 1,
                r.train_loss,
                r.val_loss,
                r.metric_name,
                r.metric,
                r.learning_rate,
                r.secs,
                u8::from(r.is_best)
            );
        }
    }
    text
}

/// A field as CSV has it; one that a spreadsheet would take for a formula is made text.
fn quoted(field: &str) -> String {
    let is_formula = field.starts_with(['=', '+', '-', '@']);
    let text = format!("{}{}", if is_formula { "'" } else { "" }, field.replace('"', "\"\""));
    if text.contains([',', '"', '\n', '\r']) { format!("\"{text}\"") } else { text }
}

fn chart(runs: &[Named]) -> Chart {
    let title = match runs {
        [(name, _)] => name.clone(),
        several => format!("{} runs", several.len()),
    };
    let mut losses = Vec::new();
    let mut panels: Vec<Panel> = Vec::new();
    for (index, (name, record)) in runs.iter().enumerate() {
        let color = COLORS[index % COLORS.len()];
        let series = |what: &str, is_dashed, value: fn(&EpochRecord) -> f32| Series {
            name: format!("{name}: {what}"),
            color,
            is_dashed,
            points: record.epochs.iter().map(|r| ((r.epoch + 1) as f64, f64::from(value(r)))).collect(),
        };
        losses.push(series("training", true, |r| r.train_loss));
        losses.push(series("validation", false, |r| r.val_loss));
        // Runs of both nets have two metrics, each with its own axis.
        let Some(first) = record.epochs.first() else { continue };
        let y_label = metric_label(&first.metric_name);
        let metric = series("validation", false, |r| r.metric);
        match panels.iter_mut().find(|p| p.y_label == y_label) {
            Some(panel) => panel.series.push(metric),
            None => panels.push(Panel { x_label: "Epoch".to_owned(), y_label, series: vec![metric] }),
        }
    }
    panels.insert(0, Panel { x_label: "Epoch".to_owned(), y_label: "Loss".to_owned(), series: losses });
    Chart { title, panels }
}

/// The metric named in full.
fn metric_label(name: &str) -> String {
    match name {
        "volume_dice" => "Dice, mean over validation patients".to_owned(),
        "auc" => "ROC AUC over validation slices".to_owned(),
        other => other.to_owned(),
    }
}
