//! The decoded slices of a data set: looked through once, then kept up to a ceiling of memory. Not for changing them
//! (`augment`) or putting them in order (`batch`).

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::dataset::Dataset;
use super::error::TrainError;
use super::likeness::Look;
use super::picture::{self, Picture};
use crate::domain::mask::Mask;
use crate::domain::scan::Samples;
use crate::nn::input::Prepared;
use crate::nn::ops::{map_together, things_at_once};

/// Memory for decoded pictures where the user names none: the whole LGG set takes 0.6 GiB.
pub const DEFAULT_CEILING_BYTES: usize = 1 << 30;

/// A data set with what was measured on every scan, its pictures at hand.
pub struct Store {
    dataset: Dataset,
    prepared: Vec<Prepared>,
    /// Index into `prepared` by item.
    scan_of: Vec<usize>,
    prints: Vec<Option<u64>>,
    looks: Vec<Option<Look>>,
    pictures: Vec<OnceLock<Arc<Picture>>>,
    masks: Vec<OnceLock<PackedMask>>,
    held_bytes: AtomicUsize,
    ceiling_bytes: usize,
}

/// A slice's item with its picture.
type Read = (usize, Arc<Picture>);

/// What the survey saw of one slice.
struct Seen {
    picture: Arc<Picture>,
    print: Option<u64>,
    look: Option<Look>,
}

/// A mask at one bit a pixel, so that all masks of a data set stay in memory.
struct PackedMask {
    rows: usize,
    cols: usize,
    bits: Vec<u8>,
}

