//! Which series stands for which sequence in the stack for the nets: shown as guessed, changed by dragging a series onto
//! its place or by choosing it there. Not for putting them together (`io::volumes`).

use egui::{ComboBox, Response, RichText, Stroke, Ui};

use super::theme::{GRID, Palette};
use super::widgets;
use crate::domain::assembly::{self, Roles};
use crate::domain::scan::{Scan, Sequence};
use crate::state::action::{Action, FileAction};
use crate::state::study::{StudyId, StudyState};

/// What is dragged: a series of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Dragged {
    study: StudyId,
    scan: usize,
}

/// Whether a scan can stand for a sequence: one gray series that says where it lies.
fn is_series(scan: &Scan) -> bool {
    scan.sequences.len() == 1 && scan.about.geometry.is_some() && !assembly::is_stack(scan)
}

/// Lets a series' row be dragged onto one of the places below.
pub fn drag(response: &Response, study: &StudyState, scan: usize) {
    if study.study.scans.get(scan).is_some_and(is_series) {
        response.dnd_set_drag_payload(Dragged { study: study.id, scan });
    }
}

/// The three places, where a study has series to choose among.
pub fn series_roles_ui(ui: &mut Ui, study: &StudyState, actions: &mut Vec<Action>) {
    let scans = &study.study.scans;
    if scans.iter().filter(|scan| is_series(scan)).count() < 2 {
        return;
    }
    ui.add_space(GRID);
    widgets::small(ui, "For the nets (drag a series here)");
    let roles = Roles::in_use(scans);
    for sequence in Sequence::NET_ORDER {
        if let Some(scan) = place_ui(ui, study, sequence, roles.get(sequence)) {
            actions.push(Action::File(FileAction::TakeAs { study: study.id, scan, sequence }));
        }
    }
}

/// One place; the series that was chosen for it or dropped on it, `Some(None)` where the choice was "none".
#[allow(clippy::option_option)]
fn place_ui(ui: &mut Ui, study: &StudyState, sequence: Sequence, now: Option<usize>) -> Option<Option<usize>> {
    let scans = &study.study.scans;
    let missing = if sequence == Sequence::Flair { "none" } else { "none: FLAIR again" };
    let title = |scan: Option<usize>| scan.and_then(|i| scans.get(i)).map_or(missing, |scan| scan.title.as_str());
    let mut chosen = None;
    let palette = Palette::of(ui);
    let response = ui
        .horizontal(|ui| {
            let name = RichText::new(sequence.label()).color(palette.quiet);
            let name = ui.add_sized([56.0, 20.0], egui::Label::new(name));
            let width = (ui.available_width() - GRID).max(60.0);
            let id = ui.make_persistent_id(("role", study.id.0, sequence.label()));
            let combo = ComboBox::from_id_salt(id).width(width).truncate().selected_text(title(now));
            let shown = combo.show_ui(ui, |ui| {
                let series = (0..scans.len()).filter(|&i| is_series(&scans[i])).map(Some);
                for choice in series.chain([None]) {
                    if ui.selectable_label(choice == now, title(choice)).clicked() && choice != now {
                        chosen = Some(choice);
                    }
                }
            });
            shown.response.labelled_by(name.id);
        })
        .response;
    let is_here = |dragged: &Dragged| dragged.study == study.id;
    if response.dnd_hover_payload::<Dragged>().is_some_and(|dragged| is_here(&dragged)) {
        ui.painter().rect_stroke(response.rect, 3.0, Stroke::new(1.5, palette.selection), egui::StrokeKind::Inside);
    }
    let dropped = response.dnd_release_payload::<Dragged>().filter(|dragged| is_here(dragged));
    dropped.map(|dragged| Some(dragged.scan)).or(chosen)
}
