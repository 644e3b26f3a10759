//! Files and folders become studies. Not for deciding what is looked at (`state`) or whether the nets know it
//! (`domain::gate`).

use std::ops::ControlFlow;
use std::path::PathBuf;

use super::dicom::layers::lay_segmentations;
use super::dicom::series::Series;
use super::dicom::source::{Shelf, Source};
use super::error::IoError;
use super::masks::MaskFile;
use super::nifti::Volume;
use super::plan::{StudyPlan, plan};
use super::series::{Picture, file_name, stack};
use super::{limits, masks, nifti, raster, volumes};
use crate::domain::scan::Study;

/// Called before each file with the files done and the files in all; `Break` stops the opening.
pub type OnStep<'a> = dyn FnMut(usize, usize) -> ControlFlow<()> + 'a;

/// What came of opening.
#[derive(Clone, Debug, Default)]
pub struct Opened {
    /// The studies that opened.
    pub studies: Vec<Study>,
    /// Files that did not, each with its reason.
    pub failures: Vec<(PathBuf, IoError)>,
}

/// Opens files and folders as studies.
///
/// *Errors*: only where no path is named or `on_step` stops it; everything else is a failure beside what opened.
pub fn open(paths: &[PathBuf], on_step: &mut OnStep<'_>) -> Result<Opened, IoError> {
    open_beside(paths, 0, on_step)
}

/// As [`open`], beside studies that already take `open_bytes` of the shared ceiling.
pub fn open_beside(paths: &[PathBuf], open_bytes: u64, on_step: &mut OnStep<'_>) -> Result<Opened, IoError> {
    if paths.is_empty() {
        return Err(IoError::NothingToOpen);
    }
    let plan = plan(paths);
    let mut opened = Opened { studies: Vec::new(), failures: plan.failures };
    let total: usize = plan.studies.iter().map(StudyPlan::file_count).sum();
    let (mut done, mut bytes) = (0, open_bytes);
    for study_plan in plan.studies {
        let room = limits::MAX_OPEN_BYTES.saturating_sub(bytes);
        let mut step = |in_study: usize| on_step(done + in_study, total);
        match read_within(&study_plan, room, &mut step, &mut opened.failures) {
            Ok(Some(study)) => {
                bytes += study.bytes() as u64;
                opened.studies.push(study);
            }
            Ok(None) => {}
            Err(IoError::Canceled) => return Err(IoError::Canceled),
            Err(error) => opened.failures.push((study_plan.source.clone(), error)),
        }
        done += study_plan.file_count();
    }
    if on_step(total, total).is_break() {
        return Err(IoError::Canceled);
    }
    Ok(opened)
}

/// Reads one planned study by itself, for whoever looks at many in turn and keeps none.
///
/// *Errors*: too large, or stopped. `None` where no file of it opened; `failures` has the reasons.
pub fn read(
    plan: &StudyPlan,
    on_step: &mut OnStep<'_>,
    failures: &mut Vec<(PathBuf, IoError)>,
) -> Result<Option<Study>, IoError> {
    let total = plan.file_count();
    read_within(plan, limits::MAX_OPEN_BYTES, &mut |done| on_step(done, total), failures)
}

fn read_within(
    plan: &StudyPlan,
    room: u64,
    on_step: &mut dyn FnMut(usize) -> ControlFlow<()>,
    failures: &mut Vec<(PathBuf, IoError)>,
) -> Result<Option<Study>, IoError> {
    let budget = Budget { used: 0, room, plan };
    let mut reading = Reading { budget, done: 0, on_step, failures };
    let pictures = reading.pictures(&plan.pictures)?;
    let volumes = reading.volumes(&plan.volumes)?;
    let series = reading.dicom(&plan.dicom)?;
    if pictures.is_empty() && volumes.is_empty() && series.is_empty() {
        return Ok(None);
    }
    let files = reading.masks(&plan.masks)?;
    let (mut scans, mut warnings) = stack(pictures, &plan.title);
    masks::attach(&mut scans, files, &mut warnings);
    let patient = series.patient.clone();
    let (stacks, odd) = series.into_scans(&plan.title);
    scans.extend(stacks);
    warnings.extend(odd);
    lay_segmentations(&mut scans, &mut warnings);
    volumes::name(&mut scans);
    volumes::add(&mut scans, volumes, &mut warnings);
    let (left, all) = (reading.budget.left(), plan.file_count());
    volumes::assemble(&mut scans, left, &mut || (reading.on_step)(all), &mut warnings)?;
    if !plan.left_out.is_empty() {
        warnings.push(left_out_words(plan));
    }
    let (title, source) = (plan.title.clone(), plan.source.clone());
    Ok(Some(Study { title, scans, synthetic: false, source, warnings, patient }))
}

