//! Verdicts, going on, taking back, the whole scan, notes, initials, saving, earlier results. Not for exports.

use glioview::domain::gate::GateVerdict;
use glioview::domain::review::{Review, Verdict};
use glioview::engine::command::Command;
use glioview::engine::event::Event;
use glioview::io::settings::Settings;
use glioview::state::action::{Action, AnalysisAction, AppAction, GoAction, ReviewAction};
use glioview::state::labels;
use glioview::state::notice::About;
use glioview::state::reviewing::runs_of;
use glioview::state::screen::Popup;
use glioview::state::study::{Saved, ScanState};

use super::make::{Desk, NOW, failure, map, mask, scan, study, study_of};

/// Slices 2, 3, 4 and 7 (from 1) are flagged; the last of them has no outline.
const FLAGS: [(f32, usize); 8] = [(0.1, 0), (0.9, 5), (0.9, 9), (0.9, 4), (0.1, 0), (0.1, 0), (0.7, 0), (0.1, 0)];

fn decide(desk: &mut Desk, slice: usize, verdict: Verdict) -> Vec<Command> {
    desk.act(Action::Go(GoAction::Slice(slice)));
    desk.act(Action::Review(ReviewAction::Decide(verdict)))
}

fn verdict(desk: &Desk, slice: usize) -> Option<Verdict> {
    desk.here().decision(slice, desk.app.thresholds().unwrap()).map(|d| d.verdict)
}

fn saved_review(commands: &[Command]) -> Option<&Review> {
    commands.iter().find_map(|c| match c {
        Command::SaveReview { review, .. } => Some(review.as_ref()),
        _ => None,
    })
}

fn view_all(desk: &mut Desk) {
    for slice in 0..desk.here().counts.len() {
        desk.act(Action::Go(GoAction::Slice(slice)));
    }
}

fn why(desk: &Desk) -> Vec<&str> {
    desk.app.notices.about(About::Review).map(|n| n.text.as_str()).collect()
}

#[test]
fn a_verdict_is_kept_with_its_time_and_the_outline_as_it_was_drawn_and_saved() {
    let mut desk = Desk::read(&FLAGS);
    let commands = decide(&mut desk, 1, Verdict::Agree);
    let review = saved_review(&commands).unwrap();
    let decision = review.slices[1].as_ref().unwrap();
    assert_eq!((decision.verdict, decision.at_secs, decision.outline_area_px), (Verdict::Agree, NOW, Some(5)));
    assert_eq!(decision.outline_runs.as_deref().unwrap(), [0, 5, 59]);
    assert_eq!((review.reviewer.as_str(), review.key.pixels_sha256.as_str()), ("AB", "pixels"));
}

#[test]
fn each_verdict_goes_on_to_the_next_unreviewed_flagged_slice() {
    let mut desk = Desk::read(&FLAGS);
    decide(&mut desk, 1, Verdict::Agree);
    assert_eq!(desk.slice(), 2);
    decide(&mut desk, 6, Verdict::NotTumor);
    assert_eq!(desk.slice(), 2, "from the start again");
    desk.act(Action::Review(ReviewAction::Decide(Verdict::OutlineWrong)));
    assert_eq!(desk.slice(), 3);
    desk.act(Action::Review(ReviewAction::Decide(Verdict::CantJudge)));
    assert_eq!(desk.slice(), 3, "nothing is left");
    assert_eq!(why(&desk), ["All flagged slices are reviewed."]);
}

#[test]
fn where_nothing_is_flagged_nothing_is_called_reviewed() {
    let mut desk = Desk::read(&[(0.1, 0), (0.1, 0)]);
    decide(&mut desk, 0, Verdict::Agree);
    assert!(why(&desk).is_empty());
}

#[test]
fn going_on_can_be_switched_off_and_u_goes_there_any_time() {
    let mut desk = Desk::read(&FLAGS);
    desk.act(Action::Review(ReviewAction::SetAdvances(false)));
    decide(&mut desk, 1, Verdict::Agree);
    assert_eq!(desk.slice(), 1);
    desk.act(Action::Go(GoAction::NextUnreviewed));
    assert_eq!(desk.slice(), 2);
}

