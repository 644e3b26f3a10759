//! ResNet-50 with one output: how likely a tumor is on the slice. Not for its input.
//!
//! *Source*: He, Zhang, Ren, Sun 2015, in the form and with the names of torchvision's `resnet50`.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::layers::{ConvNorm, Head, Kernel, Purpose};
use super::ops::pool;

/// Blocks a stage.
const STAGES: [usize; 4] = [3, 4, 6, 3];
/// A block's output is this much wider than its 3×3 convolution.
const EXPANSION: usize = 4;
const STEM_WIDTH: usize = 64;

/// 1×1, 3×3, 1×1 and the way around them.
#[derive(Debug)]
struct Bottleneck {
    reduce: ConvNorm,
    spatial: ConvNorm,
    expand: ConvNorm,
    downsample: Option<ConvNorm>,
}

impl Bottleneck {
    fn new(vb: &VarBuilder, inputs: usize, width: usize, stride: usize, purpose: Purpose) -> Result<Self> {
        let outputs = EXPANSION * width;
        let layer = |n: usize, io, kernel, relu| {
            ConvNorm::new(&vb.pp(format!("conv{n}")), &vb.pp(format!("bn{n}")), io, kernel, relu, purpose)
        };
        let downsample = if stride != 1 || inputs != outputs {
            let (vb, kernel) = (vb.pp("downsample"), Kernel { stride, ..Kernel::POINT });
            Some(ConvNorm::new(&vb.pp("0"), &vb.pp("1"), (inputs, outputs), kernel, false, purpose)?)
        } else {
            None
        };
        Ok(Self {
            reduce: layer(1, (inputs, width), Kernel::POINT, true)?,
            spatial: layer(2, (width, width), Kernel { stride, ..Kernel::SAME3 }, true)?,
            expand: layer(3, (width, outputs), Kernel::POINT, false)?,
            downsample,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.spatial.forward(&self.reduce.forward(x)?)?;
        match &self.downsample {
            Some(downsample) => self.expand.forward_residual(&y, &downsample.forward(x)?),
            None => self.expand.forward_residual(&y, x),
        }
    }
}

/// The net.
#[derive(Debug)]
pub struct ResNet50 {
    stem: ConvNorm,
    blocks: Vec<Bottleneck>,
    head: Head,
}

impl ResNet50 {
    /// Builds the net for `inputs` sequences from named parameters.
    pub fn new(inputs: usize, vb: &VarBuilder, purpose: Purpose) -> Result<Self> {
        let stem = ConvNorm::new(&vb.pp("conv1"), &vb.pp("bn1"), (inputs, STEM_WIDTH), Kernel::STEM7, true, purpose)?;
        let (mut blocks, mut channels) = (Vec::new(), STEM_WIDTH);
        for (stage, &count) in STAGES.iter().enumerate() {
            let width = STEM_WIDTH << stage;
            for block in 0..count {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                let vb = vb.pp(format!("layer{}.{block}", stage + 1));
                blocks.push(Bottleneck::new(&vb, channels, width, stride, purpose)?);
                channels = EXPANSION * width;
            }
        }
        Ok(Self { stem, blocks, head: Head::new(&vb.pp("fc"), channels)? })
    }

    /// *Shape*: `[B, inputs, S, S]` → `[B, 1]` logits; S a multiple of 32.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.head.forward(&self.features(x)?)
    }

    /// As `forward`; no gradient goes past the head.
    pub fn forward_frozen(&self, x: &Tensor) -> Result<Tensor> {
        self.head.forward(&self.features(x)?.detach())
    }

    fn features(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = pool::max_pool2d(&self.stem.forward(x)?, 3, 2, 1)?;
        for block in &self.blocks {
            x = block.forward(&x)?;
        }
        pool::global_avg_pool(&x)
    }
}
