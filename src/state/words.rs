//! What the Finding panel says, in sentences that never say more than the nets know. Not for drawing them (`ui`), nor
//! for the other panels (`labels`).

use crate::domain::card::{ModelCard, Task};
use crate::domain::finding::Finding;
use crate::domain::gate::GateReason;
use crate::domain::scan::Scan;

use super::study::{Analysis, ScanState};
use super::text;
use super::work::Models;
use super::{AppState, Thresholds, looking, placed};

/// The line that stands on screen always and in every export, never shortened.
pub const RESEARCH_USE: &str = "Research use only. Not for diagnosis.";

/// The number that the classifier gives. "Probability" only where a card holds a calibration, and none does so far.
pub const SCORE_NAME: &str = "model score";

/// How loud a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Text.
    Normal,
    /// Quiet text.
    Quiet,
    /// The warning color.
    Warning,
    /// The error color.
    Error,
}

/// One line of the Finding panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The words.
    pub text: String,
    /// How loud.
    pub tone: Tone,
    /// The slice behind "\[Show\]", from 0.
    pub show: Option<usize>,
}

impl Line {
    fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { text: text.into(), tone, show: None }
    }

    fn show(mut self, slice: Option<usize>) -> Self {
        self.show = slice;
        self
    }
}

/// The Finding panel: the answer first, then what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingText {
    /// The answer in a sentence.
    pub headline: String,
    /// How loud the answer is.
    pub tone: Tone,
    /// Under the answer.
    pub lines: Vec<Line>,
    /// Scores are shown in quiet text: this is outside what the model has seen.
    pub has_quiet_scores: bool,
}

impl FindingText {
    fn new(tone: Tone, headline: impl Into<String>, lines: Vec<Line>) -> Self {
        Self { headline: headline.into(), tone, lines, has_quiet_scores: false }
    }

    /// All words in one text, for a screen reader and for tests.
    pub fn all(&self) -> String {
        let lines = self.lines.iter().map(|l| l.text.as_str());
        std::iter::once(self.headline.as_str()).chain(lines).collect::<Vec<_>>().join(" ")
    }
}

/// What the Finding panel says about the scan on screen; `None` while nothing is open.
pub fn finding(state: &AppState) -> Option<FindingText> {
    let (_, pixels, scan) = state.current_scan()?;
    if scan.is_covered {
        return Some(covered(scan));
    }
    Some(match (&scan.analysis, &scan.finding) {
        (Analysis::Refused(reasons), _) => refused(reasons),
        (Analysis::Failed(failure), None) => {
            let why = failure.why.first().unwrap_or(&failure.what);
            FindingText::new(Tone::Error, "The analysis failed.", vec![Line::new(Tone::Error, why.clone())])
        }
        (Analysis::NotStarted | Analysis::Canceled | Analysis::Running { .. } | Analysis::Done { .. }, None) => {
            waiting(state, scan)
        }
        (_, Some(found)) => answered(state, pixels, scan, found),
    })
}

fn covered(scan: &ScanState) -> FindingText {
    let seen = scan.seen.iter().filter(|&&s| s).count();
    let line = match scan.call {
        Some(call) => format!("Your call: {}. Press Enter to show the model's answer.", call.reader.label()),
        None if seen < scan.seen.len() => {
            format!("{} of {} slices seen. The model's answer is covered until then.", seen, scan.seen.len())
        }
        None => "Record your call: abnormal, or nothing seen.".to_owned(),
    };
    FindingText::new(Tone::Normal, "You look first.", vec![Line::new(Tone::Quiet, line)])
}

fn refused(reasons: &[GateReason]) -> FindingText {
    let reasons = reasons.iter().map(|&r| gate_reason(r)).collect::<Vec<_>>().join(", ");
    let headline = format!("Not the kind of picture this model knows: {reasons}. Not analyzed.");
    FindingText::new(Tone::Warning, headline, Vec::new())
}

/// A reason of the gate in the reader's words.
pub fn gate_reason(reason: GateReason) -> &'static str {
    match reason {
        GateReason::Color => "a color picture",
        GateReason::Constant => "one constant value",
        GateReason::NoDarkBackground => "no dark background",
        GateReason::NotHeadShaped => "nothing head-shaped",
        GateReason::OneUnknownSequence => "one unknown sequence",
        GateReason::OtherSequence => "one sequence alone, not FLAIR",
        GateReason::NotAxial => "slices not axial",
        GateReason::NoMr => "not MR",
        GateReason::NoHead => "not a head",
    }
}

