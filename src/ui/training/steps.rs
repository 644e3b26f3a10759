//! The first steps at the left: data, model, settings. Not for the settings' rows (`form`), the start (`start`) or the runs.

use egui::{Label, Rect, RichText, Role, Sense, Ui, WidgetInfo, vec2};

use super::{examples, form};
use crate::domain::card::Architecture;
use crate::engine::command::Pick;
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::notice::About;
use crate::state::text;
use crate::state::training::data::Survey;
use crate::state::training::form::StartFrom;
use crate::state::training::{TrainingAction, Trial, words};
use crate::train::inspect::DataReport;
use crate::train::settings_help::IMAGENET_HINT;
use crate::ui::desk::Desk;
use crate::ui::marks::{self, Mark};
use crate::ui::notices;
use crate::ui::theme::{self, GRID, Palette};
use crate::ui::widgets::{self, KeyButton, Look};

/// Slices that the data panel shows.
const GRID_SLICES: usize = 8;

fn send(actions: &mut Vec<Action>, action: TrainingAction) {
    actions.push(Action::Training(action));
}

/// A step's title with its check mark.
pub fn title(ui: &mut Ui, words: &str, is_done: bool) {
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
    form::form_ui(ui, state, &troubles, desk, actions);
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
    let sequences: Vec<String> =
        report.sequences.iter().map(|(s, n)| format!("{} ({n})", text::counted(*s, "sequence", "sequences"))).collect();
    widgets::quiet(ui, format!("{} · {}", sizes.join(", "), sequences.join(", ")));
    if !report.institutions.is_empty() {
        let list: Vec<String> = report.institutions.iter().map(|(name, n)| format!("{name} {n}")).collect();
        widgets::quiet(ui, format!("Institutions: {}", list.join(", ")));
    }
    split_ui(ui, state, report, actions);
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
    if let Some(beside) = report.split_beside.as_ref().filter(|_| request.split_file.is_none()) {
        widgets::row(
            ui,
            |ui| widgets::quiet_line(ui, "A split.csv lies beside the data."),
            |ui| {
                if KeyButton::new("Follow it").look(Look::Quiet).small().show(ui).clicked() {
                    send(actions, TrainingAction::FollowSplit(beside.clone()));
                }
            },
        );
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

/// The shares of the parts, and on a line of its own the seed that draws them.
fn shares_ui(ui: &mut Ui, shares: [f64; 3], seed: u64, actions: &mut Vec<Action>) {
    ui.scope(|ui| {
        ui.style_mut().override_font_id = Some(theme::small());
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.horizontal(|ui| {
            for (part, share) in crate::train::split::Part::ALL.into_iter().zip(shares) {
                let name = widgets::quiet_line(ui, part.word()).id;
                let mut percent = (share * 100.0).round();
                let number = egui::DragValue::new(&mut percent).range(5.0..=90.0).suffix(" %").max_decimals(0);
                let response = ui.add(number.speed(0.2)).labelled_by(name).on_hover_text("Drag, or click and type");
                // While a number is dragged the data is not looked at again for each point.
                if response.changed() && !response.dragged() || response.drag_stopped() {
                    send(actions, TrainingAction::SetShare(part, percent / 100.0));
                }
            }
        });
        ui.horizontal(|ui| {
            let name = widgets::quiet_line(ui, "drawn by seed").id;
            let mut new = seed;
            let response = ui.add(egui::DragValue::new(&mut new).speed(0.05)).labelled_by(name);
            if response.changed() && new != seed {
                send(actions, TrainingAction::SetSplitSeed(new));
            }
        });
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
        if weights.on_hover_text(IMAGENET_HINT).clicked() {
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
