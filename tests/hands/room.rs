//! A reading room for tests: the window over a scan that lies in the patient, with the engine's answers given by hand.
//! Not for tests.

use std::sync::Arc;

use egui::{Event, Modifiers, PointerButton, Pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use glioview::domain::geometry::Geometry;
use glioview::domain::mask::ProbabilityMap;
use glioview::domain::scan::{About, Plane, Samples, Scan, Sequence, Slice, Study};
use glioview::engine::event::Event as Report;
use glioview::io::settings::{Settings, ThemeChoice};
use glioview::state::action::{Action, GoAction};
use glioview::ui::{desk::Desk, root_ui, theme};

use crate::state::make::{self, Desk as Table};

/// Slices, rows and columns of the room's scan.
pub const SIZE: [usize; 3] = [10, 20, 40];

/// An axial stack from the feet up: 4 mm between slices, 2 mm between rows, 1 mm between columns.
pub fn geometry() -> Geometry {
    Geometry::new([-20.0, -20.0, -16.0], [0.0, 0.0, 4.0], [0.0, 2.0, 0.0], [1.0, 0.0, 0.0]).expect("a stack")
}

/// A scan of [`SIZE`] in which a voxel's value is `100 * slice + row + col / 100`, in steps of one.
pub fn scan(geometry: Option<Geometry>, sequences: &[Sequence]) -> Scan {
    let [slices, rows, cols] = SIZE;
    let plane = |slice: usize, add: usize| {
        let value = |i: usize| (100 * slice + i / cols + add) as u16;
        Plane { rows, cols, samples: Samples::U16((0..rows * cols).map(value).collect()) }
    };
    let slice = |index: usize| Slice {
        name: format!("s_{index}.dcm"),
        path: format!("/data/s_{index}.dcm").into(),
        page: None,
        planes: (0..sequences.len()).map(|add| plane(index, add)).collect(),
        warnings: Vec::new(),
    };
    Scan {
        title: "Axial".to_owned(),
        kind: "DICOM".to_owned(),
        rows,
        cols,
        sequences: sequences.to_vec(),
        slices: (0..slices).map(slice).collect(),
        reference: Vec::new(),
        warnings: Vec::new(),
        about: About { geometry, description: "Ax FLAIR fs".to_owned(), ..About::default() },
    }
}

/// What the harness draws: the state with its orders, and the window's own memory.
pub struct Shown {
    pub table: Table,
    pub desk: Desk,
}

/// A window over a study that was made by hand.
pub struct Room {
    pub harness: Harness<'static, Shown>,
}

impl Room {
    /// The room's scan with geometry, three sequences, read by the nets: slices 3 to 5 hold an outline of 8 pixels in
    /// row 10 at columns 10 to 17.
    pub fn reading() -> Self {
        let mut room = Self::with(vec![study_of(scan(Some(geometry()), &Sequence::NET_ORDER))], ThemeChoice::Dark);
        room.answer();
        room
    }

    /// The window over `studies`, not read by the nets.
    pub fn with(studies: Vec<Study>, theme_choice: ThemeChoice) -> Self {
        let settings = Settings { recent: vec!["/data/old".into()], theme: theme_choice, ..make::signed() };
        let mut table = Table::start(settings, &[]);
        table.load_models();
        table.open(studies);
        let shown = Shown { table, desk: Desk::default() };
        let builder = Harness::builder()
            .with_size([1280.0, 800.0])
            .with_max_steps(64)
            .with_step_dt(1.0 / 60.0)
            .with_context_setup(theme::install);
        let harness = builder.build_ui_state(
            |ui, shown: &mut Shown| {
                let actions = root_ui(ui, &shown.table.app, &mut shown.desk);
                if !actions.is_empty() {
                    ui.ctx().request_repaint();
                }
                for action in actions {
                    shown.table.act(action);
                }
            },
            shown,
        );
        let mut room = Self { harness };
        room.settle();
        room
    }

    /// The nets' whole answer.
    pub fn answer(&mut self) {
        let [slices, rows, cols] = SIZE;
        let table = self.table();
        table.begin(glioview::domain::gate::GateVerdict::Known);
        for slice in 0..slices {
            let is_in = (3..=5).contains(&slice);
            table.score(slice, if is_in { 0.9 } else { 0.05 });
            let byte = |i: usize| if is_in && i / cols == 10 && (10..18).contains(&(i % cols)) { 200 } else { 0 };
            let map = ProbabilityMap { rows, cols, bytes: (0..rows * cols).map(byte).collect() };
            let job = table.analysis_job();
            table.hear(Report::Outlined { job, slice, map: Arc::new(map) });
        }
        table.end();
        self.settle();
    }

    pub fn table(&mut self) -> &mut Table {
        &mut self.harness.state_mut().table
    }

    pub fn app(&self) -> &glioview::state::AppState {
        &self.harness.state().table.app
    }

    pub fn settle(&mut self) {
        self.harness.run();
    }

    pub fn act(&mut self, action: Action) {
        self.table().act(action);
        self.settle();
    }

    pub fn go(&mut self, slice: usize) {
        self.act(Action::Go(GoAction::Slice(slice)));
    }

    pub fn press(&mut self, key: egui::Key) {
        self.harness.key_press(key);
        self.settle();
    }

    pub fn press_with(&mut self, modifiers: Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// The first canvas' place on screen.
    pub fn canvas(&self) -> egui::Rect {
        self.harness.get_all_by_role(egui::accesskit::Role::Canvas).next().expect("a canvas").rect()
    }

    /// A left drag from one point on screen to another.
    pub fn drag(&mut self, from: Pos2, to: Pos2) {
        let button = |pos, pressed| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        let half = from + (to - from) * 0.5;
        let events = [
            Event::PointerMoved(from),
            button(from, true),
            Event::PointerMoved(half),
            Event::PointerMoved(to),
            button(to, false),
        ];
        for event in events {
            self.harness.event(event);
            self.harness.step();
        }
        self.settle();
    }

    /// All labels and values of the accessibility tree.
    pub fn words(&self) -> Vec<String> {
        let root = self.harness.root();
        root.children_recursive()
            .flat_map(|node| {
                let node = node.accesskit_node();
                [node.label(), node.value()].into_iter().flatten().collect::<Vec<_>>()
            })
            .collect()
    }

    pub fn shows(&self, words: &str) -> bool {
        self.words().iter().any(|w| w.contains(words))
    }

    /// Every text that the last frame painted, with its place.
    pub fn painted(&self) -> Vec<(String, egui::Rect)> {
        fn texts(shape: &egui::Shape, into: &mut Vec<(String, egui::Rect)>) {
            match shape {
                egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts(shape, into)),
                egui::Shape::Text(text) => {
                    into.push((text.galley.text().to_owned(), text.visual_bounding_rect()));
                }
                _ => {}
            }
        }
        let mut all = Vec::new();
        for clipped in &self.harness.output().shapes {
            texts(&clipped.shape, &mut all);
        }
        all
    }
}

pub fn study_of(scan: Scan) -> Study {
    make::study_of("p1", vec![scan])
}
