//! Files appear whole or not at all. Not for reading.

use std::io::Write;
use std::path::Path;

use super::error::IoError;

/// Writes `bytes` to `path`, making its folder where needed. On failure what was there before is untouched.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), IoError> {
    write_with(path, |file| file.write_all(bytes))
}

/// As [`write`], with the content given by `fill`.
pub fn write_with(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), IoError> {
    let fail = |e: std::io::Error| IoError::write(&e, path);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(fail)?;
    // In the same folder, so that the last step is a rename and never a copy.
    let mut file = tempfile::Builder::new().prefix(".glioview-").tempfile_in(folder).map_err(fail)?;
    fill(&mut file).map_err(fail)?;
    file.flush().map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    allow_reading(file.as_file());
    file.persist(path).map_err(|e| fail(e.error))?;
    Ok(())
}

/// Temporary files are made for their owner alone; results are for whoever the folder is shared with.
#[cfg(unix)]
fn allow_reading(file: &std::fs::File) {
    use std::os::unix::fs::PermissionsExt;
    if let Err(error) = file.set_permissions(std::fs::Permissions::from_mode(0o644)) {
        log::warn!("a written file stays readable for its owner alone: {error}");
    }
}

#[cfg(not(unix))]
fn allow_reading(_file: &std::fs::File) {}
