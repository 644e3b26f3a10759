//! What was done and what failed, and the exit code that says so. Not for printing as it happens (`output`).

use std::process::ExitCode;

use super::output::Output;

/// Some files failed, the rest is done.
const SOME_FAILED: u8 = 1;

/// Nothing could be done.
const NOTHING_DONE: u8 = 2;

/// Counts what was done and keeps the words of what was not.
#[derive(Debug, Default)]
pub struct Tally {
    done: usize,
    failed: Vec<String>,
    is_interrupted: bool,
}

impl Tally {
    /// One more thing is done.
    pub fn done(&mut self) {
        self.done += 1;
    }

    /// One more thing failed.
    pub fn failed(&mut self, text: String) {
        self.failed.push(text);
    }

    /// Something failed to which these more belong.
    pub fn failed_all(&mut self, texts: impl IntoIterator<Item = String>) {
        self.failed.extend(texts);
    }

    /// The user stopped it.
    pub fn interrupted(&mut self) {
        self.is_interrupted = true;
    }

    /// Lists what failed and gives the exit code: 0 all done, 1 some failed, 2 nothing done.
    pub fn close(&self, output: &Output) -> ExitCode {
        output.clear();
        if self.is_interrupted {
            output.trouble(&format!("Stopped. What was finished is kept: {}.", studies(self.done)));
        }
        if !self.failed.is_empty() {
            output.trouble(&format!("Failed: {}", self.failed.len()));
            for text in &self.failed {
                output.trouble(&format!("  {text}"));
            }
        }
        match (self.done, self.failed.is_empty() && !self.is_interrupted) {
            (0, _) => ExitCode::from(NOTHING_DONE),
            (_, false) => ExitCode::from(SOME_FAILED),
            (_, true) => ExitCode::SUCCESS,
        }
    }
}

fn studies(count: usize) -> String {
    if count == 1 { "1 study".to_owned() } else { format!("{count} studies") }
}
