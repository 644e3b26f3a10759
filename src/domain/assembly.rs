//! From the series of a study to the one stack that the nets take: which series is which sequence, all on the FLAIR's
//! grid. Takes scans of any origin. Not for guessing a sequence (`sequences`) or for the nets' size (`nn::input`).

use std::ops::ControlFlow;

use super::geometry::{AnatomicalPlane, Geometry};
use super::grid::{Field, Grid};
use super::scan::{About, Acquisition, Plane, Rescale, Samples, Scan, Sequence, Slice};

/// Title of the stack that is put together.
pub const TITLE: &str = "For the nets: T1, FLAIR, T1 post";

/// A series that covers less than this share of the FLAIR's voxels is not used: a slab beside it, or another body part.
const MIN_COVERED: f64 = 0.25;
/// … and one that covers less than this share is used with a warning.
const WELL_COVERED: f64 = 0.9;

/// Which series stands for which sequence: indices into the scans they were chosen from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// Before contrast.
    pub t1: Option<usize>,
    /// The one whose grid all are brought to.
    pub flair: Option<usize>,
    /// After contrast.
    pub t1_post: Option<usize>,
}

/// Why no stack could be put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssemblyError {
    /// No series was recognized as FLAIR.
    #[error("No FLAIR was recognized among these series: without it the nets can't read them.")]
    NoFlair,
    /// Stopped on demand.
    #[error("Stopped.")]
    Stopped,
}

impl Roles {
    /// The series for `sequence`.
    pub fn get(&self, sequence: Sequence) -> Option<usize> {
        match sequence {
            Sequence::T1 => self.t1,
            Sequence::Flair => self.flair,
            Sequence::T1Post => self.t1_post,
            Sequence::T2 | Sequence::Unknown => None,
        }
    }

    /// Lets series `scan`, or none, stand for `sequence`; it stands for no other then.
    pub fn set(&mut self, sequence: Sequence, scan: Option<usize>) {
        for role in [&mut self.t1, &mut self.flair, &mut self.t1_post] {
            if scan.is_some() && *role == scan {
                *role = None;
            }
        }
        match sequence {
            Sequence::T1 => self.t1 = scan,
            Sequence::Flair => self.flair = scan,
            Sequence::T1Post => self.t1_post = scan,
            Sequence::T2 | Sequence::Unknown => {}
        }
    }

    /// The guess: of several series of one sequence the axial ones first, then the one with most slices, then the first;
    /// for T1 only those that lie in the FLAIR's coordinate system and cover enough of it.
    pub fn guess(scans: &[Scan]) -> Self {
        let is = |index: usize, sequence| scans[index].sequences == [sequence] && !is_stack(&scans[index]);
        let is_axial = |scan: &Scan| scan.about.geometry.is_none_or(|g| g.plane() == AnatomicalPlane::Axial);
        let best = |sequence, fits: &dyn Fn(&Scan) -> bool| {
            let found = (0..scans.len()).filter(|&i| is(i, sequence) && fits(&scans[i]));
            // The first of equals: `max_by_key` would take the last.
            found.rev().max_by_key(|&i| (is_axial(&scans[i]), scans[i].slices.len()))
        };
        let Some(flair) = best(Sequence::Flair, &|_| true) else { return Self::default() };
        let fits = |scan: &Scan| misfit(scan, &scans[flair]).is_none();
        Self { t1: best(Sequence::T1, &fits), flair: Some(flair), t1_post: best(Sequence::T1Post, &fits) }
    }

    /// The roles that the stack among `scans` was put together by; the guess where there is none.
    pub fn in_use(scans: &[Scan]) -> Self {
        let Some(stack) = scans.iter().find(|scan| is_stack(scan)) else { return Self::guess(scans) };
        let mut roles = Self::default();
        for (sequence, title) in Sequence::NET_ORDER.into_iter().zip(&stack.about.made_of) {
            let named = |scan: &Scan| Some(&scan.title) == title.as_ref() && !is_stack(scan);
            roles.set(sequence, scans.iter().position(named));
        }
        roles
    }

    /// Other series of the same sequences that were passed over, in words.
    fn passed_over(&self, scans: &[Scan]) -> Vec<String> {
        let mut words = Vec::new();
        for sequence in Sequence::NET_ORDER {
            let is_other = |scan: &Scan| scan.sequences == [sequence] && !is_stack(scan);
            let others = (0..scans.len()).filter(|&i| is_other(&scans[i]) && self.get(sequence) != Some(i));
            for other in others {
                let why = self.flair.and_then(|flair| misfit(&scans[other], &scans[flair]));
                let why = why.unwrap_or("another series of it was taken");
                words.push(format!("{} ({}) was not used: {why}.", scans[other].title, sequence.label()));
            }
        }
        words
    }
}