fn waiting(state: &AppState, scan: &ScanState) -> FindingText {
    match (&state.model.models, &scan.analysis) {
        (Models::Failed(_), _) => {
            let line = Line::new(Tone::Quiet, "The scan can be read without it; the Model section says why.");
            FindingText::new(Tone::Error, "The model could not be loaded.", vec![line])
        }
        (_, Analysis::Canceled) => FindingText::new(Tone::Normal, "Not analyzed: stopped.", Vec::new()),
        (_, Analysis::Running { .. }) => FindingText::new(Tone::Normal, "Analyzing…", Vec::new()),
        (Models::Ready(_), _) => FindingText::new(Tone::Normal, "Not analyzed yet.", Vec::new()),
        (Models::NotLoaded | Models::Loading { .. }, _) => {
            FindingText::new(Tone::Normal, "Loading the model…", Vec::new())
        }
    }
}

fn answered(state: &AppState, pixels: &Scan, scan: &ScanState, found: &Finding) -> FindingText {
    let thresholds = state.thresholds_of(scan);
    let mut text = if found.is_override {
        let line = Line::new(Tone::Quiet, "The scores below were asked for and mean little here.");
        FindingText::new(Tone::Warning, "Outside what the model has seen: no reading.", vec![line])
    } else {
        FindingText::new(Tone::Normal, headline(scan, found, thresholds), Vec::new())
    };
    text.has_quiet_scores = found.is_override;
    text.lines.extend(progress_line(scan, found));
    if !found.is_override {
        text.lines.extend(flag_lines(state, scan, found, thresholds));
    }
    text.lines.extend(disagreements(scan, found, thresholds));
    if let Analysis::Failed(failure) = &scan.analysis {
        text.lines.push(Line::new(Tone::Error, format!("The analysis stopped early: {}.", failure.what)));
    }
    text.lines.extend(warnings(pixels, scan, found));
    text
}

fn headline(scan: &ScanState, found: &Finding, thresholds: Thresholds) -> String {
    let runs = found.flagged_runs(thresholds.classifier);
    let so_far = if scan.is_scored() || matches!(scan.analysis, Analysis::Done { .. }) { "" } else { " so far" };
    if runs.is_empty() {
        return format!("No slice above the threshold{so_far}.");
    }
    // Regions first: a flag that stands alone is named below, unless there is nothing else.
    let regions: Vec<(usize, usize)> = runs.iter().copied().filter(|r| r.0 != r.1).collect();
    let named = if regions.is_empty() { &runs } else { &regions };
    let is_one = matches!(named.as_slice(), [run] if run.0 == run.1);
    format!("Model flags {} {}{so_far}", if is_one { "slice" } else { "slices" }, text::run_list(named))
}

/// How far the scores are, while they are not complete.
fn progress_line(scan: &ScanState, found: &Finding) -> Option<Line> {
    let (done, total) = (found.slices.iter().filter(|s| s.score.is_some()).count(), found.slices.len());
    let scored = format!("{done} of {} scored", text::counted(total, "slice", "slices"));
    match scan.analysis {
        _ if done == total => None,
        Analysis::Done { .. } => {
            let missing: Vec<usize> = (0..total).filter(|&i| found.slices[i].score.is_none()).collect();
            let words = format!("Not scored, and so in no count: {}.", text::slice_list(&missing));
            Some(Line::new(Tone::Warning, words).show(missing.first().copied()))
        }
        Analysis::Canceled => Some(Line::new(Tone::Warning, format!("Stopped: {scored}."))),
        _ => Some(Line::new(Tone::Quiet, format!("{scored}."))),
    }
}

