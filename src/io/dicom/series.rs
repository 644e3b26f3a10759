//! The files of one study, read one after the other and then stacked. Not for finding them (`find`) or for where stacks
//! begin and end (`stack`).

use std::path::Path;

use super::read::{self, Frame};
use super::stack;
use crate::domain::scan::{Patient, Scan};
use crate::io::error::IoError;

/// What was read of one study.
#[derive(Clone, Debug, Default)]
pub struct Series {
    frames: Vec<Frame>,
    /// Who it is of, from its first file.
    pub patient: Patient,
    patient_key: Option<u64>,
}

impl Series {
    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Decodes `bytes`, the file at `path`; answers how many bytes its pixels take.
    pub fn add(&mut self, bytes: Vec<u8>, path: &Path) -> Result<u64, IoError> {
        let read = read::read(bytes, path)?;
        if self.patient_key.is_none() {
            (self.patient, self.patient_key) = (read.patient, Some(read.patient_key));
        }
        let taken = read.frames.iter().map(|frame| frame.plane.samples.bytes() as u64).sum();
        self.frames.extend(read.frames);
        Ok(taken)
    }

    /// The scans, and warnings for the study.
    pub fn into_scans(self, title: &str) -> (Vec<Scan>, Vec<String>) {
        let (mut scans, warnings) = stack::scans(self.frames, title);
        for scan in &mut scans {
            scan.about.patient_key = self.patient_key;
        }
        (scans, warnings)
    }
}
