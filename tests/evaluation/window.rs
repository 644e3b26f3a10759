//! What the window gets of an evaluation: numbers that follow a moved threshold, curves, distances, places to open. Not
//! for the drawing.

use glioview::domain::mask::{Mask, ProbabilityMap};
use glioview::nn::reader::{ChosenNets, NetChoice};
use glioview::state::models::ModelsAction;
use glioview::train::answers::{Both, MapCounts, PatientAnswer, SliceAnswer};
use glioview::train::breakdown::{Curves, by_institution};
use glioview::train::curves::EvaluationReport;
use glioview::train::figures::{of_both, of_classifier, of_segmenter};
use glioview::train::report::{Evaluation, PatientLine};

use super::terminal::zero_net;
use super::{BOTH_ASKED, answers, near, plain_card, three_patients, value};

fn report(folder: &std::path::Path, both: &Both) -> (EvaluationReport, Vec<PatientAnswer>) {
    let dataset = three_patients(folder);
    let answers = answers(&dataset, BOTH_ASKED);
    let evaluation = Evaluation {
        program: String::new(),
        notice: String::new(),
        data: "data".to_owned(),
        part: "all".to_owned(),
        models: Vec::new(),
        classifier: Some(of_classifier(&answers, both.score)),
        segmenter: Some(of_segmenter(&answers, both.mask)),
        two_stage: Some(of_both(&answers, both)),
        curves: None,
        institutions: by_institution(&dataset, &answers, both),
        patients: answers.iter().map(|a| PatientLine::of(&dataset, a, both)).collect(),
        pictures: Vec::new(),
        warnings: Vec::new(),
    };
    let report = EvaluationReport {
        evaluation,
        slices: EvaluationReport::slices_of(&answers, both),
        threshold: both.score,
        mask_threshold: both.mask,
        answers: std::sync::Arc::new(answers.clone()),
        sources: EvaluationReport::sources_of(&dataset, &answers),
        data: folder.to_owned(),
        weights: [None, None],
        written: Vec::new(),
    };
    (report, answers)
}

#[test]
fn a_moved_threshold_gives_the_same_numbers_as_an_evaluation_at_it() {
    let folder = tempfile::tempdir().unwrap();
    let (report, answers) = report(folder.path(), &Both { score: 0.6, mask: 0.5 });
    for threshold in [0.0, 0.3, 0.6, 0.8, 0.97, 1.0] {
        let at = report.at(threshold).unwrap();
        let whole = of_classifier(&answers, threshold);
        assert_eq!(Some(at.counts), whole.counts);
        for figure in &at.figures {
            let expected = whole.figures.iter().find(|f| f.name == figure.name).unwrap();
            assert_eq!(figure, expected, "intervals too");
        }
        let both = Both { score: threshold, mask: 0.5 };
        let dices: Vec<_> = answers.iter().map(|a| a.staged_overlap(&both).and_then(|o| o.dice())).collect();
        assert_eq!(at.two_stage_dice, dices);
    }
}

#[test]
fn a_moved_mask_threshold_moves_every_patients_dice_and_their_order() {
    use glioview::state::models::Measured;

    let folder = tempfile::tempdir().unwrap();
    let (report, answers) = report(folder.path(), &Both { score: 0.6, mask: 0.5 });
    let dice =
        |both: &Both| -> Vec<_> { answers.iter().map(|a| a.staged_overlap(both).and_then(|o| o.dice())).collect() };
    for mask in [0.1, 0.5, 0.9] {
        let both = Both { score: 0.3, mask };
        assert_eq!(report.dices(&both), dice(&both), "as an evaluation at these thresholds");
    }
    let mut app = glioview::state::AppState::default();
    app.models_view.measured = Some(Measured::new(std::sync::Arc::new(report)));
    let act = |app: &mut glioview::state::AppState, action: ModelsAction| {
        glioview::state::update::update(app, action.into(), 0);
        let measured = app.models_view.measured.clone().unwrap();
        let shown: Vec<_> = (0..answers.len()).map(|place| measured.dice(place)).collect();
        (shown, measured.is_mask_moved(), measured.mean_dice())
    };
    let (shown, is_moved, mean) = act(&mut app, ModelsAction::MoveMask(0.9));
    assert_eq!((&shown, is_moved), (&dice(&Both { score: 0.6, mask: 0.9 }), true));
    let known: Vec<f64> = shown.iter().copied().flatten().collect();
    assert!((mean.unwrap() - known.iter().sum::<f64>() / known.len() as f64).abs() < 1e-12);
    let (shown, ..) = act(&mut app, ModelsAction::MoveThreshold(0.97));
    assert_eq!(shown, dice(&Both { score: 0.97, mask: 0.9 }), "both handles together");
    act(&mut app, ModelsAction::ResetThreshold);
    let (shown, is_moved, _) = act(&mut app, ModelsAction::ResetMask);
    assert_eq!((shown, is_moved), (dice(&Both { score: 0.6, mask: 0.5 }), false));
}

