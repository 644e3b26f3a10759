//! The README says what the program does: its key table is the program's own, its options exist, its files are there.
//! Not for the README's prose.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use glioview::state::table::{Group, MOUSE, TABLE};

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    std::fs::read_to_string(path).expect("README.md is there")
}

/// What stands between `<!-- name…-->` and `<!-- /name -->`.
fn section(text: &str, name: &str) -> String {
    let start = text.find(&format!("<!-- {name}")).expect("the section begins");
    let body = &text[start..];
    let from = body.find("-->\n").expect("the mark ends") + 4;
    let to = body.find(&format!("<!-- /{name} -->")).expect("the section ends");
    body[from..to].trim().to_owned()
}

fn key_table() -> String {
    let mut table = String::from("| keys | action |\n|---|---|\n");
    for group in Group::ALL {
        let rows = TABLE.iter().filter(|entry| entry.group == group && !entry.chords.is_empty());
        for (index, entry) in rows.enumerate() {
            if index == 0 {
                let _ = writeln!(table, "| | **{}** |", group.label());
            }
            let keys: Vec<String> = entry.chords.iter().map(|chord| chord.label(false)).collect();
            let _ = writeln!(table, "| {} | {} |", keys.join(", "), entry.text);
        }
    }
    table.trim().to_owned()
}

fn mouse_table() -> String {
    let rows: Vec<String> = MOUSE.iter().map(|(gesture, words)| format!("| {gesture} | {words} |")).collect();
    format!("| mouse | does |\n|---|---|\n{}", rows.join("\n"))
}

#[test]
fn the_key_table_is_the_programs_own() {
    let expected = key_table();
    assert_eq!(section(&readme(), "keys"), expected, "put this between the marks of README.md:\n{expected}\n");
}

#[test]
fn the_mouse_table_is_the_programs_own() {
    let expected = mouse_table();
    assert_eq!(section(&readme(), "mouse"), expected, "put this between the marks of README.md:\n{expected}\n");
}

/// The options that `text` names, by command: those on a `glioview COMMAND …` line, and those in running text.
fn named_options(text: &str) -> (BTreeMap<String, BTreeSet<String>>, BTreeSet<String>) {
    let option = |word: &str| {
        let name: String = word.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
        (name.len() > 3 && name.starts_with("--") && !name.starts_with("---")).then_some(name)
    };
    let (mut by_command, mut loose) = (BTreeMap::<String, BTreeSet<String>>::new(), BTreeSet::new());
    for line in text.lines().filter(|line| !line.contains("cargo ") && !line.contains("<!--")) {
        let words: Vec<&str> = line.split([' ', '`', '(', ')', ',', '.']).collect();
        let options = words.iter().filter_map(|word| option(word));
        match line.strip_prefix("glioview ").and_then(|rest| rest.split(' ').next()) {
            Some(command) => by_command.entry(command.to_owned()).or_default().extend(options),
            None => loose.extend(options),
        }
    }
    (by_command, loose)
}

fn help(command: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_glioview")).args([command, "--help"]).output().expect("it starts");
    assert!(output.status.success(), "glioview {command} --help: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn has_option(help: &str, option: &str) -> bool {
    help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(|word| word == option)
}

#[test]
fn every_command_and_option_of_the_readme_exists() {
    let (by_command, loose) = named_options(&readme());
    assert!(by_command.contains_key("analyze") && by_command.contains_key("train"), "{by_command:?}");
    let helps: BTreeMap<&String, String> = by_command.keys().map(|command| (command, help(command))).collect();
    for (command, options) in &by_command {
        let missing: Vec<_> = options.iter().filter(|option| !has_option(&helps[command], option)).collect();
        assert!(missing.is_empty(), "glioview {command} knows no {missing:?}");
    }
    let own = Command::new(env!("CARGO_BIN_EXE_glioview")).arg("--help").output().expect("it starts");
    let own = String::from_utf8_lossy(&own.stdout).into_owned();
    let known = |option: &String| helps.values().chain([&own]).any(|text| has_option(text, option));
    let unknown: Vec<_> = loose.iter().filter(|option| !known(option)).collect();
    assert!(unknown.is_empty(), "no command knows {unknown:?}");
}

#[test]
fn an_option_that_does_not_exist_would_be_found() {
    let (by_command, loose) = named_options("glioview analyze A --no-such-thing 1\nand `--nothing-either`, so\n");
    assert!(by_command["analyze"].contains("--no-such-thing"));
    assert!(loose.contains("--nothing-either"));
    assert!(!has_option(&help("analyze"), "--no-such-thing"));
    assert!(has_option(&help("analyze"), "--out"));
}

#[test]
fn every_file_that_the_readme_names_is_there() {
    let text = readme();
    let ends = [".md", ".rs", "LICENSE-MIT", "LICENSE-APACHE", "assets/fonts", ".ci/run", ".github/workflows"];
    let named = text.split('`').skip(1).step_by(2).filter(|word| ends.iter().any(|end| word.ends_with(end)));
    let paths: Vec<&str> = named.filter_map(|word| word.split(' ').next_back()).collect();
    assert!(paths.len() >= 5, "{paths:?}");
    for path in paths {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "README.md names {path}");
    }
}
