//! The longest diameter of a region within a slice and the longest one perpendicular to it, as RANO measures tumors. Not
//! for choosing the slice (`state::rano`) and not for drawing.
//!
//! *Source*: van den Bent et al., "Response assessment in neuro-oncology (a report of the RANO group): assessment of outcome
//! in trials of diffuse low-grade gliomas", Lancet Oncology 2011; 12: 583–593: product of perpendicular diameters.

use super::geometry::Geometry;
use super::mask::Mask;
use super::measurement::{Point, Size};

/// Two perpendicular diameters within a slice, from edge to edge of the outline's pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diameters {
    /// The ends of the longest one, then those of the perpendicular one, in pixels.
    pub points: [Point; 4],
    /// The longest.
    pub longest: Size,
    /// The longest that is perpendicular to it.
    pub perpendicular: Size,
}

impl Diameters {
    /// The diameters between four points, measured through `geometry` where there is one.
    pub fn between(points: [Point; 4], geometry: Option<&Geometry>) -> Self {
        use super::measurement::distance;
        let [a, b, c, d] = points;
        Self { points, longest: distance(a, b, geometry), perpendicular: distance(c, d, geometry) }
    }

    /// Their product: an area, in mm² or px.
    pub fn product(&self) -> Size {
        match (self.longest, self.perpendicular) {
            (Size::Metric(a), Size::Metric(b)) => Size::Metric(a * b),
            (Size::Metric(a) | Size::Pixels(a), Size::Metric(b) | Size::Pixels(b)) => Size::Pixels(a * b),
        }
    }
}

/// Height and width of a pixel, `[x, y]`: in millimeters, or 1 where nothing is known.
fn pixel(geometry: Option<&Geometry>) -> [f64; 2] {
    geometry.map_or([1.0, 1.0], |g| {
        let [_, row, col] = g.spacing_mm();
        [col, row]
    })
}

/// The diameters of that region of `mask` whose longest diameter is the longest; regions touch at edges or corners.
/// `None` for an empty mask.
pub fn of_mask(mask: &Mask, geometry: Option<&Geometry>) -> Option<Diameters> {
    let pixel = pixel(geometry);
    let (labels, count) = regions(mask);
    let mut best: Option<(f64, usize, [Point; 2])> = None;
    for (label, corners) in corners_of(mask, &labels, count).into_iter().enumerate() {
        if let Some((length, ends)) = farthest(&hull(corners, pixel), pixel)
            && best.is_none_or(|b| length > b.0)
        {
            best = Some((length, label, ends));
        }
    }
    let (_, label, [a, b]) = best?;
    let [c, d] = perpendicular(mask, &labels, label as u32 + 1, [a, b], pixel);
    Some(Diameters::between([a, b, c, d], geometry))
}

/// The region of each pixel, from 1; 0 outside. Pixels that touch at a corner belong together.
fn regions(mask: &Mask) -> (Vec<u32>, usize) {
    let mut labels = vec![0; mask.bits.len()];
    let (mut count, mut waiting) = (0, Vec::new());
    for start in 0..mask.bits.len() {
        if !mask.bits[start] || labels[start] != 0 {
            continue;
        }
        count += 1;
        labels[start] = count as u32;
        waiting.push(start);
        while let Some(at) = waiting.pop() {
            let (row, col) = (at / mask.cols, at % mask.cols);
            for r in row.saturating_sub(1)..(row + 2).min(mask.rows) {
                for c in col.saturating_sub(1)..(col + 2).min(mask.cols) {
                    let next = r * mask.cols + c;
                    if mask.bits[next] && labels[next] == 0 {
                        labels[next] = count as u32;
                        waiting.push(next);
                    }
                }
            }
        }
    }
    (labels, count)
}

/// For each region the corners of its first and last pixel in each row: its hull's corners are among them.
fn corners_of(mask: &Mask, labels: &[u32], count: usize) -> Vec<Vec<Point>> {
    let mut corners = vec![Vec::new(); count];
    let mut ends = vec![(usize::MAX, 0usize); count];
    for row in 0..mask.rows {
        ends.fill((usize::MAX, 0));
        for (col, &label) in labels[row * mask.cols..(row + 1) * mask.cols].iter().enumerate().filter(|(_, l)| **l > 0)
        {
            let end = &mut ends[label as usize - 1];
            *end = (end.0.min(col), end.1.max(col));
        }
        for (label, &(first, last)) in ends.iter().enumerate().filter(|(_, e)| e.0 != usize::MAX) {
            let (left, right, top) = (first as f64, (last + 1) as f64, row as f64);
            corners[label].extend([[left, top], [left, top + 1.0], [right, top], [right, top + 1.0]]);
        }
    }
    corners
}

