//! The repository's files as the rules see them. Not for the rules themselves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::lexer::{self, Token};

/// One Rust file.
pub struct Source {
    /// Path from the repository's root, with `/`.
    pub path: String,
    /// As it is.
    pub text: String,
    /// Its code without comments and strings.
    pub tokens: Vec<Token>,
}

impl Source {
    /// A file of this path and text, on disk or made up.
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), tokens: lexer::tokens(text) }
    }

    /// "src/ui/canvas.rs:12: …"
    pub fn at(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path)
    }

    /// Whether the tokens from `at` read `words`.
    pub fn reads(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(i, word)| self.tokens.get(at + i).is_some_and(|t| t.text == *word))
    }

    /// Indices at which the tokens read `words`.
    pub fn find<'a>(&'a self, words: &'a [&'a str]) -> impl Iterator<Item = usize> + 'a {
        (0..self.tokens.len()).filter(move |&i| self.reads(i, words))
    }

    /// Whether the path begins with one of `places`: folders end in `/`, others are whole paths.
    pub fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|p| if p.ends_with('/') { self.path.starts_with(p) } else { self.path == *p })
    }
}

/// The repository's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The repository's files, as paths from its root: what git tracks or would, else (a tarball) what lies there.
pub fn files() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .ok()
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|paths| paths.iter().any(|path| path == "Cargo.toml"));
    let mut paths = listed.unwrap_or_else(|| walked(&root(), ""));
    paths.retain(|path| root().join(path).is_file());
    paths.sort();
    paths
}

fn walked(folder: &Path, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the repository can be read").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if prefix.is_empty() && (name == "target" || name == ".git") {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            found.extend(walked(&entry.path(), &format!("{path}/")));
        } else {
            found.push(path);
        }
    }
    found
}

/// The Rust files under `folder` (`src/`, `tests/`).
pub fn sources(folder: &str) -> Vec<Source> {
    let is_rust =
        |path: &String| path.starts_with(folder) && Path::new(path).extension().is_some_and(|end| end == "rs");
    let found: Vec<Source> = files()
        .iter()
        .filter(|path| is_rust(path))
        .map(|path| Source::new(path, &fs::read_to_string(root().join(path)).expect("Rust files are UTF-8")))
        .collect();
    assert!(!found.is_empty(), "no Rust file under {folder}");
    found
}
