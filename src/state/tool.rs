//! What the left drag does, and the figure that is being drawn. Not for what figures come to (`domain::measurement`) and
//! not for doing it (`measuring`).

use crate::domain::measurement::{Figure, Point};

/// What the left drag does on the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tool {
    /// Gray values.
    #[default]
    Window,
    /// A distance.
    Distance,
    /// An angle: one arm by a drag, the other by a click.
    Angle,
    /// Statistics inside of an ellipse.
    Ellipse,
    /// Statistics inside of a rectangle.
    Rectangle,
    /// An arrow with words.
    Arrow,
    /// The point that all panes show.
    Crosshair,
}

impl Tool {
    /// All, in the order of the tool bar.
    pub const ALL: [Self; 7] =
        [Self::Window, Self::Distance, Self::Angle, Self::Ellipse, Self::Rectangle, Self::Arrow, Self::Crosshair];

    /// The name on the tool bar.
    pub fn label(self) -> &'static str {
        match self {
            Self::Window => "Window",
            Self::Distance => "Distance",
            Self::Angle => "Angle",
            Self::Ellipse => "Ellipse",
            Self::Rectangle => "Rectangle",
            Self::Arrow => "Arrow",
            Self::Crosshair => "Crosshair",
        }
    }

    /// What to do with it, for the status bar.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Window => "Left drag: window · right: zoom · wheel: slice · ← →: sequence",
            Self::Distance => "Left drag: a distance · its ends can be dragged · Esc: back to the window",
            Self::Angle => "Left drag: one arm · then click: the other · Esc: back to the window",
            Self::Ellipse => "Left drag: an ellipse with its statistics · Esc: back to the window",
            Self::Rectangle => "Left drag: a rectangle with its statistics · Esc: back to the window",
            Self::Crosshair => "Left drag: the crosshair, in every pane · Esc: back to the window",
            Self::Arrow => "Left drag: an arrow, its tip where the drag ends · Esc: back to the window",
        }
    }

    /// The figure that a drag from `from` to `to` draws; `None` where the tool draws none.
    pub fn figure(self, from: Point, to: Point) -> Option<Figure> {
        match self {
            Self::Window | Self::Crosshair => None,
            Self::Distance => Some(Figure::Distance([from, to])),
            Self::Angle => Some(Figure::Angle([to, from, to])),
            Self::Ellipse => Some(Figure::Ellipse([from, to])),
            Self::Rectangle => Some(Figure::Rectangle([from, to])),
            Self::Arrow => Some(Figure::Arrow([from, to])),
        }
    }
}

/// A figure under the hand: new, or one that is being changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draft {
    /// The measurement that is changed; `None` for a new one.
    pub id: Option<u64>,
    /// How it looks now.
    pub figure: Figure,
    /// The point that follows the hand; `None` while the whole figure does.
    pub held: Option<usize>,
    /// Where the hand was.
    pub at: Point,
    /// An angle whose first arm is drawn: the next press sets the second one.
    pub awaits_second_arm: bool,
}

/// What the reader does with figures.
#[derive(Clone, Debug, PartialEq)]
pub enum MeasureAction {
    /// The left drag does this from now on.
    Choose(Tool),
    /// The hand goes down at a point of the picture, in pixels, on nothing that is drawn.
    Press(Point),
    /// The hand goes down on a point (or, with `None`, on a line) of a measurement.
    Grab {
        /// Which measurement.
        id: u64,
        /// Which of its points.
        point: Option<usize>,
        /// Where the hand is, in pixels.
        at: Point,
    },
    /// The hand moved.
    Drag(Point),
    /// The hand went up.
    Release,
    /// What is being drawn is dropped.
    Drop,
    /// The words of a measurement.
    SetText {
        /// Which.
        id: u64,
        /// The words.
        text: String,
    },
    /// The outline's diameters as a measurement.
    AddDiameters {
        /// Slice, from 0.
        slice: usize,
        /// Their ends, in pixels.
        points: [Point; 4],
    },
    /// Take a measurement away.
    Remove(u64),
    /// Take the selected measurement away.
    RemoveSelected,
}
