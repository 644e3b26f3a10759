//! Finds the real scans that may lie beside the clone. Not for tests, and nothing here is needed to pass them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `name` under `../shared/data` (or `../../shared/data`, from a worktree); `None` where it is not there, with a line
/// that says so.
pub fn folder(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = ["../shared/data", "../../shared/data"].map(|p| root.join(p).join(name));
    let found = places.into_iter().find(|p| p.exists());
    match &found {
        Some(path) => println!("real data: testing on {}", path.display()),
        None => println!("real data: ../shared/data/{name} is not here, this part was not tested"),
    }
    found
}

/// Which part each patient of the LGG set belongs to.
pub fn lgg_split(lgg: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(lgg.join("split.csv")).expect("split.csv lies in lgg/");
    let pairs = text.lines().skip(1).filter_map(|line| line.split_once(','));
    pairs.map(|(patient, part)| (patient.to_owned(), part.trim().to_owned())).collect()
}
