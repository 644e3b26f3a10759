//! Where each study's results go. Not for writing them (`io::export`).

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Hands out one folder a study.
#[derive(Debug)]
pub struct Folders {
    out: PathBuf,
    has_many: bool,
    used: HashSet<String>,
}

impl Folders {
    /// `out` itself for one study, folders in it for many.
    pub fn new(out: &Path, has_many: bool) -> Self {
        Self { out: out.to_owned(), has_many, used: HashSet::new() }
    }

    /// The folder for the study called `title`: named as the user's own folder or file is, made unique by a number.
    pub fn next(&mut self, title: &str) -> PathBuf {
        if !self.has_many {
            return self.out.clone();
        }
        let plain: String = title.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
        let base = plain.trim_matches(['.', ' ']);
        let base = if base.is_empty() { "study" } else { base };
        let mut name = base.to_owned();
        let mut number = 2;
        // Case is ignored, as Windows and macOS do.
        while !self.used.insert(name.to_lowercase()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        self.out.join(name)
    }
}

/// Whether every file system takes the character in a name.
fn is_plain(c: char) -> bool {
    !c.is_control() && !matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
}
