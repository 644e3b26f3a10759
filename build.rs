//! Build script: puts the commit into `--version`, and the icon into the Windows program. Not for anything else: it
//! opens no network and writes nothing into the tree.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let commit = commit().unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=GLIOVIEW_COMMIT={commit}");
    windows_icon();
}

/// The first ten hex digits of the commit that is checked out; `None` outside a clone (a tarball, a crate).
fn commit() -> Option<String> {
    let from_files = git_folder(Path::new(".git")).and_then(|folder| commit_from_files(&folder));
    let hash = from_files.or_else(commit_from_git)?;
    let is_hash = hash.len() >= 40 && hash.chars().all(|c| c.is_ascii_hexdigit());
    is_hash.then(|| hash[..10].to_owned())
}

/// `.git` itself, or the folder that it points to (a worktree).
fn git_folder(dot_git: &Path) -> Option<PathBuf> {
    if dot_git.is_dir() {
        return Some(dot_git.to_owned());
    }
    let text = read(dot_git)?;
    Some(PathBuf::from(text.trim().strip_prefix("gitdir: ")?))
}

/// Follows `HEAD` to its branch, loose or packed, and has cargo run this again when either moves.
fn commit_from_files(folder: &Path) -> Option<String> {
    let head = watched(&folder.join("HEAD"))?;
    watched(&folder.join("logs/HEAD")); // moves with every commit, also where the branch is still packed
    let Some(branch) = head.trim().strip_prefix("ref: ") else { return Some(head.trim().to_owned()) };
    let common = read(&folder.join("commondir")).map_or_else(|| folder.to_owned(), |path| folder.join(path.trim()));
    if let Some(hash) = watched(&common.join(branch)) {
        return Some(hash.trim().to_owned());
    }
    let packed = watched(&common.join("packed-refs"))?;
    packed.lines().find_map(|line| line.strip_suffix(branch)?.strip_suffix(' ').map(str::to_owned))
}

/// Asks git where the files have a form unknown here (reftable).
fn commit_from_git() -> Option<String> {
    let output = Command::new("git").args(["rev-parse", "HEAD"]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Reads a file whose change means another commit. A missing file is not watched: cargo would then run this always.
fn watched(path: &Path) -> Option<String> {
    let text = read(path)?;
    println!("cargo::rerun-if-changed={}", path.display());
    Some(text)
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

#[cfg(target_os = "windows")]
fn windows_icon() {
    println!("cargo::rerun-if-changed=assets/icon.ico");
    let mut resource = winresource::WindowsResource::new();
    resource.set_icon("assets/icon.ico").set("FileDescription", "Glioview").set("ProductName", "Glioview");
    if let Err(error) = resource.compile() {
        println!("cargo::warning=the program gets no icon: {error}");
    }
}

#[cfg(not(target_os = "windows"))]
fn windows_icon() {}
