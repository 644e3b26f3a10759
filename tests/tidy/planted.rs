//! Planted breaches: every rule must find its own, and must leave the lookalike beside it alone. Not for the
//! repository's own files.

use super::source::Source;
use super::{form, lexer, rooms, tree};

fn finds(rule: fn(&Source) -> Vec<String>, path: &str, text: &str, expected: usize) {
    let found = rule(&Source::new(path, text));
    assert_eq!(found.len(), expected, "{path}: {text}\nfound: {found:?}");
}

#[test]
fn comments_strings_and_lifetimes_are_told_from_code() {
    let source = r##"let a = "x.unwrap()"; // panic!()
/* dbg!() /* todo!() */ */ fn f<'a>(b: &'a str) -> char { '"' } let c = r#"unwrap() " still"#; let r = br"\"; ok"##;
    let words: Vec<String> = lexer::tokens(source).into_iter().map(|t| t.text).collect();
    assert!(!words.iter().any(|w| ["unwrap", "panic", "dbg", "todo", "still"].contains(&w.as_str())), "{words:?}");
    assert_eq!(words.last().map(String::as_str), Some("ok"));
    assert_eq!(lexer::blanked(source).lines().count(), source.lines().count());
}

#[test]
fn functions_are_measured_from_fn_to_the_closing_brace() {
    let tokens =
        lexer::tokens("trait T { fn none(&self) -> [u8; 3]; }\nfn one(a: [u8; 2]) -> u8\n{\n    {\n    }\n}\n");
    let found = lexer::functions(&tokens);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].name.as_str(), found[0].line, found[0].length), ("one", 2, 5));
}

#[test]
fn an_import_from_the_right_is_found_in_every_form() {
    for text in [
        "use crate::state::Model;",
        "use crate::{domain::scan::Scan, engine::Engine};",
        "use glioview::ui;",
        "fn f() { crate::train::train(); }",
        "use super::super::engine::command::JobId;",
        "pub(crate) use crate::app;",
        "use crate::cli;",
    ] {
        finds(rooms::room_order, "src/nn/reader.rs", text, 1);
    }
    finds(rooms::room_order, "src/nn/mod.rs", "use super::train::event;", 1);
    finds(rooms::room_order, "src/nn/ops/conv.rs", "use super::super::super::train::event;", 1);
    finds(rooms::room_order, "src/cli/analyze.rs", "use crate::app::run_window;", 1);
}

#[test]
fn imports_from_the_left_and_from_within_are_free() {
    for text in
        ["use crate::{domain::scan::Scan, io};", "use super::train::x;", "// use crate::ui;", "use other::state;"]
    {
        finds(rooms::room_order, "src/nn/reader.rs", text, 0);
    }
    finds(rooms::room_order, "src/nn/ops/conv.rs", "use super::super::train::event;", 0);
    finds(rooms::room_order, "src/main.rs", "use glioview::{app, cli};", 0);
    finds(rooms::room_order, "src/app.rs", "use crate::{engine::Engine, state, ui};", 0);
}

#[test]
fn a_library_away_from_home_is_found() {
    finds(rooms::homes, "src/state/update.rs", "use egui::Key;", 1);
    finds(rooms::homes, "src/ui/canvas.rs", "use egui::Key;", 0);
    finds(rooms::homes, "src/engine/worker.rs", "use candle_core::Tensor;", 1);
    finds(rooms::homes, "src/train/epoch.rs", "use candle_core::Tensor;", 0);
    finds(rooms::homes, "src/io/raster.rs", "use rayon::prelude::*;", 1);
    finds(rooms::homes, "src/nn/input.rs", "unsafe { f() }", 1);
    finds(rooms::homes, "src/train/epoch.rs", "println!(\"{x}\"); self.print(x);", 1);
    finds(rooms::homes, "src/cli/train.rs", "println!(\"{x}\");", 0);
}

#[test]
fn a_thread_outside_the_engine_is_found() {
    let places =
        [("src/ui/a.rs", 1), ("src/engine/worker.rs", 0), ("src/train/batch.rs", 0), ("src/train/epoch.rs", 1)];
    for (path, expected) in places {
        finds(rooms::threads, path, "std::thread::spawn(|| ());", expected);
        finds(rooms::threads, path, "use std::thread::{Builder};", expected);
    }
    finds(rooms::threads, "src/io/a.rs", "use std::thread as t;", 1);
    finds(rooms::threads, "src/nn/device.rs", "std::thread::available_parallelism()", 0);
}

#[test]
fn a_file_touched_elsewhere_is_found() {
    for text in ["use std::fs;", "std::fs::read(p)", "use std::{fs::File, io};", "fs::write(a, b)"] {
        finds(rooms::filing, "src/engine/open.rs", text, 1);
        finds(rooms::filing, "src/io/export.rs", text, 0);
    }
    finds(rooms::filing, "src/train/epoch.rs", "use std::io; // std::fs", 0);
}

#[test]
fn a_frame_that_could_wait_is_found() {
    finds(rooms::frame_never_waits, "src/ui/drop.rs", "if path.is_dir() { rx.recv() }", 2);
    finds(rooms::frame_never_waits, "src/state/model.rs", "use std::sync::Mutex;", 1);
    finds(rooms::frame_never_waits, "src/engine/queue.rs", "use std::sync::Mutex; rx.recv()", 0);
}

#[test]
fn an_unsafe_block_without_its_reason_is_found() {
    finds(rooms::safety_comments, "src/nn/ops/a.rs", "fn f() {\n    unsafe { g() }\n}", 1);
    finds(rooms::safety_comments, "src/nn/ops/a.rs", "fn f() {\n    // SAFETY: g is sound.\n    unsafe { g() }\n}", 0);
}

