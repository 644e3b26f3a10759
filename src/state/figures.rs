//! What the reader's figures come to, in words. Not for working it out (`domain::measurement`) and not for drawing.

use crate::domain::measurement::{Figure, Measurement, Reading, Size, reading};
use crate::domain::scan::Scan;

use super::{placed, rano, text};

/// The lines beside a figure: "23.4 mm"; "37.2°"; "mean 201 SD 12", "min 180 max 230", "512 mm²"; its words.
pub fn lines(measurement: &Measurement, scan: &Scan) -> Vec<String> {
    let mut lines = match reading(measurement, scan) {
        Reading::Distance(size) => vec![length(size)],
        Reading::Angle(degrees) => vec![format!("{degrees:.1}°")],
        Reading::Region(None) => vec!["no pixel inside".to_owned()],
        Reading::Region(Some((area, s))) => {
            let [mean, sd, min, max] = [s.mean, s.sd, s.min, s.max].map(|v| text::gray_value(tidy(v)));
            vec![format!("mean {mean} SD {sd}"), format!("min {min} max {max}"), area_words(area)]
        }
        Reading::Diameters(d) => vec![rano::diameters(&d), format!("product {}", rano::product(&d))],
        Reading::Nothing => Vec::new(),
    };
    if !measurement.text.is_empty() {
        lines.insert(0, measurement.text.clone());
    }
    lines
}

/// One line for lists: "Distance 23.4 mm".
pub fn summary(measurement: &Measurement, scan: &Scan) -> String {
    let name = match measurement.figure {
        Figure::Distance(_) => "Distance",
        Figure::Angle(_) => "Angle",
        Figure::Ellipse(_) => "Ellipse",
        Figure::Rectangle(_) => "Rectangle",
        Figure::Arrow(_) => "Arrow",
        Figure::Diameters(_) => "Diameters",
    };
    let lines = lines(measurement, scan);
    if lines.is_empty() { name.to_owned() } else { format!("{name}: {}", lines.join(", ")) }
}

/// "23.4 mm", "31.0 px".
pub fn length(size: Size) -> String {
    match size {
        Size::Metric(mm) => format!("{mm:.1}\u{a0}mm"),
        Size::Pixels(px) => format!("{px:.1}\u{a0}px"),
    }
}

fn area_words(size: Size) -> String {
    match size {
        Size::Metric(mm2) => format!("{}\u{a0}mm²", placed::rounded(mm2)),
        Size::Pixels(px) => format!("{}\u{a0}px", text::count(px.round() as usize)),
    }
}

/// Three digits at most: means of whole values are no whole numbers.
fn tidy(value: f64) -> f32 {
    if value.abs() >= 100.0 { value.round() as f32 } else { value as f32 }
}
