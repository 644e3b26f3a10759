//! Broken and hostile NIfTI: an error by name, never a panic, a hang or a large allocation. Not for pictures (`bad_input`).

use std::ops::ControlFlow;
use std::path::Path;

use glioview::domain::random::Random;
use glioview::io::error::IoError;
use glioview::io::nifti;

use super::make::{File, gzip};
use crate::opening::{folder, open_one};
use crate::shared_data;

fn ramp(shape: [i16; 3]) -> File {
    let count = shape.iter().map(|&n| n as usize).product::<usize>();
    File::int16(shape, &(0..count as i16).collect::<Vec<_>>()).at([-3.0, 2.0, 1.0], [1.0, 2.0, 3.0])
}

fn error_of(bytes: &[u8], folder: &Path) -> IoError {
    let path = folder.join("v.nii");
    std::fs::write(&path, bytes).expect("written");
    let result = nifti::read(&path, &mut || ControlFlow::Continue(()));
    result.expect_err("refused")
}

#[test]
fn a_header_is_held_against_the_file_before_anything_is_allocated() {
    let folder = folder();
    let bytes = ramp([4, 3, 2]).bytes();
    let cut = error_of(&bytes[..bytes.len() - 1], folder.path());
    assert!(cut.to_string().contains("its header asks for 400 bytes, the file has 399 at most"), "{cut}");
    let mut huge = bytes.clone();
    huge[42..48].copy_from_slice(&[0xFF, 0x1F, 0xFF, 0x1F, 0xFF, 0x07]);
    let error = error_of(&huge, folder.path());
    assert!(matches!(error, IoError::TooLarge { .. }), "{error}");
    let error = error_of(&gzip(&huge), folder.path());
    assert!(matches!(error, IoError::TooLarge { .. }), "{error}");
    // Within every limit, and still far more than the stream can hold.
    let mut large = bytes.clone();
    large[42..48].copy_from_slice(&[0x00, 0x02, 0x00, 0x02, 0x64, 0x00]);
    let error = error_of(&gzip(&large), folder.path());
    assert!(error.to_string().contains("its header asks for"), "{error}");
}

#[test]
fn contradictions_are_refused_by_name() {
    let folder = folder();
    let bytes = ramp([4, 3, 2]).bytes();
    let with = |at: usize, value: &[u8]| {
        let mut bytes = bytes.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        error_of(&bytes, folder.path()).to_string()
    };
    for (text, words) in [
        (with(40, &0i16.to_le_bytes()), "it names 0 dimensions"),
        (with(40, &8i16.to_le_bytes()), "it names 8 dimensions"),
        (with(44, &(-5i16).to_le_bytes()), "dimension 2 has a size of -5"),
        (with(44, &0i16.to_le_bytes()), "dimension 2 has a size of 0"),
        (with(108, &f32::NAN.to_le_bytes()), "its values are said to begin at byte NaN"),
        (with(108, &(-1f32).to_le_bytes()), "its values are said to begin at byte -1"),
        (with(108, &4e9f32.to_le_bytes()), "its values are said to begin at byte 4000000000"),
        (with(42, &20_000i16.to_le_bytes()), "20000 voxels on one side"),
    ] {
        assert!(text.contains(words), "{text}");
    }
    let error = error_of(&bytes[..300], folder.path());
    assert!(error.to_string().contains("no NIfTI") || error.to_string().contains("Analyze"), "{error}");
    let mut bitpix = bytes.clone();
    bitpix[72] = 64;
    let path = folder.path().join("v.nii");
    std::fs::write(&path, bitpix).expect("written");
    let scan = nifti::read(&path, &mut || ControlFlow::Continue(())).expect("the type counts").scan;
    assert_eq!(scan.warnings, ["The header contradicts itself: 64 bits a value, its type has 16."]);
}

#[test]
fn a_volume_of_one_voxel_opens() {
    let folder = folder();
    let path = ramp([1, 1, 1]).save(&folder.path().join("v.nii"));
    let opened = open_one(&path);
    assert_eq!((opened.studies[0].scans[0].rows, opened.studies[0].scans[0].cols), (1, 1));
}