#[test]
fn verdicts_that_make_no_sense_here_say_why_not() {
    let mut desk = Desk::read(&FLAGS);
    assert!(decide(&mut desk, 0, Verdict::NotTumor).is_empty());
    assert_eq!(why(&desk), ["The model marks nothing on this slice."]);
    assert!(decide(&mut desk, 1, Verdict::Missed).is_empty());
    assert_eq!(why(&desk), ["The model marks this slice: agree, not tumor, or outline wrong."]);
    assert!(!decide(&mut desk, 0, Verdict::Missed).is_empty(), "T on an empty slice");
    assert!(!decide(&mut desk, 4, Verdict::Agree).is_empty(), "A on an empty slice: nothing here");
    assert!(!decide(&mut desk, 6, Verdict::Missed).is_empty(), "T on a flag without an outline");
}

#[test]
fn nobody_agrees_with_an_outline_that_is_still_pending() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    assert!(desk.act(Action::Review(ReviewAction::Decide(Verdict::Agree))).is_empty());
    assert_eq!(why(&desk), ["Not analyzed yet."]);
    desk.begin(GateVerdict::Known);
    desk.score(1, 0.9);
    assert!(decide(&mut desk, 1, Verdict::Agree).is_empty());
    assert_eq!(why(&desk), ["Outline pending on this slice."]);
    desk.outline(1, 4);
    assert!(!decide(&mut desk, 1, Verdict::Agree).is_empty());
    assert!(why(&desk).iter().all(|w| !w.contains("pending")), "the reason goes when it no longer holds");
}

#[test]
fn undo_takes_back_returns_and_saves_and_redo_decides_again() {
    let mut desk = Desk::read(&FLAGS);
    decide(&mut desk, 1, Verdict::Agree);
    decide(&mut desk, 2, Verdict::NotTumor);
    desk.act(Action::Go(GoAction::Slice(0)));
    let commands = desk.act(Action::Review(ReviewAction::Undo));
    assert_eq!((desk.slice(), verdict(&desk, 2), verdict(&desk, 1)), (2, None, Some(Verdict::Agree)));
    assert_eq!(saved_review(&commands).unwrap().slices[2], None);
    desk.act(Action::Review(ReviewAction::Undo));
    assert_eq!((desk.slice(), verdict(&desk, 1)), (1, None));
    assert!(desk.act(Action::Review(ReviewAction::Undo)).is_empty());
    desk.act(Action::Review(ReviewAction::Redo));
    desk.act(Action::Review(ReviewAction::Redo));
    assert_eq!((verdict(&desk, 1), verdict(&desk, 2)), (Some(Verdict::Agree), Some(Verdict::NotTumor)));
    assert!(desk.act(Action::Review(ReviewAction::Redo)).is_empty());
}

#[test]
fn a_new_decision_ends_what_could_be_made_again() {
    let mut desk = Desk::read(&FLAGS);
    decide(&mut desk, 1, Verdict::Agree);
    desk.act(Action::Review(ReviewAction::Undo));
    decide(&mut desk, 2, Verdict::Agree);
    assert!(!desk.app.undo.can_redo());
}

#[test]
fn undo_returns_to_the_study_of_the_decision_and_forgets_a_closed_one() {
    let mut desk = Desk::read(&FLAGS);
    decide(&mut desk, 1, Verdict::Agree);
    let first = desk.app.current;
    desk.open(vec![study("p2", 3)]);
    desk.act(Action::Review(ReviewAction::Undo));
    assert_eq!((desk.app.current, desk.slice()), (first, 1));
    desk.act(Action::Review(ReviewAction::Redo));
    desk.act(Action::File(glioview::state::action::FileAction::Close(first)));
    assert!(!desk.app.undo.can_undo());
}

