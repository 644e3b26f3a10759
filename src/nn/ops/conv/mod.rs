//! Two-dimensional convolution: differentiable for training, with a fused epilogue for reading. Not for transposed
//! convolution (`upconv`), dilation or groups, which none of our nets has.
//!
//! *Source*: `torch.nn.functional.conv2d`.

mod backward;
#[cfg(target_arch = "x86_64")]
mod direct;
mod forward;
mod geometry;

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};

use super::memory::{View, f32_slice, tensor_of};
use super::turn::between_layers;
use backward::input_gradient;
pub(super) use backward::weight_gradient;
use forward::{Epilogue, forward};
pub(super) use geometry::Geometry;

/// The convolution of `x` with `weight`, differentiable in both.
///
/// *Shape*: x `[B, C, H, W]`, weight `[O, C, kh, kw]`, result `[B, O, (H + 2·padding − kh) / stride + 1, …]`, f32.
/// *Errors*: a size of zero, different channels, a kernel larger than the padded input.
pub fn conv2d(x: &Tensor, weight: &Tensor, stride: usize, padding: usize) -> Result<Tensor> {
    between_layers();
    Geometry::new(x.dims(), weight.dims(), stride, padding)?;
    if !x.device().is_cpu() {
        return x.conv2d(weight, padding, stride, 1, 1);
    }
    x.contiguous()?.apply_op2(&weight.contiguous()?, Convolution { stride, padding })
}

/// The convolution of `x` with `weight`, plus `bias`, plus `residual`, with a ReLU where asked for: for reading only,
/// the result has no gradient.
///
/// *Shape*: as [`conv2d`]; bias `[O]`, residual as the result.
/// *Errors*: as [`conv2d`]; a bias or residual of another size.
pub fn conv2d_fused(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    residual: Option<&Tensor>,
    relu: bool,
    stride: usize,
    padding: usize,
) -> Result<Tensor> {
    between_layers();
    let geometry = Geometry::new(x.dims(), weight.dims(), stride, padding)?;
    let shape = (geometry.batch, geometry.outputs, geometry.out_height, geometry.out_width);
    if bias.dims() != [geometry.outputs] {
        bail!("convolution: expected {} bias values, found {:?}", geometry.outputs, bias.dims());
    }
    if let Some(other) = residual.filter(|other| other.shape() != &Shape::from(shape)) {
        bail!("convolution: the residual is {:?}, the result {shape:?}", other.dims());
    }
    if !x.device().is_cpu() {
        let y = x.conv2d(weight, padding, stride, 1, 1)?.broadcast_add(&bias.reshape((1, (), 1, 1))?)?;
        let y = if let Some(residual) = residual { (y + residual)? } else { y };
        return Ok(if relu { y.relu()? } else { y }.detach());
    }
    let (x, weight, bias) = (x.contiguous()?, weight.contiguous()?, bias.contiguous()?);
    let residual = residual.map(Tensor::contiguous).transpose()?;
    let (x, weight, bias) = (View::of(&x), View::of(&weight), View::of(&bias));
    let residual = residual.as_ref().map(View::of);
    let epilogue =
        Epilogue { bias: Some(bias.values()?), residual: residual.as_ref().map(View::values).transpose()?, relu };
    let (input, weight) = (x.values()?, weight.values()?);
    geometry.check(input.len(), weight.len(), geometry.output_len())?;
    tensor_of(forward(&geometry, input, weight, epilogue), shape)
}

/// The convolution on plain slices that were checked against `geometry`, for the kernels beside this one.
pub(super) fn forward_with_bias(
    geometry: &Geometry,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    relu: bool,
) -> Vec<f32> {
    forward(geometry, input, weight, Epilogue { bias, residual: None, relu })
}

/// The convolution as candle's graph knows it.
struct Convolution {
    stride: usize,
    padding: usize,
}

impl CustomOp2 for Convolution {
    fn name(&self) -> &'static str {
        "convolution"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let geometry = Geometry::new(input_layout.dims(), weight_layout.dims(), self.stride, self.padding)?;
        let (input, weight) = (f32_slice(input, input_layout)?, f32_slice(weight, weight_layout)?);
        geometry.check(input.len(), weight.len(), geometry.output_len())?;
        let values = forward(&geometry, input, weight, Epilogue::default());
        let shape = (geometry.batch, geometry.outputs, geometry.out_height, geometry.out_width);
        Ok((CpuStorage::F32(values), shape.into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let for_x = if x.track_op() {
            Some(input_gradient_of(weight, &gradient, x.dims(), self.stride, self.padding)?)
        } else {
            None
        };
        let for_weight = if weight.track_op() {
            Some(weight_gradient_of(x, &gradient, weight.dims(), self.stride, self.padding)?)
        } else {
            None
        };
        Ok((for_x, for_weight))
    }
}

/// The gradient of an input of shape `input`.
fn input_gradient_of(
    weight: &Tensor,
    gradient: &Tensor,
    input: &[usize],
    stride: usize,
    padding: usize,
) -> Result<Tensor> {
    between_layers();
    let geometry = Geometry::new(input, weight.dims(), stride, padding)?;
    let (weight, gradient) = (View::of(weight), View::of(gradient));
    let (weight, gradient) = (weight.values()?, gradient.values()?);
    geometry.check(geometry.input_len(), weight.len(), gradient.len())?;
    tensor_of(input_gradient(&geometry, weight, gradient), input)
}

/// The gradient of a weight of shape `weight`; `x` and `gradient` are contiguous.
fn weight_gradient_of(
    x: &Tensor,
    gradient: &Tensor,
    weight: &[usize],
    stride: usize,
    padding: usize,
) -> Result<Tensor> {
    between_layers();
    let geometry = Geometry::new(x.dims(), weight, stride, padding)?;
    let (x, gradient) = (View::of(x), View::of(gradient));
    let (x, gradient) = (x.values()?, gradient.values()?);
    geometry.check(x.len(), geometry.weight_len(), gradient.len())?;
    tensor_of(weight_gradient(&geometry, x, gradient), weight)
}
