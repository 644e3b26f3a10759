//! Two-dimensional convolution: differentiable for training, with a fused epilogue for reading. Not for transposed
//! convolution (`upconv`), dilation or groups, which none of our nets has.
//!
//! *Source*: `torch.nn.functional.conv2d`.

mod backward;
#[cfg(target_arch = "x86_64")]
mod direct;
mod forward;
mod geometry;
mod winograd;

use std::sync::OnceLock;

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};

use super::memory::{View, f32_slice, tensor_of};
use super::turn::between_layers;
use backward::input_gradient;
pub(super) use backward::weight_gradient;
use forward::{Epilogue, forward};
pub(super) use geometry::Geometry;
use winograd::Kernels;

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

/// A convolution for reading, with what it does to its answers: bias, residual, ReLU. Its weight never changes, so what is
/// made of it is made once.
#[derive(Clone, Debug)]
pub struct Fused {
    weight: Tensor,
    bias: Option<Tensor>,
    stride: usize,
    padding: usize,
    kernels: OnceLock<Kernels>,
}

impl Fused {
    /// *Shape*: weight `[O, C, kh, kw]`, bias `[O]`. *Errors*: a bias of another size.
    pub fn new(weight: &Tensor, bias: Option<&Tensor>, stride: usize, padding: usize) -> Result<Self> {
        let outputs = weight.dim(0)?;
        if let Some(bias) = bias.filter(|bias| bias.dims() != [outputs]) {
            bail!("convolution: expected {outputs} bias values, found {:?}", bias.dims());
        }
        let bias = bias.map(|bias| bias.detach().contiguous()).transpose()?;
        Ok(Self { weight: weight.detach().contiguous()?, bias, stride, padding, kernels: OnceLock::new() })
    }

    /// `[O, C, kh, kw]`.
    pub fn weight(&self) -> &Tensor {
        &self.weight
    }

    /// `[O]`.
    pub fn bias(&self) -> Option<&Tensor> {
        self.bias.as_ref()
    }

    /// The convolution of `x`, plus the bias, plus `residual`, with a ReLU where asked for. The result has no gradient.
    ///
    /// *Shape*: as [`conv2d`]; residual as the result. *Errors*: as [`conv2d`]; a residual of another size.
    pub fn forward(&self, x: &Tensor, residual: Option<&Tensor>, relu: bool) -> Result<Tensor> {
        let geometry = Geometry::new(x.dims(), self.weight.dims(), self.stride, self.padding)?;
        let shape = (geometry.batch, geometry.outputs, geometry.out_height, geometry.out_width);
        if let Some(other) = residual.filter(|other| other.shape() != &Shape::from(shape)) {
            bail!("convolution: the residual is {:?}, the result {shape:?}", other.dims());
        }
        if !x.device().is_cpu() {
            let y = x.conv2d(&self.weight, self.padding, self.stride, 1, 1)?;
            let y = match &self.bias {
                Some(bias) => y.broadcast_add(&bias.reshape((1, (), 1, 1))?)?,
                None => y,
            };
            let y = if let Some(residual) = residual { (y + residual)? } else { y };
            return Ok(if relu { y.relu()? } else { y }.detach());
        }
        let x = x.contiguous()?;
        let residual = residual.map(Tensor::contiguous).transpose()?;
        let (x, residual) = (View::of(&x), residual.as_ref().map(View::of));
        let residual = residual.as_ref().map(View::values).transpose()?;
        tensor_of(self.run(&geometry, x.values()?, residual, relu)?, shape)
    }

    /// As [`Self::forward`], for an input of shape `[B, C, H, W]` on a plain slice.
    pub(super) fn forward_slice(&self, input: &[f32], shape: &[usize], relu: bool) -> Result<Vec<f32>> {
        let geometry = Geometry::new(shape, self.weight.dims(), self.stride, self.padding)?;
        self.run(&geometry, input, None, relu)
    }

    fn run(&self, geometry: &Geometry, input: &[f32], residual: Option<&[f32]>, relu: bool) -> Result<Vec<f32>> {
        let (weight, bias) = (View::of(&self.weight), self.bias.as_ref().map(View::of));
        let (weight, bias) = (weight.values()?, bias.as_ref().map(View::values).transpose()?);
        geometry.check(input.len(), weight.len(), geometry.output_len())?;
        if residual.is_none() && winograd::pays(geometry) {
            let kernels = self.kernels.get_or_init(|| Kernels::new(weight, geometry.outputs, geometry.channels));
            return Ok(winograd::forward(geometry, input, kernels, bias, relu));
        }
        Ok(forward(geometry, input, weight, Epilogue { bias, residual, relu }))
    }
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
