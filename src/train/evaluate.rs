//! Asks the nets about whole patients whose truth is known, exactly as the window does. Not for the figures (`figures`),
//! tables or files (`cli`).

use std::collections::BTreeMap;

use super::answers::{MapCounts, PatientAnswer, SliceAnswer};
use super::dataset::Dataset;
use super::error::TrainError;
use super::picture::{self, Picture};
use crate::domain::geometry::Geometry;
use crate::domain::mask::{Mask, ProbabilityMap};
use crate::domain::scan::{About, Scan, Sequence, Slice};
use crate::nn::error::NnError;
use crate::nn::input::Prepared;
use crate::nn::reader::{ChosenNets, Reader};

/// The nets as evaluation asks them.
pub trait Nets {
    /// What the input needs to know of the whole scan.
    fn prepare(&self, scan: &Scan) -> Prepared;
    /// The model score of one slice, 0–1.
    fn score(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<f32, NnError>;
    /// The probability map of one slice, in scan pixels.
    fn outline(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<ProbabilityMap, NnError>;
}

impl Nets for Reader {
    fn prepare(&self, scan: &Scan) -> Prepared {
        Reader::prepare(self, scan)
    }

    fn score(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<f32, NnError> {
        Reader::score(self, scan, prepared, slice)
    }

    fn outline(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<ProbabilityMap, NnError> {
        Reader::outline(self, scan, prepared, slice)
    }
}

impl Nets for ChosenNets {
    fn prepare(&self, scan: &Scan) -> Prepared {
        Prepared::of(scan)
    }

    fn score(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<f32, NnError> {
        ChosenNets::score(self, scan, prepared, slice)
    }

    fn outline(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<ProbabilityMap, NnError> {
        ChosenNets::outline(self, scan, prepared, slice)
    }
}

/// Which of the two nets is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Every slice is scored.
    pub classifier: bool,
    /// Every slice is outlined.
    pub segmenter: bool,
}

/// A patient's slices of one size, read as the window would, with their truth.
#[derive(Clone, Debug)]
pub struct KnownScan {
    /// The scan.
    pub scan: Scan,
    /// Index into the data set's items, slice by slice.
    pub items: Vec<usize>,
    /// The true mask of each slice; `None` where only the label is known.
    pub truths: Vec<Option<Mask>>,
}

/// All answers, and what could not be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Collected {
    /// Answers by patient, in the order asked for.
    pub patients: Vec<PatientAnswer>,
    /// Slices left out, and why.
    pub warnings: Vec<String>,
}

/// Asks the nets about every slice of `patients`, one patient in memory at a time. `progress` hears (slices done, slices
/// in all) and answers whether to go on.
///
/// *Errors*: [`TrainError::Stopped`] where `progress` said no; a net that fails. Slices that cannot be read are left out
/// with a warning.
pub fn collect(
    dataset: &Dataset,
    patients: &[usize],
    asked: Asked,
    nets: &dyn Nets,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Collected, TrainError> {
    collect_where(dataset, patients, &|_| true, asked, nets, progress)
}

/// As [`collect`], but only the slices (by index into the data set's items) that `is_asked` names; each is prepared with
/// its whole scan all the same.
pub fn collect_where(
    dataset: &Dataset,
    patients: &[usize],
    is_asked: &dyn Fn(usize) -> bool,
    asked: Asked,
    nets: &dyn Nets,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Collected, TrainError> {
    let is_of_patients = |item: usize| patients.contains(&dataset.items[item].patient);
    let total = (0..dataset.items.len()).filter(|&item| is_of_patients(item) && is_asked(item)).count();
    let mut collected = Collected { patients: Vec::new(), warnings: Vec::new() };
    let mut done = 0;
    for &patient in patients {
        let mut slices = Vec::new();
        for known in known_scans(dataset, patient, &mut collected.warnings) {
            let prepared = nets.prepare(&known.scan);
            for index in (0..known.items.len()).filter(|&index| is_asked(known.items[index])) {
                slices.push(ask(dataset, &known, &prepared, index, asked, nets)?);
                done += 1;
                if !progress(done.min(total), total) {
                    return Err(TrainError::Stopped);
                }
            }
        }
        slices.sort_by_key(|slice| slice.item);
        collected.patients.push(PatientAnswer { patient, slices });
    }
    Ok(collected)
}

/// A patient's scans: one, or one a picture size. Slices that cannot be read are left out, said in `warnings`.
pub fn known_scans(dataset: &Dataset, patient: usize, warnings: &mut Vec<String>) -> Vec<KnownScan> {
    let mut scans: BTreeMap<(usize, usize, usize), KnownScan> = BTreeMap::new();
    for index in dataset.slices_of(patient) {
        let (slice, truth, geometry) = match read_slice(dataset, index) {
            Ok(read) => read,
            Err(error) => {
                warnings.push(format!("left out of the evaluation: {error}"));
                continue;
            }
        };
        let (rows, cols, planes) = (slice.planes[0].rows, slice.planes[0].cols, slice.planes.len());
        let known = scans.entry((rows, cols, planes)).or_insert_with(|| KnownScan {
            scan: empty_scan(rows, cols, planes),
            items: Vec::new(),
            truths: Vec::new(),
        });
        known.scan.about.geometry = known.scan.about.geometry.or(geometry);
        known.scan.slices.push(slice);
        known.items.push(index);
        known.truths.push(truth);
    }
    scans.into_values().collect()
}

/// A slice with its truth, and where its stack lies.
type ReadSlice = (Slice, Option<Mask>, Option<Geometry>);

fn read_slice(dataset: &Dataset, index: usize) -> Result<ReadSlice, TrainError> {
    let item = &dataset.items[index];
    let Picture { planes, geometry } = picture::picture(&item.image, item.page)?;
    let (rows, cols) = (planes[0].rows, planes[0].cols);
    let truth = match &item.mask {
        Some(mask) => Some(picture::mask(mask, item.page)?),
        None if item.label => None,
        None => Some(Mask::empty(rows, cols)),
    };
    if let Some(mask) = truth.as_ref().filter(|m| (m.rows, m.cols) != (rows, cols)) {
        let reason = format!("the mask has {} × {} pixels, the picture {rows} × {cols}", mask.rows, mask.cols);
        return Err(TrainError::Data { reason, path: item.image.clone() });
    }
    let slice =
        Slice { name: item.name.clone(), path: item.image.clone(), page: item.page, planes, warnings: Vec::new() };
    Ok((slice, truth, geometry))
}

fn empty_scan(rows: usize, cols: usize, planes: usize) -> Scan {
    Scan {
        title: String::new(),
        kind: String::new(),
        rows,
        cols,
        sequences: if planes == 3 { Sequence::NET_ORDER.to_vec() } else { vec![Sequence::Unknown] },
        slices: Vec::new(),
        reference: Vec::new(),
        warnings: Vec::new(),
        about: About::default(),
    }
}

fn ask(
    dataset: &Dataset,
    known: &KnownScan,
    prepared: &Prepared,
    index: usize,
    asked: Asked,
    nets: &dyn Nets,
) -> Result<SliceAnswer, TrainError> {
    let item = known.items[index];
    let truth = known.truths[index].as_ref();
    let score = if asked.classifier { Some(f64::from(nets.score(&known.scan, prepared, index)?)) } else { None };
    let map = match truth {
        Some(truth) if asked.segmenter => {
            Some(Box::new(MapCounts::of(&nets.outline(&known.scan, prepared, index)?, truth)))
        }
        _ => None,
    };
    let truth_px = truth.map_or(0, |mask| mask.area_px() as u64);
    Ok(SliceAnswer { item, has_tumor: dataset.items[item].label, truth_px, score, map })
}
