//! What the terminal shows: bars where somebody watches, plain lines in a pipe. Not for what to say.

use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Lines and one bar. A closed pipe ends nothing: what nobody reads is not written.
pub struct Output {
    lines_to_stderr: bool,
    bar: ProgressBar,
}

impl Output {
    /// With `lines_to_stderr` the standard output stays free for data.
    pub fn new(lines_to_stderr: bool) -> Self {
        let target =
            if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) = ProgressStyle::with_template("{prefix} {msg} {bar:24} {pos}/{len}") {
            bar.set_style(style);
        }
        Self { lines_to_stderr, bar }
    }

    /// A line for the user.
    pub fn line(&self, text: &str) {
        self.bar.suspend(|| {
            let _ =
                if self.lines_to_stderr { writeln!(io::stderr(), "{text}") } else { writeln!(io::stdout(), "{text}") };
        });
    }

    /// A line about something that went wrong.
    pub fn trouble(&self, text: &str) {
        self.bar.suspend(|| {
            let _ = writeln!(io::stderr(), "{text}");
        });
    }

    /// Data for the next program, without a line end of its own.
    pub fn data(&self, text: &str) {
        self.bar.suspend(|| {
            let mut out = io::stdout();
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        });
    }

    /// Moves the bar.
    pub fn progress(&self, name: &str, what: &'static str, done: usize, total: usize) {
        if self.bar.prefix() != name {
            self.bar.set_prefix(name.to_owned());
        }
        self.bar.set_message(what);
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// JSON documents one after the other: one alone as it is, several as an array that grows while the work goes on.
#[derive(Debug)]
pub struct Documents {
    has_many: bool,
    printed: usize,
}

impl Documents {
    /// For one document, or for `has_many`.
    pub fn new(has_many: bool) -> Self {
        Self { has_many, printed: 0 }
    }

    /// Prints the next document.
    pub fn print(&mut self, output: &Output, text: &str) {
        let before = match (self.has_many, self.printed) {
            (false, _) => "",
            (true, 0) => "[\n",
            (true, _) => ",\n",
        };
        self.printed += 1;
        let after = if self.has_many { "" } else { "\n" };
        output.data(&format!("{before}{}{after}", text.trim_end()));
    }

    /// Ends the array, which is there even where nothing was printed.
    pub fn close(&self, output: &Output) {
        match (self.has_many, self.printed) {
            (false, _) => {}
            (true, 0) => output.data("[]\n"),
            (true, _) => output.data("\n]\n"),
        }
    }
}
