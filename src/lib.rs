//! Glioview's map: seven rooms, `domain → io → nn → train → engine → state → ui`, each importing only rooms to its
//! left; on top `app` (the window's joint) and `cli` (the terminal's). Not for code: only `mod` lines live here.

pub mod app;
pub mod cli;
pub mod domain;
pub mod engine;
pub mod io;
pub mod nn;
pub mod state;
pub mod train;
pub mod ui;
