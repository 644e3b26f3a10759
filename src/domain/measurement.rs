//! What the reader measures by hand: lengths, angles, regions with their statistics, arrows with words. Held in scan
//! pixels; millimeters come through the geometry. Not for drawing (`ui`), saving (`io`) or undoing (`state`).

use serde::{Deserialize, Serialize};

use super::diameters::Diameters;
use super::geometry::{Geometry, length};
use super::scan::{Rescale, Scan};

/// A point of a slice in pixels, `[x, y]`: the center of pixel (row 0, column 0) is `[0.5, 0.5]`.
pub type Point = [f64; 2];

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "points")]
pub enum Figure {
    /// The distance between two points.
    Distance([Point; 2]),
    /// The angle at the second of three points.
    Angle([Point; 3]),
    /// The ellipse in the box between two corners.
    Ellipse([Point; 2]),
    /// The rectangle between two corners.
    Rectangle([Point; 2]),
    /// An arrow from the first point to the second, with words.
    Arrow([Point; 2]),
    /// Two perpendicular diameters: the ends of the longer one, then of the other.
    Diameters([Point; 4]),
}

impl Figure {
    /// The name on screen and in exports.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Distance(_) => "distance",
            Self::Angle(_) => "angle",
            Self::Ellipse(_) => "ellipse",
            Self::Rectangle(_) => "rectangle",
            Self::Arrow(_) => "arrow",
            Self::Diameters(_) => "diameters",
        }
    }

    /// Its points, in order.
    pub fn points(&self) -> &[Point] {
        match self {
            Self::Angle(points) => points,
            Self::Diameters(points) => points,
            Self::Distance(points) | Self::Ellipse(points) | Self::Rectangle(points) | Self::Arrow(points) => points,
        }
    }

    /// The same with point `index` somewhere else.
    #[must_use]
    pub fn with_point(mut self, index: usize, at: Point) -> Self {
        let points: &mut [Point] = match &mut self {
            Self::Angle(points) => points,
            Self::Diameters(points) => points,
            Self::Distance(points) | Self::Ellipse(points) | Self::Rectangle(points) | Self::Arrow(points) => points,
        };
        if let Some(point) = points.get_mut(index) {
            *point = at;
        }
        self
    }

    /// The same, moved as a whole.
    #[must_use]
    pub fn moved(self, by: [f64; 2]) -> Self {
        let points: Vec<Point> = self.points().iter().map(|p| [p[0] + by[0], p[1] + by[1]]).collect();
        points.iter().enumerate().fold(self, |figure, (index, &at)| figure.with_point(index, at))
    }
}

/// One measurement of the reader, on one slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Its name within the scan.
    pub id: u64,
    /// The slice, from 0.
    pub slice: usize,
    /// The sequence whose values count, from 0.
    pub sequence: usize,
    /// What is measured, in scan pixels.
    #[serde(flatten)]
    pub figure: Figure,
    /// The reader's words; empty where there are none.
    #[serde(default)]
    pub text: String,
    /// Seconds since 1970 (UTC) when it was made.
    pub at_secs: u64,
}

/// Values inside of a region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// Pixels whose centers are inside.
    pub count: usize,
    /// Mean of the measured values.
    pub mean: f64,
    /// Their standard deviation, of the sample (n − 1); 0 for a single pixel.
    pub sd: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

/// A length or area with its unit: metric where the file knows the spacing, pixels otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// Millimeters, or square millimeters.
    Metric(f64),
    /// Pixels.
    Pixels(f64),
}

/// What a figure comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// Of a distance.
    Distance(Size),
    /// Of an angle, in degrees.
    Angle(f64),
    /// Of an ellipse or rectangle: area of the pixels inside, and their values; `None` where no pixel is inside.
    Region(Option<(Size, Statistics)>),
    /// Of two diameters.
    Diameters(Diameters),
    /// An arrow measures nothing.
    Nothing,
}

