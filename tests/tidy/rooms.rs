//! The rules about rooms: who imports whom, and which library is at home where. Not for the form of the code.

use super::lexer::closing;
use super::source::Source;

/// The rooms from left to right; on top of them `app` and `cli`, and over those `main`.
const ROOMS: [&str; 7] = ["domain", "io", "nn", "train", "engine", "state", "ui"];

/// Where a word may be used: the word (a macro with its `!`), the places, and the rule.
const HOMES: [(&str, &[&str], &str); 12] = [
    ("egui", &["src/ui/", "src/app.rs", "src/app/"], "egui is at home in ui and app"),
    ("eframe", &["src/ui/", "src/app.rs", "src/app/"], "eframe is at home in ui and app"),
    ("egui_extras", &["src/ui/", "src/app.rs", "src/app/"], "egui_extras is at home in ui and app"),
    ("egui_plot", &["src/ui/", "src/app.rs", "src/app/"], "egui_plot is at home in ui and app"),
    ("candle_core", &["src/nn/", "src/train/"], "candle is at home in nn and train"),
    ("candle_nn", &["src/nn/", "src/train/"], "candle is at home in nn and train"),
    ("rayon", &["src/nn/ops/"], "rayon is at home in nn/ops"),
    ("unsafe", &["src/nn/ops/"], "unsafe is at home in nn/ops"),
    ("unsafe_code", &["src/nn/ops/"], "unsafe is at home in nn/ops"),
    ("println!", &["src/cli/", "src/main.rs"], "only cli and main print"),
    ("print!", &["src/cli/", "src/main.rs"], "only cli and main print"),
    ("eprintln!", &["src/cli/", "src/main.rs"], "only cli and main print"),
];

/// Where threads begin.
const THREADED: [&str; 2] = ["src/engine/", "src/train/batch.rs"];

/// Of `std::thread`, what starts no thread and waits for none.
const HARMLESS_OF_THREAD: [&str; 3] = ["available_parallelism", "panicking", "current"];

/// Where files are touched.
const FILING: [&str; 8] = [
    "src/io/",
    "src/nn/weights.rs",
    "src/train/dataset.rs",
    "src/train/dataset/",
    "src/train/checkpoint.rs",
    "src/train/checkpoint/",
    "src/train/observer.rs",
    "src/train/observer/",
];

/// A room's place in the order; `app` and `cli` stand over all rooms and beside each other.
fn rank(room: &str) -> Option<usize> {
    match room {
        "app" | "cli" => Some(ROOMS.len()),
        "main" => Some(ROOMS.len() + 1),
        _ => ROOMS.iter().position(|r| *r == room),
    }
}

/// The room of a path under `src/`; `None` for `lib.rs`.
fn room_of(path: &str) -> Option<&str> {
    let first = path.strip_prefix("src/")?.split('/').next()?;
    let room = first.strip_suffix(".rs").unwrap_or(first);
    rank(room).map(|_| room)
}

/// How many modules deep a file's own module is.
fn depth_of(path: &str) -> usize {
    let parts: Vec<&str> = path.trim_start_matches("src/").split('/').collect();
    if parts.last() == Some(&"mod.rs") { parts.len() - 1 } else { parts.len() }
}

/// The rooms that a file names, each with its line: `crate::x`, `glioview::x`, `super::super::x`, also grouped.
fn imports(source: &Source) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let depth = depth_of(&source.path);
    for at in 0..source.tokens.len() {
        if source.reads(at.wrapping_sub(1), &["::"]) && at > 0 {
            continue;
        }
        let mut next = at;
        if source.reads(at, &["crate", "::"]) || source.reads(at, &["glioview", "::"]) {
            next += 2;
        } else {
            while source.reads(next, &["super", "::"]) {
                next += 2;
            }
            if next == at || (next - at) / 2 < depth {
                continue;
            }
        }
        found.extend(heads(source, next));
    }
    found
}

