//! Looks at a data set's folders: which files are there, which belong together. Not for opening pictures (`picture`)
//! or deciding on patients (`patients`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::patients::Owner;
use super::table;
use crate::io::cases;
use crate::train::error::TrainError;
use crate::train::picture;

/// Endings of files that may be pictures; what they really are is seen by their content later.
const PICTURE_ENDINGS: [&str; 7] = ["tif", "tiff", "png", "webp", "jpg", "jpeg", "bmp"];

/// Folders inside folders deeper than this are left alone, so that a link that points upwards ends somewhere.
const MAX_DEPTH: usize = 6;

/// Files that one note names for "Show"; more are only counted.
const MAX_FILES_NAMED: usize = 24;

/// What must be known about a data set, each with the files that it concerns.
#[derive(Default)]
pub struct Notes {
    /// Sentences, in the order of finding.
    pub texts: Vec<String>,
    /// Files that a sentence concerns, by its text.
    pub files: BTreeMap<String, Vec<PathBuf>>,
}

impl Notes {
    /// One more.
    pub fn add(&mut self, text: String, files: impl IntoIterator<Item = PathBuf>) {
        let files: Vec<PathBuf> = files.into_iter().take(MAX_FILES_NAMED).collect();
        if !files.is_empty() {
            self.files.insert(text.clone(), files);
        }
        self.texts.push(text);
    }
}

/// Slices that are left out for one reason, said in one line with up to three examples.
pub struct Left {
    reason: &'static str,
    examples: Vec<String>,
    files: Vec<PathBuf>,
    count: usize,
}

impl Left {
    /// None left out yet.
    pub fn new(reason: &'static str) -> Self {
        Self { reason, examples: Vec::new(), files: Vec::new(), count: 0 }
    }

    /// One more, with its file where there is one to look at.
    pub fn add(&mut self, example: &str, file: Option<&Path>) {
        self.count += 1;
        if self.examples.len() < 3 {
            self.examples.push(example.to_owned());
        }
        if self.files.len() < MAX_FILES_NAMED {
            self.files.extend(file.map(Path::to_owned));
        }
    }

    /// As [`Left::say`], for what is not left out after all: "3 patients lack T1 …".
    pub fn say_as(self, notes: &mut Notes, words: &str) {
        if self.count > 0 {
            let more = if self.count > self.examples.len() { ", …" } else { "" };
            let text = format!("{} {words} ({}{more})", self.count, self.examples.join(", "));
            notes.add(text, self.files);
        }
    }

    /// Adds the line, where any was left out.
    pub fn say(self, notes: &mut Notes) {
        if self.count > 0 {
            let more = if self.count > self.examples.len() { ", …" } else { "" };
            let text = format!("left out: {} {} ({}{more})", self.count, self.reason, self.examples.join(", "));
            notes.add(text, self.files);
        }
    }
}

/// The text of a table or split.
pub fn text(path: &Path) -> Result<String, TrainError> {
    let bytes = fs::read(path).map_err(|e| error(&e, path))?;
    String::from_utf8(bytes)
        .map_err(|_| TrainError::Data { reason: "it is not UTF-8 text".into(), path: path.to_owned() })
}

/// The table of pictures in `folder`: `data_mask.csv`, else the only CSV that lists pictures.
pub fn table_in(folder: &Path) -> Result<Option<PathBuf>, TrainError> {
    let known = folder.join("data_mask.csv");
    if known.is_file() {
        return Ok(Some(known));
    }
    let mut tables = Vec::new();
    for path in entries(folder)? {
        let is_csv = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
        if is_csv && text(&path).is_ok_and(|t| table::lists_pictures(&t)) {
            tables.push(path);
        }
    }
    match tables.len() {
        0 | 1 => Ok(tables.pop()),
        n => Err(TrainError::Data {
            reason: format!("{n} CSV files list pictures; name the one that is meant"),
            path: folder.to_owned(),
        }),
    }
}

