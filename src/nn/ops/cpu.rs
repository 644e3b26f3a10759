//! Which vector instructions the kernels take on this machine. Not for the matrix product, whose crate chooses for itself.

use std::sync::OnceLock;

/// Caps what is taken: `portable`, `avx2` or `avx512`. For comparing the paths on one machine, and for finding out
/// whether a kernel is to blame.
pub const CAP_VARIABLE: &str = "GLIOVIEW_VECTORS";

/// Sets of vector instructions, from none to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vectors {
    /// What every processor of the target has.
    Portable,
    /// Eight f32 values, with fused multiply and add.
    Avx2,
    /// Sixteen f32 values.
    Avx512,
}

impl Vectors {
    /// The name, as the variable takes it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }
}

/// The widest set that this machine has and the environment allows; found once.
pub fn vectors() -> Vectors {
    static TAKEN: OnceLock<Vectors> = OnceLock::new();
    *TAKEN.get_or_init(|| {
        let cap = std::env::var(CAP_VARIABLE).ok();
        let known = [Vectors::Portable, Vectors::Avx2, Vectors::Avx512];
        let allowed = known.into_iter().find(|v| cap.as_deref() == Some(v.label())).unwrap_or(Vectors::Avx512);
        allowed.min(found())
    })
}

/// How 3×3 convolutions of stride 1 are computed with [`vectors`].
pub fn convolution_label() -> &'static str {
    match vectors() {
        Vectors::Portable => "Winograd F(4×4)",
        Vectors::Avx2 | Vectors::Avx512 => "Winograd F(4×4) or direct, by shape",
    }
}

#[cfg(target_arch = "x86_64")]
fn found() -> Vectors {
    if is_x86_feature_detected!("avx512f") {
        Vectors::Avx512
    } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        Vectors::Avx2
    } else {
        Vectors::Portable
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn found() -> Vectors {
    Vectors::Portable
}
