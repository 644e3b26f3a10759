//! The layers that the nets are made of: convolution with batch norm, pre-activation norm, plain convolution. Not for
//! kernels (`ops`) or whole nets.

use candle_core::{Result, Tensor, Var};
use candle_nn::{Init, VarBuilder};

use super::ops::conv::{self, Fused};
use super::ops::norm;

/// PyTorch's defaults for `BatchNorm2d`.
const EPS: f64 = 1e-5;
const MOMENTUM: f64 = 0.1;

/// What a net is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Batch statistics, gradients.
    Training,
    /// Batch norm folded into the convolutions; no gradients.
    Inference,
}

/// Kernel, stride and padding of a square convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// Side.
    pub size: usize,
    /// Step.
    pub stride: usize,
    /// Zeros around the picture.
    pub padding: usize,
}

impl Kernel {
    /// 1×1.
    pub const POINT: Self = Self { size: 1, stride: 1, padding: 0 };
    /// 3×3 that keeps the size.
    pub const SAME3: Self = Self { size: 3, stride: 1, padding: 1 };
    /// 7×7 that halves it, the first layer of both classifiers.
    pub const STEM7: Self = Self { size: 7, stride: 2, padding: 3 };
}

/// Asks for a convolution weight `[outputs, inputs, size, size]`; new ones as He et al. 2015 (normal, fan in, ReLU).
pub fn conv_weight(vb: &VarBuilder, inputs: usize, outputs: usize, size: usize) -> Result<Tensor> {
    let stdev = (2.0 / (inputs * size * size) as f64).sqrt();
    vb.get_with_hints((outputs, inputs, size, size), "weight", Init::Randn { mean: 0.0, stdev })
}

/// Batch norm's parameters and running statistics.
#[derive(Debug)]
pub struct BatchNorm {
    gamma: Tensor,
    beta: Tensor,
    running_mean: Var,
    running_var: Var,
}

impl BatchNorm {
    /// Asks for `weight`, `bias`, `running_mean`, `running_var`.
    pub fn new(vb: &VarBuilder, channels: usize) -> Result<Self> {
        Ok(Self {
            gamma: vb.get_with_hints(channels, "weight", Init::Const(1.0))?,
            beta: vb.get_with_hints(channels, "bias", Init::Const(0.0))?,
            running_mean: Var::from_tensor(&vb.get_with_hints(channels, "running_mean", Init::Const(0.0))?)?,
            running_var: Var::from_tensor(&vb.get_with_hints(channels, "running_var", Init::Const(1.0))?)?,
        })
    }

    /// `(scale, shift)` such that the norm at inference is `x · scale + shift`.
    pub fn affine(&self) -> Result<(Tensor, Tensor)> {
        let scale = (&self.gamma / (self.running_var.as_tensor() + EPS)?.sqrt()?)?.detach();
        let shift = (&self.beta - (self.running_mean.as_tensor() * &scale)?)?.detach();
        Ok((scale, shift))
    }

    /// Normalizes by the batch and moves the running statistics.
    pub fn forward_train(&self, x: &Tensor, relu: bool) -> Result<Tensor> {
        let out = norm::batch_norm_train(x, &self.gamma, &self.beta, EPS, relu)?;
        let moved = |running: &Var, batch: &Tensor| {
            running.set(&((running.as_tensor() * (1.0 - MOMENTUM))? + (batch * MOMENTUM)?)?)
        };
        moved(&self.running_mean, &out.mean)?;
        moved(&self.running_var, &out.var_unbiased)?;
        Ok(out.y)
    }
}

#[derive(Debug)]
enum ConvNormState {
    Training { weight: Tensor, norm: BatchNorm },
    Folded(Fused),
}

/// Convolution, batch norm and, where asked for, ReLU.
#[derive(Debug)]
pub struct ConvNorm {
    state: ConvNormState,
    kernel: Kernel,
    relu: bool,
}

impl ConvNorm {
    /// Asks for the convolution under `conv` and its norm under `norm`.
    pub fn new(
        conv: &VarBuilder,
        norm: &VarBuilder,
        (inputs, outputs): (usize, usize),
        kernel: Kernel,
        relu: bool,
        purpose: Purpose,
    ) -> Result<Self> {
        let weight = conv_weight(conv, inputs, outputs, kernel.size)?;
        let norm = BatchNorm::new(norm, outputs)?;
        let state = match purpose {
            Purpose::Training => ConvNormState::Training { weight, norm },
            Purpose::Inference => {
                let (scale, bias) = norm.affine()?;
                let weight = weight.detach().broadcast_mul(&scale.reshape((outputs, 1, 1, 1))?)?.contiguous()?;
                ConvNormState::Folded(Fused::new(&weight, Some(&bias), kernel.stride, kernel.padding)?)
            }
        };
        Ok(Self { state, kernel, relu })
    }

