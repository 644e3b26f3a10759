//! The rules about the repository as a whole: names at the top, sizes, stray scans, paths of a build machine. Not for
//! what stands inside a Rust file.

use std::collections::BTreeSet;

use super::source::Source;

/// What may lie at the top, beside dotfiles and licenses.
const TOP: [&str; 8] = ["Cargo.toml", "Cargo.lock", "README.md", "build.rs", "src", "assets", "tests", "weights"];

/// The ends of names that a scan could have.
const SCAN_ENDS: [&str; 20] = [
    ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".dcm", ".ima", ".nii", ".gz", ".hdr", ".img", ".mha",
    ".mhd", ".nrrd", ".npy", ".npz", ".h5", ".mgz",
];

/// Where such files may lie: made by a script, or freely licensed.
const SCAN_HOMES: [&str; 3] = ["tests/fixtures/", "tests/snapshots/", "assets/"];

/// The wall for a fixture, in bytes.
pub const FIXTURE_WALL: u64 = 50_000;

/// Nothing new at the top.
pub fn top_names(paths: &[String]) -> Vec<String> {
    let tops: BTreeSet<&str> = paths.iter().filter_map(|path| path.split('/').next()).collect();
    let is_known = |name: &&str| TOP.contains(name) || name.starts_with('.') || name.starts_with("LICENSE");
    tops.into_iter()
        .filter(|name| !is_known(name))
        .map(|name| format!("{name}: not a name for the top level"))
        .collect()
}

/// Files that could be somebody's scan lie only where scans may lie.
pub fn stray_scans(paths: &[String]) -> Vec<String> {
    paths
        .iter()
        .filter(|path| SCAN_ENDS.iter().any(|end| path.to_lowercase().ends_with(end)))
        .filter(|path| !SCAN_HOMES.iter().any(|home| path.starts_with(home)))
        .map(|path| format!("{path}: a picture outside tests/fixtures, tests/snapshots and assets"))
        .collect()
}

/// Fixtures stay small.
pub fn large_fixtures(sizes: &[(String, u64)]) -> Vec<String> {
    sizes
        .iter()
        .filter(|(path, bytes)| path.starts_with("tests/fixtures/") && *bytes > FIXTURE_WALL)
        .map(|(path, bytes)| format!("{path}: {bytes} bytes, {FIXTURE_WALL} is the wall"))
        .collect()
}

/// No text names a folder of the machine that it was written on.
pub fn machine_paths(path: &str, text: &str) -> Vec<String> {
    // Put together here, so that this file does not name what it looks for.
    let roots =
        [["/wo", "rk/"], ["/ho", "me/"], ["/ro", "ot/"], ["/Us", "ers/"], ["C:\\Us", "ers\\"]].map(|p| p.concat());
    let mut breaches = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for root in &roots {
            if line.match_indices(root.as_str()).any(|(at, _)| starts_a_path(&line[..at])) {
                breaches.push(format!("{path}:{}: a path of one machine ({root}…)", index + 1));
            }
        }
    }
    breaches
}

/// Whether a path could begin after `before`: `docs/home/x` is not one of a machine.
fn starts_a_path(before: &str) -> bool {
    before.chars().last().is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '~' | '_' | '-' | '}'))
}

/// The files that `Cargo.toml` names as roots of targets.
pub fn target_roots(manifest: &str) -> Vec<String> {
    let named = manifest.lines().filter_map(|line| line.trim().strip_prefix("path = \"")?.strip_suffix('"'));
    named.map(str::to_owned).collect()
}

/// Every file of a crate is mounted by its parent or named in `roots`: one that isn't is compiled by nobody.
pub fn orphans(sources: &[Source], root_file: &str, roots: &[String]) -> Vec<String> {
    let folder = root_file.rsplit_once('/').map_or("", |(folder, _)| folder);
    sources
        .iter()
        .filter(|source| source.path != root_file && !roots.contains(&source.path))
        .filter(|source| !is_mounted(sources, &source.path, folder, root_file))
        .map(|source| format!("{}: no `mod` line mounts it", source.path))
        .collect()
}

fn is_mounted(sources: &[Source], path: &str, folder: &str, root_file: &str) -> bool {
    let stem = path.trim_end_matches(".rs").trim_end_matches("/mod");
    let (parent, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    let parents = if parent == folder {
        vec![root_file.to_owned()]
    } else {
        vec![format!("{parent}.rs"), format!("{parent}/mod.rs")]
    };
    sources.iter().any(|s| parents.contains(&s.path) && s.find(&["mod", name, ";"]).next().is_some())
}

/// Names of tests are sentences: three words at least.
pub fn test_names(source: &Source) -> Vec<String> {
    let mut breaches = Vec::new();
    for at in source.find(&["#", "[", "test", "]"]) {
        let Some(name) =
            (at..source.tokens.len()).find(|&i| source.tokens[i].text == "fn").map(|i| &source.tokens[i + 1])
        else {
            continue;
        };
        if name.text.split('_').filter(|word| !word.is_empty()).count() < 3 {
            breaches.push(source.at(name.line, &format!("{} is no sentence", name.text)));
        }
    }
    breaches
}
