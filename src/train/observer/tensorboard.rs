//! Writes the curves as TensorBoard's event file into a run's folder, so that people keep their habits. Not for reading
//! such files, and not for anything but scalars.
//!
//! *Source*: TensorFlow's `core/lib/io/record_writer.cc` (framing), `core/util/event.proto` and
//! `core/framework/summary.proto` (fields), RFC 3720 appendix B.4 (CRC-32C).

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Flow, Observer};
use crate::train::checkpoint::RunFolder;
use crate::train::error::TrainError;
use crate::train::event::TrainEvent;

/// Every step is written up to this one, then every tenth, from ten times as many on every hundredth: the file stays
/// within some megabytes.
const ALL_STEPS_BELOW: u32 = 20_000;
/// Value of `SessionLog.SessionStatus.START`: TensorBoard drops what an earlier file says of this step and later ones.
const SESSION_START: u64 = 1;

/// An event file under way.
pub struct TensorBoard<W: Write> {
    out: W,
    path: PathBuf,
    steps_per_epoch: usize,
}

impl TensorBoard<BufWriter<File>> {
    /// A new file in the run's folder; a resumed run has one more, as is TensorBoard's habit.
    pub fn create(folder: &RunFolder, steps_per_epoch: usize, first_step: u32) -> Result<Self, TrainError> {
        let secs = now_secs() as u64;
        let name = |n: u64| folder.path().join(format!("events.out.tfevents.{}.glioview", secs + n));
        let mut last = None;
        for path in (0..1000).map(name) {
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Self::new(BufWriter::new(file), path, steps_per_epoch, first_step),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => last = Some(error),
                Err(error) => return Err(TrainError::Write { reason: error.to_string(), path }),
            }
        }
        let reason = last.map_or_else(String::new, |e| e.to_string());
        Err(TrainError::Write { reason, path: folder.path().to_owned() })
    }
}

impl<W: Write> TensorBoard<W> {
    /// Begins the file on `out`; `path` is for messages.
    pub fn new(out: W, path: PathBuf, steps_per_epoch: usize, first_step: u32) -> Result<Self, TrainError> {
        let mut board = Self { out, path, steps_per_epoch };
        board.event(0, &bytes_field(3, b"brain.Event:2"))?;
        if first_step > 0 {
            board.event(first_step, &bytes_field(7, &varint_field(1, SESSION_START)))?;
        }
        board.flush()?;
        Ok(board)
    }

    /// One `Event` with wall time, step and `what`.
    fn event(&mut self, step: u32, what: &[u8]) -> Result<(), TrainError> {
        let mut event = vec![1 << 3 | 1];
        event.extend(now_secs().to_le_bytes());
        event.extend(varint_field(2, u64::from(step)));
        event.extend(what);
        let record = framed(&event);
        self.out.write_all(&record).map_err(|e| self.failed(&e))
    }

    fn scalar(&mut self, step: u32, tag: &str, value: f32) -> Result<(), TrainError> {
        let mut scalar = bytes_field(1, tag.as_bytes());
        scalar.push(2 << 3 | 5);
        scalar.extend(value.to_le_bytes());
        self.event(step, &bytes_field(5, &bytes_field(1, &scalar)))
    }

    fn flush(&mut self) -> Result<(), TrainError> {
        self.out.flush().map_err(|e| self.failed(&e))
    }

    fn failed(&self, error: &std::io::Error) -> TrainError {
        TrainError::Write { reason: error.to_string(), path: self.path.clone() }
    }
}

impl<W: Write> Observer for TensorBoard<W> {
    fn observe(&mut self, event: &TrainEvent) -> Result<Flow, TrainError> {
        match event {
            TrainEvent::Step { epoch, step, loss, .. } => {
                let step = (epoch * self.steps_per_epoch + step) as u32;
                let every = match step {
                    s if s < ALL_STEPS_BELOW => 1,
                    s if s < 10 * ALL_STEPS_BELOW => 10,
                    _ => 100,
                };
                if step.is_multiple_of(every) {
                    self.scalar(step, "loss/train_step", *loss)?;
                }
            }
            TrainEvent::EpochEnded(record) => {
                // At the epoch's last step, so that all curves share one axis.
                let step = ((record.epoch + 1) * self.steps_per_epoch).saturating_sub(1) as u32;
                self.scalar(step, "loss/train", record.train_loss)?;
                self.scalar(step, "loss/val", record.val_loss)?;
                self.scalar(step, &format!("metric/{}", record.metric_name), record.metric)?;
                self.scalar(step, "learning_rate", record.learning_rate as f32)?;
                self.flush()?;
            }
            TrainEvent::Started { .. } | TrainEvent::Validating { .. } | TrainEvent::Marked { .. } => {}
            TrainEvent::Ended { .. } => self.flush()?,
        }
        Ok(Flow::Continue)
    }
}

fn now_secs() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64())
}

/// A record: length, masked CRC of the length, data, masked CRC of the data.
fn framed(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let mut record = length.to_vec();
    record.extend(masked_crc(&length).to_le_bytes());
    record.extend(data);
    record.extend(masked_crc(data).to_le_bytes());
    record
}

fn varint_field(number: u8, value: u64) -> Vec<u8> {
    let mut bytes = vec![number << 3];
    push_varint(&mut bytes, value);
    bytes
}

fn bytes_field(number: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    push_varint(&mut bytes, data.len() as u64);
    bytes.extend(data);
    bytes
}

fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// The CRC turned and moved, as TensorFlow stores it beside the data it is of.
fn masked_crc(data: &[u8]) -> u32 {
    crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C (Castagnoli), bit by bit: some hundred bytes a step need no table.
pub fn crc32c(data: &[u8]) -> u32 {
    let bit = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
    !data.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| bit(crc)))
}
