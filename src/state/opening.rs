//! Opening and closing studies, recent files, the memory ceiling. Not for reading files (`io`) or threads (`engine`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::assembly::Roles;
use crate::domain::scan::{Sequence, Study};
use crate::engine::command::{Command, JobId};
use crate::engine::failure::Failure;

use super::notice::{About, Level};
use super::study::{StudyId, StudyState};
use super::work::{Export, Opening, Progress};
use super::{AppState, analyzing, looking, update};

pub use crate::engine::command::SAMPLE_PATH;

/// Entries of the recent list.
pub const MAX_RECENT: usize = 12;

/// Opens files and folders; a newer wish replaces an older one that is not done.
pub(super) fn open(state: &mut AppState, paths: Vec<PathBuf>) -> Vec<Command> {
    state.layout.drag_hover.clear();
    if paths.is_empty() {
        return Vec::new();
    }
    state.layout.popup = None;
    state.layout.view = super::screen::MainView::Read;
    state.notices.clear(About::Opening);
    let job = state.inner.jobs.mint();
    let progress = Progress { what: "Opening", done: 0, total: 0 };
    state.opening = Opening::Running { job, paths: paths.clone(), progress };
    vec![Command::Open { job, paths }]
}

/// Puts the series of a study together for the nets with `scan` standing for `sequence`.
pub(super) fn take_as(state: &mut AppState, id: StudyId, scan: Option<usize>, sequence: Sequence) -> Vec<Command> {
    let Some(study) = state.study(id).map(|s| Arc::clone(&s.study)) else { return Vec::new() };
    let before = Roles::in_use(&study.scans);
    let mut roles = before;
    roles.set(sequence, scan);
    state.notices.clear(About::Study(id));
    if roles == before {
        return Vec::new();
    }
    if roles.flair.is_none() {
        let words =
            "Without a FLAIR the nets can't read these series: choose one that takes its place first.".to_owned();
        state.notices.add(Level::Warning, About::Study(id), words, Vec::new());
        return Vec::new();
    }
    let job = state.inner.jobs.mint();
    let progress = Progress { what: "Putting the series together", done: 0, total: 0 };
    state.opening = Opening::Running { job, paths: vec![study.source.clone()], progress };
    vec![Command::Assemble { job, study, roles }]
}

/// Opens what was typed or pasted.
pub(super) fn open_text(state: &mut AppState, text: &str) -> Vec<Command> {
    let paths = paths_of_text(text);
    if paths.is_empty() {
        let words = "No path in that text: give a file or a folder.".to_owned();
        state.notices.add(Level::Warning, About::Opening, words, Vec::new());
    }
    open(state, paths)
}

/// The paths in a text, one a line, perhaps in quotes or as `file://` addresses.
pub fn paths_of_text(text: &str) -> Vec<PathBuf> {
    let lines = text.lines().map(|line| line.trim().trim_matches(['"', '\'']).trim());
    lines.filter(|line| !line.is_empty()).map(path_of_line).collect()
}

fn path_of_line(line: &str) -> PathBuf {
    match line.strip_prefix("file://") {
        Some(address) => PathBuf::from(percent_decoded(address.strip_prefix("localhost").unwrap_or(address))),
        None => PathBuf::from(line),
    }
}

/// `%20` and the like as bytes; what is no valid escape stays as it is.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        if let Some(byte) = escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            decoded.push(byte);
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The files are open: shows the first study and reads it, tells what did not open.
pub(super) fn opened(state: &mut AppState, job: JobId, studies: Vec<Arc<Study>>, failures: &[Failure]) -> Vec<Command> {
    let Opening::Running { job: current, paths, .. } = &state.opening else { return Vec::new() };
    if *current != job {
        return Vec::new();
    }
    let paths = paths.clone();
    tell_failures(state, failures, studies.iter().any(|s| !s.scans.is_empty()));
    let mut commands = Vec::new();
    let mut first = None;
    let opened: Vec<Arc<Study>> = studies.into_iter().filter(|s| !s.scans.is_empty()).collect();
    remember(state, &paths, &opened, &mut commands);
    // Before any of them is there: a folder that holds two patients is two studies of one source.
    for study in &opened {
        commands.extend(close_same(state, study));
    }
    for study in opened {
        state.inner.last_study += 1;
        let id = StudyId(state.inner.last_study);
        state.studies.push(StudyState::new(id, study, state.settings.reader_first));
        first = first.or(Some(id));
    }
    settle(state);
    if let Some(id) = first {
        commands.extend(looking::show(state, id, 0));
    } else if failures.is_empty() {
        let words = "Nothing to open there: no picture was found.".to_owned();
        state.notices.add(Level::Warning, About::Opening, words, Vec::new());
    }
    commands.extend(keep_ceiling(state));
    commands
}

/// Opening is over without a study.
pub(super) fn opening_ended(state: &mut AppState, failure: Option<&Failure>) {
    if let Some(failure) = failure {
        state.notices.add_failure(About::Opening, failure);
    }
    settle(state);
}

