//! Which courses the curves show, in which colors. Not for drawing them (`curves`).

use egui::Color32;

use crate::domain::history::LossHistory;
use crate::state::AppState;
use crate::state::training::words;
use crate::ui::theme::Palette;

/// One course on screen.
pub struct Series<'a> {
    /// The run's name.
    pub name: String,
    /// Its course.
    pub history: &'a LossHistory,
    /// Name of its metric.
    pub metric: &'a str,
    /// Its color where several are on screen.
    pub color: Color32,
    /// Epochs planned.
    pub epochs: usize,
}

/// The runs that were chosen, else the training of this session.
pub fn series<'a>(state: &'a AppState, palette: &Palette) -> Vec<Series<'a>> {
    let runs = &state.training.runs;
    let color = |place: usize| palette.curves[place % palette.curves.len()];
    if !runs.shown.is_empty() {
        let of_run = |(place, shown): (usize, &'a crate::state::training::runs::ShownRun)| Series {
            name: runs.summary(&shown.record.folder).map_or_else(String::new, words::run_name),
            history: &shown.history,
            metric: shown.record.epochs.first().map_or("", |e| e.metric_name.as_str()),
            color: color(place),
            epochs: shown.record.config.epochs,
        };
        return runs.shown.iter().enumerate().map(of_run).collect();
    }
    let of_live = |live: &'a crate::state::training::live::Live| Series {
        name: live.title(),
        history: &live.history,
        metric: live.metric_name.as_str(),
        color: color(0),
        epochs: live.epochs,
    };
    state.training.shown_live().map(of_live).into_iter().collect()
}

/// The curves' colors: training and validation where one course is on screen.
pub fn train_color(palette: &Palette) -> Color32 {
    palette.curves[0]
}

/// The validation's color.
pub fn val_color(palette: &Palette) -> Color32 {
    palette.curves[1]
}