#[test]
fn long_files_and_long_functions_are_found() {
    finds(form::file_length, "src/io/a.rs", &"x\n".repeat(form::FILE_WALL + 1), 1);
    finds(form::file_length, "src/io/a.rs", &"x\n".repeat(form::FILE_WALL), 0);
    let function = |lines: usize| format!("fn f() {{\n{}}}\n", "x();\n".repeat(lines - 2));
    finds(form::function_length, "src/io/a.rs", &function(form::FUNCTION_WALL + 1), 1);
    finds(form::function_length, "src/io/a.rs", &function(form::FUNCTION_WALL), 0);
}

#[test]
fn a_missing_or_one_sided_door_plate_is_found() {
    finds(form::door_plate, "src/io/a.rs", "use x;\n//! Reads files. Not for showing them at all.", 1);
    finds(form::door_plate, "src/io/a.rs", "//! Not it.", 1);
    finds(form::door_plate, "src/io/a.rs", "//! Reads files of every kind that there is.", 1);
    finds(form::door_plate, "src/io/a.rs", "//! Reads files of every kind.\n//! Not for writing.", 0);
}

#[test]
fn words_that_give_up_the_program_are_found() {
    for text in ["x.unwrap()", "panic!(\"a\")", "todo!()", "dbg!(x)", "v.map(Option::unwrap)", "#[cfg(test)] mod t {}"]
    {
        finds(form::forbidden, "src/io/a.rs", text, 1);
    }
    finds(form::forbidden, "src/io/a.rs", "x.unwrap_or(1); std::panic::catch_unwind(f); // unwrap()", 0);
    finds(form::expectations, "src/io/a.rs", "x.expect(\"why\"); unreachable!(); self.expected(1)", 2);
}

#[test]
fn a_doc_comment_without_words_is_found() {
    finds(form::empty_docs, "src/io/a.rs", "///\nfn f() {}", 1);
    finds(form::empty_docs, "src/io/a.rs", "/// Does.\n///\nfn f() {}", 1);
    finds(form::empty_docs, "src/io/a.rs", "/// Does.\n///\n/// More.\nfn f() {}\n////\n", 0);
}

#[test]
fn a_message_enum_is_counted_by_variants() {
    let text = "pub enum Event {\n    /// A.\n    #[x(y)]\n    A { a: u8, b: (u8, u8) },\n    B(u8, u8),\n    C,\n}";
    assert_eq!(form::variants(&Source::new("src/engine/event.rs", text), "Event"), Some(3));
    let many = format!("enum Command {{ {} }}", (0..=form::VARIANT_WALL).map(|i| format!("V{i},")).collect::<String>());
    finds(form::message_size, "src/engine/command.rs", &many, 1);
}

#[test]
fn a_wildcard_over_messages_is_found() {
    let arms =
        |last: &str| format!("match e {{ Event::A {{ x }} => {{ f(x); }} Event::B => g(1, 2), {last} => {{}} }}");
    finds(form::message_matches, "src/state/receive.rs", &arms("_"), 1);
    finds(form::message_matches, "src/state/receive.rs", &arms("Event::C"), 0);
    finds(form::message_matches, "src/ui/canvas.rs", &arms("_"), 0);
    finds(form::message_matches, "src/state/receive.rs", "match e { Event::A => 1, _ => 2 }", 0);
    finds(form::message_matches, "src/state/receive.rs", "match x { Some(1) => Event::A, _ => Event::B }", 0);
}

#[test]
fn strays_in_the_repository_are_found() {
    let paths = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    assert_eq!(tree::top_names(&paths(&["docs/a.md", "src/lib.rs", "LICENSE-MIT", ".ci/run", "notes.txt"])).len(), 2);
    assert_eq!(
        tree::stray_scans(&paths(&["src/a.TIF", "weights/p.dcm", "assets/icon.png", "tests/a.nii.gz"])).len(),
        3
    );
    let sizes = [("tests/fixtures/a.tif".to_owned(), tree::FIXTURE_WALL + 1), ("assets/a.tif".to_owned(), 3_000_000)];
    assert_eq!(tree::large_fixtures(&sizes).len(), 1);
}

#[test]
fn a_path_of_one_machine_is_found() {
    let planted = ["see /wo", "rk/runs and \"/ho", "me/ann\"\nC:\\Us", "ers\\ann"].concat();
    assert_eq!(tree::machine_paths("a.md", &planted).len(), 3);
    assert_eq!(tree::machine_paths("a.md", "https://example.org/home/page ~/work/x ../shared").len(), 0);
}

#[test]
fn an_orphaned_file_is_found() {
    let sources = [
        ("src/lib.rs", "pub mod io;"),
        ("src/main.rs", ""),
        ("src/io/mod.rs", "pub mod raster;"),
        ("src/io/raster.rs", ""),
        ("src/io/lost.rs", ""),
    ]
    .map(|(path, text)| Source::new(path, text));
    let found = tree::orphans(&sources, "src/lib.rs", &tree::target_roots("[[bin]]\npath = \"src/main.rs\"\n"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("src/io/lost.rs"));
}

#[test]
fn a_test_name_that_is_no_sentence_is_found() {
    finds(
        tree::test_names,
        "tests/a.rs",
        "#[test]\nfn works() {}\n#[test]\nfn a_mask_fits_its_scan() {}\nfn help() {}",
        1,
    );
}
