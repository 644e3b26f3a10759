//! Models listed, described, exported and imported through the engine; hostile files; cross-validation on a tiny set. Not
//! for the view (`window::models`) or the state's rules (`state::models`).

use std::path::{Path, PathBuf};
use std::time::Duration;

use glioview::domain::card::{Architecture, Task};
use glioview::domain::device::DeviceChoice;
use glioview::engine::Engine;
use glioview::engine::command::{Command, JobId};
use glioview::engine::event::Event;
use glioview::engine::lab::order::{EvaluateRequest, LabOrder, ModelOrder, NetChoice};
use glioview::engine::lab::report::{KnownModel, LabReport};
use glioview::engine::tools::{Dialogs, Tools};
use glioview::io::home::Home;
use glioview::nn::bundle::{pack, unpack};
use glioview::nn::weights::{card_from_bytes, card_path};
use glioview::train::config::TrainConfig;
use glioview::train::error::TrainError;
use glioview::train::event::TrainEvent;
use glioview::train::folds::{FoldPlan, cross_validate};
use glioview::train::observer::{Flow, Observer};
use glioview::train::split::Part;

use crate::evaluation::terminal::zero_net;
use crate::evaluation::three_patients;

const UNET: Architecture = Architecture::UNet { width: 4 };

fn engine(home: &Path) -> Engine {
    Engine::inline_with(Tools { dialogs: Dialogs::Unavailable, home: Some(Home::at(home)), ..Tools::default() })
}

fn order(engine: &Engine, order: LabOrder) -> Vec<Event> {
    engine.send(Command::Lab { job: JobId(1), order });
    engine.drain(Duration::from_secs(5))
}

fn listed(events: &[Event]) -> Vec<KnownModel> {
    let list = events.iter().find_map(|e| match e {
        Event::Lab { report: LabReport::Models(list), .. } => Some(list.to_vec()),
        _ => None,
    });
    list.unwrap_or_else(|| panic!("no list in {events:?}"))
}

fn failure(events: &[Event]) -> String {
    let found = events
        .iter()
        .find_map(|e| if let Event::Failed { failure, .. } = e { Some(failure.to_string()) } else { None });
    found.unwrap_or_else(|| panic!("no failure in {events:?}"))
}

fn import(engine: &Engine, file: &Path) -> Vec<Event> {
    order(engine, LabOrder::Models(ModelOrder::Import(file.to_owned())))
}

fn export(engine: &Engine, weights: &Path, file: &Path) -> Vec<Event> {
    let (weights, file) = (weights.to_owned(), file.to_owned());
    order(engine, LabOrder::Models(ModelOrder::Export { weights, file }))
}

#[test]
fn a_model_goes_out_as_one_file_and_comes_in_on_another_computer_with_the_same_sha256() {
    let folder = tempfile::tempdir().unwrap();
    let weights = zero_net(folder.path(), "net", UNET);
    let bundle = folder.path().join("handed on.safetensors");
    let events = export(&engine(&folder.path().join("here")), &weights, &bundle);
    assert!(events.iter().any(|e| matches!(e, Event::Lab { report: LabReport::Written(f), .. } if *f == bundle)));
    let bytes = std::fs::read(&bundle).unwrap();
    assert!(safetensors::SafeTensors::deserialize(&bytes).is_ok(), "every reader opens it");

    let there = engine(&folder.path().join("there"));
    let models = listed(&import(&there, &bundle));
    let file = models.iter().find_map(|m| m.weights.clone()).expect("the imported one is listed");
    assert_eq!(std::fs::read(&file).unwrap(), std::fs::read(&weights).unwrap(), "byte for byte");
    assert!(glioview::nn::weights::load_file(&file, None, &candle_core::Device::Cpu).is_ok());
    let again = listed(&import(&there, &bundle));
    assert_eq!(again.len(), models.len(), "the same model takes its own place");
    let shipped = models.iter().filter(|m| m.weights.is_none()).count();
    assert_eq!(shipped, 2, "what comes with the program is listed too");
}

