//! What each setting does, in a sentence, with its unit and sane range. Not for checking values (`config::check`).

/// One setting in words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SettingHelp {
    /// Its option on the command line without the dashes, which is also the name in a refusal's `field`.
    pub name: &'static str,
    /// Name on screen.
    pub label: &'static str,
    /// What it does.
    pub sentence: &'static str,
    /// Unit, empty where it has none.
    pub unit: &'static str,
    /// Lowest and highest sane value, where it is a number.
    pub range: Option<[f64; 2]>,
}

/// The setting of that name.
pub fn help(name: &str) -> Option<&'static SettingHelp> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// Where a file of ImageNet weights comes from.
pub const IMAGENET_HINT: &str = "ImageNet weights in torchvision's names: in Python, \
    `safetensors.torch.save_file(torchvision.models.densenet121(weights=\"DEFAULT\").state_dict(), \
    \"densenet121.safetensors\")` (or `resnet50`). The head for 1000 classes is left out, a new one learns. This program \
    downloads nothing.";

const fn number(
    name: &'static str,
    label: &'static str,
    sentence: &'static str,
    unit: &'static str,
    range: [f64; 2],
) -> SettingHelp {
    SettingHelp { name, label, sentence, unit, range: Some(range) }
}

const fn choice(name: &'static str, label: &'static str, sentence: &'static str) -> SettingHelp {
    SettingHelp { name, label, sentence, unit: "", range: None }
}

/// All settings, in the order of the screen.
pub const SETTINGS: [SettingHelp; 38] = [
    choice(
        "net",
        "Classifier",
        "DenseNet-121 is lighter and was trained for the shipped weights; ResNet-50 is the other common choice.",
    ),
    number(
        "width",
        "U-Net width",
        "Filters of the first level: twice as many take about three times the time.",
        "filters",
        [16.0, 64.0],
    ),
    choice(
        "from",
        "Start from",
        "Weights to go on from instead of chance: this program's, or ImageNet's under torchvision's names.",
    ),
    number(
        "head-first",
        "Head first",
        "So long only the new head learns, so that it does not spoil good weights at the start.",
        "epochs",
        [0.0, 5.0],
    ),
    choice("split", "Split file", "Which patient trains, validates and tests, as written in a split.csv."),
    choice("shares", "Shares", "How many of the patients train, validate and test."),
    number(
        "size",
        "Input size",
        "Side of the square that the net sees: larger shows smaller lesions and takes time by its square.",
        "px",
        [96.0, 384.0],
    ),
    choice(
        "no-crop",
        "Field",
        "Around the head, the net sees more of it; whole slices are stretched to the input size.",
    ),
    choice(
        "no-mirror",
        "Mirrored answer",
        "In use, the answer is the mean over the slice and its mirror image: a little better, twice the time.",
    ),
    number("batch", "Batch", "Slices a step: more are steadier and take memory.", "slices", [4.0, 32.0]),
    number("epochs", "Epochs", "How often the training slices are gone through.", "", [5.0, 100.0]),
    number(
        "learning-rate",
        "Learning rate",
        "How far a step goes: too high and the loss jumps, too low and it crawls.",
        "",
        [1e-5, 1e-2],
    ),
    choice(
        "schedule",
        "Schedule",
        "Cosine lets the rate fall smoothly to zero at the last epoch; plateau lowers it when the validation loss stalls.",
    ),
    number("plateau-factor", "Plateau factor", "The rate is multiplied by this on a plateau.", "", [0.1, 0.5]),
    number(
        "plateau-patience",
        "Plateau patience",
        "Epochs without a better validation loss that make a plateau.",
        "epochs",
        [2.0, 10.0],
    ),
    number(
        "warmup",
        "Warm-up",
        "So long the rate rises from zero, so that the first steps do no harm.",
        "epochs",
        [0.0, 3.0],
    ),
    number("weight-decay", "Weight decay", "Pulls weights towards zero, against learning by heart.", "", [0.0, 0.01]),
    choice(
        "loss",
        "Segmenter's loss",
        "Cross-entropy judges each pixel; with Dice the overlap counts too, which small tumors need.",
    ),
    number(
        "coarse-masks",
        "Masks as second teacher",
        "How much the DenseNet also learns where the tumor is; 0 for labels alone.",
        "",
        [0.0, 4.0],
    ),
    number(
        "coarse-positive-weight",
        "Weight of tumor in them",
        "How much more tumor counts than the rest in those coarse masks.",
        "",
        [1.0, 10.0],
    ),
    choice(
        "unbalanced",
        "Class balance",
        "Balanced: each epoch takes all tumor slices and as many others, new ones each time; else all slices.",
    ),
    choice(
        "no-augment",
        "Augmentation",
        "Random changes of the training slices, so that the net does not learn them by heart.",
    ),
    number("flip-left-right", "Mirrored", "Share of slices shown mirrored, left to right.", "", [0.0, 0.5]),
    number("flip-up-down", "Upside down", "Share of slices shown upside down; heads do not come so.", "", [0.0, 0.5]),
    number("rotation", "Rotation", "Turned by up to so much to either side.", "°", [0.0, 30.0]),
    number("scale", "Scale", "Larger or smaller by up to this share.", "", [0.0, 0.3]),
    number("shift", "Shift", "Moved by up to this share of the field.", "", [0.0, 0.2]),
    number("gain", "Contrast", "Each sequence's contrast changed by up to this share.", "", [0.0, 0.5]),
    number("offset", "Brightness", "Each sequence's brightness moved by up to so much.", "SD", [0.0, 0.5]),
    number("gamma", "Gray curve", "Each sequence's gray curve bent by up to this share.", "", [0.0, 0.5]),
    number(
        "replace-t1",
        "Without T1",
        "Share of slices whose T1 gives way to FLAIR, as where a sequence is missing.",
        "",
        [0.0, 0.5],
    ),
    number(
        "replace-t1-post",
        "Without T1 post",
        "Share of slices whose T1 after contrast gives way to FLAIR.",
        "",
        [0.0, 0.5],
    ),
    number(
        "patience",
        "Early stopping",
        "Ends the run after so many epochs without a better validation loss; 0 for never.",
        "epochs",
        [5.0, 30.0],
    ),
    number(
        "clip",
        "Gradient clipping",
        "Longer steps are cut to this norm, so that one odd batch does no harm; 0 for never.",
        "",
        [0.5, 10.0],
    ),
    number(
        "average",
        "Averaged weights",
        "Validates and keeps a running mean of the weights, which is steadier; 0 keeps the raw ones.",
        "",
        [0.9, 0.9999],
    ),
    choice("seed", "Seed", "The same seed gives the same split, start and order, and on a CPU the same numbers."),
    choice("device", "Device", "Where to compute: a graphics card is many times faster where there is one."),
    number(
        "loader-threads",
        "Loader threads",
        "Threads that prepare batches; more only where the net waits for data.",
        "",
        [1.0, 8.0],
    ),
];
