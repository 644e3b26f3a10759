//! The four steps at the left: data, model, settings, start. Not for the settings' rows (`form`) or the runs.

use egui::{Label, Rect, RichText, Role, Sense, Ui, WidgetInfo, vec2};

use super::{examples, form};
use crate::domain::card::Architecture;
use crate::engine::command::Pick;
use crate::engine::lab::order::Control;
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::notice::About;
use crate::state::text;
use crate::state::training::data::Survey;
use crate::state::training::form::StartFrom;
use crate::state::training::live::Phase;
use crate::state::training::{TrainingAction, Trial, words};
use crate::train::inspect::DataReport;
use crate::ui::desk::Desk;
use crate::ui::marks::{self, Mark};
use crate::ui::notices;
use crate::ui::theme::{self, GRID, Palette};
use crate::ui::widgets::{self, KeyButton, Look};

/// Where ImageNet weights come from.
const IMAGENET: &str = "ImageNet weights: in Python, safetensors.torch.save_file(torchvision.models.densenet121(\
                        weights=\"DEFAULT\").state_dict(), \"densenet121.safetensors\"). This program downloads nothing.";
/// Slices that the data panel shows.
const GRID_SLICES: usize = 8;

fn send(actions: &mut Vec<Action>, action: TrainingAction) {
    actions.push(Action::Training(action));
}

/// A step's title with its check mark.
fn title(ui: &mut Ui, words: &str, is_done: bool) {
    let color = Palette::of(ui).text;
    widgets::row(
        ui,
        |ui| ui.label(words),
        |ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
            let label = format!("{words}: {}", if is_done { "done" } else { "open" });
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
            if is_done {
                marks::paint(ui.painter(), rect.center(), Mark::Check, color);
            }
        },
    );
}

/// Data, model, settings.
pub fn steps_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    notices::notices_ui(ui, state, About::Training, actions);
    title(ui, "1 Data", state.training.data.report().is_some());
    data_ui(ui, state, desk, actions);
    widgets::rule(ui);
    title(ui, "2 Model", true);
    model_ui(ui, state, actions);
    widgets::rule(ui);
    let (_, troubles) = state.training.form.configs(state.training.data.request.as_ref());
    title(ui, "3 Settings", troubles.is_empty());
    form::form_ui(ui, state, &troubles, actions);
    trial_ui(ui, state, actions);
}

fn data_ui(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    let step = &state.training.data;
    if let Some(request) = &step.request {
        let name = request.data.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let quiet = Palette::of(ui).quiet;
        ui.add(Label::new(RichText::new(name).color(quiet)).truncate())
            .on_hover_text(request.data.display().to_string());
    } else {
        widgets::quiet(
            ui,
            "Drop a folder or a CSV here, or choose one: patient folders, images/ + masks/, yes/ + no/, data_mask.csv.",
        );
    }
    ui.horizontal(|ui| {
        for (label, pick) in [("Folder of data…", Pick::DataFolder), ("Table (CSV)…", Pick::DataTable)] {
            if KeyButton::new(label).small().show(ui).clicked() {
                send(actions, TrainingAction::Pick(pick));
            }
        }
    });
    match &step.survey {
        Survey::None => {}
        Survey::Running { progress, .. } => {
            let share = progress.done as f32 / progress.total.max(1) as f32;
            let words = if progress.total == 0 {
                progress.what.to_owned()
            } else {
                format!("{}, {} of {}", progress.what, text::count(progress.done), text::count(progress.total))
            };
            widgets::small(ui, words);
            ui.horizontal(|ui| {
                widgets::progress_ui(ui, share, "Looking at the data");
                if KeyButton::new("Cancel").look(Look::Quiet).small().show(ui).clicked() {
                    send(actions, TrainingAction::CancelSurvey);
                }
            });
        }
        Survey::Failed(failure) => {
            let palette = Palette::of(ui);
            let why = failure.why.first().map_or_else(String::new, |w| format!(": {w}"));
            let words = RichText::new(format!("{}{why}", failure.what)).font(theme::small()).color(palette.error);
            ui.add(Label::new(words).wrap());
            failure.hint.iter().for_each(|hint| drop(widgets::quiet(ui, hint.clone())));
        }
        Survey::Done(report) => report_ui(ui, state, report, desk, actions),
    }
}