#[test]
fn hostile_model_files_are_refused_with_a_sentence_and_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let weights = zero_net(folder.path(), "net", UNET);
    let card = std::fs::read(card_path(&weights)).unwrap();
    let good = pack(&std::fs::read(&weights).unwrap(), &card, &weights).unwrap();
    let header = u64::from_le_bytes(good[..8].try_into().unwrap()) as usize;
    let changed = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let text = |from: &str, to: &str| {
        let head = String::from_utf8(good[8..8 + header].to_vec()).unwrap();
        assert!(head.contains(from), "{from}");
        let head = head.replacen(from, to, 1);
        [&(head.len() as u64).to_le_bytes()[..], head.as_bytes(), &good[8 + header..]].concat()
    };
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", Vec::new(), "shorter than its header"),
        ("endless header", [&u64::MAX.to_le_bytes()[..], b"{}"].concat(), "a header of"),
        ("cut", good[..good.len() / 2].to_vec(), ""),
        ("changed tensor", changed(good.len() - 1, 1), "not the ones that the card describes"),
        ("newer form", text("\"glioview_bundle\":\"1\"", "\"glioview_bundle\":\"2\""), "form 2"),
        ("newer card", text("\\\"card_version\\\":1", "\\\"card_version\\\":9"), "card_version is 9"),
        ("no card", text("glioview_card", "glioview_gone"), "its card"),
    ];
    let home = folder.path().join("home");
    let engine = engine(&home);
    for (name, bytes, words) in cases {
        let file = folder.path().join("hostile.safetensors");
        std::fs::write(&file, bytes).unwrap();
        let said = failure(&import(&engine, &file));
        assert!(said.contains("not imported") && said.contains(words), "{name}: {said}");
    }
    assert!(!home.join("data/models").exists(), "nothing was kept");
    for length in (0..good.len().min(4000)).step_by(37) {
        assert!(!matches!(unpack(&good[..length], &weights), Ok(Some(_))), "cut at {length}");
    }
}

#[test]
fn weights_without_a_card_come_in_marked_and_cannot_go_out() {
    let folder = tempfile::tempdir().unwrap();
    let weights = zero_net(folder.path(), "net", UNET);
    std::fs::remove_file(card_path(&weights)).unwrap();
    let engine = engine(&folder.path().join("home"));
    let model = listed(&import(&engine, &weights)).into_iter().find(|m| m.weights.is_some()).unwrap();
    assert_eq!((model.task, model.card, model.trouble), (Some(Task::Segmenter), None, None));
    let said = failure(&export(&engine, &weights, &folder.path().join("out")));
    assert!(said.contains("no card"), "{said}");
}

#[test]
fn a_person_changes_only_the_words_on_a_card_and_unknown_entries_stay() {
    let folder = tempfile::tempdir().unwrap();
    let weights = zero_net(folder.path(), "net", UNET);
    let beside = card_path(&weights);
    let mut json: serde_json::Value = serde_json::from_slice(&std::fs::read(&beside).unwrap()).unwrap();
    json["of_a_later_version"] = "kept".into();
    std::fs::write(&beside, json.to_string()).unwrap();
    let engine = engine(&folder.path().join("home"));
    let describe = |name: &str| {
        order(
            &engine,
            LabOrder::Models(ModelOrder::Describe {
                weights: weights.clone(),
                name: name.to_owned(),
                intended_use: "pilot study".to_owned(),
                notes: vec!["first".to_owned(), "  ".to_owned()],
            }),
        )
    };
    listed(&describe("Our net"));
    let mut now: serde_json::Value = serde_json::from_slice(&std::fs::read(&beside).unwrap()).unwrap();
    let card = card_from_bytes(&std::fs::read(&beside).unwrap(), &beside).unwrap();
    assert_eq!((card.name.as_str(), card.intended_use.as_str()), ("Our net", "pilot study"));
    assert_eq!(card.notes, ["first"]);
    for key in ["name", "intended_use", "notes"] {
        now.as_object_mut().unwrap().remove(key);
        json.as_object_mut().unwrap().remove(key);
    }
    assert_eq!(now, json);
    assert!(failure(&describe(" ")).contains("needs a name"));
}

#[test]
fn a_newer_card_is_refused_by_name_before_anything_else_of_it_is_read() {
    let text = br#"{"card_version": 7, "a shape": "that nobody knows"}"#;
    let error = card_from_bytes(text, Path::new("new.json")).unwrap_err().to_string();
    assert!(error.contains("card_version is 7") && error.contains("newer version"), "{error}");
}

