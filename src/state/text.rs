//! Numbers and lists as the program writes them. Not for sentences (`words`, `labels`).

use super::study::StudyState;

/// A count with a space between thousands: "2 095". The space does not break lines.
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

/// A model score or Dice with two digits; the ends are not rounded to a certainty that no net has.
pub fn score(value: f32) -> String {
    if value >= 0.995 {
        ">0.99".to_owned()
    } else if value < 0.005 {
        "<0.01".to_owned()
    } else {
        format!("{value:.2}")
    }
}

/// A threshold: two digits, three where two would hide that it was moved.
pub fn threshold(value: f32) -> String {
    let two = format!("{value:.2}");
    if two == "0.00" || two == "1.00" { format!("{value:.3}") } else { two }
}

/// A moved threshold beside the card's: "0.20, card 0.31", with as many digits as it takes to tell them apart.
pub fn moved_threshold(value: f32, card: f32) -> String {
    if value == card {
        return threshold(value);
    }
    let (mut mine, mut theirs) = (threshold(value), threshold(card));
    if mine == theirs {
        (mine, theirs) = (format!("{value:.4}"), format!("{card:.4}"));
    }
    format!("{mine}, card {theirs}")
}

/// Slices counted from 1, neighbors joined: "3–5, 9 and 12–22".
pub fn slice_list(slices: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &slice in slices {
        match runs.last_mut() {
            Some(run) if run.1 + 1 == slice => run.1 = slice,
            _ => runs.push((slice, slice)),
        }
    }
    run_list(&runs)
}

/// Runs of slices `(first, last)`, counted from 1: "3–5, 9 and 12–22".
pub fn run_list(runs: &[(usize, usize)]) -> String {
    let words: Vec<String> = runs
        .iter()
        .map(
            |&(first, last)| {
                if first == last { format!("{}", first + 1) } else { format!("{}–{}", first + 1, last + 1) }
            },
        )
        .collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// "1 slice", "2 slices".
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Hours and minutes of a moment: "14:02", and "14:02 UTC" where the local time is not known.
pub fn clock(at_secs: u64, offset_secs: Option<i32>) -> String {
    let local = at_secs.saturating_add_signed(i64::from(offset_secs.unwrap_or(0)));
    let minutes = local / 60 % (24 * 60);
    let zone = if offset_secs.is_none() { " UTC" } else { "" };
    format!("{:02}:{:02}{zone}", minutes / 60, minutes % 60)
}

/// A stored value or window bound: integers as such, others with three significant digits.
pub fn gray_value(value: f32) -> String {
    if value == value.round() && value.abs() < 1e7 {
        return format!("{value:.0}");
    }
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        size if size >= 0.001 => format!("{value:.4}"),
        _ => format!("{value:.2e}"),
    }
}

/// "3 sequences · 24 slices · TIFF" under a study's name.
pub fn study_line(study: &StudyState) -> String {
    let scans = &study.study.scans;
    let Some(first) = scans.first() else { return String::new() };
    let slices = counted(study.study.slice_count(), "slice", "slices");
    if scans.len() > 1 {
        return format!("{} · {slices}", counted(scans.len(), "series", "series"));
    }
    format!("{} · {slices} · {}", counted(first.sequences.len(), "sequence", "sequences"), first.kind)
}