/// What `measurement` comes to on `scan`.
pub fn reading(measurement: &Measurement, scan: &Scan) -> Reading {
    let geometry = scan.about.geometry.as_ref();
    match measurement.figure {
        Figure::Distance([from, to]) => Reading::Distance(distance(from, to, geometry)),
        Figure::Angle([a, vertex, b]) => Reading::Angle(angle_degrees(a, vertex, b, geometry)),
        Figure::Ellipse(_) | Figure::Rectangle(_) => {
            let statistics = statistics(measurement, scan);
            Reading::Region(statistics.map(|s| (area(s.count, geometry), s)))
        }
        Figure::Arrow(_) => Reading::Nothing,
        Figure::Diameters(points) => Reading::Diameters(Diameters::between(points, geometry)),
    }
}

/// The distance between two points of a slice, through the geometry where there is one.
pub fn distance(from: Point, to: Point, geometry: Option<&Geometry>) -> Size {
    let way = length(step(from, to, geometry));
    if geometry.is_some() { Size::Metric(way) } else { Size::Pixels(way) }
}

/// The area of so many pixels.
pub fn area(px: usize, geometry: Option<&Geometry>) -> Size {
    match geometry {
        Some(geometry) => Size::Metric(px as f64 * geometry.pixel_area_mm2()),
        None => Size::Pixels(px as f64),
    }
}

/// The angle at `vertex`, 0 to 180 degrees; 0 where an arm has no length.
pub fn angle_degrees(a: Point, vertex: Point, b: Point, geometry: Option<&Geometry>) -> f64 {
    let (u, v) = (step(vertex, a, geometry), step(vertex, b, geometry));
    let sin = length(super::geometry::cross(u, v));
    sin.atan2(super::geometry::dot(u, v)).to_degrees()
}

/// The step between two points of a slice: in millimeters in the patient, or in pixels.
fn step(from: Point, to: Point, geometry: Option<&Geometry>) -> [f64; 3] {
    let [cols, rows] = [to[0] - from[0], to[1] - from[1]];
    match geometry {
        Some(g) => std::array::from_fn(|i| cols * g.col_step_mm[i] + rows * g.row_step_mm[i]),
        None => [cols, rows, 0.0],
    }
}

/// The values inside of a region; `None` where no pixel's center is inside, and for figures that are no region.
pub fn statistics(measurement: &Measurement, scan: &Scan) -> Option<Statistics> {
    let plane = scan.slices.get(measurement.slice)?.planes.get(measurement.sequence)?;
    let (corners, is_ellipse) = match measurement.figure {
        Figure::Ellipse(corners) => (corners, true),
        Figure::Rectangle(corners) => (corners, false),
        Figure::Distance(_) | Figure::Angle(_) | Figure::Arrow(_) | Figure::Diameters(_) => return None,
    };
    let [[x0, y0], [x1, y1]] = corners;
    let center = [f64::midpoint(x0, x1), f64::midpoint(y0, y1)];
    let half = [(x1 - x0).abs() / 2.0, (y1 - y0).abs() / 2.0];
    let is_inside = |row: usize, col: usize| {
        let (dx, dy) = ((col as f64 + 0.5 - center[0]) / half[0], (row as f64 + 0.5 - center[1]) / half[1]);
        if is_ellipse { dx * dx + dy * dy <= 1.0 } else { dx.abs() <= 1.0 && dy.abs() <= 1.0 }
    };
    let bounds = |middle: f64, half: f64, size: usize| {
        let clamp = |at: f64| at.clamp(0.0, size as f64) as usize;
        clamp((middle - half).floor())..clamp((middle + half).ceil())
    };
    let mut values = Vec::new();
    for row in bounds(center[1], half[1], plane.rows) {
        for col in bounds(center[0], half[0], plane.cols).filter(|&col| is_inside(row, col)) {
            values.extend(plane.value(row, col).map(|v| measured(scan.about.rescale, v)));
        }
    }
    of_values(&values)
}

fn measured(rescale: Rescale, stored: f32) -> f64 {
    rescale.measured(stored)
}

/// Mean, deviation, least and greatest of `values`; `None` for none.
pub fn of_values(values: &[f64]) -> Option<Statistics> {
    let count = values.len();
    let (min, max) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v)));
    let mean = values.iter().sum::<f64>() / count as f64;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let sd = if count > 1 { (squares / (count - 1) as f64).sqrt() } else { 0.0 };
    (count > 0).then_some(Statistics { count, mean, sd, min, max })
}
