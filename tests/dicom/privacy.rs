//! Who a study is of stays where it belongs. Not for what else is read.

use glioview::io::dicom::table;

use super::kit::{self, EXPLICIT, Slice};

const SECRETS: [&str; 4] = ["SECRET", "PERSON", "4711", "19700131"];

#[test]
fn no_title_warning_error_or_debug_text_names_the_patient() {
    let folder = tempfile::tempdir().expect("a folder");
    for i in [0, 1, 3] {
        kit::put(folder.path(), &format!("CASE/{i}"), &Slice::axial(i).object().file(EXPLICIT));
    }
    let mut broken = Slice::axial(7).object();
    broken.us(0x0028_0100, 13);
    kit::put(folder.path(), "CASE/broken", &broken.file(EXPLICIT));
    let mut no_words = Slice::axial(0).object().without(0x0008_103E);
    no_words.text(0x0020_000E, b"UI", "9.9");
    kit::put(folder.path(), "CASE/plain", &no_words.file(EXPLICIT));
    let opened = kit::opened(folder.path());
    assert_eq!((opened.studies.len(), opened.failures.len()), (1, 1));
    let study = &opened.studies[0];
    assert_eq!((study.title.as_str(), study.patient.name.as_str()), ("CASE", "SECRET, PERSON"));
    let said = format!("{study:?} {:?} {}", opened.failures, opened.failures[0].1);
    for secret in SECRETS {
        assert!(!said.contains(secret), "{secret} is said");
    }
}

#[test]
fn the_tag_table_marks_what_is_personal_and_searches_the_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut object = Slice::axial(0).object();
    object.set(0x0029_1010, b"LO", kit::Value::Bytes(b"vendor words".to_vec()));
    let path = kit::put(folder.path(), "a", &object.file(EXPLICIT));
    let rows = table::of_file(path).expect("its attributes");
    let find = |words: &str, personal: bool| rows.iter().filter(|r| r.matches(words, personal)).count();
    assert_eq!((find("secret", false), find("secret", true)), (0, 1));
    assert_eq!(find("pixelspacing", false), 1);
    assert_eq!(find("(0029,1010)", false), 1);
    let private = rows.iter().find(|r| r.tag == "(0029,1010)").expect("it is there");
    assert_eq!((private.name.as_str(), private.value.as_str()), ("private", "vendor words"));
    let spacing = rows.iter().find(|r| r.name == "PixelSpacing").expect("it is there");
    assert_eq!((spacing.vr.as_str(), spacing.value.as_str(), spacing.is_personal), ("DS", "1.5\\0.75", false));
}
