//! Starting, opening, closing, recent files, the memory ceiling, dialogs. Not for reading files.

use std::path::PathBuf;
use std::sync::Arc;

use glioview::engine::command::{Command, JobId, Pick, SAMPLE_PATH};
use glioview::engine::event::Event;
use glioview::io::settings::{Settings, ThemeChoice};
use glioview::state::action::{Action, AppAction, FileAction};
use glioview::state::notice::{About, Level};
use glioview::state::opening::paths_of_text;
use glioview::state::screen::Popup;
use glioview::state::study::Analysis;
use glioview::state::work::{Models, Opening};

use super::make::{Desk, failure, signed, study, study_of};

fn opened_paths(desk: &Desk) -> Vec<Vec<PathBuf>> {
    let paths = desk.orders.iter().filter_map(|c| match c {
        Command::Open { paths, .. } => Some(paths.clone()),
        _ => None,
    });
    paths.collect()
}

fn open(path: &str) -> Action {
    Action::File(FileAction::Open(vec![path.into()]))
}

#[test]
fn the_first_start_opens_the_sample_and_loads_the_nets() {
    let desk = Desk::start(signed(), &[]);
    assert_eq!(opened_paths(&desk), [[PathBuf::from(SAMPLE_PATH)]]);
    assert!(desk.orders.iter().any(|c| matches!(c, Command::LoadModels { .. })));
}

#[test]
fn a_later_start_shows_the_empty_state() {
    let desk = Desk::start(Settings { recent: vec!["/data/old".into()], ..signed() }, &[]);
    assert!(opened_paths(&desk).is_empty());
    assert_eq!(desk.app.opening, Opening::Nothing);
}

#[test]
fn paths_given_at_the_start_are_opened_instead() {
    let desk = Desk::start(signed(), &["/data/a.tif", "/data/b.tif"]);
    assert_eq!(opened_paths(&desk), [[PathBuf::from("/data/a.tif"), PathBuf::from("/data/b.tif")]]);
}

#[test]
fn what_opens_is_shown_on_flair_and_read_by_itself() {
    let mut desk = Desk::new();
    let commands = desk.open(vec![study("p1", 5)]);
    assert_eq!(desk.app.opening, Opening::Open);
    assert_eq!(desk.here().sequence, 1, "FLAIR first, never the color composite");
    assert!(desk.here().window().is_some());
    assert!(commands.iter().any(|c| matches!(c, Command::Analyze { scan: 0, .. })));
    assert!(desk.here().analysis.is_running());
}

#[test]
fn a_scan_that_opens_before_the_nets_are_there_is_read_when_they_come() {
    let mut desk = Desk::start(signed(), &["/data/p1"]);
    desk.open(vec![study("p1", 5)]);
    assert_eq!(desk.here().analysis, Analysis::NotStarted);
    let commands = desk.load_models();
    assert!(matches!(commands.as_slice(), [Command::Analyze { .. }]));
}

#[test]
fn the_newest_wish_to_open_wins() {
    let mut desk = Desk::new();
    desk.act(open("/data/a"));
    let first = desk.last_job(|c| matches!(c, Command::Open { .. }));
    desk.act(open("/data/b"));
    desk.hear(Event::Opened { job: first, studies: vec![Arc::new(study("a", 3))], failures: Vec::new() });
    assert!(desk.app.studies.is_empty(), "the older answer is stale");
    assert!(matches!(&desk.app.opening, Opening::Running { job, .. } if *job != first));
    desk.hear(Event::Failed { job: first, failure: failure("Could not open a") });
    assert!(desk.app.notices.all.is_empty(), "and so is its failure");
}

#[test]
fn bad_files_are_one_notice_and_the_good_ones_open() {
    let mut desk = Desk::new();
    desk.act(open("/data/mixed"));
    let job = desk.last_job(|c| matches!(c, Command::Open { .. }));
    let failures = vec![failure("Could not open a file"), failure("Could not open a file")];
    desk.hear(Event::Opened { job, studies: vec![Arc::new(study("good", 3))], failures });
    assert_eq!(desk.app.studies.len(), 1);
    let [notice] = desk.app.notices.all.as_slice() else { panic!("one notice for all") };
    assert_eq!((notice.level, notice.about), (Level::Error, About::Opening));
    assert_eq!(notice.text, "2 files did not open; the others did.");
    assert_eq!(notice.details, ["bad.tif: found 3 bytes, expected 8"; 2]);
}

