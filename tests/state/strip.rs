//! The slice strip as cells. Not for drawing it.

use glioview::domain::gate::GateVerdict;
use glioview::domain::review::Verdict;
use glioview::state::action::{Action, GoAction, ReviewAction};
use glioview::state::strip::{Mark, cells, hover, slice_at, slices_per_cell};

use super::make::{Desk, study};

#[test]
fn one_cell_a_slice_says_score_flag_outline_mark_and_place() {
    let mut desk = Desk::read(&[(0.1, 0), (0.9, 12), (0.2, 3)]);
    desk.act(Action::Go(GoAction::Slice(1)));
    desk.act(Action::Review(ReviewAction::Decide(Verdict::OutlineWrong)));
    let cells = cells(&desk.app, 600.0);
    assert_eq!(cells.len(), 3);
    assert_eq!((cells[1].score, cells[1].is_flagged, cells[1].is_outlined), (Some(0.9), true, true));
    assert_eq!((cells[2].is_flagged, cells[2].is_outlined), (false, true), "an outline that is not flagged");
    assert_eq!(cells.iter().map(|c| c.mark).collect::<Vec<_>>(), [None, Some(Mark::OutlineWrong), None]);
    assert_eq!(cells.iter().map(|c| c.is_viewed).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(cells.iter().map(|c| c.is_current).collect::<Vec<_>>(), [false, true, false]);
    assert!(cells.iter().all(|c| !c.is_pending));
}

#[test]
fn cells_wait_for_their_outline() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 2)]);
    assert!(cells(&desk.app, 600.0).iter().all(|c| !c.is_pending), "nothing was promised yet");
    desk.begin(GateVerdict::Known);
    desk.outline(0, 3);
    assert_eq!(cells(&desk.app, 600.0).iter().map(|c| c.is_pending).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn cells_under_three_points_merge_by_maximum() {
    let mut answers = vec![(0.1, 0); 100];
    answers[37] = (0.9, 12);
    let mut desk = Desk::read(&answers);
    desk.act(Action::Go(GoAction::Slice(36)));
    desk.act(Action::Go(GoAction::Slice(37)));
    desk.act(Action::Review(ReviewAction::Decide(Verdict::NotTumor)));
    assert_eq!(slices_per_cell(100, 300.0), 1);
    assert_eq!(slices_per_cell(100, 299.0), 2);
    let cells = cells(&desk.app, 150.0);
    assert_eq!(cells.len(), 50);
    let cell = &cells[18];
    assert_eq!((cell.first, cell.last, cell.score), (36, 37, Some(0.9)));
    assert!(cell.is_flagged && cell.is_outlined && cell.is_viewed && cell.is_current);
    assert_eq!(cell.mark, Some(Mark::NotTumor));
    assert!(!cells[19].is_viewed, "both slices of a cell must be viewed");
}

#[test]
fn the_gravest_mark_of_merged_cells_stays() {
    assert!(Mark::Agreed < Mark::CantJudge && Mark::CantJudge < Mark::NotTumor);
    assert!(Mark::NotTumor < Mark::OutlineWrong && Mark::OutlineWrong < Mark::Missed);
    let signs: String =
        [Mark::Agreed, Mark::NotTumor, Mark::OutlineWrong, Mark::Missed].map(Mark::sign).iter().collect();
    assert_eq!(signs, "✓✕✎+");
}

#[test]
fn a_click_on_the_strip_finds_its_slice_also_in_merged_cells() {
    let desk = Desk::read(&[(0.1, 0); 101]);
    assert_eq!(slice_at(&desk.app, 600.0, 0.0), Some(0));
    assert_eq!(slice_at(&desk.app, 600.0, 1.0), Some(100));
    assert_eq!(slice_at(&desk.app, 600.0, 50.5 / 101.0), Some(50));
    assert_eq!(slice_at(&desk.app, 150.0, 1.0), Some(100));
    let per_cell = slices_per_cell(101, 150.0);
    let count = 101_usize.div_ceil(per_cell);
    for (i, cell) in cells(&desk.app, 150.0).iter().enumerate() {
        let hit = slice_at(&desk.app, 150.0, (i as f32 + 0.5) / count as f32).unwrap();
        assert!((cell.first..=cell.last).contains(&hit), "cell {i} gave slice {hit}");
    }
}

#[test]
fn hovering_names_slice_score_area_and_verdict() {
    let mut desk = Desk::read(&[(0.1, 0), (0.9, 12)]);
    assert_eq!(hover(&desk.app, 0).unwrap(), "Slice 1 · score 0.10 · no outline");
    desk.act(Action::Go(GoAction::Slice(1)));
    desk.act(Action::Review(ReviewAction::Decide(Verdict::NotTumor)));
    assert_eq!(hover(&desk.app, 1).unwrap(), "Slice 2 · score 0.90 · 12\u{a0}px · not tumor");
}

#[test]
fn a_strip_of_no_height_still_has_a_cell() {
    let desk = Desk::read(&[(0.1, 0), (0.9, 12)]);
    assert_eq!(cells(&desk.app, 0.0).len(), 1);
    assert_eq!(slice_at(&desk.app, 0.0, 0.5), Some(1));
}
