//! Whether a window can open here, asked before anything could panic over it, and what to install where it can't. Not
//! for opening the window.

use std::fmt::Write as _;

/// What to do instead, on every line that says why there is no window.
pub const TERMINAL_WAY: &str = "In the terminal the same is done by: glioview analyze PATH… --out DIR";

/// The window systems of Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowSystem {
    /// X11, also where Wayland runs it inside (Xwayland): files can be dropped.
    X11,
    /// Wayland alone: winit takes no drops there.
    Wayland,
}

/// A library that is opened when the window starts; winit panics over some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// The X client library.
    Xlib,
    /// Its door to XCB.
    XlibXcb,
    /// Cursors.
    Xcursor,
    /// Pointers and touchpads.
    XInput,
    /// Keyboard layouts.
    Xkb,
    /// Keyboard layouts of an X server.
    XkbX11,
    /// OpenGL on X11; EGL may stand in for it.
    OpenGl,
}

impl Library {
    /// File name, and the package of Debian and Ubuntu that brings it.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Xlib => ("libX11.so.6", "libx11-6"),
            Self::XlibXcb => ("libX11-xcb.so.1", "libx11-xcb1"),
            Self::Xcursor => ("libXcursor.so.1", "libxcursor1"),
            Self::XInput => ("libXi.so.6", "libxi6"),
            Self::Xkb => ("libxkbcommon.so.0", "libxkbcommon0"),
            Self::XkbX11 => ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
            Self::OpenGl => ("libGL.so.1", "libgl1"),
        }
    }
}

/// The window system that the environment names, X11 before Wayland; `None` where there is no display.
pub fn window_system(variable: &dyn Fn(&str) -> Option<String>) -> Option<WindowSystem> {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    if is_set("DISPLAY") {
        Some(WindowSystem::X11)
    } else if is_set("WAYLAND_DISPLAY") || is_set("WAYLAND_SOCKET") {
        Some(WindowSystem::Wayland)
    } else {
        None
    }
}

/// Why no window can open, in one line with the packages to install; `None` where nothing stands against it.
pub fn trouble_with(variable: &dyn Fn(&str) -> Option<String>, opens: &dyn Fn(Library) -> bool) -> Option<String> {
    let needed: &[Library] = match window_system(variable) {
        None => {
            return Some(format!("No display here: neither DISPLAY nor WAYLAND_DISPLAY is set. {TERMINAL_WAY}"));
        }
        Some(WindowSystem::Wayland) => &[Library::Xkb],
        Some(WindowSystem::X11) => &[
            Library::Xlib,
            Library::XlibXcb,
            Library::Xcursor,
            Library::XInput,
            Library::Xkb,
            Library::XkbX11,
            Library::OpenGl,
        ],
    };
    let missing: Vec<(&str, &str)> = needed.iter().filter(|l| !opens(**l)).map(|l| l.names()).collect();
    if missing.is_empty() {
        return None;
    }
    let join = |names: Vec<&str>, between: &str| names.join(between);
    let mut line = String::from("The window needs ");
    let _ = write!(line, "{}", join(missing.iter().map(|m| m.0).collect(), ", "));
    let _ = write!(line, ": apt install {}", join(missing.iter().map(|m| m.1).collect(), " "));
    Some(format!("{line} (Debian's names). {TERMINAL_WAY}"))
}

/// Why no window can open on this machine; `None` where nothing stands against it.
pub fn trouble() -> Option<String> {
    if cfg!(any(target_os = "windows", target_os = "macos")) {
        return None;
    }
    trouble_with(&|name| std::env::var(name).ok(), &opens)
}

/// Whether a library opens here.
#[cfg(not(any(target_os = "windows", target_os = "macos")))]
fn opens(library: Library) -> bool {
    match library {
        Library::Xlib => x11_dl::xlib::Xlib::open().is_ok(),
        Library::XlibXcb => x11_dl::xlib_xcb::Xlib_xcb::open().is_ok(),
        Library::Xcursor => x11_dl::xcursor::Xcursor::open().is_ok(),
        Library::XInput => x11_dl::xinput2::XInput2::open().is_ok(),
        Library::Xkb => xkbcommon_dl::xkbcommon_option().is_some(),
        Library::XkbX11 => xkbcommon_dl::x11::xkbcommon_x11_option().is_some(),
        Library::OpenGl => x11_dl::glx::Glx::open().is_ok(),
    }
}

/// Other systems bring what a window needs.
#[cfg(any(target_os = "windows", target_os = "macos"))]
fn opens(_library: Library) -> bool {
    true
}

/// Has the window open on X11 wherever there is one, also beside Wayland: only there can files be dropped.
#[cfg(not(any(target_os = "windows", target_os = "macos")))]
pub fn prefer_x11(options: &mut eframe::NativeOptions) {
    use winit::platform::x11::EventLoopBuilderExtX11 as _;

    if window_system(&|name| std::env::var(name).ok()) == Some(WindowSystem::X11) {
        options.event_loop_builder = Some(Box::new(|builder| {
            builder.with_x11();
        }));
    }
}

/// Other systems have one window system.
#[cfg(any(target_os = "windows", target_os = "macos"))]
pub fn prefer_x11(_options: &mut eframe::NativeOptions) {}
