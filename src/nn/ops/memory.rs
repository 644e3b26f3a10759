//! Access to candle's CPU storage as slices, and output buffers that several threads fill. Not for arithmetic.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;
use std::ops::Range;

use candle_core::{CpuStorage, Device, Layout, Result, Shape, Storage, StorageRef, Tensor, bail};

/// The values of a contiguous f32 storage, as the CPU forward of a custom operation receives it.
pub(super) fn f32_slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else { bail!("a contiguous tensor is needed here") };
    match storage {
        CpuStorage::F32(values) if end <= values.len() => Ok(&values[start..end]),
        CpuStorage::F32(_) => bail!("the layout reaches beyond the storage"),
        _ => bail!("f32 is needed here, found {:?}", candle_core::backend::BackendStorage::dtype(storage)),
    }
}

/// A read lock on the values of a contiguous f32 tensor on the CPU.
pub(super) struct View<'a> {
    storage: StorageRef<'a>,
    layout: &'a Layout,
}

impl<'a> View<'a> {
    /// Locks `tensor` for reading.
    pub(super) fn of(tensor: &'a Tensor) -> Self {
        let (storage, layout) = tensor.storage_and_layout();
        Self { storage, layout }
    }

    /// The values. *Errors*: not on the CPU, not f32, not contiguous.
    pub(super) fn values(&self) -> Result<&[f32]> {
        match &*self.storage {
            Storage::Cpu(storage) => f32_slice(storage, self.layout),
            _ => bail!("a tensor on the CPU is needed here"),
        }
    }
}

/// A tensor on the CPU that owns `values`.
pub(super) fn tensor_of(values: Vec<f32>, shape: impl Into<Shape>) -> Result<Tensor> {
    Tensor::from_vec(values, shape.into(), &Device::Cpu)
}

/// A pointer that worker threads share; who uses it answers for writing each element from one thread only.
#[derive(Clone, Copy)]
pub(super) struct Shared(*mut f32);

// SAFETY: `Shared` is only an address. Every place that writes through it states why its writes are disjoint.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// The address of element `offset`.
    ///
    /// # Safety
    /// `offset` lies within the buffer that this pointer was made from, which is still alive.
    pub(super) unsafe fn at(self, offset: usize) -> *mut f32 {
        // SAFETY: the caller's promise.
        unsafe { self.0.add(offset) }
    }

    /// The same buffer, seen from element `offset` on.
    ///
    /// # Safety
    /// As for [`Self::at`].
    pub(super) unsafe fn from(self, offset: usize) -> Self {
        // SAFETY: the caller's promise.
        Self(unsafe { self.0.add(offset) })
    }

    /// Elements `range` as a slice that is still to be written.
    ///
    /// # Safety
    /// `range` lies within the living buffer and no other thread touches it meanwhile.
    pub(super) unsafe fn slice<'a>(self, range: Range<usize>) -> &'a mut [MaybeUninit<f32>] {
        // SAFETY: the caller's promise; `MaybeUninit<f32>` has the layout of `f32` and needs no initial value.
        unsafe { std::slice::from_raw_parts_mut(self.0.add(range.start).cast(), range.len()) }
    }
}

/// A buffer whose values are all written by a kernel: it spares the pass over the memory that `vec![0.0; n]` costs.
pub(super) struct Output {
    values: Vec<f32>,
    len: usize,
}

impl Output {
    /// Room for `len` values.
    pub(super) fn new(len: usize) -> Self {
        Self { values: Vec::with_capacity(len), len }
    }

    /// The address to write to.
    pub(super) fn shared(&mut self) -> Shared {
        Shared(self.values.as_mut_ptr())
    }

    /// All of it, still to be written.
    pub(super) fn uninit(&mut self) -> &mut [MaybeUninit<f32>] {
        &mut self.values.spare_capacity_mut()[..self.len]
    }

    /// The finished values.
    ///
    /// # Safety
    /// Every one of the `len` values has been written.
    pub(super) unsafe fn finish(mut self) -> Vec<f32> {
        // SAFETY: the capacity is at least `len`, and the caller promises that all values were written.
        unsafe { self.values.set_len(self.len) };
        self.values
    }
}

/// The address of a slice that worker threads fill.
pub(super) fn shared_of(values: &mut [f32]) -> Shared {
    Shared(values.as_mut_ptr())
}

/// Asks the C library to keep freed blocks for the next request instead of handing them back to the system, which then
/// clears them page by page: on Linux that spares a sixth of a training step. The process stays as large as it was at
/// its peak, so only long computations of steady size should ask.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `mallopt` sets two numbers of the allocator; it may be called at any time.
    unsafe {
        const LARGEST: i32 = i32::MAX;
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGEST);
        libc::mallopt(libc::M_TRIM_THRESHOLD, LARGEST);
    }
}

thread_local! {
    static SCRATCH: std::cell::RefCell<Vec<f32>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Lends `work` this thread's scratch memory of at least `len` values, whose content is what was left there.
pub(super) fn with_scratch<R>(len: usize, work: impl FnOnce(&mut [f32]) -> R) -> R {
    SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
        Ok(mut values) => {
            if values.len() < len {
                values.resize(len, 0.0);
            }
            work(&mut values[..len])
        }
        // Lent out already, further up on this thread's stack.
        Err(_) => work(&mut vec![0.0; len]),
    })
}

/// The larger one of two values, except that a NaN passes: `f32::max` would hide it, and a training that has gone wrong
/// would look healthy.
#[inline(always)]
pub(super) fn at_least(floor: f32, value: f32) -> f32 {
    if value < floor { floor } else { value }
}

/// A matrix inside a buffer: its address and the distance between rows and between columns.
#[derive(Clone, Copy)]
pub(super) struct Matrix {
    /// First element.
    pub start: *const f32,
    /// Elements from one row to the next.
    pub row_stride: usize,
    /// Elements from one column to the next.
    pub col_stride: usize,
}

/// `target[m, n] = left[m, k] · right[k, n]`, or `+=` where `accumulates`, on this thread alone: the order of its sums
/// depends on the sizes only.
///
/// # Safety
/// The three matrices lie within living buffers; `target` (rows `target_stride` apart) overlaps neither of the others
/// and no other thread touches it meanwhile.
#[allow(clippy::too_many_arguments)]
pub(super) unsafe fn matmul(
    [m, n, k]: [usize; 3],
    target: *mut f32,
    target_stride: usize,
    accumulates: bool,
    left: Matrix,
    right: Matrix,
) {
    // SAFETY: the caller's promise.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            target,
            1,
            target_stride as isize,
            accumulates,
            left.start,
            left.col_stride as isize,
            left.row_stride as isize,
            right.start,
            right.col_stride as isize,
            right.row_stride as isize,
            if accumulates { 1.0 } else { 0.0 },
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
