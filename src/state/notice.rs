//! What the program has to tell, beside the thing that it concerns, until it is dismissed. Not for status lines
//! (`work::StatusLine`) and not for logging.

use crate::engine::failure::Failure;

use super::study::StudyId;

/// Names one notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NoticeId(pub u64);

/// How grave it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Good to know; a newer one about the same thing takes its place.
    Info,
    /// Something is odd; stays until dismissed.
    Warning,
    /// Something failed; stays until dismissed.
    Error,
}

/// What a notice concerns, and so where it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Opening files: above the study list, or in the empty state.
    Opening,
    /// A study in the list.
    Study(StudyId),
    /// The nets' reading of a scan: in the Finding panel.
    Analysis(StudyId, usize),
    /// A decision: in the Review panel.
    Review,
    /// An export: in the status bar's corner.
    Export,
    /// The nets: in the Model panel.
    Models,
    /// A training, its data or a run: in the Train view.
    Training,
    /// Anything else: under the top bar.
    App,
}

/// One notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Its name.
    pub id: NoticeId,
    /// How grave.
    pub level: Level,
    /// What it concerns.
    pub about: About,
    /// The line: what failed and what to do.
    pub text: String,
    /// Behind "Show details".
    pub details: Vec<String>,
    /// Whether the details are shown.
    pub shows_details: bool,
    /// A slice to jump to, from 0: "\[Show\]".
    pub show_slice: Option<usize>,
    /// The series that this slice is of, where it is not the one on screen.
    pub show_scan: Option<(StudyId, usize)>,
}

/// All notices, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notices {
    next: u64,
    /// The notices.
    pub all: Vec<Notice>,
}

impl Notices {
    /// Adds a notice. An identical one is not repeated, and an info replaces the older info about the same thing.
    pub fn add(&mut self, level: Level, about: About, text: String, details: Vec<String>) -> NoticeId {
        if let Some(same) = self.all.iter().find(|n| n.level == level && n.about == about && n.text == text) {
            return same.id;
        }
        if level == Level::Info {
            self.all.retain(|n| n.level != Level::Info || n.about != about);
        }
        let id = NoticeId(self.next);
        self.next += 1;
        self.all.push(Notice {
            id,
            level,
            about,
            text,
            details,
            shows_details: false,
            show_slice: None,
            show_scan: None,
        });
        id
    }

    /// Adds an info with a slice to jump to.
    pub fn add_show(
        &mut self,
        about: About,
        text: String,
        show_slice: Option<usize>,
        show_scan: Option<(StudyId, usize)>,
    ) {
        let id = self.add(Level::Info, about, text, Vec::new());
        if let Some(notice) = self.all.iter_mut().find(|n| n.id == id) {
            notice.show_slice = show_slice;
            notice.show_scan = show_scan;
        }
    }

    /// Adds a failure: what failed and the hint on the line, causes and path behind "Show details".
    pub fn add_failure(&mut self, about: About, failure: &Failure) -> NoticeId {
        let mut text = failure.what.clone();
        if let Some(cause) = failure.why.first() {
            text = format!("{text}: {cause}");
        }
        if let Some(hint) = &failure.hint {
            text = format!("{}. {hint}", text.trim_end_matches('.'));
        }
        let mut details: Vec<String> = failure.why.iter().skip(1).cloned().collect();
        if failure.is_bug {
            details.push("This is a fault of the program, not of the file.".to_owned());
        }
        details.extend(failure.path.as_ref().map(|p| p.display().to_string()));
        self.add(Level::Error, about, text, details)
    }

    /// Takes one away.
    pub fn dismiss(&mut self, id: NoticeId) {
        self.all.retain(|n| n.id != id);
    }

    /// Shows or hides the details of one.
    pub fn toggle_details(&mut self, id: NoticeId) {
        if let Some(notice) = self.all.iter_mut().find(|n| n.id == id) {
            notice.shows_details = !notice.shows_details;
        }
    }

    /// Takes away everything about one thing, when that thing is gone or done anew.
    pub fn clear(&mut self, about: About) {
        self.all.retain(|n| n.about != about);
    }

    /// The notices about one thing, oldest first.
    pub fn about(&self, about: About) -> impl Iterator<Item = &Notice> {
        self.all.iter().filter(move |n| n.about == about)
    }
}