/// The corners of the convex hull (Andrew's monotone chain).
fn hull(mut points: Vec<Point>, pixel: [f64; 2]) -> Vec<Point> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    points.dedup();
    let turn = |o: Point, a: Point, b: Point| {
        let [u, v] = [way(o, a, pixel), way(o, b, pixel)];
        u[0] * v[1] - u[1] * v[0]
    };
    let half = |points: &mut dyn Iterator<Item = Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for point in points {
            while chain.len() > 1 && turn(chain[chain.len() - 2], chain[chain.len() - 1], point) <= 0.0 {
                chain.pop();
            }
            chain.push(point);
        }
        chain
    };
    let mut all = half(&mut points.iter().copied());
    all.extend(half(&mut points.iter().rev().copied()));
    all
}

fn way(from: Point, to: Point, pixel: [f64; 2]) -> [f64; 2] {
    [(to[0] - from[0]) * pixel[0], (to[1] - from[1]) * pixel[1]]
}

/// The two points that lie farthest apart.
fn farthest(points: &[Point], pixel: [f64; 2]) -> Option<(f64, [Point; 2])> {
    let mut best: Option<(f64, [Point; 2])> = None;
    for (index, &a) in points.iter().enumerate() {
        for &b in &points[index + 1..] {
            let [x, y] = way(a, b, pixel);
            let length = x.hypot(y);
            if best.is_none_or(|found| length > found.0) {
                best = Some((length, [a, b]));
            }
        }
    }
    best
}

/// The longest stretch inside of region `label` that is perpendicular to `long`.
fn perpendicular(mask: &Mask, labels: &[u32], label: u32, long: [Point; 2], pixel: [f64; 2]) -> [Point; 2] {
    let [x, y] = way(long[0], long[1], pixel);
    let length = x.hypot(y);
    let along = [x / length, y / length];
    let across = [-along[1], along[0]];
    let finest = pixel[0].min(pixel[1]);
    // No chord is longer than the longest diameter, so none reaches farther to either side.
    let (steps, reach) = ((length / (0.5 * finest)) as i64, (length / (0.25 * finest)) as i64 + 1);
    let point = |t: f64, s: f64| {
        let mm = [along[0] * t + across[0] * s, along[1] * t + across[1] * s];
        [long[0][0] + mm[0] / pixel[0], long[0][1] + mm[1] / pixel[1]]
    };
    let is_inside = |at: Point| {
        let (col, row) = (at[0].floor(), at[1].floor());
        col >= 0.0
            && row >= 0.0
            && (row as usize) < mask.rows
            && (col as usize) < mask.cols
            && labels[row as usize * mask.cols + col as usize] == label
    };
    let middle = point(length / 2.0, 0.0);
    let mut best = (0, [middle, middle]);
    for step in 0..=steps {
        let t = step as f64 * 0.5 * finest;
        let mut begun: Option<i64> = None;
        for s in -reach..=reach {
            let at = |s: i64| point(t, s as f64 * 0.25 * finest);
            if !is_inside(at(s)) {
                begun = None;
                continue;
            }
            let start = *begun.get_or_insert(s);
            if s - start > best.0 {
                best = (s - start, [at(start), at(s)]);
            }
        }
    }
    best.1
}

/// The diameters after the hand has moved point `index` to `at`: the second one stays perpendicular to the first.
pub fn with_point(points: [Point; 4], index: usize, at: Point, geometry: Option<&Geometry>) -> [Point; 4] {
    let pixel = pixel(geometry);
    let mm = |p: Point| [p[0] * pixel[0], p[1] * pixel[1]];
    let px = |p: [f64; 2]| [p[0] / pixel[0], p[1] / pixel[1]];
    let [a, b, c, d] = points;
    let frame = |a: Point, b: Point| {
        let [x, y] = way(a, b, pixel);
        let length = x.hypot(y).max(f64::MIN_POSITIVE);
        ([x / length, y / length], length)
    };
    let dot = |u: [f64; 2], v: [f64; 2]| u[0] * v[0] + u[1] * v[1];
    let (old, old_length) = frame(a, b);
    // Where the second diameter crosses the first, as a share of it, and how far it reaches to both sides.
    let from_a = |p: Point| way(a, p, pixel);
    let share = dot(from_a(c), old) / old_length;
    let mut sides = [c, d].map(|p| dot(from_a(p), [-old[1], old[0]]));
    let (mut ends, mut share) = ([a, b], share);
    if index < 2 {
        ends[index] = at;
    } else {
        sides[index - 2] = dot(from_a(at), [-old[1], old[0]]);
        share = dot(from_a(at), old) / old_length;
    }
    let (along, length) = frame(ends[0], ends[1]);
    let origin = mm(ends[0]);
    let second = sides.map(|s| {
        let t = share * length;
        px([origin[0] + along[0] * t - along[1] * s, origin[1] + along[1] * t + along[0] * s])
    });
    [ends[0], ends[1], second[0], second[1]]
}
