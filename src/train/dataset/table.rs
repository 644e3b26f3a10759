//! Reads the text of a CSV that lists pictures: columns by name, values in words. Not for looking at the files that it
//! names (`dataset`).

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Line in the file, counted from 1.
    pub line: usize,
    /// Picture, as written.
    pub image: String,
    /// Mask, as written, where there is one.
    pub mask: Option<String>,
    /// Tumor or not, where the table says so.
    pub label: Option<bool>,
    /// Patient, where the table says so.
    pub patient: Option<String>,
}

const IMAGE_COLUMNS: [&str; 6] = ["image_path", "image", "img_path", "path", "filename", "file"];
const MASK_COLUMNS: [&str; 3] = ["mask_path", "mask_file", "segmentation_path"];
const LABEL_COLUMNS: [&str; 5] = ["mask", "label", "tumor", "has_mask", "target"];
const PATIENT_COLUMNS: [&str; 6] = ["patient_id", "patient", "subject_id", "subject", "case_id", "case"];

/// Whether the header names a column of pictures, so that other CSV files of a data set are left alone.
pub fn lists_pictures(text: &str) -> bool {
    let header = header_line(text);
    let delimiter = delimiter_of(header);
    let names: Vec<String> = header.split(delimiter as char).map(normal_name).collect();
    column(&names, &IMAGE_COLUMNS).is_some()
}

/// Parses the table. The error is the reason in words.
pub fn parse(text: &str) -> Result<Vec<Row>, String> {
    // The reader counts a line's end of two characters half a line late.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter_of(header_line(&text)))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().map_err(|e| e.to_string())?.iter().map(normal_name).collect();
    let image = column(&names, &IMAGE_COLUMNS).ok_or_else(|| {
        format!("no column of pictures (looked for {}; found {})", IMAGE_COLUMNS.join(", "), names.join(", "))
    })?;
    let mask = column(&names, &MASK_COLUMNS);
    let label = column(&names, &LABEL_COLUMNS);
    let patient = column(&names, &PATIENT_COLUMNS);
    if mask.is_none() && label.is_none() {
        return Err(format!(
            "neither a mask column ({}) nor a label column ({})",
            MASK_COLUMNS.join(", "),
            LABEL_COLUMNS.join(", ")
        ));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        let line = record.position().map_or(0, |p| p.line() as usize);
        let text = |index: Option<usize>| {
            index.and_then(|i| record.get(i)).filter(|t| !t.is_empty()).map(|t| t.replace('\\', "/"))
        };
        let Some(image) = text(Some(image)) else { continue };
        let label = match text(label) {
            None => None,
            Some(word) => {
                Some(truth(&word).ok_or_else(|| format!("line {line}: the label is \"{word}\", not 0 or 1"))?)
            }
        };
        rows.push(Row { line, image, mask: text(mask), label, patient: text(patient) });
    }
    if rows.is_empty() { Err("the table has no rows".into()) } else { Ok(rows) }
}

/// A label in the words that tables use.
fn truth(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "1" | "1.0" | "true" | "yes" | "positive" | "tumor" => Some(true),
        "0" | "0.0" | "false" | "no" | "negative" | "no tumor" => Some(false),
        _ => None,
    }
}

fn normal_name(name: &str) -> String {
    name.trim().trim_matches('"').to_ascii_lowercase().replace([' ', '-'], "_")
}

/// The first of `wanted` that the header has, so that `image_path` is taken before `file`.
fn column(names: &[String], wanted: &[&str]) -> Option<usize> {
    wanted.iter().find_map(|w| names.iter().position(|n| n == w))
}

fn header_line(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').lines().next().unwrap_or("")
}

/// Spreadsheets of some countries write semicolons.
fn delimiter_of(header: &str) -> u8 {
    [b';', b'\t'].into_iter().find(|&d| header.contains(d as char) && !header.contains(',')).unwrap_or(b',')
}
