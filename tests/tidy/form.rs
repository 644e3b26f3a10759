//! The rules about form: lengths, door plates, forbidden words, messages. Not for who imports whom (`rooms`).

use super::lexer::{closing, functions, is_word};
use super::source::Source;

/// The wall for files, in lines.
pub const FILE_WALL: usize = 400;
/// The wall for functions, in lines.
pub const FUNCTION_WALL: usize = 80;
/// The wall for the message enums, in variants.
pub const VARIANT_WALL: usize = 15;

/// Files stay short.
pub fn file_length(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    if lines > FILE_WALL {
        vec![source.at(lines, &format!("{lines} lines, {FILE_WALL} is the wall"))]
    } else {
        Vec::new()
    }
}

/// Functions stay short.
pub fn function_length(source: &Source) -> Vec<String> {
    functions(&source.tokens)
        .iter()
        .filter(|f| f.length > FUNCTION_WALL)
        .map(|f| source.at(f.line, &format!("{} has {} lines, {FUNCTION_WALL} is the wall", f.name, f.length)))
        .collect()
}

/// Line 1 begins the door plate: what the file is for, and what it is not for.
pub fn door_plate(source: &Source) -> Vec<String> {
    let plate: Vec<&str> = source.text.lines().map_while(|line| line.strip_prefix("//!")).collect();
    let words: Vec<String> =
        plate.iter().flat_map(|line| line.split(|c: char| !c.is_alphanumeric())).map(str::to_lowercase).collect();
    let says_not = words.iter().any(|word| matches!(word.as_str(), "not" | "only"));
    match (words.iter().filter(|word| !word.is_empty()).count(), says_not) {
        (0, _) => vec![source.at(1, "no door plate (`//!`) on line 1")],
        (1..6, _) => vec![source.at(1, "the door plate says too little")],
        (_, false) => vec![source.at(1, "the door plate does not say what the file is not for")],
        (_, true) => Vec::new(),
    }
}

/// Nothing that gives up the program, nothing left over from debugging, no test where tests don't run.
pub fn forbidden(source: &Source) -> Vec<String> {
    let mut breaches = Vec::new();
    for at in 0..source.tokens.len() {
        let is_call = ["unwrap", "unwrap_err", "unwrap_unchecked"].iter().any(|w| source.reads(at, &[w, "("]));
        let is_macro = ["panic", "todo", "dbg", "unimplemented"].iter().any(|w| source.reads(at, &[w, "!"]));
        let is_by_path = source.reads(at, &["::", "unwrap"]);
        if is_call || is_macro || is_by_path {
            breaches.push(source.at(source.tokens[at].line, &format!("{} in src", source.tokens[at].text)));
        }
        if source.reads(at, &["cfg", "(", "test", ")"]) {
            breaches.push(source.at(source.tokens[at].line, "a test in src never runs: tests live in tests/"));
        }
    }
    breaches
}

/// Places where the program would panic on purpose: `expect`, `unreachable!`, `assert!`.
pub fn expectations(source: &Source) -> Vec<String> {
    (0..source.tokens.len())
        .filter(|&at| source.reads(at, &[".", "expect", "("]) || source.reads(at, &["unreachable", "!"]))
        .map(|at| source.at(source.tokens[at].line, "expect or unreachable!"))
        .collect()
}

/// No doc comment without a word, none that begins or ends with an empty line.
pub fn empty_docs(source: &Source) -> Vec<String> {
    let docs: Vec<Option<bool>> = source.text.lines().map(|line| doc_has_words(line.trim_start())).collect();
    let has_words_at = |i: Option<usize>| i.and_then(|i| docs.get(i)).copied().flatten();
    (0..docs.len())
        .filter(|&i| docs[i] == Some(false))
        .filter(|&i| has_words_at(i.checked_sub(1)).is_none() || has_words_at(Some(i + 1)).is_none())
        .map(|i| source.at(i + 1, "an empty doc comment"))
        .collect()
}

/// `None` for a line that is no doc comment.
fn doc_has_words(line: &str) -> Option<bool> {
    let text = line.strip_prefix("///").filter(|text| !text.starts_with('/')).or_else(|| line.strip_prefix("//!"))?;
    Some(!text.trim().is_empty())
}

/// The variants of `enum name` in `source`; `None` where it isn't there.
pub fn variants(source: &Source, name: &str) -> Option<usize> {
    let open = source.find(&["enum", name, "{"]).next()? + 2;
    let (mut count, mut at, mut is_head) = (0, open + 1, true);
    while at < closing(&source.tokens, open) {
        match source.tokens[at].text.as_str() {
            "#" => at = closing(&source.tokens, at + 1),
            "{" | "(" => at = closing(&source.tokens, at),
            "," => is_head = true,
            text if is_head && is_word(text) => (count, is_head) = (count + 1, false),
            _ => {}
        }
        at += 1;
    }
    Some(count)
}

/// The message enums stay small.
pub fn message_size(source: &Source) -> Vec<String> {
    ["Command", "Event", "TrainEvent"]
        .iter()
        .filter_map(|name| variants(source, name).map(|count| (name, count)))
        .filter(|(_, count)| *count > VARIANT_WALL)
        .map(|(name, count)| source.at(1, &format!("{name} has {count} variants, {VARIANT_WALL} is the wall")))
        .collect()
}

/// Where messages are told apart, every one is named: a new one must not slip by under `_`. One name and `_` is a
/// question about that one (`if let`), and may stand.
pub fn message_matches(source: &Source) -> Vec<String> {
    if source.is_in(&["src/ui/"]) {
        return Vec::new(); // `Event` there is egui's
    }
    let mut breaches = Vec::new();
    for at in source.find(&["match"]) {
        let Some(open) = (at..source.tokens.len()).find(|&i| source.tokens[i].text == "{") else { continue };
        let patterns = arm_patterns(source, open);
        let is_message =
            |start: usize| ["Command", "Event", "TrainEvent"].iter().any(|n| source.reads(start, &[n, "::"]));
        let named = patterns.iter().filter(|&&(start, _)| is_message(start)).count();
        let is_wild = patterns.iter().any(|&(start, end)| end == start + 1 && source.tokens[start].text == "_");
        if named >= 2 && is_wild {
            breaches.push(source.at(source.tokens[at].line, "a match over messages with `_`"));
        }
    }
    breaches
}

/// The token ranges of a match's patterns, guards included.
fn arm_patterns(source: &Source, open: usize) -> Vec<(usize, usize)> {
    let (end, mut at, mut found) = (closing(&source.tokens, open), open + 1, Vec::new());
    while at < end {
        let start = at;
        while at < end && source.tokens[at].text != "=>" {
            at = if matches!(source.tokens[at].text.as_str(), "{" | "(" | "[") {
                closing(&source.tokens, at) + 1
            } else {
                at + 1
            };
        }
        found.push((start, at));
        at += 1;
        if source.reads(at, &["{"]) {
            at = closing(&source.tokens, at) + 1;
        } else {
            while at < end && source.tokens[at].text != "," {
                at = if matches!(source.tokens[at].text.as_str(), "{" | "(" | "[") {
                    closing(&source.tokens, at) + 1
                } else {
                    at + 1
                };
            }
        }
        if source.reads(at, &[","]) {
            at += 1;
        }
    }
    found
}
