//! A window without a screen: the real app with an engine that works inline, nets that look for bright pixels, and a
//! drawn head to read. Not for tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use glioview::app::{App, WindowStart};
use glioview::domain::card::{
    Architecture, Counts, Crop, Figure, InputSpec, ModelCard, Normalization, PartFigures, Task, Thresholds,
    TrainingRecord,
};
use glioview::domain::mask::ProbabilityMap;
use glioview::domain::scan::Scan;
use glioview::engine::Engine;
use glioview::engine::event::LoadedModels;
use glioview::engine::tools::{Dialogs, Nets, Tools};
use glioview::io::home::Home;
use glioview::io::settings::Settings;
use glioview::nn::error::NnError;
use glioview::nn::input::Prepared;
use glioview::state::AppState;
use glioview::state::study::ScanState;
use glioview::ui::theme;

/// Slices of the drawn head.
pub const SLICES: usize = 12;
/// Slices that show the drawn lesion, from 0.
pub const LESION: std::ops::RangeInclusive<usize> = 4..=7;
const SIDE: u32 = 96;
const LESION_VALUE: u8 = 250;

/// Nets that flag and outline what is as bright as the drawn lesion, on FLAIR.
struct BrightNets;

impl Nets for BrightNets {
    fn describe(&self) -> LoadedModels {
        LoadedModels {
            classifier: card(Task::Classifier),
            segmenter: card(Task::Segmenter),
            are_shipped: true,
            device: "CPU · 2 cores".to_owned(),
        }
    }

    fn prepare(&self, scan: &Scan) -> Prepared {
        Prepared::of(scan)
    }

    fn score(&self, scan: &Scan, _: &Prepared, slice: usize) -> Result<f32, NnError> {
        let bright = bright(scan, slice).iter().filter(|&&b| b > 127).count();
        Ok(if bright > 0 { 0.9 } else { 0.05 + slice as f32 / 1000.0 })
    }

    fn outline(&self, scan: &Scan, _: &Prepared, slice: usize) -> Result<ProbabilityMap, NnError> {
        Ok(ProbabilityMap { rows: scan.rows, cols: scan.cols, bytes: bright(scan, slice) })
    }
}

fn bright(scan: &Scan, slice: usize) -> Vec<u8> {
    let plane = &scan.slices[slice].planes[scan.first_shown_sequence()];
    plane.samples.to_f32().into_iter().map(|v| if v >= f32::from(LESION_VALUE) - 2.0 { 230 } else { 3 }).collect()
}

fn card(task: Task) -> ModelCard {
    let is_classifier = task == Task::Classifier;
    let counts = Counts { true_positive: 133, false_positive: 22, true_negative: 259, false_negative: 4 };
    let figure = |name: &str, value| Figure {
        name: name.to_owned(),
        value,
        interval: Some([value - 0.05, value + 0.05]),
        over: "418 slices of 13 patients, 137 with tumor".to_owned(),
        definition: "A figure of this test".to_owned(),
    };
    let test = PartFigures {
        patients: 13,
        slices: 418,
        tumor_slices: 137,
        counts: is_classifier.then_some(counts),
        figures: vec![if is_classifier { figure("ROC AUC", 0.93) } else { figure("Dice, mean over volumes", 0.8) }],
    };
    ModelCard {
        card_version: 1,
        name: if is_classifier { "DenseNet-121" } else { "U-Net 16" }.to_owned(),
        version: 1,
        task,
        architecture: if is_classifier { Architecture::DenseNet121 } else { Architecture::UNet { width: 16 } },
        input: InputSpec {
            size: 224,
            channels: 3,
            normalization: Normalization::PercentileZScore,
            crop: Crop::Head,
            mirror: false,
        },
        thresholds: Thresholds {
            threshold: if is_classifier { 0.31 } else { 0.5 },
            band_low: is_classifier.then_some(0.18),
            band_high: is_classifier.then_some(0.34),
        },
        target: "FLAIR abnormality".to_owned(),
        sha256: "5".repeat(64),
        date: "2026-11-24".to_owned(),
        data: "Drawn for this test".to_owned(),
        terms: "None".to_owned(),
        split: [("train".to_owned(), vec!["A".to_owned(), "B".to_owned()])].into(),
        training: TrainingRecord { epochs: 3, best_epoch: 1, started_from: "scratch".to_owned(), ..Default::default() },
        val: None,
        test: Some(test),
        intended_use: "Tests of the window".to_owned(),
        limits: vec!["It has seen no patient".to_owned()],
        notes: Vec::new(),
    }
}