#[test]
fn agreeing_with_everything_needs_every_slice_to_be_viewed() {
    let mut desk = Desk::read(&FLAGS);
    for slice in [0, 1, 2, 4, 5, 6] {
        desk.act(Action::Go(GoAction::Slice(slice)));
    }
    assert!(desk.act(Action::Review(ReviewAction::AgreeAll)).is_empty());
    let notice = desk.app.notices.about(About::Review).next().unwrap();
    assert_eq!((notice.text.as_str(), notice.show_slice), ("Not viewed: 4 and 8", Some(3)));
    desk.act(Action::Go(GoAction::Slice(3)));
    desk.act(Action::Go(GoAction::Slice(7)));
    assert!(!desk.act(Action::Review(ReviewAction::AgreeAll)).is_empty());
    assert!((0..8).all(|slice| verdict(&desk, slice) == Some(Verdict::Agree)));
}

#[test]
fn agreeing_with_everything_leaves_verdicts_alone_and_is_taken_back_as_one() {
    let mut desk = Desk::read(&FLAGS);
    decide(&mut desk, 2, Verdict::NotTumor);
    view_all(&mut desk);
    desk.act(Action::Review(ReviewAction::AgreeAll));
    assert_eq!((verdict(&desk, 2), verdict(&desk, 0)), (Some(Verdict::NotTumor), Some(Verdict::Agree)));
    desk.act(Action::Review(ReviewAction::Undo));
    assert_eq!((verdict(&desk, 2), verdict(&desk, 0)), (Some(Verdict::NotTumor), None));
}

#[test]
fn agreeing_with_everything_needs_every_series_and_is_taken_back_as_one() {
    let mut desk = Desk::new();
    desk.open(vec![study_of("p1", vec![scan(2), scan(3)])]);
    desk.answer(&[(0.9, 5), (0.1, 0)]);
    view_all(&mut desk);
    let id = desk.app.current.unwrap();
    assert!(desk.act(Action::Review(ReviewAction::AgreeAll)).is_empty());
    let notice = desk.app.notices.about(About::Review).next().unwrap();
    assert_eq!(notice.text, "s: Not analyzed yet: 1–3");
    assert_eq!((notice.show_scan, notice.show_slice), (Some((id, 1)), Some(0)));
    desk.act(Action::Go(GoAction::Scan(id, 1)));
    desk.answer(&[(0.1, 0), (0.9, 5), (0.1, 0)]);
    view_all(&mut desk);
    desk.act(Action::Review(ReviewAction::AgreeAll));
    let agreed = |desk: &Desk| {
        let study = &desk.app.studies[0];
        let decided = |s: &ScanState| {
            let thresholds = desk.app.thresholds_of(s);
            (0..s.counts.len()).filter(|&slice| s.decision(slice, thresholds).is_some()).count()
        };
        study.scans.iter().map(decided).collect::<Vec<_>>()
    };
    assert_eq!(agreed(&desk), [2, 3]);
    desk.act(Action::Review(ReviewAction::Undo));
    assert_eq!(agreed(&desk), [0, 0]);
    desk.act(Action::Review(ReviewAction::Redo));
    assert_eq!(agreed(&desk), [2, 3]);
    assert_eq!(desk.app.studies[0].scan, 1, "the reader stays at the series that was on screen");
}

#[test]
fn agreeing_with_everything_waits_for_the_analysis() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    desk.begin(GateVerdict::Known);
    desk.score(0, 0.1);
    desk.outline(0, 0);
    view_all(&mut desk);
    assert!(desk.act(Action::Review(ReviewAction::AgreeAll)).is_empty());
    assert_eq!(why(&desk), ["Not analyzed yet: 2–3"]);
}

#[test]
fn an_outline_that_comes_to_a_slice_viewed_without_it_must_be_viewed_again() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    desk.begin(GateVerdict::Known);
    view_all(&mut desk);
    let thresholds = desk.app.thresholds().unwrap();
    assert!((0..3).all(|slice| desk.here().is_viewed(slice, thresholds)));
    desk.outline(0, 0);
    desk.outline(1, 6);
    desk.outline(2, 6);
    let viewed: Vec<bool> = (0..3).map(|slice| desk.here().is_viewed(slice, thresholds)).collect();
    assert_eq!(viewed, [true, false, true], "nothing new on the first, the last is on screen");
}

