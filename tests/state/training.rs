//! The Train view's rules: data, form, line of trainings, stopping, closing, time left. Not for drawing.

use std::path::PathBuf;
use std::sync::Arc;

use glioview::domain::card::{Architecture, Task, Thresholds};
use glioview::domain::history::XAxis;
use glioview::engine::command::{Command, JobId};
use glioview::engine::event::Event;
use glioview::engine::lab::order::{Control, LabOrder};
use glioview::engine::lab::report::{Chosen, LabReport, RunRecord};
use glioview::state::action::{Action, AppAction};
use glioview::state::screen::MainView;
use glioview::state::training::data::{Survey, set_share};
use glioview::state::training::form::{Form, StartFrom};
use glioview::state::training::live::Phase;
use glioview::state::training::setting::Setting;
use glioview::state::training::{Ask, CloseAnswer, Closing, TrainingAction, words};
use glioview::train::config::TrainConfig;
use glioview::train::event::{EndReason, EpochRecord, TrainEvent};
use glioview::train::inspect::DataReport;
use glioview::train::presets::Preset;
use glioview::train::split::{Part, PartCounts};

use super::make::{Desk, failure};

fn report(is_leaking: bool) -> DataReport {
    let counts = |patients| PartCounts { patients, slices: patients * 10, tumor_slices: patients * 4 };
    DataReport {
        data: "/data/set".into(),
        patients: 10,
        slices: 100,
        tumor_slices: 40,
        has_all_masks: true,
        sizes: vec![([64, 64], 100)],
        sequences: vec![(3, 100)],
        institutions: Vec::new(),
        parts: vec![(Part::Train, counts(6)), (Part::Val, counts(2)), (Part::Test, counts(2))],
        examples: Vec::new(),
        warnings: Vec::new(),
        constant_accuracy: Some(0.6),
        is_leaking,
        problems: Vec::default(),
        split_beside: Option::default(),
    }
}

pub fn act(desk: &mut Desk, action: TrainingAction) -> Vec<Command> {
    desk.act(Action::Training(action))
}

fn lab_job(desk: &Desk, is_kind: impl Fn(&LabOrder) -> bool) -> JobId {
    desk.last_job(|c| matches!(c, Command::Lab { order, .. } if is_kind(order)))
}

pub fn hear(desk: &mut Desk, job: JobId, report: LabReport) -> Vec<Command> {
    desk.hear(Event::Lab { job, report })
}

/// A desk whose data is looked at.
pub fn ready(is_leaking: bool) -> Desk {
    let mut desk = Desk::new();
    desk.act(Action::App(AppAction::ShowView(MainView::Train)));
    act(&mut desk, TrainingAction::ChooseData("/data/set".into()));
    let job = lab_job(&desk, |o| matches!(o, LabOrder::Survey(_)));
    hear(&mut desk, job, LabReport::Surveyed(Arc::new(report(is_leaking))));
    desk
}

pub fn begun(desk: &mut Desk) -> JobId {
    act(desk, TrainingAction::Start);
    let job = lab_job(desk, |o| matches!(o, LabOrder::Start(_)));
    let started = TrainEvent::Started {
        run: PathBuf::from("/runs/a"),
        epochs: 10,
        steps_per_epoch: 4,
        first_epoch: 0,
        device: "CPU".to_owned(),
        warnings: Vec::new(),
    };
    hear(desk, job, LabReport::Training(started));
    job
}

fn step(desk: &mut Desk, job: JobId, epoch: usize, step: usize) {
    let event = TrainEvent::Step { epoch, step, loss: 0.5, mean_loss: 0.25, slices_per_sec: 8.0 };
    hear(desk, job, LabReport::Training(event));
}

fn end_epoch(desk: &mut Desk, job: JobId, epoch: usize) {
    let record = EpochRecord {
        epoch,
        train_loss: 0.4,
        val_loss: 0.5 - epoch as f32 * 0.01,
        metric_name: "volume_dice".to_owned(),
        metric: 0.6,
        learning_rate: 1e-3,
        secs: 120.0,
        is_best: true,
        dice_losses: None,
    };
    hear(desk, job, LabReport::Training(TrainEvent::EpochEnded(record)));
}

#[test]
fn a_newer_data_set_takes_the_place_of_one_that_is_still_looked_at() {
    let mut desk = Desk::new();
    act(&mut desk, TrainingAction::ChooseData("/data/a".into()));
    let old = lab_job(&desk, |o| matches!(o, LabOrder::Survey(_)));
    act(&mut desk, TrainingAction::ChooseData("/data/b".into()));
    hear(&mut desk, old, LabReport::Surveyed(Arc::new(report(false))));
    assert!(matches!(desk.app.training.data.survey, Survey::Running { .. }), "a stale answer counts for nothing");
    let new = lab_job(&desk, |o| matches!(o, LabOrder::Survey(_)));
    desk.hear(Event::Failed { job: new, failure: failure("The data cannot be used") });
    assert!(matches!(desk.app.training.data.survey, Survey::Failed(_)));
    assert_eq!(words::missing(&desk.app).as_deref(), Some("Choose the data first"));
}

