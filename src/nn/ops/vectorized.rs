//! One loop, compiled for what every x86-64 has and again for AVX2, chosen at run time. Not for hand-written vector code
//! (`conv::direct`).
//!
//! Both compilations do the same operations in the same order (nothing is contracted into fused operations), so they
//! give the same bits. Batch norm's gradient took a quarter of DenseNet-121's training step without this.

/// Defines a function whose body is compiled twice. The body's loops run over plain slices, so that they become vector
/// code.
macro_rules! vectorized {
    ($(#[$attribute:meta])* $visible:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block) => {
        $(#[$attribute])*
        #[allow(unsafe_code, clippy::too_many_arguments)]
        $visible fn $name($($argument: $type),*) $(-> $result)? {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn plain($($argument: $type),*) $(-> $result)? $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            #[allow(clippy::too_many_arguments)]
            fn wide($($argument: $type),*) $(-> $result)? {
                plain($($argument),*)
            }
            #[cfg(target_arch = "x86_64")]
            if $crate::nn::ops::cpu::vectors() >= $crate::nn::ops::cpu::Vectors::Avx2 {
                // SAFETY: the machine has AVX2; the function asks for nothing else.
                return unsafe { wide($($argument),*) };
            }
            plain($($argument),*)
        }
    };
}
pub(super) use vectorized;