#[test]
fn each_patient_opens_as_its_own_folder_and_as_its_pictures_where_folders_are_shared() {
    let folder = tempfile::tempdir().unwrap();
    let (report, _) = report(folder.path(), &Both { score: 0.6, mask: 0.5 });
    let expected: Vec<_> = ["a", "b", "c"].iter().map(|p| vec![folder.path().join(p)]).collect();
    assert_eq!(report.sources, expected);
}

#[test]
fn the_distance_of_a_patient_is_over_the_volume_and_missing_where_one_mask_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let (_, answers) = report(folder.path(), &Both { score: 0.6, mask: 0.5 });
    // Patient a: one column of the tumor is not outlined, on its one tumor slice: that column lies one pixel off.
    near(answers[0].hd95(0.5).unwrap(), 1.0);
    // Patient c has a fooling slice beside it: a whole slice of surface one step from the truth.
    near(answers[2].hd95(0.5).unwrap(), 1.0);
    assert_eq!(answers[0].hd95(1.0), None, "nothing is outlined");
    assert_eq!(answers[1].staged_hd95(&Both { score: 1.0, mask: 0.5 }), None, "nothing is flagged");
    let part = of_segmenter(&answers, 0.5);
    near(value(&part, "HD95 in pixels, median"), 1.0);
    let over = &part.figures.iter().find(|f| f.name == "HD95 in pixels, mean").unwrap().over;
    assert!(over.starts_with("3 of 3 patient volumes"), "{over}");
}

#[test]
fn the_kept_map_gives_distances_at_every_threshold() {
    let map = ProbabilityMap { rows: 1, cols: 8, bytes: vec![0, 200, 200, 100, 100, 100, 0, 0] };
    let truth = Mask { rows: 1, cols: 8, bits: (0..8).map(|i| i == 1).collect() };
    let slice = SliceAnswer {
        item: 0,
        has_tumor: true,
        truth_px: 1,
        score: None,
        map: Some(Box::new(MapCounts::of(&map, &truth))),
    };
    let patient = PatientAnswer { patient: 0, slices: vec![slice] };
    // Surfaces: column 1 of the truth; columns 1 and 2, or 1 to 5, of the answer.
    near(patient.hd95(0.7).unwrap(), 0.9);
    near(patient.hd95(0.3).unwrap(), 3.75);
}

#[test]
fn curves_and_institutions_are_part_of_the_json_and_of_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let (mut report, _) = report(folder.path(), &Both { score: 0.6, mask: 0.5 });
    let (scores, truths) = report.scores();
    report.evaluation.curves = Some(Curves::of(&scores, &truths));
    let json = serde_json::to_value(&report.evaluation).unwrap();
    assert_eq!(json["curves"]["roc"][0]["x"], 0.0);
    assert!(json["curves"]["roc"][0]["threshold"].as_f64().unwrap() > 1.0, "a number, not an infinity");
    assert_eq!(json["curves"]["reliability"].as_array().unwrap().len(), 10);
    assert_eq!(json["institutions"][0]["institution"], "unnamed");
    assert_eq!(json["institutions"][0]["patients"], 3);
    assert!(json["patients"][0]["hd95"].as_f64().is_some());
    let table = report.evaluation.table();
    for words in ["Reliability: share of slices", "Institution", "HD95 px", "HD95 in pixels, median"] {
        assert!(table.contains(words), "{words} in {table}");
    }
}

#[test]
fn a_net_alone_is_loaded_without_the_other_task() {
    let folder = tempfile::tempdir().unwrap();
    let architecture = glioview::domain::card::Architecture::UNet { width: 4 };
    let path = zero_net(folder.path(), "s", architecture);
    let device = glioview::domain::device::DeviceChoice::Cpu;
    let nets = ChosenNets::load(&NetChoice::None, &NetChoice::File(path), false, device).unwrap();
    assert!(nets.card(glioview::domain::card::Task::Classifier).is_none());
    assert_eq!(nets.card(plain_card(architecture).task).unwrap().architecture, architecture);
}