/// The subfolder to go on in, where `folder` holds nothing but one folder whose children are folders.
pub fn only_child(folder: &Path) -> Result<Option<PathBuf>, TrainError> {
    let inside: Vec<PathBuf> =
        entries(folder)?.into_iter().filter(|p| p.is_dir() || is_picture(p) || cases::is_volume_name(p)).collect();
    match inside.as_slice() {
        [only] if only.is_dir() && entries(only)?.iter().any(|p| p.is_dir()) => Ok(Some(only.clone())),
        _ => Ok(None),
    }
}

/// The folder called `name` inside `folder`, in whatever case.
pub fn child(folder: &Path, name: &str) -> Result<Option<PathBuf>, TrainError> {
    let is_named = |p: &PathBuf| p.file_name().is_some_and(|n| n.to_string_lossy().eq_ignore_ascii_case(name));
    Ok(entries(folder)?.into_iter().find(|p| p.is_dir() && is_named(p)))
}

/// All pictures below `folder`, in order of their paths.
pub fn pictures(folder: &Path) -> Result<Vec<PathBuf>, TrainError> {
    below(folder, is_picture)
}

/// All volumes below `folder`, in order of their paths.
pub fn volumes(folder: &Path) -> Result<Vec<PathBuf>, TrainError> {
    below(folder, cases::is_volume_name)
}

fn below(folder: &Path, is_wanted: fn(&Path) -> bool) -> Result<Vec<PathBuf>, TrainError> {
    let mut found = Vec::new();
    let mut waiting = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        for path in entries(&folder)? {
            if path.is_dir() {
                if depth < MAX_DEPTH {
                    waiting.push((path, depth + 1));
                }
            } else if is_wanted(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether the file is a mask by its name, `X_mask.tif`.
pub fn is_mask(path: &Path) -> bool {
    path.file_stem().is_some_and(|s| s.to_string_lossy().to_ascii_lowercase().ends_with("_mask"))
}

/// Path below `root` without the extension.
pub fn stem(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).with_extension("").to_string_lossy().replace('\\', "/")
}

/// As [`stem`], without the `_mask` that marks a mask.
pub fn mask_stem(root: &Path, path: &Path) -> String {
    let mut stem = stem(root, path);
    if is_mask(path) {
        stem.truncate(stem.len() - "_mask".len());
    }
    stem
}

/// The file that a table names, relative to `root`. Tables made elsewhere carry that place's folders in front: then the
/// longest tail of the path that exists here is taken.
pub fn resolve(root: &Path, written: &str) -> Option<PathBuf> {
    let parts: Vec<&str> = written.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
    let whole = root.join(written);
    if whole.is_file() {
        return Some(whole);
    }
    (1..parts.len()).map(|first| root.join(parts[first..].join("/"))).find(|p| p.is_file())
}

/// What the path says of the picture's owner.
pub fn owner(root: &Path, image: &Path) -> Owner {
    let relative = image.strip_prefix(root).unwrap_or(image);
    let folders = relative.parent().into_iter().flat_map(Path::components);
    let folders = folders.map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    Owner { folders, column: None, file: stem(root, image) }
}

/// The pages of a picture: `[None]` for one that has a single page.
pub fn pages(image: &Path) -> Vec<Option<usize>> {
    match picture::page_count(image) {
        0 | 1 => vec![None],
        n => (0..n).map(Some).collect(),
    }
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    let is_hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
    !is_hidden && ending.is_some_and(|e| PICTURE_ENDINGS.contains(&e.as_str()))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, TrainError> {
    let read = fs::read_dir(folder).map_err(|e| error(&e, folder))?;
    let mut paths: Vec<PathBuf> = read.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.sort();
    Ok(paths)
}

fn error(error: &std::io::Error, path: &Path) -> TrainError {
    TrainError::Data { reason: error.to_string(), path: path.to_owned() }
}
