//! Masks that come as stacks of their own, laid over the images they belong to through the patient's millimeters. Not for
//! reading them (`io`), and not for masks that belong to a picture by its name (`io::masks`).

use super::grid::{Grid, nearest};
use super::mask::Mask;
use super::scan::Scan;

/// A mask on its own grid.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskVolume {
    /// What it is called: a file's name, a segment's label.
    pub name: String,
    /// Where it lies; `None` where its file does not say.
    pub grid: Option<Grid>,
    /// As [`crate::domain::scan::About::frame_of_reference`].
    pub frame_of_reference: Option<String>,
    /// As [`crate::domain::scan::About::patient_key`].
    pub patient_key: Option<u64>,
    /// One a slice, all of one size.
    pub masks: Vec<Mask>,
}

impl MaskVolume {
    /// The reference masks of `scan` as a volume; `None` where it has none.
    pub fn of_reference(scan: &Scan) -> Option<Self> {
        let empty = || Mask::empty(scan.rows, scan.cols);
        let masks: Vec<Mask> = scan.reference.iter().map(|mask| mask.clone().unwrap_or_else(empty)).collect();
        let is_whole = masks.len() == scan.slices.len() && !masks.is_empty();
        is_whole.then(|| Self {
            name: scan.title.clone(),
            grid: Grid::of(scan),
            frame_of_reference: scan.about.frame_of_reference.clone(),
            patient_key: scan.about.patient_key,
            masks,
        })
    }

    fn sizes(&self) -> [usize; 3] {
        let (rows, cols) = self.masks.first().map_or((0, 0), |m| (m.rows, m.cols));
        [self.masks.len(), rows, cols]
    }

    /// The mask of each slice of `scan`, each pixel taken from the nearest voxel; `None` where the mask does not reach.
    ///
    /// *Errors*: why it does not belong there, in words.
    pub fn over(&self, scan: &Scan) -> Result<Vec<Option<Mask>>, &'static str> {
        let about = &scan.about;
        if self.patient_key.is_some() && about.patient_key.is_some() && self.patient_key != about.patient_key {
            return Err("it is of another patient");
        }
        if let (Some(own), Some(other)) = (&self.frame_of_reference, &about.frame_of_reference)
            && own != other
        {
            return Err("it lies in another coordinate system (Frame of Reference)");
        }
        self.on(Grid::of(scan).as_ref(), [scan.slices.len(), scan.rows, scan.cols])
    }

    /// As [`MaskVolume::over`], on a grid; one that is not known has `sizes` and is taken voxel by voxel where neither
    /// says where it lies.
    pub fn on(&self, target: Option<&Grid>, sizes: [usize; 3]) -> Result<Vec<Option<Mask>>, &'static str> {
        let as_they_are = || self.masks.iter().cloned().map(Some).collect();
        let (own, target) = match (&self.grid, target) {
            (Some(own), Some(target)) if own.is_same(target) => return Ok(as_they_are()),
            (Some(own), Some(target)) => (own, target),
            (None, None) if self.sizes() == sizes => return Ok(as_they_are()),
            (None, None) => return Err("nothing says where it lies, and its size is another than the image's"),
            (None, Some(_)) => return Err("it does not say where it lies"),
            (Some(_), None) => return Err("the image does not say where it lies"),
        };
        let over: Vec<Option<Mask>> = (0..target.sizes[0]).map(|slice| self.slice_on(own, target, slice)).collect();
        if over.iter().any(Option::is_some) { Ok(over) } else { Err("it lies beside the image") }
    }

    /// One slice of `target`; `None` where the mask does not reach it.
    fn slice_on(&self, own: &Grid, target: &Grid, slice: usize) -> Option<Mask> {
        let [slices, rows, cols] = own.sizes;
        let mut bits = Vec::with_capacity(target.sizes[1] * target.sizes[2]);
        let mut is_within = false;
        target.each_in(own, slice, |at| {
            let voxel = nearest(at[0], slices).zip(nearest(at[1], rows)).zip(nearest(at[2], cols));
            is_within |= voxel.is_some();
            bits.push(voxel.is_some_and(|((s, r), c)| self.masks[s].bits[r * cols + c]));
        });
        is_within.then_some(Mask { rows: target.sizes[1], cols: target.sizes[2], bits })
    }
}

/// Lays `volume` over every scan that it belongs to and that has no reference mask yet. What came of it is said in
/// `warnings` where it is not plain.
pub fn lay_over(scans: &mut [Scan], volume: &MaskVolume, warnings: &mut Vec<String>) {
    let mut why = "there is no image";
    let (mut is_used, mut is_second) = (false, false);
    for scan in scans.iter_mut() {
        match volume.over(scan) {
            Ok(_) if !scan.reference.is_empty() => is_second = true,
            Ok(masks) => {
                scan.reference = masks;
                is_used = true;
            }
            Err(reason) => why = reason,
        }
    }
    let name = &volume.name;
    if !is_used && is_second {
        warnings.push(format!("{name} is a second mask for the same images and was left out."));
    } else if !is_used {
        warnings.push(format!("{name} is a mask that was not laid over any image: {why}."));
    }
}
