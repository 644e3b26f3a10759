//! The job that lets the user pick files or folders. Not for opening them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::thread::Builder;
use std::time::{Duration, Instant};

use super::command::{JobId, ModelsPick, Pick};
use super::event::Event;
use super::failure::Failure;
use super::outbox::{Job, Outbox, Stop};
use super::tools::Dialogs;

/// Nobody closes a dialog this fast; an empty answer within it means that the machine shows none (rfd 0.17 answers as
/// for a cancel where there is neither a portal nor zenity).
const NO_DIALOG_WITHIN: Duration = Duration::from_millis(300);

/// Asks for `pick`. The system's dialog stands in a thread of its own that nobody waits for: an open dialog holds up
/// neither the saving of reviews nor the closing of the window.
pub fn run(job: &Job, pick: Pick, dialogs: &Dialogs) -> Result<(), Stop> {
    let id = job.id;
    match dialogs {
        Dialogs::Unavailable => job.emit(Event::Picked { job: id, pick, paths: Vec::new(), no_dialog: true }),
        Dialogs::Answer(answer) => job.emit(Event::Picked { job: id, pick, paths: answer(pick), no_dialog: false }),
        Dialogs::System => {
            let outbox = job.outbox().clone();
            let spawned = Builder::new().name("dialog".to_owned()).spawn(move || ask(&outbox, id, pick));
            spawned.map_err(|e| Failure::new("Could not show a dialog", &e.to_string()))?;
        }
    }
    Ok(())
}

fn ask(outbox: &Outbox, job: JobId, pick: Pick) {
    let started = Instant::now();
    match catch_unwind(AssertUnwindSafe(|| show(pick))) {
        Ok(paths) => {
            let no_dialog = paths.is_empty() && started.elapsed() < NO_DIALOG_WITHIN;
            outbox.emit(Event::Picked { job, pick, paths, no_dialog });
        }
        Err(panic) => outbox.emit(Event::Failed { job, failure: Failure::panic(panic.as_ref()) }),
    }
}

fn one(dialog: rfd::FileDialog) -> Vec<PathBuf> {
    dialog.add_filter("All files", &["*"]).pick_file().into_iter().collect()
}

fn saved(dialog: rfd::FileDialog) -> Vec<PathBuf> {
    dialog.save_file().into_iter().collect()
}

/// Shows the dialog and waits for the answer.
fn show(pick: Pick) -> Vec<PathBuf> {
    let dialog = rfd::FileDialog::new();
    match pick {
        Pick::Files => dialog
            .set_title("Open MRI files")
            // First, because a scanner's DICOM files have no extension.
            .add_filter("All files", &["*"])
            .add_filter("DICOM, NIfTI", &["dcm", "ima", "zip", "nii", "gz", "hdr", "img"])
            .add_filter("Pictures", &["tif", "tiff", "png", "jpg", "jpeg", "bmp", "webp"])
            .pick_files()
            .unwrap_or_default(),
        Pick::Folder => dialog.set_title("Open a folder of slices").pick_folder().into_iter().collect(),
        Pick::ExportFolder => dialog.set_title("Export results into").pick_folder().into_iter().collect(),
        Pick::DataFolder => dialog.set_title("Choose a folder of training data").pick_folder().into_iter().collect(),
        Pick::Models(ModelsPick::DataFolder) => {
            dialog.set_title("Choose a folder to evaluate on").pick_folder().into_iter().collect()
        }
        Pick::Models(ModelsPick::DataTable) => {
            one(dialog.set_title("Choose a table to evaluate on").add_filter("CSV", &["csv"]))
        }
        Pick::Models(ModelsPick::Import) => {
            one(dialog.set_title("Import a model").add_filter("safetensors", &["safetensors"]))
        }
        Pick::Models(ModelsPick::Export) => {
            saved(dialog.set_title("Export the model").set_file_name("model.safetensors"))
        }
        Pick::DataTable => one(dialog.set_title("Choose a table of training data").add_filter("CSV", &["csv"])),
        Pick::SplitFile | Pick::Models(ModelsPick::SplitFile) => {
            one(dialog.set_title("Choose a split").add_filter("CSV", &["csv"]))
        }
        Pick::StartWeights => one(dialog.set_title("Choose weights").add_filter("safetensors", &["safetensors"])),
        Pick::SaveSplit => saved(dialog.set_title("Save the split").set_file_name("split.csv")),
        Pick::SaveCurves => saved(dialog.set_title("Save the curves").set_file_name("curves.png")),
    }
}