/// The first names of a path or of a group of paths.
fn heads(source: &Source, at: usize) -> Vec<(String, usize)> {
    let Some(token) = source.tokens.get(at) else { return Vec::new() };
    if token.text != "{" {
        return vec![(token.text.clone(), token.line)];
    }
    let mut found = Vec::new();
    let (mut i, end) = (at + 1, closing(&source.tokens, at));
    let mut is_head = true;
    while i < end {
        let token = &source.tokens[i];
        match token.text.as_str() {
            "{" => i = closing(&source.tokens, i),
            "," => is_head = true,
            _ if is_head => {
                found.push((token.text.clone(), token.line));
                is_head = false;
            }
            _ => {}
        }
        i += 1;
    }
    found
}

/// No room imports a room to its right.
pub fn room_order(source: &Source) -> Vec<String> {
    let Some(own) = room_of(&source.path) else { return Vec::new() };
    let is_breach = |name: &str| name != own && rank(name).is_some_and(|other| Some(other) >= rank(own));
    imports(source)
        .into_iter()
        .filter(|(name, _)| is_breach(name))
        .map(|(name, line)| source.at(line, &format!("{own} imports {name}, a room to its right")))
        .collect()
}

/// Libraries stay where they are at home.
pub fn homes(source: &Source) -> Vec<String> {
    let mut breaches = Vec::new();
    for (at, token) in source.tokens.iter().enumerate() {
        for (word, places, rule) in &HOMES {
            let is_used = match word.strip_suffix('!') {
                Some(name) => source.reads(at, &[name, "!"]),
                None => token.text == *word,
            };
            if is_used && !source.is_in(places) {
                breaches.push(source.at(token.line, rule));
            }
        }
    }
    breaches
}

/// Threads begin only in the engine and in the prefetch.
pub fn threads(source: &Source) -> Vec<String> {
    if source.is_in(&THREADED) {
        return Vec::new();
    }
    let renamed = source.find(&["thread", "as"]).map(|at| (at, "std::thread renamed".to_owned()));
    let used = source.find(&["thread", "::"]).flat_map(|at| heads(source, at + 2).into_iter().map(move |h| (at, h.0)));
    renamed
        .chain(used)
        .filter(|(_, name)| !HARMLESS_OF_THREAD.contains(&name.as_str()))
        .map(|(at, name)| {
            source.at(source.tokens[at].line, &format!("thread::{name} outside engine and train/batch.rs"))
        })
        .collect()
}

/// Files are touched only in the named places.
pub fn filing(source: &Source) -> Vec<String> {
    if source.is_in(&FILING) {
        return Vec::new();
    }
    let is_fs = |at: usize| {
        let of_std = source.reads(at, &["std", "::"]) && heads(source, at + 2).iter().any(|(name, _)| name == "fs");
        of_std || source.reads(at, &["fs", "::"])
    };
    let mut lines: Vec<usize> =
        (0..source.tokens.len()).filter(|&at| is_fs(at)).map(|at| source.tokens[at].line).collect();
    lines.dedup();
    lines.into_iter().map(|line| source.at(line, "std::fs outside the rooms that touch files")).collect()
}

/// The window's side neither waits nor looks at the disk: no channel, lock or question to the file system.
pub fn frame_never_waits(source: &Source) -> Vec<String> {
    if !source.is_in(&["src/ui/", "src/state/"]) {
        return Vec::new();
    }
    let words = ["mpsc", "Mutex", "RwLock", "Condvar", "Barrier"];
    let calls = ["recv", "join_handle", "exists", "is_dir", "is_file", "metadata", "read_dir", "canonicalize"];
    let mut breaches = Vec::new();
    for (at, token) in source.tokens.iter().enumerate() {
        if words.contains(&token.text.as_str()) {
            breaches.push(source.at(token.line, &format!("{} in the window's side", token.text)));
        }
        if calls.iter().any(|call| source.reads(at, &[".", call, "("])) {
            breaches.push(source.at(token.line, &format!(".{}() in the window's side", source.tokens[at + 1].text)));
        }
    }
    breaches
}

/// Each `unsafe` block says why it is sound.
pub fn safety_comments(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    source
        .find(&["unsafe", "{"])
        .map(|at| source.tokens[at].line)
        .filter(|&line| !lines[line.saturating_sub(6)..line].iter().any(|text| text.contains("SAFETY")))
        .map(|line| source.at(line, "unsafe without a SAFETY comment just above"))
        .collect()
}
