//! Glioview's map: seven rooms, `domain → io → nn → train → engine → state → ui`, each importing only rooms to its
//! left; on top `app` (the window's joint) and `cli` (the terminal's). Not for code: only `mod` lines live here.
//!
//! **One scan's path.** A drop, a dialog or an argument becomes `Action::Open`; `state::update` turns it into
//! `Command::Open`; the engine's loader lets `io::open` read it, lay masks over their images and put series together
//! for the nets (`io::volumes`, `domain::assembly`), and answers `Event::Opened`; `state::receive` shows it and orders
//! `Command::Analyze`. The analyst asks `domain::gate`, then `nn::reader` slice by slice (`nn::input` makes the net's
//! input and brings its answer back to scan pixels), and each score and map is an event of its own. `ui::canvas` draws
//! scan and mask by one transform; the reader's verdicts become a `domain::review`, which the clerk saves; `io::export`
//! writes both. In the terminal `cli::analyze` sends the same commands and hears the same events.
//!
//! **One epoch's path.** `cli::train`, or the window's Train view by way of `engine::lab` and its trainer, makes a
//! `train::config`; `train::run` surveys the data (`dataset`, `store`), splits it by patient (`split`), and for every
//! epoch draws an order, lets `batch` prepare augmented batches ahead, steps `learner` (forward, `objective`, backward,
//! Adam, averaged weights), validates, writes the checkpoint, and tells its observers: log, TensorBoard's file, terminal,
//! and the relay to the window, which also says pause and stop. `domain::history` keeps the curves, `ui::training` draws
//! them. The best weights leave as a safetensors file with its card (`card`), which `ui::models` shows.

pub mod app;
pub mod cli;
pub mod domain;
pub mod engine;
pub mod io;
pub mod nn;
pub mod state;
pub mod train;
pub mod ui;
