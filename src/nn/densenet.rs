//! DenseNet-121 with one output: how likely a tumor is on the slice; and, while training, two coarse mask heads as a
//! second teacher. Not for its input.
//!
//! *Source*: Huang, Liu, van der Maaten, Weinberger 2016, in the form and with the names of torchvision's `densenet121`.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::layers::{Conv, ConvNorm, Head, Kernel, NormRelu, Purpose};
use super::ops::concat::concat_channels;
use super::ops::dense::{DenseLayerParts, dense_block};
use super::ops::pool;

/// Layers a block.
const BLOCKS: [usize; 4] = [6, 12, 24, 16];
/// Channels that each layer adds.
const GROWTH: usize = 32;
/// The 1×1 convolution's width in units of the growth.
const BOTTLENECK: usize = 4;
const STEM_WIDTH: usize = 64;

/// Norm, 1×1, norm, 3×3; its output is put behind its input.
#[derive(Debug)]
struct DenseLayer {
    norm: NormRelu,
    reduce: ConvNorm,
    grow: Conv,
}

impl DenseLayer {
    fn new(vb: &VarBuilder, inputs: usize, purpose: Purpose) -> Result<Self> {
        let width = BOTTLENECK * GROWTH;
        Ok(Self {
            norm: NormRelu::new(&vb.pp("norm1"), inputs, purpose)?,
            reduce: ConvNorm::new(&vb.pp("conv1"), &vb.pp("norm2"), (inputs, width), Kernel::POINT, true, purpose)?,
            grow: Conv::new(&vb.pp("conv2"), (width, GROWTH), Kernel::SAME3, false, purpose)?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let new = self.grow.forward(&self.reduce.forward(&self.norm.forward(x)?)?)?;
        concat_channels(x, &new)
    }

    /// What the fused block takes; `None` in training and away from the CPU.
    fn parts(&self) -> Option<DenseLayerParts<'_>> {
        let ((scale, shift), (reduce, reduce_bias)) = (self.norm.affine()?, self.reduce.folded()?);
        let grow = self.grow.fused().filter(|_| scale.device().is_cpu())?;
        Some(DenseLayerParts { scale, shift, reduce, reduce_bias, grow })
    }
}

/// Norm, 1×1 to half the channels, 2×2 mean.
#[derive(Debug)]
struct Transition {
    norm: NormRelu,
    conv: Conv,
}

impl Transition {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        // The mean and the 1×1 convolution are both linear and commute: a quarter of the products.
        self.conv.forward(&pool::avg_pool2x2(&self.norm.forward(x)?)?)
    }
}

/// Answers of one forward pass in training.
#[derive(Debug)]
pub struct DenseNetOutput {
    /// `[B, 1]` logits.
    pub logits: Tensor,
    /// Logits of the coarse mask heads, `[B, 1, S/16, S/16]` and `[B, 1, S/32, S/32]`; empty without them.
    pub coarse_masks: Vec<Tensor>,
}

/// The net.
#[derive(Debug)]
pub struct DenseNet121 {
    stem: ConvNorm,
    blocks: Vec<Vec<DenseLayer>>,
    transitions: Vec<Transition>,
    last: NormRelu,
    head: Head,
    coarse_heads: Vec<Conv>,
}

impl DenseNet121 {
    /// Name under which the throw-away mask heads lie; files that ship do not hold them.
    pub const COARSE_HEADS: &'static str = "coarse_mask";

    /// Builds the net for `inputs` sequences from named parameters; the mask heads only where asked for.
    pub fn new(inputs: usize, vb: &VarBuilder, purpose: Purpose, has_coarse_heads: bool) -> Result<Self> {
        let features = vb.pp("features");
        let stem = ConvNorm::new(
            &features.pp("conv0"),
            &features.pp("norm0"),
            (inputs, STEM_WIDTH),
            Kernel::STEM7,
            true,
            purpose,
        )?;
        let (mut blocks, mut transitions, mut channels) = (Vec::new(), Vec::new(), STEM_WIDTH);
        let mut coarse_heads = Vec::new();
        for (b, &count) in BLOCKS.iter().enumerate() {
            let vb_block = features.pp(format!("denseblock{}", b + 1));
            let mut layers = Vec::with_capacity(count);
            for layer in 1..=count {
                layers.push(DenseLayer::new(&vb_block.pp(format!("denselayer{layer}")), channels, purpose)?);
                channels += GROWTH;
            }
            blocks.push(layers);
            if has_coarse_heads && b >= 2 {
                let vb = vb.pp(format!("{}{}", Self::COARSE_HEADS, b + 1));
                coarse_heads.push(Conv::new(&vb, (channels, 1), Kernel::POINT, true, purpose)?);
            }
            if b + 1 < BLOCKS.len() {
                let vb = features.pp(format!("transition{}", b + 1));
                let norm = NormRelu::new(&vb.pp("norm"), channels, purpose)?;
                let conv = Conv::new(&vb.pp("conv"), (channels, channels / 2), Kernel::POINT, false, purpose)?;
                transitions.push(Transition { norm, conv });
                channels /= 2;
            }
        }
        let last = NormRelu::new(&features.pp("norm5"), channels, purpose)?;
        let head = Head::new(&vb.pp("classifier"), channels)?;
        Ok(Self { stem, blocks, transitions, last, head, coarse_heads })
    }

    /// *Shape*: `[B, inputs, S, S]` → `[B, 1]` logits; S a multiple of 32.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.forward_all(x, false)?.logits)
    }

    /// As `forward`, with the coarse masks beside it; no gradient goes past the heads where `is_trunk_frozen`.
    pub fn forward_all(&self, x: &Tensor, is_trunk_frozen: bool) -> Result<DenseNetOutput> {
        let seen_by_head = |x: &Tensor| if is_trunk_frozen { x.detach() } else { x.clone() };
        let mut x = pool::max_pool2d(&self.stem.forward(x)?, 3, 2, 1)?;
        let mut coarse_masks = Vec::with_capacity(self.coarse_heads.len());
        let first_coarse = self.blocks.len() - self.coarse_heads.len();
        for (b, layers) in self.blocks.iter().enumerate() {
            let parts: Option<Vec<DenseLayerParts>> = layers.iter().map(DenseLayer::parts).collect();
            x = match parts {
                Some(parts) => dense_block(&x, &parts)?,
                None => layers.iter().try_fold(x, |x, layer| layer.forward(&x))?,
            };
            if let Some(head) = b.checked_sub(first_coarse).and_then(|i| self.coarse_heads.get(i)) {
                coarse_masks.push(head.forward(&seen_by_head(&x))?);
            }
            if let Some(transition) = self.transitions.get(b) {
                x = transition.forward(&x)?;
            }
        }
        let features = pool::global_avg_pool(&self.last.forward(&x)?)?;
        Ok(DenseNetOutput { logits: self.head.forward(&seen_by_head(&features))?, coarse_masks })
    }
}
