//! Which files make up which study, before any is decoded: drops, folders, folders of patient folders. Not for reading
//! pixels (`open`).

use std::fs;
use std::path::{Path, PathBuf};

use super::dicom::find;
use super::dicom::source::{Shelf, Source};
use super::error::IoError;
use super::kind::{FileKind, recognize};
use super::series::file_name;
use super::{limits, masks, nifti, raster};

/// How deep a folder is searched for patient folders.
/// A CD has DICOM, patient, study and series folders under its own.
const MAX_DEPTH: usize = 8;

/// The files of one study, in reading order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyPlan {
    /// Name on screen.
    pub title: String,
    /// The file or folder to reopen it by.
    pub source: PathBuf,
    /// Pictures in natural order.
    pub pictures: Vec<PathBuf>,
    /// NIfTI volumes in natural order, masks among them: what is one shows when it is read.
    pub volumes: Vec<PathBuf>,
    /// DICOM files of one patient's one study, in natural order.
    pub dicom: Vec<Source>,
    /// Mask files in natural order.
    pub masks: Vec<PathBuf>,
    /// Files that are no pictures, left out.
    pub left_out: Vec<PathBuf>,
}

impl StudyPlan {
    /// How many files will be read.
    pub fn file_count(&self) -> usize {
        self.pictures.len() + self.volumes.len() + self.dicom.len() + self.masks.len()
    }
}

/// What `paths` hold.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The studies in natural order.
    pub studies: Vec<StudyPlan>,
    /// What cannot be opened, as far as it shows before decoding.
    pub failures: Vec<(PathBuf, IoError)>,
}

/// Sorts `paths` into studies: all files together are one, each folder one or, where it holds patient folders, several.
pub fn plan(paths: &[PathBuf]) -> Plan {
    let mut plan = Plan::default();
    let (folders, files): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(|p| p.is_dir());
    if !files.is_empty() {
        plan_files(&files, &mut plan);
    }
    for folder in folders {
        let before = (plan.studies.len(), plan.failures.len());
        let (mut looked_at, mut dicom) = (0, Vec::new());
        plan_folder(folder, 0, &mut looked_at, &mut dicom, &mut plan);
        plan_dicom(dicom, &file_name(&full(folder)), folder, &mut plan);
        if (plan.studies.len(), plan.failures.len()) == before {
            plan.failures.push((folder.clone(), IoError::NoPictures { files: looked_at, path: folder.clone() }));
        }
    }
    if plan.studies.len() > limits::MAX_STUDIES {
        let (found, limit) = (plan.studies.len() as u64, limits::MAX_STUDIES as u64);
        let path = plan.studies[limits::MAX_STUDIES].source.clone();
        plan.studies.truncate(limits::MAX_STUDIES);
        plan.failures.push((path.clone(), IoError::TooLarge { what: "patient folders", found, limit, path }));
    }
    plan
}

/// Files that were named one by one: each that cannot be opened is a failure.
fn plan_files(files: &[&PathBuf], plan: &mut Plan) {
    let mut names: Vec<PathBuf> = files.iter().map(|&p| p.clone()).collect();
    sort_naturally(&mut names);
    names.dedup();
    let (mut pictures, mut volumes, mut dicom) = (Vec::new(), Vec::new(), Vec::new());
    for path in names {
        match recognize(&path) {
            Ok(FileKind::Dicom) => named_dicom(path, &mut dicom, plan),
            Ok(FileKind::Archive) => plan_archive(&path, plan),
            Ok(FileKind::Picture(_)) => pictures.push(path),
            Ok(FileKind::Volume) => volumes.push(path),
            Ok(FileKind::VolumeValues) => volumes.extend(nifti::header_path(&path)),
            Err(error) => plan.failures.push((path, error)),
        }
    }
    if let Some(first) = dicom.first().map(|source| source.path.clone()) {
        let title = if dicom.len() == 1 {
            file_name(&first)
        } else {
            first.parent().map_or_else(|| file_name(&first), file_name)
        };
        plan_dicom(dicom, &title, &first, plan);
    }
    // A pair of which both files were named is one volume.
    sort_naturally(&mut volumes);
    volumes.dedup();
    let (mut masks, mut pictures): (Vec<_>, Vec<_>) =
        pictures.into_iter().partition(|p| masks::picture_stem(p).is_some());
    if pictures.is_empty() {
        pictures = std::mem::take(&mut masks);
    }
    for mask in sibling_masks(&pictures) {
        if !masks.contains(&mask) {
            masks.push(mask);
        }
    }
    sort_naturally(&mut masks);
    let named: Vec<&PathBuf> = pictures.iter().chain(&volumes).collect();
    let title = match named.as_slice() {
        [only] => file_name(only),
        [first, ..] => first.parent().filter(|p| p.file_name().is_some()).map_or_else(|| file_name(first), file_name),
        [] => return,
    };
    let source = named[0].clone();
    let (dicom, left_out) = (Vec::new(), Vec::new());
    add_study(StudyPlan { title, source, pictures, volumes, dicom, masks, left_out }, plan);
}