#[test]
fn two_patients_of_one_folder_are_two_studies_and_the_first_is_shown() {
    let mut desk = Desk::new();
    for _again in 0..2 {
        desk.act(open("/data/cd"));
        let job = desk.last_job(|c| matches!(c, Command::Open { .. }));
        let mut studies = [study("cd", 3), study("cd", 5)];
        studies[1].title = "cd (2)".to_owned();
        desk.hear(Event::Opened { job, studies: studies.map(Arc::new).into(), failures: Vec::new() });
        let titles: Vec<&str> = desk.app.studies.iter().map(|s| s.study.title.as_str()).collect();
        assert_eq!(titles, ["cd", "cd (2)"], "opened again, both are replaced");
        assert_eq!(desk.app.current, Some(desk.app.studies[0].id));
    }
}

#[test]
fn where_nothing_opened_no_others_are_spoken_of() {
    let mut desk = Desk::new();
    desk.act(open("/data/bad"));
    let job = desk.last_job(|c| matches!(c, Command::Open { .. }));
    let failures = vec![failure("Could not open a file"), failure("Could not open a file")];
    desk.hear(Event::Opened { job, studies: Vec::new(), failures });
    let [notice] = desk.app.notices.all.as_slice() else { panic!("one notice for all") };
    assert_eq!(notice.text, "2 files did not open.");
}

#[test]
fn a_failed_opening_says_what_and_why_and_leaves_what_was_open() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    desk.act(open("/data/bad.tif"));
    let job = desk.last_job(|c| matches!(c, Command::Open { .. }));
    desk.hear(Event::Failed { job, failure: failure("Could not open the file") });
    assert_eq!(desk.app.opening, Opening::Open);
    let notice = desk.app.notices.about(About::Opening).next().unwrap();
    assert_eq!(notice.text, "Could not open the file: found 3 bytes, expected 8. Take the original file.");
    assert_eq!(notice.details, ["the deeper cause", "/data/bad.tif"]);
}

#[test]
fn a_canceled_opening_leaves_the_empty_state() {
    let mut desk = Desk::new();
    desk.act(open("/data/a"));
    let job = desk.last_job(|c| matches!(c, Command::Open { .. }));
    assert!(matches!(desk.act(Action::File(FileAction::Cancel(job))).as_slice(), [Command::Cancel { .. }]));
    desk.hear(Event::Canceled { job });
    assert_eq!(desk.app.opening, Opening::Nothing);
}

#[test]
fn canceling_a_job_that_is_not_known_orders_nothing() {
    let mut desk = Desk::new();
    assert!(desk.act(Action::File(FileAction::Cancel(JobId(999)))).is_empty());
}

#[test]
fn a_folder_without_pictures_says_so() {
    let mut desk = Desk::new();
    desk.act(open("/data/empty"));
    let job = desk.last_job(|c| matches!(c, Command::Open { .. }));
    desk.hear(Event::Opened { job, studies: Vec::new(), failures: Vec::new() });
    assert_eq!(desk.notices(), ["Nothing to open there: no picture was found."]);
}

#[test]
fn recent_files_are_newest_first_at_most_twelve_and_without_the_sample() {
    let mut desk = Desk::new();
    for i in 0..14 {
        desk.open(vec![study(&format!("p{i}"), 1)]);
    }
    desk.open(vec![study("p5", 1)]);
    let recent = &desk.app.settings.recent;
    assert_eq!(recent.len(), 12);
    assert_eq!(recent[0], PathBuf::from("/data/p5"));
    assert_eq!(recent[1], PathBuf::from("/data/p13"));
    let mut sample = study_of("sample.tif", vec![super::make::scan(2)]);
    sample.synthetic = true;
    desk.act(Action::File(FileAction::OpenSample));
    let job = desk.last_job(|c| matches!(c, Command::Open { .. }));
    desk.hear(Event::Opened { job, studies: vec![Arc::new(sample)], failures: Vec::new() });
    assert_eq!(desk.app.settings.recent[0], PathBuf::from("/data/p5"));
    assert_eq!(desk.app.current_study().unwrap().study.title, "sample.tif");
}

