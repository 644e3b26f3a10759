//! Numbers and lists as they are written, and the words that the program never says. Not for one state's sentence.

use std::path::PathBuf;

use glioview::domain::gate::{GateReason, GateVerdict};
use glioview::domain::review::{ReaderCall, Verdict};
use glioview::engine::event::Event;
use glioview::io::settings::Settings;
use glioview::state::action::{Action, AnalysisAction, FileAction, GoAction, OverlayAction, ReviewAction};
use glioview::state::screen::{OutlineColor, WindowPreset};
use glioview::state::table::{Group, MOUSE, TABLE};
use glioview::state::{AppState, labels, strip, text, words};

use super::make::{Desk, failure, mask, scan, signed, study, study_of};

/// Everything that the state has to say at this moment.
fn all_words(app: &AppState) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    said.extend(words::finding(app).map(|f| f.all()));
    if let Some(slice) = words::slice(app) {
        said.extend([
            slice.score_text,
            slice.verdict.to_owned(),
            slice.area_name,
            slice.area_text,
            slice.threshold_text,
        ]);
        said.extend(slice.widest.map(|w| w.0));
        said.extend(slice.band_text);
    }
    said.extend(words::whole_scan(app));
    said.extend(words::target_note(app).map(str::to_owned));
    said.extend(labels::status(app).map(|s| s.text));
    said.extend(labels::model_lines(app));
    let lines = [
        labels::review_line(app),
        labels::decision_line(app),
        labels::saved_corner(app),
        labels::export_line(app),
        labels::reference_line(app),
        labels::other_models_line(app),
        labels::zoom_corner(app),
        strip::hover(app, 0),
    ];
    said.extend(lines.into_iter().flatten());
    said.extend(
        labels::pointer_corner(app, 0, 0).into_iter().flat_map(|(value, model)| [Some(value), model]).flatten(),
    );
    said.extend(app.notices.all.iter().map(|n| n.text.clone()));
    said.extend(TABLE.iter().filter_map(|row| (row.allowed)(app).err()).map(str::to_owned));
    said
}

/// States from all over the program.
fn desks() -> Vec<Desk> {
    let mut with_reference = scan(3);
    with_reference.reference = vec![Some(mask(10)), None, Some(mask(3))];
    let mut reference = Desk::new();
    reference.open(vec![study_of("p1", vec![with_reference])]);
    reference.answer(&[(0.9, 12), (0.1, 4), (0.9, 0)]);
    reference.act(Action::Overlay(OverlayAction::ToggleReference));
    let mut reviewed = Desk::read(&[(0.9, 12), (0.1, 4), (0.9, 3), (0.1, 0)]);
    for (slice, verdict) in [(0, Verdict::Agree), (1, Verdict::Missed), (2, Verdict::NotTumor), (3, Verdict::CantJudge)]
    {
        reviewed.act(Action::Go(GoAction::Slice(slice)));
        reviewed.act(Action::Review(ReviewAction::Decide(verdict)));
    }
    let mut moved = Desk::read(&[(0.2, 0), (0.25, 0)]);
    moved.act(Action::Review(ReviewAction::AgreeAll));
    moved.act(Action::Analysis(AnalysisAction::SetThreshold(0.6)));
    let reasons = [GateReason::Color, GateReason::Constant, GateReason::NoDarkBackground, GateReason::NotHeadShaped];
    let mut refused = Desk::new();
    refused.open(vec![study("photo", 1)]);
    refused.begin(GateVerdict::Unknown(reasons.into_iter().chain([GateReason::OneUnknownSequence]).collect()));
    let mut overridden = Desk::new();
    overridden.open(vec![study("photo", 1)]);
    overridden.begin(GateVerdict::Unknown(vec![GateReason::Color]));
    overridden.act(Action::Analysis(AnalysisAction::AnalyzeAnyway));
    overridden.begin(GateVerdict::Unknown(vec![GateReason::Color]));
    overridden.score(0, 0.9);
    let mut covered = Desk::start(Settings { recent: vec!["/data/old".into()], reader_first: true, ..signed() }, &[]);
    covered.load_models();
    covered.open(vec![study("p1", 1)]);
    covered.answer(&[(0.9, 4)]);
    covered.act(Action::Review(ReviewAction::RecordCall(ReaderCall::NothingSeen)));
    let mut failed = Desk::new();
    failed.open(vec![study("p1", 2)]);
    let job = failed.analysis_job();
    failed.hear(Event::SliceFailed { job, slice: 0, failure: failure("Could not score the slice") });
    failed.hear(Event::Failed { job, failure: failure("Could not analyze the scan") });
    let mut exporting = Desk::read(&[(0.9, 4), (0.1, 0), (0.9, 4)]);
    exporting.act(Action::File(FileAction::ExportText("/out".into())));
    let mut empty = Desk::new();
    empty.act(Action::File(FileAction::OpenText(String::new())));
    vec![empty, reference, reviewed, moved, refused, overridden, covered, failed, exporting]
}

/// Words that stand on screen in every state.
fn fixed_words() -> Vec<String> {
    let table = TABLE.iter().map(|row| row.text);
    let groups = Group::ALL.map(Group::label);
    let mouse = MOUSE.iter().flat_map(|&(gesture, text)| [gesture, text]);
    let presets = WindowPreset::ALL.map(WindowPreset::label);
    let colors = OutlineColor::ALL.map(OutlineColor::label);
    let verdicts = [Verdict::Agree, Verdict::NotTumor, Verdict::OutlineWrong, Verdict::Missed, Verdict::CantJudge]
        .map(Verdict::label);
    let others =
        table.chain(groups).chain(mouse).chain(presets).chain(colors).chain(verdicts).chain([words::SCORE_NAME]);
    others.map(str::to_owned).collect()
}

