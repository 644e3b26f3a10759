//! `glioview info`: what a file or folder is, as it was read. Not for what is on the pictures: no net runs here.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use clap::Args;
use serde::Serialize;

use super::interrupt;
use super::output::Output;
use super::tally::Tally;
use crate::domain::gate::{self, GateVerdict};
use crate::domain::scan::{Scan, Slice, Study};
use crate::engine::command::SAMPLE_PATH;
use crate::io::error::IoError;
use crate::io::{open, plan, sample};

/// Says what a file or folder is, as read: series, kind, size, depth, sequences, and whether the models know its kind.
#[derive(Debug, Args)]
pub struct InfoArgs {
    /// A file or folder.
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// With the patient's name, number and dates, as the files have them.
    #[arg(long)]
    show_patient: bool,
}

/// One study as read.
#[derive(Debug, Serialize)]
struct StudyInfo {
    title: String,
    synthetic: bool,
    series: Vec<ScanInfo>,
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<PatientInfo>,
}

/// Who a study is of; only where it was asked for.
#[derive(Clone, Debug, Serialize)]
struct PatientInfo {
    name: String,
    id: String,
    birth_date: String,
    sex: String,
    study_date: String,
}

/// One series as read.
#[derive(Clone, Debug, Serialize)]
struct ScanInfo {
    title: String,
    kind: String,
    description: String,
    rows: usize,
    columns: usize,
    slices: usize,
    /// Between rows, columns and slices; null where the file does not say.
    spacing_mm: Option<[f64; 3]>,
    /// Where column, row and slice numbers grow to: "LPS"; null where the file does not say.
    orientation: Option<String>,
    /// UID of a DICOM file's transfer syntax; null for other kinds.
    transfer_syntax: Option<String>,
    encoding: String,
    modality: String,
    bits: u32,
    sequences: Vec<&'static str>,
    reference_masks: usize,
    known_kind: bool,
    not_known_because: Vec<&'static str>,
    warnings: Vec<String>,
}

/// Everything, for `--json`.
#[derive(Debug, Serialize)]
struct Info<'a> {
    path: &'a Path,
    /// Those of all studies, one after the other.
    series: Vec<ScanInfo>,
    studies: Vec<StudyInfo>,
    failures: Vec<String>,
}

/// Does it.
pub fn run(args: &InfoArgs) -> ExitCode {
    let output = Output::new(args.json);
    let mut tally = Tally::default();
    let mut info = Info { path: &args.path, series: Vec::new(), studies: Vec::new(), failures: Vec::new() };
    let mut take = |mut study: StudyInfo| {
        tally.done();
        if !args.show_patient {
            study.patient = None;
        }
        if !args.json {
            for line in lines(&study) {
                output.line(&line);
            }
        }
        info.series.extend(study.series.iter().cloned());
        info.studies.push(study);
    };
    let failures = read_all(&args.path, &output, &mut take);
    if args.json {
        info.failures.clone_from(&failures);
        match serde_json::to_string_pretty(&info) {
            Ok(text) => output.data(&format!("{text}\n")),
            Err(error) => tally.failed(error.to_string()),
        }
    }
    tally.failed_all(failures);
    tally.close(&output)
}

