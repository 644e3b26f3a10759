//! Broken, hostile and oversized files: no panic, no hang, memory under 1 GB, and an error that says what to do. Not for
//! good files (`opening`).

use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use glioview::domain::random::Random;
use glioview::io::error::IoError;
use glioview::io::{limits, open, raster};
use image::{DynamicImage, ImageFormat};

use crate::shared_data;

/// What the child process is to do: `mutations`, or a folder of broken files.
const CHILD_TASK: &str = "GLIOVIEW_BAD_INPUT_TASK";
const MUTATIONS: u64 = 10_000;
const MAX_KIB: u64 = 1_000_000;
/// No single file may take longer; most take less than a millisecond.
const MAX_SECS_PER_FILE: u64 = 10;
const MAX_SECS: u64 = 300;

fn open_one(path: &Path) -> open::Opened {
    open::open(&[path.to_owned()], &mut |_, _| ControlFlow::Continue(())).expect("a path was named")
}

#[test]
fn ten_thousand_mutations_of_small_pictures_are_survived() {
    let report = run_child("mutations");
    println!("{report}");
    assert!(report.contains(&format!("{MUTATIONS} files looked at")), "{report}");
}

#[test]
fn every_broken_file_that_has_crashed_readers_is_survived() {
    let Some(corrupt) = shared_data::folder("corrupt") else { return };
    let report = run_child(corrupt.to_str().expect("a plain path"));
    println!("{report}");
    assert!(report.contains("files looked at"), "{report}");
}

/// Runs [`the_child_that_opens_bad_files`] in a process of its own: under a memory limit, watched, killed when it hangs.
fn run_child(task: &str) -> String {
    let log = tempfile::NamedTempFile::new().expect("a file for the report");
    let program = std::env::current_exe().expect("this test binary");
    let arguments = ["--exact", "bad_input::the_child_that_opens_bad_files", "--ignored", "--nocapture"];
    let mut command = if cfg!(target_os = "linux") {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -v {MAX_KIB} && exec \"$0\" \"$@\"")]).arg(program);
        shell
    } else {
        Command::new(program)
    };
    let output = log.reopen().expect("the report's file");
    command.args(arguments).env(CHILD_TASK, task).stdout(output).stderr(Stdio::null());
    let mut child = command.spawn().expect("the child starts");
    let start = Instant::now();
    let status = loop {
        match child.try_wait().expect("the child is known") {
            Some(status) => break Some(status),
            None if start.elapsed() > Duration::from_secs(MAX_SECS) => {
                child.kill().expect("the child can be killed");
                child.wait().expect("the child ends");
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let report = std::fs::read_to_string(log.path()).expect("the report");
    let tail: Vec<&str> = report.lines().rev().take(8).collect();
    match status {
        Some(status) => {
            assert!(status.success(), "the child ended with {status}; its last lines, newest first: {tail:?}");
        }
        None => panic!("the child hung; its last lines, newest first: {tail:?}"),
    }
    report
}

#[test]
#[ignore = "runs only as the child of the two tests above"]
fn the_child_that_opens_bad_files() {
    let Ok(task) = std::env::var(CHILD_TASK) else { return };
    let mut counts = Counts::default();
    if task == "mutations" {
        let folder = tempfile::tempdir().expect("a folder");
        let fixtures = fixtures();
        for number in 0..MUTATIONS {
            let (name, bytes) = mutated(&fixtures, number);
            let path = folder.path().join("file");
            std::fs::write(&path, &bytes).expect("written");
            counts.look_at(&path, &format!("mutation {number} of {name}"));
        }
    } else {
        let mut folders = vec![PathBuf::from(task)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else {
                    counts.look_at(&entry.path(), &entry.file_name().to_string_lossy());
                }
            }
        }
    }
    println!(
        "{} files looked at: {} opened, {} refused, {} decoder panics caught; slowest {:.1} ms ({}); peak memory {} MiB",
        counts.opened + counts.refused,
        counts.opened,
        counts.refused,
        counts.panics,
        counts.slowest.as_secs_f64() * 1e3,
        counts.slowest_name,
        peak_kib().map_or("unknown".to_owned(), |k| (k / 1024).to_string()),
    );
    assert!(peak_kib().is_none_or(|k| k < MAX_KIB));
}

#[derive(Default)]
struct Counts {
    opened: u64,
    refused: u64,
    panics: u64,
    slowest: Duration,
    slowest_name: String,
}

impl Counts {
    fn look_at(&mut self, path: &Path, name: &str) {
        let start = Instant::now();
        let opened = open_one(path);
        let took = start.elapsed();
        if took > self.slowest {
            (self.slowest, self.slowest_name) = (took, name.to_owned());
        }
        assert!(took < Duration::from_secs(MAX_SECS_PER_FILE), "{name} took {took:?}");
        assert!(opened.studies.len() + opened.failures.len() >= 1, "{name} vanished without a word");
        for (_, error) in &opened.failures {
            assert!(error.to_string().ends_with(&path.display().to_string()), "{name}: {error}");
            if matches!(error, IoError::DecoderPanicked { .. }) {
                self.panics += 1;
                println!("a decoder panicked, and was caught, on {name}");
            }
        }
        if opened.studies.is_empty() { self.refused += 1 } else { self.opened += 1 }
    }
}

/// The most memory that this process ever had, in KiB; `None` where the system doesn't say.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Small good files of every kind and form.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let gray = image::GrayImage::from_fn(24, 18, |x, y| image::Luma([(x * 9 + y * 5) as u8]));
    let deep = image::ImageBuffer::from_fn(24, 18, |x, y| image::Luma([(x * 900 + y * 5) as u16]));
    let color = image::RgbImage::from_fn(24, 18, |x, y| image::Rgb([x as u8 * 9, y as u8 * 12, (x * y) as u8]));
    let clear = image::RgbaImage::from_fn(24, 18, |x, y| image::Rgba([x as u8 * 9, y as u8, 7, (x * y) as u8]));
    let pictures: [(&str, DynamicImage); 4] = [
        ("gray", gray.into()),
        ("16-bit", DynamicImage::ImageLuma16(deep)),
        ("color", color.into()),
        ("alpha", clear.into()),
    ];
    let mut all = Vec::new();
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Tiff, ImageFormat::Bmp, ImageFormat::WebP] {
        for (form, picture) in &pictures {
            let mut bytes = Cursor::new(Vec::new());
            // Not every format has every form; the ones that it has are enough.
            if picture.write_to(&mut bytes, format).is_ok() {
                all.push((format!("{form} {format:?}"), bytes.into_inner()));
            }
        }
    }
    for (name, compression) in
        [("LZW", tiff::encoder::Compression::Lzw), ("PackBits", tiff::encoder::Compression::Packbits)]
    {
        let mut bytes = Cursor::new(Vec::new());
        let mut encoder =
            tiff::encoder::TiffEncoder::new(&mut bytes).expect("an encoder").with_compression(compression);
        for page in 0..3u16 {
            let values: Vec<u16> = (0..24 * 18).map(|v| v * page).collect();
            encoder.write_image::<tiff::encoder::colortype::Gray16>(24, 18, &values).expect("written");
        }
        all.push((format!("pages {name} Tiff"), bytes.into_inner()));
    }
    assert!(all.len() >= 15, "{} fixtures", all.len());
    all
}

