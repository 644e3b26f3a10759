//! Which DICOM files make which study: one patient, one study, told by their headers. Not for decoding pixels (`read`), and
//! not for walking folders (`io::plan`).

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Component, Path, PathBuf};

use super::file::DicomFile;
use super::source::{Shelf, Source};
use super::tags;
use super::values::View;
use crate::domain::scan::Patient;
use crate::io::archive::Archive;
use crate::io::error::IoError;
use crate::io::series::file_name;

/// Media Storage Directory.
const DIRECTORY: &str = "1.2.840.10008.1.3.10";

/// The files of one study, by its patient.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Its files, in the order in which they were found.
    pub sources: Vec<Source>,
    /// The key of its patient.
    pub patient_key: u64,
}

/// What a set of DICOM files holds.
#[derive(Debug, Default)]
pub struct Findings {
    /// The studies, in the order of their first files.
    pub studies: Vec<Found>,
    /// Objects without pixels: reports, presentation states, directories.
    pub without_pixels: Vec<PathBuf>,
    /// What cannot be opened.
    pub failures: Vec<(PathBuf, IoError)>,
}

/// Sorts `sources` into studies.
pub fn studies(sources: Vec<Source>) -> Findings {
    let mut findings = Findings::default();
    let mut shelf = Shelf::default();
    let mut index_of: HashMap<(u64, String), usize> = HashMap::new();
    let mut patients_of: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
    for source in sources {
        let header = match shelf.header(&source) {
            Ok(header) => header,
            Err(error) => {
                findings.failures.push((source.path, error));
                continue;
            }
        };
        let view = header.view();
        if view.set.get(tags::ROWS).is_none() {
            findings.without_pixels.push(source.path);
            continue;
        }
        let patient_key = patient_key(view);
        if let Some(frame) = view.text(tags::FRAME_OF_REFERENCE) {
            let id = view.text(tags::PATIENT_ID).unwrap_or_default();
            let known = patients_of.entry(frame).or_default();
            if !known.iter().any(|(key, _)| *key == patient_key) {
                known.push((patient_key, id));
            }
        }
        let study = view.text(tags::STUDY_UID).unwrap_or_default();
        let next = findings.studies.len();
        let index = *index_of.entry((patient_key, study)).or_insert(next);
        if index == next {
            findings.studies.push(Found { sources: Vec::new(), patient_key });
        }
        findings.studies[index].sources.push(source);
    }
    refuse_shared_frames(&mut findings, &patients_of);
    findings
}

/// One system of coordinates under two patients is a mix-up that no picture shows: neither is opened.
fn refuse_shared_frames(findings: &mut Findings, patients_of: &BTreeMap<String, Vec<(u64, String)>>) {
    let is_mix_up =
        |patients: &&Vec<(u64, String)>| patients.iter().any(|(key, id)| *key != patients[0].0 && *id != patients[0].1);
    let mixed: Vec<u64> = patients_of.values().filter(is_mix_up).flatten().map(|(key, _)| *key).collect();
    let (refused, kept) =
        std::mem::take(&mut findings.studies).into_iter().partition(|s| mixed.contains(&s.patient_key));
    findings.studies = kept;
    for study in Vec::<Found>::into_iter(refused) {
        let Some(first) = study.sources.first() else { continue };
        let path = first.path.clone();
        let reason =
            "it shares its Frame of Reference with another patient's files, so one of them is mislabeled".to_owned();
        findings.failures.push((path.clone(), IoError::Damaged { kind: super::file::KIND, reason, path }));
    }
}

/// A number that differs between patients and says nothing about them outside of this run.
pub fn patient_key(view: View<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for tag in [tags::PATIENT_ID, tags::PATIENT_NAME, tags::BIRTH_DATE] {
        let text = view.text(tag).unwrap_or_default();
        // "DOE^JANE" and "Doe^Jane^" are one spelling.
        text.to_uppercase().trim_end_matches(['^', ' ', '=']).hash(&mut hasher);
    }
    hasher.finish()
}