#[test]
fn the_program_never_says_more_than_the_nets_know() {
    let forbidden =
        ["diagnos", "cancer", "no tumor found", "probab", "malignan", "healthy", "tumor volume", "detected"];
    let said: Vec<String> = desks().iter().flat_map(|d| all_words(&d.app)).chain(fixed_words()).collect();
    assert!(said.len() > 300, "only {} texts were looked at", said.len());
    for words in said {
        let lower = words.to_lowercase();
        for word in forbidden {
            assert!(!lower.contains(word), "{word:?} in {words:?}");
        }
    }
}

#[test]
fn spelling_is_american() {
    let british = ["tumour", "colour", "centre", "grey", "analyse", "neighbour", "labelled", "cancelled"];
    for words in desks().iter().flat_map(|d| all_words(&d.app)).chain(fixed_words()) {
        let lower = words.to_lowercase();
        assert!(british.iter().all(|b| !lower.contains(b)), "{words:?}");
    }
}

#[test]
fn nothing_says_millimeters_where_no_spacing_is_known() {
    for words in desks().iter().flat_map(|d| all_words(&d.app)) {
        assert!(!words.contains("mm") || words.contains("mma"), "{words:?}");
    }
}

#[test]
fn the_research_line_is_never_shortened() {
    assert_eq!(words::RESEARCH_USE, "Research use only. Not for diagnosis.");
}

#[test]
fn counts_have_a_space_between_thousands() {
    let texts = [0, 12, 999, 1000, 2095, 22_034, 1_234_567].map(text::count);
    let plain: Vec<String> = texts.iter().map(|t| t.replace('\u{a0}', " ")).collect();
    assert_eq!(plain, ["0", "12", "999", "1 000", "2 095", "22 034", "1 234 567"]);
}

#[test]
fn scores_are_never_rounded_to_a_certainty() {
    assert_eq!(
        [1.0, 0.996, 0.994, 0.5, 0.006, 0.0].map(text::score),
        [">0.99", ">0.99", "0.99", "0.50", "0.01", "<0.01"]
    );
}

#[test]
fn a_moved_threshold_never_looks_like_the_cards() {
    assert_eq!(text::moved_threshold(0.31, 0.31), "0.31");
    assert_eq!(text::moved_threshold(0.2, 0.31), "0.20, card 0.31");
    assert_eq!(text::moved_threshold(0.311, 0.3132), "0.3110, card 0.3132");
    assert_eq!(text::threshold(0.004), "0.004");
}

#[test]
fn slices_are_counted_from_one_and_neighbors_joined() {
    assert_eq!(text::slice_list(&[]), "");
    assert_eq!(text::slice_list(&[11]), "12");
    assert_eq!(text::slice_list(&[11, 12]), "12–13");
    assert_eq!(text::slice_list(&[1, 2, 3, 7, 10, 11]), "2–4, 8 and 11–12");
}

#[test]
fn gray_values_have_the_honest_number_of_digits() {
    let values = [201.0, 0.0, -3.0, 118.4, 12.34, 1.2345, 0.012_34, 0.000_123].map(text::gray_value);
    assert_eq!(values, ["201", "0", "-3", "118", "12.3", "1.23", "0.0123", "1.23e-4"]);
}

#[test]
fn a_clock_knows_its_zone_or_says_utc() {
    assert_eq!(text::clock(0, None), "00:00 UTC");
    assert_eq!(text::clock(86_399, Some(0)), "23:59");
    assert_eq!(text::clock(600, Some(-3600)), "00:00", "before 1970 there is nothing");
    assert_eq!(text::clock(86_400 * 3 + 7_200, Some(-10_800)), "23:00");
}

#[test]
fn a_drag_names_what_would_open_by_the_names_alone() {
    let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
    assert_eq!(labels::drag_hover_line(&[]), None);
    assert_eq!(labels::drag_hover_line(&paths(&["a.tif", "b.TIFF"])).unwrap(), "Open 2 files (TIFF)");
    assert_eq!(
        labels::drag_hover_line(&paths(&["a.jpg", "b.png", "/p1"])).unwrap(),
        "Open 2 files (JPEG, PNG) and 1 folder"
    );
    let foreign = labels::drag_hover_line(&paths(&["report.pdf", "letter.docx"])).unwrap();
    assert_eq!(foreign, "Not pictures by their name: DOCX, PDF. NIfTI, PNG, JPEG, TIFF, BMP, WebP open here");
    assert_eq!(labels::drag_hover_line(&paths(&["a.webp", "b.pdf"])).unwrap(), "Open 2 files (PDF, WebP)");
}

#[test]
fn a_study_line_counts_what_it_holds() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 24), study_of("p2", vec![scan(2), scan(3)])]);
    assert_eq!(text::study_line(&desk.app.studies[0]), "3 sequences · 24 slices · TIFF");
    assert_eq!(text::study_line(&desk.app.studies[1]), "2 series · 5 slices");
    assert_eq!(labels::recent_name(&PathBuf::from("/data/p1")), "p1");
}
