//! What the Models view knows: models, cards, evaluations. Not for training (`super::training`).

pub mod crossing;
mod evaluation;
mod receiving;
pub mod words;

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::card::Task;
use crate::engine::command::{Command, JobId, ModelsPick, Pick};
use crate::engine::failure::Failure;
use crate::engine::lab::order::{LabOrder, ModelOrder};
use crate::engine::lab::report::KnownModel;

use super::AppState;
use super::action::Action;
use super::screen::MainView;

use crossing::Crossing;

pub use evaluation::{Evaluating, EvaluationForm, Measured, Whose, nearest_threshold};
pub use receiving::{canceled, failed, progress, receive};

/// The Models view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelsState {
    /// The models.
    pub list: Listing,
    /// The one whose card is shown.
    pub selected: Option<ModelKey>,
    /// The one beside it.
    pub compared: Option<ModelKey>,
    /// What the middle shows.
    pub page: Page,
    /// A model without a card that was asked to read with: waits for a yes.
    pub asking: Option<Cardless>,
    /// What to evaluate on what.
    pub form: EvaluationForm,
    /// The evaluation under way.
    pub evaluating: Option<Evaluating>,
    /// The last evaluation that was done.
    pub measured: Option<Measured>,
    /// Cross-validation.
    pub crossing: Crossing,
    /// What has failed or is done, in a line, beside what it concerns.
    pub said: Option<Said>,
    /// The weights that a dialog asks a place for.
    pub(super) exporting: Option<PathBuf>,
    /// Orders under way: describe, export, import.
    pub(super) orders: Vec<JobId>,
}

/// The list of models.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Listing {
    /// Not asked for, or no longer true.
    #[default]
    Unknown,
    /// On its way; what was known stays on screen.
    Asked(JobId, Arc<Vec<KnownModel>>),
    /// Known.
    Known(Arc<Vec<KnownModel>>),
    /// It could not be made.
    Failed(Failure),
}

/// Names a model from list to list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ModelKey {
    /// The one that ships for this task.
    Shipped(Task),
    /// The weights' file.
    File(PathBuf),
}

impl ModelKey {
    /// The name of a model of the list; `None` for a shipped one without task, which there is none of.
    pub fn of(model: &KnownModel) -> Option<Self> {
        model.weights.clone().map(Self::File).or(model.task.map(Self::Shipped))
    }

    /// The weights' file; `None` for the ones that ship.
    pub fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Shipped(_) => None,
            Self::File(path) => Some(path.clone()),
        }
    }
}

/// What the middle of the view shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The selected model's card, beside another's where two are compared.
    #[default]
    Card,
    /// Evaluation.
    Evaluation,
    /// Cross-validation.
    Crossing,
}

/// A model without a card that somebody wants to read with.
#[derive(Clone, Debug, PartialEq)]
pub struct Cardless {
    /// Which.
    pub key: ModelKey,
    /// As what.
    pub task: Task,
}

/// A line that stands until the next one.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// Done.
    Done(String),
    /// Failed.
    Trouble(Failure),
}

/// One wish of the user in the Models view.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelsAction {
    /// List the models again.
    Refresh,
    /// Show this card.
    Select(ModelKey),
    /// Put this card beside the selected one; `None` ends comparing.
    Compare(Option<ModelKey>),
    /// Card or evaluation.
    Show(Page),
    /// Read with this model in place of the one of its task; the other task's stays.
    Use(ModelKey),
    /// Read with it although it has no card.
    UseCardless,
    /// Not without a card.
    LeaveCardless,
    /// Write name, intended use and notes (one a line) on the card of these weights.
    Describe {
        /// The weights' file.
        weights: PathBuf,
        /// Name.
        name: String,
        /// Intended use.
        intended_use: String,
        /// Notes, one a line.
        notes: String,
    },
    /// Ask with a dialog for a file to take in, for data, for a split.
    Pick(ModelsPick),
    /// Ask with a dialog where these weights shall be written with their card.
    PickExport(PathBuf),
    /// Write these weights with their card as one file.
    Export {
        /// The weights' file.
        weights: PathBuf,
        /// Where to, as typed.
        file: String,
    },
    /// Take in this file, as typed.
    Import(String),
    /// The evaluation form as it is now.
    SetForm(Box<EvaluationForm>),
    /// Start the evaluation.
    Evaluate,
    /// Stop it.
    StopEvaluation,
    /// So many folds, and whether by slice too.
    SetFolds(usize, bool),
    /// Start the cross-validation.
    CrossValidate,
    /// Stop it; finished folds are kept.
    StopCrossing,
    /// Move the classifier's threshold in the evaluation on screen.
    MoveThreshold(f64),
    /// Back to the threshold that it was done at.
    ResetThreshold,
    /// Move the mask threshold in the evaluation on screen.
    MoveMask(f32),
    /// Back to the mask threshold that it was done at.
    ResetMask,
    /// Open this patient of the evaluation, by place in its list, in Read.
    OpenPatient(usize),
}

