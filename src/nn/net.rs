//! One type for each task, whichever net answers it. Not for loading (`weights`) or for whole scans (`reader`).

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::densenet::{DenseNet121, DenseNetOutput};
use super::layers::Purpose;
use super::resnet::ResNet50;
use super::unet::{UNet, UNetConfig};
use crate::domain::card::Architecture;

/// Any of the program's nets.
#[derive(Debug)]
pub enum Net {
    /// ResNet-50.
    ResNet50(ResNet50),
    /// DenseNet-121.
    DenseNet121(DenseNet121),
    /// U-Net.
    UNet(UNet),
}

/// What a net answers in training.
#[derive(Debug)]
pub struct NetOutput {
    /// `[B, 1]` for a classifier, `[B, 1, S, S]` for a segmenter.
    pub logits: Tensor,
    /// The classifier's coarse masks, where it was built with them.
    pub coarse_masks: Vec<Tensor>,
}

impl Net {
    /// Builds the net for `inputs` sequences; `has_coarse_heads` adds DenseNet's throw-away mask heads.
    pub fn new(
        architecture: Architecture,
        inputs: usize,
        vb: &VarBuilder,
        purpose: Purpose,
        has_coarse_heads: bool,
    ) -> Result<Self> {
        Ok(match architecture {
            Architecture::ResNet50 => Self::ResNet50(ResNet50::new(inputs, vb, purpose)?),
            Architecture::DenseNet121 => Self::DenseNet121(DenseNet121::new(inputs, vb, purpose, has_coarse_heads)?),
            Architecture::UNet { width } => Self::UNet(UNet::new(UNetConfig { inputs, width }, vb, purpose)?),
        })
    }

    /// *Shape*: `[B, inputs, S, S]` → `[B, 1]` or `[B, 1, S, S]` logits.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::ResNet50(net) => net.forward(x),
            Self::DenseNet121(net) => net.forward(x),
            Self::UNet(net) => net.forward(x),
        }
    }

    /// As `forward`, with the coarse masks where there are any.
    pub fn forward_all(&self, x: &Tensor) -> Result<NetOutput> {
        match self {
            Self::DenseNet121(net) => Ok(net.forward_all(x, false)?.into()),
            Self::ResNet50(_) | Self::UNet(_) => Ok(NetOutput { logits: self.forward(x)?, coarse_masks: Vec::new() }),
        }
    }

    /// As `forward_all`; no gradient goes past a classifier's heads, so that they alone learn. A U-Net has no such part.
    pub fn forward_frozen(&self, x: &Tensor) -> Result<NetOutput> {
        match self {
            Self::DenseNet121(net) => Ok(net.forward_all(x, true)?.into()),
            Self::ResNet50(net) => Ok(NetOutput { logits: net.forward_frozen(x)?, coarse_masks: Vec::new() }),
            Self::UNet(_) => self.forward_all(x),
        }
    }
}

impl From<DenseNetOutput> for NetOutput {
    fn from(output: DenseNetOutput) -> Self {
        Self { logits: output.logits, coarse_masks: output.coarse_masks }
    }
}