#[test]
fn shares_always_make_a_whole() {
    let mut shares = [0.7, 0.15, 0.15];
    set_share(&mut shares, Part::Val, 0.3);
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9 && (shares[1] - 0.3).abs() < 1e-9);
    set_share(&mut shares, Part::Train, f64::NAN);
    set_share(&mut shares, Part::Train, 2.0);
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9 && shares.iter().all(|s| *s > 0.0));
}

#[test]
fn a_setting_is_checked_where_it_is_typed_and_can_be_undone() {
    let mut desk = ready(false);
    assert_eq!(words::missing(&desk.app), None);
    for (setting, text) in
        [(Setting::Size, "33"), (Setting::Batch, "0"), (Setting::Rate, "fast"), (Setting::Epochs, "")]
    {
        act(&mut desk, TrainingAction::Set(setting, text.to_owned()));
        let (_, troubles) = desk.app.training.form.configs(desk.app.training.data.request.as_ref());
        assert_eq!(troubles.first().and_then(|t| t.setting), Some(setting), "{text:?}: {troubles:?}");
        assert!(act(&mut desk, TrainingAction::Start).is_empty(), "{text:?} starts nothing");
        act(&mut desk, TrainingAction::Undo(setting));
    }
    assert_eq!(words::missing(&desk.app), None);
}

#[test]
fn both_nets_are_trained_one_after_the_other() {
    let mut desk = ready(false);
    act(&mut desk, TrainingAction::SetClassifier(Some(Architecture::DenseNet121)));
    let orders = act(&mut desk, TrainingAction::Start);
    let nets: Vec<String> = orders
        .iter()
        .filter_map(|c| match c {
            Command::Lab { order: LabOrder::Start(config), .. } => Some(config.architecture.label()),
            _ => None,
        })
        .collect();
    assert_eq!(nets, ["DenseNet-121", "U-Net 16"]);
    assert!(desk.app.training.line.iter().all(|live| live.phase == Phase::Waiting));
}

#[test]
fn a_leaking_split_is_asked_about_once() {
    let mut desk = ready(true);
    assert!(act(&mut desk, TrainingAction::Start).is_empty());
    assert_eq!(desk.app.training.ask, Some(Ask::Leak));
    assert!(act(&mut desk, TrainingAction::Decline).is_empty() && desk.app.training.line.is_empty());
    act(&mut desk, TrainingAction::Start);
    assert_eq!(act(&mut desk, TrainingAction::Confirm).len(), 1);
}

#[test]
fn nothing_is_said_of_the_time_left_before_an_epoch_has_shown_it() {
    let mut desk = ready(false);
    let job = begun(&mut desk);
    step(&mut desk, job, 0, 3);
    assert_eq!(words::status(&desk.app).as_deref(), Some("Training U-Net 16: epoch 1 of 10 · loss 0.250"));
    end_epoch(&mut desk, job, 0);
    step(&mut desk, job, 1, 1);
    // Nine epochs of two minutes, half of one done.
    assert_eq!(
        words::status(&desk.app).as_deref(),
        Some("Training U-Net 16: epoch 2 of 10 · loss 0.250 · 17 min left")
    );
}

#[test]
fn stopping_is_said_until_it_has_stopped() {
    let mut desk = ready(false);
    let job = begun(&mut desk);
    let orders = act(&mut desk, TrainingAction::Stop);
    assert!(
        matches!(orders.as_slice(), [Command::Lab { job: j, order: LabOrder::Control(Control::Stop) }] if *j == job)
    );
    step(&mut desk, job, 0, 0);
    assert!(words::status(&desk.app).is_some_and(|s| s.contains("stopping")));
    let ended = TrainEvent::Ended { reason: EndReason::Stopped, best_epoch: None, best_val_loss: None };
    hear(&mut desk, job, LabReport::Training(ended));
    assert_eq!((words::status(&desk.app), desk.app.training.running().is_none()), (None, true));
}

#[test]
fn pause_and_continue_are_one_button() {
    let mut desk = ready(false);
    let job = begun(&mut desk);
    act(&mut desk, TrainingAction::PauseOrGoOn);
    hear(&mut desk, job, LabReport::Paused(true));
    assert_eq!(desk.app.training.running().map(|l| l.phase.clone()), Some(Phase::Paused));
    let orders = act(&mut desk, TrainingAction::PauseOrGoOn);
    assert!(matches!(orders.as_slice(), [Command::Lab { order: LabOrder::Control(Control::GoOn), .. }]));
}