/// Reads one study after the other, keeps none, and returns what failed.
fn read_all(path: &Path, output: &Output, take: &mut dyn FnMut(StudyInfo)) -> Vec<String> {
    if path == Path::new(SAMPLE_PATH) {
        return sample::open().map(|study| take(describe(&study))).err().iter().map(IoError::to_string).collect();
    }
    let interrupted = interrupt::flag();
    let planned = plan::plan(&[path.to_owned()]);
    let mut failures = planned.failures;
    for study_plan in &planned.studies {
        let mut on_step = |done, total| {
            output.progress(&study_plan.title, "Reading", done, total);
            if interrupted.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        match open::read(study_plan, &mut on_step, &mut failures) {
            Ok(study) => study.iter().for_each(|study| take(describe(study))),
            Err(error) => failures.push((study_plan.source.clone(), error)),
        }
    }
    failures.iter().map(|(_, error)| error.to_string()).collect()
}

fn describe(study: &Study) -> StudyInfo {
    StudyInfo {
        title: study.title.clone(),
        synthetic: study.synthetic,
        series: study.scans.iter().map(describe_scan).collect(),
        warnings: study.warnings.clone(),
        patient: (!study.patient.is_empty()).then(|| PatientInfo {
            name: study.patient.name.clone(),
            id: study.patient.id.clone(),
            birth_date: study.patient.birth_date.clone(),
            sex: study.patient.sex.clone(),
            study_date: study.patient.study_date.clone(),
        }),
    }
}

fn describe_scan(scan: &Scan) -> ScanInfo {
    let verdict = gate::check(scan);
    let depth = scan.slices.iter().flat_map(|s| &s.planes).map(|p| p.samples.bits()).max();
    let of_slice = |slice: &Slice| -> Vec<String> {
        slice.warnings.iter().map(|warning| format!("{}: {warning}", slice.name)).collect()
    };
    let about = &scan.about;
    let spacing = about.geometry.map(|geometry| geometry.spacing_mm());
    ScanInfo {
        title: scan.title.clone(),
        kind: scan.kind.clone(),
        description: about.description.clone(),
        spacing_mm: spacing.map(|[slice, row, col]| [row, col, slice].map(rounded)),
        orientation: about.geometry.map(|geometry| match about.stored_axes.as_str() {
            "" => geometry.axis_codes(),
            stored => stored.to_owned(),
        }),
        transfer_syntax: (!about.acquisition.transfer_syntax.is_empty())
            .then(|| about.acquisition.transfer_syntax.clone()),
        encoding: about.encoding.clone(),
        modality: about.acquisition.modality.clone(),
        rows: scan.rows,
        columns: scan.cols,
        slices: scan.slices.len(),
        bits: depth.unwrap_or(0),
        sequences: scan.sequences.iter().map(|s| s.label()).collect(),
        reference_masks: scan.reference.iter().flatten().count(),
        known_kind: verdict == GateVerdict::Known,
        not_known_because: match &verdict {
            GateVerdict::Known => Vec::new(),
            GateVerdict::Unknown(reasons) => reasons.iter().map(|reason| reason.words()).collect(),
        },
        warnings: scan.warnings.iter().cloned().chain(scan.slices.iter().flat_map(of_slice)).collect(),
    }
}

/// To a millionth of a millimeter: what lies beyond comes from computing.
fn rounded(mm: f64) -> f64 {
    (mm * 1e6).round() / 1e6
}

/// A study in lines.
fn lines(study: &StudyInfo) -> Vec<String> {
    let mut lines = vec![format!("{}{}", study.title, if study.synthetic { " (synthetic)" } else { "" })];
    if let Some(PatientInfo { name, id, birth_date, sex, study_date }) = &study.patient {
        lines.push(format!("  patient: {name}, {id}, born {birth_date}, {sex}; study of {study_date}"));
    }
    for scan in &study.series {
        let ScanInfo { kind, rows, columns, slices, bits, .. } = scan;
        lines.push(format!("  {}: {kind}, {columns} × {rows} px, {slices} slices, {bits} bits", scan.title));
        lines.push(format!("    sequences: {}", scan.sequences.join(", ")));
        if let (Some([row, col, slice]), Some(orientation)) = (scan.spacing_mm, &scan.orientation) {
            lines.push(format!("    spacing: {row} × {col} × {slice} mm, orientation {orientation}"));
        }
        if !scan.encoding.is_empty() {
            lines.push(format!("    encoding: {}", scan.encoding));
        }
        if scan.reference_masks > 0 {
            lines.push(format!("    reference masks: on {} slices", scan.reference_masks));
        }
        lines.push(if scan.known_kind {
            "    the kind of picture that the models know".to_owned()
        } else {
            format!("    not the kind of picture that the models know: {}", scan.not_known_because.join(", "))
        });
        lines.extend(scan.warnings.iter().map(|warning| format!("    warning: {warning}")));
    }
    lines.extend(study.warnings.iter().map(|warning| format!("  warning: {warning}")));
    lines
}
