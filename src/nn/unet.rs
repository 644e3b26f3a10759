//! The U-Net: one logit a pixel. Not for its input or for turning logits into masks (`input`).
//!
//! *Source*: Ronneberger, Fischer, Brox 2015, in the form and with the names of
//! `mateuszbuda/brain-segmentation-pytorch`.

use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};

use super::layers::{Conv, ConvNorm, Kernel, Purpose};
use super::ops::concat::concat_channels;
use super::ops::{pool, upconv};

/// Levels with a skip connection; the bottleneck is the fifth.
const LEVELS: usize = 4;

/// Form of a U-Net.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UNetConfig {
    /// Sequences.
    pub inputs: usize,
    /// Filters of the first level; each level doubles them.
    pub width: usize,
}

/// Two convolutions of one level.
#[derive(Debug)]
struct Block(ConvNorm, ConvNorm);

impl Block {
    fn new(vb: &VarBuilder, prefix: &str, inputs: usize, outputs: usize, purpose: Purpose) -> Result<Self> {
        let layer = |n: usize, inputs| {
            let (conv, norm) = (vb.pp(format!("{prefix}conv{n}")), vb.pp(format!("{prefix}norm{n}")));
            ConvNorm::new(&conv, &norm, (inputs, outputs), Kernel::SAME3, true, purpose)
        };
        Ok(Self(layer(1, inputs)?, layer(2, outputs)?))
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.1.forward(&self.0.forward(x)?)
    }
}

/// 2×2 transposed convolution with stride 2.
#[derive(Debug)]
struct UpConv {
    weight: Tensor,
    bias: Tensor,
}

impl UpConv {
    fn new(vb: &VarBuilder, inputs: usize, outputs: usize) -> Result<Self> {
        // PyTorch's default: uniform with 1 / sqrt(fan), fan of a transposed convolution counted over its outputs.
        let bound = 1.0 / ((outputs * 4) as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        let weight = vb.get_with_hints((inputs, outputs, 2, 2), "weight", uniform)?;
        Ok(Self { weight, bias: vb.get_with_hints(outputs, "bias", uniform)? })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        upconv::conv_transpose2x2(x, &self.weight, &self.bias)
    }
}

/// The net.
#[derive(Debug)]
pub struct UNet {
    encoders: Vec<Block>,
    bottleneck: Block,
    decoders: Vec<(UpConv, Block)>,
    output: Conv,
}

impl UNet {
    /// Builds the net from named parameters.
    pub fn new(config: UNetConfig, vb: &VarBuilder, purpose: Purpose) -> Result<Self> {
        let mut encoders = Vec::with_capacity(LEVELS);
        let mut inputs = config.inputs;
        for level in 1..=LEVELS {
            let outputs = config.width << (level - 1);
            let vb = vb.pp(format!("encoder{level}"));
            encoders.push(Block::new(&vb, &format!("enc{level}"), inputs, outputs, purpose)?);
            inputs = outputs;
        }
        let bottleneck = Block::new(&vb.pp("bottleneck"), "bottleneck", inputs, config.width << LEVELS, purpose)?;
        let mut decoders = Vec::with_capacity(LEVELS);
        for level in (1..=LEVELS).rev() {
            let outputs = config.width << (level - 1);
            let up = UpConv::new(&vb.pp(format!("upconv{level}")), 2 * outputs, outputs)?;
            let decoder = vb.pp(format!("decoder{level}"));
            decoders.push((up, Block::new(&decoder, &format!("dec{level}"), 2 * outputs, outputs, purpose)?));
        }
        let output = Conv::new(&vb.pp("conv"), (config.width, 1), Kernel::POINT, true, purpose)?;
        Ok(Self { encoders, bottleneck, decoders, output })
    }

    /// *Shape*: `[B, inputs, S, S]` → `[B, 1, S, S]` logits; S a multiple of 16.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut skips = Vec::with_capacity(LEVELS);
        let mut x = x.clone();
        for encoder in &self.encoders {
            let features = encoder.forward(&x)?;
            x = pool::max_pool2d(&features, 2, 2, 0)?;
            skips.push(features);
        }
        x = self.bottleneck.forward(&x)?;
        for (up, decoder) in &self.decoders {
            let up = up.forward(&x)?;
            let Some(skip) = skips.pop() else { break };
            x = decoder.forward(&concat_channels(&up, &skip)?)?;
        }
        self.output.forward(&x)
    }
}
