//! The Finding panel's sentences, state by state. Not for the words that may never be said (`sentences`).

use std::sync::Arc;

use glioview::domain::gate::{GateReason, GateVerdict};
use glioview::engine::command::Command;
use glioview::engine::event::Event;
use glioview::io::settings::Settings;
use glioview::state::action::{Action, AnalysisAction, FileAction, GoAction};
use glioview::state::labels;
use glioview::state::words::{self, FindingText, Tone};

use super::make::{Desk, failure, models, signed, study};

fn finding(desk: &Desk) -> FindingText {
    words::finding(&desk.app).expect("a scan is on screen")
}

fn lines(desk: &Desk) -> Vec<String> {
    finding(desk).lines.into_iter().map(|l| l.text).collect()
}

fn flags(count: usize, flagged: impl IntoIterator<Item = usize>) -> Vec<(f32, usize)> {
    let mut answers = vec![(0.1, 0); count];
    for slice in flagged {
        answers[slice] = (0.9, 10);
    }
    answers
}

#[test]
fn one_region_is_the_answer_in_a_sentence() {
    let desk = Desk::read(&flags(32, 8..22));
    assert_eq!(finding(&desk).headline, "Model flags slices 9–22");
    assert_eq!(lines(&desk), ["14 of 32 slices, one region"]);
}

#[test]
fn several_regions_are_all_named_and_a_lone_flag_stands_apart() {
    let desk = Desk::read(&flags(32, [2, 3, 8, 9, 10, 26]));
    let text = finding(&desk);
    assert_eq!(text.headline, "Model flags slices 3–4 and 9–11");
    assert_eq!(text.lines[0].text, "6 of 32 slices, 2 regions");
    let alone = &text.lines[1];
    assert_eq!(alone.text, "1 slice flagged alone (27): often a false alarm, but a small lesion can be one slice.");
    assert_eq!(alone.show, Some(26));
}

#[test]
fn a_lone_flag_alone_is_still_the_answer() {
    let desk = Desk::read(&flags(5, [2]));
    assert_eq!(finding(&desk).headline, "Model flags slice 3");
    assert!(lines(&desk)[0].starts_with("1 slice flagged alone (3)"));
}

#[test]
fn a_single_picture_has_no_neighbors_to_miss() {
    let desk = Desk::read(&flags(1, [0]));
    assert_eq!((finding(&desk).headline.as_str(), lines(&desk).len()), ("Model flags slice 1", 0));
}

#[test]
fn nothing_flagged_never_excludes_and_names_the_highest_score_and_the_cards_misses() {
    let mut answers = flags(32, []);
    answers[11] = (0.3, 0);
    let desk = Desk::read(&answers);
    assert_eq!(
        finding(&desk).all(),
        "No slice above the threshold. This does not exclude a tumor. Highest score 0.30 on slice 12 \
         On its test set the model missed 4 of 137 tumor slices at this threshold."
    );
    assert_eq!(finding(&desk).lines[1].show, Some(11));
}

#[test]
fn the_cards_counts_hold_only_at_its_own_threshold() {
    let mut desk = Desk::read(&flags(3, []));
    desk.act(Action::Analysis(AnalysisAction::SetThreshold(0.6)));
    assert!(lines(&desk).contains(&"The card counts misses only at its own threshold, 0.31.".to_owned()));
    assert_eq!(words::slice(&desk.app).unwrap().threshold_text, "threshold 0.60, card 0.31");
}

#[test]
fn without_test_figures_the_card_says_what_it_has() {
    let mut untested = models();
    untested.classifier.val = untested.classifier.test.take();
    let thresholds = Desk::read(&flags(1, [])).app.thresholds().unwrap();
    let said = words::missed_on_its_test_set(&untested.classifier, thresholds);
    assert!(said.starts_with("On its validation set the model missed 4 of 137"), "{said}");
    untested.classifier.val = None;
    assert_eq!(
        words::missed_on_its_test_set(&untested.classifier, thresholds),
        "The card states no count of missed slices."
    );
}

#[test]
fn an_answer_that_is_not_complete_says_so() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    assert_eq!(finding(&desk).headline, "Analyzing…");
    desk.begin(GateVerdict::Known);
    desk.score(0, 0.1);
    assert_eq!(finding(&desk).headline, "No slice above the threshold so far.");
    assert!(lines(&desk).contains(&"1 of 3 slices scored.".to_owned()));
    desk.score(1, 0.9);
    assert_eq!(finding(&desk).headline, "Model flags slice 2 so far");
    let job = desk.analysis_job();
    desk.act(Action::File(FileAction::Cancel(job)));
    desk.hear(Event::Canceled { job });
    let text = finding(&desk);
    assert!(text.lines.iter().any(|l| l.text == "Stopped: 2 of 3 slices scored." && l.tone == Tone::Warning));
}

#[test]
fn a_slice_that_could_not_be_scored_is_named_when_all_is_done() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    desk.begin(GateVerdict::Known);
    desk.score(0, 0.1);
    desk.score(1, 0.1);
    let job = desk.analysis_job();
    desk.hear(Event::SliceFailed { job, slice: 2, failure: failure("Could not score the slice") });
    desk.end();
    let text = finding(&desk);
    assert_eq!(text.headline, "No slice above the threshold.");
    let line = text.lines.iter().find(|l| l.text == "Not scored, and so in no count: 3.").unwrap();
    assert_eq!((line.tone, line.show), (Tone::Warning, Some(2)));
    assert!(!text.all().contains("test set"), "the card counts whole scans");
}