#[test]
fn the_review_line_counts_flagged_and_viewed() {
    let mut desk = Desk::read(&FLAGS);
    assert_eq!(labels::review_line(&desk.app).unwrap(), "Reviewed 0 of 4 flagged · 1 of 8 viewed");
    decide(&mut desk, 1, Verdict::Agree);
    assert_eq!(labels::review_line(&desk.app).unwrap(), "Reviewed 1 of 4 flagged · 3 of 8 viewed");
}

#[test]
fn a_result_at_another_threshold_inherits_no_verdict_and_gets_it_back_with_the_threshold() {
    let mut desk = Desk::read(&FLAGS);
    decide(&mut desk, 1, Verdict::Agree);
    desk.act(Action::Go(GoAction::Slice(1)));
    desk.act(Action::Analysis(AnalysisAction::SetMaskThreshold(0.7)));
    assert_eq!(verdict(&desk, 1), None);
    assert_eq!(labels::decision_line(&desk.app).unwrap(), "decided on an earlier result: agree");
    desk.act(Action::Analysis(AnalysisAction::ResetMaskThreshold));
    assert_eq!(verdict(&desk, 1), Some(Verdict::Agree));
    assert_eq!(labels::decision_line(&desk.app).unwrap(), "agree");
}

#[test]
fn a_dragged_slider_leaves_no_empty_reviews_behind() {
    let mut desk = Desk::read(&FLAGS);
    decide(&mut desk, 1, Verdict::Agree);
    for step in 0..40 {
        desk.act(Action::Analysis(AnalysisAction::SetMaskThreshold(0.5 + step as f32 / 100.0)));
    }
    assert_eq!(desk.here().reviews.len(), 2, "the one decided on, and the one on screen");
}

#[test]
fn reviews_from_the_disk_go_on_where_they_were_or_lie_beside() {
    let mut desk = Desk::read(&FLAGS);
    let commands = decide(&mut desk, 1, Verdict::Agree);
    let same = saved_review(&commands).unwrap().clone();
    let mut other = same.clone();
    other.key.models[0].sha256 = "an older net".to_owned();
    let mut foreign = same.clone();
    foreign.key.pixels_sha256 = "other pixels".to_owned();
    let mut again = Desk::read(&FLAGS);
    let job = again.last_job(|c| matches!(c, Command::LoadReviews { .. }));
    decide(&mut again, 1, Verdict::NotTumor);
    again.hear(Event::ReviewsLoaded { job, reviews: vec![same.clone(), other, foreign], measurements: Vec::new() });
    assert_eq!(verdict(&again, 1), Some(Verdict::NotTumor), "what was decided since goes first");
    assert_eq!(again.here().earlier_reviews(again.app.thresholds().unwrap()).count(), 1);
    again.hear(Event::ReviewsLoaded { job, reviews: vec![same.clone(), same], measurements: Vec::new() });
    assert_eq!(again.here().reviews.len(), 2, "that answer was taken already");
    let mut fresh = Desk::read(&FLAGS);
    let job = fresh.last_job(|c| matches!(c, Command::LoadReviews { .. }));
    let reviews = desk.here().reviews.clone();
    fresh.hear(Event::ReviewsLoaded { job, reviews, measurements: Vec::new() });
    assert_eq!(verdict(&fresh, 1), Some(Verdict::Agree), "the same finding goes on where it was");
}