fn report_ui(ui: &mut Ui, state: &AppState, report: &DataReport, desk: &mut Desk, actions: &mut Vec<Action>) {
    widgets::small(ui, words::data_line(report));
    let sizes: Vec<String> = report.sizes.iter().take(2).map(|([r, c], n)| format!("{r}×{c} ({n})")).collect();
    let sequences: Vec<String> = report.sequences.iter().map(|(s, n)| format!("{s} sequences ({n})")).collect();
    widgets::quiet(ui, format!("{} · {}", sizes.join(", "), sequences.join(", ")));
    if !report.institutions.is_empty() {
        let list: Vec<String> = report.institutions.iter().map(|(name, n)| format!("{name} {n}")).collect();
        widgets::quiet(ui, format!("Institutions: {}", list.join(", ")));
    }
    split_ui(ui, state, report, actions);
    if let Some(accuracy) = report.constant_accuracy {
        widgets::quiet(ui, format!("Always answering \"no tumor\" scores {:.0} % on validation.", accuracy * 100.0));
    }
    for (index, warning) in report.warnings.iter().enumerate() {
        widgets::warning(ui, warning.text.clone());
        if warning.show.is_empty() {
            continue;
        }
        let is_shown = state.training.data.shown_warning == Some(index);
        if KeyButton::new(if is_shown { "Hide" } else { "Show" }).look(Look::Quiet).small().show(ui).clicked() {
            send(actions, TrainingAction::ShowWarning(index));
        }
        if is_shown {
            for file in &warning.show {
                if KeyButton::new(&file.name).look(Look::Quiet).small().show(ui).clicked() {
                    send(actions, TrainingAction::OpenSlice(file.image.clone()));
                }
            }
        }
    }
    examples::grid_ui(ui, report, GRID_SLICES, desk, actions);
}

/// Three bars by patient with slices and the share with tumor in each.
fn split_ui(ui: &mut Ui, state: &AppState, report: &DataReport, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let all: usize = report.parts.iter().map(|(_, c)| c.patients).sum();
    let shades = [palette.selection, palette.quiet, palette.pressed];
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 10.0), Sense::hover());
    let said: Vec<String> = report.parts.iter().map(|(p, c)| format!("{} {}", p.word(), c.patients)).collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("Split by patient: {}", said.join(", "))));
    let mut left = rect.left();
    for ((_, counts), shade) in report.parts.iter().zip(shades) {
        let width = rect.width() * counts.patients as f32 / all.max(1) as f32;
        let bar = Rect::from_min_size(egui::pos2(left, rect.top()), vec2((width - 1.0).max(0.0), rect.height()));
        ui.painter().rect_filled(bar, 2.0, shade);
        left += width;
    }
    for (part, c) in &report.parts {
        let share = 100.0 * c.tumor_slices as f64 / c.slices.max(1) as f64;
        let patients = text::counted(c.patients, "patient", "patients");
        let slices = text::counted(c.slices, "slice", "slices");
        widgets::quiet(ui, format!("{}: {patients}, {slices}, {share:.0} % with tumor", part.word()));
    }
    let Some(request) = &state.training.data.request else { return };
    match &request.split_file {
        Some(file) => {
            let name = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
            widgets::quiet(ui, format!("As {name} says."));
        }
        None => shares_ui(ui, request.shares, request.seed, actions),
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        if request.split_file.is_some() {
            if KeyButton::new("Draw by seed").look(Look::Quiet).small().show(ui).clicked() {
                send(actions, TrainingAction::DropSplitFile);
            }
        } else if KeyButton::new("Load a split…").look(Look::Quiet).small().show(ui).clicked() {
            send(actions, TrainingAction::Pick(Pick::SplitFile));
        }
        if KeyButton::new("Save the split…").look(Look::Quiet).small().show(ui).clicked() {
            send(actions, TrainingAction::Pick(Pick::SaveSplit));
        }
    });
}

fn shares_ui(ui: &mut Ui, shares: [f64; 3], seed: u64, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        widgets::quiet_line(ui, "seed");
        let mut new = seed;
        if ui.add(egui::DragValue::new(&mut new).speed(0.05)).changed() && new != seed {
            send(actions, TrainingAction::SetSplitSeed(new));
        }
        for (part, share) in crate::train::split::Part::ALL.into_iter().zip(shares) {
            widgets::quiet_line(ui, part.word());
            let mut percent = (share * 100.0).round();
            let response = ui.add(egui::DragValue::new(&mut percent).range(5.0..=90.0).suffix(" %").speed(0.2));
            // While a number is dragged the data is not looked at again for each point.
            if response.changed() && !response.dragged() || response.drag_stopped() {
                send(actions, TrainingAction::SetShare(part, percent / 100.0));
            }
        }
    });
}

fn model_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let form = &state.training.form;
    let classifiers = [
        ("none", None),
        ("DenseNet-121", Some(Architecture::DenseNet121)),
        ("ResNet-50", Some(Architecture::ResNet50)),
    ];
    let unet = |width| Some(Architecture::UNet { width });
    let segmenters = [("none", None), ("U-Net 16", unet(16)), ("32", unet(32)), ("64", unet(64))];
    widgets::quiet(ui, "Classifier: is there tumor on this slice?");
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for (label, net) in classifiers {
            let button = KeyButton::new(label).look(Look::Bare).small().selected(form.classifier == net);
            if named(button, ui, &format!("Classifier {label}")) {
                send(actions, TrainingAction::SetClassifier(net));
            }
        }
    });
    widgets::quiet(ui, "Segmenter: where is it?");
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for (label, net) in segmenters {
            let button = KeyButton::new(label).look(Look::Bare).small().selected(form.segmenter == net);
            if named(button, ui, &format!("Segmenter {label}")) {
                send(actions, TrainingAction::SetSegmenter(net));
            }
        }
    });
    if form.nets().count() > 1 {
        widgets::quiet(ui, "Both: the classifier first, then the segmenter.");
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        widgets::quiet_line(ui, "Start from ");
        let is_scratch = form.start == StartFrom::Scratch;
        if KeyButton::new("scratch").look(Look::Bare).small().selected(is_scratch).show(ui).clicked() {
            send(actions, TrainingAction::SetStart(StartFrom::Scratch));
        }
        let weights = KeyButton::new("weights…").look(Look::Bare).small().selected(!is_scratch).show(ui);
        if weights.on_hover_text(IMAGENET).clicked() {
            send(actions, TrainingAction::Pick(Pick::StartWeights));
        }
    });
    if let StartFrom::File(path) = &form.start {
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        widgets::quiet(ui, format!("{name}: this program's weights, or ImageNet's under torchvision's names."));
    }
}

