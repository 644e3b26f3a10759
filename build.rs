//! Build script: puts the commit into `--version`, the newest weights of each task into the program, and the icon into
//! the Windows program. Not for anything else: it opens no network and writes nothing into the tree.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let commit = commit().unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=GLIOVIEW_COMMIT={commit}");
    shipped_weights();
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

/// Writes a list of the weights that ship, `(task, weights file name, card, weights)`, for `nn::shipped` to include. Of
/// every task the file that sorts last, so the highest version up to v9.
fn shipped_weights() {
    println!("cargo::rerun-if-changed=weights");
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let folder = Path::new(&root).join("weights");
    let mut entries = String::new();
    for task in ["classifier", "segmenter"] {
        let names = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let of_task = |path: &PathBuf| {
            let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
            name.starts_with(task) && name.ends_with(".safetensors")
        };
        if let Some(weights) = names.filter(of_task).max() {
            let name = weights.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
            let (card, weights) = (weights.with_extension("json"), weights.display().to_string());
            let card = card.display().to_string();
            entries += &format!("({task:?}, {name:?}, include_bytes!({card:?}), include_bytes!({weights:?})),\n");
        }
    }
    let text = format!("&[\n{entries}]\n");
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    if let Err(error) = std::fs::write(Path::new(&out).join("shipped_weights.rs"), text) {
        println!("cargo::warning=the list of weights could not be written: {error}");
    }
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
