//! The Models view's rules without a window: list, use, compare, evaluation, threshold. Not for drawing.

use std::path::PathBuf;
use std::sync::Arc;

use glioview::domain::card::{PartFigures, Task};
use glioview::engine::command::{Command, JobId, ModelsPick};
use glioview::engine::event::Event;
use glioview::engine::lab::order::{LabOrder, ModelOrder, NetChoice};
use glioview::engine::lab::report::{KnownModel, LabReport};
use glioview::state::action::Action;
use glioview::state::models::{EvaluationForm, Listing, ModelKey, ModelsAction, Said, Whose, words};
use glioview::state::screen::MainView;
use glioview::train::curves::{EvaluationReport, SliceResult};
use glioview::train::report::{Evaluation, PatientLine};
use glioview::train::split::Part;

use super::make::{Desk, failure, models};

fn file(name: &str) -> ModelKey {
    ModelKey::File(PathBuf::from(format!("/runs/{name}/best.safetensors")))
}

/// Both shipped ones, a classifier of a run, and a segmenter without a card.
pub fn known() -> Vec<KnownModel> {
    let loaded = models();
    let model = |task, card, weights: Option<ModelKey>| KnownModel {
        weights: weights.and_then(|key| key.file()),
        task: Some(task),
        card,
        run: None,
        trouble: None,
    };
    let mut own = loaded.classifier.clone();
    "Own net".clone_into(&mut own.name);
    vec![
        model(Task::Classifier, Some(Box::new(loaded.classifier)), None),
        model(Task::Segmenter, Some(Box::new(loaded.segmenter)), None),
        model(Task::Classifier, Some(Box::new(own)), Some(file("own"))),
        model(Task::Segmenter, None, Some(file("bare"))),
    ]
}

fn lab(desk: &mut Desk, job: JobId, report: LabReport) {
    desk.hear(Event::Lab { job, report });
}

fn listed() -> Desk {
    let mut desk = Desk::new();
    desk.act(ModelsAction::Refresh.into());
    let job = desk.last_job(|c| matches!(c, Command::Lab { .. }));
    lab(&mut desk, job, LabReport::Models(Arc::new(known())));
    desk
}

/// Two patients of three slices, scored and outlined.
pub fn report() -> EvaluationReport {
    let line = |patient: &str, dice| PatientLine {
        patient: patient.to_owned(),
        slices: 3,
        tumor_slices: 1,
        flagged_slices: Some(1),
        dice,
        two_stage_dice: dice,
        hd95: Some(2.0),
        institution: "AA".to_owned(),
    };
    let slice = |patient, has_tumor, score| SliceResult { patient, has_tumor, score: Some(score), overlap: None };
    EvaluationReport {
        evaluation: Evaluation {
            program: "glioview".to_owned(),
            notice: String::new(),
            data: "data".to_owned(),
            part: "test".to_owned(),
            models: Vec::new(),
            classifier: Some(PartFigures { patients: 2, slices: 6, tumor_slices: 2, ..PartFigures::default() }),
            segmenter: None,
            two_stage: None,
            curves: Some(glioview::train::breakdown::Curves::of(
                &[0.9, 0.2, 0.1, 0.4, 0.6, 0.05],
                &[true, false, false, true, false, false],
            )),
            institutions: Vec::new(),
            patients: vec![line("p_good", Some(0.9)), line("p_bad", Some(0.3))],
            pictures: Vec::new(),
            warnings: Vec::new(),
        },
        slices: vec![
            slice(0, true, 0.9),
            slice(0, false, 0.2),
            slice(0, false, 0.1),
            slice(1, true, 0.4),
            slice(1, false, 0.6),
            slice(1, false, 0.05),
        ],
        threshold: 0.5,
        mask_threshold: 0.5,
        answers: Arc::default(),
        sources: vec![vec!["/data/p_good".into()], vec!["/data/p_bad".into()]],
        data: "/data".into(),
        weights: [None, None],
        written: Vec::new(),
    }
}

#[test]
fn the_list_shows_the_first_card_and_stale_lists_are_dropped() {
    let mut desk = listed();
    assert_eq!(desk.app.models_view.selected, Some(ModelKey::Shipped(Task::Classifier)));
    lab(&mut desk, JobId(999), LabReport::Models(Arc::new(Vec::new())));
    assert_eq!(desk.app.models_view.known().len(), 4);
}

#[test]
fn a_failed_list_says_why() {
    let mut desk = Desk::new();
    desk.act(ModelsAction::Refresh.into());
    let job = desk.last_job(|c| matches!(c, Command::Lab { .. }));
    desk.hear(Event::Failed { job, failure: failure("No list") });
    assert!(matches!(&desk.app.models_view.list, Listing::Failed(f) if f.what == "No list"));
}

