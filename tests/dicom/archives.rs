//! ZIP archives and DICOMDIRs: what is in them opens, and tricks are refused. Not for single files.

use std::io::Write;
use std::path::Path;

use zip::write::SimpleFileOptions;

use super::kit::{self, EXPLICIT, Object, Slice};

fn archive(path: &Path, entries: &[(&str, Vec<u8>)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).expect("made"));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).expect("started");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("finished");
}

#[test]
fn an_archive_of_a_series_opens_as_the_folder_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("study.zip");
    let files: Vec<(String, Vec<u8>)> =
        (0..4).map(|i| (format!("CASE/S1/{}", 9 - i), Slice::axial(i).object().file(EXPLICIT))).collect();
    let mut entries: Vec<(&str, Vec<u8>)> = files.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    entries.push(("CASE/readme.txt", b"nothing".to_vec()));
    archive(&path, &entries);
    let opened = kit::opened(&path);
    assert!(opened.failures.is_empty(), "{:?}", opened.failures);
    let [study] = opened.studies.as_slice() else { panic!("one study") };
    assert_eq!((study.title.as_str(), study.scans[0].slices.len()), ("study.zip", 4));
    assert_eq!(study.scans[0].about.geometry.expect("it lies somewhere").spacing_mm(), [5.0, 1.5, 0.75]);
    assert_eq!(study.source, path);
}

#[test]
fn entries_that_lead_out_of_the_archive_are_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("inner/tricks.zip");
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    let file = Slice::axial(0).object().file(EXPLICIT);
    for name in ["../out", "/tmp/out", "a/../../out", "C:\\out", "..\\out"] {
        archive(&path, &[(name, file.clone()), ("good", file.clone())]);
        let opened = kit::opened(&path);
        assert_eq!((opened.studies.len(), opened.failures.len()), (1, 1), "{name}");
        assert!(opened.failures[0].1.to_string().contains("outside of it"), "{}", opened.failures[0].1);
        assert_eq!(opened.studies[0].scans[0].slices.len(), 1);
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bomb.zip");
    archive(&path, &[("a.dcm", vec![0; 200 << 20])]);
    let started = std::time::Instant::now();
    let opened = kit::opened(&path);
    assert!(opened.studies.is_empty());
    assert!(opened.failures[0].1.to_string().contains("bytes in one archive, unpacked"), "{}", opened.failures[0].1);
    assert!(started.elapsed().as_secs() < 5, "it was unpacked");
}

#[test]
fn cut_and_mutated_archives_are_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.zip");
    archive(&path, &[("a", Slice::axial(0).object().file(EXPLICIT))]);
    let whole = std::fs::read(&path).expect("read");
    let mut random = super::hostile::Numbers(7);
    for _ in 0..500 {
        let mut bytes = whole.clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            bytes[at] = random.below(256) as u8;
        }
        bytes.truncate(random.below(bytes.len()) + 1);
        std::fs::write(&path, bytes).expect("written");
        let opened = kit::opened(&path);
        assert!(!opened.failures.is_empty() || !opened.studies.is_empty());
    }
}

fn record(kind: &str, parts: &str) -> Object {
    let mut record = Object::default();
    record.text(0x0004_1430, b"CS", kind).text(0x0004_1500, b"CS", parts);
    record
}

#[test]
fn a_dicomdir_opens_what_it_lists_and_says_what_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    for i in 0..2 {
        kit::put(folder.path(), &format!("dicom/im{i}"), &Slice::axial(i).object().file(EXPLICIT));
    }
    let mut directory = Object::default();
    directory.items(
        0x0004_1220,
        vec![
            record("IMAGE", "DICOM\\IM0"),
            record("IMAGE", "DICOM\\IM1"),
            record("IMAGE", "DICOM\\IM7"),
            record("IMAGE", "..\\..\\etc\\passwd"),
        ],
    );
    let path = kit::put(folder.path(), "DICOMDIR", &directory.file(EXPLICIT));
    let opened = kit::opened(&path);
    assert_eq!(opened.studies[0].scans[0].slices.len(), 2);
    assert_eq!(opened.failures.len(), 2, "{:?}", opened.failures);
    assert!(opened.failures.iter().all(|(_, e)| e.to_string().contains("not there")));
    // Dropped as a folder the directory is no failure.
    let opened = kit::opened(folder.path());
    assert_eq!((opened.studies.len(), opened.failures.len()), (1, 0), "{:?}", opened.failures);
}
