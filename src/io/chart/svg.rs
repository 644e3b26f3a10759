//! A laid-out chart as SVG text. Not for the layout.

use super::{Anchor, Shape};

/// Writes the shapes on white.
pub fn write(shapes: &[Shape], (width, height): (f64, f64)) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} \
         {height}\" font-family=\"Inter, Helvetica, Arial, sans-serif\">\n<rect width=\"100%\" height=\"100%\" \
         fill=\"#fff\"/>\n"
    );
    for shape in shapes {
        out += &match shape {
            Shape::Line { points, color: [r, g, b], width, is_dashed } => {
                let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
                let dashes = if *is_dashed { " stroke-dasharray=\"6 4\"" } else { "" };
                format!(
                    "<polyline points=\"{}\" fill=\"none\" stroke=\"#{r:02x}{g:02x}{b:02x}\" \
                     stroke-width=\"{width}\"{dashes}/>\n",
                    points.join(" ")
                )
            }
            Shape::Text { x, y, text, size, anchor, is_upright } => {
                let anchor = match anchor {
                    Anchor::Start => "start",
                    Anchor::Middle => "middle",
                    Anchor::End => "end",
                };
                let turned = if *is_upright { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
                format!(
                    "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" \
                     fill=\"#222\"{turned}>{}</text>\n",
                    escaped(text)
                )
            }
        };
    }
    out + "</svg>\n"
}

/// Characters that XML keeps for itself, and those that it does not allow.
fn escaped(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control());
    kept.map(|c| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        c => c.to_string(),
    })
    .collect()
}