#[test]
fn using_a_model_loads_it_and_keeps_the_other_tasks() {
    let mut desk = listed();
    let commands = desk.act(ModelsAction::Use(file("own")).into());
    let [Command::LoadModels { choice, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!((&choice.classifier, &choice.segmenter), (&file("own").file(), &None));
    assert!(!choice.allow_missing_card);
    let commands = desk.act(ModelsAction::Use(ModelKey::Shipped(Task::Classifier)).into());
    let [Command::LoadModels { choice, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(choice.classifier, None);
}

#[test]
fn a_model_without_a_card_asks_before_it_is_used() {
    let mut desk = listed();
    assert!(desk.act(ModelsAction::Use(file("bare")).into()).is_empty());
    assert!(desk.app.models_view.asking.is_some());
    desk.act(ModelsAction::LeaveCardless.into());
    assert!(desk.act(ModelsAction::UseCardless.into()).is_empty(), "the question was answered with no");
    desk.act(ModelsAction::Use(file("bare")).into());
    let commands = desk.act(ModelsAction::UseCardless.into());
    let [Command::LoadModels { choice, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    assert!(choice.allow_missing_card && choice.segmenter == file("bare").file());
}

#[test]
fn two_cards_are_compared_line_by_line() {
    let mut desk = listed();
    desk.act(ModelsAction::Compare(Some(file("own"))).into());
    let view = &desk.app.models_view;
    let (one, other) = (view.selected().unwrap(), view.compared().unwrap());
    let (one, other) = (one.card.as_deref().unwrap(), other.card.as_deref().unwrap());
    let sections = words::sections(one);
    assert!(sections.iter().all(|s| s.lines.iter().all(|line| !words::differs(other, s.title, line))));
    let mut changed = other.clone();
    changed.thresholds.threshold = 0.77;
    let differing: Vec<&str> = sections
        .iter()
        .flat_map(|s| s.lines.iter().filter(|line| words::differs(&changed, s.title, line)))
        .map(|line| line.name.as_str())
        .collect();
    assert_eq!(differing, ["Threshold"]);
    desk.act(ModelsAction::Select(file("own")).into());
    assert_eq!(desk.app.models_view.compared, None, "nothing is compared with itself");
}

#[test]
fn an_evaluation_starts_with_the_forms_words_runs_with_progress_and_stops() {
    let mut desk = listed();
    assert!(desk.act(ModelsAction::Evaluate.into()).is_empty(), "no data yet");
    let form = EvaluationForm {
        classifier: Some(file("own")),
        segmenter: None,
        data: " \"/data/lgg\" ".to_owned(),
        whose: Whose::Part(Part::Val),
        ..EvaluationForm::default()
    };
    desk.act(ModelsAction::SetForm(Box::new(form)).into());
    let commands = desk.act(ModelsAction::Evaluate.into());
    let [Command::Lab { job, order: LabOrder::Evaluate(request) }] = commands.as_slice() else {
        panic!("{commands:?}")
    };
    assert_eq!(request.data, PathBuf::from("/data/lgg"));
    assert_eq!((request.part, request.writes_cards), (Some(Part::Val), true));
    assert_eq!(request.classifier.file(), file("own").file().as_deref());
    assert_eq!(request.segmenter, NetChoice::None);
    desk.hear(Event::Progress { job: *job, what: "Evaluating slice", done: 3, total: 9 });
    assert_eq!(desk.app.models_view.evaluating.as_ref().unwrap().progress.done, 3);
    assert!(desk.act(ModelsAction::Evaluate.into()).is_empty(), "one at a time");
    let stop = desk.act(ModelsAction::StopEvaluation.into());
    assert!(matches!(stop.as_slice(), [Command::Cancel { job: stopped }] if stopped == job));
    desk.hear(Event::Canceled { job: *job });
    assert!(desk.app.models_view.evaluating.is_none());
    assert!(matches!(&desk.app.models_view.said, Some(Said::Done(words)) if words.contains("stopped")));
}

fn measured() -> Desk {
    let mut desk = listed();
    let form = EvaluationForm { data: "/data".to_owned(), ..EvaluationForm::default() };
    desk.act(ModelsAction::SetForm(Box::new(form)).into());
    desk.act(ModelsAction::Evaluate.into());
    let job = desk.last_job(|c| matches!(c, Command::Lab { order: LabOrder::Evaluate(_), .. }));
    lab(&mut desk, job, LabReport::Evaluated(Arc::new(report())));
    desk
}

#[test]
fn a_moved_threshold_moves_all_numbers_and_goes_back() {
    let mut desk = measured();
    let recall = |desk: &Desk| desk.app.models_view.measured.as_ref().unwrap().at.as_ref().unwrap().counts.recall();
    assert_eq!(recall(&desk), Some(0.5));
    desk.act(ModelsAction::MoveThreshold(0.3).into());
    assert_eq!(recall(&desk), Some(1.0));
    let view = desk.app.models_view.measured.as_ref().unwrap();
    assert!(view.is_moved());
    assert_eq!(view.handles(), [Some([0.25, 1.0]), Some([1.0, 2.0 / 3.0])]);
    desk.act(ModelsAction::MoveThreshold(f64::NAN).into());
    desk.act(ModelsAction::ResetThreshold.into());
    assert_eq!(recall(&desk), Some(0.5));
    assert!(!desk.app.models_view.measured.as_ref().unwrap().is_moved());
}

#[test]
fn patients_stand_worst_first_and_open_in_read() {
    let mut desk = measured();
    desk.app.layout.view = MainView::Models;
    assert_eq!(desk.app.models_view.measured.as_ref().unwrap().by_dice, [1, 0]);
    let commands = desk.act(Action::Models(ModelsAction::OpenPatient(1)));
    let [Command::Open { paths, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(paths, &[PathBuf::from("/data/p_bad")]);
    assert_eq!(desk.app.layout.view, MainView::Read);
    assert!(desk.act(Action::Models(ModelsAction::OpenPatient(7))).is_empty());
}

#[test]
fn an_empty_path_is_said_and_orders_nothing() {
    let mut desk = listed();
    assert!(desk.act(ModelsAction::Import("  ".to_owned()).into()).is_empty());
    assert!(matches!(&desk.app.models_view.said, Some(Said::Trouble(f)) if f.to_string().contains("no path")));
}

/// A click on a button with "…": the dialog that is asked for is answered with `path`.
fn pick(desk: &mut Desk, action: ModelsAction, path: &str) -> Vec<Command> {
    let commands = desk.act(action.into());
    let [Command::PickPaths { job, pick }] = commands.as_slice() else { panic!("{commands:?}") };
    desk.hear(Event::Picked { job: *job, pick: *pick, paths: vec![path.into()], no_dialog: false })
}

#[test]
fn what_a_dialog_answers_goes_into_the_form_or_is_ordered_at_once() {
    let mut desk = listed();
    assert!(pick(&mut desk, ModelsAction::Pick(ModelsPick::DataFolder), "/data/a b").is_empty());
    assert!(pick(&mut desk, ModelsAction::Pick(ModelsPick::SplitFile), "/data/split.csv").is_empty());
    assert!(desk.app.models_view.form.missing().is_none(), "a picked folder is data");
    let commands = desk.act(ModelsAction::Evaluate.into());
    let [Command::Lab { order: LabOrder::Evaluate(request), .. }] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(request.data, PathBuf::from("/data/a b"), "the space is part of the path");
    assert_eq!(request.split_file, Some(PathBuf::from("/data/split.csv")));

    let commands = pick(&mut desk, ModelsAction::Pick(ModelsPick::Import), "/in.safetensors");
    let [Command::Lab { order: LabOrder::Models(ModelOrder::Import(path)), .. }] = commands.as_slice() else {
        panic!("{commands:?}")
    };
    assert_eq!(path, &PathBuf::from("/in.safetensors"));
    let own = file("own").file().unwrap();
    let commands = pick(&mut desk, ModelsAction::PickExport(own.clone()), "/out.safetensors");
    let [Command::Lab { order: LabOrder::Models(ModelOrder::Export { weights, file }), .. }] = commands.as_slice()
    else {
        panic!("{commands:?}")
    };
    assert_eq!((weights, file), (&own, &PathBuf::from("/out.safetensors")));
}

#[test]
fn cross_validation_takes_the_train_views_settings_and_says_what_is_missing_there() {
    use glioview::engine::lab::report::{CrossNow, CrossValidation};
    use glioview::state::models::{Page, crossing};

    let mut desk = listed();
    assert_eq!(crossing::config(&desk.app).unwrap_err(), "choose the data in the Train view");
    assert!(desk.act(ModelsAction::CrossValidate.into()).is_empty());
    let mut desk = super::training::ready(false);
    desk.act(ModelsAction::SetFolds(99, false).into());
    assert_eq!(desk.app.models_view.crossing.folds, 10);
    desk.act(ModelsAction::SetFolds(4, false).into());
    let commands = desk.act(ModelsAction::CrossValidate.into());
    let [Command::Lab { job, order: LabOrder::CrossValidate(request) }] = &commands[..] else { panic!("{commands:?}") };
    assert_eq!((request.folds, request.by_slice, desk.app.models_view.page), (4, false, Page::Crossing));
    assert!(desk.act(ModelsAction::CrossValidate.into()).is_empty(), "one at a time");
    lab(&mut desk, *job, LabReport::Crossing(CrossNow::Stage("Fold 2 of 4".to_owned())));
    let words = |desk: &Desk| desk.app.models_view.crossing.running.as_ref().map(crossing::Running::words);
    assert_eq!(words(&desk).as_deref(), Some("Fold 2 of 4"));
    let stop = desk.act(ModelsAction::StopCrossing.into());
    assert!(matches!(stop[..], [Command::Cancel { job: of }] if of == *job));
    assert!(words(&desk).unwrap().contains("finished folds are kept"));
    desk.hear(Event::Canceled { job: *job });
    assert!(words(&desk).is_none());
    let result =
        CrossValidation { notice: String::new(), net: "U-Net 16".to_owned(), folds: Vec::new(), by_slice: None };
    lab(&mut desk, *job, LabReport::CrossValidated(Arc::new(result)));
    assert!(desk.app.models_view.crossing.result.is_none(), "an answer to a job that is over counts for nothing");
}
