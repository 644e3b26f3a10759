//! The slice strip as plain cells: one a slice, or several merged by maximum where they would be too low to see. Not for
//! drawing it (`ui`).

use crate::domain::review::Verdict;
use crate::domain::scan::Scan;

use super::study::ScanState;
use super::text;
use super::{AppState, Thresholds};

/// Cells lower than this many points are merged.
pub const MIN_CELL_POINTS: f32 = 3.0;

/// What the reader decided, as a mark. When cells merge, the gravest stays; the order here is from light to grave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// ✓
    Agreed,
    /// ?
    CantJudge,
    /// ✕
    NotTumor,
    /// ✎
    OutlineWrong,
    /// +
    Missed,
}

impl Mark {
    /// The mark of a verdict.
    pub fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Agree => Self::Agreed,
            Verdict::NotTumor => Self::NotTumor,
            Verdict::OutlineWrong => Self::OutlineWrong,
            Verdict::Missed => Self::Missed,
            Verdict::CantJudge => Self::CantJudge,
        }
    }

    /// Its sign.
    pub fn sign(self) -> char {
        match self {
            Self::Agreed => '✓',
            Self::CantJudge => '?',
            Self::NotTumor => '✕',
            Self::OutlineWrong => '✎',
            Self::Missed => '+',
        }
    }
}

/// One cell: the slices `first..=last`.
// Merged cells can be all of these at once.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// First slice.
    pub first: usize,
    /// Last slice, included.
    pub last: usize,
    /// The highest model score; `None` while there is none, and while the model is covered.
    pub score: Option<f32>,
    /// Some slice is flagged.
    pub is_flagged: bool,
    /// Some slice has an outline.
    pub is_outlined: bool,
    /// Some slice waits for its outline.
    pub is_pending: bool,
    /// The gravest decision.
    pub mark: Option<Mark>,
    /// Every slice was viewed.
    pub is_viewed: bool,
    /// The slice on screen is here.
    pub is_current: bool,
    /// Some slice could not be read by the nets.
    pub has_failed: bool,
}

impl Cell {
    fn merge(&mut self, next: &Self) {
        (self.first, self.last) = (self.first.min(next.first), self.last.max(next.last));
        self.score = self.score.into_iter().chain(next.score).reduce(f32::max);
        self.is_flagged |= next.is_flagged;
        self.is_outlined |= next.is_outlined;
        self.is_pending |= next.is_pending;
        self.mark = self.mark.max(next.mark);
        self.is_viewed &= next.is_viewed;
        self.is_current |= next.is_current;
        self.has_failed |= next.has_failed;
    }
}

/// The cells of a strip of `height` points: superior on top where that is known, else the first slice.
pub fn cells(state: &AppState, height: f32) -> Vec<Cell> {
    let Some((_, pixels, scan)) = state.current_scan() else { return Vec::new() };
    let thresholds = state.thresholds_of(scan);
    let count = scan.counts.len();
    let per_cell = slices_per_cell(count, height);
    let mut cells: Vec<Cell> = Vec::with_capacity(count.div_ceil(per_cell));
    for place in 0..count {
        let next = cell(scan, slice_of(pixels, place), thresholds);
        match cells.last_mut() {
            Some(cell) if !place.is_multiple_of(per_cell) => cell.merge(&next),
            _ => cells.push(next),
        }
    }
    cells
}

/// The slice at a place of the strip, counted from its top, and the place of a slice: the same rule both ways.
pub fn slice_of(scan: &Scan, place: usize) -> usize {
    let last = scan.slices.len().saturating_sub(1);
    if is_upside_down(scan) { last.saturating_sub(place) } else { place }
}

/// Whether the last slice is on top of the strip: it is the superior one.
pub fn is_upside_down(scan: &Scan) -> bool {
    scan.about.geometry.is_some_and(|g| g.is_superior_last())
}

/// How many slices share a cell in a strip of `height` points.
pub fn slices_per_cell(count: usize, height: f32) -> usize {
    let most = (height / MIN_CELL_POINTS).floor().max(1.0) as usize;
    count.div_ceil(most).max(1)
}

/// The slice at `share` (0–1) of the strip's height.
pub fn slice_at(state: &AppState, height: f32, share: f32) -> Option<usize> {
    let (_, pixels, scan) = state.current_scan()?;
    let count = scan.counts.len();
    if count == 0 {
        return None;
    }
    let per_cell = slices_per_cell(count, height);
    let cells = count.div_ceil(per_cell);
    // The last cell may hold fewer slices than the others and is as high as they are.
    let place = share.clamp(0.0, 1.0) * cells as f32;
    let cell = (place.floor() as usize).min(cells - 1);
    let within = ((place - cell as f32) * per_cell as f32).floor().max(0.0) as usize;
    Some(slice_of(pixels, (cell * per_cell + within).min((cell + 1) * per_cell - 1).min(count - 1)))
}

fn cell(scan: &ScanState, slice: usize, thresholds: Thresholds) -> Cell {
    let is_open = !scan.is_covered;
    let found = scan.finding.as_ref().and_then(|f| f.slices.get(slice)).filter(|_| is_open);
    let area = scan.area_px(slice, thresholds.mask).filter(|_| is_open);
    let is_viewed = if found.is_some() {
        scan.is_viewed(slice, thresholds)
    } else {
        scan.seen.get(slice).copied().unwrap_or(false)
    };
    Cell {
        first: slice,
        last: slice,
        score: found.and_then(|s| s.score),
        is_flagged: found.is_some_and(|s| s.is_flagged(thresholds.classifier)),
        is_outlined: area.is_some_and(|a| a > 0),
        is_pending: found.is_some() && scan.is_pending(slice),
        mark: scan.decision(slice, thresholds).filter(|_| is_open).map(|d| Mark::of(d.verdict)),
        is_viewed,
        is_current: scan.slice == slice,
        has_failed: found.is_some_and(|s| !s.warnings.is_empty()),
    }
}

/// What hovering a slice's cell says: "Slice 13 · score 0.97 · 2 095 px · agree".
pub fn hover(state: &AppState, slice: usize) -> Option<String> {
    let (_, pixels, scan) = state.current_scan()?;
    let mut words = vec![format!("Slice {}", slice + 1)];
    words.extend(pixels.about.geometry.map(|g| super::placed::position(&g, slice)));
    if super::allowed::has_finding(state).is_ok() {
        let thresholds = state.thresholds_of(scan);
        words.push(
            scan.score(slice).map_or_else(|| "score pending".to_owned(), |s| format!("score {}", text::score(s))),
        );
        words.push(match scan.area_px(slice, thresholds.mask) {
            None => "outline pending".to_owned(),
            Some(0) => "no outline".to_owned(),
            Some(area) => super::placed::area(area, pixels.about.geometry.as_ref()),
        });
        words.extend(scan.decision(slice, thresholds).map(|d| d.verdict.label().to_owned()));
    }
    Some(words.join(" · "))
}