/// Masks that lie beside the named pictures, though nobody named them.
fn sibling_masks(pictures: &[PathBuf]) -> Vec<PathBuf> {
    const EXTENSIONS: [&str; 6] = ["tif", "tiff", "png", "bmp", "webp", "jpg"];
    let mask_of = |picture: &PathBuf| {
        let stem = picture.file_stem()?.to_str()?.to_owned();
        let names = EXTENSIONS.iter().map(move |e| picture.with_file_name(format!("{stem}_mask.{e}")));
        names.into_iter().find(|mask| mask.is_file() && raster::sniff(mask).is_ok())
    };
    pictures.iter().filter_map(mask_of).collect()
}

/// A folder: its own pictures are one study, and so are those of every folder in it.
fn plan_folder(folder: &Path, depth: usize, looked_at: &mut usize, dicom: &mut Vec<Source>, plan: &mut Plan) {
    let entries = match list(folder) {
        Ok(entries) => entries,
        Err(error) => return plan.failures.push((folder.to_owned(), error)),
    };
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.into_iter().partition(|p| p.is_dir());
    *looked_at += files.len();
    if files.len() > limits::MAX_FILES_PER_FOLDER {
        let (found, limit, path) = (files.len() as u64, limits::MAX_FILES_PER_FOLDER as u64, folder.to_owned());
        plan.failures.push((folder.to_owned(), IoError::TooLarge { what: "files in one folder", found, limit, path }));
    } else {
        plan_folder_files(folder, files, dicom, plan);
    }
    if depth < MAX_DEPTH {
        for inner in folders {
            plan_folder(&inner, depth + 1, looked_at, dicom, plan);
        }
    }
}

fn plan_folder_files(folder: &Path, files: Vec<PathBuf>, dicom: &mut Vec<Source>, plan: &mut Plan) {
    let (mut pictures, mut volumes, mut masks, mut left_out) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut foreign: Vec<(PathBuf, IoError)> = Vec::new();
    for path in files {
        match recognize(&path) {
            Ok(FileKind::Picture(_)) if masks::picture_stem(&path).is_some() => masks.push(path),
            Ok(FileKind::Picture(_)) => pictures.push(path),
            Ok(FileKind::Volume) => volumes.push(path),
            Ok(FileKind::Dicom) => dicom.push(Source { path, entry: None }),
            Ok(FileKind::Archive) => plan_archive(&path, plan),
            // Its header lies in the same folder and is taken.
            Ok(FileKind::VolumeValues) => {}
            // A list or a note beside the pictures is no failure; a picture by its name is.
            Err(IoError::UnknownKind { .. } | IoError::EmptyFile { .. }) if !has_picture_name(&path) => {
                left_out.push(path);
            }
            Err(error) => foreign.push((path, error)),
        }
    }
    plan.failures.extend(fold_foreign(foreign));
    if pictures.is_empty() {
        pictures = std::mem::take(&mut masks);
    }
    if !pictures.is_empty() || !volumes.is_empty() {
        let (title, source) = (file_name(&full(folder)), folder.to_owned());
        add_study(StudyPlan { title, source, pictures, volumes, dicom: Vec::new(), masks, left_out }, plan);
    }
}

/// A DICOM file that was named: a directory stands for the files that it lists.
fn named_dicom(path: PathBuf, dicom: &mut Vec<Source>, plan: &mut Plan) {
    let source = Source { path, entry: None };
    let is_directory = Shelf::default().header(&source).is_ok_and(|file| find::is_directory(&file));
    if !is_directory {
        return dicom.push(source);
    }
    match find::listed(&source.path) {
        Ok((files, missing)) => {
            dicom.extend(files.into_iter().map(|path| Source { path, entry: None }));
            plan.failures.extend(missing);
        }
        Err(error) => plan.failures.push((source.path, error)),
    }
}

/// The DICOM files in an archive.
fn plan_archive(path: &Path, plan: &mut Plan) {
    match find::in_archive(path) {
        Ok((sources, failures)) => {
            let is_empty = sources.is_empty() && failures.is_empty();
            plan.failures.extend(failures);
            plan_dicom(sources, &file_name(path), path, plan);
            if is_empty {
                plan.failures.push((path.to_owned(), IoError::NoPictures { files: 0, path: path.to_owned() }));
            }
        }
        Err(error) => plan.failures.push((path.to_owned(), error)),
    }
}

