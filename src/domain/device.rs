//! Where to compute, as the user asks for it. Not for opening the device (`nn::device`).

use serde::{Deserialize, Serialize};

/// Where to compute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// CUDA or Metal when built with it and found, else the CPU.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The first NVIDIA device.
    Cuda,
    /// Apple's GPU.
    Metal,
}