/// One fixture with a few random changes.
fn mutated(fixtures: &[(String, Vec<u8>)], number: u64) -> (&str, Vec<u8>) {
    let mut random = Random::stream(2026, "mutations", number);
    let (name, original) = &fixtures[random.below(fixtures.len())];
    let mut bytes = original.clone();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        match random.below(8) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next_u64() as u8,
            2 => bytes.truncate(at.max(1)),
            3 => bytes.insert(at, random.next_u64() as u8),
            4 => {
                // A number at the edge of its type, where sizes and counts may stand: mostly near the start.
                let edge = [0u32, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF, 0x1_0000][random.below(7)];
                let at = if random.chance(0.7) { random.below(bytes.len().min(96)) } else { at };
                let value = if random.chance(0.5) { edge.to_le_bytes() } else { edge.to_be_bytes() };
                bytes.iter_mut().skip(at).zip(value).for_each(|(b, v)| *b = v);
            }
            5 => {
                let end = (at + 1 + random.below(32)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            6 => drop(bytes.drain(at..(at + 1 + random.below(16)).min(bytes.len()))),
            _ => {
                let other = &fixtures[random.below(fixtures.len())].1;
                let from = random.below(other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    (name, bytes)
}

#[test]
fn sizes_are_refused_before_anything_is_allocated_for_them() {
    let mut bmp = b"BM".to_vec();
    bmp.extend([0; 8]);
    bmp.extend(54u32.to_le_bytes());
    bmp.extend(40u32.to_le_bytes());
    bmp.extend(16_000i32.to_le_bytes());
    bmp.extend(16_000i32.to_le_bytes());
    bmp.extend([1, 0, 24, 0]);
    bmp.extend([0; 24]);
    let error = raster::decode_bytes(&bmp, "big.bmp").expect_err("too large");
    let limit = limits::MAX_PIXELS_PER_PICTURE;
    let path = PathBuf::from("big.bmp");
    assert_eq!(error, IoError::TooLarge { what: "pixels in one picture", found: 256_000_000, limit, path });

    let mut tiff = Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut tiff).expect("an encoder");
    encoder.write_image::<tiff::encoder::colortype::Gray8>(2, 2, &[1, 2, 3, 4]).expect("written");
    let mut bytes = tiff.into_inner();
    let tag = bytes.windows(4).position(|w| w == [0, 1, 3, 0] || w == [0, 1, 4, 0]).expect("ImageWidth");
    bytes[tag + 2..tag + 4].copy_from_slice(&[4, 0]);
    bytes[tag + 8..tag + 12].copy_from_slice(&20_000u32.to_le_bytes());
    let error = raster::decode_bytes(&bytes, "wide.tif").expect_err("too large");
    assert!(matches!(error, IoError::TooLarge { what: "pixels on one side", found: 20_000, .. }), "{error}");
}

#[test]
fn open_studies_share_a_ceiling() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.png");
    image::GrayImage::new(64, 64).save(&path).expect("written");
    let go_on = &mut |_, _| ControlFlow::Continue(());
    let opened =
        open::open_beside(std::slice::from_ref(&path), limits::MAX_OPEN_BYTES - 4095, go_on).expect("a path was named");
    let (what, limit) = ("bytes of pixels in all open studies together", limits::MAX_OPEN_BYTES);
    assert_eq!(
        opened.failures,
        [(path.clone(), IoError::TooLarge { what, found: limit + 1, limit, path: path.clone() })]
    );
    let opened = open::open_beside(&[path], limits::MAX_OPEN_BYTES - 4096, go_on).expect("a path was named");
    assert_eq!((opened.studies.len(), opened.failures.len()), (1, 0));
}

#[test]
fn every_error_says_what_failed_what_was_found_what_to_do_and_the_path_last() {
    let path = || PathBuf::from("/d/f.tif");
    let kind = "TIFF";
    let picture = "The picture could not be opened";
    let again = "copy it again from where it came from";
    let kinds = "DICOM, ZIP of DICOM, NIfTI, PNG, JPEG, TIFF, BMP and WebP files can be opened";
    let missing = std::io::Error::from_raw_os_error(2);
    let cases: Vec<(IoError, String)> = vec![
        (IoError::read(&missing, &path()), format!("The file or folder could not be read: {}; check that it is there and that you may read it: /d/f.tif", missing.to_string().split(" (os").next().expect("words"))),
        (IoError::EmptyFile { path: path() }, format!("The file could not be opened: found 0 bytes, expected a picture; {again}: /d/f.tif")),
        (IoError::UnknownKind { found: "text".into(), path: path() }, format!("{picture}: no known kind of picture, it begins with text; {kinds}: /d/f.tif")),
        (IoError::NotReadYet { kind: "DICOM", path: path() }, format!("{picture}: DICOM: not read yet by this version; {kinds}: /d/f.tif")),
        (IoError::UnsupportedForm { kind, form: "CMYK color".into(), path: path() }, format!("{picture}: TIFF with CMYK color, which is not read; save it as 8- or 16-bit gray or RGB and open that: /d/f.tif")),
        (IoError::Damaged { kind, reason: "the file ends too soon".into(), path: path() }, format!("{picture}: the TIFF file is damaged or cut short: the file ends too soon; {again}: /d/f.tif")),
        (IoError::DecoderPanicked { kind, path: path() }, format!("{picture}: the TIFF decoder stopped on bytes that it did not expect; copy the file again from where it came from; other files are not affected: /d/f.tif")),
        (IoError::TooLarge { what: "pixels in one picture", found: 9, limit: 4, path: path() }, "This is too large to open: found 9 pixels in one picture, at most 4 are opened; open a part of it, or a smaller version: /d/f.tif".into()),
        (IoError::NoFiniteValue { path: path() }, format!("{picture}: none of its values is a number (all are NaN or infinite); export it again from where it came from: /d/f.tif")),
        (IoError::NothingToOpen, format!("Nothing was opened: no file or folder was named; {kinds}")),
        (IoError::NoPictures { files: 3, path: path() }, format!("Nothing was opened: found no picture among 3 files; {kinds}: /d/f.tif")),
        (IoError::Canceled, "Stopped: canceled before it was complete; start it again to have the whole".into()),
        (IoError::Write { reason: "Permission denied".into(), path: path() }, "Could not write: Permission denied; earlier results are untouched; choose a folder that you may write to: /d/f.tif".into()),
        (IoError::DiskFull { path: path() }, "Could not write: no space is left on the disk; earlier results are untouched; free some space or choose another folder: /d/f.tif".into()),
        (IoError::Json { reason: "expected a value".into(), path: path() }, "A file of this program's own could not be used: expected a value; it was kept aside; the program goes on without it: /d/f.tif".into()),
        (IoError::Mismatch { reason: "found 2 slices, expected 3".into(), path: path() }, "The results do not belong to this scan: found 2 slices, expected 3; analyze the scan again and export then: /d/f.tif".into()),
        (IoError::NoHome, "No place to keep settings and reviews: the system names no home folder; set GLIOVIEW_HOME to a folder that you may write to".into()),
    ];
    for (error, expected) in cases {
        assert_eq!(error.to_string(), expected);
    }
}
