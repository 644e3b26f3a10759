//! Is this the kind of picture that the nets know? Cheap fixed checks before any net runs. Not a net, and not a
//! diagnosis of file errors (`io`).

use serde::{Deserialize, Serialize};

/// Why a scan is not the kind of picture that the nets know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateReason {
    /// A color photo or drawing.
    Color,
    /// One constant value.
    Constant,
    /// No dark background around the head.
    NoDarkBackground,
    /// Nothing of a head's size and shape.
    NotHeadShaped,
    /// One gray picture of a sequence that the file does not name.
    OneUnknownSequence,
}

/// The answer of the checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateVerdict {
    /// The nets may read it.
    Known,
    /// Not the kind of picture that the nets know.
    Unknown(Vec<GateReason>),
}

impl GateReason {
    /// The words behind "Not the kind of picture this model knows: ".
    pub fn words(self) -> &'static str {
        match self {
            Self::Color => "a color photo or drawing",
            Self::Constant => "one constant value",
            Self::NoDarkBackground => "no dark background around the head",
            Self::NotHeadShaped => "nothing of a head's size and shape",
            Self::OneUnknownSequence => "one gray picture of a sequence that the file does not name",
        }
    }
}
