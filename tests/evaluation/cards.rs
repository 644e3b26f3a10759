//! What an evaluation writes: cards, JSON and the table. Not for the figures themselves.

use glioview::domain::card::{Architecture, ModelCard, PartFigures, Task, Thresholds};
use glioview::nn::weights::{card_from_bytes, card_path};
use glioview::train::answers::Both;
use glioview::train::breakdown::by_institution;
use glioview::train::choose::{thresholds, update_card};
use glioview::train::figures::{of_both, of_classifier, of_segmenter};
use glioview::train::report::{Evaluation, PatientLine, RESEARCH_USE};
use glioview::train::split::Part;

use super::{BOTH_ASKED, answers, plain_card, three_patients, value};

/// A weights file with a fresh card beside it.
fn fresh_card(folder: &std::path::Path) -> std::path::PathBuf {
    let weights = folder.join("net.safetensors");
    let mut card = plain_card(Architecture::DenseNet121);
    card.limits = vec!["Not evaluated yet.".to_owned(), "One kind of tumor only.".to_owned()];
    std::fs::write(card_path(&weights), serde_json::to_vec(&card).unwrap()).unwrap();
    weights
}

fn read(weights: &std::path::Path) -> ModelCard {
    let beside = card_path(weights);
    card_from_bytes(&std::fs::read(&beside).unwrap(), &beside).unwrap()
}

#[test]
fn chosen_thresholds_and_figures_go_into_the_card_and_old_figures_leave_with_old_thresholds() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = three_patients(&folder.path().join("data"));
    let answers = answers(&dataset, BOTH_ASKED);
    let weights = fresh_card(folder.path());
    let chosen = thresholds(Task::Classifier, &answers);
    let val = of_classifier(&answers, f64::from(chosen.unwrap().threshold));
    update_card(&weights, chosen, Part::Val, &val).unwrap();
    let card = read(&weights);
    assert_eq!(card.thresholds, chosen.unwrap());
    // Reading a decimal may be one last bit off.
    let as_read: PartFigures = serde_json::from_slice(&serde_json::to_vec(&val).unwrap()).unwrap();
    assert_eq!(card.val, Some(as_read));
    assert_eq!(card.limits, ["One kind of tumor only."]);

    update_card(&weights, None, Part::Test, &val).unwrap();
    let card = read(&weights);
    assert!(card.val.is_some() && card.test.is_some());

    let other = Thresholds { threshold: 0.9, band_low: None, band_high: None };
    update_card(&weights, Some(other), Part::Val, &val).unwrap();
    let card = read(&weights);
    assert!(card.val.is_some() && card.test.is_none(), "test figures belong to the thresholds they were taken at");
}

#[test]
fn a_card_that_is_missing_is_said_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = three_patients(&folder.path().join("data"));
    let part = of_classifier(&answers(&dataset, BOTH_ASKED), 0.5);
    let error = update_card(&folder.path().join("gone.safetensors"), None, Part::Val, &part).unwrap_err();
    assert!(error.to_string().contains("gone.json"), "{error}");
}

#[test]
fn the_table_and_the_json_carry_every_figure_with_its_definition_and_the_research_line() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = three_patients(folder.path());
    let answers = answers(&dataset, BOTH_ASKED);
    let both = Both { score: 0.6, mask: 0.5 };
    let evaluation = Evaluation {
        program: "glioview 0".to_owned(),
        notice: RESEARCH_USE.to_owned(),
        data: "data".to_owned(),
        part: "val".to_owned(),
        models: Vec::new(),
        classifier: Some(of_classifier(&answers, both.score)),
        segmenter: Some(of_segmenter(&answers, both.mask)),
        two_stage: Some(of_both(&answers, &both)),
        curves: None,
        institutions: by_institution(&dataset, &answers, &both),
        patients: answers.iter().map(|answer| PatientLine::of(&dataset, answer, &both)).collect(),
        pictures: Vec::new(),
        warnings: vec!["something to know".to_owned()],
    };
    let table = evaluation.table();
    let parts = [&evaluation.classifier, &evaluation.segmenter, &evaluation.two_stage];
    for figure in parts.into_iter().flatten().flat_map(|part| &part.figures) {
        assert!(table.contains(&format!("  {}: {}; over {}", figure.name, figure.definition, figure.over)));
        assert!(table.contains(&format!("{:.3}", figure.value)));
    }
    assert!(table.contains("Note: something to know") && table.ends_with(&format!("{RESEARCH_USE}\n")));
    let json: serde_json::Value = serde_json::to_value(&evaluation).unwrap();
    assert_eq!(json["classifier"]["counts"]["true_positive"], 3);
    assert_eq!(json["patients"][1]["patient"], "b");
    assert_eq!(json["patients"][1]["flagged_slices"], 1);
    let missed = value(evaluation.two_stage.as_ref().unwrap(), "Tumor area on missed slices");
    let figures = json["two_stage"]["figures"].as_array().unwrap();
    let in_json = figures.iter().find(|f| f["name"] == "Tumor area on missed slices").unwrap();
    assert_eq!(in_json["value"].as_f64().unwrap(), missed);
}
