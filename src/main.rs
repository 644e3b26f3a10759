//! The program's door: nothing yet but its version. Not for work of its own (`cli`, `app`).

use std::process::ExitCode;

fn main() -> ExitCode {
    println!("glioview {} ({})", env!("CARGO_PKG_VERSION"), env!("GLIOVIEW_COMMIT"));
    ExitCode::SUCCESS
}