fn flag_lines(state: &AppState, scan: &ScanState, found: &Finding, thresholds: Thresholds) -> Vec<Line> {
    let runs = found.flagged_runs(thresholds.classifier);
    if runs.is_empty() {
        return nothing_flagged(state, scan, found, thresholds);
    }
    let count = found.slices.len();
    let regions = runs.iter().filter(|r| r.0 != r.1).count();
    let mut lines = Vec::new();
    if regions > 0 {
        let regions = if regions == 1 { "one region".to_owned() } else { format!("{regions} regions") };
        let flagged = found.flagged_count(thresholds.classifier);
        lines.push(Line::new(
            Tone::Quiet,
            format!("{flagged} of {}, {regions}", text::counted(count, "slice", "slices")),
        ));
    }
    let alone: Vec<usize> = runs.iter().filter(|r| r.0 == r.1).map(|r| r.0).collect();
    // A single picture has no neighbors, so standing alone says nothing.
    if count > 1 && scan.is_scored() && !alone.is_empty() {
        let number = text::counted(alone.len(), "slice", "slices");
        let list = text::slice_list(&alone);
        let words =
            format!("{number} flagged alone ({list}): often a false alarm, but a small lesion can be one slice.");
        lines.push(Line::new(Tone::Normal, words).show(alone.first().copied()));
    }
    lines
}

fn nothing_flagged(state: &AppState, scan: &ScanState, found: &Finding, thresholds: Thresholds) -> Vec<Line> {
    let mut lines = vec![Line::new(Tone::Normal, "This does not exclude a tumor.")];
    if let Some((slice, score)) = found.highest() {
        let words = format!("Highest score {} on slice {}", text::score(score), slice + 1);
        lines.push(Line::new(Tone::Normal, words).show(Some(slice)));
    }
    let card = state.model.models.ready().map(|m| &m.classifier);
    if let Some(card) = card.filter(|_| scan.is_scored()) {
        lines.push(Line::new(Tone::Quiet, missed_on_its_test_set(card, thresholds)));
    }
    lines
}

/// What the card counts at its own threshold; at a moved one it counts nothing.
pub fn missed_on_its_test_set(card: &ModelCard, thresholds: Thresholds) -> String {
    if thresholds.classifier != card.thresholds.threshold {
        let own = text::threshold(card.thresholds.threshold);
        return format!("The card counts misses only at its own threshold, {own}.");
    }
    let counts = |part: &Option<crate::domain::card::PartFigures>| part.as_ref().and_then(|p| p.counts);
    let (part, counts) = match (counts(&card.test), counts(&card.val)) {
        (Some(test), _) => ("test", test),
        (None, Some(val)) => ("validation", val),
        (None, None) => return "The card states no count of missed slices.".to_owned(),
    };
    let tumor_slices = counts.true_positive + counts.false_negative;
    let missed = text::count(counts.false_negative);
    let tumor_slices = text::counted(tumor_slices, "tumor slice", "tumor slices");
    format!("On its {part} set the model missed {missed} of {tumor_slices} at this threshold.")
}

/// Where classifier and U-Net do not say the same.
fn disagreements(scan: &ScanState, found: &Finding, thresholds: Thresholds) -> Vec<Line> {
    let (mut no_outline, mut not_flagged) = (Vec::new(), Vec::new());
    for (i, slice) in found.slices.iter().enumerate().filter(|(_, s)| s.score.is_some()) {
        match scan.area_px(i, thresholds.mask) {
            Some(0) if slice.is_flagged(thresholds.classifier) => no_outline.push(i),
            Some(area) if area > 0 && !slice.is_flagged(thresholds.classifier) => not_flagged.push(i),
            Some(_) | None => {}
        }
    }
    let line = |slices: &[usize], words: &str| {
        let number = text::counted(slices.len(), "slice", "slices");
        let words = format!("{number} {words} ({})", text::slice_list(slices));
        slices.first().map(|&first| Line::new(Tone::Normal, words).show(Some(first)))
    };
    let lines = [line(&no_outline, "flagged, no outline"), line(&not_flagged, "with an outline, not flagged")];
    lines.into_iter().flatten().collect()
}

/// What was odd about the slice on screen.
fn warnings(pixels: &Scan, scan: &ScanState, found: &Finding) -> Vec<Line> {
    let of_file = pixels.slices.get(scan.slice).map(|s| s.warnings.as_slice()).unwrap_or_default();
    let of_nets = found.slices.get(scan.slice).map(|s| s.warnings.as_slice()).unwrap_or_default();
    of_file.iter().chain(of_nets).map(|w| Line::new(Tone::Warning, format!("This slice: {w}"))).collect()
}