#[test]
fn a_study_that_is_opened_again_takes_its_own_place() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3)]);
    let first = desk.app.current;
    desk.open(vec![study("p1", 3)]);
    assert_eq!(desk.app.studies.len(), 1);
    assert_ne!(desk.app.current, first);
}

#[test]
fn closing_shows_the_neighbor_and_stops_the_analysis() {
    let mut desk = Desk::new();
    desk.open(vec![study("p1", 3), study("p2", 3)]);
    let job = desk.analysis_job();
    let commands = desk.act(Action::File(FileAction::Close(None)));
    assert!(commands.iter().any(|c| matches!(c, Command::Cancel { job: stopped } if *stopped == job)));
    assert_eq!(desk.app.current_study().unwrap().study.title, "p2");
    assert!(desk.here().analysis.is_running(), "the neighbor is read in turn");
    desk.act(Action::File(FileAction::Close(None)));
    assert_eq!((desk.app.opening.clone(), desk.app.current), (Opening::Nothing, None));
}

#[test]
fn at_the_memory_ceiling_the_study_longest_not_shown_is_closed_with_a_notice() {
    let mut desk = Desk::new();
    let bytes = study("x", 4).bytes();
    desk.app.memory_ceiling_bytes = 2 * bytes + bytes / 2;
    desk.open(vec![study("p1", 4)]);
    desk.open(vec![study("p2", 4)]);
    let first = desk.app.studies[0].id;
    desk.act(Action::Go(glioview::state::action::GoAction::Scan(first, 0)));
    desk.open(vec![study("p3", 4)]);
    let titles: Vec<&str> = desk.app.studies.iter().map(|s| s.study.title.as_str()).collect();
    assert_eq!(titles, ["p1", "p3"], "p2 was longest not on screen");
    assert!(desk.notices()[0].starts_with("Closed p2 to keep open studies under"), "{:?}", desk.notices());
}

#[test]
fn the_study_on_screen_is_never_closed_by_the_ceiling() {
    let mut desk = Desk::new();
    desk.app.memory_ceiling_bytes = 1;
    desk.open(vec![study("p1", 4), study("p2", 4)]);
    assert_eq!(desk.app.current_study().unwrap().study.title, "p1");
    assert_eq!(desk.app.studies.len(), 1);
}

#[test]
fn a_dialog_is_asked_for_once_and_its_answer_is_opened() {
    let mut desk = Desk::new();
    let pick = Action::File(FileAction::Pick(Pick::Files));
    assert_eq!(desk.act(pick.clone()).len(), 1);
    assert!(desk.act(pick).is_empty(), "it is on screen already");
    let job = desk.app.dialog.unwrap().job;
    let event = Event::Picked { job, pick: Pick::Files, paths: vec!["/data/a.tif".into()], no_dialog: false };
    assert!(matches!(desk.hear(event).as_slice(), [Command::Open { .. }]));
    assert_eq!(desk.app.dialog, None);
}

#[test]
fn a_canceled_dialog_opens_nothing() {
    let mut desk = Desk::new();
    desk.act(Action::File(FileAction::Pick(Pick::Folder)));
    let job = desk.app.dialog.unwrap().job;
    assert!(desk.hear(Event::Picked { job, pick: Pick::Folder, paths: Vec::new(), no_dialog: false }).is_empty());
    assert_eq!(desk.app.opening, Opening::Nothing);
}