#[test]
fn discard_asks_first_and_the_question_goes_when_the_training_ends() {
    let mut desk = ready(false);
    let job = begun(&mut desk);
    assert!(act(&mut desk, TrainingAction::Discard).is_empty());
    assert_eq!(desk.app.training.ask, Some(Ask::Discard(job)));
    let orders = act(&mut desk, TrainingAction::Confirm);
    assert!(matches!(orders.as_slice(), [Command::Lab { order: LabOrder::Control(Control::Discard), .. }]));
    hear(&mut desk, job, LabReport::Trashed("/trash/a".into()));
    assert_eq!(desk.app.training.line[0].phase, Phase::Discarded);
}

#[test]
fn closing_during_a_training_asks_and_closes_when_it_has_ended() {
    let mut desk = ready(false);
    let job = begun(&mut desk);
    act(&mut desk, TrainingAction::CloseAsked);
    assert_eq!((&desk.app.training.ask, desk.app.training.closes), (&Some(Ask::Close), Closing::No));
    act(&mut desk, TrainingAction::Close(CloseAnswer::Stay));
    assert_eq!((&desk.app.training.ask, desk.app.training.closes), (&None, Closing::No));
    act(&mut desk, TrainingAction::CloseAsked);
    act(&mut desk, TrainingAction::Close(CloseAnswer::FinishEpoch));
    assert_eq!(desk.app.training.closes, Closing::AfterTraining);
    let ended = TrainEvent::Ended { reason: EndReason::Stopped, best_epoch: Some(0), best_val_loss: Some(0.5) };
    hear(&mut desk, job, LabReport::Training(ended));
    assert_eq!(desk.app.training.closes, Closing::Now);
}

#[test]
fn earlier_epochs_of_a_resumed_run_are_shown_though_its_steps_came_first() {
    let record = |epoch: usize| EpochRecord {
        epoch,
        train_loss: 0.9,
        val_loss: 0.8,
        metric_name: "volume_dice".to_owned(),
        metric: 0.4,
        learning_rate: 1e-3,
        secs: 60.0,
        is_best: true,
        dice_losses: None,
    };
    let mut desk = ready(false);
    act(&mut desk, TrainingAction::Resume("/runs/a".into()));
    let job = lab_job(&desk, |o| matches!(o, LabOrder::Resume(_)));
    let reading = lab_job(&desk, |o| matches!(o, LabOrder::ReadRun(_)));
    let started = TrainEvent::Started {
        run: PathBuf::from("/runs/a"),
        epochs: 10,
        steps_per_epoch: 4,
        first_epoch: 2,
        device: "CPU".to_owned(),
        warnings: Vec::new(),
    };
    hear(&mut desk, job, LabReport::Training(started));
    step(&mut desk, job, 2, 0);
    step(&mut desk, job, 2, 1);
    // On disk there is one step of the epoch that was lost, 0.7, which is being made again.
    let on_disk = RunRecord {
        folder: "/runs/a".into(),
        config: Box::new(TrainConfig::new(Architecture::UNet { width: 16 }, "/data/set".into())),
        epochs: vec![record(0), record(1)],
        steps_per_epoch: Some(4),
        steps: (0..9).map(|step| (step, 0.7)).collect(),
        marks: Vec::new(),
        example_epochs: Vec::new(),
    };
    hear(&mut desk, reading, LabReport::RunRead(Arc::new(on_disk.clone())));
    let history = |desk: &Desk| desk.app.training.line[0].history.clone();
    assert_eq!(history(&desk).epochs().iter().map(|e| e.epoch).collect::<Vec<_>>(), [0, 1]);
    assert_eq!((history(&desk).step_count(), history(&desk).last_loss()), (10, Some(0.5)));
    let raw = history(&desk).raw(XAxis::Step, 0.0, 100.0);
    assert_eq!((raw[7], raw[8]), ((8.0, 0.7), (9.0, 0.5)), "the step made again takes the lost one's place");
    // Read a second time, as a click on it does, nothing is doubled.
    end_epoch(&mut desk, job, 2);
    act(&mut desk, TrainingAction::ShowRun { folder: "/runs/b".into(), adds: true });
    hear(&mut desk, reading, LabReport::RunRead(Arc::new(on_disk)));
    assert_eq!(history(&desk).epochs().len(), 3);
}