/// The slice on screen in the Finding panel.
#[derive(Clone, Debug, PartialEq)]
pub struct SliceText {
    /// The score as a number for the bar, while there is one.
    pub score: Option<f32>,
    /// The score in words: "0.97", "pending".
    pub score_text: String,
    /// "flagged", "uncertain", "flagged, uncertain", "not flagged".
    pub verdict: &'static str,
    /// The name of what is outlined: "FLAIR abnormality, this slice".
    pub area_name: String,
    /// "2 095 px", "no outline", "outline pending".
    pub area_text: String,
    /// "Widest on slice 13", where anything is outlined.
    pub widest: Option<(String, usize)>,
    /// "threshold 0.31 (card)", "threshold 0.20, card 0.31".
    pub threshold_text: String,
    /// "uncertain 0.18–0.34", where the card has a band.
    pub band_text: Option<String>,
}

/// What the Finding panel says about the slice on screen; `None` while nothing is read or all is covered.
pub fn slice(state: &AppState) -> Option<SliceText> {
    let (_, pixels, scan) = state.current_scan()?;
    super::allowed::has_finding(state).ok()?;
    let thresholds = state.thresholds_of(scan);
    let card = state.model.models.ready().map(|m| &m.classifier);
    let band = card.and_then(|c| c.thresholds.band_low.zip(c.thresholds.band_high));
    let score = scan.score(scan.slice);
    let is_moved = thresholds.classifier != thresholds.card_classifier;
    Some(SliceText {
        score,
        score_text: score.map_or_else(|| "pending".to_owned(), text::score),
        verdict: verdict_of(score, thresholds.classifier, band),
        area_name: format!("{}, this slice", target(state)),
        area_text: area(pixels, scan, thresholds.mask),
        widest: looking::widest(scan, thresholds.mask).map(|(i, _)| (format!("Widest on slice {}", i + 1), i)),
        threshold_text: if is_moved {
            format!("threshold {}", text::moved_threshold(thresholds.classifier, thresholds.card_classifier))
        } else {
            format!("threshold {} (card)", text::threshold(thresholds.classifier))
        },
        band_text: band.map(|(low, high)| format!("uncertain {low:.2}–{high:.2}")),
    })
}

fn verdict_of(score: Option<f32>, threshold: f32, band: Option<(f32, f32)>) -> &'static str {
    let Some(score) = score else { return "" };
    let is_uncertain = band.is_some_and(|(low, high)| score >= low && score < high);
    match (score >= threshold, is_uncertain) {
        (true, true) => "flagged, uncertain",
        (true, false) => "flagged",
        (false, true) => "uncertain",
        (false, false) => "not flagged",
    }
}

fn area(pixels: &Scan, scan: &ScanState, mask_threshold: f32) -> String {
    match scan.area_px(scan.slice, mask_threshold) {
        None => "outline pending".to_owned(),
        Some(0) => "no outline".to_owned(),
        Some(area) => placed::area(area, pixels.about.geometry.as_ref()),
    }
}

/// What the outline is: what the masks were that the net learned from.
pub fn target(state: &AppState) -> &str {
    state.model.models.ready().map_or("Outline", |m| m.segmenter.target.as_str())
}

/// What the outline may include, beside the name of the shipped nets' target.
pub fn target_note(state: &AppState) -> Option<&'static str> {
    (target(state) == "FLAIR abnormality").then_some("may include edema, gliosis, treatment change")
}

/// "FLAIR abnormality, all slices: 12.3 ml on 9 slices", in pixels where the file knows no spacing.
pub fn whole_scan(state: &AppState) -> Option<String> {
    let (_, pixels, scan) = state.current_scan()?;
    super::allowed::has_finding(state).ok()?;
    let threshold = state.thresholds_of(scan).mask;
    let areas: Vec<usize> = (0..scan.counts.len()).filter_map(|i| scan.area_px(i, threshold)).collect();
    let (px, on) = (areas.iter().sum::<usize>(), areas.iter().filter(|&&a| a > 0).count());
    let pending = scan.counts.len() - areas.len();
    let pending = if pending > 0 { format!(" ({} pending)", text::count(pending)) } else { String::new() };
    let on = text::counted(on, "slice", "slices");
    let volume = placed::volume(px, pixels.about.geometry.as_ref());
    Some(format!("{}, all slices: {volume} on {on}{pending}", target(state)))
}

/// The models that gave the answer on screen, as the finding itself names them.
pub fn read_by(found: &Finding) -> String {
    let name = |task| found.model(task).map(|m| format!("{} v{}", m.name, m.version));
    [name(Task::Classifier), name(Task::Segmenter)].into_iter().flatten().collect::<Vec<_>>().join(" + ")
}
