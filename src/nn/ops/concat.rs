//! Putting channels of two inputs behind one another, on all threads: candle copies on one. Not for other dimensions.
//!
//! *Source*: `torch.cat(dim=1)`.
#![allow(unsafe_code)]

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::memory::{Output, View, f32_slice, tensor_of};

/// Values that a task copies at least, so that it is worth its start.
const LEAST_VALUES: usize = 1 << 14;

/// `first`'s channels, then `second`'s. Differentiable in both.
///
/// *Shape*: `[B, C1, H, W]` and `[B, C2, H, W]` to `[B, C1 + C2, H, W]`, f32.
/// *Errors*: batches or sides that differ, a size of zero.
pub fn concat_channels(first: &Tensor, second: &Tensor) -> Result<Tensor> {
    Sizes::new(first.dims(), second.dims())?;
    if !first.device().is_cpu() {
        return Tensor::cat(&[first, second], 1);
    }
    first.contiguous()?.apply_op2(&second.contiguous()?, Concatenation)
}

#[derive(Clone, Copy)]
struct Sizes {
    batch: usize,
    channels: [usize; 2],
    height: usize,
    width: usize,
}

impl Sizes {
    fn new(first: &[usize], second: &[usize]) -> Result<Self> {
        let (&[batch, one, height, width], &[batch2, two, height2, width2]) = (first, second) else {
            bail!("concatenation: expected two [B, C, H, W], found {first:?} and {second:?}")
        };
        if [batch, height, width] != [batch2, height2, width2] || first.contains(&0) || two == 0 {
            bail!("concatenation: {first:?} and {second:?} do not fit, or a size is zero");
        }
        Ok(Self { batch, channels: [one, two], height, width })
    }

    /// Values of one image in each input.
    fn image_lens(self) -> [usize; 2] {
        self.channels.map(|channels| channels * self.height * self.width)
    }

    fn shape(self) -> Shape {
        (self.batch, self.channels[0] + self.channels[1], self.height, self.width).into()
    }
}

struct Concatenation;

impl CustomOp2 for Concatenation {
    fn name(&self) -> &'static str {
        "concatenation"
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        a_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let sizes = Sizes::new(a_layout.dims(), b_layout.dims())?;
        let (first, second) = (f32_slice(a, a_layout)?, f32_slice(b, b_layout)?);
        let [one, two] = sizes.image_lens();
        let mut output = Output::new(first.len() + second.len());
        let target = output.shared();
        for image in 0..sizes.batch {
            let start = image * (one + two);
            for (source, place) in [(&first[image * one..][..one], start), (&second[image * two..][..two], start + one)]
            {
                source.par_chunks(LEAST_VALUES).enumerate().for_each(|(index, chunk)| {
                    let begin = place + index * LEAST_VALUES;
                    // SAFETY: the chunks of both inputs of all images are disjoint and cover the output.
                    unsafe { target.slice(begin..begin + chunk.len()) }.write_copy_of_slice(chunk);
                });
            }
        }
        // SAFETY: every value has been copied.
        Ok((CpuStorage::F32(unsafe { output.finish() }), sizes.shape()))
    }

    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let sizes = Sizes::new(a.dims(), b.dims())?;
        let gradient = gradient.contiguous()?;
        let view = View::of(&gradient);
        let values = view.values()?;
        let lens = sizes.image_lens();
        let part = |which: usize, dims: &[usize]| {
            let (len, skipped) = (lens[which], if which == 0 { 0 } else { lens[0] });
            let mut output = Output::new(sizes.batch * len);
            let target = output.shared();
            for image in 0..sizes.batch {
                let source = &values[image * (lens[0] + lens[1]) + skipped..][..len];
                source.par_chunks(LEAST_VALUES).enumerate().for_each(|(index, chunk)| {
                    let begin = image * len + index * LEAST_VALUES;
                    // SAFETY: the chunks of all images are disjoint and cover the output.
                    unsafe { target.slice(begin..begin + chunk.len()) }.write_copy_of_slice(chunk);
                });
            }
            // SAFETY: every value has been copied.
            tensor_of(unsafe { output.finish() }, dims)
        };
        let for_a = if a.track_op() { Some(part(0, a.dims())?) } else { None };
        let for_b = if b.track_op() { Some(part(1, b.dims())?) } else { None };
        Ok((for_a, for_b))
    }
}