impl ModelsState {
    /// All models known; none where the list is not there yet.
    pub fn known(&self) -> &[KnownModel] {
        match &self.list {
            Listing::Asked(_, known) | Listing::Known(known) => known,
            Listing::Unknown | Listing::Failed(_) => &[],
        }
    }

    /// The model of this name.
    pub fn find(&self, key: &ModelKey) -> Option<&KnownModel> {
        self.known().iter().find(|model| ModelKey::of(model).as_ref() == Some(key))
    }

    /// The model whose card is shown.
    pub fn selected(&self) -> Option<&KnownModel> {
        self.selected.as_ref().and_then(|key| self.find(key))
    }

    /// The model beside it.
    pub fn compared(&self) -> Option<&KnownModel> {
        self.compared.as_ref().and_then(|key| self.find(key))
    }
}

/// Does what the user asked for.
pub fn update(state: &mut AppState, action: ModelsAction) -> Vec<Command> {
    let view = &mut state.models_view;
    match action {
        ModelsAction::Refresh => return list(state),
        ModelsAction::Select(key) => {
            view.compared = view.compared.take().filter(|other| *other != key);
            view.selected = Some(key);
            view.page = Page::Card;
            view.said = None;
        }
        ModelsAction::Compare(key) => view.compared = key.filter(|key| Some(key) != view.selected.as_ref()),
        ModelsAction::Show(page) => view.page = page,
        ModelsAction::Use(key) => return use_model(state, key),
        ModelsAction::UseCardless => {
            let asked = view.asking.take();
            return asked.map(|asked| read_with(state, &asked.key, asked.task, true)).unwrap_or_default();
        }
        ModelsAction::LeaveCardless => view.asking = None,
        ModelsAction::Describe { weights, name, intended_use, notes } => {
            let notes = notes.lines().map(str::to_owned).collect();
            return order(state, ModelOrder::Describe { weights, name, intended_use, notes });
        }
        ModelsAction::Pick(pick) => return super::update::pick_paths(state, Pick::Models(pick)),
        ModelsAction::PickExport(weights) => {
            view.exporting = Some(weights);
            return super::update::pick_paths(state, Pick::Models(ModelsPick::Export));
        }
        ModelsAction::Export { weights, file } => match first_path(&file) {
            Some(file) => return order(state, ModelOrder::Export { weights, file }),
            None => view.said = Some(no_path("The model was not exported")),
        },
        ModelsAction::Import(text) => match first_path(&text) {
            Some(file) => return order(state, ModelOrder::Import(file)),
            None => view.said = Some(no_path("The model was not imported")),
        },
        ModelsAction::SetForm(form) => view.form = *form,
        ModelsAction::Evaluate => return evaluation::start(state),
        ModelsAction::StopEvaluation => return evaluation::stop(state),
        ModelsAction::SetFolds(folds, by_slice) => {
            view.crossing.folds = folds.clamp(*crossing::FOLDS.start(), *crossing::FOLDS.end());
            view.crossing.by_slice = by_slice;
        }
        ModelsAction::CrossValidate => return crossing::start(state),
        ModelsAction::StopCrossing => return crossing::stop(state),
        ModelsAction::MoveThreshold(threshold) => evaluation::move_threshold(state, Some(threshold)),
        ModelsAction::ResetThreshold => evaluation::move_threshold(state, None),
        ModelsAction::MoveMask(threshold) => evaluation::move_mask(state, Some(threshold)),
        ModelsAction::ResetMask => evaluation::move_mask(state, None),
        ModelsAction::OpenPatient(place) => return open_patient(state, place),
    }
    Vec::new()
}

