//! The reader looks first: what is covered, when the call can be made, what is kept. Not for verdicts.

use glioview::domain::gate::GateVerdict;
use glioview::domain::review::{ReaderCall, ReadingOrder, Verdict};
use glioview::engine::command::Command;
use glioview::engine::event::Event;
use glioview::io::settings::Settings;
use glioview::state::action::{Action, FileAction, GoAction, ReviewAction};
use glioview::state::{labels, strip, words};

use super::make::{Desk, NOW, signed, study};

fn covered(answers: &[(f32, usize)]) -> Desk {
    let settings = Settings { recent: vec!["/data/old".into()], reader_first: true, ..signed() };
    let mut desk = Desk::start(settings, &[]);
    desk.load_models();
    desk.open(vec![study("p1", answers.len())]);
    desk.answer(answers);
    desk
}

fn view_all(desk: &mut Desk) {
    for slice in 0..desk.here().counts.len() {
        desk.act(Action::Go(GoAction::Slice(slice)));
    }
}

fn call(desk: &mut Desk, call: ReaderCall) -> Vec<Command> {
    desk.act(Action::Review(ReviewAction::RecordCall(call)))
}

const FLAGS: [(f32, usize); 3] = [(0.1, 0), (0.9, 12), (0.1, 0)];

#[test]
fn mask_strip_and_finding_stay_covered_until_the_call() {
    let mut desk = covered(&FLAGS);
    assert!(desk.here().is_covered);
    assert_eq!(words::slice(&desk.app), None);
    assert_eq!(words::whole_scan(&desk.app), None);
    let cells = strip::cells(&desk.app, 600.0);
    assert!(cells.iter().all(|c| c.score.is_none() && !c.is_flagged && !c.is_outlined && !c.is_pending));
    assert_eq!(labels::pointer_corner(&desk.app, 0, 0).unwrap().1, None);
    assert_eq!(strip::hover(&desk.app, 1).unwrap(), "Slice 2");
    let text = words::finding(&desk.app).unwrap().all();
    assert_eq!(text, "You look first. 1 of 3 slices seen. The model's answer is covered until then.");
    desk.act(Action::Go(GoAction::NextFinding));
    assert_eq!(desk.slice(), 1, "no key gives the flags away");
    desk.act(Action::Go(GoAction::First));
    desk.act(Action::Go(GoAction::Widest));
    assert_eq!(desk.slice(), 0);
}

#[test]
fn the_call_needs_every_slice_seen_and_enter_needs_the_call() {
    let mut desk = covered(&FLAGS);
    assert!(call(&mut desk, ReaderCall::Abnormal).is_empty() && desk.here().call.is_none());
    assert_eq!(desk.notices(), ["Look at every slice first."]);
    view_all(&mut desk);
    desk.act(Action::Review(ReviewAction::ShowModel));
    assert!(desk.here().is_covered);
    call(&mut desk, ReaderCall::NothingSeen);
    assert!(words::finding(&desk.app).unwrap().all().contains("Your call: nothing seen."));
    desk.act(Action::Review(ReviewAction::ShowModel));
    assert!(!desk.here().is_covered);
    assert_eq!(words::finding(&desk.app).unwrap().headline, "Model flags slice 2");
}

#[test]
fn both_calls_and_the_order_are_saved_and_exported() {
    let mut desk = covered(&FLAGS);
    view_all(&mut desk);
    call(&mut desk, ReaderCall::NothingSeen);
    let commands = desk.act(Action::Review(ReviewAction::ShowModel));
    let Some(Command::SaveReview { review, .. }) = commands.first() else { panic!("saved at once: {commands:?}") };
    let calls = review.call.unwrap();
    assert_eq!((calls.reader, calls.at_secs, calls.model_flags), (ReaderCall::NothingSeen, NOW, Some(true)));
    assert_eq!(review.order, ReadingOrder::ReaderFirst);
    desk.act(Action::File(FileAction::ExportText("/out".into())));
    let Some(Command::Export { items, .. }) = desk.orders.last() else { panic!("exported") };
    let exported = items[0].review.as_ref().unwrap();
    assert_eq!((exported.call, exported.order), (Some(calls), ReadingOrder::ReaderFirst));
}

#[test]
fn the_models_call_is_added_when_its_answer_is_complete() {
    let settings = Settings { recent: vec!["/data/old".into()], reader_first: true, ..signed() };
    let mut desk = Desk::start(settings, &[]);
    desk.load_models();
    desk.open(vec![study("p1", 1)]);
    desk.begin(GateVerdict::Known);
    call(&mut desk, ReaderCall::Abnormal);
    assert_eq!(desk.here().call.unwrap().model_flags, None);
    desk.score(0, 0.1);
    desk.outline(0, 0);
    desk.end();
    assert_eq!(desk.here().call.unwrap().model_flags, Some(false));
}

#[test]
fn a_call_of_an_earlier_session_is_never_lost_and_nothing_is_covered_twice() {
    let mut before = covered(&FLAGS);
    view_all(&mut before);
    call(&mut before, ReaderCall::NothingSeen);
    before.act(Action::Review(ReviewAction::ShowModel));
    let on_disk = before.here().reviews.clone();
    let mut after = covered(&FLAGS);
    let job = after.last_job(|c| matches!(c, Command::LoadReviews { .. }));
    after.hear(Event::ReviewsLoaded { job, reviews: on_disk, measurements: Vec::new() });
    assert!(!after.here().is_covered, "this very result was seen before");
    after.act(Action::Review(ReviewAction::Decide(Verdict::Agree)));
    let Some(Command::SaveReview { review, .. }) = after.orders.last() else { panic!("saved") };
    assert_eq!(review.call.map(|c| c.reader), Some(ReaderCall::NothingSeen));
    assert_eq!(review.order, ReadingOrder::ReaderFirst);
}

#[test]
fn nothing_is_decided_or_exported_while_covered() {
    let mut desk = covered(&FLAGS);
    assert!(desk.act(Action::Review(ReviewAction::Decide(Verdict::Agree))).is_empty());
    assert!(desk.act(Action::File(FileAction::Export)).is_empty());
    assert_eq!(desk.notices(), ["The model's answer is covered until your call."; 2]);
}

#[test]
fn what_was_seen_covered_does_not_count_as_viewed_with_the_models_answer() {
    let mut desk = covered(&FLAGS);
    view_all(&mut desk);
    assert_eq!(labels::review_line(&desk.app).unwrap(), "3 of 3 seen");
    call(&mut desk, ReaderCall::Abnormal);
    desk.act(Action::Review(ReviewAction::ShowModel));
    assert_eq!(labels::review_line(&desk.app).unwrap(), "Reviewed 0 of 1 flagged · 1 of 3 viewed");
}

#[test]
fn switching_to_reader_first_never_covers_a_scan_that_was_looked_at() {
    let mut desk = Desk::read(&FLAGS);
    desk.act(Action::Review(ReviewAction::SetReaderFirst(true)));
    assert!(!desk.here().is_covered);
    desk.open(vec![study("p2", 2)]);
    assert!(desk.here().is_covered);
    desk.act(Action::Review(ReviewAction::SetReaderFirst(false)));
    assert!(!desk.here().is_covered);
}
