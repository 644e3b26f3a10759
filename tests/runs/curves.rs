//! Curves written as CSV, SVG and PNG. Not for the window's plots.

use std::path::{Path, PathBuf};
use std::time::Duration;

use glioview::engine::event::Event;
use glioview::engine::lab::order::{LabOrder, RunLabel};
use glioview::engine::lab::report::LabReport;
use glioview::io::chart::{COLORS, Chart, Panel, Series};
use glioview::train::checkpoint::RunFolder;

use super::kit::{Place, Scripted, lab, reports};
use crate::engine_kit::failure_of;

fn export(place: &Place, runs: Vec<PathBuf>, name: &str) -> Vec<Event> {
    let engine = place.inline();
    engine.send(lab(1, LabOrder::ExportCurves { runs, file: place.path(name) }));
    engine.drain(Duration::from_secs(10))
}

fn two_runs(place: &Place) -> Vec<PathBuf> {
    let make = |name: &str| {
        place.train(place.config(2), name, &mut Scripted::listening()).unwrap();
        place.path(name)
    };
    let runs = vec![make("first"), make("second")];
    let label = RunLabel { name: "=1+1, \"second\"".into(), ..RunLabel::default() };
    RunFolder::open(&runs[1]).unwrap().write_label(&label).unwrap();
    runs
}

#[test]
fn two_runs_are_one_table_whose_values_are_the_logs() {
    let place = Place::new();
    let runs = two_runs(&place);
    let events = export(&place, runs.clone(), "curves.csv");
    assert!(matches!(reports(&events, 1)[..], [LabReport::Written(_)]), "{events:?}");
    let mut table = csv::Reader::from_path(place.path("curves.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 4);
    assert_eq!((&rows[0][0], &rows[2][0]), ("first", "'=1+1, \"second\""), "no spreadsheet calculates a name");
    let history = RunFolder::open(&runs[0]).unwrap().read_state().unwrap().history;
    assert_eq!(rows[1][3].parse::<f32>().unwrap(), history[1].val_loss);
    assert_eq!((&rows[1][1], &rows[1][4]), ("2", "volume_dice"));
}

#[test]
fn the_svg_has_both_panels_a_legend_and_the_research_line() {
    let place = Place::new();
    let runs = two_runs(&place);
    export(&place, runs, "curves.svg");
    let text = std::fs::read_to_string(place.path("curves.svg")).unwrap();
    for wanted in [
        ">Loss</text>",
        ">Dice, mean over validation patients</text>",
        ">Epoch</text>",
        ">first: validation</text>",
        "=1+1, &quot;second&quot;: training</text>",
        "Research use only. Not for diagnosis.",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    assert_eq!(text.matches("stroke-dasharray").count(), 4, "training is dashed, in the curve and in the legend");
}

#[test]
fn the_png_opens_and_shows_every_runs_color() {
    let place = Place::new();
    let runs = two_runs(&place);
    export(&place, runs, "curves.png");
    let picture = image::open(place.path("curves.png")).unwrap().into_rgb8();
    assert_eq!(picture.width(), 1600);
    for color in &COLORS[..2] {
        assert!(picture.pixels().filter(|p| p.0 == *color).count() > 100, "{color:?}");
    }
}

#[test]
fn runs_without_an_epoch_and_other_endings_are_refused_in_words() {
    let place = Place::new();
    let runs = two_runs(&place);
    let events = export(&place, runs, "curves.pdf");
    assert!(failure_of(&events, 1).expect("refused").to_string().contains("neither in .png nor .svg nor .csv"));
    let none = glioview::train::run::Run::create(place.config(1), &place.path("none"), &mut |_, _| true).unwrap();
    drop(none);
    let events = export(&place, vec![place.path("none")], "curves.csv");
    assert!(failure_of(&events, 1).expect("refused").to_string().contains("no epoch is finished yet"));
}

#[test]
fn values_that_are_no_numbers_leave_a_gap_and_an_empty_chart_is_no_panic() {
    let series = |points| Series { name: "a".into(), color: COLORS[0], is_dashed: false, points };
    let chart = |points| Chart {
        title: "Umlaut ü & <tag>".into(),
        panels: vec![Panel { x_label: "x".into(), y_label: "y".into(), series: vec![series(points)] }],
    };
    let gap = chart(vec![(1.0, 0.5), (2.0, f64::NAN), (3.0, 0.5), (4.0, 0.7)]).svg();
    let curves = gap.matches("stroke-width=\"1.8\"").count();
    assert_eq!(curves, 3, "two pieces and the legend");
    assert!(gap.contains("Umlaut ü &amp; &lt;tag&gt;") && !gap.contains("NaN"));
    for points in [vec![], vec![(1.0, f64::INFINITY)], vec![(5.0, 5.0)], vec![(0.0, 1e-9), (1.0, 1e9)]] {
        let chart = chart(points);
        assert!(!chart.svg().contains("NaN"));
        assert!(chart.png(Path::new("x.png")).unwrap().starts_with(b"\x89PNG"));
    }
}
