//! A long row of numbers with the least and greatest of every stretch, stretches of stretches and so on: any part of it is
//! drawn by a bounded number of points. Not for what the numbers mean.

/// Points that a drawn range has at most.
pub const MAX_POINTS: usize = 2000;
/// Values that are not a number are listed up to this many; the latest stay.
pub const MAX_NOT_NUMBERS: usize = 256;
/// Entries that one entry of the next level stands for.
const FAN: usize = 4;

/// The least and the greatest of a stretch, each with its place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Range {
    low: (u32, f32),
    high: (u32, f32),
}

impl Range {
    fn of(index: u32, value: f32) -> Option<Self> {
        value.is_finite().then_some(Self { low: (index, value), high: (index, value) })
    }

    fn join(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
        let low = if b.low.1 < a.low.1 { b.low } else { a.low };
        let high = if b.high.1 > a.high.1 { b.high } else { a.high };
        Some(Self { low, high })
    }
}

/// Numbers by rising step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pyramid {
    steps: Vec<u32>,
    values: Vec<f32>,
    /// Level `k` holds one range for each `FAN^(k+1)` values, the last one of each perhaps unfinished.
    levels: Vec<Vec<Option<Range>>>,
    not_numbers: Vec<u32>,
}

impl Pyramid {
    /// How many values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The last step with its value.
    pub fn last(&self) -> Option<(u32, f32)> {
        self.steps.last().copied().zip(self.values.last().copied())
    }

    /// All values with their steps.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f32)> {
        self.steps.iter().copied().zip(self.values.iter().copied())
    }

    /// Steps whose value is not a number.
    pub fn not_numbers(&self) -> &[u32] {
        &self.not_numbers
    }

    /// Adds a value; its step must be greater than the last one's.
    pub fn push(&mut self, step: u32, value: f32) {
        let index = self.values.len();
        self.steps.push(step);
        self.values.push(value);
        if !value.is_finite() {
            if self.not_numbers.len() == MAX_NOT_NUMBERS {
                self.not_numbers.remove(0);
            }
            self.not_numbers.push(step);
        }
        let new = Range::of(index as u32, value);
        let (mut level, mut place) = (0, index / FAN);
        loop {
            if self.levels.len() == level {
                // A level begins when the one below has more than one entry; what is there already goes in.
                let below = self.level_len(level);
                if below <= 1 {
                    return;
                }
                let ranges = (0..below.div_ceil(FAN)).map(|i| self.joined(level, i)).collect();
                self.levels.push(ranges);
            } else if let Some(range) = self.levels[level].get_mut(place) {
                *range = Range::join(*range, new);
            } else {
                self.levels[level].push(new);
            }
            level += 1;
            place /= FAN;
        }
    }

    /// Entries below `level`: the values themselves below level 0.
    fn level_len(&self, level: usize) -> usize {
        if level == 0 { self.values.len() } else { self.levels[level - 1].len() }
    }

    fn joined(&self, level: usize, place: usize) -> Option<Range> {
        let (from, to) = (place * FAN, ((place + 1) * FAN).min(self.level_len(level)));
        (from..to).map(|i| self.entry(level, i)).fold(None, Range::join)
    }

    fn entry(&self, level: usize, index: usize) -> Option<Range> {
        if level == 0 { Range::of(index as u32, self.values[index]) } else { self.levels[level - 1][index] }
    }

    /// Forgets everything from `step` on.
    pub fn cut_from(&mut self, step: u32) {
        let keep = self.partition(|s| s < step);
        let kept: Vec<(u32, f32)> = self.iter().take(keep).collect();
        *self = Self::default();
        for (step, value) in kept {
            self.push(step, value);
        }
    }

    /// How many of the first steps `is_before` holds for.
    pub fn partition(&self, is_before: impl Fn(u32) -> bool) -> usize {
        self.steps.partition_point(|&step| is_before(step))
    }

    /// The values from index `begin` to before `end` as `(step, value)`, at most [`MAX_POINTS`].
    pub fn points(&self, begin: usize, end: usize) -> Vec<(u32, f32)> {
        let end = end.min(self.values.len());
        if begin >= end {
            return Vec::new();
        }
        if end - begin <= MAX_POINTS {
            let all = (begin..end).map(|i| (self.steps[i], self.values[i]));
            return all.filter(|(_, value)| value.is_finite()).collect();
        }
        // The finest level with at most half as many entries: each gives two points.
        let (mut level, mut width) = (0, FAN);
        while (end - begin).div_ceil(width) + 1 > MAX_POINTS / 2 && level + 1 < self.levels.len() {
            level += 1;
            width *= FAN;
        }
        let mut points = Vec::with_capacity(MAX_POINTS);
        for range in self.levels[level][begin / width..end.div_ceil(width)].iter().flatten() {
            let (low, high) = (range.low, range.high);
            let (first, second) = if low.0 <= high.0 { (low, high) } else { (high, low) };
            points.push((self.steps[first.0 as usize], first.1));
            if second.0 != first.0 {
                points.push((self.steps[second.0 as usize], second.1));
            }
        }
        points
    }
}
