//! Where each study's results go. Not for writing them, nor for what makes a good name (`io::export`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::io::export::subfolder_name;

/// Hands out one folder a study.
#[derive(Debug)]
pub struct Folders {
    out: PathBuf,
    has_many: bool,
    taken: BTreeSet<String>,
}

impl Folders {
    /// `out` itself for one study, folders in it for many.
    pub fn new(out: &Path, has_many: bool) -> Self {
        Self { out: out.to_owned(), has_many, taken: BTreeSet::new() }
    }

    /// The folder for the study called `title`.
    pub fn next(&mut self, title: &str) -> PathBuf {
        if self.has_many { self.out.join(subfolder_name(title, &mut self.taken)) } else { self.out.clone() }
    }
}
