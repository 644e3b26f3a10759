//! Keys and chords, without any window library. Not for what they do (`table`).

/// One key by its logical name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A letter, uppercase.
    Letter(char),
    /// A digit, 0–9.
    Digit(u8),
    /// A function key, 1–12.
    Function(u8),
    /// ↑
    Up,
    /// ↓
    Down,
    /// ←
    Left,
    /// →
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// PgUp.
    PageUp,
    /// PgDn.
    PageDown,
    /// [
    OpenBracket,
    /// ]
    CloseBracket,
    /// ?
    Question,
    /// Backspace.
    Backspace,
    /// Del.
    Delete,
    /// Enter.
    Enter,
    /// Esc.
    Escape,
}

impl Key {
    /// The name by which `egui::Key::from_name` knows it.
    pub fn name(self) -> String {
        match self {
            Self::Letter(letter) => letter.to_string(),
            Self::Digit(digit) => digit.to_string(),
            Self::Function(number) => format!("F{number}"),
            Self::Up => "Up".to_owned(),
            Self::Down => "Down".to_owned(),
            Self::Left => "Left".to_owned(),
            Self::Right => "Right".to_owned(),
            Self::Home => "Home".to_owned(),
            Self::End => "End".to_owned(),
            Self::PageUp => "PageUp".to_owned(),
            Self::PageDown => "PageDown".to_owned(),
            Self::OpenBracket => "[".to_owned(),
            Self::CloseBracket => "]".to_owned(),
            Self::Question => "?".to_owned(),
            Self::Backspace => "Backspace".to_owned(),
            Self::Delete => "Delete".to_owned(),
            Self::Enter => "Enter".to_owned(),
            Self::Escape => "Escape".to_owned(),
        }
    }

    /// What stands on the key.
    pub fn label(self) -> String {
        match self {
            Self::Up => "↑".to_owned(),
            Self::Down => "↓".to_owned(),
            Self::Left => "←".to_owned(),
            Self::Right => "→".to_owned(),
            Self::PageUp => "PgUp".to_owned(),
            Self::PageDown => "PgDn".to_owned(),
            Self::Escape => "Esc".to_owned(),
            Self::Delete => "Del".to_owned(),
            Self::Letter(_)
            | Self::Digit(_)
            | Self::Function(_)
            | Self::Home
            | Self::End
            | Self::OpenBracket
            | Self::CloseBracket
            | Self::Question
            | Self::Backspace
            | Self::Enter => self.name(),
        }
    }
}

/// A key with the modifiers that are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    /// Ctrl, or ⌘ on macOS.
    pub command: bool,
    /// Shift.
    pub shift: bool,
    /// The key.
    pub key: Key,
}

impl Chord {
    /// The key alone.
    pub const fn plain(key: Key) -> Self {
        Self { command: false, shift: false, key }
    }

    /// With Shift.
    pub const fn shift(key: Key) -> Self {
        Self { command: false, shift: true, key }
    }

    /// With Ctrl or ⌘.
    pub const fn command(key: Key) -> Self {
        Self { command: true, shift: false, key }
    }

    /// With Ctrl or ⌘, and Shift.
    pub const fn command_shift(key: Key) -> Self {
        Self { command: true, shift: true, key }
    }

    /// How many modifiers: the longest chord is asked first.
    pub fn modifiers(self) -> usize {
        usize::from(self.command) + usize::from(self.shift)
    }

    /// Whether it acts only while the canvas or nothing has the focus, so that typing reviews nothing.
    pub fn needs_canvas(self) -> bool {
        !self.command && !matches!(self.key, Key::Function(_) | Key::Escape)
    }

    /// As on screen: "Ctrl+Shift+P", on macOS "⌘⇧P".
    pub fn label(self, is_mac: bool) -> String {
        let (command, shift) = if is_mac { ("⌘", "⇧") } else { ("Ctrl+", "Shift+") };
        let command = if self.command { command } else { "" };
        let shift = if self.shift { shift } else { "" };
        format!("{command}{shift}{}", self.key.label())
    }
}
