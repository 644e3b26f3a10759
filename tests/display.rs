//! Starting without a display or without a library: one line, exit code 2, never a panic. Not for the window itself.

use std::process::Command;

use glioview::app::display::{Library, WindowSystem, trouble_with, window_system};
use glioview::cli::trouble::scrubbed;

const ALL: [Library; 7] = [
    Library::Xlib,
    Library::XlibXcb,
    Library::Xcursor,
    Library::XInput,
    Library::Xkb,
    Library::XkbX11,
    Library::OpenGl,
];

/// An environment of these variables alone.
fn environment(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    move |name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned())
}

#[test]
fn x11_is_taken_before_wayland_and_empty_variables_do_not_count() {
    let both = environment(&[("DISPLAY", ":0"), ("WAYLAND_DISPLAY", "wayland-0")]);
    assert_eq!(window_system(&both), Some(WindowSystem::X11));
    let empty = environment(&[("DISPLAY", ""), ("WAYLAND_DISPLAY", "wayland-0")]);
    assert_eq!(window_system(&empty), Some(WindowSystem::Wayland));
    assert_eq!(window_system(&environment(&[("DISPLAY", ""), ("WAYLAND_DISPLAY", "")])), None);
}

#[test]
fn a_missing_library_is_named_with_its_package_and_the_terminal_way() {
    let x11 = environment(&[("DISPLAY", ":0")]);
    assert_eq!(trouble_with(&x11, &|_| true), None);
    for library in ALL {
        let line = trouble_with(&x11, &|asked| asked != library).unwrap_or_default();
        let (file, package) = library.names();
        assert!(line.contains(file) && line.contains(package), "{line}");
        assert!(line.contains("glioview analyze") && !line.contains('\n'), "{line}");
    }
}

#[test]
fn all_missing_packages_stand_in_one_line() {
    let line = trouble_with(&environment(&[("DISPLAY", ":0")]), &|_| false).unwrap_or_default();
    assert!(ALL.iter().all(|library| line.contains(library.names().1)), "{line}");
    assert_eq!(line.lines().count(), 1);
}

#[test]
fn wayland_needs_no_library_of_x11() {
    let wayland = environment(&[("WAYLAND_DISPLAY", "wayland-0")]);
    assert_eq!(trouble_with(&wayland, &|library| library == Library::Xkb), None);
    assert!(trouble_with(&wayland, &|_| false).is_some_and(|line| line.contains("libxkbcommon0")));
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_the_program_says_so_and_ends_with_2() {
    let output = Command::new(env!("CARGO_BIN_EXE_glioview"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("No display here") && said.contains("glioview analyze"), "{said}");
    assert!(output.stdout.is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_display_that_nobody_serves_is_no_panic() {
    let output = Command::new(env!("CARGO_BIN_EXE_glioview"))
        .env("DISPLAY", ":4711")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("glioview analyze") && !said.contains("a bug stopped"), "{said}");
}

#[test]
fn the_version_names_the_commit() {
    let output = Command::new(env!("CARGO_BIN_EXE_glioview")).arg("--version").output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains(env!("CARGO_PKG_VERSION")), "{said}");
    assert!(!said.contains("commit unknown"), "{said}");
}

#[test]
fn the_line_of_a_panic_holds_neither_quotes_nor_paths() {
    let said = scrubbed("no file \"DOE^JANE\" in /data/Doe Jane 1980/a.dcm,\nlen is 3");
    assert_eq!(said, "no file … in … len is 3");
    assert_eq!(scrubbed("index out of bounds: the len is 3 but the index is 5").len(), 52);
}
