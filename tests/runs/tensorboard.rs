//! TensorBoard's event files, decoded here: framing, checksums, scalars. Not for TensorBoard itself, which read such a
//! file with its `EventAccumulator` when this was written.

use std::path::{Path, PathBuf};

use glioview::train::observer::Flow;
use glioview::train::observer::tensorboard::crc32c;

use super::kit::{Place, Scripted, is_step, resume};

/// One event: step, and either a scalar or something else by its field.
#[derive(Debug, PartialEq)]
enum Entry {
    Scalar(u64, String, f32),
    Version(String),
    SessionStart(u64),
}

/// The files of a run, oldest first.
fn files(folder: &Path) -> Vec<PathBuf> {
    let names = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let is_ours = |p: &PathBuf| {
        let name = p.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with("events.out.tfevents.") && name.ends_with(".glioview")
    };
    let mut found: Vec<_> = names.filter(is_ours).collect();
    found.sort();
    found
}

fn masked(data: &[u8]) -> u32 {
    crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

fn entries(path: &Path) -> Vec<Entry> {
    let bytes = std::fs::read(path).unwrap();
    let (mut rest, mut found) = (bytes.as_slice(), Vec::new());
    while !rest.is_empty() {
        let (length, after) = rest.split_at(8);
        let (length_crc, after) = after.split_at(4);
        assert_eq!(masked(length).to_le_bytes(), length_crc, "the length's checksum");
        let (data, after) = after.split_at(u64::from_le_bytes(length.try_into().unwrap()) as usize);
        let (data_crc, after) = after.split_at(4);
        assert_eq!(masked(data).to_le_bytes(), data_crc, "the data's checksum");
        found.push(entry(data));
        rest = after;
    }
    found
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a protobuf message.
fn fields(mut data: &[u8]) -> Vec<(u64, Value<'_>)> {
    fn varint(data: &mut &[u8]) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = data[0];
            *data = &data[1..];
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    }
    let mut found = Vec::new();
    while !data.is_empty() {
        let key = varint(&mut data);
        let value = match key & 7 {
            0 => Value::Number(varint(&mut data)),
            kind => {
                let length = match kind {
                    1 => 8,
                    5 => 4,
                    2 => varint(&mut data) as usize,
                    other => panic!("wire type {other}"),
                };
                let (bytes, after) = data.split_at(length);
                data = after;
                Value::Bytes(bytes)
            }
        };
        found.push((key >> 3, value));
    }
    found
}

fn entry(event: &[u8]) -> Entry {
    let mut step = 0;
    for (field, value) in fields(event) {
        match (field, value) {
            (1, Value::Bytes(time)) => {
                let secs = f64::from_le_bytes(time.try_into().unwrap());
                assert!((1.7e9..5e9).contains(&secs), "seconds since 1970: {secs}");
            }
            (2, Value::Number(number)) => step = number,
            (3, Value::Bytes(text)) => return Entry::Version(String::from_utf8(text.to_vec()).unwrap()),
            (5, Value::Bytes(summary)) => {
                let [(1, Value::Bytes(value))] = fields(summary)[..] else { panic!("one value") };
                let [(1, Value::Bytes(tag)), (2, Value::Bytes(number))] = fields(value)[..] else { panic!("a scalar") };
                let number = f32::from_le_bytes(number.try_into().unwrap());
                return Entry::Scalar(step, String::from_utf8(tag.to_vec()).unwrap(), number);
            }
            (7, Value::Bytes(session)) => {
                assert!(matches!(fields(session)[..], [(1, Value::Number(1))]), "its start");
                return Entry::SessionStart(step);
            }
            (other, _) => panic!("field {other}"),
        }
    }
    panic!("an event without anything")
}

#[test]
fn the_checksum_is_the_one_of_the_standard() {
    // RFC 3720, B.4: 32 zeros; and the usual check value.
    assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
    assert_eq!(crc32c(b"123456789"), 0xe306_9283);
}

#[test]
fn the_event_file_holds_every_step_and_epoch_with_checksums_that_fit() {
    let place = Place::new();
    let mut ear = Scripted::listening();
    place.train(place.config(2), "run", &mut ear).unwrap();
    let [file] = &files(&place.path("run"))[..] else { panic!("one file") };
    let entries = entries(file);
    assert_eq!(entries[0], Entry::Version("brain.Event:2".into()));
    let of = |tag: &str| -> Vec<(u64, f32)> {
        let pick = |e: &Entry| match e {
            Entry::Scalar(step, name, value) if name == tag => Some((*step, *value)),
            _ => None,
        };
        entries.iter().filter_map(pick).collect()
    };
    assert_eq!(of("loss/train_step").iter().map(|s| s.0).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    let epochs = ear.epochs();
    let expected =
        |value: fn(&glioview::train::event::EpochRecord) -> f32| vec![(2, value(&epochs[0])), (5, value(&epochs[1]))];
    assert_eq!(of("loss/train"), expected(|r| r.train_loss));
    assert_eq!(of("loss/val"), expected(|r| r.val_loss));
    assert_eq!(of("metric/volume_dice"), expected(|r| r.metric));
    assert_eq!(of("learning_rate"), expected(|r| r.learning_rate as f32));
    assert_eq!(entries.len(), 1 + 6 + 8);
}

#[test]
fn a_resumed_run_has_a_second_file_that_takes_back_what_is_run_again() {
    let place = Place::new();
    place.train(place.config(2), "run", &mut Scripted::saying(Flow::Stop, |e| is_step(e, 1, 1))).unwrap();
    resume(&place.path("run"), &mut Scripted::listening()).unwrap();
    let [first, second] = &files(&place.path("run"))[..] else { panic!("two files") };
    assert!(matches!(entries(first).last(), Some(Entry::Scalar(4, tag, _)) if tag == "loss/train_step"));
    let entries = entries(second);
    assert_eq!(entries[..2], [Entry::Version("brain.Event:2".into()), Entry::SessionStart(3)]);
    assert!(matches!(&entries[2], Entry::Scalar(3, tag, _) if tag == "loss/train_step"));
}