/// One study while its files are read, kind by kind. A file that does not open is a failure beside the others.
struct Reading<'a> {
    budget: Budget<'a>,
    /// Files that were dealt with.
    done: usize,
    on_step: &'a mut dyn FnMut(usize) -> ControlFlow<()>,
    failures: &'a mut Vec<(PathBuf, IoError)>,
}

impl Reading<'_> {
    /// Before each file.
    fn step(&mut self) -> Result<(), IoError> {
        let flow = (self.on_step)(self.done);
        self.done += 1;
        if flow.is_break() { Err(IoError::Canceled) } else { Ok(()) }
    }

    fn pictures(&mut self, paths: &[PathBuf]) -> Result<Vec<Picture>, IoError> {
        let mut pictures = Vec::new();
        for path in paths {
            self.step()?;
            match raster::decode(path) {
                Ok(pages) => {
                    let count = pages.len();
                    for (index, page) in pages.into_iter().enumerate() {
                        let picture = Picture::new(page, path, index, count);
                        self.budget.take(picture.bytes())?;
                        pictures.push(picture);
                    }
                }
                Err(error) => self.failures.push((path.clone(), error)),
            }
        }
        Ok(pictures)
    }

    fn volumes(&mut self, paths: &[PathBuf]) -> Result<Vec<(PathBuf, Volume)>, IoError> {
        let mut volumes = Vec::new();
        for path in paths {
            self.step()?;
            let (on_step, now) = (&mut self.on_step, self.done - 1);
            match nifti::read(path, &mut || on_step(now)) {
                Ok(volume) => {
                    self.budget.take(volume.scan.bytes() as u64)?;
                    volumes.push((path.clone(), volume));
                }
                Err(IoError::Canceled) => return Err(IoError::Canceled),
                Err(error) => self.failures.push((path.clone(), error)),
            }
        }
        Ok(volumes)
    }

    fn dicom(&mut self, sources: &[Source]) -> Result<Series, IoError> {
        let (mut shelf, mut series) = (Shelf::default(), Series::default());
        for source in sources {
            self.step()?;
            match shelf.read(source).and_then(|bytes| series.add(bytes, &source.path)) {
                Ok(bytes) => self.budget.take(bytes)?,
                Err(error) => self.failures.push((source.path.clone(), error)),
            }
        }
        Ok(series)
    }

    fn masks(&mut self, paths: &[PathBuf]) -> Result<Vec<MaskFile>, IoError> {
        let mut files = Vec::new();
        for path in paths {
            self.step()?;
            match masks::read(path) {
                Ok(file) => {
                    self.budget.take(file.masks.iter().map(|m| m.bits.len() as u64).sum())?;
                    files.push(file);
                }
                Err(error) => self.failures.push((path.clone(), error)),
            }
        }
        Ok(files)
    }
}

/// Counts bytes against a study's own limit and what is left of the shared ceiling.
struct Budget<'a> {
    used: u64,
    room: u64,
    plan: &'a StudyPlan,
}

impl Budget<'_> {
    /// Bytes that may still be taken.
    fn left(&self) -> u64 {
        limits::MAX_STUDY_BYTES.min(self.room).saturating_sub(self.used)
    }

    fn take(&mut self, bytes: u64) -> Result<(), IoError> {
        self.used += bytes;
        let path = self.plan.source.clone();
        if self.used > limits::MAX_STUDY_BYTES {
            let (what, limit) = ("bytes of pixels in one study", limits::MAX_STUDY_BYTES);
            return Err(IoError::TooLarge { what, found: self.used, limit, path });
        }
        if self.used > self.room {
            let (what, limit) = ("bytes of pixels in all open studies together", limits::MAX_OPEN_BYTES);
            return Err(IoError::TooLarge { what, found: limit - self.room + self.used, limit, path });
        }
        Ok(())
    }
}

fn left_out_words(plan: &StudyPlan) -> String {
    const SHOWN: usize = 3;
    let count = plan.left_out.len();
    let mut names: Vec<String> = plan.left_out.iter().take(SHOWN).map(|p| file_name(p)).collect();
    if count > SHOWN {
        names.push("…".to_owned());
    }
    let files =
        if count == 1 { "1 file is no picture and was" } else { &format!("{count} files are no pictures and were") };
    format!("{files} left out: {}.", names.join(", "))
}
