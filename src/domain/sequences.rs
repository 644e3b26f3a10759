//! Which MR sequence a series shows, guessed from its names and its timing. Not for reading either from a file (`io`), and
//! not for what the pixels look like.

use super::scan::{About, Acquisition, Sequence};

/// The sequence of a series with this title; [`Sequence::Unknown`] where nothing tells.
///
/// Words count before timing: a technician's "T1 FLAIR" is a T1 whatever its inversion time.
pub fn guess(title: &str, about: &About) -> Sequence {
    let tags = &about.acquisition;
    let texts = [about.description.as_str(), tags.protocol.as_str(), title];
    for text in texts {
        let words = Words::of(text);
        if words.is_other() {
            return Sequence::Unknown;
        }
        let Some(named) = words.sequence() else { continue };
        // "T1" alone says nothing about contrast; the tag does.
        let is_after_agent = named == Sequence::T1 && !words.denies_contrast() && !tags.contrast_agent.is_empty();
        return if is_after_agent { Sequence::T1Post } else { named };
    }
    by_timing(tags)
}

/// Words that speak of a contrast agent, of its absence, and of pictures that are neither T1, T2 nor FLAIR.
const CONTRAST: [&str; 14] = [
    "post",
    "postcontrast",
    "postgd",
    "gd",
    "gad",
    "gado",
    "gadolinium",
    "ce",
    "km",
    "contrast",
    "enhanced",
    "+c",
    "c+",
    "+gd",
];
const NO_CONTRAST: [&str; 8] = ["pre", "precontrast", "non", "noncontrast", "without", "wo", "native", "no"];
const OTHER: [&str; 27] = [
    "dwi",
    "adc",
    "dti",
    "diff",
    "diffusion",
    "trace",
    "fa",
    "tensor",
    "perf",
    "perfusion",
    "dsc",
    "dce",
    "asl",
    "bold",
    "fmri",
    "swi",
    "swan",
    "star",
    "mip",
    "localizer",
    "scout",
    "survey",
    "phase",
    "mra",
    "tof",
    "cbv",
    "cbf",
];
/// Names of T1-weighted sequences that don't say "T1".
const T1_NAMES: [&str; 7] = ["mprage", "spgr", "fspgr", "bravo", "tfl", "mp2rage", "tfe"];
const FLAIR_NAMES: [&str; 4] = ["t2f", "tirm", "darkfluid", "flr"];
/// What stands before "t1" or "t2" within one word: "axt1", "st1w".
const PREFIXES: [&str; 16] =
    ["", "ax", "axial", "sag", "cor", "tra", "s", "c", "w", "r", "fs", "se", "tse", "fse", "3d", "2d"];
/// What follows "t1" within one word where an agent was given: "t1ce", "t1wgd".
const CONTRAST_ENDINGS: [&str; 14] =
    ["c", "ce", "gd", "post", "km", "gad", "wc", "wce", "wgd", "wpost", "contrast", "postcontrast", "pos", "k"];

/// The words of a name, in lower case, and what they say.
struct Words {
    words: Vec<String>,
}

/// What is said of a T1 or T2 within one word.
enum Weighting<'a> {
    T1 { ending: &'a str },
    T2,
}

impl Words {
    fn of(text: &str) -> Self {
        let text = text.to_lowercase().replace("w/o", " without ").replace("dark fluid", "darkfluid");
        let is_part = |c: char| c.is_alphanumeric() || c == '+' || c == '*';
        let words = text.split(|c: char| !is_part(c)).filter(|w| !w.is_empty());
        // "t1+c" is two words, the second of which says "+c".
        let words = words.flat_map(|word| match word.split_once('+') {
            Some((before, after)) if !before.is_empty() && !after.is_empty() => {
                vec![before.to_owned(), format!("+{after}")]
            }
            _ => vec![word.to_owned()],
        });
        Self { words: words.collect() }
    }

    fn has(&self, names: &[&str]) -> bool {
        self.words.iter().any(|word| names.contains(&word.as_str()))
    }

    fn is_other(&self) -> bool {
        self.has(&OTHER) || self.words.iter().any(|w| w.ends_with('*') || w.starts_with("t2star"))
    }

    fn denies_contrast(&self) -> bool {
        self.has(&NO_CONTRAST)
    }

    fn weightings(&self) -> Vec<Weighting<'_>> {
        self.words.iter().filter_map(|word| weighting(word)).collect()
    }

    fn sequence(&self) -> Option<Sequence> {
        let weightings = self.weightings();
        let is_t2 = weightings.iter().any(|w| matches!(w, Weighting::T2));
        let t1 = weightings.iter().find_map(|w| match w {
            Weighting::T1 { ending } => Some(*ending),
            Weighting::T2 => None,
        });
        let is_flair = self.words.iter().any(|w| w.contains("flair")) || self.has(&FLAIR_NAMES);
        if let Some(ending) = t1.or_else(|| self.has(&T1_NAMES).then_some("")) {
            // "T1 registered to FLAIR" and "T1 FLAIR" are both T1.
            let denies = self.denies_contrast() || ending == "n" || ending == "wn";
            let is_post = !denies && (CONTRAST_ENDINGS.contains(&ending) || self.has(&CONTRAST));
            return Some(if is_post { Sequence::T1Post } else { Sequence::T1 });
        }
        if is_flair {
            return Some(Sequence::Flair);
        }
        is_t2.then_some(Sequence::T2)
    }
}

fn weighting(word: &str) -> Option<Weighting<'_>> {
    let at = word.find("t1").or_else(|| word.find("t2"))?;
    let (prefix, rest) = word.split_at(at);
    let ending = rest.get(2..)?;
    // "part12" is no T1, nor is "t10".
    if !PREFIXES.contains(&prefix) || ending.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some(if rest.starts_with("t1") {
        Weighting::T1 { ending }
    } else if FLAIR_NAMES.contains(&word) {
        return None;
    } else {
        Weighting::T2
    })
}

/// The sequence by its timing.
///
/// *Units*: milliseconds. *Source*: the usual ranges at 1.5 and 3 T (McRobbie, Moore, Graves, Prince, *MRI from Picture to
/// Proton*, chapter 3): FLAIR nulls fluid with a long TI at a long TE; T1 has a short TE with a short TR or a TI below the
/// one that nulls fluid; T2 has a long TR and TE.
fn by_timing(tags: &Acquisition) -> Sequence {
    let t1 = if tags.contrast_agent.is_empty() { Sequence::T1 } else { Sequence::T1Post };
    let Some(echo) = tags.echo_ms else { return Sequence::Unknown };
    match (tags.repetition_ms, tags.inversion_ms.filter(|&ti| ti > 0.0)) {
        (_, Some(ti)) if (1500.0..=3500.0).contains(&ti) && echo >= 60.0 => Sequence::Flair,
        (_, Some(ti)) if (300.0..=1400.0).contains(&ti) && echo <= 40.0 => t1,
        (Some(tr), None) if tr <= 1200.0 && echo <= 25.0 && tr >= 100.0 => t1,
        (Some(tr), None) if tr <= 30.0 && echo <= 8.0 => t1,
        (Some(tr), None) if tr >= 2000.0 && echo >= 60.0 => Sequence::T2,
        _ => Sequence::Unknown,
    }
}