/// A button whose label for assistive technology says more than its words.
fn named(button: KeyButton<'_>, ui: &mut Ui, label: &str) -> bool {
    button.name(label).show(ui).clicked()
}

fn trial_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let can_try = words::missing(state).is_none() && state.training.running().is_none();
    ui.add_space(GRID / 2.0);
    match &state.training.trial {
        Trial::Running(_) => {
            widgets::quiet(ui, "Two trial steps on the device…");
        }
        Trial::Done(result) => {
            widgets::small(ui, words::trial(result));
            result.suggestion.iter().for_each(|s| drop(widgets::warning(ui, s.clone())));
        }
        Trial::Failed(failure) => {
            let why = failure.why.first().cloned().unwrap_or_default();
            widgets::warning(ui, format!("{}: {why}", failure.what));
        }
        Trial::None => {}
    }
    let button = KeyButton::new("Try two steps").small().enabled(can_try).show(ui);
    if button.on_hover_text("Memory and time an epoch, measured on the chosen device").clicked() {
        send(actions, TrainingAction::Try);
    }
}

/// Step 4 at the foot: start, pause, stop, and apart from them discard. They never move.
pub fn run_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let running = state.training.running();
    let missing = words::missing(state);
    widgets::rule(ui);
    title(ui, "4 Start", missing.is_none());
    let start = if running.is_some() { "Start after this one" } else { "Start" };
    let size = vec2(ui.available_width(), 28.0);
    let button = KeyButton::new(start).min_size(size).enabled(missing.is_none()).show(ui);
    let button = match &missing {
        Some(why) => button.on_hover_text(why),
        None => button,
    };
    if button.clicked() {
        send(actions, TrainingAction::Start);
    }
    let wish = running.and_then(|live| live.wish);
    let rests = running.is_some_and(|live| live.phase == Phase::Paused) || wish == Some(Control::Pause);
    let ends = matches!(wish, Some(Control::Stop | Control::Discard));
    ui.horizontal(|ui| {
        let is_enabled = running.is_some() && !ends;
        let half = (ui.available_width() - 8.0) / 2.0;
        let pause = KeyButton::new(if rests { "Continue" } else { "Pause" }).min_size(vec2(half - 24.0, 28.0));
        if pause.enabled(is_enabled).show(ui).clicked() {
            send(actions, TrainingAction::PauseOrGoOn);
        }
        let words = if ends { "Stopping…" } else { "Stop and keep best" };
        if KeyButton::new(words).min_size(vec2(half + 24.0, 28.0)).enabled(is_enabled).show(ui).clicked() {
            send(actions, TrainingAction::Stop);
        }
    });
    // Three lines always, so that the buttons stay where they are.
    let live = running.or_else(|| state.training.line.last());
    let lines = live.map_or_else(
        || [missing.clone().unwrap_or_default(), String::new(), String::new()],
        |live| {
            let stopping = words::early_stopping(live).unwrap_or_default();
            let is_over = !live.phase.is_under_way();
            let detail = if is_over { String::new() } else { words::detail(live) };
            [format!("{}: {}", live.title(), words::course(live)), detail, stopping]
        },
    );
    for line in lines {
        let color = Palette::of(ui).quiet;
        let words = RichText::new(if line.is_empty() { " " } else { line.as_str() }).font(theme::small()).color(color);
        ui.add(Label::new(words).wrap());
    }
    let waiting: Vec<_> = state.training.line.iter().filter(|live| live.phase == Phase::Waiting).collect();
    for live in waiting.iter().filter(|_| running.is_some()) {
        widgets::row(
            ui,
            |ui| widgets::quiet_line(ui, &format!("In line: {}", live.title())),
            |ui| {
                if KeyButton::new("Withdraw").look(Look::Quiet).small().show(ui).clicked() {
                    send(actions, TrainingAction::Withdraw(live.job));
                }
            },
        );
    }
    widgets::row(
        ui,
        |_| (),
        |ui| {
            let discard = KeyButton::new("Discard…").look(Look::Quiet).small();
            if discard.enabled(running.is_some() && !ends).show(ui).clicked() {
                send(actions, TrainingAction::Discard);
            }
        },
    );
}