#[test]
fn a_machine_without_dialogs_gets_a_path_field() {
    let mut desk = Desk::new();
    desk.act(Action::File(FileAction::Pick(Pick::Files)));
    let job = desk.app.dialog.unwrap().job;
    desk.hear(Event::Picked { job, pick: Pick::Files, paths: Vec::new(), no_dialog: true });
    assert_eq!(desk.app.layout.popup, Some(Popup::Path(Pick::Files)));
    desk.act(Action::App(AppAction::Escape));
    assert!(desk.act(Action::File(FileAction::Pick(Pick::Folder))).is_empty(), "no second try at a dialog");
    assert_eq!(desk.app.layout.popup, Some(Popup::Path(Pick::Folder)));
    assert!(matches!(
        desk.act(Action::File(FileAction::OpenText("/data/a.tif".into()))).as_slice(),
        [Command::Open { .. }]
    ));
    assert_eq!(desk.app.layout.popup, None);
}

#[test]
fn pasted_paths_may_be_quoted_addresses_or_several_lines() {
    assert_eq!(paths_of_text("\"/data/a b.tif\""), [PathBuf::from("/data/a b.tif")]);
    assert_eq!(paths_of_text("file:///data/a%20b.tif\n"), [PathBuf::from("/data/a b.tif")]);
    assert_eq!(paths_of_text("/a\r\n\n /b "), [PathBuf::from("/a"), PathBuf::from("/b")]);
    assert_eq!(paths_of_text("file:///a%zz%é"), [PathBuf::from("/a%zz%é")]);
    let mut desk = Desk::new();
    assert!(desk.act(Action::File(FileAction::OpenText("  ".into()))).is_empty());
    assert_eq!(desk.notices(), ["No path in that text: give a file or a folder."]);
}

#[test]
fn nets_that_do_not_load_are_told_and_can_be_asked_for_again() {
    let mut desk = Desk::start(Settings { recent: vec!["/data/old".into()], ..signed() }, &[]);
    let job = desk.last_job(|c| matches!(c, Command::LoadModels { .. }));
    desk.hear(Event::Failed { job, failure: failure("Could not load the models") });
    assert!(matches!(desk.app.model.models, Models::Failed(_)));
    assert_eq!(desk.app.notices.about(About::Models).count(), 1);
    let again = Action::Analysis(glioview::state::action::AnalysisAction::ReloadModels);
    assert!(matches!(desk.act(again).as_slice(), [Command::LoadModels { .. }]));
    assert_eq!(desk.app.notices.about(About::Models).count(), 0);
}

#[test]
fn theme_and_scale_are_saved_and_a_failed_save_is_told() {
    let mut desk = Desk::new();
    let commands = desk.act(Action::App(AppAction::ToggleTheme));
    assert!(
        matches!(commands.as_slice(), [Command::SaveSettings { settings, .. }] if settings.theme == ThemeChoice::Light)
    );
    for _ in 0..30 {
        desk.act(Action::App(AppAction::ScaleBy(1)));
    }
    assert_eq!(desk.app.settings.ui_scale, 2.0);
    assert!(desk.act(Action::App(AppAction::ScaleBy(1))).is_empty(), "nothing changed, nothing to save");
    let job = desk.last_job(|c| matches!(c, Command::SaveSettings { .. }));
    desk.hear(Event::Failed { job, failure: failure("Could not save the settings") });
    assert_eq!(desk.app.notices.about(About::App).count(), 1);
}

#[test]
fn notices_of_errors_stay_until_they_are_dismissed_one_by_one() {
    let mut desk = Desk::new();
    for name in ["first", "second"] {
        desk.act(open("/data/x"));
        let job = desk.last_job(|c| matches!(c, Command::Open { .. }));
        desk.hear(Event::Failed { job, failure: failure(name) });
        // What is tried anew takes the notice of the last try with it.
        assert_eq!(desk.app.notices.about(About::Opening).count(), 1);
    }
    let id = desk.app.notices.all[0].id;
    desk.act_at(Action::App(AppAction::ToggleDetails(id)), u64::MAX);
    assert!(desk.app.notices.all[0].shows_details);
    desk.act(Action::App(AppAction::Dismiss(id)));
    assert!(desk.app.notices.all.is_empty());
}
