//! How much memory this process takes and how much is left, as the system says it. Not for bounding what is read (`limits`).

use std::fs;
use std::path::Path;

/// Bytes that the process holds now; `None` where the system does not say.
pub fn resident_bytes() -> Option<u64> {
    own_status("VmRSS:")
}

/// Most bytes that the process held since its start or the last [`forget_peak`]; `None` where the system does not say.
pub fn peak_bytes() -> Option<u64> {
    own_status("VmHWM:")
}

/// Lets the peak begin anew from what is held now. Where the system cannot, the peak stays the whole process's.
///
/// *Source*: Linux, `Documentation/filesystems/proc.rst`, `clear_refs`, value 5.
pub fn forget_peak() {
    if cfg!(target_os = "linux")
        && let Err(error) = fs::write("/proc/self/clear_refs", "5")
    {
        log::debug!("the peak of memory cannot be reset: {error}");
    }
}

/// Bytes that can still be taken without swapping, within the limit that this process runs under; `None` where the system
/// does not say.
pub fn available_bytes() -> Option<u64> {
    let machine = kib_after(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")?;
    let limit =
        number_in("/sys/fs/cgroup/memory.max").or_else(|| number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
    let used =
        number_in("/sys/fs/cgroup/memory.current").or_else(|| number_in("/sys/fs/cgroup/memory/memory.usage_in_bytes"));
    let left = limit.zip(used).map(|(limit, used)| limit.saturating_sub(used));
    Some(left.map_or(machine, |left| left.min(machine)))
}

fn own_status(name: &str) -> Option<u64> {
    kib_after(&fs::read_to_string("/proc/self/status").ok()?, name)
}

/// The kibibytes behind `name` in a table of the kernel, as bytes.
fn kib_after(table: &str, name: &str) -> Option<u64> {
    let line = table.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// The number in a file of the kernel; `None` for "max" and for a file that is not there.
fn number_in(path: &str) -> Option<u64> {
    fs::read_to_string(Path::new(path)).ok()?.trim().parse().ok()
}