/// Why `scan` cannot be brought onto `flair`; `None` where it can.
fn misfit(scan: &Scan, flair: &Scan) -> Option<&'static str> {
    let (a, b) = (&scan.about, &flair.about);
    if a.patient_key.is_some() && b.patient_key.is_some() && a.patient_key != b.patient_key {
        return Some("it is of another patient");
    }
    if a.frame_of_reference.is_some() && b.frame_of_reference.is_some() && a.frame_of_reference != b.frame_of_reference
    {
        return Some("it lies in another coordinate system (Frame of Reference) than the FLAIR");
    }
    match (Grid::of(scan), Grid::of(flair)) {
        (Some(source), Some(target)) if covered(&source, &target) < MIN_COVERED => {
            Some("it shows another part of the body than the FLAIR")
        }
        (Some(_), Some(_)) => None,
        (None, None) if sizes(scan) == sizes(flair) => None,
        (None, None) => Some("neither it nor the FLAIR says where it lies, and their sizes differ"),
        _ => Some("only one of it and the FLAIR says where it lies"),
    }
}

fn sizes(scan: &Scan) -> [usize; 3] {
    [scan.slices.len(), scan.rows, scan.cols]
}

/// Share of `target`'s voxels that lie within `source`, from a coarse sample of them.
fn covered(source: &Grid, target: &Grid) -> f64 {
    const STEPS: usize = 12;
    let (mut inside, mut all) = (0usize, 0usize);
    let at = |step: usize, count: usize| (step as f64 + 0.5) / STEPS as f64 * count as f64 - 0.5;
    for index in 0..STEPS.pow(3) {
        let step = [index / (STEPS * STEPS), index / STEPS % STEPS, index % STEPS];
        let voxel = std::array::from_fn(|i| at(step[i], target.sizes[i]));
        let there = source.geometry.voxel_from_patient(target.geometry.patient_from_voxel(voxel));
        let is_inside = (0..3).all(|i| there[i] >= -0.5 && there[i] <= source.sizes[i] as f64 - 0.5);
        (inside, all) = (inside + usize::from(is_inside), all + 1);
    }
    inside as f64 / all as f64
}

