//! Text fits at every size and scale, reads against its ground, and the font has every character. Not for what is said.

use egui::Shape;
use egui::epaint::ClippedShape;
use egui_kittest::kittest::Queryable;
use glioview::io::settings::{Settings, ThemeChoice};
use glioview::ui::theme::{self, Palette};

use super::kit::{Head, Setup, TestWindow};

fn texts(shape: &Shape, into: &mut Vec<(String, egui::Rect, bool)>) {
    match shape {
        Shape::Vec(shapes) => {
            for shape in shapes {
                texts(shape, into);
            }
        }
        Shape::Text(text) => {
            into.push((text.galley.text().to_owned(), text.visual_bounding_rect(), text.galley.elided));
        }
        _ => {}
    }
}

fn painted(window: &TestWindow) -> Vec<(String, egui::Rect, bool, egui::Rect)> {
    let shapes: &[ClippedShape] = &window.harness.output().shapes;
    let mut all = Vec::new();
    for clipped in shapes {
        let mut found = Vec::new();
        texts(&clipped.shape, &mut found);
        all.extend(found.into_iter().map(|(text, rect, elided)| (text, rect, elided, clipped.clip_rect)));
    }
    all
}

/// Every text that the last frame painted.
pub fn painted_words(window: &TestWindow) -> Vec<String> {
    painted(window).into_iter().map(|(text, ..)| text).collect()
}

/// No text ends in "…" for want of space, and none is cut at the side.
pub fn assert_fits(window: &TestWindow, name: &str) {
    for (text, rect, is_elided, clip) in painted(window) {
        if text.trim().is_empty() || !clip.intersects(rect) {
            continue;
        }
        assert!(!is_elided, "{name}: {text:?} is shortened");
        let is_inside = rect.left() >= clip.left() - 1.0 && rect.right() <= clip.right() + 1.0;
        assert!(is_inside, "{name}: {text:?} at {rect:?} is cut by {clip:?}");
    }
}

fn setups() -> Vec<(&'static str, Setup)> {
    let head = Some(Head { has_lesion: true, has_masks: true });
    let scaled = |ui_scale| Settings { ui_scale, ..Setup::default().settings };
    vec![
        ("1280×800", Setup { head, ..Setup::default() }),
        ("1024×700", Setup { head, size: [1024.0, 700.0], ..Setup::default() }),
        ("4K at 200 %", Setup { head, size: [3840.0, 2160.0], settings: scaled(2.0) }),
        ("1280×800 at 150 %", Setup { head, size: [1280.0, 800.0], settings: scaled(1.5) }),
    ]
}

#[test]
fn no_text_is_cut_or_shortened_while_reading() {
    for (name, setup) in setups() {
        let mut window = TestWindow::new(setup);
        assert_fits(&window, name);
        window.press(egui::Key::U);
        window.press(egui::Key::Q);
        assert_fits(&window, name);
    }
}

#[test]
fn no_text_is_cut_in_the_empty_window() {
    for size in [[1280.0, 800.0], [1024.0, 700.0]] {
        assert_fits(&TestWindow::new(Setup { head: None, size, ..Setup::default() }), "empty");
    }
}

#[test]
fn no_text_is_cut_in_the_popups() {
    for (_, setup) in setups() {
        let mut window = TestWindow::new(setup);
        for key in [egui::Key::F1, egui::Key::Escape] {
            window.press(key);
            assert_fits(&window, "key sheet");
        }
        window.click_button("Details…");
        assert_fits(&window, "model cards");
    }
}

#[test]
fn the_right_panel_keeps_its_four_sections_in_place_when_the_answer_changes() {
    let mut window = TestWindow::reading();
    let order = |window: &TestWindow| {
        ["Finding", "Overlay", "Review", "Model"].map(|title| window.harness.get_by_label(title).rect().top())
    };
    let before = order(&window);
    assert!(before.is_sorted(), "{before:?}");
    window.press(egui::Key::U);
    assert!(order(&window).is_sorted());
}

#[test]
fn text_reads_against_its_ground_in_both_themes() {
    for palette in [Palette::DARK, Palette::LIGHT] {
        for (name, text, ground) in palette.text_pairs() {
            let contrast = theme::contrast(text, ground);
            assert!(contrast >= 4.5, "{name}: {contrast:.2}");
        }
    }
}

#[test]
fn the_light_theme_reads_a_scan_too() {
    let settings = Settings { theme: ThemeChoice::Light, ..Setup::default().settings };
    let window = TestWindow::new(Setup { settings, ..Setup::default() });
    assert!(window.shows("Model flags slices 5–8"));
    assert_fits(&window, "light");
}

/// Characters in the program's own texts that a reader may see: all that are not ASCII in the rooms that write words.
fn written_characters() -> std::collections::BTreeSet<char> {
    let mut characters: std::collections::BTreeSet<char> = (' '..='~').collect();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // The rooms whose words reach the window; a terminal's own signs are its own affair.
    let mut folders: Vec<_> = ["domain", "io", "engine", "state", "ui"].map(|room| source.join(room)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let source = std::fs::read_to_string(&path).expect("a source file");
                let code = source.lines().filter(|l| !l.trim_start().starts_with("//"));
                // Between quotes only: comments and formulas may write what they like.
                let quoted = code.flat_map(|l| l.split('"').skip(1).step_by(2)).flat_map(str::chars);
                characters.extend(quoted.filter(|c| !c.is_ascii()));
            }
        }
    }
    characters
}

#[test]
fn the_font_has_every_character_that_the_program_writes() {
    let ctx = egui::Context::default();
    theme::install(&ctx);
    ctx.run_ui(egui::RawInput::default(), |_| {}).drop_without_applying_deltas();
    let missing: Vec<char> = ctx.fonts_mut(|fonts| {
        let font = theme::text();
        written_characters().into_iter().filter(|&c| !fonts.has_glyph(&font, c)).collect()
    });
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_frame_at_512_pixels_takes_at_most_8_ms_without_raster() {
    let mut window = TestWindow::reading();
    window.press(egui::Key::L);
    let mut best = f64::INFINITY;
    for _ in 0..20 {
        let start = std::time::Instant::now();
        window.harness.step();
        let shapes = window.harness.output().shapes.clone();
        let _ = window.harness.ctx.tessellate(shapes, 1.0);
        best = best.min(start.elapsed().as_secs_f64() * 1000.0);
    }
    // The best of twenty: the machine's other work must not fail it.
    assert!(best <= 8.0, "{best:.2} ms");
}