#[test]
fn an_evaluation_in_the_engine_measures_one_net_alone_and_writes_its_card() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    three_patients(&data);
    let segmenter = zero_net(folder.path(), "s", UNET);
    let split = folder.path().join("split.csv");
    std::fs::write(&split, "patient_id,split\na,val\nb,val\nc,test\n").unwrap();
    let request = EvaluateRequest {
        classifier: NetChoice::None,
        segmenter: NetChoice::File(segmenter.clone()),
        data,
        split_file: Some(split),
        part: Some(Part::Val),
        allow_missing_card: false,
        writes_cards: true,
        device: DeviceChoice::Cpu,
    };
    let engine = engine(&folder.path().join("home"));
    let events = order(&engine, LabOrder::Evaluate(Box::new(request.clone())));
    let report = events.iter().find_map(|e| match e {
        Event::Lab { report: LabReport::Evaluated(report), .. } => Some(report.clone()),
        _ => None,
    });
    let report = report.unwrap_or_else(|| panic!("{events:?}"));
    assert!(report.evaluation.classifier.is_none() && report.evaluation.segmenter.is_some());
    assert_eq!(report.written, std::slice::from_ref(&segmenter));
    let beside = card_path(&segmenter);
    let card = card_from_bytes(&std::fs::read(&beside).unwrap(), &beside).unwrap();
    assert!(card.val.unwrap().value("Volume Dice, mean").is_some());
    let nothing = EvaluateRequest { segmenter: NetChoice::None, ..request };
    assert!(failure(&order(&engine, LabOrder::Evaluate(Box::new(nothing)))).contains("no model was chosen"));
}

/// Counts epochs and stops after some.
struct Ear {
    epochs: usize,
    stop_after: usize,
}

impl Observer for Ear {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        self.epochs += usize::from(matches!(event, TrainEvent::EpochEnded(_)));
        Ok(if self.epochs >= self.stop_after { Flow::Stop } else { Flow::Continue })
    }
}

fn fold_plan(folder: &Path) -> FoldPlan {
    let data = folder.join("data");
    three_patients(&data);
    let mut config = TrainConfig::new(UNET, data);
    config.input.size = 32;
    config.batch_size = 2;
    config.epochs = 1;
    config.device = DeviceChoice::Cpu;
    FoldPlan { config, folds: 3, out: folder.join("out"), by_slice: true }
}

#[test]
fn cross_validation_tests_every_patient_once_and_trains_no_finished_fold_again() {
    let folder = tempfile::tempdir().unwrap();
    let plan = fold_plan(folder.path());
    let go = |stop_after: usize| {
        let mut ear = Ear { epochs: 0, stop_after };
        let result = cross_validate(&plan, &mut |_| {}, &mut |_, _| true, &mut ear);
        (result, ear.epochs)
    };
    let (stopped, _) = go(2);
    assert!(matches!(stopped, Err(TrainError::Stopped)), "{:?}", stopped.err());
    let (result, _) = go(usize::MAX);
    let result = result.unwrap();
    assert_eq!(result.folds.len(), 3);
    let patients: usize = result.folds.iter().map(|f| f.figures.patients).sum();
    let slices: usize = result.folds.iter().map(|f| f.figures.slices).sum();
    assert_eq!((patients, slices), (3, 8), "each once");
    let by_slice = result.by_slice.as_ref().unwrap();
    assert!(by_slice.name.contains("too good") && by_slice.figures.slices == 3);
    let table = result.table();
    for words in ["mean ± SD", "by slice", "never to be quoted", "Volume Dice, mean", "Research use only"] {
        assert!(table.contains(words), "{words} in {table}");
    }
    let (again, epochs) = go(usize::MAX);
    assert_eq!((again.unwrap(), epochs), (result, 0), "nothing is trained twice");

    let other = FoldPlan { config: TrainConfig { seed: 9, ..plan.config.clone() }, ..plan.clone() };
    let mut ear = Ear { epochs: 0, stop_after: usize::MAX };
    let refused = cross_validate(&other, &mut |_| {}, &mut |_, _| true, &mut ear).unwrap_err().to_string();
    assert!(refused.contains("other settings"), "{refused}");
    for folds in [1, 2, 4] {
        let few = FoldPlan { folds, out: PathBuf::from("unused"), ..plan.clone() };
        let refused = cross_validate(&few, &mut |_| {}, &mut |_, _| true, &mut ear).unwrap_err().to_string();
        assert!(refused.contains("setting cv"), "{refused}");
    }
}
