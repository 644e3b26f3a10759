//! The one table of actions: words, group, keys and when each is possible. It feeds the key sheet, the palette, the
//! buttons' hints and the keyboard. Not for doing the actions (`update`).

use super::AppState;
use super::action::Action;
use super::shortcut::Chord;

pub use super::rows::TABLE;

/// Headings of the key sheet and the palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Open, export, copy.
    Files,
    /// Slices, sequences, findings.
    Slices,
    /// Gray values, zoom.
    Picture,
    /// Outline, heat map, reference.
    Overlay,
    /// Verdicts.
    Review,
    /// The nets.
    Model,
    /// Panels, theme, help.
    Window,
}

impl Group {
    /// All, in the order of the key sheet.
    pub const ALL: [Self; 7] =
        [Self::Slices, Self::Picture, Self::Overlay, Self::Review, Self::Model, Self::Files, Self::Window];

    /// Whether its actions are the picture's, and so of the Read view alone.
    pub fn needs_picture(self) -> bool {
        match self {
            Self::Slices | Self::Picture | Self::Overlay | Self::Review | Self::Model => true,
            Self::Files | Self::Window => false,
        }
    }

    /// The heading.
    pub fn label(self) -> &'static str {
        match self {
            Self::Files => "Files",
            Self::Slices => "Slices and findings",
            Self::Picture => "Picture",
            Self::Overlay => "Overlay",
            Self::Review => "Review",
            Self::Model => "Model",
            Self::Window => "Window",
        }
    }
}

/// Whether an action is possible now, else why not in a few words.
pub type Allowed = Result<(), &'static str>;

/// One row of the table.
#[derive(Debug)]
pub struct Entry {
    /// What is sent. For [`Entry::holds`] it is sent at the press.
    pub action: Action,
    /// What is sent when the key is let go, for keys that act as long as they are held.
    pub release: Option<Action>,
    /// The words.
    pub text: &'static str,
    /// The heading.
    pub group: Group,
    /// Its chords, the main one first.
    pub chords: &'static [Chord],
    /// Whether it is possible now.
    pub allowed: fn(&AppState) -> Allowed,
}

impl Entry {
    /// Whether it is possible now, where the window stands now: the picture's hands act only where the picture is.
    pub fn possible(&self, state: &AppState) -> Allowed {
        if self.group.needs_picture() {
            super::allowed::in_read(state)?;
        }
        (self.allowed)(state)
    }

    /// Whether it acts as long as the key is held.
    pub fn holds(&self) -> bool {
        self.release.is_some()
    }

    /// The main chord as on screen, or nothing.
    pub fn keys_label(&self, is_mac: bool) -> String {
        self.chords.first().map(|c| c.label(is_mac)).unwrap_or_default()
    }
}

/// Letters that belong to tools of later milestones; nothing may take them.
pub const RESERVED: [char; 1] = ['B'];

/// What the mouse does, for the key sheet: gesture and words.
pub const MOUSE: [(&str, &str); 7] = [
    ("Left drag", "the tool; window: right wider, up brighter"),
    ("Right drag", "zoom"),
    ("Middle drag, Shift + left drag, Space + drag", "pan"),
    ("Wheel", "slice, one a notch"),
    ("Ctrl + wheel, pinch", "zoom at the pointer"),
    ("Double-click", "this pane alone, and back"),
    ("Click or drag on the strip", "go to that slice"),
];

/// Every chord with its entry, those with the most modifiers first: a plain N would also match Shift+N.
pub fn chords_longest_first() -> Vec<(Chord, &'static Entry)> {
    let mut all: Vec<(Chord, &Entry)> = TABLE.iter().flat_map(|e| e.chords.iter().map(move |&c| (c, e))).collect();
    all.sort_by_key(|(chord, _)| std::cmp::Reverse(chord.modifiers()));
    all
}

/// The row of an action, for a button's hint and condition.
pub fn entry(action: &Action) -> Option<&'static Entry> {
    TABLE.iter().find(|e| e.action == *action)
}
