//! What a failure says: what, why, what to do, the path last, and never twice. Not for when it is said (`engine`).

use std::path::PathBuf;

use glioview::engine::failure::Failure;
use glioview::io::error::IoError;
use glioview::nn::error::NnError;

fn of(error: &NnError) -> Failure {
    Failure::of_nets("Could not load the models", error)
}

#[test]
fn a_net_error_names_its_path_once_and_last() {
    let path = PathBuf::from("/w/net.safetensors");
    let errors = [
        NnError::Read { reason: "No such file".into(), path: path.clone() },
        NnError::Format { reason: "the header ends too soon".into(), path: path.clone() },
        NnError::Keys { net: "U-Net 16".into(), problems: vec!["missing a.weight".into()], path: path.clone() },
        NnError::MissingCard { card: "/w/net.json".into(), path: path.clone() },
        NnError::Card { reason: "no threshold".into(), path: path.clone() },
        NnError::Sha256 { found: "aa".into(), expected: "bb".into(), path: path.clone() },
    ];
    for error in errors {
        let failure = of(&error);
        assert_eq!(failure.path.as_ref(), Some(&path), "{error}");
        let text = failure.to_string();
        assert!(text.starts_with("Could not load the models: "), "{text}");
        assert!(text.ends_with(": /w/net.safetensors"), "{text}");
        assert_eq!(text.matches("/w/net.safetensors").count(), 1, "{text}");
        assert!(!failure.is_bug);
    }
}

#[test]
fn each_net_error_says_what_was_found() {
    let keys = NnError::Keys {
        net: "U-Net 16".into(),
        problems: vec!["missing a".into(), "extra b".into()],
        path: "w".into(),
    };
    assert_eq!(of(&keys).why, ["these weights do not fit U-Net 16: missing a; extra b"]);
    let sha = NnError::Sha256 { found: "aa".into(), expected: "bb".into(), path: "w".into() };
    assert!(of(&sha).why[0].contains("is aa, the card says bb"), "{}", of(&sha));
    let device = NnError::Device { device: "CUDA", reason: "not in this build".into() };
    assert_eq!(
        of(&device).to_string(),
        "Could not load the models: CUDA is not available: not in this build; choose another device, or auto"
    );
    let card = NnError::MissingCard { card: "w.json".into(), path: "w".into() };
    assert!(of(&card).why[0].contains("--allow-missing-card"), "the way out is named: {}", of(&card));
    let input = NnError::Input("2 sequences, 3 expected".into());
    assert_eq!(of(&input).why, ["this picture does not fit the net: 2 sequences, 3 expected"]);
}

#[test]
fn an_io_error_keeps_its_words_hint_and_path() {
    let error = IoError::Damaged { kind: "TIFF", reason: "page 3 ends too soon".into(), path: "/d/a.tif".into() };
    let failure = Failure::from(&error);
    assert_eq!(failure.to_string(), error.to_string(), "the window and the terminal say the same");
    assert_eq!(failure.path, Some("/d/a.tif".into()));
    assert!(failure.hint.is_some());
}

#[test]
fn a_panic_is_called_the_programs_mistake_whatever_it_carried() {
    let words: [Box<dyn std::any::Any + Send>; 3] = [Box::new("a &str"), Box::new("a String".to_owned()), Box::new(7)];
    let whys = words.map(|payload| {
        let failure = Failure::panic(payload.as_ref());
        assert!(failure.is_bug && failure.hint.is_some());
        failure.why.concat()
    });
    assert_eq!(whys, ["a &str", "a String", "a panic without words"]);
}