/// The stack for the nets: every series of `roles` trilinear on the FLAIR's grid, which is turned axial; a missing
/// sequence is the FLAIR again, as the training set stores it, and said. `on_slice` hears (slices done, slices in all) and
/// may stop it.
///
/// *Errors*: no FLAIR, or stopped.
pub fn combine(
    scans: &[Scan],
    roles: &Roles,
    on_slice: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<Scan, AssemblyError> {
    let flair = roles.flair.and_then(|i| scans.get(i)).ok_or(AssemblyError::NoFlair)?;
    let grid = Grid::of(flair).map(|grid| grid.axial());
    let mut warnings = roles.passed_over(scans);
    let sources = Sequence::NET_ORDER.map(|sequence| {
        let scan = roles.get(sequence).and_then(|i| scans.get(i));
        let usable = scan.filter(|scan| misfit(scan, flair).is_none());
        if usable.is_none() {
            let label = sequence.label();
            let why = scan.and_then(|scan| misfit(scan, flair)).map_or(String::new(), |why| format!(" ({why})"));
            warnings.push(format!("{label} is missing{why}: its channel is a copy of FLAIR."));
        }
        usable
    });
    let count = grid.map_or(flair.slices.len(), |g| g.sizes[0]);
    // Only sequences that are there are read; a copy of the FLAIR is made from the FLAIR's planes.
    let found: Vec<&Scan> = sources.iter().flatten().copied().collect();
    let total = found.len() * count;
    let mut planes = [const { Vec::new() }; 3];
    let mut done = 0;
    for (channel, source) in sources.iter().enumerate() {
        let Some(source) = source else { continue };
        let mut step = || {
            done += 1;
            on_slice(done - 1, total).is_continue()
        };
        planes[channel] = brought(source, grid.as_ref(), &mut step, &mut warnings).ok_or(AssemblyError::Stopped)?;
    }
    let mut stack = stacked(flair, grid, sources.map(|s| s.is_some()), planes, warnings);
    stack.about.rescale = rescale_of(&found);
    stack.about.made_of = sources.iter().map(|source| source.map(|scan| scan.title.clone())).collect();
    Ok(stack)
}

/// The planes of `source` on `grid`, or as they are where nobody knows where they lie.
fn brought(
    source: &Scan,
    grid: Option<&Grid>,
    step: &mut dyn FnMut() -> bool,
    warnings: &mut Vec<String>,
) -> Option<Vec<Plane>> {
    let (Some(grid), Some(own)) = (grid, Grid::of(source)) else {
        return source.slices.iter().map(|slice| step().then(|| slice.planes[0].clone())).collect();
    };
    if grid.is_same(&own) {
        return source.slices.iter().map(|slice| step().then(|| slice.planes[0].clone())).collect();
    }
    let field = Field::of(source, 0)?;
    let (mut planes, mut inside) = (Vec::new(), 0);
    for slice in 0..grid.sizes[0] {
        if !step() {
            return None;
        }
        let sampled = field.slice(grid, slice);
        inside += sampled.inside;
        planes.push(sampled.plane);
    }
    let share = inside as f64 / grid.sizes.iter().product::<usize>().max(1) as f64;
    if share < WELL_COVERED {
        warnings.push(format!("{} covers only {:.0} % of the FLAIR; beyond it is black.", source.title, 100.0 * share));
    }
    Some(planes)
}

/// The common rescale, where all have the same; the identity else.
fn rescale_of(scans: &[&Scan]) -> Rescale {
    let first = scans.first().map_or_else(Rescale::default, |scan| scan.about.rescale);
    if scans.iter().all(|scan| scan.about.rescale == first) { first } else { Rescale::default() }
}

fn stacked(
    flair: &Scan,
    grid: Option<Grid>,
    is_there: [bool; 3],
    planes: [Vec<Plane>; 3],
    warnings: Vec<String>,
) -> Scan {
    let [t1, own, post] = planes;
    let (mut t1, mut post) = (t1.into_iter(), post.into_iter());
    let is_alone = is_there == [false, true, false];
    let slice_of = |(index, flair_plane): (usize, Plane)| {
        let planes = if is_alone {
            vec![flair_plane]
        } else {
            let first = t1.next().unwrap_or_else(|| flair_plane.clone());
            let last = post.next().unwrap_or_else(|| flair_plane.clone());
            vec![first, flair_plane, last]
        };
        let path = flair.slices.first().map(|s| s.path.clone()).unwrap_or_default();
        let name = format!("{} {}", flair.title, index + 1);
        Slice { name, path, page: Some(index), planes, warnings: Vec::new() }
    };
    let slices: Vec<Slice> = own.into_iter().enumerate().map(slice_of).collect();
    let (rows, cols) = slices.first().map_or((flair.rows, flair.cols), |s| (s.planes[0].rows, s.planes[0].cols));
    let acquisition = Acquisition { series_uid: None, series_number: None, ..flair.about.acquisition.clone() };
    Scan {
        title: TITLE.to_owned(),
        kind: flair.kind.clone(),
        rows,
        cols,
        sequences: if is_alone { vec![Sequence::Flair] } else { Sequence::NET_ORDER.to_vec() },
        slices,
        reference: Vec::new(),
        warnings,
        about: About {
            geometry: grid.map(|g| g.geometry).or(flair.about.geometry),
            frame_of_reference: flair.about.frame_of_reference.clone(),
            description: "T1, FLAIR and T1 post on the grid of the FLAIR".to_owned(),
            encoding: flair.about.encoding.clone(),
            patient_key: flair.about.patient_key,
            acquisition,
            ..About::default()
        },
    }
}

/// Whether `scan` is a stack that [`combine`] made.
pub fn is_stack(scan: &Scan) -> bool {
    scan.title == TITLE
}

/// Whether the nets can take `scan` as it is: an axial stack, or one whose place nobody knows, in the order of
/// [`Grid::axial`].
pub fn is_axial_as_stored(scan: &Scan) -> bool {
    let is_turned = |geometry: &Geometry, grid: Grid| grid.axial().geometry == *geometry;
    scan.about.geometry.as_ref().zip(Grid::of(scan)).is_none_or(|(geometry, grid)| is_turned(geometry, grid))
}

/// Whether a stack for the nets is worth putting together beside the series themselves: there is a FLAIR, and either
/// another sequence that goes with it or a FLAIR that the nets cannot take as it is stored.
pub fn is_needed(scans: &[Scan], roles: &Roles) -> bool {
    let Some(flair) = roles.flair.and_then(|i| scans.get(i)) else { return false };
    roles.t1.is_some() || roles.t1_post.is_some() || !is_axial_as_stored(flair)
}

/// Bytes that [`combine`] will take.
pub fn bytes_needed(scans: &[Scan], roles: &Roles) -> u64 {
    let Some(flair) = roles.flair.and_then(|i| scans.get(i)) else { return 0 };
    let voxels: usize = sizes(flair).iter().product();
    let width = |sequence| {
        let scan = roles.get(sequence).and_then(|i| scans.get(i)).unwrap_or(flair);
        let plane = scan.slices.first().and_then(|s| s.planes.first());
        plane.map_or(1, |p| match p.samples {
            Samples::U8(_) => 1,
            Samples::U16(_) | Samples::I16(_) => 2,
            Samples::F32(_) => 4,
        })
    };
    Sequence::NET_ORDER.into_iter().map(|s| width(s) * voxels as u64).sum()
}
