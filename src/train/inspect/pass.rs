//! The one pass over all pictures of a data set: each is decoded, looked at and let go. Not for what is concluded (`words`).

use super::SliceFile;
use super::examples::Small;
use crate::domain::scan::Samples;
use crate::nn::ops::{map_together, things_at_once};
use crate::train::dataset::{Dataset, Item, Progress};
use crate::train::error::TrainError;
use crate::train::likeness::Look;
use crate::train::picture::{MaskReader, PageReader, Picture};
use crate::train::store::fingerprint;

/// What the pass found, an entry an item in all that is not said otherwise.
#[derive(Default)]
pub struct Seen {
    /// `[rows, cols]`.
    pub sizes: Vec<[usize; 2]>,
    /// Channels that differ from each other.
    pub sequences: Vec<usize>,
    /// Three channels that are all equal, and not blank.
    pub is_equal: Vec<bool>,
    /// Print of the exact pixels; `None` for blank ones.
    pub prints: Vec<Option<u64>>,
    /// What it looks like; `None` where that tells nobody apart.
    pub looks: Vec<Option<Look>>,
    /// Items to show with their small pictures.
    pub examples: Vec<(usize, Small)>,
    /// Pictures that cannot be read, with the reason; only these.
    pub unreadable: Vec<(SliceFile, String)>,
    /// Pictures whose mask has another size, with both sizes in words; only these.
    pub misfits: Vec<(SliceFile, String)>,
    /// Whether the item is neither of these.
    is_good: Vec<bool>,
}

/// What one picture shows.
struct Glance {
    size: [usize; 2],
    sequences: usize,
    is_equal: bool,
    print: Option<u64>,
    look: Option<Look>,
}

/// What one item came to.
struct Found {
    glance: Result<Glance, String>,
    small: Option<Result<Small, TrainError>>,
}

/// Looks through all pictures, on all threads; `wanted` are the items to show, ascending. What is found does not depend
/// on the threads.
pub fn look_through(dataset: &Dataset, wanted: &[usize], progress: Progress<'_>) -> Result<Seen, TrainError> {
    let mut seen = Seen::default();
    let numbered: Vec<(usize, &Item)> = dataset.items.iter().enumerate().collect();
    // A stack's pages stay together, so that its file is decoded once.
    let files: Vec<&[(usize, &Item)]> = numbered.chunk_by(|(_, a), (_, b)| a.image == b.image).collect();
    for block in files.chunks(things_at_once()) {
        let found = map_together(block, |pages| look_at_file(pages, wanted));
        for ((index, item), found) in block.iter().flat_map(|pages| pages.iter()).zip(found.into_iter().flatten()) {
            if !progress(*index, numbered.len()) {
                return Err(TrainError::Stopped);
            }
            seen.take(*index, item, found)?;
        }
    }
    Ok(seen)
}

fn look_at_file(pages: &[(usize, &Item)], wanted: &[usize]) -> Vec<Found> {
    let (mut pictures, mut masks) = (PageReader::default(), MaskReader::default());
    let look = |&(index, item): &(usize, &Item)| {
        let picture = match pictures.read(&item.image, item.page) {
            Ok(picture) => picture,
            Err(error) => return Found { glance: Err(error.to_string()), small: None },
        };
        let glance = Glance::of(&picture);
        let is_shown = wanted.binary_search(&index).is_ok() && glance.fits(item);
        let small = is_shown.then(|| {
            let mask = item.mask.as_ref().map(|path| masks.read(path, item.page)).transpose()?;
            Ok(Small::new(picture.plane(1), mask.as_ref()))
        });
        Found { glance: Ok(glance), small }
    };
    pages.iter().map(look).collect()
}

impl Seen {
    fn take(&mut self, index: usize, item: &Item, found: Found) -> Result<(), TrainError> {
        if let Some(small) = found.small {
            self.examples.push((index, small?));
        }
        let glance = match found.glance {
            Ok(glance) => {
                if let Some([mask_rows, mask_cols]) = item.mask_size.filter(|_| !glance.fits(item)) {
                    let [rows, cols] = glance.size;
                    let text = format!("{}: mask {mask_rows} × {mask_cols}, picture {rows} × {cols}", item.name);
                    self.misfits.push((SliceFile::of(item), text));
                }
                Some(glance)
            }
            Err(reason) => {
                self.unreadable.push((SliceFile::of(item), reason));
                None
            }
        };
        self.is_good.push(glance.as_ref().is_some_and(|glance| glance.fits(item)));
        let glance = glance.unwrap_or_default();
        self.sizes.push(glance.size);
        self.sequences.push(glance.sequences);
        self.is_equal.push(glance.is_equal);
        self.prints.push(glance.print);
        self.looks.push(glance.look);
        Ok(())
    }

    /// Leaves out what cannot be trained on, here and in `dataset`, as a training does.
    ///
    /// *Errors*: nothing is left.
    pub fn leave_out_bad(&mut self, dataset: &mut Dataset) -> Result<(), TrainError> {
        if !self.is_good.contains(&true) {
            let first = self.unreadable.first().or(self.misfits.first()).map_or("", |(_, reason)| reason);
            let reason = format!("none of its {} pictures can be used (first: {first})", self.is_good.len());
            return Err(TrainError::Data { reason, path: dataset.root.clone() });
        }
        let mut place = Vec::with_capacity(self.is_good.len());
        let mut next = 0;
        for &is_good in &self.is_good {
            place.push(next);
            next += usize::from(is_good);
        }
        self.examples.iter_mut().for_each(|(item, _)| *item = place[*item]);
        keep(&mut dataset.items, &self.is_good);
        keep(&mut self.sizes, &self.is_good);
        keep(&mut self.sequences, &self.is_good);
        keep(&mut self.is_equal, &self.is_good);
        keep(&mut self.prints, &self.is_good);
        keep(&mut self.looks, &self.is_good);
        self.is_good.retain(|&is_good| is_good);
        Ok(())
    }
}

impl Default for Glance {
    /// Of a picture that cannot be read.
    fn default() -> Self {
        Self { size: [0, 0], sequences: 0, is_equal: false, print: None, look: None }
    }
}

impl Glance {
    /// The mask, where there is one, has the picture's size.
    fn fits(&self, item: &Item) -> bool {
        item.mask_size.is_none_or(|mask| mask == self.size)
    }

    fn of(picture: &Picture) -> Self {
        let samples: Vec<&Samples> = picture.planes.iter().map(|plane| &plane.samples).collect();
        let is_new = |&i: &usize| samples[..i].iter().all(|earlier| *earlier != samples[i]);
        let sequences = (0..samples.len()).filter(is_new).count();
        let print = fingerprint(picture);
        Self {
            size: [picture.plane(0).rows, picture.plane(0).cols],
            sequences,
            is_equal: print.is_some() && samples.len() > 1 && sequences == 1,
            print,
            look: Look::of(picture),
        }
    }
}

impl SliceFile {
    /// Of an item.
    pub fn of(item: &Item) -> Self {
        Self { name: item.name.clone(), image: item.image.clone(), page: item.page }
    }
}

fn keep<T>(values: &mut Vec<T>, is_kept: &[bool]) {
    let mut is_kept = is_kept.iter();
    values.retain(|_| is_kept.next().copied().unwrap_or(true));
}