#[test]
fn notes_stand_beside_a_verdict_and_survive_another_one() {
    let mut desk = Desk::read(&FLAGS);
    let note = |text: &str| Action::Review(ReviewAction::Note { slice: 1, text: text.to_owned() });
    assert!(desk.act(note("axe")).is_empty());
    assert_eq!(why(&desk), ["A note stands beside a verdict: decide on the slice first."]);
    decide(&mut desk, 1, Verdict::Agree);
    let commands = desk.act_at(note("edge at the falx"), NOW + 60);
    assert_eq!(saved_review(&commands).unwrap().slices[1].as_ref().unwrap().at_secs, NOW, "the verdict's time stays");
    assert_eq!(saved_review(&commands).unwrap().slices[1].as_ref().unwrap().note, "edge at the falx");
    assert!(desk.act(note("edge at the falx")).is_empty());
    let commands = decide(&mut desk, 1, Verdict::OutlineWrong);
    assert_eq!(saved_review(&commands).unwrap().slices[1].as_ref().unwrap().note, "edge at the falx");
}

#[test]
fn initials_are_asked_once_and_go_into_what_is_saved() {
    let mut desk = Desk::start(Settings { recent: vec!["/data/old".into()], ..Settings::default() }, &[]);
    desk.load_models();
    desk.open(vec![study("p1", 8)]);
    desk.answer(&FLAGS);
    decide(&mut desk, 1, Verdict::Agree);
    assert_eq!(desk.app.layout.popup, Some(Popup::Initials));
    desk.act(Action::App(AppAction::Escape));
    decide(&mut desk, 2, Verdict::Agree);
    assert_eq!(desk.app.layout.popup, None, "asked once");
    let commands = desk.act(Action::Review(ReviewAction::SetInitials(" CD ".into())));
    assert_eq!(saved_review(&commands).unwrap().reviewer, "CD");
    assert!(commands.iter().any(|c| matches!(c, Command::SaveSettings { settings, .. } if settings.reviewer == "CD")));
}

#[test]
fn the_corner_says_saved_with_the_time_only_for_the_latest_save() {
    let mut desk = Desk::read(&FLAGS);
    assert_eq!(labels::saved_corner(&desk.app), None);
    decide(&mut desk, 1, Verdict::Agree);
    let first = desk.last_job(|c| matches!(c, Command::SaveReview { .. }));
    decide(&mut desk, 2, Verdict::Agree);
    let second = desk.last_job(|c| matches!(c, Command::SaveReview { .. }));
    desk.hear(Event::ReviewSaved { job: first });
    assert_eq!(labels::saved_corner(&desk.app).unwrap(), "Saving…");
    desk.hear(Event::ReviewSaved { job: second });
    assert_eq!(labels::saved_corner(&desk.app).unwrap(), "Saved 14:02 UTC");
    desk.app.clock_offset_secs = Some(3600);
    assert_eq!(labels::saved_corner(&desk.app).unwrap(), "Saved 15:02");
}

#[test]
fn a_review_that_could_not_be_saved_says_so_and_the_next_decision_tries_again() {
    let mut desk = Desk::read(&FLAGS);
    decide(&mut desk, 1, Verdict::Agree);
    let job = desk.last_job(|c| matches!(c, Command::SaveReview { .. }));
    desk.hear(Event::Failed { job, failure: failure("Could not save the review") });
    assert_eq!((desk.here().saved, labels::saved_corner(&desk.app).as_deref()), (Saved::Failed, Some("Not saved")));
    let commands = decide(&mut desk, 2, Verdict::Agree);
    assert!(saved_review(&commands).unwrap().slices[1].is_some(), "with what was not saved before");
    assert_eq!(desk.app.notices.about(About::Review).count(), 1, "the error stays until it is dismissed");
}

#[test]
fn a_finding_is_never_changed_by_a_decision() {
    let mut desk = Desk::read(&FLAGS);
    let before = desk.here().finding.clone();
    decide(&mut desk, 1, Verdict::NotTumor);
    decide(&mut desk, 0, Verdict::Missed);
    assert_eq!(desk.here().finding, before);
}

#[test]
fn run_lengths_start_with_zeros_and_add_up_to_the_picture() {
    assert_eq!(runs_of(&mask(5)), [0, 5, 59]);
    assert_eq!(runs_of(&mask(0)), [64]);
    let mut bits = map(0).mask(0.5);
    bits.bits[1] = true;
    bits.bits[63] = true;
    assert_eq!(runs_of(&bits), [1, 1, 61, 1]);
}