/// Writes the drawn head as PNG slices into `folder`: bright scalp, dark gap, gray brain; a lesion on [`LESION`] if wanted.
pub fn write_head(folder: &Path, has_lesion: bool, has_masks: bool) {
    std::fs::create_dir_all(folder).expect("a folder for the head");
    for slice in 0..SLICES {
        let is_inside = |x: u32, y: u32| (x as f32 - 60.0).powi(2) + (y as f32 - 44.0).powi(2) < 64.0;
        let shows = has_lesion && LESION.contains(&slice);
        let image = image::RgbImage::from_fn(SIDE, SIDE, |x, y| {
            let (dx, dy) = (x as f32 - 48.0, y as f32 - 48.0);
            let radius = (dx * dx / 0.75 + dy * dy).sqrt();
            // Noise of its own in each sequence, as three measurements have and one color picture has not.
            let noise = |salt: u32| {
                let mixed = x.wrapping_mul(73_856_093)
                    ^ y.wrapping_mul(19_349_663)
                    ^ (slice as u32).wrapping_mul(83_492_791)
                    ^ salt.wrapping_mul(2_654_435_761);
                (mixed.wrapping_mul(2_246_822_519) >> 27) as u8
            };
            let (t1, flair, post) = match radius {
                r if r > 44.0 => (0, 0, 0),
                r if r > 40.0 => (190 + noise(4), 150 + noise(5), 200 + noise(6)),
                r if r > 37.0 => (12 + noise(7) / 4, 14 + noise(8) / 4, 13 + noise(9) / 4),
                _ if shows && is_inside(x, y) => (60 + noise(1), LESION_VALUE, 180 + noise(3)),
                _ => (110 + noise(1), 80 + noise(2), 130 + noise(3)),
            };
            image::Rgb([t1, flair, post])
        });
        image.save(folder.join(format!("head_{}.png", slice + 1))).expect("a slice on disk");
        if has_masks {
            let inside = |x, y| if shows && is_inside(x, y) { 255 } else { 0 };
            let mask = image::GrayImage::from_fn(SIDE, SIDE, |x, y| image::Luma([inside(x + 1, y)]));
            mask.save(folder.join(format!("head_{}_mask.png", slice + 1))).expect("a mask on disk");
        }
    }
}

/// The window under test.
pub struct TestWindow {
    /// The harness, for what the helpers below do not have.
    pub harness: Harness<'static, App>,
    /// Kept so that the files stay.
    pub folder: tempfile::TempDir,
}

/// How a test's window begins.
pub struct Setup {
    /// Size in points.
    pub size: [f32; 2],
    /// Settings.
    pub settings: Settings,
    /// What is opened; `None` for the empty canvas.
    pub head: Option<Head>,
}

/// Which head is opened.
#[derive(Clone, Copy)]
pub struct Head {
    /// With the drawn lesion.
    pub has_lesion: bool,
    /// With reference masks.
    pub has_masks: bool,
}

impl Default for Setup {
    fn default() -> Self {
        // A recent file keeps the sample from opening by itself; the initials are known, so that nothing asks for them.
        let settings =
            Settings { recent: vec!["/scans/earlier".into()], reviewer: "AB".to_owned(), ..Settings::default() };
        Self { size: [1280.0, 800.0], settings, head: Some(Head { has_lesion: true, has_masks: false }) }
    }
}

impl TestWindow {
    /// The drawn head with its lesion, analyzed, at 1280 × 800.
    pub fn reading() -> Self {
        Self::new(Setup::default())
    }

    /// Nothing open.
    pub fn empty() -> Self {
        Self::new(Setup { head: None, ..Setup::default() })
    }

    /// As `setup` says.
    pub fn new(setup: Setup) -> Self {
        Self::with_engine(setup, Engine::inline_with)
    }

    /// As `setup` says, with the engine's workers on threads of their own, as in the program.
    pub fn threaded(setup: Setup) -> Self {
        Self::with_engine(setup, |tools| Engine::start_with(Arc::new(|| {}), tools))
    }

    fn with_engine(setup: Setup, engine: impl FnOnce(Tools) -> Engine) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let mut paths: Vec<PathBuf> = Vec::new();
        if let Some(head) = setup.head {
            let scans = folder.path().join("head");
            write_head(&scans, head.has_lesion, head.has_masks);
            paths.push(scans);
        }
        let start =
            WindowStart { paths, settings: setup.settings, clock_offset_secs: Some(0), ..WindowStart::default() };
        let tools = Tools {
            load_nets: Arc::new(|_| Ok(Box::new(BrightNets))),
            dialogs: Dialogs::Unavailable,
            home: Some(Home::at(&folder.path().join("home"))),
            ..Tools::default()
        };
        let builder = Harness::builder().with_size(setup.size).with_max_steps(64).with_step_dt(1.0 / 60.0);
        let harness = builder.build_eframe(|cc| {
            theme::install(&cc.egui_ctx);
            App::new(start, engine(tools))
        });
        let mut window = Self { harness, folder };
        window.settle();
        if setup.head.is_some() {
            // A stack opens at its middle; the tests count from its beginning.
            window.press(egui::Key::Home);
        }
        window
    }

    /// Runs frames until nothing changes any more.
    pub fn settle(&mut self) {
        self.harness.run();
    }

    /// What the app knows.
    pub fn state(&self) -> &AppState {
        self.harness.state().state()
    }

    /// What is known of the scan on screen.
    pub fn scan(&self) -> &ScanState {
        self.state().scan_state().expect("a scan is on screen")
    }

    /// Clicks the button of this label.
    pub fn click_button(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Role::Button, label).click();
        self.settle();
    }

    /// Presses a key.
    pub fn press(&mut self, key: egui::Key) {
        self.harness.key_press(key);
        self.settle();
    }

    /// Presses a key with modifiers.
    pub fn press_with(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// Whether anything has this label or begins with it.
    pub fn shows(&self, words: &str) -> bool {
        self.all_words().iter().any(|w| w.contains(words))
    }

    /// The canvas' place on screen.
    pub fn canvas(&self) -> egui::Rect {
        self.harness.get_by_role(Role::Canvas).rect()
    }

    /// All labels and values of the accessibility tree.
    pub fn all_words(&self) -> Vec<String> {
        let root = self.harness.root();
        let nodes = root.children_recursive();
        nodes
            .flat_map(|node| {
                let node = node.accesskit_node();
                [node.label(), node.value()].into_iter().flatten().collect::<Vec<_>>()
            })
            .collect()
    }
}
