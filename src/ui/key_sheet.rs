//! All keys and gestures on one sheet, from the state's one table. Not for acting on them (`keys`).

use egui::{Label, RichText, Ui};
use egui_extras::{Column, TableBody, TableBuilder, TableRow};

use super::theme::{self, Palette};
use crate::state::table::{Group, MOUSE, TABLE};

/// Height of a row in points.
const ROW: f32 = 19.0;
/// Below this width in points the two halves of the sheet stand one under the other.
const TWO_COLUMNS: f32 = 720.0;
/// Width of the keys' column in points.
const KEYS: f32 = 156.0;
/// Groups of the left half, with the mouse under them; the others stand at the right.
const LEFT: [Group; 2] = [Group::Slices, Group::Picture];

/// One line of the sheet.
enum Entry {
    /// A group's name.
    Heading(&'static str),
    /// Keys or a gesture, and what they do.
    Keys(String, &'static str),
}

/// Draws the sheet, scrolled where it is higher than `height`.
pub fn key_sheet_ui(ui: &mut Ui, height: f32) {
    let (left, right) = halves();
    let width = ui.available_width();
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut table = TableBuilder::new(ui).max_scroll_height(height).vscroll(true);
    if width < TWO_COLUMNS {
        table = table.column(Column::exact(KEYS)).column(Column::remainder());
        table.body(|mut body| left.iter().chain(&right).for_each(|entry| one(&mut body, entry)));
        return;
    }
    let words = (width - 2.0 * KEYS - 48.0) / 2.0;
    for column in [KEYS, words, KEYS, words] {
        table = table.column(Column::exact(column));
    }
    table.body(|mut body| {
        for index in 0..left.len().max(right.len()) {
            body.row(ROW, |mut row| {
                cells(&mut row, left.get(index));
                cells(&mut row, right.get(index));
            });
        }
    });
}

fn one(body: &mut TableBody<'_>, entry: &Entry) {
    body.row(ROW, |mut row| cells(&mut row, Some(entry)));
}

fn cells(row: &mut TableRow<'_, '_>, entry: Option<&Entry>) {
    let (keys, words, is_heading) = match entry {
        None => ("", "", false),
        Some(Entry::Heading(words)) => (*words, "", true),
        Some(Entry::Keys(keys, words)) => (keys.as_str(), *words, false),
    };
    row.col(|ui| {
        let palette = Palette::of(ui);
        let text = RichText::new(keys);
        let text = if is_heading { text.font(theme::text()) } else { text.font(theme::small()).color(palette.quiet) };
        ui.add(Label::new(text).extend());
    });
    row.col(|ui| {
        ui.add(Label::new(RichText::new(words).font(theme::small())).extend());
    });
}

fn halves() -> (Vec<Entry>, Vec<Entry>) {
    let is_mac = cfg!(target_os = "macos");
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for group in Group::ALL {
        let side = if LEFT.contains(&group) { &mut left } else { &mut right };
        let with_keys: Vec<_> = TABLE.iter().filter(|e| e.group == group && !e.chords.is_empty()).collect();
        if with_keys.is_empty() {
            continue;
        }
        side.push(Entry::Heading(group.label()));
        for entry in with_keys {
            let chords: Vec<String> = entry.chords.iter().map(|c| c.label(is_mac)).collect();
            side.push(Entry::Keys(chords.join(" · "), entry.text));
        }
    }
    left.push(Entry::Heading("Mouse"));
    for (gesture, words) in MOUSE {
        // "Middle drag, Shift + left drag, Space + drag" is three ways: one a line.
        let mut ways = gesture.split(", ");
        left.push(Entry::Keys(ways.next().unwrap_or_default().to_owned(), words));
        left.extend(ways.map(|way| Entry::Keys(way.to_owned(), words)));
    }
    (left, right)
}