impl Store {
    /// Decodes every slice once: measures each scan (a patient's slices of one size), takes each picture's fingerprint,
    /// and keeps as much as `ceiling_bytes` allow. Slices that cannot be decoded are left out with a warning.
    ///
    /// `progress` hears (slices done, slices in all) and answers whether to go on.
    ///
    /// *Errors*: no slice is left; [`TrainError::Stopped`] where `progress` said no.
    pub fn survey(
        dataset: Dataset,
        ceiling_bytes: usize,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Self, TrainError> {
        let total = dataset.items.len();
        let mut store = Self::empty(dataset, ceiling_bytes);
        let mut bad: Vec<(usize, String)> = Vec::new();
        let mut done = 0;
        for patient in 0..store.dataset.patients.len() {
            let mut scans: BTreeMap<(usize, usize), Vec<Read>> = BTreeMap::new();
            let items = store.dataset.slices_of(patient);
            for items in items.chunks(things_at_once()) {
                for (item, look) in items.iter().copied().zip(map_together(items, |&item| store.look_at(item))) {
                    match look {
                        Ok(Seen { picture, print, look }) => {
                            let plane = picture.plane(0);
                            let size = (plane.rows, plane.cols);
                            (store.prints[item], store.looks[item]) = (print, look);
                            scans.entry(size).or_default().push((item, picture));
                        }
                        Err(error) => bad.push((item, error.to_string())),
                    }
                    done += 1;
                    if !progress(done, total) {
                        return Err(TrainError::Stopped);
                    }
                }
            }
            for ((rows, cols), slices) in scans {
                let planes: Vec<_> = slices.iter().map(|(_, p)| [p.plane(0), p.plane(1), p.plane(2)]).collect();
                let pixel_mm = slices.first().and_then(|(_, picture)| picture.pixel_mm());
                let prepared = Prepared::of_placed(&planes, rows, cols, pixel_mm);
                for (item, _) in &slices {
                    store.scan_of[*item] = store.prepared.len();
                }
                store.prepared.push(prepared);
            }
        }
        store.without(&bad)
    }

    /// The data set, without the slices that could not be decoded.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// What was measured on the scan that `item` belongs to.
    pub fn prepared(&self, item: usize) -> &Prepared {
        &self.prepared[self.scan_of[item]]
    }

    /// One fingerprint a picture, for [`super::split::leaks`]; `None` for constant ones, which tell nobody apart.
    pub fn prints(&self) -> &[Option<u64>] {
        &self.prints
    }

    /// What each picture looks like, for [`super::leaks`]; `None` for those that tell nobody apart.
    pub fn looks(&self) -> &[Option<Look>] {
        &self.looks
    }

    /// Bytes of decoded pictures kept in memory.
    pub fn held_bytes(&self) -> usize {
        self.held_bytes.load(Ordering::Relaxed)
    }

    /// The picture of `item`, from memory or decoded anew.
    pub fn picture(&self, item: usize) -> Result<Arc<Picture>, TrainError> {
        if let Some(picture) = self.pictures[item].get() {
            return Ok(picture.clone());
        }
        let source = &self.dataset.items[item];
        let picture = Arc::new(picture::picture(&source.image, source.page)?);
        let bytes = picture.bytes();
        // Two workers may go over the ceiling by one picture each, no more.
        if self.held_bytes() + bytes <= self.ceiling_bytes && self.pictures[item].set(picture.clone()).is_ok() {
            self.held_bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        Ok(picture)
    }

    /// The mask of `item` in scan pixels: empty where the slice is labeled tumor-free, `None` where it is not known.
    pub fn mask(&self, item: usize) -> Result<Option<Mask>, TrainError> {
        let source = &self.dataset.items[item];
        let Some(path) = &source.mask else {
            if source.label {
                return Ok(None);
            }
            let picture = self.picture(item)?;
            return Ok(Some(Mask::empty(picture.plane(0).rows, picture.plane(0).cols)));
        };
        if let Some(mask) = self.masks[item].get() {
            return Ok(Some(mask.unpack()));
        }
        let mask = picture::mask(path, source.page)?;
        let _ = self.masks[item].set(PackedMask::pack(&mask));
        Ok(Some(mask))
    }

    /// The same slices with each as a patient of its own, measured as part of its real scan all the same: for a split by
    /// slice, which leaks on purpose (`folds`).
    #[must_use]
    pub fn by_slice(mut self) -> Self {
        let name = |(i, item): (usize, &super::dataset::Item)| {
            format!("{} {} {}", self.dataset.patients[item.patient], i + 1, item.name)
        };
        let names: Vec<String> = self.dataset.items.iter().enumerate().map(name).collect();
        self.dataset.patients = names;
        self.dataset.items.iter_mut().enumerate().for_each(|(i, item)| item.patient = i);
        self
    }

    fn empty(dataset: Dataset, ceiling_bytes: usize) -> Self {
        let count = dataset.items.len();
        Self {
            dataset,
            prepared: Vec::new(),
            scan_of: vec![0; count],
            prints: vec![None; count],
            looks: vec![None; count],
            pictures: (0..count).map(|_| OnceLock::new()).collect(),
            masks: (0..count).map(|_| OnceLock::new()).collect(),
            held_bytes: AtomicUsize::new(0),
            ceiling_bytes,
        }
    }

    /// Decodes one slice with its mask, checks that they fit, takes the fingerprint.
    fn look_at(&self, item: usize) -> Result<Seen, TrainError> {
        let picture = self.picture(item)?;
        let plane = picture.plane(0);
        if let Some(mask) = self.mask(item)?
            && (mask.rows, mask.cols) != (plane.rows, plane.cols)
        {
            return Err(TrainError::Data {
                reason: format!(
                    "the mask has {} × {} pixels, the picture {} × {}",
                    mask.rows, mask.cols, plane.rows, plane.cols
                ),
                path: self.dataset.items[item].image.clone(),
            });
        }
        let (print, look) = (fingerprint(&picture), Look::of(&picture));
        Ok(Seen { picture, print, look })
    }

    /// Leaves the bad slices out, said with up to three examples.
    fn without(mut self, bad: &[(usize, String)]) -> Result<Self, TrainError> {
        if bad.is_empty() {
            return Ok(self);
        }
        let examples: Vec<&str> = bad.iter().take(3).map(|(_, reason)| reason.as_str()).collect();
        let warning = format!("left out: {} slices that cannot be read ({})", bad.len(), examples.join("; "));
        if bad.len() == self.dataset.items.len() {
            return Err(TrainError::Data { reason: warning, path: self.dataset.root.clone() });
        }
        self.dataset.warnings.push(warning);
        let mut is_good = vec![true; self.dataset.items.len()];
        for (item, _) in bad {
            is_good[*item] = false;
        }
        retain(&mut self.dataset.items, &is_good);
        retain(&mut self.scan_of, &is_good);
        retain(&mut self.prints, &is_good);
        retain(&mut self.looks, &is_good);
        retain(&mut self.pictures, &is_good);
        retain(&mut self.masks, &is_good);
        Ok(self)
    }
}

impl PackedMask {
    fn pack(mask: &Mask) -> Self {
        let byte = |bits: &[bool]| bits.iter().enumerate().fold(0u8, |byte, (i, &bit)| byte | (u8::from(bit) << i));
        Self { rows: mask.rows, cols: mask.cols, bits: mask.bits.chunks(8).map(byte).collect() }
    }

    fn unpack(&self) -> Mask {
        let bits = (0..self.rows * self.cols).map(|i| self.bits[i / 8] >> (i % 8) & 1 == 1).collect();
        Mask { rows: self.rows, cols: self.cols, bits }
    }
}

fn retain<T>(values: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    values.retain(|_| keep.next().copied().unwrap_or(true));
}

/// A hash of size and values; `None` for a constant picture.
pub fn fingerprint(picture: &Picture) -> Option<u64> {
    let is_constant = |samples: &Samples| match samples {
        Samples::U8(v) => v.windows(2).all(|w| w[0] == w[1]),
        Samples::U16(v) => v.windows(2).all(|w| w[0] == w[1]),
        Samples::I16(v) => v.windows(2).all(|w| w[0] == w[1]),
        Samples::F32(v) => v.windows(2).all(|w| w[0] == w[1]),
    };
    if picture.planes.iter().all(|p| is_constant(&p.samples)) {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    for plane in &picture.planes {
        (plane.rows, plane.cols).hash(&mut hasher);
        match &plane.samples {
            Samples::U8(v) => v.hash(&mut hasher),
            Samples::U16(v) => v.hash(&mut hasher),
            Samples::I16(v) => v.hash(&mut hasher),
            Samples::F32(v) => v.iter().for_each(|x| x.to_bits().hash(&mut hasher)),
        }
    }
    Some(hasher.finish())
}
