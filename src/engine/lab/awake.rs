//! Keeps the computer awake while it trains, by the system's own tool. Not for the screen, which may go dark.
//!
//! Linux asks `systemd-inhibit`, macOS `caffeinate`; where the tool is missing, and on Windows, nothing is done.

use std::process::{Child, Command, Stdio};

/// Held while the computer shall not sleep.
pub struct Awake(Option<Child>);

impl Awake {
    /// Asks the system. The tool waits on a pipe that closes with this program, however that ends.
    pub fn while_training() -> Self {
        Self(tool().and_then(|mut tool| {
            let tool = tool.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            tool.spawn().inspect_err(|error| log::debug!("the computer may sleep while it trains: {error}")).ok()
        }))
    }
}

/// The system's tool with the words that let it wait for the end of its input.
#[cfg(target_os = "linux")]
const TOOL: &[&str] =
    &["systemd-inhibit", "--what=idle:sleep", "--who=Glioview", "--why=A net is in training", "--mode=block", "cat"];
/// As above.
#[cfg(target_os = "macos")]
const TOOL: &[&str] = &["caffeinate", "-i", "cat"];
/// None is known.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
const TOOL: &[&str] = &[];

fn tool() -> Option<Command> {
    let (name, words) = TOOL.split_first()?;
    let mut tool = Command::new(name);
    tool.args(words);
    Some(tool)
}

impl Drop for Awake {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            drop(child.stdin.take());
            // `cat` ends with its pipe; a tool that hangs all the same is ended.
            if !matches!(child.try_wait(), Ok(Some(_))) {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}