/// A path was picked or typed for this view.
pub(super) fn picked(state: &mut AppState, pick: ModelsPick, path: PathBuf) -> Vec<Command> {
    let view = &mut state.models_view;
    match pick {
        ModelsPick::Import => return order(state, ModelOrder::Import(path)),
        ModelsPick::Export => {
            let weights = view.exporting.take();
            return weights.map(|weights| order(state, ModelOrder::Export { weights, file: path })).unwrap_or_default();
        }
        // The form holds text: what was picked can be changed by hand.
        ModelsPick::DataFolder | ModelsPick::DataTable => view.form.data = path.display().to_string(),
        ModelsPick::SplitFile => view.form.split_file = path.display().to_string(),
    }
    Vec::new()
}

/// The first path in a text, perhaps in quotes.
fn first_path(text: &str) -> Option<PathBuf> {
    super::opening::paths_of_text(text).into_iter().next()
}

fn no_path(what: &str) -> Said {
    Said::Trouble(Failure::new(what, "no path was given"))
}

fn list(state: &mut AppState) -> Vec<Command> {
    let job = state.inner.jobs.mint();
    let view = &mut state.models_view;
    let known = match std::mem::take(&mut view.list) {
        Listing::Asked(_, known) | Listing::Known(known) => known,
        Listing::Unknown | Listing::Failed(_) => Arc::default(),
    };
    view.list = Listing::Asked(job, known);
    vec![Command::Lab { job, order: LabOrder::Models(ModelOrder::List) }]
}

fn order(state: &mut AppState, order: ModelOrder) -> Vec<Command> {
    let job = state.inner.jobs.mint();
    state.models_view.said = None;
    state.models_view.orders.push(job);
    vec![Command::Lab { job, order: LabOrder::Models(order) }]
}

/// Reads with a model; one without a card asks first.
fn use_model(state: &mut AppState, key: ModelKey) -> Vec<Command> {
    let Some(model) = state.models_view.find(&key) else { return Vec::new() };
    let (Some(task), None) = (model.task, &model.trouble) else { return Vec::new() };
    if model.card.is_none() {
        state.models_view.asking = Some(Cardless { key, task });
        return Vec::new();
    }
    read_with(state, &key, task, false)
}

/// The other task's weights stay, and so does the leave that was given for them.
fn read_with(state: &mut AppState, key: &ModelKey, task: Task, is_cardless: bool) -> Vec<Command> {
    let choice = &mut state.model.choice;
    match task {
        Task::Classifier => choice.classifier = key.file(),
        Task::Segmenter => choice.segmenter = key.file(),
    }
    choice.allow_missing_card |= is_cardless;
    // A threshold that was moved for another net means nothing for this one.
    match task {
        Task::Classifier => state.moved.classifier = None,
        Task::Segmenter => state.moved.mask = None,
    }
    super::analyzing::load_models(state)
}

/// Opens a patient of the evaluation in Read.
fn open_patient(state: &mut AppState, place: usize) -> Vec<Command> {
    let sources = state.models_view.measured.as_ref().and_then(|m| m.report.sources.get(place)).cloned();
    let Some(paths) = sources.filter(|paths| !paths.is_empty()) else { return Vec::new() };
    state.layout.view = MainView::Read;
    super::opening::open(state, paths)
}

/// Whether this model is the one that scans are read with.
pub fn is_in_use(state: &AppState, model: &KnownModel) -> bool {
    let chosen = match model.task {
        Some(Task::Classifier) => &state.model.choice.classifier,
        Some(Task::Segmenter) => &state.model.choice.segmenter,
        None => return false,
    };
    *chosen == model.weights
}

impl From<ModelsAction> for Action {
    fn from(action: ModelsAction) -> Self {
        Self::Models(action)
    }
}