#[test]
fn the_nets_may_disagree_both_ways() {
    let desk = Desk::read(&[(0.9, 10), (0.9, 0), (0.1, 4), (0.1, 5)]);
    let text = finding(&desk);
    let said = |words: &str| text.lines.iter().find(|l| l.text == words).map(|l| l.show);
    assert_eq!(said("1 slice flagged, no outline (2)"), Some(Some(1)));
    assert_eq!(said("2 slices with an outline, not flagged (3–4)"), Some(Some(2)));
}

#[test]
fn a_picture_of_another_kind_is_refused_by_name() {
    let mut desk = Desk::new();
    desk.open(vec![study("photo", 1)]);
    desk.begin(GateVerdict::Unknown(vec![GateReason::Color, GateReason::NotHeadShaped]));
    assert_eq!(
        finding(&desk).headline,
        "Not the kind of picture this model knows: a color picture, nothing head-shaped. Not analyzed."
    );
    assert_eq!(words::slice(&desk.app), None);
}

#[test]
fn a_reading_in_spite_of_the_gate_is_no_reading() {
    let mut desk = Desk::new();
    desk.open(vec![study("photo", 2)]);
    desk.begin(GateVerdict::Unknown(vec![GateReason::Color]));
    desk.act(Action::Analysis(AnalysisAction::AnalyzeAnyway));
    desk.begin(GateVerdict::Unknown(vec![GateReason::Color]));
    desk.score(0, 0.9);
    desk.score(1, 0.9);
    let text = finding(&desk);
    assert_eq!(text.headline, "Outside what the model has seen: no reading.");
    assert!(text.has_quiet_scores && !text.all().contains("flags"));
}

#[test]
fn without_nets_the_finding_says_why_there_is_none() {
    let mut desk = Desk::start(Settings { recent: vec!["/data/old".into()], ..signed() }, &[]);
    desk.open(vec![study("p1", 2)]);
    assert_eq!(finding(&desk).headline, "Loading the model…");
    let job = desk.last_job(|c| matches!(c, Command::LoadModels { .. }));
    desk.hear(Event::Failed { job, failure: failure("Could not load the models") });
    assert_eq!(
        (finding(&desk).headline.as_str(), finding(&desk).tone),
        ("The model could not be loaded.", Tone::Error)
    );
}

#[test]
fn the_slice_on_screen_reads_score_band_area_and_widest() {
    let mut desk = Desk::read(&[(0.2, 0), (0.9, 42), (0.32, 3), (0.1, 0)]);
    desk.act(Action::Go(GoAction::Slice(1)));
    let slice = words::slice(&desk.app).unwrap();
    assert_eq!((slice.score_text.as_str(), slice.verdict), ("0.90", "flagged"));
    assert_eq!((slice.area_name.as_str(), slice.area_text.as_str()), ("FLAIR abnormality, this slice", "42\u{a0}px"));
    assert_eq!(slice.widest, Some(("Widest on slice 2".to_owned(), 1)));
    assert_eq!(slice.threshold_text, "threshold 0.31 (card)");
    assert_eq!(slice.band_text.as_deref(), Some("uncertain 0.18–0.34"));
    for (at, verdict) in [(0, "uncertain"), (2, "flagged, uncertain"), (3, "not flagged")] {
        desk.act(Action::Go(GoAction::Slice(at)));
        assert_eq!(words::slice(&desk.app).unwrap().verdict, verdict);
    }
    assert_eq!(words::slice(&desk.app).unwrap().area_text, "no outline");
    let whole = words::whole_scan(&desk.app).unwrap();
    assert_eq!(whole, "FLAIR abnormality, all slices: 45\u{a0}px on 2 slices");
}

#[test]
fn an_outline_that_is_not_there_yet_is_pending() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 2)]);
    desk.begin(GateVerdict::Known);
    let slice = words::slice(&desk.app).unwrap();
    assert_eq!((slice.score_text.as_str(), slice.area_text.as_str()), ("pending", "outline pending"));
    assert!(words::whole_scan(&desk.app).unwrap().ends_with("(2 pending)"));
}

#[test]
fn other_nets_than_the_shipped_ones_are_named_on_the_canvas() {
    let mut desk = Desk::start(Settings { recent: vec!["/data/old".into()], ..signed() }, &[]);
    let mut own = models();
    own.are_shipped = false;
    own.classifier.name = "run 7".to_owned();
    let job = desk.last_job(|c| matches!(c, Command::LoadModels { .. }));
    desk.hear(Event::ModelsLoaded { job, models: Arc::new(own) });
    let line = labels::other_models_line(&desk.app).unwrap();
    assert_eq!(line, "Reading with: run 7 v1 + U-Net v1 (not the models that ship, not tested)");
    assert_eq!(labels::other_models_line(&Desk::new().app), None);
}

#[test]
fn the_model_section_reads_the_card() {
    let desk = Desk::new();
    assert_eq!(
        labels::model_lines(&desk.app),
        [
            "DenseNet-121 v1 + U-Net v1",
            "Trained on 61 patients.",
            "On 13 patients of its test set: flags 133 of 137 tumor slices, flags 20 of 281 others."
        ]
    );
}
