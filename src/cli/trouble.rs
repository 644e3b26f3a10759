//! The one line on standard error that a panic leaves, in the terminal and behind the window. Not for errors that are
//! expected (`tally`), and never with what could name a patient.

use std::panic::PanicHookInfo;

/// Replaces the usual report of a panic. A worker's panic is told to the user by the engine (`Failure`) and costs one
/// job; this line is for whoever reads the log.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| eprintln!("{}", panic_line(info))));
}

fn panic_line(info: &PanicHookInfo) -> String {
    let payload = info.payload();
    let message =
        payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let place = info.location().map_or_else(|| "unknown place".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
    let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
    format!("glioview: a bug stopped the {thread} thread at {place}: {}", scrubbed(message.unwrap_or("no message")))
}

/// `message` on one line, without what stands in quotes and without paths: both may hold a patient's name. A path may
/// hold spaces, so all from its first separator's word to its last one's goes.
pub fn scrubbed(message: &str) -> String {
    let outside_quotes = message.split('"').enumerate().map(|(i, part)| if i % 2 == 0 { part } else { "…" });
    let joined: String = outside_quotes.collect();
    let words: Vec<&str> = joined.split_whitespace().collect();
    let is_path = |word: &&str| word.contains(['/', '\\']);
    let (Some(first), Some(last)) = (words.iter().position(is_path), words.iter().rposition(is_path)) else {
        return words.join(" ");
    };
    [&words[..first], &["…"], &words[last + 1..]].concat().join(" ")
}