/// Who the study is of.
pub fn patient(view: View<'_>) -> Patient {
    let text = |tag| view.text(tag).unwrap_or_default();
    // The first group of a name is the alphabetic one; its parts are family, given, middle, prefix, suffix (PS3.5 6.2.1).
    let name = text(tags::PATIENT_NAME);
    let parts: Vec<&str> = name.split('=').next().unwrap_or_default().split('^').map(str::trim).collect();
    let given = parts.iter().skip(1).take(2).filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
    let name = [parts[0], &given].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    Patient {
        name,
        id: text(tags::PATIENT_ID),
        birth_date: text(tags::BIRTH_DATE),
        sex: text(tags::SEX),
        study_date: text(tags::STUDY_DATE),
    }
}

/// Whether `file` lists other files.
pub fn is_directory(file: &DicomFile) -> bool {
    let meta = View { bytes: &file.bytes, set: &file.meta, root: &file.meta };
    meta.text(tags::MEDIA_STORAGE_SOP_CLASS).as_deref() == Some(DIRECTORY)
        || file.root.get(tags::DIRECTORY_RECORDS).is_some()
}

/// The files that the DICOMDIR at `path` lists, as far as they are there; and those that are not.
///
/// *Source*: PS3.3 F.3.2.2; PS3.10 8.5 for the names.
pub fn listed(path: &Path) -> Result<(Vec<PathBuf>, Vec<(PathBuf, IoError)>), IoError> {
    let file = Shelf::default().header(&Source { path: path.to_owned(), entry: None })?;
    let view = file.view();
    let folder = path.parent().unwrap_or(Path::new(""));
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    for record in view.items(tags::DIRECTORY_RECORDS) {
        let is_picture = record.text(tags::RECORD_TYPE).is_none_or(|kind| kind == "IMAGE" || kind.starts_with("SEG"));
        let parts = record.texts(tags::REFERENCED_FILE);
        if parts.is_empty() || !is_picture {
            continue;
        }
        if let Some(found) = resolve(folder, &parts) {
            files.push(found);
        } else {
            let named = folder.join(parts.last().map_or("", String::as_str));
            let reason = "the directory lists it and it is not there".to_owned();
            missing.push((named.clone(), IoError::Read { reason, path: named }));
        }
    }
    files.dedup();
    Ok((files, missing))
}

/// The file that `parts` name under `folder`, whatever case the disk has; never one outside of it.
fn resolve(folder: &Path, parts: &[String]) -> Option<PathBuf> {
    let mut at = folder.to_owned();
    for part in parts {
        let mut components = Path::new(part).components();
        let is_plain = matches!((components.next(), components.next()), (Some(Component::Normal(_)), None));
        if !is_plain || part.contains(['/', '\\', ':']) {
            return None;
        }
        let direct = at.join(part);
        at = if direct.exists() {
            direct
        } else {
            let named = |entry: &fs::DirEntry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                name.eq_ignore_ascii_case(part) || name.trim_end_matches('.').eq_ignore_ascii_case(part)
            };
            fs::read_dir(&at).ok()?.filter_map(Result::ok).find(named)?.path()
        };
    }
    at.is_file().then_some(at)
}

/// The DICOM files in the archive at `path`, and what cannot be read of it.
pub fn in_archive(path: &Path) -> Result<(Vec<Source>, Vec<(PathBuf, IoError)>), IoError> {
    let mut archive = Archive::open(path)?;
    let (entries, failures) = archive.entries();
    let mut sources = Vec::new();
    for entry in entries {
        let is_dicom = archive.read(&entry, 160).is_ok_and(|head| super::file::recognize(&head).is_some());
        // Directories list files on disk, which entries are not; what they would say the entries say themselves.
        if is_dicom && !file_name(&entry.path).eq_ignore_ascii_case("DICOMDIR") {
            sources.push(Source { path: entry.path.clone(), entry: Some((path.to_owned(), entry)) });
        }
    }
    Ok((sources, failures))
}