#[test]
fn opening_a_volume_stops_when_asked() {
    let folder = folder();
    let path = ramp([4, 3, 5]).save(&folder.path().join("v.nii"));
    let mut calls = 0;
    let result = nifti::read(&path, &mut || {
        calls += 1;
        if calls == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(result, Err(IoError::Canceled));
}

#[test]
fn ten_thousand_seeded_mutations_end_as_a_volume_or_an_error_by_name() {
    let folder = folder();
    let path = folder.path().join("v.nii");
    let mut version2 = vec![0u8; 544];
    version2[..4].copy_from_slice(&540i32.to_le_bytes());
    version2[4..8].copy_from_slice(b"n+2\0");
    version2[12..14].copy_from_slice(&4i16.to_le_bytes());
    version2[14..16].copy_from_slice(&16i16.to_le_bytes());
    for (i, size) in [3i64, 4, 3, 2].into_iter().enumerate() {
        version2[16 + 8 * i..24 + 8 * i].copy_from_slice(&size.to_le_bytes());
    }
    version2[168..176].copy_from_slice(&544i64.to_le_bytes());
    version2.extend((0..48u8).collect::<Vec<_>>());
    let float = File { datatype: 16, bitpix: 32, values: vec![0x3F; 4 * 24], ..ramp([4, 3, 2]) };
    let seeds = [ramp([4, 3, 2]).bytes(), version2, float.bytes(), gzip(&ramp([4, 3, 2]).bytes())];
    let (mut opened, mut refused) = (0, 0);
    let mut random = Random::new(20_261_124);
    for round in 0..10_000usize {
        let mut bytes = seeds[round % seeds.len()].clone();
        let mut draw = |below: usize| (random.uniform() * below as f32) as usize % below.max(1);
        for _ in 0..=draw(4) {
            let length = bytes.len();
            match draw(6) {
                0 => bytes[draw(length)] ^= 1 << draw(8),
                1 => bytes[draw(length.min(360))] = draw(256) as u8,
                // The header's numbers, made extreme.
                2 | 3 => {
                    let at = draw(length.min(348) / 2) * 2;
                    let extreme: [[u8; 4]; 6] = [
                        [0xFF; 4],
                        [0; 4],
                        [0, 0, 0x80, 0x7F],
                        [0, 0, 0xC0, 0x7F],
                        [0xFF, 0x7F, 0xFF, 0x7F],
                        [0, 0, 0, 0x80],
                    ];
                    let value = extreme[draw(extreme.len())];
                    let end = (at + 4).min(length);
                    bytes[at..end].copy_from_slice(&value[..end - at]);
                }
                4 => bytes.truncate(length - draw(length.min(200))),
                _ => bytes.extend(vec![0xA5; draw(64)]),
            }
            if bytes.is_empty() {
                break;
            }
        }
        std::fs::write(&path, &bytes).expect("written");
        match nifti::read(&path, &mut || ControlFlow::Continue(())) {
            Ok(volume) => {
                let scan = volume.scan;
                let is_whole = scan.slices.iter().all(|s| s.planes[0].samples.len() == scan.rows * scan.cols);
                assert!(is_whole && !scan.slices.is_empty(), "round {round}");
                opened += 1;
            }
            Err(error) => {
                assert!(error.to_string().len() > 20, "round {round}: {error}");
                refused += 1;
            }
        }
    }
    println!("{opened} opened, {refused} refused");
    assert!(opened > 1000 && refused > 1000, "{opened} opened, {refused} refused");
}

#[test]
fn the_files_that_have_crashed_other_readers_are_refused_by_name() {
    let Some(root) = shared_data::folder("corrupt/other") else { return };
    let mut refused = 0;
    for entry in std::fs::read_dir(root).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.starts_with("crash") {
            match nifti::read(&path, &mut || ControlFlow::Continue(())) {
                Ok(volume) => assert!(!volume.scan.slices.is_empty(), "{name}"),
                Err(error) => {
                    println!("{name}: {error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused >= 3);
}