#[test]
fn a_preset_stays_with_the_seed_and_gives_way_to_a_runs_settings() {
    let mut desk = ready(false);
    act(&mut desk, TrainingAction::Set(Setting::Seed, "7".to_owned()));
    act(&mut desk, TrainingAction::Set(Setting::Batch, "3".to_owned()));
    act(&mut desk, TrainingAction::UsePreset(Preset::AsInRecipe));
    let config = |desk: &Desk| desk.app.training.form.configs(desk.app.training.data.request.as_ref()).0[0].clone();
    assert_eq!((config(&desk).seed, config(&desk).batch_size, config(&desk).learning_rate), (7, 16, 1e-4));
    assert_eq!(Form::preset_of(&[config(&desk)]), Some(Preset::AsInRecipe));
    act(&mut desk, TrainingAction::Set(Setting::Epochs, "3".to_owned()));
    assert_eq!(Form::preset_of(&[config(&desk)]), None, "changed, it is the preset no more");
}

#[test]
fn a_split_beside_the_data_is_followed_when_told_to() {
    let mut desk = ready(false);
    act(&mut desk, TrainingAction::FollowSplit("/data/set/split.csv".into()));
    assert_eq!(
        desk.app.training.data.request.as_ref().and_then(|r| r.split_file.clone()),
        Some(PathBuf::from("/data/set/split.csv"))
    );
}

#[test]
fn head_first_is_asked_for_where_a_classifier_starts_from_weights() {
    let mut desk = ready(false);
    act(&mut desk, TrainingAction::SetClassifier(Some(Architecture::DenseNet121)));
    assert!(!desk.app.training.form.shows(Setting::HeadFirst));
    act(&mut desk, TrainingAction::SetStart(StartFrom::File("/w.safetensors".into())));
    assert!(desk.app.training.form.shows(Setting::HeadFirst));
    act(&mut desk, TrainingAction::Set(Setting::HeadFirst, "2".to_owned()));
    let (configs, troubles) = desk.app.training.form.configs(desk.app.training.data.request.as_ref());
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!(
        configs.iter().map(|c| c.head_first_epochs).collect::<Vec<_>>(),
        [2.0, 0.0],
        "the segmenter has no head"
    );
}

#[test]
fn what_the_program_holds_is_among_the_live_numbers() {
    let mut desk = ready(false);
    let job = begun(&mut desk);
    step(&mut desk, job, 0, 1);
    assert!(!words::detail(desk.app.training.running().unwrap()).contains("GB"), "nothing before it is known");
    hear(&mut desk, job, LabReport::Memory(2_140_000_000));
    let detail = words::detail(desk.app.training.running().unwrap());
    assert!(detail.contains(" 2.1 GB · CPU"), "{detail}");
}

#[test]
fn the_threshold_is_chosen_after_the_end_and_who_reads_with_these_weights_reads_with_it() {
    let mut desk = ready(false);
    let job = begun(&mut desk);
    let ended = TrainEvent::Ended { reason: EndReason::Finished, best_epoch: Some(0), best_val_loss: Some(0.5) };
    hear(&mut desk, job, LabReport::Training(ended));
    desk.hear(Event::Progress { job, what: "Choosing the threshold", done: 40, total: 210 });
    let live = |desk: &Desk| desk.app.training.line[0].clone();
    assert_eq!(live(&desk).phase, Phase::Ended(EndReason::Finished), "the training is over all the same");
    assert_eq!(words::thresholds(&live(&desk)).as_deref(), Some("Choosing the threshold on validation,  40 of 210"));
    let commands = act(&mut desk, TrainingAction::SkipThresholds(job));
    assert!(matches!(commands[..], [Command::Cancel { job: of }] if of == job));
    let thresholds = Thresholds { threshold: 0.42, band_low: None, band_high: None };
    let chosen = Chosen { task: Task::Segmenter, thresholds, patients: 13, slices: 400 };
    let commands = hear(&mut desk, job, LabReport::Thresholds(Some(chosen.clone())));
    assert!(!commands.iter().any(|c| matches!(c, Command::LoadModels { .. })), "nobody reads with them");
    let said = words::thresholds(&live(&desk));
    assert_eq!(said.as_deref(), Some("Threshold 0.42, chosen on 13 validation patients"));
    desk.app.model.choice.segmenter = Some("/runs/a/best.safetensors".into());
    let commands = hear(&mut desk, job, LabReport::Thresholds(Some(chosen)));
    assert!(commands.iter().any(|c| matches!(c, Command::LoadModels { .. })), "{commands:?}");
    desk.hear(Event::Failed { job, failure: failure("Its thresholds were not chosen") });
    assert_eq!(live(&desk).phase, Phase::Ended(EndReason::Finished), "what came after it failed, not the training");
    assert!(desk.notices().iter().any(|text| text.contains("thresholds were not chosen")));
}