fn settle(state: &mut AppState) {
    state.opening = if state.studies.is_empty() { Opening::Nothing } else { Opening::Open };
}

/// One failure is a notice of its own, several are one notice with details, so that a bad folder is no wall of text.
fn tell_failures(state: &mut AppState, failures: &[Failure], has_others: bool) {
    match failures {
        [] => {}
        [one] => {
            state.notices.add_failure(About::Opening, one);
        }
        many => {
            let others = if has_others { "; the others did" } else { "" };
            let text = format!("{} files did not open{others}.", many.len());
            let details = many.iter().map(|f| {
                let name = f.path.as_deref().and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
                let why = f.why.first().unwrap_or(&f.what);
                name.map_or_else(|| why.clone(), |n| format!("{n}: {why}"))
            });
            state.notices.add(Level::Error, About::Opening, text, details.collect());
        }
    }
}

/// Puts what was opened on top of the recent list. The sample is no recent file.
fn remember(state: &mut AppState, paths: &[PathBuf], opened: &[Arc<Study>], commands: &mut Vec<Command>) {
    let asked: Vec<PathBuf> = match paths {
        [one] if !opened.is_empty() => vec![one.clone()],
        _ => opened.iter().filter(|s| !s.synthetic).map(|s| s.source.clone()).collect(),
    };
    let before = state.settings.recent.clone();
    for path in asked.into_iter().rev().filter(|p| p.as_path() != Path::new(SAMPLE_PATH)) {
        state.settings.recent.retain(|p| *p != path);
        state.settings.recent.insert(0, path);
    }
    state.settings.recent.truncate(MAX_RECENT);
    if state.settings.recent != before {
        commands.extend(update::save_settings(state));
    }
}

/// A study that is opened again takes the place of the old one; its decisions are on disk.
fn close_same(state: &mut AppState, study: &Study) -> Vec<Command> {
    let is_same = |s: &&StudyState| s.source == study.source && s.study.synthetic == study.synthetic;
    let old: Vec<StudyId> = state.studies.iter().filter(is_same).map(|s| s.id).collect();
    old.into_iter().flat_map(|id| remove(state, id)).collect()
}

/// Closes a study and shows its neighbor.
pub(super) fn close(state: &mut AppState, id: StudyId) -> Vec<Command> {
    let Some(place) = state.studies.iter().position(|s| s.id == id) else { return Vec::new() };
    let was_current = state.current == Some(id);
    let mut commands = remove(state, id);
    if was_current {
        match state.studies.get(place).or(state.studies.last()).map(|s| (s.id, s.scan)) {
            Some((neighbor, scan)) => commands.extend(looking::show(state, neighbor, scan)),
            None => state.export = Export::Idle,
        }
    }
    if !matches!(state.opening, Opening::Running { .. }) {
        settle(state);
    }
    commands
}

/// Takes a study out of the list: its analysis stops, its notices go, its decisions can no longer be taken back.
fn remove(state: &mut AppState, id: StudyId) -> Vec<Command> {
    let mut commands = Vec::new();
    if let Some(study) = state.study(id) {
        for scan in study.scans.iter().filter(|s| s.analysis.is_running()) {
            commands.extend(scan.job.map(|job| Command::Cancel { job }));
        }
    }
    state.studies.retain(|s| s.id != id);
    state.undo.forget(id);
    state.notices.all.retain(|n| match n.about {
        About::Study(study) | About::Analysis(study, _) => study != id,
        About::Opening | About::Review | About::Export | About::Models | About::Training | About::App => true,
    });
    if state.current == Some(id) {
        state.current = None;
    }
    commands
}

/// Closes studies, the one that was longest not on screen first, until all fit under the ceiling.
pub(super) fn keep_ceiling(state: &mut AppState) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut closed = Vec::new();
    while open_bytes(state) > state.memory_ceiling_bytes {
        let others = state.studies.iter().filter(|s| Some(s.id) != state.current);
        // Studies that were opened together and never shown go from the end, so that the list's beginning stays.
        let oldest = others.min_by_key(|s| (s.shown_at, std::cmp::Reverse(s.id))).map(|s| s.id);
        let Some(id) = oldest else { break };
        closed.extend(state.study(id).map(|s| s.study.title.clone()));
        commands.extend(remove(state, id));
    }
    if !closed.is_empty() {
        let ceiling_mb = state.memory_ceiling_bytes >> 20;
        let text = match closed.as_slice() {
            [one] => {
                format!("Closed {one} to keep open studies under {ceiling_mb} MB. Open it again to go on with it.")
            }
            many => format!("Closed {} studies to keep open studies under {ceiling_mb} MB.", many.len()),
        };
        state.notices.add(Level::Warning, About::Opening, text, if closed.len() > 1 { closed } else { Vec::new() });
        commands.extend(analyzing::ensure(state));
    }
    commands
}

/// Bytes that all open studies take: pixels and maps.
pub fn open_bytes(state: &AppState) -> usize {
    state.studies.iter().map(StudyState::bytes).sum()
}
