//! What is made of a study's volumes once they are read: masks go over their images, and the series that the nets take
//! become one stack. For series of any origin. Not for reading files (`nifti`, `dicom`).

use std::ops::ControlFlow;
use std::path::PathBuf;

use super::error::IoError;
use super::nifti::{Role, Volume, role, stem};
use crate::domain::assembly::{self, AssemblyError, Roles};
use crate::domain::layers::{MaskVolume, lay_over};
use crate::domain::scan::{Scan, Sequence, Study};
use crate::domain::sequences;

/// Calls the gray series that say where they lie by the sequence that their names and timing tell.
pub fn name(scans: &mut [Scan]) {
    for scan in scans.iter_mut().filter(|scan| scan.sequences == [Sequence::Unknown]) {
        let modality = scan.about.acquisition.modality.as_str();
        if scan.about.geometry.is_some() && matches!(modality, "" | "MR") {
            scan.sequences = vec![sequences::guess(&scan.title, &scan.about)];
        }
    }
}

/// Adds `volumes` to `scans`: images as series of their own, masks as layers over all of them. Where nothing but masks
/// came, they are looked at as images.
pub fn add(scans: &mut Vec<Scan>, volumes: Vec<(PathBuf, Volume)>, warnings: &mut Vec<String>) {
    let mut masks: Vec<(MaskVolume, Option<String>, Scan)> = Vec::new();
    let mut brains: Vec<(PathBuf, Scan)> = Vec::new();
    let before = scans.len();
    for (path, volume) in volumes {
        match role(&volume, &path) {
            Role::Image => scans.push(volume.scan),
            Role::Mask { mask, words } => masks.push((*mask, words, volume.scan)),
            Role::BrainMask => brains.push((path, volume.scan)),
        }
    }
    if scans.len() == before && before == 0 {
        scans.extend(masks.into_iter().map(|(_, _, scan)| scan).chain(brains.into_iter().map(|(_, scan)| scan)));
        return;
    }
    for (mask, words, _) in masks {
        warnings.extend(words);
        lay_over(scans, &mask, warnings);
    }
    for (path, _) in brains {
        warnings.push(format!("{} shows where the brain is and was left out.", stem(&path)));
    }
}

/// Puts the stack for the nets in front of `scans`, where their series allow it and it takes no more than `room` bytes.
/// Reference masks of the FLAIR go with it.
///
/// *Errors*: stopped.
pub fn assemble(
    scans: &mut Vec<Scan>,
    room: u64,
    on_step: &mut dyn FnMut() -> ControlFlow<()>,
    warnings: &mut Vec<String>,
) -> Result<(), IoError> {
    let roles = Roles::guess(scans);
    if !assembly::is_needed(scans, &roles) {
        return Ok(());
    }
    if assembly::bytes_needed(scans, &roles) > room {
        warnings.push("The series are too large to be put together for the nets.".to_owned());
        return Ok(());
    }
    match combined(scans, &roles, on_step) {
        Ok(stack) => scans.insert(0, stack),
        Err(AssemblyError::Stopped) => return Err(IoError::Canceled),
        Err(error @ AssemblyError::NoFlair) => warnings.push(error.to_string()),
    }
    Ok(())
}

/// `study` with its series in other roles: each is called by its role, and the stack for the nets is put together anew.
/// `roles` are indices into the study's scans.
///
/// *Errors*: no FLAIR among the roles, or stopped.
pub fn reassemble(
    study: &Study,
    roles: &Roles,
    on_step: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Study, AssemblyError> {
    let mut study = study.clone();
    for sequence in Sequence::NET_ORDER {
        if let Some(scan) = roles.get(sequence).and_then(|i| study.scans.get_mut(i)) {
            scan.sequences = vec![sequence];
        }
    }
    let stack = combined(&study.scans, roles, on_step)?;
    study.scans.retain(|scan| !assembly::is_stack(scan));
    study.scans.insert(0, stack);
    Ok(study)
}

/// The stack for the nets with the FLAIR's reference masks on it.
pub fn combined(
    scans: &[Scan],
    roles: &Roles,
    on_step: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Scan, AssemblyError> {
    let mut stack = assembly::combine(scans, roles, &mut |_, _| on_step())?;
    if let Some(flair) = roles.flair.and_then(|i| scans.get(i))
        && let Some(reference) = MaskVolume::of_reference(flair)
        && let Ok(over) = reference.over(&stack)
    {
        stack.reference = over;
    }
    Ok(stack)
}