    /// *Shape*: `[B, inputs, H, W]` → `[B, outputs, H', W']`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let Kernel { stride, padding, .. } = self.kernel;
        match &self.state {
            ConvNormState::Training { weight, norm } => {
                norm.forward_train(&conv::conv2d(x, weight, stride, padding)?, self.relu)
            }
            ConvNormState::Folded(fused) => fused.forward(x, None, self.relu),
        }
    }

    /// Weight and bias with the norm folded in; `None` in training.
    pub fn folded(&self) -> Option<(&Tensor, &Tensor)> {
        match &self.state {
            ConvNormState::Training { .. } => None,
            ConvNormState::Folded(fused) => Some((fused.weight(), fused.bias()?)),
        }
    }

    /// As `forward`, then `relu(· + residual)`; the layer itself has no ReLU.
    pub fn forward_residual(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        match &self.state {
            ConvNormState::Training { .. } => (self.forward(x)? + residual)?.relu(),
            ConvNormState::Folded(fused) => fused.forward(x, Some(residual), true),
        }
    }
}

#[derive(Debug)]
enum NormReluState {
    Training(BatchNorm),
    Affine { scale: Tensor, shift: Tensor },
}

/// Batch norm and ReLU before a convolution, as in DenseNet; cannot be folded into what precedes it.
#[derive(Debug)]
pub struct NormRelu(NormReluState);

impl NormRelu {
    /// Asks for a norm of `channels`.
    pub fn new(vb: &VarBuilder, channels: usize, purpose: Purpose) -> Result<Self> {
        let norm = BatchNorm::new(vb, channels)?;
        Ok(Self(match purpose {
            Purpose::Training => NormReluState::Training(norm),
            Purpose::Inference => {
                let (scale, shift) = norm.affine()?;
                NormReluState::Affine { scale, shift }
            }
        }))
    }

    /// Factor and offset of each channel; `None` in training.
    pub fn affine(&self) -> Option<(&Tensor, &Tensor)> {
        match &self.0 {
            NormReluState::Training(_) => None,
            NormReluState::Affine { scale, shift } => Some((scale, shift)),
        }
    }

    /// *Shape*: unchanged.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match &self.0 {
            NormReluState::Training(norm) => norm.forward_train(x, true),
            NormReluState::Affine { scale, shift } => norm::affine_relu(x, scale, shift),
        }
    }
}

/// Convolution without norm; with a bias where it has one.
#[derive(Debug)]
pub struct Conv {
    weight: Tensor,
    bias: Option<Tensor>,
    kernel: Kernel,
    fused: Option<Box<Fused>>,
}

impl Conv {
    /// Asks for `weight`, and for `bias` where `has_bias`.
    pub fn new(
        vb: &VarBuilder,
        (inputs, outputs): (usize, usize),
        kernel: Kernel,
        has_bias: bool,
        purpose: Purpose,
    ) -> Result<Self> {
        let weight = conv_weight(vb, inputs, outputs, kernel.size)?;
        let bias = if has_bias { Some(vb.get_with_hints(outputs, "bias", Init::Const(0.0))?) } else { None };
        let fused = match purpose {
            Purpose::Training => None,
            Purpose::Inference => Some(Box::new(Fused::new(&weight, bias.as_ref(), kernel.stride, kernel.padding)?)),
        };
        Ok(Self { weight, bias, kernel, fused })
    }

    /// The form for reading; `None` in training.
    pub fn fused(&self) -> Option<&Fused> {
        self.fused.as_deref()
    }

    /// *Shape*: `[B, inputs, H, W]` → `[B, outputs, H', W']`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if let Some(fused) = &self.fused {
            return fused.forward(x, None, false);
        }
        let y = conv::conv2d(x, &self.weight, self.kernel.stride, self.kernel.padding)?;
        match &self.bias {
            Some(bias) => y.broadcast_add(&bias.reshape((1, bias.elem_count(), 1, 1))?),
            None => Ok(y),
        }
    }
}

/// The last layer of a classifier: `[B, features]` → `[B, 1]` logits.
#[derive(Debug)]
pub struct Head {
    weight: Tensor,
    bias: Tensor,
}

impl Head {
    /// Asks for `weight` `[1, features]` and `bias` `[1]`.
    pub fn new(vb: &VarBuilder, features: usize) -> Result<Self> {
        let bound = 1.0 / (features as f64).sqrt();
        let weight = vb.get_with_hints((1, features), "weight", Init::Uniform { lo: -bound, up: bound })?;
        Ok(Self { weight, bias: vb.get_with_hints(1, "bias", Init::Const(0.0))? })
    }

    /// *Shape*: `[B, features]` → `[B, 1]`.
    pub fn forward(&self, features: &Tensor) -> Result<Tensor> {
        features.matmul(&self.weight.t()?)?.broadcast_add(&self.bias)
    }
}
