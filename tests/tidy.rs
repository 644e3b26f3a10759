//! The house rules as tests, over every file of the repository. Not for what the program does.

mod form;
mod lexer;
mod planted;
mod rooms;
mod source;
mod tree;

use std::fs;

use source::Source;

/// Fails with every breach of `rule` in the Rust files of `folder`.
fn hold(folder: &str, rule: fn(&Source) -> Vec<String>) {
    report(&source::sources(folder).iter().flat_map(rule).collect::<Vec<_>>());
}

fn report(breaches: &[String]) {
    assert!(breaches.is_empty(), "{} breaches:\n{}", breaches.len(), breaches.join("\n"));
}

fn median(mut numbers: Vec<usize>) -> usize {
    numbers.sort_unstable();
    numbers[numbers.len() / 2]
}

#[test]
fn no_room_imports_a_room_to_its_right() {
    hold("src/", rooms::room_order);
}

#[test]
fn libraries_stay_where_they_are_at_home() {
    hold("src/", rooms::homes);
}

#[test]
fn threads_begin_only_in_the_engine_and_the_prefetch() {
    hold("src/", rooms::threads);
}

#[test]
fn files_are_touched_only_in_the_named_places() {
    hold("src/", rooms::filing);
}

#[test]
fn the_windows_side_neither_waits_nor_looks_at_the_disk() {
    hold("src/", rooms::frame_never_waits);
}

#[test]
fn every_unsafe_block_says_why_it_is_sound() {
    hold("src/", rooms::safety_comments);
}

#[test]
fn no_file_is_over_the_wall() {
    hold("src/", form::file_length);
    hold("tests/", form::file_length);
}

#[test]
fn no_function_is_over_the_wall() {
    hold("src/", form::function_length);
    hold("tests/", form::function_length);
}

#[test]
fn files_and_functions_are_short_as_a_rule() {
    let sources = source::sources("src/");
    let files = median(sources.iter().map(|s| s.text.lines().count()).collect());
    let functions = median(sources.iter().flat_map(|s| lexer::functions(&s.tokens)).map(|f| f.length).collect());
    println!("median: {files} lines a file, {functions} lines a function");
    assert!(files <= 220, "the median file has {files} lines");
    assert!(functions <= 12, "the median function has {functions} lines");
}

#[test]
fn every_file_says_what_it_is_not_for() {
    hold("src/", form::door_plate);
    hold("tests/", form::door_plate);
    hold("build.rs", form::door_plate);
}

#[test]
fn nothing_in_src_gives_up_the_program() {
    hold("src/", form::forbidden);
}

#[test]
fn at_most_one_expectation_in_a_thousand_lines() {
    let sources = source::sources("src/");
    let lines: usize = sources.iter().map(|s| s.text.lines().count()).sum();
    let found: Vec<String> = sources.iter().flat_map(form::expectations).collect();
    assert!(found.len() * 1000 <= lines, "{} in {lines} lines:\n{}", found.len(), found.join("\n"));
}

#[test]
fn no_doc_comment_is_empty() {
    hold("src/", form::empty_docs);
    hold("tests/", form::empty_docs);
}

#[test]
fn the_two_message_enums_stay_small() {
    let sources = source::sources("src/engine/");
    for name in ["Command", "Event"] {
        let count = sources.iter().find_map(|s| form::variants(s, name));
        assert!(count.is_some_and(|count| count > 0), "enum {name} was not found");
    }
    hold("src/", form::message_size);
}

#[test]
fn messages_are_matched_without_a_wildcard() {
    hold("src/", form::message_matches);
}

#[test]
fn nothing_new_lies_at_the_top() {
    report(&tree::top_names(&source::files()));
}

#[test]
fn no_stray_scan_lies_in_the_repository() {
    report(&tree::stray_scans(&source::files()));
}

#[test]
fn fixtures_are_small() {
    let size = |path: &String| fs::metadata(source::root().join(path)).map_or(0, |m| m.len());
    report(&tree::large_fixtures(
        &source::files().into_iter().map(|path| (path.clone(), size(&path))).collect::<Vec<_>>(),
    ));
}

#[test]
fn no_text_names_a_folder_of_one_machine() {
    let read = |path: &String| fs::read_to_string(source::root().join(path)).ok();
    report(
        &source::files()
            .iter()
            .filter_map(|path| read(path).map(|text| tree::machine_paths(path, &text)))
            .flatten()
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_file_is_mounted_by_its_parent() {
    let manifest = fs::read_to_string(source::root().join("Cargo.toml")).expect("the manifest is there");
    let roots = tree::target_roots(&manifest);
    report(&tree::orphans(&source::sources("src/"), "src/lib.rs", &roots));
    report(&tree::orphans(&source::sources("tests/"), "tests/tests.rs", &roots));
}

#[test]
fn names_of_tests_are_sentences() {
    hold("tests/", tree::test_names);
}
