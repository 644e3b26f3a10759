//! The weights that ship: their cards are whole, and they find the lesion of the bundled sample. Not for their figures on
//! real scans, which `glioview evaluate` measures.

use glioview::domain::card::{ModelCard, Task};
use glioview::domain::device::DeviceChoice;
use glioview::domain::gate::{GateVerdict, check};
use glioview::io::sample;
use glioview::nn::reader::Reader;
use glioview::nn::shipped;

/// Together the weights stay small enough to lie in the repository and the program.
const MAX_BYTES: u64 = 30 << 20;

#[test]
fn every_card_says_what_the_net_was_trained_on_how_it_was_split_and_what_it_cannot_show() {
    for task in [Task::Classifier, Task::Segmenter] {
        let card: ModelCard = shipped::card(task).expect("weights ship for every task");
        assert_eq!(card.task, task);
        assert!(card.terms.contains("non-commercial"), "{}", card.terms);
        assert!(card.limits.len() >= 5 && card.limits.iter().any(|l| l.contains("healthy")), "{:?}", card.limits);
        assert!(card.intended_use.contains("Not for diagnosis"));
        let parts = ["train", "val", "test"].map(|part| card.split.get(part).map_or(&[][..], Vec::as_slice));
        assert!(parts.iter().all(|p| !p.is_empty()), "every part is named by patient");
        let shared = parts[0].iter().filter(|p| parts[1].contains(p) || parts[2].contains(p)).count();
        assert_eq!(shared, 0, "no patient in two parts");
        let val = card.val.as_ref().expect("choices were made on val, so its figures stand on the card");
        // The test part is looked at once, for weights that are meant to last; until then the card says so.
        let says_untested = card.limits.iter().any(|l| l.contains("Not measured on the test patients"));
        assert_eq!(card.test.is_none(), says_untested);
        for figures in std::iter::once(val).chain(&card.test) {
            assert!(figures.figures.iter().all(|f| !f.definition.is_empty() && !f.over.is_empty()));
        }
        if task == Task::Classifier {
            let t = card.thresholds;
            let (low, high) = (t.band_low.expect("band"), t.band_high.expect("band"));
            assert!(low <= high && t.threshold >= 0.0, "{t:?}");
        }
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("weights");
    let sizes = std::fs::read_dir(folder).unwrap().flatten().map(|e| e.metadata().unwrap().len());
    assert!(sizes.sum::<u64>() <= MAX_BYTES);
}

#[test]
fn the_lesion_of_the_sample_is_found_and_nothing_is_drawn_where_there_is_none() {
    let study = sample::open().expect("the sample opens");
    let scan = &study.scans[0];
    assert_eq!(check(scan), GateVerdict::Known);
    let reader = Reader::load(None, None, false, DeviceChoice::Cpu).expect("the shipped nets load");
    let prepared = reader.prepare(scan);
    let threshold = reader.classifier_card().thresholds.threshold;
    let mask_threshold = reader.segmenter_card().thresholds.threshold;
    let (mut common, mut sum, mut missed, mut wrong) = (0, 0, Vec::new(), Vec::new());
    for index in 0..scan.slices.len() {
        let truth = scan.reference[index].clone().expect("the sample has a truth");
        let is_flagged = reader.score(scan, &prepared, index).expect("score") >= threshold;
        match (truth.is_empty(), is_flagged) {
            (false, false) => missed.push(index + 1),
            (true, true) => wrong.push(index + 1),
            _ => {}
        }
        if is_flagged {
            let mask = reader.outline(scan, &prepared, index).expect("outline").mask(mask_threshold);
            common += mask.overlap_px(&truth);
            sum += mask.area_px();
        }
        sum += truth.area_px();
    }
    let dice = 2.0 * common as f64 / sum as f64;
    println!("sample: Dice {dice:.3}, missed slices {missed:?}, flagged without lesion {wrong:?}");
    // At most the two ends of the lesion, where it fills part of the slice's thickness, and their neighbors.
    assert!(missed.len() <= 1 && wrong.len() <= 2, "missed {missed:?}, flagged without lesion {wrong:?}");
    assert!(dice > 0.85, "{dice}");
}