/// DICOM files from one folder, archive or drop: a study for each patient's each study. Volumes and masks that lie beside
/// the only study belong to it.
fn plan_dicom(sources: Vec<Source>, title: &str, root: &Path, plan: &mut Plan) {
    if sources.is_empty() {
        return;
    }
    let found = find::studies(sources);
    plan.failures.extend(found.failures);
    let count = found.studies.len();
    if count == 0 && plan.failures.is_empty() {
        let form = "no picture in it (a report, a directory or another object)".to_owned();
        let failed =
            |path: PathBuf| (path.clone(), IoError::UnsupportedForm { kind: "DICOM", form: form.clone(), path });
        plan.failures.extend(found.without_pixels.into_iter().take(1).map(failed));
        return;
    }
    let names: Vec<String> = found.studies.iter().map(|study| common_folder(&study.sources, root, title)).collect();
    let numbered = |(index, name): (usize, &String)| match names[..index].iter().filter(|other| *other == name).count()
    {
        0 => name.clone(),
        before => format!("{name} ({})", before + 1),
    };
    let titles: Vec<String> = names.iter().enumerate().map(numbered).collect();
    for (study, title) in found.studies.into_iter().zip(titles) {
        let left_out = Vec::new();
        let beside = plan.studies.iter_mut().find(|other| count == 1 && other.source == root && other.dicom.is_empty());
        match beside {
            Some(other) if other.pictures.is_empty() => other.dicom = study.sources,
            _ => plan.studies.push(StudyPlan {
                title,
                source: root.to_owned(),
                pictures: Vec::new(),
                volumes: Vec::new(),
                dicom: study.sources,
                masks: Vec::new(),
                left_out,
            }),
        }
    }
}

/// The name of the deepest folder that holds all of a study; `title` where that is the one that was opened.
fn common_folder(sources: &[Source], root: &Path, title: &str) -> String {
    let mut folder = sources.first().and_then(|source| source.path.parent());
    while let Some(at) = folder {
        if sources.iter().all(|source| source.path.starts_with(at)) {
            break;
        }
        folder = at.parent();
    }
    match folder {
        Some(folder) if folder.starts_with(root) && folder != root && !root.is_file() => file_name(folder),
        _ => title.to_owned(),
    }
}

/// Adds a study, or one a patient where the volumes' names tell of several.
fn add_study(mut study: StudyPlan, plan: &mut Plan) {
    let mut groups = nifti::split(std::mem::take(&mut study.volumes)).into_iter();
    if let Some((None, all)) = groups.as_slice().first() {
        study.volumes.clone_from(all);
        groups.next();
    }
    if !study.pictures.is_empty() || !study.volumes.is_empty() {
        plan.studies.push(study);
    }
    for (title, volumes) in groups {
        // Each is reopened by its first file: the folder would open all of them.
        let Some(source) = volumes.first().cloned() else { continue };
        let title = title.unwrap_or_else(|| file_name(&source));
        let (pictures, dicom, masks, left_out) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        plan.studies.push(StudyPlan { title, source, pictures, volumes, dicom, masks, left_out });
    }
}

/// One failure for each foreign kind in a folder (a DICOM series has hundreds of files), every other failure by itself.
fn fold_foreign(failures: Vec<(PathBuf, IoError)>) -> Vec<(PathBuf, IoError)> {
    let mut kinds: Vec<&'static str> = Vec::new();
    let is_first_of_kind = |error: &IoError| match error {
        IoError::NotReadYet { kind, .. } if kinds.contains(kind) => false,
        IoError::NotReadYet { kind, .. } => {
            kinds.push(kind);
            true
        }
        _ => true,
    };
    let mut is_first_of_kind = is_first_of_kind;
    failures.into_iter().filter(|(_, error)| is_first_of_kind(error)).collect()
}

fn has_picture_name(path: &Path) -> bool {
    const EXTENSIONS: [&str; 7] = ["png", "jpg", "jpeg", "tif", "tiff", "bmp", "webp"];
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|e| EXTENSIONS.contains(&e.as_str()))
}

/// The entries of `folder` in natural order, hidden ones left out.
fn list(folder: &Path) -> Result<Vec<PathBuf>, IoError> {
    let entries = fs::read_dir(folder).map_err(|e| IoError::read(&e, folder))?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|e| IoError::read(&e, folder))?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    sort_naturally(&mut paths);
    Ok(paths)
}

/// `_2` before `_10`; equal names by their folders.
fn sort_naturally(paths: &mut [PathBuf]) {
    paths.sort_by(|a, b| natord::compare(&file_name(a), &file_name(b)).then_with(|| a.cmp(b)));
}

/// `.` and `..` have no name of their own.
fn full(folder: &Path) -> PathBuf {
    if folder.file_name().is_some() {
        folder.to_owned()
    } else {
        folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
    }
}
