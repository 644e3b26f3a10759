//! Opens the device that the user asked for. Not for kernels, and never a panic: a missing device is an error or the CPU.

use candle_core::Device;

use super::error::NnError;
use crate::domain::device::DeviceChoice;

/// A device with its name for the screen.
#[derive(Clone, Debug)]
pub struct OpenDevice {
    /// candle's handle.
    pub device: Device,
    /// "CPU · 2 cores", "CUDA", "Metal".
    pub label: String,
}

/// Opens `choice`; `Auto` takes CUDA or Metal when built with it and found, else the CPU.
///
/// *Errors*: a device named outright that this build or this machine lacks.
pub fn open(choice: DeviceChoice) -> Result<OpenDevice, NnError> {
    match choice {
        DeviceChoice::Cpu => Ok(cpu()),
        DeviceChoice::Cuda => cuda(),
        DeviceChoice::Metal => metal(),
        DeviceChoice::Auto => Ok(cuda().or_else(|_| metal()).unwrap_or_else(|_| cpu())),
    }
}

fn cpu() -> OpenDevice {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cores = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
    OpenDevice { device: Device::Cpu, label: format!("CPU · {cores}") }
}

fn cuda() -> Result<OpenDevice, NnError> {
    let missing = |reason: String| NnError::Device { device: "CUDA", reason };
    if !cfg!(feature = "cuda") {
        return Err(missing("this program was built without the feature `cuda`".to_owned()));
    }
    guarded(|| Device::new_cuda(0)).map(|device| OpenDevice { device, label: "CUDA".to_owned() }).map_err(missing)
}

fn metal() -> Result<OpenDevice, NnError> {
    let missing = |reason: String| NnError::Device { device: "Metal", reason };
    if !cfg!(target_os = "macos") {
        return Err(missing("it exists on macOS only".to_owned()));
    }
    guarded(|| Device::new_metal(0)).map(|device| OpenDevice { device, label: "Metal".to_owned() }).map_err(missing)
}

/// Creating a device panics where a driver library is missing; that costs this attempt, not the program.
fn guarded(open: impl FnOnce() -> candle_core::Result<Device> + std::panic::UnwindSafe) -> Result<Device, String> {
    match std::panic::catch_unwind(open) {
        Ok(Ok(device)) => Ok(device),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("its driver or a library of it was not found".to_owned()),
    }
}
